//! Which bodies get in.

use pqrun::gate::MOST_BODY_BYTES;

use crate::*;

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
