//! What a service's half is given, and the few things that both halves answer with.

use std::net::IpAddr;

use serde_json::Value;

use super::clock::Speed;
use super::rng::Rng;
use super::tokens::Audience;
use crate::http::HttpResponse;
use crate::json::written;
use crate::search::split_once;
use crate::time::Timestamp;

/// One request, taken apart. The credential has been checked: a half sees only calls that may act, and `OPTIONS`.
pub(crate) struct Call<'a> {
    /// When it came in.
    pub(crate) now: Timestamp,
    /// In upper case.
    pub(crate) method: &'a str,
    /// The path's segments, percent-decoded, without empty ones.
    pub(crate) path: Vec<String>,
    /// The query's pairs, decoded, in order.
    pub(crate) query: Vec<(String, String)>,
    /// As they came. Never copy `Authorization` anywhere.
    pub(crate) headers: &'a [(String, String)],
    /// The body's bytes.
    pub(crate) body: &'a [u8],
    /// `scheme://host` as the client used it, from the `Host` header; for absolute links in answers.
    pub(crate) origin: String,
    /// Divides lengths of time.
    pub(crate) speed: Speed,
    /// The only randomness.
    pub(crate) rng: &'a mut Rng,
}

impl Call<'_> {
    /// The first header of that name, in any case, trimmed.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    }

    /// The first value of that query name.
    pub(crate) fn query_value(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether the client used this machine's own address, and no host of a service.
    pub(crate) fn is_on_loopback(&self) -> bool {
        is_loopback(&self.origin)
    }

    /// The path's segments as a slice pattern wants them.
    pub(crate) fn segments(&self) -> Vec<&str> {
        self.path.iter().map(String::as_str).collect()
    }
}

/// Whether an origin is this machine itself, and so stands for every service.
fn is_loopback(origin: &str) -> bool {
    let authority = split_once(origin, "://").map_or(origin, |(_, authority)| authority);
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Why a credential is not good enough. Each half words its own answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Refusal {
    /// No `Authorization`, or not a bearer token.
    Missing,
    /// A token, but for something else.
    OtherAudience(Audience),
    /// Nobody issued it.
    Unknown,
    /// It was good once.
    Expired,
    /// It is good later.
    NotYetValid,
}

/// An answer with a JSON body.
pub(crate) fn json_reply(status: u16, body: &Value) -> HttpResponse {
    HttpResponse {
        status,
        headers: vec![("Content-Type".into(), "application/json; charset=utf-8".into())],
        body: written(body).into_bytes(),
    }
}

/// An answer without a body.
pub(crate) const fn empty_reply(status: u16) -> HttpResponse {
    HttpResponse {
        status,
        headers: Vec::new(),
        body: Vec::new(),
    }
}

/// Sets a header, in place of one of the same name.
pub(crate) fn set_header(response: &mut HttpResponse, name: &str, value: impl Into<String>) {
    response.headers.retain(|(found, _)| !found.eq_ignore_ascii_case(name));
    response.headers.push((name.to_owned(), value.into()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_known_by_its_names() {
        for (origin, expected) in [
            ("http://127.0.0.1:8080", true),
            ("https://localhost:8443", true),
            ("http://[::1]:80", true),
            ("https://kv-demo.vault.azure.net", false),
            ("https://localhost.example", false),
            ("http://127.0.0.1.example", false),
        ] {
            assert_eq!(is_loopback(origin), expected, "{origin}");
        }
    }
}
