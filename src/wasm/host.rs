//! What the core leaves to its host: the clock and randomness.

use js_sys::{Date, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::convert::refuse;
use crate::error::Error;
use crate::time::Timestamp;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues, catch)]
    fn get_random_values(array: &Uint8Array) -> Result<JsValue, JsValue>;
}

/// The time, by the host's clock.
pub(super) fn now() -> Timestamp {
    timestamp(Date::now())
}

/// A time that JavaScript gave.
pub(super) fn timestamp(now: f64) -> Timestamp {
    Timestamp(now.max(0.0) as u64)
}

/// 16 bytes from the host's good source.
pub(super) fn random() -> Result<[u8; 16], Error> {
    let array = Uint8Array::new_with_length(16);
    get_random_values(&array).map_err(|_| refuse("expected crypto.getRandomValues, found none"))?;
    let mut bytes = [0; 16];
    array.copy_to(&mut bytes);
    Ok(bytes)
}

/// The first half of them, to seed the jitter of one request.
pub(super) fn seed() -> Result<[u8; 8], Error> {
    let mut seed = [0; 8];
    seed.copy_from_slice(&random()?[..8]);
    Ok(seed)
}
