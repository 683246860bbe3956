//! What a poller tells while it goes on: events and warnings.

use log::Level;
use log::kv::Value;

use crate::logging;
use crate::poller::{Deadline, Output, Poller, Stage};
use crate::run::{EventKind, Phase, RunEvent, Warning, WarningCode};
use crate::time::Timestamp;

impl Poller {
    pub(super) fn warn(&mut self, code: WarningCode, message: impl Into<String>) {
        let warning = Warning {
            code,
            message: message.into(),
        };
        if !self.warnings.contains(&warning) {
            let mut event = self.event(EventKind::Warning);
            event.message.clone_from(&warning.message);
            self.queue.push_back(Output::Event(Box::new(event)));
            self.warnings.push(warning);
        }
    }

    /// Sends a status event if anything but the times has changed.
    pub(super) fn report(&mut self) {
        let event = self.event(EventKind::Status);
        let timeless = RunEvent {
            at: Timestamp(0),
            elapsed: 0,
            next_poll_at: None,
            ..event.clone()
        };
        if self.reported.as_ref() != Some(&timeless) {
            if self.reported.as_ref().map(|reported| reported.phase) != Some(event.phase) {
                self.log_phase(&event);
            }
            self.reported = Some(timeless);
            self.queue.push_back(Output::Event(Box::new(event)));
        }
    }

    fn log_phase(&self, event: &RunEvent) {
        if !logging::is_wanted(Level::Info) {
            return;
        }
        let (outcome, code) = match &self.stage {
            Stage::Done(result) => (
                logging::word(result.outcome),
                result.error.as_ref().map(|error| error.code()),
            ),
            _ => (None, None),
        };
        let message = if outcome.is_some() { "run over" } else { "phase begun" };
        let phase = logging::word(event.phase);
        logging::write(
            Level::Info,
            logging::RUN,
            message,
            &[
                ("service", Some(self.job.service().as_str().into())),
                ("phase", phase.as_deref().map(Value::from)),
                ("runId", event.run_id.as_deref().map(Value::from)),
                ("elapsedMs", Some(event.elapsed.into())),
                ("outcome", outcome.as_deref().map(Value::from)),
                ("code", code.map(|code| code.as_str().into())),
            ],
        );
    }

    /// Tells the log what is waited for, and how long at most.
    pub(super) fn log_wait(&self, deadline: Deadline) {
        if !logging::is_wanted(Level::Trace) {
            return;
        }
        let reason = logging::word(deadline.reason);
        logging::write(
            Level::Trace,
            logging::SCHEDULE,
            "wait",
            &[
                ("until", reason.as_deref().map(Value::from)),
                ("forMs", Some(logging::millis(deadline.at.since(self.now)).into())),
                ("runId", self.run.as_ref().map(|run| run.id.as_str().into())),
            ],
        );
    }

    pub(super) fn event(&self, kind: EventKind) -> RunEvent {
        let phase = match &self.stage {
            Stage::Looking(_) => Phase::Looking,
            Stage::Starting(_) => Phase::Starting,
            Stage::Reconciling(_) => Phase::Reconciling,
            Stage::Following(_) => self.seen.phase.unwrap_or(Phase::Queued),
            Stage::Collecting(_) => Phase::ReadingOutput,
            Stage::Done(_) => Phase::Ended,
        };
        let next_poll_at = match &self.stage {
            Stage::Following(following) => following.wake,
            Stage::Reconciling(reconciling) => reconciling.wake,
            _ => None,
        };
        RunEvent {
            kind,
            at: self.now,
            elapsed: u64::try_from(self.now.since(self.began).as_millis()).unwrap_or(u64::MAX),
            phase,
            state: self.seen.raw.state.clone(),
            message: self.seen.message.clone(),
            queue_reason: self.seen.queue_reason.clone(),
            tasks: self.seen.tasks,
            iterations: self.seen.iterations,
            task_runs: self.seen.task_runs.clone(),
            run_id: self.run.as_ref().map(|run| run.id.clone()),
            run_page_url: self.run.as_ref().and_then(|run| run.page_url.clone()),
            next_poll_at,
            error: None,
        }
    }
}
