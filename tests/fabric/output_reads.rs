//! How outputs are asked for: pages, lags, pipelines that were called, refusals; none changes how the run ended.

use pqrun::error::ErrorCode;
use pqrun::run::{Outcome, WarningCode};
use serde_json::{Value, json};

use super::outputs::{pipeline, read};
use super::service::{ACTIVITIES, Shared, TYPED_GET, answer, id, refusal, seconds};
use crate::support::Reply;

/// Answers the question for activities in the service's place.
fn answering(service: &Shared, mut reply: impl FnMut(u32, Value) -> Reply + 'static) {
    let mut asked = 0;
    service.hook(move |_, sent| {
        (sent.request.endpoint == ACTIVITIES).then(|| {
            asked += 1;
            reply(asked, sent.body())
        })
    });
}

#[test]
fn the_question_spans_the_run_with_a_day_around_it() {
    let service = pipeline(json!([{"activityName": "A"}]));
    let mut host = service.start(json!({}));
    host.run();
    let sent = host.sent_to(ACTIVITIES)[0];
    assert_eq!(
        sent.target(),
        format!(
            "/v1/workspaces/{}/datapipelines/pipelineruns/{}/queryactivityruns",
            super::service::WORKSPACE,
            id(1)
        )
    );
    let body = sent.body();
    assert_eq!(
        (body["filters"].clone(), body["orderBy"].clone()),
        (json!([]), json!([{"orderBy": "ActivityRunStart", "order": "ASC"}]))
    );
    assert!(
        body["lastUpdatedAfter"]
            .as_str()
            .is_some_and(|at| at.starts_with("2026-02-28T02:00:00")),
        "{body}"
    );
    assert!(
        body["lastUpdatedBefore"]
            .as_str()
            .is_some_and(|at| at.starts_with("2026-03-02T02:00:00")),
        "{body}"
    );
    assert!(body.get("continuationToken").is_none());
}

#[test]
fn both_shapes_of_the_answer_and_all_pages_are_read_and_circles_end() {
    let row = |n: u32| json!({"activityName": format!("A{n}"), "status": "Succeeded"});
    let service = pipeline(json!([]));
    answering(&service, move |_, _| {
        answer(200, &[], &json!([row(1), row(2)]).to_string()).into()
    });
    assert_eq!(service.start(json!({})).run().outputs.len(), 2);

    let service = pipeline(json!([]));
    answering(&service, move |asked, body| {
        let expected = (asked > 1).then(|| format!("t {}/=", asked - 1));
        assert_eq!(body["continuationToken"].as_str(), expected.as_deref());
        let token = (asked < 4).then(|| format!("t {asked}/="));
        answer(
            200,
            &[],
            &json!({"value": [row(asked)], "continuationToken": token}).to_string(),
        )
        .into()
    });
    let keys: Vec<_> = service
        .start(json!({}))
        .run()
        .outputs
        .iter()
        .map(|output| output.key.clone())
        .collect();
    assert_eq!(keys, ["A1", "A2", "A3", "A4"]);

    for period in [1, 2, 5] {
        let service = pipeline(json!([]));
        answering(&service, move |asked, _| {
            let token = format!("t{}", asked % period);
            answer(
                200,
                &[],
                &json!({"value": [row(asked % period)], "continuationToken": token}).to_string(),
            )
            .into()
        });
        let mut host = service.start(json!({}));
        let result = host.run();
        assert_eq!(result.outputs.len(), period as usize);
        assert!(host.sent_to(ACTIVITIES).len() <= period as usize + 1);
    }
}

#[test]
fn activities_that_are_not_there_yet_are_asked_for_three_more_times() {
    for filled_at in 1..=6 {
        let service = pipeline(json!([]));
        answering(&service, move |asked, _| {
            let rows = if asked >= filled_at {
                json!([{"activityName": "A"}])
            } else {
                json!([])
            };
            answer(200, &[], &json!({"value": rows, "continuationToken": null}).to_string()).into()
        });
        let mut host = service.start(json!({}));
        let result = host.run();
        assert_eq!(result.outputs.len(), usize::from(filled_at <= 4));
        let at: Vec<_> = host.sent_to(ACTIVITIES).iter().map(|sent| sent.at).collect();
        let waits: Vec<_> = at.windows(2).map(|pair| pair[1].since(pair[0]).as_secs()).collect();
        assert_eq!(waits, [5, 10, 15][..waits.len()]);
        assert_eq!(waits.len(), filled_at.min(4) as usize - 1);
        assert_eq!(
            (result.outcome, result.outputs_error.is_none()),
            (Outcome::Succeeded, true)
        );
    }
}

fn invoke(name: &str, child: u32, workspace: Option<&str>) -> Value {
    json!({"activityName": name, "activityType": if workspace.is_some() { "InvokePipeline" } else { "ExecutePipeline" },
        "status": "Succeeded", "input": {"workspaceId": workspace}, "output": {"pipelineRunId": id(child)}})
}

#[test]
fn called_pipelines_are_read_too_in_their_own_workspace_and_circles_end() {
    let other = "2f0c4b7e-52aa-4c0d-9b7e-0d6f3a1e8c22";
    let service = pipeline(json!([
        invoke("a", 2, None),
        invoke("b", 3, Some(other)),
        invoke("me", 1, None)
    ]));
    service
        .set()
        .activities
        .insert(id(2), json!([{"activityName": "x"}, invoke("back", 1, None)]));
    service.set().activities.insert(id(3), json!([invoke("c", 4, None)]));
    service
        .set()
        .activities
        .insert(id(4), json!([{"activityName": "y", "status": "Failed"}]));
    let mut host = service.start(json!({}));
    let result = host.run();
    let keys: Vec<_> = result.outputs.iter().map(|output| output.key.clone()).collect();
    assert_eq!(keys, ["a", "b", "me", "a/x", "a/back", "b/c", "b/c/y"]);
    let asked: Vec<String> = host
        .sent_to(ACTIVITIES)
        .iter()
        .map(|sent| sent.target().to_owned())
        .collect();
    assert_eq!(asked.len(), 4);
    // What the other workspace's pipeline calls is there as well, unless it says otherwise.
    for (target, run) in asked.iter().zip([1, 2, 3, 4]) {
        assert!(
            target.contains(&id(run)) && target.contains(other) == (run > 2),
            "{target}"
        );
    }
    assert_eq!(
        (result.outcome, result.warnings[0].code),
        (Outcome::Succeeded, WarningCode::PartFailed)
    );
}

#[test]
fn pipelines_in_pipelines_are_read_ten_deep() {
    let service = pipeline(json!([invoke("p", 2, None)]));
    for n in 2..40 {
        service
            .set()
            .activities
            .insert(id(n), json!([invoke("p", n + 1, None)]));
    }
    let result = service.start(json!({})).run();
    assert_eq!(result.outputs.len(), 11);
}

#[test]
fn a_child_that_is_not_there_yet_waits_its_own_time() {
    let service = pipeline(json!([invoke("a", 2, None), invoke("b", 3, None)]));
    service.set().activities.insert(id(2), json!([]));
    service.set().activities.insert(id(3), json!([]));
    let slow = id(3);
    service.hook(move |_, sent| {
        let late = Reply::Answer(seconds(3), answer(200, &[], r#"{"value":[]}"#));
        (sent.request.endpoint == ACTIVITIES && sent.target().contains(&slow)).then_some(late)
    });
    let mut host = service.start(json!({}));
    host.run();
    for child in [2, 3] {
        let at: Vec<_> = host
            .sent_to(ACTIVITIES)
            .into_iter()
            .filter(|sent| sent.target().contains(&id(child)))
            .map(|sent| sent.at)
            .collect();
        let waits: Vec<_> = at.windows(2).map(|pair| pair[1].since(pair[0]).as_secs()).collect();
        assert!(
            waits.iter().zip([5, 10, 15]).all(|(wait, least)| *wait >= least),
            "{waits:?}"
        );
    }
}

#[test]
fn outputs_that_are_refused_or_broken_never_change_how_the_run_ended() {
    let bad: Vec<Reply> = vec![
        refusal(403, "InsufficientPrivileges").into(),
        refusal(404, "EntityNotFound").into(),
        refusal(500, "X").into(),
        answer(200, &[], "<html>").into(),
        answer(200, &[], "").into(),
        answer(200, &[], "{\"value\": 7}").into(),
        answer(200, &[], "\"text\"").into(),
        answer(302, &[], "").into(),
        refusal(401, "X").into(),
        Reply::Hang,
        Reply::Fail("reset", true),
    ];
    for reply in bad {
        for (life, expected) in [
            ("Completed", Outcome::Succeeded),
            ("Failed", Outcome::Failed),
            ("Cancelled", Outcome::Cancelled),
        ] {
            let service = pipeline(json!([]));
            service.set().life = vec![(0, life)];
            let said = format!("{reply:?}");
            let reply = reply.clone();
            answering(&service, move |_, _| reply.clone());
            let mut host = service.start(json!({}));
            let result = host.run();
            assert_eq!(result.outcome, expected, "{said}");
            assert_eq!(
                result.outputs_error.as_ref().map(|error| error.code()),
                Some(ErrorCode::OutputUnavailable),
                "{said}"
            );
            assert!(host.elapsed() < seconds(62 + 122), "{said}: {:?}", host.elapsed());
        }
    }
}

#[test]
fn pages_that_were_read_are_kept_when_a_later_one_fails() {
    let service = pipeline(json!([]));
    answering(&service, |asked, _| match asked {
        1 => answer(
            200,
            &[],
            &json!({"value": [{"activityName": "A"}], "continuationToken": "t"}).to_string(),
        )
        .into(),
        _ => refusal(403, "X").into(),
    });
    let result = service.start(json!({})).run();
    assert_eq!((result.outputs.len(), result.outputs_error.is_some()), (1, true));
}

#[test]
fn odd_rows_are_read_as_far_as_they_go() {
    let rows = json!([null, 5, "x", [], {}, {"activityName": 7, "status": {}, "output": [], "error": "text", "retryAttempt": -1},
        {"activityType": "Lookup", "output": {"value": 5, "firstRow": null}}, {"activityType": "Script", "output": {"resultSets": [{"rows": 7}, 8]}},
        {"activityType": "TridentNotebook", "output": {"result": {"error": [], "exitValue": 5}}},
        {"activityType": "ExecutePipeline", "output": {"pipelineRunId": "../../x"}},
        {"activityType": "SetVariable", "output": {"name": "pipelineReturnValue"}}]);
    let result = read(rows);
    assert_eq!((result.outcome, result.outputs.len()), (Outcome::Succeeded, 7));
}

#[test]
fn nothing_is_read_if_nothing_is_wanted() {
    let mut host = pipeline(json!([])).start(json!({"skipOutputs": true}));
    assert!(host.run().outputs.is_empty() && host.sent_to(ACTIVITIES).is_empty());
    for job_type in ["TableMaintenance", "sparkjob", "RefreshMaterializedLakeViews"] {
        let mut host = pipeline(json!([])).start_job(json!({"jobType": job_type}), json!({}));
        assert!(host.run().outputs.is_empty());
        assert!(host.sent_to(ACTIVITIES).is_empty() && host.sent_to(TYPED_GET).is_empty());
    }
}

#[test]
fn a_skipped_run_is_asked_for_nothing_and_a_cancelled_one_only_once() {
    for (end, questions) in [("Deduped", 0), ("Cancelled", 1), ("Failed", 4), ("Completed", 4)] {
        let service = pipeline(json!([]));
        service.set().life = vec![(0, end)];
        let mut host = service.start(json!({}));
        host.run();
        assert_eq!(host.sent_to(ACTIVITIES).len(), questions, "{end}");
    }
}
