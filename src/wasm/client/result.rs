//! Results with their texts and tables, which cross the boundary as themselves.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::convert::{self, get, set};
use super::options::TableOptions;
use crate::json::record;
use crate::output_table::output_table;
use crate::run::{RunOutput, RunResult};
use crate::table::ReadOptions;
use crate::wasm::table::JsTable;

pub(super) fn to_js(result: &RunResult, options: &TableOptions) -> JsValue {
    let js = convert::to_js(result);
    let mut tables = Vec::new();
    let outputs = Array::from(&get(&js, "outputs"));
    for (output, into) in result.outputs.iter().zip(outputs.iter()) {
        tables.extend(complete(output, &options.read, &into));
    }
    if let [table] = tables.as_slice() {
        set(&js, "table", table);
    }
    js
}

/// An output alone.
pub(super) fn output_to_js(output: &RunOutput) -> JsValue {
    let js = convert::to_js(output);
    complete(output, &ReadOptions::new(), &js);
    js
}

/// Adds what does not go through JSON; gives the table, if there is one.
fn complete(output: &RunOutput, options: &ReadOptions, into: &JsValue) -> Option<JsValue> {
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
    match output_table(output, options)? {
        Ok(table) => {
            let table = JsValue::from(JsTable::from(table));
            set(into, "table", &table);
            Some(table)
        }
        Err(error) => {
            set(into, "tableError", &convert::to_js(&error));
            None
        }
    }
}
