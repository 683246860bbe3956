//! Columns of the types that a schema names.

use std::borrow::Cow;

use super::builder::MAX_MISSING;
use super::column::{Column, ColumnType, Texts, Values, all_valid, bit};
use super::csv::read_bool;
use super::error::{TableError, TableErrorCode};
use super::json;
use super::lexer::Lexer;
use super::names::Names;
use super::number::{is_number, read_nearest, read_whole};
use super::texts::TextBuffer;
use super::time::{self, Zone};

/// The types that the user named for columns, found by the column's name. Of a name that is there twice the first counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Schema {
    names: Names,
    types: Vec<ColumnType>,
}

impl Schema {
    pub(crate) fn of(named: &[(String, ColumnType)]) -> Self {
        let mut schema = Self::default();
        for (name, column_type) in named {
            if schema.names.find_or_push(name) == schema.types.len() {
                schema.types.push(*column_type);
            }
        }
        schema
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.types.is_empty()
    }

    pub(crate) fn get(&self, name: &str) -> Option<ColumnType> {
        self.types.get(self.names.find(name.as_bytes())?).copied()
    }
}

/// A value that the type named for its column does not hold.
#[derive(Debug)]
pub(crate) struct Misfit {
    /// Its row, counted from 0.
    pub(crate) row: usize,
    /// The name of its column.
    column: String,
    to: ColumnType,
    /// What it is, for people.
    found: String,
}

impl Misfit {
    /// The error about it; `offset` is the place of the value in the text.
    pub(crate) fn error(self, offset: Option<usize>) -> TableError {
        TableError::new(TableErrorCode::DoesNotFit, offset, expected(self.to), self.found)
            .in_row(self.row, Some(self.column))
    }
}

/// A column of the type `to` with the values of `column`, which holds JSON texts, or the fields of CSV as texts.
///
/// # Errors
/// The first value that does not fit.
#[inline(never)]
pub(crate) fn fit(column: Column, to: ColumnType) -> Result<Column, Misfit> {
    let row_count = column.row_count();
    let (name, validity, values) = column.into_parts();
    let source = match (values, to) {
        (values @ Values::Utf8(_), ColumnType::Utf8) | (values @ Values::Json(_), ColumnType::Json) => {
            return Ok(Column::from_parts(name, row_count, validity, values));
        }
        (Values::Json(texts), _) => Source { texts, is_json: true },
        (Values::Utf8(texts), _) => Source { texts, is_json: false },
        (values, _) => return Ok(Column::from_parts(name, row_count, validity, values)),
    };
    let mut validity = validity.unwrap_or_else(|| all_valid(row_count));
    let values = match to {
        ColumnType::Utf8 => source.write_all(&validity, push_as_text).map(Values::Utf8),
        ColumnType::Json => source.write_all(&validity, push_as_json).map(Values::Json),
        _ => source.read_all(&mut validity, to),
    };
    match values {
        Ok(values) => Ok(Column::from_parts(name, row_count, Some(validity), values)),
        Err((row, found)) => Err(Misfit {
            row,
            column: name,
            to,
            found,
        }),
    }
}

/// The same for a column that may hold values of a type that was found: of these, none but texts can be read as others.
///
/// # Errors
/// The first value that does not fit.
pub(crate) fn fit_texts(column: Column, to: ColumnType) -> Result<Column, Misfit> {
    match column.column_type() {
        ColumnType::Utf8 => fit(column, to),
        found => Err(Misfit {
            row: 0,
            column: column.name().to_owned(),
            to,
            found: found.as_str().to_owned(),
        }),
    }
}

/// What the values of a column should have been, for people.
const fn expected(to: ColumnType) -> &'static str {
    match to {
        ColumnType::Bool => "true or false",
        ColumnType::Int64 => "an integer of 64 bits",
        ColumnType::Float64 => "a number",
        ColumnType::Timestamp => "a date-time with a zone, or milliseconds since 1970",
        ColumnType::Datetime => "a date-time without a zone, or milliseconds since 1970",
        ColumnType::Date => "a date",
        ColumnType::Utf8 => "a text",
        ColumnType::Json => "JSON",
    }
}

/// The columns in the order of the schema: first those that it names, whether they are there or not, then the others.
///
/// # Errors
/// `TooLarge` if those that are not there would have more cells than a table may make up for.
#[inline(never)]
pub(crate) fn arrange(columns: Vec<Column>, row_count: usize, schema: &Schema) -> Result<Vec<Column>, TableError> {
    let mut found: Vec<Option<Column>> = schema.types.iter().map(|_| None).collect();
    let mut others = Vec::new();
    for column in columns {
        match schema.names.find(column.name().as_bytes()) {
            Some(place) => found[place] = Some(column),
            None => others.push(column),
        }
    }
    let absent = found.iter().filter(|column| column.is_none()).count();
    if absent as u64 * row_count as u64 > MAX_MISSING as u64 {
        return Err(TableError::new(
            TableErrorCode::TooLarge,
            None,
            format!("at most {MAX_MISSING} cells in columns that only the schema names"),
            format!("{absent} such columns in {row_count} rows"),
        )
        .advise("leave out of the schema what the text does not have"));
    }
    let named = schema.names.iter().zip(&schema.types).zip(found);
    let mut arranged: Vec<Column> = named
        .map(|((name, to), column)| column.unwrap_or_else(|| nulls(name.to_owned(), row_count, *to)))
        .collect();
    arranged.append(&mut others);
    Ok(arranged)
}

/// A column without values.
pub(crate) fn nulls(name: String, row_count: usize, column_type: ColumnType) -> Column {
    let values = Values::from_words(vec![0; row_count], column_type);
    Column::from_parts(name, row_count, Some(vec![0; row_count.div_ceil(8)]), values)
}

/// Appends what a JSON text says, if it is a string, or as it is written.
fn push_as_text(out: &mut String, json: &str) {
    if json.starts_with('"') {
        out.push_str(&json::decode(json));
    } else {
        out.push_str(json);
    }
}

/// Appends a text that is JSON as it is, and any other as a JSON string.
fn push_as_json(out: &mut String, text: &str) {
    let mut lexer = Lexer::<false>::new(text.as_bytes(), 0);
    lexer.skip_space();
    let is_json = lexer.skip_value(0).is_ok();
    lexer.skip_space();
    if is_json && lexer.at == text.len() {
        let mut compact = TextBuffer::default();
        json::push_compact(&mut compact, text.as_bytes());
        out.push_str(&compact.into_string().unwrap_or_default());
    } else {
        json::push_string(out, text);
    }
}

/// The texts of a column that are to be read.
struct Source {
    texts: Texts,
    is_json: bool,
}

enum Cell<'a> {
    Bool(bool),
    Number(&'a str),
    Text(Cow<'a, str>),
    Nested,
}

impl Cell<'_> {
    /// The word for the value in [`Values::from_words`], if the type holds it.
    fn word(&self, to: ColumnType, is_json: bool) -> Option<i64> {
        match to {
            ColumnType::Bool => match self {
                Cell::Bool(value) => Some(i64::from(*value)),
                Cell::Text(text) => read_bool(text.as_bytes()).map(i64::from),
                _ => None,
            },
            ColumnType::Int64 => read_whole(self.number()?),
            ColumnType::Float64 => read_nearest(self.number()?).map(|number| number.to_bits() as i64),
            ColumnType::Timestamp => self.time(Zone::Given, is_json),
            ColumnType::Datetime => self.time(Zone::None, is_json),
            ColumnType::Date => self.date(),
            ColumnType::Utf8 | ColumnType::Json => None,
        }
    }

    /// A number as it is written, or a text that may spell one.
    fn number(&self) -> Option<&[u8]> {
        match self {
            Cell::Number(text) => Some(text.as_bytes()),
            Cell::Text(text) => Some(text.as_bytes()),
            _ => None,
        }
    }

    fn date_time(&self) -> Option<(i64, Zone)> {
        match self {
            Cell::Text(text) => time::parse_datetime(text.as_bytes()),
            _ => None,
        }
    }

    /// Microseconds from a date-time, or from an integer of milliseconds: what pandas writes unless told otherwise.
    fn time(&self, wanted: Zone, is_json: bool) -> Option<i64> {
        match (self, self.date_time()) {
            (_, Some((time, zone))) => (zone == wanted).then_some(time),
            (Cell::Text(_), None) if is_json => None,
            _ => {
                let microseconds = read_whole(self.number()?)?.checked_mul(1000)?;
                time::RANGE_US.contains(&microseconds).then_some(microseconds)
            }
        }
    }

    fn date(&self) -> Option<i64> {
        match (self, self.date_time()) {
            (_, Some((time, Zone::None))) if time % time::DAY_US == 0 => Some(time / time::DAY_US),
            (Cell::Text(text), None) => time::parse_date(text.as_bytes()).map(i64::from),
            _ => None,
        }
    }

    fn describe(&self) -> &'static str {
        match self {
            Cell::Bool(_) => "a boolean",
            Cell::Number(_) => "a number",
            Cell::Text(text) if text.is_empty() => "an empty text",
            Cell::Text(_) => "a text",
            Cell::Nested => "an array or an object",
        }
    }
}

impl Source {
    fn cell(&self, row: usize) -> Cell<'_> {
        let text = self.texts.get(row).unwrap_or_default();
        if !self.is_json {
            return Cell::Text(Cow::Borrowed(text));
        }
        match text.as_bytes().first() {
            Some(b'"') => Cell::Text(json::decode(text)),
            Some(b't' | b'f') => Cell::Bool(text == "true"),
            Some(b'[' | b'{') => Cell::Nested,
            _ => Cell::Number(text),
        }
    }

    /// Reads every value; what does not fit is told with its row. An empty field of CSV is null in a column that holds no texts, in quotes as well.
    fn read_all(&self, validity: &mut [u8], to: ColumnType) -> Result<Values, (usize, String)> {
        let row_count = self.texts.len();
        let mut words = Vec::with_capacity(row_count);
        for row in 0..row_count {
            if !self.is_json && self.texts.get(row) == Some("") {
                validity[row / 8] &= !(1 << (row % 8));
            }
            if !bit(validity, row) {
                words.push(0);
                continue;
            }
            let cell = self.cell(row);
            match cell.word(to, self.is_json) {
                Some(word) => words.push(word),
                None => return Err((row, describe(&cell, to))),
            }
        }
        Ok(Values::from_words(words, to))
    }

    /// Writes every value that is not null. Fields of CSV become longer as JSON strings, so it may be too much.
    fn write_all(&self, validity: &[u8], write: fn(&mut String, &str)) -> Result<Texts, (usize, String)> {
        let row_count = self.texts.len();
        let mut texts = Texts::with_capacity(row_count, 0);
        for row in 0..row_count {
            if bit(validity, row) {
                write(texts.text_mut(), self.texts.get(row).unwrap_or_default());
            }
            if i32::try_from(texts.text.len()).is_err() {
                return Err((row, "more than 2147483647 bytes of text in the column".to_owned()));
            }
            texts.end_row();
        }
        Ok(texts)
    }
}

/// What a value is that does not fit, for people.
#[cold]
fn describe(cell: &Cell<'_>, to: ColumnType) -> String {
    let more = match (to, cell.date_time()) {
        (ColumnType::Timestamp, Some(_)) => ", a date-time without a zone",
        (ColumnType::Datetime, Some(_)) => ", a date-time with a zone",
        (ColumnType::Int64, _) if cell.number().is_some_and(is_number) => " with a fraction, or beyond 64 bits",
        _ => "",
    };
    format!("{}{more}", cell.describe())
}
