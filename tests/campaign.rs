//! A thousand random scenarios, seeded: whatever the services and the network do, and whenever the host is killed, every
//! intent ends in time, with the end that the run really had, and starts one run.

#![cfg(all(feature = "simulator", not(target_family = "wasm")))]

#[path = "support/simulated.rs"]
mod simulated;
mod support;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use pqrun::databricks::job::DatabricksJob;
use pqrun::error::ErrorCode;
use pqrun::fabric::job::FabricJob;
use pqrun::poller::options::{Length, OnTimeout, RunOptions};
use pqrun::poller::snapshot::Resume;
use pqrun::poller::{CANCEL_GRACE, FINAL_LOOK, Input, Job, OUTPUTS_LIMIT};
use pqrun::run::{Outcome, RunResult};
use pqrun::simulator::{Scenario, Simulator};
use pqrun::time::Timestamp;
use serde_json::{Value, json};
use support::lines::{listen, requests};
use support::random::Random;
use support::{Host, START, code};

const CASES: u64 = 500;
const JOB: i64 = 880_012_345_678_901;
const WORKSPACE: &str = "1f0c4b7e-52aa-4c0d-9b7e-0d6f3a1e8c21";
const ITEM: &str = "7a93e1d4-0f5b-4e0a-8d3c-64b2f9c7a510";

fn fault(random: &mut Random, endpoints: &[&str]) -> Value {
    let kind = match random.below(10) {
        0 => json!("drop"),
        1 => json!({ "cut": { "bytes": random.below(60) } }),
        2 => json!({ "slow": { "seconds": random.below(90) } }),
        3 => json!({ "garbage": random.pick(&["empty", "html", "json"]) }),
        4 | 5 => {
            json!({ "status": { "code": random.pick(&[500, 502, 503, 504, 408]), "retryAfter": random.pick(&["none", "seconds", "httpDate"]), "seconds": 1 + random.below(20) } })
        }
        6 | 7 => {
            json!({ "throttle": { "seconds": 1 + random.below(50), "retryAfter": random.pick(&["none", "seconds", "httpDate"]) } })
        }
        _ => json!("expireToken"),
    };
    // A refusal of the limiter or of the credential comes before anything else happens.
    let before = kind == "expireToken" || kind.get("throttle").is_some();
    json!({
        "endpoint": random.pick(endpoints),
        "nth": 1 + random.below(4),
        // A second refusal of a fresh token rightly ends the wait.
        "times": if kind == "expireToken" { 1 } else { 1 + random.below(2) },
        "when": if before || random.one_in(2) { "before" } else { "after" },
        "kind": kind,
    })
}

fn faults(random: &mut Random, endpoints: &[&str]) -> Vec<Value> {
    let mut faults: Vec<Value> = Vec::new();
    for _ in 0..random.below(5) {
        let fault = fault(random, endpoints);
        if fault["kind"] != "expireToken" || faults.iter().all(|earlier| earlier["kind"] != "expireToken") {
            faults.push(fault);
        }
    }
    faults
}

fn options(random: &mut Random) -> RunOptions {
    let mut options = RunOptions::default();
    if random.one_in(4) {
        options.timeout = Some(Length(Duration::from_secs(30 + random.below(600))));
        options.on_timeout = if random.one_in(2) {
            OnTimeout::Cancel
        } else {
            OnTimeout::Detach
        };
    }
    options
}

fn databricks_scenario(random: &mut Random, seed: u64) -> Value {
    let tasks = 1 + random.below(4);
    let state_form = *random.pick(&["both", "state", "status"]);
    // The newer account alone has one code for a run that was cancelled and one that took too long.
    let bad: &[&str] = if state_form == "status" {
        &["failed", "canceled", "internalError"]
    } else {
        &["failed", "timedOut", "canceled", "internalError"]
    };
    let tasks: Vec<Value> = (0..tasks)
        .map(|at| {
            let depends: Vec<String> = (0..at).filter(|_| random.one_in(2)).map(|on| format!("task{on}")).collect();
            json!({
                "key": format!("task{at}"),
                "dependsOn": depends,
                "maxRetries": random.below(2),
                "run": {
                    "pendingSeconds": random.below(30),
                    "seconds": 1 + if random.one_in(5) { random.below(900) } else { random.below(60) },
                    "result": if random.one_in(5) { *random.pick(bad) } else { "success" },
                    "output": { "rows": random.below(20), "columns": { "id": { "type": "sequence" }, "name": { "type": "text", "nulls": 0.1 } } },
                },
            })
        })
        .collect();
    json!({
        "seed": seed,
        "tokens": [{ "value": "dapi-simulated", "service": "databricks", "lifetimeSeconds": if random.one_in(3) { 60 + random.below(600) } else { 86_400 } }],
        "databricks": {
            "cancelSeconds": random.below(40),
            "listLagSeconds": random.below(20),
            "stateForm": state_form,
            "idForm": random.pick(&["number", "string"]),
            "pageSize": 1 + random.below(4),
            "missing": random.pick(&["notFound", "badRequest"]),
            "jobs": [{ "id": JOB, "name": "job", "pendingSeconds": random.below(20), "maxConcurrentRuns": if random.one_in(20) { 0 } else { 1 }, "queue": false, "tasks": tasks }],
        },
        "faults": faults(random, &["jobs/run-now", "jobs/run-now", "jobs/runs/get", "jobs/runs/get", "jobs/runs/get-output", "jobs/runs/cancel"]),
    })
}

fn fabric_scenario(random: &mut Random, seed: u64) -> Value {
    let end = match random.below(8) {
        0 => json!({ "status": "Failed" }),
        1 => json!({ "status": "Cancelled" }),
        2 => json!({ "status": "Deduped" }),
        3 => json!({ "status": "FailedDeduped" }),
        _ => json!({ "status": "Completed" }),
    };
    json!({
        "seed": seed,
        "tokens": [{ "value": "fabric-simulated", "service": "fabric", "lifetimeSeconds": if random.one_in(3) { 60 + random.below(600) } else { 86_400 } }],
        "fabric": {
            "workspaces": [{ "id": WORKSPACE, "name": "sales" }],
            "items": [{
                "id": ITEM, "workspaceId": WORKSPACE, "kind": "DataPipeline", "name": "orders",
                "runs": [{
                    "queuedSeconds": random.below(30), "durationSeconds": 1 + random.below(600), "end": end,
                    "activities": [{ "name": "Get rows", "type": "Lookup", "durationSeconds": 1, "rows": [{ "n": 1 }, { "n": null }] }],
                }],
                "history": (0..random.below(4)).map(|at| json!({ "ageSeconds": 1000 + at * 500 })).collect::<Vec<_>>(),
            }],
            "switches": {
                "earlyNotFoundSeconds": random.below(60),
                "phantomFailureSeconds": random.below(60),
                "listLagSeconds": random.below(30),
                "endTimeNullFor": random.below(3),
                "pageSize": 1 + random.below(5),
                "activityRunsEmptyFor": random.below(4),
                "activityRunsShape": random.pick(&["value", "array"]),
                "location": random.pick(&["full", "none", "withoutId", "typed", "trailingSlash", "upperCase", "otherHost"]),
                "jobIdHeader": random.one_in(2),
                "requestIdHeader": !random.one_in(3),
                "tokenExpiredAs403": random.one_in(2),
                "retryAfterRoundsDown": random.one_in(2),
                "cancelSeconds": random.below(60),
            },
        },
        "faults": faults(random, &["jobs/instances/run", "jobs/instances/run", "jobs/instances/get", "jobs/instances/get", "jobs/instances/list", "pipelineruns/queryactivityruns", "jobs/instances/cancel"]),
    })
}

/// Runs one intent to its end; kills the host now and then; asserts that it ended in time, and told the log of each request.
#[track_caller]
fn run(random: &mut Random, job: Job, simulator: &Rc<RefCell<Simulator>>) -> (RunOptions, Arc<RunResult>) {
    let options = options(random);
    let bound = options.timeout() + FINAL_LOOK + CANCEL_GRACE + OUTPUTS_LIMIT;
    listen();
    let mut host = Host::start(job, options.clone(), simulated::service(Rc::clone(simulator)));
    // How many requests hosts have sent that died; what came of the last of them nobody knows.
    let mut settled = 0;
    let mut deaths = if random.one_in(3) { 1 + random.below(3) } else { 0 };
    let cancel_after = random.one_in(8).then(|| random.below(40));
    for step in 0.. {
        assert!(step < 100_000, "no end");
        if cancel_after == Some(step) {
            host.input(Input::Cancel);
        }
        if deaths > 0 && random.one_in(12) && host.result().is_none() {
            deaths -= 1;
            let under_way = host.sent.len() - settled - requests().len();
            assert!(under_way < 8, "{under_way} requests at once");
            settled = host.sent.len();
            // The host dies with whatever was under way; only what it stored is left.
            let snapshot = host.persisted.last().cloned().unwrap_or_else(|| host.poller.snapshot());
            host = host.resume(&snapshot, Resume::default());
        }
        if !host.step() {
            break;
        }
    }
    assert!(
        host.elapsed() <= bound,
        "it took {:?}, the bound is {bound:?}",
        host.elapsed()
    );
    assert_eq!(requests().len(), host.sent.len() - settled, "each request has one line");
    let result = host.result().expect("it is over");
    (options, result)
}

fn simulator(scenario: &Value) -> Rc<RefCell<Simulator>> {
    let scenario = Scenario::parse(&scenario.to_string()).unwrap_or_else(|error| panic!("{error}"));
    Rc::new(RefCell::new(
        Simulator::new(scenario, START).expect("the scenario fits together"),
    ))
}

/// What the simulator's words for an end mean.
fn meaning(word: &str) -> Outcome {
    match word {
        "SUCCESS" | "SUCCESS_WITH_FAILURES" | "Completed" => Outcome::Succeeded,
        "CANCELED" | "Cancelled" => Outcome::Cancelled,
        "SKIPPED" | "MAXIMUM_CONCURRENT_RUNS_REACHED" | "Deduped" => Outcome::Skipped,
        _ => Outcome::Failed,
    }
}

#[track_caller]
fn check(seed: u64, scenario: &Value, options: &RunOptions, result: &RunResult, created: &[(String, Outcome)]) {
    let context = || format!("seed {seed}\n{scenario:#}\n{options:#?}\n{result:#?}\ncreated {created:?}");
    assert!(created.len() <= 1, "one run per intent: {}", context());
    match result.outcome {
        Outcome::Succeeded | Outcome::Failed | Outcome::Skipped | Outcome::Cancelled => {
            if let Some(run) = &result.run {
                assert_eq!(
                    created.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(),
                    [run.id.as_str()],
                    "{}",
                    context()
                );
                assert_eq!(created[0].1, result.outcome, "{}", context());
            } else {
                assert!(
                    result.outcome == Outcome::Cancelled && created.is_empty(),
                    "{}",
                    context()
                );
            }
        }
        Outcome::TimedOut => {
            assert!(options.timeout.is_some(), "{}", context());
            assert_eq!(code(result), Some(ErrorCode::DeadlinePassed), "{}", context());
        }
        // A host that asked for a cancel may not have seen the end in time; nothing else may be lost here.
        Outcome::Abandoned => {
            let error = result.error.as_ref().expect("an abandoned result says why");
            let traced = result.run.is_some() || error.code() == ErrorCode::StartUnconfirmed;
            assert!(traced, "{}", context());
            assert!(
                matches!(error.code(), ErrorCode::CancelUnconfirmed | ErrorCode::StartUnconfirmed),
                "{}",
                context()
            );
        }
        Outcome::Rejected => panic!("nothing here is to be rejected: {}", context()),
        other => panic!("unknown outcome {other:?}"),
    }
}

#[test]
fn every_databricks_intent_ends_in_time_with_the_true_end_of_its_one_run() {
    let mut seen = std::collections::BTreeMap::new();
    for seed in 0..CASES {
        let mut random = Random(seed);
        let scenario = databricks_scenario(&mut random, seed);
        let simulator = simulator(&scenario);
        let mut job = DatabricksJob::default();
        job.host = "http://127.0.0.1:8080".to_owned();
        job.job_id = Some(JOB.to_string());
        let (options, result) = run(&mut random, Job::Databricks(job), &simulator);
        let simulator = simulator.borrow();
        let databricks = simulator.databricks();
        let created: Vec<_> = databricks
            .run_ids(JOB)
            .into_iter()
            .map(|id| {
                (
                    id.to_string(),
                    meaning(&databricks.true_outcome(id).unwrap_or_default()),
                )
            })
            .collect();
        check(seed, &scenario, &options, &result, &created);
        *seen.entry(format!("{:?}", result.outcome)).or_insert(0) += 1;
    }
    assert!(seen.len() >= 5, "the scenarios are too tame: {seen:?}");
}

#[test]
fn every_fabric_intent_ends_in_time_with_the_true_end_of_its_one_run() {
    let mut seen = std::collections::BTreeMap::new();
    for seed in 0..CASES {
        let mut random = Random(seed);
        let scenario = fabric_scenario(&mut random, seed);
        let simulator = simulator(&scenario);
        let mut job = FabricJob::default();
        job.host = Some("http://127.0.0.1:8080".to_owned());
        job.workspace_id = WORKSPACE.to_owned();
        job.item_id = ITEM.to_owned();
        let (options, result) = run(&mut random, Job::Fabric(job), &simulator);
        let simulator = simulator.borrow();
        let created: Vec<_> = simulator
            .fabric()
            .created(ITEM)
            .into_iter()
            // Runs from before the scenario are nobody's intent here.
            .filter(|run| run.enqueued >= START)
            .map(|run| {
                let deduped = run.status == "Failed"
                    && scenario["fabric"]["items"][0]["runs"][0]["end"]["status"] == "FailedDeduped";
                (
                    run.id,
                    if deduped {
                        Outcome::Skipped
                    } else {
                        meaning(&run.status)
                    },
                )
            })
            .collect();
        check(seed, &scenario, &options, &result, &created);
        *seen.entry(format!("{:?}", result.outcome)).or_insert(0) += 1;
    }
    assert!(seen.len() >= 5, "the scenarios are too tame: {seen:?}");
}

/// Begins the callers at their times and steps them in the order of time, until all are done.
fn run_together<'a>(mut begins: Vec<Timestamp>, begin: impl Fn(Timestamp) -> Host<'a>) -> Vec<Arc<RunResult>> {
    begins.sort();
    begins.reverse();
    let mut hosts: Vec<Host<'a>> = Vec::new();
    loop {
        let next = hosts
            .iter_mut()
            .enumerate()
            .filter_map(|(at, host)| Some((host.next_at()?, at)))
            .min();
        match (begins.last().copied(), next) {
            (Some(at), Some((other, _))) if at <= other => {
                begins.pop();
                hosts.push(begin(at));
            }
            (Some(at), None) => {
                begins.pop();
                hosts.push(begin(at));
            }
            (_, Some((_, at))) => {
                hosts[at].step();
            }
            (None, None) => break,
        }
    }
    hosts
        .iter_mut()
        .map(|host| host.result().expect("it is over"))
        .collect()
}

#[test]
fn callers_with_reuse_share_one_databricks_run_however_they_interleave() {
    for seed in 0..200 {
        let mut random = Random(seed ^ 0x5EED);
        let mut scenario = databricks_scenario(&mut random, seed);
        // With a past there is no first token of the day; a lagging list must not matter.
        scenario["databricks"]["jobs"][0]["maxConcurrentRuns"] = json!(1000);
        scenario["databricks"]["jobs"][0]["history"] = json!([{ "secondsAgo": 100_000 }]);
        scenario["databricks"]["jobs"][0]["parameters"] = json!({ "day": "" });
        let simulator = simulator(&scenario);
        let before = simulator.borrow().databricks().run_ids(JOB).len();
        let mut options = RunOptions::default();
        options.reuse = Some(pqrun::poller::options::Reuse::default());
        let begins = (0..6)
            .map(|_| START.plus(Duration::from_millis(random.below(60_000))))
            .collect();
        let results = run_together(begins, |at| {
            let mut job = DatabricksJob::default();
            job.host = "http://127.0.0.1:8080".to_owned();
            job.job_id = Some(JOB.to_string());
            Host::start_at(
                at,
                Job::Databricks(job),
                options.clone(),
                simulated::service(Rc::clone(&simulator)),
            )
        });
        let simulator = simulator.borrow();
        let ids = simulator.databricks().run_ids(JOB);
        let context = || format!("seed {seed}\n{scenario:#}\n{ids:?}\n{results:#?}");
        // A run that fails is the result of everybody who asked while it was fresh.
        assert_eq!(ids.len() - before.max(1), 1, "one run for all: {}", context());
        let last = ids.last().expect("there is one").to_string();
        assert!(
            results
                .iter()
                .all(|result| result.run.as_ref().is_some_and(|run| run.id == last)),
            "{}",
            context()
        );
        assert!(
            results.iter().all(|result| result.outcome == results[0].outcome),
            "{}",
            context()
        );
    }
}

#[test]
fn callers_with_reuse_follow_one_fabric_run_however_they_interleave() {
    for seed in 0..150 {
        let mut random = Random(seed ^ 0xFAB);
        let mut scenario = fabric_scenario(&mut random, seed);
        scenario["faults"] = json!([]);
        scenario["fabric"]["items"][0]["history"] = json!([{ "ageSeconds": 100_000 }]);
        scenario["fabric"]["items"][0]["runs"][0]["end"] = json!({ "status": "Completed" });
        scenario["fabric"]["switches"]["listLagSeconds"] = json!(random.below(3));
        // What every caller can be told.
        scenario["fabric"]["switches"]["location"] = json!("full");
        let simulator = simulator(&scenario);
        let mut options = RunOptions::default();
        options.reuse = Some(pqrun::poller::options::Reuse::default());
        options.cancel_duplicates = seed % 2 == 0;
        let begins = (0..4)
            .map(|_| START.plus(Duration::from_millis(random.below(5000))))
            .collect();
        let results = run_together(begins, |at| {
            let mut job = FabricJob::default();
            job.host = Some("http://127.0.0.1:8080".to_owned());
            job.workspace_id = WORKSPACE.to_owned();
            job.item_id = ITEM.to_owned();
            Host::start_at(
                at,
                Job::Fabric(job),
                options.clone(),
                simulated::service(Rc::clone(&simulator)),
            )
        });
        let simulator = simulator.borrow();
        let created: Vec<_> = simulator
            .fabric()
            .created(ITEM)
            .into_iter()
            .filter(|run| run.enqueued >= START)
            .collect();
        let context = || format!("seed {seed}\n{scenario:#}\n{created:#?}\n{results:#?}");
        let winner = created
            .iter()
            .map(|run| run.id.as_str())
            .min()
            .expect("somebody started one");
        for result in &results {
            assert_eq!(result.outcome, Outcome::Succeeded, "{}", context());
            assert_eq!(
                result.run.as_ref().map(|run| run.id.as_str()),
                Some(winner),
                "{}",
                context()
            );
        }
        if options.cancel_duplicates {
            // A run that ended before the cancel reached it is the only other one.
            let left = created
                .iter()
                .filter(|run| run.id != winner && run.status != "Cancelled")
                .count();
            let short = scenario["fabric"]["items"][0]["runs"][0]["durationSeconds"]
                .as_u64()
                .unwrap_or_default()
                < 200;
            assert!(short || left == 0, "{}", context());
        }
    }
}
