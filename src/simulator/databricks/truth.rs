//! What really happened, for tests: no client of the service can see all of it.

use std::time::Duration;

use serde_json::Value;

use super::Databricks;
use super::run::{Run, Trigger};
use crate::simulator::json::json;
use crate::time::Timestamp;

impl Databricks {
    /// How many runs of this job were really created, by starts and by other jobs' tasks.
    #[must_use]
    pub fn runs_created(&self, job_id: i64) -> usize {
        self.runs.iter().filter(|run| self.job_id(run.job) == job_id).count()
    }

    /// How many runs were really created under this idempotency token.
    #[must_use]
    pub fn runs_of_token(&self, token: &str) -> usize {
        self.runs
            .iter()
            .filter(|run| run.token.as_deref() == Some(token))
            .count()
    }

    /// The ids of all runs of this job, in the order of their creation, deleted ones too.
    #[must_use]
    pub fn run_ids(&self, job_id: i64) -> Vec<i64> {
        let of_job = self.runs.iter().filter(|run| self.job_id(run.job) == job_id);
        of_job.map(|run| run.id).collect()
    }

    /// How the run ends if nobody touches it any more: its `result_state`, else its `life_cycle_state`. `None` if there
    /// is no such run, or if it never ends.
    #[must_use]
    pub fn true_outcome(&self, run_id: i64) -> Option<String> {
        self.at(self.end_of_time()).outcome_of(run_id)
    }

    /// The truth for `GET /simulator/state`: which runs were really created, and how each really ends.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> Value {
        let present = self.at(now);
        let future = present.at(present.end_of_time());
        let runs: Vec<Value> = present.runs.iter().map(|run| present.account(run, &future)).collect();
        let created: serde_json::Map<String, Value> = (0..self.spec.jobs.len())
            .map(|job| (self.job_id(job).to_string(), json!(self.runs_created(self.job_id(job)))))
            .collect();
        let tokens: serde_json::Map<String, Value> = self
            .tokens
            .iter()
            .map(|(token, _)| (token.clone(), json!(self.runs_of_token(token))))
            .collect();
        json!({"runsCreated": created, "runsOfToken": tokens, "runs": runs})
    }

    fn account(&self, run: &Run, future: &Self) -> Value {
        let outcome = run.outcome().map(|outcome| self.outcome_text(run, outcome));
        json!({
            "jobId": self.job_id(run.job).to_string(),
            "runId": run.id.to_string(),
            "idempotencyToken": run.token,
            "trigger": match run.trigger { Trigger::OneTime => "ONE_TIME", Trigger::RunJobTask(_) => "RUN_JOB_TASK" },
            "created": run.created.0,
            "ended": run.round().end.map(|end| end.0),
            "outcome": outcome,
            "outcomeToCome": future.outcome_of(run.id),
            "deleted": run.deleted,
        })
    }

    fn outcome_of(&self, run_id: i64) -> Option<String> {
        let run = self.runs.iter().find(|run| run.id == run_id)?;
        Some(self.outcome_text(run, run.outcome()?))
    }

    /// Ten years from now; no run takes that long.
    fn end_of_time(&self) -> Timestamp {
        self.now.plus(Duration::from_secs(3650 * 86_400))
    }

    fn at(&self, now: Timestamp) -> Self {
        let mut later = self.clone();
        later.advance(now);
        later
    }
}
