//! A tree as nested arrays, to compare with what another parser reads: what holds together with what.

use pqrun::m::{Content, Document, Expr, FieldType, Function, Handler, Literal, NullablePrimitive, PrimaryType, Type};
use serde_json::{Value, json};

pub(crate) fn document(document: &Document) -> Value {
    match &document.content {
        Content::Expression(value) => expression(value),
        Content::Section(section) => {
            let members = section.members.iter().map(|member| {
                json!([
                    member.name.as_str(),
                    member.shared,
                    attributes(&member.attributes),
                    expression(&member.value)
                ])
            });
            json!([
                "section",
                section.name.as_str(),
                attributes(&section.attributes),
                members.collect::<Vec<_>>()
            ])
        }
    }
}

fn attributes(fields: &[pqrun::m::Attribute]) -> Value {
    fields
        .iter()
        .map(|field| json!([field.name.as_str(), literal(&field.value)]))
        .collect()
}

fn literal(value: &Literal) -> Value {
    match value {
        Literal::List(items) => json!(["list", items.iter().map(literal).collect::<Vec<_>>()]),
        Literal::Logical(value) => json!(["literal", value.to_string()]),
        Literal::Null => json!(["literal", "null"]),
        Literal::Number(number) => json!(["literal", number.as_str()]),
        Literal::Record(fields) => json!(["record", attributes(fields)]),
        Literal::Text(text) => json!(["text", text]),
    }
}

fn primitive(of: NullablePrimitive) -> Value {
    let primitive = json!(["primitive", of.of.as_str()]);
    if of.nullable {
        json!(["nullable", primitive])
    } else {
        primitive
    }
}

fn expression(expr: &Expr) -> Value {
    match expr {
        Expr::As(value, of) => json!(["as", expression(value), primitive(*of)]),
        Expr::Binary(operator, left, right) => json!([operator.as_str(), expression(left), expression(right)]),
        Expr::Call(function, arguments) => json!(["call", expression(function), expressions(arguments)]),
        Expr::Each(body) => json!(["each", expression(body)]),
        Expr::Error(value) => json!(["error", expression(value)]),
        Expr::Field { of, name, optional } => json!(["field", of.as_deref().map(expression), name.as_str(), optional]),
        Expr::Function(function) => self::function(function),
        Expr::If {
            condition,
            then,
            otherwise,
        } => {
            json!(["if", expression(condition), expression(then), expression(otherwise)])
        }
        Expr::Inclusive(name) => json!(["@", name.as_str()]),
        Expr::Is(value, of) => json!(["is", expression(value), primitive(*of)]),
        Expr::Item { of, key, optional } => json!(["item", expression(of), expression(key), optional]),
        Expr::Keyword(keyword) => match keyword.as_str() {
            word @ ("#infinity" | "#nan") => json!(["literal", word]),
            word => json!(["name", word]),
        },
        Expr::Let { variables, body } => {
            let variables = variables
                .iter()
                .map(|variable| json!([variable.name.as_str(), expression(&variable.value)]));
            json!(["let", variables.collect::<Vec<_>>(), expression(body)])
        }
        Expr::List(items) => {
            let items = items.iter().map(|item| match &item.last {
                Some(last) => json!(["..", expression(&item.value), expression(last)]),
                None => expression(&item.value),
            });
            json!(["list", items.collect::<Vec<_>>()])
        }
        Expr::Logical(value) => json!(["literal", value.to_string()]),
        Expr::Meta(value, record) => json!(["meta", expression(value), expression(record)]),
        Expr::Name(name) => json!(["name", name.as_str()]),
        Expr::NotImplemented => json!(["..."]),
        Expr::Null => json!(["literal", "null"]),
        Expr::Number(number) => json!(["literal", number.as_str()]),
        Expr::Projection {
            of,
            first,
            more,
            optional,
        } => {
            let names = std::iter::once(first).chain(more).map(|name| name.as_str());
            json!([
                "projection",
                of.as_deref().map(expression),
                names.collect::<Vec<_>>(),
                optional
            ])
        }
        Expr::Record(fields) => {
            let fields = fields
                .iter()
                .map(|field| json!([field.name.as_str(), expression(&field.value)]));
            json!(["record", fields.collect::<Vec<_>>()])
        }
        Expr::Text(text) => json!(["text", text]),
        Expr::Try(value, handler) => match handler {
            Handler::None => json!(["try", expression(value)]),
            Handler::Otherwise(other) => json!(["try", expression(value), expression(other)]),
            Handler::Catch { parameter, body } => {
                let parameters = parameter.iter().map(|name| json!([name.as_str(), false, NULL]));
                let function = json!(["function", parameters.collect::<Vec<_>>(), NULL, expression(body)]);
                json!(["try", expression(value), ["catch", function]])
            }
        },
        Expr::Type(of) => json!(["type", primary_type(of)]),
        Expr::Unary(operator, value) => json!([operator.as_str(), expression(value)]),
    }
}

const NULL: Value = Value::Null;

fn expressions(values: &[Expr]) -> Value {
    values.iter().map(expression).collect()
}

fn function(function: &Function) -> Value {
    let parameters = function
        .parameters
        .iter()
        .map(|parameter| json!([parameter.name.as_str(), parameter.optional, parameter.of.map(primitive)]));
    json!([
        "function",
        parameters.collect::<Vec<_>>(),
        function.result.map(primitive),
        expression(&function.body)
    ])
}

fn primary_type(of: &PrimaryType) -> Value {
    match of {
        PrimaryType::Function { parameters, result } => {
            let parameters = parameters
                .iter()
                .map(|parameter| json!([parameter.name.as_str(), parameter.optional, nested(&parameter.of)]));
            json!(["functiontype", parameters.collect::<Vec<_>>(), nested(result)])
        }
        PrimaryType::List(of) => json!(["listtype", nested(of)]),
        PrimaryType::Nullable(of) => json!(["nullable", nested(of)]),
        PrimaryType::Primitive(of) => json!(["primitive", of.as_str()]),
        PrimaryType::Record { fields, open } => json!(["recordtype", field_types(fields), open]),
        PrimaryType::Table(fields) => json!(["tabletype", field_types(fields)]),
        PrimaryType::TableOf(value) => json!(["tabletype", expression(value)]),
    }
}

fn nested(of: &Type) -> Value {
    match of {
        Type::Primary(of) => primary_type(of),
        Type::Value(value) => expression(value),
    }
}

fn field_types(fields: &[FieldType]) -> Value {
    fields
        .iter()
        .map(|field| json!([field.name.as_str(), field.optional, field.of.as_ref().map(nested)]))
        .collect()
}
