//! Holding requests to the jobs and items that are allowed: by what they name, or else by what the service says.

use serde_json::Value;

use super::body::id_in;
use super::known::Known;
use super::refusal::Refusal;
use super::target::Place;
use super::{Guarded, authority_of};
use crate::contract::{Call, Endpoint, QueryValue};
use crate::databricks::contract as databricks;
use crate::fabric::contract as fabric;
use crate::fabric::instance::canonical_guid;
use crate::http::{HttpResponse, Service};
use crate::json;

/// What an answer has to be held to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Held {
    /// Nothing: what was asked is allowed, whatever the answer.
    Free,
    /// Rows of which only the allowed ones are passed on: where they are, and where each has its job's or item's id.
    Rows { rows: &'static str, id: &'static str },
    /// A run of Databricks'.
    Run(String),
    /// Another request about a run of Databricks' that has to be looked at before.
    AfterRun(String),
    /// An instance of an item.
    Instance {
        workspace: String,
        item: String,
        id: String,
    },
    /// Another request about an instance that has to be looked at before.
    AfterInstance { item: String, id: String },
    /// The instances of an item.
    Instances(String),
    /// What may become a long running operation.
    Operation,
}

/// The parts of a request.
pub(super) type Parts<'a> = (&'a Place, &'a Place, Option<&'a Value>);

/// What a request has to be held to.
///
/// # Errors
/// 403 for what names another job or item, or none where it could be any.
pub(super) fn held(
    guarded: &Guarded,
    known: &Known,
    endpoint: &'static Endpoint,
    parts: Parts<'_>,
) -> Result<Held, Refusal> {
    // Files are of no job and no item: they are let through as a whole, or not at all.
    let is_file = databricks::FILE_ENDPOINTS.contains(&endpoint) || fabric::ONE_LAKE_ENDPOINTS.contains(&endpoint);
    if guarded.only.is_empty() || is_file {
        return Ok(Held::Free);
    }
    match guarded.service {
        Service::Databricks => of_databricks(guarded, known, endpoint, parts),
        Service::Fabric => of_fabric(guarded, known, endpoint, parts),
    }
}

fn of_databricks(
    guarded: &Guarded,
    known: &Known,
    endpoint: &'static Endpoint,
    (_, query, body): Parts<'_>,
) -> Result<Held, Refusal> {
    let in_body = |name| body.and_then(Value::as_object).and_then(|body| id_in(body, name));
    let named = |name| of(query, name).map(str::to_owned).or_else(|| in_body(name));
    let of_job = |held| match named("job_id") {
        Some(job) if guarded.only.contains(&job) => Ok(held),
        found => Err(elsewhere(guarded, endpoint, found.as_deref())),
    };
    let of_run = |held: fn(String) -> Held| {
        let run = named("run_id").ok_or_else(|| elsewhere(guarded, endpoint, None))?;
        Ok(held(run))
    };
    match endpoint {
        _ if *endpoint == databricks::RUN_NOW || *endpoint == databricks::JOBS_GET => of_job(Held::Free),
        _ if *endpoint == databricks::RUNS_LIST => of_job(Held::Rows {
            rows: "runs",
            id: "job_id",
        }),
        _ if *endpoint == databricks::JOBS_LIST => Ok(Held::Rows {
            rows: "jobs",
            id: "job_id",
        }),
        _ if *endpoint == databricks::RUNS_GET => of_run(Held::Run),
        _ if *endpoint == databricks::RUNS_GET_OUTPUT || *endpoint == databricks::RUNS_CANCEL => {
            match of_run(Held::AfterRun)? {
                Held::AfterRun(run) if known.has(authority_of(&guarded.base), &run) => Ok(Held::Free),
                held => Ok(held),
            }
        }
        _ => Err(elsewhere(guarded, endpoint, None)),
    }
}

fn of_fabric(
    guarded: &Guarded,
    known: &Known,
    endpoint: &'static Endpoint,
    (path, ..): Parts<'_>,
) -> Result<Held, Refusal> {
    let item = of(path, "itemId");
    if item.is_some_and(|item| !guarded.only.iter().any(|allowed| allowed == item)) {
        return Err(elsewhere(guarded, endpoint, item));
    }
    let workspace = of(path, "workspaceId").unwrap_or_default();
    match (item.map(str::to_owned), of(path, "instanceId").map(str::to_owned)) {
        (Some(item), Some(id)) if *endpoint == fabric::CANCEL_INSTANCE => Ok(if known.has(workspace, &id) {
            Held::Free
        } else {
            Held::AfterInstance { item, id }
        }),
        (Some(item), Some(id)) => Ok(Held::Instance {
            workspace: workspace.to_owned(),
            item,
            id,
        }),
        (Some(item), None) if *endpoint == fabric::LIST_INSTANCES => Ok(Held::Instances(item)),
        (Some(_), None) if *endpoint == fabric::GET_PIPELINE_DEFINITION => Ok(Held::Operation),
        (Some(_), None) => Ok(Held::Free),
        (None, Some(id)) if known.has(workspace, &id) => Ok(Held::Free),
        (None, Some(_)) => Err(Refusal::new(
            403,
            format!(
                "{}: expected an instance of an allowed item, found one that is not known: read it first",
                endpoint.name
            ),
        )),
        (None, None) if *endpoint == fabric::LIST_ITEMS => Ok(Held::Rows {
            rows: "value",
            id: "id",
        }),
        (None, None) if of(path, "operationId").is_some_and(|id| known.has(OPERATION, id)) => Ok(Held::Free),
        (None, None) => Err(elsewhere(guarded, endpoint, None)),
    }
}

/// Under what operations are known; no workspace is called so.
const OPERATION: &str = "operation";

impl Held {
    /// What has to be asked before the request is sent.
    pub(super) fn look(&self, guarded: &Guarded, path: &[(&str, &str)]) -> Option<Call> {
        match self {
            Self::AfterRun(run) => {
                let version = path.iter().find(|(name, _)| *name == "version")?;
                let query = [("run_id", QueryValue::Text(run))];
                Some(databricks::RUNS_GET.call(&guarded.base, &[*version], &query, None))
            }
            Self::AfterInstance { .. } => Some(fabric::GET_INSTANCE.call(&guarded.base, path, &[], None)),
            _ => None,
        }
    }

    /// Checks what was asked before.
    ///
    /// # Errors
    /// 403: it is of another job or item.
    pub(super) fn check_look(
        &self,
        guarded: &Guarded,
        known: &mut Known,
        response: &HttpResponse,
    ) -> Result<(), Refusal> {
        match self {
            Self::AfterRun(run) => check_run(guarded, known, run, &document(response)?),
            Self::AfterInstance { item, id } => check_instance(item, id, &document(response)?),
            _ => Ok(()),
        }
    }

    /// Checks a good answer, and takes out of it what is of others.
    ///
    /// # Errors
    /// 403: it is of another job or item, or does not say of which.
    pub(super) fn check(
        &self,
        guarded: &Guarded,
        known: &mut Known,
        response: &mut HttpResponse,
    ) -> Result<(), Refusal> {
        match self {
            Self::Free | Self::AfterRun(_) | Self::AfterInstance { .. } => Ok(()),
            Self::Rows { rows, id } => {
                let is_allowed =
                    |row: &Value| id_of(guarded.service, row, id).is_some_and(|id| guarded.only.contains(&id));
                keep(response, rows, is_allowed)
            }
            Self::Run(run) => check_run(guarded, known, run, &document(response)?),
            Self::Instance { workspace, item, id } => {
                check_instance(item, id, &document(response)?)?;
                known.add(workspace, id);
                Ok(())
            }
            Self::Instances(item) => keep(response, "value", |row| {
                json::text(row, "itemId").is_none_or(|found| canonical_guid(found).as_ref() == Some(item))
            }),
            Self::Operation => {
                if let Some(id) = response.header("x-ms-operation-id").and_then(canonical_guid) {
                    known.add(OPERATION, &id);
                }
                Ok(())
            }
        }
    }
}

/// The value of this name.
fn of<'a>(place: &'a Place, name: &str) -> Option<&'a str> {
    let mut all = place.iter();
    all.find(|(found, _)| *found == name).map(|(_, value)| value.as_str())
}

fn elsewhere(guarded: &Guarded, endpoint: &Endpoint, found: Option<&str>) -> Refusal {
    let what = match guarded.service {
        Service::Databricks => "an allowed job (--allow-job)",
        Service::Fabric => "an allowed item (--allow-item)",
    };
    let found = match found {
        Some(id) => ["found ", id].concat(),
        None => "found a request for any".to_owned(),
    };
    Refusal::new(403, [endpoint.name, ": expected ", what, ", ", &found].concat())
}

/// The answer as JSON.
fn document(response: &HttpResponse) -> Result<Value, Refusal> {
    serde_json::from_slice(json::trim(&response.body)).map_err(|_| {
        Refusal::new(
            403,
            "expected an answer that tells what it is about, found one that is no JSON",
        )
    })
}

/// The id of a job or an item in its one form.
fn id_of(service: Service, row: &Value, name: &str) -> Option<String> {
    match service {
        Service::Databricks => json::id(row, name),
        Service::Fabric => json::text(row, name).and_then(canonical_guid),
    }
}

/// Whether a run is of an allowed job. Later pages of a long run may leave the job out; then the first one has told it.
fn check_run(guarded: &Guarded, known: &mut Known, asked: &str, run: &Value) -> Result<(), Refusal> {
    let host = authority_of(&guarded.base);
    let is_same = json::id(run, "run_id").is_none_or(|found| found == asked);
    let is_allowed = match json::id(run, "job_id") {
        Some(job) => guarded.only.contains(&job),
        None => known.has(host, asked),
    };
    if !is_same || !is_allowed {
        let message = ["expected a run of an allowed job (--allow-job), found the run ", asked].concat();
        return Err(Refusal::new(403, message));
    }
    known.add(host, asked);
    for inner in ["tasks", "iterations"] {
        for task in json::array(run, inner) {
            if let Some(id) = json::id(task, "run_id") {
                known.add(host, &id);
            }
        }
    }
    Ok(())
}

/// Whether an instance is the one that was asked for.
fn check_instance(item: &str, id: &str, instance: &Value) -> Result<(), Refusal> {
    let is = |name: &str, asked: &str| {
        let found = json::text(instance, name).map(canonical_guid);
        found.is_none_or(|found| found.as_deref() == Some(asked))
    };
    if is("itemId", item) && is("id", id) {
        return Ok(());
    }
    let message = [
        "expected an instance of an allowed item (--allow-item), found the instance ",
        id,
    ]
    .concat();
    Err(Refusal::new(403, message))
}

/// Leaves the rows that may be seen.
fn keep(response: &mut HttpResponse, rows: &str, is_allowed: impl Fn(&Value) -> bool) -> Result<(), Refusal> {
    let mut list = document(response)?;
    if let Some(Value::Array(all)) = list.get_mut(rows) {
        all.retain(is_allowed);
    }
    response.body = json::written(&list).into_bytes();
    Ok(())
}
