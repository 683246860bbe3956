//! Functions that make nodes, so that code which composes M reads like M.

use super::{
    Binding, Comment, Content, Document, Expr, Function, Item, Member, Name, NullablePrimitive, Number, Operator,
    Parameter, PrimaryType, Primitive, UnaryOperator,
};

/// A text.
pub fn text(value: impl Into<String>) -> Expr {
    Expr::Text(value.into())
}

/// A text, or null where there is none.
pub fn null_or_text(value: Option<String>) -> Expr {
    value.map_or(Expr::Null, Expr::Text)
}

/// A whole number; a negative one is a minus before its digits.
pub fn number(value: i64) -> Expr {
    signed(value < 0, Number::from(value.unsigned_abs()))
}

/// A number with a fraction, in the fewest digits that give the same number back.
pub fn float(value: f64) -> Expr {
    if value.is_nan() {
        return Expr::Keyword(super::Keyword::Nan);
    }
    if value.is_infinite() {
        let infinity = Expr::Keyword(super::Keyword::Infinity);
        return if value < 0.0 {
            Expr::Unary(UnaryOperator::Minus, Box::new(infinity))
        } else {
            infinity
        };
    }
    let digits = format!("{:?}", value.abs());
    // Rust writes `1e-7` and `1.5`, both of which M reads; `2.0` is written `2`.
    let digits = digits.strip_suffix(".0").unwrap_or(&digits);
    signed(
        value.is_sign_negative(),
        Number::parse(digits).expect("Rust writes a finite number as M does"),
    )
}

fn signed(negative: bool, digits: Number) -> Expr {
    let digits = Expr::Number(digits);
    if negative {
        Expr::Unary(UnaryOperator::Minus, Box::new(digits))
    } else {
        digits
    }
}

/// True or false.
pub fn logical(value: bool) -> Expr {
    Expr::Logical(value)
}

/// A reference to a variable, parameter, member or library function.
pub fn name(name: impl Into<Name>) -> Expr {
    Expr::Name(name.into())
}

/// A call of the function with this name.
pub fn call(function: impl Into<Name>, arguments: impl IntoIterator<Item = Expr>) -> Expr {
    call_of(name(function), arguments)
}

/// A call of a function that is any expression.
pub fn call_of(function: Expr, arguments: impl IntoIterator<Item = Expr>) -> Expr {
    Expr::Call(Box::new(function), arguments.into_iter().collect())
}

/// A list.
pub fn list(items: impl IntoIterator<Item = Expr>) -> Expr {
    Expr::List(
        items
            .into_iter()
            .map(|value| Item {
                comments: Vec::new(),
                value,
                last: None,
            })
            .collect(),
    )
}

/// A record.
pub fn record<N: Into<Name>>(fields: impl IntoIterator<Item = (N, Expr)>) -> Expr {
    Expr::Record(bindings(fields))
}

/// `let … in …`.
pub fn let_in<N: Into<Name>>(variables: impl IntoIterator<Item = (N, Expr)>, body: Expr) -> Expr {
    Expr::Let {
        variables: bindings(variables),
        body: Box::new(body),
    }
}

fn bindings<N: Into<Name>>(pairs: impl IntoIterator<Item = (N, Expr)>) -> Vec<Binding> {
    pairs.into_iter().map(|(name, value)| binding(name, value)).collect()
}

/// A variable or a field without a comment.
pub fn binding(name: impl Into<Name>, value: Expr) -> Binding {
    Binding {
        comments: Vec::new(),
        name: name.into(),
        value,
    }
}

/// `value[name]`.
pub fn field(of: Expr, name: impl Into<Name>) -> Expr {
    Expr::Field {
        of: Some(Box::new(of)),
        name: name.into(),
        optional: false,
    }
}

/// `value{key}`.
pub fn item(of: Expr, key: Expr) -> Expr {
    Expr::Item {
        of: Box::new(of),
        key: Box::new(key),
        optional: false,
    }
}

/// Two operands with an operator between them.
pub fn binary(operator: Operator, left: Expr, right: Expr) -> Expr {
    Expr::Binary(operator, Box::new(left), Box::new(right))
}

/// `left & right`.
pub fn concat(left: Expr, right: Expr) -> Expr {
    binary(Operator::Concat, left, right)
}

/// `value meta record`.
pub fn meta(value: Expr, record: Expr) -> Expr {
    Expr::Meta(Box::new(value), Box::new(record))
}

/// `if … then … else …`.
pub fn if_else(condition: Expr, then: Expr, otherwise: Expr) -> Expr {
    Expr::If {
        condition: Box::new(condition),
        then: Box::new(then),
        otherwise: Box::new(otherwise),
    }
}

/// `each body`.
pub fn each(body: Expr) -> Expr {
    Expr::Each(Box::new(body))
}

/// A function.
pub fn function(
    parameters: impl IntoIterator<Item = Parameter>,
    result: impl Into<Option<NullablePrimitive>>,
    body: Expr,
) -> Expr {
    let parameters = parameters.into_iter().collect();
    Expr::Function(Box::new(Function {
        parameters,
        result: result.into(),
        body,
    }))
}

/// A parameter of a function that must be given.
pub fn parameter(name: impl Into<Name>, of: impl Into<Option<NullablePrimitive>>) -> Parameter {
    Parameter {
        name: name.into(),
        optional: false,
        of: of.into(),
    }
}

/// A parameter of a function that may be left out.
pub fn optional_parameter(name: impl Into<Name>, of: impl Into<Option<NullablePrimitive>>) -> Parameter {
    Parameter {
        name: name.into(),
        optional: true,
        of: of.into(),
    }
}

/// A primitive type without null.
pub fn plain(primitive: Primitive) -> NullablePrimitive {
    NullablePrimitive {
        nullable: false,
        of: primitive,
    }
}

/// A primitive type or null.
pub fn nullable(primitive: Primitive) -> NullablePrimitive {
    NullablePrimitive {
        nullable: true,
        of: primitive,
    }
}

/// `type …` with one word.
pub fn primitive_type(primitive: Primitive) -> Expr {
    Expr::Type(PrimaryType::Primitive(primitive))
}

/// A member of a section that only its own document sees.
pub fn member(name: impl Into<Name>, value: Expr) -> Member {
    Member {
        comments: Vec::new(),
        attributes: Vec::new(),
        shared: false,
        name: name.into(),
        value,
    }
}

/// A document that is one expression.
pub fn query(comments: Vec<Comment>, value: Expr) -> Document {
    Document {
        comments,
        content: Content::Expression(value),
    }
}
