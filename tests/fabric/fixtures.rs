//! The stored samples, each in the place where the service gives it.

use std::sync::Arc;

use pqrun::error::ErrorCode;
use pqrun::run::{IdentifiedBy, Outcome, OutputKind, RunResult};
use pqrun::time::Timestamp;
use serde_json::json;

use super::service::{ACTIVITIES, CANCEL, GET, LIST, Shared, TYPED_GET, is_start};
use crate::support::fixture::{fixture, fixture_names};
use crate::support::{Host, Sent, code};

const JOB: &str = "e58a6f13-9c40-4b2e-b6d1-2f7740ac91de";

/// Where a sample stands: what it answers, and what comes of it.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// A start that is accepted.
    Accepted(IdentifiedBy),
    /// A start that is refused for good.
    Refused(ErrorCode),
    /// A start or a poll that is sent again, at least so many seconds later.
    Again(u64),
    /// A poll that shows the end.
    Ended(Outcome),
    /// A poll after which another one comes.
    Going(&'static str),
    /// A notebook's own read.
    Notebook(Option<&'static str>),
    List,
    Cancel(bool),
    /// The activities: how many, and whether one is cut.
    Activities(usize, bool),
}

const PLACES: &[(&str, Place)] = &[
    ("activities", Place::Activities(3, false)),
    ("activities_bare_array", Place::Activities(3, false)),
    ("activities_empty", Place::Activities(0, false)),
    ("activities_failed", Place::Activities(3, false)),
    ("activities_oversize", Place::Activities(1, true)),
    ("cancel_202", Place::Cancel(true)),
    ("cancel_too_late", Place::Cancel(false)),
    ("empty_404", Place::Going("")),
    ("empty_body", Place::Again(0)),
    ("gateway_page", Place::Again(0)),
    ("instance_canceled", Place::Ended(Outcome::Cancelled)),
    ("instance_cancelled_unsettled", Place::Going("Cancelled")),
    ("instance_capacity_refusal", Place::Ended(Outcome::Failed)),
    ("instance_completed", Place::Ended(Outcome::Succeeded)),
    ("instance_deduped", Place::Ended(Outcome::Skipped)),
    ("instance_failed", Place::Ended(Outcome::Failed)),
    ("instance_failed_deduped", Place::Ended(Outcome::Skipped)),
    ("instance_phantom", Place::Going("")),
    ("instance_queued", Place::Going("NotStarted")),
    ("instance_running", Place::Going("InProgress")),
    ("instance_unknown_state", Place::Going("Hibernating")),
    ("list_last_page", Place::List),
    ("list_page", Place::List),
    ("not_found_404", Place::Going("")),
    ("notebook_typed", Place::Notebook(Some("{\"rows\":250}"))),
    ("notebook_without_exit_value", Place::Notebook(None)),
    (
        "refused_feature_not_available",
        Place::Refused(ErrorCode::FeatureNotAvailable),
    ),
    ("refused_insufficient_privileges", Place::Refused(ErrorCode::Forbidden)),
    ("refused_invalid_job_type", Place::Refused(ErrorCode::InvalidJobType)),
    ("refused_too_many_jobs", Place::Refused(ErrorCode::TooManyJobs)),
    ("start_202", Place::Accepted(IdentifiedBy::Answer)),
    ("start_202_hidden_headers", Place::Accepted(IdentifiedBy::Difference)),
    ("start_202_location_with_slash", Place::Accepted(IdentifiedBy::Answer)),
    (
        "start_202_location_without_id",
        Place::Accepted(IdentifiedBy::RootActivityId),
    ),
    ("start_202_on_another_host", Place::Accepted(IdentifiedBy::Answer)),
    ("start_202_retry_after_date", Place::Accepted(IdentifiedBy::Answer)),
    ("start_202_typed_location", Place::Accepted(IdentifiedBy::Answer)),
    ("start_202_upper_case_id", Place::Accepted(IdentifiedBy::Answer)),
    ("start_202_without_location", Place::Accepted(IdentifiedBy::Answer)),
    ("start_202_without_retry_after", Place::Accepted(IdentifiedBy::Answer)),
    ("throttled_429", Place::Again(37)),
    ("throttled_429_without_retry_after", Place::Again(48)),
    ("token_expired_403", Place::Again(0)),
];

/// A service that answers with samples: those given, then the usual ones.
fn serve(mut given: Vec<(&'static str, &'static str)>, job: serde_json::Value) -> Host<'static> {
    let service = Shared::default();
    let mut started = false;
    service.hook(move |_, sent: &Sent| {
        let endpoint = if is_start(sent) { "start" } else { sent.request.endpoint };
        let usual = match endpoint {
            "start" => "start_202",
            LIST if started => "list_page",
            LIST => "list_last_page",
            GET => "instance_completed",
            TYPED_GET => "notebook_typed",
            CANCEL => "cancel_202",
            ACTIVITIES => "activities",
            other => panic!("unexpected {other}"),
        };
        // The list is paged: the second page is the last one.
        let usual = if sent.target().contains("continuationToken") {
            "list_last_page"
        } else {
            usual
        };
        let at = given.iter().position(|(place, _)| *place == endpoint);
        let name = at.map_or(usual, |at| given.remove(at).1);
        started |= endpoint == "start";
        Some(fixture("fabric", name).into())
    });
    // The samples are of the end of August.
    let mut options = super::service::run_options(json!({"timeout": "1h"}));
    options.skip_outputs = false;
    let job = pqrun::poller::Job::Fabric(super::service::fabric_job(job));
    let now = Timestamp::parse_iso("2026-08-31T16:03:21").expect("a time");
    let poller = pqrun::poller::Poller::start(job, options, [3; 16], now).expect("the job is right");
    Host::over(poller, now, service.serve())
}

fn run(given: Vec<(&'static str, &'static str)>) -> (Host<'static>, Arc<RunResult>) {
    let mut host = serve(given, json!({}));
    let result = host.run();
    (host, result)
}

#[test]
fn every_sample_has_a_place() {
    let places: Vec<&str> = PLACES.iter().map(|(name, _)| *name).collect();
    assert_eq!(fixture_names("fabric"), places);
}

#[test]
fn every_sample_does_in_its_place_what_the_rules_say() {
    for (name, place) in PLACES {
        match *place {
            Place::Accepted(by) => {
                let (host, result) = run(vec![("start", name)]);
                let run = result.run.as_ref().expect("a run");
                assert_eq!(
                    (run.id.as_str(), run.identified_by, result.outcome),
                    (JOB, by, Outcome::Succeeded),
                    "{name}"
                );
                assert_eq!(host.sent.iter().filter(|sent| is_start(sent)).count(), 1);
            }
            Place::Refused(expected) => {
                let (host, result) = run(vec![("start", name)]);
                let error = result.error.as_ref().expect("an error");
                assert_eq!((result.outcome, error.code()), (Outcome::Rejected, expected), "{name}");
                assert!(
                    error.request_id.is_some() && error.service_code.is_some() && !error.hint.is_empty(),
                    "{name}"
                );
                assert_eq!(host.sent.iter().filter(|sent| is_start(sent)).count(), 1);
            }
            Place::Again(wait) => {
                for endpoint in [GET, LIST, ACTIVITIES] {
                    let (host, result) = run(vec![(endpoint, name)]);
                    let sent = host.sent_to(endpoint);
                    assert_eq!(result.outcome, Outcome::Succeeded, "{name}");
                    assert!(
                        sent.len() >= 2 && sent[1].at.since(sent[0].at).as_secs() >= wait,
                        "{name}"
                    );
                }
            }
            Place::Ended(expected) => {
                let (host, result) = run(vec![(GET, name)]);
                assert_eq!((result.outcome, host.sent_to(GET).len()), (expected, 1), "{name}");
            }
            Place::Going(state) => {
                let (host, result) = run(vec![(GET, name)]);
                assert_eq!(
                    (result.outcome, host.sent_to(GET).len()),
                    (Outcome::Succeeded, 2),
                    "{name}"
                );
                assert!(host.events.iter().any(|event| event.state == state), "{name}");
            }
            Place::Notebook(expected) => {
                let mut host = serve(vec![(TYPED_GET, name)], json!({"jobType": "RunNotebook"}));
                let result = host.run();
                assert_eq!(
                    (result.outputs.len(), result.outputs[0].text.as_deref()),
                    (1, expected),
                    "{name}"
                );
            }
            Place::List => {
                let (host, result) = run(vec![(LIST, name)]);
                assert_eq!(result.outcome, Outcome::Succeeded, "{name}");
                let tokens = host
                    .sent
                    .iter()
                    .filter(|sent| sent.target().ends_with("?continuationToken=MTAwLDIsMA%3D%3D"));
                assert_eq!(tokens.count(), usize::from(*name == "list_page"));
            }
            Place::Cancel(accepted) => {
                let mut host = serve(vec![(GET, "instance_running"), (CANCEL, name)], json!({}));
                host.run_until(|host| host.poller.status().state == "InProgress");
                host.input(pqrun::poller::Input::Cancel);
                let result = host.run();
                assert_eq!(
                    (result.cancel_sent, result.outcome),
                    (accepted, Outcome::Succeeded),
                    "{name}"
                );
                assert!(result.warnings.is_empty(), "{name}");
            }
            Place::Activities(count, cut) => {
                let given = if count == 0 {
                    vec![(ACTIVITIES, *name); 4]
                } else {
                    vec![(ACTIVITIES, *name)]
                };
                let (_, result) = run(given);
                assert_eq!(
                    (result.outputs.len(), result.outcome),
                    (count, Outcome::Succeeded),
                    "{name}"
                );
                assert_eq!(result.outputs.iter().any(|output| output.truncated), cut, "{name}");
            }
        }
    }
}

#[test]
fn the_times_of_the_samples_are_read_as_utc() {
    let (_, result) = run(vec![]);
    let run = result.run.as_ref().expect("a run");
    assert_eq!(
        run.start_time.map(Timestamp::to_iso).as_deref(),
        Some("2026-08-31T16:03:20.643Z")
    );
    assert_eq!(
        run.end_time.map(Timestamp::to_iso).as_deref(),
        Some("2026-08-31T16:05:02.918Z")
    );
    assert_eq!(result.outputs[1].kind, OutputKind::NotebookResult);
}

#[test]
fn a_capacity_refusal_keeps_the_services_words() {
    let (_, result) = run(vec![(GET, "instance_capacity_refusal")]);
    assert_eq!(code(&result), Some(ErrorCode::RunFailed));
    assert!(
        result.message.contains("TooManyRequestsForCapacity"),
        "{}",
        result.message
    );
}

#[test]
fn a_result_as_json() {
    let (_, result) = run(vec![(ACTIVITIES, "activities"), (GET, "instance_queued")]);
    insta::assert_json_snapshot!(*result);
    let (_, result) = run(vec![(GET, "instance_failed"), (ACTIVITIES, "activities_failed")]);
    insta::assert_json_snapshot!(*result);
}
