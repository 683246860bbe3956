//! Files of the simulated services: how they are read and refused, and how a poller reads them.
#![cfg(feature = "simulator")]

#[path = "simulator_databricks/client.rs"]
mod client;
#[path = "support/simulated.rs"]
mod simulated;
mod support;

use std::cell::RefCell;
use std::rc::Rc;

use pqrun::databricks::job::DatabricksJob;
use pqrun::fabric::job::FabricJob;
use pqrun::http::HttpResponse;
use pqrun::poller::Job;
use pqrun::run::{Outcome, RunOutput};
use pqrun::simulator::{Request, Scenario, Simulator};
use serde_json::{Value, json};

use self::client::{Client, START, body};
use self::support::Host;

const LAKE: &str = "https://onelake.dfs.fabric.microsoft.com/Sales/lh.Lakehouse/Files";

fn scenario() -> Value {
    json!({
        "tokens": [
            {"value": "good", "service": "databricks"}, {"value": "fabric", "service": "fabric"},
            {"value": "storage", "service": "storage"},
        ],
        "files": [
            {"path": "/Volumes/main/sales/out/März #1.csv", "text": "id\n1\n2\n"},
            {"path": "/Volumes/main/sales/out/closed.csv", "text": "id\n", "access": "none"},
            {"path": "dbfs:/out/orders.json", "value": [{"id": 1}]},
            {"path": "dbfs:/out/closed.json", "value": [], "access": "none"},
            {"path": format!("{LAKE}/orders.json"), "text": "0123456789", "changesAfterReads": 1},
            {"path": format!("{LAKE}/closed.json"), "text": "[]", "access": "none"},
            {"path": format!("{LAKE}/parts/part-0.csv"), "text": "a\n"},
            {"path": format!("{LAKE}/parts/deeper/part-1.csv"), "text": "b\n"},
        ],
    })
}

/// A GET with these headers and a token.
fn get(client: &mut Client, target: &str, token: &str, headers: &[(&str, &str)]) -> HttpResponse {
    let mut all = vec![("Host".to_owned(), "127.0.0.1:8080".to_owned())];
    all.push(("Authorization".to_owned(), format!("Bearer {token}")));
    all.extend(
        headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
    );
    let request = Request {
        method: "GET".to_owned(),
        target: target.to_owned(),
        headers: all,
        body: Vec::new(),
    };
    client.simulator.handle(client.now, &request).response
}

fn code(response: &HttpResponse) -> (u16, String) {
    let body = body(response);
    let code = body.get("error_code").or_else(|| body.pointer("/error/code"));
    (
        response.status,
        code.and_then(Value::as_str).unwrap_or_default().to_owned(),
    )
}

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[test]
fn a_file_in_a_volume_is_given_whole_or_in_ranges() {
    let mut client = Client::new(&scenario());
    let path = "/api/2.0/fs/files/Volumes/main/sales/out/M%C3%A4rz%20%231.csv";
    let whole = get(&mut client, path, "good", &[]);
    assert_eq!((whole.status, whole.body.as_slice()), (200, &b"id\n1\n2\n"[..]));
    let modified = whole.header("Last-Modified").expect("a date").to_owned();
    let piece = get(
        &mut client,
        path,
        "good",
        &[("Range", "bytes=3-4"), ("If-Unmodified-Since", &modified)],
    );
    assert_eq!((piece.status, piece.body.as_slice()), (206, &b"1\n"[..]));
    assert_eq!(piece.header("Content-Range"), Some("bytes 3-4/7"));
    let rest = get(&mut client, path, "good", &[("Range", "bytes=5-999")]);
    assert_eq!(rest.header("Content-Range"), Some("bytes 5-6/7"));
    assert_eq!(get(&mut client, path, "good", &[("Range", "bytes=7-9")]).status, 416);
    let earlier = [("If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:37 GMT")];
    assert_eq!(
        code(&get(&mut client, path, "good", &earlier)),
        refused(412, "PRECONDITION_FAILED")
    );
}

#[test]
fn what_may_not_be_read_or_is_not_there_is_refused_in_the_stores_words() {
    let mut client = Client::new(&scenario());
    let version = [("x-ms-version", "2023-11-03")];
    for (target, token, expected) in [
        (
            "/api/2.0/fs/files/Volumes/main/sales/out/no.csv",
            "good",
            refused(404, "NOT_FOUND"),
        ),
        (
            "/api/2.0/fs/files/Volumes/main/sales/out",
            "good",
            refused(404, "NOT_FOUND"),
        ),
        (
            "/api/2.0/fs/files/Volumes/main/sales/out/closed.csv",
            "good",
            refused(403, "PERMISSION_DENIED"),
        ),
        (
            "/api/2.0/fs/directories/Volumes/main/sales/no",
            "good",
            refused(404, "NOT_FOUND"),
        ),
        (
            "/api/2.0/dbfs/get-status?path=%2Fno",
            "good",
            refused(404, "RESOURCE_DOES_NOT_EXIST"),
        ),
        (
            "/api/2.0/dbfs/get-status?path=no",
            "good",
            refused(400, "INVALID_PARAMETER_VALUE"),
        ),
        (
            "/api/2.0/dbfs/get-status?path=%2Fout%2Fclosed.json",
            "good",
            refused(403, "PERMISSION_DENIED"),
        ),
        (
            "/api/2.0/dbfs/read?path=%2Fout%2Fclosed.json",
            "good",
            refused(403, "PERMISSION_DENIED"),
        ),
        (
            "/api/2.0/dbfs/read?path=%2Fout",
            "good",
            refused(400, "INVALID_PARAMETER_VALUE"),
        ),
        (
            "/api/2.0/dbfs/read?path=%2Fout%2Forders.json&offset=-1",
            "good",
            refused(400, "INVALID_PARAMETER_VALUE"),
        ),
        (
            "/api/2.0/dbfs/read?path=%2Fout%2Forders.json&length=1048577",
            "good",
            refused(400, "MAX_READ_SIZE_EXCEEDED"),
        ),
        (
            "/Sales/lh.Lakehouse/Files/no.json",
            "storage",
            refused(404, "PathNotFound"),
        ),
        (
            "/Sales/lh.Lakehouse/Files/closed.json",
            "storage",
            refused(403, "AuthorizationPermissionMismatch"),
        ),
        (
            "/Sales?resource=filesystem&directory=lh.Lakehouse/no",
            "storage",
            refused(404, "PathNotFound"),
        ),
    ] {
        assert_eq!(code(&get(&mut client, target, token, &version)), expected, "{target}");
    }
    let without = get(&mut client, "/Sales/lh.Lakehouse/Files/orders.json", "storage", &[]);
    assert_eq!(code(&without), refused(400, "MissingRequiredHeader"));
}

#[test]
fn a_token_reads_the_files_that_it_is_for() {
    let mut client = Client::new(&scenario());
    let version = [("x-ms-version", "2023-11-03")];
    let lake = "/Sales/lh.Lakehouse/Files/orders.json";
    for (token, message) in [
        ("fabric", "InvalidAudience"),
        ("good", "InvalidAudience"),
        ("unknown", "authenticate"),
    ] {
        let response = get(&mut client, lake, token, &version);
        assert_eq!(code(&response), refused(401, "InvalidAuthenticationInfo"), "{token}");
        assert!(body(&response)["error"]["message"].to_string().contains(message));
        assert!(
            response
                .header("WWW-Authenticate")
                .is_some_and(|it| it.contains("https://storage.azure.com"))
        );
    }
    assert_eq!(get(&mut client, lake, "storage", &version).status, 200);
    for token in ["storage", "fabric"] {
        let volume = get(
            &mut client,
            "/api/2.0/dbfs/get-status?path=%2Fout%2Forders.json",
            token,
            &[],
        );
        assert_eq!(volume.status, 403, "{token}");
    }
}

#[test]
fn directories_are_listed_as_each_store_lists_them() {
    let mut client = Client::new(&scenario());
    let volume = body(&get(
        &mut client,
        "/api/2.0/fs/directories/Volumes/main/sales/out",
        "good",
        &[],
    ));
    assert_eq!(volume["contents"][0]["name"], "März #1.csv");
    assert_eq!(volume["contents"][0]["path"], "/Volumes/main/sales/out/März #1.csv");
    assert_eq!(volume["contents"][0]["file_size"], 7);
    let dbfs = body(&get(&mut client, "/api/2.0/dbfs/list?path=%2Fout", "good", &[]));
    assert_eq!(dbfs["files"][1]["path"], "/out/orders.json");
    let target = "/Sales?resource=filesystem&recursive=false&directory=lh.Lakehouse/Files/parts";
    let lake = body(&get(&mut client, target, "storage", &[("x-ms-version", "2023-11-03")]));
    assert_eq!(lake["paths"][0]["name"], "lh.Lakehouse/Files/parts/deeper");
    assert_eq!(lake["paths"][0]["isDirectory"], "true");
    assert_eq!(lake["paths"][1]["contentLength"], "2");
}

#[test]
fn a_file_may_change_between_two_pieces() {
    let mut client = Client::new(&scenario());
    let lake = "/Sales/lh.Lakehouse/Files/orders.json";
    let first = get(
        &mut client,
        lake,
        "storage",
        &[("x-ms-version", "2023-11-03"), ("Range", "bytes=0-4")],
    );
    let etag = first.header("ETag").expect("a tag").to_owned();
    let next = [
        ("x-ms-version", "2023-11-03"),
        ("Range", "bytes=5-9"),
        ("If-Match", &*etag),
    ];
    assert_eq!(
        code(&get(&mut client, lake, "storage", &next)),
        refused(412, "ConditionNotMet")
    );
}

#[test]
fn a_file_in_a_scenario_has_a_place_and_a_content() {
    for (file, path) in [
        (json!({"path": "/tmp/x", "text": ""}), "files[0].path"),
        (json!({"path": "/Volumes/a/b/c/", "text": ""}), "files[0].path"),
        (json!({"path": "https://example.com/x", "text": ""}), "files[0].path"),
        (json!({"path": "dbfs:/x"}), "files[0]"),
        (json!({"path": "dbfs:/x", "text": "", "value": 1}), "files[0]"),
        (
            json!({"path": "dbfs:/x", "rows": 1, "columns": {"a": {"type": "no"}}}),
            "files[0].columns.a.type",
        ),
    ] {
        let scenario = Scenario::parse(&json!({ "files": [file] }).to_string()).expect("it reads");
        let error = Simulator::new(scenario, START).expect_err("it contradicts itself");
        assert_eq!(error.path, path);
    }
    let twice = json!({"files": [{"path": "dbfs:/x", "text": ""}, {"path": "dbfs:/x", "text": ""}]});
    let scenario = Scenario::parse(&twice.to_string()).expect("it reads");
    assert_eq!(
        Simulator::new(scenario, START).expect_err("twice").path,
        "files[1].path"
    );
}

/// The only output of a run of the built-in scenario, with what `change` does to it.
#[track_caller]
fn followed(job: Job, change: impl FnOnce(&mut Value)) -> RunOutput {
    let mut scenario: Value = serde_json::from_str(Scenario::BUILT_IN).expect("it is JSON");
    change(&mut scenario);
    let scenario = Scenario::parse(&scenario.to_string()).expect("it reads");
    let simulator = Rc::new(RefCell::new(
        Simulator::new(scenario, support::START).expect("it holds together"),
    ));
    let options = serde_json::from_str(r#"{"followPath":true}"#).expect("the options are right");
    let result = Host::start(job, options, simulated::service(simulator)).run();
    assert_eq!(result.outcome, Outcome::Succeeded);
    result.outputs[0].clone()
}

fn databricks(id: &str) -> Job {
    let mut job = DatabricksJob::default();
    job.host = "https://adb-1111222233334444.5.azuredatabricks.net".to_owned();
    job.job_id = Some(id.to_owned());
    Job::Databricks(job)
}

fn export() -> Job {
    let job: FabricJob = serde_json::from_value(json!({
        "workspaceId": "1f0c4b7e-52aa-4c0d-9b7e-0d6f3a1e8c21", "itemId": "5b0e7d13-9a46-4c2f-8e71-d3f6a80b4c95",
        "jobType": "RunNotebook",
    }))
    .expect("the job is right");
    Job::Fabric(job)
}

#[test]
fn the_built_in_scenario_has_a_file_in_each_store() {
    let volume = followed(databricks("880012345678909"), |_| {}).file.expect("a file");
    let text = String::from_utf8(volume.bytes).expect("a text");
    assert!(text.starts_with("id,day,customer,amount,paid\r\n1,"), "{}", &text[..80]);
    let parts = followed(databricks("880012345678910"), |_| {}).file.expect("a file");
    assert_eq!(
        parts.bytes,
        b"day,orders\n2026-03-01,41\n2026-03-02,38\n2026-03-03,57\n"
    );
    let lake = followed(export(), |_| {}).file.expect("a file");
    assert!(lake.bytes.starts_with(r#"[{"region":"Nord""#.as_bytes()));
}

#[test]
fn a_file_outlives_the_faults_of_its_store() {
    for (job, endpoint) in [
        (databricks("880012345678909"), "fs/files"),
        (databricks("880012345678910"), "dbfs/list"),
        (databricks("880012345678910"), "dbfs/get-status"),
        (databricks("880012345678910"), "dbfs/read"),
        (export(), "onelake/path/read"),
    ] {
        for kind in [
            json!({"throttle": {"seconds": 3}}),
            json!("drop"),
            json!("expireToken"),
            json!({"cut": {"bytes": 5}}),
            json!({"status": {"code": 503}}),
        ] {
            let output = followed(job.clone(), |scenario| {
                scenario["faults"] = json!([{"endpoint": endpoint, "nth": 1, "kind": kind}]);
            });
            assert_eq!((output.error, output.file.is_some()), (None, true), "{endpoint} {kind}");
        }
    }
}

#[test]
fn a_file_that_is_lost_is_an_error_of_its_output() {
    for (change, status) in [
        (json!({"access": "none"}), Some(403)),
        (json!({"path": format!("{LAKE}/elsewhere.json")}), Some(404)),
    ] {
        let output = followed(export(), |scenario| {
            let file = scenario["files"]
                .as_array_mut()
                .and_then(|files| files.last_mut())
                .expect("a file");
            let change = change.as_object().expect("members");
            file.as_object_mut().expect("members").extend(change.clone());
        });
        assert_eq!(output.error.expect("an error").status, status);
    }
    let large = |scenario: &mut Value| {
        let file = &mut scenario["files"][0];
        file["rows"] = json!(150_000);
        file["changesAfterReads"] = json!(1);
    };
    let output = followed(databricks("880012345678909"), large);
    assert!(output.error.expect("an error").message.contains("changed"));
}
