//! The leaves of the tree whose text is restricted: names, numbers, comments, the words of the language.

use std::error::Error;
use std::fmt;

/// A name of a variable, parameter, member or field: any text. The printer quotes it where the language asks for it.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Name(String);

impl Name {
    /// The name with this text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The name's text, without quotes and escapes.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Name {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&Self> for Name {
    fn from(name: &Self) -> Self {
        name.clone()
    }
}

/// A number literal without a sign, kept as its digits so that no precision is lost on the way.
///
/// A negative number is a minus before a literal: see [`number`](super::number).
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Number(String);

impl Number {
    /// The number with this literal: digits, fraction, exponent, or hexadecimal digits after `0x`.
    ///
    /// # Errors
    /// Whatever M does not read as one number literal: a sign, a separator, `5.`, a blank, no digits at all.
    pub fn parse(literal: &str) -> Result<Self, BadNumber> {
        match literal_length(literal.as_bytes()) {
            // A digit before the point, so that the literal can follow on the dots of a range.
            Some(length) if length == literal.len() && literal.starts_with('.') => Ok(Self(["0", literal].concat())),
            Some(length) if length == literal.len() => Ok(Self(literal.to_owned())),
            _ => Err(BadNumber(literal.to_owned())),
        }
    }

    /// The literal.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        Self(value.to_string())
    }
}

/// The length of the number literal at the start of `text`, if there is one.
pub(super) fn literal_length(text: &[u8]) -> Option<usize> {
    let digits = |from: usize| text.iter().skip(from).take_while(|byte| byte.is_ascii_digit()).count();
    if text.len() > 2 && text[0] == b'0' && matches!(text[1], b'x' | b'X') {
        let hex = text[2..].iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        return (hex > 0).then_some(hex + 2);
    }
    let whole = digits(0);
    let mut end = whole;
    if text.get(end) == Some(&b'.') {
        let fraction = digits(end + 1);
        if fraction > 0 {
            end += 1 + fraction;
        } else if whole == 0 {
            return None;
        }
    }
    if end == 0 {
        return None;
    }
    if matches!(text.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(text.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end + 1 + sign);
        if exponent > 0 {
            end += 1 + sign + exponent;
        }
    }
    Some(end)
}

/// A text that is not one number literal of M.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BadNumber(String);

impl fmt::Display for BadNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("not a number literal of M: ")?;
        fmt::Debug::fmt(&self.0, formatter)
    }
}

impl Error for BadNumber {}

/// One line of comment, without the two slashes. Fixed text only: nothing a user gave belongs into a comment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Comment(String);

impl Comment {
    /// The comment with this text; blanks around it are dropped.
    ///
    /// # Errors
    /// Line ends and other control characters (also those of Unicode), and the characters that change the direction
    /// of what is read: each of them could hide code in a comment, or end it.
    pub fn new(text: &str) -> Result<Self, BadComment> {
        let text = text.trim_matches(|character| matches!(character, ' ' | '\t'));
        if text.chars().any(deceives) {
            return Err(BadComment(text.to_owned()));
        }
        Ok(Self(text.to_owned()))
    }

    /// The comment's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A text that cannot stand in a comment of one line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BadComment(String);

impl fmt::Display for BadComment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("not a comment of one line: ")?;
        fmt::Debug::fmt(&self.0, formatter)
    }
}

impl Error for BadComment {}

/// Whether this character ends a line for some tool, is not seen, or changes the direction of what is read.
fn deceives(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff0}'..='\u{ffff}'
            | '\u{e0000}'..='\u{10ffff}')
}

/// Makes an enum of words, with the table that both parser and printer read.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            /// Every one of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word as M writes it.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// The one that is written like this.
            pub fn from_text(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|word| word.as_str() == text)
            }
        }
    };
}

words! {
    /// The primitive types.
    Primitive {
        /// Any value.
        Any = "any",
        /// Any value but null.
        AnyNonNull = "anynonnull",
        /// Bytes.
        Binary = "binary",
        /// A day.
        Date = "date",
        /// A day and a time of day.
        DateTime = "datetime",
        /// A day, a time of day and an offset.
        DateTimeZone = "datetimezone",
        /// A length of time.
        Duration = "duration",
        /// A function.
        Function = "function",
        /// A list.
        List = "list",
        /// True or false.
        Logical = "logical",
        /// No value at all.
        None = "none",
        /// Null.
        Null = "null",
        /// A number.
        Number = "number",
        /// A record.
        Record = "record",
        /// A table.
        Table = "table",
        /// A text.
        Text = "text",
        /// A time of day.
        Time = "time",
        /// A type.
        Type = "type",
    }
}

words! {
    /// The words with a `#` that stand for a value.
    Keyword {
        /// Makes a binary value.
        Binary = "#binary",
        /// Makes a date.
        Date = "#date",
        /// Makes a date with a time.
        DateTime = "#datetime",
        /// Makes a date with a time and an offset.
        DateTimeZone = "#datetimezone",
        /// Makes a duration.
        Duration = "#duration",
        /// The infinite number.
        Infinity = "#infinity",
        /// The number that is none.
        Nan = "#nan",
        /// All sections.
        Sections = "#sections",
        /// The global environment.
        Shared = "#shared",
        /// Makes a table.
        Table = "#table",
        /// Makes a time.
        Time = "#time",
    }
}

impl Keyword {
    /// Whether the word is a number, which can be neither called nor indexed.
    pub(super) fn is_literal(self) -> bool {
        matches!(self, Self::Infinity | Self::Nan)
    }
}

/// The reserved words that look like identifiers.
pub(super) const RESERVED: [&str; 21] = [
    "and",
    "as",
    "each",
    "else",
    "error",
    "false",
    "if",
    "in",
    "is",
    "let",
    "meta",
    "not",
    "null",
    "or",
    "otherwise",
    "section",
    "shared",
    "then",
    "true",
    "try",
    "type",
];
