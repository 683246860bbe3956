//! Retries, repairs, and which task runs after which.

use serde_json::{Value, json};

use super::client::{Client, body, task, words};

#[test]
fn each_attempt_is_listed_under_the_same_key() {
    let mut client = Client::of_job(&json!({"tasks": [{
        "key": "main", "maxRetries": 2, "retryIntervalSeconds": 10,
        "executions": [{"result": "failed"}, {"output": {"result": "second"}}],
    }]}));
    let run = client.start(&json!({}));
    let waiting = client.wait(5.0).run(run);
    assert_eq!(waiting["tasks"].as_array().map(Vec::len), Some(2));
    assert_eq!(
        words(&waiting["tasks"][0]),
        "TERMINATED/FAILED TERMINATED/RUN_EXECUTION_ERROR"
    );
    assert_eq!(words(&waiting["tasks"][1]), "WAITING_FOR_RETRY/- WAITING/-");
    let ended = client.wait(20.0).run(run);
    assert_eq!(words(&ended), "TERMINATED/SUCCESS TERMINATED/SUCCESS");
    assert_eq!(ended["tasks"][1]["attempt_number"], 1);
    assert_eq!(client.output(run, "main")["notebook_output"]["result"], "second");
}

fn repairable() -> Value {
    json!({"tasks": [
        {"key": "first"},
        {"key": "load", "dependsOn": ["first"], "maxRetries": 1,
         "executions": [{"result": "failed"}, {"result": "failed"}, {"seconds": 5}]},
    ]})
}

#[test]
fn a_repair_goes_on_under_the_same_id() {
    let mut client = Client::of_workspace(
        &json!({"repairRestartsAttemptNumber": true, "repairLagSeconds": 2}),
        &repairable(),
    );
    let run = client.start(&json!({"job_parameters": {"day": "1"}}));
    assert_eq!(
        words(&client.wait(10.0).run(run)),
        "INTERNAL_ERROR/FAILED TERMINATED/RUN_EXECUTION_ERROR"
    );
    let request = json!({"run_id": run, "rerun_all_failed_tasks": true});
    let repair = client.post_ok("runs/repair", &request)["repair_id"].clone();
    let stale = client.run(run);
    assert_eq!(
        words(&stale),
        "INTERNAL_ERROR/FAILED TERMINATED/RUN_EXECUTION_ERROR",
        "for a while"
    );
    assert_eq!(words(&client.wait(3.0).run(run)), "RUNNING/- RUNNING/-");
    let busy = client.post("runs/repair", &request);
    assert_eq!(body(&busy)["error_code"], "INVALID_STATE");
    client.wait(5.0);
    let ended = client.get_ok(&format!("runs/get?run_id={run}&include_history=true"));
    assert_eq!(words(&ended), "TERMINATED/SUCCESS TERMINATED/SUCCESS");
    let numbers: Vec<&Value> = ended["tasks"]
        .as_array()
        .expect("tasks")
        .iter()
        .filter(|task| task["task_key"] == "load")
        .map(|task| &task["attempt_number"])
        .collect();
    assert_eq!(numbers, [0, 1, 0]);
    let history = ended["repair_history"].as_array().expect("a history");
    assert_eq!(
        (&history[0]["type"], &history[1]["type"]),
        (&json!("ORIGINAL"), &json!("REPAIR"))
    );
    assert!(history[0].get("id").is_none());
    assert_eq!(history[1]["id"], repair);
    assert_eq!(
        words(&history[0]),
        "INTERNAL_ERROR/FAILED TERMINATED/RUN_EXECUTION_ERROR"
    );
    let refused = client.post("runs/repair", &json!({"run_id": run, "rerun_tasks": ["load"]}));
    assert_eq!(
        body(&refused)["message"],
        "The latest repair ID needs to be provided in order to create a new repair"
    );
    let twice = client.post(
        "runs/repair",
        &json!({"run_id": run, "rerun_tasks": ["load", "load"], "latest_repair_id": repair}),
    );
    assert_eq!(twice.status, 400);
}

#[test]
fn someone_else_may_repair_a_run() {
    let mut job = repairable();
    job["repairedAfterSeconds"] = json!(30);
    let mut client = Client::of_job(&job);
    let run = client.start(&json!({}));
    assert_eq!(
        words(&client.wait(10.0).run(run)),
        "INTERNAL_ERROR/FAILED TERMINATED/RUN_EXECUTION_ERROR"
    );
    assert_eq!(words(&client.wait(25.0).run(run)), "RUNNING/- RUNNING/-");
    assert_eq!(
        words(&client.wait(25.0).run(run)),
        "TERMINATED/SUCCESS TERMINATED/SUCCESS"
    );
    assert_eq!(
        client.simulator.databricks().true_outcome(run).as_deref(),
        Some("SUCCESS")
    );
}

#[test]
fn a_condition_excludes_the_other_branch() {
    let mut client = Client::of_job(&json!({"parameters": {"full": "no"}, "tasks": [
        {"key": "is_full", "condition": {"op": "EQUAL_TO", "left": "{{job.parameters.full}}", "right": "yes"}},
        {"key": "full", "dependsOn": [{"task": "is_full", "outcome": true}]},
        {"key": "delta", "dependsOn": [{"task": "is_full", "outcome": false}]},
    ]}));
    let run = client.start(&json!({}));
    let ended = client.wait(10.0).run(run);
    assert_eq!(task(&ended, "is_full")["condition_task"]["outcome"], "false");
    assert_eq!(words(task(&ended, "full")), "TERMINATED/EXCLUDED TERMINATED/SKIPPED");
    assert_eq!(words(task(&ended, "delta")), "TERMINATED/SUCCESS TERMINATED/SUCCESS");
    assert_eq!(words(&ended), "TERMINATED/SUCCESS TERMINATED/SUCCESS");
}

#[test]
fn only_takes_neighbours_by_a_plus() {
    let mut client = Client::of_job(&json!({"tasks": [
        {"key": "a"}, {"key": "b", "dependsOn": ["a"]}, {"key": "c", "dependsOn": ["b"]},
    ]}));
    let run = client.start(&json!({"only": ["+b"]}));
    let ended = client.wait(10.0).run(run);
    assert_eq!(words(task(&ended, "a")), "TERMINATED/SUCCESS TERMINATED/SUCCESS");
    assert_eq!(words(task(&ended, "c")), "TERMINATED/DISABLED TERMINATED/DISABLED");
}

#[test]
fn every_run_if_asks_its_own_question() {
    // Of two tasks before, the first succeeds and the second fails.
    for (run_if, mixed, failed, good) in [
        ("ALL_SUCCESS", false, false, true),
        ("ALL_DONE", true, true, true),
        ("ALL_FAILED", false, true, false),
        ("AT_LEAST_ONE_FAILED", true, true, false),
        ("AT_LEAST_ONE_SUCCESS", true, false, true),
        ("NONE_FAILED", false, false, true),
    ] {
        for (first, second, runs) in [
            ("success", "failed", mixed),
            ("failed", "failed", failed),
            ("success", "success", good),
        ] {
            let mut client = Client::of_job(&json!({"tasks": [
                {"key": "a", "run": {"result": first}}, {"key": "b", "run": {"result": second}},
                {"key": "c", "dependsOn": ["a", "b"], "runIf": run_if},
            ]}));
            let run = client.start(&json!({}));
            let ended = client.wait(10.0).run(run);
            let ran = task(&ended, "c")["start_time"] != 0;
            assert_eq!(ran, runs, "{run_if} after {first} and {second}");
        }
    }
}
