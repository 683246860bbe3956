//! Random trees and hostile texts, for the tests of the printer.

use pqrun::m::{
    Attribute, Binding, Comment, Content, Document, Expr, FieldType, Function, Handler, Item, Keyword, Literal, Member,
    Name, NullablePrimitive, Number, Operator, Parameter, PrimaryType, Primitive, Section, Type, TypeParameter,
    UnaryOperator,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

/// What could end a literal, a line, a comment or a name, or deceive who reads it.
const HOSTILE: [&str; 44] = [
    "\"",
    "\"\"",
    "#",
    "#(",
    "#(#)(",
    "#(lf)",
    "#(cr,lf)",
    ")",
    "(",
    "\r",
    "\n",
    "\r\n",
    "\t",
    "\0",
    "\u{7f}",
    "\u{85}",
    "\u{2028}",
    "\u{2029}",
    "\u{202e}",
    "\u{2066}",
    "\u{200b}",
    "\u{feff}",
    "\u{e000}",
    "\u{10ffff}",
    "\u{1f600}",
    "é",
    "ß",
    "\\",
    "\\\"",
    "//",
    "/*",
    "*/",
    "#\"",
    "#!\"",
    "let",
    " in ",
    "else",
    "section",
    ";",
    ",",
    "=>",
    "]",
    "}",
    "#{0}",
];

/// Texts that try to be more than a text.
pub(crate) fn hostile_text() -> impl Strategy<Value = String> {
    let fragment = prop_oneof![
        4 => select(&HOSTILE[..]).prop_map(str::to_owned),
        2 => "[ -~]{0,12}",
        1 => any::<char>().prop_map(String::from),
    ];
    let text = vec(fragment, 0..10).prop_map(|fragments| fragments.concat());
    prop_oneof![
        30 => text.clone(),
        1 => (text, 1..800usize).prop_map(|(text, times)| text.repeat(times).chars().take(10_240).collect()),
    ]
}

pub(crate) fn name() -> impl Strategy<Value = Name> {
    let words = &[
        "x",
        "_",
        "Value",
        "state",
        "List.Generate",
        "Table.AddColumn",
        "letter",
        "iffy",
        "tryAgain",
        "optional",
        "text",
        "table",
        "nullable",
        "catch",
        "type",
        "else",
        "somethingelse",
        "a b",
        "each",
        "Documentation.FieldCaption",
        "",
        "maxPolls",
        "aNameThatIsLongEnoughToFillALineWithOnlyAFewOfItsKind",
        "Über",
        "1st",
        "a.b c",
        "function",
        "meta",
    ];
    prop_oneof![
        6 => select(&words[..]).prop_map(Name::from),
        3 => "[a-zA-Z_][a-zA-Z0-9_]{0,20}".prop_map(Name::from),
        1 => hostile_text().prop_map(Name::from),
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![3 => "[ -~]{0,40}", 1 => hostile_text(), 1 => "[a-z ]{60,140}"]
}

fn number() -> impl Strategy<Value = Number> {
    prop_oneof![
        any::<u64>().prop_map(Number::from),
        (0..20u64).prop_map(Number::from),
        select(&["0.5", ".5", "1e10", "1.25E-7", "0x1F", "0"][..])
            .prop_map(|literal| Number::parse(literal).expect("a number literal")),
    ]
}

fn comments() -> impl Strategy<Value = Vec<Comment>> {
    let comment = "[ -~]{0,60}".prop_map(|text| Comment::new(&text).expect("printable characters only"));
    prop_oneof![5 => Just(Vec::new()), 1 => vec(comment, 1..3)]
}

fn nullable_primitive() -> impl Strategy<Value = NullablePrimitive> + Clone {
    (any::<bool>(), select(Primitive::ALL)).prop_map(|(nullable, of)| NullablePrimitive { nullable, of })
}

pub(crate) fn expression() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        4 => name().prop_map(Expr::Name),
        3 => text().prop_map(Expr::Text),
        2 => number().prop_map(Expr::Number),
        1 => any::<bool>().prop_map(Expr::Logical),
        1 => Just(Expr::Null),
        1 => name().prop_map(Expr::Inclusive),
        1 => select(Keyword::ALL).prop_map(Expr::Keyword),
        1 => Just(Expr::NotImplemented),
        1 => field(None),
        1 => projection(None),
        1 => primary_type(None).prop_map(Expr::Type),
    ];
    leaf.prop_recursive(6, 60, 6, |expr| {
        let inner = expr.clone().boxed();
        prop_oneof![
            2 => call(inner.clone()),
            2 => record(inner.clone()),
            2 => list(inner.clone()),
            2 => binary(inner.clone()),
            2 => let_in(inner.clone()),
            2 => branch(inner.clone()),
            2 => function(inner.clone()),
            1 => attempt(inner.clone()),
            1 => field(Some(inner.clone())),
            1 => projection(Some(inner.clone())),
            1 => item(inner.clone()),
            1 => primary_type(Some(inner.clone())).prop_map(Expr::Type),
            1 => inner.clone().prop_map(|body| Expr::Each(Box::new(body))),
            1 => inner.clone().prop_map(|value| Expr::Error(Box::new(value))),
            1 => (inner.clone(), nullable_primitive()).prop_map(|(value, of)| Expr::Is(Box::new(value), of)),
            1 => (inner.clone(), nullable_primitive()).prop_map(|(value, of)| Expr::As(Box::new(value), of)),
            1 => (inner.clone(), inner.clone()).prop_map(|(value, record)| Expr::Meta(Box::new(value), Box::new(record))),
            1 => (select(&[UnaryOperator::Minus, UnaryOperator::Not, UnaryOperator::Plus][..]), inner)
                .prop_map(|(operator, value)| Expr::Unary(operator, Box::new(value))),
        ]
    })
}

type Inner = BoxedStrategy<Expr>;

fn binding(value: Inner) -> impl Strategy<Value = Binding> {
    (comments(), name(), value).prop_map(|(comments, name, value)| Binding { comments, name, value })
}

fn call(inner: Inner) -> impl Strategy<Value = Expr> {
    let function = prop_oneof![4 => name().prop_map(Expr::Name), 1 => inner.clone()];
    (function, vec(inner, 0..6)).prop_map(|(function, arguments)| Expr::Call(Box::new(function), arguments))
}

fn record(inner: Inner) -> impl Strategy<Value = Expr> {
    vec(binding(inner), 0..6).prop_map(Expr::Record)
}

fn list(inner: Inner) -> impl Strategy<Value = Expr> {
    let item = (comments(), inner.clone(), option::weighted(0.1, inner));
    let item = item.prop_map(|(comments, value, last)| Item { comments, value, last });
    vec(item, 0..6).prop_map(Expr::List)
}

fn let_in(inner: Inner) -> impl Strategy<Value = Expr> {
    (vec(binding(inner.clone()), 1..5), inner).prop_map(|(variables, body)| Expr::Let {
        variables,
        body: Box::new(body),
    })
}

fn branch(inner: Inner) -> impl Strategy<Value = Expr> {
    (inner.clone(), inner.clone(), inner).prop_map(|(condition, then, otherwise)| Expr::If {
        condition: Box::new(condition),
        then: Box::new(then),
        otherwise: Box::new(otherwise),
    })
}

fn binary(inner: Inner) -> impl Strategy<Value = Expr> {
    let operators = [
        Operator::Coalesce,
        Operator::Or,
        Operator::And,
        Operator::Equal,
        Operator::NotEqual,
        Operator::Less,
        Operator::LessEqual,
        Operator::Greater,
        Operator::GreaterEqual,
        Operator::Add,
        Operator::Subtract,
        Operator::Concat,
        Operator::Multiply,
        Operator::Divide,
    ];
    // Several operands of one operator, as they are written in practice, and any two.
    (select(operators.to_vec()), vec(inner, 2..5), any::<bool>()).prop_map(|(operator, operands, left)| {
        let join = |left: Expr, right: Expr| Expr::Binary(operator, Box::new(left), Box::new(right));
        let joined = if left {
            operands.into_iter().reduce(join)
        } else {
            operands.into_iter().rev().reduce(|right, left| join(left, right))
        };
        joined.expect("two operands or more")
    })
}

/// Optional parameters stand last.
fn in_order<T>(mut parameters: Vec<T>, optional: impl Fn(&T) -> bool) -> Vec<T> {
    parameters.sort_by_key(optional);
    parameters
}

fn function(inner: Inner) -> impl Strategy<Value = Expr> {
    let parameter = (name(), any::<bool>(), option::of(nullable_primitive()));
    let parameter = parameter.prop_map(|(name, optional, of)| Parameter { name, optional, of });
    (vec(parameter, 0..5), option::of(nullable_primitive()), inner).prop_map(|(parameters, result, body)| {
        let parameters = in_order(parameters, |parameter| parameter.optional);
        Expr::Function(Box::new(Function {
            parameters,
            result,
            body,
        }))
    })
}

fn attempt(inner: Inner) -> impl Strategy<Value = Expr> {
    let body = inner.clone().prop_map(Box::new);
    let handler = prop_oneof![
        1 => Just(Handler::None),
        2 => body.clone().prop_map(Handler::Otherwise),
        1 => (option::of(name()), body).prop_map(|(parameter, body)| Handler::Catch { parameter, body }),
    ];
    (inner, handler).prop_map(|(value, handler)| Expr::Try(Box::new(value), handler))
}

fn target(inner: Option<Inner>) -> BoxedStrategy<Option<Box<Expr>>> {
    match inner {
        Some(inner) => inner.prop_map(|of| Some(Box::new(of))).boxed(),
        None => Just(None).boxed(),
    }
}

fn field(inner: Option<Inner>) -> impl Strategy<Value = Expr> {
    (target(inner), name(), any::<bool>()).prop_map(|(of, name, optional)| Expr::Field { of, name, optional })
}

fn projection(inner: Option<Inner>) -> impl Strategy<Value = Expr> {
    (target(inner), name(), vec(name(), 0..4), any::<bool>()).prop_map(|(of, first, more, optional)| Expr::Projection {
        of,
        first,
        more,
        optional,
    })
}

fn item(inner: Inner) -> impl Strategy<Value = Expr> {
    (inner.clone(), inner, any::<bool>()).prop_map(|(of, key, optional)| Expr::Item {
        of: Box::new(of),
        key: Box::new(key),
        optional,
    })
}

fn primary_type(inner: Option<Inner>) -> BoxedStrategy<PrimaryType> {
    let value = match inner {
        Some(inner) => inner.prop_map(Box::new).boxed(),
        None => name().prop_map(|name| Box::new(Expr::Name(name))).boxed(),
    };
    let leaf = prop_oneof![
        3 => select(Primitive::ALL).prop_map(PrimaryType::Primitive),
        1 => value.clone().prop_map(PrimaryType::TableOf),
    ];
    let with_nested = leaf.prop_recursive(2, 8, 4, move |of| {
        let nested = prop_oneof![
            3 => of.prop_map(Type::Primary),
            1 => value.clone().prop_map(Type::Value),
        ];
        let field = (any::<bool>(), name(), option::of(nested.clone()));
        let fields = vec(
            field.prop_map(|(optional, name, of)| FieldType { optional, name, of }),
            0..5,
        )
        .boxed();
        let parameter = (any::<bool>(), name(), nested.clone());
        let parameters = vec(
            parameter.prop_map(|(optional, name, of)| TypeParameter { optional, name, of }),
            0..4,
        );
        prop_oneof![
            nested.clone().prop_map(|of| PrimaryType::List(Box::new(of))),
            nested.clone().prop_map(|of| PrimaryType::Nullable(Box::new(of))),
            (fields.clone(), any::<bool>()).prop_map(|(fields, open)| PrimaryType::Record { fields, open }),
            fields.prop_map(PrimaryType::Table),
            (parameters, nested).prop_map(|(parameters, result)| PrimaryType::Function {
                parameters: in_order(parameters, |parameter| parameter.optional),
                result: Box::new(result),
            }),
        ]
    });
    with_nested.boxed()
}

fn literal() -> impl Strategy<Value = Literal> {
    let leaf = prop_oneof![
        text().prop_map(Literal::Text),
        number().prop_map(Literal::Number),
        any::<bool>().prop_map(Literal::Logical),
        Just(Literal::Null),
    ];
    leaf.prop_recursive(2, 6, 3, |inner| {
        let attribute = (name(), inner.clone()).prop_map(|(name, value)| Attribute { name, value });
        prop_oneof![
            vec(inner, 0..3).prop_map(Literal::List),
            vec(attribute, 0..3).prop_map(Literal::Record)
        ]
    })
}

fn attributes() -> impl Strategy<Value = Vec<Attribute>> {
    let attribute = (name(), literal()).prop_map(|(name, value)| Attribute { name, value });
    prop_oneof![3 => Just(Vec::new()), 1 => vec(attribute, 1..4)]
}

fn section() -> impl Strategy<Value = Section> {
    let member = (comments(), attributes(), any::<bool>(), name(), expression());
    let member = member.prop_map(|(comments, attributes, shared, name, value)| Member {
        comments,
        attributes,
        shared,
        name,
        value,
    });
    (attributes(), name(), vec(member, 0..5)).prop_map(|(attributes, name, members)| Section {
        attributes,
        name,
        members,
    })
}

pub(crate) fn document() -> impl Strategy<Value = Document> {
    let content = prop_oneof![
        2 => expression().prop_map(Content::Expression),
        1 => section().prop_map(Content::Section),
    ];
    (comments(), content).prop_map(|(comments, content)| Document { comments, content })
}
