use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use super::{Ending, Id, Output};
use crate::read::{FromValue, Unknown, Wrong, members};
use crate::simulator::scenario::Seconds;

/// One task of a job, or the task that a for-each repeats.
#[derive(Clone, Debug, Default, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Task {
    /// Its `task_key`.
    pub key: String,
    /// What it runs; `forEach`, `runJob` and `condition` follow from the members of these names.
    pub kind: TaskKind,
    /// What must have ended before it.
    pub depends_on: Vec<Dependency>,
    /// What must have become of them.
    pub run_if: RunIf,
    /// Never runs.
    pub disabled: bool,
    /// How often a failed attempt is repeated; -1 means without end.
    pub max_retries: i32,
    /// How long between attempts.
    pub retry_interval_seconds: Seconds,
    /// A time-out is repeated as well.
    pub retry_on_timeout: bool,
    /// An attempt is stopped as `TIMEDOUT` after this.
    pub timeout_seconds: Option<Seconds>,
    /// How each execution goes.
    pub run: Execution,
    /// How the first, second, … execution within one run goes, instead of `run`; the last one stands for all later ones.
    /// Retries come first, then repairs.
    pub executions: Vec<Execution>,
    /// Repeats a task for each input.
    pub for_each: Option<Box<ForEach>>,
    /// Runs another job.
    pub run_job: Option<RunJob>,
    /// Compares two values.
    pub condition: Option<Condition>,
    /// The content of the task's own member (`notebook_task` and so on), instead of a made-up one.
    pub settings: Option<Map<String, Value>>,
}

impl Task {
    pub(crate) fn kind(&self) -> TaskKind {
        if self.for_each.is_some() {
            TaskKind::ForEach
        } else if self.run_job.is_some() {
            TaskKind::RunJob
        } else if self.condition.is_some() {
            TaskKind::Condition
        } else {
            self.kind
        }
    }

    pub(crate) fn execution(&self, number: usize) -> &Execution {
        self.executions
            .get(number)
            .or(self.executions.last())
            .unwrap_or(&self.run)
    }
}

/// How one execution of a task goes.
#[derive(Clone, Debug, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Execution {
    /// How long it is `PENDING`.
    pub pending_seconds: Seconds,
    /// How long it is `RUNNING`.
    pub seconds: Seconds,
    /// How it ends.
    pub result: TaskResult,
    /// The state's message, instead of the usual one.
    pub message: Option<String>,
    /// Replaces how it ends in the service's own words; `result` still says what depends on it.
    pub ending: Option<Ending>,
    /// What `runs/get-output` gives.
    pub output: Output,
}

impl Default for Execution {
    fn default() -> Self {
        Self {
            pending_seconds: Seconds(0.0),
            seconds: Seconds(1.0),
            result: TaskResult::Success,
            message: None,
            ending: None,
            output: Output::default(),
        }
    }
}

/// How an execution ends.
#[derive(Clone, Copy, Debug, Default, Eq, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum TaskResult {
    /// Stopped by a user.
    Canceled,
    /// The user's code failed.
    Failed,
    /// The platform failed.
    InternalError,
    /// It worked.
    #[default]
    Success,
    /// Stopped for taking too long.
    TimedOut,
}

/// What a task runs.
#[derive(Clone, Copy, Debug, Default, Eq, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
#[expect(missing_docs, reason = "these are the service's own names")]
pub enum TaskKind {
    Agentic,
    AiRuntime,
    Alert,
    CleanRoomsNotebook,
    Condition,
    Dashboard,
    Dbt,
    DbtCloud,
    DbtPlatform,
    ForEach,
    Genie,
    #[default]
    Notebook,
    Pipeline,
    PowerBi,
    PythonWheel,
    RunJob,
    SparkJar,
    SparkPython,
    SparkSubmit,
    Sql,
    SqlAlert,
    SqlDashboard,
}

/// A task that must have ended before: its key, or its key and the outcome of a condition.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(into = "DependencyText")]
#[non_exhaustive]
pub struct Dependency {
    /// The other task's key.
    pub task: String,
    /// `true` or `false`, if the other task is a condition.
    pub outcome: Option<bool>,
}

#[derive(Clone, Serialize)]
#[serde(untagged)]
enum DependencyText {
    Key(String),
    Outcome { task: String, outcome: Option<bool> },
}

impl FromValue for Dependency {
    fn from_value(value: Value) -> Result<Self, Wrong> {
        let (mut task, mut outcome) = (None, None);
        match value {
            Value::String(key) => task = Some(key),
            Value::Object(_) => members(
                value,
                Unknown::Refused,
                &mut [("task", &mut task), ("outcome", &mut outcome)],
            )?,
            other => return Err(Wrong::expected("a task's key, or an object", &other)),
        }
        let task = task.ok_or_else(|| Wrong::missing("task"))?;
        Ok(Self { task, outcome })
    }
}

impl From<Dependency> for DependencyText {
    fn from(dependency: Dependency) -> Self {
        match dependency.outcome {
            None => Self::Key(dependency.task),
            outcome => Self::Outcome {
                task: dependency.task,
                outcome,
            },
        }
    }
}

/// What must have become of the tasks before.
#[derive(Clone, Copy, Debug, Default, Eq, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
#[expect(missing_docs, reason = "these are the service's own names")]
pub enum RunIf {
    AllDone,
    AllFailed,
    #[default]
    AllSuccess,
    AtLeastOneFailed,
    AtLeastOneSuccess,
    NoneFailed,
}

/// A task repeated for each input.
#[derive(Clone, Debug, Default, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct ForEach {
    /// The inputs; a number stands for so many.
    pub inputs: Inputs,
    /// How many run at a time, 1 to 100.
    pub concurrency: usize,
    /// What is repeated. Its text outputs may hold `{{input}}`.
    pub task: Task,
    /// How the iteration with this index (from 0) goes, instead.
    pub exceptions: BTreeMap<usize, Execution>,
}

/// The inputs of a for-each: an array, or how many.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Inputs {
    /// `0`, `1`, `2`, …
    Count(usize),
    /// These.
    List(Vec<Value>),
}

impl FromValue for Inputs {
    fn from_value(value: Value) -> Result<Self, Wrong> {
        match value {
            Value::Array(list) => Ok(Self::List(list)),
            Value::Number(_) => usize::from_value(value).map(Self::Count),
            other => Err(Wrong::expected("an array, or how many", &other)),
        }
    }
}

impl Default for Inputs {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

impl Inputs {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Count(count) => *count,
            Self::List(list) => list.len(),
        }
    }

    pub(crate) fn get(&self, index: usize) -> Value {
        match self {
            Self::Count(_) => Value::from(index),
            Self::List(list) => list.get(index).cloned().unwrap_or_default(),
        }
    }
}

/// Another job as a task.
#[derive(Clone, Debug, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct RunJob {
    /// Its id.
    pub job: Id,
    /// Its job parameters.
    #[serde(default)]
    pub job_parameters: Map<String, Value>,
}

/// A comparison. `{{job.parameters.name}}` stands for a parameter.
#[derive(Clone, Debug, Default, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Condition {
    /// `EQUAL_TO`, `NOT_EQUAL`, `GREATER_THAN`, `GREATER_THAN_OR_EQUAL`, `LESS_THAN` or `LESS_THAN_OR_EQUAL`.
    pub op: String,
    /// The left operand.
    pub left: String,
    /// The right operand.
    pub right: String,
}
