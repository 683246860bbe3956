//! What a start takes, and that one token means one run.

use serde_json::json;

use super::client::{Client, START, body, one_task, words};

#[test]
fn a_run_goes_from_running_to_success_in_the_time_of_its_task() {
    let mut client = Client::of_job(&one_task(10.0));
    let run = client.start(&json!({}));
    assert_eq!(words(&client.run(run)), "RUNNING/- RUNNING/-");
    assert_eq!(words(&client.wait(9.0).run(run)), "RUNNING/- RUNNING/-");
    let ended = client.wait(2.0).run(run);
    assert_eq!(words(&ended), "TERMINATED/SUCCESS TERMINATED/SUCCESS");
    assert_eq!(
        ended["end_time"].as_u64(),
        Some(START.0 + 10_000),
        "not when someone looked"
    );
}

#[test]
fn a_token_stands_for_one_run_whatever_the_parameters_and_the_outcome() {
    let mut client = Client::of_job(&json!({
        "parameters": {"day": ""}, "tasks": [{"key": "main", "run": {"seconds": 1, "result": "failed"}}],
    }));
    let first = client.start(&json!({"idempotency_token": "t", "job_parameters": {"day": "1"}}));
    client.wait(60.0);
    let second = client.start(&json!({"idempotency_token": "t", "job_parameters": {"day": "2"}}));
    assert_eq!(first, second);
    assert_eq!(client.simulator.databricks().runs_created(1), 1);
    assert_eq!(client.simulator.databricks().runs_of_token("t"), 1);
    assert_ne!(client.start(&json!({"idempotency_token": "u"})), first);
    assert_eq!(client.simulator.databricks().runs_created(1), 2);
}

#[test]
fn the_token_of_a_deleted_run_is_refused_and_stays_reserved() {
    let mut client = Client::of_job(&one_task(1.0));
    let run = client.start(&json!({"idempotency_token": "t"}));
    let active = client.post("runs/delete", &json!({"run_id": run}));
    assert_eq!(
        (active.status, &body(&active)["error_code"]),
        (400, &json!("INVALID_STATE"))
    );
    client.wait(2.0).post_ok("runs/delete", &json!({"run_id": run}));
    for _ in 0..2 {
        let refused = client.post("run-now", &json!({"job_id": 1, "idempotency_token": "t"}));
        assert_eq!(
            (refused.status, &body(&refused)["error_code"]),
            (400, &json!("INVALID_PARAMETER_VALUE"))
        );
    }
    assert_eq!(client.get(&format!("runs/get?run_id={run}")).status, 404);
    assert_eq!(client.simulator.databricks().runs_created(1), 1);
}

#[test]
fn what_breaks_a_limit_is_refused_and_starts_nothing() {
    let long = "x".repeat(10_000);
    for (what, request) in [
        ("no job", json!({})),
        ("no number", json!({"job_id": "one"})),
        ("long token", json!({"job_id": 1, "idempotency_token": "x".repeat(65)})),
        (
            "both kinds",
            json!({"job_id": 1, "job_parameters": {"a": "1"}, "notebook_params": {"b": "2"}}),
        ),
        (
            "both kinds",
            json!({"job_id": 1, "job_parameters": {"a": "1"}, "dbt_commands": ["dbt run"]}),
        ),
        (
            "legacy clash",
            json!({"job_id": 1, "notebook_params": {"a": "1"}, "jar_params": ["b"]}),
        ),
        ("no text", json!({"job_id": 1, "job_parameters": {"a": 1}})),
        ("odd name", json!({"job_id": 1, "job_parameters": {"a b": "1"}})),
        ("too long", json!({"job_id": 1, "notebook_params": {"a": long}})),
        ("too long", json!({"job_id": 1, "jar_params": [long]})),
        ("not ASCII", json!({"job_id": 1, "python_params": ["ü"]})),
        ("queue", json!({"job_id": 1, "queue": {}})),
        ("no such task", json!({"job_id": 1, "only": ["other"]})),
        (
            "pipeline",
            json!({"job_id": 1, "pipeline_params": {"full_refresh": "yes"}}),
        ),
        ("no such target", json!({"job_id": 1, "performance_target": "FAST"})),
    ] {
        let mut client = Client::of_job(&one_task(1.0));
        let refused = client.post("run-now", &request);
        assert_eq!(refused.status, 400, "{what}");
        assert!(body(&refused)["error_code"].is_string(), "{what}");
        assert_eq!(client.simulator.databricks().runs_created(1), 0, "{what}");
    }
    let mut client = Client::of_job(&one_task(1.0));
    assert_eq!(
        client
            .send("POST", "/api/2.2/jobs/run-now", b"{\"job_id\": ")
            .response
            .status,
        400
    );
    client.start(&json!({"python_named_params": {"a": "ü"}, "sql_params": {"b": "c"}, "unknown_member": 7}));
}

#[test]
fn parameters_stand_in_the_run_with_their_defaults() {
    let job = json!({"parameters": {"day": "", "limit": "100"}, "tasks": [{"key": "main"}]});
    let mut client = Client::of_job(&job);
    let run = client.start(&json!({"job_parameters": {"limit": "500", "extra": "x"}}));
    assert_eq!(
        client.run(run)["job_parameters"],
        json!([
            {"name": "day", "default": ""}, {"name": "limit", "default": "100", "value": "500"},
            {"name": "extra", "value": "x"},
        ])
    );
    let run = client.start(&json!({"notebook_params": {"a": "1"}}));
    assert_eq!(
        client.run(run)["overriding_parameters"],
        json!({"notebook_params": {"a": "1"}})
    );
    let mut client = Client::of_workspace(&json!({"undeclaredParameters": "refuse"}), &job);
    let refused = client.post("run-now", &json!({"job_id": 1, "job_parameters": {"extra": "x"}}));
    assert_eq!(refused.status, 400);
}

#[test]
fn permission_comes_before_existence() {
    let mut client = Client::of_job(&json!({"permission": "view", "tasks": [{"key": "main"}]}));
    let denied = client.post("run-now", &json!({"job_id": 1}));
    assert_eq!(
        (denied.status, &body(&denied)["error_code"]),
        (403, &json!("PERMISSION_DENIED"))
    );
    assert!(body(&denied)["details"][0].get("metadata").is_none());
    let missing = client.post("run-now", &json!({"job_id": 2}));
    assert_eq!(
        (missing.status, &body(&missing)["message"]),
        (404, &json!("Job 2 does not exist."))
    );
}

#[test]
fn an_unknown_run_is_404_or_400_as_the_deployment_has_it() {
    for (form, status, code) in [
        ("notFound", 404, "RESOURCE_DOES_NOT_EXIST"),
        ("badRequest", 400, "INVALID_PARAMETER_VALUE"),
    ] {
        let mut client = Client::of_workspace(&json!({"missing": form}), &one_task(1.0));
        for operation in ["runs/get?run_id=7", "runs/get-output?run_id=7"] {
            let missing = client.get(operation);
            assert_eq!(missing.status, status);
            assert_eq!(body(&missing)["error_code"], code);
            assert_eq!(body(&missing)["message"], "Run 7 does not exist.");
        }
    }
}
