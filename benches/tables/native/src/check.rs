//! Checks that each reader gave what is in the data, so that no side wins by leaving something out.

use anyhow::{Result, ensure};
use pqrun_table::{CellRef, Table};
use serde_json::{Map, Value};

use crate::columns::{Columns, Values, microseconds};

type Row = Map<String, Value>;

pub fn table(rows: &[Row], table: &Table) -> Result<()> {
    ensure!(
        table.row_count() == rows.len(),
        "expected {} rows, found {}",
        rows.len(),
        table.row_count()
    );
    ensure!(table.columns().len() == names(rows), "expected {} columns", names(rows));
    for column in table.columns() {
        for (at, row) in rows.iter().enumerate() {
            let value = row.get(column.name()).unwrap_or(&Value::Null);
            let cell = column.value(at);
            let same = match (cell, value) {
                (CellRef::Null, Value::Null) => true,
                (CellRef::Bool(cell), Value::Bool(value)) => cell == *value,
                (CellRef::Int64(cell), Value::Number(value)) => value.as_i64() == Some(cell),
                (CellRef::Float64(cell), Value::Number(value)) => value.as_f64() == Some(cell),
                (CellRef::Utf8(cell), Value::String(value)) => cell == value,
                (CellRef::Timestamp(cell), Value::String(value)) => microseconds(value.as_bytes()) == Some(cell),
                _ => false,
            };
            ensure!(same, "{}, row {at}: expected {value}, found {cell:?}", column.name());
        }
    }
    Ok(())
}

pub fn columns(rows: &[Row], columns: &Columns) -> Result<()> {
    ensure!(
        columns.rows == rows.len(),
        "expected {} rows, found {}",
        rows.len(),
        columns.rows
    );
    ensure!(columns.columns.len() == names(rows), "expected {} columns", names(rows));
    for column in &columns.columns {
        for (at, row) in rows.iter().enumerate() {
            let value = row.get(&column.name).unwrap_or(&Value::Null);
            let same = match (&column.values, value) {
                (_, Value::Null) => column.is_null(at),
                _ if column.is_null(at) => false,
                (Values::Bool(bits), Value::Bool(value)) => (bits[at / 8] >> (at % 8) & 1 == 1) == *value,
                (Values::Int64(values), Value::Number(value)) => value.as_i64() == Some(values[at]),
                (Values::Float64(values), Value::Number(value)) => value.as_f64() == Some(values[at]),
                (Values::Utf8 { offsets, text }, Value::String(value)) => {
                    text[offsets[at] as usize..offsets[at + 1] as usize] == *value
                }
                (Values::Timestamp(values), Value::String(value)) => microseconds(value.as_bytes()) == Some(values[at]),
                _ => false,
            };
            ensure!(same, "{}, row {at}: expected {value}, found another value", column.name);
        }
    }
    Ok(())
}

/// How many columns there are.
fn names(rows: &[Row]) -> usize {
    let mut names: Vec<&str> = rows.iter().flat_map(|row| row.keys().map(String::as_str)).collect();
    names.sort_unstable();
    names.dedup();
    names.len()
}
