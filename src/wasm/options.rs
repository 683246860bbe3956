//! Members of options objects that stay in JavaScript.

use js_sys::Function;
use wasm_bindgen::{JsCast, JsValue};

use super::convert::{get, refuse};
use crate::error::Error;
use crate::json::quoted;

/// Whether an option was left out.
pub(super) fn is_absent(value: &JsValue) -> bool {
    value.is_null() || value.is_undefined()
}

/// An option that nobody knows: most likely a misspelt name.
pub(super) fn unknown(name: &str) -> Error {
    refuse(["expected known options, found ", &quoted(name)].concat())
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

/// An option that gives tokens, as `@azure/identity` has it, if it was given.
pub(super) fn token_credential(options: &JsValue, name: &str) -> Result<Option<JsValue>, Error> {
    let value = get(options, name);
    if is_absent(&value) {
        return Ok(None);
    }
    if get(&value, "getToken").is_function() {
        return Ok(Some(value));
    }
    let found = match get(&value, "then").is_function() {
        true => ", found a promise: await it",
        false => "",
    };
    Err(refuse(
        [name, ": expected an object with a method getToken", found].concat(),
    ))
}

/// An option that is true or false; false if it was left out.
pub(super) fn flag(options: &JsValue, name: &str) -> Result<bool, Error> {
    let value = get(options, name);
    if is_absent(&value) {
        return Ok(false);
    }
    value
        .as_bool()
        .ok_or_else(|| refuse(format!("{name}: expected true or false")))
}
