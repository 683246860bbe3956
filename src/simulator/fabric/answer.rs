//! What every answer has in common: the error envelope, the request's id, what a page may read.

use std::time::Duration;

use serde_json::Value;

use super::scenario::{Item, Switches};
use crate::http::HttpResponse;
use crate::simulator::call::{Call, Refusal, empty_reply, json_reply, set_header};
use crate::simulator::json::json;
use crate::time::Timestamp;

/// The host that the service itself knows, whatever host the client used.
pub(super) const PUBLIC_HOST: &str = "https://api.fabric.microsoft.com";
/// The home cluster's host.
pub(super) const HOME_CLUSTER: &str = "https://wabi-example-redirect.analysis.windows.net";

/// Why a request is refused.
#[derive(Debug)]
pub(super) struct Problem {
    status: u16,
    code: &'static str,
    message: String,
    retriable: Option<bool>,
    related: Option<(String, String)>,
    envelope: Envelope,
    retry_after: Option<u64>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Envelope {
    Fabric,
    /// `{"error":{"code":…}}`, as Power BI and Data Factory have it.
    Error,
    /// Nothing.
    Empty,
}

impl Problem {
    pub(super) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            retriable: Some(false),
            related: None,
            envelope: Envelope::Fabric,
            retry_after: None,
        }
    }

    pub(super) fn invalid_input(message: impl Into<String>) -> Self {
        Self::new(400, "InvalidInput", message)
    }

    pub(super) fn item_not_found() -> Self {
        Self::new(404, "ItemNotFound", "The requested item was not found.")
    }

    /// The credential may not do this with the item.
    pub(super) fn forbidden(item: &Item) -> Self {
        let mut problem = Self::new(
            403,
            "InsufficientPrivileges",
            "The caller lacks the permissions for this operation.",
        );
        problem.related = Some((item.id.clone(), item.kind.clone()));
        problem
    }

    /// The wording of Data Factory, for the operation that came from there.
    pub(super) fn in_error_envelope(mut self) -> Self {
        self.envelope = Envelope::Error;
        self
    }

    pub(super) fn without_body(mut self) -> Self {
        self.envelope = Envelope::Empty;
        self
    }

    pub(super) fn retriable(mut self) -> Self {
        self.retriable = Some(true);
        self
    }

    /// Too many requests for so many real seconds. The deadline stands in the text too, because a page can't read the
    /// header.
    pub(super) fn throttled(call: &mut Call<'_>, seconds: u64) -> Self {
        // The text has whole seconds: rounded up, lest it end before the header does.
        let until = Timestamp(call.now.plus(Duration::from_secs(seconds)).0.div_ceil(1000) * 1000);
        let mut problem = Self::new(
            429,
            "RequestBlocked",
            format!(
                "Request is blocked by the upstream service until: {} (UTC)",
                us_date(until)
            ),
        );
        problem.retry_after = Some(seconds);
        // 26 of 76 recorded bodies lack the member.
        problem.retriable = (call.rng.below(76) >= 26).then_some(true);
        problem
    }

    /// The credential is not good enough.
    pub(super) fn refused(why: Refusal, switches: &Switches) -> Self {
        match why {
            Refusal::Missing => Self::new(
                401,
                "Unauthorized",
                "The caller is not authenticated to access this resource.",
            ),
            Refusal::NotYetValid | Refusal::OtherAudience(_) | Refusal::Unknown => {
                Self::new(401, "InvalidToken", "The access token is not valid.")
            }
            Refusal::Expired if switches.token_expired_as403 => {
                Self::new(403, "TokenExpired", "The access token is no longer valid.").in_error_envelope()
            }
            Refusal::Expired => Self::new(401, "TokenExpired", "The access token has expired."),
        }
    }

    pub(super) fn reply(self, request_id: &str) -> HttpResponse {
        let mut response = match self.envelope {
            Envelope::Fabric => {
                let mut body = json!({
                    "requestId": request_id,
                    "errorCode": self.code,
                    "message": self.message,
                });
                if let Some((id, kind)) = self.related {
                    body["relatedResource"] = json!({"resourceId": id, "resourceType": kind});
                }
                if let Some(retriable) = self.retriable {
                    body["isRetriable"] = retriable.into();
                }
                json_reply(self.status, &body)
            }
            Envelope::Error => json_reply(
                self.status,
                &json!({"error": {"code": self.code, "message": self.message}}),
            ),
            Envelope::Empty => empty_reply(self.status),
        };
        if self.envelope != Envelope::Empty {
            set_header(&mut response, "x-ms-public-api-error-code", self.code);
        }
        if let Some(seconds) = self.retry_after {
            set_header(&mut response, "Retry-After", seconds.to_string());
        }
        response
    }
}

/// The answer to a browser's question whether it may ask.
pub(super) fn preflight(call: &Call<'_>) -> HttpResponse {
    let mut response = empty_reply(204);
    let asked = call
        .header("Access-Control-Request-Headers")
        .filter(|names| !names.is_empty());
    set_header(&mut response, "Access-Control-Allow-Origin", "*");
    set_header(&mut response, "Access-Control-Allow-Methods", "GET,POST,OPTIONS");
    set_header(
        &mut response,
        "Access-Control-Allow-Headers",
        asked.unwrap_or("authorization,content-type"),
    );
    set_header(&mut response, "Access-Control-Max-Age", "3600");
    response
}

/// Adds the request's id and what a page may read. A second time it changes nothing.
pub(super) fn finish(response: &mut HttpResponse, request_id: &str, switches: &Switches) {
    if switches.request_id_header {
        if response.header("RequestId").is_none() {
            set_header(response, "RequestId", request_id);
        }
    } else {
        response
            .headers
            .retain(|(name, _)| !name.eq_ignore_ascii_case("RequestId"));
    }
    let throttled = response.status == 429;
    if !throttled || switches.allow_origin_on429 {
        set_header(response, "Access-Control-Allow-Origin", "*");
    }
    if switches.expose_headers && !throttled {
        let readable: Vec<&str> = ["RequestId", "Location", "Retry-After"]
            .into_iter()
            .filter(|name| response.header(name).is_some())
            .collect();
        if !readable.is_empty() {
            set_header(response, "Access-Control-Expose-Headers", readable.join(","));
        }
    }
}

/// The request's JSON body; `Value::Null` for none.
pub(super) fn body(call: &Call<'_>) -> Result<Value, Problem> {
    if call.body.is_empty() {
        return Ok(Value::Null);
    }
    let is_json = call.header("Content-Type").is_some_and(|kind| {
        kind.split(';')
            .next()
            .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
    });
    if !is_json {
        return Err(Problem::new(
            415,
            "UnsupportedMediaType",
            "The request's content type is not supported.",
        ));
    }
    serde_json::from_slice(call.body).map_err(|error| {
        Problem::new(
            400,
            "CorruptedPayload",
            format!("The request's body is not JSON: {error}"),
        )
    })
}

/// `8/31/2026 4:12:09 PM`
fn us_date(instant: Timestamp) -> String {
    let iso = instant.to_iso();
    let number = |from: usize, to: usize| iso[from..to].parse::<u32>().unwrap_or_default();
    let hour = number(11, 13);
    format!(
        "{}/{}/{} {}:{} {}",
        number(5, 7),
        number(8, 10),
        &iso[..4],
        if hour % 12 == 0 { 12 } else { hour % 12 },
        &iso[14..19],
        if hour < 12 { "AM" } else { "PM" }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_in_the_text_reads_back() {
        for hour in 0..48 {
            let instant = Timestamp(1_788_192_729_000 + hour * 3_600_000);
            let text = format!("until: {} (UTC)", us_date(instant));
            assert_eq!(Timestamp::parse_until(&text), Some(instant), "{text}");
        }
    }
}
