//! Typed columns, and how a column finds its type.

use serde::Serialize;

use super::block::chunk_at;
use super::out::Out;
use super::texts::TextBuffer;
use super::time::{self, Zone};
use super::write;

/// The type of a column. [`Table`](super::Table) says how it is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ColumnType {
    /// True or false.
    Bool,
    /// Whole numbers from -2^63 to 2^63-1.
    Int64,
    /// Doubles; always finite.
    Float64,
    /// Instants, from texts with a zone: microseconds since the Unix epoch, in the years 1 to 9999.
    Timestamp,
    /// Dates with times and without a zone: microseconds since 1970-01-01 00:00:00, in the years 1 to 9999.
    Datetime,
    /// Dates: days since 1970-01-01, in the years 1 to 9999.
    Date,
    /// Text.
    Utf8,
    /// Values of any kind, each as its JSON text without white space between its parts.
    Json,
}

impl ColumnType {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Bool,
        Self::Int64,
        Self::Float64,
        Self::Timestamp,
        Self::Datetime,
        Self::Date,
        Self::Utf8,
        Self::Json,
    ];

    /// The name in lower case, as it is serialized: `bool`, `int64`, `float64`, `timestamp`, `datetime`, `date`, `utf8`,
    /// `json`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int64 => "int64",
            Self::Float64 => "float64",
            Self::Timestamp => "timestamp",
            Self::Datetime => "datetime",
            Self::Date => "date",
            Self::Utf8 => "utf8",
            Self::Json => "json",
        }
    }
}

/// One value of a table, borrowed from its column.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum CellRef<'t> {
    /// No value: a JSON `null`, or a member that the row does not have.
    Null,
    /// A value of a [`ColumnType::Bool`] column.
    Bool(bool),
    /// A value of a [`ColumnType::Int64`] column.
    Int64(i64),
    /// A value of a [`ColumnType::Float64`] column.
    Float64(f64),
    /// A value of a [`ColumnType::Timestamp`] column, in microseconds since the Unix epoch.
    Timestamp(i64),
    /// A value of a [`ColumnType::Datetime`] column, in microseconds since 1970-01-01 00:00:00.
    Datetime(i64),
    /// A value of a [`ColumnType::Date`] column, in days since 1970-01-01.
    Date(i32),
    /// A value of a [`ColumnType::Utf8`] column.
    Utf8(&'t str),
    /// A value of a [`ColumnType::Json`] column: JSON text, so a text comes in quotes.
    Json(&'t str),
}

impl CellRef<'_> {
    /// Appends the value as text, without quotes: a time as [`Table::to_json`](super::Table::to_json) has it, a null as
    /// nothing.
    ///
    /// ```
    /// let mut text = String::new();
    /// pqrun_table::CellRef::Timestamp(-1).write_plain(&mut text);
    /// assert_eq!(text, "1969-12-31T23:59:59.999999Z");
    /// ```
    pub fn write_plain(self, out: &mut String) {
        Out::append(out, |out| write::push_plain(out, self));
    }
}

/// The values of a whole column as they lie in memory, in the layout of Apache Arrow.
///
/// A null holds its place: `false`, 0 or an empty text. [`Column::validity`] tells it from a value.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum ColumnValues<'t> {
    /// One bit per row, the lowest bit of the first byte first; bits past the last row are 0.
    Bool(&'t [u8]),
    /// One number per row.
    Int64(&'t [i64]),
    /// One number per row.
    Float64(&'t [f64]),
    /// Microseconds since the Unix epoch, one number per row.
    Timestamp(&'t [i64]),
    /// Microseconds since 1970-01-01 00:00:00, one number per row.
    Datetime(&'t [i64]),
    /// Days since 1970-01-01, one number per row.
    Date(&'t [i32]),
    /// Row `i` is `text[offsets[i]..offsets[i + 1]]`, in bytes. There is one offset more than there are rows, and none
    /// is above 2^31-1.
    Utf8 {
        /// Where each row begins, and where the last one ends.
        offsets: &'t [u32],
        /// The texts of all rows, one behind the other.
        text: &'t str,
    },
    /// As `Utf8`; each row is JSON text.
    Json {
        /// Where each row begins, and where the last one ends.
        offsets: &'t [u32],
        /// The texts of all rows, one behind the other.
        text: &'t str,
    },
}

/// A named column of values of one type, some of which may be null.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    name: String,
    row_count: usize,
    null_count: usize,
    /// `None` if no row is null.
    validity: Option<Vec<u8>>,
    pub(crate) values: Values,
}

/// The values of a column, in the layout that [`ColumnValues`] shows. A null holds its place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Values {
    Bool(Vec<u8>),
    Int64(Vec<i64>),
    Float64(Vec<f64>),
    Timestamp(Vec<i64>),
    Datetime(Vec<i64>),
    Date(Vec<i32>),
    Utf8(Texts),
    Json(Texts),
}

/// The texts of a column, one behind the other. Together they are never longer than 2^31-1 bytes: mostly because
/// the input is limited to that; those who write more than they read check it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Texts {
    /// Where the first text begins, and where each ends.
    pub(crate) offsets: Vec<u32>,
    pub(crate) text: String,
}

impl Column {
    /// A column of these values, one for each of `row_count` rows.
    ///
    /// `validity` has a bit per row as [`Column::validity`] gives it, in as many bytes as that takes; bits past the last
    /// row are 0. Without it no row is null.
    #[inline(never)]
    pub(crate) fn from_parts(name: String, row_count: usize, validity: Option<Vec<u8>>, values: Values) -> Self {
        let count = |bits: &Vec<u8>| bits.iter().map(|byte| byte.count_ones() as usize).sum();
        let valid_count = validity.as_ref().map_or(row_count, count);
        let null_count = row_count.saturating_sub(valid_count);
        Self {
            name,
            row_count,
            null_count,
            validity: validity.filter(|_| null_count > 0),
            values,
        }
    }

    /// Takes the column apart: what [`from_parts`](Self::from_parts) takes, without the count of the rows.
    pub(crate) fn into_parts(self) -> (String, Option<Vec<u8>>, Values) {
        (self.name, self.validity, self.values)
    }

    /// A column of texts, none of which is null.
    pub(super) fn of_texts<'t>(name: &str, texts: impl Iterator<Item = &'t str>) -> Self {
        let mut values = Texts::new();
        texts.for_each(|text| values.push(text));
        let row_count = values.offsets.len() - 1;
        Self::from_parts(name.to_owned(), row_count, None, Values::Utf8(values))
    }

    /// The same column under another name.
    pub(super) fn renamed(self, name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..self
        }
    }

    /// Whether it says no more than where each row is: 0, 1, 2 and so on.
    pub(super) fn counts_rows(&self) -> bool {
        match &self.values {
            Values::Int64(values) => self.null_count == 0 && values.iter().zip(0..).all(|(value, row)| *value == row),
            _ => self.row_count == 0,
        }
    }

    /// The name, unique in its table. It may be empty.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The type of all its values.
    #[must_use]
    pub const fn column_type(&self) -> ColumnType {
        match self.values {
            Values::Bool(_) => ColumnType::Bool,
            Values::Int64(_) => ColumnType::Int64,
            Values::Float64(_) => ColumnType::Float64,
            Values::Timestamp(_) => ColumnType::Timestamp,
            Values::Datetime(_) => ColumnType::Datetime,
            Values::Date(_) => ColumnType::Date,
            Values::Utf8(_) => ColumnType::Utf8,
            Values::Json(_) => ColumnType::Json,
        }
    }

    /// How many rows there are, nulls among them.
    #[must_use]
    pub const fn row_count(&self) -> usize {
        self.row_count
    }

    /// How many rows are null.
    #[must_use]
    pub const fn null_count(&self) -> usize {
        self.null_count
    }

    /// The value in a row, counted from 0. `Null` past the last row.
    #[must_use]
    pub fn value(&self, row: usize) -> CellRef<'_> {
        if self.is_null(row) {
            return CellRef::Null;
        }
        let cell = match &self.values {
            Values::Bool(values) => Some(CellRef::Bool(bit(values, row))),
            Values::Int64(values) => values.get(row).copied().map(CellRef::Int64),
            Values::Float64(values) => values.get(row).copied().map(CellRef::Float64),
            Values::Timestamp(values) => values.get(row).copied().map(CellRef::Timestamp),
            Values::Datetime(values) => values.get(row).copied().map(CellRef::Datetime),
            Values::Date(values) => values.get(row).copied().map(CellRef::Date),
            Values::Utf8(texts) => texts.get(row).map(CellRef::Utf8),
            Values::Json(texts) => texts.get(row).map(CellRef::Json),
        };
        cell.unwrap_or(CellRef::Null)
    }

    /// Whether a row holds no value, or is past the last one.
    fn is_null(&self, row: usize) -> bool {
        row >= self.row_count || self.validity.as_ref().is_some_and(|validity| !bit(validity, row))
    }

    /// Which rows hold a value: one bit per row, the lowest bit of the first byte first, 0 for null. `None` if no row
    /// is null.
    #[must_use]
    pub fn validity(&self) -> Option<&[u8]> {
        self.validity.as_deref()
    }

    /// All values as they lie in memory.
    #[must_use]
    pub fn values(&self) -> ColumnValues<'_> {
        match &self.values {
            Values::Bool(values) => ColumnValues::Bool(values),
            Values::Int64(values) => ColumnValues::Int64(values),
            Values::Float64(values) => ColumnValues::Float64(values),
            Values::Timestamp(values) => ColumnValues::Timestamp(values),
            Values::Datetime(values) => ColumnValues::Datetime(values),
            Values::Date(values) => ColumnValues::Date(values),
            Values::Utf8(texts) => ColumnValues::Utf8 {
                offsets: &texts.offsets,
                text: &texts.text,
            },
            Values::Json(texts) => ColumnValues::Json {
                offsets: &texts.offsets,
                text: &texts.text,
            },
        }
    }
}

impl Values {
    /// Values of this type from a word for each row: 0 or 1, an integer, a count of days or microseconds, or the bits of a
    /// double. For texts the words count only as rows, whose texts are empty.
    #[inline(never)]
    pub(crate) fn from_words(words: Vec<i64>, column_type: ColumnType) -> Self {
        let texts = |rows: usize| Texts {
            offsets: vec![0; rows + 1],
            text: String::new(),
        };
        match column_type {
            ColumnType::Bool => {
                let mut bits = vec![0; words.len().div_ceil(8)];
                for (row, word) in words.iter().enumerate() {
                    bits[row / 8] |= ((word & 1) as u8) << (row % 8);
                }
                Self::Bool(bits)
            }
            ColumnType::Int64 => Self::Int64(words),
            ColumnType::Float64 => Self::Float64(words.into_iter().map(|word| f64::from_bits(word as u64)).collect()),
            ColumnType::Timestamp => Self::Timestamp(words),
            ColumnType::Datetime => Self::Datetime(words),
            ColumnType::Date => Self::Date(words.into_iter().map(|word| word as i32).collect()),
            ColumnType::Utf8 => Self::Utf8(texts(words.len())),
            ColumnType::Json => Self::Json(texts(words.len())),
        }
    }

    /// Points in time, if all texts that are not null are such, and of one type. The texts end where `offsets` say, behind a
    /// first one that says where they begin.
    #[inline(never)]
    pub(crate) fn times(offsets: &[u32], texts: &[u8], validity: Option<&[u8]>) -> Option<Self> {
        let row_count = offsets.len().saturating_sub(1);
        let first = (0..row_count).find(|row| is_valid(validity, *row))?;
        let first = text_at(offsets, texts, first);
        if time::parse_date(first).is_some() {
            let mut days = vec![0; row_count];
            for (row, day) in days.iter_mut().enumerate() {
                if is_valid(validity, row) {
                    *day = time::parse_date(text_at(offsets, texts, row))?;
                }
            }
            return Some(Self::Date(days));
        }
        let (_, zone) = time::parse_datetime(first)?;
        let mut instants = vec![0; row_count];
        for (row, instant) in instants.iter_mut().enumerate() {
            if is_valid(validity, row) {
                let (microseconds, same) = time::parse_datetime(text_at(offsets, texts, row))?;
                if same != zone {
                    return None;
                }
                *instant = microseconds;
            }
        }
        Some(match zone {
            Zone::None => Self::Datetime(instants),
            Zone::Given => Self::Timestamp(instants),
        })
    }
}

/// A row of such texts.
#[inline(always)]
fn text_at<'t>(offsets: &[u32], texts: &'t [u8], row: usize) -> &'t [u8] {
    let Some([start, end]) = chunk_at(offsets, row) else {
        return &[];
    };
    texts.get(*start as usize..*end as usize).unwrap_or_default()
}

/// A bit for each row, all 1.
pub(crate) fn all_valid(row_count: usize) -> Vec<u8> {
    let mut validity = Vec::new();
    extend_validity(&mut validity, row_count);
    validity
}

/// Lengthens the bits to a bit for each row; those added are 1.
#[inline(never)]
pub(crate) fn extend_validity(validity: &mut Vec<u8>, row_count: usize) {
    validity.resize(row_count.div_ceil(8), 0xff);
    if let Some(last) = validity.last_mut().filter(|_| !row_count.is_multiple_of(8)) {
        *last &= (1 << (row_count % 8)) - 1;
    }
}

/// Sets the bits from `start` to `end` to 0; those before and behind that were not there are 1.
pub(crate) fn clear_bits(bits: &mut Vec<u8>, start: usize, end: usize) {
    let needed = end.div_ceil(8);
    if bits.len() < needed {
        // More than that: it takes as long for many as for one.
        bits.resize(needed * 2, 0xff);
    }
    // A slice: its places are reached without a call, however small the code is to be.
    let bits = bits.as_mut_slice();
    let (first, last) = (start / 8, (end - 1) / 8);
    let (before, behind) = (
        (1 << (start % 8)) - 1,
        0xfe_u8.checked_shl(((end - 1) % 8) as u32).unwrap_or(0),
    );
    if first == last {
        bits[first] &= before | behind;
        return;
    }
    bits[first] &= before;
    bits[first + 1..last].fill(0);
    bits[last] &= behind;
}

/// Puts a bit before all others; those that are not there are 1.
pub(crate) fn push_bit_front(bits: &mut Vec<u8>, bit: bool) {
    let mut carried = u8::from(bit);
    for byte in bits.iter_mut() {
        (*byte, carried) = (*byte << 1 | carried, *byte >> 7);
    }
    if carried == 0 {
        bits.push(0xfe);
    }
}

/// The bits of that many rows, as a column has them: those that are not there are 1. `None` if all are.
pub(crate) fn whole_validity(mut bits: Vec<u8>, row_count: usize) -> Option<Vec<u8>> {
    if bits.is_empty() {
        return None;
    }
    extend_validity(&mut bits, row_count);
    Some(bits)
}

impl Texts {
    /// No texts.
    pub(crate) fn new() -> Self {
        Self::with_capacity(0, 0)
    }

    /// No texts, with room for that many rows and bytes.
    pub(crate) fn with_capacity(rows: usize, bytes: usize) -> Self {
        let mut offsets = Vec::with_capacity(rows + 1);
        offsets.push(0);
        Self {
            offsets,
            text: String::with_capacity(bytes),
        }
    }

    /// The texts that end where `offsets` say, behind a first one that says where they begin. `None` if one of them is not
    /// UTF-8.
    #[inline(never)]
    pub(crate) fn checked(offsets: Vec<u32>, text: TextBuffer) -> Option<Self> {
        let text = text.into_string()?;
        // Pieces that are not UTF-8 may add up to a whole that is.
        let are_whole = offsets.iter().all(|offset| text.is_char_boundary(*offset as usize));
        are_whole.then_some(Self { offsets, text })
    }

    /// Appends a row.
    pub(crate) fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.end_row();
    }

    /// The text of all rows, to append to it. What is appended belongs to the row that
    /// [`end_row`](Self::end_row) ends.
    pub(crate) fn text_mut(&mut self) -> &mut String {
        &mut self.text
    }

    /// Ends a row; an empty one, if nothing was appended since the last.
    pub(crate) fn end_row(&mut self) {
        debug_assert!(
            i32::try_from(self.text.len()).is_ok(),
            "the texts are too long for offsets"
        );
        self.offsets.push(self.text.len() as u32);
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// The text of a row, counted from 0.
    pub(crate) fn get(&self, row: usize) -> Option<&str> {
        let (start, end) = (*self.offsets.get(row)?, *self.offsets.get(row + 1)?);
        self.text.get(start as usize..end as usize)
    }
}

#[inline(always)]
fn is_valid(validity: Option<&[u8]>, row: usize) -> bool {
    validity.is_none_or(|validity| bit(validity, row))
}

#[inline(always)]
pub(crate) fn bit(bits: &[u8], at: usize) -> bool {
    bits.get(at / 8).is_some_and(|byte| byte >> (at % 8) & 1 == 1)
}
