//! Tables as CSV and as JSON.

use std::borrow::Cow;

use super::column::CellRef;
use super::json::{decode, push_string};
use super::number::is_number;
use super::{Table, time};

/// How [`Table::to_csv`] writes. The default: a header, every text as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CsvOptions {
    header: bool,
    defuse_formulas: bool,
}

impl Default for CsvOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl CsvOptions {
    /// The default options.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            header: true,
            defuse_formulas: false,
        }
    }

    /// Whether the first record holds the names of the columns. On by default.
    #[must_use]
    pub const fn header(self, header: bool) -> Self {
        Self { header, ..self }
    }

    /// Whether cells that a spreadsheet would take for a formula get a `'` in front. Off by default, because the file
    /// then says something else than the table.
    ///
    /// These are the texts, column names among them, that begin with `=`, `+`, `-`, `@`, their full-width forms, a tab or
    /// a line break, as [OWASP](https://owasp.org/www-community/attacks/CSV_Injection) lists them. Numbers stay, also
    /// numbers in a text column.
    #[must_use]
    pub const fn defuse_formulas(self, defuse_formulas: bool) -> Self {
        Self {
            defuse_formulas,
            ..self
        }
    }
}

impl Table {
    /// The table as CSV ([RFC 4180](https://www.rfc-editor.org/rfc/rfc4180)): commas, CRLF after every record, quotes where
    /// they are needed.
    ///
    /// A null is an empty field, an empty text is `""`; if there is only one column a null is `""` too, since many readers
    /// skip empty lines. Timestamps are written as `2026-01-31T12:00:00.000Z`. In a `json` column texts are written
    /// without JSON's quotes and escapes, other values as JSON. A table without columns gives an empty text.
    #[must_use]
    pub fn to_csv(&self, options: &CsvOptions) -> String {
        let mut out = String::new();
        if self.columns().is_empty() {
            return out;
        }
        if options.header {
            for (position, column) in self.columns().iter().enumerate() {
                push_separator(&mut out, position);
                push_field(&mut out, column.name(), *options);
            }
            out.push_str("\r\n");
        }
        for row in 0..self.row_count() {
            for (position, column) in self.columns().iter().enumerate() {
                push_separator(&mut out, position);
                match column.value(row) {
                    CellRef::Null if self.columns().len() > 1 => {}
                    CellRef::Null => out.push_str("\"\""),
                    CellRef::Utf8(text) => push_field(&mut out, text, *options),
                    CellRef::Json(json) => {
                        let text = if json.starts_with('"') {
                            decode(json)
                        } else {
                            Cow::Borrowed(json)
                        };
                        push_field(&mut out, &text, *options);
                    }
                    cell @ (CellRef::Timestamp(_) | CellRef::Datetime(_) | CellRef::Date(_)) => {
                        push_time(&mut out, cell)
                    }
                    cell => push_json(&mut out, cell),
                }
            }
            out.push_str("\r\n");
        }
        out
    }

    /// The table as a JSON array of objects, one per row, each with every column in order; missing members are `null`.
    ///
    /// Integers keep every digit, so a reader that knows only doubles (JavaScript) may round them. Timestamps are texts
    /// like `2026-01-31T12:00:00.000Z`.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = String::from("[");
        let names = self.member_starts();
        for row in 0..self.row_count() {
            push_separator(&mut out, row);
            self.push_row(&mut out, &names, row);
        }
        out.push(']');
        out
    }

    /// The table as JSON lines: one object per row as in [`to_json`](Self::to_json), each followed by a line feed.
    #[must_use]
    pub fn to_json_lines(&self) -> String {
        let mut out = String::new();
        let names = self.member_starts();
        for row in 0..self.row_count() {
            self.push_row(&mut out, &names, row);
            out.push('\n');
        }
        out
    }

    /// What stands before each column's value in a JSON object: `"name":`.
    fn member_starts(&self) -> Vec<String> {
        let start = |name: &str| {
            let mut start = String::new();
            push_string(&mut start, name);
            start.push(':');
            start
        };
        self.columns().iter().map(|column| start(column.name())).collect()
    }

    fn push_row(&self, out: &mut String, member_starts: &[String], row: usize) {
        out.push('{');
        for (position, (start, column)) in member_starts.iter().zip(self.columns()).enumerate() {
            push_separator(out, position);
            out.push_str(start);
            push_json(out, column.value(row));
        }
        out.push('}');
    }
}

fn push_separator(out: &mut String, position: usize) {
    if position > 0 {
        out.push(',');
    }
}

fn push_json(out: &mut String, cell: CellRef<'_>) {
    match cell {
        CellRef::Null => out.push_str("null"),
        CellRef::Bool(value) => out.push_str(if value { "true" } else { "false" }),
        CellRef::Int64(value) => out.push_str(&value.to_string()),
        // The shortest digits that read back as the same double. Columns hold no infinity and no NaN.
        CellRef::Float64(value) => out.push_str(zmij::Buffer::new().format_finite(value)),
        CellRef::Timestamp(_) | CellRef::Datetime(_) | CellRef::Date(_) => {
            out.push('"');
            push_time(out, cell);
            out.push('"');
        }
        CellRef::Utf8(text) => push_string(out, text),
        CellRef::Json(json) => out.push_str(json),
    }
}

/// Appends a point in time without quotes.
fn push_time(out: &mut String, cell: CellRef<'_>) {
    match cell {
        CellRef::Timestamp(microseconds) => time::push_timestamp(out, microseconds),
        CellRef::Datetime(microseconds) => time::push_datetime(out, microseconds),
        CellRef::Date(days) => time::push_date(out, days),
        _ => {}
    }
}

fn push_field(out: &mut String, text: &str, options: CsvOptions) {
    let defused = options.defuse_formulas
        && text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n'])
        && !is_number(text.as_bytes());
    let quoted = text.is_empty() || text.contains(['"', ',', '\r', '\n']);
    if quoted {
        out.push('"');
    }
    if defused {
        out.push('\'');
    }
    if quoted {
        out.push_str(&text.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(text);
    }
}
