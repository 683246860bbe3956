//! From the shape of a JSON value to the cells of columns.

use std::borrow::Cow;

use super::column::Column;
use super::error::{TableError, TableErrorCode};
use super::json::{Kind, Parts, kind, kinds, members};

/// As many columns as Excel and Power Query take.
const MAX_COLUMNS: usize = 16_384;

/// How many cells may be there only because some other row has a value in that column. Without a limit a text of 10 MB,
/// in which each row names another column, would ask for a million million cells.
const MAX_MISSING: usize = 1 << 24;

/// The name of the column that holds values which are not rows.
pub(super) const VALUE: &str = "value";

/// Reads a checked JSON value as columns, and the number of their rows.
pub(super) fn columns(value: &str) -> Result<(Vec<Column>, usize), TableError> {
    let mut cells = Cells::default();
    match kind(value) {
        Kind::Array => {
            let kinds = kinds(Parts::new(value));
            let push = if kinds == 1 << Kind::Object as u8 {
                Cells::push_record
            } else if kinds == 1 << Kind::Array as u8 {
                Cells::push_list
            } else {
                Cells::push_value
            };
            for row in Parts::new(value) {
                push(&mut cells, row)?;
            }
        }
        Kind::Object => {
            cells.push_record(value)?;
            cells.expand_arrays()?;
        }
        _ => cells.push_value(value)?,
    }
    cells.into_columns()
}

/// The cells of a table, by column; each is JSON text. A column's last cells may be missing.
#[derive(Default)]
struct Cells<'a> {
    columns: Vec<(Cow<'a, str>, Vec<&'a str>)>,
    /// The indices of the columns, in the order of their names.
    by_name: Vec<usize>,
    row_count: usize,
    missing: usize,
}

impl<'a> Cells<'a> {
    fn push_record(&mut self, row: &'a str) -> Result<(), TableError> {
        if kind(row) == Kind::Object {
            for (position, (name, value)) in members(row).enumerate() {
                let column = self.column(position, name)?;
                self.set(column, value)?;
            }
        }
        self.row_count += 1;
        Ok(())
    }

    fn push_list(&mut self, row: &'a str) -> Result<(), TableError> {
        if kind(row) == Kind::Array {
            for (position, value) in Parts::new(row).enumerate() {
                if position == self.columns.len() {
                    self.column(position, Cow::Owned(format!("column{}", position + 1)))?;
                }
                self.set(position, value)?;
            }
        }
        self.row_count += 1;
        Ok(())
    }

    fn push_value(&mut self, value: &'a str) -> Result<(), TableError> {
        let column = self.column(0, Cow::Borrowed(VALUE))?;
        self.set(column, value)?;
        self.row_count += 1;
        Ok(())
    }

    /// Turns the one row read, if all its members are arrays of the same length, into that many rows.
    fn expand_arrays(&mut self) -> Result<(), TableError> {
        let length = |cells: &Vec<&str>| match cells.as_slice() {
            [cell] if kind(cell) == Kind::Array => Some(Parts::new(cell).count()),
            _ => None,
        };
        let Some(row_count) = self.columns.first().and_then(|(_, cells)| length(cells)) else {
            return Ok(());
        };
        if self.columns.iter().all(|(_, cells)| length(cells) == Some(row_count)) {
            for (_, cells) in &mut self.columns {
                *cells = cells.iter().flat_map(|cell| Parts::new(cell)).collect();
            }
            self.row_count = row_count;
        }
        Ok(())
    }

    /// The index of the column called `name`, which is new if need be. It is sought first at `position`, where rows
    /// with the same members in the same order have it.
    fn column(&mut self, position: usize, name: Cow<'a, str>) -> Result<usize, TableError> {
        if self.columns.get(position).is_some_and(|(column, _)| *column == name) {
            return Ok(position);
        }
        match self.by_name.binary_search_by(|index| self.columns[*index].0.cmp(&name)) {
            Ok(found) => Ok(self.by_name[found]),
            Err(place) => {
                let index = self.columns.len();
                if index == MAX_COLUMNS {
                    return Err(too_large("at most 16384 columns", "one more"));
                }
                self.by_name.insert(place, index);
                self.columns.push((name, Vec::new()));
                Ok(index)
            }
        }
    }

    /// Sets the cell of the row being read. A member that occurs twice counts as the last one.
    fn set(&mut self, column: usize, value: &'a str) -> Result<(), TableError> {
        let (row, cells) = (self.row_count, &mut self.columns[column].1);
        if let Some(cell) = cells.get_mut(row) {
            *cell = value;
            return Ok(());
        }
        fill(&mut self.missing, cells, row)?;
        cells.push(value);
        Ok(())
    }

    fn into_columns(mut self) -> Result<(Vec<Column>, usize), TableError> {
        for (_, cells) in &mut self.columns {
            fill(&mut self.missing, cells, self.row_count)?;
        }
        let columns = self
            .columns
            .into_iter()
            .map(|(name, cells)| Column::new(name.into_owned(), &cells))
            .collect();
        Ok((columns, self.row_count))
    }
}

/// Lengthens a column with nulls up to `row_count`.
fn fill(missing: &mut usize, cells: &mut Vec<&str>, row_count: usize) -> Result<(), TableError> {
    *missing = missing.saturating_add(row_count - cells.len());
    if *missing > MAX_MISSING {
        return Err(too_large("at most 16777216 cells without a value in the text", "more"));
    }
    cells.resize(row_count, "null");
    Ok(())
}

pub(super) fn too_large(expected: &str, found: &str) -> TableError {
    TableError::new(TableErrorCode::TooLarge, None, expected, found)
}
