//! Which requests get in, by host, path, query and headers.

use crate::*;

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
