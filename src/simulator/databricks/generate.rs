//! Generated rows: the same for the same run, however often they are asked for.

use serde_json::{Map, Value};

use super::scenario::{Column, ColumnType, Output, RowFormat};
use crate::json::written;
use crate::simulator::json::json;
use crate::simulator::rng::Rng;
use crate::time::Timestamp;

const WORDS: [&str; 12] = [
    "north",
    "süd",
    "Ærø",
    "Łódź",
    "東京",
    "naïve",
    "a, b",
    "say \"so\"",
    "two\nlines",
    "",
    "🚲",
    "west",
];

/// The rows as the text that a notebook would exit with.
pub(super) fn rows(output: &Output, seed: u64) -> String {
    let mut rng = Rng::new(seed);
    let columns = output.columns().unwrap_or_default();
    let count = output.rows.unwrap_or_default();
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let rows = (0..count).map(|index| -> Vec<Value> {
        columns
            .iter()
            .map(|(_, column)| value(column, index, &mut rng))
            .collect()
    });
    let object = |row: Vec<Value>| -> Value {
        let members: Map<String, Value> = names.iter().map(|name| (*name).to_owned()).zip(row).collect();
        Value::Object(members)
    };
    match output.format {
        RowFormat::Json => written(&Value::Array(rows.map(object).collect())),
        RowFormat::JsonLines => rows.map(|row| written(&object(row)) + "\n").collect(),
        RowFormat::Split => {
            let data: Vec<Vec<Value>> = rows.collect();
            written(&json!({"columns": names, "data": data}))
        }
        RowFormat::Columns => {
            let mut whole: Vec<Vec<Value>> = vec![Vec::with_capacity(count); names.len()];
            for row in rows {
                for (column, value) in whole.iter_mut().zip(row) {
                    column.push(value);
                }
            }
            let members: Map<String, Value> = names
                .iter()
                .map(|name| (*name).to_owned())
                .zip(whole.into_iter().map(Value::Array))
                .collect();
            written(&Value::Object(members))
        }
        RowFormat::Csv => {
            let mut text = String::new();
            csv_line(&mut text, names.iter().map(|name| json!(name)));
            for row in rows {
                csv_line(&mut text, row.into_iter());
            }
            text
        }
    }
}

fn csv_line(text: &mut String, cells: impl Iterator<Item = Value>) {
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            text.push(',');
        }
        match cell {
            Value::Null => {}
            Value::String(cell) if cell.is_empty() || cell.contains(['"', ',', '\n', '\r']) => {
                text.extend(["\"", &cell.replace('"', "\"\""), "\""]);
            }
            Value::String(cell) => text.push_str(&cell),
            cell => {
                text.push_str(&written(&cell));
            }
        }
    }
    text.push_str("\r\n");
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "made-up numbers of moderate size"
)]
fn value(column: &Column, index: usize, rng: &mut Rng) -> Value {
    if rng.chance(column.nulls) {
        return Value::Null;
    }
    let low = column.min.unwrap_or(0.0);
    let high = column.max.unwrap_or(1000.0).max(low);
    let day = 1_772_323_200_000 + rng.below(365) * 86_400_000;
    match column.kind {
        ColumnType::Boolean => json!(rng.below(2) == 1),
        ColumnType::Choice => match column.values.len() {
            0 => Value::Null,
            count => column.values[rng.below(count as u64) as usize].clone(),
        },
        ColumnType::Date => json!(Timestamp(day).to_iso()[..10]),
        ColumnType::Integer => json!(low as i64 + rng.below((high - low) as u64 + 1) as i64),
        ColumnType::Number => {
            let cents = rng.below(((high - low) * 100.0) as u64 + 1) as f64;
            json!(((low * 100.0 + cents).round()) / 100.0)
        }
        ColumnType::Sequence => json!(column.min.map_or(1, |first| first as i64) + index as i64),
        ColumnType::Text => json!(WORDS[rng.below(WORDS.len() as u64) as usize]),
        ColumnType::Timestamp => json!(Timestamp(day + rng.below(86_400_000)).to_iso()),
    }
}
