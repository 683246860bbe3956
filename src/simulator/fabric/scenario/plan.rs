//! How a run goes: how long, with which activities, to which end.

use serde::Serialize;
use serde_json::{Map, Value};

use super::Seconds;
use crate::read::{FromValue, Wrong};

/// How one run goes.
#[derive(Clone, Debug, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RunPlan {
    /// From the start request to the real start.
    pub queued_seconds: Seconds,
    /// From the real start to the end. A child pipeline that lasts longer extends it.
    pub duration_seconds: Seconds,
    /// How it ends.
    pub end: End,
    /// The text shown in place of `InProgress`.
    pub running_status: Option<String>,
    /// The pipeline's activities.
    pub activities: Vec<ActivityPlan>,
    /// What a notebook returns: text, in which expressions are replaced.
    pub exit_value: Option<String>,
    /// From a cancellation to its effect; the general switch if absent.
    pub cancel_seconds: Option<Seconds>,
    /// Cancellations are accepted and change nothing.
    pub ignores_cancel: bool,
}

impl Default for RunPlan {
    fn default() -> Self {
        Self {
            queued_seconds: Seconds(2.0),
            duration_seconds: Seconds(30.0),
            end: End::Completed,
            running_status: None,
            activities: Vec::new(),
            exit_value: None,
            cancel_seconds: None,
            ignores_cancel: false,
        }
    }
}

/// How a run ends.
#[derive(Clone, Debug, Default, Eq, FromValue, PartialEq, Serialize)]
#[serde(tag = "status", rename_all_fields = "camelCase", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "scenarios name each")]
pub enum End {
    /// Well, as far as the workload can tell.
    #[default]
    Completed,
    /// With a reason.
    Failed {
        /// The service's code.
        #[serde(default = "failed_code")]
        error_code: String,
        /// The service's words.
        #[serde(default = "failed_message")]
        message: String,
        /// What the service says about a second attempt.
        #[serde(default)]
        is_retriable: bool,
    },
    /// By the service itself, or by a skipped view refresh.
    Cancelled,
    /// Skipped: another run was active.
    Deduped,
    /// Skipped, in the older spelling: `Failed` with `JobInstanceStatusDeduped`.
    FailedDeduped,
    /// With a status that no document names.
    Other {
        /// The text.
        text: String,
    },
}

fn failed_code() -> String {
    "JobInstanceStatusFailed".into()
}

fn failed_message() -> String {
    "Job instance failed without detail error".into()
}

/// One activity of a pipeline run. In `input`, `output`, `exitValue` and `returnValue` texts such as
/// `@pipeline().parameters.p_day`, `@{pipeline().parameters.p_day}` and `@pipeline().RunId` are replaced.
#[derive(Clone, Debug, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ActivityPlan {
    /// Its name.
    pub name: String,
    /// `Lookup`, `TridentNotebook`, `SetVariable`, `InvokePipeline`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// From the run's real start to its own.
    #[serde(default)]
    pub start_seconds: Seconds,
    /// How long it takes; a child pipeline that is waited for decides itself.
    #[serde(default = "ten")]
    pub duration_seconds: Seconds,
    /// How it ends: `Succeeded`, `Failed`, `Skipped`, `Inactive`, or any other text.
    #[serde(default = "succeeded")]
    pub status: String,
    /// Its input; the run's parameters if absent.
    #[serde(default)]
    pub input: Option<Value>,
    /// Its output, word for word.
    #[serde(default)]
    pub output: Option<Value>,
    /// Rows, put where the type has them: a look-up's `value`, a script's `resultSets`, a notebook's exit value.
    #[serde(default)]
    pub rows: Option<RowPlan>,
    /// A look-up gives its first row alone.
    #[serde(default)]
    pub first_row_only: bool,
    /// What a notebook activity returns.
    #[serde(default)]
    pub exit_value: Option<String>,
    /// What the pipeline returns: for a `SetVariable` activity.
    #[serde(default)]
    pub return_value: Option<Map<String, Value>>,
    /// Why it failed.
    #[serde(default)]
    pub error: Option<ActivityError>,
    /// The attempt's number; null for the first.
    #[serde(default)]
    pub retry_attempt: Option<u32>,
    /// The same for all activities of one turn of a loop.
    #[serde(default)]
    pub iteration_hash: Option<String>,
    /// The pipeline that it starts.
    #[serde(default)]
    pub child: Option<ChildPlan>,
    /// The output is replaced by a warning, as the service does beyond its size limit. Beyond 4 MiB it is in any case.
    #[serde(default)]
    pub oversize: bool,
}

const fn ten() -> Seconds {
    Seconds(10.0)
}

fn succeeded() -> String {
    "Succeeded".into()
}

/// Why an activity failed.
#[derive(Clone, Debug, Default, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ActivityError {
    /// The code, such as `2200`; a `Fail` activity's own text.
    pub error_code: String,
    /// The words.
    pub message: String,
    /// `UserError` or `SystemError`.
    pub failure_type: String,
    /// A text or a list.
    pub details: Value,
}

/// A pipeline started by an activity.
#[derive(Clone, Debug, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChildPlan {
    /// The pipeline; its own plans say how it goes.
    pub item_id: String,
    /// What it is started with; expressions are replaced.
    #[serde(default)]
    pub parameters: Map<String, Value>,
    /// Whether the activity lasts as long as the child.
    #[serde(default = "yes")]
    pub wait: bool,
}

const fn yes() -> bool {
    true
}

/// Rows as they are, or made.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[expect(clippy::exhaustive_enums, reason = "scenarios name each")]
pub enum RowPlan {
    /// As they are.
    Rows(Vec<Value>),
    /// Made by number: `id`, `day`, `customer`, `amount`, `paid`, `note`, with nulls and text beyond ASCII.
    Made(MadeRows),
}

impl FromValue for RowPlan {
    fn from_value(value: Value) -> Result<Self, Wrong> {
        match value {
            Value::Array(rows) => Ok(Self::Rows(rows)),
            other => MadeRows::from_value(other).map(Self::Made),
        }
    }
}

/// How many rows to make.
#[derive(Clone, Debug, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MadeRows {
    /// How many, if no parameter says so.
    pub count: u64,
    /// The parameter that says how many.
    #[serde(default)]
    pub count_from: Option<String>,
}
