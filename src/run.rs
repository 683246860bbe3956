//! What both services are brought to: phases, events, outcomes, outputs.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::Error;
use crate::file::OutputFile;
use crate::http::Service;
use crate::read::{readable, readable_texts};
use crate::time::Timestamp;

/// What a poller or its run is doing.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(all(target_family = "wasm", feature = "client"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Phase {
    /// Reading what exists: the job's id by its name, earlier runs, the item's instances.
    Looking,
    /// The start is on its way.
    Starting,
    /// The start's answer was unclear: looking for the run in the service's list.
    Reconciling,
    /// The run waits: for a slot, a cluster, an upstream task, a retry.
    Queued,
    /// The run works, or says something that this version does not know.
    Running,
    /// The run's work is done, or is being stopped; the service cleans up.
    Terminating,
    /// The run has ended.
    Ended,
    /// The run has ended, its outputs are being read.
    ReadingOutput,
}

/// How it ended.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(all(target_family = "wasm", feature = "client"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Outcome {
    /// The run did its work; a warning says if some of it failed.
    Succeeded,
    /// The run failed, or the service stopped it for taking too long.
    Failed,
    /// Somebody stopped the run.
    Cancelled,
    /// The run never did anything: a limit, a condition, another active run (Fabric's `Deduped`).
    Skipped,
    /// Our own deadline passed first. The run may still be going.
    TimedOut,
    /// The service refused to start it, or the request was never right. Nothing was started.
    Rejected,
    /// We stopped watching or lost sight of it. A run may still be going.
    Abandoned,
}

/// How a run became the one that is followed.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(all(target_family = "wasm", feature = "client"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum IdentifiedBy {
    /// The service named it in its answer to the start.
    Answer,
    /// It was found in the list, by the request id of the start.
    RootActivityId,
    /// It was found in the list, as the only one that could be it. A warning says so.
    Difference,
    /// It existed before: `reuse` chose it.
    Reuse,
    /// The caller named it.
    Given,
}

readable_texts!(IdentifiedBy {
    Answer: "answer",
    RootActivityId: "rootActivityId",
    Difference: "difference",
    Reuse: "reuse",
    Given: "given"
});

/// A run, and who may cancel it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(all(target_family = "wasm", feature = "client"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RunInfo {
    /// Whose run it is.
    pub service: Service,
    /// Databricks: the job run's id, decimal digits. Fabric: the job instance's id.
    pub id: String,
    /// Databricks: the job's id. Fabric: the item's id.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub job_id: String,
    /// Fabric: the workspace's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub workspace_id: Option<String>,
    /// The run's or job's name, where the service tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub name: Option<String>,
    /// The page on which a person can look at the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub page_url: Option<String>,
    /// Whether others may rely on the run too: it was adopted, or started under a token that others can compute.
    pub shared: bool,
    /// How it was found.
    pub identified_by: IdentifiedBy,
    /// When the run began, by the service's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub start_time: Option<Timestamp>,
    /// When the run ended, by the service's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub end_time: Option<Timestamp>,
}

readable!(RunInfo required {
    service: "service",
    id: "id",
    shared: "shared",
    identified_by: "identifiedBy",
} job_id: "jobId", workspace_id: "workspaceId", name: "name", page_url: "pageUrl", start_time: "startTime", end_time: "endTime");

/// The service's own words for a state, unread.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(all(target_family = "wasm", feature = "client"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RawState {
    /// Databricks: `status.state`, else `state.life_cycle_state`. Fabric: `status`.
    pub state: String,
    /// Databricks: `termination_details.code`, else `result_state`. Fabric: `failureReason.errorCode`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub code: Option<String>,
    /// Databricks: `termination_details.type`.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub kind: Option<String>,
    /// Databricks: `state.life_cycle_state` where `status` was there too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub life_cycle_state: Option<String>,
    /// Databricks: `state.result_state`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub result_state: Option<String>,
}

/// How many of something there are.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(all(target_family = "wasm", feature = "client"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Counts {
    /// All that are known so far.
    pub total: u32,
    /// Ended, in whatever way.
    pub done: u32,
    /// Ended badly.
    pub failed: u32,
}

/// Where things stand. An event is sent when anything but the times changes.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(all(target_family = "wasm", feature = "client"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RunEvent {
    /// What it tells.
    pub kind: EventKind,
    /// When, by the host's clock.
    pub at: Timestamp,
    /// Milliseconds since the poller began.
    pub elapsed: u64,
    /// What is going on.
    pub phase: Phase,
    /// The service's own words for the state; empty before there is a run.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub state: String,
    /// The service's message, or the warning, or why a request is sent again.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub message: String,
    /// Why the run waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub queue_reason: Option<String>,
    /// Tasks done of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub tasks: Option<Counts>,
    /// Iterations of for-each tasks done of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub iterations: Option<Counts>,
    /// Databricks: the tasks as the service told them last, each attempt by itself; empty until they are known. The
    /// attempts of a task stand together, the newest last. While a run of more than 100 goes on, the first 100.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub task_runs: Vec<TaskRun>,
    /// The run's id, once it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub run_id: Option<String>,
    /// The run's page, once it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub run_page_url: Option<String>,
    /// When the service will be asked again, by the host's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub next_poll_at: Option<Timestamp>,
    /// The error behind a warning or a retry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional, type = "ErrorInfo"))]
    pub error: Option<Error>,
}

/// An attempt of a task. A for-each task is one, whatever it repeats.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(all(target_family = "wasm", feature = "client"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TaskRun {
    /// The task's key. All its attempts have it.
    pub key: String,
    /// The kind of task in the service's words: `notebook_task`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub task_type: String,
    /// What it is doing.
    pub phase: Phase,
    /// How it ended, once it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub outcome: Option<Outcome>,
    /// Its state in the service's words.
    pub state: RawState,
    /// 0 for the first attempt. A repair may begin with 0 again.
    pub attempt: u32,
    /// The attempt's own run id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub run_id: Option<String>,
    /// When it began, by the service's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub start_time: Option<Timestamp>,
    /// When it ended, by the service's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub end_time: Option<Timestamp>,
    /// Its page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub page_url: Option<String>,
    /// The keys of the tasks that it waits for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub depends_on: Vec<String>,
    /// A for-each task's iterations done of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub iterations: Option<Counts>,
}

/// What an event tells.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(all(target_family = "wasm", feature = "client"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum EventKind {
    /// The state changed.
    Status,
    /// A request failed and will be sent again.
    Retry,
    /// Something that a person should know.
    Warning,
}

/// Something that a person should know about a result.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(all(target_family = "wasm", feature = "client"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Warning {
    /// The stable code to branch on.
    pub code: WarningCode,
    /// In plain words.
    pub message: String,
}

/// What a warning is about.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(all(target_family = "wasm", feature = "client"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum WarningCode {
    /// The run counts as succeeded although a part of it failed: `SUCCESS_WITH_FAILURES`, a caught activity failure.
    PartFailed,
    /// The run was found in the list as the only one that could be it.
    IdentifiedByDifference,
    /// A second run exists for this intent.
    DuplicateRun,
    /// The service says something that this version does not know.
    UnknownState,
    /// A cancel was refused.
    CancelRefused,
    /// A run was followed whose parameters can't be seen.
    ParametersUnseen,
    /// The service's clock could not be read; the host's was used for ages.
    NoServiceClock,
}

/// What kind of thing an output is of.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(all(target_family = "wasm", feature = "client"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum OutputKind {
    /// What a notebook gave to `dbutils.notebook.exit` or `notebookutils.notebook.exit`.
    NotebookResult,
    /// Standard output and error of a jar, script or wheel.
    Logs,
    /// Rows: a Fabric Lookup or Script.
    Rows,
    /// A condition's answer, `true` or `false`.
    Condition,
    /// A pipeline's return value.
    ReturnValue,
    /// A structured answer without rows: SQL links, dbt artefacts, dashboards, alerts, an activity's own output.
    Data,
    /// There is none: the task never ran, its kind has none, or it could not be fetched.
    None,
}

/// The output of one task, iteration or activity.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(all(target_family = "wasm", feature = "client"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RunOutput {
    /// Names it within the run: `task`, `task[0]` for an iteration, `task/child task` for a job within the job.
    pub key: String,
    /// What it is.
    pub kind: OutputKind,
    /// The kind of task or activity in the service's words: `notebook_task`, `Lookup`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub task_type: String,
    /// The task's own run id, or the activity's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub run_id: Option<String>,
    /// The task's page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub page_url: Option<String>,
    /// How the task ended; `None` if this version can't tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub outcome: Option<Outcome>,
    /// The task's state in the service's words.
    pub state: RawState,
    /// 0 for the first attempt.
    pub attempt: u32,
    /// When the task began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub start_time: Option<Timestamp>,
    /// When the task ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub end_time: Option<Timestamp>,
    /// The text that the task gave out. Left out where results cross as JSON; see the table and text accessors.
    #[serde(skip)]
    pub text: Option<String>,
    /// The file that the text or the structure names, if [`RunOptions::follow_path`] is set. Left out as the text is.
    ///
    /// [`RunOptions::follow_path`]: crate::poller::options::RunOptions::follow_path
    #[serde(skip)]
    pub file: Option<OutputFile>,
    /// The rows or the structure that the task gave out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional, type = "unknown"))]
    pub data: Option<Value>,
    /// Whether the service cut it. A cut text is never read as a table.
    pub truncated: bool,
    /// Why the task failed, as far as the service tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub error_message: Option<String>,
    /// The stack trace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub error_trace: Option<String>,
    /// Why the output, or the file that it names, could not be fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional, type = "ErrorInfo"))]
    pub error: Option<Error>,
}

/// How a run, or the attempt to have one, ended.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(all(target_family = "wasm", feature = "client"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RunResult {
    /// How.
    pub outcome: Outcome,
    /// Whose.
    pub service: Service,
    /// The run, if one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub run: Option<RunInfo>,
    /// The run's last seen state in the service's words.
    pub state: RawState,
    /// The service's message about the run, or ours about why there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub message: String,
    /// What is behind a rejected, abandoned or timed-out result, or a failed run's error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional, type = "ErrorInfo"))]
    pub error: Option<Error>,
    /// Whether a cancel of ours was accepted by the service.
    pub cancel_sent: bool,
    /// What a person should know.
    pub warnings: Vec<Warning>,
    /// Every task's or activity's output, in the order in which they began.
    pub outputs: Vec<RunOutput>,
    /// Why the outputs are not all there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional, type = "ErrorInfo"))]
    pub outputs_error: Option<Error>,
}
