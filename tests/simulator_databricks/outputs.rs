//! What `runs/get-output` gives.

use serde_json::json;

use super::client::{Client, body, one_task};

const PARENT_REFUSED: &str = "Retrieving the output of runs with multiple tasks is not supported. Please retrieve the \
                              output of each individual task run instead.";

#[test]
fn the_parents_run_id_has_no_output_even_with_a_single_task() {
    let mut client = Client::of_job(&one_task(1.0));
    let run = client.start(&json!({}));
    client.wait(5.0);
    let refused = client.get(&format!("runs/get-output?run_id={run}"));
    assert_eq!(refused.status, 400);
    assert_eq!(body(&refused)["error_code"], "INVALID_PARAMETER_VALUE");
    assert_eq!(body(&refused)["message"], PARENT_REFUSED);
    let output = client.output(run, "main");
    assert_eq!(output["notebook_output"], json!({"result": "[1]", "truncated": false}));
    assert_eq!(output["metadata"]["job_run_id"], run);
}

#[test]
fn a_run_of_the_old_single_task_form_has_its_output_itself() {
    let mut job = one_task(1.0);
    job["singleTask"] = json!(true);
    for version in ["2.0", "2.1", "2.2"] {
        let mut client = Client::of_job(&job);
        client.version = version;
        let run = client.start(&json!({}));
        client.wait(5.0);
        let output = client.get_ok(&format!("runs/get-output?run_id={run}"));
        assert_eq!(output["notebook_output"]["result"], "[1]", "{version}");
        assert_eq!(client.run(run).get("tasks").is_some(), version != "2.0");
    }
}

#[test]
fn a_result_keeps_its_head_and_a_log_its_tail() {
    let mut client = Client::of_job(&json!({"tasks": [
        {"key": "rows", "run": {"output": {"result": "[{\"a\":\"ü\"}]", "truncateAt": 8}}},
        {"key": "logs", "kind": "sparkPython", "run": {"output": {"logs": "first\nlast ü\n", "logsTruncateAt": 8}}},
        {"key": "large", "run": {"output": {"rows": 200_000, "columns": {"id": {}, "text": {"type": "text"}}}}},
    ]}));
    let run = client.start(&json!({}));
    client.wait(5.0);
    assert_eq!(
        client.output(run, "rows")["notebook_output"],
        json!({"result": "[{\"a\":\"", "truncated": true}),
        "no half of a character"
    );
    let logs = client.output(run, "logs");
    assert_eq!(
        (&logs["logs"], &logs["logs_truncated"]),
        (&json!("last ü\n"), &json!(true))
    );
    let large = client.output(run, "large");
    assert_eq!(large["notebook_output"]["truncated"], true);
    assert_eq!(
        large["notebook_output"]["result"].as_str().map(str::len),
        Some(5 * 1024 * 1024)
    );
}

#[test]
fn a_failed_notebook_has_an_error_and_a_notebook_output() {
    let mut client = Client::of_job(&json!({"tasks": [{"key": "main", "run": {
        "result": "failed", "output": {"error": "ValueError: no", "errorTrace": "Traceback"},
    }}]}));
    let run = client.start(&json!({}));
    client.wait(5.0);
    let output = client.output(run, "main");
    assert_eq!(output["error"], "ValueError: no");
    assert_eq!(output["error_trace"], "Traceback");
    assert_eq!(output["notebook_output"], json!({}));
}

#[test]
fn every_kind_of_task_gives_its_own_member() {
    for (kind, member) in [
        ("agentic", "agentic_task_output"),
        ("aiRuntime", "ai_runtime_task_output"),
        ("alert", "alert_output"),
        ("cleanRoomsNotebook", "clean_rooms_notebook_output"),
        ("dashboard", "dashboard_output"),
        ("dbt", "dbt_output"),
        ("dbtCloud", "dbt_cloud_output"),
        ("dbtPlatform", "dbt_platform_output"),
        ("genie", "genie_task_output"),
        ("notebook", "notebook_output"),
        ("pythonWheel", "logs"),
        ("sparkJar", "logs"),
        ("sparkPython", "logs"),
        ("sql", "sql_output"),
        ("sqlAlert", "sql_output"),
        ("sqlDashboard", "sql_output"),
    ] {
        let mut client = Client::of_job(&json!({"tasks": [{"key": "main", "kind": kind}]}));
        let run = client.start(&json!({}));
        client.wait(5.0);
        assert!(client.output(run, "main").get(member).is_some(), "{kind}");
    }
    for kind in ["pipeline", "powerBi", "sparkSubmit"] {
        let mut client = Client::of_job(&json!({"tasks": [{"key": "main", "kind": kind}]}));
        let run = client.start(&json!({}));
        client.wait(5.0);
        let output = client.output(run, "main");
        assert_eq!(
            output.as_object().map(serde_json::Map::len),
            Some(1),
            "{kind}: only metadata"
        );
    }
}

#[test]
fn generated_rows_are_the_same_each_time_in_every_form() {
    for (format, begins) in [
        ("json", "[{\"id\":1,"),
        ("jsonLines", "{\"id\":1,"),
        ("columns", "{\"id\":[1,2,3"),
        ("csv", "id,text,n\r\n1,"),
        ("split", "{\"columns\":[\"id\",\"text\",\"n\"],\"data\":[[1,"),
    ] {
        let mut client = Client::of_job(&json!({"tasks": [{"key": "main", "run": {"output": {
            "rows": 5, "format": format,
            "columns": {"id": {}, "text": {"type": "text", "nulls": 0.5}, "n": {"type": "number"}},
        }}}]}));
        let run = client.start(&json!({}));
        client.wait(5.0);
        let first = client.output(run, "main");
        assert_eq!(first, client.output(run, "main"));
        let text = first["notebook_output"]["result"].as_str().expect("text");
        assert!(text.starts_with(begins), "{format}: {text}");
    }
}
