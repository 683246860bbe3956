//! The deadline, in every state in which a poller can wait.

use pqrun::error::ErrorCode;
use pqrun::poller::{CANCEL_GRACE, FINAL_LOOK, Input, OUTPUTS_LIMIT};
use pqrun::run::{Outcome, RunResult};

use crate::support::{START, code, with_header};
use crate::workspace::{Shared, Workspace, serve};
use crate::*;

pub(crate) const CANCEL: &str = "jobs/runs/cancel";
pub(crate) const GET: &str = "jobs/runs/get";
pub(crate) const RUN_NOW: &str = "jobs/run-now";

#[track_caller]
pub(crate) fn assert_end(result: &RunResult, outcome: Outcome, expected: Option<ErrorCode>) {
    assert_eq!((result.outcome, code(result)), (outcome, expected), "{result:?}");
}

pub(crate) fn cancels(host: &Host<'_>) -> usize {
    host.sent_to(CANCEL).len()
}

/// A workspace whose next run takes so long.
pub(crate) fn long(seconds: u64) -> Shared {
    let mut workspace = Workspace::new();
    workspace.length = Duration::from_secs(seconds);
    workspace.shared()
}

/// The job, whether it reuses runs, and the endpoint that the state of this name waits for.
fn waits_for(state: &str) -> (DatabricksJob, bool, &'static str) {
    match state {
        "look by name" => (job_with(r#"{"jobName":"orders"}"#), false, "jobs/list"),
        "look" => (job(), true, "jobs/runs/list"),
        "judged" => (job(), true, GET),
        "start" => (job(), false, RUN_NOW),
        "poll" => (job(), false, GET),
        "outputs" => (job(), false, "jobs/runs/get-output"),
        _ => panic!("{state}"),
    }
}

/// A host in the named state, whose service answers every request to its endpoint so.
fn with_all(state: &str, reply: &Reply, options: &str) -> Host<'static> {
    let (job, reuses, endpoint) = waits_for(state);
    let mut options = self::options(options);
    options.reuse = reuses.then(Default::default);
    let service = faulty(endpoint, vec![reply.clone(); 9999], serve(&long(30)));
    let mut host = Host::start(Job::Databricks(job), options, service);
    host.run_until(|host| !host.sent_to(endpoint).is_empty());
    host
}

/// A host in the named state, whose service never answers it.
pub(crate) fn waiting_in(state: &str, options: &str) -> Host<'static> {
    with_all(state, &Reply::Hang, options)
}

pub(crate) const STATES: &[&str] = &["look by name", "look", "judged", "start", "poll", "outputs"];

#[test]
fn the_deadline_ends_every_state_that_waits_for_an_answer() {
    for state in STATES {
        for on_timeout in ["detach", "cancel"] {
            let mut host = waiting_in(state, &format!(r#"{{"timeout":"50s","onTimeout":"{on_timeout}"}}"#));
            let result = host.run();
            let expected = if *state == "outputs" {
                Outcome::Succeeded
            } else {
                Outcome::TimedOut
            };
            assert_eq!(result.outcome, expected, "{state}");
            let bound = match *state {
                "outputs" => seconds(45) + OUTPUTS_LIMIT,
                _ => seconds(50) + FINAL_LOOK + CANCEL_GRACE,
            };
            assert!(host.elapsed() <= bound, "{state} {on_timeout}: {:?}", host.elapsed());
            if on_timeout == "detach" && *state != "outputs" {
                assert!(
                    host.elapsed() <= seconds(50) + FINAL_LOOK,
                    "{state}: {:?}",
                    host.elapsed()
                );
                assert_eq!(cancels(&host), 0);
            }
        }
    }
}

#[test]
fn the_deadline_ends_every_state_that_waits_to_send_again() {
    for state in STATES.iter().filter(|state| **state != "outputs") {
        for fault in [
            json(503, "").into(),
            with_header(json(503, ""), "Retry-After", "3600").into(),
            with_header(json(429, ""), "Retry-After", "3600").into(),
            Reply::Fail("refused", false),
        ] {
            let mut host = with_all(state, &fault, r#"{"timeout":"50s"}"#);
            let result = host.run();
            assert_end(&result, Outcome::TimedOut, Some(ErrorCode::DeadlinePassed));
            assert!(
                host.elapsed() <= seconds(50) + FINAL_LOOK,
                "{state}: {:?}",
                host.elapsed()
            );
        }
    }
}

#[test]
fn a_timed_out_result_says_what_is_known_of_the_run() {
    let id = |state| {
        let result = waiting_in(state, r#"{"timeout":"50s"}"#).run();
        let known = result.run.as_ref().map(|run| run.id.clone());
        known.or(result.error.as_ref().and_then(|error| error.run_ids.first().cloned()))
    };
    assert_eq!(id("look"), None);
    assert_eq!(id("start"), None);
    assert!(id("judged").is_some());
    assert!(id("poll").is_some());
    assert!(
        waiting_in("look", r#"{"timeout":"50s"}"#)
            .run()
            .message
            .contains("nothing had been started")
    );
    assert!(
        waiting_in("start", r#"{"timeout":"50s"}"#)
            .run()
            .message
            .contains("not confirmed")
    );
}

#[test]
fn at_the_deadline_the_run_is_looked_at_once_more() {
    // The last poll before the deadline still saw it running.
    let workspace = long(58);
    let mut host = start(options(r#"{"timeout":"1m","pollInterval":"50s"}"#), serve(&workspace));
    let result = host.run();
    assert_end(&result, Outcome::Succeeded, None);
    assert!(
        host.elapsed() >= seconds(60) && host.elapsed() < seconds(62),
        "{:?}",
        host.elapsed()
    );
    assert!(!result.outputs.is_empty());
}

#[test]
fn the_last_look_is_short_and_tried_again_within_its_time() {
    let fault_once = |fault: Reply| {
        let mut usual = serve(&long(58));
        let mut faults = vec![fault].into_iter();
        start(options(r#"{"timeout":"1m","pollInterval":"50s"}"#), move |now, sent| {
            if sent.request.endpoint == GET
                && now >= START.plus(seconds(60))
                && let Some(fault) = faults.next()
            {
                return fault;
            }
            usual(now, sent)
        })
    };
    assert_end(&fault_once(json(503, "").into()).run(), Outcome::Succeeded, None);
    let mut hanging = fault_once(Reply::Hang);
    assert_end(&hanging.run(), Outcome::TimedOut, Some(ErrorCode::DeadlinePassed));
    assert_eq!(hanging.elapsed(), seconds(60) + FINAL_LOOK);
}

#[test]
fn a_poll_under_way_at_the_deadline_may_still_answer() {
    let workspace = long(30);
    let mut usual = serve(&workspace);
    let mut host = start(options(r#"{"timeout":"40s"}"#), move |now, sent| {
        match usual(now, sent) {
            Reply::Answer(_, response) if sent.request.endpoint == GET && now >= START.plus(seconds(31)) => {
                Reply::Answer(seconds(25), response)
            }
            reply => reply,
        }
    });
    assert_end(&host.run(), Outcome::Succeeded, None);
}

#[test]
fn a_host_that_slept_past_the_deadline_sends_no_start() {
    let fault = with_header(json(503, ""), "Retry-After", "30");
    let mut host = start(
        options(r#"{"timeout":"60s"}"#),
        faulty(RUN_NOW, vec![fault.into()], service(0, SUCCESS)),
    );
    host.run_until(|host| matches!(host.events.last(), Some(event) if event.error.is_some()));
    host.now = START.plus(seconds(100_000));
    host.input(Input::Timeout);
    let result = host.run();
    assert_end(&result, Outcome::TimedOut, Some(ErrorCode::DeadlinePassed));
    assert_eq!(host.sent_to(RUN_NOW).len(), 1);
}

#[test]
fn on_timeout_an_own_run_is_cancelled_and_waited_for() {
    let workspace = long(100_000);
    let mut host = start(options(r#"{"timeout":"10m","onTimeout":"cancel"}"#), serve(&workspace));
    let result = host.run();
    assert_end(&result, Outcome::TimedOut, Some(ErrorCode::DeadlinePassed));
    assert!(result.cancel_sent);
    assert_eq!(cancels(&host), 1);
    assert_eq!(result.state.result_state.as_deref(), Some("CANCELED"));
    assert!(host.elapsed() < seconds(620), "{:?}", host.elapsed());
    // What it had given out by then is read.
    assert_eq!(result.outputs.len(), 1);
}

#[test]
fn on_timeout_a_shared_run_is_left_alone_unless_told_otherwise() {
    for (job, reuse) in [("{}", r#""reuse":{},"#), (r#"{"idempotencyToken":"t"}"#, "")] {
        for (shared, expected) in [("", 0), (r#""cancelShared":true,"#, 1)] {
            let workspace = long(100_000);
            let options = format!(r#"{{{reuse}{shared}"timeout":"10m","onTimeout":"cancel"}}"#);
            let mut host = Host::start(
                Job::Databricks(job_with(job)),
                self::options(&options),
                serve(&workspace),
            );
            let result = host.run();
            assert_end(&result, Outcome::TimedOut, Some(ErrorCode::DeadlinePassed));
            assert_eq!(cancels(&host), expected, "{options}");
        }
    }
}

#[test]
fn on_timeout_a_run_that_ends_well_all_the_same_has_succeeded() {
    let mut workspace = Workspace::new();
    workspace.length = seconds(603);
    workspace.stops_within = seconds(10);
    let mut host = start(
        options(r#"{"timeout":"10m","onTimeout":"cancel"}"#),
        serve(&workspace.shared()),
    );
    assert_end(&host.run(), Outcome::Succeeded, None);
}

#[test]
fn a_start_unanswered_at_the_deadline_is_found_and_cancelled() {
    let workspace = long(100_000);
    let mut host = start(
        options(r#"{"timeout":"50s","onTimeout":"cancel"}"#),
        faulty(RUN_NOW, vec![Reply::Hang], serve(&workspace)),
    );
    let result = host.run();
    assert_end(&result, Outcome::TimedOut, Some(ErrorCode::DeadlinePassed));
    assert_eq!(cancels(&host), 1);
    assert!(result.run.is_some() && result.cancel_sent);
}

#[test]
fn a_run_that_is_lost_sight_of_while_our_deadline_cancels_it_has_timed_out() {
    let workspace = long(100_000);
    let mut usual = serve(&workspace);
    let mut host = start(options(r#"{"timeout":"1m","onTimeout":"cancel"}"#), move |now, sent| {
        if sent.request.endpoint == GET && now > START.plus(seconds(61)) {
            return support::fixture::fixture("databricks", "error_403").into();
        }
        usual(now, sent)
    });
    assert_end(&host.run(), Outcome::TimedOut, Some(ErrorCode::DeadlinePassed));
}
