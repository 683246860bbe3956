//! What layout does with a node, by what the node is and what it stands in.
//!
//! These are the rules of Microsoft's formatter (`@microsoft/powerquery-formatter` 1.0.1, default theme), so that it
//! leaves the printed text as it is. Where they look odd, they follow it.

use super::node::{Kind, Node};

/// The side of a node on which something happens.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Side {
    Left,
    Right,
}

/// What is taken away before a token.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Clear {
    #[default]
    Nothing,
    Blanks,
    /// The token goes to the end of the line before.
    BlanksAndLineEnds,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rule {
    /// The node decides anew whether it fits on the line, and gives back the indentation at its end.
    pub(super) container: bool,
    /// The container ends its last line.
    pub(super) ends_line: bool,
    /// The container is on one line exactly if its parent is.
    pub(super) as_parent: bool,
    /// Once its parent is broken, the container is too.
    pub(super) stays_broken: bool,
    /// From here on (or from after here) everything is indented, if the node does not fit on the line.
    pub(super) opens: Option<Side>,
    /// The node opens only before (or after) a word that starts a block of its own.
    pub(super) opens_for_blocks_only: bool,
    /// The node ends what was opened last.
    pub(super) closes: bool,
    /// Where the elements of what was opened last are divided.
    pub(super) divides: Option<Side>,
    pub(super) clear: Clear,
    /// Line ends before or after the token.
    pub(super) line_ends: Option<(Side, usize)>,
    pub(super) blank_before: bool,
    pub(super) blank_after: bool,
    /// No blank follows, whatever the next token wants.
    pub(super) sticks: bool,
    /// With nothing between the brackets, they stand together.
    pub(super) joins_opener: bool,
}

/// The rule for the node, given its parent and the parent of that.
pub(super) fn rule(node: &Node<'_>, parent: Option<Kind>, grandparent: Option<Kind>) -> Rule {
    if node.is_token() {
        token(node, parent, grandparent)
    } else {
        group(node.kind, parent)
    }
}

fn group(kind: Kind, parent: Option<Kind>) -> Rule {
    let container = Rule {
        container: true,
        ..Rule::default()
    };
    match (kind, parent) {
        (Kind::If | Kind::Let, _) => Rule {
            ends_line: true,
            stays_broken: true,
            ..container
        },
        (Kind::Each | Kind::ErrorHandling | Kind::ErrorRaising | Kind::Function | Kind::Otherwise, _) => Rule {
            ends_line: true,
            ..container
        },
        (Kind::Elements, Some(Kind::List | Kind::Record | Kind::LiteralRecord))
        | (Kind::Record | Kind::LiteralRecord, Some(Kind::Element)) => Rule {
            as_parent: true,
            ..container
        },
        (Kind::Element, Some(Kind::Elements)) => Rule {
            as_parent: true,
            ..Rule::default()
        },
        (Kind::Arithmetic, Some(Kind::Arithmetic))
        | (Kind::Equality | Kind::Logical, Some(Kind::Equality | Kind::Logical)) => Rule {
            stays_broken: true,
            ..container
        },
        (Kind::Equality | Kind::Logical, Some(Kind::Pair)) => Rule {
            opens: Some(Side::Left),
            ..container
        },
        (Kind::Equality | Kind::Logical, Some(Kind::If)) => Rule {
            opens: Some(Side::Left),
            divides: Some(Side::Right),
            ..container
        },
        _ => Rule {
            container: is_container(kind),
            ..Rule::default()
        },
    }
}

/// Whether the node counts as a container; a comment belongs to the nearest one.
pub(super) fn is_container(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Arithmetic
            | Kind::As
            | Kind::Each
            | Kind::Elements
            | Kind::Equality
            | Kind::ErrorHandling
            | Kind::ErrorRaising
            | Kind::FieldPair
            | Kind::FieldSelector
            | Kind::FieldType
            | Kind::FieldTypes
            | Kind::Function
            | Kind::If
            | Kind::Let
            | Kind::List
            | Kind::LiteralRecord
            | Kind::Logical
            | Kind::Meta
            | Kind::NameExpression
            | Kind::Otherwise
            | Kind::Pair
            | Kind::Parameters
            | Kind::Parenthesized
            | Kind::Projection
            | Kind::Record
    )
}

fn token(node: &Node<'_>, parent: Option<Kind>, grandparent: Option<Kind>) -> Rule {
    let padded = Rule {
        blank_before: true,
        blank_after: true,
        ..Rule::default()
    };
    let tight = Rule::default();
    match node.kind {
        Kind::Identifier | Kind::FieldName if matches!(parent, Some(Kind::NameExpression | Kind::Range)) => tight,
        Kind::Literal if matches!(parent, Some(Kind::Range | Kind::Unary)) => tight,
        Kind::Word => word(&node.text, parent, grandparent),
        _ => padded,
    }
}

fn word(text: &str, parent: Option<Kind>, grandparent: Option<Kind>) -> Rule {
    let padded = Rule {
        blank_before: true,
        blank_after: true,
        ..Rule::default()
    };
    let opener = Rule {
        opens: Some(Side::Right),
        ..padded
    };
    let to_line_before = Rule {
        clear: Clear::BlanksAndLineEnds,
        ..Rule::default()
    };
    match text {
        "each" | "error" | "let" | "then" | "try" | "=>" => opener,
        "else" | "in" | "otherwise" => Rule { closes: true, ..opener },
        "=" if parent == Some(Kind::Pair) => Rule {
            blank_before: false,
            opens_for_blocks_only: true,
            ..opener
        },
        "&" => Rule {
            opens: Some(Side::Left),
            ..padded
        },
        "and" | "or" => Rule {
            divides: Some(Side::Left),
            ..padded
        },
        "," => Rule {
            divides: Some(Side::Right),
            clear: Clear::BlanksAndLineEnds,
            ..padded
        },
        ";" => {
            let line_ends = if parent == Some(Kind::Section) { 2 } else { 1 };
            Rule {
                line_ends: Some((Side::Right, line_ends)),
                clear: Clear::BlanksAndLineEnds,
                ..padded
            }
        }
        "shared" => Rule {
            line_ends: Some((Side::Left, 1)),
            ..padded
        },
        "?" if parent != Some(Kind::Item) => to_line_before,
        ".." => to_line_before,
        "@" => Rule::default(),
        "+" | "-" if grandparent == Some(Kind::Unary) && parent == Some(Kind::Elements) => Rule::default(),
        "(" if parent == Some(Kind::Call) => Rule {
            sticks: true,
            clear: Clear::BlanksAndLineEnds,
            ..opener
        },
        "{" if parent == Some(Kind::Item) => Rule {
            sticks: true,
            clear: Clear::BlanksAndLineEnds,
            ..opener
        },
        "[" if matches!(
            (parent, grandparent),
            (Some(Kind::FieldSelector), Some(Kind::Elements | Kind::Postfix))
                | (Some(Kind::Projection), Some(Kind::Elements))
        ) =>
        {
            Rule {
                opens: Some(Side::Right),
                sticks: true,
                clear: Clear::Blanks,
                ..Rule::default()
            }
        }
        "(" | "{" | "[" => Rule { sticks: true, ..opener },
        ")" | "}" | "]" => Rule {
            closes: true,
            joins_opener: true,
            clear: Clear::Blanks,
            blank_after: parent != Some(Kind::Parameters),
            line_ends: (parent == Some(Kind::LiteralRecord) && grandparent == Some(Kind::Section))
                .then_some((Side::Right, 1)),
            ..Rule::default()
        },
        _ => padded,
    }
}
