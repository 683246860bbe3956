//! Requests and responses as plain data, and the one place that builds a URL.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::auth::Resource;
use crate::error::{Error, ErrorCode};
use crate::json::quoted;
use crate::read::readable_texts;
use crate::search::split_once;

/// The service that a request is for. A host picks the credential by it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(all(target_family = "wasm", feature = "client"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[expect(clippy::exhaustive_enums, reason = "a third service would be a new product")]
pub enum Service {
    /// Databricks Jobs API.
    Databricks,
    /// Microsoft Fabric Job Scheduler API.
    Fabric,
}

readable_texts!(Service {
    Databricks: "databricks",
    Fabric: "fabric"
});

impl Service {
    /// The service's name as it stands in events, snapshots and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Databricks => "databricks",
            Self::Fabric => "fabric",
        }
    }
}

/// The two methods that the services' job endpoints know.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "Power Query can send no other method, so no endpoint may need one"
)]
pub enum Method {
    /// Reads; may be sent again at will.
    Get,
    /// Sends a body; whether it may be sent again is the caller's matter.
    Post,
}

impl Method {
    /// The method as it stands on the request line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// Names one request of one poller, so that an answer finds its question. Never reused within a poller.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct RequestId(pub u32);

/// What to send. It never holds a credential: the host adds `Authorization` with a token for [`HttpRequest::resource`],
/// and sends it to no other origin than that of [`HttpRequest::url`].
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub struct HttpRequest {
    /// Give it back with the answer.
    pub id: RequestId,
    /// Whose endpoint it is.
    pub service: Service,
    /// What the token is for, and the origin that it goes to. Other than the service's own API only for files in
    /// `OneLake`, if [`RunOptions::follow_path`](crate::poller::options::RunOptions::follow_path) is set.
    pub resource: Resource,
    /// The endpoint's name in the service's own words, such as `jobs/runs/get`; for logs.
    pub endpoint: &'static str,
    /// The method.
    pub method: Method,
    /// Absolute, encoded.
    pub url: String,
    /// Header names and values, without `Authorization`.
    pub headers: Vec<(String, String)>,
    /// JSON text, if there is a body. It may hold secret parameters: do not log it.
    pub body: Option<String>,
    /// The service refused the last credential: get a new one, do not answer from a cache.
    pub refresh_token: bool,
    /// How long the poller waits for the answer. A host should abort the request then.
    pub timeout: Duration,
}

impl fmt::Debug for HttpRequest {
    /// Prints the body's length, not the body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRequest")
            .field("id", &self.id.0)
            .field("endpoint", &self.endpoint)
            .field("method", &self.method)
            .field("url", &self.url)
            .field("body_bytes", &self.body.as_ref().map(String::len))
            .finish_non_exhaustive()
    }
}

/// What came back, whatever the status.
#[derive(Clone, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "hosts build it")]
pub struct HttpResponse {
    /// The status code; 0 stands for a browser's opaque redirect.
    pub status: u16,
    /// Names and values as they came. Names are compared without case.
    pub headers: Vec<(String, String)>,
    /// The body's bytes, already decompressed.
    pub body: Vec<u8>,
}

impl HttpResponse {
    /// The first header of that name, in any case, trimmed; `None` if it is absent or blank.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
    }

    /// The service's id of the request, wherever the services and their sign-in put it.
    pub(crate) fn request_id(&self) -> Option<&str> {
        [
            "RequestId",
            "x-request-id",
            "x-databricks-request-id",
            "x-ms-request-id",
        ]
        .iter()
        .find_map(|name| self.header(name))
    }

    /// Whether the status says success.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        self.status >= 200 && self.status < 300
    }
}

impl fmt::Debug for HttpResponse {
    /// Prints the body's length, not the body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpResponse")
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Scheme, host and port of a service: the only place a token for it may go.
///
/// HTTPS everywhere; plain HTTP to the loopback only. A path, a query (Databricks' `?o=…`) and a trailing slash are
/// dropped, a user part is refused.
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct BaseUrl(String);

impl BaseUrl {
    /// Reads what a user writes: with or without scheme, path and slash.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidHost`] for anything that is not an origin, and for plain HTTP to other machines.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let refuse = |found: &str| {
            Error::new(
                ErrorCode::InvalidHost,
                format!("expected a host such as https://adb-1111222233334444.5.azuredatabricks.net, {found}"),
            )
        };
        let trimmed = text.trim();
        let (scheme, rest) = match split_once(trimmed, "://") {
            Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
            None => ("https".to_owned(), trimmed),
        };
        let authority = rest
            .split(['/', '?', '#', '\\'])
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        // The user part could be a secret: it is not repeated, not even if a slash in it makes it look like a host.
        let user_part = || refuse("found a user part in it");
        if authority.contains('@') {
            return Err(user_part());
        }
        let repeat = |what: &str, text: &str| match trimmed.contains('@') {
            true => user_part(),
            false => refuse(&["found ", what, &quoted(text)].concat()),
        };
        let (host, port) = split_port(&authority);
        let host_is_clean = match host.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')) {
            Some(inner) => inner.bytes().all(|b| b.is_ascii_hexdigit() || b == b':' || b == b'.'),
            None => {
                !host.starts_with(['.', '-'])
                    && host
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-' || b == b'_')
            }
        };
        if host.is_empty() || !host_is_clean {
            return Err(repeat("", trimmed));
        }
        if port.is_some_and(|port| port.parse::<u16>().map_or(true, |number| number == 0)) {
            return Err(repeat("the port ", port.unwrap_or_default()));
        }
        match scheme.as_str() {
            "https" => Ok(Self(format!(
                "https://{}",
                authority.strip_suffix(":443").unwrap_or(&authority)
            ))),
            "http" if is_loopback(host) => Ok(Self(format!(
                "http://{}",
                authority.strip_suffix(":80").unwrap_or(&authority)
            ))),
            "http" => Err(refuse(
                "found plain HTTP to another machine: a token would be readable on the way",
            )),
            _ => Err(repeat("the scheme ", &scheme)),
        }
    }

    /// The origin, without a trailing slash.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The host's name in lower case, without scheme and port.
    #[must_use]
    pub fn host(&self) -> &str {
        split_port(self.authority()).0
    }

    /// Whether it is this machine, where plain HTTP is allowed.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback(self.host())
    }

    /// Whether it is on HTTPS' own port.
    pub(crate) fn has_default_port(&self) -> bool {
        split_port(self.authority()).1.is_none()
    }

    fn authority(&self) -> &str {
        split_once(&self.0, "://").map_or("", |(_, authority)| authority)
    }

    /// Whether the absolute `url` goes to this origin. A backslash, which parsers read differently, never does.
    #[must_use]
    pub fn owns(&self, url: &str) -> bool {
        let Some((scheme, rest)) = split_once(url, "://") else {
            return false;
        };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        !url.contains('\\') && Self::parse(&format!("{scheme}://{authority}")).is_ok_and(|other| other == *self)
    }
}

impl TryFrom<String> for BaseUrl {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        Self::parse(&text)
    }
}

impl From<BaseUrl> for String {
    fn from(base: BaseUrl) -> Self {
        base.0
    }
}

fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') && (!host.contains(':') || host.ends_with(']')) => (host, Some(port)),
        _ => (authority, None),
    }
}

pub(crate) fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host == "[::1]"
        || (host.starts_with("127.")
            && host.split('.').count() == 4
            && host.split('.').all(|part| part.parse::<u8>().is_ok()))
}

/// Encodes everything but RFC 3986's unreserved characters, as `encodeURIComponent` and Power Query do for a value.
#[must_use]
pub fn encode_component(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    push_encoded(&mut encoded, text);
    encoded
}

/// The same, behind what is there already.
pub(crate) fn push_encoded(encoded: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            encoded.push(char::from(byte));
        } else {
            const HEX: &[u8; 16] = b"0123456789ABCDEF";
            encoded.push('%');
            encoded.push(char::from(HEX[usize::from(byte >> 4)]));
            encoded.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}

/// A path whose names are encoded and whose slashes stay.
pub(crate) fn push_path(encoded: &mut String, path: &str) {
    for (at, name) in path.split('/').enumerate() {
        if at > 0 {
            encoded.push('/');
        }
        push_encoded(encoded, name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(text: &str) -> String {
        BaseUrl::parse(text).map_or_else(
            |error| error.code().as_str().to_owned(),
            |base| base.as_str().to_owned(),
        )
    }

    #[test]
    fn a_base_url_is_reduced_to_its_origin() {
        let expected = "https://adb-1.5.azuredatabricks.net";
        for text in [
            "adb-1.5.azuredatabricks.net",
            "https://adb-1.5.azuredatabricks.net/",
            " https://ADB-1.5.azuredatabricks.net/?o=1111 ",
            "https://adb-1.5.azuredatabricks.net:443/jobs#x",
        ] {
            assert_eq!(base(text), expected, "{text}");
        }
        assert_eq!(base("http://127.0.0.1:8080/"), "http://127.0.0.1:8080");
        assert_eq!(base("http://[::1]:9"), "http://[::1]:9");
        assert_eq!(base("http://localhost:80"), "http://localhost");
    }

    #[test]
    fn a_host_has_neither_scheme_nor_port() {
        for (text, host, loopback, default_port) in [
            (
                "https://ADB-1.5.azuredatabricks.net/x",
                "adb-1.5.azuredatabricks.net",
                false,
                true,
            ),
            ("https://example.com:8443", "example.com", false, false),
            ("http://[::1]:9", "[::1]", true, false),
            ("http://127.0.0.1", "127.0.0.1", true, true),
        ] {
            let base = BaseUrl::parse(text).expect("it is an origin");
            assert_eq!(base.host(), host);
            assert_eq!(
                (base.is_loopback(), base.has_default_port()),
                (loopback, default_port),
                "{text}"
            );
        }
    }

    #[test]
    fn a_base_url_that_could_leak_a_token_is_refused() {
        for text in [
            "",
            "https://",
            "http://example.com",
            "http://127.0.0.1.evil.example",
            "http://127.evil.example",
            "ftp://127.0.0.1",
            "https://user:secret@example.com",
            "https://exa mple.com",
            "https://example.com:0",
            "https://example.com:99999",
            "https://example.com\r\nx",
        ] {
            assert_eq!(base(text), "invalidHost", "{text:?}");
        }
        for text in [
            "https://user:secret@example.com",
            "https://user:secret/1@example.com",
            "https://us er:secret#1@example.com",
            "http://secret?1@example.com",
        ] {
            let error = BaseUrl::parse(text).expect_err("a user part is refused");
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }

    #[test]
    fn an_origin_owns_only_its_own_urls() {
        let host = BaseUrl::parse("https://api.fabric.microsoft.com").expect("it is an origin");
        assert!(host.owns("https://api.fabric.microsoft.com/v1/x?y#z"));
        assert!(host.owns("https://API.fabric.microsoft.com:443"));
        assert!(!host.owns("https://api.fabric.microsoft.com.evil.example/v1"));
        assert!(!host.owns("https://api.fabric.microsoft.com@evil.example/v1"));
        assert!(!host.owns("https://api.fabric.microsoft.com\\@evil.example/v1"));
        assert!(!host.owns("http://api.fabric.microsoft.com/v1"));
        assert!(!host.owns("/v1"));
    }

    #[test]
    fn a_header_is_found_in_any_case() {
        let response = HttpResponse {
            status: 200,
            headers: vec![("retry-AFTER".into(), " 7 ".into())],
            body: Vec::new(),
        };
        assert_eq!(response.header("Retry-After"), Some("7"));
        assert_eq!(response.header("Location"), None);
    }

    #[test]
    fn a_component_is_encoded_byte_by_byte() {
        assert_eq!(encode_component("a b/ü~%"), "a%20b%2F%C3%BC~%25");
    }
}
