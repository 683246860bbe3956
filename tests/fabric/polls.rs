//! Polls: when, and what an early or odd answer means.

use std::cell::Cell;
use std::rc::Rc;

use pqrun::error::ErrorCode;
use pqrun::poller::{Input, Job, Poller};
use pqrun::run::{EventKind, Outcome};
use pqrun::time::Timestamp;
use serde_json::json;

use super::service::{GET, Row, Shared, answer, fabric_job, id, refusal, request, run_options, seconds, starts};
use crate::support::{Host, Reply, START, code};

/// A host that follows a run, after its first poll was sent.
fn polled(service: &Shared, options: serde_json::Value) -> Host<'static> {
    let mut host = service.start(options);
    host.run_until(|host| !host.sent_to(GET).is_empty());
    host
}

fn gaps(host: &Host<'_>) -> Vec<f64> {
    let at: Vec<Timestamp> = host.sent_to(GET).iter().map(|sent| sent.at).collect();
    at.windows(2).map(|pair| pair[1].since(pair[0]).as_secs_f64()).collect()
}

#[test]
fn polls_wait_for_the_countdown_and_never_come_earlier() {
    for (header, at_least, at_most) in [
        (Some("42"), 42.0, 44.0),
        (Some("3"), 3.0, 4.0),
        (Some("59"), 59.0, 61.5),
        (Some("1"), 1.0, 2.0),
        (Some("600"), 60.0, 62.0),
        (None, 9.0, 11.2),
        (Some("0"), 9.0, 11.2),
        (Some("-7"), 9.0, 11.2),
        (Some("later"), 9.0, 11.2),
    ] {
        let service = Shared::default();
        service.set().life = vec![(0, "InProgress"), (600, "Completed")];
        service.set().retry_after = header.map(str::to_owned);
        let mut host = service.start(json!({"skipOutputs": true}));
        host.run();
        for gap in gaps(&host) {
            assert!(gap >= at_least && gap <= at_most, "{header:?}: {gap}");
        }
        assert!(gaps(&host).len() >= 8);
    }
}

#[test]
fn a_poll_interval_counts_only_where_the_service_asks_for_no_longer_wait() {
    for (header, interval, expected) in [(Some("30"), "2s", 30.0), (None, "2s", 2.0), (Some("5"), "20s", 20.0)] {
        let service = Shared::default();
        service.set().life = vec![(0, "InProgress"), (300, "Completed")];
        service.set().retry_after = header.map(str::to_owned);
        let mut host = service.start(json!({"pollInterval": interval}));
        host.run();
        for gap in gaps(&host) {
            assert!(gap >= expected && gap < expected + 1.5, "{header:?} {interval}: {gap}");
        }
    }
}

#[test]
fn a_run_that_is_not_to_be_seen_yet_is_waited_for_two_minutes() {
    for missing in [
        answer(404, &[], ""),
        refusal(404, "JobInstanceNotFound"),
        refusal(404, "EntityNotFound"),
    ] {
        for (lag, found) in [(100, true), (9000, false)] {
            let service = Shared::default();
            service.set().life = vec![(0, "Completed")];
            let missing = missing.clone();
            service.hook(move |now, sent| {
                (sent.request.endpoint == GET && now.since(START) < seconds(lag)).then(|| missing.clone().into())
            });
            let mut host = service.start(json!({}));
            let result = host.run();
            if found {
                assert_eq!(result.outcome, Outcome::Succeeded);
            } else {
                assert_eq!(result.outcome, Outcome::Abandoned);
                assert!(matches!(
                    code(&result),
                    Some(ErrorCode::NotFound | ErrorCode::RunNotFound)
                ));
                assert!(
                    host.elapsed() >= seconds(120) && host.elapsed() < seconds(140),
                    "{:?}",
                    host.elapsed()
                );
                assert_eq!(result.run.as_ref().map(|run| run.id.clone()), Some(id(0x101)));
            }
        }
    }
}

#[test]
fn an_end_without_a_time_is_read_twice_more_and_then_taken() {
    for (status, outcome) in [("Completed", Outcome::Succeeded), ("Cancelled", Outcome::Cancelled)] {
        let service = Shared::default();
        service.set().life = vec![(0, status)];
        let mut host = service.start(json!({"skipOutputs": true}));
        host.run_until(|host| !starts(host).is_empty());
        service.set().rows[0].end_time = false;
        let result = host.run();
        assert_eq!(result.outcome, outcome);
        assert_eq!(host.sent_to(GET).len(), 3, "{status}");
        assert!(result.run.as_ref().is_some_and(|run| run.end_time.is_none()));
    }
    let service = Shared::default();
    service.set().life = vec![(0, "Completed")];
    let mut host = polled(&service, json!({"skipOutputs": true}));
    host.step();
    assert_eq!((host.run().outcome, host.sent_to(GET).len()), (Outcome::Succeeded, 1));
}

#[test]
fn a_start_time_that_changes_is_taken_as_it_comes_and_read_without_a_zone() {
    let service = Shared::default();
    service.set().life = vec![(0, "InProgress"), (200, "Completed")];
    let mut host = polled(&service, json!({}));
    host.step();
    let first = host.poller.run().and_then(|run| run.start_time).expect("a time");
    assert_eq!(first.0 / 1000, service.get().rows[0].created.0 / 1000);
    service.set().rows[0].created = Timestamp(first.0 + 181);
    let result = host.run();
    let run = result.run.as_ref().expect("a run");
    assert_eq!(run.start_time, Some(Timestamp(first.0 + 181)));
    assert_eq!(run.end_time, Some(Timestamp(first.0 + 200_181)));
}

#[test]
fn a_failed_poll_is_no_failed_run() {
    let replies: Vec<Reply> = vec![
        Reply::Fail("reset", true),
        Reply::Fail("refused", false),
        Reply::Hang,
        refusal(500, "X").into(),
        refusal(503, "X").into(),
        answer(502, &[], "<html>").into(),
        refusal(429, "RequestBlocked").into(),
        answer(408, &[], "").into(),
        answer(200, &[], "").into(),
        answer(200, &[], "<html>").into(),
        answer(200, &[], "{\"id\":").into(),
        answer(200, &[], "[]").into(),
        answer(200, &[], &json!({"id": id(0x101)}).to_string()).into(),
        // Another run's answer is none.
        answer(
            200,
            &[],
            &Row::ended(id(9), "Failed", seconds(5)).json(START).to_string(),
        )
        .into(),
    ];
    for reply in replies {
        let service = Shared::default();
        service.set().life = vec![(0, "InProgress"), (100, "Completed")];
        let mut host = service.start(json!({"skipOutputs": true}));
        let mut bad = 2;
        let said = format!("{reply:?}");
        service.hook(move |_, sent| {
            (sent.request.endpoint == GET && bad > 0).then(|| {
                bad -= 1;
                reply.clone()
            })
        });
        let result = host.run();
        assert_eq!(result.outcome, Outcome::Succeeded, "{said}");
        assert_eq!(
            host.events
                .iter()
                .filter(|event| event.kind == EventKind::Retry)
                .count(),
            2,
            "{said}"
        );
    }
}

#[test]
fn polls_that_fail_for_longer_than_the_budget_lose_sight_of_the_run_and_name_it() {
    for (reply, expected) in [
        (refusal(503, "X").into(), ErrorCode::LostSight),
        (Reply::Fail("reset", true), ErrorCode::LostSight),
        // The service was heard before: this is rather a gateway than a wrong address.
        (answer(200, &[], "<html>Sign in").into(), ErrorCode::LostSight),
        (answer(302, &[], "").into(), ErrorCode::WrongHost),
        (refusal(401, "Unauthorized").into(), ErrorCode::Unauthenticated),
        (refusal(403, "InsufficientScopes").into(), ErrorCode::Forbidden),
    ] {
        let service = Shared::default();
        service.hook(move |_, sent| (sent.request.endpoint == GET).then(|| reply.clone()));
        let mut host = service.start(json!({}));
        let result = host.run();
        assert_eq!((result.outcome, code(&result)), (Outcome::Abandoned, Some(expected)));
        assert_eq!(result.run.as_ref().map(|run| run.id.clone()), Some(id(0x101)));
        assert!(host.elapsed() < seconds(60 + 320), "{expected}: {:?}", host.elapsed());
    }
}

#[test]
fn a_wait_that_the_service_asks_for_is_obeyed_and_is_no_failing() {
    let service = Shared::default();
    let throttled = Rc::new(Cell::new(0));
    let count = Rc::clone(&throttled);
    service.hook(move |_, sent| {
        (sent.request.endpoint == GET && count.get() < 20).then(|| {
            count.set(count.get() + 1);
            answer(429, &[("Retry-After", "120")], "").into()
        })
    });
    let mut host = service.start(json!({}));
    assert_eq!(host.run().outcome, Outcome::Succeeded);
    assert!(gaps(&host).iter().take(20).all(|gap| *gap >= 120.0));
}

#[test]
fn a_refused_credential_is_refreshed_once_per_request() {
    let service = Shared::default();
    service.set().life = vec![(0, "InProgress"), (300, "Completed")];
    service.hook(|_, sent| {
        (sent.request.endpoint == GET && !sent.request.refresh_token).then(|| refusal(401, "TokenExpired").into())
    });
    let mut host = service.start(json!({}));
    assert_eq!(host.run().outcome, Outcome::Succeeded);
    assert!(
        host.sent_to(GET)
            .windows(2)
            .all(|pair| pair[0].request.refresh_token != pair[1].request.refresh_token)
    );
}

#[test]
fn an_attached_run_is_followed_at_once_and_is_shared() {
    let service = Shared::with([Row::new(id(1), START, vec![(0, "InProgress"), (30, "Completed")])]);
    let attach = |run: &str| {
        let job = Job::Fabric(fabric_job(json!({})));
        Poller::attach(job, run, run_options(json!({})), [1; 16], START)
    };
    let mut host = Host::over(attach(&id(1).to_uppercase()).expect("a GUID"), START, service.serve());
    assert_eq!(host.sent_to(GET).len(), 1);
    let result = host.run();
    assert_eq!((result.outcome, service.get().posts), (Outcome::Succeeded, 0));
    assert!(result.run.as_ref().is_some_and(|run| run.shared));
    assert_eq!(
        attach("412000000000101").map(|_| ()).map_err(|error| error.code()),
        Err(ErrorCode::InvalidOptions)
    );
    // What was named and does not exist was never followed.
    let mut host = Host::over(attach(&id(2)).expect("a GUID"), START, service.serve());
    let result = host.run();
    assert_eq!((result.outcome, host.sent.len()), (Outcome::Rejected, 1));
}

#[test]
fn a_timeout_that_comes_too_early_or_too_late_does_no_harm() {
    let service = Shared::default();
    let mut host = service.start(json!({}));
    for _ in 0..50 {
        host.input(Input::Timeout);
        if !host.step() {
            break;
        }
        host.now = host.now.plus(seconds(7));
    }
    assert_eq!((host.run().outcome, service.get().posts), (Outcome::Succeeded, 1));
    assert_ne!(request(1), id(1));
}
