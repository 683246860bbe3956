//! What the library's members take for given: paths, states, hints and limits, made from the same tables that the
//! client uses.

use crate::auth::cloud::{DATABRICKS_ZONES, FABRIC_HOST};
use crate::contract::{Endpoint, StateRow};
use crate::databricks;
use crate::error::ErrorCode;
use crate::fabric;
use crate::file::OTHER_FORMATS;
use crate::http::Service;
use crate::json;
use crate::m::{
    Expr, Primitive, call, concat, function, list, name, null_or_text, number, parameter, plain, record, text,
};

/// The version of the Jobs API that generated M speaks.
const API_VERSION: &str = "2.2";

/// In the place of a workspace's address: for the user to fill in.
pub(super) const HOST_PLACEHOLDER: &str = "https://YOUR-WORKSPACE.azuredatabricks.net";

/// The names of the endpoints' paths: of every endpoint that M asks, and of no other.
const PATHS: &[(&str, &Endpoint)] = &[
    ("RunNowPath", &databricks::contract::RUN_NOW),
    ("RunsGetPath", &databricks::contract::RUNS_GET),
    ("RunsGetOutputPath", &databricks::contract::RUNS_GET_OUTPUT),
    ("RunsListPath", &databricks::contract::RUNS_LIST),
    ("JobsListPath", &databricks::contract::JOBS_LIST),
    ("DownloadFilePath", &databricks::contract::DOWNLOAD_FILE),
    (
        "ListDirectoryContentsPath",
        &databricks::contract::LIST_DIRECTORY_CONTENTS,
    ),
    ("DbfsGetStatusPath", &databricks::contract::DBFS_GET_STATUS),
    ("DbfsReadPath", &databricks::contract::DBFS_READ),
    ("RunItemJobPath", &fabric::contract::RUN_ITEM_JOB),
    ("RunItemJobByQueryPath", &fabric::contract::RUN_ITEM_JOB_BY_QUERY),
    ("RunNotebookPath", &fabric::contract::RUN_NOTEBOOK),
    ("RunSparkJobPath", &fabric::contract::RUN_SPARK_JOB),
    ("GetInstancePath", &fabric::contract::GET_INSTANCE),
    ("GetNotebookInstancePath", &fabric::contract::GET_NOTEBOOK_INSTANCE),
    ("ListInstancesPath", &fabric::contract::LIST_INSTANCES),
    ("CancelInstancePath", &fabric::contract::CANCEL_INSTANCE),
    ("QueryActivityRunsPath", &fabric::contract::QUERY_ACTIVITY_RUNS),
    ("ListWorkspacesPath", &fabric::contract::LIST_WORKSPACES),
    ("ListItemsPath", &fabric::contract::LIST_ITEMS),
];

const STATES: &[(&str, &[StateRow])] = &[
    ("LifeCycleStates", databricks::state::LIFE_CYCLE_STATES),
    ("ResultStates", databricks::state::RESULT_STATES),
    ("StatusStates", databricks::state::STATUS_STATES),
    ("TerminationCodes", databricks::state::TERMINATION_CODES),
    ("InstanceStatuses", fabric::state::INSTANCE_STATUSES),
    ("FailureCodes", fabric::state::FAILURE_CODES),
    ("ActivityStatuses", fabric::state::ACTIVITY_STATUSES),
];

/// The endpoint whose path has this name.
pub(super) fn endpoint_of(given: &str) -> Option<&'static Endpoint> {
    PATHS
        .iter()
        .find(|(name, _)| *name == given)
        .map(|(_, endpoint)| *endpoint)
}

/// The names of all paths and states.
#[cfg(test)]
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    let paths = PATHS.iter().map(|(name, _)| *name);
    paths.chain(STATES.iter().map(|(name, _)| *name))
}

/// The value of a given name that depends on no option; `None` if it is not one.
pub(super) fn fixed(given: &str) -> Option<Expr> {
    if let Some(endpoint) = endpoint_of(given) {
        return Some(path(endpoint));
    }
    if let Some((_, rows)) = STATES.iter().find(|(name, _)| *name == given) {
        return Some(states(rows));
    }
    match given {
        "JobTypeGroups" => Some(list(fabric::contract::JOB_TYPE_GROUPS.iter().map(|group| texts(group)))),
        "PhantomFailures" => Some(texts(fabric::state::PHANTOM_FAILURES)),
        "DbfsReadLimit" => Some(number(databricks::contract::DBFS_READ_LIMIT.cast_signed())),
        "OtherFormats" => Some(texts(OTHER_FORMATS)),
        _ => None,
    }
}

/// The endings of the hosts that a token may go to.
pub(super) fn host_suffixes(service: Service, more: &[String]) -> Expr {
    let own: Vec<&str> = match service {
        Service::Databricks => DATABRICKS_ZONES.iter().map(|(suffix, _)| *suffix).collect(),
        Service::Fabric => vec![FABRIC_HOST],
    };
    let all = own.into_iter().chain(more.iter().map(String::as_str));
    list(all.map(text))
}

/// The hints of these codes.
pub(super) fn hints(codes: &[ErrorCode]) -> Expr {
    record(codes.iter().map(|code| (code.as_str(), text(code.hint()))))
}

fn texts(all: &[&str]) -> Expr {
    list(all.iter().map(|one| text(*one)))
}

/// `RelativePath` of an endpoint: a text, or a function of the ids in it.
fn path(endpoint: &Endpoint) -> Expr {
    let template = endpoint.path.trim_start_matches('/').replace("{version}", API_VERSION);
    let mut parameters = Vec::new();
    let mut parts: Vec<Expr> = Vec::new();
    let mut rest = template.as_str();
    while let Some((before, behind)) = rest.split_once('{') {
        let (id, after) = behind.split_once('}').unwrap_or((behind, ""));
        parameters.push(parameter(id, plain(Primitive::Text)));
        parts.push(text(before));
        // A value never reaches another endpoint of the host: neither by a slash in it nor by a question mark.
        let escape = "Uri.EscapeDataString";
        parts.push(if before.ends_with('/') {
            call(escape, [name(id)])
        } else {
            // It is a path itself, whose slashes stay.
            let segments = call("Text.Split", [name(id), text("/")]);
            let escaped = call("List.Transform", [segments, name(escape)]);
            call("Text.Combine", [escaped, text("/")])
        });
        rest = after;
    }
    if parameters.is_empty() {
        return text(template);
    }
    if !rest.is_empty() {
        parts.push(text(rest));
    }
    let whole = parts.into_iter().reduce(concat).unwrap_or_else(|| text(""));
    function(parameters, plain(Primitive::Text), whole)
}

/// What the values of a state mean. Looked up in upper case, since the services' spelling of case differs.
fn states(rows: &[StateRow]) -> Expr {
    record(rows.iter().map(|row| {
        let word = |value: &serde_json::Value| value.as_str().map(str::to_owned);
        let outcome = row.outcome.and_then(|outcome| word(&json::value(&outcome)));
        let phase = word(&json::value(&row.phase)).unwrap_or_default();
        (
            row.value.to_ascii_uppercase(),
            record([("Phase", text(phase)), ("Outcome", null_or_text(outcome))]),
        )
    }))
}
