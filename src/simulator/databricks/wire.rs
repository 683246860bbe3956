//! How the Jobs API reads bodies and queries, and how it words its refusals.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::scenario::{Id, IdForm, Missing};
use crate::http::HttpResponse;
use crate::simulator::call::{Call, json_reply, set_header};
use crate::simulator::json::json;

/// A refusal.
#[derive(Debug)]
pub(super) struct ApiError {
    pub(super) status: u16,
    code: Value,
    message: String,
    details: Vec<Value>,
    retry_after: Option<u64>,
}

pub(super) type ApiResult<T> = Result<T, ApiError>;

impl ApiError {
    pub(super) fn new(status: u16, code: impl Into<Value>, message: impl Into<String>) -> Self {
        Self {
            status,
            code: code.into(),
            message: message.into(),
            details: Vec::new(),
            retry_after: None,
        }
    }

    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "INVALID_PARAMETER_VALUE", message)
    }

    pub(super) fn malformed(message: impl Into<String>) -> Self {
        Self::new(400, "MALFORMED_REQUEST", message)
    }

    pub(super) fn missing(form: Missing, message: impl Into<String>) -> Self {
        match form {
            Missing::BadRequest => Self::invalid(message),
            Missing::NotFound => Self::new(404, "RESOURCE_DOES_NOT_EXIST", message),
        }
    }

    /// Without `metadata` in its detail, as the service sends it.
    pub(super) fn denied(user: &str, job: i64) -> Self {
        let mut error = Self::new(
            403,
            "PERMISSION_DENIED",
            format!("User {user} does not have Manage Run or Owner or Admin permissions on job {job}"),
        );
        error.details.push(json!({
            "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "PERMISSION_DENIED", "domain": "databricks.com",
        }));
        error
    }

    pub(super) fn throttled(message: impl Into<String>, seconds: u64) -> Self {
        let mut error = Self::new(429, "REQUEST_LIMIT_EXCEEDED", message);
        error.details.push(json!({
            "@type": "type.googleapis.com/google.rpc.RetryInfo", "retry_delay": format!("{seconds}s"),
        }));
        error.retry_after = Some(seconds);
        error
    }

    pub(super) fn into_response(self, call: &mut Call<'_>) -> HttpResponse {
        let mut body = json!({"error_code": self.code, "message": self.message});
        let mut details = self.details;
        details.push(json!({
            "@type": "type.googleapis.com/google.rpc.RequestInfo", "request_id": call.rng.guid(), "serving_data": "",
        }));
        if let Some(body) = body.as_object_mut().filter(|_| self.status != 401) {
            body.insert("details".into(), Value::Array(details));
        }
        let mut response = json_reply(self.status, &body);
        if let Some(seconds) = self.retry_after {
            set_header(&mut response, "Retry-After", seconds.to_string());
        }
        response
    }
}

/// The body as a JSON object.
pub(super) fn body_object(call: &Call<'_>) -> ApiResult<Map<String, Value>> {
    const CEILING: usize = 10 * 1024 * 1024;
    if call.body.len() > CEILING {
        return Err(ApiError::malformed("Request body is larger than 10 MB."));
    }
    match serde_json::from_slice(call.body) {
        Ok(Value::Object(body)) => Ok(body),
        Ok(_) => Err(ApiError::malformed(
            "Could not parse request object: Expected 'START_OBJECT'.",
        )),
        Err(error) => Err(ApiError::malformed(format!(
            "Could not parse request object at line {} column {}.",
            error.line(),
            error.column()
        ))),
    }
}

/// A required id in a body.
pub(super) fn body_id(body: &Map<String, Value>, name: &str) -> ApiResult<i64> {
    optional_body_id(body, name)?.ok_or_else(|| ApiError::invalid(format!("Missing required field: {name}")))
}

/// An id in a body, if it is there.
pub(super) fn optional_body_id(body: &Map<String, Value>, name: &str) -> ApiResult<Option<i64>> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => Id::read(value)
            .map(|id| Some(id.0))
            .ok_or_else(|| ApiError::malformed(format!("Could not parse request object: '{name}' must be an int64."))),
    }
}

/// A boolean in a body; `false` if absent.
pub(super) fn body_flag(body: &Map<String, Value>, name: &str) -> ApiResult<bool> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(_) => Err(ApiError::malformed(format!(
            "Could not parse request object: '{name}' must be a boolean."
        ))),
    }
}

/// An array of strings in a body; empty if absent.
pub(super) fn body_strings(body: &Map<String, Value>, name: &str) -> ApiResult<Vec<String>> {
    let refuse = || {
        ApiError::malformed(format!(
            "Could not parse request object: '{name}' must be an array of strings."
        ))
    };
    match body.get(name) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| item.as_str().map(str::to_owned).ok_or_else(refuse))
            .collect(),
        Some(_) => Err(refuse()),
    }
}

/// A number in a query, if it is there.
pub(super) fn query_number(call: &Call<'_>, name: &str) -> ApiResult<Option<i64>> {
    match call.query_value(name) {
        None | Some("") => Ok(None),
        Some(text) => text
            .parse()
            .map(Some)
            .map_err(|_| ApiError::malformed(format!("Could not parse query parameter '{name}': expected an int64."))),
    }
}

/// A required id in a query.
pub(super) fn query_id(call: &Call<'_>, name: &str) -> ApiResult<i64> {
    query_number(call, name)?.ok_or_else(|| ApiError::invalid(format!("Missing required field: {name}")))
}

/// A boolean in a query; `false` if absent.
pub(super) fn query_flag(call: &Call<'_>, name: &str) -> ApiResult<bool> {
    match call.query_value(name) {
        None | Some("" | "false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(ApiError::malformed(format!(
            "Could not parse query parameter '{name}': expected a boolean."
        ))),
    }
}

/// A page token: opaque to clients, the position behind it to us.
pub(super) fn page_token(parts: &[i64]) -> String {
    let mut token = String::from("CA");
    for part in parts {
        let _ = write!(token, "{part:016x}");
    }
    token
}

/// Reads a page token of `N` parts; `None` if there is none.
pub(super) fn read_page_token<const N: usize>(call: &Call<'_>) -> ApiResult<Option<[i64; N]>> {
    let Some(token) = call.query_value("page_token").filter(|token| !token.is_empty()) else {
        return Ok(None);
    };
    let refuse = || ApiError::invalid("Invalid page token.");
    let digits = token
        .strip_prefix("CA")
        .filter(|digits| digits.len() == N * 16 && digits.is_ascii());
    let digits = digits.ok_or_else(refuse)?;
    let mut parts = [0; N];
    for (part, start) in parts.iter_mut().zip((0..).step_by(16)) {
        *part = i64::from_str_radix(&digits[start..start + 16], 16).map_err(|_| refuse())?;
    }
    Ok(Some(parts))
}

/// Writes ids as the scenario wants them.
pub(super) fn write_ids(value: &mut Value, form: IdForm) {
    if form == IdForm::Number {
        return;
    }
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| write_ids(item, form)),
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::Number(number) if is_id(name) => *member = Value::String(number.to_string()),
                    Value::Array(items) if name == "task_run_ids" => {
                        for item in items {
                            *item = Value::String(item.to_string());
                        }
                    }
                    _ => write_ids(member, form),
                }
            }
        }
        _ => {}
    }
}

fn is_id(name: &str) -> bool {
    matches!(
        name,
        "job_id" | "run_id" | "job_run_id" | "number_in_job" | "original_attempt_run_id" | "repair_id" | "id"
    )
}
