//! One intent from its start to its result.

use pqrun::error::ErrorCode;
use pqrun::run::{IdentifiedBy, Outcome, OutputKind};

use crate::support::{Reply, code, json};
use crate::*;

#[test]
fn a_run_is_started_followed_and_read() {
    let mut host = start(RunOptions::default(), service(5, SUCCESS));
    let result = host.run();
    assert_eq!(result.outcome, Outcome::Succeeded);
    let run = result.run.as_ref().expect("the run is known");
    assert_eq!(
        (run.id.as_str(), run.identified_by, run.shared),
        (RUN_ID, IdentifiedBy::Answer, false)
    );
    assert_eq!(result.outputs.len(), 1);
    assert_eq!(result.outputs[0].kind, OutputKind::NotebookResult);
    assert_eq!(
        result.outputs[0].text.as_deref(),
        Some(r#"[{"region":"north","rows":120}]"#)
    );
    let starts = host.sent_to("jobs/run-now");
    assert_eq!(starts.len(), 1);
    let token = token_of(starts[0]);
    assert!(token.starts_with("pqrun-") && token.len() == 42, "{token}");
    assert!(host.elapsed() < seconds(30), "{:?}", host.elapsed());
}

#[test]
fn a_lost_answer_is_asked_again_with_the_same_token_and_body() {
    let faults = vec![
        Reply::Fail("connection reset", true),
        json(503, "<html><title>503</title></html>").into(),
        json(200, r#"{"run_id": 4120"#).into(),
        Reply::Hang,
    ];
    let mut host = start(
        RunOptions::default(),
        faulty("jobs/run-now", faults, service(1, SUCCESS)),
    );
    let result = host.run();
    assert_eq!(result.outcome, Outcome::Succeeded);
    let starts = host.sent_to("jobs/run-now");
    assert_eq!(starts.len(), 5);
    assert!(starts.iter().all(|sent| sent.request.body == starts[0].request.body));
}

#[test]
fn a_run_that_never_ends_times_out_with_its_id() {
    let mut host = start(options(r#"{"timeout":"20m"}"#), service(usize::MAX, SUCCESS));
    let result = host.run();
    assert_eq!(
        (result.outcome, code(&result)),
        (Outcome::TimedOut, Some(ErrorCode::DeadlinePassed))
    );
    assert_eq!(result.run.as_ref().map(|run| run.id.as_str()), Some(RUN_ID));
    assert!(host.elapsed() < seconds(1231), "{:?}", host.elapsed());
    assert!(host.sent_to("jobs/runs/cancel").is_empty());
}

#[test]
fn polls_are_fast_at_first_and_grow_slower_and_never_flood_the_workspace() {
    let mut host = start(options(r#"{"timeout":"2h"}"#), service(usize::MAX, SUCCESS));
    host.run();
    let polls: Vec<_> = host.sent_to("jobs/runs/get").iter().map(|sent| sent.at).collect();
    let gaps: Vec<_> = polls.windows(2).map(|pair| pair[1].since(pair[0])).collect();
    assert!(polls[0].since(support::START) < seconds(1));
    assert!(gaps[..3].iter().all(|gap| *gap < seconds(2)), "{gaps:?}");
    // The last one is the look at the deadline.
    assert!(
        gaps[..gaps.len() - 1].iter().all(|gap| *gap >= seconds(1) * 4 / 5),
        "{gaps:?}"
    );
    assert!(gaps.iter().all(|gap| *gap < seconds(37)), "{gaps:?}");
    assert!(polls.len() < 350, "{}", polls.len());
}

#[test]
fn a_given_poll_interval_is_kept() {
    let mut host = start(
        options(r#"{"timeout":"10m","pollInterval":"20s"}"#),
        service(20, SUCCESS),
    );
    host.run();
    let polls = host.sent_to("jobs/runs/get");
    assert!(polls.windows(2).all(|pair| pair[1].at.since(pair[0].at) >= seconds(20)));
    assert_eq!(polls.len(), 21);
}

#[test]
fn an_expected_duration_saves_polls() {
    let polls = |options: &str| {
        let long = Timestamp(support::START.0 + 1_800_000);
        let mut seen = service(0, SUCCESS);
        let mut host = start(self::options(options), |now, sent| {
            if sent.request.endpoint == "jobs/runs/get" && now < long {
                return json(200, RUNNING).into();
            }
            seen(now, sent)
        });
        assert_eq!(host.run().outcome, Outcome::Succeeded);
        (host.sent_to("jobs/runs/get").len(), host.elapsed())
    };
    let (usual, _) = polls("{}");
    let (informed, elapsed) = polls(r#"{"expectedDuration":"30m"}"#);
    assert!(informed < usual, "{informed} {usual}");
    assert!(elapsed < seconds(1840), "{elapsed:?}");
}

#[test]
fn an_attached_run_is_read_and_counts_as_shared() {
    let poller = pqrun::poller::Poller::attach(
        Job::Databricks(job()),
        RUN_ID,
        RunOptions::default(),
        [7; 16],
        support::START,
    );
    let mut host = Host::over(poller.expect("it attaches"), support::START, service(2, SUCCESS));
    let result = host.run();
    assert_eq!(result.outcome, Outcome::Succeeded);
    let run = result.run.as_ref().expect("the run is known");
    assert_eq!((run.identified_by, run.shared), (IdentifiedBy::Given, true));
    assert_eq!(run.job_id, JOB_ID);
    assert!(host.sent_to("jobs/run-now").is_empty());
    // A poll at once: the run may have ended long ago.
    assert_eq!(host.sent_to("jobs/runs/get")[0].at, support::START);
}

#[test]
fn attaching_to_what_is_no_run_is_rejected() {
    for name in [
        "error_run_missing_400",
        "error_run_missing_404",
        "error_403",
        "sign_in_page",
    ] {
        let poller = pqrun::poller::Poller::attach(
            Job::Databricks(job()),
            "412999999999999",
            RunOptions::default(),
            [7; 16],
            support::START,
        );
        let mut host = Host::over(poller.expect("it attaches"), support::START, move |_, _| {
            support::fixture::fixture("databricks", name).into()
        });
        let result = host.run();
        assert_eq!(result.outcome, Outcome::Rejected, "{name}");
        let expected = match name {
            "error_403" => ErrorCode::Forbidden,
            "sign_in_page" => ErrorCode::WrongHost,
            _ => ErrorCode::RunNotFound,
        };
        assert_eq!(code(&result), Some(expected), "{name}");
    }
    for id in ["", "0", "-1", "9223372036854775808", "1e3", "a"] {
        let error = pqrun::poller::Poller::attach(
            Job::Databricks(job()),
            id,
            RunOptions::default(),
            [7; 16],
            support::START,
        );
        assert_eq!(error.expect_err(id).code(), ErrorCode::InvalidOptions, "{id}");
    }
}

#[test]
fn an_answer_to_a_request_never_made_is_refused_and_changes_nothing() {
    let mut host = start(RunOptions::default(), service(1, SUCCESS));
    let before = format!("{:?}", host.poller);
    let strange = pqrun::poller::Input::Response {
        id: pqrun::http::RequestId(99),
        response: json(200, STARTED),
    };
    let error = host
        .poller
        .handle_input(host.now.plus(seconds(5)), strange)
        .expect_err("it is unknown");
    assert_eq!(error.code(), ErrorCode::UnknownRequest);
    assert_eq!(format!("{:?}", host.poller), before);
    assert_eq!(host.run().outcome, Outcome::Succeeded);
}
