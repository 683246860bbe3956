//! Secrets on their way from JavaScript.

use js_sys::JsString;
use wasm_bindgen::{JsCast, JsValue};

use crate::auth::SecretString;

/// The text of a value without the blanks around it; `None` if it is none, or holds half of a surrogate pair.
///
/// Read character by character into memory of the right size: the general way in moves a text that outgrows its place,
/// and leaves a copy behind.
pub(super) fn read(value: &JsValue) -> Option<SecretString> {
    let text = value.dyn_ref::<JsString>()?.trim();
    let characters = || char::decode_utf16(text.iter());
    let length = characters().map(|character| character.map_or(0, char::len_utf8)).sum();
    let mut secret = String::with_capacity(length);
    for character in characters() {
        secret.push(character.ok()?);
    }
    Some(secret.into())
}
