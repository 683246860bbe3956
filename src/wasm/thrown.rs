//! What JavaScript threw.

use wasm_bindgen::JsValue;

use super::convert::get;
use crate::error::{Error, ErrorCode};
use crate::search::{holds, split_once};

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

/// The same of what a `fetch` threw, which may repeat a header or a body: with a sign in the place of each secret. A
/// scheme such as `Bearer` in front of one is none.
pub(super) fn message_without<'a>(thrown: &JsValue, secrets: impl Iterator<Item = &'a str>) -> String {
    secrets.fold(message_of(thrown), |message, secret| {
        let secret = split_once(secret, " ").map_or(secret, |(_, secret)| secret);
        if secret.is_empty() {
            message
        } else {
            without(&message, secret)
        }
    })
}

fn without(mut text: &str, secret: &str) -> String {
    let mut kept = String::new();
    while let Some((before, behind)) = split_once(text, secret) {
        kept.push_str(before);
        kept.push('…');
        text = behind;
    }
    kept + text
}

/// The error that a credential threw: as it is if it is one of ours, also one of another module's.
pub(super) fn error_of(thrown: &JsValue) -> Error {
    let text = |name: &str| get(thrown, name).as_string();
    let code = text("code").and_then(|code| ErrorCode::ALL.iter().find(|known| known.as_str() == code));
    let Some(code) = code else {
        let message = ["no token: ", &message_of(thrown)].concat();
        return Error::new(ErrorCode::MissingCredentials, message);
    };
    let mut error = Error::new(*code, message_of(thrown));
    if let Some(hint) = text("hint") {
        error.hint = hint;
    }
    error.service_code = text("serviceCode");
    error.request_id = text("requestId");
    error.status = get(thrown, "status").as_f64().map(|status| status as u16);
    error.retryable = get(thrown, "retryable").is_truthy();
    error
}
