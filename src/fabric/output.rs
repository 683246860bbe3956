//! What an activity of a pipeline gave out.
//!
//! <https://learn.microsoft.com/fabric/data-factory/pipeline-rest-api-capabilities>

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::contract::row_of;
use crate::fabric::instance::canonical_guid;
use crate::fabric::state::ACTIVITY_STATUSES;
use crate::json;
use crate::run::{Outcome, OutputKind, RawState, RunOutput};
use crate::search;
use crate::time::Timestamp;

/// An activity's run, and the pipeline run that it started, if it did.
#[derive(Clone, Debug)]
pub(crate) struct Activity {
    pub(crate) output: RunOutput,
    /// The same in all activities of one iteration of a loop.
    iteration: Option<String>,
    pub(crate) child: Option<Child>,
}

/// A pipeline run that an activity started.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Child {
    pub(crate) instance_id: String,
    pub(crate) workspace_id: Option<String>,
}

/// The activity runs of one answer, and the token of the next page. The docs print a bare array; the service wraps it.
pub(crate) fn parse_page(value: &Value) -> Option<(Vec<Activity>, Option<String>)> {
    let rows = value.as_array().or_else(|| value.get("value")?.as_array())?;
    Some((
        rows.iter().filter(|row| row.is_object()).map(parse).collect(),
        json::string(value, "continuationToken"),
    ))
}

/// Whether a row of an answer holds `text` in its input: how a marked run is known.
pub(crate) fn input_holds(value: &Value, text: &str) -> bool {
    let rows = value.as_array().or_else(|| value.get("value")?.as_array());
    rows.into_iter()
        .flatten()
        .filter_map(|row| json::member(row, "input"))
        .any(|input| holds(input, text))
}

fn holds(value: &Value, text: &str) -> bool {
    match value {
        Value::String(found) => search::holds(found, text),
        Value::Array(items) => items.iter().any(|item| holds(item, text)),
        Value::Object(members) => members.values().any(|member| holds(member, text)),
        _ => false,
    }
}

/// Of each activity and iteration the last attempt, in the order in which the service gave them; keys made unique by
/// the number of the iteration.
pub(crate) fn latest_attempts(activities: Vec<Activity>) -> Vec<Activity> {
    let mut places: HashMap<(String, Option<String>), usize> = HashMap::new();
    let mut latest: Vec<Activity> = Vec::new();
    for activity in activities {
        if activity.output.key.is_empty() {
            // Without a name nothing tells whose attempt it is.
            latest.push(activity);
            continue;
        }
        let place = places.entry((activity.output.key.clone(), activity.iteration.clone()));
        let at = *place.or_insert(latest.len());
        match latest.get_mut(at) {
            Some(found) if activity.output.attempt >= found.output.attempt => *found = activity,
            Some(_) => {}
            None => latest.push(activity),
        }
    }
    let mut counts: HashMap<String, (usize, usize)> = HashMap::new();
    for activity in &latest {
        counts.entry(activity.output.key.clone()).or_default().0 += 1;
    }
    for activity in &mut latest {
        if let Some((all, number)) = counts.get_mut(&activity.output.key)
            && (activity.iteration.is_some() || *all > 1)
        {
            activity.output.key = format!("{}[{number}]", activity.output.key);
            *number += 1;
        }
    }
    latest
}

fn parse(row: &Value) -> Activity {
    let kind = json::text(row, "activityType").unwrap_or_default();
    let status = json::text(row, "status").unwrap_or_default();
    let null = Value::Null;
    let error = row.get("error").unwrap_or(&null);
    let time = |name| json::text(row, name).and_then(Timestamp::parse_iso);
    let mut output = RunOutput {
        key: json::string(row, "activityName").unwrap_or_default(),
        kind: OutputKind::None,
        task_type: kind.to_owned(),
        run_id: json::string(row, "activityRunId"),
        page_url: None,
        outcome: row_of(ACTIVITY_STATUSES, status).and_then(|row| row.outcome),
        state: RawState {
            state: status.to_owned(),
            code: json::string(error, "errorCode"),
            ..RawState::default()
        },
        attempt: json::count(row, "retryAttempt").map_or(0, |n| u32::try_from(n).unwrap_or(u32::MAX)),
        start_time: time("activityRunStart"),
        end_time: time("activityRunEnd"),
        text: None,
        file: None,
        data: None,
        truncated: false,
        error_message: json::string(error, "message"),
        error_trace: None,
        error: None,
    };
    let given = row.get("output").unwrap_or(&null);
    if is_oversize(given) && output.outcome != Some(Outcome::Failed) {
        // The service puts a warning in the place of an output that is too large, and still says Succeeded.
        output.truncated = true;
        output.error_message = json::string(given, "errorMessage");
    } else if !given.is_null() {
        read_output(&mut output, kind, row.get("input").unwrap_or(&null), given);
    }
    let child = is_invocation(kind)
        .then(|| child_of(given, row.get("input").unwrap_or(&null)))
        .flatten();
    Activity {
        output,
        iteration: json::string(row, "iterationHash"),
        child,
    }
}

fn read_output(output: &mut RunOutput, kind: &str, input: &Value, given: &Value) {
    let set = |output: &mut RunOutput, kind, data: Value| {
        output.kind = kind;
        output.data = Some(data);
    };
    if let Some(result) = given
        .get("result")
        .filter(|result| result.is_object() && search::holds(kind, "Notebook"))
    {
        output.kind = OutputKind::NotebookResult;
        output.text = json::string(result, "exitValue");
        if let Some(error) = json::member(result, "error") {
            let name = json::text(error, "ename").unwrap_or("error");
            output.error_message = json::text(error, "evalue").map(|value| format!("{name}: {value}"));
            let lines: Vec<&str> = json::array(error, "traceback")
                .iter()
                .filter_map(Value::as_str)
                .collect();
            output.error_trace = (!lines.is_empty()).then(|| lines.join("\n"));
        }
    } else if kind == "Lookup" && given.get("value").is_some_and(Value::is_array) {
        set(
            output,
            OutputKind::Rows,
            given.get("value").cloned().unwrap_or_default(),
        );
    } else if kind == "Lookup"
        && let Some(row) = json::member(given, "firstRow")
    {
        set(output, OutputKind::Rows, Value::Array(vec![row.clone()]));
    } else if kind == "Script" && given.get("resultSets").is_some_and(Value::is_array) {
        let sets = json::array(given, "resultSets");
        let rows = sets.iter().map(|set| Value::Array(json::array(set, "rows").to_vec()));
        output.truncated = json::flag(given, "outputTruncated").unwrap_or(false);
        match sets.len() {
            1 => set(output, OutputKind::Rows, rows.collect::<Vec<_>>().remove(0)),
            _ => set(output, OutputKind::Data, rows.collect()),
        }
    } else if kind == "SetVariable"
        && (json::text(given, "name") == Some(RETURN_VALUE) || json::text(input, "variableName") == Some(RETURN_VALUE))
    {
        set(output, OutputKind::ReturnValue, return_value(given));
    } else {
        set(output, OutputKind::Data, given.clone());
    }
}

/// The variable that a pipeline gives back to its caller.
const RETURN_VALUE: &str = "pipelineReturnValue";

/// The service lists `{key, value: {type, content}}`; a value that is not wrapped is taken as it is.
fn return_value(given: &Value) -> Value {
    let Some(entries) = given.get("value").and_then(Value::as_array) else {
        return given.get("value").unwrap_or(given).clone();
    };
    if !entries
        .iter()
        .all(|entry| entry.get("key").is_some_and(Value::is_string))
    {
        return given.get("value").cloned().unwrap_or_default();
    }
    let members = entries.iter().filter_map(|entry| {
        let value = entry.get("value").cloned().unwrap_or_default();
        let value = value.get("content").cloned().unwrap_or(value);
        Some((json::string(entry, "key")?, value))
    });
    Value::Object(members.collect::<Map<_, _>>())
}

fn is_oversize(given: &Value) -> bool {
    given.as_object().is_some_and(|members| members.len() == 1)
        && json::text(given, "errorMessage").is_some_and(|text| search::holds(text, "size exceeds"))
}

fn is_invocation(kind: &str) -> bool {
    ["ExecutePipeline", "InvokePipeline"]
        .iter()
        .any(|name| kind.eq_ignore_ascii_case(name))
}

fn child_of(output: &Value, input: &Value) -> Option<Child> {
    let id = ["pipelineRunId", "runId", "jobInstanceId"]
        .iter()
        .find_map(|name| json::text(output, name).and_then(canonical_guid))?;
    let workspace_id = [output, input]
        .iter()
        .find_map(|value| json::text(value, "workspaceId").and_then(canonical_guid));
    Some(Child {
        instance_id: id,
        workspace_id,
    })
}
