//! The start of an own run: what is checked before, what is sent, how a job is found by its name.

use pqrun::databricks::contract::RUN_NOW;
use pqrun::error::ErrorCode;
use pqrun::poller::Poller;
use pqrun::run::Outcome;
use serde_json::{Value, json as value};

use crate::support::code;
use crate::*;

#[track_caller]
fn refusal(job: &str) -> ErrorCode {
    let job = Job::Databricks(job_with(job));
    Poller::start(job, RunOptions::default(), [7; 16], support::START)
        .expect_err("it is refused")
        .code()
}

/// The body of the start, without the token.
#[track_caller]
fn body(job: &str) -> Value {
    let host = Host::start(
        Job::Databricks(job_with(job)),
        RunOptions::default(),
        service(0, SUCCESS),
    );
    let mut body = host.sent_to("jobs/run-now")[0].body();
    body.as_object_mut()
        .expect("an object")
        .shift_remove("idempotency_token");
    body
}

#[test]
fn every_parameter_kind_goes_into_the_body_as_the_service_spells_it() {
    for (job, member, expected) in [
        (
            r#"{"jobParameters":{"day":"2026-03-01","limit":"500"}}"#,
            "job_parameters",
            value!({"day": "2026-03-01", "limit": "500"}),
        ),
        (
            r#"{"notebookParams":{"a b":"ü"}}"#,
            "notebook_params",
            value!({"a b": "ü"}),
        ),
        (r#"{"jarParams":["x","ü"]}"#, "jar_params", value!(["x", "ü"])),
        (
            r#"{"pythonParams":["--day","1"]}"#,
            "python_params",
            value!(["--day", "1"]),
        ),
        (
            r#"{"sparkSubmitParams":["--class","X"]}"#,
            "spark_submit_params",
            value!(["--class", "X"]),
        ),
        (
            r#"{"pythonNamedParams":{"day":"1"}}"#,
            "python_named_params",
            value!({"day": "1"}),
        ),
        (r#"{"sqlParams":{"day":"1"}}"#, "sql_params", value!({"day": "1"})),
        (
            r#"{"dbtCommands":["dbt deps","dbt run"]}"#,
            "dbt_commands",
            value!(["dbt deps", "dbt run"]),
        ),
        (
            r#"{"pipelineParams":{"full_refresh":true}}"#,
            "pipeline_params",
            value!({"full_refresh": true}),
        ),
        (r#"{"queue":true}"#, "queue", value!({"enabled": true})),
        (r#"{"queue":false}"#, "queue", value!({"enabled": false})),
        (
            r#"{"only":["+load","publish+"]}"#,
            "only",
            value!(["+load", "publish+"]),
        ),
        (
            r#"{"performanceTarget":"STANDARD"}"#,
            "performance_target",
            value!("STANDARD"),
        ),
    ] {
        let body = body(job);
        assert_eq!(
            body,
            value!({"job_id": 880_012_345_678_901_u64, member: expected}),
            "{job}"
        );
        assert!(RUN_NOW.body.contains(&member));
    }
}

#[test]
fn no_parameters_means_no_members() {
    assert_eq!(body("{}"), value!({"job_id": 880_012_345_678_901_u64}));
}

#[test]
fn the_documented_limits_are_checked_before_anything_is_sent() {
    let long = "x".repeat(10_000);
    let token = "t".repeat(65);
    let huge = "x".repeat(10_000_001);
    for job in [
        r#"{"jobParameters":{"a":"1"},"notebookParams":{"a":"1"}}"#.to_owned(),
        r#"{"jobParameters":{"a":"1"},"jarParams":["1"]}"#.to_owned(),
        r#"{"jobParameters":{"a":"1"},"pythonParams":["1"]}"#.to_owned(),
        r#"{"jobParameters":{"a":"1"},"sparkSubmitParams":["1"]}"#.to_owned(),
        r#"{"jobParameters":{"a":"1"},"pythonNamedParams":{"a":"1"}}"#.to_owned(),
        r#"{"jobParameters":{"a":"1"},"dbtCommands":["dbt run"]}"#.to_owned(),
        r#"{"notebookParams":{"a":"1"},"jarParams":["1"]}"#.to_owned(),
        r#"{"jobParameters":{"a b":"1"}}"#.to_owned(),
        r#"{"jobParameters":{"":"1"}}"#.to_owned(),
        r#"{"jobParameters":{"ü":"1"}}"#.to_owned(),
        r#"{"pythonParams":["ü"]}"#.to_owned(),
        r#"{"sparkSubmitParams":["ü"]}"#.to_owned(),
        format!(r#"{{"notebookParams":{{"a":"{long}"}}}}"#),
        format!(r#"{{"jarParams":["{long}"]}}"#),
        format!(r#"{{"pythonParams":["{long}"]}}"#),
        format!(r#"{{"sparkSubmitParams":["{long}"]}}"#),
        format!(r#"{{"sqlParams":{{"a":"{huge}"}}}}"#),
        format!(r#"{{"idempotencyToken":"{token}"}}"#),
        r#"{"idempotencyToken":""}"#.to_owned(),
        r#"{"pipelineParams":[]}"#.to_owned(),
        r#"{"only":[]}"#.to_owned(),
        r#"{"only":["+"]}"#.to_owned(),
        r#"{"performanceTarget":"FAST"}"#.to_owned(),
    ] {
        assert_eq!(
            refusal(&job),
            ErrorCode::InvalidParameter,
            "{}",
            &job[..job.len().min(80)]
        );
    }
}

#[test]
fn what_is_just_within_the_limits_is_sent() {
    // `["` and `"]` count too.
    let longest = "x".repeat(9_996);
    body(&format!(r#"{{"jarParams":["{longest}"]}}"#));
    let token = "t".repeat(64);
    let job = job_with(&format!(r#"{{"idempotencyToken":"{token}"}}"#));
    let host = Host::start(Job::Databricks(job), RunOptions::default(), service(0, SUCCESS));
    assert_eq!(token_of(host.sent_to("jobs/run-now")[0]), token);
    body(r#"{"jobParameters":{"A-z_0.9":""},"sqlParams":{"a":"1"}}"#);
}

#[test]
fn ids_hosts_and_versions_are_checked_before_anything_is_sent() {
    for id in ["", "0", "-5", "1.5", "abc", "9223372036854775808"] {
        let mut job = job();
        job.job_id = Some(id.to_owned());
        let error = Poller::start(Job::Databricks(job), RunOptions::default(), [7; 16], support::START);
        assert_eq!(error.expect_err(id).code(), ErrorCode::InvalidOptions, "{id}");
    }
    assert_eq!(refusal(r#"{"apiVersion":"2.3"}"#), ErrorCode::InvalidOptions);
    assert_eq!(refusal(r#"{"apiVersion":"../../x"}"#), ErrorCode::InvalidOptions);
    assert_eq!(refusal(r#"{"jobName":""}"#), ErrorCode::InvalidOptions);
    assert_eq!(
        refusal("{\"databricksWorkspaceId\":\"1\\r\\nX: y\"}"),
        ErrorCode::InvalidOptions
    );
    let mut both = job();
    both.job_name = Some("orders".to_owned());
    let mut neither = job();
    neither.job_id = None;
    let mut plain = job();
    plain.host = "http://example.com".to_owned();
    for (job, expected) in [
        (both, ErrorCode::InvalidOptions),
        (neither, ErrorCode::InvalidOptions),
        (plain, ErrorCode::InvalidHost),
    ] {
        let error = Poller::start(Job::Databricks(job), RunOptions::default(), [7; 16], support::START);
        assert_eq!(error.expect_err("it is refused").code(), expected);
    }
}

#[test]
fn options_that_contradict_each_other_are_refused() {
    for (job, options) in [
        (r#"{"idempotencyToken":"t"}"#, r#"{"reuse":{}}"#),
        ("{}", r#"{"marker":"m"}"#),
        ("{}", r#"{"adoptAnyParameters":true}"#),
        ("{}", r#"{"cancelDuplicates":true}"#),
        ("{}", r#"{"timeout":0}"#),
    ] {
        let error = Poller::start(
            Job::Databricks(job_with(job)),
            self::options(options),
            [7; 16],
            support::START,
        );
        assert_eq!(
            error.expect_err("it is refused").code(),
            ErrorCode::InvalidOptions,
            "{options}"
        );
    }
}

#[test]
fn a_token_given_by_the_caller_makes_the_run_a_shared_one() {
    let job = job_with(r#"{"idempotencyToken":"nightly-2026-03-01-7f3a9c"}"#);
    let mut host = Host::start(Job::Databricks(job), RunOptions::default(), service(1, SUCCESS));
    let result = host.run();
    assert_eq!(result.run.as_ref().map(|run| run.shared), Some(true));
    assert_eq!(token_of(host.sent_to("jobs/run-now")[0]), "nightly-2026-03-01-7f3a9c");
}

#[test]
fn tokens_of_two_intents_differ_and_of_one_intent_do_not() {
    let token = |random| {
        let poller = Poller::start(Job::Databricks(job()), RunOptions::default(), random, support::START);
        let host = Host::over(poller.expect("the job is right"), support::START, service(0, SUCCESS));
        token_of(host.sent_to("jobs/run-now")[0])
    };
    assert_ne!(token([1; 16]), token([2; 16]));
    assert_eq!(token([1; 16]), token([1; 16]));
}

#[test]
fn every_version_and_the_workspace_id_go_on_every_request() {
    for version in ["2.0", "2.1", "2.2"] {
        let job = job_with(&format!(
            r#"{{"apiVersion":"{version}","databricksWorkspaceId":"1111222233334444"}}"#
        ));
        let mut host = Host::start(Job::Databricks(job), RunOptions::default(), service(1, SUCCESS));
        assert_eq!(host.run().outcome, Outcome::Succeeded);
        for sent in &host.sent {
            assert!(
                sent.target().starts_with(&format!("/api/{version}/jobs/")),
                "{}",
                sent.target()
            );
            let id = sent
                .request
                .headers
                .iter()
                .find(|(name, _)| name == "X-Databricks-Workspace-Id");
            assert_eq!(id.map(|(_, value)| value.as_str()), Some("1111222233334444"));
        }
    }
    let host = start(RunOptions::default(), service(1, SUCCESS));
    assert!(host.sent[0].target().starts_with("/api/2.2/"));
    assert!(
        host.sent[0]
            .request
            .headers
            .iter()
            .all(|(name, _)| !name.starts_with("X-"))
    );
}

#[test]
fn no_request_holds_a_credential() {
    let mut host = start(RunOptions::default(), service(1, SUCCESS));
    host.run();
    for sent in &host.sent {
        let names = sent.request.headers.iter().map(|(name, _)| name.to_ascii_lowercase());
        assert!(
            names.into_iter().all(|name| name != "authorization"),
            "{:?}",
            sent.request
        );
        assert!(sent.request.url.starts_with(HOST));
    }
}

// By name.

/// A service whose list of jobs has these pages of ids and names.
fn jobs(pages: Vec<Vec<(u64, &'static str)>>) -> impl FnMut(Timestamp, &Sent) -> Reply {
    let mut usual = service(0, SUCCESS);
    move |now, sent| {
        if sent.request.endpoint != "jobs/list" {
            return usual(now, sent);
        }
        let at = sent
            .target()
            .split_once("page_token=p")
            .map_or(0, |(_, at)| at.parse().expect("a page"));
        let jobs: Vec<Value> = pages[at]
            .iter()
            .map(|(id, name)| value!({"job_id": id, "settings": {"name": name}}))
            .collect();
        let mut page = value!({"jobs": jobs});
        if at + 1 < pages.len() {
            page["next_page_token"] = format!("p{}", at + 1).into();
        }
        json(200, &page.to_string()).into()
    }
}

#[track_caller]
fn by_name(name: &str, pages: Vec<Vec<(u64, &'static str)>>) -> Host<'static> {
    let job = job_with(&value!({"jobName": name}).to_string());
    Host::start(Job::Databricks(job), RunOptions::default(), jobs(pages))
}

#[test]
fn a_job_is_found_by_its_exact_name_over_all_pages() {
    let pages = vec![
        vec![(1, "Orders"), (2, "ORDERS")],
        vec![],
        vec![(3, "orders "), (9_223_372_036_854_775_807, "orders")],
    ];
    let mut host = by_name("orders", pages);
    let result = host.run();
    assert_eq!(result.outcome, Outcome::Succeeded);
    assert_eq!(host.sent_to("jobs/list").len(), 3);
    assert_eq!(
        host.sent_to("jobs/run-now")[0].body()["job_id"],
        value!(9_223_372_036_854_775_807_u64)
    );
}

#[test]
fn a_name_is_encoded() {
    let host = by_name("täglich & ?", vec![vec![]]);
    assert!(
        host.sent[0].target().contains("name=t%C3%A4glich%20%26%20%3F&"),
        "{}",
        host.sent[0].target()
    );
}

#[test]
fn a_name_that_several_jobs_have_starts_none_and_names_them() {
    let mut host = by_name("orders", vec![vec![(1, "orders")], vec![(2, "orders")]]);
    let result = host.run();
    assert_eq!(
        (result.outcome, code(&result)),
        (Outcome::Rejected, Some(ErrorCode::JobNameAmbiguous))
    );
    assert!(result.message.contains("1, 2"), "{}", result.message);
    assert!(host.sent_to("jobs/run-now").is_empty());
}

#[test]
fn a_job_that_two_pages_show_is_one_job() {
    let mut host = by_name("orders", vec![vec![(1, "orders")], vec![(1, "orders")]]);
    assert_eq!(host.run().outcome, Outcome::Succeeded);
}

#[test]
fn a_name_that_no_job_has_starts_none() {
    for pages in [vec![vec![]], vec![vec![(1, "Orders")]]] {
        let mut host = by_name("orders", pages);
        let result = host.run();
        assert_eq!(
            (result.outcome, code(&result)),
            (Outcome::Rejected, Some(ErrorCode::JobNameNotFound))
        );
        assert!(host.sent_to("jobs/run-now").is_empty());
    }
}

#[test]
fn a_list_of_jobs_that_never_ends_is_given_up() {
    let job = job_with(r#"{"jobName":"orders"}"#);
    let mut host = Host::start(Job::Databricks(job), RunOptions::default(), |_, _| {
        json(200, r#"{"jobs":[],"next_page_token":"again"}"#).into()
    });
    let result = host.run();
    assert_eq!(result.outcome, Outcome::Rejected);
    assert!(host.sent.len() <= 1000, "{}", host.sent.len());
}
