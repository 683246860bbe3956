//! The columns that the other readers fill: what ours has, for what occurs in the data.

use std::collections::HashMap;

use anyhow::{Result, bail};

/// Columns that grow row by row.
#[derive(Default)]
pub struct Columns {
    pub columns: Vec<Column>,
    places: HashMap<String, usize>,
    pub rows: usize,
    /// Where the next key of a row is, if this row's keys come in the order of the columns.
    next: usize,
}

pub struct Column {
    pub name: String,
    pub values: Values,
    /// One bit per row, 0 for null; empty as long as no row is null.
    validity: Vec<u8>,
    rows: usize,
}

pub enum Values {
    /// Nothing but nulls so far.
    Null,
    Bool(Vec<u8>),
    Int64(Vec<i64>),
    Float64(Vec<f64>),
    /// Microseconds since the Unix epoch.
    Timestamp(Vec<i64>),
    Utf8 {
        offsets: Vec<u32>,
        text: String,
    },
}

/// A value other than text.
#[derive(Clone, Copy)]
pub enum Scalar {
    Null,
    Bool(bool),
    Int64(i64),
    Float64(f64),
}

impl Columns {
    pub fn begin_row(&mut self) {
        self.next = 0;
    }

    pub fn end_row(&mut self) {
        self.rows += 1;
    }

    /// The place of a column, which is made if there is none.
    #[inline]
    pub fn place(&mut self, name: &str) -> usize {
        let place = match self.columns.get(self.next) {
            Some(column) if column.name == name => self.next,
            _ => self.look_up(name),
        };
        self.next = place + 1;
        place
    }

    fn look_up(&mut self, name: &str) -> usize {
        if let Some(place) = self.places.get(name) {
            return *place;
        }
        let place = self.columns.len();
        self.places.insert(name.to_owned(), place);
        self.columns.push(Column {
            name: name.to_owned(),
            values: Values::Null,
            validity: Vec::new(),
            rows: 0,
        });
        place
    }

    #[inline]
    pub fn push(&mut self, place: usize, value: Scalar) -> Result<()> {
        let row = self.rows;
        self.columns[place].push(row, value)
    }

    #[inline]
    pub fn push_text(&mut self, place: usize, value: &str) -> Result<()> {
        let row = self.rows;
        self.columns[place].push_text(row, value)
    }

    /// Fills up what the last rows did not have.
    pub fn finish(&mut self) {
        for column in &mut self.columns {
            column.fill(self.rows);
        }
    }

    /// Makes points in time of the texts that are, as ours does.
    pub fn find_timestamps(&mut self) {
        for column in &mut self.columns {
            column.find_timestamps();
        }
    }
}

impl Column {
    pub fn is_null(&self, row: usize) -> bool {
        !self.validity.is_empty() && self.validity[row / 8] >> (row % 8) & 1 == 0
    }

    fn find_timestamps(&mut self) {
        let Values::Utf8 { offsets, text } = &self.values else {
            return;
        };
        let read = |row: usize| {
            let bytes = text.as_bytes().get(offsets[row] as usize..offsets[row + 1] as usize)?;
            if bytes.is_empty() && self.is_null(row) {
                Some(0)
            } else {
                microseconds(bytes)
            }
        };
        let mut values = Vec::new();
        for row in 0..self.rows {
            let Some(value) = read(row) else { return };
            values.push(value);
        }
        self.values = Values::Timestamp(values);
    }

    #[inline]
    fn fill(&mut self, row: usize) {
        while self.rows < row {
            self.push_null();
        }
    }

    fn push_null(&mut self) {
        if self.validity.is_empty() {
            self.validity = vec![0xff; self.rows / 8 + 1];
        }
        self.mark(false);
        match &mut self.values {
            Values::Null => {}
            Values::Bool(bits) => push_bit(bits, self.rows, false),
            Values::Int64(values) => values.push(0),
            Values::Float64(values) => values.push(0.0),
            Values::Timestamp(_) => unreachable!("made at the end"),
            Values::Utf8 { offsets, text } => offsets.push(text.len() as u32),
        }
        self.rows += 1;
    }

    #[inline]
    fn mark(&mut self, valid: bool) {
        let (byte, bit) = (self.rows / 8, self.rows % 8);
        if byte == self.validity.len() {
            self.validity.push(0);
        }
        self.validity[byte] = self.validity[byte] & !(1 << bit) | u8::from(valid) << bit;
    }

    #[inline]
    fn push(&mut self, row: usize, value: Scalar) -> Result<()> {
        self.fill(row);
        match (&mut self.values, value) {
            (_, Scalar::Null) => {
                self.push_null();
                return Ok(());
            }
            (Values::Bool(bits), Scalar::Bool(value)) => push_bit(bits, self.rows, value),
            (Values::Int64(values), Scalar::Int64(value)) => values.push(value),
            (Values::Float64(values), Scalar::Float64(value)) => values.push(value),
            (Values::Float64(values), Scalar::Int64(value)) => values.push(value as f64),
            (Values::Int64(values), Scalar::Float64(value)) => {
                let mut values: Vec<f64> = values.iter().map(|value| *value as f64).collect();
                values.push(value);
                self.values = Values::Float64(values);
            }
            (Values::Null, Scalar::Bool(value)) => {
                let mut bits = vec![0; self.rows.div_ceil(8)];
                push_bit(&mut bits, self.rows, value);
                self.values = Values::Bool(bits);
            }
            (Values::Null, Scalar::Int64(value)) => {
                let mut values = vec![0; self.rows];
                values.push(value);
                self.values = Values::Int64(values);
            }
            (Values::Null, Scalar::Float64(value)) => {
                let mut values = vec![0.0; self.rows];
                values.push(value);
                self.values = Values::Float64(values);
            }
            _ => bail!("{}: a mixture, which is not in the data", self.name),
        }
        self.pushed();
        Ok(())
    }

    #[inline]
    fn push_text(&mut self, row: usize, value: &str) -> Result<()> {
        self.fill(row);
        match &mut self.values {
            Values::Utf8 { offsets, text } => {
                text.push_str(value);
                offsets.push(text.len() as u32);
            }
            Values::Null => {
                let mut offsets = vec![0; self.rows + 1];
                offsets.push(value.len() as u32);
                self.values = Values::Utf8 {
                    offsets,
                    text: value.to_owned(),
                };
            }
            _ => bail!("{}: a mixture, which is not in the data", self.name),
        }
        self.pushed();
        Ok(())
    }

    #[inline]
    fn pushed(&mut self) {
        if !self.validity.is_empty() {
            self.mark(true);
        }
        self.rows += 1;
    }
}

#[inline]
fn push_bit(bits: &mut Vec<u8>, at: usize, value: bool) {
    if at / 8 == bits.len() {
        bits.push(0);
    }
    bits[at / 8] |= u8::from(value) << (at % 8);
}

/// Reads `2026-01-31T12:00:00.000Z`, the one spelling in the data: less than ours has to know, and so no slower.
pub fn microseconds(text: &[u8]) -> Option<i64> {
    let text: &[u8; 24] = text.try_into().ok()?;
    if [4, 7, 10, 13, 16, 19, 23].map(|at| text[at]) != *b"--T::.Z" {
        return None;
    }
    let number = |from: usize, to: usize| {
        let mut number = 0;
        for byte in &text[from..to] {
            if !byte.is_ascii_digit() {
                return None;
            }
            number = number * 10 + i64::from(byte - b'0');
        }
        Some(number)
    };
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    // Days from civil, with years that begin in March: https://howardhinnant.github.io/date_algorithms.html
    let year = year - i64::from(month <= 2);
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * ((month + 9) % 12) + 2) / 5 + day - 719_469;
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + second;
    Some(seconds * 1_000_000 + number(20, 23)? * 1000)
}
