//! The members of objects, what often called methods give, and the least that an error is.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

/// The largest integer up to which JavaScript's numbers tell neighbours apart.
pub(super) const MAX_SAFE: i64 = 9_007_199_254_740_991;

/// What a method gives that a program may call ten thousands of times. It is never an error: but V8 11, which is Node 20's,
/// compiles calls of WebAssembly that return one object into their callers, and ends the process when it has to undo that
/// in the midst of such a call. With an error beside the object there are two, and V8 leaves the call alone. This can go
/// with Node 20.
#[cfg(any(feature = "client", feature = "table"))]
pub(super) type Hot<T> = Result<T, JsValue>;

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
