//! A snapshot at any moment, and another process that goes on with it.

use pqrun::error::ErrorCode;
use pqrun::fabric::job::FabricJob;
use pqrun::poller::snapshot::{Resume, Snapshot};
use pqrun::poller::{Job, Poller};
use pqrun::run::{IdentifiedBy, Outcome};
use serde_json::{Value, json};

use super::service::{Answer, LIST, Row, Shared, answer, id, refusal, run_options, seconds, starts};
use crate::support::{Host, Reply, START, code};

fn lost(acts: bool, named: bool) -> Answer {
    let reply = if named {
        refusal(503, "X").into()
    } else {
        Reply::Fail("reset", true)
    };
    if acts {
        Answer::Acts { named, reply }
    } else {
        Answer::Nothing { named, reply }
    }
}

fn throttled() -> Answer {
    Answer::Nothing {
        named: true,
        reply: answer(429, &[("Retry-After", "20")], "").into(),
    }
}

fn is_refused(answer: &Answer) -> bool {
    matches!(answer, Answer::Nothing { .. })
}

/// Stops after every step of an intent and goes on in another process: there, the end is the same, and so is the number
/// of runs that were made.
#[track_caller]
fn survives(answers: &[Answer], job: &Value, options: &Value, list_lag: u64, expected: (Outcome, u32)) {
    let mut step = 0;
    loop {
        for stored in [false, true] {
            let service = Shared::answering(answers.iter().cloned());
            service.set().list_lag = seconds(list_lag);
            let mut host = service.start_job(job.clone(), options.clone());
            let mut over = false;
            for _ in 0..step {
                over |= !host.step();
            }
            if over {
                assert!(step > 3, "it takes some steps");
                return;
            }
            // Of this moment, or the last one that the host was asked to store.
            let snapshot = if stored {
                host.persisted.last().cloned()
            } else {
                Some(host.poller.snapshot())
            };
            let Some(snapshot) = snapshot else { continue };
            let sent = host.sent.len();
            let mut host = host.resume(&snapshot, Resume::default());
            let asked = host.sent.get(sent).map(|sent| sent.request.endpoint);
            if snapshot.start.sent_at.is_some() && snapshot.run.is_none() {
                assert!(
                    asked.is_none_or(|first| first == LIST),
                    "step {step}: {asked:?} before the list was read"
                );
            }
            let result = host.run();
            let made = service.get().acted;
            if made == 0 && snapshot.start.sent_at.is_some() {
                // Nobody read the answer that refused it, and nothing else tells.
                assert_eq!(code(&result), Some(ErrorCode::StartUnconfirmed), "step {step}");
                assert!(
                    service.get().posts == 1 && answers.iter().any(is_refused),
                    "step {step}"
                );
                continue;
            }
            assert_eq!(
                (result.outcome, made),
                expected,
                "step {step}, stored {stored}: {result:?}"
            );
        }
        step += 1;
    }
}

#[test]
fn an_intent_survives_a_stop_after_every_step() {
    let plain = json!({});
    for options in [json!({}), json!({"reuse": {}})] {
        survives(&[], &plain, &options, 0, (Outcome::Succeeded, 1));
        survives(&[throttled()], &plain, &options, 0, (Outcome::Succeeded, 1));
        survives(&[lost(true, true)], &plain, &options, 20, (Outcome::Succeeded, 1));
        survives(&[lost(true, false)], &plain, &options, 20, (Outcome::Succeeded, 1));
        survives(
            &[Answer::Accept(vec![("RequestId", "{request}")])],
            &plain,
            &options,
            20,
            (Outcome::Succeeded, 1),
        );
    }
    survives(
        &[],
        &json!({"parameters": {"p": 1}}),
        &json!({}),
        0,
        (Outcome::Succeeded, 1),
    );
    survives(
        &[],
        &json!({"jobType": "RunNotebook", "parameters": {"p": 1}}),
        &json!({}),
        0,
        (Outcome::Succeeded, 1),
    );
}

#[test]
fn an_adopted_run_survives_a_stop_after_every_step() {
    for step in 0..6 {
        let service = Shared::with([Row::new(
            id(1),
            START.minus(seconds(30)),
            vec![(0, "InProgress"), (60, "Completed")],
        )]);
        let mut host = service.start(json!({"reuse": {}}));
        for _ in 0..step {
            host.step();
        }
        let snapshot = host.poller.snapshot();
        let result = host.resume(&snapshot, Resume::default()).run();
        assert_eq!((result.outcome, service.get().posts), (Outcome::Succeeded, 0), "{step}");
        assert!(result.run.as_ref().is_some_and(|run| run.shared && run.id == id(1)));
    }
}

#[test]
fn a_start_without_an_answer_is_looked_for_and_found_or_reported_but_never_sent_first() {
    for (acts, expected) in [(true, None), (false, Some(ErrorCode::StartUnconfirmed))] {
        let reply = Reply::Hang;
        let answer = if acts {
            Answer::Acts { named: false, reply }
        } else {
            Answer::Nothing { named: false, reply }
        };
        let service = Shared::answering([answer]);
        let host = service.start(json!({}));
        let mut host = {
            let mut host = host;
            host.run_until(|host| !starts(host).is_empty());
            host
        };
        let snapshot = host.persisted.pop().expect("it was stored before it was sent");
        assert!(snapshot.run.is_none());
        let mut host = host.resume(&snapshot, Resume::default());
        let result = host.run();
        assert_eq!((code(&result), service.get().posts), (expected, 1));
        if acts {
            assert_eq!(
                result.run.as_ref().map(|run| run.identified_by),
                Some(IdentifiedBy::Difference)
            );
        }
    }
}

#[test]
fn a_second_start_without_an_answer_is_never_followed_by_a_third() {
    for named in [false, true] {
        let service = Shared::answering([
            lost(false, named),
            Answer::Nothing {
                named: false,
                reply: Reply::Hang,
            },
        ]);
        let mut host = service.start(json!({"onUnconfirmed": "resend"}));
        host.run_until(|host| starts(host).len() == 2);
        let snapshot = host.persisted.pop().expect("it was stored before it was sent");
        let result = host.resume(&snapshot, Resume::default()).run();
        assert_eq!(
            (code(&result), service.get().posts),
            (Some(ErrorCode::StartUnconfirmed), 2)
        );
    }
}

#[test]
fn a_second_start_without_an_answer_is_found_by_difference_after_a_resume() {
    let service = Shared::answering([
        lost(false, true),
        Answer::Acts {
            named: false,
            reply: Reply::Hang,
        },
    ]);
    let mut host = service.start(json!({}));
    host.run_until(|host| starts(host).len() == 2);
    let snapshot = host.poller.snapshot();
    let result = host.resume(&snapshot, Resume::default()).run();
    assert_eq!(
        result.run.as_ref().map(|run| run.identified_by),
        Some(IdentifiedBy::Difference)
    );
    assert_eq!((result.outcome, service.get().posts), (Outcome::Succeeded, 2));
}

#[test]
fn a_loser_of_a_race_still_looks_again_after_a_resume() {
    let service = Shared::default();
    service.set().life = vec![(0, "InProgress"), (400, "Completed")];
    let mut host = service.start(json!({"reuse": {}}));
    host.run_until(|host| host.poller.run().is_some());
    service
        .set()
        .rows
        .push(Row::new(id(1), host.now, vec![(0, "InProgress"), (120, "Cancelled")]));
    host.run_until(|host| host.poller.run().is_some_and(|run| run.id == id(1)));
    let snapshot = host.poller.snapshot();
    let result = host.resume(&snapshot, Resume::default()).run();
    assert_eq!(result.run.as_ref().map(|run| run.id.clone()), Some(id(0x101)));
    assert_eq!((result.outcome, service.get().posts), (Outcome::Succeeded, 1));
}

const SECRET: &str = "hunter2-do-not-store";

/// Jobs with a secret, each with the value that a resume must give.
fn secret_jobs() -> Vec<(Value, Value)> {
    vec![
        (json!({"parameters": {"p": 1, "key": SECRET}}), json!(SECRET)),
        (
            json!({"parameters": {"key": {"deep": [SECRET]}}}),
            json!({"deep": [SECRET]}),
        ),
        (
            json!({"jobType": "RunNotebook", "parameters": {"key": SECRET}}),
            json!(SECRET),
        ),
        (
            json!({"jobType": "RunNotebook", "form": "typed", "parameters": {"key": SECRET}}),
            json!(SECRET),
        ),
        (
            json!({"executionData": {"x": 1, "parameters": {"key": SECRET}}}),
            json!(SECRET),
        ),
        (
            json!({"jobType": "RunNotebook", "executionData": {"parameters": {"key": {"value": SECRET, "type": "string"}}}}),
            json!({"value": SECRET, "type": "string"}),
        ),
        (
            json!({"jobType": "Execute", "executionData": {"parameters": [
                {"parameterName": "a", "type": "Automatic", "value": 1}, {"parameterName": "key", "type": "Automatic", "value": SECRET}]}}),
            json!(SECRET),
        ),
    ]
}

fn with_secret(value: &Value) -> Resume {
    let mut resume = Resume::default();
    resume.secret_parameters.insert("key".to_owned(), value.clone());
    resume
}

#[test]
fn a_secret_is_in_no_snapshot_event_or_result_and_goes_out_the_same_after_a_resume() {
    for (job, value) in secret_jobs() {
        let options = json!({"secretParameters": ["key"]});
        let usual = {
            let mut host = Shared::default().start_job(job.clone(), options.clone());
            let result = host.run();
            assert!(
                !format!("{:?}{:?}{result:?}", host.events, host.poller.snapshot()).contains(SECRET),
                "{job}"
            );
            for snapshot in &host.persisted {
                let text = serde_json::to_string(snapshot).expect("it is JSON");
                assert!(!text.contains(SECRET), "{text}");
                assert_eq!(snapshot.left_out, ["key"]);
            }
            starts(&host)[0].body()
        };
        assert!(usual.to_string().contains(SECRET));
        // Before the start: needed, asked for by name, and sent as before.
        let host = Shared::default().start_job(job.clone(), options);
        let snapshot = host.poller.snapshot();
        let refused = Poller::resume(snapshot.clone(), Resume::default(), [1; 16], START).map(|_| ());
        let error = refused.expect_err("it needs the secret");
        assert_eq!(error.code(), ErrorCode::MissingSecretParameters);
        assert!(
            error.message.contains("key") && !error.message.contains("other"),
            "{error}"
        );
        let mut host = host.resume(&snapshot, with_secret(&value));
        host.run();
        assert_eq!(starts(&host)[0].body(), usual, "{job}");
    }
}

#[test]
fn a_run_that_is_known_needs_no_secret_to_be_followed() {
    for (job, _) in secret_jobs() {
        let service = Shared::default();
        let mut host = service.start_job(job, json!({"secretParameters": ["key"], "reuse": {}}));
        host.run_until(|host| host.poller.run().is_some());
        let snapshot = host.poller.snapshot();
        // Left out is not absent: this is still a call with parameters, which joins no race.
        service
            .set()
            .rows
            .push(Row::new(id(1), host.now, vec![(0, "InProgress"), (200, "Completed")]));
        let mut host = host.resume(&snapshot, Resume::default());
        let result = host.run();
        assert_eq!(result.run.as_ref().map(|run| run.id.clone()), Some(id(0x101)));
    }
}

#[test]
fn a_lost_start_is_looked_for_without_its_secret_but_not_sent_once_more() {
    let job = json!({"parameters": {"key": SECRET}});
    let options = json!({"secretParameters": ["key"]});
    for (given, posts) in [(false, 1), (true, 2)] {
        let service = Shared::answering([lost(false, true)]);
        let mut host = service.start_job(job.clone(), options.clone());
        host.run_until(|host| host.sent_to(LIST).len() > 1);
        let snapshot = host.poller.snapshot();
        let resume = if given {
            with_secret(&json!(SECRET))
        } else {
            Resume::default()
        };
        let result = host.resume(&snapshot, resume).run();
        assert_eq!(service.get().posts, posts);
        if !given {
            assert_eq!(code(&result), Some(ErrorCode::StartUnconfirmed));
            assert!(result.message.contains("key"), "it says which: {}", result.message);
        }
    }
}

#[test]
fn other_options_or_a_passed_deadline_begin_the_wait_anew() {
    let service = Shared::default();
    service.set().life = vec![(0, "InProgress"), (900, "Completed")];
    let mut host = service.start(json!({"timeout": "5m"}));
    assert_eq!(host.run().outcome, Outcome::TimedOut);
    let snapshot = host.poller.snapshot();
    let mut again = host.resume(&snapshot, Resume::default());
    assert_eq!(again.run().outcome, Outcome::TimedOut);
    let mut resume = Resume::default();
    resume.options = Some(run_options(json!({"timeout": "1h"})));
    let snapshot = again.poller.snapshot();
    let mut host = again.resume(&snapshot, resume);
    assert_eq!((host.run().outcome, service.get().posts), (Outcome::Succeeded, 1));
}

#[test]
fn a_snapshot_of_another_version_or_with_a_bad_host_is_refused() {
    let host: Host<'_> = Shared::default().start(json!({}));
    let good = serde_json::to_value(host.poller.snapshot()).expect("it is JSON");
    let resumed = |value: Value| {
        let snapshot: Snapshot = serde_json::from_value(value).expect("it reads");
        Poller::resume(snapshot, Resume::default(), [1; 16], START)
            .map(|_| ())
            .map_err(|error| error.code())
    };
    let mut newer = good.clone();
    newer["pqrun"] = json!(2);
    assert_eq!(resumed(newer), Err(ErrorCode::InvalidSnapshot));
    let mut elsewhere = good.clone();
    elsewhere["job"]["host"] = json!("http://evil.example");
    assert_eq!(resumed(elsewhere), Err(ErrorCode::InvalidHost));
    assert_eq!(resumed(good), Ok(()));
    assert!(matches!(host.poller.snapshot().job, Job::Fabric(FabricJob { .. })));
}
