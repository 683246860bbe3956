//! What the Databricks half holds at the start: jobs, how their runs go, and the deployment's habits.

mod check;
mod output;
mod principal;
mod task;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

pub use self::output::{Column, ColumnType, Output, RowFormat};
pub use self::principal::{AzureWorkspace, FederationPolicy, ServicePrincipal};
pub use self::task::{Condition, Dependency, Execution, ForEach, RunIf, RunJob, Task, TaskKind, TaskResult};
use crate::read::{FromValue, Wrong};
use crate::simulator::scenario::Seconds;

/// The workspace.
#[derive(Clone, Debug, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct DatabricksScenario {
    /// The workspace's number, as it stands in page links and in the text of a 429.
    pub workspace_id: Id,
    /// Who owns the tokens.
    pub user: String,
    /// The jobs. Two may have the same name.
    pub jobs: Vec<Job>,
    /// Which of the two accounts of a run's state are given: old deployments know only one, future ones the other.
    pub state_form: StateForm,
    /// Whether ids are JSON numbers, as the service sends them, or strings, as some gateways do.
    pub id_form: IdForm,
    /// How an unknown job or run is refused: 404 (newer), or 400 (older).
    pub missing: Missing,
    /// A task that never ran has `life_cycle_state` `SKIPPED` and no result, instead of `TERMINATED` with one.
    pub skipped_tasks_without_result: bool,
    /// How long after its creation a run appears in `runs/list`.
    pub list_lag_seconds: Seconds,
    /// How long a run stays `TERMINATING` after a cancel.
    pub cancel_seconds: Seconds,
    /// How long `runs/get` tells the old end after a repair has begun.
    pub repair_lag_seconds: Seconds,
    /// The attempts of a repair are counted from 0 again.
    pub repair_restarts_attempt_number: bool,
    /// Elements on a page of `runs/get` and `jobs/get`.
    pub page_size: usize,
    /// Runs older than this are gone.
    pub retention_days: Seconds,
    /// What becomes of job parameters that the job does not declare.
    pub undeclared_parameters: Undeclared,
    /// The account that the workspace belongs to.
    pub account_id: String,
    /// Who may sign in at Databricks' own token endpoints.
    pub service_principals: Vec<ServicePrincipal>,
    /// Whose tokens the account exchanges, whoever they stand for.
    pub federation_policies: Vec<FederationPolicy>,
    /// `expires_in` is a text, as some deployments write it.
    pub expires_in_as_text: bool,
    /// The workspace is on Azure, and knows who is in it.
    pub azure: Option<AzureWorkspace>,
    /// The status for a token that no one issued: 403 (the default) or 401.
    pub unknown_token_status: u16,
    /// Requests per second that each endpoint of the workspace bears, by name, such as `jobs/runs/get`. Real seconds.
    pub rate_limits: BTreeMap<String, usize>,
}

impl Default for DatabricksScenario {
    fn default() -> Self {
        Self {
            workspace_id: Id(1_111_222_233_334_444),
            user: "svc-reports@example.com".into(),
            jobs: Vec::new(),
            state_form: StateForm::Both,
            id_form: IdForm::Number,
            missing: Missing::NotFound,
            skipped_tasks_without_result: false,
            list_lag_seconds: Seconds(0.0),
            cancel_seconds: Seconds(4.0),
            repair_lag_seconds: Seconds(0.0),
            repair_restarts_attempt_number: false,
            page_size: 100,
            retention_days: Seconds(60.0),
            undeclared_parameters: Undeclared::default(),
            account_id: "7c1f5a90-3b2e-4d68-9a17-e05c84d2b6f3".into(),
            service_principals: Vec::new(),
            federation_policies: Vec::new(),
            expires_in_as_text: false,
            azure: None,
            unknown_token_status: 403,
            rate_limits: BTreeMap::new(),
        }
    }
}

/// One job.
#[derive(Clone, Debug, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Job {
    /// Its id; one is made up where it is missing.
    pub id: Option<Id>,
    /// Its name.
    pub name: String,
    /// Declared job parameters with their defaults, in order.
    pub parameters: Map<String, Value>,
    /// Whether the bearer may run it.
    pub permission: Permission,
    /// How many runs may be active at a time, up to 1000. 0 skips every run.
    pub max_concurrent_runs: u32,
    /// Whether a run beyond that waits; else it is skipped.
    pub queue: bool,
    /// The run is stopped as `TIMEDOUT` after this.
    pub timeout_seconds: Option<Seconds>,
    /// How long the run is `PENDING` before its first task.
    pub pending_seconds: Seconds,
    /// The old form: one task, whose run id is that of the run.
    pub single_task: bool,
    /// The id of this job's first run.
    pub first_run_id: Option<Id>,
    /// The tasks, in any order.
    pub tasks: Vec<Task>,
    /// Replaces how a run ends, whatever its tasks did.
    pub ending: Option<Ending>,
    /// Spells during which the run's states read otherwise: values from the future, or none at all.
    pub odd_states: Vec<OddState>,
    /// Someone else cancels each run this long after it began.
    pub cancelled_after_seconds: Option<Seconds>,
    /// Someone else repairs each failed run this long after its end.
    pub repaired_after_seconds: Option<Seconds>,
    /// Runs from before the scenario began.
    pub history: Vec<PastRun>,
}

impl Default for Job {
    fn default() -> Self {
        Self {
            id: None,
            name: "Untitled".into(),
            parameters: Map::new(),
            permission: Permission::default(),
            max_concurrent_runs: 1,
            queue: true,
            timeout_seconds: None,
            pending_seconds: Seconds(0.0),
            single_task: false,
            first_run_id: None,
            tasks: Vec::new(),
            ending: None,
            odd_states: Vec::new(),
            cancelled_after_seconds: None,
            repaired_after_seconds: None,
            history: Vec::new(),
        }
    }
}

/// What the bearer of a good token may do with a job.
#[derive(Clone, Copy, Debug, Default, Eq, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Permission {
    /// Everything.
    #[default]
    Manage,
    /// Look at it and at its runs.
    View,
    /// Nothing.
    None,
}

/// How a run ends, in the service's own words.
#[derive(Clone, Debug, Default, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Ending {
    /// `state.life_cycle_state`.
    pub life_cycle_state: String,
    /// `state.result_state`.
    pub result_state: Option<String>,
    /// `status.termination_details.code`.
    pub code: String,
    /// `status.termination_details.type`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The message in both.
    pub message: String,
    /// `state.user_cancelled_or_timedout`.
    pub user_cancelled_or_timed_out: bool,
}

/// A spell during which a run's states read otherwise.
#[derive(Clone, Debug, Default, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct OddState {
    /// Begins this long after the run was created.
    pub after_seconds: Seconds,
    /// Lasts this long; for ever without it.
    pub for_seconds: Option<Seconds>,
    /// Stands as `state`; left out if absent.
    pub state: Option<Value>,
    /// Stands as `status`; left out if absent.
    pub status: Option<Value>,
}

/// A run from before the scenario began.
#[derive(Clone, Debug, Default, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct PastRun {
    /// When it was created.
    pub seconds_ago: Seconds,
    /// The job parameters it was given.
    pub job_parameters: Map<String, Value>,
    /// Its token, if it had one.
    pub idempotency_token: Option<String>,
}

/// Which account of a run's state is given.
#[derive(Clone, Copy, Debug, Default, Eq, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum StateForm {
    /// Both.
    #[default]
    Both,
    /// The deprecated one only.
    State,
    /// The new one only.
    Status,
}

/// How ids are written.
#[derive(Clone, Copy, Debug, Default, Eq, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum IdForm {
    /// As JSON numbers, up to 2^63 - 1.
    #[default]
    Number,
    /// As JSON strings.
    String,
}

/// How something unknown is refused.
#[derive(Clone, Copy, Debug, Default, Eq, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Missing {
    /// 400 `INVALID_PARAMETER_VALUE`.
    BadRequest,
    /// 404 `RESOURCE_DOES_NOT_EXIST`.
    #[default]
    NotFound,
}

/// What becomes of job parameters that the job does not declare. The reference is silent about it.
#[derive(Clone, Copy, Debug, Default, Eq, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Undeclared {
    /// They are accepted and do not show in the run.
    Drop,
    /// They are accepted and stand in the run without a default.
    #[default]
    List,
    /// The start is refused.
    Refuse,
}

/// A positive 64-bit id, written as a JSON number or as a string of digits.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
#[expect(clippy::exhaustive_structs, reason = "it is a number with a better reader")]
pub struct Id(pub i64);

impl FromValue for Id {
    fn from_value(value: Value) -> Result<Self, Wrong> {
        Self::read(&value).ok_or_else(|| Wrong::expected("a positive 64-bit integer", &value))
    }
}

impl Id {
    pub(crate) fn read(value: &Value) -> Option<Self> {
        let number = match value {
            Value::Number(number) => number.as_i64(),
            Value::String(text) if text.bytes().all(|b| b.is_ascii_digit()) => text.parse().ok(),
            _ => None,
        };
        number.filter(|number| *number > 0).map(Self)
    }
}
