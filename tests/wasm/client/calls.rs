//! The services call by call.

use js_sys::{Array, Promise};
use pqrun::wasm::{DatabricksClient, FabricClient};
use serde_json::json;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use super::service::{Answer, Service, get, object, run, settled, text};

const ITEM: &str = "0f6c1f2e-5a3b-4c8e-9d55-1d2a33e0a001";
const WORKSPACE: &str = "aabbccdd-5a3b-4c8e-9d55-1d2a33e0a002";
const INSTANCE: &str = "e58a6f13-9c40-4b2e-b6d1-2f7740ac91de";

fn databricks(service: &Service) -> DatabricksClient {
    let host = "https://adb-1.5.azuredatabricks.net".into();
    let options = object(&[("host", host), ("token", "secret".into()), ("fetch", service.fetch())]);
    DatabricksClient::new(&options).expect("they are right")
}

fn fabric(service: &Service) -> FabricClient {
    let options = object(&[
        ("workspaceId", WORKSPACE.into()),
        ("token", "secret".into()),
        ("fetch", service.fetch()),
    ]);
    FabricClient::new(&options).expect("they are right")
}

async fn good(promise: Promise) -> JsValue {
    settled(promise).await.expect("it resolves")
}

async fn code(promise: Promise) -> String {
    text(&settled(promise).await.expect_err("it rejects"), "code")
}

#[wasm_bindgen_test]
async fn a_run_is_started_and_only_its_id_waited_for() {
    let service = Service::new([Answer::Json(200, json!({ "run_id": 9_007_199_254_740_993_u64 }))]);
    let started = good(databricks(&service).run_now(&object(&[("jobId", 42.into())]), &JsValue::UNDEFINED)).await;
    assert_eq!(text(&started, "runId"), "9007199254740993");
    assert_eq!(service.log(), ["POST /api/2.2/jobs/run-now Bearer secret"]);
}

#[wasm_bindgen_test]
async fn a_refused_start_rejects() {
    let refusal = json!({ "error_code": "PERMISSION_DENIED", "message": "no" });
    let service = Service::new([Answer::Json(403, refusal)]);
    let job = object(&[("jobId", 42.into())]);
    assert_eq!(
        code(databricks(&service).run_now(&job, &JsValue::UNDEFINED)).await,
        "forbidden"
    );
    let twice = object(&[("jobId", 42.into()), ("host", "elsewhere".into())]);
    assert_eq!(
        code(databricks(&service).run_now(&twice, &JsValue::UNDEFINED)).await,
        "invalidOptions"
    );
}

#[wasm_bindgen_test]
async fn a_run_is_read() {
    let service = Service::new([
        Answer::Json(200, run("RUNNING")),
        Answer::Json(404, json!({ "message": "no run" })),
    ]);
    let client = databricks(&service);
    let read = good(client.get_run(&7.into())).await;
    assert_eq!(
        (text(&read, "runId"), text(&read, "phase")),
        ("7".to_owned(), "running".to_owned())
    );
    assert_eq!(text(&get(&get(&read, "tasks"), "0"), "taskKey"), "only");
    assert_eq!(code(client.get_run(&7.into())).await, "runNotFound");
    assert_eq!(code(client.get_run(&"seven".into())).await, "invalidOptions");
}

#[wasm_bindgen_test]
async fn an_output_is_read_with_its_table() {
    let meta = run("TERMINATED")["tasks"][0].clone();
    let answer = json!({ "metadata": meta, "notebook_output": { "result": "[{\"a\":1}]" } });
    let output = good(databricks(&Service::new([Answer::Json(200, answer)])).get_run_output(&8.into())).await;
    assert_eq!(text(&output, "key"), "only");
    assert_eq!(get(&get(&output, "table"), "rowCount"), JsValue::from(1));
}

#[wasm_bindgen_test]
async fn runs_are_listed_over_all_pages() {
    let page = |token: Option<&str>| json!({ "runs": [run("TERMINATED")], "next_page_token": token });
    let service = Service::new([Answer::Json(200, page(Some("t"))), Answer::Json(200, page(None))]);
    let options = object(&[("jobId", "42".into()), ("completedOnly", true.into())]);
    let runs = good(databricks(&service).list_runs(&options)).await;
    assert_eq!(Array::from(&runs).length(), 2);
    assert_eq!(
        service.log(),
        [
            "GET /api/2.2/jobs/runs/list?job_id=42&completed_only=true Bearer secret",
            "GET /api/2.2/jobs/runs/list?job_id=42&completed_only=true&page_token=t Bearer secret",
        ]
    );
    let none = Service::new([Answer::Json(200, json!({}))]);
    assert_eq!(
        Array::from(&good(databricks(&none).list_jobs(&JsValue::UNDEFINED)).await).length(),
        0
    );
}

#[wasm_bindgen_test]
async fn a_job_instance_is_read_in_the_words_of_the_service() {
    let answer = json!({
        "id": INSTANCE, "itemId": ITEM, "jobType": "Pipeline", "invokeType": "Manual", "status": "Failed",
        "startTimeUtc": "2026-04-27T06:54:50.8733333", "failureReason": { "errorCode": "X", "message": "bad" },
    });
    let service = Service::new([Answer::Json(200, answer)]);
    let state = good(fabric(&service).get_run_state(ITEM, INSTANCE)).await;
    assert_eq!(text(&state, "status"), "Failed");
    assert_eq!(text(&state, "pipelineId"), ITEM);
    assert_eq!(text(&state, "outcome"), "failed");
    assert_eq!(text(&get(&state, "failureReason"), "message"), "bad");
    assert_eq!(get(&state, "startTime"), JsValue::from(1_777_272_890_873.0));
}

#[wasm_bindgen_test]
async fn workspaces_are_listed_without_one() {
    let service = Service::new([Answer::Json(
        200,
        json!({ "value": [{ "id": WORKSPACE, "displayName": "w" }] }),
    )]);
    let client = FabricClient::new(&object(&[("token", "secret".into()), ("fetch", service.fetch())])).expect("it may");
    assert_eq!(
        Array::from(&good(client.list_workspaces(&JsValue::UNDEFINED)).await).length(),
        1
    );
    assert_eq!(code(client.list_items(&JsValue::UNDEFINED)).await, "invalidOptions");
}

#[wasm_bindgen_test]
async fn a_pipeline_is_started_and_only_its_id_waited_for() {
    let started = super::service::response_with(202, "", &[("x-ms-job-id", INSTANCE)]);
    let service = Service::new([Answer::Json(200, json!({ "value": [] })), Answer::Js(started)]);
    let run = good(fabric(&service).create_run(ITEM, &JsValue::UNDEFINED, &JsValue::UNDEFINED)).await;
    assert_eq!(
        (text(&run, "runId"), text(&run, "status")),
        (INSTANCE.to_owned(), "NotStarted".to_owned())
    );
    assert_eq!(
        (text(&run, "pipelineId"), text(&run, "workspaceId")),
        (ITEM.to_owned(), WORKSPACE.to_owned())
    );
}
