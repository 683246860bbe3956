//! Cancel and detach, in every state.

use pqrun::error::ErrorCode;
use pqrun::poller::Input;
use pqrun::run::{Outcome, Phase, WarningCode};
use serde_json::{Value, json};

use super::service::{Answer, CANCEL, GET, LIST, Row, Shared, answer, id, refusal, request, seconds, starts};
use crate::support::{Host, Reply, START, code};

const LONG: [(u64, &str); 2] = [(0, "InProgress"), (3000, "Completed")];

/// A run of our own that has been seen running.
fn running(service: &Shared, options: Value) -> Host<'static> {
    service.set().life = LONG.to_vec();
    let mut host = service.start(options);
    host.run_until(|host| host.poller.status().phase == Phase::Running);
    host
}

#[test]
fn a_cancelled_run_is_followed_to_its_end() {
    let service = Shared::default();
    let mut host = running(&service, json!({}));
    host.input(Input::Cancel);
    let sent = host.sent_to(CANCEL)[0].clone();
    assert!(
        sent.target()
            .ends_with(&format!("/jobs/instances/{}/cancel", id(0x101)))
            && sent.request.body.is_none()
    );
    let result = host.run();
    assert_eq!(
        (result.outcome, result.cancel_sent, code(&result)),
        (Outcome::Cancelled, true, None)
    );
    assert_eq!((host.sent_to(CANCEL).len(), service.get().posts), (1, 1));
}

#[test]
fn a_second_cancel_changes_nothing() {
    let service = Shared::default();
    let mut host = running(&service, json!({}));
    for _ in 0..3 {
        host.input(Input::Cancel);
    }
    assert_eq!(host.run().outcome, Outcome::Cancelled);
    assert_eq!(host.sent_to(CANCEL).len(), 1);
}

#[test]
fn a_run_that_ended_before_the_cancel_shows_its_own_end() {
    for (life, expected) in [
        ("Completed", Outcome::Succeeded),
        ("Failed", Outcome::Failed),
        ("Deduped", Outcome::Skipped),
    ] {
        let service = Shared::default();
        let mut host = running(&service, json!({}));
        let age = host.now.since(service.get().rows[0].created).as_secs();
        service.set().rows[0].life = vec![(0, "InProgress"), (age, life)];
        host.input(Input::Cancel);
        let result = host.run();
        assert_eq!((result.outcome, result.cancel_sent), (expected, false));
        assert!(
            result.warnings.is_empty(),
            "JobAlreadyCompleted is no news: {:?}",
            result.warnings
        );
    }
}

#[test]
fn a_run_may_complete_although_its_cancel_was_accepted() {
    let service = Shared::default();
    let mut host = running(&service, json!({}));
    service.hook(|_, sent| (sent.request.endpoint == CANCEL).then(|| answer(202, &[], "").into()));
    host.input(Input::Cancel);
    let age = host.now.since(service.get().rows[0].created).as_secs();
    service.set().rows[0].life = vec![(0, "InProgress"), (age + 40, "Completed")];
    let result = host.run();
    assert_eq!(
        (result.outcome, result.cancel_sent, result.outputs.len()),
        (Outcome::Succeeded, true, 1)
    );
}

#[test]
fn a_refused_cancel_is_told_and_the_run_watched_a_little_longer() {
    for reply in [
        refusal(403, "InsufficientPrivileges"),
        refusal(400, "InvalidInput"),
        refusal(404, "ItemNotFound"),
    ] {
        let service = Shared::default();
        let mut host = running(&service, json!({}));
        service.hook(move |_, sent| (sent.request.endpoint == CANCEL).then(|| reply.clone().into()));
        let at = host.now;
        host.input(Input::Cancel);
        let result = host.run();
        assert_eq!(
            (result.outcome, code(&result)),
            (Outcome::Abandoned, Some(ErrorCode::CancelUnconfirmed))
        );
        assert_eq!(
            result.warnings.iter().map(|w| w.code).collect::<Vec<_>>(),
            [WarningCode::CancelRefused]
        );
        assert!(!result.cancel_sent && result.message.is_empty() == result.error.is_none());
        assert!(host.now.since(at) <= seconds(301) && host.sent_to(GET).iter().any(|sent| sent.at > at));
        assert_eq!(result.run.as_ref().map(|run| run.id.clone()), Some(id(0x101)));
    }
}

#[test]
fn a_cancel_without_an_answer_is_sent_again() {
    for reply in [
        Reply::Fail("reset", true),
        refusal(503, "X").into(),
        refusal(429, "RequestBlocked").into(),
    ] {
        let service = Shared::default();
        let mut host = running(&service, json!({}));
        let mut bad = 2;
        service.hook(move |_, sent| {
            (sent.request.endpoint == CANCEL && bad > 0).then(|| {
                bad -= 1;
                reply.clone()
            })
        });
        host.input(Input::Cancel);
        assert_eq!(
            (host.run().outcome, host.sent_to(CANCEL).len()),
            (Outcome::Cancelled, 3)
        );
    }
}

#[test]
fn a_cancelled_run_that_never_settles_is_given_up_after_five_minutes() {
    for accepts in [true, false] {
        let service = Shared::default();
        let mut host = running(&service, json!({"timeout": "2h"}));
        service.hook(move |_, sent| {
            let reply = if accepts {
                answer(202, &[], "").into()
            } else {
                Reply::Hang
            };
            (sent.request.endpoint == CANCEL).then_some(reply)
        });
        let at = host.now;
        host.input(Input::Cancel);
        let result = host.run();
        assert_eq!(
            (result.outcome, code(&result)),
            (Outcome::Abandoned, Some(ErrorCode::CancelUnconfirmed))
        );
        assert_eq!((host.now.since(at), result.cancel_sent), (seconds(300), accepts));
    }
}

#[test]
fn a_shared_run_is_left_alone_unless_the_caller_says_so() {
    for cancel_shared in [false, true] {
        let service = Shared::with([Row::new(id(1), START.minus(seconds(30)), LONG.to_vec())]);
        let mut host = service.start(json!({"reuse": {}, "cancelShared": cancel_shared}));
        host.run_until(|host| host.poller.status().phase == Phase::Running);
        host.input(Input::Cancel);
        let result = host.run();
        if cancel_shared {
            assert_eq!((result.outcome, host.sent_to(CANCEL).len()), (Outcome::Cancelled, 1));
        } else {
            assert_eq!(
                (result.outcome, code(&result)),
                (Outcome::Abandoned, Some(ErrorCode::SharedRun))
            );
            assert!(host.sent_to(CANCEL).is_empty() && result.message.contains(&id(1)));
        }
    }
}

/// Gives the input at the first moment at which `when` holds, and runs to the end.
fn interrupted(service: &Shared, options: Value, input: &Input, when: impl Fn(&Host<'_>) -> bool) -> Host<'static> {
    let mut host = service.start(options);
    host.run_until(when);
    host.input(input.clone());
    host.run();
    host
}

#[test]
fn a_cancel_before_the_start_starts_nothing() {
    let service = Shared::default();
    let mut host = interrupted(&service, json!({}), &Input::Cancel, |_| true);
    let result = host.result().expect("it is over");
    assert_eq!(
        (result.outcome, service.get().posts, result.run.is_none()),
        (Outcome::Cancelled, 0, true)
    );
    // The same while a throttled start waits.
    let throttled = Answer::Nothing {
        named: true,
        reply: answer(429, &[("Retry-After", "50")], "").into(),
    };
    let service = Shared::answering([throttled]);
    let mut host = interrupted(&service, json!({}), &Input::Cancel, |host| {
        host.elapsed() > seconds(0) && host.events.len() > 2
    });
    let result = host.result().expect("it is over");
    assert_eq!((result.outcome, service.get().posts), (Outcome::Cancelled, 1));
    assert!(host.elapsed() < seconds(1));
}

#[test]
fn a_cancel_while_the_start_is_under_way_waits_for_its_run_and_cancels_that() {
    let named = Answer::Acts {
        named: true,
        reply: refusal(503, "X").into(),
    };
    let unnamed = Answer::Acts {
        named: false,
        reply: Reply::Fail("reset", true),
    };
    for first in [None, Some(named), Some(unnamed)] {
        for later in [0, 1, 2] {
            let service = Shared::answering(first.clone());
            service.set().life = LONG.to_vec();
            let mut host = service.start(json!({}));
            host.run_until(|host| !starts(host).is_empty());
            for _ in 0..later {
                host.step();
            }
            host.input(Input::Cancel);
            let result = host.run();
            assert_eq!((result.outcome, result.cancel_sent), (Outcome::Cancelled, true));
            assert_eq!((service.get().posts, host.sent_to(CANCEL).len()), (1, 1));
        }
    }
}

#[test]
fn a_start_that_had_no_effect_is_not_sent_again_after_a_cancel() {
    for reply in [
        answer(429, &[("Retry-After", "5")], "").into(),
        refusal(401, "Unauthorized").into(),
        Reply::Fail("connection refused", false),
    ] {
        let service = Shared::answering([Answer::Nothing { named: false, reply }]);
        let mut host = interrupted(&service, json!({}), &Input::Cancel, |host| !starts(host).is_empty());
        let result = host.result().expect("it is over");
        assert_eq!((result.outcome, service.get().posts), (Outcome::Cancelled, 1));
    }
    let service = Shared::answering([Answer::Nothing {
        named: false,
        reply: refusal(400, "InvalidJobType").into(),
    }]);
    let mut host = interrupted(&service, json!({}), &Input::Cancel, |host| !starts(host).is_empty());
    assert_eq!(host.result().expect("it is over").outcome, Outcome::Rejected);
}

#[test]
fn a_lost_start_without_a_trace_is_not_sent_once_more_after_a_cancel() {
    for named in [false, true] {
        let service = Shared::answering([Answer::Nothing {
            named,
            reply: refusal(503, "X").into(),
        }]);
        let mut host = interrupted(&service, json!({"onUnconfirmed": "resend"}), &Input::Cancel, |host| {
            host.sent_to(LIST).len() > 2
        });
        let result = host.result().expect("it is over");
        assert_eq!(
            (result.outcome, code(&result)),
            (Outcome::Abandoned, Some(ErrorCode::StartUnconfirmed))
        );
        assert_eq!(service.get().posts, 1);
    }
    // Nor is a second start that was throttled.
    let nothing = |reply: Reply| Answer::Nothing { named: true, reply };
    let service = Shared::answering([
        nothing(refusal(503, "X").into()),
        nothing(answer(429, &[("Retry-After", "5")], "").into()),
    ]);
    let mut host = interrupted(&service, json!({}), &Input::Cancel, |host| starts(host).len() == 2);
    assert_eq!(
        code(&host.result().expect("it is over")),
        Some(ErrorCode::StartUnconfirmed)
    );
    assert_eq!(service.get().posts, 2);
}

#[test]
fn a_cancel_while_outputs_are_read_gives_what_is_there() {
    let service = Shared::default();
    service.hook(|_, sent| (sent.request.endpoint == super::service::ACTIVITIES).then_some(Reply::Hang));
    for input in [Input::Cancel, Input::Detach] {
        let mut host = interrupted(&service, json!({}), &input, |host| {
            host.poller.status().phase == Phase::ReadingOutput
        });
        let result = host.result().expect("it is over");
        assert_eq!((result.outcome, host.sent_to(CANCEL).len()), (Outcome::Succeeded, 0));
        assert_eq!(
            result.outputs_error.as_ref().map(|error| error.code()),
            Some(ErrorCode::OutputUnavailable)
        );
    }
}

#[test]
fn detach_ends_the_watch_at_once_in_every_state_and_sends_nothing() {
    let lost = Answer::Acts {
        named: false,
        reply: refusal(503, "X").into(),
    };
    for answers in [vec![], vec![lost]] {
        let mut steps = 0;
        loop {
            let service = Shared::answering(answers.clone());
            let mut host = service.start(json!({}));
            for _ in 0..steps {
                host.step();
            }
            if host.result().is_some() {
                break;
            }
            let (sent, reading) = (host.sent.len(), host.poller.status().phase == Phase::ReadingOutput);
            host.input(Input::Detach);
            let result = host.result().expect("it is over at once");
            assert_eq!(host.sent.len(), sent);
            if !reading {
                assert_eq!(
                    (result.outcome, code(&result)),
                    (Outcome::Abandoned, Some(ErrorCode::Detached))
                );
            }
            steps += 1;
        }
        assert!(steps > 5);
    }
}

#[test]
fn a_cancel_in_every_state_ends_within_the_grace_and_never_starts_more() {
    let lost = |acts: bool| {
        let reply = refusal(503, "X").into();
        if acts {
            Answer::Acts { named: true, reply }
        } else {
            Answer::Nothing { named: true, reply }
        }
    };
    for answers in [vec![], vec![lost(true)], vec![lost(false), lost(true)]] {
        let mut steps = 0;
        loop {
            let service = Shared::answering(answers.clone());
            service.set().life = LONG.to_vec();
            let mut host = service.start(json!({"timeout": "10m"}));
            for _ in 0..steps {
                host.step();
            }
            if host.result().is_some() {
                break;
            }
            let (at, posts) = (host.now, service.get().posts);
            host.input(Input::Cancel);
            let result = host.run();
            assert!(host.now.since(at) <= seconds(420), "{steps}");
            assert_eq!(service.get().posts, posts, "{steps}");
            assert!(
                matches!(result.outcome, Outcome::Cancelled | Outcome::Abandoned),
                "{steps}: {result:?}"
            );
            steps += 1;
        }
        assert!(steps > 8);
    }
    assert_ne!(request(1), request(2));
}

#[test]
fn a_poll_under_way_does_not_put_off_the_one_after_the_cancel() {
    let service = Shared::default();
    let mut host = running(&service, json!({}));
    let slow = json!({"id": id(0x101), "status": "InProgress", "jobType": "Pipeline"}).to_string();
    service.hook(move |_, sent| {
        (sent.request.endpoint == GET).then(|| Reply::Answer(seconds(3), answer(200, &[], &slow)))
    });
    let polls = host.sent_to(GET).len();
    host.run_until(|host| host.sent_to(GET).len() > polls);
    // The cancel is answered before the poll.
    host.input(Input::Cancel);
    host.run_until(|host| host.sent_to(GET).len() > polls + 1);
    let [.., before, after] = host.sent_to(GET)[..] else {
        panic!("two polls")
    };
    assert!(
        after.at.since(before.at) < seconds(5),
        "{:?}",
        after.at.since(before.at)
    );
}
