//! Plain values for JavaScript, through [`Value`], so that each type is written by one piece of code only; errors.

use serde::Serialize;
use serde_json::Value;
use wasm_bindgen::JsValue;

use crate::error::{Error, ErrorCode};
use crate::json::written;

use super::object::bare_error;
pub(super) use super::object::{MAX_SAFE, get, set};

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

/// The one way of an error to JavaScript: [`bare_error`] with what else is told.
pub(super) fn throw(error: Error) -> JsValue {
    let js = bare_error(error.code.as_str(), &error.hint, &error.to_string());
    if let Ok(Value::Object(members)) = serde_json::to_value(error) {
        for (name, value) in members {
            if name != "message" {
                set(&js, &name, &value_to_js(value));
            }
        }
    }
    js
}
