//! Cancelling and queueing.

use serde_json::json;

use super::client::{Client, START, one_task, task, words};

#[test]
fn a_cancel_takes_its_time() {
    let mut client = Client::of_workspace(&json!({"cancelSeconds": 4}), &one_task(60.0));
    let run = client.start(&json!({}));
    assert_eq!(
        client.wait(5.0).post_ok("runs/cancel", &json!({"run_id": run})),
        json!({})
    );
    assert_eq!(
        words(&client.run(run)),
        "TERMINATING/CANCELED TERMINATING/USER_CANCELED"
    );
    client.wait(3.0).post_ok("runs/cancel", &json!({"run_id": run}));
    assert_eq!(
        words(&client.run(run)),
        "TERMINATING/CANCELED TERMINATING/USER_CANCELED"
    );
    let ended = client.wait(2.0).run(run);
    assert_eq!(
        words(&ended),
        "TERMINATED/CANCELED TERMINATED/USER_CANCELED",
        "a second cancel delays nothing"
    );
    assert_eq!(
        words(task(&ended, "main")),
        "TERMINATED/CANCELED TERMINATED/USER_CANCELED"
    );
}

#[test]
fn a_cancel_spares_a_finished_run() {
    let mut client = Client::of_job(&one_task(1.0));
    let run = client.start(&json!({}));
    client.wait(5.0).post_ok("runs/cancel", &json!({"run_id": run}));
    assert_eq!(words(&client.run(run)), "TERMINATED/SUCCESS TERMINATED/SUCCESS");
}

#[test]
fn a_cancel_takes_the_id_of_a_task_run() {
    let mut client = Client::of_job(&json!({"tasks": [
        {"key": "a", "run": {"seconds": 60}}, {"key": "b", "run": {"seconds": 60}}, {"key": "c", "dependsOn": ["a"]},
    ]}));
    let run = client.start(&json!({}));
    let id = client.task_id(run, "a");
    client.post_ok("runs/cancel", &json!({"run_id": id}));
    let shown = client.wait(10.0).run(run);
    assert_eq!(words(task(&shown, "a")), "TERMINATED/CANCELED TERMINATED/USER_CANCELED");
    assert_eq!(words(task(&shown, "b")), "RUNNING/- RUNNING/-");
    assert_eq!(
        words(task(&shown, "c")),
        "TERMINATED/UPSTREAM_CANCELED TERMINATED/SKIPPED"
    );
    assert_eq!(
        words(&client.wait(60.0).run(run)),
        "TERMINATED/CANCELED TERMINATED/USER_CANCELED"
    );
}

#[test]
fn a_second_run_waits_for_the_first_one() {
    let mut client = Client::of_job(&one_task(10.0));
    let first = client.start(&json!({}));
    let second = client.wait(1.0).start(&json!({}));
    let shown = client.run(second);
    assert_eq!(words(&shown), "QUEUED/- QUEUED/-");
    assert_eq!(shown["status"]["queue_details"]["code"], "MAX_CONCURRENT_RUNS_REACHED");
    assert_eq!(
        shown["state"]["queue_reason"],
        "Queued due to reaching maximum concurrent runs of 1."
    );
    // Nobody looks while the first one ends.
    let shown = client.wait(10.0).run(second);
    assert_eq!(words(&shown), "RUNNING/- RUNNING/-");
    assert_eq!(shown["queue_duration"], 9_000);
    let ended = client.wait(20.0).run(second);
    assert_eq!(ended["end_time"].as_u64(), Some(START.0 + 20_000));
    assert_eq!(words(&client.run(first)), "TERMINATED/SUCCESS TERMINATED/SUCCESS");
}

#[test]
fn without_a_queue_a_second_run_is_skipped_and_has_no_result() {
    let mut client = Client::of_job(&one_task(10.0));
    client.start(&json!({}));
    let second = client.start(&json!({"queue": {"enabled": false}}));
    let shown = client.run(second);
    assert_eq!(words(&shown), "SKIPPED/- TERMINATED/MAX_CONCURRENT_RUNS_EXCEEDED");
    let mut job = one_task(1.0);
    job["maxConcurrentRuns"] = json!(0);
    let mut client = Client::of_job(&job);
    let run = client.start(&json!({}));
    assert_eq!(
        words(&client.run(run)),
        "SKIPPED/- TERMINATED/MAX_CONCURRENT_RUNS_EXCEEDED"
    );
}
