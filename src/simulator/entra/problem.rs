//! How Entra refuses: `AADSTS` numbers, and what stands around them.

use crate::http::HttpResponse;
use crate::simulator::call::{Call, json_reply};
use crate::simulator::json::json;
use crate::simulator::scenario::ScenarioError;

/// Why there is no token.
#[derive(Debug)]
pub(in crate::simulator) struct Problem {
    status: u16,
    pub(super) error: &'static str,
    number: u32,
    message: String,
    suberror: Option<&'static str>,
}

/// Refusals that do not depend on the request: number, status, error, suberror, sentence.
/// <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>
const TOLD: [(u32, u16, &str, Option<&str>, &str); 7] = [
    (
        50_034,
        400,
        "invalid_grant",
        None,
        "The user account does not exist in the directory.",
    ),
    (
        50_076,
        400,
        "interaction_required",
        Some("basic_action"),
        "The resource asks for multi-factor authentication, because the administrator changed a policy or the place is new.",
    ),
    (
        50_079,
        400,
        "interaction_required",
        Some("basic_action"),
        "The user has to enrol for multi-factor authentication first.",
    ),
    (
        50_196,
        400,
        "invalid_grant",
        None,
        "The server stopped, because the client asks for the same again and again.",
    ),
    (
        53_003,
        400,
        "invalid_grant",
        Some("message_only"),
        "Conditional Access policies block the access and allow no token.",
    ),
    (
        90_033,
        503,
        "temporarily_unavailable",
        None,
        "A transient error has occurred. Please try again.",
    ),
    (
        90_055,
        429,
        "temporarily_unavailable",
        None,
        "There are too many requests of this tenant's.",
    ),
];

/// Whether there are words for the number.
pub(in crate::simulator) fn check(number: u32, path: &str) -> Result<(), ScenarioError> {
    if TOLD.iter().any(|(known, ..)| *known == number) {
        return Ok(());
    }
    let known: Vec<String> = TOLD.iter().map(|(number, ..)| number.to_string()).collect();
    let message = format!("expected one of {}, found {number}", known.join(", "));
    Err(ScenarioError::new(path, message))
}

impl Problem {
    pub(super) fn new(status: u16, error: &'static str, number: u32, message: impl Into<String>) -> Self {
        Self {
            status,
            error,
            number,
            message: message.into(),
            suberror: None,
        }
    }

    /// A refusal that only a scenario decides on.
    pub(in crate::simulator) fn told(number: u32, status: Option<u16>) -> Self {
        let known = TOLD.iter().find(|(known, ..)| *known == number);
        let (number, usual, error, suberror, message) =
            *known.unwrap_or(&(90_002, 400, "invalid_request", None, "No words are known for this."));
        Self {
            status: status.unwrap_or(usual),
            error,
            number,
            message: message.to_owned(),
            suberror,
        }
    }

    pub(super) fn parameter(name: &str) -> Self {
        let message = format!("The request body must contain the following parameter: '{name}'.");
        Self::new(400, "invalid_request", 900_144, message)
    }

    pub(super) fn client(number: u32, message: impl Into<String>) -> Self {
        Self::new(401, "invalid_client", number, message)
    }

    pub(in crate::simulator) fn reply(&self, call: &mut Call<'_>) -> HttpResponse {
        let (trace, correlation) = (call.rng.guid(), call.rng.guid());
        let time = call.now.to_iso();
        let time = format!("{} {}Z", &time[..10], &time[11..19]);
        let Self { number, message, .. } = self;
        let mut body = json!({
            "error": self.error,
            "error_description":
                format!("AADSTS{number}: {message} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {time}"),
            "error_codes": [number],
            "timestamp": time,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": format!("https://login.microsoftonline.com/error?code={number}"),
        });
        if let Some(suberror) = self.suberror {
            body["suberror"] = suberror.into();
        }
        json_reply(self.status, &body)
    }
}
