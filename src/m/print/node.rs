//! The shape in which layout is decided: the grammar's own nodes, down to each token.

use std::borrow::Cow;

use super::layout::length;
use super::rules::is_container;
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
    /// The length on one line, as the formatter reckons it.
    pub(super) length: usize,
    /// A comment stands within the node, before another token than its first; or deeper, but in no other container.
    pub(super) holds_comment: bool,
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
            length: 0,
            holds_comment: false,
        }
    }

    pub(super) fn word(text: &'static str) -> Self {
        Self::token(Kind::Word, text)
    }

    pub(super) fn is_record(&self) -> bool {
        matches!(self.kind, Kind::Record | Kind::LiteralRecord)
    }

    /// Whether a field of this record is itself a record.
    pub(super) fn owns_records(&self) -> bool {
        let fields = self
            .children
            .iter()
            .flat_map(|elements| &elements.children)
            .flat_map(|element| &element.children);
        fields
            .filter_map(|pair| pair.children.get(2))
            .any(|value| value.kind == Kind::Record)
    }

    /// The name of a member, as it is written.
    pub(super) fn member_name(&self) -> Option<&str> {
        let pair = self.children.iter().find(|child| child.kind == Kind::Pair)?;
        pair.children.first().map(|name| &*name.text)
    }

    /// Whether this is a member without comments and attributes whose value is a literal.
    pub(super) fn is_constant(&self) -> bool {
        self.children.first().is_some_and(|pair| {
            pair.kind == Kind::Pair
                && pair.children.first().is_some_and(|name| name.comments.is_empty())
                && pair.children.last().is_some_and(Self::is_token)
        })
    }

    pub(super) fn first_text(&self) -> &str {
        if self.is_token() {
            &self.text
        } else {
            self.children.first().map_or("", Self::first_text)
        }
    }

    pub(super) fn last_text(&self) -> &str {
        if self.is_token() {
            &self.text
        } else {
            self.children.last().map_or("", Self::last_text)
        }
    }

    /// Fills in lengths and where comments are, and gives the number of commented tokens that no container has claimed.
    pub(super) fn measure(&mut self) -> usize {
        if self.is_token() {
            self.length = length(&self.text);
            return usize::from(!self.comments.is_empty());
        }
        let mut unclaimed = 0;
        for (index, child) in self.children.iter_mut().enumerate() {
            let found = child.measure();
            // A comment before the first token of a container does not count for it.
            unclaimed += if index == 0 && child.is_token() && is_container(self.kind) {
                0
            } else {
                found
            };
        }
        self.length = self.blanks() + self.children.iter().map(|child| child.length).sum::<usize>();
        if is_container(self.kind) {
            self.holds_comment = unclaimed > 0;
            unclaimed = 0;
        }
        unclaimed
    }

    /// What the formatter adds to the lengths of the node's parts.
    fn blanks(&self) -> usize {
        let has = |wanted: &str| self.children.iter().any(|child| child.text == wanted);
        let has_group = |wanted: Kind| usize::from(self.children.iter().any(|child| child.kind == wanted));
        match self.kind {
            Kind::Arithmetic
            | Kind::As
            | Kind::Coalesce
            | Kind::Equality
            | Kind::Is
            | Kind::Logical
            | Kind::Relational => self.children[1].length,
            Kind::AsType
            | Kind::Catch
            | Kind::Each
            | Kind::ErrorRaising
            | Kind::If
            | Kind::Let
            | Kind::NullableType
            | Kind::Otherwise
            | Kind::TableType
            | Kind::TypeExpression
            | Kind::Unary => 1,
            Kind::Call | Kind::List | Kind::LiteralList | Kind::LiteralRecord | Kind::Parameters | Kind::Record => {
                self.children[1].children.len().saturating_sub(1)
            }
            Kind::ErrorHandling => 1 + 2 * usize::from(self.children.len() > 2),
            Kind::FieldPair
            | Kind::FieldTypeValue
            | Kind::FunctionType
            | Kind::LiteralPair
            | Kind::Meta
            | Kind::Pair => 2,
            Kind::FieldTypes => 2 * usize::from(has("...") && !self.children[1].children.is_empty()),
            Kind::Function => 2 + 2 * has_group(Kind::AsType),
            Kind::Member => has_group(Kind::LiteralRecord) + usize::from(has("shared")),
            Kind::Parameter => usize::from(has("optional")) + has_group(Kind::AsType),
            Kind::Section => has_group(Kind::LiteralRecord) + 1,
            _ => 0,
        }
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
        Self::row(kind, children.into())
    }

    pub(super) fn row(kind: Kind, children: Vec<Self>) -> Self {
        Self {
            kind,
            text: Cow::Borrowed(""),
            comments: &[],
            children,
            length: 0,
            holds_comment: false,
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
