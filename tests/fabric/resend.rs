//! When a start is sent again: at once only where it is certain that nothing was started, once more where no trace was found.

use pqrun::error::ErrorCode;
use pqrun::run::{EventKind, IdentifiedBy, Outcome, WarningCode};
use pqrun::time::Timestamp;
use serde_json::json;

use super::service::{Answer, LIST, Shared, USUAL, answer, http_time, id, refusal, seconds, starts};
use crate::support::{Host, Reply, START, code};

fn nothing(named: bool, reply: impl Into<Reply>) -> Answer {
    Answer::Nothing {
        named,
        reply: reply.into(),
    }
}

/// The seconds between the first two starts.
fn gap(host: &Host<'_>) -> u64 {
    starts(host)[1].at.since(starts(host)[0].at).as_secs()
}

#[test]
fn a_throttled_start_waits_as_long_as_the_service_says_and_is_sent_again_without_a_look() {
    let http = http_time(Timestamp(START.0 + 41_000));
    let until = "blocked by the upstream service until: 3/1/2026 2:00:30 AM (UTC)";
    let throttled = |headers: &[(&str, &str)], message: &str| {
        let body = json!({"errorCode": "RequestBlocked", "message": message});
        answer(429, headers, &body.to_string())
    };
    for (reply, at_least, at_most) in [
        (throttled(&[("Retry-After", "37")], "no"), 37, 39),
        (throttled(&[("Retry-After", "37")], until), 37, 39),
        (throttled(&[("Retry-After", http.as_str())], "no"), 40, 44),
        (throttled(&[], until), 29, 32),
        (throttled(&[], "no"), 60, 63),
        (answer(429, &[], ""), 60, 63),
        (answer(429, &[], "<html>slow down</html>"), 60, 63),
        (throttled(&[("Retry-After", "900")], "no"), 900, 946),
    ] {
        let service = Shared::answering([nothing(true, reply)]);
        let mut host = service.start(json!({}));
        let result = host.run();
        assert!((at_least..=at_most).contains(&gap(&host)), "{at_least}: {}", gap(&host));
        assert_eq!(
            (result.outcome, service.get().posts, service.get().acted),
            (Outcome::Succeeded, 2, 1)
        );
        assert_eq!(host.sent_to(LIST).len(), 1);
        let retry = host
            .events
            .iter()
            .find(|event| event.kind == EventKind::Retry)
            .expect("it is told");
        let error = retry.error.as_ref().expect("the error behind it");
        assert_eq!((error.code(), error.status), (ErrorCode::Throttled, Some(429)));
        assert_eq!(
            result.run.as_ref().map(|run| run.identified_by),
            Some(IdentifiedBy::Answer)
        );
    }
}

#[test]
fn a_start_may_be_throttled_many_times_up_to_the_deadline() {
    let service = Shared::default();
    for _ in 0..200 {
        service
            .set()
            .answers
            .push_back(nothing(true, answer(429, &[("Retry-After", "50")], "")));
    }
    let mut host = service.start(json!({"timeout": "1h"}));
    let result = host.run();
    assert_eq!(
        (result.outcome, code(&result)),
        (Outcome::TimedOut, Some(ErrorCode::DeadlinePassed))
    );
    assert!(
        service.get().posts > 60 && host.elapsed() <= seconds(3600),
        "{}",
        service.get().posts
    );
    assert!(
        result.message.contains("nothing had been started"),
        "{}",
        result.message
    );
}

#[test]
fn a_refused_credential_is_refreshed_once_and_the_start_sent_again() {
    let power_bi = json!({"error": {"code": "TokenExpired", "message": "no longer valid"}}).to_string();
    for reply in [
        answer(401, &[], ""),
        refusal(401, "Unauthorized"),
        refusal(401, "InvalidToken"),
        refusal(401, "TokenExpired"),
        refusal(403, "TokenExpired"),
        answer(403, &[], &power_bi),
    ] {
        let service = Shared::answering([nothing(false, reply.clone())]);
        let mut host = service.start(json!({}));
        let result = host.run();
        assert_eq!((result.outcome, service.get().posts), (Outcome::Succeeded, 2));
        let refreshed: Vec<bool> = starts(&host).iter().map(|sent| sent.request.refresh_token).collect();
        assert_eq!((refreshed, gap(&host)), (vec![false, true], 0));

        let service = Shared::answering([nothing(false, reply.clone()), nothing(false, reply)]);
        let result = service.start(json!({})).run();
        assert_eq!((result.outcome, service.get().posts), (Outcome::Rejected, 2));
        assert!(matches!(
            code(&result),
            Some(ErrorCode::Unauthenticated | ErrorCode::TokenExpired)
        ));
    }
}

#[test]
fn a_start_that_certainly_never_left_is_sent_again() {
    let never_left = || nothing(false, Reply::Fail("connection refused", false));
    let service = Shared::answering([never_left(), never_left(), never_left()]);
    let mut host = service.start(json!({}));
    let result = host.run();
    assert_eq!((result.outcome, service.get().acted), (Outcome::Succeeded, 1));
    assert_eq!((starts(&host).len(), host.sent_to(LIST).len()), (4, 1));

    let service = Shared::default();
    service.set().answers.extend((0..500).map(|_| never_left()));
    let mut host = service.start(json!({}));
    let result = host.run();
    assert_eq!(
        (result.outcome, code(&result)),
        (Outcome::Rejected, Some(ErrorCode::Network))
    );
    assert!(host.elapsed() <= seconds(320), "{:?}", host.elapsed());
}

#[test]
fn a_named_start_without_a_trace_is_sent_once_more_and_never_a_third_time() {
    let service = Shared::answering((0..5).map(|_| nothing(true, refusal(503, "X"))));
    let mut host = service.start(json!({}));
    let result = host.run();
    assert_eq!(
        (result.outcome, code(&result)),
        (Outcome::Abandoned, Some(ErrorCode::StartUnconfirmed))
    );
    assert_eq!((service.get().posts, host.sent_to(LIST).len()), (2, 9));
    let bodies: Vec<_> = starts(&host)
        .iter()
        .map(|sent| (sent.request.url.clone(), sent.body()))
        .collect();
    assert_eq!(bodies[0], bodies[1]);
}

#[test]
fn an_unnamed_start_without_a_trace_is_sent_once_more_only_if_the_caller_says_so() {
    for (option, posts) in [("report", 1), ("resend", 2)] {
        let lost = || nothing(false, Reply::Fail("reset", true));
        let service = Shared::answering((0..5).map(|_| lost()));
        let result = service.start(json!({"onUnconfirmed": option})).run();
        assert_eq!(
            (result.outcome, code(&result)),
            (Outcome::Abandoned, Some(ErrorCode::StartUnconfirmed))
        );
        assert_eq!(service.get().posts, posts, "{option}");
    }
    let service = Shared::answering([nothing(false, Reply::Fail("reset", true))]);
    let result = service.start(json!({"onUnconfirmed": "resend"})).run();
    assert_eq!((result.outcome, service.get().acted), (Outcome::Succeeded, 1));
    assert!(result.warnings.is_empty(), "{:?}", result.warnings);
}

#[test]
fn a_first_start_that_shows_up_after_the_second_is_followed_and_it_is_said() {
    // It was taken, but the list shows it only after the start was sent once more.
    for (life, reply) in [
        (
            vec![(0, "NotStarted"), (300, "Completed")],
            nothing(true, refusal(503, "X")),
        ),
        (vec![(0, "Completed")], nothing(true, refusal(504, "X"))),
    ] {
        let Answer::Nothing { reply, .. } = reply else {
            unreachable!()
        };
        let service = Shared::answering([Answer::Acts { named: true, reply }]);
        service.set().life = life;
        service.set().list_lag = seconds(65);
        let mut host = service.start(json!({}));
        let result = host.run();
        assert_eq!((service.get().posts, service.get().acted), (2, 2));
        let run = result.run.as_ref().expect("a run");
        assert_eq!(
            (run.id.clone(), run.identified_by),
            (id(0x101), IdentifiedBy::RootActivityId)
        );
        let warnings: Vec<_> = result.warnings.iter().map(|warning| warning.code).collect();
        assert_eq!(
            (result.outcome, warnings),
            (Outcome::Succeeded, vec![WarningCode::DuplicateRun])
        );
        assert!(
            [0x101, 0x102]
                .iter()
                .all(|n| result.warnings[0].message.contains(&id(*n)))
        );
        assert!(host.events.iter().any(|event| event.kind == EventKind::Warning));
    }
}

#[test]
fn of_two_starts_found_together_the_first_is_followed_and_both_are_named() {
    let service = Shared::answering([
        Answer::Acts {
            named: true,
            reply: refusal(503, "X").into(),
        },
        Answer::Acts {
            named: true,
            reply: refusal(503, "X").into(),
        },
    ]);
    service.set().list_lag = seconds(61);
    service.set().life = vec![(0, "InProgress"), (200, "Completed")];
    let mut host = service.start(json!({}));
    let result = host.run();
    assert_eq!(result.run.as_ref().map(|run| run.id.clone()), Some(id(0x101)));
    assert_eq!(
        result.warnings.iter().map(|warning| warning.code).collect::<Vec<_>>(),
        [WarningCode::DuplicateRun]
    );
    assert!(result.warnings[0].message.contains(&id(0x102)), "{:?}", result.warnings);
}

#[test]
fn a_run_of_an_unnamed_first_start_that_shows_up_later_is_named_but_not_followed() {
    let service = Shared::answering([Answer::Acts {
        named: false,
        reply: Reply::Fail("reset", true),
    }]);
    service.set().list_lag = seconds(65);
    let result = service.start(json!({"onUnconfirmed": "resend"})).run();
    let run = result.run.as_ref().expect("a run");
    assert_eq!((run.id.clone(), run.identified_by), (id(0x102), IdentifiedBy::Answer));
    assert_eq!(
        result.warnings.iter().map(|warning| warning.code).collect::<Vec<_>>(),
        [WarningCode::DuplicateRun]
    );
    assert!(result.warnings[0].message.contains(&id(0x101)), "{:?}", result.warnings);
}

#[test]
fn a_refused_second_start_says_nothing_about_the_first() {
    for second in [refusal(400, "InvalidInput"), refusal(403, "InsufficientPrivileges")] {
        let service = Shared::answering([nothing(true, refusal(503, "X")), nothing(true, second)]);
        let result = service.start(json!({})).run();
        assert_eq!(
            (result.outcome, code(&result)),
            (Outcome::Abandoned, Some(ErrorCode::StartUnconfirmed))
        );
    }
}

#[test]
fn a_throttled_second_start_is_still_only_the_second() {
    let service = Shared::answering([
        nothing(true, refusal(503, "X")),
        nothing(true, refusal(429, "RequestBlocked")),
        nothing(true, refusal(401, "Unauthorized")),
        nothing(true, refusal(503, "X")),
    ]);
    let mut host = service.start(json!({}));
    let result = host.run();
    assert_eq!(
        (result.outcome, code(&result)),
        (Outcome::Abandoned, Some(ErrorCode::StartUnconfirmed))
    );
    assert_eq!((service.get().posts, service.get().acted), (4, 0));
    let usual = Shared::answering([Answer::Accept(USUAL.to_vec())])
        .start(json!({}))
        .run();
    assert_eq!(usual.outcome, Outcome::Succeeded);
}

#[test]
fn a_start_that_the_host_does_not_send_was_never_made() {
    for lost_before in [false, true] {
        let service = Shared::default();
        if lost_before {
            service.set().answers.push_back(nothing(true, refusal(503, "X")));
        }
        let hangs = nothing(false, Reply::Hang);
        service.set().answers.push_back(hangs);
        let mut host = service.start(json!({}));
        host.run_until(|host| starts(host).len() == 1 + usize::from(lost_before));
        let id = starts(&host).last().expect("a start").request.id;
        let error = pqrun::error::Error::new(ErrorCode::MissingCredentials, "no token");
        host.input(pqrun::poller::Input::NotSent { id, error });
        let result = host.result().expect("it is over");
        let expected = if lost_before {
            (Outcome::Abandoned, Some(ErrorCode::StartUnconfirmed))
        } else {
            (Outcome::Rejected, Some(ErrorCode::MissingCredentials))
        };
        assert_eq!((result.outcome, code(&result)), expected);
    }
}
