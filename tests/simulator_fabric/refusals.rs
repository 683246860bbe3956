//! What is refused, how, and what a page may read of it.

use pqrun::simulator::{Request, Scenario, Simulator};
use pqrun::time::Timestamp;
use serde_json::{Value, json};

use crate::service::{LAKEHOUSE, ORDERS, SCORE, SPARK, START, Service, WORKSPACE, json_of, refusal, standard_scenario};

#[test]
fn a_start_is_refused_for_its_own_reason_and_creates_nothing() {
    let other = "00000000-0000-4000-8000-000000000000";
    let typed = json!({"parameters": [{"name": "p_rows", "type": "Integer", "value": 1}]});
    let twice =
        json!({"parameters": [{"name": "a", "type": "Text", "value": 1}, {"name": "A", "type": "Text", "value": 1}]});
    for (path, body, status, code) in [
        (
            format!("items/{ORDERS}/jobs/DefaultJob/instances"),
            Value::Null,
            400,
            "InvalidJobType",
        ),
        (
            format!("items/{ORDERS}/jobs/instances"),
            Value::Null,
            400,
            "InvalidJobType",
        ),
        (
            format!("items/{SCORE}/jobs/Pipeline/instances"),
            Value::Null,
            400,
            "InvalidJobType",
        ),
        (
            format!("items/{SPARK}/jobs/sparkjob/instances"),
            Value::Null,
            400,
            "InvalidJobType",
        ),
        (
            format!("items/{LAKEHOUSE}/jobs/instances?jobType=MaterializedLakeViews"),
            Value::Null,
            400,
            "InvalidJobType",
        ),
        (
            format!("items/{other}/jobs/Pipeline/instances"),
            Value::Null,
            404,
            "ItemNotFound",
        ),
        (
            format!("notebooks/{ORDERS}/jobs/execute/instances?beta=false"),
            Value::Null,
            404,
            "ItemNotFound",
        ),
        (
            format!("items/{ORDERS}/jobs/Pipeline/instances"),
            typed,
            403,
            "FeatureNotAvailable",
        ),
        (
            format!("notebooks/{SCORE}/jobs/execute/instances"),
            Value::Null,
            400,
            "InvalidInput",
        ),
        (
            format!("notebooks/{SCORE}/jobs/execute/instances?beta=false"),
            twice,
            400,
            "InvalidInput",
        ),
        (
            format!("notebooks/{SCORE}/jobs/execute/instances?beta=true"),
            json!({"executionData": {"compute": "Jupyter"}}),
            400,
            "ComputeTypeMismatch",
        ),
        (
            format!("items/{SCORE}/jobs/RunNotebook/instances"),
            json!({"executionData": {"parameters": {"limit": 9}}}),
            400,
            "InvalidInput",
        ),
        (
            format!("items/{ORDERS}/jobs/Pipeline/instances"),
            json!([1]),
            400,
            "InvalidInput",
        ),
        (
            format!("items/{ORDERS}/jobs/instances/{other}/resume"),
            Value::Null,
            404,
            "EntityNotFound",
        ),
        (
            format!("items/{ORDERS}/jobs/instances/{other}/cancel"),
            Value::Null,
            404,
            "JobInstanceNotFound",
        ),
    ] {
        let mut service = Service::standard();
        let response = service.post(&path, &body);
        assert_eq!(refusal(&response), (status, code.into()), "{path} {body}");
        assert_eq!(response.header("x-ms-public-api-error-code"), Some(code));
        assert_eq!(json_of(&response)["requestId"].as_str(), response.header("RequestId"));
        let started = service.simulator.fabric().state(service.now)["instances"]
            .as_array()
            .map(Vec::len);
        assert_eq!(started, Some(1), "{path}");
    }
    let mut service = Service::standard();
    let response = service.send("GET", &format!("/v1/workspaces/{other}/items"), None);
    assert_eq!(refusal(&response), (404, "WorkspaceNotFound".into()));
}

#[test]
fn a_body_must_be_json_and_say_so() {
    let mut service = Service::standard();
    let mut send = |kind: Option<&str>, body: &[u8]| {
        let mut headers = vec![("Authorization".to_owned(), "Bearer fabric-token".to_owned())];
        headers.extend(kind.map(|kind| ("Content-Type".to_owned(), kind.to_owned())));
        let request = Request {
            method: "POST".into(),
            target: format!("/v1/workspaces/{WORKSPACE}/items/{ORDERS}/jobs/Pipeline/instances"),
            headers,
            body: body.to_vec(),
        };
        refusal(&service.simulator.handle(START, &request).response)
    };
    assert_eq!(send(None, b"{}"), (415, "UnsupportedMediaType".into()));
    assert_eq!(send(Some("application/json"), b"{"), (400, "CorruptedPayload".into()));
    assert_eq!(send(Some("Application/JSON; charset=utf-8"), b"{}").0, 202);
}

#[test]
fn an_item_that_may_only_be_read_refuses_to_run() {
    let mut service = Service::with_item(&json!({}), &json!({"access": "read"}));
    let refused = service.post(&format!("items/{ORDERS}/jobs/Pipeline/instances"), &Value::Null);
    assert_eq!(refusal(&refused), (403, "InsufficientPrivileges".into()));
    assert_eq!(
        json_of(&refused)["relatedResource"],
        json!({"resourceId": ORDERS, "resourceType": "DataPipeline"})
    );
    assert_eq!(service.list(ORDERS).len(), 0);
    let mut service = Service::with_item(&json!({}), &json!({"access": "none"}));
    let refused = service.get(&format!("items/{ORDERS}/jobs/instances"));
    assert_eq!(refusal(&refused), (403, "InsufficientPrivileges".into()));
}

#[test]
fn typed_parameters_are_taken_where_the_item_allows_them() {
    let item = json!({"typedParameters": true, "parameters": {"p": {"type": "int", "defaultValue": 1}}});
    let mut service = Service::with_item(&json!({}), &item);
    let body = json!({"parameters": [{"name": "p", "type": "Integer", "value": 5}]});
    assert_eq!(
        service
            .post(&format!("items/{ORDERS}/jobs/Pipeline/instances"), &body)
            .status,
        202
    );
    assert_eq!(service.fabric().created(ORDERS)[0].parameters["p"], 5);
}

#[test]
fn a_429_tells_its_end_in_its_text_and_hides_its_headers_from_pages() {
    let mut service = Service::with(&json!({"startsPerMinute": 2}));
    service.wait(0.5);
    service.start(ORDERS);
    service.start(ORDERS);
    service.wait(12.25);
    let path = format!("items/{ORDERS}/jobs/Pipeline/instances");
    let refused = service.post(&path, &Value::Null);
    assert_eq!(refusal(&refused), (429, "RequestBlocked".into()));
    assert_eq!(refused.header("Retry-After"), Some("48"));
    assert_eq!(refused.header("x-ms-public-api-error-code"), Some("RequestBlocked"));
    assert_eq!(refused.header("Access-Control-Expose-Headers"), None);
    assert_eq!(refused.header("Access-Control-Allow-Origin"), None);
    let body = json_of(&refused);
    let message = body["message"].as_str().expect("there is a message");
    assert!(message.ends_with("until: 8/31/2026 4:01:01 PM (UTC)"), "{message}");
    let until = Timestamp::parse_until(message).expect("it is a time");
    assert!(body.get("isRetriable").is_none_or(|retriable| *retriable == true));
    service.now = until;
    service.start(ORDERS);
    assert_eq!(service.fabric().created(ORDERS).len(), 4);
}

#[test]
fn reads_have_a_budget_of_their_own_that_refills_at_once() {
    let mut service = Service::with(&json!({"readsPerMinute": 3, "startsPerMinute": 1, "allowOriginOn429": true}));
    service.start(ORDERS);
    let path = format!("items/{ORDERS}/jobs/instances");
    let statuses = [(); 4].map(|()| service.get(&path).status);
    assert_eq!(statuses, [200, 200, 200, 429]);
    let refused = service.get(&path);
    assert_eq!(refused.header("Access-Control-Allow-Origin"), Some("*"));
    assert_eq!(service.get("items").status, 200, "the catalogue is another bucket");
    service.wait(60.0);
    assert_eq!(service.get(&path).status, 200);
}

#[test]
fn a_page_may_ask_and_read_what_is_exposed() {
    let mut service = Service::standard();
    let id = service.start(ORDERS);
    let request = Request {
        method: "OPTIONS".into(),
        target: format!("/v1/workspaces/{WORKSPACE}/datapipelines/pipelineruns/{id}/queryactivityruns"),
        headers: vec![
            ("Origin".into(), "http://localhost:3000".into()),
            ("Access-Control-Request-Method".into(), "POST".into()),
            (
                "Access-Control-Request-Headers".into(),
                "authorization,content-type".into(),
            ),
        ],
        body: Vec::new(),
    };
    let allowed = service.simulator.handle(service.now, &request).response;
    assert!(allowed.is_success() && allowed.body.is_empty());
    assert_eq!(allowed.header("Access-Control-Allow-Origin"), Some("*"));
    assert_eq!(
        allowed.header("Access-Control-Allow-Headers"),
        Some("authorization,content-type")
    );
    let path = format!("items/{ORDERS}/jobs/instances/{id}");
    let counting = service.get(&path);
    assert_eq!(
        counting.header("Access-Control-Expose-Headers"),
        Some("RequestId,Retry-After")
    );
    service.wait(400.0);
    let ended = service.get(&path);
    assert_eq!(ended.header("Access-Control-Expose-Headers"), Some("RequestId"));
    assert_eq!(ended.header("Access-Control-Allow-Origin"), Some("*"));
}

#[test]
fn headers_can_be_taken_away() {
    let mut service = Service::with(&json!({"requestIdHeader": false, "exposeHeaders": false}));
    let response = service.post(&format!("items/{ORDERS}/jobs/Pipeline/instances"), &Value::Null);
    assert_eq!(response.header("RequestId"), None);
    assert_eq!(response.header("Access-Control-Expose-Headers"), None);
    assert!(service.list(ORDERS)[0]["rootActivityId"].is_string());
}

#[test]
fn a_scenario_that_contradicts_itself_is_refused_with_its_place() {
    let mut fabric = standard_scenario();
    fabric["items"][0]["workspaceId"] = "elsewhere".into();
    let mut unknown_child = standard_scenario();
    unknown_child["items"][6]["runs"][0]["activities"][0]["child"]["itemId"] = "nobody".into();
    let mut circle = standard_scenario();
    circle["items"][0]["runs"][0]["activities"][0]["child"] = json!({"itemId": circle["items"][6]["id"]});
    let mut parameter = standard_scenario();
    parameter["items"][0]["parameters"]["p_day"]["default"] = 1.into();
    for (fabric, path) in [
        (fabric, "fabric.items[0].workspaceId"),
        (unknown_child, "fabric.items[6].runs"),
        (circle, "fabric.items[0].runs"),
        (parameter, "fabric.items[0].parameters.p_day.default"),
    ] {
        let scenario = Scenario::parse(&json!({ "fabric": fabric }).to_string()).expect("it reads");
        let error = Simulator::new(scenario, START)
            .map(|_| ())
            .expect_err("it contradicts itself");
        assert_eq!(error.path, path, "{error}");
    }
    let unknown = Scenario::parse(r#"{"fabric": {"switches": {"statusCacheSecond": 1}}}"#).expect_err("unknown member");
    assert!(unknown.path.starts_with("fabric.switches"), "{unknown}");
}
