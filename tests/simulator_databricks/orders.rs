//! Whatever is asked in whatever order: the service answers, and its promises hold.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::client::{Client, body};

#[derive(Clone, Debug)]
enum Act {
    Start { job: i64, token: Option<u8> },
    Cancel(usize),
    CancelTask(usize),
    Delete(usize),
    Repair(usize),
    Wait(f64),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        (1..4_i64, prop::option::of(0..4_u8)).prop_map(|(job, token)| Act::Start { job, token }),
        (0..8_usize).prop_map(Act::Cancel),
        (0..8_usize).prop_map(Act::CancelTask),
        (0..8_usize).prop_map(Act::Delete),
        (0..8_usize).prop_map(Act::Repair),
        (0.0..9.0_f64).prop_map(Act::Wait),
    ]
}

fn workspace() -> Value {
    json!({"databricks": {"cancelSeconds": 2, "jobs": [
        {"id": 1, "maxConcurrentRuns": 2, "timeoutSeconds": 20, "tasks": [
            {"key": "a", "maxRetries": 1, "executions": [{"result": "failed"}, {"seconds": 3}, {"result": "timedOut"}]},
            {"key": "b", "dependsOn": ["a"], "timeoutSeconds": 2, "run": {"seconds": 4}},
            {"key": "c", "dependsOn": ["b"], "runIf": "ALL_DONE", "forEach": {
                "inputs": 3, "concurrency": 2, "task": {"key": "i", "maxRetries": 1, "run": {"result": "failed"}},
            }},
        ]},
        {"id": 2, "maxConcurrentRuns": 3, "repairedAfterSeconds": 3, "tasks": [
            {"key": "child", "runJob": {"job": 1}}, {"key": "after", "dependsOn": ["child"]},
        ]},
        {"id": 3, "queue": false, "cancelledAfterSeconds": 4, "tasks": [{"key": "long", "run": {"seconds": 60}}]},
    ]}})
}

fn ended(run: &Value) -> bool {
    run["end_time"] != 0
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_promises_hold_in_any_order(acts in prop::collection::vec(act(), 1..30)) {
        let mut client = Client::new(&workspace());
        let mut tokens: BTreeMap<u8, i64> = BTreeMap::new();
        let mut repaired: Vec<i64> = Vec::new();
        let mut last: BTreeMap<i64, Value> = BTreeMap::new();
        for act in acts {
            let ids: Vec<i64> = (1..4).flat_map(|job| client.simulator.databricks().run_ids(job)).collect();
            let pick = |index: usize| ids.get(index).copied().unwrap_or(7);
            let answer = match act {
                Act::Wait(seconds) => {
                    client.wait(seconds);
                    continue;
                }
                Act::Start { job, token } => {
                    let mut request = json!({"job_id": job});
                    if let Some(token) = token {
                        request["idempotency_token"] = json!(format!("t{token}"));
                    }
                    let answer = client.post("run-now", &request);
                    if let (Some(token), 200) = (token, answer.status) {
                        let id = body(&answer)["run_id"].as_i64().expect("an id");
                        prop_assert_eq!(*tokens.entry(token).or_insert(id), id, "one token, one run");
                    }
                    answer
                }
                Act::Cancel(index) => client.post("runs/cancel", &json!({"run_id": pick(index)})),
                Act::CancelTask(index) => {
                    let run = body(&client.get(&format!("runs/get?run_id={}", pick(index))));
                    let task = run["tasks"][0]["run_id"].as_i64().unwrap_or(7);
                    client.post("runs/cancel", &json!({"run_id": task}))
                }
                Act::Delete(index) => client.post("runs/delete", &json!({"run_id": pick(index)})),
                Act::Repair(index) => {
                    repaired.push(pick(index));
                    client.post("runs/repair", &json!({"run_id": pick(index), "rerun_all_failed_tasks": true}))
                }
            };
            prop_assert!(matches!(answer.status, 200 | 400 | 404), "{}", answer.status);
            for id in ids {
                let answer = client.get(&format!("runs/get?run_id={id}"));
                if answer.status != 200 {
                    continue;
                }
                let run = body(&answer);
                if let Some(before) = last.get(&id).filter(|before| ended(before) && !repaired.contains(&id))
                    && run["job_id"] != 2
                {
                    prop_assert!(before == &run, "what has ended stays as it is: {before:#} {run:#}");
                }
                last.insert(id, run);
            }
        }
        client.wait(1000.0);
        let state = client.simulator.state(client.now);
        for run in state["databricks"]["runs"].as_array().expect("runs") {
            prop_assert!(run["outcome"].is_string(), "every run ends: {}", run);
            prop_assert_eq!(&run["outcome"], &run["outcomeToCome"]);
        }
    }
}
