//! The two accounts of a state: the deprecated `state` and the new `status`.

use serde_json::{Map, Value};

use super::Databricks;
use super::run::{Attempt, AttemptState, Outcome, Phase, Round, Run, RunOutcome};
use super::scenario::{Ending, Job, StateForm};
use super::settle::Spec;
use crate::simulator::json::json;
use crate::time::Timestamp;

/// The usual message of a task that failed: the reason stands in its output.
const WORKLOAD_FAILED: &str = "Workload failed, see run output for details";

/// Both accounts.
#[derive(Clone, Debug, Default)]
pub(super) struct States {
    pub(super) state: Option<Value>,
    pub(super) status: Option<Value>,
}

impl States {
    fn active(name: &str, message: &str) -> Self {
        let legacy = if name == "WAITING" { "WAITING_FOR_RETRY" } else { name };
        Self {
            state: Some(json!({
                "life_cycle_state": legacy, "state_message": message, "user_cancelled_or_timedout": false,
            })),
            status: Some(json!({"state": name})),
        }
    }

    fn stopping() -> Self {
        // The result stands there before the end: a client that looks at it alone stops too early.
        Self {
            state: Some(json!({
                "life_cycle_state": "TERMINATING", "result_state": "CANCELED", "state_message": "Cancelling.",
                "user_cancelled_or_timedout": true,
            })),
            status: Some(json!({
                "state": "TERMINATING",
                "termination_details": {"code": "USER_CANCELED", "type": "SUCCESS", "message": "Run cancelled."},
            })),
        }
    }

    fn ended(ending: &Ending) -> Self {
        let mut state = Map::new();
        state.insert("life_cycle_state".into(), json!(ending.life_cycle_state));
        if let Some(result) = &ending.result_state {
            state.insert("result_state".into(), json!(result));
        }
        state.insert("state_message".into(), json!(ending.message));
        state.insert(
            "user_cancelled_or_timedout".into(),
            json!(ending.user_cancelled_or_timed_out),
        );
        Self {
            state: Some(Value::Object(state)),
            status: Some(json!({
                "state": "TERMINATED",
                "termination_details": {"code": ending.code, "type": ending.kind, "message": ending.message},
            })),
        }
    }

    /// Puts into `members` what the deployment knows of.
    pub(super) fn write(self, form: StateForm, members: &mut Map<String, Value>) {
        if let Some(state) = self.state.filter(|_| form != StateForm::Status) {
            members.insert("state".into(), state);
        }
        if let Some(status) = self.status.filter(|_| form != StateForm::State) {
            members.insert("status".into(), status);
        }
    }
}

fn ending(life_cycle: &str, result: Option<&str>, code: &str, kind: &str, message: impl Into<String>) -> Ending {
    Ending {
        life_cycle_state: life_cycle.into(),
        result_state: result.map(str::to_owned),
        code: code.into(),
        kind: kind.into(),
        message: message.into(),
        user_cancelled_or_timed_out: matches!(result, Some("CANCELED" | "TIMEDOUT")),
    }
}

impl Databricks {
    /// The round whose state `runs/get` tells: the one before, for a while after a repair began.
    pub(super) fn visible_round<'a>(&self, run: &'a Run, now: Timestamp) -> &'a Round {
        let lag = self.speed.shorten(self.spec.repair_lag_seconds.duration());
        match run.rounds.as_slice() {
            [.., before, latest] if now < latest.start.plus(lag) => before,
            _ => run.round(),
        }
    }

    pub(super) fn run_states(&self, run: &Run, now: Timestamp) -> States {
        let job = &self.spec.jobs[run.job];
        for odd in &job.odd_states {
            let from = run.created.plus(self.speed.shorten(odd.after_seconds.duration()));
            let until = odd
                .for_seconds
                .map(|length| from.plus(self.speed.shorten(length.duration())));
            if now >= from && until.is_none_or(|until| now < until) {
                return States {
                    state: odd.state.clone(),
                    status: odd.status.clone(),
                };
            }
        }
        self.plain_run_states(run, job, now)
    }

    fn plain_run_states(&self, run: &Run, job: &Job, now: Timestamp) -> States {
        if let Some(outcome) = &self.visible_round(run, now).outcome {
            return States::ended(&self.run_ending(run, job, outcome));
        }
        match run.phase {
            Phase::Queued => {
                let reason = format!(
                    "Queued due to reaching maximum concurrent runs of {}.",
                    job.max_concurrent_runs
                );
                States {
                    state: Some(json!({
                        "life_cycle_state": "QUEUED", "state_message": "", "user_cancelled_or_timedout": false,
                        "queue_reason": reason,
                    })),
                    status: Some(json!({
                        "state": "QUEUED",
                        "queue_details": {"code": "MAX_CONCURRENT_RUNS_REACHED", "message": reason},
                    })),
                }
            }
            Phase::Pending { .. } => States::active("PENDING", "Waiting for cluster"),
            Phase::Stopping { .. } => States::stopping(),
            Phase::Running if job.single_task => {
                self.attempt_states(run, 0, Spec::task(&job.tasks[0]), run.tasks[0].last(), now)
            }
            Phase::Running | Phase::Ended => States::active("RUNNING", "In run"),
        }
    }

    /// The states of one round, for the repair history.
    pub(super) fn round_states(&self, run: &Run, job: &Job, round: &Round, now: Timestamp) -> States {
        match &round.outcome {
            Some(outcome) => States::ended(&self.run_ending(run, job, outcome)),
            None => self.plain_run_states(run, job, now),
        }
    }

    /// How a run ended, in the service's words.
    pub(super) fn run_ending(&self, run: &Run, job: &Job, outcome: &RunOutcome) -> Ending {
        if let Some(ending) = &job.ending {
            return ending.clone();
        }
        match outcome {
            RunOutcome::Canceled => ending(
                "TERMINATED",
                Some("CANCELED"),
                "USER_CANCELED",
                "SUCCESS",
                "Run cancelled.",
            ),
            RunOutcome::Failed(index) | RunOutcome::InternalError(index) => {
                let task = &job.tasks[*index];
                // Of an earlier round, the latest attempt may be under way.
                let attempts = &run.tasks[*index].attempts;
                let failed = attempts.iter().rev().find(
                    |attempt| matches!(attempt.state, AttemptState::Ended { outcome, .. } if outcome.is_failure()),
                );
                let attempt = failed.unwrap_or_else(|| run.tasks[*index].last());
                let cause = self.attempt_ending(Spec::task(task), attempt);
                if job.single_task {
                    return cause;
                }
                let message = format!("Task {} failed with message: {}.", task.key, cause.message);
                if matches!(outcome, RunOutcome::Failed(_)) {
                    // Not TERMINATED: that is how the service tells an ordinary failure of a task.
                    ending("INTERNAL_ERROR", Some("FAILED"), &cause.code, &cause.kind, message)
                } else {
                    ending("INTERNAL_ERROR", None, &cause.code, &cause.kind, cause.message)
                }
            }
            RunOutcome::Skipped => ending(
                "SKIPPED",
                None,
                "MAX_CONCURRENT_RUNS_EXCEEDED",
                "CLIENT_ERROR",
                format!(
                    "Skipping this run because the limit of {} maximum concurrent runs has been reached.",
                    job.max_concurrent_runs
                ),
            ),
            RunOutcome::Success => ending("TERMINATED", Some("SUCCESS"), "SUCCESS", "SUCCESS", ""),
            RunOutcome::SuccessWithFailures => ending(
                "TERMINATED",
                Some("SUCCESS_WITH_FAILURES"),
                "SUCCESS_WITH_FAILURES",
                "SUCCESS",
                "",
            ),
            RunOutcome::TimedOut => ending(
                "TERMINATED",
                Some("TIMEDOUT"),
                "CANCELED",
                "CLIENT_ERROR",
                "Run exceeded its timeout.",
            ),
        }
    }

    pub(super) fn attempt_states(
        &self,
        run: &Run,
        number: usize,
        spec: Spec<'_>,
        attempt: &Attempt,
        now: Timestamp,
    ) -> States {
        match attempt.state {
            AttemptState::Blocked => {
                let waits = !spec.task.depends_on.is_empty() || matches!(run.phase, Phase::Queued);
                States::active(if waits { "BLOCKED" } else { "PENDING" }, "")
            }
            AttemptState::Waiting { .. } => States::active("WAITING", &format!("Attempt {number} failed")),
            AttemptState::Active { running, .. } if now < running => States::active("PENDING", "Waiting for cluster"),
            AttemptState::Active { .. } => States::active("RUNNING", "In run"),
            AttemptState::Stopping { .. } => States::stopping(),
            AttemptState::Ended { .. } => States::ended(&self.attempt_ending(spec, attempt)),
        }
    }

    pub(super) fn attempt_ending(&self, spec: Spec<'_>, attempt: &Attempt) -> Ending {
        let AttemptState::Ended { outcome, .. } = attempt.state else {
            return Ending::default();
        };
        let execution = spec.execution(attempt.execution);
        let own = matches!(outcome, Outcome::Failed | Outcome::InternalError | Outcome::Success);
        if let Some(ending) = execution.ending.as_ref().filter(|_| own) {
            return ending.clone();
        }
        let message = |usual: &str| execution.message.clone().unwrap_or_else(|| usual.to_owned());
        match outcome {
            Outcome::Canceled => ending(
                "TERMINATED",
                Some("CANCELED"),
                "USER_CANCELED",
                "SUCCESS",
                "Run cancelled.",
            ),
            Outcome::Disabled => self.never_ran("DISABLED", "DISABLED", "The task is disabled."),
            Outcome::Excluded => self.never_ran("EXCLUDED", "SKIPPED", "The task's run condition was not met."),
            Outcome::Failed => ending(
                "TERMINATED",
                Some("FAILED"),
                "RUN_EXECUTION_ERROR",
                "CLIENT_ERROR",
                message(WORKLOAD_FAILED),
            ),
            Outcome::InternalError => ending(
                "INTERNAL_ERROR",
                None,
                "CLUSTER_ERROR",
                "CLOUD_FAILURE",
                message("Unexpected failure while waiting for the cluster to be ready."),
            ),
            Outcome::Success => ending("TERMINATED", Some("SUCCESS"), "SUCCESS", "SUCCESS", message("")),
            Outcome::TimedOut => ending(
                "TERMINATED",
                Some("TIMEDOUT"),
                "CANCELED",
                "CLIENT_ERROR",
                "Run exceeded its timeout.",
            ),
            Outcome::UpstreamCanceled => {
                self.never_ran("UPSTREAM_CANCELED", "SKIPPED", "An upstream task was cancelled.")
            }
            Outcome::UpstreamFailed => self.never_ran("UPSTREAM_FAILED", "SKIPPED", "An upstream task failed."),
        }
    }

    fn never_ran(&self, result: &str, code: &str, message: &str) -> Ending {
        if self.spec.skipped_tasks_without_result {
            ending("SKIPPED", None, code, "CLIENT_ERROR", message)
        } else {
            ending("TERMINATED", Some(result), code, "CLIENT_ERROR", message)
        }
    }
}
