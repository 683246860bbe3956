//! The fields of a column, and how they find their type.

use super::read_bool;
use crate::ColumnType;
use crate::block::{BLOCK, Block};
use crate::column::{Column, Texts, Values, clear_bits, whole_validity};
use crate::lexer::Number;
use crate::number::{self, is_double};
use crate::texts::TextBuffer;

/// The fields of one column.
#[derive(Default)]
pub(super) struct Cells {
    pub(super) name: String,
    pub(super) text: TextBuffer,
    /// Where the first field begins, and where each ends.
    pub(super) offsets: Vec<u32>,
    /// A bit per row up to the last null, 0 for null.
    pub(super) validity: Vec<u8>,
    /// Whether a field stood in quotes.
    pub(super) quoted: bool,
    /// Whether a field was nothing but quotes.
    pub(super) blank: bool,
    /// Where each field begins, if the schema names a type that it may not fit.
    pub(super) starts: Option<Vec<u32>>,
}

impl Cells {
    pub(super) fn new(row_count: usize) -> Self {
        let mut cells = Self {
            offsets: vec![0],
            ..Self::default()
        };
        (0..row_count).for_each(|_| cells.push_null());
        cells
    }

    fn row_count(&self) -> usize {
        self.offsets.len() - 1
    }

    #[inline(always)]
    pub(super) fn end(&mut self) {
        // Never more than the bytes read, whose number is limited.
        self.offsets.push(self.text.len() as u32);
    }

    #[inline(always)]
    pub(super) fn push_null(&mut self) {
        let row = self.row_count();
        clear_bits(&mut self.validity, row, row + 1);
        self.end();
    }

    /// Appends bytes of the text to the field.
    #[inline(always)]
    pub(super) fn append(&mut self, text: &[u8], mut start: usize, end: usize) {
        while start < end {
            let count = (end - start).min(BLOCK);
            self.text.put(Block::at(text, start), count, start, text.len());
            start += BLOCK;
        }
    }

    /// The column of these values; without them as it is written, or, if `plain`, of points in time if all fields are.
    /// `None` if the fields are not UTF-8.
    pub(super) fn into_column(self, values: Option<Values>, plain: bool) -> Option<Column> {
        let row_count = self.row_count();
        let validity = whole_validity(self.validity, row_count);
        let times = || Values::times(&self.offsets, self.text.bytes(), validity.as_deref());
        let values = match values.or_else(|| plain.then(times).flatten()) {
            Some(values) => values,
            None => Values::Utf8(Texts::checked(self.offsets, self.text)?),
        };
        Some(Column::from_parts(self.name, row_count, validity, values))
    }

    /// The values, if all are booleans or all are numbers that have a type in common.
    pub(super) fn read(&self) -> Option<Values> {
        let mut words: Vec<i64> = Vec::with_capacity(self.row_count());
        let mut found = None;
        let bytes = self.text.bytes();
        let mut start = 0;
        for end in self.offsets.iter().skip(1) {
            let field = bytes.get(start..*end as usize).unwrap_or_default();
            start = *end as usize;
            let word = match found {
                _ if field.is_empty() => 0,
                None | Some(ColumnType::Bool) if read_bool(field).is_some() => {
                    found = Some(ColumnType::Bool);
                    i64::from(read_bool(field)?)
                }
                Some(ColumnType::Bool) => return None,
                _ => match (number::read(field)?, found) {
                    (Number::Int64(integer), Some(ColumnType::Float64)) => double(integer)?,
                    (Number::Int64(integer), _) => {
                        found = Some(ColumnType::Int64);
                        integer
                    }
                    (Number::Float64(number), _) => {
                        if found == Some(ColumnType::Int64) {
                            for word in &mut words {
                                *word = double(*word)?;
                            }
                        }
                        found = Some(ColumnType::Float64);
                        number.to_bits() as i64
                    }
                    (Number::Large, _) => return None,
                },
            };
            words.push(word);
        }
        found.map(|found| Values::from_words(words, found))
    }
}

/// The bits of the double that an integer is, if there is one.
fn double(integer: i64) -> Option<i64> {
    is_double(integer).then_some((integer as f64).to_bits() as i64)
}
