//! What JavaScript threw.

use wasm_bindgen::JsValue;

use super::convert::get;
use crate::error::{Error, ErrorCode};
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

/// The error that a credential threw: as it is if it is one of ours, also one of another module's.
pub(super) fn error_of(thrown: &JsValue) -> Error {
    let text = |name: &str| get(thrown, name).as_string();
    let code = text("code").and_then(|code| ErrorCode::ALL.iter().find(|known| known.as_str() == code));
    let said = message_of(thrown);
    let Some(code) = code else {
        // What the bindings say of an object of ours after `free()`.
        let why = if said == "null pointer passed to rust" {
            "the credential was freed"
        } else {
            &said
        };
        return Error::new(ErrorCode::MissingCredentials, ["no token: ", why].concat());
    };
    let endpoint = text("endpoint");
    // The message begins with it, as it would again.
    let rest = endpoint
        .as_ref()
        .and_then(|endpoint| said.strip_prefix(endpoint.as_str())?.strip_prefix(": "));
    let mut error = Error::new(*code, rest.unwrap_or(&said));
    error.endpoint = endpoint;
    if let Some(hint) = text("hint") {
        error.hint = hint;
    }
    error.service_code = text("serviceCode");
    error.request_id = text("requestId");
    error.status = get(thrown, "status").as_f64().map(|status| status as u16);
    error.retryable = get(thrown, "retryable").is_truthy();
    error
}

/// What kept a request from leaving.
#[derive(Clone, Copy)]
pub(super) enum Obstacle {
    /// It may be gone at the next try.
    Passing,
    /// Somebody has to remove it.
    Standing(ErrorCode),
}

/// Codes of Node that mean that there was no connection, so that no byte of the request can have left. The last one is
/// of `www/node/network.js`: there was no tunnel.
const NEVER_CONNECTED: &[&str] = &[
    "ECONNREFUSED",
    "ENOTFOUND",
    "EAI_AGAIN",
    "UND_ERR_CONNECT_TIMEOUT",
    "ERR_PROXY_TUNNEL",
];

/// Codes of Node for a certificate that it does not accept, which it looks at before anything is sent. More begin with
/// `CERT_` or `UNABLE_TO_`: they are OpenSSL's, see <https://nodejs.org/api/tls.html#x509-certificate-error-codes>.
const BAD_CERTIFICATE: &[&str] = &[
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "SELF_SIGNED_CERT_IN_CHAIN",
    "HOSTNAME_MISMATCH",
    "INVALID_CA",
];

/// What kept a request from leaving, if it is certain that nothing left. A browser never says why a request failed.
pub(super) fn obstacle(thrown: &JsValue) -> Option<Obstacle> {
    let code = get(&get(thrown, "cause"), "code")
        .as_string()
        .or_else(|| get(thrown, "code").as_string())?;
    let code = code.as_str();
    if code == "ERR_PROXY_REFUSED" {
        Some(Obstacle::Standing(ErrorCode::ProxyRefused))
    } else if BAD_CERTIFICATE.contains(&code) || code.starts_with("CERT_") || code.starts_with("UNABLE_TO_") {
        Some(Obstacle::Standing(ErrorCode::UntrustedCertificate))
    } else {
        NEVER_CONNECTED.contains(&code).then_some(Obstacle::Passing)
    }
}
