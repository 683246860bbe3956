//! What an endpoint and a state are, as data. Both services' tables are written in these terms, and everything that
//! talks to a service, in Rust or in generated M, is made from the tables.

use std::time::Duration;

use serde_json::Value;

use crate::auth::Resource;
use crate::http::{BaseUrl, HttpRequest, Method, RequestId, Service, encode_component, push_encoded, push_path};
use crate::run::Outcome;

/// One endpoint of a service.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Endpoint {
    /// The service's own name for it, such as `jobs/runs/get`; used in errors and logs.
    pub name: &'static str,
    /// Whose endpoint it is.
    pub service: Service,
    /// The method.
    pub method: Method,
    /// The path from the origin, with `{name}` for what varies. Without a slash before it, it stands for a path itself,
    /// whose slashes stay, such as in `/api/2.0/fs/files{file_path}`.
    pub path: &'static str,
    /// The names of the query's members, in the order in which they are sent.
    pub query: &'static [&'static str],
    /// The names of the body's members; empty if there is no body.
    pub body: &'static [&'static str],
    /// Where the service documents it.
    pub doc: &'static str,
}

/// A query value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum QueryValue<'a> {
    /// Encoded when it is sent.
    Text(&'a str),
    /// Came from the service already encoded, and goes back as it came.
    Encoded(&'a str),
}

/// A request before it has an id: what is sent, again if need be.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) endpoint: &'static Endpoint,
    pub(crate) resource: Resource,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<String>,
    pub(crate) timeout: Duration,
}

impl Endpoint {
    /// The request to `base`. Path values are encoded; a query member without value is left out.
    pub(crate) fn call(
        &'static self,
        base: &BaseUrl,
        path: &[(&str, &str)],
        query: &[(&str, QueryValue<'_>)],
        body: Option<&Value>,
    ) -> Call {
        let url = url(base, self.name, self.path, path, self.query, query);
        let mut headers = vec![("Accept".to_owned(), "application/json".to_owned())];
        if body.is_some() {
            headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
        }
        Call {
            endpoint: self,
            resource: Resource::of(self.service, base.clone()),
            url,
            headers,
            body: body.map(crate::json::written),
            timeout: REQUEST_TIMEOUT,
        }
    }
}

/// The URL of an endpoint at `base`. Path values are encoded; a query member without value is left out.
pub(crate) fn url(
    base: &BaseUrl,
    endpoint: &str,
    template: &str,
    path: &[(&str, &str)],
    members: &[&str],
    query: &[(&str, QueryValue<'_>)],
) -> String {
    let mut url = base.as_str().to_owned();
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once('{') {
        let (name, after) = behind.split_once('}').unwrap_or((behind, ""));
        url.push_str(before);
        let value = path.iter().find(|(given, _)| *given == name).map(|(_, value)| *value);
        debug_assert!(value.is_some(), "{endpoint}: the path needs {name}");
        let push = if before.ends_with('/') { push_encoded } else { push_path };
        push(&mut url, value.unwrap_or_default());
        rest = after;
    }
    url.push_str(rest);
    debug_assert!(
        query.iter().all(|(name, _)| members.contains(name)),
        "{endpoint}: only {members:?} may be asked"
    );
    let mut separator = '?';
    for name in members {
        for (_, value) in query.iter().filter(|(given, _)| given == name) {
            url.push(separator);
            separator = '&';
            url.push_str(name);
            url.push('=');
            match value {
                QueryValue::Text(text) => url.push_str(&encode_component(text)),
                // Nothing that a service says may open another query member or a fragment.
                QueryValue::Encoded(text) if is_encoded(text) => url.push_str(text),
                QueryValue::Encoded(text) => url.push_str(&encode_component(text)),
            }
        }
    }
    url
}

impl Call {
    /// The request to send, under an id.
    pub(crate) fn request(&self, id: RequestId, refresh_token: bool) -> HttpRequest {
        HttpRequest {
            id,
            service: self.endpoint.service,
            resource: self.resource.clone(),
            endpoint: self.endpoint.name,
            method: self.endpoint.method,
            url: self.url.clone(),
            headers: self.headers.clone(),
            body: self.body.clone(),
            refresh_token,
            timeout: self.timeout,
        }
    }
}

/// How long an answer is waited for, unless a call says otherwise.
pub(crate) const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);

fn is_encoded(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~' | b'%'))
}

/// What one value of a service's state means. The tables are open: a value that no row has is carried on as text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct StateRow {
    /// As the service writes it.
    pub value: &'static str,
    /// What the run is doing, if this value says it.
    pub phase: crate::run::Phase,
    /// How it ended, if this value says it; `None` with [`Phase::Ended`](crate::run::Phase::Ended) leaves the outcome to another member.
    pub outcome: Option<Outcome>,
}

/// The row for a service's value, whatever its case.
pub(crate) fn row_of(table: &'static [StateRow], value: &str) -> Option<&'static StateRow> {
    table.iter().find(|row| row.value.eq_ignore_ascii_case(value))
}
