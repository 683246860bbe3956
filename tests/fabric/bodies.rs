//! The forms of a start: URL, body, and what is checked before anything is sent.

use pqrun::error::ErrorCode;
use pqrun::fabric::contract::ENDPOINTS;
use pqrun::poller::{Job, Poller};
use serde_json::{Value, json};

use super::service::{ITEM, Shared, WORKSPACE, fabric_job, run_options, starts};
use crate::support::{START, Sent};

fn start_of(job: Value) -> Sent {
    let mut host = Shared::default().start_job(job, json!({"timeout": "10s", "skipOutputs": true}));
    host.run();
    starts(&host)[0].clone()
}

#[test]
fn each_form_has_its_url() {
    let parameters = json!({"p": 1});
    for (job, path) in [
        (json!({}), "items/I/jobs/Pipeline/instances"),
        (json!({"parameters": {}}), "items/I/jobs/Pipeline/instances"),
        (
            json!({"parameters": parameters}),
            "items/I/jobs/instances?jobType=Pipeline",
        ),
        (
            json!({"executionData": {"pipelineName": "x"}}),
            "items/I/jobs/instances?jobType=Pipeline",
        ),
        (
            json!({"parameters": parameters, "form": "path"}),
            "items/I/jobs/Pipeline/instances",
        ),
        (json!({"form": "query"}), "items/I/jobs/instances?jobType=Pipeline"),
        (json!({"jobType": "RunNotebook"}), "items/I/jobs/RunNotebook/instances"),
        (
            json!({"jobType": "RunNotebook", "parameters": parameters}),
            "items/I/jobs/RunNotebook/instances",
        ),
        (
            json!({"jobType": "RunNotebook", "form": "typed"}),
            "notebooks/I/jobs/execute/instances?beta=false",
        ),
        (
            json!({"jobType": "sparkjob"}),
            "items/I/jobs/instances?jobType=sparkjob",
        ),
        (
            json!({"jobType": "sparkjob", "form": "typed"}),
            "sparkJobDefinitions/I/jobs/sparkjob/instances",
        ),
        (
            json!({"jobType": "TableMaintenance"}),
            "items/I/jobs/TableMaintenance/instances",
        ),
        (
            json!({"jobType": "Brand.new_Kind-2"}),
            "items/I/jobs/Brand.new_Kind-2/instances",
        ),
        (
            json!({"jobType": "Execute", "form": "query"}),
            "items/I/jobs/instances?jobType=Execute",
        ),
    ] {
        let sent = start_of(job.clone());
        assert_eq!(
            sent.target(),
            format!("/v1/workspaces/{WORKSPACE}/{}", path.replace('I', ITEM)).replace(&format!("{ITEM}tems"), "items"),
            "{job}"
        );
    }
}

#[test]
fn each_kind_has_its_body() {
    let pipeline =
        json!({"day": "2026-08-31", "n": 5000, "r": 0.25, "full": false, "f": {"a": [1, 2]}, "l": ["a"], "z": null});
    for (job, body) in [
        (json!({}), Value::Null),
        (
            json!({"parameters": pipeline}),
            json!({"executionData": {"parameters": pipeline}}),
        ),
        (
            json!({"jobType": "RunNotebook", "parameters": {"t": "x", "i": 250, "f": 0.5, "b": true, "big": 9_007_199_254_740_993_i64}}),
            json!({"executionData": {"parameters": {
                "t": {"value": "x", "type": "string"}, "i": {"value": 250, "type": "int"},
                "f": {"value": 0.5, "type": "float"}, "b": {"value": true, "type": "bool"},
                "big": {"value": 9_007_199_254_740_993_i64, "type": "int"}}}}),
        ),
        (
            json!({"jobType": "RunNotebook", "parameters": {"a": "x"}, "executionData": {"configuration": {"useStarterPool": true}}}),
            json!({"executionData": {"configuration": {"useStarterPool": true}, "parameters": {"a": {"value": "x", "type": "string"}}}}),
        ),
        (
            json!({"jobType": "RunNotebook", "form": "typed", "parameters": {"t": "x", "i": 1, "f": 0.5, "b": true},
                "executionData": {"compute": "Spark", "computeConfiguration": {"driverCores": 4}}}),
            json!({"executionData": {"compute": "Spark", "computeConfiguration": {"driverCores": 4}}, "parameters": [
                {"name": "t", "type": "Text", "value": "x"}, {"name": "i", "type": "Integer", "value": 1},
                {"name": "f", "type": "Number", "value": 0.5}, {"name": "b", "type": "Boolean", "value": true}]}),
        ),
        (
            json!({"jobType": "sparkjob", "executionData": {"commandLineArguments": "--day 1", "mainClass": "org.contoso.Load"}}),
            json!({"executionData": {"commandLineArguments": "--day 1", "mainClass": "org.contoso.Load"}}),
        ),
        (
            json!({"jobType": "TableMaintenance", "executionData": {"tableName": "orders", "optimizeSettings": {"vOrder": true}}}),
            json!({"executionData": {"tableName": "orders", "optimizeSettings": {"vOrder": true}}}),
        ),
        (
            json!({"jobType": "Execute", "executionData": {"parameters": [{"parameterName": "a", "type": "Automatic", "value": 1}]}}),
            json!({"executionData": {"parameters": [{"parameterName": "a", "type": "Automatic", "value": 1}]}}),
        ),
    ] {
        let sent = start_of(job.clone());
        assert_eq!(sent.body(), body, "{job}");
        let json_header = sent.request.headers.iter().any(|(name, _)| name == "Content-Type");
        assert_eq!(json_header, !body.is_null(), "{job}: Content-Type only with a body");
    }
}

#[test]
fn what_is_wrong_with_a_job_is_said_before_anything_is_sent() {
    for (job, options, expected) in [
        (json!({"workspaceId": "Sales"}), json!({}), ErrorCode::InvalidOptions),
        (json!({"itemId": ""}), json!({}), ErrorCode::InvalidOptions),
        (
            json!({"itemId": "00000000-0000-0000-0000-000000000000"}),
            json!({}),
            ErrorCode::InvalidOptions,
        ),
        (json!({"jobType": "a/b"}), json!({}), ErrorCode::InvalidOptions),
        (json!({"jobType": ""}), json!({}), ErrorCode::InvalidOptions),
        (json!({"form": "typed"}), json!({}), ErrorCode::InvalidOptions),
        (
            json!({"jobType": "sparkjob", "parameters": {"a": 1}}),
            json!({}),
            ErrorCode::InvalidOptions,
        ),
        (
            json!({"parameters": {}, "executionData": {"parameters": {}}}),
            json!({}),
            ErrorCode::InvalidOptions,
        ),
        (json!({"parameters": {"": 1}}), json!({}), ErrorCode::InvalidParameter),
        (
            json!({"parameters": {"n".repeat(257): 1}}),
            json!({}),
            ErrorCode::InvalidParameter,
        ),
        (
            json!({"jobType": "RunNotebook", "parameters": {"a": []}}),
            json!({}),
            ErrorCode::InvalidParameter,
        ),
        (
            json!({"jobType": "RunNotebook", "parameters": {"a": null}}),
            json!({}),
            ErrorCode::InvalidParameter,
        ),
        (json!({"host": "http://example.com"}), json!({}), ErrorCode::InvalidHost),
        (
            json!({"host": "https://user:pw@api.fabric.microsoft.com"}),
            json!({}),
            ErrorCode::InvalidHost,
        ),
        (json!({}), json!({"marker": "m"}), ErrorCode::InvalidOptions),
        (json!({}), json!({"marker": "", "reuse": {}}), ErrorCode::InvalidOptions),
        (
            json!({"parameters": {"m": 1}}),
            json!({"marker": "m", "reuse": {}}),
            ErrorCode::InvalidOptions,
        ),
        (
            json!({"jobType": "RunNotebook"}),
            json!({"marker": "m", "reuse": {}}),
            ErrorCode::InvalidOptions,
        ),
        (json!({}), json!({"expectedDuration": "5m"}), ErrorCode::InvalidOptions),
        (json!({}), json!({"timeout": 0}), ErrorCode::InvalidOptions),
    ] {
        let refused = Poller::start(
            Job::Fabric(fabric_job(job.clone())),
            run_options(options),
            [1; 16],
            START,
        );
        assert_eq!(
            refused.map(|_| ()).map_err(|error| error.code()),
            Err(expected),
            "{job}"
        );
    }
}

#[test]
fn ids_are_brought_to_one_form_and_another_host_is_asked_if_it_is_given() {
    let sent = start_of(
        json!({"workspaceId": WORKSPACE.to_uppercase(), "itemId": format!(" {} ", ITEM.to_uppercase()),
        "host": "https://x.z12.w.api.fabric.microsoft.com/"}),
    );
    assert_eq!(
        sent.request.url,
        format!(
            "https://x.z12.w.api.fabric.microsoft.com/v1/workspaces/{WORKSPACE}/items/{ITEM}/jobs/Pipeline/instances"
        )
    );
}

#[test]
fn no_request_carries_a_credential_and_each_one_is_in_the_contract() {
    let mut host = Shared::default().start(json!({}));
    host.run();
    for sent in &host.sent {
        assert!(
            sent.request
                .headers
                .iter()
                .all(|(name, _)| ["Accept", "Content-Type"].contains(&name.as_str()))
        );
        let endpoint = ENDPOINTS
            .iter()
            .find(|endpoint| endpoint.name == sent.request.endpoint)
            .expect("it is in the table");
        assert_eq!(endpoint.method, sent.request.method);
        for name in sent.body().as_object().into_iter().flatten().map(|(name, _)| name) {
            assert!(endpoint.body.contains(&name.as_str()), "{name}");
        }
    }
}

#[test]
fn the_endpoints_of_the_table_differ_and_tell_where_they_are_documented() {
    for (at, endpoint) in ENDPOINTS.iter().enumerate() {
        assert!(endpoint.path.starts_with("/v1/") && endpoint.doc.starts_with("https://learn.microsoft.com/"));
        assert!(
            ENDPOINTS[..at].iter().all(|other| other.name != endpoint.name),
            "{}",
            endpoint.name
        );
    }
}
