//! Our own deadline, in every state that waits.

use pqrun::error::ErrorCode;
use pqrun::run::Outcome;
use serde_json::{Value, json};

use super::service::{ACTIVITIES, Answer, CANCEL, GET, LIST, Row, Shared, answer, id, refusal, seconds, starts};
use crate::support::{Host, Reply, START, code};

const LONG: [(u64, &str); 2] = [(0, "InProgress"), (30_000, "Completed")];

fn timed_out(service: &Shared, options: Value) -> (Host<'static>, std::sync::Arc<pqrun::run::RunResult>) {
    let mut host = service.start(options);
    let result = host.run();
    assert_eq!(
        (result.outcome, code(&result)),
        (Outcome::TimedOut, Some(ErrorCode::DeadlinePassed))
    );
    (host, result)
}

#[test]
fn a_deadline_before_the_start_starts_nothing_and_says_so() {
    for stuck in [
        Reply::Hang,
        refusal(503, "X").into(),
        answer(429, &[("Retry-After", "4000")], "").into(),
    ] {
        let service = Shared::default();
        service.hook(move |_, sent| (sent.request.endpoint == LIST).then(|| stuck.clone()));
        let (host, result) = timed_out(&service, json!({"timeout": "2m"}));
        assert_eq!((service.get().posts, host.elapsed()), (0, seconds(120)));
        assert!(
            result.message.contains("nothing had been started"),
            "{}",
            result.message
        );
    }
}

#[test]
fn a_deadline_while_a_start_waits_or_is_looked_for_says_what_is_known() {
    let nothing = |reply: Reply| Answer::Nothing { named: true, reply };
    for (first, said) in [
        (
            nothing(answer(429, &[("Retry-After", "900")], "").into()),
            "nothing had been started",
        ),
        (nothing(Reply::Fail("reset", true)), "the start was not confirmed"),
        (nothing(Reply::Hang), "the start was not confirmed"),
        (nothing(refusal(503, "X").into()), "the start was not confirmed"),
    ] {
        let service = Shared::answering([first]);
        let (host, result) = timed_out(&service, json!({"timeout": "40s"}));
        assert_eq!((service.get().posts, host.elapsed()), (1, seconds(40)));
        assert!(result.message.contains(said), "{}", result.message);
    }
}

#[test]
fn a_deadline_looks_once_more_at_the_run_and_leaves_it_alone() {
    for timeout in [5, 30, 61, 100, 600] {
        let service = Shared::default();
        service.set().life = LONG.to_vec();
        let (host, result) = timed_out(&service, json!({"timeout": timeout * 1000}));
        let last = host.sent.last().expect("a request");
        assert_eq!((last.request.endpoint, last.at.since(START)), (GET, seconds(timeout)));
        assert!(host.elapsed() < seconds(timeout + 1));
        assert!(host.sent_to(CANCEL).is_empty() && result.message.contains(&id(0x101)));
        assert_eq!(result.run.as_ref().map(|run| run.id.clone()), Some(id(0x101)));
    }
}

#[test]
fn a_run_that_the_last_look_shows_ended_has_ended() {
    let service = Shared::default();
    service.set().life = vec![(0, "InProgress"), (25, "Completed")];
    let mut host = service.start(json!({"timeout": "30s"}));
    let result = host.run();
    assert_eq!((result.outcome, result.outputs.len()), (Outcome::Succeeded, 1));
}

#[test]
fn the_last_look_takes_no_longer_than_half_a_minute_whatever_happens_to_it() {
    for reply in [
        Reply::Hang,
        Reply::Fail("reset", true),
        refusal(503, "X").into(),
        answer(429, &[("Retry-After", "3000")], "").into(),
        refusal(401, "X").into(),
        refusal(404, "X").into(),
        answer(200, &[], "<html>").into(),
    ] {
        for from in [0, 90] {
            let service = Shared::default();
            service.set().life = LONG.to_vec();
            let said = format!("{reply:?}");
            let reply = reply.clone();
            service.hook(move |now, sent| {
                (sent.request.endpoint == GET && now.since(START) >= seconds(from)).then(|| reply.clone())
            });
            let mut host = service.start(json!({"timeout": "100s"}));
            let result = host.run();
            assert!(
                matches!(result.outcome, Outcome::TimedOut | Outcome::Abandoned),
                "{:?}",
                result.outcome
            );
            assert!(host.elapsed() <= seconds(130), "{said}: {:?}", host.elapsed());
        }
    }
}

#[test]
fn a_deadline_cancels_a_run_of_our_own_if_it_was_told_to() {
    let service = Shared::default();
    service.set().life = LONG.to_vec();
    let (host, result) = timed_out(&service, json!({"timeout": "100s", "onTimeout": "cancel"}));
    assert_eq!((host.sent_to(CANCEL).len(), result.cancel_sent), (1, true));
    assert_eq!(result.state.state, "Cancelled");
}

#[test]
fn a_deadlines_cancel_never_hides_how_the_run_ended() {
    let service = Shared::default();
    service.set().life = vec![(0, "InProgress"), (110, "Completed")];
    service.hook(|_, sent| (sent.request.endpoint == CANCEL).then(|| answer(202, &[], "").into()));
    let result = service.start(json!({"timeout": "100s", "onTimeout": "cancel"})).run();
    assert_eq!((result.outcome, result.cancel_sent), (Outcome::Succeeded, true));
}

#[test]
fn a_deadline_never_cancels_a_shared_run_unless_it_was_told_to() {
    for cancel_shared in [false, true] {
        let service = Shared::with([Row::new(id(1), START.minus(seconds(30)), LONG.to_vec())]);
        let options = json!({"timeout": "100s", "onTimeout": "cancel", "reuse": {}, "cancelShared": cancel_shared});
        let (host, result) = timed_out(&service, options);
        assert_eq!(
            (host.sent_to(CANCEL).len(), result.cancel_sent),
            (usize::from(cancel_shared), cancel_shared)
        );
    }
}

#[test]
fn a_deadlines_cancel_that_is_never_settled_ends_after_five_minutes() {
    for reply in [
        answer(202, &[], "").into(),
        Reply::Hang,
        refusal(403, "InsufficientPrivileges").into(),
    ] {
        let service = Shared::default();
        service.set().life = LONG.to_vec();
        service.hook(move |_, sent| (sent.request.endpoint == CANCEL).then(|| reply.clone()));
        let (host, _) = timed_out(&service, json!({"timeout": "100s", "onTimeout": "cancel"}));
        assert!(host.elapsed() <= seconds(401), "{:?}", host.elapsed());
    }
}

#[test]
fn a_deadline_that_cancels_finds_the_run_of_a_lost_start_first() {
    let service = Shared::answering([Answer::Acts {
        named: true,
        reply: refusal(503, "X").into(),
    }]);
    service.set().life = LONG.to_vec();
    service.set().list_lag = seconds(25);
    let (host, result) = timed_out(&service, json!({"timeout": "20s", "onTimeout": "cancel"}));
    assert_eq!((host.sent_to(CANCEL).len(), result.cancel_sent), (1, true));
    assert_eq!(result.run.as_ref().map(|run| run.id.clone()), Some(id(0x101)));
    // And starts nothing more where there is none.
    let service = Shared::answering([Answer::Nothing {
        named: true,
        reply: refusal(503, "X").into(),
    }]);
    let mut host = service.start(json!({"timeout": "20s", "onTimeout": "cancel"}));
    host.run();
    assert_eq!(service.get().posts, 1);
    assert!(host.elapsed() <= seconds(320));
}

#[test]
fn outputs_are_read_beyond_the_deadline_but_no_longer_than_two_minutes() {
    for reply in [
        Reply::Hang,
        refusal(503, "X").into(),
        answer(429, &[("Retry-After", "3000")], "").into(),
    ] {
        let service = Shared::default();
        service.set().life = vec![(0, "Completed")];
        service.hook(move |_, sent| (sent.request.endpoint == ACTIVITIES).then(|| reply.clone()));
        let mut host = service.start(json!({"timeout": "65s"}));
        let result = host.run();
        assert_eq!(result.outcome, Outcome::Succeeded);
        assert_eq!(
            result.outputs_error.as_ref().map(|error| error.code()),
            Some(ErrorCode::OutputUnavailable)
        );
        assert!(host.elapsed() <= seconds(62 + 121), "{:?}", host.elapsed());
    }
}

#[test]
fn a_host_that_slept_through_the_deadline_starts_nothing_late() {
    let throttled = answer(429, &[("Retry-After", "30")], "");
    let service = Shared::answering([Answer::Nothing {
        named: true,
        reply: throttled.into(),
    }]);
    let mut host = service.start(json!({"timeout": "10m"}));
    host.run_until(|host| !starts(host).is_empty());
    host.step();
    host.now = host.now.plus(seconds(7200));
    host.input(pqrun::poller::Input::Timeout);
    let result = host.run();
    assert_eq!((result.outcome, service.get().posts), (Outcome::TimedOut, 1));
}
