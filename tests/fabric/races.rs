//! Several callers at the same time on one service: all end on the smallest id, whatever the order of their requests.

use std::time::Duration;

use pqrun::poller::{Job, Poller};
use pqrun::run::{Outcome, RunResult, WarningCode};
use serde_json::{Value, json};

use super::service::{CANCEL, Life, Row, Shared, fabric_job, id, run_options, seconds, starts};
use crate::support::{Host, Reply, START};

/// Callers that begin at these moments, all with the same call.
fn callers(service: &Shared, options: &Value, begins: &[u64]) -> Vec<Host<'static>> {
    let begin = |at: &u64| {
        let now = START.plus(Duration::from_millis(*at));
        let job = Job::Fabric(fabric_job(json!({})));
        let seed = [u8::try_from(at % 251).expect("it is small"); 16];
        let poller = Poller::start(job, run_options(options.clone()), seed, now).expect("the job is right");
        (poller, now)
    };
    // Each look and start takes its own time, so that the requests mix.
    let serve = service.serve();
    let serve = std::rc::Rc::new(std::cell::RefCell::new(serve));
    let begins = begins.iter().map(begin);
    let hosts = begins.enumerate().map(|(at, (poller, now))| {
        let serve = std::rc::Rc::clone(&serve);
        Host::over(poller, now, move |now, sent| match (serve.borrow_mut())(now, sent) {
            Reply::Answer(delay, response) => Reply::Answer(delay * (1 + u32::try_from(at).expect("few")), response),
            other => other,
        })
    });
    hosts.collect()
}

/// Steps whoever is next; `false` when all are done.
fn step_next(hosts: &mut [Host<'_>]) -> bool {
    let next = (0..hosts.len()).filter_map(|at| Some((hosts[at].next_at()?, at))).min();
    next.is_some_and(|(_, at)| hosts[at].step())
}

fn run_all(hosts: &mut [Host<'_>]) -> Vec<std::sync::Arc<RunResult>> {
    while step_next(hosts) {}
    hosts
        .iter_mut()
        .map(|host| host.result().expect("it is over"))
        .collect()
}

fn followed(results: &[std::sync::Arc<RunResult>]) -> Vec<String> {
    results
        .iter()
        .map(|result| result.run.as_ref().expect("a run").id.clone())
        .collect()
}

const LONG: [(u64, &str); 3] = [(0, "NotStarted"), (20, "InProgress"), (300, "Completed")];

#[test]
fn callers_at_the_same_time_end_on_the_smallest_id_at_every_order_of_their_requests() {
    let mut raced = 0;
    for ids in [[1, 2, 3], [3, 2, 1], [2, 3, 1], [3, 1, 2]] {
        for second in [0, 20, 49, 51, 90, 101, 149, 151, 400, 3000] {
            for third in [0, 60, 130, 2000] {
                for lag in [0, 5, 30] {
                    let service = Shared::default();
                    service.set().new_ids.extend(ids.map(id));
                    service.set().life = Life::from(LONG);
                    service.set().list_lag = seconds(lag);
                    let options = json!({"reuse": {}, "skipOutputs": true});
                    let mut hosts = callers(&service, &options, &[0, second, third]);
                    let results = run_all(&mut hosts);
                    let runs = followed(&results);
                    let started = service.get().posts;
                    let smallest = service
                        .get()
                        .rows
                        .iter()
                        .map(|row| row.id.clone())
                        .min()
                        .expect("a run");
                    let said = format!("{ids:?} {second} {third} {lag}: {runs:?} of {started}");
                    assert!(runs.iter().all(|run| *run == smallest), "{said}");
                    assert!(
                        results.iter().all(|result| result.outcome == Outcome::Succeeded),
                        "{said}"
                    );
                    assert!(hosts.iter().all(|host| host.sent_to(CANCEL).is_empty()), "{said}");
                    for (host, result) in hosts.iter().zip(&results) {
                        let own = service.get().rows.len() > 1 && !starts(host).is_empty();
                        let lost = own && result.run.as_ref().is_some_and(|run| run.shared);
                        let warned = result
                            .warnings
                            .iter()
                            .any(|warning| warning.code == WarningCode::DuplicateRun);
                        assert_eq!(warned, lost, "{said}");
                        raced += u32::from(lost);
                    }
                }
            }
        }
    }
    assert!(raced > 50, "the requests never mixed: {raced}");
}

#[test]
fn losers_cancel_their_own_run_only_if_they_were_told_to() {
    for (cancels, expected) in [(false, 0), (true, 1)] {
        let service = Shared::default();
        service.set().new_ids.extend([id(1), id(2)]);
        service.set().life = Life::from(LONG);
        let options = json!({"reuse": {}, "cancelDuplicates": cancels});
        let mut hosts = callers(&service, &options, &[0, 10]);
        let results = run_all(&mut hosts);
        assert_eq!(followed(&results), [id(1), id(1)]);
        assert_eq!(service.get().posts, 2);
        let cancelled: Vec<_> = hosts.iter().map(|host| host.sent_to(CANCEL).len()).collect();
        assert_eq!(cancelled, [0, expected]);
        assert!(
            hosts[1]
                .sent_to(CANCEL)
                .iter()
                .all(|sent| sent.target().contains(&id(2)))
        );
        assert!(
            results
                .iter()
                .all(|result| result.outcome == Outcome::Succeeded && !result.cancel_sent)
        );
    }
}

#[test]
fn a_winner_that_is_cancelled_makes_the_losers_look_again() {
    let service = Shared::default();
    service.set().new_ids.extend([id(1), id(2), id(3)]);
    service.set().life = Life::from(LONG);
    let mut hosts = callers(&service, &json!({"reuse": {}}), &[0, 10]);
    while hosts[1].poller.run().is_none_or(|run| run.id != id(1)) {
        assert!(step_next(&mut hosts), "the second caller follows the first one's run");
    }
    let at = hosts[1].now;
    service
        .set()
        .rows
        .iter_mut()
        .find(|row| row.id == id(1))
        .expect("it is there")
        .cancelled = Some(at);
    let result = std::sync::Arc::clone(&run_all(&mut hosts)[1]);
    // Its own run was left alone, so that is the one that is found.
    let run = result.run.as_ref().expect("a run");
    assert_eq!(
        (run.id.clone(), result.outcome, service.get().posts),
        (id(2), Outcome::Succeeded, 2)
    );
}

#[test]
fn the_look_begins_anew_at_most_twice() {
    let service = Shared::default();
    service.set().new_ids.extend([9, 8, 7, 6].map(id));
    let rival = |n: u32, at| {
        let mut row = Row::new(id(n), at, vec![(0, "InProgress")]);
        row.cancelled = Some(row.created.plus(seconds(30)));
        row
    };
    let mut next = 1;
    let shared = service.clone();
    service.hook(move |now, sent| {
        if super::service::is_start(sent) {
            // Somebody always comes at the same time, wins, and gives up; our own is cancelled too.
            let mut service = shared.set();
            service.life = vec![(0, "InProgress"), (70, "Cancelled")];
            let mut row = rival(next, now);
            row.cancelled = Some(now.plus(seconds(90)));
            service.rows.push(row);
            next += 1;
        }
        None
    });
    let mut host = service.start(json!({"reuse": {}, "skipOutputs": true}));
    let result = host.run();
    assert_eq!(result.outcome, Outcome::Cancelled);
    assert_eq!(starts(&host).len(), 3);
}

#[test]
fn a_run_that_began_long_before_or_is_scheduled_or_of_another_kind_is_no_rival() {
    let near = START.plus(seconds(1));
    let mut scheduled = Row::new(id(1), near, Life::from(LONG));
    scheduled.invoke_type = "Scheduled";
    let mut other = Row::new(id(2), near, Life::from(LONG));
    other.job_type = "TableMaintenance".to_owned();
    let old = Row::new(id(3), START.minus(seconds(500)), vec![(0, "Deduped")]);
    let deduped = Row::new(id(4), near, vec![(0, "Deduped")]);
    let cancelled = Row::new(id(5), near, vec![(0, "Cancelled")]);
    for row in [scheduled, other, old, deduped, cancelled] {
        let service = Shared::default();
        let mut host = service.start(json!({"reuse": {}}));
        host.run_until(|host| host.poller.run().is_some());
        service.set().rows.push(row);
        let result = host.run();
        assert_eq!(result.run.as_ref().map(|run| run.id.clone()), Some(id(0x101)));
        assert!(result.warnings.is_empty(), "{:?}", result.warnings);
    }
}

#[test]
fn an_instance_that_the_look_saw_is_no_rival_even_after_a_resume() {
    // It is cancelled a moment later, so it is not adopted; a smaller id alone must not make it win.
    let service = Shared::with([Row::new(
        id(1),
        START.minus(seconds(50)),
        vec![(0, "Deduped"), (70, "InProgress")],
    )]);
    service.set().life = Life::from(LONG);
    let mut host = service.start(json!({"reuse": {}}));
    host.run_until(|host| host.poller.run().is_some());
    let snapshot = host.poller.snapshot();
    let mut host = host.resume(&snapshot, pqrun::poller::snapshot::Resume::default());
    let result = host.run();
    assert_eq!(result.run.as_ref().map(|run| run.id.clone()), Some(id(0x101)));
}

#[test]
fn without_the_right_to_adopt_there_is_no_race() {
    for (job, options) in [
        (json!({}), json!({})),
        (json!({"parameters": {"p": 1}}), json!({"reuse": {}})),
        (json!({"parameters": {"p": 1}}), json!({"reuse": {}, "marker": "m"})),
    ] {
        let service = Shared::default();
        let mut host = service.start_job(job, options);
        host.run_until(|host| host.poller.run().is_some());
        service
            .set()
            .rows
            .push(Row::new(id(1), START.plus(seconds(1)), Life::from(LONG)));
        let result = host.run();
        assert_eq!(result.run.as_ref().map(|run| run.id.clone()), Some(id(0x101)));
        assert_eq!(host.sent_to(super::service::LIST).len(), 1);
    }
}

#[test]
fn the_race_is_over_after_two_minutes() {
    let service = Shared::default();
    service.set().life = vec![(0, "InProgress"), (600, "Completed")];
    let mut host = service.start(json!({"reuse": {}}));
    host.run_until(|host| host.elapsed() > seconds(125));
    let looks = host.sent_to(super::service::LIST).len();
    service
        .set()
        .rows
        .push(Row::new(id(1), START.plus(seconds(1)), Life::from(LONG)));
    let result = host.run();
    assert_eq!(result.run.as_ref().map(|run| run.id.clone()), Some(id(0x101)));
    assert_eq!(host.sent_to(super::service::LIST).len(), looks);
    assert!(looks > 2);
}

#[test]
fn a_list_that_cannot_be_read_during_the_race_never_delays_a_poll_for_long() {
    let service = Shared::default();
    service.set().life = Life::from(LONG);
    let mut host = service.start(json!({"reuse": {}}));
    host.run_until(|host| host.poller.run().is_some());
    service.hook(|_, sent| {
        (sent.request.endpoint == super::service::LIST).then(|| super::service::refusal(503, "X").into())
    });
    let result = host.run();
    assert_eq!(result.outcome, Outcome::Succeeded);
    assert!(host.elapsed() < seconds(400), "{:?}", host.elapsed());
}

#[test]
fn a_cancel_of_our_own_run_is_never_turned_into_following_another() {
    let service = Shared::default();
    service.set().life = Life::from(LONG);
    let mut host = service.start(json!({"reuse": {}}));
    host.run_until(|host| host.poller.run().is_some());
    host.input(pqrun::poller::Input::Cancel);
    service
        .set()
        .rows
        .push(Row::new(id(1), START.plus(seconds(1)), Life::from(LONG)));
    let result = host.run();
    assert_eq!(result.run.as_ref().map(|run| run.id.clone()), Some(id(0x101)));
    assert_eq!((result.outcome, result.cancel_sent), (Outcome::Cancelled, true));
}

#[test]
fn a_loser_is_not_cancelled_before_the_winner_has_begun_even_after_a_resume() {
    for resumes in [false, true] {
        let service = Shared::default();
        service.set().new_ids.extend([id(1), id(2)]);
        service.set().life = vec![(0, "NotStarted"), (100, "InProgress"), (300, "Completed")];
        let options = json!({"reuse": {}, "cancelDuplicates": true});
        let mut hosts = callers(&service, &options, &[0, 10]);
        while hosts[1].poller.run().is_none_or(|run| run.id != id(1)) {
            assert!(step_next(&mut hosts), "the second caller follows the first one's run");
        }
        if resumes {
            let loser = hosts.remove(1);
            assert!(loser.sent_to(CANCEL).is_empty());
            let snapshot = loser.poller.snapshot();
            hosts.push(loser.resume(&snapshot, pqrun::poller::snapshot::Resume::default()));
        }
        let results = run_all(&mut hosts);
        let cancels = hosts[1].sent_to(CANCEL);
        assert_eq!(followed(&results), [id(1), id(1)]);
        assert_eq!(cancels.len(), 1, "once, resumed: {resumes}");
        assert!(cancels[0].target().contains(&id(2)));
        assert!(cancels[0].at >= START.plus(seconds(100)), "{:?}", cancels[0].at);
    }
}

#[test]
fn a_loser_is_left_alone_if_the_winner_never_began() {
    let service = Shared::default();
    service.set().new_ids.extend([id(1), id(2)]);
    service.set().life = vec![(0, "NotStarted"), (200, "Failed")];
    let options = json!({"reuse": {}, "cancelDuplicates": true});
    let mut hosts = callers(&service, &options, &[0, 10]);
    run_all(&mut hosts);
    assert!(hosts[1].sent_to(CANCEL).is_empty());
}

#[test]
fn a_run_of_ours_that_was_skipped_gives_way_to_the_active_one_and_nothing_more_is_started() {
    let service = Shared::default();
    service.set().life = vec![(0, "NotStarted"), (5, "Deduped")];
    let mut host = service.start(json!({"reuse": {}, "skipOutputs": true}));
    host.run_until(|host| host.poller.run().is_some());
    // The one that was active all along shows up late, and is none of the race.
    service.set().rows.push(Row::new(
        id(0x999),
        START.minus(seconds(20)),
        vec![(0, "InProgress"), (300, "Completed")],
    ));
    let result = host.run();
    assert_eq!(
        (
            result.run.as_ref().map(|run| run.id.clone()),
            result.outcome,
            service.get().posts
        ),
        (Some(id(0x999)), Outcome::Succeeded, 1)
    );
}

#[test]
fn a_run_of_ours_that_was_skipped_is_the_outcome_if_nothing_else_is_there() {
    for options in [json!({"reuse": {}}), json!({})] {
        let service = Shared::default();
        service.set().life = vec![(0, "NotStarted"), (5, "Deduped")];
        let mut host = service.start(options);
        let result = host.run();
        let run = result.run.as_ref().expect("a run");
        assert_eq!((run.id.clone(), run.shared), (id(0x101), false));
        assert_eq!((result.outcome, service.get().posts), (Outcome::Skipped, 1));
    }
}

#[test]
fn a_resume_after_a_skipped_run_starts_nothing_either() {
    let service = Shared::default();
    service.set().life = vec![(0, "NotStarted"), (5, "Deduped")];
    let mut host = service.start(json!({"reuse": {}}));
    host.run_until(|host| host.poller.snapshot().start.skipped.is_some());
    let snapshot = host.poller.snapshot();
    let result = host.resume(&snapshot, pqrun::poller::snapshot::Resume::default()).run();
    assert_eq!((result.outcome, service.get().posts), (Outcome::Skipped, 1));
}

#[test]
fn an_adopted_run_that_was_skipped_makes_the_caller_look_again_and_start_its_own() {
    let service = Shared::with([Row::new(id(1), START, vec![(0, "NotStarted"), (30, "Deduped")])]);
    let result = service.start(json!({"reuse": {}})).run();
    assert_eq!(
        (
            result.run.as_ref().map(|run| run.id.clone()),
            result.outcome,
            service.get().posts
        ),
        (Some(id(0x101)), Outcome::Succeeded, 1)
    );
}
