//! The output of a run as a table of typed columns.

mod block;
mod builder;
mod chunks;
mod column;
mod concat;
mod csv;
mod cut;
mod error;
mod fit;
mod json;
mod lexer;
mod markdown;
mod names;
mod number;
mod options;
mod out;
mod path;
mod reader;
mod rows;
mod shape;
mod shape_error;
mod slots;
mod texts;
mod time;
mod words;
mod write;

use std::fmt;

use reader::Reader;

pub use chunks::TableReader;
pub use column::{CellRef, Column, ColumnType, ColumnValues};
pub use cut::cut_text;
pub use error::{TableError, TableErrorCode};
pub use options::{Format, ReadOptions, Shape};
pub use path::JsonPath;

pub use write::{CsvOptions, TextFormat};

/// Rows and typed columns, read from what a run left behind.
///
/// ```
/// use pqrun_table::{CellRef, ColumnType, JsonPath, Table};
///
/// let output = br#"{"rows": [{"id": 1, "name": "a"}, {"id": 2, "note": null}]}"#;
/// let table = Table::from_json(output, &JsonPath::parse("$.rows")?)?;
/// assert_eq!(table.row_count(), 2);
/// assert_eq!(table.columns().iter().map(|column| column.name()).collect::<Vec<_>>(), ["id", "name", "note"]);
/// assert_eq!(table.columns()[0].column_type(), ColumnType::Int64);
/// assert_eq!(table.value(1, 0), CellRef::Int64(2));
/// assert_eq!(table.value(1, 1), CellRef::Null);
/// # Ok::<(), pqrun_table::TableError>(())
/// ```
///
/// # Shapes
///
/// | Shape | JSON | Table |
/// | --- | --- | --- |
/// | `Records` | `[{"a": 1}, {"a": 2}]` | a row for each object; columns in the order in which they first occur |
/// | `Arrays` | `[["a", "b"], [1, 2]]` | a row for each array; the first names the columns if it can be seen that it does |
/// | `Texts` | `["{\"a\": 1}", "{\"a\": 2}"]` | a row for each text, as Spark's `toJSON().collect()` writes them |
/// | `Lists` | `{"a": [1, 2], "b": [3, 4]}` | a column for each member |
/// | `Columns` | `{"a": {"0": 1, "1": 2}}` | pandas' `to_json()` |
/// | `Index` | `{"0": {"a": 1}, "1": {"a": 2}}` | pandas' `orient="index"` |
/// | `Split` | `{"columns": ["a"], "index": [0], "data": [[1]]}` | pandas' `orient="split"` |
/// | `Table` | `{"schema": {"fields": […]}, "data": [{"a": 1}]}` | pandas' `orient="table"` |
/// | `Row` | `{"a": 1}`, or any value | one row |
///
/// They are found by looking; [`ReadOptions::shape`] names one, and then anything else is an error. Items of other arrays
/// are rows in one column `value`, as is a value that is no object.
///
/// - An array of arrays has a header if its first item is an array of different texts that are not empty, no row is longer,
///   and some column has values below, none of which is a text. [`ReadOptions::header`] says it. Without one the columns
///   are `column1`, …
/// - `Columns` and `Index` are found only if the rows' labels are `0`, `1`, `2` and so on; with other labels the shape has to
///   be named. Labels of pandas' index become a first column `index`, unless they count from 0.
/// - Rows may be ragged: what a row does not have is null. A `null` among objects or arrays is a row of nulls. An empty
///   array has no rows and no columns; an empty object is one row without columns.
/// - If a name occurs twice in an object, the last value counts, at the place of the first.
/// - Nested objects and arrays are values of type `json`, unless [`ReadOptions::flatten`] makes columns of the objects'
///   members.
/// - In texts, half of a surrogate pair (`\ud83d` alone) becomes U+FFFD.
///
/// # Types
///
/// A column has the narrowest type that holds all its values; nulls fit everywhere. Integers, points in time, texts and JSON
/// are held exactly, numbers with a fraction as the nearest double.
///
/// | The values that are not null                                         | Type        |
/// |----------------------------------------------------------------------|-------------|
/// | none                                                                 | `utf8`      |
/// | booleans                                                             | `bool`      |
/// | integers from -2^63 to 2^63-1                                        | `int64`     |
/// | numbers a double holds, integers among them exactly                  | `float64`   |
/// | other numbers (larger integers, more digits, out of range)           | `utf8`, as they are written |
/// | texts, all dates                                                     | `date`      |
/// | texts, all date-times without a zone                                 | `datetime`  |
/// | texts, all date-times with a zone                                    | `timestamp` |
/// | other texts, also a mixture of these three                           | `utf8`      |
/// | arrays, objects, or values of more than one kind                     | `json`      |
///
/// - A double holds a number with a fraction or an exponent, as the nearest one, ties to even, if the number has 17 digits
///   at most, not counting zeros at its ends, and is not so large or small that infinity or zero is nearest: no double is
///   written with more. `-0` is a double too. A column with other numbers is text, and so is one of integers beyond 64 bits,
///   whatever else is in it.
/// - A date is `YYYY-MM-DD`, in the years 1 to 9999. A date-time is a date, `T` or one blank, `hh:mm:ss`, and a fraction
///   of a second if any; a zone may follow, `Z` or an offset such as `+01:00` or `+0100`, up to 14 hours. Of a timestamp
///   the instant is kept, not the offset. One that has more than microseconds (other than zeros up to the ninth digit), or
///   that does not exist, makes the column text.
/// - Texts are never taken for numbers or booleans: `"007"` stays text.
/// - A mixture is `json`, where each value keeps its kind and all its digits: `true`, `1` and `"1"` stay three values.
///
/// # Limits
///
/// 2^31-1 bytes of text that is read; 128 nested arrays and objects; 16384 columns; 2^24 cells that are null because their
/// row does not have the column, and as many in columns that only the schema names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    columns: Vec<Column>,
    row_count: usize,
}

impl Table {
    /// Reads a text in UTF-8, with or without a byte order mark.
    ///
    /// # Errors
    /// With the place in the bytes: `NotJson`, `NotCsv`, `NotUtf8`, `Truncated` and `TooDeep`; `DoesNotFit` for a value
    /// that the schema's type cannot hold, or rows without the shape named. `PathNotFound` with the names of the
    /// members where the path ends; `TooLarge`.
    ///
    /// With [`Format::Auto`] and no path a text that is neither JSON nor CSV is no error, but one row of text. A text
    /// that is JSON up to its end and not finished is `Truncated`.
    pub fn read(bytes: &[u8], options: &ReadOptions) -> Result<Self, TableError> {
        limit(bytes.len())?;
        ask_for_memory(bytes.len() + bytes.len() / 2);
        Self::of_bytes(bytes, options)
    }

    /// Reads a text whose length was checked, without asking for memory first.
    fn of_bytes(bytes: &[u8], options: &ReadOptions) -> Result<Self, TableError> {
        if options.schema.len() > names::MAX_COLUMNS {
            let found = options.schema.len().to_string();
            return Err(TableError::new(
                TableErrorCode::TooLarge,
                None,
                "at most 16384 columns in the schema",
                found,
            ));
        }
        if let Some(error) = error::known_not_utf8(bytes) {
            return Err(error);
        }
        let mark = if bytes.starts_with(BYTE_ORDER_MARK) {
            BYTE_ORDER_MARK.len()
        } else {
            0
        };
        let content = bytes.get(mark..).unwrap_or_default();
        let read = match options.format {
            _ if options.has_path() => Reader::new(options).document(content),
            Format::Json => Reader::new(options).document(content),
            Format::JsonLines => Reader::new(options).lines(content),
            Format::Csv => csv::read(content, options),
            Format::Text => return Self::of_text(bytes),
            Format::Auto => match Self::detect(content, options) {
                Ok(None) => return Self::of_text(bytes),
                Ok(Some(table)) => Ok(table),
                Err(error) => Err(error),
            },
        };
        read.map_err(|error| error.moved_by(mark))
    }

    /// Reads a text as what it is; `None` if it is neither JSON nor CSV.
    #[inline(never)]
    fn detect(content: &[u8], options: &ReadOptions) -> Result<Option<Self>, TableError> {
        let start = content.trim_ascii_start();
        if !start.starts_with(b"[") && !start.starts_with(b"{") {
            if options.shape != Shape::Auto {
                // Whoever names a shape speaks of JSON.
                return Reader::new(options).document(content).map(Some);
            }
            return csv::read_if_csv(content, options);
        }
        let document = match Reader::new(options).document(content) {
            Err(error) if error.code() == TableErrorCode::NotJson => error,
            read => return read.map(Some),
        };
        match Reader::new(options).lines(content) {
            // Only what goes on behind a whole document may be lines. What is too large has no place.
            Err(error) if error.code() == TableErrorCode::NotJson => Ok(None),
            Err(error) if error.offset().is_some() && error.offset() <= document.offset() => Ok(None),
            read => read.map(Some),
        }
    }

    /// The text as it is, in one row.
    fn of_text(bytes: &[u8]) -> Result<Self, TableError> {
        match str::from_utf8(bytes) {
            Ok(text) => Ok(Self {
                columns: vec![Column::of_texts(VALUE, std::iter::once(text))],
                row_count: 1,
            }),
            Err(error) => Err(error::not_utf8(bytes, error.valid_up_to())),
        }
    }

    /// Reads the rows at `path` in a JSON document: [`read`](Self::read) with these two options.
    ///
    /// # Errors
    /// As `read`.
    pub fn from_json(bytes: &[u8], path: &JsonPath) -> Result<Self, TableError> {
        let options = ReadOptions::new().format(Format::Json).path(path.clone());
        Self::read(bytes, &options)
    }

    /// Reads a text that may be JSON, CSV or neither: [`read`](Self::read) without options.
    ///
    /// # Errors
    /// As `read`.
    pub fn from_text(text: &str) -> Result<Self, TableError> {
        Self::read(text.as_bytes(), &ReadOptions::new())
    }

    /// How many rows there are.
    #[must_use]
    pub const fn row_count(&self) -> usize {
        self.row_count
    }

    /// The columns, in order. Each has [`row_count`](Self::row_count) values, and a name of its own.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The column of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name() == name)
    }

    /// The value in a row and a column, both counted from 0. `Null` outside the table.
    #[must_use]
    pub fn value(&self, row: usize, column: usize) -> CellRef<'_> {
        self.columns
            .get(column)
            .map_or(CellRef::Null, |column| column.value(row))
    }

    /// The rows, in order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = RowRef<'_>> {
        (0..self.row_count).map(|index| RowRef { table: self, index })
    }
}

/// One row of a [`Table`].
#[derive(Clone, Copy)]
pub struct RowRef<'t> {
    table: &'t Table,
    index: usize,
}

impl<'t> RowRef<'t> {
    /// The place of the row in its table, counted from 0.
    #[must_use]
    pub const fn index(&self) -> usize {
        self.index
    }

    /// The value in the column of that name; `None` if the table has no such column.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<CellRef<'t>> {
        self.table.column(name).map(|column| column.value(self.index))
    }

    /// The names and values of all columns, in order.
    pub fn cells(&self) -> impl ExactSizeIterator<Item = (&'t str, CellRef<'t>)> + use<'t> {
        let index = self.index;
        self.table
            .columns
            .iter()
            .map(move |column| (column.name(), column.value(index)))
    }
}

impl fmt::Debug for RowRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.cells()).finish()
    }
}

/// The name of the column that holds values which are not rows.
pub(crate) const VALUE: &str = "value";

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Takes that many bytes from the host in one go, and leaves them to the allocator: what will be needed soon.
///
/// A wasm memory grows by as much as the allocator lacks, again and again, and each time JavaScript's engine does, in an
/// old or large heap, what takes longer than the reading: it makes sure that nothing can be thrown away.
fn ask_for_memory(bytes: usize) {
    if cfg!(target_family = "wasm") {
        let mut memory = Vec::<u8>::new();
        // If they are not to be had, whoever needs them will ask for less.
        let _ = memory.try_reserve_exact(bytes);
        std::hint::black_box(&memory);
    }
}

/// Refuses texts whose offsets would not fit the columns.
fn limit(length: usize) -> Result<(), TableError> {
    match i32::try_from(length) {
        Ok(_) => Ok(()),
        Err(_) => Err(TableError::new(
            TableErrorCode::TooLarge,
            None,
            "at most 2147483647 bytes",
            length.to_string(),
        )),
    }
}
