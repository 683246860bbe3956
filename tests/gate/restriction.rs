//! What `--allow-job` and `--allow-item` let through.

use serde_json::json;

use crate::*;

#[test]
fn a_start_of_another_job_is_refused_in_every_spelling() {
    let held = held();
    sent(post(&held, &jobs("run-now"), &start("11")));
    refused(post(&held, &jobs("run-now"), &start("12")), 403);
    refused(
        post(
            &held,
            &jobs("run-now"),
            &start("12").replace("12", "11, \"job_id\": 12"),
        ),
        400,
    );
    refused(get(&held, &jobs("get?job_id=12")), 403);
    refused(get(&held, &jobs("get")), 403);
    refused(get(&held, &jobs("runs/list?job_id=12")), 403);
    refused(get(&held, &jobs("runs/list")), 403);
}

#[test]
fn a_run_is_passed_on_only_if_it_is_of_an_allowed_job() {
    let mut held = held();
    let passage = get(&held, &jobs("runs/get?run_id=5")).expect("it is to be looked at");
    for (run, status) in [
        (json!({"run_id": 5, "job_id": 12}), 403),
        (json!({"run_id": 5}), 403),
        (json!({"run_id": 6, "job_id": 11}), 403),
        (json!({"run_id": 5, "job_id": 11.5}), 403),
        (json!([]), 403),
        (
            json!({"run_id": 5, "job_id": 11, "state": {"life_cycle_state": "RUNNING"}}),
            200,
        ),
        // A later page says its run only.
        (json!({"run_id": 5, "tasks": []}), 200),
    ] {
        let found = told(&mut held, &passage, answer(200, &run));
        assert_eq!(found.status, status, "{run}");
        let text = String::from_utf8_lossy(&found.body).into_owned();
        assert!(
            status == 200 || text.contains("PQRUN_PROXY") && !text.contains("12"),
            "{text}"
        );
    }
}

#[test]
fn a_run_that_is_not_known_is_looked_at_before_it_is_cancelled_or_read() {
    for (method, target, body) in [
        ("POST", jobs("runs/cancel"), r#"{"run_id": 5}"#),
        ("GET", jobs("runs/get-output?run_id=5"), ""),
    ] {
        let mut held = held();
        let json = [("content-type", "application/json")];
        let ask = |gate: &Gate| ask(gate, method, &target, &json, body).expect("it may be let in");
        let passage = ask(&held);
        let look = passage.look.as_ref().expect("it has to be looked at");
        assert_eq!(look.url, format!("https://{DATABRICKS}/api/2.2/jobs/runs/get?run_id=5"));
        let other = looked(&mut held, &passage, answer(200, &json!({"run_id": 5, "job_id": 12})));
        assert_eq!(other.expect_err("it is of another job").status, 403);
        let busy = looked(
            &mut held,
            &passage,
            answer(429, &json!({"error_code": "REQUEST_LIMIT_EXCEEDED"})),
        );
        assert_eq!(busy.expect_err("it is not known yet").status, 429);
        assert!(ask(&held).look.is_some());
        let own = looked(&mut held, &passage, answer(200, &json!({"run_id": 5, "job_id": 11})));
        assert!(own.is_ok());
        assert!(ask(&held).look.is_none(), "what is known is not asked again");
    }
}

#[test]
fn the_runs_of_tasks_are_those_of_their_run() {
    let mut held = held();
    let passage = get(&held, &jobs("runs/get?run_id=5")).expect("it is to be looked at");
    let run = json!({"run_id": 5, "job_id": 11, "tasks": [{"run_id": 51, "run_job_task": {"job_id": 12}}], "iterations": [{"run_id": 52}]});
    assert_eq!(
        told(&mut held, &passage, answer(200, &run)).body,
        run.to_string().into_bytes()
    );
    for (run, is_known) in [(5, true), (51, true), (52, true), (53, false)] {
        let output = get(&held, &jobs(&format!("runs/get-output?run_id={run}"))).expect("it may be let in");
        assert_eq!(output.look.is_none(), is_known, "{run}");
    }
}

#[test]
fn of_lists_only_allowed_rows_are_passed_on() {
    let mut held = held();
    for (target, sent, expected) in [
        (
            jobs("list?name=x"),
            json!({"jobs": [{"job_id": 12}, {"job_id": 11, "settings": {"name": "x"}}, {}], "next_page_token": "n"}),
            json!({"jobs": [{"job_id": 11, "settings": {"name": "x"}}], "next_page_token": "n"}),
        ),
        (
            jobs("runs/list?job_id=11"),
            json!({"runs": [{"run_id": 5, "job_id": 11}, {"run_id": 6, "job_id": 12}, {"run_id": 7}]}),
            json!({"runs": [{"run_id": 5, "job_id": 11}]}),
        ),
        (
            items("items?type=DataPipeline"),
            json!({"value": [{"id": ITEM}, {"id": OTHER_ITEM}], "continuationToken": null}),
            json!({"value": [{"id": ITEM}], "continuationToken": null}),
        ),
        (
            items(&format!("items/{ITEM}/jobs/instances")),
            json!({"value": [{"id": INSTANCE, "itemId": OTHER_ITEM}, {"id": INSTANCE, "itemId": ITEM}]}),
            json!({"value": [{"id": INSTANCE, "itemId": ITEM}]}),
        ),
    ] {
        let passage = get(&held, &target).expect("it is a list");
        assert_eq!(
            document(&told(&mut held, &passage, answer(200, &sent))),
            expected,
            "{target}"
        );
    }
}

#[test]
fn another_item_is_refused_and_what_names_none_too() {
    let mut held = held();
    for rest in [
        format!("items/{OTHER_ITEM}/jobs/instances"),
        format!("items/{OTHER_ITEM}/jobs/instances/{INSTANCE}"),
        format!("notebooks/{OTHER_ITEM}/jobs/execute/instances/{INSTANCE}?beta=true"),
    ] {
        refused(get(&held, &items(&rest)), 403);
    }
    for rest in [
        format!("items/{OTHER_ITEM}/jobs/Pipeline/instances"),
        format!("items/{OTHER_ITEM}/jobs/instances/{INSTANCE}/cancel"),
        format!("dataPipelines/{OTHER_ITEM}/getDefinition"),
        format!("datapipelines/pipelineruns/{INSTANCE}/queryactivityruns"),
    ] {
        refused(post(&held, &items(&rest), ""), 403);
    }
    refused(get(&held, &format!("{FABRIC}/v1/workspaces")), 403);
    refused(get(&held, &format!("{FABRIC}/v1/operations/{INSTANCE}")), 403);
    let defined = post(&held, &items(&format!("dataPipelines/{ITEM}/getDefinition")), "").expect("it is allowed");
    let mut accepted = answer(202, &Value::Null);
    accepted.headers.push(("x-ms-operation-id".into(), INSTANCE.into()));
    assert_eq!(told(&mut held, &defined, accepted).status, 202);
    sent(get(&held, &format!("{FABRIC}/v1/operations/{INSTANCE}/result")));
}

#[test]
fn an_instance_of_another_item_is_not_passed_on_and_not_cancelled() {
    let mut held = held();
    let read = get(&held, &items(&format!("items/{ITEM}/jobs/instances/{INSTANCE}"))).expect("it may be let in");
    let cancel = items(&format!("items/{ITEM}/jobs/instances/{INSTANCE}/cancel"));
    let activities = items(&format!("datapipelines/pipelineruns/{INSTANCE}/queryactivityruns"));
    let foreign = json!({"id": INSTANCE, "itemId": OTHER_ITEM});
    assert_eq!(told(&mut held, &read, answer(200, &foreign)).status, 403);
    let passage = post(&held, &cancel, "").expect("it may be let in");
    let look = passage.look.as_ref().expect("it has to be looked at");
    assert_eq!(look.url, read.request.url);
    assert_eq!(
        looked(&mut held, &passage, answer(200, &foreign))
            .expect_err("it is another one")
            .status,
        403
    );
    refused(post(&held, &activities, "{}"), 403);
    assert_eq!(
        told(&mut held, &read, answer(200, &json!({"id": INSTANCE, "itemId": ITEM}))).status,
        200
    );
    assert!(post(&held, &cancel, "").expect("it is known").look.is_none());
    sent(post(&held, &activities, r#"{"filters": []}"#));
}

#[test]
fn an_id_that_can_be_none_is_refused_at_the_start() {
    for (service, id) in [
        (Service::Databricks, "eleven"),
        (Service::Databricks, "0"),
        (Service::Fabric, "11"),
    ] {
        let mut guarded = guarded(service, DATABRICKS);
        guarded.only = vec![id.to_owned()];
        assert!(Gate::new(vec![guarded]).is_err(), "{id}");
    }
}
