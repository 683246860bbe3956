//! What the service remembers of a run, its tasks and their attempts.

use crate::read::FromValue;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::time::Timestamp;

/// One run of a job.
#[derive(Clone, Debug, FromValue, Serialize)]
pub(crate) struct Run {
    pub(crate) id: i64,
    /// Index of the job.
    pub(crate) job: usize,
    pub(crate) token: Option<String>,
    pub(crate) request: RunRequest,
    pub(crate) trigger: Trigger,
    pub(crate) created: Timestamp,
    /// When it left the queue.
    pub(crate) started: Option<Timestamp>,
    pub(crate) phase: Phase,
    /// One for each task of the job, in the job's order.
    pub(crate) tasks: Vec<TaskRun>,
    /// The original round, then the repairs.
    pub(crate) rounds: Vec<Round>,
    pub(crate) deleted: bool,
}

/// What a start asked for, beside the job and the token.
#[derive(Clone, Debug, Default, FromValue, Serialize)]
pub(crate) struct RunRequest {
    pub(crate) job_parameters: Map<String, Value>,
    /// The legacy maps and lists, `pipeline_params` and the like, as they came.
    pub(crate) overriding: Map<String, Value>,
    pub(crate) only: Vec<String>,
    pub(crate) queue: Option<bool>,
    pub(crate) performance_target: Option<String>,
}

/// Why a run began.
#[derive(Clone, Debug, FromValue, Serialize)]
pub(crate) enum Trigger {
    OneTime,
    /// The run of the task that runs this job.
    RunJobTask(i64),
}

#[derive(Clone, Debug, FromValue, Serialize)]
pub(crate) enum Phase {
    Queued,
    Pending { until: Timestamp },
    Running,
    Stopping { until: Timestamp },
    Ended,
}

/// The time between a start, or a repair, and its end.
#[derive(Clone, Debug, FromValue, Serialize)]
pub(crate) struct Round {
    /// The repair's id.
    pub(crate) id: Option<i64>,
    pub(crate) start: Timestamp,
    pub(crate) end: Option<Timestamp>,
    pub(crate) outcome: Option<RunOutcome>,
}

/// How a run ended.
#[derive(Clone, Debug, Eq, FromValue, PartialEq, Serialize)]
pub(crate) enum RunOutcome {
    Canceled,
    /// The index of the task to blame.
    Failed(usize),
    InternalError(usize),
    Skipped,
    Success,
    SuccessWithFailures,
    TimedOut,
}

/// One task of a run, or one iteration of a for-each.
#[derive(Clone, Debug, Default, FromValue, Serialize)]
pub(crate) struct TaskRun {
    /// In order; the last one counts. Never empty.
    pub(crate) attempts: Vec<Attempt>,
}

/// One attempt, with a run id of its own.
#[derive(Clone, Debug, FromValue, Serialize)]
pub(crate) struct Attempt {
    pub(crate) run_id: i64,
    /// `attempt_number`.
    pub(crate) number: usize,
    /// Which execution of the scenario it is, counted over all rounds.
    pub(crate) execution: usize,
    pub(crate) round: usize,
    pub(crate) state: AttemptState,
    /// Of a for-each: what was begun so far.
    pub(crate) iterations: Vec<TaskRun>,
    /// Of a run-job task: the child's run id.
    pub(crate) child: Option<i64>,
}

#[derive(Clone, Copy, Debug, FromValue, Serialize)]
pub(crate) enum AttemptState {
    /// Waits for other tasks.
    Blocked,
    /// The attempt before failed.
    Waiting { until: Timestamp },
    Active {
        start: Timestamp,
        /// `PENDING` until then.
        running: Timestamp,
        /// `None` if it ends with its iterations or with its child.
        ends: Option<Timestamp>,
        /// When its time-out stops it.
        deadline: Option<Timestamp>,
    },
    Stopping {
        start: Timestamp,
        running: Timestamp,
        until: Timestamp,
    },
    Ended {
        start: Option<Timestamp>,
        running: Option<Timestamp>,
        end: Timestamp,
        outcome: Outcome,
    },
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, Eq, FromValue, PartialEq, Serialize)]
pub(crate) enum Outcome {
    Canceled,
    Disabled,
    Excluded,
    Failed,
    InternalError,
    Success,
    TimedOut,
    UpstreamCanceled,
    UpstreamFailed,
}

impl Outcome {
    pub(crate) const fn is_failure(self) -> bool {
        matches!(
            self,
            Self::Failed | Self::InternalError | Self::TimedOut | Self::UpstreamFailed
        )
    }

    pub(crate) const fn is_cancel(self) -> bool {
        matches!(self, Self::Canceled | Self::UpstreamCanceled)
    }

    /// Whether the task ran at all.
    pub(crate) const fn ran(self) -> bool {
        !matches!(
            self,
            Self::Disabled | Self::Excluded | Self::UpstreamCanceled | Self::UpstreamFailed
        )
    }
}

impl Run {
    pub(crate) const fn is_ended(&self) -> bool {
        matches!(self.phase, Phase::Ended)
    }

    /// Whether it holds one of the job's slots.
    pub(crate) const fn holds_slot(&self) -> bool {
        !matches!(self.phase, Phase::Ended | Phase::Queued)
    }

    pub(crate) fn outcome(&self) -> Option<&RunOutcome> {
        self.round().outcome.as_ref()
    }

    /// The latest round.
    pub(crate) fn round(&self) -> &Round {
        self.rounds.last().expect("a run has a round from the start")
    }

    pub(crate) fn end(&mut self, end: Timestamp, outcome: RunOutcome) {
        self.phase = Phase::Ended;
        if let Some(round) = self.rounds.last_mut() {
            round.end = Some(end);
            round.outcome = Some(outcome);
        }
    }

    /// All attempts, of iterations too.
    pub(crate) fn each_attempt(&self) -> Vec<&Attempt> {
        let mut found = Vec::new();
        for task in &self.tasks {
            task.collect(&mut found);
        }
        found
    }

    pub(crate) fn attempt_mut(&mut self, run_id: i64) -> Option<&mut Attempt> {
        self.tasks.iter_mut().find_map(|task| task.attempt_mut(run_id))
    }
}

impl TaskRun {
    pub(crate) fn last(&self) -> &Attempt {
        self.attempts.last().expect("a task has an attempt from the start")
    }

    pub(crate) fn last_mut(&mut self) -> &mut Attempt {
        self.attempts.last_mut().expect("a task has an attempt from the start")
    }

    /// How it ended for good.
    pub(crate) fn outcome(&self) -> Option<Outcome> {
        match self.last().state {
            AttemptState::Ended { outcome, .. } => Some(outcome),
            _ => None,
        }
    }

    fn collect<'a>(&'a self, found: &mut Vec<&'a Attempt>) {
        for attempt in &self.attempts {
            found.push(attempt);
            for iteration in &attempt.iterations {
                iteration.collect(found);
            }
        }
    }

    fn attempt_mut(&mut self, run_id: i64) -> Option<&mut Attempt> {
        for attempt in &mut self.attempts {
            if attempt.run_id == run_id {
                return Some(attempt);
            }
            for iteration in &mut attempt.iterations {
                if let Some(found) = iteration.attempt_mut(run_id) {
                    return Some(found);
                }
            }
        }
        None
    }
}

impl Attempt {
    pub(crate) const fn new(run_id: i64, state: AttemptState) -> Self {
        Self {
            run_id,
            number: 0,
            execution: 0,
            round: 0,
            state,
            iterations: Vec::new(),
            child: None,
        }
    }

    pub(crate) const fn is_ended(&self) -> bool {
        matches!(self.state, AttemptState::Ended { .. })
    }

    /// The start, the first running instant, and the end, as far as there are such.
    pub(crate) const fn times(&self) -> (Option<Timestamp>, Option<Timestamp>, Option<Timestamp>) {
        match self.state {
            AttemptState::Blocked | AttemptState::Waiting { .. } => (None, None, None),
            AttemptState::Active { start, running, .. } | AttemptState::Stopping { start, running, .. } => {
                (Some(start), Some(running), None)
            }
            AttemptState::Ended {
                start, running, end, ..
            } => (start, running, Some(end)),
        }
    }

    /// Ends it now, keeping when it began.
    pub(crate) const fn end(&mut self, end: Timestamp, outcome: Outcome) {
        let (start, running, _) = self.times();
        self.state = AttemptState::Ended {
            start,
            running,
            end,
            outcome,
        };
    }
}
