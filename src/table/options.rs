//! How a text is read as a table.

use super::column::ColumnType;
use super::path::JsonPath;

/// What a text is written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Found by looking: JSON, JSON lines, CSV with a header, or else one row of text.
    #[default]
    Auto,
    /// One JSON document of any kind.
    Json,
    /// A JSON value per line.
    JsonLines,
    /// Records of fields, [RFC 4180](https://www.rfc-editor.org/rfc/rfc4180).
    ///
    /// - Records end in CRLF, LF or CR. A blank line is no record.
    /// - A field in quotes holds anything, quotes written twice. Text behind its closing quote is an error. A quote within a
    ///   field that does not begin with one is a character like any other.
    /// - An empty field is null, `""` an empty text. A record that is short of fields has nulls, one that is longer makes
    ///   more columns.
    /// - A blank name becomes `columnN`, counted from 1; a name that occurred gets `_2`, `_3`, … behind it.
    /// - A column whose fields are all `true` or `false` (or Python's `True` and `False`), numbers as JSON writes them, or
    ///   points in time has that type, as [`Table`](super::Table) says; no column is [`ColumnType::Json`].
    /// - A field in quotes is text, so its column is, too. Where every field is in quotes, the names too, empty ones
    ///   apart, they say nothing.
    ///
    /// Without an option a text is CSV if all says so: commas; two records or more with the same number of fields, two or
    /// more; no blank line; no field with a blank at an end outside of quotes; names that differ, are no numbers, and are
    /// not empty but for the first.
    Csv,
    /// One row of text.
    Text,
}

impl Format {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Auto, Self::Json, Self::JsonLines, Self::Csv, Self::Text];

    /// The name in camel case, as options have it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Json => "json",
            Self::JsonLines => "jsonLines",
            Self::Csv => "csv",
            Self::Text => "text",
        }
    }
}

/// How the rows lie in JSON.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Shape {
    /// Found by looking.
    #[default]
    Auto,
    /// An array with an object for each row; pandas calls it `records`.
    Records,
    /// An array with an array for each row; pandas calls it `values`.
    Arrays,
    /// An object with an array for each column.
    Lists,
    /// An object with an object for each column, whose members are the rows: pandas' `columns`.
    Columns,
    /// An object with an object for each row: pandas' `index`.
    Index,
    /// An object with the members `columns`, `index` and `data`: pandas' `split`.
    Split,
    /// An object with the members `schema` and `data`: pandas' `table`.
    Table,
    /// An array with a JSON text for each row: Spark's `toJSON().collect()`.
    Texts,
    /// One row: an object is a row, anything else a value.
    Row,
}

impl Shape {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Auto,
        Self::Records,
        Self::Arrays,
        Self::Lists,
        Self::Columns,
        Self::Index,
        Self::Split,
        Self::Table,
        Self::Texts,
        Self::Row,
    ];

    /// The name in camel case, as options have it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Records => "records",
            Self::Arrays => "arrays",
            Self::Lists => "lists",
            Self::Columns => "columns",
            Self::Index => "index",
            Self::Split => "split",
            Self::Table => "table",
            Self::Texts => "texts",
            Self::Row => "row",
        }
    }
}

/// How [`Table::read`](super::Table::read) reads. The default finds out everything by looking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadOptions {
    pub(crate) delimiter: u8,
    pub(crate) flatten: bool,
    pub(crate) format: Format,
    pub(crate) header: Option<bool>,
    pub(crate) path: JsonPath,
    pub(crate) schema: Vec<(String, ColumnType)>,
    pub(crate) shape: Shape,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl ReadOptions {
    /// The default options.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            delimiter: b',',
            flatten: false,
            format: Format::Auto,
            header: None,
            path: JsonPath::root(),
            schema: Vec::new(),
            shape: Shape::Auto,
        }
    }

    /// What separates the fields of CSV: a byte of ASCII that is no quote and no line break.
    #[must_use]
    pub fn delimiter(self, delimiter: u8) -> Self {
        Self { delimiter, ..self }
    }

    /// Whether the members of nested objects become columns, under names with dots: `address.city`. Off by default,
    /// when nested objects are values of type [`ColumnType::Json`]. Arrays always are.
    #[must_use]
    pub fn flatten(self, flatten: bool) -> Self {
        Self { flatten, ..self }
    }

    /// What the text is written in.
    #[must_use]
    pub fn format(self, format: Format) -> Self {
        Self { format, ..self }
    }

    /// Whether the first record of CSV, or the first of an array of arrays, holds the names of the columns. If it is
    /// left out CSV has a header, and arrays have one if that can be seen.
    #[must_use]
    pub fn header(self, header: bool) -> Self {
        Self {
            header: Some(header),
            ..self
        }
    }

    /// Where the rows are in a JSON document. A step into a text goes on in the JSON that the text holds; a text at the end
    /// of the path is read in the format named, or as what it looks like.
    #[must_use]
    pub fn path(self, path: JsonPath) -> Self {
        Self { path, ..self }
    }

    /// Whether nobody said what the text is written in.
    #[must_use]
    pub fn is_auto(&self) -> bool {
        self.format == Format::Auto
    }

    /// Whether there is a header, if anybody said so.
    #[must_use]
    pub const fn header_named(&self) -> Option<bool> {
        self.header
    }

    /// Whether the rows are not the whole document.
    #[must_use]
    pub fn has_path(&self) -> bool {
        !self.path.steps.is_empty()
    }

    /// The types of columns, by name. They come first, in this order, whether they occur or not; columns that are not
    /// named follow, with the types that are found.
    ///
    /// | Type        | Values that fit, next to null                                                                |
    /// |-------------|----------------------------------------------------------------------------------------------|
    /// | `bool`      | booleans; the texts `true`, `false`, `True`, `False`                                          |
    /// | `int64`     | integers of 64 bits, also spelled `5.0` or `5e0`, and texts that spell them                   |
    /// | `float64`   | numbers of any digits, as the nearest double, if not too large for one; texts that spell them |
    /// | `timestamp` | date-times with a zone; integers, as milliseconds since 1970                                  |
    /// | `datetime`  | date-times without a zone; integers, as milliseconds since 1970                               |
    /// | `date`      | dates; date-times at midnight without a zone                                                  |
    /// | `utf8`      | texts; everything else as it is written                                                       |
    /// | `json`      | everything; in CSV a field that is JSON as that, any other as a text                          |
    ///
    /// Fields of CSV are texts, and fit in quotes as well as without; in a column that is neither `utf8` nor `json`, `""`
    /// is null. The first value that does not fit is an error
    /// [`DoesNotFit`](super::TableErrorCode::DoesNotFit) with its row, column and place.
    #[must_use]
    pub fn schema(self, schema: impl IntoIterator<Item = (String, ColumnType)>) -> Self {
        Self {
            schema: schema.into_iter().collect(),
            ..self
        }
    }

    /// How the rows lie in JSON.
    #[must_use]
    pub fn shape(self, shape: Shape) -> Self {
        Self { shape, ..self }
    }
}
