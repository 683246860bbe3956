//! Tables as Markdown.

use super::Table;
use super::column::{CellRef, ColumnType};
use super::out::Out;
use super::write::{TextFormat, push_plain};

impl Table {
    /// The table as Markdown in [GitHub's spelling](https://github.github.com/gfm/#tables-extension-): a row of names, then
    /// a line per row. Numbers stand to the right.
    ///
    /// Texts are shown as they are: what Markdown or HTML would take for a sign is escaped, a line break is `<br>`. Nulls
    /// and empty texts are empty cells; blanks at the ends of a text are not shown. Points in time are spelled as in
    /// [`to_csv`](Self::to_csv). A table without columns gives an empty text.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        self.written(TextFormat::Markdown, None).into_text()
    }

    pub(crate) fn write_markdown(&self, out: &mut Out) {
        if self.columns().is_empty() {
            return;
        }
        self.expect_text(out, self.columns().len() * 3);
        for column in self.columns() {
            out.push_str("| ");
            push_escaped(out, column.name());
            out.push_str(" ");
        }
        out.push_str("|\n");
        for column in self.columns() {
            out.push_str(match column.column_type() {
                ColumnType::Int64 | ColumnType::Float64 => "| ---: ",
                _ => "| --- ",
            });
        }
        out.push_str("|\n");
        for row in 0..self.row_count() {
            if out.is_full() {
                return;
            }
            for column in self.columns() {
                out.push_str("| ");
                match column.value(row) {
                    CellRef::Utf8(text) | CellRef::Json(text) => push_escaped(out, text),
                    cell => push_plain(out, cell),
                }
                out.push_str(" ");
            }
            out.push_str("|\n");
        }
    }
}

/// Appends a text so that Markdown shows it as it is.
fn push_escaped(out: &mut Out, text: &str) {
    let bytes = text.as_bytes();
    let mut copied = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let sign = match byte {
            b'|' => "\\|",
            b'\\' => "\\\\",
            b'`' => "\\`",
            b'*' => "\\*",
            b'[' => "\\[",
            b']' => "\\]",
            b'~' => "\\~",
            // Within a word it means nothing.
            b'_' if !(is_in_word(bytes, at.wrapping_sub(1)) && is_in_word(bytes, at + 1)) => "\\_",
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'\n' if at > 0 && bytes[at - 1] == b'\r' => "",
            b'\r' | b'\n' => "<br>",
            _ => continue,
        };
        out.push_str(text.get(copied..at).unwrap_or_default());
        out.push_str(sign);
        copied = at + 1;
    }
    out.push_str(text.get(copied..).unwrap_or_default());
}

fn is_in_word(bytes: &[u8], at: usize) -> bool {
    bytes.get(at).is_some_and(u8::is_ascii_alphanumeric)
}
