//! An answer to a start that was given up on is the best one there is.

use pqrun::error::ErrorCode;
use pqrun::poller::Input;
use pqrun::run::{IdentifiedBy, Outcome, Phase, WarningCode};
use serde_json::json;

use super::service::{Answer, GET, Shared, USUAL, answer, id, refusal, seconds, starts};
use crate::support::{Host, Reply, code};

/// A start whose answer comes after so many seconds.
fn slow(after: u64, acts: bool, status: u16, headers: &[(&str, &str)]) -> Answer {
    let reply = Reply::Answer(seconds(after), answer(status, headers, ""));
    if acts {
        Answer::Acts { named: false, reply }
    } else {
        Answer::Nothing { named: false, reply }
    }
}

#[test]
fn a_late_acceptance_names_the_run_while_it_is_looked_for() {
    for after in [61, 65, 80, 119] {
        let service = Shared::answering([slow(after, true, 202, &USUAL)]);
        service.set().list_lag = seconds(9000);
        let mut host = service.start(json!({}));
        let result = host.run();
        let run = result.run.as_ref().expect("a run");
        assert_eq!(
            (run.id.clone(), run.identified_by, service.get().posts),
            (id(0x101), IdentifiedBy::Answer, 1)
        );
        assert_eq!((result.outcome, result.warnings.len()), (Outcome::Succeeded, 0));
    }
}

#[test]
fn a_late_refusal_tells_that_nothing_was_started() {
    for (status, code_said, expected) in [
        (400, "InvalidJobType", ErrorCode::InvalidJobType),
        (403, "InsufficientPrivileges", ErrorCode::Forbidden),
    ] {
        let reply = Reply::Answer(seconds(70), refusal(status, code_said));
        let service = Shared::answering([Answer::Nothing { named: false, reply }]);
        let mut host = service.start(json!({}));
        let result = host.run();
        assert_eq!(
            (result.outcome, code(&result), service.get().posts),
            (Outcome::Rejected, Some(expected), 1)
        );
        assert!(host.elapsed() < seconds(71));
    }
}

#[test]
fn a_late_answer_that_tells_nothing_changes_nothing() {
    for reply in [
        refusal(503, "X"),
        refusal(429, "RequestBlocked"),
        refusal(401, "X"),
        answer(200, &[], "<html>"),
    ] {
        let reply = Reply::Answer(seconds(70), reply);
        let service = Shared::answering([Answer::Nothing { named: false, reply }]);
        let result = service.start(json!({})).run();
        assert_eq!(
            (result.outcome, code(&result)),
            (Outcome::Abandoned, Some(ErrorCode::StartUnconfirmed))
        );
        assert_eq!(service.get().posts, 1);
    }
}

#[test]
fn a_late_acceptance_beats_a_run_that_was_only_found_by_difference() {
    let service = Shared::answering([slow(90, true, 202, &USUAL)]);
    service.set().list_lag = seconds(9000);
    service.set().life = vec![(0, "InProgress"), (400, "Completed")];
    let mut host = service.start(json!({}));
    host.run_until(|host| !starts(host).is_empty());
    // Another caller's.
    service.set().rows.push(super::service::Row::new(
        id(5),
        host.now,
        vec![(0, "InProgress"), (400, "Completed")],
    ));
    service.hook(|_, sent| {
        (sent.request.endpoint == super::service::LIST).then(|| {
            let row = super::service::Row::new(id(5), crate::support::START, vec![(0, "InProgress")]);
            answer(
                200,
                &[],
                &json!({"value": [row.json(crate::support::START)]}).to_string(),
            )
            .into()
        })
    });
    host.run_until(|host| host.poller.run().is_some());
    assert_eq!(
        host.poller.run().map(|run| (run.id.clone(), run.identified_by)),
        Some((id(5), IdentifiedBy::Difference))
    );
    let result = host.run();
    let run = result.run.as_ref().expect("a run");
    assert_eq!((run.id.clone(), run.identified_by), (id(0x101), IdentifiedBy::Answer));
    let warnings: Vec<_> = result.warnings.iter().map(|warning| warning.code).collect();
    assert_eq!(
        warnings,
        [WarningCode::IdentifiedByDifference, WarningCode::DuplicateRun]
    );
    assert!(host.sent_to(GET).last().expect("a poll").target().ends_with(&id(0x101)));
}

#[test]
fn a_late_acceptance_counts_while_the_second_start_waits() {
    let service = Shared::answering([
        slow(125, true, 202, &USUAL),
        Answer::Nothing {
            named: false,
            reply: answer(429, &[("Retry-After", "100")], "").into(),
        },
    ]);
    service.set().list_lag = seconds(9000);
    let mut host = service.start(json!({"onUnconfirmed": "resend"}));
    let result = host.run();
    assert_eq!(result.run.as_ref().map(|run| run.id.clone()), Some(id(0x101)));
    assert_eq!((result.outcome, service.get().acted), (Outcome::Succeeded, 1));
}

#[test]
fn an_answer_to_anything_else_that_was_given_up_on_is_ignored() {
    let service = Shared::default();
    let mut host = service.start(json!({}));
    host.run_until(|host| host.poller.status().phase == Phase::Running);
    let before = host.poller.snapshot();
    for sent in host.sent.clone() {
        host.input(Input::Response {
            id: sent.request.id,
            response: answer(500, &[], "late"),
        });
        host.input(Input::TransportFailed {
            id: sent.request.id,
            message: "late".to_owned(),
            may_have_left: true,
        });
    }
    assert_eq!(host.poller.snapshot(), before);
}

#[test]
fn an_answer_to_a_request_that_was_never_made_is_an_error_and_changes_nothing() {
    let mut host: Host<'_> = Shared::default().start(json!({}));
    let unknown = pqrun::http::RequestId(99);
    let error = host
        .poller
        .handle_input(
            host.now,
            Input::Response {
                id: unknown,
                response: answer(200, &[], "{}"),
            },
        )
        .expect_err("the id is unknown");
    assert_eq!(error.code(), ErrorCode::UnknownRequest);
    assert_eq!(host.run().outcome, Outcome::Succeeded);
}
