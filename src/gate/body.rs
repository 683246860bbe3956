//! A request's body: JSON in which nothing stands twice.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::refusal::{Refusal, another_member};
use super::{Asked, MOST_BODY_BYTES, header};
use crate::contract::Endpoint;
use crate::databricks::contract::RUN_NOW;
use crate::databricks::job::TOKEN_LIMIT;
use crate::json::kind;

/// Reads what an endpoint takes; `None` if there is no body.
///
/// # Errors
/// 413, 415, 403 for a member that the endpoint does not have, and 400.
pub(super) fn read(endpoint: &Endpoint, asked: &Asked<'_>) -> Result<Option<Value>, Refusal> {
    let refuse = |status: u16, what: &str| Refusal::new(status, [endpoint.name, ": ", what].concat());
    let bytes = asked.body;
    if bytes.len() > MOST_BODY_BYTES {
        return Err(refuse(
            413,
            &format!("expected a body of at most {MOST_BODY_BYTES} bytes, found more"),
        ));
    }
    if bytes.is_empty() {
        let may_be_left_out = !endpoint.body.iter().any(|name| is_id(name));
        return may_be_left_out
            .then_some(None)
            .ok_or_else(|| refuse(400, "expected a body, found none"));
    }
    if endpoint.body.is_empty() {
        return Err(refuse(400, "expected no body, found one"));
    }
    let kind_of_body = header(asked, "Content-Type").unwrap_or_default();
    let media_type = kind_of_body.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/json") {
        return Err(refuse(
            415,
            "expected the Content-Type application/json, found another one",
        ));
    }
    let body = match serde_json::from_slice::<Strict>(bytes) {
        Ok(Strict(Value::Object(body))) => body,
        Ok(Strict(other)) => return Err(refuse(400, &["expected a JSON object, found ", kind(&other)].concat())),
        Err(error) if error.is_data() => return Err(refuse(400, TWICE)),
        Err(error) => {
            let place = format!(
                "expected JSON, found something else in line {} column {}",
                error.line(),
                error.column()
            );
            return Err(refuse(400, &place));
        }
    };
    if body.keys().any(|name| !endpoint.body.contains(&name.as_str())) {
        return Err(refuse(403, &another_member("body", endpoint.body)));
    }
    for name in endpoint.body.iter().filter(|name| is_id(name)) {
        // As text, as a fraction or beyond 64 bits, another reader might see another job.
        if id_in(&body, name).is_none() {
            return Err(refuse(
                400,
                &[name, ": expected a positive 64-bit integer, found another value"].concat(),
            ));
        }
    }
    let length = body
        .get("idempotency_token")
        .and_then(Value::as_str)
        .map_or(0, |token| token.chars().count());
    if *endpoint == RUN_NOW && !(1..=TOKEN_LIMIT).contains(&length) {
        let expected = format!(
            "idempotency_token: expected 1 to {TOKEN_LIMIT} characters, found {length}: without it a start could happen twice"
        );
        return Err(refuse(400, &expected));
    }
    Ok(Some(Value::Object(body)))
}

fn is_id(name: &str) -> bool {
    matches!(name, "job_id" | "run_id")
}

/// An id of Databricks', as digits.
pub(super) fn id_in(body: &Map<String, Value>, name: &str) -> Option<String> {
    let id = body.get(name)?.as_i64().filter(|id| *id > 0)?;
    Some(id.to_string())
}

const TWICE: &str = "expected members with names of their own, found two of the same name";

/// JSON in which no object has two members of the same name: one reader takes the first of them, another one the last.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_any(AnyValue).map(Self)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            all.push(item);
        }
        Ok(all.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some((name, Strict(value))) = members.next_entry::<String, Strict>()? {
            if all.insert(name, value).is_some() {
                return Err(A::Error::custom(TWICE));
            }
        }
        Ok(all.into())
    }
}
