//! From the tree to tokens: where parentheses are needed, and in which groups the tokens stand.

use super::escape::{field_name, identifier, text_literal};
use super::node::{Kind, Node};
use super::types;
use crate::m::{
    Attribute, Binding, Content, Document, Expr, Function, Handler, Item, Literal, Member, Name, NullablePrimitive,
    Operator, Parameter, Section, UnaryOperator,
};

/// How strongly the parts of an expression hold together, the weakest first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Level {
    /// Whatever ends as far to the right as it can: `let`, `if`, `each`, functions, `try`, `error`.
    Open,
    Coalesce,
    Or,
    And,
    Is,
    As,
    Equality,
    Relational,
    Additive,
    Multiplicative,
    Meta,
    Unary,
    /// What stands for itself, but can be neither called nor indexed.
    Literal,
    /// What can be called, indexed, asked for a field.
    Primary,
}

impl Operator {
    pub(super) fn level(self) -> Level {
        match self {
            Self::Coalesce => Level::Coalesce,
            Self::Or => Level::Or,
            Self::And => Level::And,
            Self::Equal | Self::NotEqual => Level::Equality,
            Self::Less | Self::LessEqual | Self::Greater | Self::GreaterEqual => Level::Relational,
            Self::Add | Self::Subtract | Self::Concat => Level::Additive,
            Self::Multiply | Self::Divide => Level::Multiplicative,
        }
    }

    fn kind(self) -> Kind {
        match self.level() {
            Level::Coalesce => Kind::Coalesce,
            Level::Or | Level::And => Kind::Logical,
            Level::Equality => Kind::Equality,
            Level::Relational => Kind::Relational,
            _ => Kind::Arithmetic,
        }
    }

    /// The levels below the operator's own: what may stand at its left and at its right without parentheses.
    fn operands(self) -> (Level, Level) {
        match self {
            Self::Coalesce => (Level::Or, Level::Coalesce),
            Self::Or => (Level::Or, Level::And),
            Self::And => (Level::And, Level::Is),
            Self::Equal | Self::NotEqual => (Level::Equality, Level::Relational),
            Self::Less | Self::LessEqual | Self::Greater | Self::GreaterEqual => (Level::Relational, Level::Additive),
            Self::Add | Self::Subtract | Self::Concat => (Level::Additive, Level::Multiplicative),
            Self::Multiply | Self::Divide => (Level::Multiplicative, Level::Meta),
        }
    }
}

fn level(expr: &Expr) -> Level {
    match expr {
        Expr::Each(_) | Expr::Error(_) | Expr::Function(_) | Expr::If { .. } | Expr::Let { .. } | Expr::Try(..) => {
            Level::Open
        }
        Expr::Binary(operator, ..) => operator.level(),
        Expr::Is(..) => Level::Is,
        Expr::As(..) => Level::As,
        Expr::Meta(..) => Level::Meta,
        Expr::Unary(..) => Level::Unary,
        Expr::Type(_) | Expr::Logical(_) | Expr::Null | Expr::Number(_) | Expr::Text(_) => Level::Literal,
        Expr::Keyword(keyword) if keyword.is_literal() => Level::Literal,
        Expr::Keyword(_)
        | Expr::Call(..)
        | Expr::Field { .. }
        | Expr::Inclusive(_)
        | Expr::Item { .. }
        | Expr::List(_)
        | Expr::Name(_)
        | Expr::NotImplemented
        | Expr::Projection { .. }
        | Expr::Record(_) => Level::Primary,
    }
}

pub(super) fn document(document: &Document) -> Node<'_> {
    let node = match &document.content {
        Content::Expression(expr) => expression(expr),
        Content::Section(content) => section(content),
    };
    node.with_comments(&document.comments)
}

fn section(section: &Section) -> Node<'_> {
    let mut parts = Vec::new();
    if !section.attributes.is_empty() {
        parts.push(literal_record(&section.attributes));
    }
    parts.push(Node::word("section"));
    parts.push(name(&section.name));
    parts.push(Node::word(";"));
    parts.push(Node::row(Kind::Elements, section.members.iter().map(member).collect()));
    Node::row(Kind::Section, parts)
}

fn member(member: &Member) -> Node<'_> {
    let mut parts = Vec::new();
    if !member.attributes.is_empty() {
        parts.push(literal_record(&member.attributes));
    }
    if member.shared {
        parts.push(Node::word("shared"));
    }
    parts.push(Node::group(
        Kind::Pair,
        [name(&member.name), Node::word("="), expression(&member.value)],
    ));
    parts.push(Node::word(";"));
    Node::row(Kind::Member, parts).with_comments(&member.comments)
}

fn literal_record(fields: &[Attribute]) -> Node<'_> {
    let pairs = fields.iter().map(|field| {
        let value = literal_value(&field.value);
        Node::group(Kind::LiteralPair, [field_token(&field.name), Node::word("="), value])
    });
    bracketed(Kind::LiteralRecord, "[", Node::elements(pairs), "]")
}

fn literal_value(value: &Literal) -> Node<'_> {
    match value {
        Literal::List(items) => bracketed(
            Kind::LiteralList,
            "{",
            Node::elements(items.iter().map(literal_value)),
            "}",
        ),
        Literal::Logical(value) => literal(if *value { "true" } else { "false" }),
        Literal::Null => literal("null"),
        Literal::Number(number) => Node::token(Kind::Literal, number.as_str().to_owned()),
        Literal::Record(fields) => literal_record(fields),
        Literal::Text(value) => Node::token(Kind::Literal, text_literal(value)),
    }
}

fn literal(text: &'static str) -> Node<'static> {
    Node::token(Kind::Literal, text)
}

pub(super) fn name(name: &Name) -> Node<'static> {
    Node::token(Kind::Identifier, identifier(name.as_str()))
}

pub(super) fn field_token(name: &Name) -> Node<'static> {
    Node::token(Kind::FieldName, field_name(name.as_str()))
}

pub(super) fn bracketed<'tree>(
    kind: Kind,
    open: &'static str,
    content: Node<'tree>,
    close: &'static str,
) -> Node<'tree> {
    Node::group(kind, [Node::word(open), content, Node::word(close)])
}

/// An operand, in parentheses if it holds together less strongly than asked for.
pub(super) fn operand(expr: &Expr, at_least: Level) -> Node<'_> {
    if level(expr) < at_least {
        parenthesized(expr)
    } else {
        expression(expr)
    }
}

fn parenthesized(expr: &Expr) -> Node<'_> {
    bracketed(Kind::Parenthesized, "(", expression(expr), ")")
}

pub(super) fn expression(expr: &Expr) -> Node<'_> {
    match expr {
        Expr::As(value, of) => Node::group(
            Kind::As,
            [
                operand(value, Level::As),
                Node::word("as"),
                types::nullable_primitive(*of),
            ],
        ),
        Expr::Is(value, of) => Node::group(
            Kind::Is,
            [
                operand(value, Level::Is),
                Node::word("is"),
                types::nullable_primitive(*of),
            ],
        ),
        Expr::Binary(operator, left, right) => {
            let (at_left, at_right) = operator.operands();
            let parts = [
                operand(left, at_left),
                Node::word(operator.as_str()),
                operand(right, at_right),
            ];
            Node::group(operator.kind(), parts)
        }
        Expr::Meta(value, record) => {
            let parts = [
                operand(value, Level::Unary),
                Node::word("meta"),
                operand(record, Level::Unary),
            ];
            Node::group(Kind::Meta, parts)
        }
        Expr::Unary(..) => unary(expr),
        Expr::Each(body) => Node::group(Kind::Each, [Node::word("each"), expression(body)]),
        Expr::Error(value) => Node::group(Kind::ErrorRaising, [Node::word("error"), expression(value)]),
        Expr::Function(value) => function(value),
        Expr::If {
            condition,
            then,
            otherwise,
        } => Node::group(
            Kind::If,
            [
                Node::word("if"),
                expression(condition),
                Node::word("then"),
                expression(then),
                Node::word("else"),
                expression(otherwise),
            ],
        ),
        // The grammar wants a variable; without any, the body is the value.
        Expr::Let { variables, body } if variables.is_empty() => expression(body),
        Expr::Let { variables, body } => {
            let variables = Node::elements(variables.iter().map(|variable| pair(Kind::Pair, name, variable)));
            Node::group(
                Kind::Let,
                [Node::word("let"), variables, Node::word("in"), expression(body)],
            )
        }
        Expr::Try(value, handler) => attempt(value, handler),
        Expr::Call(..) | Expr::Item { .. } => postfix(expr),
        Expr::Field { of: Some(_), .. } | Expr::Projection { of: Some(_), .. } => postfix(expr),
        Expr::Field {
            of: None,
            name,
            optional,
        } => field_selector(name, *optional),
        Expr::Projection {
            of: None,
            first,
            more,
            optional,
        } => projection(first, more, *optional),
        Expr::Inclusive(inclusive) => Node::group(Kind::NameExpression, [Node::word("@"), name(inclusive)]),
        Expr::Name(value) => Node::group(Kind::NameExpression, [name(value)]),
        Expr::Keyword(keyword) if keyword.is_literal() => literal(keyword.as_str()),
        Expr::Keyword(keyword) => Node::group(Kind::NameExpression, [Node::token(Kind::Identifier, keyword.as_str())]),
        Expr::List(items) => bracketed(Kind::List, "{", Node::elements(items.iter().map(item)), "}"),
        Expr::Logical(value) => literal(if *value { "true" } else { "false" }),
        Expr::NotImplemented => Node::group(Kind::NotImplemented, [Node::word("...")]),
        Expr::Null => literal("null"),
        Expr::Number(number) => Node::token(Kind::Literal, number.as_str().to_owned()),
        Expr::Record(fields) => {
            let fields = Node::elements(fields.iter().map(|field| pair(Kind::FieldPair, field_token, field)));
            bracketed(Kind::Record, "[", fields, "]")
        }
        Expr::Text(value) => Node::token(Kind::Literal, text_literal(value)),
        Expr::Type(of) => Node::group(Kind::TypeExpression, [Node::word("type"), types::primary(of)]),
    }
}

fn pair(kind: Kind, name: fn(&Name) -> Node<'static>, binding: &Binding) -> Node<'_> {
    Node::group(kind, [name(&binding.name), Node::word("="), expression(&binding.value)])
        .with_comments(&binding.comments)
}

/// An item of a list. No blank stands around the dots of a range, so no dots may stand next to them.
fn item(item: &Item) -> Node<'_> {
    let node = match &item.last {
        Some(last) => {
            let mut first = expression(&item.value);
            if first.last_text() == "..." {
                first = parenthesized(&item.value);
            }
            let mut last_node = expression(last);
            if last_node.first_text() == "..." {
                last_node = parenthesized(last);
            }
            Node::group(Kind::Range, [first, Node::word(".."), last_node])
        }
        None => expression(&item.value),
    };
    node.with_comments(&item.comments)
}

/// Signs and `not` in a row before one operand.
fn unary(expr: &Expr) -> Node<'_> {
    let mut operators = Vec::new();
    let mut rest = expr;
    while let Expr::Unary(operator, value) = rest {
        operators.push(Node::word(UnaryOperator::as_str(*operator)));
        rest = value;
    }
    Node::group(
        Kind::Unary,
        [Node::row(Kind::Elements, operators), operand(rest, Level::Literal)],
    )
}

fn function(function: &Function) -> Node<'_> {
    let mut parts = vec![parameters(&function.parameters)];
    if let Some(result) = function.result {
        parts.push(as_type(result));
    }
    parts.push(Node::word("=>"));
    parts.push(expression(&function.body));
    Node::row(Kind::Function, parts)
}

fn parameters(parameters: &[Parameter]) -> Node<'static> {
    types::parameter_list(
        parameters
            .iter()
            .map(|parameter| (parameter.optional, &parameter.name, parameter.of.map(as_type))),
    )
}

fn as_type(of: NullablePrimitive) -> Node<'static> {
    types::ascription(types::nullable_primitive(of))
}

fn attempt<'tree>(value: &'tree Expr, handler: &'tree Handler) -> Node<'tree> {
    // An inner `try` at the end of the protected expression would take the handler for its own.
    let protected = match handler {
        Handler::None => expression(value),
        _ if ends_in_bare_try(value) => parenthesized(value),
        // `table catch` would be read as a type of tables with rows of the type `catch`.
        Handler::Catch { .. } if expression(value).last_text() == "table" => parenthesized(value),
        _ => expression(value),
    };
    let mut parts = vec![Node::word("try"), protected];
    match handler {
        Handler::None => {}
        Handler::Otherwise(value) => {
            parts.push(Node::group(
                Kind::Otherwise,
                [Node::word("otherwise"), expression(value)],
            ));
        }
        Handler::Catch { parameter, body } => {
            let parameter = parameter
                .iter()
                .map(|parameter| Node::group(Kind::Parameter, [name(parameter)]));
            let parameters = bracketed(Kind::Parameters, "(", Node::elements(parameter), ")");
            let function = Node::group(Kind::Function, [parameters, Node::word("=>"), expression(body)]);
            parts.push(Node::group(Kind::Catch, [Node::word("catch"), function]));
        }
    }
    Node::row(Kind::ErrorHandling, parts)
}

/// Whether a handler written after the expression would belong to a `try` at its end.
fn ends_in_bare_try(expr: &Expr) -> bool {
    match expr {
        Expr::Each(last) | Expr::Error(last) => ends_in_bare_try(last),
        Expr::Function(function) => ends_in_bare_try(&function.body),
        Expr::If { otherwise, .. } => ends_in_bare_try(otherwise),
        Expr::Let { body, .. } => ends_in_bare_try(body),
        Expr::Try(_, Handler::None) => true,
        Expr::Try(_, Handler::Otherwise(last) | Handler::Catch { body: last, .. }) => ends_in_bare_try(last),
        _ => false,
    }
}

/// A value, and what is asked of it one after the other: calls, items, fields.
fn postfix(expr: &Expr) -> Node<'_> {
    let mut steps = Vec::new();
    let mut rest = expr;
    loop {
        rest = match rest {
            Expr::Call(function, arguments) => {
                steps.push(bracketed(
                    Kind::Call,
                    "(",
                    Node::elements(arguments.iter().map(expression)),
                    ")",
                ));
                function
            }
            Expr::Item { of, key, optional } => {
                let step = bracketed(Kind::Item, "{", expression(key), "}");
                steps.push(or_null(step, *optional));
                of
            }
            Expr::Field {
                of: Some(of),
                name,
                optional,
            } => {
                steps.push(field_selector(name, *optional));
                of
            }
            Expr::Projection {
                of: Some(of),
                first,
                more,
                optional,
            } => {
                steps.push(projection(first, more, *optional));
                of
            }
            head => {
                steps.reverse();
                return Node::group(
                    Kind::Postfix,
                    [operand(head, Level::Primary), Node::row(Kind::Elements, steps)],
                );
            }
        };
    }
}

fn field_selector(name: &Name, optional: bool) -> Node<'static> {
    or_null(bracketed(Kind::FieldSelector, "[", field_token(name), "]"), optional)
}

fn projection(first: &Name, more: &[Name], optional: bool) -> Node<'static> {
    let names = Node::elements(
        std::iter::once(first)
            .chain(more)
            .map(|name| field_selector(name, false)),
    );
    or_null(bracketed(Kind::Projection, "[", names, "]"), optional)
}

fn or_null(mut node: Node<'_>, optional: bool) -> Node<'_> {
    if optional {
        node.children.push(Node::word("?"));
    }
    node
}
