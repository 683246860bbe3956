//! The state table of job instances, and how a state is read. The enum is open by the service's own word.
//!
//! <https://learn.microsoft.com/rest/api/fabric/core/job-scheduler/get-item-job-instance>

use serde_json::Value;

use crate::contract::{StateRow, row_of};
use crate::json;
use crate::run::{Outcome, Phase, RawState};

const fn row(value: &'static str, phase: Phase, outcome: Option<Outcome>) -> StateRow {
    StateRow { value, phase, outcome }
}

/// `status` of a job instance, in both spellings where there are two.
pub const INSTANCE_STATUSES: &[StateRow] = &[
    row("NotStarted", Phase::Queued, None),
    row("InProgress", Phase::Running, None),
    row("Running", Phase::Running, None),
    row("Completed", Phase::Ended, Some(Outcome::Succeeded)),
    row("Failed", Phase::Ended, Some(Outcome::Failed)),
    row("Cancelled", Phase::Ended, Some(Outcome::Cancelled)),
    row("Canceled", Phase::Ended, Some(Outcome::Cancelled)),
    // Another instance of the same job type was active; this one never ran.
    row("Deduped", Phase::Ended, Some(Outcome::Skipped)),
];

/// `failureReason.errorCode` of a failed instance, where it says more than that it failed.
pub const FAILURE_CODES: &[StateRow] = &[
    row("JobInstanceStatusDeduped", Phase::Ended, Some(Outcome::Skipped)),
    row("JobInstanceStatusFailed", Phase::Ended, Some(Outcome::Failed)),
    row("JobInstanceStatusOwnerUserMissing", Phase::Ended, Some(Outcome::Failed)),
    row("JobInstanceStatusDeadLettered", Phase::Ended, Some(Outcome::Failed)),
    row("JobInstanceStatusNotFound", Phase::Ended, Some(Outcome::Failed)),
    row(
        "JobInstanceStatusUnknownErrorOccured",
        Phase::Ended,
        Some(Outcome::Failed),
    ),
];

/// Failure codes that a young instance may show although nothing is wrong: the row is not there yet.
pub const PHANTOM_FAILURES: &[&str] = &["NotFound", "RequestExecutionFailed", "JobInstanceStatusNotFound"];

/// `status` of an activity run.
pub const ACTIVITY_STATUSES: &[StateRow] = &[
    row("Succeeded", Phase::Ended, Some(Outcome::Succeeded)),
    row("Failed", Phase::Ended, Some(Outcome::Failed)),
    row("InProgress", Phase::Running, None),
    row("Queued", Phase::Queued, None),
    row("Cancelled", Phase::Ended, Some(Outcome::Cancelled)),
    row("Canceled", Phase::Ended, Some(Outcome::Cancelled)),
    row("Skipped", Phase::Ended, Some(Outcome::Skipped)),
    row("Inactive", Phase::Ended, Some(Outcome::Skipped)),
];

/// The state of a job instance, read.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct State {
    /// What it is doing.
    pub phase: Phase,
    /// How it ended; only with [`Phase::Ended`].
    pub outcome: Option<Outcome>,
    /// Whether this may be the phantom that a young instance shows.
    pub phantom: bool,
    /// Whether the service said something that no table has.
    pub unknown: bool,
    /// In the service's words.
    pub raw: RawState,
    /// Why it failed.
    pub message: String,
}

impl State {
    /// Whether it has ended.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        self.phase == Phase::Ended
    }

    /// Reads the state of a job instance.
    #[must_use]
    pub fn read(instance: &Value) -> Self {
        let null = Value::Null;
        let reason = instance.get("failureReason").unwrap_or(&null);
        let status = json::text(instance, "status").unwrap_or_default();
        let code = json::text(reason, "errorCode");
        let found = row_of(INSTANCE_STATUSES, status);
        let mut outcome = found.and_then(|row| row.outcome);
        if outcome == Some(Outcome::Failed)
            && let Some(said) = code.and_then(|code| row_of(FAILURE_CODES, code))
        {
            outcome = said.outcome;
        }
        Self {
            phase: found.map_or(Phase::Running, |row| row.phase),
            outcome,
            phantom: outcome == Some(Outcome::Failed) && code.is_some_and(|code| PHANTOM_FAILURES.contains(&code)),
            unknown: found.is_none(),
            raw: RawState {
                state: status.to_owned(),
                code: code.map(str::to_owned),
                ..RawState::default()
            },
            message: json::text(reason, "message").unwrap_or_default().to_owned(),
        }
    }
}
