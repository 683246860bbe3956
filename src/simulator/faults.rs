//! What goes wrong between a client and a service, and when.

use std::time::Duration;

use crate::read::FromValue;
use serde::Serialize;
use serde_json::Value;

use super::call::{Call, json_reply, set_header};
use super::clock::{Speed, http_date};
use super::rng::Rng;
use super::scenario::{ScenarioError, Seconds};
use super::{Fate, Reply, entra};
use crate::http::HttpResponse;
use crate::simulator::json::json;
use crate::time::Timestamp;

/// One fault. It counts the requests that it matches; of those, `nth` and `times`, or else `probability`, choose.
/// Without them it strikes every time. Of several that strike the first one counts; delays add up.
#[derive(Clone, Debug, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Fault {
    /// The endpoint's name, such as `jobs/run-now`, `jobs/runs/get`, `jobs/runs/get-output`, or one of Fabric's.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// The method.
    #[serde(default)]
    pub method: Option<String>,
    /// The path without the query; `*` stands for anything but a slash, `**` for anything.
    #[serde(default)]
    pub path: Option<String>,
    /// The first matching request that is struck, from 1.
    #[serde(default)]
    pub nth: Option<u32>,
    /// How many are struck; 1 with `nth`, else no limit.
    #[serde(default)]
    pub times: Option<u32>,
    /// How likely it is that a matching request is struck, 0 to 1.
    #[serde(default)]
    pub probability: Option<f64>,
    /// Whether the service has acted when it happens.
    #[serde(default)]
    pub when: When,
    /// What happens.
    pub kind: FaultKind,
}

/// Whether the service has acted when a fault happens.
#[derive(Clone, Copy, Debug, Default, Eq, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum When {
    /// It has, and its answer is lost or replaced: a run may have been started.
    After,
    /// It never sees the request.
    #[default]
    Before,
}

/// What happens.
#[derive(Clone, Debug, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub enum FaultKind {
    /// `{"cut": {"bytes": 10}}`: the connection closes after so many bytes of the body; `when` does not matter.
    #[serde(rename_all = "camelCase")]
    Cut {
        /// How many bytes arrive.
        bytes: usize,
    },
    /// The connection closes before any byte of the answer.
    Drop,
    /// `{"entraError": {"number": 90033, "status": 400}}`: Entra refuses by this AADSTS number: 50034, 50076, 50079, 50196,
    /// 53003, 90033 or 90055.
    #[serde(rename_all = "camelCase")]
    EntraError {
        /// The number.
        number: u32,
        /// The status; the usual one if left out.
        #[serde(default)]
        status: Option<u16>,
    },
    /// The request's token expires, before or after it has been looked at.
    ExpireToken,
    /// `{"garbage": "html"}`: success, but not what the API promises.
    Garbage(Garbage),
    /// `{"redirect": {"to": "https://elsewhere.example/"}}`
    #[serde(rename_all = "camelCase")]
    Redirect {
        /// The value of `Location`.
        to: String,
        /// The status.
        #[serde(default = "found")]
        code: u16,
    },
    /// `{"slow": {"seconds": 5}}`: the service answers, but late; `when` does not matter.
    #[serde(rename_all = "camelCase")]
    Slow {
        /// How late.
        seconds: Seconds,
    },
    /// `{"status": {"code": 503, "body": "…", "retryAfter": "none"}}`
    #[serde(rename_all = "camelCase")]
    Status {
        /// The status.
        code: u16,
        /// A string is sent as text (HTML if it begins with `<`), anything else as JSON. A usual one is made up without it.
        #[serde(default)]
        body: Option<Value>,
        /// How the wait is told.
        #[serde(default)]
        retry_after: RetryAfter,
        /// How long that is.
        #[serde(default = "five")]
        seconds: Seconds,
    },
    /// `{"throttle": {"seconds": 5, "retryAfter": "httpDate"}}`: 429 in the service's own words.
    #[serde(rename_all = "camelCase")]
    Throttle {
        /// How long to wait.
        #[serde(default = "five")]
        seconds: Seconds,
        /// How that is told.
        #[serde(default = "in_seconds")]
        retry_after: RetryAfter,
    },
}

const fn found() -> u16 {
    302
}

const fn five() -> Seconds {
    Seconds(5.0)
}

const fn in_seconds() -> RetryAfter {
    RetryAfter::Seconds
}

/// How an answer tells to wait.
#[derive(Clone, Copy, Debug, Default, Eq, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum RetryAfter {
    /// By an instant.
    HttpDate,
    /// Not by a header.
    #[default]
    None,
    /// In seconds.
    Seconds,
}

/// An answer with status 200 that no service promised.
#[derive(Clone, Copy, Debug, Eq, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Garbage {
    /// No body at all.
    Empty,
    /// A sign-in page.
    Html,
    /// 10 MB of nonsense that says it is JSON.
    Huge,
    /// JSON of another shape.
    Json,
}

/// Whether each of Entra's numbers has words.
pub(super) fn check(faults: &[Fault]) -> Result<(), ScenarioError> {
    for (at, fault) in faults.iter().enumerate() {
        if let FaultKind::EntraError { number, .. } = fault.kind {
            entra::check_number(number, &format!("faults[{at}].kind.entraError.number"))?;
        }
    }
    Ok(())
}

/// The faults, with how often each has matched and struck.
#[derive(Clone, Debug, FromValue, Serialize)]
pub(super) struct Faults(Vec<(Fault, u32, u32)>);

/// What strikes one request.
#[derive(Default)]
pub(super) struct Struck {
    pub(super) delay: Duration,
    pub(super) fault: Option<(When, FaultKind)>,
}

impl Faults {
    pub(super) fn new(faults: Vec<Fault>) -> Self {
        Self(faults.into_iter().map(|fault| (fault, 0, 0)).collect())
    }

    /// Counts the request, and says what strikes it.
    pub(super) fn strike(
        &mut self,
        method: &str,
        path: &str,
        endpoint: Option<&str>,
        speed: Speed,
        rng: &mut Rng,
    ) -> Struck {
        let mut struck = Struck::default();
        for (fault, matched, done) in &mut self.0 {
            let matches = fault.endpoint.as_deref().is_none_or(|wanted| endpoint == Some(wanted))
                && fault
                    .method
                    .as_deref()
                    .is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
                && fault
                    .path
                    .as_deref()
                    .is_none_or(|pattern| fits(pattern.as_bytes(), path.as_bytes()));
            if !matches {
                continue;
            }
            *matched += 1;
            let times = fault.times.or(fault.nth.map(|_| 1));
            let chosen = fault.nth.is_none_or(|nth| *matched >= nth)
                && times.is_none_or(|times| *done < times)
                && fault.probability.is_none_or(|probability| rng.chance(probability));
            if !chosen {
                continue;
            }
            *done += 1;
            if let FaultKind::Slow { seconds } = fault.kind {
                struck.delay += speed.shorten(seconds.duration());
            } else if struck.fault.is_none() {
                struck.fault = Some((fault.when, fault.kind.clone()));
            }
        }
        struck
    }
}

/// Replaces, loses or damages an answer. `throttle` words the service's own 429.
pub(super) fn damage(
    kind: &FaultKind,
    call: &mut Call<'_>,
    reply: &mut Reply,
    throttle: impl FnOnce(&mut Call<'_>, Duration) -> HttpResponse,
) {
    match kind {
        FaultKind::Cut { bytes } => reply.fate = Fate::Cut(*bytes),
        FaultKind::Drop => reply.fate = Fate::Drop,
        // Done where the tokens are.
        FaultKind::ExpireToken | FaultKind::Slow { .. } => {}
        FaultKind::EntraError { number, status } => reply.response = entra::refusal(*number, *status, call),
        FaultKind::Garbage(garbage) => reply.response = garbage.response(),
        FaultKind::Redirect { to, code } => {
            reply.response = HttpResponse {
                status: *code,
                headers: vec![("Location".into(), to.clone())],
                body: Vec::new(),
            };
        }
        FaultKind::Status {
            code,
            body,
            retry_after,
            seconds,
        } => {
            reply.response = status_response(*code, body.as_ref());
            tell_wait(
                &mut reply.response,
                *retry_after,
                seconds.duration(),
                call.speed,
                call.now,
            );
        }
        FaultKind::Throttle { seconds, retry_after } => {
            reply.response = throttle(call, seconds.duration());
            tell_wait(
                &mut reply.response,
                *retry_after,
                seconds.duration(),
                call.speed,
                call.now,
            );
        }
    }
}

fn tell_wait(response: &mut HttpResponse, form: RetryAfter, wait: Duration, speed: Speed, now: Timestamp) {
    let seconds = speed.retry_after_seconds(wait);
    match form {
        RetryAfter::HttpDate => {
            set_header(
                response,
                "Retry-After",
                http_date(now.plus(Duration::from_secs(seconds))),
            );
        }
        RetryAfter::None => response
            .headers
            .retain(|(name, _)| !name.eq_ignore_ascii_case("Retry-After")),
        RetryAfter::Seconds => set_header(response, "Retry-After", seconds.to_string()),
    }
}

fn status_response(code: u16, body: Option<&Value>) -> HttpResponse {
    match body {
        Some(Value::String(text)) => HttpResponse {
            status: code,
            headers: vec![(
                "Content-Type".into(),
                if text.starts_with('<') {
                    "text/html"
                } else {
                    "text/plain"
                }
                .into(),
            )],
            body: text.clone().into_bytes(),
        },
        Some(body) => json_reply(code, body),
        None => {
            let (name, message) = match code {
                400 => ("INVALID_PARAMETER_VALUE", "The request is invalid."),
                408 => ("DEADLINE_EXCEEDED", "The request took too long."),
                409 => ("ALREADY_EXISTS", "The operation conflicts with another request."),
                503 => (
                    "TEMPORARILY_UNAVAILABLE",
                    "The service is temporarily unavailable. Please try again later.",
                ),
                504 => ("DEADLINE_EXCEEDED", "The request timed out."),
                _ => ("INTERNAL_ERROR", "Unexpected error"),
            };
            // Both services' members: the one reads `error_code`, the other `errorCode`.
            json_reply(
                code,
                &json!({"error_code": name, "errorCode": name, "message": message}),
            )
        }
    }
}

impl Garbage {
    fn response(self) -> HttpResponse {
        let (kind, body): (&str, Vec<u8>) = match self {
            Self::Empty => ("application/json", Vec::new()),
            Self::Html => (
                "text/html; charset=utf-8",
                b"<!doctype html><html><head><title>Sign in</title></head><body><form action=\"/login.html\"></form></body></html>".to_vec(),
            ),
            Self::Huge => ("application/json", b"[[[[{\"x\":\"\xF0\x9F".repeat(10 * 1024 * 1024 / 13)),
            Self::Json => ("application/json", b"{\"value\":[{\"unexpected\":true}],\"status\":7}".to_vec()),
        };
        HttpResponse {
            status: 200,
            headers: vec![("Content-Type".into(), kind.into())],
            body,
        }
    }
}

/// Whether a path fits a pattern.
fn fits(pattern: &[u8], path: &[u8]) -> bool {
    match pattern {
        [] => path.is_empty(),
        [b'*', b'*', rest @ ..] => (0..=path.len()).any(|at| fits(rest, &path[at..])),
        [b'*', rest @ ..] => {
            let segment = path.iter().position(|byte| *byte == b'/').unwrap_or(path.len());
            (0..=segment).any(|at| fits(rest, &path[at..]))
        }
        [wanted, rest @ ..] => path.first() == Some(wanted) && fits(rest, &path[1..]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stops_at_a_slash_and_two_do_not() {
        for (pattern, path, expected) in [
            ("/api/*/jobs/run-now", "/api/2.2/jobs/run-now", true),
            ("/api/*/run-now", "/api/2.2/jobs/run-now", false),
            ("/api/**", "/api/2.2/jobs/run-now", true),
            ("**/get", "/api/2.2/jobs/runs/get", true),
            ("**/get", "/api/2.2/jobs/runs/get-output", false),
        ] {
            assert_eq!(fits(pattern.as_bytes(), path.as_bytes()), expected, "{pattern} {path}");
        }
    }
}
