//! What the Fabric half holds at the start: workspaces, items, how their runs go, and which of the service's habits show.

mod plan;
mod switches;

use serde::Serialize;
use serde_json::{Map, Value};

pub use self::plan::{ActivityError, ActivityPlan, ChildPlan, End, MadeRows, RowPlan, RunPlan};
pub use self::switches::{ActivityRunsShape, LastPageToken, LocationForm, NotFoundBody, StartRetryAfter, Switches};
use super::kind;
use crate::json::quoted;
use crate::read::FromValue;
use crate::simulator::scenario::ScenarioError;
pub use crate::simulator::scenario::Seconds;

/// Workspaces and items, how their jobs go, and the service's habits. Unknown members are errors.
#[derive(Clone, Debug, Default, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct FabricScenario {
    /// The workspaces that the credential can see.
    pub workspaces: Vec<Workspace>,
    /// What is in them.
    pub items: Vec<Item>,
    /// The service's habits, on and off.
    pub switches: Switches,
}

/// A workspace.
#[derive(Clone, Debug, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Workspace {
    /// Its GUID.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its description.
    #[serde(default)]
    pub description: String,
    /// The capacity it runs on; without one, nothing runs: a start is refused with `FeatureNotAvailable`.
    #[serde(default = "some_capacity")]
    pub capacity_id: Option<String>,
}

fn some_capacity() -> Option<String> {
    Some("5b7f0d3e-8c14-4a92-b1d6-3e90f2a7c648".into())
}

/// Something in a workspace that may have jobs.
#[derive(Clone, Debug, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Item {
    /// Its GUID.
    pub id: String,
    /// The workspace that holds it.
    pub workspace_id: String,
    /// `DataPipeline`, `Notebook`, `SparkJobDefinition`, `Dataflow`, `Lakehouse`, or any other kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its description.
    #[serde(default)]
    pub description: String,
    /// The declared parameters. A pipeline drops all others without a word.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub parameters: Map<String, Value>,
    /// What happens in the first run, the second, and so on; the last plan is for all later ones. Without any, runs
    /// last half a minute and complete.
    #[serde(default)]
    pub runs: Vec<RunPlan>,
    /// Runs from before the first request.
    #[serde(default)]
    pub history: Vec<PastRun>,
    /// What the credential may do with it.
    #[serde(default)]
    pub access: Access,
    /// A start while another run of the same job type is active is accepted, and the new instance ends so at once.
    #[serde(default)]
    pub dedupe: Option<Dedupe>,
    /// A start beyond so many active runs is refused with `TooManyRequestsForJobs`.
    #[serde(default)]
    pub max_active_runs: Option<usize>,
    /// The job types to send, for kinds that the simulator doesn't know, or in place of those it knows.
    #[serde(default)]
    pub job_types: Vec<String>,
    /// The job type that instances show, whatever was sent.
    #[serde(default)]
    pub history_job_type: Option<String>,
    /// Whether the core start takes the `parameters` array (`FeatureNotAvailable` otherwise).
    #[serde(default)]
    pub typed_parameters: bool,
    /// The compute of a notebook: another one in a typed start is a `ComputeTypeMismatch`.
    #[serde(default = "spark")]
    pub compute: String,
}

fn spark() -> String {
    "Spark".into()
}

/// A declared parameter, as it stands in a pipeline's definition. Items hold them as plain JSON to keep their order.
#[derive(Clone, Debug, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeclaredParameter {
    /// `string`, `int`, `float`, `bool`, `object`, `array` or `securestring`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The value where a start gives none.
    #[serde(default)]
    pub default_value: Value,
}

/// A run that began before the first request.
#[derive(Clone, Debug, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PastRun {
    /// How long before the first request it was enqueued. Not divided by the speed: time stamps are real.
    pub age_seconds: Seconds,
    /// How it goes; the item's plan for a first run if absent.
    #[serde(default)]
    pub run: Option<RunPlan>,
    /// The parameters it was started with.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub parameters: Map<String, Value>,
    /// The job type it shows, such as `ScheduledPipelineExecution`.
    #[serde(default)]
    pub job_type: Option<String>,
    /// `Manual`, `Scheduled`, or any other text.
    #[serde(default = "manual")]
    pub invoke_type: String,
    /// Its id, if a test must know it.
    #[serde(default)]
    pub id: Option<String>,
}

fn manual() -> String {
    "Manual".into()
}

/// What the credential may do with an item.
#[derive(Clone, Copy, Debug, Default, Eq, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::exhaustive_enums, reason = "scenarios name each")]
pub enum Access {
    /// Everything.
    #[default]
    Execute,
    /// Read only: a start, a cancellation and a definition are refused with `InsufficientPrivileges`.
    Read,
    /// Not even that.
    None,
}

/// How a skipped instance shows.
#[derive(Clone, Copy, Debug, Eq, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::exhaustive_enums, reason = "scenarios name each")]
pub enum Dedupe {
    /// `status: "Deduped"`.
    Deduped,
    /// `status: "Failed"` with the code `JobInstanceStatusDeduped`.
    FailedDeduped,
}

impl FabricScenario {
    /// Whether the parts fit together.
    ///
    /// # Errors
    /// What does not, and where.
    pub fn check(&self) -> Result<(), ScenarioError> {
        for (index, item) in self.items.iter().enumerate() {
            let wrong = |member: &str, message: String| ScenarioError {
                path: format!("fabric.items[{index}].{member}"),
                message,
            };
            if !self
                .workspaces
                .iter()
                .any(|workspace| workspace.id == item.workspace_id)
            {
                return Err(wrong(
                    "workspaceId",
                    format!("expected a workspace's id, found {}", quoted(&item.workspace_id)),
                ));
            }
            if self.items[..index].iter().any(|other| other.id == item.id) {
                return Err(wrong("id", format!("{} stands twice", quoted(&item.id))));
            }
            for (name, declared) in &item.parameters {
                DeclaredParameter::from_value(declared.clone()).map_err(|error| {
                    let (path, message) = error.into_parts_within(name);
                    wrong(&format!("parameters.{path}"), message)
                })?;
            }
            if kind::find(&item.kind).is_none() && item.job_types.is_empty() && !item.runs.is_empty() {
                return Err(wrong(
                    "jobTypes",
                    format!("expected the job types of the kind {}, found none", quoted(&item.kind)),
                ));
            }
            self.check_children(item, &mut Vec::new())
                .map_err(|message| wrong("runs", message))?;
        }
        Ok(())
    }

    /// Walks down the child pipelines: each must exist, and none may start an ancestor.
    fn check_children<'a>(&'a self, item: &'a Item, above: &mut Vec<&'a str>) -> Result<(), String> {
        if above.contains(&item.id.as_str()) {
            return Err(format!("the item {} starts itself", quoted(&item.id)));
        }
        above.push(&item.id);
        let past = item.history.iter().filter_map(|run| run.run.as_ref());
        for activity in item.runs.iter().chain(past).flat_map(|run| &run.activities) {
            if let Some(child) = &activity.child {
                let below = self
                    .items
                    .iter()
                    .find(|other| other.id == child.item_id)
                    .ok_or_else(|| format!("expected an item's id as child, found {}", quoted(&child.item_id)))?;
                self.check_children(below, above)?;
            }
        }
        above.pop();
        Ok(())
    }
}

impl Item {
    /// The declared parameters, read.
    pub(super) fn declared(&self) -> impl Iterator<Item = (&str, DeclaredParameter)> {
        self.parameters.iter().filter_map(|(name, declared)| {
            let declared = DeclaredParameter::from_value(declared.clone()).ok()?;
            Some((name.as_str(), declared))
        })
    }

    /// The plan of the nth run, counted from zero.
    pub(super) fn plan(&self, nth: usize) -> RunPlan {
        self.runs
            .get(nth)
            .or_else(|| self.runs.last())
            .cloned()
            .unwrap_or_default()
    }
}
