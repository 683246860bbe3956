//! The shape in which layout is decided: the grammar's own nodes, down to each token.

use std::borrow::Cow;

use crate::m::Comment;

/// A token, or a group of nodes.
#[derive(Debug)]
pub(super) struct Node<'tree> {
    pub(super) kind: Kind,
    /// The token's text; empty for a group.
    pub(super) text: Cow<'static, str>,
    /// The lines of comment before the token.
    pub(super) comments: &'tree [Comment],
    pub(super) children: Vec<Self>,
}

/// What a node is, as far as layout tells nodes apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    // Tokens.
    Identifier,
    FieldName,
    Literal,
    PrimitiveType,
    Word,
    // Groups.
    /// A comma and what stands before it.
    Element,
    /// What stands between two brackets, or in a row.
    Elements,
    Arithmetic,
    As,
    AsType,
    Call,
    Catch,
    Coalesce,
    Each,
    Equality,
    ErrorHandling,
    ErrorRaising,
    FieldPair,
    FieldSelector,
    FieldType,
    FieldTypes,
    FieldTypeValue,
    Function,
    FunctionType,
    If,
    Is,
    Item,
    Let,
    List,
    ListType,
    LiteralPair,
    LiteralList,
    LiteralRecord,
    Logical,
    Member,
    Meta,
    NameExpression,
    NotImplemented,
    NullableType,
    Otherwise,
    Pair,
    Parameter,
    Parameters,
    Parenthesized,
    Postfix,
    Projection,
    Range,
    Record,
    RecordType,
    Relational,
    Section,
    TableType,
    TypeExpression,
    Unary,
}

impl Node<'_> {
    pub(super) fn token(kind: Kind, text: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            text: text.into(),
            comments: &[],
            children: Vec::new(),
        }
    }

    pub(super) fn word(text: &'static str) -> Self {
        Self::token(Kind::Word, text)
    }

    pub(super) fn is_token(&self) -> bool {
        matches!(
            self.kind,
            Kind::Identifier | Kind::FieldName | Kind::Literal | Kind::PrimitiveType | Kind::Word
        )
    }
}

impl<'tree> Node<'tree> {
    pub(super) fn group<const N: usize>(kind: Kind, children: [Self; N]) -> Self {
        Self {
            kind,
            text: Cow::Borrowed(""),
            comments: &[],
            children: children.into(),
        }
    }

    pub(super) fn row(kind: Kind, children: Vec<Self>) -> Self {
        Self {
            kind,
            text: Cow::Borrowed(""),
            comments: &[],
            children,
        }
    }

    /// Elements with a comma after each but the last.
    pub(super) fn elements(nodes: impl IntoIterator<Item = Self>) -> Self {
        let mut elements: Vec<_> = nodes
            .into_iter()
            .map(|node| Self::group(Kind::Element, [node]))
            .collect();
        if let Some((_, but_last)) = elements.split_last_mut() {
            for element in but_last {
                element.children.push(Node::word(","));
            }
        }
        Self::row(Kind::Elements, elements)
    }

    /// Puts comments before the first token.
    pub(super) fn with_comments(mut self, comments: &'tree [Comment]) -> Self {
        if !comments.is_empty() {
            self.first_token().comments = comments;
        }
        self
    }

    fn first_token(&mut self) -> &mut Self {
        if self.is_token() {
            return self;
        }
        // A group without any child (the elements of an empty list) is never the first of its parent.
        self.children
            .first_mut()
            .expect("a group starts with a token")
            .first_token()
    }
}
