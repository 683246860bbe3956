//! Starting and cancelling.

use serde_json::{Value, json};

use crate::service::{
    LAKEHOUSE, NIGHTLY, ORDERS, SCORE, SPARK, START, Service, WORKSPACE, id_of, json_of, lasting, refusal, text,
};

#[test]
fn every_form_starts_one_run() {
    let mut service = Service::standard();
    let pipeline = json!({"executionData": {"parameters": {"p_rows": 3}}});
    let notebook = json!({"executionData": {"parameters": {"limit": {"value": 9, "type": "int"}}}});
    let typed = json!({"executionData": {"compute": "Spark", "computeConfiguration": {}},
                       "parameters": [{"name": "limit", "type": "Integer", "value": 9}]});
    let spark = json!({"executionData": {"commandLineArguments": "--day 2026-08-31"}});
    for (item, path, body, shown) in [
        (ORDERS, "items/{}/jobs/Pipeline/instances", &pipeline, "Pipeline"),
        (
            ORDERS,
            "items/{}/jobs/instances?jobType=pipeline",
            &pipeline,
            "Pipeline",
        ),
        (ORDERS, "items/{}/jobs/Execute/instances", &pipeline, "Pipeline"),
        (
            ORDERS,
            "dataPipelines/{}/jobs/execute/instances",
            &Value::Null,
            "Execute",
        ),
        (
            SCORE,
            "items/{}/jobs/instances?jobType=RunNotebook",
            &notebook,
            "RunNotebook",
        ),
        (SCORE, "items/{}/jobs/execute/instances", &notebook, "RunNotebook"),
        (
            SCORE,
            "notebooks/{}/jobs/execute/instances?beta=false",
            &typed,
            "RunNotebook",
        ),
        (SPARK, "items/{}/jobs/instances?jobType=SPARKJOB", &spark, "SparkJob"),
        (
            SPARK,
            "sparkJobDefinitions/{}/jobs/sparkjob/instances",
            &spark,
            "SparkJob",
        ),
        (
            LAKEHOUSE,
            "items/{}/jobs/instances?jobType=TableMaintenance",
            &Value::Null,
            "TableMaintenance",
        ),
        (
            LAKEHOUSE,
            "lakehouses/{}/jobs/refreshMaterializedLakeViews/instances",
            &Value::Null,
            "MaterializedLakeViews",
        ),
    ] {
        let before = service.list(item).len();
        let response = service.post(&path.replace("{}", item), body);
        assert_eq!(response.status, 202, "{path}: {}", text(&response));
        let created = service.fabric().created(item);
        assert_eq!(created.len(), before + 1, "{path}");
        assert_eq!(created[before].id, id_of(&response), "{path}");
        assert_eq!(created[before].job_type, shown, "{path}");
    }
}

#[test]
fn the_answer_to_a_start_is_in_its_headers() {
    let mut service = Service::standard();
    let response = service.post(&format!("items/{ORDERS}/jobs/Pipeline/instances"), &Value::Null);
    let id = service
        .fabric()
        .created(ORDERS)
        .last()
        .expect("a run was created")
        .id
        .clone();
    assert_eq!((response.status, response.body.len()), (202, 0));
    for (name, value) in [
        ("Content-Type", "application/octet-stream"),
        ("Retry-After", "60"),
        ("x-ms-job-id", &id),
        (
            "home-cluster-uri",
            "https://wabi-example-redirect.analysis.windows.net/",
        ),
        ("Access-Control-Expose-Headers", "RequestId,Location,Retry-After"),
        ("Access-Control-Allow-Origin", "*"),
        (
            "Location",
            &format!("http://127.0.0.1:8080/v1/workspaces/{WORKSPACE}/items/{ORDERS}/jobs/instances/{id}"),
        ),
    ] {
        assert_eq!(response.header(name), Some(value), "{name}");
    }
    let row = service.row(ORDERS, &id);
    assert_eq!(row["rootActivityId"].as_str(), response.header("RequestId"));
}

#[test]
fn a_location_takes_every_form_that_was_seen() {
    for (form, expected) in [
        ("none", None),
        ("withoutId", Some("/items/{item}/jobs/instances?jobType=Pipeline")),
        ("typed", Some("/dataPipelines/{item}/jobs/execute/instances/{id}")),
        ("trailingSlash", Some("/items/{item}/jobs/instances/{id}/")),
        ("upperCase", Some("/items/{item}/jobs/instances/{ID}")),
        ("otherHost", Some("/items/{item}/jobs/instances/{id}")),
    ] {
        let mut service = Service::with(&json!({"location": form, "jobIdHeader": false, "startRetryAfter": "none"}));
        let path = format!("items/{ORDERS}/jobs/instances?jobType=Pipeline");
        let response = service.post(&path, &Value::Null);
        let id = service
            .fabric()
            .created(ORDERS)
            .last()
            .expect("a run was created")
            .id
            .clone();
        assert_eq!(response.header("x-ms-job-id"), None);
        assert_eq!(response.header("Retry-After"), None);
        let Some(expected) = expected else {
            assert_eq!(response.header("Location"), None);
            continue;
        };
        let expected = expected
            .replace("{item}", ORDERS)
            .replace("{id}", &id)
            .replace("{ID}", &id.to_uppercase());
        let location = response.header("Location").expect("there is a Location");
        assert!(location.ends_with(&expected), "{form}: {location}");
        let other = location.starts_with("https://wabi-example-redirect.analysis.windows.net/");
        assert_eq!(other, form == "otherHost", "{location}");
        // Ids are found in any case.
        assert_eq!(service.row(ORDERS, &id.to_uppercase())["id"], id.as_str());
    }
}

#[test]
fn unknown_parameters_are_dropped_and_declared_defaults_used() {
    let mut service = Service::standard();
    let sent = json!({"p_rows": "4", "P_DAY": "1999-01-01", "nonsense": {"a": 1}});
    service.start_with(ORDERS, &sent);
    let created = service.fabric().created(ORDERS);
    let effective = json!({"p_day": "2026-08-31", "p_rows": 4, "p_full": false});
    assert_eq!(Value::Object(created[1].parameters.clone()), effective);
}

#[test]
fn the_typed_start_of_a_pipeline_ignores_its_body() {
    let mut service = Service::standard();
    let body = json!({"executionData": {"parameters": {"p_rows": 4}}});
    service.post(&format!("dataPipelines/{ORDERS}/jobs/execute/instances"), &body);
    assert_eq!(service.fabric().created(ORDERS)[1].parameters["p_rows"], 10);
}

#[test]
fn a_secret_parameter_shows_nowhere() {
    let declared = json!({"parameters": {"key": {"type": "securestring"}},
        "runs": [{"activities": [{"name": "a", "type": "Lookup", "rows": {"count": 1}}]}]});
    let mut service = Service::with_item(&json!({}), &declared);
    let run = service.start_with(ORDERS, &json!({"key": "hush-hush"}));
    service.wait(300.0);
    let activities = service.activities(&run);
    assert_eq!(activities[0]["input"]["parameters"]["key"], "**********");
    let state = serde_json::to_string(&service.simulator).expect("the state is JSON");
    assert!(!state.contains("hush-hush"));
}

#[test]
fn a_second_start_makes_a_second_run() {
    let mut service = Service::standard();
    let (first, second) = (service.start(ORDERS), service.start(ORDERS));
    assert_ne!(first, second);
    assert_eq!(service.list(ORDERS).len(), 3, "with the one of the history");
}

#[test]
fn each_run_follows_its_own_plan_and_the_last_plan_stays() {
    let failed = json!({"status": "Failed", "errorCode": "E", "message": "m"});
    let runs = json!({"runs": [{"end": failed}, {"end": {"status": "Cancelled"}}, {}]});
    let mut service = Service::with_item(&json!({}), &runs);
    let ends = [(); 4].map(|()| service.start(ORDERS));
    let ends = ends.map(|id| service.fabric().outcome(&id).expect("it was created").status);
    assert_eq!(ends, ["Failed", "Cancelled", "Completed", "Completed"]);
}

#[test]
fn a_deduped_start_is_accepted_and_does_not_run() {
    for (how, status, code) in [
        ("deduped", "Deduped", Value::Null),
        ("failedDeduped", "Failed", "JobInstanceStatusDeduped".into()),
    ] {
        let mut item = lasting(1.0, 500.0);
        item["dedupe"] = how.into();
        let mut service = Service::with_item(&json!({}), &item);
        let first = service.start(ORDERS);
        service.wait(5.0);
        let second = service.start(ORDERS);
        service.wait(120.0);
        let row = service.row(ORDERS, &second);
        assert_eq!(row["status"], status);
        assert_eq!(row["failureReason"]["errorCode"], code);
        service.wait(500.0);
        assert_eq!(service.row(ORDERS, &first)["status"], "Completed");
        let third = service.start(ORDERS);
        service.wait(700.0);
        assert_eq!(
            service.row(ORDERS, &third)["status"],
            "Completed",
            "nothing else was active"
        );
    }
}

#[test]
fn a_start_beyond_the_limit_creates_nothing() {
    for status in [429, 409] {
        let mut item = lasting(1.0, 50.0);
        item["maxActiveRuns"] = 1.into();
        let mut service = Service::with_item(&json!({"tooManyJobsStatus": status}), &item);
        service.start(ORDERS);
        let path = format!("items/{ORDERS}/jobs/instances?jobType=Pipeline");
        let refused = service.post(&path, &Value::Null);
        assert_eq!(refusal(&refused), (status, "TooManyRequestsForJobs".into()));
        assert_eq!(json_of(&refused)["isRetriable"], true);
        assert_eq!(service.fabric().created(ORDERS).len(), 1);
        service.wait(60.0);
        service.start(ORDERS);
    }
}

#[test]
fn a_cancellation_takes_effect_later() {
    let mut service = Service::with_item(&json!({"statusCacheSeconds": 0}), &lasting(5.0, 500.0));
    let id = service.start(ORDERS);
    service.wait(30.0);
    let path = format!("items/{ORDERS}/jobs/instances/{id}/cancel");
    let response = service.post(&path, &Value::Null);
    assert_eq!((response.status, response.body.len()), (202, 0));
    assert_eq!(id_of(&response), id);
    assert_eq!(response.header("Retry-After"), Some("60"));
    service.wait(10.0);
    assert_eq!(
        service.post(&path, &Value::Null).status,
        202,
        "a second one changes nothing"
    );
    service.wait(9.0);
    assert_eq!(service.row(ORDERS, &id)["status"], "InProgress");
    service.wait(1.0);
    assert_eq!(service.row(ORDERS, &id)["status"], "Cancelled");
    let late = service.post(&path, &Value::Null);
    assert_eq!(refusal(&late), (400, "JobAlreadyCompleted".into()));
}

#[test]
fn a_cancelled_run_can_still_complete() {
    for item in [
        lasting(1.0, 40.0),
        json!({"runs": [{"durationSeconds": 60, "ignoresCancel": true}]}),
    ] {
        let mut service = Service::with_item(&json!({"statusCacheSeconds": 0}), &item);
        let id = service.start(ORDERS);
        service.wait(30.0);
        let path = format!("items/{ORDERS}/jobs/instances/{id}/cancel");
        assert_eq!(service.post(&path, &Value::Null).status, 202);
        service.wait(100.0);
        assert_eq!(service.row(ORDERS, &id)["status"], "Completed");
    }
}

#[test]
fn a_cancellation_reaches_the_children_unless_the_switch_says_otherwise() {
    for (reaches, expected) in [(true, "Cancelled"), (false, "Completed")] {
        let mut service = Service::with(&json!({"cancelReachesChildren": reaches}));
        let parent = service.start(NIGHTLY);
        service.wait(20.0);
        let path = format!("items/{NIGHTLY}/jobs/instances/{parent}/cancel");
        service.post(&path, &Value::Null);
        let children = service.fabric().created(ORDERS);
        let child = children.last().expect("there is a child");
        assert_eq!(child.parent.as_ref(), Some(&parent));
        assert_eq!(child.status, expected);
    }
}

#[test]
fn a_child_that_never_began_is_not_there() {
    let mut service = Service::with(&json!({"cancelSeconds": 0}));
    let parent = service.start(NIGHTLY);
    service.wait(1.0);
    service.post(&format!("items/{NIGHTLY}/jobs/instances/{parent}/cancel"), &Value::Null);
    service.wait(600.0);
    assert_eq!(service.list(ORDERS).len(), 1, "only the one of the history");
    assert!(
        service.simulator.fabric().state(service.now)["instances"]
            .as_array()
            .is_some_and(|all| all.len() == 2)
    );
}

#[test]
fn the_same_seed_and_requests_give_the_same_answers() {
    let mut service = Service::standard();
    service.start(ORDERS);
    service.wait(70.0);
    let stored = serde_json::to_string(&service.simulator).expect("the state is JSON");
    let mut again = Service {
        simulator: serde_json::from_str(&stored).expect("the state reads back"),
        now: service.now,
    };
    for seconds in [0.0, 5.0, 60.0, 200.0] {
        service.wait(seconds);
        again.wait(seconds);
        let id = service.fabric().created(ORDERS)[1].id.clone();
        let path = format!("items/{ORDERS}/jobs/instances/{id}");
        assert_eq!(service.get(&path), again.get(&path));
        assert_eq!(service.activities(&id), again.activities(&id));
    }
    assert!(START < service.now);
}
