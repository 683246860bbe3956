//! A run's tree: attempts and repairs, pages of tasks, iterations, jobs within the job.

use std::collections::BTreeMap;

use pqrun::error::ErrorCode;
use pqrun::run::{Outcome, Phase, RunResult};
use serde_json::{Value, json as value};

use crate::support::START;
use crate::support::fixture::fixture;
use crate::workspace::query;
use crate::*;

const GET: &str = "jobs/runs/get";
const OUTPUT_OF: &str = "jobs/runs/get-output";
const ROOT: u64 = 100;

fn good() -> Value {
    value!({"life_cycle_state": "TERMINATED", "result_state": "SUCCESS"})
}

fn task(key: &str, run_id: u64, kind: &str) -> Value {
    value!({"task_key": key, "run_id": run_id, "state": good(), kind: {}})
}

/// Answers to `runs/get` by run id and page, and to `get-output` by run id; every other task is a notebook.
#[derive(Clone, Default)]
struct Tree {
    pages: BTreeMap<(String, Option<String>), Value>,
    outputs: BTreeMap<String, Value>,
}

impl Tree {
    fn page(mut self, run_id: u64, token: Option<&str>, members: Value) -> Self {
        let mut page = members;
        page["run_id"] = run_id.into();
        self.pages.insert((run_id.to_string(), token.map(str::to_owned)), page);
        self
    }

    fn run(self, run_id: u64, tasks: Vec<Value>) -> Self {
        self.page(run_id, None, value!({"state": good(), "tasks": tasks}))
    }

    fn child(mut self, task_run: u64, child: u64) -> Self {
        self.outputs
            .insert(task_run.to_string(), value!({"run_job_output": {"run_id": child}}));
        self
    }

    fn answer(&self, sent: &Sent) -> Reply {
        let id = query(sent, "run_id").unwrap_or_default();
        match sent.request.endpoint {
            "jobs/run-now" => json(200, &value!({"run_id": ROOT}).to_string()).into(),
            GET => match self.pages.get(&(id, query(sent, "page_token"))) {
                Some(page) => json(200, &page.to_string()).into(),
                None => fixture("databricks", "error_run_missing_404").into(),
            },
            OUTPUT_OF => {
                let usual = value!({"notebook_output": {"result": format!("rows of {id}")}});
                json(200, &self.outputs.get(&id).unwrap_or(&usual).to_string()).into()
            }
            other => panic!("unexpected {other}"),
        }
    }

    fn host(self) -> Host<'static> {
        start(RunOptions::default(), move |_, sent| self.answer(sent))
    }
}

/// Keys and texts.
fn read(result: &RunResult) -> Vec<(&str, Option<&str>)> {
    let outputs = result.outputs.iter();
    outputs
        .map(|output| (output.key.as_str(), output.text.as_deref()))
        .collect()
}

fn keys(result: &RunResult) -> Vec<&str> {
    result.outputs.iter().map(|output| output.key.as_str()).collect()
}

// Attempts and repairs.

#[test]
fn of_a_repaired_run_the_latest_attempt_is_read_however_attempts_are_numbered() {
    for (name, attempt) in [("run_repaired", 0), ("run_repaired_numbered_on", 2)] {
        let mut host = start(RunOptions::default(), move |_, sent| match sent.request.endpoint {
            "jobs/run-now" => json(200, r#"{"run_id": 412000000000500}"#).into(),
            GET => fixture("databricks", name).into(),
            _ => json(200, OUTPUT).into(),
        });
        let result = host.run();
        assert_eq!(
            (result.outcome, result.outputs.len()),
            (Outcome::Succeeded, 1),
            "{name}"
        );
        let output = &result.outputs[0];
        assert_eq!(
            (output.run_id.as_deref(), output.attempt),
            (Some("412000000000503"), attempt),
            "{name}"
        );
        assert_eq!(output.outcome, Some(Outcome::Succeeded));
        let asked: Vec<_> = host
            .sent_to(OUTPUT_OF)
            .iter()
            .filter_map(|sent| query(sent, "run_id"))
            .collect();
        assert_eq!(asked, ["412000000000503"], "{name}");
    }
}

#[test]
fn of_attempts_that_began_together_the_one_with_the_greatest_number_is_read() {
    let attempt = |run_id: u64, number: u64| value!({"task_key": "t", "run_id": run_id, "attempt_number": number, "state": good()});
    let mut host = Tree::default()
        .run(ROOT, vec![attempt(1, 0), attempt(3, 2), attempt(2, 1)])
        .host();
    assert_eq!(read(&host.run()), [("t", Some("rows of 3"))]);
}

#[test]
fn outputs_come_in_the_order_in_which_tasks_began_and_what_never_began_comes_last() {
    let at = |key: &str, run_id: u64, start: u64| {
        let mut task = task(key, run_id, "notebook_task");
        task["start_time"] = start.into();
        task
    };
    let tasks = vec![at("never", 1, 0), at("late", 2, START.0 + 9), at("early", 3, START.0)];
    assert_eq!(
        keys(&Tree::default().run(ROOT, tasks).host().run()),
        ["early", "late", "never"]
    );
}

// Pages.

#[test]
fn all_pages_of_tasks_are_read_when_the_run_has_ended_and_only_one_before() {
    let tasks = |range: std::ops::Range<u64>| {
        range
            .map(|n| task(&format!("t{n}"), 1000 + n, "notebook_task"))
            .collect::<Vec<_>>()
    };
    let tree = Tree::default()
        .page(
            ROOT,
            None,
            value!({"state": good(), "tasks": tasks(0..100), "next_page_token": "p1"}),
        )
        // Later pages have the next slice, and need not repeat the rest.
        .page(
            ROOT,
            Some("p1"),
            value!({"tasks": tasks(100..200), "next_page_token": "p2"}),
        )
        .page(
            ROOT,
            Some("p2"),
            value!({"state": good(), "tasks": tasks(200..250), "job_clusters": [], "next_page_token": ""}),
        );
    let mut polls = 0;
    let mut host = start(RunOptions::default(), move |_, sent| {
        if sent.request.endpoint == GET && query(sent, "page_token").is_none() {
            polls += 1;
            if polls < 5 {
                return json(200, &value!({"run_id": ROOT, "state": {"life_cycle_state": "RUNNING"}, "tasks": tasks(0..100), "next_page_token": "p1"}).to_string()).into();
            }
        }
        tree.answer(sent)
    });
    let result = host.run();
    assert_eq!(result.outputs.len(), 250);
    assert!(result.outputs.iter().all(|output| output.text.is_some()));
    // Five polls of one page each, and the two other pages at the end.
    assert_eq!(host.sent_to(GET).len(), 7);
    assert_eq!(result.outputs_error, None);
    let told = |phase| {
        let mut events = host.events.iter().filter(move |event| event.phase == phase);
        let event = events.next_back().expect("it is told");
        (event.task_runs.len(), event.tasks.map(|counts| counts.total))
    };
    assert_eq!(told(Phase::Running), (100, Some(100)));
    assert_eq!(told(Phase::Ended), (250, Some(250)));
}

#[test]
fn attempts_of_one_task_may_stand_on_different_pages() {
    let attempt = |run_id: u64, number: u64| value!({"task_key": "t", "run_id": run_id, "attempt_number": number, "start_time": START.0 + number, "state": good()});
    let tree = Tree::default()
        .page(
            ROOT,
            None,
            value!({"state": good(), "tasks": [attempt(2, 1)], "next_page_token": "p1"}),
        )
        .page(ROOT, Some("p1"), value!({"tasks": [attempt(1, 0)]}));
    assert_eq!(read(&tree.host().run()), [("t", Some("rows of 2"))]);
}

#[test]
fn a_page_that_can_not_be_read_costs_only_its_own_tasks() {
    let tree = Tree::default().page(
        ROOT,
        None,
        value!({"state": good(), "tasks": [task("t", 1, "notebook_task")], "next_page_token": "gone"}),
    );
    let result = tree.host().run();
    assert_eq!(result.outcome, Outcome::Succeeded);
    assert_eq!(read(&result), [("t", Some("rows of 1"))]);
    assert_eq!(
        result.outputs_error.as_ref().map(|error| error.code()),
        Some(ErrorCode::OutputUnavailable)
    );
}

#[test]
fn a_page_of_another_run_is_no_answer() {
    let tree = Tree::default()
        .page(
            ROOT,
            None,
            value!({"state": good(), "tasks": [task("a", 1, "notebook_task")], "next_page_token": "p1"}),
        )
        .page(ROOT, Some("p1"), value!({"tasks": [task("b", 2, "notebook_task")]}));
    let mut strange = vec![json(200, r#"{"run_id":5,"tasks":[{"task_key":"x","run_id":6}]}"#)].into_iter();
    let mut host = start(RunOptions::default(), move |_, sent| {
        if query(sent, "page_token").is_some()
            && let Some(strange) = strange.next()
        {
            return strange.into();
        }
        tree.answer(sent)
    });
    assert_eq!(keys(&host.run()), ["a", "b"]);
}

#[test]
fn pages_without_end_end() {
    let mut host = start(RunOptions::default(), |_, sent| match sent.request.endpoint {
        "jobs/run-now" => json(200, &value!({"run_id": ROOT}).to_string()).into(),
        _ => json(
            200,
            &value!({"run_id": ROOT, "state": good(), "tasks": [task("t", 1, "x_task")], "next_page_token": "again"})
                .to_string(),
        )
        .into(),
    });
    let result = host.run();
    assert_eq!(result.outcome, Outcome::Succeeded);
    assert!(host.elapsed() <= seconds(122), "{:?}", host.elapsed());
    assert!(result.outputs_error.is_some());
}

// Iterations.

#[test]
fn the_iterations_of_a_for_each_task_are_read_over_all_pages() {
    let mut for_each = task("per_region", 412_000_000_000_601, "for_each_task");
    for_each["state"] = value!({"life_cycle_state": "TERMINATED", "result_state": "FAILED"});
    let tree = Tree::default().run(ROOT, vec![for_each]);
    let mut host = start(RunOptions::default(), move |_, sent| {
        match (
            sent.request.endpoint,
            query(sent, "run_id").as_deref(),
            query(sent, "page_token"),
        ) {
            (GET, Some("412000000000601"), None) => fixture("databricks", "iterations_page_1").into(),
            (GET, Some("412000000000601"), Some(token)) => {
                assert_eq!(token, "cGFnZS0y");
                fixture("databricks", "iterations_page_2").into()
            }
            _ => tree.answer(sent),
        }
    });
    let result = host.run();
    assert_eq!(result.outputs_error, None);
    assert_eq!(
        read(&result),
        [
            ("per_region", None),
            ("per_region[0]", Some("rows of 412000000000611")),
            ("per_region[1]", Some("rows of 412000000000612")),
            ("per_region[2]", Some("rows of 412000000000613")),
        ]
    );
    let outcomes: Vec<_> = result.outputs.iter().filter_map(|output| output.outcome).collect();
    assert_eq!(
        outcomes,
        [Outcome::Failed, Outcome::Succeeded, Outcome::Failed, Outcome::Succeeded]
    );
    // The parent has no output of its own.
    assert!(
        host.sent_to(OUTPUT_OF)
            .iter()
            .all(|sent| query(sent, "run_id").as_deref() != Some("412000000000601"))
    );
}

#[test]
fn a_for_each_task_without_iterations_has_only_itself() {
    for page in [
        value!({"state": good(), "tasks": [task("per_region", 1, "for_each_task")], "iterations": []}),
        value!({"state": good(), "tasks": [{"task_key": "per_region", "run_id": 1}]}),
        value!({"state": good()}),
    ] {
        let tree = Tree::default()
            .run(ROOT, vec![task("per_region", 1, "for_each_task")])
            .page(1, None, page.clone());
        let mut host = tree.host();
        assert_eq!(read(&host.run()), [("per_region", None)], "{page}");
        assert!(host.sent_to(OUTPUT_OF).is_empty());
    }
}

#[test]
fn counts_of_iterations_are_told_without_a_request_of_their_own() {
    let mut host = start(options(r#"{"timeout":"5s"}"#), |_, sent| match sent.request.endpoint {
        "jobs/run-now" => json(200, r#"{"run_id": 412000000000600}"#).into(),
        GET => fixture("databricks", "run_for_each").into(),
        other => panic!("unexpected {other}"),
    });
    host.run();
    let counts = host.events.iter().find_map(|event| event.iterations).expect("counts");
    assert_eq!((counts.total, counts.done, counts.failed), (3, 2, 1));
}

// Jobs within jobs.

#[test]
fn jobs_within_the_job_are_followed_to_their_outputs() {
    let tree = Tree::default()
        .run(
            ROOT,
            vec![task("call", 1, "run_job_task"), task("own", 2, "notebook_task")],
        )
        .child(1, 200)
        .run(
            200,
            vec![task("a", 3, "notebook_task"), task("deeper", 4, "run_job_task")],
        )
        .child(4, 300)
        .run(300, vec![task("b", 5, "notebook_task")]);
    let mut found = read(&tree.host().run())
        .iter()
        .map(|(key, text)| format!("{key}: {}", text.unwrap_or("-")))
        .collect::<Vec<_>>();
    found.sort();
    assert_eq!(
        found,
        [
            "call/a: rows of 3",
            "call/deeper/b: rows of 5",
            "call/deeper: -",
            "call: -",
            "own: rows of 2"
        ]
    );
}

#[test]
fn iterations_may_call_jobs() {
    let tree = Tree::default()
        .run(ROOT, vec![task("each", 1, "for_each_task")])
        .page(
            1,
            None,
            value!({"state": good(), "iterations": [task("i", 2, "run_job_task")]}),
        )
        .child(2, 200)
        .run(200, vec![task("a", 3, "notebook_task")]);
    assert_eq!(keys(&tree.host().run()), ["each", "each[0]", "each[0]/a"]);
}

#[test]
fn jobs_that_call_each_other_in_a_circle_end() {
    let tree = Tree::default()
        .run(ROOT, vec![task("call", 1, "run_job_task")])
        .child(1, 200)
        .run(
            200,
            vec![task("back", 2, "run_job_task"), task("self", 3, "run_job_task")],
        )
        .child(2, ROOT)
        .child(3, 200);
    let result = tree.host().run();
    assert_eq!(keys(&result), ["call", "call/back", "call/self"]);
    assert_eq!(result.outcome, Outcome::Succeeded);
}

#[test]
fn a_tower_of_jobs_is_cut_and_the_result_says_so() {
    let mut tree = Tree::default();
    for level in 0..30 {
        tree = tree
            .run(ROOT + level, vec![task("call", 1000 + level, "run_job_task")])
            .child(1000 + level, ROOT + level + 1);
    }
    let result = tree.host().run();
    assert_eq!(result.outputs.len(), 11);
    assert_eq!(
        result.outputs_error.as_ref().map(|error| error.code()),
        Some(ErrorCode::OutputUnavailable)
    );
}

#[test]
fn a_child_that_can_not_be_read_is_told_and_changes_nothing() {
    let tree = Tree::default()
        .run(
            ROOT,
            vec![task("call", 1, "run_job_task"), task("own", 2, "notebook_task")],
        )
        .child(1, 200);
    let result = tree.host().run();
    assert_eq!(result.outcome, Outcome::Succeeded);
    assert_eq!(read(&result), [("call", None), ("own", Some("rows of 2"))]);
    assert_eq!(
        result.outputs_error.as_ref().map(|error| error.code()),
        Some(ErrorCode::OutputUnavailable)
    );
}

#[test]
fn a_failed_task_of_a_child_gives_the_reason() {
    let mut failed = task("a", 3, "notebook_task");
    failed["state"] = value!({"life_cycle_state": "TERMINATED", "result_state": "FAILED"});
    let mut tree = Tree::default()
        .page(ROOT, None, value!({"state": {"life_cycle_state": "INTERNAL_ERROR", "result_state": "FAILED"}, "tasks": [task("call", 1, "run_job_task")]}))
        .child(1, 200)
        .run(200, vec![failed]);
    tree.outputs
        .insert("3".to_owned(), value!({"error": "ValueError: no rows"}));
    let result = tree.host().run();
    assert_eq!(result.outcome, Outcome::Failed);
    assert_eq!(
        result.error.as_ref().map(|error| error.message.as_str()),
        Some("call/a: ValueError: no rows")
    );
}
