//! Databricks: one intent against a scripted service.

#![cfg(not(target_family = "wasm"))]

mod support;

use std::time::Duration;

use pqrun::databricks::job::DatabricksJob;
use pqrun::error::ErrorCode;
use pqrun::poller::Job;
use pqrun::poller::options::RunOptions;
use pqrun::run::{IdentifiedBy, Outcome, OutputKind};
use support::{Host, Reply, Sent, code, json};

fn job() -> DatabricksJob {
    let mut job = DatabricksJob::default();
    job.host = "https://adb-1111222233334444.5.azuredatabricks.net".to_owned();
    job.job_id = Some("880012345678901".to_owned());
    job
}

/// A service that starts a run, shows it running `polls` times, then as given.
fn service(polls: usize, last: &'static str) -> impl FnMut(pqrun::time::Timestamp, &Sent) -> Reply {
    let mut seen = 0;
    move |_, sent| match sent.request.endpoint {
        "jobs/run-now" => json(200, r#"{"run_id": 412000000000101, "number_in_job": 412000000000101}"#).into(),
        "jobs/runs/get" => {
            seen += 1;
            if seen <= polls {
                json(200, r#"{"run_id":412000000000101,"job_id":880012345678901,"run_page_url":"https://x/run","status":{"state":"RUNNING"},"state":{"life_cycle_state":"RUNNING"}}"#).into()
            } else {
                json(200, last).into()
            }
        }
        "jobs/runs/get-output" => json(
            200,
            r#"{"notebook_output":{"result":"[{\"region\":\"north\",\"rows\":120}]"}}"#,
        )
        .into(),
        other => panic!("unexpected {other}"),
    }
}

const SUCCESS: &str = r#"{"run_id":412000000000101,"job_id":880012345678901,"run_page_url":"https://x/run",
  "state":{"life_cycle_state":"TERMINATED","result_state":"SUCCESS"},
  "status":{"state":"TERMINATED","termination_details":{"code":"SUCCESS","type":"SUCCESS"}},
  "tasks":[{"task_key":"load","run_id":412000000000102,"attempt_number":0,"start_time":1772330401000,"end_time":1772330464000,
    "notebook_task":{"notebook_path":"/x"},"state":{"life_cycle_state":"TERMINATED","result_state":"SUCCESS"}}]}"#;

#[test]
fn a_run_is_started_followed_and_read() {
    let mut host = Host::start(Job::Databricks(job()), RunOptions::default(), service(5, SUCCESS));
    let result = host.run();
    assert_eq!(result.outcome, Outcome::Succeeded);
    let run = result.run.as_ref().expect("the run is known");
    assert_eq!(
        (run.id.as_str(), run.identified_by, run.shared),
        ("412000000000101", IdentifiedBy::Answer, false)
    );
    assert_eq!(result.outputs.len(), 1);
    assert_eq!(result.outputs[0].kind, OutputKind::NotebookResult);
    assert_eq!(
        result.outputs[0].text.as_deref(),
        Some(r#"[{"region":"north","rows":120}]"#)
    );
    let starts = host.sent_to("jobs/run-now");
    assert_eq!(starts.len(), 1);
    let token = starts[0].body()["idempotency_token"]
        .as_str()
        .expect("a token")
        .to_owned();
    assert!(token.starts_with("pqrun-") && token.len() == 42, "{token}");
    assert!(host.elapsed() < Duration::from_secs(30), "{:?}", host.elapsed());
}

#[test]
fn a_lost_answer_is_asked_again_with_the_same_token_and_body() {
    let mut usual = service(1, SUCCESS);
    let mut starts = 0;
    let mut host = Host::start(Job::Databricks(job()), RunOptions::default(), |now, sent| {
        if sent.request.endpoint == "jobs/run-now" {
            starts += 1;
            match starts {
                1 => return Reply::Fail("connection reset", true),
                2 => return json(503, "<html><title>503</title></html>").into(),
                3 => return json(200, r#"{"run_id": 4120"#).into(),
                _ => {}
            }
        }
        usual(now, sent)
    });
    let result = host.run();
    assert_eq!(result.outcome, Outcome::Succeeded);
    let bodies: Vec<_> = host
        .sent_to("jobs/run-now")
        .iter()
        .map(|sent| sent.request.body.clone())
        .collect();
    assert_eq!(bodies.len(), 4);
    assert!(bodies.iter().all(|body| *body == bodies[0]));
}

#[test]
fn a_run_that_never_ends_times_out_with_its_id() {
    let mut options = RunOptions::default();
    options.timeout = Some(pqrun::poller::options::Length(Duration::from_secs(1200)));
    let mut host = Host::start(Job::Databricks(job()), options, service(usize::MAX, SUCCESS));
    let result = host.run();
    assert_eq!(
        (result.outcome, code(&result)),
        (Outcome::TimedOut, Some(ErrorCode::DeadlinePassed))
    );
    assert_eq!(result.run.as_ref().map(|run| run.id.as_str()), Some("412000000000101"));
    assert!(host.elapsed() < Duration::from_secs(1231), "{:?}", host.elapsed());
    assert!(host.sent_to("jobs/runs/cancel").is_empty());
}
