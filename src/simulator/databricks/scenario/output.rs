use serde::Serialize;
use serde_json::{Map, Value};

use crate::read::FromValue;

/// What `runs/get-output` gives for an execution. Left empty, it is what the kind of task usually gives.
#[derive(Clone, Debug, Default, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Output {
    /// What the notebook exits with: a string as it is, anything else as JSON text. `{{job.parameters.name}}` and, in
    /// a for-each, `{{input}}` are filled in.
    pub result: Option<Value>,
    /// Generates so many rows as the result.
    pub rows: Option<usize>,
    /// Their columns, in order.
    pub columns: Map<String, Value>,
    /// How they are written.
    pub format: RowFormat,
    /// Cuts the result after so many bytes and says so; beyond 5 MB it is cut anyway.
    pub truncate_at: Option<usize>,
    /// The end of the log, for kinds that have one.
    pub logs: Option<String>,
    /// Keeps only so many bytes from the end of the log and says so; beyond 5 MB it is cut anyway.
    pub logs_truncate_at: Option<usize>,
    /// Why it failed, or why there is no output.
    pub error: Option<String>,
    /// Where it failed.
    pub error_trace: Option<String>,
    /// Any other members, as they stand: `sql_output`, `dbt_output`, …
    pub members: Map<String, Value>,
}

/// How generated rows are written.
#[derive(Clone, Copy, Debug, Default, Eq, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum RowFormat {
    /// `{"id": [1, 2], …}`
    Columns,
    /// Comma-separated, with a header line.
    Csv,
    /// `[{"id": 1, …}, …]`
    #[default]
    Json,
    /// One object a line.
    JsonLines,
    /// `{"columns": […], "data": [[…], …]}`
    Split,
}

/// A generated column: `{"type": "integer", "min": 0, "max": 9, "nulls": 0.1}`.
#[derive(Clone, Debug, Default, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Column {
    /// What the values are.
    #[serde(rename = "type")]
    pub kind: ColumnType,
    /// The least number (default 0), or the first of a sequence (default 1).
    pub min: Option<f64>,
    /// The greatest number (default 1000).
    pub max: Option<f64>,
    /// What a `choice` chooses from.
    pub values: Vec<Value>,
    /// How many of the values are null, 0 to 1.
    pub nulls: f64,
}

/// What the values of a generated column are.
#[derive(Clone, Copy, Debug, Default, Eq, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum ColumnType {
    /// `true` or `false`.
    Boolean,
    /// One of `values`.
    Choice,
    /// `2026-03-01`
    Date,
    /// Whole numbers.
    Integer,
    /// Numbers with two digits after the point.
    Number,
    /// 1, 2, 3, …
    #[default]
    Sequence,
    /// Words, some with letters beyond ASCII, quotes and line ends.
    Text,
    /// `2026-03-01T12:34:56.789Z`
    Timestamp,
}

impl Output {
    /// The columns, read.
    ///
    /// # Errors
    /// The column's name, and what is wrong with it.
    pub(crate) fn columns(&self) -> Result<Vec<(&str, Column)>, (String, String)> {
        self.columns
            .iter()
            .map(|(name, column)| match Column::from_value(column.clone()) {
                Ok(column) => Ok((name.as_str(), column)),
                Err(wrong) => Err(wrong.into_parts_within(name)),
            })
            .collect()
    }
}
