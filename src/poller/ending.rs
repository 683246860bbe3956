//! The ends that are not the run's own: the deadline, the cancel, a caller that stops watching.

use crate::error::{Error, ErrorCode};
use crate::http::{HttpResponse, Service};
use crate::poller::exchange::{Policy, Tag};
use crate::poller::follow::SOON;
use crate::poller::options::OnTimeout;
use crate::poller::{CANCEL_GRACE, CancelledBy, Cancelling, FINAL_LOOK, Job, Poller, Stage};
use crate::run::{Outcome, WarningCode};
use crate::time::Timestamp;

impl Poller {
    // The deadline.

    pub(super) fn deadline_over(&mut self) {
        let cancels = self.options.on_timeout == OnTimeout::Cancel;
        match &self.stage {
            Stage::Following(_) => {
                if self.has_exchange(|tag| matches!(tag, Tag::Poll)) {
                    self.hurry(|tag| matches!(tag, Tag::Poll), FINAL_LOOK);
                } else {
                    self.drop_exchanges(|tag| matches!(tag, Tag::Watch));
                    self.poll_run();
                }
                if let Stage::Following(following) = &mut self.stage {
                    following.wake = None;
                }
            }
            // The run that the start may have made is found first, then cancelled; bounded.
            Stage::Looking(_) | Stage::Starting(_) | Stage::Reconciling(_)
                if cancels && self.record.unsure > 0 && self.may_cancel_start() =>
            {
                self.cancel = Some(self.cancelling(CancelledBy::Deadline));
            }
            _ => self.finish_timed_out(),
        }
    }

    pub(super) fn final_look_over(&mut self) {
        if self.options.on_timeout == OnTimeout::Cancel && self.may_cancel() {
            self.cancel_run(CancelledBy::Deadline);
        } else {
            self.finish_timed_out();
        }
    }

    pub(super) fn finish_timed_out(&mut self) {
        let what = match (&self.run, self.record.unsure > 0) {
            (Some(run), _) => format!("run {} had not ended", run.id),
            (None, true) => "the start was not confirmed".to_owned(),
            (None, false) => "nothing had been started".to_owned(),
        };
        let seconds = self.deadline.since(self.began).as_secs();
        self.finish(
            Outcome::TimedOut,
            Error::new(ErrorCode::DeadlinePassed, format!("after {seconds} s {what}")),
        );
    }

    // The cancel.

    pub(super) fn may_cancel(&self) -> bool {
        self.options.cancel_shared || self.run.as_ref().is_some_and(|run| !run.shared)
    }

    /// Whether the run that a start under way may make can be cancelled.
    pub(super) fn may_cancel_start(&self) -> bool {
        let shared = match &self.job {
            Job::Databricks(_) => self.starts_shared(),
            Job::Fabric(_) => false,
        };
        self.options.cancel_shared || !shared
    }

    pub(super) const fn cancelling(&self, by: CancelledBy) -> Cancelling {
        Cancelling {
            by,
            until: Timestamp(self.now.0.saturating_add(CANCEL_GRACE.as_millis() as u64)),
            accepted: false,
        }
    }

    pub(super) fn cancel_requested(&mut self) {
        if self.cancel.is_some() {
            return;
        }
        match &self.stage {
            Stage::Following(_) if !self.may_cancel() => {
                let id = self.run.as_ref().map(|run| run.id.clone()).unwrap_or_default();
                let error = Error::new(
                    ErrorCode::SharedRun,
                    format!("run {id} is shared with others and was left alone"),
                );
                self.finish(Outcome::Abandoned, error);
            }
            Stage::Following(_) => self.cancel_run(CancelledBy::Caller),
            Stage::Looking(_) | Stage::Starting(_) | Stage::Reconciling(_) if self.record.unsure > 0 => {
                self.cancel = Some(self.cancelling(CancelledBy::Caller));
            }
            Stage::Looking(_) | Stage::Starting(_) | Stage::Reconciling(_) => self.cancelled_before_start(),
            // The run has ended: there is nothing to cancel, and nobody wants to wait for its outputs.
            Stage::Collecting(_) => self.collecting_over(),
            Stage::Done(_) => {}
        }
    }

    pub(super) fn cancelled_before_start(&mut self) {
        self.seen.message = "cancelled before anything was started".to_owned();
        self.done(Outcome::Cancelled, None, Vec::new(), None);
    }

    /// A start that certainly had no effect is not sent again once nobody wants its run. Ends the wait then.
    pub(super) fn start_is_unwanted(&mut self) -> bool {
        match (
            self.cancel.map(|cancel| cancel.by),
            self.record.unsure,
            self.job.service(),
        ) {
            (Some(CancelledBy::Caller), 0, _) => self.cancelled_before_start(),
            (Some(CancelledBy::Deadline), 0, _) => self.finish_timed_out(),
            // The one before it may have been taken, but no second one is made only to be cancelled.
            (Some(_), _, Service::Fabric) => {
                let message = "the first start was not answered, and the second one was called off";
                self.start_gave_up(Error::new(ErrorCode::Network, message));
            }
            // Without a cancel it is wanted; with one, its token leads to the run that has to be cancelled.
            _ => return false,
        }
        true
    }

    pub(super) fn detach_requested(&mut self) {
        if matches!(self.stage, Stage::Collecting(_)) {
            self.collecting_over();
            return;
        }
        let error = Error::new(ErrorCode::Detached, "the caller stopped watching");
        self.finish(Outcome::Abandoned, error);
    }

    pub(super) fn cancel_run(&mut self, by: CancelledBy) {
        if !self.may_cancel() {
            // It turned out to be shared after the cancel was asked for.
            self.cancel = None;
            match by {
                CancelledBy::Caller => self.cancel_requested(),
                CancelledBy::Deadline => self.finish_timed_out(),
            }
            return;
        }
        self.cancel = Some(self.cancelling(by));
        let Some(id) = self.run.as_ref().map(|run| run.id.clone()) else {
            return;
        };
        let call = match &self.job {
            Job::Databricks(job) => job.runs_cancel(&self.base, &id),
            Job::Fabric(job) => job.cancel_instance(&self.base, &id),
        };
        self.send(Tag::Cancel, call, Policy::Again);
    }

    pub(super) fn cancel_accepted(&mut self, _response: &HttpResponse) {
        if let Some(cancel) = &mut self.cancel {
            cancel.accepted = true;
        }
        self.poll_soon();
    }

    /// `JobAlreadyCompleted` and its like: the next read tells how it ended. Any other refusal is told, and the run is
    /// watched to the end of the grace.
    pub(super) fn cancel_refused(&mut self, error: Error) {
        let has_ended = match self.job.service() {
            Service::Databricks => error.code() == ErrorCode::BadRequest,
            Service::Fabric => error.service_code.as_deref() == Some("JobAlreadyCompleted"),
        };
        if !has_ended {
            self.warn(
                WarningCode::CancelRefused,
                format!("the run could not be cancelled: {error}"),
            );
            if let Some(cancel) = &mut self.cancel {
                cancel.until = self.now.plus(FINAL_LOOK).min(cancel.until);
            }
        }
        self.poll_soon();
    }

    pub(super) fn poll_soon(&mut self) {
        let at = self.now.plus(SOON);
        let under_way = self.has_exchange(|tag| matches!(tag, Tag::Poll | Tag::Watch));
        if let Stage::Following(following) = &mut self.stage {
            following.soon = under_way;
            if !under_way && following.wake.is_none_or(|wake| wake > at) {
                following.wake = Some(at);
            }
        }
    }

    pub(super) fn cancel_grace_over(&mut self) {
        match (self.cancel.map(|cancel| cancel.by), self.run.is_none()) {
            (Some(CancelledBy::Deadline), _) => self.finish_timed_out(),
            (_, true) if self.judging().is_none() => {
                let error = Error::new(
                    ErrorCode::Network,
                    "the start was not answered before the cancel was given up",
                );
                self.start_gave_up(error);
            }
            _ => {
                let id = self.run.as_ref().map(|run| run.id.clone()).or(self.judging());
                let id = id.unwrap_or_default();
                let message = format!("run {id} was not seen to end after it was cancelled");
                self.finish(Outcome::Abandoned, Error::new(ErrorCode::CancelUnconfirmed, message));
            }
        }
    }

    /// How the run's end counts: a run that our deadline cancelled has timed out.
    pub(super) fn outcome(&self) -> Outcome {
        let by_deadline = self.cancel.is_some_and(|cancel| cancel.by == CancelledBy::Deadline);
        match self.seen.outcome {
            Some(Outcome::Cancelled) if by_deadline => Outcome::TimedOut,
            Some(outcome) => outcome,
            None => Outcome::Failed,
        }
    }
}
