//! What is told when rows do not have the shape that the user named.

use super::error::{TableError, TableErrorCode};
use super::lexer::{Lexer, Problem, Stopped};
use super::options::Shape;
use super::path::describe;
use super::reader::Reader;

impl Reader<'_> {
    /// Stops at the value that begins here, which is JSON and does not have the shape named.
    #[cold]
    #[inline(never)]
    pub(crate) fn unlike_shape(&mut self, lexer: &mut Lexer<'_, false>, depth: usize) -> Result<(), Stopped> {
        let shape = self.options.shape;
        let start = lexer.at;
        let unlike = match (lexer.peek(), shape) {
            (b'[', Shape::Records) => item_unlike(lexer, b'{', depth)?,
            (b'[', Shape::Arrays) => item_unlike(lexer, b'[', depth)?,
            (b'[', Shape::Texts) => item_unlike(lexer, b'"', depth)?,
            _ => None,
        };
        let (row, at) = unlike.unzip();
        lexer.at = at.unwrap_or(start);
        let at = lexer.at;
        lexer.skip_value(depth)?;
        let found = describe(lexer.bytes.get(at..lexer.at).unwrap_or_default());
        let expected = format!("the shape `{}`, {}", shape.as_str(), meaning(shape));
        let mut error = TableError::new(TableErrorCode::DoesNotFit, Some(at), expected, found)
            .advise("give the path to such rows, or leave out the shape: then it is found by looking");
        if let Some(row) = row {
            error = error.in_row(row, None);
        }
        self.error = Some(error);
        lexer.stop(Problem::None)
    }
}

/// The first item of the array that begins here which is no null and does not begin with that byte, and its place.
fn item_unlike(lexer: &mut Lexer<'_, false>, wanted: u8, depth: usize) -> Result<Option<(usize, usize)>, Stopped> {
    let mut item = 0;
    let mut more = lexer.open(b']', depth)?;
    while more {
        if lexer.peek() != wanted && lexer.peek() != b'n' {
            return Ok(Some((item, lexer.at)));
        }
        lexer.skip_value(depth + 1)?;
        item += 1;
        more = lexer.next_item()?;
    }
    Ok(None)
}

const fn meaning(shape: Shape) -> &'static str {
    match shape {
        Shape::Auto | Shape::Row => "any value",
        Shape::Records => "an array of objects",
        Shape::Arrays => "an array of arrays",
        Shape::Texts => "an array of texts that are JSON objects",
        Shape::Lists => "an object whose members are arrays of one length",
        Shape::Columns => "an object with an object of rows for each column",
        Shape::Index => "an object with an object for each row",
        Shape::Split => "an object of `columns`, `data` and maybe `index`, as pandas writes it",
        Shape::Table => "an object of `schema` and `data`, as pandas writes it",
    }
}
