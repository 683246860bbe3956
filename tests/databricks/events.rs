//! What is told while a run goes on.

use pqrun::run::{EventKind, Outcome, Phase, RunEvent, TaskRun};
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

// Tasks.

fn with_tasks(tasks: Vec<Value>) -> Value {
    value!({"status": {"state": "RUNNING"}, "tasks": tasks})
}

/// The tasks that were told while the run went on, one list for each event.
fn told_tasks(polls: Vec<Value>) -> Vec<Vec<TaskRun>> {
    let events = states(polls).into_iter();
    let running = events.filter(|event| event.state == "RUNNING");
    running.map(|event| event.task_runs).collect()
}

#[test]
fn a_change_of_nothing_but_one_task_is_told_once() {
    let task = |state: &str| value!({"task_key": "a", "status": {"state": state}});
    let told = told_tasks(vec![
        with_tasks(vec![task("BLOCKED")]),
        with_tasks(vec![task("QUEUED")]),
        with_tasks(vec![task("PENDING")]),
        with_tasks(vec![task("RUNNING")]),
    ]);
    let told: Vec<_> = told
        .iter()
        .map(|tasks| (tasks[0].phase, tasks[0].state.state.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (Phase::Queued, "BLOCKED"),
            (Phase::Queued, "QUEUED"),
            (Phase::Queued, "PENDING"),
            (Phase::Running, "RUNNING"),
        ]
    );
}

#[test]
fn a_task_is_told_with_all_that_a_bar_needs() {
    let told = states(vec![with_tasks(vec![
        value!({"task_key": "load", "run_id": 9_007_199_254_740_993_u64, "attempt_number": 1, "start_time": 1_772_330_401_000_u64,
            "end_time": 1_772_330_464_000_u64, "run_page_url": "https://x/run/2", "notebook_task": {},
            "depends_on": [{"task_key": "extract"}, {"task_key": "check", "outcome": "true"}],
            "state": {"life_cycle_state": "TERMINATED", "result_state": "FAILED"},
            "status": {"state": "TERMINATED", "termination_details": {"code": "RUN_EXECUTION_ERROR", "type": "CLIENT_ERROR"}}}),
        // What has not begun yet: 0 stands for no time.
        value!({"task_key": "publish", "start_time": 0, "end_time": 0, "state": {"life_cycle_state": "BLOCKED"}}),
    ])]);
    let event = told.iter().find(|event| event.state == "RUNNING").expect("it is told");
    assert_eq!(
        serde_json::to_value(&event.task_runs).expect("tasks are JSON"),
        value!([
            {
                "key": "load", "taskType": "notebook_task", "phase": "ended", "outcome": "failed", "attempt": 1,
                "runId": "9007199254740993", "startTime": 1_772_330_401_000_u64, "endTime": 1_772_330_464_000_u64,
                "pageUrl": "https://x/run/2", "dependsOn": ["extract", "check"],
                "state": {"state": "TERMINATED", "code": "RUN_EXECUTION_ERROR", "type": "CLIENT_ERROR",
                    "lifeCycleState": "TERMINATED", "resultState": "FAILED"},
            },
            {
                "key": "publish", "phase": "queued", "attempt": 0,
                "state": {"state": "BLOCKED", "lifeCycleState": "BLOCKED"},
            },
        ])
    );
}

#[test]
fn attempts_of_a_task_stand_together_and_the_newest_comes_last() {
    let attempt = |key: &str, run_id: u64, number: u64, start: u64| value!({"task_key": key, "run_id": run_id, "attempt_number": number, "start_time": START.0 + start, "state": {"life_cycle_state": "RUNNING"}});
    let told = told_tasks(vec![with_tasks(vec![
        attempt("b", 1, 1, 20),
        attempt("a", 2, 0, 5),
        attempt("b", 3, 0, 10),
        // A repair: it began later, and its number is smaller.
        attempt("a", 4, 0, 50),
        attempt("a", 5, 1, 40),
    ])]);
    let told: Vec<_> = told[0]
        .iter()
        .map(|task| (task.key.as_str(), task.run_id.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            ("b", Some("3")),
            ("b", Some("1")),
            ("a", Some("2")),
            ("a", Some("5")),
            ("a", Some("4"))
        ]
    );
}

#[test]
fn a_for_each_task_is_one_task_with_its_iterations_counted() {
    let told = states(vec![with_tasks(vec![
        value!({"task_key": "each", "state": {"life_cycle_state": "RUNNING"},
        "for_each_task": {"stats": {"task_run_stats": {"total_iterations": 40, "completed_iterations": 7, "failed_iterations": 1}}}}),
    ])]);
    let event = told.iter().find(|event| event.state == "RUNNING").expect("it is told");
    assert_eq!(event.task_runs.len(), 1);
    assert_eq!(event.task_runs[0].iterations, event.iterations);
    assert_eq!(
        event.iterations.map(|counts| (counts.total, counts.done)),
        Some((40, 7))
    );
}

#[test]
fn tasks_of_which_the_service_says_nothing_sensible_are_still_told() {
    let told = told_tasks(vec![with_tasks(vec![
        value!({}),
        value!("task"),
        value!({"task_key": 7, "attempt_number": -1, "start_time": "soon", "depends_on": "a", "state": []}),
        value!({"task_key": "a", "depends_on": [{}, "b", {"task_key": "c"}], "status": {"state": "DREAMING"}}),
    ])]);
    let told: Vec<_> = told[0]
        .iter()
        .map(|task| (task.key.as_str(), task.phase, task.depends_on.join(" ")))
        .collect();
    let nameless = ("", Phase::Running, String::new());
    assert_eq!(
        told,
        [
            nameless.clone(),
            nameless.clone(),
            nameless,
            ("a", Phase::Running, "c".to_owned())
        ]
    );
}

#[test]
fn tasks_are_in_the_status_but_not_in_the_snapshot() {
    let mut host = start(RunOptions::default(), service(0, SUCCESS));
    host.run_until(|host| !host.poller.status().task_runs.is_empty());
    assert_eq!(host.poller.status().task_runs[0].key, "load");
    let snapshot = serde_json::to_string(&host.poller.snapshot()).expect("a snapshot is JSON");
    assert!(!snapshot.contains("load"), "{snapshot}");
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
