//! What the core injects is worded as Fabric words it.

use pqrun::simulator::{Request, Scenario, Simulator};
use pqrun::time::Timestamp;
use serde_json::{Value, json};

use crate::service::{ORDERS, START, Service, WORKSPACE, json_of, refusal, standard_scenario};

fn faulty(switches: &Value, faults: &Value) -> Service {
    let mut fabric = standard_scenario();
    fabric["switches"] = switches.clone();
    Service::of_whole(&json!({"seed": 1, "fabric": fabric, "faults": faults}))
}

fn start() -> String {
    format!("items/{ORDERS}/jobs/instances?jobType=Pipeline")
}

#[test]
fn an_error_in_place_of_an_accepted_start_keeps_its_id() {
    for (when, created) in [("after", 2), ("before", 1)] {
        let fault =
            json!([{"endpoint": "jobs/instances/run", "nth": 1, "when": when, "kind": {"status": {"code": 503}}}]);
        let mut service = faulty(&json!({}), &fault);
        let response = service.post(&start(), &Value::Null);
        assert_eq!(response.status, 503);
        let id = response.header("RequestId").expect("there is an id").to_owned();
        let listed = service.list(ORDERS);
        assert_eq!(listed.len(), created, "{when}");
        let found = listed.iter().any(|row| row["rootActivityId"] == id.as_str());
        assert_eq!(found, when == "after", "{when}");
    }
}

#[test]
fn an_injected_429_hides_its_headers_too() {
    let fault = json!([{"endpoint": "jobs/instances/run", "nth": 1, "kind": {"throttle": {"seconds": 37}}}]);
    let mut service = faulty(&json!({}), &fault);
    let response = service.post(&start(), &Value::Null);
    assert_eq!(refusal(&response), (429, "RequestBlocked".into()));
    assert_eq!(response.header("Retry-After"), Some("37"));
    assert_eq!(response.header("Access-Control-Expose-Headers"), None);
    let message = json_of(&response)["message"].as_str().unwrap_or_default().to_owned();
    assert_eq!(
        Timestamp::parse_until(&message),
        Some(Timestamp(START.0 + 37_000)),
        "{message}"
    );
    service.start(ORDERS);
}

#[test]
fn a_credential_is_refused_in_the_services_words() {
    let lifetime = json!([{"value": "fabric-token", "service": "fabric", "lifetimeSeconds": 60}]);
    for (as403, expired) in [(false, (401, "TokenExpired")), (true, (403, "TokenExpired"))] {
        let mut fabric = standard_scenario();
        fabric["switches"] = json!({ "tokenExpiredAs403": as403 });
        let scenario = json!({"fabric": fabric, "tokens": lifetime}).to_string();
        let scenario = Scenario::parse(&scenario).expect("the scenario is valid");
        let mut simulator = Simulator::new(scenario, START).expect("it fits together");
        let mut ask = |now: u64, token: Option<&str>| {
            let request = Request {
                method: "GET".into(),
                target: format!("/v1/workspaces/{WORKSPACE}/items/{ORDERS}/jobs/instances"),
                headers: token
                    .map(|token| ("Authorization".into(), token.into()))
                    .into_iter()
                    .collect(),
                body: Vec::new(),
            };
            let response = simulator.handle(Timestamp(START.0 + now), &request).response;
            assert!(response.header("RequestId").is_some());
            assert_eq!(response.header("Access-Control-Allow-Origin"), Some("*"));
            refusal(&response)
        };
        assert_eq!(ask(0, Some("Bearer fabric-token")).0, 200);
        assert_eq!(ask(0, None), (401, "Unauthorized".into()));
        assert_eq!(ask(0, Some("Bearer other")), (401, "InvalidToken".into()));
        assert_eq!(ask(61_000, Some("Bearer fabric-token")), (expired.0, expired.1.into()));
    }
}
