//! A service with a virtual clock, and short names for what the tests ask of it.

#[path = "../support/reread.rs"]
mod reread;

use std::time::Duration;

use pqrun::http::HttpResponse;
use pqrun::simulator::fabric::Fabric;
use pqrun::simulator::{Request, Scenario, Simulator, Speed};
use pqrun::time::Timestamp;
use serde_json::{Value, json};

use self::reread::reread;

pub(crate) const WORKSPACE: &str = "1f0c4b7e-52aa-4c0d-9b7e-0d6f3a1e8c21";
pub(crate) const ORDERS: &str = "7a93e1d4-0f5b-4e0a-8d3c-64b2f9c7a510";
pub(crate) const SCORE: &str = "c2d81b90-3e6f-4d77-a1f4-95e08b6c3d02";
pub(crate) const FAILING: &str = "b8e5f207-6c3d-4a19-8f42-0d7a91c6e35b";
pub(crate) const LAKEHOUSE: &str = "9d3e7c55-1b20-4f6a-bb0e-7c1f52d8e904";
pub(crate) const SPARK: &str = "e1f7a3c8-52b9-4d06-9a7e-3c48d0b6f912";
pub(crate) const NIGHTLY: &str = "36a0d9e4-7b15-4c8f-a2e3-f590b81d47c6";
/// 2026-08-31T16:00:00Z
pub(crate) const START: Timestamp = Timestamp(1_788_192_000_000);

#[derive(Clone)]
pub(crate) struct Service {
    pub(crate) simulator: Simulator,
    pub(crate) now: Timestamp,
}

impl Service {
    /// The default scenario.
    pub(crate) fn standard() -> Self {
        Self::with(&json!({}))
    }

    /// The default scenario with these switches.
    pub(crate) fn with(switches: &Value) -> Self {
        Self::seeded(1, switches)
    }

    pub(crate) fn seeded(seed: u64, switches: &Value) -> Self {
        let mut fabric = standard_scenario();
        fabric["switches"] = switches.clone();
        Self::of(seed, &fabric)
    }

    /// The workspace with one pipeline.
    pub(crate) fn with_item(switches: &Value, item: &Value) -> Self {
        let mut whole = json!({"id": ORDERS, "workspaceId": WORKSPACE, "kind": "DataPipeline", "name": "x"});
        for (name, value) in item.as_object().expect("it is an object") {
            whole[name] = value.clone();
        }
        let workspaces = json!([{"id": WORKSPACE, "name": "w"}]);
        Self::of(
            1,
            &json!({"workspaces": workspaces, "items": [whole], "switches": switches}),
        )
    }

    pub(crate) fn of(seed: u64, fabric: &Value) -> Self {
        Self::of_whole(&json!({"seed": seed, "fabric": fabric}))
    }

    /// A scenario without tokens: the usual one is added.
    pub(crate) fn of_whole(scenario: &Value) -> Self {
        let mut scenario = scenario.clone();
        scenario["tokens"] = json!([{"value": "fabric-token", "service": "fabric"}]);
        let scenario = Scenario::parse(&scenario.to_string()).expect("the scenario is valid");
        Self {
            simulator: Simulator::new(scenario, START).expect("the scenario fits together"),
            now: START,
        }
    }

    pub(crate) fn at_speed(mut self, factor: f64) -> Self {
        self.simulator = self.simulator.with_speed(Speed::new(factor));
        self
    }

    pub(crate) fn fabric(&self) -> &Fabric {
        self.simulator.fabric()
    }

    pub(crate) fn wait(&mut self, seconds: f64) {
        self.now = self.now.plus(Duration::from_secs_f64(seconds));
    }

    pub(crate) fn send(&mut self, method: &str, target: &str, body: Option<&Value>) -> HttpResponse {
        let mut headers = vec![
            ("Host".to_owned(), "127.0.0.1:8080".to_owned()),
            ("Authorization".to_owned(), "Bearer fabric-token".to_owned()),
        ];
        if body.is_some() {
            headers.push(("Content-Type".into(), "application/json".into()));
        }
        let request = Request {
            method: method.into(),
            target: target.into(),
            headers,
            body: body.map(|body| body.to_string().into_bytes()).unwrap_or_default(),
        };
        reread(&mut self.simulator);
        self.simulator.handle(self.now, &request).response
    }

    /// A path under the workspace.
    pub(crate) fn get(&mut self, path: &str) -> HttpResponse {
        self.send("GET", &format!("/v1/workspaces/{WORKSPACE}/{path}"), None)
    }

    pub(crate) fn post(&mut self, path: &str, body: &Value) -> HttpResponse {
        let body = (!body.is_null()).then_some(body);
        self.send("POST", &format!("/v1/workspaces/{WORKSPACE}/{path}"), body)
    }

    /// Starts a pipeline; gives the instance's id.
    #[track_caller]
    pub(crate) fn start(&mut self, item: &str) -> String {
        self.start_with(item, &Value::Null)
    }

    #[track_caller]
    pub(crate) fn start_with(&mut self, item: &str, parameters: &Value) -> String {
        let body = if parameters.is_null() {
            Value::Null
        } else {
            json!({"executionData": {"parameters": parameters}})
        };
        let response = self.post(&format!("items/{item}/jobs/instances?jobType=Pipeline"), &body);
        assert_eq!(response.status, 202, "{}", text(&response));
        id_of(&response)
    }

    #[track_caller]
    pub(crate) fn row(&mut self, item: &str, instance: &str) -> Value {
        let response = self.get(&format!("items/{item}/jobs/instances/{instance}"));
        assert_eq!(response.status, 200, "{}", text(&response));
        json_of(&response)
    }

    pub(crate) fn list(&mut self, item: &str) -> Vec<Value> {
        let response = self.get(&format!("items/{item}/jobs/instances"));
        json_of(&response)["value"].as_array().cloned().expect("there are rows")
    }

    /// The activities of a run, with a window that spans it.
    pub(crate) fn query(&mut self, run: &str, more: &Value) -> HttpResponse {
        let mut body = json!({"filters": [], "orderBy": [{"orderBy": "ActivityRunStart", "order": "ASC"}],
            "lastUpdatedAfter": "2026-08-30T16:00:00Z", "lastUpdatedBefore": "2026-09-01T16:00:00Z"});
        for (name, value) in more.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        self.post(&format!("datapipelines/pipelineruns/{run}/queryactivityruns"), &body)
    }

    #[track_caller]
    pub(crate) fn activities(&mut self, run: &str) -> Vec<Value> {
        let response = self.query(run, &Value::Null);
        assert_eq!(response.status, 200, "{}", text(&response));
        json_of(&response)["value"].as_array().cloned().expect("there are rows")
    }
}

pub(crate) fn standard_scenario() -> Value {
    let scenario: Value = serde_json::from_str(Scenario::BUILT_IN).expect("the built-in scenario is JSON");
    scenario["fabric"].clone()
}

pub(crate) fn text(response: &HttpResponse) -> String {
    String::from_utf8_lossy(&response.body).into_owned()
}

#[track_caller]
pub(crate) fn json_of(response: &HttpResponse) -> Value {
    serde_json::from_slice(&response.body).expect("the body is JSON")
}

/// Status and error code of a refusal.
pub(crate) fn refusal(response: &HttpResponse) -> (u16, String) {
    let body: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    let code = body["errorCode"].as_str().or_else(|| body["error"]["code"].as_str());
    (response.status, code.unwrap_or_default().to_owned())
}

/// The last segment of `Location`.
#[track_caller]
pub(crate) fn id_of(response: &HttpResponse) -> String {
    let location = response.header("Location").expect("there is a Location");
    location.rsplit('/').next().unwrap_or_default().to_owned()
}

/// A pipeline that takes `queued` and then `running` seconds.
pub(crate) fn lasting(queued: f64, running: f64) -> Value {
    json!({"runs": [{"queuedSeconds": queued, "durationSeconds": running}]})
}
