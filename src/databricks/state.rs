//! The state tables of runs and tasks, and how a state is read: `status` first, then the older `state`.
//!
//! Both enums are open by the service's own word: an unknown value is carried on as text and counts as running.
//! <https://docs.databricks.com/api/workspace/jobs/getrun>

use serde_json::Value;

use crate::contract::{StateRow, row_of};
use crate::json;
use crate::run::{Outcome, Phase, RawState};

const fn row(value: &'static str, phase: Phase, outcome: Option<Outcome>) -> StateRow {
    StateRow { value, phase, outcome }
}

/// `state.life_cycle_state`.
pub const LIFE_CYCLE_STATES: &[StateRow] = &[
    row("QUEUED", Phase::Queued, None),
    row("PENDING", Phase::Queued, None),
    row("RUNNING", Phase::Running, None),
    row("TERMINATING", Phase::Terminating, None),
    row("BLOCKED", Phase::Queued, None),
    row("WAITING_FOR_RETRY", Phase::Queued, None),
    row("TERMINATED", Phase::Ended, None),
    row("SKIPPED", Phase::Ended, Some(Outcome::Skipped)),
    // Also the ordinary end of a job run in which a task failed.
    row("INTERNAL_ERROR", Phase::Ended, Some(Outcome::Failed)),
];

/// `state.result_state`.
pub const RESULT_STATES: &[StateRow] = &[
    row("SUCCESS", Phase::Ended, Some(Outcome::Succeeded)),
    row("SUCCESS_WITH_FAILURES", Phase::Ended, Some(Outcome::Succeeded)),
    row("FAILED", Phase::Ended, Some(Outcome::Failed)),
    row("TIMEDOUT", Phase::Ended, Some(Outcome::Failed)),
    row("CANCELED", Phase::Ended, Some(Outcome::Cancelled)),
    row("UPSTREAM_CANCELED", Phase::Ended, Some(Outcome::Cancelled)),
    row("UPSTREAM_FAILED", Phase::Ended, Some(Outcome::Skipped)),
    row("MAXIMUM_CONCURRENT_RUNS_REACHED", Phase::Ended, Some(Outcome::Skipped)),
    row("EXCLUDED", Phase::Ended, Some(Outcome::Skipped)),
    row("DISABLED", Phase::Ended, Some(Outcome::Skipped)),
    row("EVICTED", Phase::Ended, Some(Outcome::Cancelled)),
    row("UPSTREAM_EVICTED", Phase::Ended, Some(Outcome::Cancelled)),
];

/// `status.state`. Only `TERMINATED` is an end.
pub const STATUS_STATES: &[StateRow] = &[
    row("BLOCKED", Phase::Queued, None),
    row("PENDING", Phase::Queued, None),
    row("QUEUED", Phase::Queued, None),
    row("RUNNING", Phase::Running, None),
    row("TERMINATING", Phase::Terminating, None),
    row("TERMINATED", Phase::Ended, None),
    row("WAITING", Phase::Queued, None),
];

/// `status.termination_details.code`.
pub const TERMINATION_CODES: &[StateRow] = &[
    row("SUCCESS", Phase::Ended, Some(Outcome::Succeeded)),
    row("SUCCESS_WITH_FAILURES", Phase::Ended, Some(Outcome::Succeeded)),
    row("USER_CANCELED", Phase::Ended, Some(Outcome::Cancelled)),
    // By the platform; with the older TIMEDOUT beside it, a run that took too long.
    row("CANCELED", Phase::Ended, Some(Outcome::Cancelled)),
    row("SKIPPED", Phase::Ended, Some(Outcome::Skipped)),
    row("DISABLED", Phase::Ended, Some(Outcome::Skipped)),
    row("MAX_CONCURRENT_RUNS_EXCEEDED", Phase::Ended, Some(Outcome::Skipped)),
    row("MAX_JOB_QUEUE_SIZE_EXCEEDED", Phase::Ended, Some(Outcome::Skipped)),
    row("WORKSPACE_RUN_LIMIT_EXCEEDED", Phase::Ended, Some(Outcome::Failed)),
    row("CLUSTER_REQUEST_LIMIT_EXCEEDED", Phase::Ended, Some(Outcome::Failed)),
    row("MAX_SPARK_CONTEXTS_EXCEEDED", Phase::Ended, Some(Outcome::Failed)),
    row("BUDGET_POLICY_LIMIT_EXCEEDED", Phase::Ended, Some(Outcome::Failed)),
    row("RUN_EXECUTION_ERROR", Phase::Ended, Some(Outcome::Failed)),
    row("INVALID_RUN_CONFIGURATION", Phase::Ended, Some(Outcome::Failed)),
    row("INVALID_CLUSTER_REQUEST", Phase::Ended, Some(Outcome::Failed)),
    row("LIBRARY_INSTALLATION_ERROR", Phase::Ended, Some(Outcome::Failed)),
    row("RESOURCE_NOT_FOUND", Phase::Ended, Some(Outcome::Failed)),
    row("UNAUTHORIZED_ERROR", Phase::Ended, Some(Outcome::Failed)),
    row("FEATURE_DISABLED", Phase::Ended, Some(Outcome::Failed)),
    row("STORAGE_ACCESS_ERROR", Phase::Ended, Some(Outcome::Failed)),
    row("INTERNAL_ERROR", Phase::Ended, Some(Outcome::Failed)),
    row("DRIVER_ERROR", Phase::Ended, Some(Outcome::Failed)),
    row("CLUSTER_ERROR", Phase::Ended, Some(Outcome::Failed)),
    row("CLUSTER_TERMINATED_BY_USER", Phase::Ended, Some(Outcome::Failed)),
    row("CLOUD_FAILURE", Phase::Ended, Some(Outcome::Failed)),
    row("REPOSITORY_CHECKOUT_FAILED", Phase::Ended, Some(Outcome::Failed)),
    row("BREAKING_CHANGE", Phase::Ended, Some(Outcome::Failed)),
];

/// The state of a run or a task, read.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct State {
    /// What it is doing.
    pub phase: Phase,
    /// How it ended; only with [`Phase::Ended`].
    pub outcome: Option<Outcome>,
    /// Whether it succeeded with failures in it.
    pub part_failed: bool,
    /// Whether the service stopped it for taking too long.
    pub service_timeout: bool,
    /// Whether the service said something that no table has.
    pub unknown: bool,
    /// In the service's words.
    pub raw: RawState,
    /// The service's message.
    pub message: String,
    /// Why it waits.
    pub queue_reason: Option<String>,
}

impl State {
    /// Whether it has ended.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        self.phase == Phase::Ended
    }

    /// Reads the state of a run, a task or an iteration. Either of `status` and `state` may be missing.
    #[must_use]
    pub fn read(run: &Value) -> Self {
        let null = Value::Null;
        let status = run.get("status").unwrap_or(&null);
        let details = status.get("termination_details").unwrap_or(&null);
        let state = run.get("state").unwrap_or(&null);
        let status_state = json::text(status, "state");
        let life_cycle = json::text(state, "life_cycle_state");
        let result_state = json::text(state, "result_state");
        let code = json::text(details, "code");
        let kind = json::text(details, "type");

        let status_row = status_state.and_then(|value| row_of(STATUS_STATES, value));
        let life_cycle_row = life_cycle.and_then(|value| row_of(LIFE_CYCLE_STATES, value));
        let ended_by_row = [status_row, life_cycle_row]
            .into_iter()
            .flatten()
            .any(|row| row.phase == Phase::Ended);
        // A future life cycle state of a run that has an end and a result is an end.
        let ended_by_time = status_row.is_none()
            && life_cycle_row.is_none()
            && json::count(run, "end_time").is_some_and(|end| end > 0)
            && (result_state.is_some() || code.is_some());
        let phase = if ended_by_row || ended_by_time {
            Phase::Ended
        } else {
            status_row.or(life_cycle_row).map_or(Phase::Running, |row| row.phase)
        };

        let code_row = code.and_then(|value| row_of(TERMINATION_CODES, value));
        let result_row = result_state.and_then(|value| row_of(RESULT_STATES, value));
        let service_timeout = result_state.is_some_and(|value| value.eq_ignore_ascii_case("TIMEDOUT"));
        let outcome = (phase == Phase::Ended).then(|| {
            let by_code = code.map(|_| match code_row {
                Some(row) => row.outcome,
                None => Some(if kind == Some("SUCCESS") {
                    Outcome::Succeeded
                } else {
                    Outcome::Failed
                }),
            });
            let by_result = result_state.map(|_| result_row.and_then(|row| row.outcome));
            let by_life_cycle = life_cycle_row.and_then(|row| row.outcome);
            match by_code.flatten().or(by_result.flatten()).or(by_life_cycle) {
                // The platform's own code is the same for a run that took too long, or that ended because a task did;
                // the older result tells it from a cancel.
                Some(Outcome::Cancelled)
                    if code.is_some_and(|code| code.eq_ignore_ascii_case("CANCELED"))
                        && result_row.is_some_and(|row| row.outcome == Some(Outcome::Failed)) =>
                {
                    Outcome::Failed
                }
                Some(outcome) => outcome,
                // Ended, and nothing that says how: not to be taken for a success.
                None => Outcome::Failed,
            }
        });
        let says = |value: &str| {
            [code, result_state]
                .into_iter()
                .flatten()
                .any(|said| said.eq_ignore_ascii_case(value))
        };
        Self {
            phase,
            outcome,
            part_failed: outcome == Some(Outcome::Succeeded) && says("SUCCESS_WITH_FAILURES"),
            service_timeout: service_timeout && outcome == Some(Outcome::Failed),
            unknown: (status_state.is_some() && status_row.is_none())
                || (life_cycle.is_some() && life_cycle_row.is_none())
                || (code.is_some() && code_row.is_none())
                || (code.is_none() && result_state.is_some() && result_row.is_none()),
            raw: RawState {
                state: status_state.or(life_cycle).unwrap_or_default().to_owned(),
                code: code.or(result_state).map(str::to_owned),
                kind: kind.map(str::to_owned),
                life_cycle_state: life_cycle.map(str::to_owned),
                result_state: result_state.map(str::to_owned),
            },
            message: json::text(details, "message")
                .or_else(|| json::text(state, "state_message"))
                .unwrap_or_default()
                .to_owned(),
            queue_reason: status
                .get("queue_details")
                .and_then(|queue| json::text(queue, "message").or_else(|| json::text(queue, "code")))
                .or_else(|| json::text(state, "queue_reason"))
                .map(str::to_owned),
        }
    }
}
