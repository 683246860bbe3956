//! The poller against a Databricks workspace: what it promises, one rule per test.

#![cfg(not(target_family = "wasm"))]

mod support;

#[path = "databricks/cancel.rs"]
mod cancel;
#[path = "databricks/deadline.rs"]
mod deadline;
#[path = "databricks/events.rs"]
mod events;
#[path = "databricks/follow.rs"]
mod follow;
#[path = "databricks/hostile.rs"]
mod hostile;
#[path = "databricks/log.rs"]
mod log;
#[path = "databricks/outputs.rs"]
mod outputs;
#[path = "databricks/refusals.rs"]
mod refusals;
#[path = "databricks/resume.rs"]
mod resume;
#[path = "databricks/retries.rs"]
mod retries;
#[path = "databricks/reuse.rs"]
mod reuse;
#[path = "databricks/samples.rs"]
mod samples;
#[path = "databricks/secrets.rs"]
mod secrets;
#[path = "databricks/start.rs"]
mod start;
#[path = "databricks/states.rs"]
mod states;
#[path = "databricks/successor.rs"]
mod successor;
#[path = "databricks/tree.rs"]
mod tree;
#[path = "databricks/workspace.rs"]
mod workspace;

use std::time::Duration;

use pqrun::databricks::job::DatabricksJob;
use pqrun::poller::Job;
use pqrun::poller::options::RunOptions;
use pqrun::time::Timestamp;

use support::{Host, Reply, Sent, json};

const JOB_ID: &str = "880012345678901";
const HOST: &str = "https://adb-1111222233334444.5.azuredatabricks.net";

/// A job known by its id, without parameters.
fn job() -> DatabricksJob {
    let mut job = DatabricksJob::default();
    job.host = HOST.to_owned();
    job.job_id = Some(JOB_ID.to_owned());
    job
}

/// Options as a caller writes them.
#[track_caller]
fn options(json: &str) -> RunOptions {
    serde_json::from_str(json).expect("the options are right")
}

/// A job as a caller writes it, beside the host and the id.
#[track_caller]
fn job_with(json: &str) -> DatabricksJob {
    let mut members: serde_json::Map<String, serde_json::Value> = serde_json::from_str(json).expect("it is JSON");
    members.insert("host".to_owned(), HOST.into());
    if !members.contains_key("jobName") {
        members.insert("jobId".to_owned(), JOB_ID.into());
    }
    serde_json::from_value(members.into()).expect("the job is right")
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// The run that the simple services start.
const RUN_ID: &str = "412000000000101";
const STARTED: &str = r#"{"run_id": 412000000000101, "number_in_job": 412000000000101}"#;
const RUNNING: &str = r#"{"run_id":412000000000101,"status":{"state":"RUNNING"}}"#;
const SUCCESS: &str = r#"{"run_id":412000000000101,"job_id":880012345678901,"run_page_url":"https://x/run",
  "state":{"life_cycle_state":"TERMINATED","result_state":"SUCCESS"},
  "status":{"state":"TERMINATED","termination_details":{"code":"SUCCESS","type":"SUCCESS"}},
  "tasks":[{"task_key":"load","run_id":412000000000102,"attempt_number":0,"start_time":1772330401000,"end_time":1772330464000,
    "notebook_task":{"notebook_path":"/x"},"state":{"life_cycle_state":"TERMINATED","result_state":"SUCCESS"}}]}"#;
const OUTPUT: &str = r#"{"notebook_output":{"result":"[{\"region\":\"north\",\"rows\":120}]"}}"#;

/// A service that starts a run, shows it running `polls` times, then as given.
fn service(polls: usize, last: &str) -> impl FnMut(Timestamp, &Sent) -> Reply + use<> {
    let mut seen = 0;
    let last = last.to_owned();
    move |_, sent| match sent.request.endpoint {
        "jobs/run-now" => json(200, STARTED).into(),
        "jobs/runs/get" => {
            seen += 1;
            json(200, if seen <= polls { RUNNING } else { &last }).into()
        }
        "jobs/runs/get-output" => json(200, OUTPUT).into(),
        "jobs/runs/cancel" => json(200, "{}").into(),
        other => panic!("unexpected {other}"),
    }
}

/// The same, but the first answers of one endpoint are others.
fn faulty<'a>(
    endpoint: &'static str,
    faults: Vec<Reply>,
    mut usual: impl FnMut(Timestamp, &Sent) -> Reply + 'a,
) -> impl FnMut(Timestamp, &Sent) -> Reply + 'a {
    let mut faults = faults.into_iter();
    move |now, sent| {
        if sent.request.endpoint == endpoint
            && let Some(fault) = faults.next()
        {
            return fault;
        }
        usual(now, sent)
    }
}

/// Starts the plain job.
#[track_caller]
fn start<'a>(options: RunOptions, service: impl FnMut(Timestamp, &Sent) -> Reply + 'a) -> Host<'a> {
    Host::start(Job::Databricks(job()), options, service)
}

/// The token of a start.
#[track_caller]
fn token_of(sent: &Sent) -> String {
    sent.body()["idempotency_token"].as_str().expect("a token").to_owned()
}
