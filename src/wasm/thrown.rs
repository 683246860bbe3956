//! What JavaScript threw.

use wasm_bindgen::JsValue;

use super::convert::get;
use crate::search::holds;

/// What a thrown value says, with the cause behind it.
pub(super) fn message_of(thrown: &JsValue) -> String {
    let message = |value: &JsValue| match get(value, "message").as_string() {
        Some(message) if !message.is_empty() => Some(message),
        _ => value.as_string(),
    };
    let said = message(thrown).unwrap_or_else(|| "no message".to_owned());
    match message(&get(thrown, "cause")) {
        Some(cause) if !holds(&said, &cause) => format!("{said}: {cause}"),
        _ => said,
    }
}
