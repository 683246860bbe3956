//! Reading the outputs of a run that has ended: a few requests at once, bounded, and never able to change the outcome.

mod databricks;
mod fabric;
mod file;

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::Value;

use crate::error::{Error, ErrorCode};
use crate::file::reader::Ask;
use crate::http::HttpResponse;
use crate::poller::exchange::{Policy, Tag};
use crate::poller::{Job, OUTPUTS_LIMIT, Poller, Stage};
use crate::run::{Outcome, RunOutput};
use crate::time::Timestamp;

use databricks::DatabricksFetch;
use fabric::FabricFetch;
use file::Followed;

/// Requests under way at once: a workspace allows 20 outputs a second to all its callers together.
const AT_ONCE: usize = 4;
/// Jobs within jobs, pipelines within pipelines.
const MOST_DEPTH: usize = 10;
/// A guard against a tree that never ends.
const MOST_FETCHES: usize = 20_000;

/// One part of the outputs to read.
#[derive(Clone, Debug)]
pub(super) enum Fetch {
    Databricks(DatabricksFetch),
    Fabric(FabricFetch),
    /// A part of the file that an output names, by its place among the files.
    File {
        file: usize,
        ask: Ask,
    },
}

/// The outputs are being read.
#[derive(Clone, Debug)]
pub(super) struct Collecting {
    pub(super) until: Timestamp,
    /// When a part that had nothing yet is asked again.
    pub(super) wake: Option<Timestamp>,
    queue: VecDeque<Fetch>,
    /// With the time of each.
    later: Vec<(Timestamp, Fetch)>,
    fetches: usize,
    outputs: Vec<RunOutput>,
    /// The files that outputs name, in the order in which they were found.
    files: Vec<Followed>,
    /// Runs whose parts were asked for, against circles.
    visited: Vec<String>,
    error: Option<Error>,
}

impl Poller {
    /// The run has ended; `last` is the answer that said so.
    pub(super) fn ended(&mut self, last: Value) {
        self.drop_exchanges(|tag| !matches!(tag, Tag::CancelDuplicate));
        let Some(id) = self.run.as_ref().map(|run| run.id.clone()) else {
            return;
        };
        self.stage = Stage::Collecting(Box::new(Collecting {
            until: self.now.plus(OUTPUTS_LIMIT),
            wake: None,
            queue: VecDeque::new(),
            later: Vec::new(),
            fetches: 0,
            outputs: Vec::new(),
            files: Vec::new(),
            visited: vec![id.clone()],
            error: None,
        }));
        if !self.options.skip_outputs {
            match &self.job {
                Job::Databricks(_) => self.begin_databricks_outputs(&last),
                Job::Fabric(_) => self.begin_fabric_outputs(&id, &last),
            }
        }
        self.collect_more();
    }

    pub(super) fn collecting(&mut self) -> Option<&mut Collecting> {
        match &mut self.stage {
            Stage::Collecting(collecting) => Some(collecting),
            _ => None,
        }
    }

    /// Sends what may be sent now; ends when nothing is left.
    pub(super) fn collect_more(&mut self) {
        let now = self.now;
        loop {
            let under_way = self
                .exchanges
                .iter()
                .filter(|exchange| matches!(exchange.tag, Tag::Fetch(_)))
                .count();
            let Some(collecting) = self.collecting() else { return };
            let (due, later) = collecting.later.drain(..).partition(|(at, _)| *at <= now);
            collecting.later = later;
            collecting.queue.extend(Vec::into_iter(due).map(|(_, fetch)| fetch));
            collecting.wake = collecting.later.iter().map(|(at, _)| *at).min();
            if under_way >= AT_ONCE || collecting.queue.is_empty() || collecting.until <= now {
                if under_way == 0 && collecting.queue.is_empty() && collecting.later.is_empty() {
                    self.collected();
                }
                return;
            }
            collecting.fetches += 1;
            if collecting.fetches > MOST_FETCHES {
                collecting.queue.clear();
                let message = format!("expected at most {MOST_FETCHES} parts of outputs, found more");
                collecting
                    .error
                    .get_or_insert(Error::new(ErrorCode::OutputUnavailable, message));
                continue;
            }
            let Some(fetch) = collecting.queue.pop_front() else {
                return;
            };
            let call = match &fetch {
                Fetch::Databricks(fetch) => self.call_of_databricks(fetch),
                Fetch::Fabric(fetch) => self.call_of_fabric(fetch),
                Fetch::File { file, ask } => match self.call_of_file(*file, ask) {
                    Some(call) => call,
                    // It was given up meanwhile.
                    None => continue,
                },
            };
            self.send(Tag::Fetch(fetch), call, Policy::Again);
        }
    }

    /// A part that had nothing yet is asked again after `wait`.
    fn collect_later(&mut self, fetch: Fetch, wait: Duration) {
        let at = self.now.plus(wait);
        if let Some(collecting) = self.collecting() {
            collecting.later.push((at, fetch));
        }
    }

    pub(super) fn fetched(&mut self, fetch: Fetch, response: &HttpResponse) -> Result<(), Error> {
        match fetch {
            Fetch::Databricks(fetch) => self.fetched_databricks(fetch, response)?,
            Fetch::Fabric(fetch) => self.fetched_fabric(fetch, response)?,
            Fetch::File { file, ask } => self.fetched_file(file, &ask, response)?,
        }
        self.collect_more();
        Ok(())
    }

    pub(super) fn fetch_refused(&mut self, fetch: Fetch, error: Error) {
        self.fetch_failed(fetch, error);
        self.collect_more();
    }

    fn fetch_failed(&mut self, fetch: Fetch, error: Error) {
        match fetch {
            Fetch::Databricks(fetch) => self.refused_databricks(fetch, error),
            Fetch::Fabric(fetch) => self.refused_fabric(fetch, error),
            Fetch::File { file, ask } => self.refused_file(file, &ask, error),
        }
    }

    /// The time for outputs is over, or the caller does not want to wait: what is there is given.
    pub(super) fn collecting_over(&mut self) {
        let mut open: VecDeque<Fetch> = self
            .exchanges
            .iter()
            .filter_map(|exchange| match &exchange.tag {
                Tag::Fetch(fetch) => Some(fetch.clone()),
                _ => None,
            })
            .collect();
        self.drop_exchanges(|_| true);
        loop {
            let Some(collecting) = self.collecting() else { return };
            // What is given up may have found more that will not be read.
            open.extend(
                collecting
                    .queue
                    .drain(..)
                    .chain(collecting.later.drain(..).map(|(_, fetch)| fetch)),
            );
            let Some(fetch) = open.pop_front() else { break };
            let error = Error::new(
                ErrorCode::OutputUnavailable,
                "the outputs could not be read in the time for them",
            );
            self.fetch_failed(fetch, error);
        }
        self.collected();
    }

    fn collected(&mut self) {
        let Some(collecting) = self.collecting() else { return };
        let outputs = std::mem::take(&mut collecting.outputs);
        let outputs_error = collecting.error.take();
        let outcome = self.outcome();
        let error = match outcome {
            // The code's own hint is about a run that may still be going.
            Outcome::TimedOut => Some(
                Error::new(
                    ErrorCode::DeadlinePassed,
                    "the deadline passed and the run was cancelled",
                )
                .with_hint("give a longer timeout if the run needs more time"),
            ),
            Outcome::Failed => Some(self.failure(&outputs)),
            _ => None,
        };
        self.done(outcome, error, outputs, outputs_error);
    }

    /// The run's failure in the words of the first task that says why.
    fn failure(&self, outputs: &[RunOutput]) -> Error {
        let failed = outputs.iter().filter(|output| output.outcome == Some(Outcome::Failed));
        let said = failed
            .filter_map(|output| Some(format!("{}: {}", output.key, output.error_message.as_ref()?)))
            .next();
        let message = said.unwrap_or_else(|| {
            if self.seen.message.is_empty() {
                "the run failed".to_owned()
            } else {
                self.seen.message.clone()
            }
        });
        let mut error = Error::new(ErrorCode::RunFailed, message);
        error.service_code.clone_from(&self.seen.raw.code);
        error
    }
}
