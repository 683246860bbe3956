//! CSV to typed columns, in one pass over the bytes.
//!
//! The fields of a column are put one behind the other; when all are there, the column finds its type.

mod cells;

use super::builder::MAX_MISSING;
use super::error::{TableError, TableErrorCode, character_at, not_utf8};
use super::fit::{self, Schema};
use super::lexer::Stopped;
use super::names::{MAX_COLUMNS, Names};
use super::number::is_number;
use super::options::ReadOptions;
use super::words::{HIGHS, ONES, word_at};
use super::{Table, time};
use cells::Cells;

/// About how many bytes are read at a time.
const PIECE: usize = 1 << 16;

/// Reads CSV, in UTF-8 without a byte order mark, of a length that was checked.
///
/// # Errors
/// `NotCsv` for text behind a closing quote, and `Truncated` for a quote that nothing closes, both with row and offset;
/// `NotUtf8`; `TooLarge`; `DoesNotFit` if a value does not fit the schema.
pub(crate) fn read(text: &[u8], options: &ReadOptions) -> Result<Table, TableError> {
    let mut reader = Reader::new(text, options, false);
    // Without an error it was read to its end.
    let _ = reader.scan();
    match reader.error.take() {
        None => reader.finish(),
        Some(error) => Err(error),
    }
}

/// Reads a text that looks like CSV with commas and a header, of which nobody said what it is. `None` if it does not:
/// prose has commas, too.
///
/// It has two records or more, all with the same number of fields, two or more; no blank line; no field that begins or ends
/// with a blank outside of quotes; and names that differ, of which none is a number and only the first may be empty.
///
/// # Errors
/// `DoesNotFit` if a value does not fit the schema, `TooLarge` if the schema is out of proportion to the text.
pub(crate) fn read_if_csv(text: &[u8], options: &ReadOptions) -> Result<Option<Table>, TableError> {
    let mut reader = Reader::new(text, options, true);
    if reader.scan().is_err() || reader.row_count == 0 || reader.columns.len() < 2 {
        return Ok(None);
    }
    match reader.finish() {
        Err(error) if error.code() == TableErrorCode::NotUtf8 => Ok(None),
        table => table.map(Some),
    }
}

struct Reader<'a> {
    text: &'a [u8],
    schema: Schema,
    delimiter: u8,
    /// Whether everything stops the reader, without an error, that is unusual in CSV.
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
    /// Why it stopped.
    error: Option<TableError>,
}

impl<'a> Reader<'a> {
    fn new(text: &'a [u8], options: &ReadOptions, strict: bool) -> Self {
        Self {
            text,
            schema: Schema::of(&options.schema),
            delimiter: if strict { b',' } else { options.delimiter },
            strict,
            columns: Vec::new(),
            names: Names::default(),
            header: strict || options.header != Some(false),
            row_count: 0,
            field: 0,
            closed: false,
            all_quoted: true,
            missing: 0,
            error: None,
        }
    }

    /// Takes the text apart.
    fn scan(&mut self) -> Result<(), Stopped> {
        let mut at = 0;
        while at < self.text.len() {
            let is_first = at == 0;
            at = self.records(at)?;
            if is_first {
                self.make_room(at);
            }
        }
        Ok(())
    }

    /// Makes room for as many rows as there will be if the rest is as the first `done` bytes: moving memory is slow. For
    /// all columns together it is no more than the bytes left, since the rest may be a single field.
    fn make_room(&mut self, done: usize) {
        let rows = self.row_count as u64 * self.text.len() as u64 / done.max(1) as u64;
        let rows = usize::try_from(rows + rows / 32).unwrap_or(0);
        let bytes_per_row = size_of::<u32>() * self.columns.len().max(1);
        let most = self.text.len().saturating_sub(done) / bytes_per_row;
        for cells in &mut self.columns {
            // Without the room they grow as they need it.
            let _ = cells
                .offsets
                .try_reserve_exact(rows.saturating_sub(self.row_count).min(most));
        }
    }

    /// Reads some of the records, from the one that begins at `start`. Returns where the next one begins.
    ///
    /// Not all of them, because a function that is called again gets the faster machine code that JavaScript's engines make
    /// meanwhile.
    #[inline(never)]
    fn records(&mut self, mut start: usize) -> Result<usize, Stopped> {
        let (text, delimiter) = (self.text, self.delimiter);
        let until = start + PIECE;
        // Where the word begins in which signs are sought, and which are still to come in it.
        let mut base = start;
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
                if start >= until {
                    return Ok(start);
                }
            } else if sign == b'"' && at == start && !self.closed {
                start = self.quoted(at)?;
                base = start;
                signs = find_signs(word_at(text, base), delimiter);
            }
        }
        if self.field > 0 || self.closed || start < text.len() {
            self.end_record(start, text.len())?;
        }
        Ok(text.len())
    }

    /// Ends the field that lies between `start` and `end`, unless it was in quotes.
    #[inline(always)]
    fn end_field(&mut self, start: usize, end: usize) -> Result<(), Stopped> {
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
            cells.append(text, start, end);
            cells.end();
            self.all_quoted = false;
            if strict && (is_blank(text, start) || is_blank(text, end - 1)) {
                return Err(Stopped);
            }
        }
        self.field += 1;
        Ok(())
    }

    /// Reads the field whose opening quote is at `quote`. Returns where it ends, behind the closing one.
    fn quoted(&mut self, quote: usize) -> Result<usize, Stopped> {
        let text = self.text;
        let cells = self.column(quote)?;
        let mut start = quote + 1;
        let end = loop {
            let rest = text.get(start..).unwrap_or_default();
            let Some(length) = position_of_quote(rest) else {
                return Err(self.stop(TableErrorCode::Truncated, Some(quote), "a closing quote"));
            };
            let end = start + length;
            // Of two quotes the first one counts.
            let doubled = text.get(end + 1) == Some(&b'"');
            cells.append(text, start, end + usize::from(doubled));
            if !doubled {
                break end + 1;
            }
            start = end + 2;
        };
        cells.end();
        cells.quoted = true;
        cells.blank |= end == quote + 2;
        self.closed = true;
        match text.get(end) {
            None | Some(b'\n' | b'\r') => Ok(end),
            Some(&byte) if byte == self.delimiter => Ok(end),
            Some(_) => {
                let expected = "a delimiter or a line break behind the closing quote";
                Err(self.stop(TableErrorCode::NotCsv, Some(end), expected))
            }
        }
    }

    /// The column of the field that begins at `start`.
    #[inline(always)]
    fn column(&mut self, start: usize) -> Result<&mut Cells, Stopped> {
        if self.field == self.columns.len() {
            self.add_column()?;
        }
        let cells = &mut self.columns[self.field];
        if let Some(starts) = &mut cells.starts {
            starts.push(start as u32);
        }
        Ok(cells)
    }

    #[inline(never)]
    fn add_column(&mut self) -> Result<(), Stopped> {
        if self.columns.len() == MAX_COLUMNS {
            return Err(self.stop(TableErrorCode::TooLarge, None, "at most 16384 columns"));
        }
        if self.strict && !self.header {
            return Err(Stopped);
        }
        self.miss(self.row_count)?;
        let mut cells = Cells::new(self.row_count);
        if !self.header {
            cells.name = self.names.give("");
            cells.starts = self.schema.get(&cells.name).map(|_| vec![0; self.row_count]);
        }
        self.columns.push(cells);
        Ok(())
    }

    #[inline(never)]
    fn end_record(&mut self, start: usize, end: usize) -> Result<(), Stopped> {
        if self.field == 0 && start == end && !self.closed {
            // A blank line.
            return if self.strict { Err(Stopped) } else { Ok(()) };
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
    fn end_unlike_record(&mut self) -> Result<(), Stopped> {
        if self.header {
            self.header = false;
            return self.take_names();
        }
        if self.strict {
            return Err(Stopped);
        }
        self.miss(self.columns.len() - self.field)?;
        for cells in self.columns.iter_mut().skip(self.field) {
            cells.push_null();
            if let Some(starts) = &mut cells.starts {
                starts.push(0);
            }
        }
        self.row_count += 1;
        Ok(())
    }

    fn take_names(&mut self) -> Result<(), Stopped> {
        let is_first_blank = self.columns[0].text.len() == 0;
        for position in 0..self.columns.len() {
            let cells = &mut self.columns[position];
            let Ok(wanted) = str::from_utf8(cells.text.bytes()) else {
                return Err(self.stop(TableErrorCode::NotUtf8, None, ""));
            };
            let name = self.names.give(wanted);
            // Where the first name is blank, its column is called `column1`; another may be, too.
            let is_as_wanted = name == wanted || (is_first_blank && (position == 0 || name == "column1_2"));
            if self.strict && (!is_as_wanted || is_number(wanted.as_bytes())) {
                return Err(Stopped);
            }
            cells.name = name;
            cells.text.clear();
            cells.offsets.truncate(1);
            cells.validity.clear();
            (cells.quoted, cells.blank) = (false, false);
            let is_named = self.schema.get(&self.columns[position].name).is_some();
            self.columns[position].starts = is_named.then(Vec::new);
        }
        Ok(())
    }

    /// Counts cells that are not in the text.
    fn miss(&mut self, count: usize) -> Result<(), Stopped> {
        self.missing += count;
        if self.missing > MAX_MISSING {
            let expected = "at most 16777216 cells without a value in the text";
            return Err(self.stop(TableErrorCode::TooLarge, None, expected));
        }
        Ok(())
    }

    /// Stops; what was found is the byte at the offset, or more than the limit. What is not UTF-8 is told by
    /// [`not_utf8`](Self::not_utf8).
    #[cold]
    #[inline(never)]
    fn stop(&mut self, code: TableErrorCode, offset: Option<usize>, expected: &str) -> Stopped {
        let error = match (code, offset) {
            (TableErrorCode::NotUtf8, _) => self.not_utf8(),
            (TableErrorCode::Truncated, _) => TableError::new(code, offset, expected, "the end"),
            (_, Some(at)) => TableError::new(code, offset, expected, character_at(self.text, at)),
            (_, None) => TableError::new(code, offset, expected, "more"),
        };
        let in_rows = !self.header && offset.is_some();
        self.error = Some(if in_rows {
            error.in_row(self.row_count, None)
        } else {
            error
        });
        Stopped
    }

    #[cold]
    fn not_utf8(&self) -> TableError {
        let valid = str::from_utf8(self.text).map_or_else(|error| error.valid_up_to(), str::len);
        not_utf8(self.text, valid)
    }

    fn finish(mut self) -> Result<Table, TableError> {
        let mut columns = Vec::with_capacity(self.columns.len());
        for mut cells in std::mem::take(&mut self.columns) {
            let starts = cells.starts.take();
            let plain = !cells.blank && (!cells.quoted || self.all_quoted);
            let values = if starts.is_none() && plain { cells.read() } else { None };
            let Some(mut column) = cells.into_column(values, starts.is_none() && plain) else {
                return Err(self.not_utf8());
            };
            if let (Some(starts), Some(to)) = (starts, self.schema.get(column.name())) {
                column = fit::fit(column, to).map_err(|misfit| {
                    let offset = starts.get(misfit.row).map(|start| *start as usize);
                    misfit.error(offset)
                })?;
            }
            columns.push(column);
        }
        Ok(Table {
            columns: fit::arrange(columns, self.row_count, &self.schema)?,
            row_count: self.row_count,
        })
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_room_for_rows_is_no_more_than_the_bytes_left() {
        let names: Vec<String> = (0..500).map(|at| format!("c{at}")).collect();
        let field = "y".repeat(5_000_000);
        let text = format!("{}\n{}\"{field}\"\n", names.join(","), "x\n".repeat(33_000));
        let options = ReadOptions::new();
        let mut reader = Reader::new(text.as_bytes(), &options, false);
        assert!(reader.scan().is_ok());
        let room = |cells: &Cells| cells.offsets.capacity() * size_of::<u32>();
        let all: usize = reader.columns.iter().map(room).sum();
        // What the rows before took may be twice as much as they needed.
        assert!(all < 2 * 500 * 33_001 * 4 + text.len(), "{all}");
    }
}
