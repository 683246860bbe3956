//! Reading a service's JSON: every member may be absent, of another type, or a number written as text.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::error::{Error, ErrorCode};
use crate::http::HttpResponse;
use crate::sort::sort_few;

/// The body as a JSON object.
///
/// # Errors
/// [`ErrorCode::WrongHost`] for a page, [`ErrorCode::MalformedResponse`] (worth another try) for all else.
pub(crate) fn object(response: &HttpResponse) -> Result<Value, Error> {
    object_in(response, &response.body)
}

/// A body that was made of a response's as a JSON object.
///
/// # Errors
/// As [`object`].
pub(crate) fn object_in(response: &HttpResponse, body: &[u8]) -> Result<Value, Error> {
    match parse_in(response, body)? {
        value @ Value::Object(_) => Ok(value),
        other => Err(malformed(
            response,
            &format!("expected a JSON object, found {}", kind(&other)),
        )),
    }
}

/// The body as JSON of any kind.
pub(crate) fn parse(response: &HttpResponse) -> Result<Value, Error> {
    parse_in(response, &response.body)
}

fn parse_in(response: &HttpResponse, body: &[u8]) -> Result<Value, Error> {
    let body = trim(body);
    if body.is_empty() {
        return Err(malformed(response, "expected a JSON body, found an empty one"));
    }
    if body.first() == Some(&b'<') {
        return Err(malformed(response, "expected JSON, found a page (HTML)"));
    }
    serde_json::from_slice(body).map_err(|error| {
        malformed(
            response,
            &format!(
                "expected JSON, found {} bytes that are not: line {} column {}",
                body.len(),
                error.line(),
                error.column()
            ),
        )
    })
}

/// A good status with a body that is not what the API promises: perhaps cut on the way, so worth another try.
pub(crate) fn malformed(response: &HttpResponse, message: &str) -> Error {
    let mut error = Error::new(ErrorCode::MalformedResponse, message).retryable();
    error.status = Some(response.status);
    error
}

/// An error about a member of a good answer.
pub(crate) fn missing(expected: &str, found: Option<&Value>) -> Error {
    let found = found.map_or("nothing", kind);
    Error::new(
        ErrorCode::MalformedResponse,
        format!("expected {expected}, found {found}"),
    )
    .retryable()
}

/// The body without byte order mark and white space around it.
pub(crate) fn trim(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body).trim_ascii()
}

/// What a value is, for messages.
pub(crate) const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// The number that a text is, as JSON writes numbers. The standard library's reader brings a table of 10 KB.
#[cfg(feature = "simulator")]
pub(crate) fn number(text: &str) -> Option<f64> {
    serde_json::from_str::<Value>(text).ok()?.as_f64()
}

/// A text in quotation marks, for messages.
pub(crate) fn quoted(text: &str) -> String {
    // Debug would do, but brings tables of Unicode's properties.
    written(&text.into())
}

/// The value as JSON. Its `to_string` would go through a formatter, whose errors bring much that never happens.
pub(crate) fn written(value: &Value) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Anything of ours as JSON; null if it can't be.
pub(crate) fn value<T: Serialize + ?Sized>(of: &T) -> Value {
    serde_json::to_value(of).unwrap_or_default()
}

/// An object of these members.
pub(crate) fn object_of(members: Vec<(&str, Value)>) -> Value {
    let mut object = Map::new();
    for (name, value) in members {
        object.insert(name.to_owned(), value);
    }
    Value::Object(object)
}

/// An object of values that serialize, as `serde_json::json` makes it, without that one's panics and their texts.
macro_rules! record {
    ($($name:literal: $value:expr),+ $(,)?) => {
        $crate::json::object_of(vec![$(($name, $crate::json::value(&$value))),+])
    };
}

pub(crate) use record;

/// A member that is not null.
pub(crate) fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value.get(name).filter(|member| !member.is_null())
}

/// A member that is an object.
pub(crate) fn map<'a>(value: &'a Value, name: &str) -> Option<&'a Map<String, Value>> {
    value.get(name).and_then(Value::as_object)
}

/// A member that is an array; empty otherwise.
pub(crate) fn array<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A member that is a text with something in it.
pub(crate) fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// The same, owned.
pub(crate) fn string(value: &Value, name: &str) -> Option<String> {
    text(value, name).map(str::to_owned)
}

/// A member that is true or false, as itself or as text.
pub(crate) fn flag(value: &Value, name: &str) -> Option<bool> {
    match value.get(name)? {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// A count or a time in milliseconds, as a number or as text; `None` if it is negative or broken.
pub(crate) fn count(value: &Value, name: &str) -> Option<u64> {
    match value.get(name)? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// A 64-bit id, as a number or as text, as canonical digits. Zero is no id.
pub(crate) fn id(value: &Value, name: &str) -> Option<String> {
    match value.get(name)? {
        Value::Number(number) => number.as_i64().and_then(|id| canonical_id(&id.to_string())),
        Value::String(text) => canonical_id(text),
        _ => None,
    }
}

/// The digits of a positive 64-bit id without leading zeros; `None` for anything else.
pub(crate) fn canonical_id(text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse::<i64>().ok().filter(|id| *id > 0).map(|id| id.to_string())
}

/// JSON with members sorted by code point and no blanks: what tokens are computed from.
pub(crate) fn canonical(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            // UTF-8 sorts as code points do.
            let mut members: Vec<(&String, &Value)> = members.iter().collect();
            sort_few(&mut members, |&(name, _)| name);
            let members: Vec<String> = members
                .into_iter()
                .map(|(name, value)| [&quoted(name), ":", &canonical(value)].concat())
                .collect();
            ["{", &members.join(","), "}"].concat()
        }
        Value::Array(items) => ["[", &items.iter().map(canonical).collect::<Vec<_>>().join(","), "]"].concat(),
        scalar => written(scalar),
    }
}
