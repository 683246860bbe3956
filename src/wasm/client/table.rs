//! Tables in JavaScript.

use js_sys::{Array, Date, Iterator, JSON, Object, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use super::convert::{self, MAX_SAFE, refuse, set, throw};
use super::options::json_path;
use crate::error::{Error, ErrorCode};
use crate::table::{CellRef, Column, ColumnType, CsvOptions, JsonPath, Table, TableError};
use crate::wasm::options::is_absent;
use crate::wasm::options::unknown;

/// Rows and typed columns.
///
/// Values in JavaScript, by the type of their column:
///
/// | Column      | Value                                                                       |
/// |-------------|-----------------------------------------------------------------------------|
/// | `bool`      | `boolean`                                                                   |
/// | `int64`     | `number`; `bigint` beyond `Number.MAX_SAFE_INTEGER`, so that no digit is lost |
/// | `float64`   | `number`                                                                    |
/// | `timestamp` | `string`, always as `2026-01-31T12:00:00.000Z`                              |
/// | `utf8`      | `string`                                                                    |
/// | `json`      | whatever the JSON text says                                                 |
///
/// What a row does not have is `null`.
#[wasm_bindgen(js_name = Table)]
#[derive(Debug)]
pub struct JsTable(Table);

impl From<Table> for JsTable {
    fn from(table: Table) -> Self {
        Self(table)
    }
}

#[wasm_bindgen(js_class = Table)]
impl JsTable {
    /// Reads JSON as a table.
    ///
    /// @param json The document: bytes in UTF-8, or a text.
    /// @param path Where the rows are in it, such as `$.rows`. Left out, the whole document is the table.
    /// @throws {PqrunError} `outputUnreadable` if it is not JSON or has nothing at the path, `outputTruncated` if it
    /// ends too early, `invalidOptions` if the path is none.
    #[wasm_bindgen(js_name = fromJson)]
    pub fn from_json(
        #[wasm_bindgen(unchecked_param_type = "Uint8Array | string")] json: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "string")] path: &JsValue,
    ) -> Result<Self, JsValue> {
        let path = if is_absent(path) {
            JsonPath::root()
        } else {
            json_path(path).map_err(throw)?
        };
        let bytes = match (json.as_string(), json.dyn_ref::<Uint8Array>()) {
            (Some(text), _) => text.into_bytes(),
            (None, Some(bytes)) => bytes.to_vec(),
            (None, None) => return Err(throw(refuse("expected JSON as a text or a Uint8Array"))),
        };
        Table::from_json(&bytes, &path).map(Self).map_err(unreadable)
    }

    /// Reads a text that may be JSON or not: a JSON array or object as the table that it describes, any other text as
    /// one row in one column `value`.
    ///
    /// @throws {PqrunError} `outputTruncated` if it is JSON that ends too early.
    #[wasm_bindgen(js_name = fromText)]
    pub fn from_text(text: &str) -> Result<Self, JsValue> {
        Table::from_text(text).map(Self).map_err(unreadable)
    }

    /// How many rows there are.
    #[wasm_bindgen(getter, js_name = rowCount)]
    pub fn row_count(&self) -> u32 {
        self.0.row_count() as u32
    }

    /// The columns' names and types, in order.
    #[wasm_bindgen(getter, unchecked_return_type = "TableColumn[]")]
    pub fn columns(&self) -> Array {
        let describe = |column: &Column| {
            let js = Object::new();
            set(&js, "name", &column.name().into());
            set(&js, "type", &column.column_type().as_str().into());
            js
        };
        self.0.columns().iter().map(describe).collect()
    }

    /// One value.
    ///
    /// @param row Counted from 0.
    /// @param column Its place, counted from 0, or its name.
    /// @returns The value; `undefined` outside the table.
    #[wasm_bindgen(unchecked_return_type = "TableValue | undefined")]
    pub fn value(
        &self,
        row: u32,
        #[wasm_bindgen(unchecked_param_type = "number | string")] column: &JsValue,
    ) -> JsValue {
        let column = match column.as_string() {
            Some(name) => self.0.column(&name),
            None => column
                .as_f64()
                .filter(|at| at.fract() == 0.0 && *at >= 0.0)
                .and_then(|at| self.0.columns().get(at as usize)),
        };
        match column {
            Some(column) if (row as usize) < self.0.row_count() => cell(column.value(row as usize)),
            _ => JsValue::UNDEFINED,
        }
    }

    /// All values of a column, one per row; `undefined` if there is no such column.
    #[wasm_bindgen(unchecked_return_type = "TableValue[] | undefined")]
    pub fn column(&self, name: &str) -> Option<Array> {
        let column = self.0.column(name)?;
        Some((0..self.0.row_count()).map(|row| cell(column.value(row))).collect())
    }

    /// The rows as objects, each with every column.
    #[wasm_bindgen(js_name = toArray, unchecked_return_type = "TableRow[]")]
    pub fn to_array(&self) -> Array {
        self.rows(JsValue::from)
    }

    /// Iterates over the rows as objects.
    #[wasm_bindgen(js_name = "[Symbol.iterator]", unchecked_return_type = "IterableIterator<TableRow>")]
    pub fn iterator(&self) -> Iterator {
        self.to_array().values()
    }

    /// What `JSON.stringify` writes: the rows as objects, integers beyond `Number.MAX_SAFE_INTEGER` as texts.
    #[wasm_bindgen(js_name = toJSON, unchecked_return_type = "TableRow[]")]
    pub fn to_json_value(&self) -> Array {
        self.rows(|integer| JsValue::from_str(&integer.to_string()))
    }

    /// A JSON array of the rows. Integers keep all their digits, as numbers.
    #[wasm_bindgen(js_name = toJson)]
    pub fn to_json(&self) -> String {
        self.0.to_json()
    }

    /// JSON lines: an object per row and line.
    #[wasm_bindgen(js_name = toJsonLines)]
    pub fn to_json_lines(&self) -> String {
        self.0.to_json_lines()
    }

    /// CSV as RFC 4180 has it.
    ///
    /// @param options `header: false` leaves out the names; `defuseFormulas: true` puts a `'` before texts that a
    /// spreadsheet would take for a formula.
    /// @throws {PqrunError} `invalidOptions`
    #[wasm_bindgen(js_name = toCsv)]
    pub fn to_csv(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "CsvOptions")] options: &JsValue,
    ) -> Result<String, JsValue> {
        let mut csv = CsvOptions::new();
        for (name, value) in convert::members(options, "options", &[]).map_err(throw)? {
            csv = match (name.as_str(), value.as_bool()) {
                ("header", Some(header)) => csv.header(header),
                ("defuseFormulas", Some(defuse)) => csv.defuse_formulas(defuse),
                ("header" | "defuseFormulas", None) => {
                    return Err(throw(refuse(format!("{name}: expected true or false"))));
                }
                _ => return Err(throw(unknown(&name))),
            };
        }
        Ok(self.0.to_csv(&csv))
    }
}

impl JsTable {
    /// The rows as objects. One text that JavaScript parses is several times faster than a call per value.
    fn rows(&self, large: impl Fn(i64) -> JsValue) -> Array {
        let rows: Array = JSON::parse(&self.0.to_json()).unwrap_or_default().unchecked_into();
        for column in self
            .0
            .columns()
            .iter()
            .filter(|column| column.column_type() == ColumnType::Int64)
        {
            for (at, row) in (0..self.0.row_count()).zip(0..) {
                if let CellRef::Int64(integer) = column.value(at)
                    && !is_safe(integer)
                {
                    set(&rows.get(row), column.name(), &large(integer));
                }
            }
        }
        rows
    }
}

fn cell(cell: CellRef<'_>) -> JsValue {
    match cell {
        CellRef::Null => JsValue::NULL,
        CellRef::Bool(value) => value.into(),
        CellRef::Int64(value) if is_safe(value) => JsValue::from_f64(value as f64),
        CellRef::Int64(value) => value.into(),
        CellRef::Float64(value) => value.into(),
        CellRef::Timestamp(us) => Date::new(&JsValue::from_f64((us / 1000) as f64)).to_iso_string().into(),
        CellRef::Utf8(text) => text.into(),
        CellRef::Json(json) => JSON::parse(json).unwrap_or_default(),
        _ => JsValue::NULL,
    }
}

fn is_safe(integer: i64) -> bool {
    (-MAX_SAFE..=MAX_SAFE).contains(&integer)
}

fn unreadable(error: TableError) -> JsValue {
    let code = match error.code() {
        crate::table::TableErrorCode::Truncated => ErrorCode::OutputTruncated,
        _ => ErrorCode::OutputUnreadable,
    };
    throw(Error::new(code, error.to_string()))
}
