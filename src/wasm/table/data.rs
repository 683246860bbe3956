//! Columns as typed arrays.

use js_sys::{BigInt64Array, Float64Array, Int32Array, Object, Uint8Array, Uint32Array, WebAssembly::Memory};
use wasm_bindgen::{JsCast, JsValue};

use crate::table::{Column, ColumnValues};
use crate::wasm::object::set;

/// Where typed arrays have their values.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Hold {
    /// In memory of their own.
    Copy,
    /// In the memory of WebAssembly. Once that grows they have none at all.
    View,
}

/// The memory of WebAssembly as it is now. It is another object once it has grown.
pub(super) fn memory() -> JsValue {
    wasm_bindgen::memory().unchecked_into::<Memory>().buffer()
}

/// A column as JavaScript has it; `memory` is what it lies in.
pub(super) fn column(column: &Column, memory: &JsValue, hold: Hold) -> JsValue {
    let js = Object::new();
    set(&js, "name", &column.name().into());
    set(&js, "type", &column.column_type().as_str().into());
    set(&js, "length", &JsValue::from_f64(column.row_count() as f64));
    set(&js, "nullCount", &JsValue::from_f64(column.null_count() as f64));
    let bytes = |slice: &[u8]| {
        array(hold, slice, |at, len| {
            Uint8Array::new_with_byte_offset_and_length(memory, at, len)
        })
    };
    if let Some(validity) = column.validity() {
        set(&js, "validity", &bytes(validity));
    }
    let values = match column.values() {
        ColumnValues::Bool(bits) => bytes(bits),
        ColumnValues::Int64(values) | ColumnValues::Timestamp(values) | ColumnValues::Datetime(values) => {
            array(hold, values, |at, len| {
                BigInt64Array::new_with_byte_offset_and_length(memory, at, len)
            })
        }
        ColumnValues::Float64(values) => array(hold, values, |at, len| {
            Float64Array::new_with_byte_offset_and_length(memory, at, len)
        }),
        ColumnValues::Date(values) => array(hold, values, |at, len| {
            Int32Array::new_with_byte_offset_and_length(memory, at, len)
        }),
        ColumnValues::Utf8 { offsets, text } | ColumnValues::Json { offsets, text } => {
            let offsets = array(hold, offsets, |at, len| {
                Uint32Array::new_with_byte_offset_and_length(memory, at, len)
            });
            set(&js, "offsets", &offsets);
            set(&js, "bytes", &bytes(text.as_bytes()));
            return js.into();
        }
        _ => return js.into(),
    };
    set(&js, "values", &values);
    js.into()
}

/// A typed array of a slice; `view` makes one from a place and a length.
fn array<T, A: JsCast>(hold: Hold, slice: &[T], view: impl FnOnce(u32, u32) -> A) -> JsValue {
    let view = view(slice.as_ptr() as usize as u32, slice.len() as u32).unchecked_into::<Uint8Array>();
    match hold {
        // All typed arrays have the same method `slice`.
        Hold::Copy => view.slice(0, slice.len() as u32).into(),
        Hold::View => view.into(),
    }
}
