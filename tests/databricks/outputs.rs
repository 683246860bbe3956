//! What tasks gave out: every kind of it, and what is asked for at all.

use pqrun::error::ErrorCode;
use pqrun::poller::OUTPUTS_LIMIT;
use pqrun::run::{Outcome, OutputKind, RunOutput, RunResult};
use serde_json::{Value, json as value};

use crate::support::fixture::{fixture, fixture_names};
use crate::support::with_header;
use crate::*;

const OUTPUT_OF: &str = "jobs/runs/get-output";

fn good() -> Value {
    value!({"life_cycle_state": "TERMINATED", "result_state": "SUCCESS"})
}

/// A task of this kind that ended well.
fn task(key: &str, run_id: u64, kind: &str) -> Value {
    value!({"task_key": key, "run_id": run_id, "start_time": 1_772_330_400_000_u64 + run_id, "state": good(), kind: {}})
}

/// A good run with these tasks.
fn run_of(tasks: Vec<Value>) -> String {
    value!({"run_id": 412_000_000_000_101_u64, "state": good(), "tasks": tasks}).to_string()
}

/// A run with one task, whose output is the answer.
fn output_of(answer: Reply) -> (RunOutput, std::sync::Arc<RunResult>) {
    let last = run_of(vec![task("load", 5, "notebook_task")]);
    let mut usual = service(0, &last);
    let mut host = start(RunOptions::default(), move |now, sent| {
        if sent.request.endpoint == OUTPUT_OF {
            return answer.clone();
        }
        usual(now, sent)
    });
    let result = host.run();
    assert_eq!(result.outcome, Outcome::Succeeded);
    (result.outputs[0].clone(), result)
}

fn sample(name: &str) -> RunOutput {
    output_of(fixture("databricks", name).into()).0
}

#[test]
fn every_sample_of_an_output_is_read_as_its_kind() {
    for (name, kind, text, truncated) in [
        (
            "output_notebook",
            OutputKind::NotebookResult,
            Some(r#"[{"region":"north","rows":120},{"region":"south","rows":95}]"#),
            false,
        ),
        ("output_notebook_without_exit", OutputKind::NotebookResult, None, false),
        (
            "output_truncated",
            OutputKind::NotebookResult,
            Some(r#"[{"id":1,"name":"a"},{"id":2,"na"#),
            true,
        ),
        (
            "output_logs",
            OutputKind::Logs,
            Some("…last lines only\nrow 99999 ok\n"),
            true,
        ),
        ("output_sql_query", OutputKind::Data, None, false),
        ("output_sql_dashboard", OutputKind::Data, None, false),
        ("output_sql_alert", OutputKind::Data, None, false),
        ("output_dbt", OutputKind::Logs, Some("Completed successfully\n"), false),
        ("output_failed_task", OutputKind::NotebookResult, None, false),
        ("output_unavailable", OutputKind::None, None, false),
    ] {
        let output = sample(name);
        assert_eq!(
            (output.kind, output.text.as_deref(), output.truncated),
            (kind, text, truncated),
            "{name}"
        );
        assert_eq!(output.error, None, "{name}");
    }
    let tested = fixture_names("databricks")
        .into_iter()
        .filter(|name| name.starts_with("output_"))
        .count();
    // `output_run_job` is followed; see the tree.
    assert_eq!(tested, 11);
}

#[test]
fn every_structure_of_an_output_is_given_as_it_came() {
    for member in [
        "sql_output",
        "dbt_output",
        "dashboard_output",
        "alert_output",
        "dbt_cloud_output",
        "dbt_platform_output",
        "genie_task_output",
        "agentic_task_output",
        "ai_runtime_task_output",
    ] {
        let (output, _) = output_of(json(200, &value!({member: {"a": [1]}}).to_string()).into());
        assert_eq!(
            (output.kind, output.data),
            (OutputKind::Data, Some(value!({member: {"a": [1]}}))),
            "{member}"
        );
    }
    let alert = sample("output_sql_alert").data.expect("a structure");
    assert_eq!(alert["sql_output"]["alert_output"]["alert_state"], "TRIGGERED");
    let dbt = sample("output_dbt").data.expect("a structure");
    assert!(dbt["dbt_output"]["artifacts_link"].is_string());
}

#[test]
fn a_clean_rooms_notebook_is_read_like_any_notebook() {
    let body = r#"{"clean_rooms_notebook_output":{"notebook_output":{"result":"1","truncated":true}}}"#;
    let (output, _) = output_of(json(200, body).into());
    assert_eq!(
        (output.kind, output.text.as_deref(), output.truncated),
        (OutputKind::NotebookResult, Some("1"), true)
    );
}

#[test]
fn an_exit_with_an_empty_text_is_not_the_same_as_no_exit() {
    let (output, _) = output_of(json(200, r#"{"notebook_output":{"result":""}}"#).into());
    assert_eq!(
        (output.kind, output.text.as_deref()),
        (OutputKind::NotebookResult, Some(""))
    );
}

#[test]
fn logs_stand_in_for_a_notebook_that_never_called_exit() {
    let (output, _) = output_of(json(200, r#"{"notebook_output":{},"logs":"hello\n","logs_truncated":true}"#).into());
    assert_eq!(
        (output.kind, output.text.as_deref(), output.truncated),
        (OutputKind::Logs, Some("hello\n"), true)
    );
    let (output, _) = output_of(json(200, r#"{"notebook_output":{"result":"1"},"logs":"hello\n"}"#).into());
    assert_eq!(
        (output.kind, output.text.as_deref()),
        (OutputKind::NotebookResult, Some("1"))
    );
}

#[test]
fn an_output_of_a_kind_that_nobody_knows_is_no_error() {
    for body in [
        "{}",
        r#"{"metadata":{},"hologram_output":{"a":1}}"#,
        r#"{"notebook_output":7,"logs":[],"error":false}"#,
    ] {
        let (output, result) = output_of(json(200, body).into());
        assert_eq!((output.kind, output.text), (OutputKind::None, None), "{body}");
        assert_eq!((output.error, &result.outputs_error), (None, &None), "{body}");
    }
}

#[test]
fn a_failed_run_tells_what_its_task_said() {
    let last = fixture("databricks", "run_part_failed");
    let id = 412_000_000_000_200_u64;
    let mut host = start(RunOptions::default(), move |_, sent| match sent.request.endpoint {
        "jobs/run-now" => json(200, &value!({"run_id": id}).to_string()).into(),
        "jobs/runs/get" => last.clone().into(),
        _ if sent.target().ends_with("202") => fixture("databricks", "output_failed_task").into(),
        _ => json(200, OUTPUT).into(),
    });
    let result = host.run();
    assert_eq!(result.outcome, Outcome::Failed);
    let error = result.error.as_ref().expect("an error");
    assert_eq!(error.code(), ErrorCode::RunFailed);
    assert_eq!(error.message, "clean: ValueError: column 'qty' not found");
    assert_eq!(error.service_code.as_deref(), Some("RUN_EXECUTION_ERROR"));
    let clean = &result.outputs[1];
    assert_eq!(clean.key, "clean");
    assert!(
        clean
            .error_trace
            .as_deref()
            .is_some_and(|trace| trace.contains("line 18"))
    );
    // What went well before is there too; what never ran was not asked for.
    assert!(result.outputs[0].text.is_some());
    let publish = &result.outputs[2];
    assert_eq!(
        (publish.outcome, publish.kind),
        (Some(Outcome::Skipped), OutputKind::None)
    );
    assert_eq!(host.sent_to(OUTPUT_OF).len(), 2);
}

#[test]
fn tasks_that_never_ran_and_kinds_without_output_are_not_asked_for() {
    let skipped = |state: Value| {
        let mut task = task("t", 7, "notebook_task");
        task["state"] = state;
        task
    };
    for (task, asked) in [
        (skipped(value!({"life_cycle_state": "SKIPPED"})), 0),
        (
            skipped(value!({"life_cycle_state": "TERMINATED", "result_state": "UPSTREAM_FAILED"})),
            0,
        ),
        (
            skipped(value!({"life_cycle_state": "TERMINATED", "result_state": "UPSTREAM_CANCELED"})),
            0,
        ),
        (
            skipped(value!({"life_cycle_state": "TERMINATED", "result_state": "UPSTREAM_EVICTED"})),
            0,
        ),
        (
            skipped(value!({"life_cycle_state": "TERMINATED", "result_state": "EXCLUDED"})),
            0,
        ),
        (
            skipped(value!({"life_cycle_state": "TERMINATED", "result_state": "DISABLED"})),
            0,
        ),
        (
            skipped(value!({"life_cycle_state": "TERMINATED", "result_state": "CANCELED"})),
            1,
        ),
        (
            skipped(value!({"life_cycle_state": "TERMINATED", "result_state": "TIMEDOUT"})),
            1,
        ),
        (
            value!({"task_key": "t", "run_id": 7, "status": {"state": "TERMINATED", "termination_details": {"code": "SKIPPED"}}}),
            0,
        ),
        (
            value!({"task_key": "t", "run_id": 7, "status": {"state": "TERMINATED", "termination_details": {"code": "DISABLED"}}}),
            0,
        ),
        (
            value!({"task_key": "t", "run_id": 7, "state": good(), "condition_task": {"op": "EQUAL_TO", "outcome": "true"}}),
            0,
        ),
        (value!({"task_key": "t", "state": good()}), 0),
    ] {
        let mut host = start(RunOptions::default(), service(0, &run_of(vec![task.clone()])));
        let result = host.run();
        assert_eq!(host.sent_to(OUTPUT_OF).len(), asked, "{task}");
        assert_eq!(result.outputs.len(), 1, "{task}: it is listed all the same");
    }
}

#[test]
fn a_conditions_answer_is_its_output() {
    let task = value!({"task_key": "t", "run_id": 7, "state": good(), "condition_task": {"outcome": "false"}});
    let mut host = start(RunOptions::default(), service(0, &run_of(vec![task])));
    let output = &host.run().outputs[0];
    assert_eq!(
        (output.kind, output.text.as_deref()),
        (OutputKind::Condition, Some("false"))
    );
}

#[test]
fn skip_outputs_reads_none() {
    let mut host = start(options(r#"{"skipOutputs":true}"#), service(0, SUCCESS));
    let result = host.run();
    assert!(result.outputs.is_empty() && result.outputs_error.is_none());
    assert!(host.sent_to(OUTPUT_OF).is_empty());
}

#[test]
fn a_single_task_run_of_the_oldest_api_is_its_own_task() {
    let last = r#"{"run_id":412000000000101,"run_name":"orders","state":{"life_cycle_state":"TERMINATED","result_state":"SUCCESS"}}"#;
    let job = job_with(r#"{"apiVersion":"2.0"}"#);
    let mut host = Host::start(Job::Databricks(job), RunOptions::default(), service(1, last));
    let result = host.run();
    assert_eq!((result.outputs.len(), result.outputs[0].key.as_str()), (1, "orders"));
    assert_eq!(result.outputs[0].run_id.as_deref(), Some(RUN_ID));
    assert!(result.outputs[0].text.is_some());
    assert!(host.sent_to(OUTPUT_OF)[0].target().starts_with("/api/2.0/"));
}

// What goes wrong with outputs.

#[test]
fn a_refused_output_never_changes_the_outcome() {
    for name in [
        "error_403",
        "error_run_missing_404",
        "error_output_of_job_run",
        "error_409",
    ] {
        let (output, result) = output_of(fixture("databricks", name).into());
        let error = output.error.expect("it says why");
        assert_eq!(error.code(), ErrorCode::OutputUnavailable, "{name}");
        assert!(!error.message.is_empty(), "{name}");
        assert_eq!(
            result.outputs_error.as_ref().map(|error| error.code()),
            Some(ErrorCode::OutputUnavailable)
        );
        assert_eq!(result.error, None);
    }
}

#[test]
fn one_refused_output_leaves_the_others() {
    let last = run_of((1..=6).map(|n| task(&format!("t{n}"), n, "notebook_task")).collect());
    let mut usual = service(0, &last);
    let mut host = start(RunOptions::default(), |now, sent| {
        if sent.target().ends_with("get-output?run_id=3") {
            return fixture("databricks", "error_403").into();
        }
        usual(now, sent)
    });
    let result = host.run();
    let texts = result.outputs.iter().filter(|output| output.text.is_some()).count();
    assert_eq!((result.outputs.len(), texts), (6, 5));
    assert!(result.outputs[2].error.is_some());
}

#[test]
fn outputs_that_never_come_end_the_wait_after_two_minutes() {
    for reply in [
        Reply::Hang,
        json(503, "").into(),
        with_header(json(429, ""), "Retry-After", "3600").into(),
        json(200, "{").into(),
        json(200, "<html></html>").into(),
    ] {
        let last = run_of((1..=9).map(|n| task(&format!("t{n}"), n, "notebook_task")).collect());
        let mut usual = service(0, &last);
        let mut host = start(RunOptions::default(), |now, sent| {
            if sent.request.endpoint == OUTPUT_OF {
                return reply.clone();
            }
            usual(now, sent)
        });
        let result = host.run();
        assert_eq!(result.outcome, Outcome::Succeeded);
        assert!(host.elapsed() <= OUTPUTS_LIMIT + seconds(2), "{:?}", host.elapsed());
        assert_eq!(result.outputs.len(), 9);
        for output in &result.outputs {
            assert_eq!(
                output.error.as_ref().map(|error| error.code()),
                Some(ErrorCode::OutputUnavailable),
                "{}",
                output.key
            );
        }
        assert!(result.outputs_error.is_some());
    }
}

#[test]
fn the_deadline_does_not_cut_the_reading_of_outputs_short() {
    let last = run_of(vec![task("t", 1, "notebook_task")]);
    let mut usual = service(0, &last);
    let mut host = start(options(r#"{"timeout":"30s"}"#), |now, sent| match usual(now, sent) {
        Reply::Answer(_, response) if sent.request.endpoint == OUTPUT_OF => Reply::Answer(seconds(80), response),
        reply => reply,
    });
    let result = host.run();
    assert_eq!(result.outcome, Outcome::Succeeded);
    assert!(result.outputs[0].text.is_some());
}

#[test]
fn a_slow_output_does_not_hold_back_the_others() {
    let last = run_of((1..=20).map(|n| task(&format!("t{n}"), n, "notebook_task")).collect());
    let mut usual = service(0, &last);
    let mut host = start(RunOptions::default(), |now, sent| {
        if sent.target().ends_with("get-output?run_id=1") {
            return Reply::Hang;
        }
        usual(now, sent)
    });
    let result = host.run();
    assert_eq!(result.outputs.iter().filter(|output| output.text.is_some()).count(), 19);
}

#[test]
fn a_hundred_outputs_are_read_and_none_twice() {
    let last = run_of((1..=100).map(|n| task(&format!("t{n}"), n, "notebook_task")).collect());
    // The harness asserts that at most four are under way at once.
    let mut host = start(RunOptions::default(), service(0, &last));
    let result = host.run();
    assert!(result.outputs.iter().all(|output| output.text.is_some()));
    assert_eq!(host.sent_to(OUTPUT_OF).len(), 100);
    assert!(host.elapsed() < seconds(5), "{:?}", host.elapsed());
}

#[test]
fn a_credential_may_expire_while_outputs_are_read() {
    let last = run_of((1..=8).map(|n| task(&format!("t{n}"), n, "notebook_task")).collect());
    let mut usual = service(0, &last);
    let mut host = start(RunOptions::default(), |now, sent| {
        if sent.request.endpoint == OUTPUT_OF && !sent.request.refresh_token {
            return fixture("databricks", "error_401_number").into();
        }
        usual(now, sent)
    });
    let result = host.run();
    assert_eq!(result.outputs_error, None);
    assert!(result.outputs.iter().all(|output| output.text.is_some()));
}
