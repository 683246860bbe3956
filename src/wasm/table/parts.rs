//! Several tables as one.

use std::rc::Rc;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::class::JsTable;
use super::error::unreadable;
use crate::table::Table;

/// What {@link Table.concat} collects its tables in. An array of them could not be lent to WebAssembly, only be given away.
///
/// @internal
#[wasm_bindgen(js_name = TableParts)]
#[derive(Debug, Default)]
pub struct JsTableParts(Vec<(String, Rc<Table>)>);

#[wasm_bindgen(js_class = TableParts)]
impl JsTableParts {
    /// No tables.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a table under its name.
    pub fn add(&mut self, name: String, table: &JsTable) {
        self.0.push((name, Rc::clone(&table.0)));
    }

    /// All of them, with the names in a column of that name.
    pub fn concat(self, column: &str) -> Result<JsTable, JsValue> {
        let parts: Vec<(&str, &Table)> = self.0.iter().map(|(name, table)| (name.as_str(), &**table)).collect();
        Table::concat(&parts, column)
            .map(JsTable::from)
            .map_err(|error| unreadable(&error))
    }
}
