//! What ends a wait at once: credentials that stay refused, other hosts; and what does not.

use pqrun::error::ErrorCode;
use pqrun::run::Outcome;

use crate::retries::{GET, RUN_NOW, waits};
use crate::support::fixture::fixture;
use crate::support::{assert_blames_the_proxy, code, json, with_header};
use crate::*;

#[test]
fn a_refused_credential_is_refreshed_once_for_a_request() {
    for name in ["error_401_number", "error_403_token", "error_oauth"] {
        for endpoint in [RUN_NOW, GET, "jobs/runs/get-output"] {
            let faults = vec![fixture("databricks", name).into()];
            let mut host = start(RunOptions::default(), faulty(endpoint, faults, service(1, SUCCESS)));
            let result = host.run();
            assert_eq!(
                (result.outcome, &result.outputs_error),
                (Outcome::Succeeded, &None),
                "{name} {endpoint}"
            );
            let sent = host.sent_to(endpoint);
            assert!(
                !sent[0].request.refresh_token && sent[1].request.refresh_token,
                "{name}"
            );
            // At once: the service has nothing against us but the token.
            assert!(waits(&host, endpoint)[0] < seconds(1), "{name}");
        }
    }
}

#[test]
fn a_second_401_with_a_fresh_token_ends_the_wait() {
    let refusal = || fixture("databricks", "error_401_number").into();
    let mut host = start(
        RunOptions::default(),
        faulty(GET, vec![refusal(); 2], service(1, SUCCESS)),
    );
    let result = host.run();
    assert_eq!(
        (result.outcome, code(&result)),
        (Outcome::Abandoned, Some(ErrorCode::Unauthenticated))
    );
    assert_eq!(result.run.as_ref().map(|run| run.id.as_str()), Some(RUN_ID));
    assert_eq!(host.sent_to(GET).len(), 2);
    let mut host = start(
        RunOptions::default(),
        faulty(RUN_NOW, vec![refusal(); 2], service(1, SUCCESS)),
    );
    let result = host.run();
    assert_eq!(
        (result.outcome, code(&result)),
        (Outcome::Rejected, Some(ErrorCode::Unauthenticated))
    );
}

#[test]
fn a_token_may_expire_more_than_once_in_a_long_run() {
    let mut polls = 0;
    let mut usual = service(usize::MAX, SUCCESS);
    let mut host = start(options(r#"{"timeout":"3h"}"#), |now, sent| {
        if sent.request.endpoint == GET && !sent.request.refresh_token {
            polls += 1;
            if polls % 50 == 0 {
                return fixture("databricks", "error_401_number").into();
            }
        }
        usual(now, sent)
    });
    assert_eq!(host.run().outcome, Outcome::TimedOut);
    let refreshed = host
        .sent_to(GET)
        .iter()
        .filter(|sent| sent.request.refresh_token)
        .count();
    assert!(refreshed >= 5, "{refreshed}");
}

#[test]
fn a_permission_that_is_missing_is_no_matter_of_the_token() {
    let mut host = start(
        RunOptions::default(),
        faulty(
            GET,
            vec![fixture("databricks", "error_403").into()],
            service(1, SUCCESS),
        ),
    );
    let result = host.run();
    assert_eq!(
        (result.outcome, code(&result)),
        (Outcome::Abandoned, Some(ErrorCode::Forbidden))
    );
    assert_eq!(host.sent_to(GET).len(), 1);
}

// Other hosts.

#[test]
fn a_redirect_is_another_host_and_is_not_followed() {
    for status in [0, 301, 302, 303, 307, 308] {
        let redirect = with_header(
            json(status, ""),
            "Location",
            "https://evil.example/api/2.2/jobs/run-now",
        );
        for endpoint in [RUN_NOW, GET] {
            let mut host = start(
                RunOptions::default(),
                faulty(endpoint, vec![redirect.clone().into()], service(1, SUCCESS)),
            );
            let result = host.run();
            let outcome = if endpoint == GET {
                Outcome::Abandoned
            } else {
                Outcome::Rejected
            };
            assert_eq!(
                (result.outcome, code(&result)),
                (outcome, Some(ErrorCode::WrongHost)),
                "{status}"
            );
            assert!(host.sent.iter().all(|sent| sent.request.url.starts_with(HOST)));
        }
    }
}

#[test]
fn a_sign_in_page_is_another_host_after_a_few_tries() {
    let page = || fixture("databricks", "sign_in_page").into();
    let mut host = start(
        RunOptions::default(),
        faulty(RUN_NOW, vec![page(); 99], service(1, SUCCESS)),
    );
    let result = host.run();
    assert_eq!(code(&result), Some(ErrorCode::WrongHost));
    assert_eq!(host.sent_to(RUN_NOW).len(), 3);
    assert!(result.run.is_none());
    let mut host = start(
        RunOptions::default(),
        faulty(RUN_NOW, vec![page(); 2], service(1, SUCCESS)),
    );
    assert_eq!(host.run().outcome, Outcome::Succeeded);
}

#[test]
fn a_page_in_the_place_of_a_404_is_another_host_not_a_missing_job() {
    let page = json(404, "<html><title>Error 404 Not Found</title></html>");
    let mut host = start(
        RunOptions::default(),
        faulty(RUN_NOW, vec![page.into()], service(1, SUCCESS)),
    );
    let result = host.run();
    assert_eq!(
        (result.outcome, code(&result)),
        (Outcome::Rejected, Some(ErrorCode::WrongHost))
    );
}

#[test]
fn a_late_answer_to_a_request_given_up_on_is_ignored() {
    let late = Reply::Answer(seconds(90), json(200, r#"{"run_id":1}"#));
    let mut host = start(RunOptions::default(), faulty(RUN_NOW, vec![late], service(9, SUCCESS)));
    let result = host.run();
    assert_eq!(result.run.as_ref().map(|run| run.id.as_str()), Some(RUN_ID));
}

#[test]
fn a_request_that_the_host_can_not_send_is_no_start() {
    let mut host = start(RunOptions::default(), |_, _| Reply::Hang);
    let id = host.sent[0].request.id;
    let error = pqrun::error::Error::new(ErrorCode::MissingCredentials, "no token");
    host.input(pqrun::poller::Input::NotSent { id, error });
    let result = host.run();
    assert_eq!(
        (result.outcome, code(&result)),
        (Outcome::Rejected, Some(ErrorCode::MissingCredentials))
    );
}

#[test]
fn a_refusal_of_the_proxy_is_told_as_one_of_pqrun_serve_and_not_of_the_service() {
    let body = r#"{"error_code": "PQRUN_PROXY", "errorCode": "PQRUN_PROXY", "message": "expected one, found another"}"#;
    for (endpoint, outcome) in [(RUN_NOW, Outcome::Rejected), (GET, Outcome::Abandoned)] {
        for (status, expected) in [(401, ErrorCode::Unauthenticated), (403, ErrorCode::Forbidden)] {
            let refusals = vec![json(status, body).into(); 2];
            let mut host = start(RunOptions::default(), faulty(endpoint, refusals, service(1, SUCCESS)));
            let result = host.run();
            let error = result.error.as_ref().expect("an error");
            assert_eq!((result.outcome, error.code()), (outcome, expected), "{endpoint}");
            assert_eq!(error.service_code.as_deref(), Some("PQRUN_PROXY"));
            assert_blames_the_proxy(error);
        }
    }
}
