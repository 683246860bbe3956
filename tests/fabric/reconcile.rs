//! An unclear answer to a start: the list decides, never a second POST first.

use std::time::Duration;

use pqrun::error::ErrorCode;
use pqrun::run::{IdentifiedBy, Outcome, Phase, WarningCode};
use serde_json::json;

use crate::fabric::service::{Answer, LIST, Row, Shared, answer, id, refusal, request, seconds, starts};
use crate::support::{Host, Reply, START, code};

/// Everything that does not tell whether a start was taken.
pub(super) fn unclear() -> Vec<(&'static str, Reply)> {
    let mut all = vec![
        ("cut", Reply::Fail("connection reset", true)),
        ("hang", Reply::Hang),
        ("200 cut", answer(200, &[], "{\"id\": \"e5").into()),
        ("200 json", answer(200, &[], "{}").into()),
        ("200 page", answer(200, &[], "<html>Welcome</html>").into()),
        ("201", answer(201, &[], "").into()),
        (
            "redirect",
            answer(302, &[("Location", "https://login.example/")], "").into(),
        ),
        ("opaque redirect", answer(0, &[], "").into()),
        ("503 that says throttled", refusal(503, "RequestBlocked").into()),
        ("500 that says unauthorized", refusal(500, "Unauthorized").into()),
        (
            "504 page",
            answer(504, &[("Retry-After", "1")], "<html>Gateway</html>").into(),
        ),
        ("502 empty", answer(502, &[], "").into()),
    ];
    for status in [
        408, 425, 500, 501, 502, 503, 504, 505, 507, 508, 509, 511, 520, 530, 599,
    ] {
        all.push(("status", refusal(status, "InternalError").into()));
    }
    all
}

/// When the list was read, in seconds after the first start left.
fn reads(host: &Host<'_>) -> Vec<u64> {
    let left = starts(host)[0].at;
    host.sent_to(LIST)
        .iter()
        .filter(|sent| sent.at > left)
        .map(|sent| sent.at.since(left).as_secs())
        .collect()
}

#[test]
fn an_unclear_start_is_never_sent_again_before_the_list_was_read_four_times() {
    for named in [false, true] {
        for (name, reply) in unclear() {
            let hangs = matches!(reply, Reply::Hang) || (matches!(reply, Reply::Fail(..)) && named);
            if hangs && named {
                continue;
            }
            let service = Shared::answering([Answer::Nothing { named, reply }]);
            let mut host = service.start(json!({}));
            let result = host.run();
            let wait = if hangs { 60 } else { 0 };
            let first: Vec<u64> = reads(&host).into_iter().take(4).collect();
            assert_eq!(first, [2, 10, 30, 60].map(|at| at + wait), "{name}");
            if named {
                // The request id would have shown it: it is certain enough to send once more.
                let again = starts(&host)[1].at.since(starts(&host)[0].at);
                assert!(again >= seconds(60), "{name}: {again:?}");
                assert_eq!((result.outcome, service.get().posts), (Outcome::Succeeded, 2), "{name}");
            } else {
                assert_eq!(
                    (result.outcome, code(&result)),
                    (Outcome::Abandoned, Some(ErrorCode::StartUnconfirmed)),
                    "{name}"
                );
                assert_eq!(service.get().posts, 1, "{name}");
            }
        }
    }
}

#[test]
fn a_run_is_found_by_its_request_id_without_a_warning() {
    for lag in [0, 5, 20, 45] {
        for (name, reply) in unclear() {
            if !matches!(reply, Reply::Answer(..)) {
                continue;
            }
            let service = Shared::answering([Answer::Acts { named: true, reply }]);
            service.set().list_lag = seconds(lag);
            // Another caller's at the same time does not confuse it.
            service
                .set()
                .rows
                .push(Row::new(id(7), START.plus(seconds(1)), vec![(0, "InProgress")]));
            let mut host = service.start(json!({}));
            let result = host.run();
            let run = result.run.as_ref().expect("a run");
            assert_eq!(
                (run.id.clone(), run.identified_by),
                (id(0x101), IdentifiedBy::RootActivityId),
                "{name}"
            );
            assert_eq!(
                (result.outcome, result.warnings.len(), service.get().posts),
                (Outcome::Succeeded, 0, 1),
                "{name}"
            );
        }
    }
}

#[test]
fn a_run_is_found_by_difference_with_a_warning_and_the_result_says_so() {
    for lag in [0, 5, 20, 45] {
        for (name, reply) in unclear() {
            let hang = if matches!(reply, Reply::Hang) { 60 } else { 0 };
            let service = Shared::answering([Answer::Acts { named: false, reply }]);
            service.set().list_lag = seconds(lag + hang);
            service.set().rows.push(Row::ended(id(3), "Completed", seconds(90_000)));
            let result = service.start(json!({})).run();
            let run = result.run.as_ref().expect("a run");
            assert_eq!(
                (run.id.clone(), run.identified_by),
                (id(0x101), IdentifiedBy::Difference),
                "{name}"
            );
            let warnings: Vec<_> = result.warnings.iter().map(|warning| warning.code).collect();
            assert_eq!(warnings, [WarningCode::IdentifiedByDifference], "{name}");
            assert_eq!((result.outcome, service.get().posts), (Outcome::Succeeded, 1), "{name}");
        }
    }
}

/// A service with one lost start that never acted, and instances of others.
fn lost_among(rows: impl IntoIterator<Item = Row>) -> Shared {
    let service = Shared::with(rows);
    service.set().answers.push_back(Answer::Nothing {
        named: false,
        reply: Reply::Fail("reset", true),
    });
    service
}

#[test]
fn of_several_candidates_the_smallest_is_followed_where_any_run_of_the_item_will_do() {
    let at = START.plus(seconds(3));
    let service = lost_among([]);
    let mut host = service.start(json!({"reuse": {}}));
    host.run_until(|host| !starts(host).is_empty());
    service
        .set()
        .rows
        .extend([3, 1, 2].map(|n| Row::new(id(n), at, vec![(0, "InProgress"), (200, "Completed")])));
    let result = host.run();
    let run = result.run.as_ref().expect("a run");
    assert_eq!((run.id.clone(), run.shared), (id(1), true));
    let warnings: Vec<_> = result.warnings.iter().map(|warning| warning.code).collect();
    assert_eq!(warnings, [WarningCode::DuplicateRun]);
    assert_eq!((result.outcome, service.get().posts), (Outcome::Succeeded, 1));
}

#[test]
fn several_candidates_are_ambiguous_and_all_are_named() {
    let at = START.plus(seconds(3));
    let service = lost_among([1, 2, 3].map(|n| Row::new(id(n), at, vec![(0, "InProgress")])));
    // They were not there at the look.
    service.set().list_lag = seconds(0);
    let rows = std::mem::take(&mut service.set().rows);
    let mut host = service.start(json!({}));
    host.run_until(|host| !starts(host).is_empty());
    service.set().rows = rows;
    let result = host.run();
    let error = result.error.as_ref().expect("an error");
    assert_eq!(
        (result.outcome, error.code()),
        (Outcome::Abandoned, ErrorCode::StartAmbiguous)
    );
    let mut ids = error.run_ids.clone();
    ids.sort();
    assert_eq!(ids, [1, 2, 3].map(id));
    assert!([1, 2, 3].iter().all(|n| error.message.contains(&id(*n))), "{error}");
    assert_eq!(service.get().posts, 1);
}

#[test]
fn only_a_new_manual_instance_of_the_same_kind_and_time_is_a_candidate() {
    let near = START.plus(seconds(1));
    let new = |row: Row| (row, true);
    let mut scheduled = Row::new(id(1), near, vec![(0, "InProgress")]);
    scheduled.invoke_type = "Scheduled";
    let mut other = Row::new(id(2), near, vec![(0, "InProgress")]);
    other.job_type = "TableMaintenance".to_owned();
    let old = Row::new(id(3), START.minus(seconds(130)), vec![(0, "InProgress")]);
    let late = Row::new(id(4), START.plus(seconds(660)), vec![(0, "InProgress")]);
    let known = Row::new(id(5), START.minus(seconds(10)), vec![(0, "InProgress")]);
    for (row, comes_later) in [new(scheduled), new(other), new(old), new(late), (known, false)] {
        let name = row.id.clone();
        let service = lost_among([]);
        let before = if comes_later { None } else { Some(row.clone()) };
        service.set().rows.extend(before);
        let mut host = service.start(json!({}));
        host.run_until(|host| !starts(host).is_empty());
        if comes_later {
            service.set().rows.push(row);
        }
        let result = host.run();
        assert_eq!(
            (result.outcome, code(&result)),
            (Outcome::Abandoned, Some(ErrorCode::StartUnconfirmed)),
            "{name}"
        );
        assert!(result.run.is_none(), "{name}");
    }
}

#[test]
fn every_alias_of_the_job_type_is_a_candidate() {
    for group in pqrun::fabric::contract::JOB_TYPE_GROUPS {
        for sent in *group {
            for shown in *group {
                let service = lost_among([]);
                let mut host = service.start_job(json!({"jobType": sent}), json!({"skipOutputs": true}));
                host.run_until(|host| !starts(host).is_empty());
                let mut row = Row::new(id(1), START, vec![(0, "Completed")]);
                row.job_type = (*shown).to_owned();
                service.set().rows.push(row);
                let result = host.run();
                assert_eq!(
                    result.run.as_ref().map(|run| run.id.clone()),
                    Some(id(1)),
                    "{sent} {shown}"
                );
            }
        }
    }
}

#[test]
fn the_window_of_candidates_is_counted_by_the_services_clock() {
    let service = Shared::answering([Answer::Acts {
        named: false,
        reply: Reply::Fail("reset", true),
    }]);
    service.set().clock = Some(seconds(3600));
    let result = service.start(json!({})).run();
    assert_eq!(
        result.run.as_ref().map(|run| run.identified_by),
        Some(IdentifiedBy::Difference)
    );
}

#[test]
fn a_candidate_of_another_caller_that_shows_up_first_is_not_taken_at_once() {
    // The other's is in the list at two seconds, ours at ten.
    let service = Shared::answering([Answer::Acts {
        named: false,
        reply: Reply::Fail("reset", true),
    }]);
    service.set().list_lag = seconds(5);
    let mut host = service.start(json!({}));
    host.run_until(|host| !starts(host).is_empty());
    service
        .set()
        .rows
        .push(Row::new(id(9), START.minus(seconds(5)), vec![(0, "InProgress")]));
    let result = host.run();
    assert_eq!(code(&result), Some(ErrorCode::StartAmbiguous));
}

#[test]
fn the_list_is_read_whole_at_every_look() {
    for count in [0, 1, 3, 4, 10] {
        let service = Shared::with((1..=count).map(|n| Row::ended(id(n), "Completed", seconds(1000 + u64::from(n)))));
        service.set().page = 3;
        service.set().answers.push_back(Answer::Acts {
            named: false,
            reply: Reply::Fail("reset", true),
        });
        // Ours stands on the last page.
        service.set().clock = Some(Duration::ZERO);
        let mut host = service.start(json!({}));
        let result = host.run();
        assert_eq!(host.persisted[0].start.known_ids.len(), count as usize);
        assert_eq!(result.run.as_ref().map(|run| run.id.clone()), Some(id(0x101)));
        for sent in &host.sent {
            // The token goes back as it came, already encoded.
            assert!(
                !sent.request.url.contains("continuationToken") || sent.target().contains("?continuationToken=p%2F")
            );
            assert!(
                sent.request.url.starts_with("https://api.fabric.microsoft.com/"),
                "{}",
                sent.request.url
            );
        }
    }
}

#[test]
fn a_list_that_goes_in_circles_ends_and_the_start_goes_on() {
    for period in [1, 2, 3] {
        let service = Shared::default();
        let mut pages = 0;
        service.hook(move |_, sent| {
            (sent.request.endpoint == LIST).then(|| {
                pages += 1;
                let token = format!("t{}", pages % period);
                answer(200, &[], &json!({"value": [], "continuationToken": token}).to_string()).into()
            })
        });
        let mut host = service.start(json!({}));
        let result = host.run();
        assert_eq!(result.outcome, Outcome::Succeeded);
        assert!(host.sent_to(LIST).len() <= period + 2, "{}", host.sent_to(LIST).len());
    }
}

#[test]
fn a_row_without_a_readable_state_is_known_all_the_same() {
    let service = lost_among([]);
    let mut looks = 0;
    service.hook(move |_, sent| {
        (sent.request.endpoint == LIST).then(|| {
            looks += 1;
            let mut row = Row::new(id(1), START, vec![(0, "InProgress")]).json(START);
            if looks == 1 {
                row["status"] = json!(null);
            }
            answer(200, &[], &json!({"value": [row, 5, null, {"id": "x"}]}).to_string()).into()
        })
    });
    let result = service.start(json!({})).run();
    assert_eq!(code(&result), Some(ErrorCode::StartUnconfirmed));
}

#[test]
fn a_list_that_cannot_be_read_leaves_the_start_unconfirmed() {
    for reply in [
        Reply::Fail("gone", true),
        refusal(503, "X").into(),
        refusal(403, "InsufficientScopes").into(),
    ] {
        let service = Shared::answering([Answer::Acts {
            named: false,
            reply: Reply::Fail("reset", true),
        }]);
        let mut host = service.start(json!({}));
        host.run_until(|host| !starts(host).is_empty());
        service.hook(move |_, sent| (sent.request.endpoint == LIST).then(|| reply.clone()));
        let result = host.run();
        assert_eq!(
            (result.outcome, code(&result)),
            (Outcome::Abandoned, Some(ErrorCode::StartUnconfirmed))
        );
        assert_eq!(service.get().posts, 1);
        assert!(host.elapsed() < seconds(400), "{:?}", host.elapsed());
    }
}

#[test]
fn a_request_id_that_is_none_proves_nothing() {
    // Were it believed, its absence from the list would look like proof that nothing ran.
    let reply = answer(503, &[("RequestId", "proxy-7")], "").into();
    let service = Shared::answering([Answer::Acts { named: false, reply }]);
    service.set().list_lag = seconds(4000);
    let result = service.start(json!({})).run();
    assert_eq!(
        (code(&result), service.get().posts),
        (Some(ErrorCode::StartUnconfirmed), 1)
    );
}

#[test]
fn a_look_for_a_start_is_told_as_reconciling_with_its_next_read() {
    let service = lost_among([]);
    let mut host = service.start(json!({}));
    let result = host.run();
    let told = host
        .events
        .iter()
        .find(|event| event.phase == Phase::Reconciling)
        .expect("it is told");
    assert!(told.next_poll_at.is_some_and(|at| at > told.at));
    let error = result.error.as_ref().expect("an error");
    assert!(error.message.contains("reset") && !error.hint.is_empty(), "{error:?}");
    assert_ne!(error.request_id, Some(request(1)));
}
