//! How the workspace goes on: runs are created, queued, cancelled and repaired, and time passes.

use super::Databricks;
use super::run::{Attempt, AttemptState, Outcome, Phase, Round, Run, RunOutcome, RunRequest, TaskRun, Trigger};
use super::scenario::Job;
use super::settle::{Effect, Step, stop};
use crate::time::Timestamp;

impl Databricks {
    /// Lets time pass up to `now`.
    pub(super) fn advance(&mut self, now: Timestamp) {
        while let Some(at) = self.next_event().filter(|at| *at <= now) {
            self.step(at);
        }
        self.now = self.now.max(now);
    }

    fn next_event(&self) -> Option<Timestamp> {
        let planned = self.planned.iter().map(|(at, _, _)| *at);
        let runs = self.runs.iter().filter_map(|run| {
            let job = &self.spec.jobs[run.job];
            run.next_event(job, self.speed).or_else(|| self.repair_due(run))
        });
        planned.chain(runs).min()
    }

    /// When someone else repairs the run.
    fn repair_due(&self, run: &Run) -> Option<Timestamp> {
        let after = self.spec.jobs[run.job].repaired_after_seconds?;
        let round = run.round();
        let failed = matches!(
            round.outcome,
            Some(RunOutcome::Failed(_) | RunOutcome::InternalError(_) | RunOutcome::TimedOut)
        );
        (failed && !run.deleted && run.rounds.len() == 1)
            .then(|| round.end.map(|end| end.plus(self.speed.shorten(after.duration()))))
            .flatten()
    }

    /// Does everything that is due at one instant.
    pub(super) fn step(&mut self, at: Timestamp) {
        while let Some(index) = self.planned.iter().position(|(due, _, _)| *due <= at) {
            let (_, job, past) = self.planned.remove(index);
            let request = RunRequest {
                job_parameters: past.job_parameters,
                ..RunRequest::default()
            };
            self.create(job, request, past.idempotency_token, Trigger::OneTime, at);
        }
        for index in 0..self.runs.len() {
            if self.repair_due(&self.runs[index]).is_some_and(|due| due <= at) {
                let keys = self.failed_tasks(index);
                self.repair(index, &keys, at);
            }
        }
        loop {
            let mut changed = false;
            for index in 0..self.runs.len() {
                if !self.runs[index].is_ended() {
                    changed |= self.settle(index, at);
                }
            }
            changed |= self.dequeue(at);
            if !changed {
                return;
            }
        }
    }

    fn settle(&mut self, index: usize, at: Timestamp) -> bool {
        let children: Vec<(i64, Outcome)> = self.runs[index]
            .each_attempt()
            .iter()
            .filter_map(|attempt| attempt.child)
            .filter_map(|child| Some((child, self.as_task(self.runs.iter().find(|run| run.id == child)?)?)))
            .collect();
        self.with_step(index, at, &children, |run, step| run.settle(step))
    }

    fn with_step<R>(
        &mut self,
        index: usize,
        at: Timestamp,
        children: &[(i64, Outcome)],
        act: impl FnOnce(&mut Run, &mut Step<'_>) -> R,
    ) -> R {
        let mut effects = Vec::new();
        let run = &mut self.runs[index];
        let mut step = Step {
            job: &self.spec.jobs[run.job],
            at,
            speed: self.speed,
            cancel_time: self.speed.shorten(self.spec.cancel_seconds.duration()),
            ids: &mut self.ids,
            children,
            effects: &mut effects,
        };
        let result = act(run, &mut step);
        for effect in effects {
            self.apply(index, effect, at);
        }
        result
    }

    fn apply(&mut self, index: usize, effect: Effect, at: Timestamp) {
        match effect {
            Effect::Cancel(child) => {
                if let Some(child) = self.runs.iter().position(|run| run.id == child) {
                    self.cancel(child, at);
                }
            }
            Effect::StartChild {
                attempt,
                job,
                job_parameters,
            } => {
                let Some(job) = self.spec.jobs.iter().position(|other| other.id == Some(job)) else {
                    return;
                };
                let request = RunRequest {
                    job_parameters,
                    ..RunRequest::default()
                };
                let child = self.create(job, request, None, Trigger::RunJobTask(attempt), at);
                if let Some(attempt) = self.runs[index].attempt_mut(attempt) {
                    attempt.child = Some(child);
                }
            }
        }
    }

    /// What a child run is for the task that started it, once it has ended.
    fn as_task(&self, run: &Run) -> Option<Outcome> {
        let outcome = run.is_ended().then(|| run.outcome())??;
        let ending = self.spec.jobs[run.job].ending.as_ref();
        Some(match (ending, outcome) {
            (Some(ending), _) if ending.code.starts_with("SUCCESS") => Outcome::Success,
            (Some(_), _) => Outcome::Failed,
            (None, RunOutcome::Success | RunOutcome::SuccessWithFailures) => Outcome::Success,
            (None, RunOutcome::Canceled) => Outcome::Canceled,
            (None, _) => Outcome::Failed,
        })
    }

    /// Creates a run, which starts, waits or is skipped; gives its id. Call [`Self::step`] afterwards.
    pub(super) fn create(
        &mut self,
        job_index: usize,
        request: RunRequest,
        token: Option<String>,
        trigger: Trigger,
        at: Timestamp,
    ) -> i64 {
        let job = &self.spec.jobs[job_index];
        let first = !self.runs.iter().any(|run| run.job == job_index);
        let id = match job.first_run_id {
            Some(id) if first => id.0,
            _ => self.ids.next(),
        };
        let ids = &mut self.ids;
        let tasks = job
            .tasks
            .iter()
            .map(|_| {
                let run_id = if job.single_task { id } else { ids.next() };
                TaskRun {
                    attempts: vec![Attempt::new(run_id, AttemptState::Blocked)],
                }
            })
            .collect();
        if let Some(token) = &token {
            self.tokens.push((token.clone(), id));
        }
        self.runs.push(Run {
            id,
            job: job_index,
            token,
            trigger,
            created: at,
            started: None,
            phase: Phase::Queued,
            tasks,
            rounds: vec![Round {
                id: None,
                start: at,
                end: None,
                outcome: None,
            }],
            deleted: false,
            request,
        });
        let index = self.runs.len() - 1;
        if !self.start_if_free(index, at) {
            let job = &self.spec.jobs[job_index];
            let may_wait = self.runs[index].request.queue.unwrap_or(job.queue) && job.max_concurrent_runs > 0;
            if !may_wait {
                let run = &mut self.runs[index];
                for task in &mut run.tasks {
                    task.last_mut().end(at, Outcome::Excluded);
                }
                run.end(at, RunOutcome::Skipped);
            }
        }
        id
    }

    fn start_if_free(&mut self, index: usize, at: Timestamp) -> bool {
        let job_index = self.runs[index].job;
        let job: &Job = &self.spec.jobs[job_index];
        let held = self
            .runs
            .iter()
            .filter(|run| run.job == job_index && run.holds_slot())
            .count();
        if held >= job.max_concurrent_runs as usize {
            return false;
        }
        let until = at.plus(self.speed.shorten(job.pending_seconds.duration()));
        let run = &mut self.runs[index];
        run.started = Some(at);
        run.phase = Phase::Pending { until };
        true
    }

    fn dequeue(&mut self, at: Timestamp) -> bool {
        let mut changed = false;
        for index in 0..self.runs.len() {
            if matches!(self.runs[index].phase, Phase::Queued) {
                changed |= self.start_if_free(index, at);
            }
        }
        changed
    }

    /// Begins to stop a run. One that has ended keeps its outcome, one that is stopping stops no later.
    pub(super) fn cancel(&mut self, index: usize, at: Timestamp) {
        if !matches!(self.runs[index].phase, Phase::Ended | Phase::Stopping { .. }) {
            self.with_step(index, at, &[], Run::cancel);
        }
    }

    /// Begins to stop one task run or iteration.
    pub(super) fn cancel_task(&mut self, index: usize, run_id: i64, at: Timestamp) {
        self.with_step(index, at, &[], |run, step| {
            let until = step.at.plus(step.cancel_time);
            if let Some(attempt) = run.attempt_mut(run_id) {
                stop(attempt, step.at, until, step.effects);
            }
        });
    }

    /// The keys of the tasks that did not succeed.
    pub(super) fn failed_tasks(&self, index: usize) -> Vec<String> {
        let run = &self.runs[index];
        self.spec.jobs[run.job]
            .tasks
            .iter()
            .zip(&run.tasks)
            .filter(|(_, task)| {
                task.outcome()
                    .is_some_and(|outcome| outcome.is_failure() || outcome.is_cancel())
            })
            .map(|(task, _)| task.key.clone())
            .collect()
    }

    /// Runs these tasks again under the same run id; gives the repair's id.
    pub(super) fn repair(&mut self, index: usize, keys: &[String], at: Timestamp) -> i64 {
        let id = self.ids.next();
        let restarts = self.spec.repair_restarts_attempt_number;
        let run = &mut self.runs[index];
        let round = run.rounds.len();
        for (task, spec) in run.tasks.iter_mut().zip(&self.spec.jobs[run.job].tasks) {
            if keys.contains(&spec.key) {
                let next = Attempt {
                    number: if restarts { 0 } else { task.last().number + 1 },
                    execution: task.attempts.len(),
                    round,
                    ..Attempt::new(self.ids.next(), AttemptState::Blocked)
                };
                task.attempts.push(next);
            }
        }
        run.rounds.push(Round {
            id: Some(id),
            start: at,
            end: None,
            outcome: None,
        });
        run.phase = Phase::Running;
        id
    }
}
