//! The lines of the log, as records of the crate [`log`] with fields.
//!
//! | Target | Levels | A line for |
//! | --- | --- | --- |
//! | `pqrun::request` | debug, warn, error | each request, once it is known what came of it |
//! | `pqrun::run` | info | each phase of a run, and its outcome |
//! | `pqrun::schedule` | trace | each wait |
//!
//! No line has a URL, a parameter, a header or a body: a path is given as its template, and of a failure only its code
//! and what the network said.

use std::time::Duration;

use log::kv::Value;
use log::{Level, Record};
use serde::Serialize;

use crate::error::Error;
use crate::search::holds;

/// The target of [`RequestLine`]s.
pub(crate) const REQUEST: &str = "pqrun::request";
/// The target of lines about a run.
pub(crate) const RUN: &str = "pqrun::run";
/// The target of lines about waits.
pub(crate) const SCHEDULE: &str = "pqrun::schedule";

/// The fields of a line, by names as JavaScript spells them. A field without a value is left out.
pub(crate) type Field<'a> = (&'static str, Option<Value<'a>>);

/// One request and what came of it.
#[derive(Debug)]
pub(crate) struct RequestLine<'a> {
    /// In the service's own words, such as `jobs/runs/get`.
    pub(crate) endpoint: &'static str,
    /// Such as `GET`.
    pub(crate) method: &'static str,
    /// The template, with `{name}` for what varies.
    pub(crate) path: &'static str,
    /// 1 for the first sending.
    pub(crate) attempt: u32,
    /// From handing the request to the host, which may have to wait for a token, to its answer.
    pub(crate) duration: Duration,
    /// `None` if there was no answer.
    pub(crate) status: Option<u16>,
    /// The service's id of the request.
    pub(crate) request_id: Option<&'a str>,
    pub(crate) turn: Turn<'a>,
}

/// What becomes of the matter after a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Turn<'a> {
    /// The answer is good.
    Good,
    /// It will be sent again.
    Again(&'a Error),
    /// It will not, and things go on without its answer.
    Without(&'a Error),
    /// It will not, and that ends the matter.
    Last(&'a Error),
    /// Nobody waits for the answer any more.
    Dropped,
}

impl RequestLine<'_> {
    /// Writes the line, if anybody wants it.
    pub(crate) fn write(&self) {
        let (level, message, error) = match self.turn {
            Turn::Good => (Level::Debug, "request answered", None),
            Turn::Again(error) => (Level::Warn, "request failed and will be sent again", Some(error)),
            Turn::Without(error) => (Level::Warn, "request failed", Some(error)),
            Turn::Last(error) => (Level::Error, "request failed", Some(error)),
            Turn::Dropped => (Level::Debug, "request dropped", None),
        };
        if !is_wanted(level) {
            return;
        }
        let id = self.request_id.or(error.and_then(|error| error.request_id.as_deref()));
        // What a service says may repeat a parameter; what a network says may repeat the URL.
        let reason = error
            .filter(|_| self.status.is_none())
            .map(|error| error.message.as_str())
            .filter(|reason| !holds(reason, "://"));
        write(
            level,
            REQUEST,
            message,
            &[
                ("method", Some(self.method.into())),
                ("path", Some(self.path.into())),
                ("endpoint", Some(self.endpoint.into())),
                ("attempt", Some(self.attempt.into())),
                ("status", self.status.map(Value::from)),
                ("durationMs", Some(millis(self.duration).into())),
                ("requestId", id.filter(|id| is_id(id)).map(Value::from)),
                ("code", error.map(|error| error.code().as_str().into())),
                ("reason", reason.map(Value::from)),
            ],
        );
    }
}

/// Whether a line of this level goes anywhere: nothing need be made ready for one that does not.
pub(crate) fn is_wanted(level: Level) -> bool {
    level <= log::STATIC_MAX_LEVEL && level <= log::max_level()
}

/// Writes one line.
pub(crate) fn write(level: Level, target: &'static str, message: &'static str, fields: &[Field<'_>]) {
    let present: Vec<(&str, &Value<'_>)> = fields
        .iter()
        .filter_map(|(name, value)| Some((*name, value.as_ref()?)))
        .collect();
    log::logger().log(
        &Record::builder()
            .level(level)
            .target(target)
            .args(format_args!("{message}"))
            .key_values(&present.as_slice())
            .build(),
    );
}

/// A word of ours as it stands in events and results.
pub(crate) fn word(value: impl Serialize) -> Option<String> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Some(word),
        _ => None,
    }
}

/// A length of time as a field.
pub(crate) fn millis(length: Duration) -> u64 {
    u64::try_from(length.as_millis()).unwrap_or(u64::MAX)
}

/// Ids are GUIDs or the like. A token, which a broken answer may repeat, is none.
fn is_id(text: &str) -> bool {
    text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}
