//! Reading a good answer: a token, or a vault's secret. What held it is overwritten.

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use zeroize::Zeroize;

use crate::auth::contract::Issuer;
use crate::auth::refusal::{self, Failure};
use crate::auth::token::AccessToken;
use crate::error::{Error, ErrorCode};
use crate::http::HttpResponse;
use crate::json;
use crate::poller::schedule::service_now;
use crate::time::{Timestamp, parse_seconds};

/// A JSON document that is overwritten when it is dropped.
struct Document(Value);

impl Drop for Document {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(members) => members.values_mut().for_each(wipe),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

impl Document {
    fn read(response: &HttpResponse) -> Result<Self, Error> {
        json::object(response).map(Self)
    }

    /// Takes a text out, without another copy of it.
    fn take(&mut self, name: &str) -> Option<SecretString> {
        match self.0.get_mut(name)?.take() {
            Value::String(text) if !text.is_empty() => Some(SecretString::from(text)),
            mut other => {
                wipe(&mut other);
                None
            }
        }
    }
}

/// The token in an answer to a request that was sent at `sent_at`.
pub(super) fn token(issuer: Issuer, response: &HttpResponse, sent_at: Timestamp) -> Result<AccessToken, Failure> {
    if !response.is_success() {
        return Err(refusal::read(issuer, response, sent_at));
    }
    let mut document = Document::read(response)?;
    if json::text(&document.0, "access_token").is_none() && json::text(&document.0, "error").is_some() {
        return Err(refusal::read(issuer, response, sent_at));
    }
    let kind = json::text(&document.0, "token_type");
    if kind.is_some_and(|kind| !kind.eq_ignore_ascii_case("bearer")) {
        return Err(malformed(response, "expected token_type Bearer, found another".to_owned()).into());
    }
    // It counts from before the request left, so that the token never lives longer here than there.
    let life = match document.0.get("expires_in") {
        Some(Value::Number(number)) => parse_seconds(&number.to_string()),
        Some(Value::String(text)) => parse_seconds(text),
        _ => None,
    };
    let expires_at = life.filter(|life| !life.is_zero()).map(|life| sent_at.plus(life));
    let Some(token) = document.take("access_token") else {
        return Err(json::malformed(response, "expected access_token, found none").into());
    };
    AccessToken::new(token, expires_at)
        .map_err(|error| malformed(response, format!("access_token: {}", error.message)).into())
}

/// A secret of a vault, and when it ends.
#[derive(Debug)]
pub(super) struct VaultSecret {
    pub(super) value: SecretString,
    pub(super) ends_at: Option<Timestamp>,
}

/// The secret in a vault's answer.
pub(super) fn vault_secret(response: &HttpResponse, now: Timestamp) -> Result<VaultSecret, Failure> {
    if !response.is_success() {
        return Err(refusal::read(Issuer::KeyVault, response, now));
    }
    let mut document = Document::read(response)?;
    let attributes = document.0.get("attributes").cloned().unwrap_or_default();
    let instant = |name: &str| json::count(&attributes, name).map(|seconds| Timestamp(seconds.saturating_mul(1000)));
    // The vault hands out what has expired, or is not yet to be used: its dates are for the reader to heed.
    let theirs = service_now(response).unwrap_or(now);
    let refuse = |found: String| {
        let mut error = Error::new(
            ErrorCode::VaultRefused,
            format!("expected a secret that may be used, found {found}"),
        );
        error.status = Some(response.status);
        "make a new version of the secret, or name another one".clone_into(&mut error.hint);
        Err(error.into())
    };
    if json::flag(&attributes, "enabled") == Some(false) {
        return refuse("one that is disabled".to_owned());
    }
    let ends_at = instant("exp");
    if let Some(ends_at) = ends_at.filter(|ends_at| *ends_at <= theirs) {
        return refuse(format!("one that expired at {}", ends_at.to_iso()));
    }
    if let Some(begins_at) = instant("nbf").filter(|begins_at| *begins_at > theirs) {
        return refuse(format!("one that is for use from {} on", begins_at.to_iso()));
    }
    let Some(value) = document.take("value") else {
        return Err(json::malformed(response, "expected the secret's value, found none").into());
    };
    // Files that were put into a vault end in a line break, which no secret does.
    let value = match value.expose_secret().trim() {
        trimmed if trimmed.len() == value.expose_secret().len() => value,
        trimmed => SecretString::from(trimmed),
    };
    Ok(VaultSecret { value, ends_at })
}

/// A good status with a body that no cut on the way explains.
fn malformed(response: &HttpResponse, message: String) -> Error {
    let mut error = Error::new(ErrorCode::MalformedResponse, message);
    error.status = Some(response.status);
    error
}
