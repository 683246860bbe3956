//! Tokens as JavaScript gives and takes them.

use js_sys::{Function, Object, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::convert::{get, set};
use super::host::timestamp;
use super::options::is_absent;
use super::secret;
use super::thrown::error_of;
use crate::auth::AccessToken;
#[cfg(feature = "auth")]
use crate::auth::ExposeSecret;
use crate::error::{Error, ErrorCode};
use crate::http::{BaseUrl, Service};

/// For which request a token is asked.
pub(super) struct TokenRequest<'a> {
    /// `None` for a vault.
    pub(super) service: Option<Service>,
    pub(super) host: &'a BaseUrl,
    pub(super) scope: &'a str,
    /// The last token was refused.
    pub(super) refresh: bool,
}

/// Asks a credential as `@azure/identity` has it, or a callback.
///
/// # Errors
/// What it threw, or what [`read`] says of what it gave.
pub(super) async fn ask(who: &JsValue, request: &TokenRequest<'_>) -> Result<AccessToken, Error> {
    let promise = call(who, request).map_err(|thrown| error_of(&thrown))?;
    let given = JsFuture::from(promise).await.map_err(|thrown| error_of(&thrown))?;
    read(&given)
}

fn call(who: &JsValue, request: &TokenRequest<'_>) -> Result<Promise, JsValue> {
    let scope = JsValue::from(request.scope);
    let told = Object::new();
    if let Some(service) = request.service {
        set(&told, "service", &service.as_str().into());
    }
    set(&told, "host", &request.host.as_str().into());
    set(&told, "scope", &scope);
    set(&told, "refresh", &request.refresh.into());
    let given = match get(who, "getToken").dyn_into::<Function>() {
        Ok(get_token) => get_token.call2(who, &scope, &told)?,
        Err(_) => who.unchecked_ref::<Function>().call1(&JsValue::UNDEFINED, &told)?,
    };
    Ok(Promise::resolve(&given))
}

/// Reads what a callback or a credential gave: a text, or an object as `@azure/identity` has it. Of its headers only
/// those are taken that Azure Databricks knows.
///
/// # Errors
/// There is no token in it, or one that no header can carry.
fn read(given: &JsValue) -> Result<AccessToken, Error> {
    let missing = |found: &str| {
        Error::new(
            ErrorCode::MissingCredentials,
            ["expected a token, found ", found].concat(),
        )
    };
    if is_absent(given) {
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
