//! The members of objects, and the least that an error is.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

/// The largest integer up to which JavaScript's numbers tell neighbours apart.
pub(super) const MAX_SAFE: i64 = 9_007_199_254_740_991;

/// A member of anything; undefined if there is none.
pub(super) fn get(value: &JsValue, name: &str) -> JsValue {
    Reflect::get(value, &name.into()).unwrap_or_default()
}

/// Sets a member of an object that was made here.
pub(super) fn set(object: &JsValue, name: &str, value: &JsValue) {
    // Only a frozen object or a setter of one's own can refuse.
    let _ = Reflect::set(object, &name.into(), value);
}

/// A real `Error` named `PqrunError`, with what every one has.
pub(super) fn bare_error(code: &str, hint: &str, message: &str) -> JsValue {
    let js = js_sys::Error::new(message);
    js.set_name("PqrunError");
    set(&js, "code", &code.into());
    set(&js, "hint", &hint.into());
    set(&js, "retryable", &false.into());
    js.into()
}
