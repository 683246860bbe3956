//! What a task gave out: `runs/get-output`, every kind of it.
//!
//! <https://docs.databricks.com/api/workspace/jobs/getrunoutput>

use serde_json::Value;

use crate::databricks::run::Task;
use crate::error::Error;
use crate::http::HttpResponse;
use crate::json;
use crate::run::{Outcome, OutputKind, RunOutput};
use crate::table::{JsonPath, cut_text};

/// Members of an output that hold a structure rather than a text.
const STRUCTURES: &[&str] = &[
    "sql_output",
    "dbt_output",
    "dashboard_output",
    "alert_output",
    "dbt_cloud_output",
    "dbt_platform_output",
    "genie_task_output",
    "agentic_task_output",
    "ai_runtime_task_output",
];

/// The entry for a task, before its output is read.
pub(crate) fn of_task(key: String, task: &Task) -> RunOutput {
    RunOutput {
        key,
        kind: if task.condition.is_some() {
            OutputKind::Condition
        } else {
            OutputKind::None
        },
        task_type: task.kind.clone(),
        run_id: task.run_id.clone(),
        page_url: task.page_url.clone(),
        outcome: task.state.outcome,
        state: task.state.raw.clone(),
        attempt: task.attempt,
        start_time: task.start_time,
        end_time: task.end_time,
        text: task.condition.clone(),
        file: None,
        data: None,
        truncated: false,
        error_message: failure_message(task),
        error_trace: None,
        error: None,
    }
}

fn failure_message(task: &Task) -> Option<String> {
    (task.state.outcome != Some(Outcome::Succeeded) && !task.state.message.is_empty())
        .then(|| task.state.message.clone())
}

/// Whether asking for the task's output can give anything: not if it never ran, nor for kinds without output.
pub(crate) fn is_worth_asking(task: &Task) -> bool {
    let upstream = |state: &String| state.to_ascii_uppercase().starts_with("UPSTREAM_");
    task.kind != "condition_task"
        && task.state.outcome != Some(Outcome::Skipped)
        && !task.state.raw.result_state.as_ref().is_some_and(upstream)
        && task.run_id.is_some()
}

/// An answer of `runs/get-output`, and the text that the notebook gave out, if it is in there.
pub(crate) struct Answer {
    value: Value,
    result: Option<String>,
}

impl From<Value> for Answer {
    fn from(value: Value) -> Self {
        Self { value, result: None }
    }
}

/// Parses an answer. The result of a notebook can have 5 MB, of which no value is made.
///
/// # Errors
/// As [`json::object`].
pub(crate) fn parse(response: &HttpResponse) -> Result<Answer, Error> {
    let place = JsonPath::members(["notebook_output", "result"]);
    Ok(match cut_text(&response.body, &place) {
        Some((text, rest)) => Answer {
            value: json::object_in(response, &rest)?,
            result: Some(text),
        },
        None => json::object(response)?.into(),
    })
}

/// Reads an answer into the task's entry; gives the id of a child job run, if there is one.
pub(crate) fn read(output: &mut RunOutput, answer: Answer) -> Option<String> {
    let (value, result) = (&answer.value, answer.result);
    if let Some(message) = json::string(value, "error") {
        output.error_message = Some(message);
    }
    output.error_trace = json::string(value, "error_trace");
    let notebook = json::member(value, "notebook_output").or_else(|| {
        value
            .get("clean_rooms_notebook_output")
            .and_then(|clean| json::member(clean, "notebook_output"))
    });
    let logs = json::string(value, "logs");
    if let Some(notebook) = notebook.filter(|notebook| notebook.is_object()) {
        output.kind = OutputKind::NotebookResult;
        // An exit with an empty text is not the same as no exit.
        output.text = result.or_else(|| notebook.get("result").and_then(Value::as_str).map(str::to_owned));
        output.truncated = json::flag(notebook, "truncated").unwrap_or(false);
    }
    if output.text.is_none()
        && let Some(logs) = logs
    {
        output.kind = OutputKind::Logs;
        output.text = Some(logs);
        output.truncated = json::flag(value, "logs_truncated").unwrap_or(false);
    }
    for name in STRUCTURES {
        if let Some(structure) = json::member(value, name) {
            if output.text.is_none() {
                output.kind = OutputKind::Data;
            }
            output.data = Some(json::object_of(vec![(*name, structure.clone())]));
        }
    }
    value.get("run_job_output").and_then(|child| json::id(child, "run_id"))
}
