//! What was expected, what was found, and where.

use std::error::Error;
use std::fmt;

/// Why a text is not a document of M, or not one whose comments could be kept.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct SyntaxError {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What could have stood there.
    pub expected: &'static str,
    /// What stands there, as it is written.
    pub found: String,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            line,
            column,
            expected,
            found,
        } = self;
        write!(
            formatter,
            "line {line}, column {column}: expected {expected}, found {found}"
        )
    }
}

impl Error for SyntaxError {}
