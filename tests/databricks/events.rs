//! What is told while a run goes on.

use pqrun::run::{EventKind, Outcome, Phase, RunEvent};
use serde_json::{Value, json as value};

use crate::support::START;
use crate::workspace::{Workspace, serve};
use crate::*;

/// A run that shows these states one after the other, each three times, then ends well.
fn states(states: Vec<Value>) -> Vec<RunEvent> {
    let mut polls = 0;
    let mut usual = service(0, SUCCESS);
    let mut host = start(RunOptions::default(), move |now, sent| {
        if sent.request.endpoint == "jobs/runs/get" && polls < states.len() * 3 {
            let mut body = states[polls / 3].clone();
            body["run_id"] = value!(412_000_000_000_101_u64);
            polls += 1;
            return json(200, &body.to_string()).into();
        }
        usual(now, sent)
    });
    assert_eq!(host.run().outcome, Outcome::Succeeded);
    host.events.retain(|event| event.kind == EventKind::Status);
    host.events
}

#[test]
fn only_changes_are_told() {
    let events = states(vec![
        value!({"status": {"state": "QUEUED"}}),
        value!({"status": {"state": "PENDING"}}),
        value!({"status": {"state": "RUNNING"}}),
        value!({"status": {"state": "TERMINATING"}}),
    ]);
    let told: Vec<_> = events.iter().map(|event| (event.phase, event.state.as_str())).collect();
    assert_eq!(
        told,
        [
            (Phase::Starting, ""),
            // The run's id is known.
            (Phase::Queued, ""),
            (Phase::Queued, "QUEUED"),
            (Phase::Queued, "PENDING"),
            (Phase::Running, "RUNNING"),
            (Phase::Terminating, "TERMINATING"),
            (Phase::ReadingOutput, "TERMINATED"),
            (Phase::Ended, "TERMINATED"),
        ]
    );
    assert!(events[1..].iter().all(|event| event.run_id.as_deref() == Some(RUN_ID)));
    assert!(
        events
            .windows(2)
            .all(|pair| pair[0].at <= pair[1].at && pair[0].elapsed <= pair[1].elapsed)
    );
}

#[test]
fn why_a_run_waits_is_told_in_either_form() {
    let events = states(vec![
        value!({"status": {"state": "QUEUED", "queue_details": {"code": "MAX_CONCURRENT_RUNS_REACHED", "message": "Queued."}}}),
        value!({"status": {"state": "QUEUED", "queue_details": {"code": "ACTIVE_RUNS_LIMIT_REACHED"}}}),
        value!({"state": {"life_cycle_state": "QUEUED", "queue_reason": "Queued, in older words."}}),
        value!({"status": {"state": "RUNNING"}}),
    ]);
    let reasons: Vec<_> = events
        .iter()
        .filter_map(|event| event.queue_reason.as_deref())
        .collect();
    assert_eq!(
        reasons,
        ["Queued.", "ACTIVE_RUNS_LIMIT_REACHED", "Queued, in older words."]
    );
}

#[test]
fn tasks_are_counted_by_their_latest_attempts() {
    let attempt = |key: &str, number: u64, life: &str, result: &str| {
        value!({"task_key": key, "run_id": number + 1, "attempt_number": number, "start_time": START.0 + number,
            "state": {"life_cycle_state": life, "result_state": result}})
    };
    let events = states(vec![
        value!({"status": {"state": "RUNNING"}, "tasks": [attempt("a", 0, "RUNNING", ""), attempt("b", 0, "BLOCKED", "")]}),
        value!({"status": {"state": "RUNNING"}, "tasks": [attempt("a", 0, "TERMINATED", "FAILED"), attempt("b", 0, "BLOCKED", "")]}),
        value!({"status": {"state": "RUNNING"}, "tasks": [attempt("a", 0, "TERMINATED", "FAILED"), attempt("a", 1, "RUNNING", ""), attempt("b", 0, "BLOCKED", "")]}),
        value!({"status": {"state": "RUNNING"}, "tasks": [attempt("a", 1, "TERMINATED", "SUCCESS"), attempt("b", 0, "SKIPPED", "")]}),
    ]);
    let counts: Vec<_> = events
        .iter()
        .filter(|event| event.state == "RUNNING")
        .filter_map(|event| event.tasks)
        .map(|counts| (counts.total, counts.done, counts.failed))
        .collect();
    assert_eq!(counts, [(2, 0, 0), (2, 1, 1), (2, 0, 0), (2, 2, 0)]);
}

#[test]
fn messages_and_the_page_are_told() {
    let events = states(vec![value!({
        "run_page_url": "https://x/?o=1#job/2/run/3",
        "state": {"life_cycle_state": "PENDING", "state_message": "Waiting for cluster"},
    })]);
    let pending = events
        .iter()
        .find(|event| event.state == "PENDING")
        .expect("it is told");
    assert_eq!(pending.message, "Waiting for cluster");
    assert_eq!(pending.run_page_url.as_deref(), Some("https://x/?o=1#job/2/run/3"));
}

#[test]
fn a_look_is_told_and_a_reused_run_too() {
    let mut world = Workspace::new();
    let id = world.active(30);
    let mut host = start(options(r#"{"reuse":{}}"#), serve(&world.shared()));
    host.run();
    assert_eq!(host.events[0].phase, Phase::Looking);
    assert!(
        host.events[1..]
            .iter()
            .all(|event| event.run_id == Some(id.to_string()))
    );
}

#[test]
fn a_retry_says_what_went_wrong_and_changes_no_state() {
    let mut host = start(
        RunOptions::default(),
        faulty(
            "jobs/runs/get",
            vec![json(503, r#"{"error_code":"TEMPORARILY_UNAVAILABLE","message":"Later."}"#).into()],
            service(0, SUCCESS),
        ),
    );
    host.run();
    let retries: Vec<_> = host
        .events
        .iter()
        .filter(|event| event.kind == EventKind::Retry)
        .collect();
    assert_eq!(retries.len(), 1);
    let error = retries[0].error.as_ref().expect("an error");
    assert_eq!(
        (error.status, error.service_code.as_deref()),
        (Some(503), Some("TEMPORARILY_UNAVAILABLE"))
    );
    assert!(retries[0].message.contains("Later."));
}

#[test]
fn the_next_poll_is_told() {
    let mut host = start(RunOptions::default(), service(3, SUCCESS));
    host.run_until(|host| host.events.iter().any(|event| event.state == "RUNNING"));
    let next = host.poller.status().next_poll_at.expect("a time");
    assert!(next > host.now);
    let polls = host.sent_to("jobs/runs/get").len();
    host.run_until(|host| host.sent_to("jobs/runs/get").len() > polls);
    assert_eq!(host.sent_to("jobs/runs/get")[polls].at, next);
}

#[test]
fn every_event_survives_json() {
    let mut host = start(RunOptions::default(), service(3, SUCCESS));
    host.run();
    for event in &host.events {
        let text = serde_json::to_string(event).expect("an event is JSON");
        assert_eq!(serde_json::from_str::<RunEvent>(&text).expect("it reads back"), *event);
    }
}
