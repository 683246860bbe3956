//! How runs end, and how that is told.

use serde_json::json;

use super::client::{Client, one_task, task, words};

#[test]
fn a_failed_task_ends_the_run_as_internal_error() {
    let mut client = Client::of_job(&json!({"tasks": [
        {"key": "extract"}, {"key": "clean", "dependsOn": ["extract"], "run": {"result": "failed"}},
        {"key": "publish", "dependsOn": ["clean"]},
    ]}));
    let run = client.start(&json!({}));
    let ended = client.wait(10.0).run(run);
    assert_eq!(words(&ended), "INTERNAL_ERROR/FAILED TERMINATED/RUN_EXECUTION_ERROR");
    assert_eq!(
        ended["state"]["state_message"],
        "Task clean failed with message: Workload failed, see run output for details."
    );
    assert_eq!(words(task(&ended, "extract")), "TERMINATED/SUCCESS TERMINATED/SUCCESS");
    assert_eq!(
        words(task(&ended, "clean")),
        "TERMINATED/FAILED TERMINATED/RUN_EXECUTION_ERROR"
    );
    assert_eq!(
        words(task(&ended, "publish")),
        "TERMINATED/UPSTREAM_FAILED TERMINATED/SKIPPED"
    );
    assert_eq!(task(&ended, "publish")["start_time"], 0);
    assert_eq!(
        client.simulator.databricks().true_outcome(run).as_deref(),
        Some("FAILED")
    );
}

#[test]
fn a_failure_that_no_leaf_shares_is_a_success_with_failures() {
    let mut client = Client::of_job(&json!({"tasks": [
        {"key": "try", "run": {"result": "failed"}}, {"key": "after", "dependsOn": ["try"], "runIf": "ALL_DONE"},
    ]}));
    let run = client.start(&json!({}));
    let ended = client.wait(10.0).run(run);
    assert_eq!(
        words(&ended),
        "TERMINATED/SUCCESS_WITH_FAILURES TERMINATED/SUCCESS_WITH_FAILURES"
    );
}

#[test]
fn a_platform_error_has_no_result() {
    let mut client = Client::of_job(&json!({"tasks": [{"key": "main", "run": {"result": "internalError"}}]}));
    let run = client.start(&json!({}));
    assert_eq!(
        words(&client.wait(10.0).run(run)),
        "INTERNAL_ERROR/- TERMINATED/CLUSTER_ERROR"
    );
}

#[test]
fn a_timeout_reads_as_a_cancel_in_the_new_account() {
    let mut client = Client::of_job(&json!({"timeoutSeconds": 5, "tasks": [{"key": "main", "run": {"seconds": 60}}]}));
    let run = client.start(&json!({}));
    let ended = client.wait(10.0).run(run);
    assert_eq!(words(&ended), "TERMINATED/TIMEDOUT TERMINATED/CANCELED");
    assert_eq!(ended["state"]["user_cancelled_or_timedout"], true);
}

#[test]
fn values_from_the_future_come_and_go() {
    let mut job = one_task(60.0);
    job["oddStates"] = json!([{
        "afterSeconds": 5, "forSeconds": 5, "state": {"life_cycle_state": "HIBERNATING"},
        "status": {"state": "PAUSED_BY_ADMIN", "new_member": {"a": 1}},
    }]);
    let mut client = Client::of_job(&job);
    let run = client.start(&json!({}));
    assert_eq!(words(&client.run(run)), "RUNNING/- RUNNING/-");
    assert_eq!(words(&client.wait(6.0).run(run)), "HIBERNATING/- PAUSED_BY_ADMIN/-");
    assert_eq!(words(&client.wait(6.0).run(run)), "RUNNING/- RUNNING/-");
}

#[test]
fn old_and_new_deployments_know_one_account_only() {
    for (form, expected) in [("state", "RUNNING/- -/-"), ("status", "-/- RUNNING/-")] {
        let mut client = Client::of_workspace(&json!({"stateForm": form}), &one_task(10.0));
        let run = client.start(&json!({}));
        let shown = client.run(run);
        assert_eq!(words(&shown), expected);
        assert_eq!(words(task(&shown, "main")), expected);
    }
}

#[test]
fn ids_are_full_64_bit_numbers_or_strings() {
    let mut job = one_task(1.0);
    job["firstRunId"] = json!("9223372036854775807");
    let mut client = Client::of_job(&job);
    let response = client.post("run-now", &json!({"job_id": 1}));
    let text = String::from_utf8_lossy(&response.body).into_owned();
    assert_eq!(
        text,
        "{\"run_id\":9223372036854775807,\"number_in_job\":9223372036854775807}"
    );
    assert!(client.start(&json!({})) > 1 << 53);

    let mut client = Client::of_workspace(&json!({"idForm": "string"}), &job);
    let answer = client.post_ok("run-now", &json!({"job_id": "1"}));
    assert_eq!(answer["run_id"], "9223372036854775807");
    let run = client.get_ok("runs/get?run_id=9223372036854775807&include_history=true");
    assert_eq!(run["job_id"], "1");
    assert!(run["tasks"][0]["run_id"].is_string());
    assert!(run["repair_history"][0]["task_run_ids"][0].is_string());
    assert!(run["start_time"].is_number());
}
