//! Why a text could not be read as a table.

use std::fmt;

use serde::Serialize;

/// What kind of thing stands in the way of a [`Table`](super::Table).
///
/// In JSON, and for JavaScript, the names are in camel case: `notJson`, `pathNotFound`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum TableErrorCode {
    /// The text of a [`JsonPath`](super::JsonPath) breaks its grammar.
    InvalidPath,
    /// The records of CSV break its grammar.
    NotCsv,
    /// The bytes break the grammar of JSON. A blank text counts as this too.
    NotJson,
    /// The bytes are not UTF-8.
    NotUtf8,
    /// The document has nothing at the path.
    PathNotFound,
    /// A value does not fit the type that the schema names for its column, or the rows do not have the shape that was
    /// named.
    DoesNotFit,
    /// Arrays and objects are nested more than 128 deep.
    TooDeep,
    /// The table would be out of proportion to its text: see the limits of [`Table`](super::Table). Or the text that it is
    /// written as would be longer than it may.
    TooLarge,
    /// The bytes end inside a JSON value. What is there is not read as if it were whole.
    Truncated,
}

impl TableErrorCode {
    /// The name in camel case, as it is serialized.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidPath => "invalidPath",
            Self::DoesNotFit => "doesNotFit",
            Self::NotCsv => "notCsv",
            Self::NotJson => "notJson",
            Self::NotUtf8 => "notUtf8",
            Self::PathNotFound => "pathNotFound",
            Self::TooDeep => "tooDeep",
            Self::TooLarge => "tooLarge",
            Self::Truncated => "truncated",
        }
    }
}

/// Why a text could not be read as a table: what was expected, what was found, and where.
///
/// It quotes at most one character of the text, and the names of members where a path leads nowhere or a shape does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableError {
    code: TableErrorCode,
    offset: Option<usize>,
    row: Option<usize>,
    column: Option<String>,
    expected: String,
    found: String,
    advice: &'static str,
}

impl TableError {
    #[inline(never)]
    pub(super) fn new(
        code: TableErrorCode,
        offset: Option<usize>,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Self {
        Self {
            code,
            offset,
            row: None,
            column: None,
            expected: expected.into(),
            found: found.into(),
            advice: "",
        }
    }

    /// The same error with what to do about it.
    pub(crate) fn advise(self, advice: &'static str) -> Self {
        Self { advice, ..self }
    }

    /// The same error in a text that has `count` bytes more in front.
    pub(crate) fn moved_by(self, count: usize) -> Self {
        Self {
            offset: self.offset.map(|offset| offset + count),
            ..self
        }
    }

    pub(crate) fn set_offset(&mut self, offset: Option<usize>) {
        self.offset = offset;
    }

    /// The same error in that row, counted from 0, and in the column of that name if it is one column's.
    pub(crate) fn in_row(self, row: usize, column: Option<String>) -> Self {
        Self {
            row: Some(row),
            column,
            ..self
        }
    }

    /// The kind of error, to branch on.
    #[must_use]
    pub const fn code(&self) -> TableErrorCode {
        self.code
    }

    /// The place, as a count of bytes from the start of the text; for `InvalidPath` from the start of the path.
    ///
    /// `None` for `PathNotFound`, whose place is named in [`expected`](Self::expected), and for `TooLarge`.
    #[must_use]
    pub const fn offset(&self) -> Option<usize> {
        self.offset
    }

    /// The row of the table, counted from 0; known for `DoesNotFit` where a value does not fit, and for `NotCsv`. In CSV
    /// the header is no row.
    #[must_use]
    pub const fn row(&self) -> Option<usize> {
        self.row
    }

    /// The name of the column whose value does not fit.
    #[must_use]
    pub fn column(&self) -> Option<&str> {
        self.column.as_deref()
    }

    /// What should have stood there.
    #[must_use]
    pub fn expected(&self) -> &str {
        &self.expected
    }

    /// What stood there instead.
    #[must_use]
    pub fn found(&self) -> &str {
        &self.found
    }

    /// What to do about it, where that is more than to correct it; may be empty.
    #[must_use]
    pub const fn advice(&self) -> &'static str {
        self.advice
    }
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}, found {}", self.expected, self.found)?;
        if let Some(offset) = self.offset {
            write!(f, " at byte {offset}")?;
        }
        match (self.row, &self.column) {
            (Some(row), Some(column)) => write!(f, " (row {row}, column `{column}`)")?,
            (Some(row), None) => write!(f, " (row {row})")?,
            _ => {}
        }
        if !self.advice.is_empty() {
            write!(f, "; {}", self.advice)?;
        }
        Ok(())
    }
}

impl std::error::Error for TableError {}

/// The error about bytes that are known to be something else than text in UTF-8.
pub(crate) fn known_not_utf8(bytes: &[u8]) -> Option<TableError> {
    let (found, advice) = match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => ("UTF-16", "write it in UTF-8, or convert it: iconv -f UTF-16 -t UTF-8"),
        [0x1f, 0x8b, ..] => ("gzip", "unpack it first: gunzip"),
        _ => return None,
    };
    Some(TableError::new(TableErrorCode::NotUtf8, Some(0), "text in UTF-8", found).advise(advice))
}

/// The error about the byte at `offset`, with which no character in UTF-8 begins.
pub(crate) fn not_utf8(bytes: &[u8], offset: usize) -> TableError {
    let rest = bytes.get(offset..).unwrap_or_default();
    let (code, offset) = match str::from_utf8(rest) {
        Err(error) if error.error_len().is_none() => (TableErrorCode::Truncated, offset + error.valid_up_to()),
        Err(error) => (TableErrorCode::NotUtf8, offset + error.valid_up_to()),
        Ok(_) => (TableErrorCode::NotUtf8, offset),
    };
    let found = bytes
        .get(offset)
        .map_or(String::new(), |byte| format!("the byte {byte:#04x}"));
    TableError::new(code, Some(offset), "UTF-8", found)
}

/// Describes the character at `offset`, for the `found` of an error.
pub(crate) fn character_at(bytes: &[u8], offset: usize) -> String {
    let rest = bytes.get(offset..).unwrap_or_default();
    let start = rest.get(..rest.len().min(4)).unwrap_or_default();
    let first = start
        .utf8_chunks()
        .next()
        .and_then(|chunk| chunk.valid().chars().next());
    match (first, rest.first()) {
        (Some(character), _) if character.is_ascii_control() => {
            format!("the control character {}", u32::from(character))
        }
        (Some(character), _) => format!("`{character}`"),
        (None, Some(byte)) => format!("the byte {byte:#04x}"),
        (None, None) => "the end".to_owned(),
    }
}
