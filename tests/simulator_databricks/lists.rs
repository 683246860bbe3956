//! `runs/list`, `jobs/list`, `jobs/get`, and limits.

use serde_json::{Value, json};

use super::client::{Client, START, body, one_task};

#[test]
fn active_and_completed_exclude_each_other() {
    let mut client =
        Client::of_job(&json!({"maxConcurrentRuns": 9, "tasks": [{"key": "main", "run": {"seconds": 10}}]}));
    let first = client.start(&json!({}));
    let second = client.wait(20.0).start(&json!({}));
    assert_eq!(client.get("runs/list?active_only=true&completed_only=true").status, 400);
    let ids = |list: &Value| -> Vec<i64> {
        let runs = list["runs"].as_array().map(Vec::as_slice).unwrap_or_default();
        runs.iter().filter_map(|run| run["run_id"].as_i64()).collect()
    };
    assert_eq!(ids(&client.get_ok("runs/list?job_id=1&active_only=true")), [second]);
    assert_eq!(ids(&client.get_ok("runs/list?job_id=1&completed_only=true")), [first]);
    assert_eq!(
        ids(&client.get_ok("runs/list?job_id=1")),
        [second, first],
        "newest end first"
    );
    assert_eq!(ids(&client.get_ok("runs/list?job_id=2")), [0; 0]);
    let from = START.0 + 1;
    assert_eq!(
        ids(&client.get_ok(&format!("runs/list?start_time_from={from}"))),
        [second]
    );
    assert_eq!(
        ids(&client.get_ok(&format!("runs/list?start_time_to={}", from - 1))),
        [first]
    );
    assert!(client.get_ok("runs/list").get("has_more").is_none(), "gone in 2.2");
    client.version = "2.1";
    assert_eq!(client.get_ok("runs/list")["has_more"], false);
}

#[test]
fn a_list_pages_without_gaps_and_refuses_high_limits() {
    let mut client = Client::of_job(&json!({"maxConcurrentRuns": 100, "tasks": [{"key": "main"}]}));
    let mut started: Vec<i64> = (0..25).map(|_| client.wait(1.5).start(&json!({}))).collect();
    assert_eq!(client.get("runs/list?limit=25").status, 400);
    let (mut seen, mut token) = (Vec::new(), String::new());
    loop {
        let page = client.get_ok(&format!("runs/list?limit=10&page_token={token}"));
        seen.extend(
            page["runs"]
                .as_array()
                .expect("runs")
                .iter()
                .filter_map(|run| run["run_id"].as_i64()),
        );
        match page.get("next_page_token") {
            Some(next) => token = next.as_str().expect("a token").to_owned(),
            None => break,
        }
    }
    started.reverse();
    assert_eq!(seen, started);
}

#[test]
fn a_new_run_appears_late_in_a_lagging_list_but_not_in_get() {
    let mut client = Client::of_workspace(&json!({"listLagSeconds": 5}), &one_task(60.0));
    let run = client.start(&json!({}));
    assert!(client.get_ok("runs/list").get("runs").is_none());
    client.run(run);
    assert_eq!(client.wait(6.0).get_ok("runs/list")["runs"][0]["run_id"], run);
}

#[test]
fn runs_from_before_are_listed_with_their_parameters() {
    let mut client = Client::of_job(
        &json!({"parameters": {"day": ""}, "tasks": [{"key": "main"}], "history": [
            {"secondsAgo": 3600, "jobParameters": {"day": "1"}}, {"secondsAgo": 60, "idempotencyToken": "t"},
        ]}),
    );
    let list = client.get_ok("runs/list?completed_only=true");
    assert_eq!(list["runs"].as_array().map(Vec::len), Some(2));
    assert_eq!(list["runs"][1]["job_parameters"][0]["value"], "1");
    assert_eq!(
        client.start(&json!({"idempotency_token": "t"})),
        list["runs"][0]["run_id"]
    );
}

#[test]
fn names_match_without_case_and_need_not_be_unique() {
    let job = |id: i64, name: &str| json!({"id": id, "name": name, "tasks": [{"key": "main"}]});
    let mut client =
        Client::new(&json!({"databricks": {"jobs": [job(1, "Sales"), job(2, "sales"), job(3, "sales 2")]}}));
    let list = client.get_ok("jobs/list?name=SALES".trim_start_matches("jobs/"));
    let names: Vec<&Value> = list["jobs"]
        .as_array()
        .expect("jobs")
        .iter()
        .map(|job| &job["settings"]["name"])
        .collect();
    assert_eq!(names, ["Sales", "sales"]);
    let page = client.get_ok("list?limit=2");
    let token = page["next_page_token"].as_str().expect("a token");
    let rest = client.get_ok(&format!("list?limit=2&page_token={token}"));
    assert_eq!(rest["jobs"][0]["job_id"], 3);
    assert_eq!(client.get("list?limit=101").status, 400);
    assert_eq!(client.get("list?offset=1001").status, 400);
}

#[test]
fn a_job_with_many_tasks_is_paged_or_silently_cut() {
    let tasks: Vec<Value> = (0..101).map(|n| json!({"key": format!("t{n}")})).collect();
    let mut client = Client::of_job(&json!({"parameters": {"day": "x"}, "tasks": tasks}));
    let first = client.get_ok("get?job_id=1");
    assert_eq!(first["settings"]["tasks"].as_array().map(Vec::len), Some(100));
    assert_eq!(
        first["settings"]["parameters"],
        json!([{"name": "day", "default": "x"}])
    );
    let token = first["next_page_token"].as_str().expect("a token");
    let second = client.get_ok(&format!("get?job_id=1&page_token={token}"));
    assert_eq!(second["settings"]["tasks"].as_array().map(Vec::len), Some(1));
    assert_eq!(second["settings"]["parameters"], json!([]));
    client.version = "2.1";
    assert!(client.get_ok("get?job_id=1")["settings"].get("tasks").is_none());
}

#[test]
fn a_workspace_bears_only_so_many_requests_a_second() {
    let mut client = Client::of_workspace(&json!({"rateLimits": {"jobs/runs/list": 2}}), &one_task(1.0));
    client.get_ok("runs/list");
    client.get_ok("runs/list");
    let refused = client.get("runs/list");
    assert_eq!((refused.status, refused.header("Retry-After")), (429, Some("1")));
    assert_eq!(body(&refused)["error_code"], "REQUEST_LIMIT_EXCEEDED");
    assert_eq!(body(&refused)["details"][0]["retry_delay"], "1s");
    client.wait(1.0).get_ok("runs/list");
}

#[test]
fn runs_are_forgotten_after_sixty_days() {
    let mut client = Client::of_job(&one_task(1.0));
    let run = client.start(&json!({"idempotency_token": "t"}));
    client.wait(59.0 * 86_400.0).run(run);
    assert_eq!(
        client
            .wait(2.0 * 86_400.0)
            .get(&format!("runs/get?run_id={run}"))
            .status,
        404
    );
}
