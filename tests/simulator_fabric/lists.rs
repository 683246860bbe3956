//! Lists: instances, workspaces, items; and a definition.

use serde_json::{Value, json};

use crate::service::{FAILING, ORDERS, SCORE, START, Service, WORKSPACE, json_of, lasting, refusal, text};

#[test]
fn instances_come_newest_first_in_pages_whose_token_is_used_as_it_is() {
    let mut service = Service::with_item(&json!({"pageSize": 2}), &lasting(1.0, 5.0));
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(service.start(ORDERS));
        service.wait(1.0);
    }
    let path = format!("items/{ORDERS}/jobs/instances");
    let mut listed = Vec::new();
    let mut query = String::new();
    loop {
        let page = json_of(&service.get(&format!("{path}{query}")));
        for row in page["value"].as_array().expect("there are rows") {
            listed.push(row["id"].as_str().unwrap_or_default().to_owned());
        }
        let Some(token) = page["continuationToken"].as_str() else {
            assert_eq!(page["continuationToken"], Value::Null);
            assert_eq!(page["continuationUri"], Value::Null);
            break;
        };
        let uri =
            format!("https://api.fabric.microsoft.com/v1/workspaces/{WORKSPACE}/{path}?continuationToken={token}");
        assert_eq!(
            page["continuationUri"],
            uri.as_str(),
            "the public host, whatever host was asked"
        );
        query = format!("?continuationToken={token}");
    }
    ids.reverse();
    assert_eq!(listed, ids);
}

#[test]
fn a_token_that_was_encoded_once_more_is_refused() {
    let mut service = Service::with_item(&json!({"pageSize": 1}), &lasting(1.0, 5.0));
    for _ in 0..12 {
        service.start(ORDERS);
    }
    let path = format!("items/{ORDERS}/jobs/instances");
    let token = json_of(&service.get(&path))["continuationToken"].clone();
    let token = token.as_str().expect("there is a next page");
    assert!(token.ends_with("%3D"), "{token}");
    let twice = format!("{path}?continuationToken={}", token.replace('%', "%25"));
    assert_eq!(refusal(&service.get(&twice)), (400, "InvalidInput".into()));
}

#[test]
fn a_last_page_says_so_in_three_ways() {
    for (how, expected) in [
        (
            "null",
            json!({"value": [], "continuationToken": null, "continuationUri": null}),
        ),
        ("absent", json!({"value": []})),
        (
            "empty",
            json!({"value": [], "continuationToken": "", "continuationUri": ""}),
        ),
    ] {
        let mut service = Service::with_item(&json!({"lastPageToken": how}), &json!({}));
        assert_eq!(
            json_of(&service.get(&format!("items/{ORDERS}/jobs/instances"))),
            expected
        );
    }
}

#[test]
fn only_the_newest_hundred_of_the_ended_are_kept_and_all_that_are_active() {
    let mut item = json!({"runs": [{"durationSeconds": 100_000}, {"durationSeconds": 1}]});
    item["history"] = json!([]);
    let mut service = Service::with_item(&json!({"pageSize": 1000}), &item);
    let active = service.start(ORDERS);
    let oldest = service.start(ORDERS);
    for _ in 0..104 {
        service.wait(10.0);
        service.start(ORDERS);
    }
    service.wait(1000.0);
    let listed = service.list(ORDERS);
    assert_eq!(listed.len(), 101);
    assert_eq!(listed[100]["id"], active.as_str());
    let gone = service.get(&format!("items/{ORDERS}/jobs/instances/{oldest}"));
    assert_eq!(refusal(&gone), (404, "JobInstanceNotFound".into()));
    assert_eq!(service.fabric().created(ORDERS).len(), 106);
}

#[test]
fn a_new_instance_may_be_missing_for_a_while() {
    let mut service = Service::with_item(&json!({"listLagSeconds": 20}), &lasting(1.0, 5.0));
    let id = service.start(ORDERS);
    assert!(service.list(ORDERS).is_empty());
    assert_eq!(service.row(ORDERS, &id)["id"], id.as_str());
    service.wait(20.0);
    assert_eq!(service.list(ORDERS).len(), 1);
}

#[test]
fn a_list_has_no_text_of_failures() {
    for (has, expected) in [(false, false), (true, true)] {
        let mut service = Service::with(&json!({"listHasFailureReason": has}));
        service.start(FAILING);
        service.wait(300.0);
        let listed = service.list(FAILING);
        assert_eq!(listed[0]["status"], "Failed");
        assert_eq!(listed[0]["failureReason"].is_object(), expected);
    }
}

#[test]
fn the_list_is_as_stale_as_the_row() {
    let mut service = Service::standard();
    let id = service.start(ORDERS);
    for _ in 0..100 {
        service.wait(2.0);
        let listed = service.list(ORDERS).into_iter().find(|row| row["id"] == id.as_str());
        assert_eq!(listed, Some(service.row(ORDERS, &id)));
    }
}

#[test]
fn history_may_name_another_job_type_and_how_it_was_invoked() {
    let mut service = Service::standard();
    let listed = service.list(ORDERS);
    assert_eq!(listed.len(), 1);
    assert_eq!(
        (listed[0]["jobType"].as_str(), listed[0]["invokeType"].as_str()),
        (Some("Execute"), Some("Scheduled"))
    );
    assert_eq!(listed[0]["status"], "Completed");
    let item = json!({"historyJobType": "ScheduledPipelineExecution"});
    let mut service = Service::with_item(&json!({}), &item);
    service.start(ORDERS);
    assert_eq!(service.list(ORDERS)[0]["jobType"], "ScheduledPipelineExecution");
}

#[test]
fn the_typed_list_of_a_pipeline_calls_its_jobs_execute() {
    let mut service = Service::standard();
    service.start(ORDERS);
    let page = json_of(&service.get(&format!("dataPipelines/{ORDERS}/jobs/execute/instances")));
    let rows = page["value"].as_array().expect("there are rows");
    assert!(rows.len() == 2 && rows.iter().all(|row| row["jobType"] == "Execute"));
}

#[test]
fn workspaces_and_items_are_listed_in_pages() {
    let mut service = Service::with(&json!({"catalogPageSize": 3}));
    let workspaces = json_of(&service.send("GET", "/v1/workspaces", None));
    assert_eq!(workspaces["value"][0]["id"], WORKSPACE);
    assert_eq!(workspaces["value"][0]["type"], "Workspace");
    let mut names = Vec::new();
    let mut query = "items?type=DataPipeline".to_owned();
    loop {
        let page = json_of(&service.get(&query));
        for item in page["value"].as_array().expect("there are items") {
            assert_eq!(item["type"], "DataPipeline");
            names.push(item["displayName"].as_str().unwrap_or_default().to_owned());
        }
        let Some(uri) = page["continuationUri"].as_str() else {
            break;
        };
        let (_, next) = uri.split_once("/items?").expect("it is the same list");
        query = format!("items?{next}");
    }
    assert_eq!(
        names,
        ["orders", "orders that fail", "orders that fail and complete", "nightly"]
    );
    let item = json_of(&service.get(&format!("items/{SCORE}")));
    assert_eq!(
        (item["displayName"].as_str(), item["type"].as_str()),
        (Some("score"), Some("Notebook"))
    );
}

#[test]
fn a_definition_holds_the_declared_parameters_in_base64() {
    let mut service = Service::standard();
    let response = service.post(&format!("dataPipelines/{ORDERS}/getDefinition"), &Value::Null);
    assert_eq!(response.status, 200, "{}", text(&response));
    let part = &json_of(&response)["definition"]["parts"][0];
    assert_eq!(
        (part["path"].as_str(), part["payloadType"].as_str()),
        (Some("pipeline-content.json"), Some("InlineBase64"))
    );
    // Base64 of `{"properties":{"activities":[`
    let payload = part["payload"].as_str().expect("it is text");
    assert!(
        payload.starts_with("eyJwcm9wZXJ0aWVzIjp7ImFjdGl2aXRpZXMiOl"),
        "{payload}"
    );
    let refused = service.post(&format!("items/{SCORE}/getDefinition"), &Value::Null);
    assert_eq!(refusal(&refused), (400, "OperationNotSupportedForItem".into()));
    assert!(START == service.now);
}
