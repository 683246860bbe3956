//! What a token endpoint or a vault says when it says no.

use std::time::Duration;

use serde_json::Value;

use crate::auth::cloud::Cloud;
use crate::auth::contract::Issuer;
use crate::auth::hint::{self, Class};
use crate::databricks;
use crate::error::{Error, ErrorCode};
use crate::fabric::instance::canonical_guid;
use crate::http::{BaseUrl, HttpResponse};
use crate::json;
use crate::poller::exchange::is_passing;
use crate::poller::schedule;
use crate::search::{find, split_once};
use crate::time::Timestamp;

/// Why an answer brought nothing.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) error: Error,
    /// What the service asks to be left alone for.
    pub(super) asked: Option<Duration>,
    /// The token endpoint takes the secret for wrong or too old.
    pub(super) of_secret: bool,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self {
            error,
            asked: None,
            of_secret: false,
        }
    }
}

/// Reads an answer that is no success, or a success that says no.
pub(super) fn read(issuer: Issuer, response: &HttpResponse, now: Timestamp) -> Failure {
    if response.status < 400 && !response.is_success() {
        return redirect(response).into();
    }
    let mut failure = match issuer {
        Issuer::Databricks => of_databricks(response),
        Issuer::Entra => of_entra(response),
        Issuer::KeyVault => of_vault(response),
    };
    let error = &mut failure.error;
    error.status = Some(response.status);
    if is_passing(response.status) {
        let code = match response.status {
            429 => ErrorCode::Throttled,
            _ => ErrorCode::ServerError,
        };
        *error = error.clone().with_code(code).retryable();
    }
    failure.asked = failure.asked.max(schedule::retry_after(response, now));
    failure
}

/// Redirects are not followed: what was sent belongs to this origin.
fn redirect(response: &HttpResponse) -> Error {
    let to = response.header("Location").unwrap_or_default();
    let found = if find(to, "private-link-validation-error").is_some() {
        "a refusal of the workspace's private link"
    } else {
        "a redirect"
    };
    let mut error = Error::new(ErrorCode::WrongHost, format!("expected a token, found {found}"));
    error.status = (response.status != 0).then_some(response.status);
    error
}

fn of_databricks(response: &HttpResponse) -> Failure {
    let refusal = databricks::error::read(response);
    let asked = refusal.retry_delay;
    let passes = databricks::error::is_passing(&refusal);
    let code = match response.status {
        _ if passes => ErrorCode::ServerError,
        404 => ErrorCode::WrongHost,
        _ => ErrorCode::SignInRefused,
    };
    let mut error = refusal.into_error(response.status, code);
    error.retryable = passes;
    if error.request_id.is_none() {
        error.request_id = request_id(response);
    }
    let oauth = error.service_code.clone().unwrap_or_default();
    if code == ErrorCode::SignInRefused
        && let Some(hint) = hint::of_databricks(&oauth)
    {
        hint.clone_into(&mut error.hint);
    }
    Failure {
        of_secret: oauth == "invalid_client",
        asked,
        error,
    }
}

/// Entra's: `error` decides, the number in `error_codes` gives the hint and tells what passes.
/// <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>
fn of_entra(response: &HttpResponse) -> Failure {
    let Some(value) = object(response) else {
        return foreign(response, ErrorCode::SignInRefused);
    };
    let error = json::text(&value, "error").unwrap_or_default();
    let description = json::text(&value, "error_description").unwrap_or_default();
    let number = number(&value, description);
    let row = number.and_then(hint::of_entra);
    let class = match error {
        "interaction_required" | "login_required" | "consent_required" => Class::Interactive,
        "temporarily_unavailable" | "server_error" | "slow_down" => Class::Transient,
        _ => row.map_or(Class::Config, |row| row.class),
    };
    let code = match class {
        Class::Config | Class::Secret => ErrorCode::SignInRefused,
        Class::Interactive => ErrorCode::InteractionRequired,
        Class::Transient => ErrorCode::ServerError,
    };
    let mut read = Error::new(code, entra_message(response, error, description));
    if let Some(row) = row.filter(|row| row.class == class) {
        row.hint.clone_into(&mut read.hint);
    }
    if class == Class::Transient {
        read = read.retryable();
    }
    read.service_code = match number {
        Some(number) => Some(format!("AADSTS{number}")),
        None => Some(error.to_owned()).filter(|error| !error.is_empty()),
    };
    read.request_id = json::string(&value, "trace_id")
        .or_else(|| json::string(&value, "correlation_id"))
        .or_else(|| request_id(response));
    Failure {
        of_secret: class == Class::Secret || (class == Class::Config && number.is_none() && error == "invalid_client"),
        asked: None,
        error: read,
    }
}

/// What Entra says, without the ids and the time that it repeats at the end.
fn entra_message(response: &HttpResponse, error: &str, description: &str) -> String {
    let said = split_once(description, "Trace ID:")
        .map_or(description, |(said, _)| said)
        .trim();
    match (said, error) {
        ("", "") => format!("HTTP status {}", response.status),
        ("", error) => error.to_owned(),
        (said, _) => said.to_owned(),
    }
}

/// The number of the first code: a member of its own, else in the text behind `AADSTS`.
fn number(value: &Value, description: &str) -> Option<u32> {
    let listed = json::array(value, "error_codes").first().and_then(Value::as_u64);
    let written = || {
        let (_, rest) = split_once(description, "AADSTS")?;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        rest.get(..digits)?.parse().ok()
    };
    listed.and_then(|number| u32::try_from(number).ok()).or_else(written)
}

/// Key Vault's: `{"error": {"code", "message", "innererror": {"code"}}}`.
/// <https://learn.microsoft.com/azure/key-vault/general/rest-error-codes>
fn of_vault(response: &HttpResponse) -> Failure {
    let Some(value) = object(response) else {
        return foreign(response, ErrorCode::VaultRefused);
    };
    let outer = value.get("error").unwrap_or(&value);
    let inner = outer.get("innererror").and_then(|inner| json::string(inner, "code"));
    let code = inner.or_else(|| json::string(outer, "code"));
    let said = json::string(outer, "message").unwrap_or_else(|| format!("HTTP status {}", response.status));
    let mut error = Error::new(ErrorCode::VaultRefused, said);
    if let Some(hint) = hint::of_vault(response.status, code.as_deref()) {
        error.hint = hint.to_owned();
    }
    if response.status == 401
        && let Some(authority) = challenged(response)
    {
        error.hint = format!("{}; the vault trusts tokens of {authority}", error.hint);
    }
    error.service_code = code;
    error.request_id = request_id(response);
    error.into()
}

/// Whose tokens the vault trusts, as its challenge tells: `Bearer authorization="https://…", resource="https://…"`.
fn challenged(response: &HttpResponse) -> Option<String> {
    let challenge = response.header("WWW-Authenticate")?;
    let (_, rest) = split_once(challenge, "authorization=")?;
    let rest = rest.trim_start_matches('"');
    let end = rest.find(['"', ',', ' ']).unwrap_or(rest.len());
    let authority = rest.get(..end)?;
    // It is shown: whatever is no tenant of one of Entra's authorities could be what the vault was sent.
    let base = BaseUrl::parse(authority).ok()?;
    let tenant = authority
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .and_then(canonical_guid)?;
    let is_known = base.is_loopback() || Cloud::of_authority(&base).is_some();
    is_known.then(|| [base.as_str(), "/", &tenant].concat())
}

/// An answer in another form than the issuer's own: a gateway's page, a plain text, nothing.
fn foreign(response: &HttpResponse, code: ErrorCode) -> Failure {
    let refusal = databricks::error::read(response);
    // A page that says no is not the issuer's: it always answers in JSON.
    let is_page = crate::poller::exchange::is_page(response);
    let code = if is_page && response.status < 500 && response.status != 429 {
        ErrorCode::WrongHost
    } else {
        code
    };
    let mut error = refusal.into_error(response.status, code);
    error.request_id = request_id(response);
    error.into()
}

fn object(response: &HttpResponse) -> Option<Value> {
    let value = serde_json::from_slice::<Value>(json::trim(&response.body)).ok()?;
    value.is_object().then_some(value)
}

fn request_id(response: &HttpResponse) -> Option<String> {
    response.request_id().map(str::to_owned)
}
