//! Outputs: where each kind of activity keeps its value.

use pqrun::error::ErrorCode;
use pqrun::run::{Outcome, OutputKind, RunOutput, RunResult, WarningCode};
use serde_json::{Value, json};

use super::service::{Shared, id};

/// A pipeline that completes at once, with these activities.
pub(super) fn pipeline(rows: Value) -> Shared {
    let service = Shared::default();
    service.set().life = vec![(0, "Completed")];
    service.set().new_ids.push_back(id(1));
    service.set().activities.insert(id(1), rows);
    service
}

pub(super) fn read(rows: Value) -> std::sync::Arc<RunResult> {
    pipeline(rows).start(json!({})).run()
}

/// The only activity's output.
#[track_caller]
fn one(kind: &str, output: Value) -> RunOutput {
    let row = json!({"activityName": "A", "activityType": kind, "status": "Succeeded", "output": output,
        "activityRunId": "10a5c7d3-92be-4f60-8d17-e3b4f9062c58", "activityRunStart": "2026-08-31T16:03:22.104Z",
        "activityRunEnd": "2026-08-31T16:03:31.87Z", "retryAttempt": null, "iterationHash": null,
        "error": {"errorCode": "", "message": "", "failureType": "", "target": "A", "details": ""}});
    let result = read(json!([row]));
    assert_eq!((result.outcome, result.outputs.len()), (Outcome::Succeeded, 1));
    assert!(result.outputs_error.is_none() && result.warnings.is_empty());
    result.outputs[0].clone()
}

#[test]
fn each_kind_of_activity_gives_its_value() {
    let rows = json!([{"a": 1}, {"a": 2}]);
    for (kind, given, expected_kind, data) in [
        (
            "Lookup",
            json!({"firstRow": {"wm": "x", "n": 41}}),
            OutputKind::Rows,
            json!([{"wm": "x", "n": 41}]),
        ),
        (
            "Lookup",
            json!({"count": 2, "value": rows}),
            OutputKind::Rows,
            rows.clone(),
        ),
        ("Lookup", json!({"count": 0, "value": []}), OutputKind::Rows, json!([])),
        (
            "Script",
            json!({"resultSetCount": 1, "resultSets": [{"rowCount": 2, "rows": rows}]}),
            OutputKind::Rows,
            rows.clone(),
        ),
        (
            "Script",
            json!({"resultSets": [{"rows": rows}, {"rows": []}]}),
            OutputKind::Data,
            json!([rows, []]),
        ),
        ("Script", json!({"resultSets": []}), OutputKind::Data, json!([])),
        (
            "Copy",
            json!({"rowsRead": 5, "rowsCopied": 5}),
            OutputKind::Data,
            json!({"rowsRead": 5, "rowsCopied": 5}),
        ),
        ("Brandnew", json!({"x": [1]}), OutputKind::Data, json!({"x": [1]})),
        (
            "SetVariable",
            json!({"name": "pipelineReturnValue", "value": [{"key": "n", "value": {"type": "Int", "content": 250}}, {"key": "t", "value": "x"}]}),
            OutputKind::ReturnValue,
            json!({"n": 250, "t": "x"}),
        ),
        (
            "SetVariable",
            json!({"name": "pipelineReturnValue", "value": {"n": 1}}),
            OutputKind::ReturnValue,
            json!({"n": 1}),
        ),
        (
            "SetVariable",
            json!({"name": "pipelineReturnValue", "value": [1, 2]}),
            OutputKind::ReturnValue,
            json!([1, 2]),
        ),
        (
            "SetVariable",
            json!({"name": "other", "value": 1}),
            OutputKind::Data,
            json!({"name": "other", "value": 1}),
        ),
    ] {
        let output = one(kind, given.clone());
        assert_eq!(
            (output.kind, output.data),
            (expected_kind, Some(data)),
            "{kind} {given}"
        );
        assert_eq!(
            (output.key.as_str(), output.task_type.as_str(), output.truncated),
            ("A", kind, false)
        );
        assert!(output.start_time.is_some() && output.end_time.is_some() && output.run_id.is_some());
    }
    assert_eq!(one("Wait", Value::Null).kind, OutputKind::None);
}

#[test]
fn the_return_value_is_known_by_the_variable_that_was_set() {
    let row = json!({"activityName": "R", "activityType": "SetVariable", "status": "Succeeded",
        "input": {"variableName": "pipelineReturnValue"}, "output": {"value": [{"key": "n", "value": {"type": "Int", "content": 1}}]}});
    let result = read(json!([row]));
    assert_eq!(
        (result.outputs[0].kind, result.outputs[0].data.clone()),
        (OutputKind::ReturnValue, Some(json!({"n": 1})))
    );
}

#[test]
fn a_notebook_activity_gives_its_exit_value_as_text_or_its_error_with_the_trace() {
    let output = one(
        "TridentNotebook",
        json!({"result": {"runStatus": "Succeeded", "exitValue": "{\"scored\":250}", "error": null}}),
    );
    assert_eq!(
        (output.kind, output.text.as_deref()),
        (OutputKind::NotebookResult, Some("{\"scored\":250}"))
    );
    let row = json!({"activityName": "Score", "activityType": "TridentNotebook", "status": "Failed",
        "output": {"result": {"error": {"ename": "ValueError", "evalue": "limit must be positive", "traceback": ["Cell In[4], line 2", "ValueError"]}}},
        "error": {"errorCode": "BadRequest", "message": "Notebook execution failed", "failureType": "UserError"}});
    let service = pipeline(json!([row]));
    service.set().life = vec![(0, "Failed")];
    service.set().failure =
        json!({"errorCode": "JobInstanceStatusFailed", "message": "Job instance failed without detail error"});
    let result = service.start(json!({})).run();
    let output = &result.outputs[0];
    assert_eq!(
        output.error_message.as_deref(),
        Some("ValueError: limit must be positive")
    );
    assert_eq!(output.error_trace.as_deref(), Some("Cell In[4], line 2\nValueError"));
    assert_eq!(
        (output.state.code.as_deref(), output.outcome),
        (Some("BadRequest"), Some(Outcome::Failed))
    );
    let error = result.error.as_ref().expect("the run failed");
    assert_eq!(error.message, "Score: ValueError: limit must be positive");
    assert_eq!(
        (error.code(), error.service_code.as_deref()),
        (ErrorCode::RunFailed, Some("JobInstanceStatusFailed"))
    );
}

#[test]
fn the_message_of_a_fail_activity_is_the_runs_error() {
    let service = pipeline(
        json!([{"activityName": "Stop", "activityType": "Fail", "status": "Failed", "output": null,
        "error": {"errorCode": "NO_INPUT", "message": "No file for this day", "failureType": "UserError"}}]),
    );
    service.set().life = vec![(0, "Failed")];
    let result = service.start(json!({})).run();
    assert_eq!(
        result.error.as_ref().map(|error| error.message.as_str()),
        Some("Stop: No file for this day")
    );
    assert_eq!(result.outputs[0].state.code.as_deref(), Some("NO_INPUT"));
}

#[test]
fn an_output_that_was_too_large_is_marked_as_cut_and_gives_no_rows() {
    for kind in ["Lookup", "Script", "TridentNotebook", "Copy"] {
        let output = one(
            kind,
            json!({"errorMessage": "Warning: Object size exceeds limit of 4 MB"}),
        );
        assert_eq!(
            (output.truncated, output.data.is_none(), output.text.is_none()),
            (true, true, true),
            "{kind}"
        );
        assert!(output.error_message.is_some());
    }
    assert!(
        one(
            "Script",
            json!({"outputTruncated": true, "resultSets": [{"rows": [{"a": 1}]}]})
        )
        .truncated
    );
}

#[test]
fn a_failed_activity_in_a_completed_run_is_a_warning() {
    let result = read(
        json!([{"activityName": "Try", "activityType": "Copy", "status": "Failed"}, {"activityName": "Catch", "status": "Succeeded"}]),
    );
    assert_eq!((result.outcome, result.error.is_none()), (Outcome::Succeeded, true));
    assert_eq!(
        result.warnings.iter().map(|w| w.code).collect::<Vec<_>>(),
        [WarningCode::PartFailed]
    );
}

#[test]
fn of_each_activity_and_iteration_the_last_attempt_counts() {
    let row = |attempt: Value, hash: Value, status: &str, n: u32| json!({"activityName": "A", "activityType": "Copy", "status": status, "retryAttempt": attempt, "iterationHash": hash, "output": {"n": n}});
    let result = read(json!([
        row(json!(null), json!("x"), "Failed", 1),
        row(json!(1), json!("x"), "Succeeded", 2),
        row(json!(2), json!("y"), "Succeeded", 4),
        row(json!(1), json!("y"), "Failed", 3),
    ]));
    let outputs: Vec<_> = result
        .outputs
        .iter()
        .map(|o| (o.key.as_str(), o.attempt, o.data.clone()))
        .collect();
    assert_eq!(
        outputs,
        [("A[0]", 1, Some(json!({"n": 2}))), ("A[1]", 2, Some(json!({"n": 4})))]
    );
    assert!(
        result.warnings.is_empty(),
        "a failed attempt that was made good is no news"
    );
    let result = read(json!([
        row(json!(0), json!(null), "Failed", 1),
        row(json!(1), json!(null), "Succeeded", 2)
    ]));
    assert_eq!(result.outputs.iter().map(|o| o.key.as_str()).collect::<Vec<_>>(), ["A"]);
}

#[test]
fn ten_thousand_activities_are_read_in_no_time() {
    let rows: Vec<Value> = (0..10_000)
        .map(|n| json!({"activityName": "A", "status": "Succeeded", "iterationHash": format!("h{n}")}))
        .collect();
    let result = read(json!(rows));
    assert_eq!(result.outputs.len(), 10_000);
    assert_eq!(result.outputs[9_999].key, "A[9999]");
}
