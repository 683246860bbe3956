//! What is sent again, when, and for how long.

use std::time::Duration;

use pqrun::auth::LIMIT;
use pqrun::error::ErrorCode;

use crate::host::{
    AWS, Asked, Host, SECRET, TOKEN, databricks, entra, entra_federation, fabric, given, granted, oauth, refused,
    replies,
};
use crate::support::{Reply, START, http_date, json, with_header};

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn passing_faults_are_tried_again_for_a_minute() {
    for (reply, code) in [
        (json(429, "").into(), ErrorCode::Throttled),
        (json(500, "").into(), ErrorCode::ServerError),
        (
            json(502, "<html><title>Bad gateway</title>").into(),
            ErrorCode::ServerError,
        ),
        (
            json(503, r#"{"error":"invalid_client"}"#).into(),
            ErrorCode::ServerError,
        ),
        (json(504, "").into(), ErrorCode::ServerError),
        (Reply::Fail("connection reset", true), ErrorCode::Network),
        (
            json(
                400,
                r#"{"error":"temporarily_unavailable","error_description":"AADSTS90033: A transient error"}"#,
            )
            .into(),
            ErrorCode::ServerError,
        ),
    ] {
        let mut host = Host::new(&entra(given(SECRET)), &fabric(), replies(vec![Reply::clone(&reply)]));
        let error = host.run().expect_err("it never gets better");
        assert_eq!(error.code(), code, "{reply:?}");
        assert!(error.is_retryable(), "{reply:?}");
        assert!(host.now.since(START) <= secs(61), "{reply:?}");
        assert!((4..30).contains(&host.sent.len()), "{reply:?}: {}", host.sent.len());

        let mut host = Host::new(
            &entra(given(SECRET)),
            &fabric(),
            replies(vec![reply.clone(), reply.clone(), granted(TOKEN).into()]),
        );
        host.run().unwrap_or_else(|error| panic!("{reply:?}: {error}"));
        assert_eq!(host.sent.len(), 3);
    }
}

#[test]
fn the_waits_between_tries_grow_up_to_a_limit() {
    for attempt in 1..=3 {
        let failing: Vec<Reply> = vec![json(503, "").into(); attempt];
        let mut host = Host::new(
            &oauth(given(SECRET)),
            &databricks(AWS),
            replies([failing, vec![granted(TOKEN).into()]].concat()),
        );
        host.run().expect("there is a token");
        for (at, pair) in host.sent.windows(2).enumerate() {
            let wait = pair[1].at.since(pair[0].at);
            assert!(
                wait <= secs(1 << at) + Duration::from_millis(50),
                "try {at} came after {wait:?}"
            );
        }
    }
}

#[test]
fn a_wait_that_the_service_asks_for_is_the_least() {
    for asked in ["7", "7.0", &http_date(START.plus(secs(7)))] {
        let busy = with_header(json(429, ""), "Retry-After", asked);
        let mut host = Host::new(
            &entra(given(SECRET)),
            &fabric(),
            replies(vec![busy.into(), granted(TOKEN).into()]),
        );
        host.run().expect("there is a token");
        assert!(host.sent[1].at.since(START) >= secs(7), "{asked}");
    }
    let detail = r#"{"error_code":"RESOURCE_EXHAUSTED","message":"busy","details":[{"retry_delay":"9s"}]}"#;
    let mut host = Host::new(
        &oauth(given(SECRET)),
        &databricks(AWS),
        replies(vec![json(429, detail).into(), granted(TOKEN).into()]),
    );
    host.run().expect("there is a token");
    assert!(host.sent[1].at.since(START) >= secs(9));
}

#[test]
fn a_wait_beyond_the_budget_is_not_waited_for() {
    let busy = with_header(json(429, ""), "Retry-After", "90");
    let mut host = Host::new(&entra(given(SECRET)), &fabric(), replies(vec![busy.into()]));
    let error = host.run().expect_err("there is no token");
    assert_eq!((error.code(), host.sent.len()), (ErrorCode::Throttled, 1));
    assert!(host.now.since(START) < secs(1), "it is told at once");
}

#[test]
fn a_refusal_of_databricks_that_passes_is_tried_again_whatever_its_status() {
    for body in [
        r#"{"error_code":"TEMPORARILY_UNAVAILABLE","message":"The service is busy."}"#,
        r#"{"error_code":"BAD_REQUEST","message":"Please try again later or try a faster operation."}"#,
    ] {
        let mut host = Host::new(
            &oauth(given(SECRET)),
            &databricks(AWS),
            replies(vec![json(400, body).into(), granted(TOKEN).into()]),
        );
        host.run().unwrap_or_else(|error| panic!("{body}: {error}"));
        let (error, sent) = refused(&oauth(given(SECRET)), &databricks(AWS), vec![json(400, body).into()]);
        assert_eq!((error.code(), error.is_retryable()), (ErrorCode::ServerError, true));
        assert!((4..30).contains(&sent), "{sent}");
    }
}

#[test]
fn an_answer_that_never_comes_is_given_up_and_asked_for_again() {
    let mut host = Host::new(
        &entra(given(SECRET)),
        &fabric(),
        replies(vec![Reply::Hang, granted(TOKEN).into()]),
    );
    host.run().expect("there is a token");
    assert!(host.sent[1].at.since(START) >= secs(30));

    let (error, sent) = refused(&entra(given(SECRET)), &fabric(), vec![Reply::Hang]);
    assert_eq!(error.code(), ErrorCode::Network);
    assert!(sent <= 3, "{sent}");
}

#[test]
fn a_late_answer_to_a_request_that_was_given_up_is_ignored() {
    use pqrun::auth::{Acquisition, AuthInput, AuthSettings, Step};
    let credential = entra(given(SECRET));
    let mut one = Acquisition::new(&credential, &fabric(), AuthSettings::default(), [3; 8]).expect("it is right");
    let Step::Send(first) = one.step(START) else {
        panic!("a request comes first")
    };
    let later = START.plus(secs(31));
    one.handle_input(later, AuthInput::Timeout).expect("time may pass");
    let Step::Wait(until) = one.step(later) else {
        panic!("it waits before it tries again")
    };
    let Step::Send(second) = one.step(until) else {
        panic!("it tries again")
    };
    let response = granted("pl4nted.late");
    let input = AuthInput::Response { id: first.id, response };
    one.handle_input(until, input).expect("the id was given out");
    assert!(matches!(one.step(until), Step::Wait(_)));
    let id = pqrun::http::RequestId(second.id.0 + 1);
    let input = AuthInput::Response {
        id,
        response: granted(TOKEN),
    };
    let error = one.handle_input(until, input).expect_err("nobody asked");
    assert_eq!(error.code(), ErrorCode::UnknownRequest);
}

#[test]
fn a_host_that_never_gives_the_assertion_is_waited_for_a_minute() {
    let mut host = Host::new(&entra_federation(), &fabric(), |_: &Asked| Reply::Hang);
    host.assertion = None;
    let error = host.run().expect_err("there is no assertion");
    assert_eq!(error.code(), ErrorCode::Network);
    assert!(error.message.contains("assertion") && host.now.since(START) <= secs(60));
}

#[test]
fn refusals_are_not_tried_again() {
    for status in [400, 401, 403, 404, 418] {
        let (_, sent) = refused(&entra(given(SECRET)), &fabric(), vec![json(status, "{}").into()]);
        assert_eq!(sent, 1, "{status}");
        let (_, sent) = refused(&oauth(given(SECRET)), &databricks(AWS), vec![json(status, "").into()]);
        assert_eq!(sent, 1, "{status}");
    }
}

#[test]
fn the_whole_ends_within_its_limit_however_slow_each_part_is() {
    // Each part is just fast enough by itself.
    let slow = |_: &Asked| Reply::Answer(secs(29), granted(TOKEN));
    let mut host = Host::new(
        &pqrun::auth::Credential::EntraSecret {
            tenant_id: crate::host::TENANT.to_owned(),
            client_id: crate::host::CLIENT.to_owned(),
            client_secret: given(SECRET),
            authority: None,
            azure_workspace_resource_id: Some(crate::host::WORKSPACE.to_owned()),
        },
        &databricks(crate::host::AZURE),
        slow,
    );
    host.run().expect("two slow answers are in time");
    assert!(host.now.since(START) < LIMIT);
}
