//! The class `Table`.

use std::rc::Rc;

use js_sys::{Array, Function, JSON, Object};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use super::data::{self, Hold};
use super::error::{refused, unreadable, unwritable};
use super::input::bytes_of;
use super::options::{csv_options, read_options};
use crate::table::{CellRef, Column, Table, TextFormat};
use crate::wasm::object::{Hot, MAX_SAFE, get, set};

/// Rows and typed columns.
///
/// Values in JavaScript, by the type of their column:
///
/// | Column      | Value                                                                         |
/// |-------------|-------------------------------------------------------------------------------|
/// | `bool`      | `boolean`                                                                     |
/// | `int64`     | `number`; `bigint` beyond `Number.MAX_SAFE_INTEGER`, so that no digit is lost |
/// | `float64`   | `number`                                                                      |
/// | `timestamp` | `string`, always in UTC: `2026-01-31T12:00:00.000Z`                           |
/// | `datetime`  | `string`, without a zone: `2026-01-31T12:00:00.000`                           |
/// | `date`      | `string`: `2026-01-31`                                                        |
/// | `utf8`      | `string`                                                                      |
/// | `json`      | whatever the JSON text says, as `JSON.parse` reads it                         |
///
/// A time has three digits of its second's fraction, or six if three do not suffice. What a row does not have is `null`.
///
/// The table lies in the memory of WebAssembly. JavaScript's collector takes care of it in the end; `free()` gives the
/// memory back at once. What came out of it before (rows, texts, copies of columns) stays; all else throws a `TypeError`.
#[wasm_bindgen(js_name = Table)]
#[derive(Debug)]
pub struct JsTable(pub(super) Rc<Table>);

impl From<Table> for JsTable {
    fn from(table: Table) -> Self {
        Self(Rc::new(table))
    }
}

impl JsTable {
    /// The table itself.
    #[cfg(feature = "client")]
    pub(in crate::wasm) fn table(&self) -> Rc<Table> {
        Rc::clone(&self.0)
    }
}

#[wasm_bindgen(js_class = Table)]
impl JsTable {
    /// Reads a text as a table: JSON in many shapes, JSON lines, CSV, or else one row of text.
    ///
    /// @param input The text, or its bytes in UTF-8. Bytes are faster. Half of a surrogate pair becomes U+FFFD.
    /// @param options Where the rows are and how they are written; what is left out is found by looking.
    /// @throws {PqrunError} `outputUnreadable` if it is no table as the options say, `outputTruncated` if it ends too
    /// early, both with `offset` where that is known; `invalidOptions`.
    pub fn read(
        #[wasm_bindgen(unchecked_param_type = "Uint8Array | ArrayBuffer | string")] input: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "ReadOptions")] options: &JsValue,
    ) -> Result<Self, JsValue> {
        let options = read_options(options).map_err(refused)?;
        let bytes = bytes_of(input)?;
        Table::read(&bytes, &options)
            .map(Self::from)
            .map_err(|error| unreadable(&error))
    }

    /// How many rows there are.
    #[wasm_bindgen(getter, js_name = rowCount)]
    pub fn row_count(&self) -> u32 {
        self.0.row_count() as u32
    }

    /// The columns' names and types, in order.
    #[wasm_bindgen(getter, unchecked_return_type = "TableColumn[]")]
    pub fn columns(&self) -> Hot<Array> {
        let describe = |column: &Column| {
            let js = Object::new();
            set(&js, "name", &column.name().into());
            set(&js, "type", &column.column_type().as_str().into());
            js
        };
        Ok(self.0.columns().iter().map(describe).collect())
    }

    /// One value. For many use the rows or {@link Table.column}, which are several times faster.
    ///
    /// @param row Counted from 0.
    /// @param column Its place, counted from 0, or its name.
    /// @returns The value; `undefined` outside the table.
    #[wasm_bindgen(unchecked_return_type = "TableValue | undefined")]
    pub fn value(
        &self,
        row: f64,
        #[wasm_bindgen(unchecked_param_type = "number | string")] column: &JsValue,
    ) -> Hot<JsValue> {
        match (place(row, self.0.row_count()), self.at(column)) {
            (Some(row), Some(column)) => Ok(cell(column.value(row))),
            _ => Ok(JsValue::UNDEFINED),
        }
    }

    /// A column as it lies in memory, in copies of its own.
    ///
    /// @param column Its place, counted from 0, or its name.
    /// @returns `undefined` if there is no such column.
    #[wasm_bindgen(js_name = columnData, unchecked_return_type = "ColumnData | undefined")]
    pub fn column_data(
        &self,
        #[wasm_bindgen(unchecked_param_type = "number | string")] column: &JsValue,
    ) -> Hot<JsValue> {
        match self.at(column) {
            Some(column) => Ok(data::column(column, &data::memory(), Hold::Copy)),
            None => Ok(JsValue::UNDEFINED),
        }
    }

    /// Its types are in `types.rs`: they are generic.
    #[wasm_bindgen(js_name = withViews, skip_typescript)]
    pub fn with_views(&self, callback: &JsValue) -> Result<JsValue, JsValue> {
        let callback = callback
            .dyn_ref::<Function>()
            .ok_or_else(|| refused("withViews: expected a function"))?;
        let (views, memory) = self.views();
        // While it runs the table is borrowed: it can't be freed under its views.
        let result = callback.call1(&JsValue::UNDEFINED, &views)?;
        if get(&result, "then").is_function() {
            return Err(refused(
                "withViews: expected a callback that is done when it returns, found a promise; \
                 columnData gives copies that may be kept",
            ));
        }
        if data::memory() != memory {
            return Err(refused(
                "withViews: expected a callback that makes nothing in WebAssembly, found that its memory grew, which cut \
                 off the views; columnData gives copies that may be kept",
            ));
        }
        Ok(result)
    }

    /// A JSON array of the rows. Integers keep all their digits, as numbers.
    ///
    /// @throws {PqrunError} `outputTooLarge` if it would be longer than 536,870,888 bytes in UTF-8.
    #[wasm_bindgen(js_name = toJson, unchecked_return_type = "string")]
    pub fn to_json(&self) -> Hot<JsValue> {
        self.text(TextFormat::Json)
    }

    /// JSON lines: an object per row and line.
    ///
    /// @throws {PqrunError} `outputTooLarge` as {@link Table.toJson}.
    #[wasm_bindgen(js_name = toJsonLines, unchecked_return_type = "string")]
    pub fn to_json_lines(&self) -> Hot<JsValue> {
        self.text(TextFormat::JsonLines)
    }

    /// A table of Markdown, as GitHub has it. Whatever a text holds, it stays one cell.
    ///
    /// @throws {PqrunError} `outputTooLarge` as {@link Table.toJson}.
    #[wasm_bindgen(js_name = toMarkdown, unchecked_return_type = "string")]
    pub fn to_markdown(&self) -> Hot<JsValue> {
        self.text(TextFormat::Markdown)
    }

    /// CSV as RFC 4180 has it. {@link Table.read} finds the same types in it: a text that looks like a value of another
    /// type is written in quotes.
    ///
    /// @param options `header: false` leaves out the names; `defuseFormulas: true` puts a `'` before texts that a
    /// spreadsheet would take for a formula.
    /// @throws {PqrunError} `invalidOptions`; `outputTooLarge` as {@link Table.toJson}.
    #[wasm_bindgen(js_name = toCsv, unchecked_return_type = "string")]
    pub fn to_csv(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "CsvOptions")] options: &JsValue,
    ) -> Hot<JsValue> {
        self.text(TextFormat::Csv(csv_options(options).map_err(refused)?))
    }
}

/// The longest text in UTF-8 of which the engine that takes least, V8 in Node, makes a string.
const MAX_TEXT: usize = (1 << 29) - 24;

impl JsTable {
    fn text(&self, format: TextFormat) -> Hot<JsValue> {
        match self.0.to_text(format, MAX_TEXT) {
            Ok(text) => Ok(text.into()),
            Err(error) => Err(unwritable(&error.to_string())),
        }
    }

    /// The column at a place or of a name.
    fn at(&self, column: &JsValue) -> Option<&Column> {
        match column.as_string() {
            Some(name) => self.0.column(&name),
            None => {
                let columns = self.0.columns();
                columns.get(place(column.as_f64()?, columns.len())?)
            }
        }
    }

    /// All columns as views, and the memory that they are on.
    fn views(&self) -> (Array, JsValue) {
        loop {
            let memory = data::memory();
            let views = self
                .0
                .columns()
                .iter()
                .map(|column| data::column(column, &memory, Hold::View))
                .collect();
            // To make them may itself take memory, and let it grow; not twice.
            if data::memory() == memory {
                return (views, memory);
            }
        }
    }
}

/// A whole number from 0 and below `end`.
fn place(number: f64, end: usize) -> Option<usize> {
    (number >= 0.0 && number.fract() == 0.0 && number < end as f64).then_some(number as usize)
}

fn cell(cell: CellRef<'_>) -> JsValue {
    match cell {
        CellRef::Bool(value) => value.into(),
        CellRef::Int64(value) if (-MAX_SAFE..=MAX_SAFE).contains(&value) => JsValue::from_f64(value as f64),
        CellRef::Int64(value) => value.into(),
        CellRef::Float64(value) => value.into(),
        CellRef::Timestamp(_) | CellRef::Datetime(_) | CellRef::Date(_) => {
            let mut text = String::new();
            cell.write_plain(&mut text);
            text.into()
        }
        CellRef::Utf8(text) => text.into(),
        CellRef::Json(json) => JSON::parse(json).unwrap_or_default(),
        _ => JsValue::NULL,
    }
}
