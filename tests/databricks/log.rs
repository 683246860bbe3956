//! The log of a run: one line for each request, whatever comes of it.

use ::log::Level;
use pqrun::error::{Error, ErrorCode};
use pqrun::http::RequestId;
use pqrun::poller::Input;
use pqrun::run::Outcome;

use crate::retries::{GET, RUN_NOW};
use crate::support::lines::{lines, listen, requests};
use crate::support::with_header;
use crate::*;

#[test]
fn each_request_has_one_line_with_what_came_of_it() {
    listen();
    let id = "0c0ffee0-1111-2222-3333-444455556666";
    let mut host = start(
        options("{}"),
        faulty(
            GET,
            vec![with_header(json(200, RUNNING), "x-request-id", id).into()],
            service(0, SUCCESS),
        ),
    );
    host.run();
    let lines = requests();
    let told: Vec<_> = lines
        .iter()
        .map(|line| {
            (
                line.level,
                line.message.as_str(),
                line.field("method"),
                line.field("endpoint"),
                line.field("status"),
            )
        })
        .collect();
    let good = |method, endpoint| (Level::Debug, "request answered", method, endpoint, "200");
    assert_eq!(
        told,
        [
            good("POST", RUN_NOW),
            good("GET", GET),
            good("GET", GET),
            good("GET", "jobs/runs/get-output")
        ]
    );
    assert_eq!(lines[0].field("path"), "/api/{version}/jobs/run-now");
    assert_eq!(
        (
            lines[1].field("requestId"),
            lines[1].field("durationMs"),
            lines[1].field("attempt")
        ),
        (id, "50", "1")
    );
    assert!(!lines[0].fields.contains_key("requestId"), "there was none");
}

#[test]
fn what_is_tried_again_is_a_warning_and_counts_its_attempts() {
    listen();
    let faults = vec![
        json(503, "{}").into(),
        Reply::Fail("connect ECONNREFUSED", false),
        json(401, "{}").into(),
        json(200, "<html>").into(),
        Reply::Hang,
    ];
    let mut host = start(options("{}"), faulty(GET, faults, service(0, SUCCESS)));
    assert_eq!(host.run().outcome, Outcome::Succeeded);
    let told: Vec<_> = requests()
        .iter()
        .filter(|line| line.field("endpoint") == GET)
        .map(|line| {
            (
                line.level,
                line.field("status").to_owned(),
                line.field("code").to_owned(),
                line.field("attempt").to_owned(),
                line.field("durationMs").to_owned(),
                line.field("reason").to_owned(),
            )
        })
        .collect();
    let line = |level, status: &str, code: &str, attempt: &str, duration: &str, reason: &str| {
        (
            level,
            status.into(),
            code.into(),
            attempt.into(),
            duration.into(),
            reason.into(),
        )
    };
    assert_eq!(
        told,
        [
            line(Level::Warn, "503", "serverError", "1", "50", ""),
            line(Level::Warn, "", "network", "2", "20", "connect ECONNREFUSED"),
            line(Level::Warn, "401", "unauthenticated", "3", "50", ""),
            line(Level::Warn, "200", "malformedResponse", "4", "50", ""),
            line(Level::Warn, "", "network", "5", "60000", "no answer within 60 s"),
            line(Level::Debug, "200", "", "6", "50", ""),
        ]
    );
}

#[test]
fn what_ends_the_matter_is_an_error() {
    listen();
    let refused = json(
        403,
        r#"{"error_code":"PERMISSION_DENIED","message":"no view on job secret-name"}"#,
    );
    let mut host = start(
        options("{}"),
        faulty(RUN_NOW, vec![refused.into()], service(0, SUCCESS)),
    );
    assert_eq!(host.run().outcome, Outcome::Rejected);
    let lines = requests();
    assert_eq!(lines.len(), 1);
    assert_eq!(
        (lines[0].level, lines[0].message.as_str(), lines[0].field("code")),
        (Level::Error, "request failed", "forbidden")
    );
    assert!(
        !format!("{lines:?}").contains("secret-name"),
        "what a service says may repeat a parameter"
    );
}

#[test]
fn a_request_that_was_never_sent_has_its_line_too() {
    listen();
    let mut host = start(options("{}"), |_, _| Reply::Hang);
    host.input(Input::NotSent {
        id: RequestId(0),
        error: Error::new(ErrorCode::MissingCredentials, "no token: none is kept"),
    });
    let lines = requests();
    assert_eq!((lines.len(), lines[0].level), (1, Level::Error));
    assert_eq!(
        (lines[0].field("code"), lines[0].field("reason")),
        ("missingCredentials", "no token: none is kept")
    );
}

#[test]
fn what_the_network_says_is_left_out_if_it_repeats_the_url() {
    listen();
    let failed = Reply::Fail("could not load https://adb-1.5.azuredatabricks.net/?o=1", false);
    let mut host = start(options("{}"), faulty(RUN_NOW, vec![failed], service(0, SUCCESS)));
    host.run();
    let line = &requests()[0];
    assert!(!line.fields.contains_key("reason"), "{line:?}");
}

#[test]
fn a_request_id_that_is_none_is_left_out() {
    for id in ["two words", &"7".repeat(65), "\u{1b}[2J", "dapi0123456789abcdef"] {
        listen();
        let first = with_header(json(200, STARTED), "x-request-id", id);
        let mut host = start(options("{}"), faulty(RUN_NOW, vec![first.into()], service(0, SUCCESS)));
        host.run();
        let line = &requests()[0];
        assert!(!line.fields.contains_key("requestId"), "{line:?}");
    }
}

#[test]
fn a_request_that_nobody_waits_for_any_more_has_its_line_too() {
    listen();
    let mut host = start(options("{}"), faulty(GET, vec![Reply::Hang], service(0, SUCCESS)));
    host.run_until(|host| !host.sent_to(GET).is_empty());
    host.input(Input::Detach);
    let lines = requests();
    let last = lines.last().expect("there are lines");
    assert_eq!(
        (last.level, last.message.as_str(), last.field("endpoint")),
        (Level::Debug, "request dropped", GET)
    );
    assert_eq!(lines.len(), host.sent.len());
}

#[test]
fn phases_and_the_outcome_are_told_once_each() {
    listen();
    let mut host = start(options("{}"), service(3, SUCCESS));
    host.run();
    let lines: Vec<_> = lines().into_iter().filter(|line| line.target == "pqrun::run").collect();
    let told: Vec<_> = lines
        .iter()
        .map(|line| {
            (
                line.message.as_str(),
                line.field("phase"),
                line.field("runId"),
                line.field("outcome"),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("phase begun", "starting", "", ""),
            ("phase begun", "queued", RUN_ID, ""),
            ("phase begun", "running", RUN_ID, ""),
            ("phase begun", "readingOutput", RUN_ID, ""),
            ("run over", "ended", RUN_ID, "succeeded"),
        ]
    );
    assert!(
        lines
            .iter()
            .all(|line| line.level == Level::Info && line.field("service") == "databricks")
    );
}

#[test]
fn waits_are_told_at_the_lowest_level() {
    listen();
    let mut host = start(options(r#"{"pollInterval": "7s"}"#), service(3, SUCCESS));
    host.run();
    let lines = lines();
    let wait = lines
        .iter()
        .find(|line| line.target == "pqrun::schedule" && line.field("until") == "poll")
        .expect("a poll is waited for");
    assert_eq!(wait.level, Level::Trace);
    assert!(
        wait.field("forMs")
            .parse::<u64>()
            .is_ok_and(|wait| (1..=8_000).contains(&wait)),
        "{wait:?}"
    );
}
