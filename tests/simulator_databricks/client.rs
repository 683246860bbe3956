//! A client that is nothing but a clock and a token.
#![allow(dead_code, reason = "each test file uses some of it")]

#[path = "../support/reread.rs"]
mod reread;

use std::time::Duration;

use pqrun::http::HttpResponse;
use pqrun::simulator::{Fate, Reply, Request, Scenario, Simulator};
use pqrun::time::Timestamp;
use serde_json::{Value, json};

use self::reread::reread;

pub(crate) const START: Timestamp = Timestamp(1_772_330_400_000);

pub(crate) struct Client {
    pub(crate) simulator: Simulator,
    pub(crate) now: Timestamp,
    pub(crate) token: String,
    pub(crate) version: &'static str,
}

impl Client {
    #[track_caller]
    pub(crate) fn new(scenario: &Value) -> Self {
        let mut scenario = scenario.clone();
        if scenario.get("tokens").is_none() {
            scenario["tokens"] = json!([{"value": "good", "service": "databricks"}]);
        }
        let scenario = Scenario::parse(&scenario.to_string()).expect("the scenario reads");
        Self {
            simulator: Simulator::new(scenario, START).expect("the scenario holds together"),
            now: START,
            token: "good".into(),
            version: "2.2",
        }
    }

    /// One job with id 1, of these members.
    #[track_caller]
    pub(crate) fn of_job(job: &Value) -> Self {
        Self::new(&json!({"databricks": {"jobs": [with_id(job)]}}))
    }

    /// One job with id 1, of these members, in a workspace with these.
    #[track_caller]
    pub(crate) fn of_workspace(workspace: &Value, job: &Value) -> Self {
        let mut databricks = workspace.clone();
        databricks["jobs"] = json!([with_id(job)]);
        Self::new(&json!({"databricks": databricks}))
    }

    pub(crate) fn wait(&mut self, seconds: f64) -> &mut Self {
        self.now = self.now.plus(Duration::from_secs_f64(seconds));
        self
    }

    pub(crate) fn send(&mut self, method: &str, target: &str, body: &[u8]) -> Reply {
        let mut headers = vec![("Host".to_owned(), "127.0.0.1:8080".to_owned())];
        if !self.token.is_empty() {
            headers.push(("Authorization".into(), format!("Bearer {}", self.token)));
        }
        reread(&mut self.simulator);
        self.simulator.handle(
            self.now,
            &Request {
                method: method.into(),
                target: target.into(),
                headers,
                body: body.to_vec(),
            },
        )
    }

    fn path(&self, operation: &str) -> String {
        format!("/api/{}/jobs/{operation}", self.version)
    }

    pub(crate) fn get(&mut self, operation: &str) -> HttpResponse {
        let path = self.path(operation);
        self.send("GET", &path, &[]).response
    }

    pub(crate) fn post(&mut self, operation: &str, body: &Value) -> HttpResponse {
        let path = self.path(operation);
        self.send("POST", &path, body.to_string().as_bytes()).response
    }

    /// The answer, which must be a good one.
    #[track_caller]
    pub(crate) fn get_ok(&mut self, operation: &str) -> Value {
        let response = self.get(operation);
        assert_eq!(response.status, 200, "{operation}: {}", body(&response));
        body(&response)
    }

    #[track_caller]
    pub(crate) fn post_ok(&mut self, operation: &str, request: &Value) -> Value {
        let response = self.post(operation, request);
        assert_eq!(response.status, 200, "{operation}: {}", body(&response));
        body(&response)
    }

    /// Starts job 1 and gives the run's id.
    #[track_caller]
    pub(crate) fn start(&mut self, members: &Value) -> i64 {
        let mut request = members.clone();
        if request.get("job_id").is_none() {
            request["job_id"] = json!(1);
        }
        let answer = self.post_ok("run-now", &request);
        answer["run_id"].as_i64().expect("a run id")
    }

    #[track_caller]
    pub(crate) fn run(&mut self, id: i64) -> Value {
        self.get_ok(&format!("runs/get?run_id={id}"))
    }

    /// The run id of the last attempt of a task.
    #[track_caller]
    pub(crate) fn task_id(&mut self, run: i64, key: &str) -> i64 {
        let run = self.run(run);
        task(&run, key)["run_id"].as_i64().expect("a run id")
    }

    #[track_caller]
    pub(crate) fn output(&mut self, run: i64, key: &str) -> Value {
        let id = self.task_id(run, key);
        self.get_ok(&format!("runs/get-output?run_id={id}"))
    }
}

fn with_id(job: &Value) -> Value {
    let mut job = job.clone();
    if job.get("id").is_none() {
        job["id"] = json!(1);
    }
    job
}

#[track_caller]
pub(crate) fn body(response: &HttpResponse) -> Value {
    serde_json::from_slice(&response.body).unwrap_or_else(|_| panic!("JSON, status {}", response.status))
}

/// The last listed attempt of a task.
#[track_caller]
pub(crate) fn task<'a>(run: &'a Value, key: &str) -> &'a Value {
    run["tasks"]
        .as_array()
        .expect("tasks")
        .iter()
        .rfind(|task| task["task_key"] == key)
        .unwrap_or_else(|| panic!("a task {key}"))
}

/// `LIFE_CYCLE/RESULT`, and the new account beside it.
pub(crate) fn words(run: &Value) -> String {
    let text = |pointer: &str| run.pointer(pointer).and_then(Value::as_str).unwrap_or("-").to_owned();
    format!(
        "{}/{} {}/{}",
        text("/state/life_cycle_state"),
        text("/state/result_state"),
        text("/status/state"),
        text("/status/termination_details/code")
    )
}

/// A job of one notebook task `main` that takes `seconds`.
pub(crate) fn one_task(seconds: f64) -> Value {
    json!({"tasks": [{"key": "main", "run": {"seconds": seconds, "output": {"result": "[1]"}}}]})
}

pub(crate) fn delivered(reply: &Reply) -> bool {
    reply.fate == Fate::Deliver
}
