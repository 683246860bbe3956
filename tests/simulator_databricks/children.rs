//! For-each and run-job tasks, and pages.

use serde_json::{Value, json};

use super::client::{Client, task, words};

#[test]
fn iterations_are_found_by_the_parents_run_id() {
    let mut client = Client::of_job(&json!({"tasks": [{"key": "each", "forEach": {
        "inputs": ["north", "süd", "east"], "concurrency": 2,
        "task": {"key": "one", "run": {"seconds": 10, "output": {"result": "{{input}}"}}},
        "exceptions": {"1": {"seconds": 10, "result": "failed", "output": {"error": "no"}}},
    }}]}));
    let run = client.start(&json!({}));
    let shown = client.wait(11.0).run(run);
    let stats = &task(&shown, "each")["for_each_task"]["stats"];
    assert_eq!(
        stats["task_run_stats"],
        json!({
            "total_iterations": 3, "scheduled_iterations": 3, "active_iterations": 1, "completed_iterations": 2,
            "succeeded_iterations": 1, "failed_iterations": 1,
        })
    );
    assert_eq!(
        stats["error_message_stats"][0]["termination_category"],
        "RUN_EXECUTION_ERROR"
    );
    let ended = client.wait(10.0).run(run);
    assert_eq!(words(&ended), "INTERNAL_ERROR/FAILED TERMINATED/RUN_EXECUTION_ERROR");
    let parent = client.task_id(run, "each");
    let of_parent = client.run(parent);
    assert_eq!(of_parent["job_run_id"], run);
    let iterations = of_parent["iterations"].as_array().expect("iterations");
    assert_eq!(iterations.len(), 3);
    let output = client.get_ok(&format!("runs/get-output?run_id={}", iterations[2]["run_id"]));
    assert_eq!(output["notebook_output"]["result"], "east");
    let of_itself = client.get_ok(&format!("runs/get-output?run_id={parent}"));
    assert!(of_itself.get("notebook_output").is_none());
}

#[test]
fn iterations_come_in_pages_that_repeat_the_parent() {
    let mut client = Client::of_job(&json!({"tasks": [{"key": "each", "forEach": {
        "inputs": 250, "concurrency": 100, "task": {"key": "one", "run": {"seconds": 1}},
    }}]}));
    let run = client.start(&json!({}));
    client.wait(10.0);
    let parent = client.task_id(run, "each");
    let (mut sizes, mut token) = (Vec::new(), String::new());
    loop {
        let page = client.get_ok(&format!("runs/get?run_id={parent}&page_token={token}"));
        sizes.push(page["iterations"].as_array().map(Vec::len).expect("iterations"));
        assert_eq!(page["tasks"].as_array().map(Vec::len), Some(1));
        match page.get("next_page_token") {
            Some(next) => token = next.as_str().expect("a token").to_owned(),
            None => break,
        }
    }
    assert_eq!(sizes, [100, 100, 50]);
}

#[test]
fn tasks_come_in_pages_and_exhausted_arrays_come_empty() {
    let tasks: Vec<Value> = (0..130).map(|n| json!({"key": format!("t{n}")})).collect();
    let mut client = Client::of_job(&json!({"parameters": {"day": ""}, "tasks": tasks}));
    let run = client.start(&json!({}));
    let first = client.wait(5.0).run(run);
    assert_eq!(first["tasks"].as_array().map(Vec::len), Some(100));
    assert_ne!(
        first["tasks"][0]["task_key"], "t0",
        "not in the order of the declaration"
    );
    let token = first["next_page_token"].as_str().expect("a token").to_owned();
    let second = client.get_ok(&format!("runs/get?run_id={run}&page_token={token}"));
    assert_eq!(second["tasks"].as_array().map(Vec::len), Some(30));
    assert_eq!(second["job_parameters"], json!([]));
    assert!(second.get("next_page_token").is_none());
    assert_eq!(
        client.get(&format!("runs/get?run_id={run}&page_token=nonsense")).status,
        400
    );
    client.version = "2.1";
    let whole = client.run(run);
    assert!(
        whole.get("tasks").is_none() && whole.get("next_page_token").is_none(),
        "absent and no flag"
    );
}

#[test]
fn a_job_run_by_a_job_has_a_run_of_its_own() {
    let mut client = Client::new(&json!({"databricks": {"jobs": [
        {"id": 1, "tasks": [{"key": "child", "runJob": {"job": 2, "jobParameters": {"day": "1"}}}]},
        {"id": 2, "parameters": {"day": ""}, "tasks": [{"key": "main", "run": {"seconds": 10}}]},
    ]}}));
    let run = client.start(&json!({}));
    assert_eq!(words(&client.wait(5.0).run(run)), "RUNNING/- RUNNING/-");
    assert_eq!(
        words(&client.wait(6.0).run(run)),
        "TERMINATED/SUCCESS TERMINATED/SUCCESS"
    );
    let child = client.output(run, "child")["run_job_output"]["run_id"]
        .as_i64()
        .expect("a run id");
    let shown = client.run(child);
    assert_eq!(shown["trigger"], "RUN_JOB_TASK");
    assert_eq!(shown["trigger_info"]["run_id"], client.task_id(run, "child"));
    assert_eq!(shown["job_parameters"][0]["value"], "1");
    assert_eq!(client.simulator.databricks().runs_created(2), 1);
}

#[test]
fn a_cancel_reaches_the_child() {
    let mut client = Client::new(&json!({"databricks": {"jobs": [
        {"id": 1, "tasks": [{"key": "child", "runJob": {"job": 2}}]},
        {"id": 2, "tasks": [{"key": "main", "run": {"seconds": 100}}]},
    ]}}));
    let run = client.start(&json!({}));
    let child = client.simulator.databricks().run_ids(2)[0];
    client.wait(5.0).post_ok("runs/cancel", &json!({"run_id": run}));
    assert_eq!(
        words(&client.wait(10.0).run(run)),
        "TERMINATED/CANCELED TERMINATED/USER_CANCELED"
    );
    assert_eq!(
        words(&client.run(child)),
        "TERMINATED/CANCELED TERMINATED/USER_CANCELED"
    );
}
