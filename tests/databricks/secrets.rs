//! Secret parameters, and a service that repeats them.

use pqrun::run::Outcome;
use serde_json::json as value;

use crate::support::{Host, Reply};
use crate::*;

const SECRET: &str = "s3cr3t \"v4lue\"/=";

/// Runs a job with a secret parameter to its end, and gives all that is told of it.
fn told(service: impl FnMut(Timestamp, &Sent) -> Reply) -> (Outcome, String) {
    let job = value!({"jobParameters": {"password": SECRET, "day": "2026-03-01"}}).to_string();
    let mut host = Host::start(
        Job::Databricks(job_with(&job)),
        options(r#"{"secretParameters": ["password"], "retryBudget": "10s"}"#),
        service,
    );
    let result = host.run();
    let mut told = vec![serde_json::to_string(&*result).expect("it is JSON")];
    told.extend(
        host.events
            .iter()
            .map(|event| serde_json::to_string(event).expect("it is JSON")),
    );
    told.push(format!("{:?} {result:?}", host.poller.snapshot()));
    (result.outcome, told.join("\n"))
}

/// What stands of it in JSON, whole or escaped once more.
fn assert_hidden(told: &str) {
    assert!(!told.contains("v4lue"), "{told}");
    assert!(told.contains("[secret]"), "it was not repeated at all: {told}");
}

#[test]
fn a_refusal_that_repeats_the_request_does_not_show_the_secret() {
    for status in [400, 403, 409, 500] {
        let (outcome, told) = told(|_, sent| {
            let body = sent.request.body.clone().unwrap_or_default();
            let said =
                value!({"error_code": "INVALID_PARAMETER_VALUE", "message": format!("can't take {body} ({SECRET})")});
            json(status, &said.to_string()).into()
        });
        assert_ne!(outcome, Outcome::Succeeded);
        assert_hidden(&told);
        assert!(
            status == 500 || told.contains("2026-03-01"),
            "what is no secret stays: {told}"
        );
    }
}

#[test]
fn a_network_that_repeats_the_request_does_not_show_the_secret() {
    let (_, told) = told(|_, _| Reply::Fail("reset while sending {\"password\":\"s3cr3t \\\"v4lue\\\"/=\"}", true));
    assert_hidden(&told);
}

#[test]
fn what_a_run_says_of_its_failure_does_not_show_the_secret() {
    let failed = SUCCESS
        .replace(
            r#""result_state":"SUCCESS"}"#,
            r#""result_state":"FAILED","state_message":"no login with s3cr3t \"v4lue\"/="}"#,
        )
        .replace(
            r#""status":{"state":"TERMINATED","termination_details":{"code":"SUCCESS","type":"SUCCESS"}},"#,
            "",
        );
    let mut usual = service(1, &failed);
    let (outcome, told) = told(move |now, sent| match sent.request.endpoint {
        "jobs/runs/get-output" => {
            let output =
                value!({"error": format!("no login with {SECRET}"), "error_trace": format!("login({SECRET:?})")});
            json(200, &output.to_string()).into()
        }
        _ => usual(now, sent),
    });
    assert_eq!(outcome, Outcome::Failed);
    assert_hidden(&told);
}

#[test]
fn an_output_is_the_callers_own_and_stays_as_it_is() {
    let mut usual = service(0, SUCCESS);
    let (outcome, told) = told(move |now, sent| match sent.request.endpoint {
        "jobs/runs/get-output" => json(200, &value!({"notebook_output": {"result": SECRET}}).to_string()).into(),
        _ => usual(now, sent),
    });
    assert_eq!(outcome, Outcome::Succeeded);
    assert!(told.contains("v4lue"));
}
