//! A run that is known: polls, its end, the deadline, the cancel.

use std::time::Duration;

use crate::databricks::run::{self, Run, Task};
use crate::error::{Error, ErrorCode};
use crate::fabric::instance::Instance;
use crate::http::{HttpResponse, Service};
use crate::json;
use crate::poller::exchange::{Policy, Tag};
use crate::poller::start::Listing;
use crate::poller::{CancelledBy, FINAL_LOOK, Job, Poller, Stage, schedule};
use crate::run::{IdentifiedBy, Outcome, Phase, RunInfo, WarningCode};
use crate::time::Timestamp;

/// How long a young Fabric instance may be missing, or look failed, beside the wait that its start asked for.
const EARLY_GRACE: Duration = Duration::from_secs(60);
/// How long a better run to follow may show up in the list.
const WATCH: Duration = Duration::from_secs(120);
/// How often an ended Fabric instance without an end time is read again.
const END_TIME_READS: u8 = 2;

/// When the run is looked at after a cancel was answered.
pub(super) const SOON: Duration = Duration::from_secs(1);

/// A run is followed.
#[derive(Clone, Debug)]
pub(super) struct Following {
    since: Timestamp,
    /// When the next poll is due; `None` while one is under way.
    pub(super) wake: Option<Timestamp>,
    /// Until when a missing or failed Fabric instance may only be young.
    young_until: Timestamp,
    end_time_reads: u8,
    /// The poll after the one under way is wanted soon.
    pub(super) soon: bool,
    pub(super) watch: Option<Watch>,
}

/// The list is read beside the polls.
#[derive(Clone, Debug)]
pub(super) struct Watch {
    pub(super) until: Timestamp,
    pub(super) listing: Listing,
}

impl Poller {
    /// The run is known from here on.
    pub(super) fn follow(&mut self, id: String, shared: bool, identified_by: IdentifiedBy) {
        let (job_id, workspace_id) = match &self.job {
            Job::Databricks(job) => (
                self.record
                    .job_id
                    .clone()
                    .or_else(|| job.job_id.clone())
                    .unwrap_or_default(),
                None,
            ),
            Job::Fabric(job) => (job.item_id.clone(), Some(job.workspace_id.clone())),
        };
        let page_url = match &self.job {
            Job::Databricks(_) => None,
            Job::Fabric(job) => Some(job.page_url(&id)),
        };
        let info = RunInfo {
            service: self.job.service(),
            id,
            job_id,
            workspace_id,
            name: None,
            page_url,
            shared,
            identified_by,
            start_time: None,
            end_time: None,
        };
        self.follow_info(info);
        self.persist();
        // A cancel that was asked for while the start was under way.
        if let Some(cancel) = self.cancel {
            self.cancel_run(cancel.by);
        }
    }

    pub(super) fn follow_info(&mut self, info: RunInfo) {
        // Whatever looked for the run is no longer needed.
        self.drop_exchanges(|tag| !matches!(tag, Tag::CancelDuplicate));
        let fresh_start = !matches!(info.identified_by, IdentifiedBy::Given | IdentifiedBy::Reuse);
        let watches = info.service == Service::Fabric
            && info.identified_by != IdentifiedBy::Given
            && (self.record.resent
                || (self.may_adopt() && (!info.shared || info.identified_by == IdentifiedBy::Reuse)));
        let first = if fresh_start && info.service == Service::Databricks {
            Duration::from_millis(750)
        } else {
            Duration::ZERO
        };
        let info_is_named = info.identified_by == IdentifiedBy::Given;
        self.record.unanswered = false;
        self.run = Some(info);
        self.stage = Stage::Following(Following {
            since: self.now,
            wake: Some(self.now.plus(first)),
            // A run that the list shows may be as young as one of our own; one that a person named is looked at as it is.
            young_until: if info_is_named {
                self.now
            } else {
                self.now.plus(EARLY_GRACE * 2)
            },
            end_time_reads: 0,
            soon: false,
            watch: watches.then(|| Watch {
                until: self.now.plus(WATCH),
                listing: Listing::default(),
            }),
        });
    }

    /// A start's answer says when its run may first be read.
    pub(super) fn first_poll_after(&mut self, wait: Option<Duration>) {
        let first = schedule::fabric_poll(wait, self.options.poll_interval.map(|i| i.0), &mut self.jitter);
        let now = self.now;
        if let Stage::Following(following) = &mut self.stage {
            following.wake = Some(now.plus(first));
            following.young_until = now.plus(first.max(EARLY_GRACE) + EARLY_GRACE);
        }
    }

    pub(super) fn poll(&mut self) {
        if self.is_last_look() || !self.watch() {
            self.poll_run();
        }
    }

    /// Whether the deadline has passed and the run is only looked at once more.
    const fn is_last_look(&self) -> bool {
        self.deadline_passed && self.cancel.is_none()
    }

    pub(super) fn poll_run(&mut self) {
        let Some(id) = self.run.as_ref().map(|run| run.id.clone()) else {
            return;
        };
        if self.has_exchange(|tag| matches!(tag, Tag::Poll)) {
            return;
        }
        if let Stage::Following(following) = &mut self.stage {
            following.wake = None;
        }
        let mut call = match &self.job {
            Job::Databricks(job) => job.runs_get(&self.base, &id, None),
            Job::Fabric(job) => job.get_instance(&self.base, &id),
        };
        if self.is_last_look() {
            call.timeout = FINAL_LOOK;
        }
        self.send(Tag::Poll, call, Policy::Again);
    }

    pub(super) fn polled(&mut self, response: &HttpResponse) -> Result<(), Error> {
        let value = json::object(response)?;
        let retry_after = schedule::retry_after(response, self.now);
        let expected = self.run.as_ref().map(|run| run.id.clone()).unwrap_or_default();
        let mut ended = match &self.job {
            Job::Databricks(_) => {
                let run = Run::parse(&value)?;
                check_id(&expected, &run.run_id)?;
                self.see_databricks(&run);
                run.state.is_ended()
            }
            Job::Fabric(_) => {
                let instance = Instance::parse(&value)?;
                check_id(&expected, &instance.id)?;
                if instance.state.phantom && self.is_young() {
                    false
                } else {
                    self.see_fabric(&instance);
                    self.settle_duplicate(&instance);
                    instance.state.is_ended() && !self.wants_end_time(&instance)
                }
            }
        };
        if ended && self.look_again() {
            ended = false;
        }
        if ended {
            self.ended(value);
        } else if self.deadline_passed && self.cancel.is_none() {
            self.final_look_over();
        } else if matches!(self.stage, Stage::Following(_)) {
            self.schedule_poll(retry_after);
        }
        Ok(())
    }

    fn see_databricks(&mut self, run: &Run) {
        let state = &run.state;
        self.seen.phase = Some(state.phase);
        self.seen.outcome = state.outcome;
        self.seen.raw = state.raw.clone();
        self.seen.message.clone_from(&state.message);
        self.redactor.clean_text(&mut self.seen.message);
        self.seen.queue_reason.clone_from(&state.queue_reason);
        // One page per poll: of a run of more than 100 tasks the first hundred.
        self.see_tasks(&run.tasks);
        if let Some(info) = &mut self.run {
            if let Some(job_id) = &run.job_id {
                info.job_id.clone_from(job_id);
            }
            info.name.clone_from(&run.name);
            if run.page_url.is_some() {
                info.page_url.clone_from(&run.page_url);
            }
            info.start_time = run.start_time;
            info.end_time = run.end_time;
        }
        if state.unknown {
            self.warn_of_unknown();
        }
        if state.part_failed {
            self.warn(
                WarningCode::PartFailed,
                "the run succeeded, but some of its tasks failed",
            );
        }
    }

    pub(super) fn see_tasks(&mut self, tasks: &[Task]) {
        self.seen.tasks = run::task_counts(tasks);
        self.seen.iterations = run::iteration_counts(tasks);
        self.seen.task_runs = run::task_runs(tasks);
    }

    fn see_fabric(&mut self, instance: &Instance) {
        let state = &instance.state;
        self.seen.phase = Some(state.phase);
        self.seen.outcome = state.outcome;
        self.seen.raw = state.raw.clone();
        self.seen.message.clone_from(&state.message);
        self.redactor.clean_text(&mut self.seen.message);
        if let Some(info) = &mut self.run {
            // The enqueue time is replaced by the real start later.
            info.start_time = instance.start_time;
            info.end_time = instance.end_time;
        }
        if state.unknown {
            self.warn_of_unknown();
        }
    }

    fn warn_of_unknown(&mut self) {
        let raw = &self.seen.raw;
        let code = raw.code.as_deref().map(|code| format!(" ({code})")).unwrap_or_default();
        let message = format!("the service says {}{code}, which this version does not know", raw.state);
        self.warn(WarningCode::UnknownState, message);
    }

    fn is_young(&self) -> bool {
        matches!(&self.stage, Stage::Following(following) if self.now < following.young_until)
    }

    /// Right after its end an instance may lack its end time: one or two more reads, then it is taken as it is.
    fn wants_end_time(&mut self, instance: &Instance) -> bool {
        let Stage::Following(following) = &mut self.stage else {
            return false;
        };
        let unsettled = matches!(instance.state.outcome, Some(Outcome::Succeeded | Outcome::Cancelled));
        let wants = unsettled
            && instance.end_time.is_none()
            && following.end_time_reads < END_TIME_READS
            && !self.deadline_passed;
        following.end_time_reads += u8::from(wants);
        wants
    }

    fn schedule_poll(&mut self, retry_after: Option<Duration>) {
        let interval = self.options.poll_interval.map(|interval| interval.0);
        let Stage::Following(following) = &self.stage else {
            return;
        };
        let phase = self.seen.phase.unwrap_or(Phase::Queued);
        let delay = match self.job.service() {
            Service::Databricks => {
                let expected = self.options.expected_duration.map(|expected| expected.0);
                let since = self
                    .cancel
                    .map_or(following.since, |_| self.now.minus(Duration::from_secs(10)));
                let phase = if self.cancel.is_some() {
                    Phase::Terminating
                } else {
                    phase
                };
                schedule::databricks_poll(phase, self.now.since(since), expected, interval, &mut self.jitter)
            }
            Service::Fabric => schedule::fabric_poll(retry_after, interval, &mut self.jitter),
        };
        // A last look comes at the deadline anyway.
        let at = self.now.plus(delay);
        if let Stage::Following(following) = &mut self.stage {
            // A cancel that was answered while the poll was under way wants the next one soon.
            let soon = std::mem::take(&mut following.soon);
            following.wake = Some(if soon { at.min(self.now.plus(SOON)) } else { at });
        }
    }

    // A poll that failed.

    pub(super) fn poll_refused(&mut self, error: Error, response: &HttpResponse) {
        let missing = matches!(error.code(), ErrorCode::NotFound | ErrorCode::RunNotFound);
        if missing && self.job.service() == Service::Fabric && self.is_young() {
            if self.deadline_passed && self.cancel.is_none() {
                self.final_look_over();
            } else {
                self.schedule_poll(schedule::retry_after(response, self.now));
            }
            return;
        }
        self.poll_gave_up(error);
    }

    pub(super) fn poll_gave_up(&mut self, error: Error) {
        if self.deadline_passed && self.cancel.is_none() {
            self.final_look_over();
            return;
        }
        if self.cancel.is_some_and(|cancel| cancel.by == CancelledBy::Deadline) {
            self.finish_timed_out();
            return;
        }
        let code = lost_sight(error.code());
        // A run that was only named, and does not exist or may not be seen, was never followed.
        let never_seen = self.seen.phase.is_none()
            && self
                .run
                .as_ref()
                .is_some_and(|run| run.identified_by == IdentifiedBy::Given)
            && code != ErrorCode::LostSight;
        let outcome = if never_seen {
            Outcome::Rejected
        } else {
            Outcome::Abandoned
        };
        self.finish(outcome, error.with_code(code));
    }
}

/// The code of a result whose run can't be read any more: the cause where a person can do something about it.
pub(super) const fn lost_sight(cause: ErrorCode) -> ErrorCode {
    match cause {
        code @ (ErrorCode::RunNotFound
        | ErrorCode::NotFound
        | ErrorCode::Unauthenticated
        | ErrorCode::TokenExpired
        | ErrorCode::Forbidden
        | ErrorCode::WrongHost) => code,
        _ => ErrorCode::LostSight,
    }
}

/// An answer about another run is no answer.
pub(super) fn check_id(expected: &str, found: &str) -> Result<(), Error> {
    if expected.eq_ignore_ascii_case(found) {
        return Ok(());
    }
    Err(Error::new(
        ErrorCode::MalformedResponse,
        format!("expected run {expected}, found {found}"),
    )
    .retryable())
}
