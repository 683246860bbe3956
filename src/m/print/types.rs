//! Types, from the tree to tokens.

use super::lower::{bracketed, expression, field_token, name};
use super::node::{Kind, Node};
use crate::m::{Expr, FieldType, Name, NullablePrimitive, PrimaryType, Primitive, Type};

pub(super) fn nullable_primitive(of: NullablePrimitive) -> Node<'static> {
    let primitive = Node::token(Kind::PrimitiveType, of.of.as_str());
    if of.nullable {
        Node::group(Kind::NullableType, [Node::word("nullable"), primitive])
    } else {
        primitive
    }
}

/// The parameters of a function or of its type: whether each may be left out, its name, and what `ascription` gives.
pub(super) fn parameter_list<'tree, 'name>(
    parameters: impl Iterator<Item = (bool, &'name Name, Option<Node<'tree>>)>,
) -> Node<'tree> {
    let mut optional = false;
    let nodes = parameters.map(|(is_optional, its_name, of)| {
        let mut parts = Vec::new();
        // The grammar wants the optional ones last.
        optional |= is_optional;
        if optional {
            parts.push(Node::word("optional"));
        }
        parts.push(name(its_name));
        parts.extend(of);
        Node::row(Kind::Parameter, parts)
    });
    bracketed(Kind::Parameters, "(", Node::elements(nodes), ")")
}

/// `as` and a type.
pub(super) fn ascription(of: Node<'_>) -> Node<'_> {
    Node::group(Kind::AsType, [Node::word("as"), of])
}

pub(super) fn primary(of: &PrimaryType) -> Node<'_> {
    match of {
        PrimaryType::Function { parameters, result } => {
            let parameters = parameter_list(parameters.iter().map(|parameter| {
                let of = ascription(nested(&parameter.of));
                (parameter.optional, &parameter.name, Some(of))
            }));
            Node::group(
                Kind::FunctionType,
                [
                    Node::token(Kind::Word, "function"),
                    parameters,
                    ascription(nested(result)),
                ],
            )
        }
        PrimaryType::List(of) => bracketed(Kind::ListType, "{", nested(of), "}"),
        PrimaryType::Nullable(of) => Node::group(Kind::NullableType, [Node::word("nullable"), nested(of)]),
        PrimaryType::Primitive(of) => Node::token(Kind::PrimitiveType, of.as_str()),
        PrimaryType::Record { fields, open } => Node::group(Kind::RecordType, [field_types(fields, *open)]),
        PrimaryType::Table(fields) => Node::group(Kind::TableType, [Node::word("table"), field_types(fields, false)]),
        PrimaryType::TableOf(value) => Node::group(Kind::TableType, [Node::word("table"), type_value(value)]),
    }
}

fn nested(of: &Type) -> Node<'_> {
    match of {
        Type::Primary(of) => primary(of),
        Type::Value(value) => type_value(value),
    }
}

/// A value in the place of a type. Only what starts with a name that no type has is read as a value there.
fn type_value(value: &Expr) -> Node<'_> {
    if starts_with_name(value) {
        expression(value)
    } else {
        bracketed(Kind::Parenthesized, "(", expression(value), ")")
    }
}

fn starts_with_name(value: &Expr) -> bool {
    match value {
        Expr::Name(name) => Primitive::from_text(name.as_str()).is_none() && name.as_str() != "action",
        Expr::Inclusive(_) => true,
        Expr::Call(of, _)
        | Expr::Item { of, .. }
        | Expr::Field { of: Some(of), .. }
        | Expr::Projection { of: Some(of), .. } => starts_with_name(of),
        _ => false,
    }
}

fn field_types(fields: &[FieldType], open: bool) -> Node<'_> {
    let nodes = fields.iter().map(|field| {
        let mut parts = Vec::new();
        if field.optional {
            parts.push(Node::word("optional"));
        }
        parts.push(field_token(&field.name));
        if let Some(of) = &field.of {
            parts.push(Node::group(Kind::FieldTypeValue, [Node::word("="), nested(of)]));
        }
        Node::row(Kind::FieldType, parts)
    });
    let mut list = bracketed(Kind::FieldTypes, "[", Node::elements(nodes), "]");
    if open {
        if let Some(Node { children, .. }) = list.children[1].children.last_mut() {
            children.push(Node::word(","));
        }
        list.children.insert(2, Node::word("..."));
    }
    list
}
