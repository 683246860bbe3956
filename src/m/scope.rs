//! Which names of an expression refer to something outside of it, and how to put something else in their place.
//!
//! A variable of a `let`, a field of a record and a member of a section see their siblings, but not themselves: in
//! `[x = x]` the second `x` is the one outside of the record. Only `@x` sees the definition it stands in.

use std::error::Error;
use std::fmt;

use super::{Expr, Handler, Name};

/// The names that are bound around an expression, the innermost last.
#[derive(Default)]
struct Scope(Vec<Bound>);

struct Bound {
    name: Name,
    /// The walk is within this name's own definition.
    in_definition: bool,
}

impl Scope {
    fn bind(&mut self, name: &Name) {
        self.0.push(Bound {
            name: name.clone(),
            in_definition: false,
        });
    }

    fn binds(&self, name: &Name, inclusive: bool) -> bool {
        self.0
            .iter()
            .any(|bound| bound.name == *name && (inclusive || !bound.in_definition))
    }
}

/// What an implicit target refers to, and what `each` binds.
fn underscore() -> Name {
    Name::from("_")
}

/// Writes the same walk for shared and for unique references: the inner before the outer.
macro_rules! scoped {
    ($walk:ident, $bindings:ident, $children:ident $(, $unique:tt)?) => {
        fn $walk(
            expr: & $($unique)? Expr,
            scope: &mut Scope,
            visit: &mut dyn FnMut(& $($unique)? Expr, &mut Scope),
        ) {
            let depth = scope.0.len();
            match expr {
                Expr::Let { variables, body } => {
                    $bindings(variables, scope, visit);
                    $walk(body, scope, visit);
                }
                Expr::Record(fields) => $bindings(fields, scope, visit),
                Expr::Each(body) => {
                    scope.bind(&underscore());
                    $walk(body, scope, visit);
                }
                Expr::Function(function) => {
                    for parameter in &function.parameters {
                        scope.bind(&parameter.name);
                    }
                    $walk(& $($unique)? function.body, scope, visit);
                }
                Expr::Try(value, Handler::Catch { parameter, body }) => {
                    $walk(value, scope, visit);
                    if let Some(parameter) = parameter {
                        scope.bind(parameter);
                    }
                    $walk(body, scope, visit);
                }
                _ => expr.$children(&mut |child| $walk(child, scope, visit)),
            }
            scope.0.truncate(depth);
            visit(expr, scope);
        }

        fn $bindings(
            bindings: & $($unique)? [super::Binding],
            scope: &mut Scope,
            visit: &mut dyn FnMut(& $($unique)? Expr, &mut Scope),
        ) {
            let first = scope.0.len();
            for binding in bindings.iter() {
                scope.bind(&binding.name);
            }
            for (index, binding) in (first..).zip(bindings) {
                scope.0[index].in_definition = true;
                $walk(& $($unique)? binding.value, scope, visit);
                scope.0[index].in_definition = false;
            }
        }
    };
}

scoped!(walk, walk_bindings, for_each_child);
scoped!(walk_mut, walk_bindings_mut, for_each_child_mut, mut);

/// The names that the expression takes from outside, each once, in the order they first occur.
///
/// `_` is among them if the expression reads a field without saying of what, outside of `each`.
pub fn free_names(expr: &Expr) -> Vec<Name> {
    let mut found = Vec::new();
    let implicit = underscore();
    walk(expr, &mut Scope::default(), &mut |expr, scope| {
        let (name, inclusive) = match expr {
            Expr::Name(name) => (name, false),
            Expr::Inclusive(name) => (name, true),
            Expr::Field { of: None, .. } | Expr::Projection { of: None, .. } => (&implicit, false),
            _ => return,
        };
        if !scope.binds(name, inclusive) && !found.contains(name) {
            found.push(name.clone());
        }
    });
    found
}

/// Puts what `replacement` gives into the place of each free name. An inclusive name (`@x`) stays one if its
/// replacement is a name.
///
/// # Errors
/// [`Captured`] if a name of a replacement would be bound where it is put; the expression is then half changed.
pub fn substitute(expr: &mut Expr, replacement: &dyn Fn(&Name) -> Option<Expr>) -> Result<(), Captured> {
    let mut captured = None;
    let implicit = underscore();
    walk_mut(expr, &mut Scope::default(), &mut |expr, scope| {
        let (name, inclusive) = match &*expr {
            Expr::Name(name) => (name, false),
            Expr::Inclusive(name) => (name, true),
            Expr::Field { of: None, .. } | Expr::Projection { of: None, .. } => (&implicit, false),
            _ => return,
        };
        if scope.binds(name, inclusive) {
            return;
        }
        let Some(replacement) = replacement(name) else { return };
        for name in free_names(&replacement) {
            if scope.binds(&name, inclusive) {
                captured.get_or_insert(Captured(name));
            }
        }
        match (expr, replacement) {
            (Expr::Field { of, .. } | Expr::Projection { of, .. }, replacement) => *of = Some(Box::new(replacement)),
            (Expr::Inclusive(name), Expr::Name(replacement)) => *name = replacement,
            (expr, replacement) => *expr = replacement,
        }
    });
    captured.map_or(Ok(()), Err)
}

/// Gives a free name another text, wherever it occurs.
///
/// # Errors
/// [`Captured`] if the new name is bound where the old one occurs.
pub fn rename(expr: &mut Expr, from: &Name, to: &Name) -> Result<(), Captured> {
    // Most expressions have nothing to do with most names, and to keep track of what is bound takes long.
    if *from != underscore() && !mentions(expr, &|name| name == from) {
        return Ok(());
    }
    substitute(expr, &|name| (name == from).then(|| Expr::Name(to.clone())))
}

/// Whether the expression says such a name anywhere, free or bound; of implicit targets nothing is said.
pub fn mentions(expr: &Expr, is_wanted: &dyn Fn(&Name) -> bool) -> bool {
    let mut found = false;
    expr.walk(&mut |expr| {
        if let Expr::Name(name) | Expr::Inclusive(name) = expr {
            found = found || is_wanted(name);
        }
    });
    found
}

/// Calls `visit` for every call of a free name, with its arguments.
pub fn for_each_call_mut(expr: &mut Expr, visit: &mut dyn FnMut(&Name, &mut Vec<Expr>)) {
    walk_mut(expr, &mut Scope::default(), &mut |expr, scope| {
        if let Expr::Call(function, arguments) = expr {
            let (name, inclusive) = match &**function {
                Expr::Name(name) => (name, false),
                Expr::Inclusive(name) => (name, true),
                _ => return,
            };
            if !scope.binds(name, inclusive) {
                visit(name, arguments);
            }
        }
    });
}

/// A replacement that would have come to mean something else: this name is bound where it would have been put.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Captured(pub Name);

impl fmt::Display for Captured {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.as_str())?;
        formatter.write_str(" is bound where it would be put")
    }
}

impl Error for Captured {}
