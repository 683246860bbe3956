//! The nodes of the tree.

use super::{Comment, Keyword, Name, Number, Primitive};

/// A document: a section with members, or one expression (a query).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Document {
    /// The lines of comment at the head of the document.
    pub comments: Vec<Comment>,
    /// What the document holds.
    pub content: Content,
}

/// What a document holds.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Content {
    /// A query.
    Expression(Expr),
    /// A connector, or a file of library members.
    Section(Section),
}

/// A section document: members that see each other.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Section {
    /// The literal attributes before the word `section`.
    pub attributes: Vec<Attribute>,
    /// The section's name.
    pub name: Name,
    /// The members, in the order they are written.
    pub members: Vec<Member>,
}

/// A member of a section.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Member {
    /// The lines of comment before the member.
    pub comments: Vec<Comment>,
    /// The literal attributes before the member.
    pub attributes: Vec<Attribute>,
    /// Whether other documents see the member.
    pub shared: bool,
    /// The member's name.
    pub name: Name,
    /// The member's value.
    pub value: Expr,
}

/// One field of the record of literals before a section or a member.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Attribute {
    /// The attribute's name.
    pub name: Name,
    /// Its value.
    pub value: Literal,
}

/// A value that attributes may have.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Literal {
    /// A list of literals.
    List(Vec<Self>),
    /// True or false.
    Logical(bool),
    /// Null.
    Null,
    /// A number.
    Number(Number),
    /// A record of literals.
    Record(Vec<Attribute>),
    /// A text.
    Text(String),
}

/// An expression.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Expr {
    /// `value as type`: the value, or an error.
    As(Box<Self>, NullablePrimitive),
    /// Two operands with an operator between them.
    Binary(Operator, Box<Self>, Box<Self>),
    /// A function with its arguments.
    Call(Box<Self>, Vec<Self>),
    /// `each body`: a function of `_`.
    Each(Box<Self>),
    /// `error value`.
    Error(Box<Self>),
    /// `value[name]`; without a value, of `_`.
    Field {
        /// The record or table.
        of: Option<Box<Self>>,
        /// The field's name.
        name: Name,
        /// Whether a missing field gives null (`?`).
        optional: bool,
    },
    /// A function.
    Function(Box<Function>),
    /// `if … then … else …`.
    If {
        /// The logical value that decides.
        condition: Box<Self>,
        /// The value if it is true.
        then: Box<Self>,
        /// The value if it is false.
        otherwise: Box<Self>,
    },
    /// `@name`: a name that is also seen within its own definition.
    Inclusive(Name),
    /// `value is type`.
    Is(Box<Self>, NullablePrimitive),
    /// `value{key}`.
    Item {
        /// The list or table.
        of: Box<Self>,
        /// The position, or the record that selects a row.
        key: Box<Self>,
        /// Whether a missing item gives null (`?`).
        optional: bool,
    },
    /// A word of the language that stands for a value.
    Keyword(Keyword),
    /// `let … in …`.
    Let {
        /// The variables, which see each other.
        variables: Vec<Binding>,
        /// The value of the whole.
        body: Box<Self>,
    },
    /// `{…}`.
    List(Vec<Item>),
    /// True or false.
    Logical(bool),
    /// `value meta record`.
    Meta(Box<Self>, Box<Self>),
    /// A name.
    Name(Name),
    /// `...`: an error that says that something is not implemented.
    NotImplemented,
    /// Null.
    Null,
    /// A number without a sign.
    Number(Number),
    /// `value[[name], …]`: some fields of a record or table; without a value, of `_`.
    Projection {
        /// The record or table.
        of: Option<Box<Self>>,
        /// The name of the first field.
        first: Name,
        /// The names of the other fields.
        more: Vec<Name>,
        /// Whether missing fields become null (`?`).
        optional: bool,
    },
    /// `[name = value, …]`.
    Record(Vec<Binding>),
    /// A text, any text.
    Text(String),
    /// `try value`, with what happens if it fails.
    Try(Box<Self>, Handler),
    /// `type …`.
    Type(PrimaryType),
    /// One operand with a sign, or `not`.
    Unary(UnaryOperator, Box<Self>),
}

/// A name with its value: a variable of a `let`, or a field of a record.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Binding {
    /// The lines of comment before it.
    pub comments: Vec<Comment>,
    /// The name.
    pub name: Name,
    /// The value.
    pub value: Expr,
}

/// An item of a list, or a range of items.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Item {
    /// The lines of comment before it.
    pub comments: Vec<Comment>,
    /// The item, or the first of the range.
    pub value: Expr,
    /// The last of the range (`first .. last`).
    pub last: Option<Expr>,
}

/// A function: `(parameters) as type => body`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Function {
    /// The parameters; optional ones stand last.
    pub parameters: Vec<Parameter>,
    /// The type of the result.
    pub result: Option<NullablePrimitive>,
    /// The function's value.
    pub body: Expr,
}

/// A parameter of a function.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Parameter {
    /// The parameter's name.
    pub name: Name,
    /// Whether it may be left out.
    pub optional: bool,
    /// Its type.
    pub of: Option<NullablePrimitive>,
}

/// What follows on `try`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Handler {
    /// `catch (parameter) => body`.
    Catch {
        /// The name of the error record in the body.
        parameter: Option<Name>,
        /// The value in place of the failed one.
        body: Box<Expr>,
    },
    /// Nothing: the value of `try` is a record that says what happened.
    None,
    /// `otherwise value`.
    Otherwise(Box<Expr>),
}

/// A type that a value can be held against: primitive, with or without null.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NullablePrimitive {
    /// Whether null is a value of the type.
    pub nullable: bool,
    /// The type.
    pub of: Primitive,
}

/// What can follow on the word `type`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum PrimaryType {
    /// `function (parameters) as type`.
    Function {
        /// The parameters; optional ones stand last.
        parameters: Vec<TypeParameter>,
        /// The type of the result.
        result: Box<Type>,
    },
    /// `{type}`.
    List(Box<Type>),
    /// `nullable type`.
    Nullable(Box<Type>),
    /// One word.
    Primitive(Primitive),
    /// `[name = type, …]`.
    Record {
        /// The fields.
        fields: Vec<FieldType>,
        /// Whether a record may have other fields too (`...`).
        open: bool,
    },
    /// `table [name = type, …]`.
    Table(Vec<FieldType>),
    /// `table value`, where the value is the type of the rows.
    TableOf(Box<Expr>),
}

/// A type within a type: written out, or a value that is a type.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Type {
    /// A type that is written out.
    Primary(PrimaryType),
    /// A value that is a type.
    Value(Box<Expr>),
}

/// A field in a type of records or tables.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FieldType {
    /// Whether the field may be missing.
    pub optional: bool,
    /// The field's name.
    pub name: Name,
    /// Its type.
    pub of: Option<Type>,
}

/// A parameter in a type of functions.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TypeParameter {
    /// Whether it may be left out.
    pub optional: bool,
    /// The parameter's name.
    pub name: Name,
    /// Its type.
    pub of: Type,
}

/// The operators with two operands that are both expressions, the weakest first.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Operator {
    /// `??`, which groups to the right.
    Coalesce,
    /// `or`.
    Or,
    /// `and`.
    And,
    /// `=`.
    Equal,
    /// `<>`.
    NotEqual,
    /// `<`.
    Less,
    /// `<=`.
    LessEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterEqual,
    /// `+`.
    Add,
    /// `-`.
    Subtract,
    /// `&`.
    Concat,
    /// `*`.
    Multiply,
    /// `/`.
    Divide,
}

/// The operators with one operand.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum UnaryOperator {
    /// `-`.
    Minus,
    /// `not`.
    Not,
    /// `+`.
    Plus,
}

impl Operator {
    /// The operator as M writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Coalesce => "??",
            Self::Or => "or",
            Self::And => "and",
            Self::Equal => "=",
            Self::NotEqual => "<>",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Concat => "&",
            Self::Multiply => "*",
            Self::Divide => "/",
        }
    }
}

impl UnaryOperator {
    /// The operator as M writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Minus => "-",
            Self::Not => "not",
            Self::Plus => "+",
        }
    }
}
