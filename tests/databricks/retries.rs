//! What is sent again, after what wait, for how long; and what is not.

use pqrun::error::ErrorCode;
use pqrun::run::{EventKind, Outcome};

use crate::support::fixture::fixture;
use crate::support::{START, code, http_date, json, with_header};
use crate::*;

pub(crate) const GET: &str = "jobs/runs/get";
pub(crate) const RUN_NOW: &str = "jobs/run-now";

/// The waits between the requests to an endpoint.
pub(crate) fn waits(host: &Host<'_>, endpoint: &str) -> Vec<Duration> {
    let sent = host.sent_to(endpoint);
    sent.windows(2).map(|pair| pair[1].at.since(pair[0].at)).collect()
}

/// Faults that pass by themselves.
fn passing() -> Vec<(&'static str, Reply)> {
    vec![
        ("408", json(408, "").into()),
        ("425", json(425, "").into()),
        ("429", json(429, "").into()),
        ("500", json(500, "").into()),
        ("502", json(502, "<html></html>").into()),
        ("503", json(503, "{}").into()),
        ("504", json(504, "upstream timed out").into()),
        ("520", json(520, "error code: 520").into()),
        ("lock", fixture("databricks", "error_lock").into()),
        (
            "a limit under another status",
            json(400, r#"{"error_code":"REQUEST_LIMIT_EXCEEDED","message":"x"}"#).into(),
        ),
        ("a page", json(200, "<html><title>Maintenance</title></html>").into()),
        ("an empty body", json(200, "").into()),
        ("blanks", json(200, " \r\n").into()),
        ("cut JSON", json(200, r#"{"run_id": 41200000"#).into()),
        ("no JSON", json(200, "ok").into()),
        ("a JSON text", json(200, r#""412000000000101""#).into()),
        ("an array", json(200, "[]").into()),
        ("null", json(200, "null").into()),
        ("no run id", json(200, "{}").into()),
        (
            "a run id that is none",
            json(200, r#"{"run_id":0,"status":{"state":"RUNNING"}}"#).into(),
        ),
        (
            "a broken run id",
            json(200, r#"{"run_id":1.5,"status":{"state":"RUNNING"}}"#).into(),
        ),
        (
            "a run id too large",
            json(200, r#"{"run_id":9223372036854775808,"status":{"state":"RUNNING"}}"#).into(),
        ),
        ("not UTF-8", {
            let mut response = json(200, "");
            response.body = vec![b'{', 0xFF, 0xFE, b'}'];
            response.into()
        }),
        ("left, no answer", Reply::Fail("connection reset", true)),
        ("never left", Reply::Fail("connection refused", false)),
        ("nothing", Reply::Hang),
    ]
}

#[test]
fn every_passing_fault_of_a_start_has_it_sent_again_with_the_same_token_and_body() {
    for (name, fault) in passing() {
        let mut host = start(RunOptions::default(), faulty(RUN_NOW, vec![fault], service(1, SUCCESS)));
        assert_eq!(host.run().outcome, Outcome::Succeeded, "{name}");
        let starts = host.sent_to(RUN_NOW);
        assert_eq!(starts.len(), 2, "{name}");
        assert_eq!(starts[0].request.body, starts[1].request.body, "{name}");
        assert!(
            host.events
                .iter()
                .any(|event| event.kind == EventKind::Retry && event.error.is_some()),
            "{name}"
        );
    }
}

#[test]
fn no_passing_fault_of_a_poll_fails_the_run() {
    for (name, fault) in passing() {
        let faults = vec![fault; 3];
        let mut host = start(RunOptions::default(), faulty(GET, faults, service(2, SUCCESS)));
        assert_eq!(host.run().outcome, Outcome::Succeeded, "{name}");
        assert_eq!(host.sent_to(RUN_NOW).len(), 1, "{name}");
    }
}

#[test]
fn an_answer_about_another_run_is_no_answer() {
    let other = r#"{"run_id":412000000000999,"status":{"state":"TERMINATED","termination_details":{"code":"RUN_EXECUTION_ERROR"}}}"#;
    let mut host = start(
        RunOptions::default(),
        faulty(GET, vec![json(200, other).into()], service(1, SUCCESS)),
    );
    assert_eq!(host.run().outcome, Outcome::Succeeded);
}

#[test]
fn a_run_without_any_state_is_no_answer() {
    for body in [
        r#"{"run_id":412000000000101}"#,
        r#"{"run_id":412000000000101,"state":"RUNNING","status":7}"#,
    ] {
        let mut host = start(
            RunOptions::default(),
            faulty(GET, vec![json(200, body).into()], service(1, SUCCESS)),
        );
        assert_eq!(host.run().outcome, Outcome::Succeeded, "{body}");
    }
}

#[test]
fn numbers_and_flags_written_as_text_are_read() {
    let last = r#"{"run_id":" 412000000000101 ","job_id":"880012345678901","end_time":"1772330465000","start_time":"1772330400000",
        "status":{"state":"TERMINATED","termination_details":{"code":"SUCCESS"}},
        "tasks":[{"task_key":"load","run_id":"412000000000102","attempt_number":"1","start_time":"1772330401000","notebook_task":{}}]}"#;
    let mut host = start(
        RunOptions::default(),
        faulty(
            RUN_NOW,
            vec![json(200, r#"{"run_id":"412000000000101"}"#).into()],
            service(0, last),
        ),
    );
    let result = host.run();
    assert_eq!(result.outcome, Outcome::Succeeded);
    let run = result.run.as_ref().expect("the run is known");
    assert_eq!(run.start_time, Some(START));
    assert_eq!(run.end_time, Some(Timestamp(1_772_330_465_000)));
    assert_eq!(result.outputs[0].attempt, 1);
}

#[test]
fn waits_grow_and_stay_below_half_a_minute() {
    let faults = vec![json(503, "").into(); 12];
    let mut host = start(RunOptions::default(), faulty(GET, faults, service(0, SUCCESS)));
    assert_eq!(host.run().outcome, Outcome::Succeeded);
    let waits = waits(&host, GET);
    assert!(waits[0] < seconds(2), "{waits:?}");
    assert!(
        waits.iter().all(|wait| *wait >= seconds(1) / 4 && *wait < seconds(31)),
        "{waits:?}"
    );
    assert!(waits.iter().max() > Some(&seconds(4)), "{waits:?}");
}

#[test]
fn a_wait_that_the_service_asks_for_is_never_cut_short() {
    let date = http_date(START.plus(seconds(45)));
    let throttled = |value: &str| with_header(json(429, ""), "Retry-After", value);
    let dated = with_header(
        with_header(json(503, ""), "retry-after", &date),
        "Date",
        &http_date(START),
    );
    let long = json(
        429,
        r#"{"details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retry_delay":"33.5s"}]}"#,
    );
    for (name, response, least, most) in [
        ("seconds", throttled("40"), 40, 45),
        (
            "seconds of a 503",
            with_header(json(503, ""), "Retry-After", "20"),
            20,
            25,
        ),
        ("a date", dated, 45, 50),
        ("RetryInfo", long.clone(), 33, 37),
        ("the longer of both", with_header(long, "Retry-After", "50"), 50, 55),
        ("nonsense", throttled("soon"), 0, 2),
        ("a negative number", throttled("-40"), 0, 2),
    ] {
        for endpoint in [RUN_NOW, GET] {
            let mut host = start(
                RunOptions::default(),
                faulty(endpoint, vec![response.clone().into()], service(1, SUCCESS)),
            );
            assert_eq!(host.run().outcome, Outcome::Succeeded, "{name}");
            let wait = waits(&host, endpoint)[0];
            assert!(wait >= seconds(least) && wait <= seconds(most), "{name}: {wait:?}");
        }
    }
}

#[test]
fn a_wait_longer_than_the_budget_is_obeyed_up_to_the_deadline() {
    for seed in 0..8 {
        let throttled = with_header(json(429, ""), "Retry-After", "14400");
        let service = faulty(RUN_NOW, vec![throttled.into(); 2], service(1, SUCCESS));
        let poller = pqrun::poller::Poller::start(Job::Databricks(job()), RunOptions::default(), [seed; 16], START);
        let mut host = Host::over(poller.expect("the job is right"), START, service);
        let result = host.run();
        assert_eq!(result.outcome, Outcome::Succeeded, "{result:?}");
        assert!(host.elapsed() > seconds(28_800), "{:?}", host.elapsed());
    }
    let throttled = with_header(json(429, ""), "Retry-After", "7200");
    let mut host = start(
        options(r#"{"timeout":"1h"}"#),
        faulty(RUN_NOW, vec![throttled.clone().into()], service(1, SUCCESS)),
    );
    let result = host.run();
    assert_eq!(
        (result.outcome, code(&result)),
        (Outcome::TimedOut, Some(ErrorCode::DeadlinePassed))
    );
    assert_eq!(host.sent_to(RUN_NOW).len(), 1);
    assert_eq!(host.elapsed(), seconds(3600));
    // A run that is known gets one last look at the deadline.
    let mut host = start(
        options(r#"{"timeout":"1h"}"#),
        faulty(GET, vec![throttled.into()], service(0, SUCCESS)),
    );
    assert_eq!(host.run().outcome, Outcome::Succeeded);
    assert!(host.elapsed() >= seconds(3600) && host.elapsed() <= seconds(3630));
}

#[test]
fn a_service_that_throttles_without_a_hint_is_given_up_after_the_budget() {
    let mut host = start(
        RunOptions::default(),
        faulty(RUN_NOW, vec![json(429, "").into(); 999], service(0, SUCCESS)),
    );
    let result = host.run();
    // Throttled before anything happened: no run can exist.
    assert_eq!(
        (result.outcome, code(&result)),
        (Outcome::Rejected, Some(ErrorCode::Throttled))
    );
    assert!(
        host.elapsed() > seconds(200) && host.elapsed() <= seconds(300),
        "{:?}",
        host.elapsed()
    );
}

#[test]
fn the_budget_counts_since_the_last_good_answer() {
    // Ten times four minutes of faults, with one good answer between them.
    let mut good = 0_u64;
    let mut last_good = START;
    let mut usual = service(10, SUCCESS);
    let mut host = start(RunOptions::default(), |now, sent| {
        if sent.request.endpoint == GET {
            if now.since(last_good) < seconds(240) {
                return json(503, "").into();
            }
            last_good = now;
            good += 1;
        }
        usual(now, sent)
    });
    assert_eq!(host.run().outcome, Outcome::Succeeded);
    drop(host);
    assert_eq!(good, 11);
}

#[test]
fn a_run_that_can_not_be_read_for_the_whole_budget_is_lost_sight_of_with_its_id() {
    for fault in [
        json(500, "").into(),
        Reply::Fail("reset", true),
        Reply::Hang,
        json(200, "").into(),
    ] {
        let mut host = start(options(r#"{"retryBudget":"10m"}"#), {
            let faults = vec![fault; 9999];
            faulty(GET, faults, service(0, SUCCESS))
        });
        let result = host.run();
        assert_eq!(
            (result.outcome, code(&result)),
            (Outcome::Abandoned, Some(ErrorCode::LostSight))
        );
        assert_eq!(result.run.as_ref().map(|run| run.id.as_str()), Some(RUN_ID));
        assert!(
            host.elapsed() > seconds(480) && host.elapsed() < seconds(720),
            "{:?}",
            host.elapsed()
        );
        assert_eq!(host.sent_to(RUN_NOW).len(), 1);
    }
}

#[test]
fn a_start_that_may_have_left_is_unconfirmed_and_one_that_can_not_have_is_rejected() {
    for (fault, outcome, expected) in [
        (
            Reply::Fail("reset", true),
            Outcome::Abandoned,
            ErrorCode::StartUnconfirmed,
        ),
        (json(503, "").into(), Outcome::Abandoned, ErrorCode::StartUnconfirmed),
        (Reply::Fail("refused", false), Outcome::Rejected, ErrorCode::Network),
    ] {
        let mut host = start(
            RunOptions::default(),
            faulty(RUN_NOW, vec![fault; 999], service(0, SUCCESS)),
        );
        let result = host.run();
        assert_eq!((result.outcome, code(&result)), (outcome, Some(expected)));
        let token = token_of(host.sent_to(RUN_NOW)[0]);
        assert_eq!(
            result.message.contains(&token),
            outcome == Outcome::Abandoned,
            "{}",
            result.message
        );
    }
}

#[test]
fn a_refusal_after_an_unclear_answer_does_not_say_that_nothing_was_started() {
    let faults = vec![Reply::Fail("reset", true), fixture("databricks", "error_403").into()];
    let mut host = start(RunOptions::default(), faulty(RUN_NOW, faults, service(0, SUCCESS)));
    let result = host.run();
    assert_eq!(
        (result.outcome, code(&result)),
        (Outcome::Abandoned, Some(ErrorCode::StartUnconfirmed))
    );
    // A 429 in between says nothing about the first try either.
    let faults = vec![
        Reply::Fail("reset", true),
        json(429, "").into(),
        fixture("databricks", "error_403").into(),
    ];
    let mut host = start(RunOptions::default(), faulty(RUN_NOW, faults, service(0, SUCCESS)));
    assert_eq!(code(&host.run()), Some(ErrorCode::StartUnconfirmed));
}
