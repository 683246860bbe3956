//! CSV to typed columns, in one pass over the bytes.
//!
//! The fields of a column are put one behind the other; when all are there, the column finds its type.

use super::builder::MAX_MISSING;
use super::column::{Column, Texts, Values};
use super::error::{TableError, TableErrorCode, character_at, not_utf8};
use super::lexer::{two_words_at, word_at};
use super::names::{MAX_COLUMNS, Names};
use super::number::{is_number, read_float64, read_int64};
use super::options::ReadOptions;
use super::texts::TextBuffer;
use super::{ColumnType, Table, fit, time};

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// Reads CSV, in UTF-8 without a byte order mark, of a length that was checked.
///
/// # Errors
/// `NotCsv` for text behind a closing quote, and `Truncated` for a quote that nothing closes, both with row and offset;
/// `NotUtf8`; `TooLarge`; `DoesNotFit` if a value does not fit the schema.
pub(crate) fn read(text: &[u8], options: &ReadOptions) -> Result<Table, TableError> {
    let mut reader = Reader::new(text, options, false);
    reader.scan()?;
    reader.finish()
}

/// Reads a text that looks like CSV with commas and a header, of which nobody said what it is. `None` if it does not:
/// prose has commas, too.
///
/// It has two records or more, all with the same number of fields, two or more; no blank line; no field that begins or ends
/// with a blank outside of quotes; and names that differ, of which none is a number and only the first may be empty.
///
/// # Errors
/// `DoesNotFit` if a value does not fit the schema.
pub(crate) fn read_if_csv(text: &[u8], options: &ReadOptions) -> Result<Option<Table>, TableError> {
    let options = options.clone().delimiter(b',').header(true);
    let mut reader = Reader::new(text, &options, true);
    if reader.scan().is_err() || reader.row_count == 0 || reader.columns.len() < 2 {
        return Ok(None);
    }
    match reader.finish() {
        Err(error) if error.code() != TableErrorCode::DoesNotFit => Ok(None),
        table => table.map(Some),
    }
}

/// The fields of one column.
#[derive(Default)]
struct Cells {
    name: String,
    text: TextBuffer,
    /// Where the first field begins, and where each ends.
    offsets: Vec<u32>,
    /// A bit per row up to the last null, 0 for null.
    validity: Vec<u8>,
    /// Whether a field stood in quotes.
    quoted: bool,
    /// Whether a field was nothing but quotes.
    blank: bool,
    /// The type that the schema names, and where each field begins in the text.
    schema: Option<(ColumnType, Vec<u32>)>,
}

impl Cells {
    fn new(row_count: usize) -> Self {
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
    fn end(&mut self) {
        // Never more than the bytes read, whose number is limited.
        self.offsets.push(self.text.len() as u32);
    }

    #[inline(always)]
    fn push_null(&mut self) {
        let row = self.row_count();
        if self.validity.len() <= row / 8 {
            self.validity.resize(row / 8 + 1, 0xff);
        }
        self.validity[row / 8] &= !(1 << (row % 8));
        self.end();
    }

    /// Appends a field that is not empty.
    #[inline(always)]
    fn push(&mut self, text: &[u8], mut start: usize, end: usize) {
        if end - start > 64 {
            self.text.push(text.get(start..end).unwrap_or_default());
        } else {
            loop {
                let (low, high) = two_words_at(text, start);
                self.text.make_room(start, text.len());
                self.text.put_words(low, high);
                if end - start <= 16 {
                    break;
                }
                self.text.advance(16);
                start += 16;
            }
            self.text.advance(end - start);
        }
        self.end();
    }

    /// The text of a row, counted from 0.
    fn get(&self, row: usize) -> &[u8] {
        let (start, end) = (self.offsets[row] as usize, self.offsets[row + 1] as usize);
        self.text.bytes().get(start..end).unwrap_or_default()
    }

    fn is_null(&self, row: usize) -> bool {
        self.validity
            .get(row / 8)
            .is_some_and(|byte| byte >> (row % 8) & 1 == 0)
    }
}

struct Reader<'a> {
    text: &'a [u8],
    options: &'a ReadOptions,
    /// Whether everything stops the reader that is unusual in CSV.
    strict: bool,
    columns: Vec<Cells>,
    names: Names,
    /// Whether the next record holds the names.
    header: bool,
    /// How many records there were, without the header.
    row_count: usize,
    /// How many fields of this record there were.
    field: usize,
    /// Whether the field being read stood in quotes, and is in its column already.
    closed: bool,
    /// Whether all fields so far were in quotes, empty ones apart.
    all_quoted: bool,
    missing: usize,
}

impl<'a> Reader<'a> {
    fn new(text: &'a [u8], options: &'a ReadOptions, strict: bool) -> Self {
        Self {
            text,
            options,
            strict,
            columns: Vec::new(),
            names: Names::default(),
            header: options.header != Some(false),
            row_count: 0,
            field: 0,
            closed: false,
            all_quoted: true,
            missing: 0,
        }
    }

    /// Takes the text apart.
    fn scan(&mut self) -> Result<(), TableError> {
        let (text, delimiter) = (self.text, self.options.delimiter);
        // Where the field begins; where the word begins in which signs are sought; which are still to come in it.
        let (mut start, mut base) = (0, 0);
        let mut signs = find_signs(word_at(text, base), delimiter);
        loop {
            while signs == 0 {
                base += 8;
                if base >= text.len() {
                    break;
                }
                signs = find_signs(word_at(text, base), delimiter);
            }
            let at = base + (signs.trailing_zeros() / 8) as usize;
            let Some(&sign) = text.get(at) else {
                break;
            };
            signs &= signs.wrapping_sub(1);
            if at < start {
                continue;
            }
            if sign == delimiter {
                self.end_field(start, at)?;
                start = at + 1;
            } else if let b'\n' | b'\r' = sign {
                self.end_record(start, at)?;
                start = at + 1 + usize::from(sign == b'\r' && text.get(at + 1) == Some(&b'\n'));
            } else if sign == b'"' && at == start && !self.closed {
                start = self.quoted(at)?;
                base = start;
                signs = find_signs(word_at(text, base), delimiter);
            }
        }
        if self.field > 0 || self.closed || start < text.len() {
            self.end_record(start, text.len())?;
        }
        Ok(())
    }

    /// Ends the field that lies between `start` and `end`, unless it was in quotes.
    #[inline(always)]
    fn end_field(&mut self, start: usize, end: usize) -> Result<(), TableError> {
        if self.closed {
            self.closed = false;
            self.field += 1;
            return Ok(());
        }
        let (text, strict) = (self.text, self.strict);
        let cells = self.column(start)?;
        if start == end {
            cells.push_null();
        } else {
            cells.push(text, start, end);
            self.all_quoted = false;
            if strict && (is_blank(text, start) || is_blank(text, end - 1)) {
                return Err(self.unlike_csv());
            }
        }
        self.field += 1;
        Ok(())
    }

    /// Reads the field whose opening quote is at `quote`. Returns where it ends, behind the closing one.
    fn quoted(&mut self, quote: usize) -> Result<usize, TableError> {
        let text = self.text;
        let cells = self.column(quote)?;
        let mut start = quote + 1;
        let end = loop {
            let rest = text.get(start..).unwrap_or_default();
            let Some(length) = position_of_quote(rest) else {
                let error = TableError::new(TableErrorCode::Truncated, Some(quote), "a closing quote", "the end");
                return Err(self.place(error));
            };
            let end = start + length;
            cells.text.push(text.get(start..end).unwrap_or_default());
            if text.get(end + 1) != Some(&b'"') {
                break end + 1;
            }
            cells.text.push(b"\"");
            start = end + 2;
        };
        cells.end();
        cells.quoted = true;
        cells.blank |= end == quote + 2;
        self.closed = true;
        match text.get(end) {
            None | Some(b'\n' | b'\r') => Ok(end),
            Some(&byte) if byte == self.options.delimiter => Ok(end),
            Some(_) => {
                let expected = "a delimiter or a line break behind the closing quote";
                let error = TableError::new(TableErrorCode::NotCsv, Some(end), expected, character_at(text, end));
                Err(self.place(error))
            }
        }
    }

    /// The column of the field that begins at `start`.
    #[inline(always)]
    fn column(&mut self, start: usize) -> Result<&mut Cells, TableError> {
        if self.field == self.columns.len() {
            self.add_column()?;
        }
        let cells = &mut self.columns[self.field];
        if let Some((_, starts)) = &mut cells.schema {
            starts.push(start as u32);
        }
        Ok(cells)
    }

    #[inline(never)]
    fn add_column(&mut self) -> Result<(), TableError> {
        if self.columns.len() == MAX_COLUMNS {
            return Err(too_large("at most 16384 columns"));
        }
        if self.strict && !self.header {
            return Err(self.unlike_csv());
        }
        self.miss(self.row_count)?;
        let mut cells = Cells::new(self.row_count);
        if !self.header {
            let name = self.names.give("");
            cells.schema = self.schema_of(&name, self.row_count);
            cells.name = name;
        }
        self.columns.push(cells);
        Ok(())
    }

    /// What the schema says of a column.
    fn schema_of(&self, name: &str, row_count: usize) -> Option<(ColumnType, Vec<u32>)> {
        let mut schema = self.options.schema.iter();
        let (_, column_type) = schema.find(|(named, _)| named == name)?;
        Some((*column_type, vec![0; row_count]))
    }

    #[inline(always)]
    fn end_record(&mut self, start: usize, end: usize) -> Result<(), TableError> {
        if self.field == 0 && start == end && !self.closed {
            // A blank line.
            return if self.strict { Err(self.unlike_csv()) } else { Ok(()) };
        }
        self.end_field(start, end)?;
        if self.header || self.field < self.columns.len() {
            self.end_unlike_record()?;
        } else {
            self.row_count += 1;
        }
        self.field = 0;
        Ok(())
    }

    /// Ends the record with the names, or one that is short of fields.
    #[inline(never)]
    fn end_unlike_record(&mut self) -> Result<(), TableError> {
        if self.header {
            self.header = false;
            // How names are written says nothing of the fields below them.
            self.all_quoted = true;
            return self.take_names();
        }
        if self.strict {
            return Err(self.unlike_csv());
        }
        self.miss(self.columns.len() - self.field)?;
        for cells in self.columns.iter_mut().skip(self.field) {
            cells.push_null();
            if let Some((_, starts)) = &mut cells.schema {
                starts.push(0);
            }
        }
        self.row_count += 1;
        Ok(())
    }

    fn take_names(&mut self) -> Result<(), TableError> {
        let mut written = Names::default();
        for position in 0..self.columns.len() {
            let cells = std::mem::replace(&mut self.columns[position], Cells::new(0));
            let Ok(wanted) = str::from_utf8(cells.get(0)) else {
                return Err(self.not_utf8());
            };
            let name = self.names.give(wanted);
            if self.strict {
                let is_blank = wanted.trim().is_empty() && !(position == 0 && wanted.is_empty());
                if is_blank || is_number(wanted.as_bytes()) || written.find_or_push(wanted) < position {
                    return Err(self.unlike_csv());
                }
            }
            self.columns[position].schema = self.schema_of(&name, 0);
            self.columns[position].name = name;
        }
        Ok(())
    }

    /// Counts cells that are not in the text.
    fn miss(&mut self, count: usize) -> Result<(), TableError> {
        self.missing += count;
        if self.missing > MAX_MISSING {
            return Err(too_large("at most 16777216 cells without a value in the text"));
        }
        Ok(())
    }

    /// Says in which row an error is, unless it is in the header.
    fn place(&self, error: TableError) -> TableError {
        if self.header {
            error
        } else {
            error.in_row(self.row_count, None)
        }
    }

    #[cold]
    fn unlike_csv(&self) -> TableError {
        TableError::new(TableErrorCode::NotCsv, None, "CSV", "another text")
    }

    #[cold]
    fn not_utf8(&self) -> TableError {
        match str::from_utf8(self.text) {
            Err(error) => not_utf8(self.text, error.valid_up_to()),
            Ok(_) => self.unlike_csv(),
        }
    }

    fn finish(mut self) -> Result<Table, TableError> {
        let mut columns = Vec::with_capacity(self.columns.len());
        for cells in std::mem::take(&mut self.columns) {
            let column = match cells.schema {
                Some(_) => self.fit(cells)?,
                None => cells.into_column(self.all_quoted).ok_or_else(|| self.not_utf8())?,
            };
            columns.push(column);
        }
        let columns = fit::arrange(columns, self.row_count, &self.options.schema);
        Ok(Table {
            columns,
            row_count: self.row_count,
        })
    }

    /// The column, of the type that the schema names.
    fn fit(&self, mut cells: Cells) -> Result<Column, TableError> {
        let Some((to, starts)) = cells.schema.take() else {
            return Err(self.unlike_csv());
        };
        let column = cells.into_texts().ok_or_else(|| self.not_utf8())?;
        let name = column.name().to_owned();
        fit::fit(column, to).map_err(|misfit| {
            let offset = starts.get(misfit.row).map(|start| *start as usize);
            let expected = fit::expected(to);
            TableError::new(TableErrorCode::DoesNotFit, offset, expected, misfit.found).in_row(misfit.row, Some(name))
        })
    }
}

impl Cells {
    /// The column, of the narrowest type that holds all its fields. `None` if they are not UTF-8.
    fn into_column(self, all_quoted: bool) -> Option<Column> {
        if self.blank || (self.quoted && !all_quoted) {
            return self.into_texts();
        }
        if let Some(values) = self.read() {
            let row_count = self.row_count();
            let validity = self.validity();
            return Some(Column::from_parts(self.name, row_count, validity, values));
        }
        let column = self.into_texts()?;
        let (row_count, (name, validity, values)) = (column.row_count(), column.into_parts());
        let times = match &values {
            Values::Utf8(texts) => texts.times(validity.as_deref()),
            _ => None,
        };
        Some(Column::from_parts(name, row_count, validity, times.unwrap_or(values)))
    }

    /// The column as it is written.
    fn into_texts(self) -> Option<Column> {
        let row_count = self.row_count();
        let validity = self.validity();
        let (offsets, text) = (self.offsets, self.text.into_string()?);
        // Pieces that are not UTF-8 may add up to a whole that is.
        if !offsets.iter().all(|offset| text.is_char_boundary(*offset as usize)) {
            return None;
        }
        let texts = Values::Utf8(Texts { offsets, text });
        Some(Column::from_parts(self.name, row_count, validity, texts))
    }

    /// A bit for each row; `None` if none is null.
    fn validity(&self) -> Option<Vec<u8>> {
        let row_count = self.row_count();
        let mut validity = self.validity.clone();
        if validity.is_empty() {
            return None;
        }
        validity.resize(row_count.div_ceil(8), 0xff);
        if let Some(last) = validity.last_mut().filter(|_| !row_count.is_multiple_of(8)) {
            *last &= (1 << (row_count % 8)) - 1;
        }
        Some(validity)
    }

    /// The values, if they are booleans or numbers. The first one says as what the others are read.
    fn read(&self) -> Option<Values> {
        let first = (0..self.row_count()).find(|row| !self.is_null(*row))?;
        let first = self.get(first);
        if read_bool(first).is_some() {
            return self.read_all(read_bool).map(|values| Values::Bool(pack(&values)));
        }
        if is_number(first) {
            let integers = self.read_all(read_int64).map(Values::Int64);
            return integers.or_else(|| self.read_all(read_float64).map(Values::Float64));
        }
        None
    }

    /// Reads every field that is not null, or none.
    fn read_all<T: Default>(&self, read: impl Fn(&[u8]) -> Option<T>) -> Option<Vec<T>> {
        let mut values = Vec::with_capacity(self.row_count());
        let bytes = self.text.bytes();
        let mut start = 0;
        // A field that was nothing but quotes would not have come here.
        for end in self.offsets.iter().skip(1) {
            let end = *end as usize;
            values.push(match bytes.get(start..end) {
                Some(field) if !field.is_empty() => read(field)?,
                _ => T::default(),
            });
            start = end;
        }
        Some(values)
    }
}

#[cold]
fn too_large(expected: &str) -> TableError {
    TableError::new(TableErrorCode::TooLarge, None, expected, "more")
}

/// Reads the words that programs write for booleans: Python's begin with a capital.
pub(crate) fn read_bool(field: &[u8]) -> Option<bool> {
    match field {
        b"true" | b"True" => Some(true),
        b"false" | b"False" => Some(false),
        _ => None,
    }
}

/// Says whether an unquoted field would be read as something else than a text.
pub(crate) fn is_typed(field: &[u8]) -> bool {
    match field.first() {
        None => true,
        Some(b'0'..=b'9' | b'-') => {
            is_number(field) || time::parse_date(field).is_some() || time::parse_datetime(field).is_some()
        }
        Some(b't' | b'f' | b'T' | b'F') => read_bool(field).is_some(),
        _ => false,
    }
}

/// Says whether a text holds a comma, a quote or a line break.
pub(crate) fn has_signs(text: &[u8]) -> bool {
    let (words, rest) = text.as_chunks::<8>();
    words
        .iter()
        .any(|word| find_signs(u64::from_le_bytes(*word), b',') != 0)
        || rest.iter().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r'))
}

/// One bit per value.
fn pack(values: &[bool]) -> Vec<u8> {
    let byte = |values: &[bool]| values.iter().rev().fold(0, |bits, value| bits << 1 | u8::from(*value));
    values.chunks(8).map(byte).collect()
}

fn is_blank(text: &[u8], at: usize) -> bool {
    matches!(text.get(at), Some(b' ' | b'\t'))
}

/// Marks the bytes of a word that may mean something, by their highest bit: delimiters, quotes and line breaks. Some other
/// bytes above these are marked as well.
#[inline(always)]
fn find_signs(word: u64, delimiter: u8) -> u64 {
    let mut signs = 0;
    for sign in [delimiter, b'"', b'\n', b'\r'] {
        let zero = word ^ (ONES * u64::from(sign));
        signs |= zero.wrapping_sub(ONES) & !zero;
    }
    signs & HIGHS
}

/// Where the first quote is.
fn position_of_quote(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let zero = word_at(text, at) ^ (ONES * u64::from(b'"'));
        let quotes = zero.wrapping_sub(ONES) & !zero & HIGHS;
        if quotes != 0 {
            return Some(at + (quotes.trailing_zeros() / 8) as usize);
        }
        at += 8;
        if at >= text.len() {
            return None;
        }
    }
}
