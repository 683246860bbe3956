//! Tokens as JavaScript gives and takes them.

use js_sys::Object;
use wasm_bindgen::{JsCast, JsValue};

use super::convert::get;
#[cfg(feature = "auth")]
use super::convert::set;
use super::host::timestamp;
use super::secret;
use crate::auth::AccessToken;
#[cfg(feature = "auth")]
use crate::auth::ExposeSecret;
use crate::error::{Error, ErrorCode};

/// Reads what a callback or a credential gave: a text, or an object as `@azure/identity` has it. Of its headers only
/// those are taken that Azure Databricks knows.
///
/// # Errors
/// There is no token in it, or one that no header can carry.
pub(super) fn read(given: &JsValue) -> Result<AccessToken, Error> {
    let missing = |found: &str| {
        Error::new(
            ErrorCode::MissingCredentials,
            ["expected a token, found ", found].concat(),
        )
    };
    if given.is_null() || given.is_undefined() {
        // What a credential of `@azure/identity` may say when it can't sign in.
        return Err(missing("null"));
    }
    if given.is_string() {
        return AccessToken::new(secret::read(given).ok_or_else(|| missing("a broken text"))?, None);
    }
    let text = secret::read(&get(given, "token")).ok_or_else(|| missing("none"))?;
    // What came of a date that could not be read tells nothing: a token without an end is used until it is refused.
    let end = get(given, "expiresOnTimestamp").as_f64().filter(|end| !end.is_nan());
    let expires_at = end.map(timestamp);
    let mut token = AccessToken::new(text, expires_at)?;
    if let Some(headers) = get(given, "headers").dyn_ref::<Object>() {
        for name in Object::keys(headers).iter() {
            let value = secret::read(&get(headers, &name.as_string().unwrap_or_default()));
            if let (Some(name), Some(value)) = (name.as_string(), value) {
                token.add_header(&name, value);
            }
        }
    }
    Ok(token)
}

/// A token for JavaScript.
#[cfg(feature = "auth")]
pub(super) fn to_js(token: &AccessToken) -> JsValue {
    let js = Object::new();
    set(&js, "token", &token.token.expose_secret().into());
    if let Some(end) = token.expires_at {
        set(&js, "expiresOnTimestamp", &(end.0 as f64).into());
    }
    if !token.headers.is_empty() {
        let headers = Object::new();
        for (name, value) in &token.headers {
            set(&headers, name, &value.expose_secret().into());
        }
        set(&js, "headers", &headers);
    }
    js.into()
}
