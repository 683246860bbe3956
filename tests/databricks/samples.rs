//! The sample answers of `tests/fixtures/databricks`: each read as the reference says.

use pqrun::error::ErrorCode;
use pqrun::run::{Outcome, OutputKind, Phase, RunResult, WarningCode};

use crate::support::code;
use crate::support::fixture::{fixture, fixture_names};
use crate::*;

fn sample(name: &str) -> Reply {
    fixture("databricks", name).into()
}

fn id_in(name: &str) -> String {
    let body: serde_json::Value = serde_json::from_slice(&fixture("databricks", name).body).expect("it is JSON");
    body["run_id"].to_string()
}

/// A run that looks like the sample, read by one who was given its id.
fn attached(name: &str, options: &str) -> Host<'static> {
    let poller = pqrun::poller::Poller::attach(
        Job::Databricks(job()),
        &id_in(name),
        self::options(options),
        [7; 16],
        support::START,
    );
    let name = name.to_owned();
    Host::over(
        poller.expect("it attaches"),
        support::START,
        move |_, sent| match sent.request.endpoint {
            "jobs/runs/get" if sent.target().contains("412000000000601") => sample("iterations_page_2"),
            "jobs/runs/get" => sample(&name),
            _ => sample("output_notebook"),
        },
    )
}

/// A start whose first answer is the sample.
fn started(name: &str) -> (std::sync::Arc<RunResult>, usize) {
    let mut host = start(
        options(r#"{"retryBudget":"1m"}"#),
        faulty("jobs/run-now", vec![sample(name)], service(1, SUCCESS)),
    );
    let result = host.run();
    (result, host.sent_to("jobs/run-now").len())
}

/// A poll whose answers are all the sample.
fn polled(name: &str) -> std::sync::Arc<RunResult> {
    let name = name.to_owned();
    let mut usual = service(0, SUCCESS);
    let mut host = start(options(r#"{"retryBudget":"1m"}"#), move |now, sent| {
        if sent.request.endpoint == "jobs/runs/get" {
            return sample(&name);
        }
        usual(now, sent)
    });
    host.run()
}

#[test]
fn every_sample_is_read() {
    for name in fixture_names("databricks") {
        let known = RUNS.iter().any(|(run, ..)| *run == name)
            || ERRORS.iter().any(|(error, ..)| *error == name)
            || name.starts_with("output_")
            || name.starts_with("iterations_")
            || ["run_now", "run_now_largest_id", "sign_in_page"].contains(&name.as_str());
        assert!(known, "{name} is in no table");
    }
}

/// A run's name, the phase while it is active, or the outcome, the code, and the warning.
type RunSample = (&'static str, Phase, Option<Outcome>, &'static str, Option<WarningCode>);

const RUNS: &[RunSample] = &[
    ("run_running", Phase::Running, None, "", None),
    ("run_queued", Phase::Queued, None, "", None),
    ("run_waiting_for_retry", Phase::Queued, None, "", None),
    ("run_for_each", Phase::Running, None, "", None),
    (
        "run_of_the_future",
        Phase::Running,
        None,
        "",
        Some(WarningCode::UnknownState),
    ),
    ("run_success", Phase::Ended, Some(Outcome::Succeeded), "SUCCESS", None),
    (
        "run_part_failed",
        Phase::Ended,
        Some(Outcome::Failed),
        "RUN_EXECUTION_ERROR",
        None,
    ),
    (
        "run_skipped",
        Phase::Ended,
        Some(Outcome::Skipped),
        "MAX_CONCURRENT_RUNS_EXCEEDED",
        None,
    ),
    (
        "run_internal_error",
        Phase::Ended,
        Some(Outcome::Failed),
        "CLUSTER_ERROR",
        None,
    ),
    (
        "run_cancelled",
        Phase::Ended,
        Some(Outcome::Cancelled),
        "USER_CANCELED",
        None,
    ),
    ("run_timed_out", Phase::Ended, Some(Outcome::Failed), "CANCELED", None),
    (
        "run_success_with_failures",
        Phase::Ended,
        Some(Outcome::Succeeded),
        "SUCCESS_WITH_FAILURES",
        Some(WarningCode::PartFailed),
    ),
    ("run_repaired", Phase::Ended, Some(Outcome::Succeeded), "SUCCESS", None),
    (
        "run_repaired_numbered_on",
        Phase::Ended,
        Some(Outcome::Succeeded),
        "SUCCESS",
        None,
    ),
];

#[test]
fn every_sample_of_a_run_ends_as_the_reference_says() {
    for (name, phase, outcome, raw, warning) in RUNS {
        let mut host = attached(name, r#"{"timeout":"1m"}"#);
        let result = host.run();
        assert_eq!(result.outcome, outcome.unwrap_or(Outcome::TimedOut), "{name}");
        assert_eq!(result.state.code.as_deref().unwrap_or_default(), *raw, "{name}");
        assert_eq!(result.warnings.first().map(|warning| warning.code), *warning, "{name}");
        if *phase != Phase::Ended {
            assert!(host.events.iter().any(|event| event.phase == *phase), "{name}");
        }
        let failed = (result.outcome == Outcome::Failed).then_some(ErrorCode::RunFailed);
        if *phase == Phase::Ended {
            assert_eq!(code(&result), failed, "{name}");
        }
    }
}

/// Refusals: the code of a start that gets one as its first answer (`None`: it is sent again and succeeds), and the
/// code of a run whose every poll gets one.
const ERRORS: &[(&str, Option<ErrorCode>, ErrorCode)] = &[
    (
        "error_output_of_job_run",
        Some(ErrorCode::BadRequest),
        ErrorCode::LostSight,
    ),
    (
        "error_run_missing_400",
        Some(ErrorCode::TokenOfDeletedRun),
        ErrorCode::RunNotFound,
    ),
    (
        "error_run_missing_404",
        Some(ErrorCode::TokenOfDeletedRun),
        ErrorCode::RunNotFound,
    ),
    ("error_lock", None, ErrorCode::LostSight),
    ("error_401_number", None, ErrorCode::Unauthenticated),
    ("error_oauth", None, ErrorCode::Unauthenticated),
    ("error_403", Some(ErrorCode::Forbidden), ErrorCode::Forbidden),
    ("error_403_token", None, ErrorCode::Unauthenticated),
    (
        "error_job_missing_404",
        Some(ErrorCode::JobNotFound),
        ErrorCode::RunNotFound,
    ),
    ("error_endpoint", Some(ErrorCode::WrongHost), ErrorCode::WrongHost),
    ("error_409", Some(ErrorCode::Conflict), ErrorCode::LostSight),
    ("error_429_retry_info", None, ErrorCode::LostSight),
    ("error_429", None, ErrorCode::LostSight),
    ("error_500", None, ErrorCode::LostSight),
    ("error_503", None, ErrorCode::LostSight),
    ("error_503_page", None, ErrorCode::LostSight),
];

#[test]
fn every_sample_of_a_refusal_rejects_a_start_or_has_it_sent_again() {
    for (name, expected, _) in ERRORS {
        let (result, sent) = started(name);
        match expected {
            Some(expected) => {
                assert_eq!(result.outcome, Outcome::Rejected, "{name}");
                assert_eq!(code(&result), Some(*expected), "{name}");
                assert_eq!((sent, &result.run), (1, &None), "{name}");
            }
            None => {
                assert_eq!(result.outcome, Outcome::Succeeded, "{name}");
                assert_eq!(sent, 2, "{name}");
            }
        }
    }
}

#[test]
fn every_sample_of_a_refusal_leaves_a_run_abandoned_with_its_id_never_failed() {
    for (name, _, expected) in ERRORS {
        // 429s are obeyed for as long as they ask; without end they meet the deadline.
        if *name == "error_429_retry_info" {
            continue;
        }
        let result = polled(name);
        assert_eq!(result.outcome, Outcome::Abandoned, "{name}");
        assert_eq!(code(&result), Some(*expected), "{name}");
        assert_eq!(
            result.run.as_ref().map(|run| run.id.as_str()),
            Some(RUN_ID),
            "{name}: the id is not lost"
        );
    }
}

#[test]
fn what_a_refusal_says_is_kept() {
    let error = polled("error_run_missing_404").error.clone().expect("an error");
    assert_eq!(error.status, Some(404));
    assert_eq!(error.service_code.as_deref(), Some("RESOURCE_DOES_NOT_EXIST"));
    assert_eq!(
        error.request_id.as_deref(),
        Some("0c0ffee0-1111-2222-3333-444455556666")
    );
    assert_eq!(error.endpoint.as_deref(), Some("jobs/runs/get"));
    let error = polled("error_401_number").error.clone().expect("an error");
    assert_eq!(error.service_code.as_deref(), Some("401"));
    assert_eq!(
        error.request_id.as_deref(),
        Some("5f1d0c1e-0000-4000-8000-abcdefabcdef")
    );
    let error = polled("error_503_page").error.clone().expect("an error");
    assert!(error.message.contains("No backend is available"), "{error}");
}

#[test]
fn the_largest_id_is_text_of_all_its_digits() {
    let mut polled = false;
    let mut host = start(RunOptions::default(), |_, sent| match sent.request.endpoint {
        "jobs/run-now" => sample("run_now_largest_id"),
        "jobs/runs/get" => {
            assert!(
                sent.target().ends_with("run_id=9223372036854775807"),
                "{}",
                sent.target()
            );
            polled = true;
            json(200, r#"{"run_id":"9223372036854775807","job_id":9223372036854775806,"tasks":[{"task_key":"a","run_id":9223372036854775805}],"status":{"state":"TERMINATED","termination_details":{"code":"SUCCESS"}}}"#).into()
        }
        _ => {
            assert!(
                sent.target().ends_with("run_id=9223372036854775805"),
                "{}",
                sent.target()
            );
            sample("output_notebook")
        }
    });
    let result = host.run();
    let run = result.run.as_ref().expect("the run is known");
    assert_eq!(
        (run.id.as_str(), run.job_id.as_str()),
        ("9223372036854775807", "9223372036854775806")
    );
    assert_eq!(result.outputs[0].run_id.as_deref(), Some("9223372036854775805"));
    assert_eq!(result.outputs[0].kind, OutputKind::NotebookResult);
}

/// What a program prints of results is read by people.
#[test]
fn a_result_as_json() {
    let mut host = attached("run_part_failed", "{}");
    let result = host.run();
    insta::assert_json_snapshot!(*result);
}
