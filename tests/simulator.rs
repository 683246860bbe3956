//! The rules of the simulator's core: credentials, faults, time, scenarios.
#![cfg(feature = "simulator")]

#[path = "simulator_databricks/client.rs"]
mod client;

use std::time::Duration;

use pqrun::simulator::{Fate, Request, Scenario, Simulator, Speed};
use pqrun::time::Timestamp;
use serde_json::{Value, json};

use self::client::{Client, START, body, one_task, words};

fn with_faults(faults: &Value) -> Client {
    let mut job = one_task(1.0);
    job["id"] = json!(1);
    Client::new(&json!({"databricks": {"jobs": [job]}, "faults": faults}))
}

const RUN_NOW: &str = "/api/2.2/jobs/run-now";
const LIST: &str = "/api/2.2/jobs/runs/list";

// Credentials.

#[test]
fn a_credential_is_missing_unknown_or_expired() {
    let mut client = Client::new(&json!({"tokens": [
        {"value": "good", "service": "databricks", "lifetimeSeconds": 60}, {"value": "other", "service": "fabric"},
    ]}));
    client.get_ok("list");
    client.token = String::new();
    let missing = client.get("list");
    assert_eq!(
        (missing.status, &body(&missing)["error_code"]),
        (401, &json!(401)),
        "a number, not a name"
    );
    let message = body(&missing)["message"].as_str().expect("a message").to_owned();
    assert!(message.starts_with("Credential was not sent or was of an unsupported type for this API. [ReqId: "));
    for unknown in ["nobody-issued-this", "other"] {
        unknown.clone_into(&mut client.token);
        let refused = client.get("list");
        assert_eq!(refused.status, 403);
        assert!(!String::from_utf8_lossy(&refused.body).contains(unknown));
    }
    "good".clone_into(&mut client.token);
    assert_eq!(client.wait(61.0).get("list").status, 401);
}

#[test]
fn a_new_token_can_be_had() {
    let mut client = Client::new(&json!({}));
    let issued = client.send(
        "POST",
        "/simulator/token",
        b"{\"service\": \"databricks\", \"lifetimeSeconds\": 30}",
    );
    let issued = body(&issued.response);
    assert_eq!(issued["expiresOn"], START.0 + 30_000);
    issued["token"].as_str().expect("a token").clone_into(&mut client.token);
    client.get_ok("list");
    assert_eq!(client.wait(30.0).get("list").status, 401);
    assert_eq!(client.send("POST", "/simulator/token", b"{}").response.status, 400);
}

#[test]
fn no_token_stands_in_the_state_the_log_or_what_debug_prints() {
    let mut client = with_faults(&json!([]));
    client.token = "very-secret".into();
    client.get("list?x=also-secret");
    "good".clone_into(&mut client.token);
    client.get_ok("list");
    let state = client.simulator.state(client.now).to_string();
    let printed = format!("{:?}", client.simulator);
    for secret in ["very-secret", "also-secret", "\"good\""] {
        assert!(!state.contains(secret) && !printed.contains(secret), "{secret}");
    }
    let log: Vec<_> = client
        .simulator
        .requests()
        .iter()
        .map(|entry| (&*entry.path, entry.status))
        .collect();
    assert_eq!(log, [("/api/2.2/jobs/list", 403), ("/api/2.2/jobs/list", 200)]);
}

// Faults.

#[test]
fn a_fault_after_the_handler_loses_the_answer_and_keeps_the_run() {
    for kind in [
        json!("drop"),
        json!({"cut": {"bytes": 5}}),
        json!({"status": {"code": 503}}),
        json!({"garbage": "html"}),
    ] {
        let mut client = with_faults(&json!([{"endpoint": "jobs/run-now", "nth": 1, "when": "after", "kind": kind}]));
        client.send("POST", RUN_NOW, b"{\"job_id\": 1, \"idempotency_token\": \"t\"}");
        assert_eq!(client.simulator.databricks().runs_created(1), 1, "{kind}");
        client.start(&json!({"idempotency_token": "t"}));
        assert_eq!(client.simulator.databricks().runs_created(1), 1, "{kind}: the same one");
    }
}

#[test]
fn a_fault_before_the_handler_starts_nothing() {
    for kind in [
        json!("drop"),
        json!({"status": {"code": 503}}),
        json!({"throttle": {}}),
        json!({"redirect": {"to": "/x"}}),
    ] {
        let mut client = with_faults(&json!([{"method": "post", "path": "/api/*/jobs/**", "nth": 1, "kind": kind}]));
        client.send("POST", RUN_NOW, b"{\"job_id\": 1}");
        assert_eq!(client.simulator.databricks().runs_created(1), 0, "{kind}");
        client.start(&json!({}));
    }
}

#[test]
fn a_fault_strikes_the_requests_it_names_and_no_others() {
    let mut client = with_faults(&json!([{"endpoint": "jobs/runs/list", "nth": 2, "times": 2, "kind": "drop"}]));
    let mut lost = |target: &str| client.send("GET", target, b"").fate == Fate::Drop;
    let seen = [
        lost(LIST),
        lost("/api/2.2/jobs/list"),
        lost(LIST),
        lost(LIST),
        lost(LIST),
    ];
    assert_eq!(seen, [false, false, true, true, false]);
    let odds = json!([{"endpoint": "jobs/runs/list", "probability": 0.3, "kind": "drop"}]);
    let lost = || {
        let mut client = with_faults(&odds);
        (0..1000)
            .map(|_| client.send("GET", LIST, b"").fate == Fate::Drop)
            .collect::<Vec<_>>()
    };
    let first = lost();
    assert_eq!(first, lost(), "the same seed, the same odds");
    let count = first.iter().filter(|lost| **lost).count();
    assert!((250..350).contains(&count), "{count}");
}

#[test]
fn an_answer_may_be_late_or_cut() {
    let mut client = with_faults(&json!([
        {"endpoint": "jobs/runs/list", "kind": {"slow": {"seconds": 5}}},
        {"endpoint": "jobs/runs/list", "kind": {"cut": {"bytes": 1}}},
    ]));
    let reply = client.send("GET", LIST, b"");
    assert_eq!((reply.delay, reply.fate), (Duration::from_secs(5), Fate::Cut(1)));
    assert_eq!(reply.response.body, b"{}", "the host cuts it");
}

#[test]
fn a_429_tells_the_wait_in_seconds_as_a_date_or_not_at_all() {
    for (form, header) in [
        ("seconds", Some("30")),
        ("httpDate", Some("Sun, 01 Mar 2026 02:00:30 GMT")),
        ("none", None),
    ] {
        let mut client = with_faults(&json!([{"kind": {"throttle": {"seconds": 30, "retryAfter": form}}}]));
        let refused = client.get("list");
        assert_eq!((refused.status, refused.header("Retry-After")), (429, header));
        assert_eq!(body(&refused)["error_code"], "REQUEST_LIMIT_EXCEEDED");
    }
}

#[test]
fn garbage_comes_with_status_200() {
    for (kind, length) in [("html", None), ("json", None), ("empty", Some(0)), ("huge", None)] {
        let mut client = with_faults(&json!([{"kind": {"garbage": kind}}]));
        let answer = client.get("list");
        assert_eq!(answer.status, 200);
        assert_eq!(length.unwrap_or(answer.body.len()), answer.body.len());
        assert_eq!(kind == "huge", answer.body.len() > 9_000_000);
    }
}

#[test]
fn a_status_has_a_body_of_the_scenarios_choice() {
    let html = "<html><head><title>503</title></head></html>";
    let mut client = with_faults(&json!([
        {"nth": 1, "kind": {"status": {"code": 503, "body": html, "retryAfter": "seconds", "seconds": 7}}},
        {"nth": 2, "kind": {"status": {"code": 400, "body": {"error_code": "COULD_NOT_ACQUIRE_LOCK"}}}},
        {"nth": 3, "kind": {"redirect": {"to": "https://elsewhere.example/login"}}},
    ]));
    let first = client.get("list");
    assert_eq!((first.status, first.header("Content-Type")), (503, Some("text/html")));
    assert_eq!(
        (first.body.as_slice(), first.header("Retry-After")),
        (html.as_bytes(), Some("7"))
    );
    assert_eq!(
        body(&client.get("list")),
        json!({"error_code": "COULD_NOT_ACQUIRE_LOCK"})
    );
    let third = client.get("list");
    assert_eq!(
        (third.status, third.header("Location")),
        (302, Some("https://elsewhere.example/login"))
    );
    client.get_ok("list");
}

#[test]
fn a_token_may_expire_in_mid_poll() {
    for (when, expected) in [("before", [401, 401]), ("after", [200, 401])] {
        let mut client = with_faults(&json!([{"nth": 1, "when": when, "kind": "expireToken"}]));
        assert_eq!(
            [client.get("list").status, client.get("list").status],
            expected,
            "{when}"
        );
    }
}

// Headers.

#[test]
fn every_answer_tells_the_date() {
    let mut client = with_faults(&json!([{"endpoint": "jobs/runs/list", "kind": {"status": {"code": 500}}}]));
    for (method, target) in [
        ("GET", "/api/2.2/jobs/list"),
        ("GET", LIST),
        ("GET", "/nothing"),
        ("GET", "/simulator/state"),
        ("OPTIONS", LIST),
        ("DELETE", RUN_NOW),
    ] {
        let answer = client.send(method, target, b"").response;
        assert_eq!(
            answer.header("Date"),
            Some("Sun, 01 Mar 2026 02:00:00 GMT"),
            "{method} {target}"
        );
    }
}

#[test]
fn databricks_lets_no_browser_in() {
    let mut client = Client::of_job(&one_task(1.0));
    for method in ["OPTIONS", "GET"] {
        let answer = client.send(method, LIST, b"").response;
        assert_eq!(answer.status == 200, method == "GET");
        let open = |(name, _): &(String, String)| name.to_ascii_lowercase().starts_with("access-control");
        assert!(!answer.headers.iter().any(open));
    }
    let mut client = Client::new(&json!({"allowAllOrigins": true}));
    let answer = client.send("OPTIONS", LIST, b"").response;
    assert_eq!(
        (answer.status, answer.header("Access-Control-Allow-Origin")),
        (204, Some("*"))
    );
    let answer = client.send("GET", LIST, b"").response;
    assert_eq!(
        (answer.status, answer.header("Access-Control-Expose-Headers")),
        (200, Some("*"))
    );
}

#[test]
fn an_unknown_path_is_named() {
    let mut client = Client::of_job(&one_task(1.0));
    let answer = client.post("run-noww", &json!({}));
    assert_eq!(answer.status, 404);
    assert_eq!(body(&answer)["error_code"], "ENDPOINT_NOT_FOUND");
    assert_eq!(body(&answer)["message"], "No API found for 'POST /jobs/run-noww'");
}

// Time and state.

#[test]
fn speed_divides_lengths_and_leaves_the_clock_alone() {
    let mut client = Client::new(&json!({
        "tokens": [{"value": "good", "service": "databricks", "lifetimeSeconds": 100}],
        "databricks": {"cancelSeconds": 20, "jobs": [{"id": 1, "tasks": [{"key": "main", "run": {"seconds": 60}}]}]},
    }));
    client.simulator = client.simulator.clone().with_speed(Speed::new(10.0));
    let run = client.start(&json!({}));
    assert_eq!(client.run(run)["start_time"], START.0);
    assert_eq!(words(&client.wait(5.9).run(run)), "RUNNING/- RUNNING/-");
    let ended = client.wait(0.2).run(run);
    assert_eq!(ended["end_time"], START.0 + 6_000);
    let run = client.start(&json!({}));
    client.post_ok("runs/cancel", &json!({"run_id": run}));
    assert_eq!(
        words(&client.wait(1.9).run(run)),
        "TERMINATING/CANCELED TERMINATING/USER_CANCELED"
    );
    assert_eq!(
        words(&client.wait(0.2).run(run)),
        "TERMINATED/CANCELED TERMINATED/USER_CANCELED"
    );
    assert_eq!(client.wait(2.0).get("list").status, 401);
}

#[test]
fn a_snapshot_goes_on_where_it_was_taken() {
    let faults = json!([{"endpoint": "jobs/runs/list", "probability": 0.5, "kind": "drop"}]);
    let mut client = with_faults(&faults);
    let run = client.start(&json!({"idempotency_token": "t"}));
    client.wait(0.5).send("GET", LIST, b"");
    let text = serde_json::to_string(&client.simulator).expect("it can be written");
    let mut other = with_faults(&faults);
    other.simulator = serde_json::from_str(&text).expect("it can be read");
    other.now = client.now;
    for step in 0..20 {
        let replies = [&mut client, &mut other].map(|one| one.wait(0.1).send("GET", LIST, b""));
        assert_eq!(replies[0], replies[1], "step {step}");
    }
    assert_eq!(client.run(run), other.run(run));
}

#[test]
fn looking_often_or_once_gives_the_same_end() {
    let scenario = Scenario::built_in().expect("the built-in scenario reads");
    let ids: Vec<i64> = scenario
        .databricks
        .jobs
        .iter()
        .filter_map(|job| job.id)
        .map(|id| id.0)
        .collect();
    let run = |looks: u32| -> Value {
        let mut simulator = Simulator::new(scenario.clone(), START).expect("it holds together");
        for id in &ids {
            let body = format!("{{\"job_id\": {id}}}");
            simulator.handle(START, &demo_request("POST", RUN_NOW, body.as_bytes()));
        }
        let end = START.plus(Duration::from_secs(600));
        for look in 1..=looks {
            let now = Timestamp(START.0 + u64::from(look) * 600_000 / u64::from(looks + 1));
            simulator.handle(now, &demo_request("GET", LIST, b""));
        }
        simulator.databricks().state(end)
    };
    assert_eq!(run(0)["runs"], run(997)["runs"]);
}

fn demo_request(method: &str, target: &str, body: &[u8]) -> Request {
    Request {
        method: method.into(),
        target: target.into(),
        headers: vec![("authorization".into(), "bearer dapi-simulated".into())],
        body: body.to_vec(),
    }
}

#[test]
fn the_demo_has_a_run_of_each_end() {
    let scenario = Scenario::built_in().expect("the built-in scenario reads");
    let mut simulator = Simulator::new(scenario, START).expect("it holds together");
    for (job, outcome) in [
        (880_012_345_678_901_i64, "SUCCESS"),
        (880_012_345_678_902, "FAILED"),
        (880_012_345_678_903, "SUCCESS"),
        (880_012_345_678_904, "SUCCESS"),
        (880_012_345_678_905, "SUCCESS"),
        (880_012_345_678_906, "SKIPPED"),
        (880_012_345_678_907, "SUCCESS_WITH_FAILURES"),
        (880_012_345_678_908, "SUCCESS"),
    ] {
        let body = format!("{{\"job_id\": {job}}}");
        assert_eq!(
            simulator
                .handle(START, &demo_request("POST", RUN_NOW, body.as_bytes()))
                .response
                .status,
            200
        );
        let run = simulator.databricks().run_ids(job)[0];
        assert_eq!(
            simulator.databricks().true_outcome(run).as_deref(),
            Some(outcome),
            "{job}"
        );
    }
    let orders = simulator.databricks().run_ids(880_012_345_678_901)[0];
    let end = START.plus(Duration::from_secs(40));
    let target = format!("/api/2.2/jobs/runs/get?run_id={orders}");
    let run = body(&simulator.handle(end, &demo_request("GET", &target, b"")).response);
    assert_eq!(run["end_time"], START.0 + 40_000);
    let load = run["tasks"][2]["run_id"].as_i64().expect("a run id");
    let target = format!("/api/2.2/jobs/runs/get-output?run_id={load}");
    let output = body(&simulator.handle(end, &demo_request("GET", &target, b"")).response);
    let rows: Vec<Value> =
        serde_json::from_str(output["notebook_output"]["result"].as_str().expect("text")).expect("an array");
    assert_eq!(rows.len(), 20);
}

// Scenarios.

#[test]
fn what_is_wrong_with_a_scenario_is_named_with_its_path() {
    let job = |task: Value| json!({"databricks": {"jobs": [{"id": 1, "tasks": [{"key": "a"}, task]}]}});
    for (scenario, path, message) in [
        (json!({"seeds": 1}), "seeds", "unknown member; known are seed, "),
        (
            job(json!({"key": "b", "second": 1})),
            "databricks.jobs[0].tasks[1].second",
            "unknown member",
        ),
        (
            job(json!({"key": "b", "run": {"seconds": "1"}})),
            "databricks.jobs[0].tasks[1].run.seconds",
            "expected a number, found \"1\"",
        ),
        (
            job(json!({"key": "b", "run": {"seconds": -1}})),
            "databricks.jobs[0].tasks[1].run.seconds",
            "length of time",
        ),
        (
            job(json!({"key": "b", "kind": "magic"})),
            "databricks.jobs[0].tasks[1].kind",
            "expected agentic or ",
        ),
        (
            job(json!({"key": "b", "dependsOn": ["c"]})),
            "databricks.jobs[0].tasks[1].dependsOn[0]",
            "no task",
        ),
        (
            job(json!({"key": "b", "dependsOn": ["b"]})),
            "databricks.jobs[0].tasks[1].dependsOn",
            "itself",
        ),
        (
            job(json!({"key": "a"})),
            "databricks.jobs[0].tasks[1].key",
            "a key of its own",
        ),
        (
            job(json!({"key": "b", "runJob": {"job": 2}})),
            "databricks.jobs[0].tasks[1].runJob.job",
            "no job",
        ),
        (
            job(json!({"key": "b", "runJob": {"job": 1}})),
            "databricks.jobs[0]",
            "runs itself",
        ),
        (
            job(json!({"key": "b", "run": {"output": {"rows": 1, "columns": {"x": {"tipe": "text"}}}}})),
            "databricks.jobs[0].tasks[1].run.output.columns.x.tipe",
            "unknown member",
        ),
        (
            json!({"databricks": {"jobs": [{"id": 0}]}}),
            "databricks.jobs[0].id",
            "64-bit",
        ),
        (
            json!({"faults": [{"kind": {"cut": {}}}]}),
            "faults[0].kind.cut.bytes",
            "expected it, found nothing",
        ),
        (
            json!({"faults": [{"kind": {"cut": {"bytes": 1, "byte": 2}}}]}),
            "faults[0].kind.cut.byte",
            "unknown member; known are bytes",
        ),
        (
            json!({"tokens": [{"value": "x", "service": "spark"}]}),
            "tokens[0].service",
            "expected databricks or ",
        ),
    ] {
        let found = Scenario::parse(&scenario.to_string())
            .and_then(|scenario| Simulator::new(scenario, START))
            .map(|_| ())
            .expect_err(path);
        assert_eq!(found.path, path, "{found}");
        assert!(found.message.contains(message), "{found}");
    }
}

// The documentation.

#[test]
fn the_documented_scenario_is_one() {
    let page = include_str!("../docs/scenarios.md");
    let examples: Vec<&str> = page
        .split("```json\n")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once("```")?.0))
        .collect();
    assert_eq!(examples.len(), 4);
    for example in examples {
        let scenario = Scenario::parse(example).unwrap_or_else(|error| panic!("{error}"));
        Simulator::new(scenario, START).expect("its parts fit together");
    }
}

#[test]
fn the_documentation_names_every_member() {
    let page = include_str!("../docs/scenarios.md");
    let whole = serde_json::to_value(Scenario::built_in().expect("it is right")).expect("a scenario is JSON");
    let mut names = std::collections::BTreeSet::new();
    collect_names(&whole["databricks"], &["jobs"], &mut names);
    collect_names(&whole["databricks"]["jobs"][0], &["parameters", "tasks"], &mut names);
    collect_names(
        &whole["databricks"]["jobs"][0]["tasks"][0],
        &["run", "settings"],
        &mut names,
    );
    collect_names(
        &whole["databricks"]["jobs"][0]["tasks"][0]["run"],
        &["output"],
        &mut names,
    );
    collect_names(
        &whole["databricks"]["jobs"][0]["tasks"][0]["run"]["output"],
        &[],
        &mut names,
    );
    collect_names(&whole["files"][0], &["columns"], &mut names);
    collect_names(&whole["fabric"]["items"][0], &["parameters"], &mut names);
    collect_names(&whole["fabric"]["items"][0]["runs"][0], &["runningStatus"], &mut names);
    collect_names(
        &whole["fabric"]["items"][0]["runs"][0]["activities"][0],
        &[],
        &mut names,
    );
    let auth = Scenario::parse(include_str!("scenarios/auth.json")).expect("it is right");
    let auth = serde_json::to_value(auth).expect("a scenario is JSON");
    for pointer in [
        "",
        "/identityTokens/0",
        "/entra/tenants/0",
        "/entra/tenants/0/clients/1",
        "/entra/tenants/0/clients/1/federatedCredentials/0",
        "/vaults/0",
        "/vaults/0/secrets/0",
        "/vaults/0/secrets/0/versions/0",
        "/databricks/servicePrincipals/2",
        "/databricks/servicePrincipals/2/federationPolicies/0",
        "/databricks/azure",
    ] {
        collect_names(auth.pointer(pointer).expect("it is there"), &[], &mut names);
    }
    let missing: Vec<_> = names
        .iter()
        .filter(|name| !page.contains(&format!("`{name}")))
        .collect();
    assert!(missing.is_empty(), "not named in docs/scenarios.md: {missing:?}");
}

fn collect_names(value: &Value, but: &[&str], names: &mut std::collections::BTreeSet<String>) {
    let members = value.as_object().into_iter().flatten();
    names.extend(
        members
            .map(|(name, _)| name.clone())
            .filter(|name| !but.contains(&name.as_str())),
    );
}
