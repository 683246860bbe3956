//! Which outputs are tables, and how they are read as such.

use crate::error::{Error, ErrorCode};
use crate::file::OutputFile;
use crate::json;
use crate::run::{OutputKind, RunOutput};
use crate::table::{Format, JsonPath, ReadOptions, Table, TableError, TableErrorCode};

/// The table in an output; `None` if its kind has none.
///
/// - The result of a notebook: JSON as the table that it describes, other text as one row; with a path, the JSON at it.
/// - The rows of a Lookup or Script; the return value of a pipeline as one row.
/// - Other structures only with a path, which has to lead to the rows in them.
/// - Conditions and logs never.
/// - The file that an output names, where it was followed: CSV, JSON or JSON lines by its name, else what it
///   looks like. One that is empty is a table without rows.
///
/// # Errors
/// [`ErrorCode::OutputTruncated`]: a cut output is never read as if it were whole. [`ErrorCode::OutputUnreadable`].
pub fn output_table(output: &RunOutput, options: &ReadOptions) -> Option<Result<Table, Error>> {
    if let Some(error) = output.error.as_ref().filter(|_| names_something(output)) {
        // What it names was not read: its name is no table.
        return Some(Err(error.clone()));
    }
    if let Some(file) = &output.file {
        return Some(read_file(file, options).map_err(|error| unreadable(output, &error)));
    }
    let read: Result<Table, TableError> = match (output.kind, &output.text, &output.data) {
        (OutputKind::Condition | OutputKind::Logs, _, _) => return None,
        (OutputKind::Data, _, _) if !options.has_path() => return None,
        // A service that puts nothing in the place of an output that is too large says so here.
        _ if output.truncated => return Some(Err(truncated(output))),
        (OutputKind::NotebookResult, Some(text), _) => Table::read(text.as_bytes(), options),
        (OutputKind::ReturnValue, _, Some(value)) if !options.has_path() => {
            // One row, whatever the value is.
            let row = ["[", &json::written(value), "]"].concat();
            Table::from_json(row.as_bytes(), &JsonPath::root())
        }
        (OutputKind::Rows | OutputKind::ReturnValue | OutputKind::Data, _, Some(value)) => {
            Table::read(json::written(value).as_bytes(), options)
        }
        _ => return None,
    };
    Some(read.map_err(|error| unreadable(output, &error)))
}

/// Whether it has something that could name a file.
const fn names_something(output: &RunOutput) -> bool {
    output.text.is_some() || output.data.is_some()
}

fn read_file(file: &OutputFile, options: &ReadOptions) -> Result<Table, TableError> {
    let mut options = options.clone();
    if options.is_auto() && !options.has_path() && file.is_blank() {
        // There are no rows in it, whatever it is called.
        return Table::read(b"", &options.format(Format::Csv));
    }
    if options.is_auto() {
        options = match file.extension.as_str() {
            "csv" => options.format(Format::Csv),
            "tsv" => options.format(Format::Csv).delimiter(b'\t'),
            "jsonl" | "ndjson" => options.format(Format::JsonLines),
            "json" if !file.begins_like_json() => options.format(Format::Json),
            _ => options,
        };
    }
    if file.has_no_header() && options.header_named().is_none() {
        options = options.header(false);
    }
    if options.header_named() == Some(false) {
        return Table::read(&file.without_headers(), &options);
    }
    Table::read(&file.bytes, &options)
}

fn truncated(output: &RunOutput) -> Error {
    Error::new(
        ErrorCode::OutputTruncated,
        format!("{}: the service cut the output, so it is not read", output.key),
    )
}

fn unreadable(output: &RunOutput, error: &TableError) -> Error {
    let code = match error.code() {
        TableErrorCode::Truncated => ErrorCode::OutputTruncated,
        _ => ErrorCode::OutputUnreadable,
    };
    let mut told = Error::new(code, format!("{}: {error}", output.key));
    told.row = error.row();
    told.column = error.column().map(str::to_owned);
    told.offset = error.offset();
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn output(kind: OutputKind, members: Value) -> RunOutput {
        let mut all = json!({ "key": "it", "kind": kind, "state": { "state": "" }, "attempt": 0, "truncated": false });
        if let (Value::Object(all), Value::Object(members)) = (&mut all, members) {
            all.extend(members);
        }
        serde_json::from_value(all).expect("it is an output")
    }

    fn notebook(text: &str) -> RunOutput {
        RunOutput {
            text: Some(text.to_owned()),
            ..output(OutputKind::NotebookResult, json!({}))
        }
    }

    fn csv(output: &RunOutput, path: Option<&str>) -> Option<Result<String, ErrorCode>> {
        let mut options = ReadOptions::new();
        if let Some(path) = path {
            options = options.path(JsonPath::parse(path).expect("it is a path"));
        }
        let table = output_table(output, &options)?;
        Some(
            table
                .map(|table| table.to_csv(&Default::default()))
                .map_err(|error| error.code()),
        )
    }

    #[test]
    fn the_result_of_a_notebook_is_a_table_whatever_it_is() {
        assert_eq!(csv(&notebook(r#"[{"a":1}]"#), None), Some(Ok("a\r\n1\r\n".into())));
        assert_eq!(csv(&notebook("done"), None), Some(Ok("value\r\ndone\r\n".into())));
        assert_eq!(
            csv(&notebook(r#"{"rows":[[1]]}"#), Some("$.rows")),
            Some(Ok("column1\r\n1\r\n".into()))
        );
        assert_eq!(
            csv(&notebook("done"), Some("$.rows")),
            Some(Err(ErrorCode::OutputUnreadable))
        );
        assert_eq!(csv(&output(OutputKind::NotebookResult, json!({})), None), None);
    }

    #[test]
    fn a_cut_output_is_no_table() {
        let cut = RunOutput {
            truncated: true,
            ..notebook(r#"[{"a":1}]"#)
        };
        assert_eq!(csv(&cut, None), Some(Err(ErrorCode::OutputTruncated)));
        assert_eq!(
            csv(&notebook(r#"[{"a":1}"#), None),
            Some(Err(ErrorCode::OutputTruncated))
        );
        let lookup = output(OutputKind::None, json!({ "truncated": true }));
        assert_eq!(csv(&lookup, None), Some(Err(ErrorCode::OutputTruncated)));
        let logs = RunOutput {
            truncated: true,
            text: Some("x".into()),
            ..output(OutputKind::Logs, json!({}))
        };
        assert_eq!(csv(&logs, None), None);
    }

    #[test]
    fn structures_are_tables_where_they_hold_rows() {
        let rows = output(OutputKind::Rows, json!({ "data": [{ "a": 1 }, { "a": null }] }));
        assert_eq!(csv(&rows, None), Some(Ok("a\r\n1\r\n\"\"\r\n".into())));
        let value = output(OutputKind::ReturnValue, json!({ "data": { "a": [1], "b": "x" } }));
        assert_eq!(csv(&value, None), Some(Ok("a,b\r\n[1],x\r\n".into())));
        assert_eq!(csv(&value, Some("$.a")), Some(Ok("value\r\n1\r\n".into())));
        let data = output(OutputKind::Data, json!({ "data": { "rows": [{ "a": 1 }] } }));
        assert_eq!(csv(&data, None), None);
        assert_eq!(csv(&data, Some("$.rows")), Some(Ok("a\r\n1\r\n".into())));
        assert_eq!(csv(&data, Some("$.no")), Some(Err(ErrorCode::OutputUnreadable)));
        let condition = RunOutput {
            text: Some("true".into()),
            ..output(OutputKind::Condition, json!({}))
        };
        assert_eq!(csv(&condition, None), None);
    }
}
