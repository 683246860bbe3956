//! Tables as texts: CSV and JSON.

use super::column::{CellRef, Column, ColumnValues};
use super::error::TableError;
use super::json::{decode, push_string, write_string};
use super::number::is_number;
use super::out::Out;
use super::{Table, csv, time};

/// What a table is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TextFormat {
    /// As [`Table::to_csv`].
    Csv(CsvOptions),
    /// As [`Table::to_json`].
    Json,
    /// As [`Table::to_json_lines`].
    JsonLines,
    /// As [`Table::to_markdown`].
    Markdown,
}

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
    /// The table as a text of at most `limit` bytes. Escapes, and names in each row of JSON, may make it many times as long
    /// as what was read.
    ///
    /// # Errors
    /// `TooLarge` if the text would be longer, or if there is no memory for it. Nothing is kept of it then.
    pub fn to_text(&self, format: TextFormat, limit: usize) -> Result<String, TableError> {
        self.written(format, Some(limit)).into_whole()
    }

    /// The table as CSV ([RFC 4180](https://www.rfc-editor.org/rfc/rfc4180)): commas, CRLF after every record, quotes where
    /// they are needed.
    ///
    /// A text stands in quotes also where it would be read back as something else: `"1"`, `"true"` and `"2026-01-31"` are
    /// texts, `1`, `true` and `2026-01-31` are not. (Only a table in which every value is in quotes is read as if it had
    /// none, as [`Format::Csv`](super::Format::Csv) says.) A null is an empty field, an empty text is `""`; if there is only one
    /// column a null is `""` too, since many readers skip empty lines. Timestamps are written as
    /// `2026-01-31T12:00:00.000Z`, date-times without the `Z`, dates as `2026-01-31`; a fraction has six digits if three do
    /// not hold it. In a `json` column texts are written without JSON's quotes and escapes, other values as JSON. A table
    /// without columns gives an empty text.
    #[must_use]
    pub fn to_csv(&self, options: &CsvOptions) -> String {
        self.written(TextFormat::Csv(*options), None).into_text()
    }

    pub(crate) fn written(&self, format: TextFormat, limit: Option<usize>) -> Out {
        let mut out = Out::new(limit);
        match format {
            TextFormat::Csv(options) => self.write_csv(&mut out, options),
            TextFormat::Json => self.write_json(&mut out),
            TextFormat::JsonLines => self.write_json_lines(&mut out),
            TextFormat::Markdown => self.write_markdown(&mut out),
        }
        out
    }

    fn write_csv(&self, out: &mut Out, options: CsvOptions) {
        let columns = self.columns();
        if columns.is_empty() {
            return;
        }
        self.expect_text(out, 0);
        if options.header {
            for (position, column) in columns.iter().enumerate() {
                push_separator(out, position);
                push_field(out, column.name(), options, needs_quotes(column.name()));
            }
            out.push_str("\r\n");
        }
        for row in 0..self.row_count() {
            if out.is_full() {
                return;
            }
            self.push_record(out, options, row);
        }
    }

    /// Appends a record of CSV. Like all that a loop calls again and again, it gets faster machine code by and by.
    #[inline(never)]
    fn push_record(&self, out: &mut Out, options: CsvOptions, row: usize) {
        for (position, column) in self.columns().iter().enumerate() {
            push_separator(out, position);
            match column.value(row) {
                CellRef::Null if self.columns().len() > 1 => {}
                CellRef::Null => out.push_str("\"\""),
                CellRef::Utf8(text) => push_text_field(out, text, options),
                CellRef::Json(json) if json.starts_with('"') => push_text_field(out, &decode(json), options),
                CellRef::Json(json) => push_field(out, json, options, needs_quotes(json)),
                cell => push_plain(out, cell),
            }
        }
        out.push_str("\r\n");
    }

    /// The table as a JSON array of objects, one per row, each with every column in order; missing members are `null`.
    ///
    /// Integers keep every digit, so a reader that knows only doubles (JavaScript) may round them. Points in time are
    /// texts, spelled as [`to_csv`](Self::to_csv) does.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.written(TextFormat::Json, None).into_text()
    }

    fn write_json(&self, out: &mut Out) {
        let names = self.member_starts();
        self.expect_text(out, names.iter().map(String::len).sum());
        out.push_str("[");
        for row in 0..self.row_count() {
            if out.is_full() {
                return;
            }
            push_separator(out, row);
            self.push_row(out, &names, row);
        }
        out.push_str("]");
    }

    /// The table as JSON lines: one object per row as in [`to_json`](Self::to_json), each followed by a line feed.
    #[must_use]
    pub fn to_json_lines(&self) -> String {
        self.written(TextFormat::JsonLines, None).into_text()
    }

    fn write_json_lines(&self, out: &mut Out) {
        let names = self.member_starts();
        self.expect_text(out, names.iter().map(String::len).sum());
        for row in 0..self.row_count() {
            if out.is_full() {
                return;
            }
            self.push_row(out, &names, row);
            out.push_str("\n");
        }
    }

    /// Says how long the text will be, if each row has `names` bytes more than its cells and what separates them.
    pub(crate) fn expect_text(&self, out: &mut Out, names: usize) {
        let rows = self.row_count() as u64;
        let least = rows.saturating_mul(names as u64);
        let cells: u64 = self
            .columns()
            .iter()
            .map(|column| match column.values() {
                ColumnValues::Utf8 { text, .. } | ColumnValues::Json { text, .. } => text.len() as u64 + rows,
                _ => rows * 8,
            })
            .sum();
        out.expect(least, least.saturating_add(cells + rows * 4));
    }

    /// What stands before each column's value in a JSON object, with the bracket or the comma: `,"name":`.
    fn member_starts(&self) -> Vec<String> {
        let start = |(position, column): (usize, &Column)| {
            let mut start = String::from(if position == 0 { "{" } else { "," });
            push_string(&mut start, column.name());
            start.push(':');
            start
        };
        self.columns().iter().enumerate().map(start).collect()
    }

    #[inline(never)]
    fn push_row(&self, out: &mut Out, member_starts: &[String], row: usize) {
        for (start, column) in member_starts.iter().zip(self.columns()) {
            out.push_str(start);
            match column.value(row) {
                CellRef::Null => out.push_str("null"),
                CellRef::Utf8(text) => write_string(out, text),
                CellRef::Json(json) => out.push_str(json),
                cell @ (CellRef::Timestamp(_) | CellRef::Datetime(_) | CellRef::Date(_)) => {
                    out.push_str("\"");
                    push_plain(out, cell);
                    out.push_str("\"");
                }
                cell => push_plain(out, cell),
            }
        }
        out.push_str(if member_starts.is_empty() { "{}" } else { "}" });
    }
}

fn push_separator(out: &mut Out, position: usize) {
    if position > 0 {
        out.push_str(",");
    }
}

/// What a point in time takes at most.
const TIME_LENGTH: usize = "0000-00-00T00:00:00.000000Z".len();

/// Appends a value as it is, without quotes or escapes; nothing for a null.
pub(crate) fn push_plain(out: &mut Out, cell: CellRef<'_>) {
    match cell {
        CellRef::Null => {}
        CellRef::Bool(value) => out.push_str(if value { "true" } else { "false" }),
        CellRef::Int64(value) => out.push_str(itoa::Buffer::new().format(value)),
        // The shortest digits that read back as the same double. Columns hold no infinity and no NaN.
        CellRef::Float64(value) => out.push_str(zmij::Buffer::new().format_finite(value)),
        CellRef::Utf8(text) | CellRef::Json(text) => out.push_str(text),
        CellRef::Timestamp(_) | CellRef::Datetime(_) | CellRef::Date(_) => {
            if let Some(out) = out.room(TIME_LENGTH) {
                push_time(out, cell);
            }
        }
    }
}

fn push_time(out: &mut String, cell: CellRef<'_>) {
    match cell {
        CellRef::Timestamp(microseconds) => time::push_timestamp(out, microseconds),
        CellRef::Datetime(microseconds) => time::push_datetime(out, microseconds),
        CellRef::Date(days) => time::push_date(out, days),
        _ => {}
    }
}

/// Appends a text, in quotes if it would not be read back as that text.
fn push_text_field(out: &mut Out, text: &str, options: CsvOptions) {
    push_field(out, text, options, needs_quotes(text) || csv::is_typed(text.as_bytes()));
}

/// Whether the text of a field has to stand in quotes.
fn needs_quotes(text: &str) -> bool {
    // At the beginning of a file U+FEFF would be a byte order mark, and no part of the text.
    text.is_empty() || text.starts_with('\u{feff}') || csv::has_signs(text.as_bytes())
}

fn push_field(out: &mut Out, text: &str, options: CsvOptions, quoted: bool) {
    let defused = options.defuse_formulas
        && text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n'])
        && !is_number(text.as_bytes());
    if quoted {
        out.push_str("\"");
    }
    if defused {
        out.push_str("'");
    }
    if quoted {
        for (position, piece) in text.split('"').enumerate() {
            out.push_str(if position > 0 { "\"\"" } else { "" });
            out.push_str(piece);
        }
        out.push_str("\"");
    } else {
        out.push_str(text);
    }
}
