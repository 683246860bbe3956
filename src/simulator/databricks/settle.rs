//! How one run goes on: which task starts, which ends, and what that makes of the run.

use std::time::Duration;

use serde_json::{Map, Value};

use super::run::{Attempt, AttemptState, Outcome, Phase, Run, RunOutcome, TaskRun};
use super::scenario::{Execution, ForEach, Id, Job, RunIf, Task, TaskKind, TaskResult};
use crate::simulator::clock::Speed;
use crate::simulator::databricks::ids::Ids;
use crate::time::Timestamp;

/// A task that fails at once and is repeated without end would never let an instant pass.
const MOST_ATTEMPTS: usize = 1000;

/// What a run needs to go on at one instant.
pub(super) struct Step<'a> {
    pub(super) job: &'a Job,
    pub(super) at: Timestamp,
    pub(super) speed: Speed,
    pub(super) cancel_time: Duration,
    pub(super) ids: &'a mut Ids,
    /// Ended child runs, and what they are for the task that started them.
    pub(super) children: &'a [(i64, Outcome)],
    pub(super) effects: &'a mut Vec<Effect>,
}

/// What a run does to others.
pub(super) enum Effect {
    StartChild {
        attempt: i64,
        job: Id,
        job_parameters: Map<String, Value>,
    },
    Cancel(i64),
}

/// A task, or the task that a for-each repeats with one input.
#[derive(Clone, Copy)]
pub(super) struct Spec<'a> {
    pub(super) task: &'a Task,
    pub(super) exception: Option<&'a Execution>,
}

impl<'a> Spec<'a> {
    pub(super) const fn task(task: &'a Task) -> Self {
        Self { task, exception: None }
    }

    pub(super) fn iteration(for_each: &'a ForEach, index: usize) -> Self {
        Self {
            task: &for_each.task,
            exception: for_each.exceptions.get(&index),
        }
    }

    pub(super) fn execution(&self, number: usize) -> &'a Execution {
        self.exception.unwrap_or_else(|| self.task.execution(number))
    }
}

impl Run {
    /// The next instant at which something happens by itself.
    pub(super) fn next_event(&self, job: &Job, speed: Speed) -> Option<Timestamp> {
        // Only what `settle` would act upon: an instant at which nothing changes would come again and again.
        match self.phase {
            Phase::Ended => None,
            Phase::Queued => self.cancelled_at(job, speed),
            Phase::Pending { until } => [Some(until), self.cancelled_at(job, speed)].into_iter().flatten().min(),
            Phase::Stopping { until } => Some(until),
            Phase::Running => self
                .tasks
                .iter()
                .filter_map(next_of)
                .chain(self.deadline(job, speed))
                .chain(self.cancelled_at(job, speed))
                .min(),
        }
    }

    fn deadline(&self, job: &Job, speed: Speed) -> Option<Timestamp> {
        let timeout = job.timeout_seconds.filter(|timeout| timeout.0 > 0.0)?;
        Some(
            self.round()
                .start
                .max(self.started?)
                .plus(speed.shorten(timeout.duration())),
        )
    }

    fn cancelled_at(&self, job: &Job, speed: Speed) -> Option<Timestamp> {
        // A repair is left alone.
        let after = job.cancelled_after_seconds.filter(|_| self.rounds.len() == 1)?;
        Some(self.created.plus(speed.shorten(after.duration())))
    }

    /// Does what is due at `step.at`; true if anything changed.
    pub(super) fn settle(&mut self, step: &mut Step<'_>) -> bool {
        let cancelled = self.cancelled_at(step.job, step.speed).is_some_and(|at| at <= step.at);
        match self.phase {
            Phase::Ended => false,
            Phase::Stopping { until } => {
                if until > step.at {
                    return false;
                }
                for task in &mut self.tasks {
                    close(task.last_mut(), step, Outcome::Canceled);
                }
                self.end(step.at, RunOutcome::Canceled);
                true
            }
            _ if cancelled => {
                self.cancel(step);
                true
            }
            Phase::Queued => false,
            Phase::Pending { until } => {
                if until > step.at {
                    return false;
                }
                self.phase = Phase::Running;
                self.leave_out(step);
                true
            }
            Phase::Running => self.settle_tasks(step),
        }
    }

    fn settle_tasks(&mut self, step: &mut Step<'_>) -> bool {
        let job = step.job;
        if self
            .deadline(job, step.speed)
            .is_some_and(|deadline| deadline <= step.at)
        {
            for task in &mut self.tasks {
                close(task.last_mut(), step, Outcome::TimedOut);
            }
            self.end(step.at, RunOutcome::TimedOut);
            return true;
        }
        let mut changed = false;
        for (index, task) in job.tasks.iter().enumerate() {
            changed |= match self.tasks[index].last().state {
                AttemptState::Blocked => match self.decide(job, task) {
                    None => false,
                    Some(None) => {
                        start(self.tasks[index].last_mut(), Spec::task(task), step);
                        true
                    }
                    Some(Some(outcome)) => {
                        self.tasks[index].last_mut().end(step.at, outcome);
                        true
                    }
                },
                _ => settle_task(&mut self.tasks[index], Spec::task(task), step),
            };
        }
        if let Some(outcome) = self.roll_up(job) {
            self.end(step.at, outcome);
            changed = true;
        }
        changed
    }

    /// Tasks that are disabled, or not among those asked for, never run.
    fn leave_out(&mut self, step: &Step<'_>) {
        let chosen = chosen(step.job, &self.request.only);
        for (task, (run, chosen)) in step.job.tasks.iter().zip(self.tasks.iter_mut().zip(chosen)) {
            if task.disabled || !chosen {
                run.last_mut().end(step.at, Outcome::Disabled);
            }
        }
    }

    /// Begins to stop everything.
    pub(super) fn cancel(&mut self, step: &mut Step<'_>) {
        let until = step.at.plus(step.cancel_time);
        for task in &mut self.tasks {
            stop(task.last_mut(), step.at, until, step.effects);
        }
        self.phase = Phase::Stopping { until };
    }

    /// `None`: not yet. `Some(None)`: the task starts. Else: how it ends without having run.
    #[expect(clippy::option_option, reason = "the three answers are told apart at once")]
    fn decide(&self, job: &Job, task: &Task) -> Option<Option<Outcome>> {
        let mut outcomes = Vec::new();
        for dependency in &task.depends_on {
            let index = job.tasks.iter().position(|other| other.key == dependency.task)?;
            let mut outcome = self.tasks[index].outcome()?;
            if let Some(wanted) = dependency.outcome
                && outcome == Outcome::Success
                && self.condition_outcome(job, &job.tasks[index]) != Some(wanted)
            {
                return Some(Some(Outcome::Excluded));
            }
            if outcome == Outcome::Disabled {
                outcome = Outcome::Success;
            }
            outcomes.push(outcome);
        }
        let any = |test: fn(Outcome) -> bool| outcomes.iter().any(|outcome| test(*outcome));
        let fulfilled = match task.run_if {
            _ if outcomes.is_empty() => true,
            RunIf::AllSuccess => {
                return Some(if any(Outcome::is_cancel) {
                    Some(Outcome::UpstreamCanceled)
                } else if any(Outcome::is_failure) {
                    Some(Outcome::UpstreamFailed)
                } else if any(|outcome| outcome == Outcome::Excluded) {
                    Some(Outcome::Excluded)
                } else {
                    None
                });
            }
            RunIf::AllDone => true,
            RunIf::AllFailed => outcomes.iter().all(|outcome| outcome.is_failure()),
            RunIf::AtLeastOneFailed => any(Outcome::is_failure),
            RunIf::AtLeastOneSuccess => any(|outcome| outcome == Outcome::Success),
            RunIf::NoneFailed => !any(Outcome::is_failure) && any(|outcome| outcome == Outcome::Success),
        };
        Some(if fulfilled { None } else { Some(Outcome::Excluded) })
    }

    fn roll_up(&self, job: &Job) -> Option<RunOutcome> {
        let outcomes = self.tasks.iter().map(TaskRun::outcome).collect::<Option<Vec<_>>>()?;
        let is_leaf = |index: usize| {
            let key = &job.tasks[index].key;
            !job.tasks
                .iter()
                .any(|task| task.depends_on.iter().any(|dependency| dependency.task == *key))
        };
        let leaves = || outcomes.iter().enumerate().filter(|(index, _)| is_leaf(*index));
        if leaves().any(|(_, outcome)| outcome.is_failure()) {
            let blamed = |test: fn(Outcome) -> bool| {
                (0..outcomes.len())
                    .filter(|index| test(outcomes[*index]))
                    .min_by_key(|index| self.tasks[*index].last().times().2)
            };
            let failed = blamed(|outcome| matches!(outcome, Outcome::Failed | Outcome::TimedOut));
            return Some(match failed {
                Some(index) => RunOutcome::Failed(index),
                None => {
                    RunOutcome::InternalError(blamed(|outcome| outcome == Outcome::InternalError).unwrap_or_default())
                }
            });
        }
        Some(if leaves().any(|(_, outcome)| outcome.is_cancel()) {
            RunOutcome::Canceled
        } else if outcomes
            .iter()
            .any(|outcome| outcome.is_failure() || outcome.is_cancel())
        {
            RunOutcome::SuccessWithFailures
        } else {
            RunOutcome::Success
        })
    }
}

/// Which tasks `only` means; a leading `+` also takes all upstream, a trailing one all downstream.
fn chosen(job: &Job, only: &[String]) -> Vec<bool> {
    let mut chosen = vec![only.is_empty(); job.tasks.len()];
    for wanted in only {
        let key = wanted.strip_prefix('+').unwrap_or(wanted);
        let key = key.strip_suffix('+').unwrap_or(key);
        let Some(index) = job.tasks.iter().position(|task| task.key == key) else {
            continue;
        };
        chosen[index] = true;
        for (upstream, asked) in [(true, wanted.starts_with('+')), (false, wanted.ends_with('+'))] {
            if asked {
                follow(job, index, upstream, &mut chosen);
            }
        }
    }
    chosen
}

fn follow(job: &Job, from: usize, upstream: bool, chosen: &mut [bool]) {
    for (index, task) in job.tasks.iter().enumerate() {
        let (before, after) = if upstream {
            (task, &job.tasks[from])
        } else {
            (&job.tasks[from], task)
        };
        if after.depends_on.iter().any(|dependency| dependency.task == before.key) {
            chosen[index] = true;
            follow(job, index, upstream, chosen);
        }
    }
}

fn next_of(task: &TaskRun) -> Option<Timestamp> {
    let attempt = task.last();
    match attempt.state {
        AttemptState::Blocked | AttemptState::Ended { .. } => None,
        AttemptState::Waiting { until } | AttemptState::Stopping { until, .. } => Some(until),
        AttemptState::Active { ends, deadline, .. } => attempt
            .iterations
            .iter()
            .filter_map(next_of)
            .chain(ends)
            .chain(deadline)
            .min(),
    }
}

fn start(attempt: &mut Attempt, spec: Spec<'_>, step: &mut Step<'_>) {
    let execution = spec.execution(attempt.execution);
    let running = step.at.plus(step.speed.shorten(execution.pending_seconds.duration()));
    let is_parent = matches!(spec.task.kind(), TaskKind::ForEach | TaskKind::RunJob);
    attempt.state = AttemptState::Active {
        start: step.at,
        running,
        ends: (!is_parent).then(|| running.plus(step.speed.shorten(execution.seconds.duration()))),
        deadline: spec
            .task
            .timeout_seconds
            .filter(|timeout| timeout.0 > 0.0)
            .map(|timeout| running.plus(step.speed.shorten(timeout.duration()))),
    };
    if let Some(run_job) = &spec.task.run_job {
        step.effects.push(Effect::StartChild {
            attempt: attempt.run_id,
            job: run_job.job,
            job_parameters: run_job.job_parameters.clone(),
        });
    }
}

fn settle_task(task: &mut TaskRun, spec: Spec<'_>, step: &mut Step<'_>) -> bool {
    let at = step.at;
    let attempt = task.last_mut();
    match attempt.state {
        AttemptState::Waiting { until } if until <= at => {
            start(attempt, spec, step);
            true
        }
        AttemptState::Stopping { until, .. } if until <= at => {
            close(attempt, step, Outcome::Canceled);
            true
        }
        AttemptState::Active { ends, deadline, .. } => {
            let mut changed = false;
            let outcome = if ends.is_some_and(|ends| ends <= at && deadline.is_none_or(|deadline| ends <= deadline)) {
                Some(match spec.execution(attempt.execution).result {
                    TaskResult::Canceled => Outcome::Canceled,
                    TaskResult::Failed => Outcome::Failed,
                    TaskResult::InternalError => Outcome::InternalError,
                    TaskResult::Success => Outcome::Success,
                    TaskResult::TimedOut => Outcome::TimedOut,
                })
            } else if deadline.is_some_and(|deadline| deadline <= at) {
                Some(Outcome::TimedOut)
            } else if let Some(for_each) = &spec.task.for_each {
                changed = settle_iterations(attempt, for_each, step);
                iterations_outcome(attempt, for_each)
            } else {
                attempt
                    .child
                    .and_then(|child| step.children.iter().find(|(id, _)| *id == child))
                    .map(|(_, outcome)| *outcome)
            };
            let Some(outcome) = outcome else { return changed };
            close(attempt, step, outcome);
            retry(task, spec, step, outcome);
            true
        }
        _ => false,
    }
}

fn settle_iterations(attempt: &mut Attempt, for_each: &ForEach, step: &mut Step<'_>) -> bool {
    let mut changed = false;
    for (index, iteration) in attempt.iterations.iter_mut().enumerate() {
        changed |= settle_task(iteration, Spec::iteration(for_each, index), step);
    }
    loop {
        let active = attempt
            .iterations
            .iter()
            .filter(|iteration| iteration.outcome().is_none())
            .count();
        let index = attempt.iterations.len();
        if index >= for_each.inputs.len() || active >= for_each.concurrency.max(1) {
            return changed;
        }
        let mut first = Attempt::new(step.ids.next(), AttemptState::Blocked);
        start(&mut first, Spec::iteration(for_each, index), step);
        attempt.iterations.push(TaskRun { attempts: vec![first] });
        changed = true;
    }
}

fn iterations_outcome(attempt: &Attempt, for_each: &ForEach) -> Option<Outcome> {
    if attempt.iterations.len() < for_each.inputs.len() {
        return None;
    }
    let outcomes = attempt
        .iterations
        .iter()
        .map(TaskRun::outcome)
        .collect::<Option<Vec<_>>>()?;
    Some(if outcomes.iter().any(|outcome| outcome.is_failure()) {
        Outcome::Failed
    } else if outcomes.iter().any(|outcome| outcome.is_cancel()) {
        Outcome::Canceled
    } else {
        Outcome::Success
    })
}

fn retry(task: &mut TaskRun, spec: Spec<'_>, step: &mut Step<'_>, outcome: Outcome) {
    let counts = match outcome {
        Outcome::Failed | Outcome::InternalError => true,
        Outcome::TimedOut => spec.task.retry_on_timeout,
        _ => false,
    };
    let last = task.last();
    let (number, round) = (last.number, last.round);
    let in_round = task.attempts.iter().filter(|attempt| attempt.round == round).count();
    let allowed = match usize::try_from(spec.task.max_retries) {
        Ok(retries) => in_round <= retries,
        Err(_) => true,
    };
    if counts && allowed && in_round < MOST_ATTEMPTS {
        let until = step
            .at
            .plus(step.speed.shorten(spec.task.retry_interval_seconds.duration()));
        let next = Attempt {
            number: number + 1,
            execution: task.attempts.len(),
            round,
            ..Attempt::new(step.ids.next(), AttemptState::Waiting { until })
        };
        task.attempts.push(next);
    }
}

/// Begins to stop an attempt and what it started. What has not begun ends at once.
pub(super) fn stop(attempt: &mut Attempt, at: Timestamp, until: Timestamp, effects: &mut Vec<Effect>) {
    match attempt.state {
        AttemptState::Active { start, running, .. } => {
            attempt.state = AttemptState::Stopping { start, running, until };
            effects.extend(attempt.child.map(Effect::Cancel));
            for iteration in &mut attempt.iterations {
                stop(iteration.last_mut(), at, until, effects);
            }
        }
        AttemptState::Blocked | AttemptState::Waiting { .. } => attempt.end(at, Outcome::Canceled),
        AttemptState::Ended { .. } | AttemptState::Stopping { .. } => {}
    }
}

/// Ends an attempt, and with it what it started.
fn close(attempt: &mut Attempt, step: &mut Step<'_>, outcome: Outcome) {
    if attempt.is_ended() {
        return;
    }
    let begun = attempt.times().0.is_some();
    attempt.end(step.at, if begun { outcome } else { Outcome::Canceled });
    if let Some(child) = attempt.child {
        // A child that has ended takes no notice.
        step.effects.push(Effect::Cancel(child));
    }
    for iteration in &mut attempt.iterations {
        close(iteration.last_mut(), step, outcome);
    }
}
