//! Results with their texts and tables, which cross the boundary as themselves.

use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::convert::{self, get, set};
use super::options::TableOptions;
use crate::error::{Error, ErrorCode};
use crate::json::record;
use crate::output_table::output_table;
use crate::run::{RunOutput, RunResult};
use crate::table::{ReadOptions, Table};
use crate::wasm::table::JsTable;

/// The name of the column that says of which output a row is.
const TASK: &str = "task";

pub(super) fn to_js(result: &RunResult, options: &TableOptions) -> JsValue {
    let js = convert::to_js(result);
    let outputs = Array::from(&get(&js, "outputs"));
    let mut tables = Vec::new();
    let mut unreadable = None;
    for (output, into) in result.outputs.iter().zip(outputs.iter()) {
        match complete(output, &options.read, &into) {
            Some(Ok(table)) => tables.push((output.key.as_str(), table, into)),
            Some(Err(error)) => unreadable = unreadable.or(Some(error)),
            None => {}
        }
    }
    if options.combine {
        match unreadable.map_or_else(|| combined(&tables), Err) {
            Ok(Some(table)) => set(&js, "table", &JsTable::from(table).into()),
            Ok(None) => {}
            Err(error) => set(&js, "tableError", &convert::to_js(&error)),
        }
    } else if let [(_, _, output)] = tables.as_slice() {
        set(&js, "table", &get(output, "table"));
    }
    js
}

/// An output alone.
pub(super) fn output_to_js(output: &RunOutput) -> JsValue {
    let js = convert::to_js(output);
    complete(output, &ReadOptions::new(), &js);
    js
}

/// All tables in one; `None` if there are none.
fn combined(tables: &[(&str, Rc<Table>, JsValue)]) -> Result<Option<Table>, Error> {
    if tables.is_empty() {
        return Ok(None);
    }
    let parts: Vec<(&str, &Table)> = tables.iter().map(|(key, table, _)| (*key, &**table)).collect();
    Table::concat(&parts, TASK)
        .map(Some)
        .map_err(|error| Error::new(ErrorCode::OutputUnreadable, error.to_string()))
}

/// Adds what does not go through JSON; gives the table, or why there is none, if the output should have one.
fn complete(output: &RunOutput, options: &ReadOptions, into: &JsValue) -> Option<Result<Rc<Table>, Error>> {
    if let Some(text) = &output.text {
        set(into, "text", &text.into());
    }
    if let Some(file) = &output.file {
        let size = file.bytes.len();
        set(
            into,
            "file",
            &convert::value_to_js(record! { "path": file.path, "size": size }),
        );
    }
    let table = output_table(output, options)?.map(JsTable::from);
    Some(match table {
        Ok(table) => {
            let inner = table.table();
            set(into, "table", &table.into());
            Ok(inner)
        }
        Err(error) => {
            set(into, "tableError", &convert::to_js(&error));
            Err(error)
        }
    })
}
