//! From an intent to a run: what both services have in common.

use std::collections::VecDeque;

use serde_json::Value;

use crate::error::{Error, ErrorCode};
use crate::fabric::instance::{Instance, canonical_guid};
use crate::fingerprint::fingerprint;
use crate::http::{BaseUrl, HttpResponse, Service};
use crate::json::{self, quoted};
use crate::poller::options::RunOptions;
use crate::poller::{Job, Poller};
use crate::run::Outcome;
use crate::time::Timestamp;

/// The reads before a start.
#[derive(Clone, Debug, Default)]
pub(super) enum Looking {
    #[default]
    Nothing,
    /// Databricks: jobs of a name; the ids found so far.
    Jobs { pages: u32, found: Vec<String> },
    /// Databricks: runs to reuse.
    Runs(RunsLook),
    /// Databricks: the run of an old start.
    Lookup(Lookup),
    /// Fabric: the item's instances.
    Instances(Listing),
    /// Fabric: candidates whose marker is read.
    Marked {
        current: Option<String>,
        queue: VecDeque<String>,
    },
}

/// Databricks: the runs of a job, newest first, in two passes.
#[derive(Clone, Debug, Default)]
pub(super) struct RunsLook {
    pub(super) job_id: String,
    pub(super) completed: bool,
    pub(super) pages: u32,
    pub(super) next_page: Option<String>,
    pub(super) rows: VecDeque<Value>,
}

/// Databricks: the runs from the time of an old start.
#[derive(Clone, Debug, Default)]
pub(super) struct Lookup {
    /// By how much the service's clock was taken to be ahead when the window was chosen.
    pub(super) offset: i64,
    pub(super) pages: u32,
    pub(super) rows: VecDeque<Value>,
    /// Those with the caller's parameters.
    pub(super) found: Vec<String>,
}

/// Fabric: the item's instances, page by page.
#[derive(Clone, Debug, Default)]
pub(super) struct Listing {
    pub(super) instances: Vec<Instance>,
    /// The tokens that were followed, against circles.
    pub(super) tokens: Vec<String>,
}

/// The start is under way.
#[derive(Clone, Debug, Default)]
pub(super) struct Starting {
    /// Databricks with `reuse`: how many old runs the tokens have led to, and their ids.
    pub(super) rounds: Vec<String>,
    /// Databricks with `reuse`: the predecessor of the token.
    pub(super) predecessor: Option<String>,
    /// Databricks with `reuse`: how many deleted runs hold the earlier tokens.
    pub(super) generation: u32,
    /// Databricks with `reuse`: the run that the token led to, while it is read.
    pub(super) judging: Option<String>,
}

/// Fabric: looking for the trace of a start.
#[derive(Clone, Debug)]
pub(super) struct Reconciling {
    pub(super) since: Timestamp,
    pub(super) reads: usize,
    pub(super) wake: Option<Timestamp>,
    pub(super) listing: Listing,
    pub(super) only_candidate: Option<String>,
    pub(super) cause: Error,
}

/// `pqrun-` and a random UUID: 122 bits from the host.
pub(super) fn own_token(random: [u8; 16]) -> String {
    let mut bytes = random;
    bytes[6] = bytes[6] & 0x0F | 0x40;
    bytes[8] = bytes[8] & 0x3F | 0x80;
    let mut token = String::from("pqrun-");
    for (at, byte) in bytes.into_iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            token.push('-');
        }
        for half in [byte >> 4, byte & 15] {
            token.push(char::from_digit(u32::from(half), 16).unwrap_or('0'));
        }
    }
    token
}

/// Options that contradict each other or the job.
pub(super) fn check_options(job: &Job, options: &RunOptions) -> Result<(), Error> {
    let refuse = |message: &str| Err(Error::new(ErrorCode::InvalidOptions, message));
    match job {
        Job::Databricks(job) => {
            if job.idempotency_token.is_some() && options.reuse.is_some() {
                return refuse("expected idempotencyToken or reuse, found both: reuse computes its own tokens");
            }
            if options.marker.is_some() || options.adopt_any_parameters || options.cancel_duplicates {
                return refuse("marker, adoptAnyParameters and cancelDuplicates are for Fabric only");
            }
        }
        Job::Fabric(job) => {
            if let Some(marker) = &options.marker {
                if options.reuse.is_none() {
                    return refuse("marker: expected reuse beside it");
                }
                if !job.is_pipeline() || marker.is_empty() {
                    return refuse("marker: expected the name of a declared parameter of a pipeline");
                }
                if job.parameters.as_ref().is_some_and(|map| map.contains_key(marker)) {
                    return refuse("marker: expected a parameter that is not given a value");
                }
            }
            if options.expected_duration.is_some() {
                return refuse("expectedDuration is for Databricks only: Fabric says itself when to ask again");
            }
        }
    }
    if options.timeout.is_some_and(|timeout| timeout.0.is_zero()) {
        return refuse("timeout: expected more than nothing");
    }
    Ok(())
}

/// Puts the hash of all parameters into the one that carries it.
pub(super) fn add_marker(job: &mut Job, options: &RunOptions) {
    if let (Job::Fabric(job), Some(marker)) = (job, &options.marker) {
        let hash = fingerprint(&job.body().unwrap_or_default());
        job.parameters
            .get_or_insert_default()
            .insert(marker.clone(), format!("pq1-{hash}").into());
    }
}

/// A job that is only needed for its address, and a run's id in canonical form.
pub(super) fn check_attach(mut job: Job, run_id: &str) -> Result<(Job, BaseUrl, String), Error> {
    let refuse = |expected: &str| {
        Error::new(
            ErrorCode::InvalidOptions,
            format!("run id: expected {expected}, found {}", quoted(run_id)),
        )
    };
    let (base, id) = match &mut job {
        Job::Databricks(job) => {
            // The run knows its job.
            job.job_name = None;
            job.job_id.get_or_insert_with(|| "1".to_owned());
            job.check()?;
            job.job_id = None;
            (
                job.base()?,
                json::canonical_id(run_id).ok_or_else(|| refuse("a positive 64-bit number"))?,
            )
        }
        Job::Fabric(job) => {
            job.check()?;
            (job.base()?, canonical_guid(run_id).ok_or_else(|| refuse("a GUID"))?)
        }
    };
    Ok((job, base, id))
}

impl Poller {
    /// Takes the first step of an intent.
    pub(super) fn begin(&mut self) {
        match &self.job {
            Job::Databricks(_) => self.begin_databricks(),
            Job::Fabric(_) => self.begin_fabric(),
        }
    }

    /// Goes on after a start whose answer was never read.
    pub(super) fn resume_start(&mut self) {
        match &self.job {
            Job::Databricks(_) => self.resume_databricks_start(),
            Job::Fabric(_) => {
                // A start whose answer was never read has no request id either.
                self.record.unnamed |= self.record.unanswered;
                self.record.unanswered = false;
                let cause = Error::new(ErrorCode::Network, "the program ended before the start was answered");
                self.reconcile(cause);
            }
        }
    }

    /// A start is about to leave: stored first, so that nobody starts a second one.
    pub(super) fn start_left(&mut self) {
        self.record.resent = self.record.unsure > 0 && self.job.service() == Service::Fabric;
        self.record.unsure += 1;
        self.record.unanswered = true;
        self.record.sent_at.get_or_insert(self.now);
        self.persist();
    }

    /// It is certain that the start that left last had no effect.
    pub(super) fn start_had_no_effect(&mut self) {
        self.record.unsure = self.record.unsure.saturating_sub(1);
        self.record.resent = false;
        self.record.unanswered = false;
        if self.record.unsure == 0 {
            self.record.sent_at = None;
        }
    }

    pub(super) fn started(&mut self, response: &HttpResponse) -> Result<(), Error> {
        match &self.job {
            Job::Databricks(_) => self.started_databricks(response),
            Job::Fabric(_) => self.started_fabric(response),
        }
    }

    pub(super) fn start_refused(&mut self, error: Error) {
        self.start_had_no_effect();
        if error.code() == ErrorCode::TokenOfDeletedRun && self.options.reuse.is_some() {
            // Whatever earlier tries with this token did, their run is gone.
            self.record.unsure = 0;
            self.record.sent_at = None;
            self.next_generation(error);
        } else if self.record.unsure > 0 {
            // An earlier try may have been taken; this refusal says nothing about it.
            self.start_gave_up(error);
        } else {
            self.finish(Outcome::Rejected, error);
        }
    }

    pub(super) fn start_gave_up(&mut self, error: Error) {
        if self.record.unsure == 0 {
            self.finish(Outcome::Rejected, error);
            return;
        }
        let trace = match (&self.job, &self.record.token) {
            (Job::Databricks(_), Some(token)) => format!("; idempotency token {token}"),
            _ => String::new(),
        };
        let message = format!("the start was not confirmed: {error}{trace}");
        // Pages in the place of answers are rather a wrong address than a start gone astray; Fabric's list was read there.
        let code = match (error.code(), self.job.service()) {
            (ErrorCode::WrongHost, Service::Databricks) => ErrorCode::WrongHost,
            _ => ErrorCode::StartUnconfirmed,
        };
        let mut error = error.with_code(code);
        error.message = message;
        self.finish(Outcome::Abandoned, error);
    }

    /// A read before, or instead of, a start failed for good.
    pub(super) fn look_refused(&mut self, error: Error) {
        if self.is_looking() && self.record.unsure == 0 {
            self.finish(Outcome::Rejected, error);
        } else {
            self.start_gave_up(error);
        }
    }
}
