//! Everything that another process needs to go on: no credential, no secret parameter, no second start.

use serde::Serialize;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::error::{Error, ErrorCode};
use crate::http::RequestId;
use crate::json;
use crate::poller::options::RunOptions;
use crate::poller::{Job, Poller};
use crate::read::readable;
use crate::redact::Redactor;
use crate::run::RunInfo;
use crate::time::Timestamp;

/// The version that this crate writes and reads.
pub const SNAPSHOT_VERSION: u32 = 1;

/// A small JSON document. Store it when [`Output::Persist`](crate::poller::Output::Persist) gives it, and give it to
/// [`Poller::resume`] in another process.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(all(target_family = "wasm", feature = "client"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Snapshot {
    /// The document's version.
    #[serde(rename = "pqrun")]
    pub version: u32,
    /// What is run, without secret parameters.
    #[cfg_attr(
        all(target_family = "wasm", feature = "client"),
        tsify(type = "Record<string, unknown>")
    )]
    pub job: Job,
    /// What the caller chose.
    pub options: RunOptions,
    /// When the intent began, by the host's clock.
    pub began: Timestamp,
    /// When the wait ends, by the host's clock.
    pub deadline: Timestamp,
    /// What is known of the start.
    pub start: StartRecord,
    /// The run, once it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub run: Option<RunInfo>,
    /// Names of the secret parameters that were left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub left_out: Vec<String>,
}

readable!(Snapshot required {
    version: "pqrun",
    job: "job",
    options: "options",
    began: "began",
    deadline: "deadline",
    start: "start",
} run: "run", left_out: "leftOut");

/// What is known of the start.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(all(target_family = "wasm", feature = "client"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct StartRecord {
    /// When a start was first sent whose effect is not known, by the host's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub sent_at: Option<Timestamp>,
    /// Databricks: the job's id, where it was given by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub job_id: Option<String>,
    /// Databricks: the idempotency token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub token: Option<String>,
    /// Databricks with `reuse`: when the runs were looked at, by the service's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub looked_at: Option<Timestamp>,
    /// Fabric: the instances that existed before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub known_ids: Vec<String>,
    /// Fabric: request ids of starts whose answers were unclear, and of the one that was sent once more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub request_ids: Vec<String>,
    /// Whether a start is under way, unanswered.
    #[serde(default, skip_serializing_if = "is_false")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub unanswered: bool,
    /// Fabric: whether some unclear answer had no request id.
    #[serde(default, skip_serializing_if = "is_false")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub unnamed: bool,
    /// Fabric: whether the service accepted a start without saying which run it is.
    #[serde(default, skip_serializing_if = "is_false")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub accepted: bool,
    /// Fabric: whether the start was sent once more after no trace of the first was found.
    #[serde(default, skip_serializing_if = "is_false")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub resent: bool,
    /// Fabric with `reuse`: how often the look began anew because the run that was followed was called off or skipped.
    #[serde(default)]
    pub races: u8,
    /// Fabric with `reuse`: whether the run is another caller's that won a race.
    #[serde(default, skip_serializing_if = "is_false")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub raced: bool,
    /// Fabric with `cancelDuplicates`: a run of our own that lost a race, to be cancelled once the winner has begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub duplicate: Option<String>,
    /// Fabric with `reuse`: a run of our own that the service skipped since another one was active.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub skipped: Option<String>,
    /// Milliseconds by which the service's clock is ahead of the host's, as far as its answers tell.
    #[serde(default)]
    pub clock_offset: i64,
    /// Starts under way, or whose effect is not known.
    #[serde(skip)]
    pub(super) unsure: u32,
    /// Starts that were given up on; their late answers still count.
    #[serde(skip)]
    pub(super) late: Vec<RequestId>,
}

readable!(StartRecord stored {
    sent_at: "sentAt",
    job_id: "jobId",
    token: "token",
    looked_at: "lookedAt",
    known_ids: "knownIds",
    request_ids: "requestIds",
    unanswered: "unanswered",
    unnamed: "unnamed",
    accepted: "accepted",
    resent: "resent",
    races: "races",
    raced: "raced",
    duplicate: "duplicate",
    skipped: "skipped",
    clock_offset: "clockOffset",
} without { unsure, late });

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

/// What a resume may change or must give again.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Resume {
    /// Values of the parameters that the snapshot left out.
    pub secret_parameters: Map<String, Value>,
    /// Other options than the stored ones; the wait then begins anew.
    pub options: Option<RunOptions>,
}

impl Poller {
    /// Where things stand, as a document for another process. At any moment.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let mut job = self.job.clone();
        let left_out = take_secrets(&mut job, &self.options.secret_parameters).names;
        let mut start = self.record.clone();
        if self.run.is_some() && self.options.reuse.is_none() {
            // They only serve to find it, or one that began at the same time.
            start.known_ids.clear();
        }
        Snapshot {
            version: SNAPSHOT_VERSION,
            job,
            options: self.options.clone(),
            began: self.began,
            deadline: self.deadline,
            start,
            run: self.run.clone(),
            left_out,
        }
    }

    /// A poller that goes on where the snapshot was taken: with the run if it is known; else, if a start may have
    /// reached the service, by sending the same token again (Databricks) or by looking for its trace (Fabric); else
    /// from the beginning. If the stored deadline has passed, or other options are given, the wait begins anew.
    ///
    /// # Errors
    /// `invalidSnapshot`, and `missingSecretParameters` if the body may have to be sent and lacks values.
    pub fn resume(snapshot: Snapshot, resume: Resume, random: [u8; 16], now: Timestamp) -> Result<Self, Error> {
        if snapshot.version != SNAPSHOT_VERSION {
            return Err(Error::new(
                ErrorCode::InvalidSnapshot,
                format!("pqrun: expected version {SNAPSHOT_VERSION}, found {}", snapshot.version),
            ));
        }
        let mut job = snapshot.job;
        let missing = put_secrets(&mut job, &snapshot.left_out, resume.secret_parameters);
        let must_send =
            snapshot.run.is_none() && (snapshot.start.sent_at.is_none() || matches!(job, Job::Databricks(_)));
        if must_send && !missing.is_empty() {
            return Err(Error::new(
                ErrorCode::MissingSecretParameters,
                format!("expected values for {}", missing.join(", ")),
            ));
        }
        // A run that is only followed needs no parameters, so a job that was checked before is not checked again.
        let base = if must_send { job.check()? } else { job.base()? };
        let anew = resume.options.is_some() || snapshot.deadline <= now;
        let options = resume.options.unwrap_or(snapshot.options);
        let mut poller = Self::assemble(job, base, options, random, now);
        if !anew {
            poller.deadline = snapshot.deadline;
        }
        poller.missing_secrets = missing;
        poller.began = snapshot.began.min(now);
        poller.record = snapshot.start;
        poller.record.unsure = u32::from(poller.record.sent_at.is_some());
        if poller.record.token.is_none() {
            poller.record.token = Some(super::start::own_token(random));
        }
        match snapshot.run {
            Some(run) => poller.follow_info(run),
            None if poller.record.sent_at.is_some() => poller.resume_start(),
            None => poller.begin(),
        }
        poller.fire_due();
        poller.report();
        Ok(poller)
    }

    /// Whether the body can be sent: after a resume, the secret parameters may be missing.
    pub(super) const fn can_send_body(&self) -> bool {
        self.missing_secrets.is_empty()
    }
}

/// A name that is no parameter's is most likely misspelt, and its value would be stored.
pub(super) fn check_secrets(job: &Job, names: &[String]) -> Result<(), Error> {
    let taken = take_secrets(&mut job.clone(), names);
    match names.iter().find(|name| !taken.names.contains(name)) {
        Some(name) => Err(Error::new(
            ErrorCode::InvalidOptions,
            [
                "secretParameters: expected names of parameters that are given, found ",
                name,
            ]
            .concat(),
        )),
        None => Ok(()),
    }
}

/// What cuts the values of the named parameters out of texts.
pub(super) fn redactor(job: &Job, names: &[String]) -> Redactor {
    if names.is_empty() {
        return Redactor::new(std::iter::empty());
    }
    let taken = take_secrets(&mut job.clone(), names);
    Redactor::new(taken.values.iter().map(|value| value.as_str()))
}

/// What was taken out of a job.
#[derive(Default)]
struct Taken {
    /// The names that were there.
    names: Vec<String>,
    /// The values, as texts.
    values: Vec<Zeroizing<String>>,
}

impl Taken {
    fn keep(&mut self, value: Option<Value>) -> bool {
        let is_there = value.is_some();
        self.values.extend(value.map(|value| {
            Zeroizing::new(match value {
                Value::String(text) => text,
                other => json::written(&other),
            })
        }));
        is_there
    }
}

/// Takes the values of the named parameters out.
fn take_secrets(job: &mut Job, names: &[String]) -> Taken {
    let mut taken = Taken::default();
    for name in names {
        let found = match job {
            Job::Databricks(job) => {
                let mut found = false;
                for value in job
                    .named_parameters()
                    .into_iter()
                    .flatten()
                    .filter_map(|map| map.get_mut(name))
                {
                    // The name stays: it says which of the maps the value goes back to.
                    found |= taken.keep(Some(Value::String(std::mem::take(value))));
                }
                found
            }
            Job::Fabric(job) => {
                let within = job.execution_data.as_mut().and_then(|data| data.get_mut("parameters"));
                let in_data = match within {
                    Some(Value::Object(map)) => taken.keep(map.shift_remove(name)),
                    // Each of them, should a name stand twice.
                    Some(list) => {
                        let values = listed_parameters(list, name).filter_map(|entry| entry.shift_remove("value"));
                        values.fold(false, |_, value| taken.keep(Some(value)))
                    }
                    None => false,
                };
                job.parameters
                    .as_mut()
                    .is_some_and(|map| taken.keep(map.shift_remove(name)))
                    || in_data
            }
        };
        if found && !taken.names.contains(name) {
            taken.names.push(name.clone());
        }
    }
    taken
}

/// A dataflow lists its parameters: `[{"parameterName": …, "value": …}]`.
fn listed_parameters<'a>(list: &'a mut Value, name: &'a str) -> impl Iterator<Item = &'a mut Map<String, Value>> {
    let entries = list.as_array_mut().into_iter().flatten();
    entries.filter_map(Value::as_object_mut).filter(move |entry| {
        ["parameterName", "name"]
            .iter()
            .any(|member| entry.get(*member).and_then(Value::as_str) == Some(name))
    })
}

/// Puts the values back; gives the names that have none.
fn put_secrets(job: &mut Job, names: &[String], mut values: Map<String, Value>) -> Vec<String> {
    let mut missing = Vec::new();
    for name in names {
        let Some(value) = values.shift_remove(name) else {
            missing.push(name.clone());
            continue;
        };
        match job {
            Job::Databricks(job) => {
                let text = value.as_str().map_or_else(|| json::written(&value), str::to_owned);
                for place in job
                    .named_parameters()
                    .into_iter()
                    .flatten()
                    .filter_map(|map| map.get_mut(name))
                {
                    place.clone_from(&text);
                }
            }
            Job::Fabric(job) => {
                let within = job.execution_data.as_mut().and_then(|data| data.get_mut("parameters"));
                match (job.parameters.as_mut(), within) {
                    (Some(map), _) | (None, Some(Value::Object(map))) => {
                        map.insert(name.clone(), value);
                    }
                    (None, Some(list)) => {
                        for entry in listed_parameters(list, name) {
                            entry.insert("value".to_owned(), value.clone());
                        }
                    }
                    (None, None) => {}
                }
            }
        }
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_member_of_a_start_is_read_back() {
        let full = StartRecord {
            sent_at: Some(Timestamp(1)),
            job_id: Some("2".to_owned()),
            token: Some("3".to_owned()),
            looked_at: Some(Timestamp(4)),
            known_ids: vec!["5".to_owned()],
            request_ids: vec!["6".to_owned()],
            unanswered: true,
            unnamed: true,
            accepted: true,
            resent: true,
            races: 7,
            raced: true,
            duplicate: Some("9".to_owned()),
            skipped: Some("10".to_owned()),
            clock_offset: -8,
            unsure: 0,
            late: Vec::new(),
        };
        let json = serde_json::to_string(&full).expect("a record is JSON");
        assert_eq!(
            serde_json::from_str::<StartRecord>(&json).expect("it reads back"),
            full,
            "{json}"
        );
    }
}
