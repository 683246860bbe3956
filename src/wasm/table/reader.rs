//! Tables that come in chunks.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::class::JsTable;
use super::error::{refused, unreadable};
use super::input::{chunk_of, length_of};
use super::options::read_options;
use crate::table::TableReader;

/// Reads a table whose bytes come in chunks, such as a file's or an answer's. {@link readTable} does it for streams.
///
/// A chunk may end anywhere, also within a character. After `finish` the reader is gone; `free()` gives one up before.
#[wasm_bindgen(js_name = TableReader)]
#[derive(Debug)]
pub struct JsTableReader(Option<TableReader>);

#[wasm_bindgen(js_class = TableReader)]
impl JsTableReader {
    /// A reader that has nothing yet.
    ///
    /// @param options As {@link Table.read} takes them.
    /// @throws {PqrunError} `invalidOptions`
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_optional_param_type = "ReadOptions")] options: &JsValue,
    ) -> Result<Self, JsValue> {
        Ok(Self(Some(TableReader::new(read_options(options).map_err(refused)?))))
    }

    /// Makes room, so that chunks need not be moved while they come in.
    ///
    /// @param bytes How many are still to come, as far as is known. It does no harm if it is wrong.
    pub fn reserve(&mut self, bytes: f64) {
        if let Some(reader) = &mut self.0 {
            // A length that somebody else told is no reason to take all the memory that there is.
            // Nor is it one to refuse anything: the bytes themselves tell whether there is room for them.
            let _ = reader.reserve(bytes.clamp(0.0, MOST_RESERVED) as usize);
        }
    }

    /// Takes the next bytes.
    ///
    /// @throws {PqrunError} `invalidOptions` if they are none, or after `finish`; `outputUnreadable` if there are too many.
    pub fn push(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "Uint8Array | ArrayBuffer")] chunk: &JsValue,
    ) -> Result<(), JsValue> {
        let reader = self.0.as_mut().ok_or_else(finished)?;
        let chunk = chunk_of(chunk).ok_or_else(|| refused("chunk: expected a Uint8Array or an ArrayBuffer"))?;
        reader
            .push_with(length_of(&chunk), |room| chunk.copy_to(room))
            .map_err(|error| unreadable(&error))
    }

    /// The table of all bytes.
    ///
    /// @throws {PqrunError} As {@link Table.read}; `invalidOptions` if it was called before.
    pub fn finish(&mut self) -> Result<JsTable, JsValue> {
        let reader = self.0.take().ok_or_else(finished)?;
        reader.finish().map(JsTable::from).map_err(|error| unreadable(&error))
    }
}

/// Chunks that come without a length are moved at most ten times on the way to it.
const MOST_RESERVED: f64 = 268_435_456.0;

fn finished() -> JsValue {
    refused("expected a reader that has not finished")
}
