//! Cancels and detaches, in every state in which a poller can wait.

use pqrun::error::ErrorCode;
use pqrun::poller::{CANCEL_GRACE, Input, TimeoutReason};
use pqrun::run::{Outcome, WarningCode};

use crate::deadline::{CANCEL, GET, RUN_NOW, STATES, assert_end, cancels, long, waiting_in};
use crate::support::with_header;
use crate::workspace::{Workspace, serve};
use crate::*;

#[test]
fn a_cancel_before_the_start_ends_without_a_run() {
    for state in ["look by name", "look"] {
        let mut host = waiting_in(state, "{}");
        host.input(Input::Cancel);
        let result = host.run();
        assert_end(&result, Outcome::Cancelled, None);
        assert!(host.sent_to(RUN_NOW).is_empty() && result.run.is_none());
    }
}

#[test]
fn a_cancel_while_the_start_is_unanswered_finds_the_run_and_cancels_it() {
    for fault in [Reply::Hang, Reply::Fail("reset", true), json(503, "").into()] {
        let workspace = long(100_000);
        let inner = std::rc::Rc::clone(&workspace);
        let mut faults = vec![fault].into_iter();
        let mut host = start(RunOptions::default(), move |now, sent| {
            // The start arrives.
            let answer = inner.borrow_mut().answer(now, sent);
            if sent.request.endpoint == RUN_NOW
                && let Some(fault) = faults.next()
            {
                return fault;
            }
            answer.into()
        });
        host.input(Input::Cancel);
        assert_eq!(host.result(), None, "the run may exist");
        let result = host.run();
        assert_end(&result, Outcome::Cancelled, None);
        assert!(result.cancel_sent);
        assert_eq!((cancels(&host), workspace.borrow().made), (1, 1));
    }
}

#[test]
fn a_start_that_had_no_effect_is_not_sent_again_after_a_cancel() {
    for fault in [
        json(429, ""),
        support::fixture::fixture("databricks", "error_401_number"),
    ] {
        let workspace = long(100);
        let mut host = start(
            RunOptions::default(),
            faulty(RUN_NOW, vec![fault.into()], serve(&workspace)),
        );
        host.input(Input::Cancel);
        assert_end(&host.run(), Outcome::Cancelled, None);
        assert_eq!(workspace.borrow().made, 0);
    }
    let workspace = long(100);
    let mut host = start(
        RunOptions::default(),
        faulty(RUN_NOW, vec![Reply::Fail("refused", false)], serve(&workspace)),
    );
    host.input(Input::Cancel);
    assert_end(&host.run(), Outcome::Cancelled, None);
    assert_eq!(workspace.borrow().made, 0);
}

#[test]
fn a_cancel_while_a_throttled_start_waits_ends_at_once() {
    let fault = with_header(json(429, ""), "Retry-After", "3600");
    let workspace = long(100);
    let mut host = start(
        RunOptions::default(),
        faulty(RUN_NOW, vec![fault.into()], serve(&workspace)),
    );
    host.run_until(|host| host.events.last().is_some_and(|event| event.error.is_some()));
    host.input(Input::Cancel);
    assert_end(&host.result().expect("it is over"), Outcome::Cancelled, None);
    assert_eq!(workspace.borrow().made, 0);
}

#[test]
fn a_cancel_with_reuse_starts_no_further_round() {
    // The token leads to an old run; the cancel comes while that is found out.
    let mut workspace = Workspace::new();
    let id = workspace.past(3000, 2000, "SUCCESS");
    workspace.run(id).shows = serde_json::json!({"job_parameters": [{"name": "hidden", "value": "1"}]});
    let hash = pqrun::fingerprint::fingerprint(&job().body(JOB_ID));
    workspace.tokens.insert(format!("pq1-{hash}-d20260301"), id);
    let workspace = workspace.shared();
    let mut host = start(options(r#"{"reuse":{}}"#), serve(&workspace));
    host.run_until(|host| host.sent.iter().any(|sent| sent.request.endpoint == GET));
    host.input(Input::Cancel);
    assert_end(&host.run(), Outcome::Cancelled, None);
    assert_eq!(workspace.borrow().made, 0);
}

#[test]
fn a_cancelled_run_is_followed_to_its_end() {
    let workspace = long(100_000);
    let mut host = start(RunOptions::default(), serve(&workspace));
    host.run_until(|host| host.sent_to(GET).len() > 3);
    host.input(Input::Cancel);
    host.input(Input::Cancel);
    let result = host.run();
    assert_end(&result, Outcome::Cancelled, None);
    assert_eq!(cancels(&host), 1, "once is enough");
    assert_eq!(
        host.sent_to(CANCEL)[0].body()["run_id"].to_string(),
        workspace.borrow().runs[0].id.to_string()
    );
    assert!(result.cancel_sent);
}

#[test]
fn a_cancel_that_comes_too_late_changes_nothing() {
    let mut workspace = Workspace::new();
    workspace.length = seconds(20);
    workspace.stops_within = seconds(300);
    let mut host = start(RunOptions::default(), serve(&workspace.shared()));
    host.run_until(|host| host.elapsed() > seconds(18));
    host.input(Input::Cancel);
    assert_end(&host.run(), Outcome::Succeeded, None);
}

#[test]
fn a_shared_run_is_left_alone_and_the_result_says_so() {
    for (job, reuse) in [("{}", r#"{"reuse":{}}"#), (r#"{"idempotencyToken":"t"}"#, "{}")] {
        let mut host = Host::start(Job::Databricks(job_with(job)), options(reuse), serve(&long(100)));
        host.run_until(|host| host.poller.run().is_some());
        host.input(Input::Cancel);
        let result = host.run();
        assert_end(&result, Outcome::Abandoned, Some(ErrorCode::SharedRun));
        assert!(result.run.is_some());
        assert_eq!(cancels(&host), 0);
    }
    // While its start is unanswered it is found first.
    let mut host = Host::start(Job::Databricks(job()), options(r#"{"reuse":{}}"#), serve(&long(100)));
    host.run_until(|host| !host.sent_to(RUN_NOW).is_empty());
    host.input(Input::Cancel);
    let result = host.run();
    assert_end(&result, Outcome::Abandoned, Some(ErrorCode::SharedRun));
    assert!(result.run.is_some() && cancels(&host) == 0);
}

#[test]
fn cancel_shared_cancels_shared_runs() {
    let mut host = start(options(r#"{"reuse":{},"cancelShared":true}"#), serve(&long(1000)));
    host.run_until(|host| host.poller.run().is_some());
    host.input(Input::Cancel);
    assert_end(&host.run(), Outcome::Cancelled, None);
    assert_eq!(cancels(&host), 1);
}

#[test]
fn a_cancel_is_sent_again_after_passing_faults() {
    let mut host = start(
        RunOptions::default(),
        faulty(
            CANCEL,
            vec![json(503, "").into(), Reply::Fail("reset", true), json(429, "").into()],
            serve(&long(1000)),
        ),
    );
    host.run_until(|host| host.poller.run().is_some());
    host.input(Input::Cancel);
    let result = host.run();
    assert_end(&result, Outcome::Cancelled, None);
    assert_eq!(cancels(&host), 4);
}

#[test]
fn a_refused_cancel_is_told_and_the_run_is_left_going_with_its_id() {
    let refusal = support::fixture::fixture("databricks", "error_403");
    let mut host = start(
        RunOptions::default(),
        faulty(CANCEL, vec![refusal.into()], serve(&long(100_000))),
    );
    host.run_until(|host| host.poller.run().is_some());
    let asked = host.elapsed();
    host.input(Input::Cancel);
    let result = host.run();
    assert_end(&result, Outcome::Abandoned, Some(ErrorCode::CancelUnconfirmed));
    assert_eq!(result.warnings[0].code, WarningCode::CancelRefused);
    assert!(!result.cancel_sent && result.run.is_some());
    assert!(host.elapsed() <= asked + seconds(32), "{:?}", host.elapsed());
}

#[test]
fn a_cancel_that_never_settles_is_given_up_after_its_grace() {
    let mut workspace = Workspace::new();
    workspace.length = seconds(100_000);
    workspace.stops_within = seconds(99_000);
    let mut host = start(RunOptions::default(), serve(&workspace.shared()));
    host.run_until(|host| host.poller.run().is_some());
    let asked = host.elapsed();
    host.input(Input::Cancel);
    assert_eq!(host.waits_for(), Some(TimeoutReason::Poll));
    let result = host.run();
    assert_end(&result, Outcome::Abandoned, Some(ErrorCode::CancelUnconfirmed));
    assert!(result.cancel_sent && result.run.is_some());
    assert_eq!(host.elapsed(), asked + CANCEL_GRACE);
}

#[test]
fn a_cancel_is_bounded_in_every_state_with_a_service_that_never_answers_again() {
    for state in STATES {
        let mut host = waiting_in(state, "{}");
        let asked = host.elapsed();
        host.input(Input::Cancel);
        let result = host.run();
        assert!(host.elapsed() <= asked + CANCEL_GRACE, "{state}: {:?}", host.elapsed());
        let expected = match *state {
            "look by name" | "look" => (Outcome::Cancelled, None),
            "outputs" => (Outcome::Succeeded, None),
            "start" => (Outcome::Abandoned, Some(ErrorCode::StartUnconfirmed)),
            // The cancel may be answered, the reads are not.
            _ => (Outcome::Abandoned, Some(ErrorCode::CancelUnconfirmed)),
        };
        assert_end(&result, expected.0, expected.1);
    }
}

#[test]
fn a_cancel_while_outputs_are_read_ends_with_the_outcome_and_what_is_there() {
    let mut host = waiting_in("outputs", "{}");
    host.input(Input::Cancel);
    let result = host.result().expect("it is over");
    assert_end(&result, Outcome::Succeeded, None);
    assert_eq!(result.outputs.len(), 1);
    assert_eq!(
        result.outputs_error.as_ref().map(|error| error.code()),
        Some(ErrorCode::OutputUnavailable)
    );
}

// The detach.

#[test]
fn a_detach_ends_every_state_at_once_and_cancels_nothing() {
    for state in STATES {
        let mut host = waiting_in(state, r#"{"onTimeout":"cancel"}"#);
        host.input(Input::Detach);
        let result = host.result().expect("it is over");
        let expected = match *state {
            "outputs" => (Outcome::Succeeded, None),
            _ => (Outcome::Abandoned, Some(ErrorCode::Detached)),
        };
        assert_end(&result, expected.0, expected.1);
        assert_eq!(cancels(&host), 0, "{state}");
        assert_eq!(result.run.is_some(), ["poll", "outputs"].contains(state), "{state}");
        let ids = result.error.as_ref().map_or(0, |error| error.run_ids.len());
        assert_eq!(ids, usize::from(*state == "judged"), "{state}");
    }
}

#[test]
fn a_detach_while_a_cancel_is_under_way_ends_at_once() {
    let mut host = start(RunOptions::default(), serve(&long(1000)));
    host.run_until(|host| host.poller.run().is_some());
    host.input(Input::Cancel);
    host.input(Input::Detach);
    assert_end(
        &host.result().expect("it is over"),
        Outcome::Abandoned,
        Some(ErrorCode::Detached),
    );
}

#[test]
fn inputs_after_the_end_are_ignored() {
    let mut host = start(RunOptions::default(), service(0, SUCCESS));
    let result = host.run();
    for input in [Input::Cancel, Input::Detach, Input::Timeout] {
        host.input(input);
    }
    assert_eq!(host.result(), Some(result));
}
