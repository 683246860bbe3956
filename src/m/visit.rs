//! The children of an expression.

use super::{Expr, FieldType, Handler, PrimaryType, Type};

/// Writes the same walk for shared and for unique references.
macro_rules! children {
    ($children:ident, $of_type:ident, $of_fields:ident, $of_nested:ident $(, $unique:tt)?) => {
        impl Expr {
            /// Calls `visit` for each expression that is a direct part of this one, in the order they are written.
            pub fn $children(& $($unique)? self, visit: &mut dyn FnMut(& $($unique)? Self)) {
                match self {
                    Self::As(value, _) | Self::Is(value, _) | Self::Each(value) | Self::Error(value)
                    | Self::Unary(_, value) => visit(value),
                    Self::Binary(_, left, right) | Self::Meta(left, right) => {
                        visit(left);
                        visit(right);
                    }
                    Self::Call(function, arguments) => {
                        visit(function);
                        for argument in arguments {
                            visit(argument);
                        }
                    }
                    Self::Field { of, .. } | Self::Projection { of, .. } => {
                        if let Some(of) = of {
                            visit(of);
                        }
                    }
                    Self::Function(function) => visit(& $($unique)? function.body),
                    Self::If { condition, then, otherwise } => {
                        visit(condition);
                        visit(then);
                        visit(otherwise);
                    }
                    Self::Item { of, key, .. } => {
                        visit(of);
                        visit(key);
                    }
                    Self::Let { variables, body } => {
                        for variable in variables {
                            visit(& $($unique)? variable.value);
                        }
                        visit(body);
                    }
                    Self::List(items) => {
                        for item in items {
                            visit(& $($unique)? item.value);
                            if let Some(last) = & $($unique)? item.last {
                                visit(last);
                            }
                        }
                    }
                    Self::Record(fields) => {
                        for field in fields {
                            visit(& $($unique)? field.value);
                        }
                    }
                    Self::Try(value, handler) => {
                        visit(value);
                        match handler {
                            Handler::Catch { body, .. } | Handler::Otherwise(body) => visit(body),
                            Handler::None => {}
                        }
                    }
                    Self::Type(of) => $of_type(of, visit),
                    Self::Inclusive(_) | Self::Keyword(_) | Self::Logical(_) | Self::Name(_) | Self::NotImplemented
                    | Self::Null | Self::Number(_) | Self::Text(_) => {}
                }
            }
        }

        fn $of_type(of: & $($unique)? PrimaryType, visit: &mut dyn FnMut(& $($unique)? Expr)) {
            match of {
                PrimaryType::Function { parameters, result } => {
                    for parameter in parameters {
                        $of_nested(& $($unique)? parameter.of, visit);
                    }
                    $of_nested(result, visit);
                }
                PrimaryType::List(of) | PrimaryType::Nullable(of) => $of_nested(of, visit),
                PrimaryType::Primitive(_) => {}
                PrimaryType::Record { fields, .. } | PrimaryType::Table(fields) => $of_fields(fields, visit),
                PrimaryType::TableOf(value) => visit(value),
            }
        }

        fn $of_fields(fields: & $($unique)? [FieldType], visit: &mut dyn FnMut(& $($unique)? Expr)) {
            for field in fields {
                if let Some(of) = & $($unique)? field.of {
                    $of_nested(of, visit);
                }
            }
        }

        fn $of_nested(of: & $($unique)? Type, visit: &mut dyn FnMut(& $($unique)? Expr)) {
            match of {
                Type::Primary(of) => $of_type(of, visit),
                Type::Value(value) => visit(value),
            }
        }
    };
}

children!(for_each_child, in_type, in_fields, in_nested);
children!(for_each_child_mut, in_type_mut, in_fields_mut, in_nested_mut, mut);

impl Expr {
    /// Calls `visit` for this expression and every one within it, the outer before the inner.
    pub fn walk(&self, visit: &mut dyn FnMut(&Self)) {
        visit(self);
        self.for_each_child(&mut |child| child.walk(visit));
    }

    /// Calls `visit` for this expression and every one within it, the inner before the outer; so what `visit` puts in
    /// the place of a node is not visited itself.
    pub fn walk_mut(&mut self, visit: &mut dyn FnMut(&mut Self)) {
        self.for_each_child_mut(&mut |child| child.walk_mut(visit));
        visit(self);
    }
}
