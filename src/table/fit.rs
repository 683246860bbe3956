//! Columns of the types that a schema names.

use std::borrow::Cow;

use super::column::{Column, ColumnType, Texts, Values, bit};
use super::csv::read_bool;
use super::json;
use super::lexer::Lexer;
use super::number::{read_nearest, read_whole};
use super::texts::TextBuffer;
use super::time::{self, Zone};

/// A value that the type does not hold.
#[derive(Debug)]
pub(crate) struct Misfit {
    /// Its row, counted from 0.
    pub(crate) row: usize,
    /// What it is, for people.
    pub(crate) found: String,
}

/// A column of the type `to` with the values of `column`, which holds JSON texts, or the fields of CSV as texts.
///
/// # Errors
/// The first value that does not fit.
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
    let validity = &mut validity;
    let values = match to {
        ColumnType::Bool => {
            let values = source.read_all(validity, to, |cell| match cell {
                Cell::Bool(value) => Some(value),
                Cell::Text(text) => read_bool(text.as_bytes()),
                _ => None,
            })?;
            let mut bits = vec![0; row_count.div_ceil(8)];
            for (row, value) in values.into_iter().enumerate() {
                bits[row / 8] |= u8::from(value) << (row % 8);
            }
            Values::Bool(bits)
        }
        ColumnType::Int64 => Values::Int64(source.read_all(validity, to, |cell| read_whole(cell.number()?))?),
        ColumnType::Float64 => Values::Float64(source.read_all(validity, to, |cell| read_nearest(cell.number()?))?),
        ColumnType::Timestamp => {
            Values::Timestamp(source.read_all(validity, to, |cell| cell.time(Zone::Given, source.is_json))?)
        }
        ColumnType::Datetime => {
            Values::Datetime(source.read_all(validity, to, |cell| cell.time(Zone::None, source.is_json))?)
        }
        ColumnType::Date => Values::Date(source.read_all(validity, to, |cell| cell.date())?),
        ColumnType::Utf8 => Values::Utf8(source.write_all(validity, |out, text| {
            if text.starts_with('"') {
                out.push_str(&json::decode(text));
            } else {
                out.push_str(text);
            }
        })),
        ColumnType::Json => Values::Json(source.write_all(validity, push_as_json)),
    };
    Ok(Column::from_parts(
        name,
        row_count,
        Some(std::mem::take(validity)),
        values,
    ))
}

/// What the values of a column should have been, for people.
pub(crate) const fn expected(to: ColumnType) -> &'static str {
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
pub(crate) fn arrange(columns: Vec<Column>, row_count: usize, schema: &[(String, ColumnType)]) -> Vec<Column> {
    if schema.is_empty() {
        return columns;
    }
    let mut left: Vec<Option<Column>> = columns.into_iter().map(Some).collect();
    let mut arranged: Vec<Column> = Vec::with_capacity(left.len() + schema.len());
    for (name, to) in schema {
        if arranged.iter().any(|column| column.name() == name) {
            continue;
        }
        let named = |column: &&mut Option<Column>| column.as_ref().is_some_and(|column| column.name() == name);
        let found = left.iter_mut().find(named).and_then(Option::take);
        arranged.push(found.unwrap_or_else(|| nulls(name.clone(), row_count, *to)));
    }
    arranged.extend(left.into_iter().flatten());
    arranged
}

/// A column without values.
pub(crate) fn nulls(name: String, row_count: usize, column_type: ColumnType) -> Column {
    let empty = || {
        let mut texts = Texts::with_capacity(row_count, 0);
        (0..row_count).for_each(|_| texts.end_row());
        texts
    };
    let values = match column_type {
        ColumnType::Bool => Values::Bool(vec![0; row_count.div_ceil(8)]),
        ColumnType::Int64 => Values::Int64(vec![0; row_count]),
        ColumnType::Float64 => Values::Float64(vec![0.0; row_count]),
        ColumnType::Timestamp => Values::Timestamp(vec![0; row_count]),
        ColumnType::Datetime => Values::Datetime(vec![0; row_count]),
        ColumnType::Date => Values::Date(vec![0; row_count]),
        ColumnType::Utf8 => Values::Utf8(empty()),
        ColumnType::Json => Values::Json(empty()),
    };
    Column::from_parts(name, row_count, Some(vec![0; row_count.div_ceil(8)]), values)
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

fn all_valid(row_count: usize) -> Vec<u8> {
    let mut validity = vec![0xff; row_count.div_ceil(8)];
    if let Some(last) = validity.last_mut().filter(|_| !row_count.is_multiple_of(8)) {
        *last &= (1 << (row_count % 8)) - 1;
    }
    validity
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
    /// The literal of a number, or a text that may be one.
    fn number(&self) -> Option<&[u8]> {
        match self {
            Cell::Number(literal) => Some(literal.as_bytes()),
            Cell::Text(text) => Some(text.as_bytes()),
            _ => None,
        }
    }

    /// Microseconds from a date-time, or from an integer of milliseconds: what pandas writes unless told otherwise.
    fn time(&self, wanted: Zone, is_json: bool) -> Option<i64> {
        if let Cell::Text(text) = self {
            match time::parse_datetime(text.as_bytes()) {
                Some((time, zone)) => return (zone == wanted).then_some(time),
                None if is_json => return None,
                None => {}
            }
        }
        let microseconds = read_whole(self.number()?)?.checked_mul(1000)?;
        time::RANGE_US.contains(&microseconds).then_some(microseconds)
    }

    fn date(&self) -> Option<i32> {
        let Cell::Text(text) = self else {
            return None;
        };
        time::parse_date(text.as_bytes()).or_else(|| match time::parse_datetime(text.as_bytes())? {
            (time, Zone::None) if time % time::DAY_US == 0 => i32::try_from(time / time::DAY_US).ok(),
            _ => None,
        })
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

    /// Reads every value. An empty field of CSV is null in a column that holds no texts, in quotes as well.
    fn read_all<T: Default>(
        &self,
        validity: &mut [u8],
        to: ColumnType,
        read: impl Fn(Cell<'_>) -> Option<T>,
    ) -> Result<Vec<T>, Misfit> {
        let row_count = self.texts.len();
        let mut values = Vec::with_capacity(row_count);
        for row in 0..row_count {
            if !self.is_json && self.texts.get(row) == Some("") {
                validity[row / 8] &= !(1 << (row % 8));
            }
            values.push(if bit(validity, row) {
                read(self.cell(row)).ok_or_else(|| self.misfit(row, to))?
            } else {
                T::default()
            });
        }
        Ok(values)
    }

    #[cold]
    fn misfit(&self, row: usize, to: ColumnType) -> Misfit {
        let cell = self.cell(row);
        let more = match (&cell, to) {
            (Cell::Text(text), ColumnType::Timestamp) if time::parse_datetime(text.as_bytes()).is_some() => {
                " that is a date-time without a zone"
            }
            (Cell::Text(text), ColumnType::Datetime) if time::parse_datetime(text.as_bytes()).is_some() => {
                " that is a date-time with a zone"
            }
            (_, ColumnType::Int64) if cell.number().is_some_and(|number| read_nearest(number).is_some()) => {
                " with a fraction, or beyond 64 bits"
            }
            _ => "",
        };
        Misfit {
            row,
            found: format!("{}{more}", cell.describe()),
        }
    }

    /// Writes every value that is not null.
    fn write_all(&self, validity: &[u8], write: impl Fn(&mut String, &str)) -> Texts {
        let row_count = self.texts.len();
        let mut texts = Texts::with_capacity(row_count, 0);
        for row in 0..row_count {
            if bit(validity, row) {
                write(texts.text_mut(), self.texts.get(row).unwrap_or_default());
            }
            texts.end_row();
        }
        texts
    }
}
