//! What the gate of `pqrun serve` lets through, and how it is sent then.

use pqrun::gate::{Asked, Gate, Guarded, Looked, MOST_BODY_BYTES, Passage, Refusal};
use pqrun::http::{BaseUrl, HttpResponse, Service};
use serde_json::{Value, json};

const DATABRICKS: &str = "adb-1111222233334444.5.azuredatabricks.net";
const FABRIC: &str = "api.fabric.microsoft.com";
const LAKE: &str = "onelake.dfs.fabric.microsoft.com";
const WORKSPACE: &str = "1f0c4b7e-52aa-4c0d-9b7e-0d6f3a1e8c21";
const ITEM: &str = "7a93e1d4-0f5b-4e0a-8d3c-64b2f9c7a510";
const OTHER_ITEM: &str = "9d3e7c55-1b20-4f6a-bb0e-7c1f52d8e904";
const INSTANCE: &str = "e58a6f13-9c40-4b2e-b6d1-2f7740ac91de";

fn guarded(service: Service, host: &str) -> Guarded {
    Guarded {
        service,
        base: BaseUrl::parse(host).expect("it is a host"),
        only: Vec::new(),
        workspace_id: None,
        follow_path: false,
    }
}

fn both() -> Vec<Guarded> {
    vec![
        guarded(Service::Databricks, DATABRICKS),
        guarded(Service::Fabric, FABRIC),
    ]
}

fn gate(change: impl Fn(&mut Guarded)) -> Gate {
    let mut services = both();
    services.iter_mut().for_each(change);
    Gate::new(services).expect("the options are right")
}

fn open() -> Gate {
    gate(|_| ())
}

/// Held to the job 11 and the item [`ITEM`].
fn held() -> Gate {
    gate(|guarded| {
        guarded.only = vec![match guarded.service {
            Service::Databricks => "11".to_owned(),
            Service::Fabric => ITEM.to_uppercase(),
        }];
    })
}

fn with_files() -> Gate {
    gate(|guarded| guarded.follow_path = true)
}

fn ask(gate: &Gate, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Result<Passage, Refusal> {
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    gate.admit(&Asked {
        method,
        target,
        headers: &headers,
        body: body.as_bytes(),
    })
}

fn get(gate: &Gate, target: &str) -> Result<Passage, Refusal> {
    ask(gate, "GET", target, &[], "")
}

fn post(gate: &Gate, target: &str, body: &str) -> Result<Passage, Refusal> {
    ask(gate, "POST", target, &[("content-type", "application/json")], body)
}

fn jobs(rest: &str) -> String {
    format!("{DATABRICKS}/api/2.2/jobs/{rest}")
}

fn items(rest: &str) -> String {
    format!("{FABRIC}/v1/workspaces/{WORKSPACE}/{rest}")
}

fn start(job: &str) -> String {
    format!(r#"{{"job_id": {job}, "idempotency_token": "t-1"}}"#)
}

#[track_caller]
fn refused(asked: Result<Passage, Refusal>, status: u16) -> String {
    match asked {
        Ok(passage) => panic!("expected a refusal, found {}", passage.request.url),
        Err(refusal) => {
            assert_eq!(refusal.status, status, "{}", refusal.message);
            refusal.message
        }
    }
}

#[track_caller]
fn sent(asked: Result<Passage, Refusal>) -> String {
    match asked {
        Ok(passage) => passage.request.url,
        Err(refusal) => panic!("{refusal:?}"),
    }
}

fn answer(status: u16, body: &Value) -> HttpResponse {
    HttpResponse {
        status,
        headers: vec![("content-type".into(), "application/json".into())],
        body: body.to_string().into_bytes(),
    }
}

/// What goes back of an answer.
fn told(gate: &mut Gate, passage: &Passage, response: HttpResponse) -> HttpResponse {
    gate.answered(passage, response)
        .unwrap_or_else(|refusal| refusal.response())
}

/// What goes back in the place of the request, if the look before it says so.
fn looked(gate: &mut Gate, passage: &Passage, response: HttpResponse) -> Result<(), HttpResponse> {
    gate.looked(passage, response).map_err(|looked| match looked {
        Looked::Answered(response) => response,
        Looked::Refused(refusal) => refusal.response(),
    })
}

fn document(response: &HttpResponse) -> Value {
    serde_json::from_slice(&response.body).expect("it is JSON")
}

#[test]
fn a_host_that_the_server_was_not_started_for_is_refused() {
    for host in [
        "evil.example",
        "ADB-1111222233334444.5.azuredatabricks.net",
        "adb-1111222233334444.5.azuredatabricks.net:443",
        "adb-1111222233334444.5.azuredatabricks.net.evil.example",
        "user@adb-1111222233334444.5.azuredatabricks.net",
        "adb-1111222233334444%2e5.azuredatabricks.net",
        "api.fabric.microsoft.com.",
        "127.0.0.1",
        "",
    ] {
        refused(get(&open(), &format!("{host}/api/2.2/jobs/runs/get?run_id=1")), 403);
    }
    refused(get(&open(), &format!("{FABRIC}/api/2.2/jobs/runs/get?run_id=1")), 403);
    refused(get(&open(), &format!("{DATABRICKS}/v1/workspaces")), 403);
}

#[test]
fn a_path_that_is_not_of_the_contract_is_refused() {
    for path in [
        "api/2.2/jobs/delete",
        "api/2.0/token/create",
        "api/2.2/jobs/runs/get/",
        "api/2.2/jobs/runs/get/x",
        "api/2.2/jobs/runs%2Dget",
        "api/2.2/jobs/runs/g%65t",
        "api/2.2/jobs/RUNS/get",
        "api/2.2/jobs",
        "",
    ] {
        let asked = get(&open(), &format!("{DATABRICKS}/{path}?run_id=1"));
        let status = asked.as_ref().map_or_else(|refusal| refusal.status, |_| 200);
        assert!(matches!(status, 400 | 403), "{path}: {status}");
    }
    refused(get(&open(), DATABRICKS), 403);
    refused(get(&open(), &format!("{DATABRICKS}/api/2.3/jobs/list")), 400);
    refused(post(&open(), &jobs("runs/get?run_id=1"), ""), 405);
    refused(ask(&open(), "DELETE", &jobs("runs/get?run_id=1"), &[], ""), 405);
    refused(ask(&open(), "get", &jobs("runs/get?run_id=1"), &[], ""), 405);
    refused(get(&open(), &jobs("run-now")), 405);
}

#[test]
fn a_path_with_a_second_reading_is_refused() {
    for path in [
        "api/2.2/jobs/../jobs/runs/get",
        "api/2.2/jobs/./runs/get",
        "api/2.2/jobs/%2e%2e/list",
        "api/2.2/jobs/%252e%252e/list",
        "api/2.2/jobs/%25252e%25252e/list",
        "api/2.2/jobs/.%252e/list",
        "api/2.2//jobs/runs/get",
        "api/2.2/jobs%2Fruns/get",
        "api/2.2/jobs%5Cruns/get",
        "api/2.2/jobs%252fruns/get",
        "api/2.2/jobs\\runs\\get",
        "api/2.2/jobs/runs/get%00",
        "api/2.2/jobs/runs/get%0d%0aX:%20y",
        "api/2.2/jobs/runs/get%",
        "api/2.2/jobs/runs/get%zz",
        "api/2.2/jobs/runs/get%ff",
        "api/2.2/jobs/runs/get#x",
        "api/2.2/jobs/runs/gé",
        "api/2.2/jobs/runs/get x",
    ] {
        refused(get(&open(), &format!("{DATABRICKS}/{path}?run_id=1")), 400);
    }
    let long = "x".repeat(9000);
    refused(get(&open(), &jobs(&format!("list?name={long}"))), 414);
}

#[test]
fn a_query_with_a_second_reading_is_refused() {
    for (query, status) in [
        ("run_id=1&run_id=2", 400),
        ("run_id=1&run%5Fid=2", 403),
        ("run_id=1&", 403),
        ("run_id=1&RUN_ID=2", 403),
        ("run_id=1&delete=true", 403),
        ("run_id=1;run_id=2", 400),
        ("run_id=", 400),
        ("run_id", 400),
        ("run_id=0", 400),
        ("run_id=-1", 400),
        ("run_id=01", 400),
        ("run_id=1.0", 400),
        ("run_id=1e3", 400),
        ("run_id=%201", 400),
        ("run_id=9223372036854775808", 400),
        ("run_id=1%26run_id=2", 400),
        ("run_id=1&include_history=yes", 400),
        ("run_id=1&page_token=a+b", 400),
        ("run_id=1&page_token=%0a", 400),
        ("run_id=1&page_token=%ff", 400),
    ] {
        refused(get(&open(), &jobs(&format!("runs/get?{query}"))), status);
    }
}

#[test]
fn what_is_sent_is_made_of_what_was_understood() {
    let url = sent(get(&open(), &jobs("list?name=a%26b%3d%C3%BC%2B&limit=5")));
    assert_eq!(
        url,
        format!("https://{DATABRICKS}/api/2.2/jobs/list?name=a%26b%3D%C3%BC%2B&limit=5")
    );
    let upper = items(&format!(
        "items/{}/jobs/instances?continuationToken=a%2Bb%3D",
        ITEM.to_uppercase()
    ));
    let url = sent(get(&open(), &upper));
    let expected =
        format!("https://{FABRIC}/v1/workspaces/{WORKSPACE}/items/{ITEM}/jobs/instances?continuationToken=a%2Bb%3D");
    assert_eq!(url, expected);
    let passage = post(
        &open(),
        &jobs("run-now"),
        " {\"idempotency_token\" : \"\\u0074-1\", \"job_id\":11 ,\"job_parameters\":{\"a\":\"\\u00fc\"}}",
    );
    let body = passage.expect("it is a start").request.body.expect("there is a body");
    assert_eq!(
        body,
        r#"{"idempotency_token":"t-1","job_id":11,"job_parameters":{"a":"ü"}}"#
    );
}

#[test]
fn every_start_of_the_contract_gets_through() {
    for rest in [
        format!("items/{ITEM}/jobs/Pipeline/instances"),
        format!("items/{ITEM}/jobs/instances?jobType=Pipeline"),
        format!("notebooks/{ITEM}/jobs/execute/instances?beta=false"),
        format!("sparkJobDefinitions/{ITEM}/jobs/sparkjob/instances"),
    ] {
        let body = r#"{"executionData":{"parameters":{"a":1}}}"#;
        assert_eq!(
            sent(post(&open(), &items(&rest), body)),
            format!("https://{}", items(&rest))
        );
        let without = ask(&open(), "POST", &items(&rest), &[], "");
        assert_eq!(without.expect("it is a start").request.body, None);
    }
    sent(post(&open(), &jobs("run-now"), &start("11")));
}

#[test]
fn a_body_with_a_second_reading_is_refused() {
    for (body, status) in [
        ("", 400),
        ("[]", 400),
        ("null", 400),
        ("{", 400),
        ("{}{}", 400),
        (r#"{"job_id": 11, "idempotency_token": "t", "job_id": 12}"#, 400),
        (r#"{"job_id": 11, "idempotency_token": "t", "job\u005fid": 12}"#, 400),
        (
            r#"{"job_id": 11, "idempotency_token": "t", "job_parameters": {"a": "1", "a": "2"}}"#,
            400,
        ),
        (r#"{"job_id": 11, "idempotency_token": "t", "JOB_ID": 12}"#, 403),
        (r#"{"job_id": 11, "idempotency_token": "t", "run_as": {}}"#, 403),
        (r#"{"job_id": "11", "idempotency_token": "t"}"#, 400),
        (r#"{"job_id": 11.0, "idempotency_token": "t"}"#, 400),
        (r#"{"job_id": 1.1e1, "idempotency_token": "t"}"#, 400),
        (r#"{"job_id": -11, "idempotency_token": "t"}"#, 400),
        (r#"{"job_id": 0, "idempotency_token": "t"}"#, 400),
        (r#"{"job_id": 18446744073709551627, "idempotency_token": "t"}"#, 400),
        (r#"{"job_id": 9223372036854775808, "idempotency_token": "t"}"#, 400),
        (r#"{"job_id": [11], "idempotency_token": "t"}"#, 400),
        (r#"{"idempotency_token": "t"}"#, 400),
        (r#"{"job_id": 11}"#, 400),
        (r#"{"job_id": 11, "idempotency_token": ""}"#, 400),
        (r#"{"job_id": 11, "idempotency_token": 5}"#, 400),
        (
            "{\"job_id\": 11, \"idempotency_token\": \"t\", \"only\": [\"\u{0}\"]}",
            400,
        ),
    ] {
        refused(post(&open(), &jobs("run-now"), body), status);
    }
    let deep = format!(
        r#"{{"job_id":11,"idempotency_token":"t","only":{}{}}}"#,
        "[".repeat(200),
        "]".repeat(200)
    );
    refused(post(&open(), &jobs("run-now"), &deep), 400);
    let invalid = Asked {
        method: "POST",
        target: &jobs("run-now"),
        headers: &[("Content-Type".into(), "application/json".into())],
        body: b"{\"job_id\":11,\"idempotency_token\":\"\xff\"}",
    };
    refused(open().admit(&invalid), 400);
}

#[test]
fn a_body_is_json_of_bounded_length_and_only_where_the_contract_has_one() {
    let long = format!(
        r#"{{"job_id":11,"idempotency_token":"t","only":["{}"]}}"#,
        "x".repeat(MOST_BODY_BYTES)
    );
    refused(post(&open(), &jobs("run-now"), &long), 413);
    refused(
        ask(
            &open(),
            "POST",
            &jobs("run-now"),
            &[("content-type", "text/plain")],
            &start("11"),
        ),
        415,
    );
    refused(ask(&open(), "POST", &jobs("run-now"), &[], &start("11")), 415);
    let json = ("content-type", "application/json; charset=utf-8");
    refused(
        ask(
            &open(),
            "POST",
            &jobs("run-now"),
            &[json, ("content-encoding", "gzip")],
            &start("11"),
        ),
        415,
    );
    sent(ask(&open(), "POST", &jobs("run-now"), &[json], &start("11")));
    refused(ask(&open(), "GET", &jobs("list"), &[json], "{}"), 400);
    refused(
        post(
            &open(),
            &items(&format!("items/{ITEM}/jobs/instances/{INSTANCE}/cancel")),
            "{}",
        ),
        400,
    );
}

#[test]
fn an_id_of_fabric_is_a_guid() {
    for id in [
        "1",
        "7a93e1d4-0f5b-4e0a-8d3c-64b2f9c7a51g",
        "00000000-0000-0000-0000-000000000000",
        "a%20b",
    ] {
        refused(get(&open(), &items(&format!("items/{id}/jobs/instances"))), 400);
    }
    refused(
        post(&open(), &items(&format!("items/{ITEM}/jobs/a%20b/instances")), ""),
        400,
    );
}

#[test]
fn of_the_headers_only_those_of_pieces_of_files_go_on() {
    let headers = [
        ("authorization", "Bearer mine"),
        ("cookie", "a=b"),
        ("x-forwarded-for", "1.2.3.4"),
        ("range", "bytes=0-99"),
        ("if-match", "\"v1\""),
        ("accept", "text/html"),
    ];
    let names = |passage: Passage| -> Vec<String> {
        let headers = passage.request.headers;
        headers
            .into_iter()
            .map(|(name, value)| format!("{name}: {value}"))
            .collect()
    };
    let listed = ask(&open(), "GET", &jobs("list"), &headers, "").expect("it is a list");
    assert_eq!(names(listed), ["Accept: application/json"]);
    let file = ask(
        &with_files(),
        "GET",
        &format!("{LAKE}/Sales/lh.Lakehouse/Files/a.csv"),
        &headers,
        "",
    );
    let expected = [
        "Accept: */*",
        "x-ms-version: 2023-11-03",
        "If-Match: \"v1\"",
        "Range: bytes=0-99",
    ];
    assert_eq!(names(file.expect("it is a file")), expected);
    let volume = format!("{DATABRICKS}/api/2.0/fs/files/Volumes/a/b/c/d.csv");
    refused(
        ask(&with_files(), "GET", &volume, &[("range", "bytes=0-1, 5-6")], ""),
        400,
    );
}

#[test]
fn the_workspace_of_a_shared_host_is_the_servers_to_say() {
    let header = ("x-databricks-workspace-id", "1111");
    refused(ask(&open(), "GET", &jobs("list"), &[header], ""), 403);
    let of_one = gate(|guarded| {
        if guarded.service == Service::Databricks {
            guarded.workspace_id = Some("1111".into());
        }
    });
    for headers in [&[header][..], &[]] {
        let passage = ask(&of_one, "GET", &jobs("list"), headers, "").expect("it is the one");
        let has = ("X-Databricks-Workspace-Id".to_owned(), "1111".to_owned());
        assert!(passage.request.headers.contains(&has));
    }
    refused(
        ask(
            &of_one,
            "GET",
            &jobs("list"),
            &[("x-databricks-workspace-id", "2222")],
            "",
        ),
        403,
    );
}

#[test]
fn files_are_read_only_if_paths_are_followed() {
    let lake = format!("{LAKE}/Sales/lh.Lakehouse/Files/a%20b.csv");
    for target in [
        format!("{DATABRICKS}/api/2.0/fs/files/Volumes/a/b/c/d%20e.csv"),
        format!("{DATABRICKS}/api/2.0/fs/directories/Volumes/a/b/c?page_token=x"),
        format!("{DATABRICKS}/api/2.0/dbfs/read?path=%2Ftmp%2Fa.csv&offset=0&length=1048576"),
        lake.clone(),
        format!("{LAKE}/Sales?resource=filesystem&directory=lh.Lakehouse%2FFiles&recursive=false"),
        format!("westeurope-{LAKE}/Sales/lh.Lakehouse/Files/a.csv"),
    ] {
        refused(get(&open(), &target), 403);
        assert_eq!(sent(get(&with_files(), &target)), format!("https://{target}"));
    }
    for (target, status) in [
        (format!("evil-{DATABRICKS}/api/2.0/fs/files/Volumes/a/b/c/d.csv"), 403),
        (format!("{LAKE}.evil.example/Sales/lh.Lakehouse/Files/a.csv"), 403),
        (format!("{LAKE}:8443/Sales/lh.Lakehouse/Files/a.csv"), 403),
        (format!("{DATABRICKS}/api/2.0/fs/files/Volumes/a/b/c/%2e%2e/d.csv"), 400),
        (format!("{DATABRICKS}/api/2.0/fs/files/Volumes/a/b/c%2Fd.csv"), 400),
        (format!("{DATABRICKS}/api/2.0/dbfs/read?path=%2Ftmp%2F..%2Fa.csv"), 400),
        (
            format!("{DATABRICKS}/api/2.0/dbfs/read?path=%2Ftmp%2F%252e%252e%2Fa.csv"),
            400,
        ),
        (format!("{LAKE}/Sales?resource=account"), 400),
        (format!("{LAKE}/Sales/lh.Lakehouse/Files/a.csv?action=append"), 403),
    ] {
        refused(get(&with_files(), &target), status);
    }
    refused(ask(&with_files(), "PUT", &lake, &[], ""), 405);
}

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
fn an_answer_goes_back_without_cookies_challenges_and_what_is_of_its_connection() {
    let mut open = open();
    let passage = get(&open, &jobs("list")).expect("it is a list");
    let headers = [
        ("set-cookie", "a=b"),
        ("www-authenticate", "Basic realm=\"x\""),
        ("connection", "close"),
        ("transfer-encoding", "chunked"),
        ("content-encoding", "gzip"),
        ("access-control-allow-origin", "*"),
        ("retry-after", "7"),
        ("x-request-id", "r-1"),
        ("etag", "a\r\nb: c"),
    ];
    let response = HttpResponse {
        status: 429,
        headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        body: Vec::new(),
    };
    let names: Vec<String> = told(&mut open, &passage, response)
        .headers
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(names, ["retry-after", "x-request-id"]);
}

#[test]
fn a_redirect_leads_nobody_anywhere() {
    let mut open = open();
    let passage = get(&open, &jobs("list")).expect("it is a list");
    for (status, expected) in [(302, 302), (301, 301), (308, 308), (0, 302)] {
        let response = HttpResponse {
            status,
            headers: vec![("Location".into(), "https://evil.example/".into())],
            body: b"https://evil.example/".to_vec(),
        };
        let answer = told(&mut open, &passage, response);
        assert_eq!(answer.status, expected);
        assert!(answer.header("Location").is_none() && !String::from_utf8_lossy(&answer.body).contains("evil"));
    }
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
