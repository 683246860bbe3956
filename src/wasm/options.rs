//! Members of options objects that stay in JavaScript.

use js_sys::Function;
use wasm_bindgen::{JsCast, JsValue};

use super::convert::{get, refuse};
use crate::error::Error;

/// Whether an option was left out.
pub(super) fn is_absent(value: &JsValue) -> bool {
    value.is_null() || value.is_undefined()
}

/// An option that is a function, if it was given.
pub(super) fn function(options: &JsValue, name: &str) -> Result<Option<Function>, Error> {
    let value = get(options, name);
    if is_absent(&value) {
        return Ok(None);
    }
    value
        .dyn_into()
        .map(Some)
        .map_err(|_| refuse(format!("{name}: expected a function")))
}
