//! Several tables as one.

use super::column::{Column, ColumnType, Texts, Values, bit};
use super::error::{TableError, TableErrorCode};
use super::names::Names;
use super::number::is_double;
use super::{Table, fit};

impl Table {
    /// The rows of all parts, one part after the other, with the name of each row's part in the first column.
    ///
    /// The parts have the same columns in the same order, of the same types. Two types may differ: a column without values
    /// has any type, and integers become doubles if all of them are exactly doubles. A part without columns and rows, such
    /// as an empty JSON array, has nothing to say and agrees with the others.
    ///
    /// The first column is called `name_column`; if a part has a column of that name, the first one of `name_column_2`,
    /// `name_column_3`, … that is free.
    ///
    /// # Errors
    /// `DoesNotFit` with the names of the parts and the column that differ; `TooLarge` if a column would hold more than
    /// 2^31-1 bytes of text.
    pub fn concat(parts: &[(&str, &Self)], name_column: &str) -> Result<Self, TableError> {
        let row_count = parts.iter().map(|(_, table)| table.row_count).sum();
        let with_columns = parts
            .iter()
            .filter(|(_, table)| !table.columns.is_empty() || table.row_count > 0);
        let parts: Vec<(&str, &Self)> = with_columns.copied().collect();
        let Some((first_name, first)) = parts.first() else {
            return Ok(Self::default());
        };
        let mut names = Names::default();
        for column in &first.columns {
            names.find_or_push(column.name());
        }
        let mut columns = vec![column_of_names(names.free(name_column), &parts, row_count)?];
        for (name, table) in &parts {
            if table.columns.len() != first.columns.len() {
                let expected = format!("{} columns in `{name}` as in `{first_name}`", first.columns.len());
                return Err(unlike(expected, format!("{}", table.columns.len())));
            }
        }
        for position in 0..first.columns.len() {
            let same: Vec<(&str, &Column)> = parts
                .iter()
                .map(|(name, table)| (*name, &table.columns[position]))
                .collect();
            columns.push(joined(&same, row_count)?);
        }
        Ok(Self { columns, row_count })
    }
}

fn unlike(expected: String, found: String) -> TableError {
    TableError::new(TableErrorCode::DoesNotFit, None, expected, found)
}

/// The name of its part for each row.
fn column_of_names(name: String, parts: &[(&str, &Table)], row_count: usize) -> Result<Column, TableError> {
    let sizes = parts
        .iter()
        .map(|(part, table)| part.len() as u64 * table.row_count as u64);
    check_size(sizes.fold(0, u64::saturating_add))?;
    let mut texts = Texts::with_capacity(row_count, 0);
    for (part, table) in parts {
        (0..table.row_count).for_each(|_| texts.push(part));
    }
    Ok(Column::from_parts(name, row_count, None, Values::Utf8(texts)))
}

/// Refuses more text in a column than its offsets may count.
fn check_size(bytes: u64) -> Result<(), TableError> {
    if bytes > u64::from(i32::MAX.unsigned_abs()) {
        let expected = "at most 2147483647 bytes of text in a column";
        return Err(TableError::new(TableErrorCode::TooLarge, None, expected, "more"));
    }
    Ok(())
}

/// Columns of the same name, one behind the other.
fn joined(parts: &[(&str, &Column)], row_count: usize) -> Result<Column, TableError> {
    let (first_part, first) = parts[0];
    let name = first.name();
    let mut column_type: Option<(ColumnType, &str)> = None;
    for (part, column) in parts {
        if column.name() != name {
            let expected = format!("the column `{name}` in `{part}` as in `{first_part}`");
            return Err(unlike(expected, format!("`{}`", column.name())));
        }
        if column.null_count() == column.row_count() {
            continue;
        }
        column_type = Some(match (column_type, column.column_type()) {
            (None, found) => (found, part),
            (Some((wanted, by)), found) if wanted == found => (wanted, by),
            (Some((ColumnType::Int64, by)), ColumnType::Float64)
            | (Some((ColumnType::Float64, by)), ColumnType::Int64)
                if parts.iter().all(|(_, column)| is_exact(column)) =>
            {
                (ColumnType::Float64, by)
            }
            (Some((wanted, by)), found) => {
                let expected = format!("{} in the column `{name}` of `{part}` as in `{by}`", wanted.as_str());
                return Err(unlike(expected, found.as_str().to_owned()));
            }
        });
    }
    // Where there are no values at all, the type is the one that the first part says.
    let column_type = column_type.map_or(first.column_type(), |(column_type, _)| column_type);
    let nulls = fit::nulls(name.to_owned(), 0, column_type);
    let (name, _, mut values) = nulls.into_parts();
    let mut validity = vec![0; row_count.div_ceil(8)];
    let mut start = 0;
    for (_, column) in parts {
        append(&mut values, column, start)?;
        for row in 0..column.row_count() {
            if column.validity().is_none_or(|validity| bit(validity, row)) {
                validity[(start + row) / 8] |= 1 << ((start + row) % 8);
            }
        }
        start += column.row_count();
    }
    Ok(Column::from_parts(name, row_count, Some(validity), values))
}

/// Whether all integers of the column are doubles too.
fn is_exact(column: &Column) -> bool {
    match &column.values {
        Values::Int64(values) => values.iter().all(|value| is_double(*value)),
        _ => true,
    }
}

/// Appends the values of a column; if it is of another type it has none, or is made of integers that become doubles.
fn append(values: &mut Values, column: &Column, start: usize) -> Result<(), TableError> {
    let end = start + column.row_count();
    match (values, &column.values) {
        (Values::Bool(bits), other) => {
            bits.resize(end.div_ceil(8), 0);
            if let Values::Bool(more) = other {
                for row in 0..column.row_count() {
                    bits[(start + row) / 8] |= u8::from(bit(more, row)) << ((start + row) % 8);
                }
            }
        }
        (Values::Float64(all), Values::Int64(more)) => all.extend(more.iter().map(|value| *value as f64)),
        (Values::Float64(all), Values::Float64(more)) => all.extend_from_slice(more),
        (
            Values::Int64(all) | Values::Timestamp(all) | Values::Datetime(all),
            Values::Int64(more) | Values::Timestamp(more) | Values::Datetime(more),
        ) => all.extend_from_slice(more),
        (Values::Date(all), Values::Date(more)) => all.extend_from_slice(more),
        (Values::Utf8(all) | Values::Json(all), Values::Utf8(more) | Values::Json(more)) => {
            check_size(all.text.len() as u64 + more.text.len() as u64)?;
            let before = all.text.len() as u32;
            all.text.push_str(&more.text);
            all.offsets
                .extend(more.offsets.iter().skip(1).map(|offset| before + offset));
        }
        (Values::Float64(all), _) => all.resize(end, 0.0),
        (Values::Int64(all) | Values::Timestamp(all) | Values::Datetime(all), _) => all.resize(end, 0),
        (Values::Date(all), _) => all.resize(end, 0),
        (Values::Utf8(all) | Values::Json(all), _) => (start..end).for_each(|_| all.end_row()),
    }
    Ok(())
}
