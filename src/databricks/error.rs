//! Reading a refusal: every body shape that the service, its gateways and proxies are known to send.

use serde_json::Value;

use crate::error::ErrorCode;
use crate::http::HttpResponse;
use crate::json;
use crate::refusal::Refusal;
use crate::search::{holds, split_once};
use crate::time::parse_seconds;

pub(crate) fn read(response: &HttpResponse) -> Refusal {
    let body = json::trim(&response.body);
    let Ok(value) = serde_json::from_slice::<Value>(body) else {
        return read_text(body);
    };
    let mut refusal = Refusal {
        // The code is a number at times, as with 401.
        service_code: match value.get("error_code") {
            Some(Value::String(code)) => Some(code.clone()),
            Some(Value::Number(code)) => Some(code.to_string()),
            _ => json::string(&value, "scimType"),
        },
        message: ["message", "error_description", "detail", "error"]
            .iter()
            .find_map(|name| json::string(&value, name))
            .unwrap_or_default(),
        request_id: None,
        retry_delay: None,
    };
    if refusal.service_code.is_none() && json::text(&value, "error_description").is_some() {
        refusal.service_code = json::string(&value, "error");
    }
    for detail in json::array(&value, "details") {
        if let Some(id) = json::string(detail, "request_id") {
            refusal.request_id = Some(id);
        }
        let delay = json::text(detail, "retry_delay").and_then(|delay| parse_seconds(delay.strip_suffix('s')?));
        if let Some(delay) = delay.filter(|delay| delay.as_secs() < 1_000_000) {
            refusal.retry_delay = Some(delay);
        }
    }
    if refusal.request_id.is_none() {
        refusal.request_id = split_once(&refusal.message, "[ReqId: ")
            .and_then(|(_, rest)| rest.split_once(']'))
            .map(|(id, _)| id.to_owned());
    }
    refusal
}

/// A body that is no JSON: `CODE_NAME: message`, a gateway's page, or anything else.
fn read_text(body: &[u8]) -> Refusal {
    let text = String::from_utf8_lossy(&body[..body.len().min(4096)]);
    let between = |open: &str, close: &str| {
        let (_, rest) = split_once(&text, open)?;
        let (within, _) = split_once(rest, close).unwrap_or((rest, ""));
        Some(within.trim().to_owned())
    };
    if let Some(message) = between("<pre>", "</pre>").or_else(|| between("<title>", "</title>")) {
        return Refusal {
            message,
            ..Refusal::default()
        };
    }
    match split_once(&text, ": ") {
        Some((code, message)) if !code.is_empty() && code.bytes().all(|b| b.is_ascii_uppercase() || b == b'_') => {
            Refusal {
                service_code: Some(code.to_owned()),
                message: message.trim().to_owned(),
                ..Refusal::default()
            }
        }
        _ => Refusal {
            message: text.chars().take(200).collect(),
            ..Refusal::default()
        },
    }
}

/// Which of our codes a refusal has.
pub(crate) fn classify(status: u16, endpoint: &str, refusal: &Refusal) -> ErrorCode {
    let code = refusal.service_code.as_deref().unwrap_or_default();
    let gone = holds(&refusal.message, "does not exist") || holds(&refusal.message, "doesn't exist");
    let of_run = holds(&refusal.message, "Run ")
        || holds(&refusal.message, "Run:")
        || (holds(endpoint, "/runs/") && endpoint != "jobs/runs/list");
    let of_token = holds(&refusal.message.to_ascii_lowercase(), "idempotency");
    match (status, code) {
        // A token's run was deleted: the texts are not documented, but a start knows of no other run.
        (400 | 404 | 409, _)
            if endpoint == "jobs/run-now" && (of_token || (gone && holds(&refusal.message, "Run "))) =>
        {
            ErrorCode::TokenOfDeletedRun
        }
        (404, _) | (400, "RESOURCE_DOES_NOT_EXIST") if code == "ENDPOINT_NOT_FOUND" => ErrorCode::WrongHost,
        (400, "INVALID_PARAMETER_VALUE") | (404, _) | (400, "RESOURCE_DOES_NOT_EXIST") if gone || status == 404 => {
            if of_run {
                ErrorCode::RunNotFound
            } else if matches!(endpoint, "jobs/run-now" | "jobs/runs/list") || holds(&refusal.message, "Job ") {
                ErrorCode::JobNotFound
            } else {
                ErrorCode::NotFound
            }
        }
        (401, _) => ErrorCode::Unauthenticated,
        // The service says so of a token that is wrong, not of one that may not.
        (403, _) if holds(&refusal.message, "Invalid access token") => ErrorCode::Unauthenticated,
        (403, _) => ErrorCode::Forbidden,
        (_, "FEATURE_DISABLED") => ErrorCode::FeatureNotAvailable,
        (409, _) => ErrorCode::Conflict,
        (_, "QUOTA_EXCEEDED") => ErrorCode::TooManyJobs,
        (429, _) | (_, "REQUEST_LIMIT_EXCEEDED" | "RESOURCE_EXHAUSTED") => ErrorCode::Throttled,
        (500.., _) => ErrorCode::ServerError,
        _ => ErrorCode::BadRequest,
    }
}

/// Refusals that pass by themselves although their status does not say so.
pub(crate) fn is_passing(refusal: &Refusal) -> bool {
    matches!(
        refusal.service_code.as_deref(),
        Some("COULD_NOT_ACQUIRE_LOCK" | "REQUEST_LIMIT_EXCEEDED" | "RESOURCE_EXHAUSTED" | "TEMPORARILY_UNAVAILABLE")
    ) || ["try again later", "RPC token bucket limit"]
        .iter()
        .any(|text| holds(&refusal.message, text))
}
