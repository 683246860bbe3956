//! Plain values for JavaScript, through [`Value`], so that each type is written by one piece of code only; errors, and
//! the members of objects.

use js_sys::Reflect;
use serde::Serialize;
use serde_json::Value;
use wasm_bindgen::JsValue;

use crate::error::{Error, ErrorCode};
use crate::json::written;

/// The largest integer up to which JavaScript's numbers tell neighbours apart.
pub(super) const MAX_SAFE: i64 = 9_007_199_254_740_991;

/// Integers that JavaScript's numbers can't hold become decimal digits in a text, as the services' ids do.
pub(super) fn value_to_js(mut value: Value) -> JsValue {
    write_large_integers(&mut value);
    value
        .serialize(&serde_wasm_bindgen::Serializer::json_compatible())
        .unwrap_or_default()
}

fn write_large_integers(value: &mut Value) {
    match value {
        Value::Number(_) if is_large(value) => *value = written(value).into(),
        Value::Array(items) => items.iter_mut().for_each(write_large_integers),
        Value::Object(members) => members.values_mut().for_each(write_large_integers),
        _ => {}
    }
}

/// Whether it is an integer that JavaScript's numbers can't hold.
pub(super) fn is_large(value: &Value) -> bool {
    match (value.as_i64(), value.as_u64()) {
        (Some(number), _) => !(-MAX_SAFE..=MAX_SAFE).contains(&number),
        (None, large) => large.is_some(),
    }
}

/// An option is wrong.
pub(super) fn refuse(message: impl Into<String>) -> Error {
    Error::new(ErrorCode::InvalidOptions, message)
}

/// A member of anything; undefined if there is none.
pub(super) fn get(value: &JsValue, name: &str) -> JsValue {
    Reflect::get(value, &name.into()).unwrap_or_default()
}

/// Sets a member of an object that was made here.
pub(super) fn set(object: &JsValue, name: &str, value: &JsValue) {
    // Only a frozen object or a setter of one's own can refuse.
    let _ = Reflect::set(object, &name.into(), value);
}

/// The one way of an error to JavaScript: a real `Error` named `PqrunError` with our members.
pub(super) fn throw(error: Error) -> JsValue {
    let js = js_sys::Error::new(&error.to_string());
    js.set_name("PqrunError");
    if let Ok(Value::Object(members)) = serde_json::to_value(error) {
        for (name, value) in members {
            if name != "message" {
                set(&js, &name, &value_to_js(value));
            }
        }
    }
    js.into()
}
