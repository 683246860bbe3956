//! Texts and bytes from JavaScript.

use js_sys::{JsString, Reflect, Symbol, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use super::data::memory;
use super::error::{refused, unreadable};
use crate::table::{ReadOptions, TableReader};
use crate::wasm::object::get;

#[wasm_bindgen]
extern "C" {
    type TextEncoder;

    #[wasm_bindgen(constructor)]
    fn new() -> TextEncoder;

    #[wasm_bindgen(method, js_name = encodeInto)]
    fn encode_into(this: &TextEncoder, text: &JsString, into: &Uint8Array) -> JsValue;
}

/// A text in UTF-8, or bytes as they are.
pub(super) fn bytes_of(input: &JsValue) -> Result<Vec<u8>, JsValue> {
    if let Some(text) = input.dyn_ref::<JsString>() {
        return encoded(text);
    }
    match chunk_of(input) {
        Some(bytes) => copied(&bytes),
        None => Err(refused("input: expected a text, a Uint8Array or an ArrayBuffer")),
    }
}

/// An array of bytes, of whichever realm: `instanceof` knows those of its own only.
pub(super) fn chunk_of(input: &JsValue) -> Option<Uint8Array> {
    if !input.is_object() {
        return None;
    }
    let tag = Reflect::get(input, &Symbol::to_string_tag()).ok()?.as_string();
    match tag.as_deref() {
        Some("Uint8Array") => Some(input.clone().unchecked_into()),
        Some("ArrayBuffer") => Some(Uint8Array::new(input)),
        _ => None,
    }
}

/// How many bytes there are, or as many as can be counted: more than any text may have.
pub(super) fn length_of(bytes: &Uint8Array) -> usize {
    // What wasm-bindgen takes for the length has 32 bits, and arrays may have more bytes than that counts.
    get(bytes, "length").as_f64().unwrap_or_default() as usize
}

/// Bytes in the memory of WebAssembly.
fn copied(bytes: &Uint8Array) -> Result<Vec<u8>, JsValue> {
    expect_room(length_of(bytes))?;
    Ok(bytes.to_vec())
}

/// Refuses what is longer than a table's text may be or than there is memory for. To take that memory would be a panic.
fn expect_room(bytes: usize) -> Result<(), JsValue> {
    let mut probe = TableReader::new(ReadOptions::new());
    probe.reserve(bytes).map_err(|error| unreadable(&error))?;
    // What is taken and given back unused, the compiler would leave out.
    std::hint::black_box(&probe);
    Ok(())
}

/// The text, written by JavaScript right where it is read. As a `&str` it would be copied unit by unit first, and a
/// `String` would be made of that.
fn encoded(text: &JsString) -> Result<Vec<u8>, JsValue> {
    let encoder = TextEncoder::new();
    let mut bytes = Vec::new();
    let mut rest = text.clone();
    // Most texts are ASCII: a byte for each unit. What is left then may take three.
    let mut per_unit = 1;
    while rest.length() > 0 {
        let length = (rest.length() as usize).saturating_mul(per_unit);
        expect_room(bytes.len().saturating_add(length))?;
        let mut room = vec![0; length];
        let at = room.as_mut_ptr() as usize as u32;
        let into = Uint8Array::new_with_byte_offset_and_length(&memory(), at, length as u32);
        let done = encoder.encode_into(&rest, &into);
        let count = |name| get(&done, name).as_f64().unwrap_or_default() as u32;
        room.truncate(count("written") as usize);
        if bytes.is_empty() {
            bytes = room;
        } else {
            bytes.append(&mut room);
        }
        rest = rest.slice(count("read"), rest.length());
        per_unit = 3;
    }
    Ok(bytes)
}
