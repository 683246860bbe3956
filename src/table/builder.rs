//! A column while its values come in.

use super::column::{Column, Texts, Values, clear_bits, push_bit_front, whole_validity};
use super::json;
use super::lexer::{Lexer, Number, Problem, Stopped};
use super::number::is_double;
use super::slots::Slots;
use super::texts::TextBuffer;

/// How many cells may be there only because some other row has a value in that column. Without a limit a text of 10 MB,
/// in which each row names another column, would ask for a million million cells.
pub(crate) const MAX_MISSING: usize = 1 << 24;

/// What kinds of values a column has seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Kinds(u8);

impl Kinds {
    pub(crate) const BOOL: Self = Self(1);
    /// Integers that are exactly doubles too.
    pub(crate) const INTEGER: Self = Self(2);
    /// Integers of 64 bits that no double holds.
    pub(crate) const LONG_INTEGER: Self = Self(4);
    pub(crate) const DOUBLE: Self = Self(8);
    /// Numbers that fit neither.
    pub(crate) const LARGE: Self = Self(16);
    pub(crate) const TEXT: Self = Self(32);
    /// Arrays and objects.
    pub(crate) const NESTED: Self = Self(64);
    const NUMBERS: Self = Self(2 | 4 | 8 | 16);

    #[inline(always)]
    const fn of(number: Number) -> Self {
        match number {
            Number::Int64(value) if is_double(value) => Self::INTEGER,
            Number::Int64(_) => Self::LONG_INTEGER,
            Number::Float64(_) => Self::DOUBLE,
            Number::Large => Self::LARGE,
        }
    }

    fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }

    const fn is_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    pub(crate) const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// The values so far, in the memory of the type that they have had so far.
#[derive(Clone, Debug)]
enum Store {
    /// Nulls only.
    Empty,
    Bool(Slots<u8>),
    Int64(Slots<i64>),
    Float64(Slots<f64>),
    Text(Cells),
    /// Each value as its JSON text, which holds whatever comes.
    Written(Cells),
    /// The values have no type in common but JSON or text as it is written, and the first ones are gone: they have to
    /// be read again.
    Lost,
}

#[derive(Clone, Debug)]
struct Cells {
    /// Where the first cell begins, and where each ends.
    offsets: Slots<u32>,
    text: TextBuffer,
}

impl Cells {
    fn new(row_count: usize) -> Self {
        Self {
            offsets: Slots::new(row_count + 1),
            text: TextBuffer::default(),
        }
    }

    #[inline(always)]
    fn end(&mut self) {
        // Never more than the bytes read, whose number is limited where they come in.
        self.offsets.push(self.text.len() as u32);
    }
}

/// A column that grows.
#[derive(Clone, Debug)]
pub(crate) struct Builder {
    pub(crate) name: String,
    /// How many rows there are, nulls among them.
    row_count: usize,
    kinds: Kinds,
    store: Store,
    /// A bit per row up to the last null, 0 for null.
    validity: Vec<u8>,
    /// The row of which the place is sought.
    watched: Option<usize>,
    /// The place of that row's value in the bytes.
    pub(crate) place: Option<usize>,
}

impl Builder {
    /// A column without rows. If `written`, it keeps the text of each value, and finds the place of the one in the
    /// row `watched`.
    pub(crate) fn new(name: String, written: bool, watched: Option<usize>) -> Self {
        Self {
            name,
            watched,
            place: None,
            row_count: 0,
            kinds: Kinds::default(),
            store: if written {
                Store::Written(Cells::new(0))
            } else {
                Store::Empty
            },
            validity: Vec::new(),
        }
    }

    #[inline(always)]
    pub(crate) const fn row_count(&self) -> usize {
        self.row_count
    }

    pub(crate) const fn kinds(&self) -> Kinds {
        self.kinds
    }

    /// Whether the values have to be read again, as they are written.
    pub(crate) const fn is_lost(&self) -> bool {
        matches!(self.store, Store::Lost)
    }

    /// Appends the value that begins here, and is not null. Numbers are read in line where that is worth the code.
    #[inline(always)]
    pub(crate) fn value<const INNER: bool, const NUMBERS_IN_LINE: bool>(
        &mut self,
        lexer: &mut Lexer<'_, INNER>,
        depth: usize,
    ) -> Result<(), Stopped> {
        if let Store::Written(_) = self.store {
            return self.written(lexer, depth);
        }
        match lexer.peek() {
            b'-' | b'0'..=b'9' if NUMBERS_IN_LINE => {
                let number = lexer.number_in_line()?;
                self.number(number);
            }
            b'-' | b'0'..=b'9' => self.number_at(lexer)?,
            b'"' | b'\\' if lexer.is_at_quote() => self.text(lexer)?,
            b't' | b'f' => self.boolean(lexer)?,
            b'[' | b'{' => return self.nested(lexer, depth),
            _ => return lexer.unexpected("a JSON value"),
        }
        self.row_count += 1;
        Ok(())
    }

    /// Appends the number that begins here.
    #[inline(never)]
    fn number_at<const INNER: bool>(&mut self, lexer: &mut Lexer<'_, INNER>) -> Result<(), Stopped> {
        let number = if INNER {
            lexer.number_in_line()?
        } else {
            lexer.number()?
        };
        self.number(number);
        Ok(())
    }

    #[inline(always)]
    fn number(&mut self, number: Number) {
        match (number, &mut self.store) {
            (Number::Int64(value), Store::Int64(values)) => {
                values.push(value);
                self.kinds.add(Kinds::of(number));
            }
            (Number::Float64(value), Store::Float64(values)) => values.push(value),
            (Number::Int64(value), Store::Float64(values)) if is_double(value) => {
                values.push(value as f64);
                self.kinds.add(Kinds::INTEGER);
            }
            _ => self.other_number(number),
        }
    }

    /// Appends a number that is not of the type that there was.
    #[inline(never)]
    fn other_number(&mut self, number: Number) {
        self.kinds.add(Kinds::of(number));
        let rows = self.row_count;
        match (number, &mut self.store) {
            (Number::Int64(value), store @ Store::Empty) => {
                let mut values = Slots::new(rows);
                values.push(value);
                *store = Store::Int64(values);
            }
            (Number::Float64(value), store @ Store::Empty) => {
                let mut values = Slots::new(rows);
                values.push(value);
                *store = Store::Float64(values);
            }
            (Number::Float64(value), store @ Store::Int64(_)) if !self.kinds.has(Kinds::LONG_INTEGER) => {
                if let Store::Int64(integers) = store {
                    let mut values = Slots::new(0);
                    integers
                        .as_slice()
                        .iter()
                        .for_each(|integer| values.push(*integer as f64));
                    values.push(value);
                    *store = Store::Float64(values);
                }
            }
            (_, store) => *store = Store::Lost,
        }
    }

    #[inline(always)]
    fn text<const INNER: bool>(&mut self, lexer: &mut Lexer<'_, INNER>) -> Result<(), Stopped> {
        if let Store::Text(cells) = &mut self.store {
            lexer.text_in_line(&mut cells.text)?;
            cells.end();
            return Ok(());
        }
        self.first_text(lexer)
    }

    #[inline(never)]
    fn first_text<const INNER: bool>(&mut self, lexer: &mut Lexer<'_, INNER>) -> Result<(), Stopped> {
        self.kinds.add(Kinds::TEXT);
        if !matches!(self.store, Store::Empty) {
            self.store = Store::Lost;
            return lexer.skip_text();
        }
        let mut cells = Cells::new(self.row_count);
        lexer.text(&mut cells.text)?;
        cells.end();
        self.store = Store::Text(cells);
        Ok(())
    }

    #[inline(never)]
    fn boolean<const INNER: bool>(&mut self, lexer: &mut Lexer<'_, INNER>) -> Result<(), Stopped> {
        let value = lexer.boolean()?;
        match &mut self.store {
            Store::Bool(values) => values.push(u8::from(value)),
            _ => self.first_boolean(value),
        }
        Ok(())
    }

    #[cold]
    #[inline(never)]
    fn first_boolean(&mut self, value: bool) {
        self.kinds.add(Kinds::BOOL);
        self.store = match self.store {
            Store::Empty => {
                let mut values = Slots::new(self.row_count);
                values.push(u8::from(value));
                Store::Bool(values)
            }
            _ => Store::Lost,
        };
    }

    #[inline(never)]
    fn nested<const INNER: bool>(&mut self, lexer: &mut Lexer<'_, INNER>, depth: usize) -> Result<(), Stopped> {
        match self.store {
            Store::Empty => self.store = Store::Written(Cells::new(self.row_count)),
            Store::Written(_) => {}
            _ => self.store = Store::Lost,
        }
        if matches!(self.store, Store::Lost) {
            self.kinds.add(Kinds::NESTED);
            self.row_count += 1;
            return lexer.skip_value(depth);
        }
        self.written(lexer, depth)
    }

    /// Appends the text of the value that begins here.
    #[inline(never)]
    fn written<const INNER: bool>(&mut self, lexer: &mut Lexer<'_, INNER>, depth: usize) -> Result<(), Stopped> {
        if self.watched == Some(self.row_count) {
            self.place = Some(lexer.at);
        }
        let Store::Written(cells) = &mut self.store else {
            return lexer.stop(Problem::OtherShape);
        };
        let start = lexer.at;
        let kind = match lexer.peek() {
            b'-' | b'0'..=b'9' => Kinds::of(lexer.number()?),
            first => {
                lexer.skip_value(depth)?;
                match first {
                    b't' | b'f' => Kinds::BOOL,
                    b'[' | b'{' => Kinds::NESTED,
                    _ => Kinds::TEXT,
                }
            }
        };
        self.kinds.add(kind);
        let literal = lexer.bytes.get(start..lexer.at).unwrap_or_default();
        if INNER {
            let mut unescaped = TextBuffer::default();
            if !json::unescape(literal, &mut unescaped) {
                return lexer.stop(Problem::OtherShape);
            }
            json::push_compact(&mut cells.text, unescaped.bytes());
        } else {
            json::push_compact(&mut cells.text, literal);
        }
        cells.end();
        self.row_count += 1;
        Ok(())
    }

    /// Puts a text before the first row. The column then has to be read again if it holds anything but texts.
    pub(crate) fn push_text_front(&mut self, text: &str) {
        if let Store::Empty = self.store {
            self.store = Store::Text(Cells::new(self.row_count));
        }
        match &mut self.store {
            Store::Text(cells) => {
                cells.text.push_front(text.as_bytes());
                let length = text.len() as u32;
                cells
                    .offsets
                    .as_mut_slice()
                    .iter_mut()
                    .for_each(|offset| *offset += length);
                cells.offsets.push_front(0);
            }
            store => *store = Store::Lost,
        }
        self.kinds.add(Kinds::TEXT);
        push_bit_front(&mut self.validity, true);
        self.row_count += 1;
    }

    /// Puts a null before the first row.
    pub(crate) fn push_null_front(&mut self) {
        match &mut self.store {
            Store::Empty | Store::Lost => {}
            Store::Bool(values) => values.push_front(0),
            Store::Int64(values) => values.push_front(0),
            Store::Float64(values) => values.push_front(0.0),
            Store::Text(cells) | Store::Written(cells) => cells.offsets.push_front(0),
        }
        push_bit_front(&mut self.validity, false);
        self.row_count += 1;
    }

    /// Appends nulls.
    #[inline]
    pub(crate) fn push_nulls(&mut self, count: usize) {
        if count == 0 {
            return;
        }
        match &mut self.store {
            Store::Empty | Store::Lost => {}
            Store::Bool(values) => values.extend(count, 0),
            Store::Int64(values) => values.extend(count, 0),
            Store::Float64(values) => values.extend(count, 0.0),
            Store::Text(cells) | Store::Written(cells) => {
                let end = cells.text.len() as u32;
                cells.offsets.extend(count, end);
            }
        }
        let start = self.row_count;
        self.row_count += count;
        clear_bits(&mut self.validity, start, self.row_count);
    }

    /// Makes up for rows that had no value, so that there are `row_count` rows. `nulls` of all the cells that are made up
    /// for were read.
    ///
    /// # Errors
    /// All columns together have missed more than they may.
    #[inline(never)]
    pub(crate) fn fill(&mut self, row_count: usize, missing: &mut usize, nulls: usize) -> Result<(), Problem> {
        let count = row_count.saturating_sub(self.row_count);
        *missing += count;
        if *missing > MAX_MISSING + nulls {
            return Err(Problem::TooLarge("at most 16777216 cells without a value in the text"));
        }
        self.push_nulls(count);
        Ok(())
    }

    /// The column, of the narrowest type that holds all its values.
    ///
    /// # Errors
    /// A text is not UTF-8.
    pub(crate) fn finish(self) -> Result<Column, Problem> {
        let Self {
            name,
            row_count,
            kinds,
            store,
            validity,
            ..
        } = self;
        let validity = whole_validity(validity, row_count);
        let values = match store {
            Store::Empty | Store::Lost => Values::Utf8(Cells::new(row_count).finish()?),
            Store::Bool(values) => Values::Bool(pack(values.as_slice())),
            Store::Int64(values) => Values::Int64(values.into_vec()),
            Store::Float64(values) => Values::Float64(values.into_vec()),
            Store::Text(cells) => {
                let times = Values::times(cells.offsets.as_slice(), cells.text.bytes(), validity.as_deref());
                match times {
                    Some(times) => times,
                    None => Values::Utf8(cells.finish()?),
                }
            }
            // Numbers without a type in common are told as they are written.
            Store::Written(cells) if !kinds.is_empty() && kinds.is_within(Kinds::NUMBERS) => {
                Values::Utf8(cells.finish()?)
            }
            Store::Written(cells) => Values::Json(cells.finish()?),
        };
        Ok(Column::from_parts(name, row_count, validity, values))
    }

    /// The column as it is written: JSON texts.
    ///
    /// # Errors
    /// A text is not UTF-8.
    #[inline(never)]
    pub(crate) fn finish_written(self) -> Result<Column, Problem> {
        let validity = whole_validity(self.validity, self.row_count);
        let cells = match self.store {
            Store::Written(cells) => cells,
            _ => Cells::new(self.row_count),
        };
        Ok(Column::from_parts(
            self.name,
            self.row_count,
            validity,
            Values::Json(cells.finish()?),
        ))
    }
}

impl Cells {
    fn finish(self) -> Result<Texts, Problem> {
        Texts::checked(self.offsets.into_vec(), self.text).ok_or(Problem::NotUtf8)
    }
}

/// One bit per byte.
fn pack(values: &[u8]) -> Vec<u8> {
    values
        .chunks(8)
        .map(|values| values.iter().rev().fold(0, |bits, value| bits << 1 | value))
        .collect()
}
