//! `reuse`: which earlier or active run may stand for a new one.

use std::time::Duration;

use pqrun::error::ErrorCode;
use pqrun::fabric::contract::JOB_TYPE_GROUPS;
use pqrun::fingerprint::fingerprint;
use pqrun::run::{IdentifiedBy, Outcome, WarningCode};
use serde_json::{Value, json};

use super::service::{ACTIVITIES, Answer, LIST, Row, Shared, id, refusal, request, seconds, starts};
use crate::support::{Reply, START};

const MINUTE: u64 = 60;

fn active(n: u32, age: u64) -> Row {
    Row::new(
        id(n),
        START.minus(seconds(age)),
        vec![(0, "InProgress"), (age + 120, "Completed")],
    )
}

fn completed(n: u32, age: u64) -> Row {
    Row::ended(id(n), "Completed", seconds(age))
}

fn failed(n: u32, age: u64) -> Row {
    Row::ended(id(n), "Failed", seconds(age))
}

/// Which run is followed, whether it is shared, and how many starts were sent.
#[track_caller]
fn chosen(rows: Vec<Row>, job: Value, options: Value) -> (String, bool, u32) {
    let service = Shared::with(rows);
    let mut host = service.start_job(job, options);
    let result = host.run();
    let run = result.run.as_ref().expect("a run");
    assert_eq!(run.identified_by == IdentifiedBy::Reuse, run.shared);
    let posts = service.get().posts;
    (run.id.clone(), run.shared, posts)
}

#[test]
fn without_reuse_nothing_is_adopted() {
    let (run, shared, posts) = chosen(
        vec![active(1, 30), completed(2, 60), failed(3, 10)],
        json!({}),
        json!({}),
    );
    assert_eq!((run, shared, posts), (id(0x101), false, 1));
}

#[test]
fn an_active_run_comes_before_a_fresh_good_one_and_that_before_a_fresh_bad_one() {
    let old = || vec![completed(7, 3 * 3600), failed(8, 3 * 3600)];
    for (rows, expected) in [
        (vec![active(1, 30), completed(2, 60), failed(3, 10)], Some(1)),
        (vec![completed(2, 60), failed(3, 10)], Some(2)),
        (vec![failed(3, 10)], Some(3)),
        (vec![active(1, 300), active(2, 30)], Some(2)),
        (vec![completed(1, 300), completed(2, 60)], Some(2)),
        (vec![failed(1, 100), failed(2, 20)], Some(2)),
        (vec![completed(1, 14 * MINUTE)], Some(1)),
        (vec![completed(1, 16 * MINUTE)], None),
        (vec![failed(1, 119)], Some(1)),
        (vec![failed(1, 125)], None),
        (vec![Row::ended(id(1), "Deduped", seconds(5))], None),
        (vec![Row::ended(id(1), "OtherWord", seconds(5))], None),
        (vec![], None),
    ] {
        let rows: Vec<Row> = rows.into_iter().chain(old()).collect();
        let said = format!("{rows:?}");
        let (run, shared, posts) = chosen(rows, json!({}), json!({"reuse": {}}));
        match expected {
            Some(n) => assert_eq!((run, shared, posts), (id(n), true, 0), "{said}"),
            None => assert_eq!((run, shared, posts), (id(0x101), false, 1), "{said}"),
        }
    }
}

#[test]
fn a_deduped_failure_stands_for_nothing() {
    let mut row = failed(1, 5);
    row.failure = json!({"errorCode": "JobInstanceStatusDeduped"});
    assert_eq!(chosen(vec![row], json!({}), json!({"reuse": {}})).2, 1);
}

#[test]
fn the_ages_are_the_callers_and_count_by_the_services_clock() {
    for (ahead, options, adopted) in [
        (Duration::ZERO, json!({"reuse": {"maxAge": "1h"}}), true),
        (Duration::ZERO, json!({"reuse": {"maxAge": "10m"}}), false),
        (seconds(3600), json!({"reuse": {"maxAge": "1h"}}), false),
        (seconds(3600), json!({"reuse": {"maxAge": "2h"}}), true),
    ] {
        let service = Shared::with([completed(1, 20 * MINUTE)]);
        service.set().clock = Some(ahead);
        service.start(options.clone()).run();
        assert_eq!(service.get().posts, u32::from(!adopted), "{ahead:?} {options}");
    }
    let service = Shared::with([failed(1, 20 * MINUTE)]);
    service.start(json!({"reuse": {"failureMaxAge": "30m"}})).run();
    assert_eq!(service.get().posts, 0);
}

#[test]
fn without_a_date_ages_count_by_the_hosts_clock_and_it_is_said() {
    let service = Shared::with([completed(1, 60)]);
    service.set().clock = None;
    let result = service.start(json!({"reuse": {}})).run();
    assert_eq!(result.run.as_ref().map(|run| run.id.clone()), Some(id(1)));
    assert_eq!(
        result.warnings.iter().map(|w| w.code).collect::<Vec<_>>(),
        [WarningCode::NoServiceClock]
    );
}

#[test]
fn an_adopted_run_is_followed_to_its_end_and_its_output_is_read() {
    for row in [active(1, 30), completed(1, 60)] {
        let service = Shared::with([row]);
        let mut host = service.start(json!({"reuse": {}}));
        let result = host.run();
        assert_eq!((result.outcome, result.outputs.len()), (Outcome::Succeeded, 1));
        assert!(starts(&host).is_empty());
    }
    let mut row = failed(1, 60);
    row.failure = json!({"errorCode": "JobInstanceStatusFailed", "message": "no rows"});
    let result = Shared::with([row]).start(json!({"reuse": {}})).run();
    assert_eq!((result.outcome, result.message.as_str()), (Outcome::Failed, "no rows"));
}

#[test]
fn only_instances_of_the_same_kind_of_job_stand_for_it() {
    for group in JOB_TYPE_GROUPS {
        for (sent, shown) in group
            .iter()
            .flat_map(|sent| group.iter().map(move |shown| (sent, shown)))
        {
            let mut row = completed(1, 60);
            row.job_type = (*shown).to_owned();
            let options = json!({"reuse": {}, "skipOutputs": true});
            assert_eq!(
                chosen(vec![row], json!({"jobType": sent}), options).2,
                0,
                "{sent} {shown}"
            );
        }
    }
    let mut row = completed(1, 60);
    row.job_type = "TableMaintenance".to_owned();
    assert_eq!(chosen(vec![row], json!({}), json!({"reuse": {}})).2, 1);
}

#[test]
fn a_call_with_parameters_adopts_nothing() {
    for job in [
        json!({"parameters": {"p": 1}}),
        json!({"executionData": {"parameters": {"p": 1}}}),
        json!({"jobType": "Pipeline", "executionData": {"pipelineName": "x"}}),
    ] {
        let rows = vec![active(1, 30), completed(2, 60), failed(3, 10)];
        assert_eq!(chosen(rows, job, json!({"reuse": {}})).2, 1);
    }
    for job in [json!({"parameters": {}}), json!({"executionData": {}})] {
        assert_eq!(chosen(vec![completed(2, 60)], job, json!({"reuse": {}})).2, 0);
    }
}

#[test]
fn a_call_with_parameters_adopts_any_run_if_the_caller_says_so_and_is_warned() {
    let service = Shared::with([completed(1, 60)]);
    let options = json!({"reuse": {}, "adoptAnyParameters": true});
    let result = service
        .start_job(json!({"parameters": {"p": 1}}), options.clone())
        .run();
    assert_eq!((result.outcome, service.get().posts), (Outcome::Succeeded, 0));
    assert_eq!(
        result.warnings.iter().map(|w| w.code).collect::<Vec<_>>(),
        [WarningCode::ParametersUnseen]
    );
    let result = Shared::with([completed(1, 60)]).start_job(json!({}), options).run();
    assert!(result.warnings.is_empty(), "there is nothing that could not be seen");
}

/// The mark of a call with these parameters: the hash of its body.
fn mark(parameters: &Value) -> String {
    format!(
        "pq1-{}",
        fingerprint(&json!({"executionData": {"parameters": parameters}}))
    )
}

#[test]
fn a_marker_is_sent_with_the_hash_of_all_other_parameters() {
    let parameters = json!({"p": 1, "q": "x"});
    let mut host = Shared::default().start_job(json!({"parameters": parameters}), json!({"reuse": {}, "marker": "m"}));
    host.run();
    let sent = starts(&host)[0].body();
    assert_eq!(
        sent["executionData"]["parameters"],
        json!({"p": 1, "q": "x", "m": mark(&parameters)})
    );
}

#[test]
fn a_run_is_adopted_if_its_activities_show_the_marker() {
    let parameters = json!({"p": 1});
    let with = |text: String| json!([{"activityName": "A", "activityType": "Copy", "status": "Succeeded", "input": {"x": [{"y": text}]}}]);
    for (inputs, expected) in [
        (vec![(1, with(mark(&parameters)))], Some(1)),
        (vec![(2, with(format!("tag={};", mark(&parameters))))], Some(2)),
        (
            vec![(1, with(mark(&json!({"p": 2})))), (2, with(mark(&parameters)))],
            Some(2),
        ),
        (vec![(1, with(mark(&json!({"p": 2}))))], None),
        (
            vec![(1, json!([{"activityName": "A", "output": {"y": mark(&parameters)}}]))],
            None,
        ),
        (vec![(1, json!([]))], None),
        // Too old to be asked about.
        (vec![(3, with(mark(&parameters)))], None),
    ] {
        let service = Shared::with([completed(1, 60), completed(2, 120), completed(3, 3600)]);
        service
            .set()
            .activities
            .extend(inputs.into_iter().map(|(n, rows)| (id(n), rows)));
        let options = json!({"reuse": {}, "marker": "m"});
        let mut host = service.start_job(json!({"parameters": parameters}), options);
        let result = host.run();
        let run = result.run.as_ref().expect("a run");
        match expected {
            Some(n) => assert_eq!((run.id.clone(), run.shared, service.get().posts), (id(n), true, 0)),
            None => assert_eq!((run.shared, service.get().posts), (false, 1)),
        }
        assert!(result.warnings.is_empty(), "{:?}", result.warnings);
    }
}

#[test]
fn candidates_whose_activities_cannot_be_read_are_passed_over() {
    for reply in [
        refusal(403, "X").into(),
        refusal(503, "X").into(),
        refusal(404, "X").into(),
        Reply::Hang,
    ] {
        let service = Shared::with([completed(1, 60), completed(2, 120)]);
        service.hook(move |_, sent| {
            (sent.request.endpoint == ACTIVITIES && sent.target().contains("0000000")).then(|| reply.clone())
        });
        let options = json!({"reuse": {}, "marker": "m", "skipOutputs": true, "retryBudget": "30s"});
        let result = service.start_job(json!({"parameters": {"p": 1}}), options).run();
        assert_eq!((result.outcome, service.get().posts), (Outcome::Succeeded, 1));
    }
}

#[test]
fn a_start_with_reuse_that_was_lost_is_looked_for_like_any_other() {
    let lost = Answer::Acts {
        named: true,
        reply: refusal(503, "X").into(),
    };
    let service = Shared::answering([lost]);
    service.set().rows.push(completed(1, 3600));
    let mut host = service.start(json!({"reuse": {}}));
    let result = host.run();
    let run = result.run.as_ref().expect("a run");
    assert_eq!(
        (run.id.clone(), run.identified_by, run.shared),
        (id(0x101), IdentifiedBy::RootActivityId, false)
    );
    assert_eq!(service.get().posts, 1);
    assert_ne!(request(1), host.sent_to(LIST)[0].request.url);
}

#[test]
fn an_adopted_run_that_is_gone_when_it_is_read_is_told() {
    let service = Shared::with([completed(1, 60)]);
    service.set().read_lag = seconds(100_000);
    let result = service.start(json!({"reuse": {}})).run();
    assert_eq!(result.outcome, Outcome::Abandoned);
    assert_eq!(
        result.error.as_ref().map(|error| error.code()),
        Some(ErrorCode::NotFound)
    );
    assert_eq!(service.get().posts, 0);
}
