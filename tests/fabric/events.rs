//! What a person is told on the way.

use pqrun::error::ErrorCode;
use pqrun::run::{EventKind, Outcome, Phase};
use serde_json::json;

use super::service::{Answer, GET, LIST, Shared, answer, id, refusal, request, run_options, seconds};
use crate::support::{Host, Reply};

fn phases(host: &Host<'_>) -> Vec<Phase> {
    let told = host.events.iter().filter(|event| event.kind == EventKind::Status);
    let mut phases: Vec<Phase> = told.map(|event| event.phase).collect();
    phases.dedup();
    phases
}

#[test]
fn every_change_is_told_once_and_nothing_else() {
    let service = Shared::default();
    service.set().life = vec![(0, "NotStarted"), (90, "InProgress"), (3600, "Completed")];
    let mut host = service.start(json!({}));
    host.run();
    assert_eq!(
        phases(&host),
        [
            Phase::Looking,
            Phase::Starting,
            Phase::Queued,
            Phase::Running,
            Phase::ReadingOutput,
            Phase::Ended
        ]
    );
    // Some hundred polls that all said the same.
    assert!(
        host.sent_to(GET).len() > 300 && host.events.len() < 10,
        "{}",
        host.events.len()
    );
    assert!(host.events.windows(2).all(|pair| pair[0].elapsed <= pair[1].elapsed));
}

#[test]
fn a_lost_start_is_told_as_reconciling() {
    let service = Shared::answering([Answer::Acts {
        named: true,
        reply: refusal(503, "X").into(),
    }]);
    service.set().list_lag = seconds(5);
    let mut host = service.start(json!({}));
    host.run();
    assert_eq!(
        phases(&host)[..4],
        [Phase::Looking, Phase::Starting, Phase::Reconciling, Phase::Queued]
    );
}

#[test]
fn an_event_names_the_run_its_page_and_the_next_poll() {
    let mut host = Shared::default().start(json!({}));
    host.run();
    let queued = host
        .events
        .iter()
        .find(|event| event.phase == Phase::Queued)
        .expect("it is told");
    assert_eq!(queued.run_id, Some(id(0x101)));
    assert!(
        queued
            .run_page_url
            .as_deref()
            .is_some_and(|url| url.contains(&id(0x101)))
    );
    assert!(queued.next_poll_at.is_some_and(|at| at.since(queued.at) >= seconds(60)));
    assert!(host.events[0].run_id.is_none());
}

#[test]
fn a_retry_carries_the_services_words() {
    for endpoint in [LIST, GET] {
        let service = Shared::default();
        let mut bad = 1;
        service.hook(move |_, sent| {
            (sent.request.endpoint == endpoint && bad > 0).then(|| {
                bad -= 1;
                let body =
                    json!({"errorCode": "InternalError", "message": "try later", "isRetriable": true}).to_string();
                answer(503, &[("RequestId", &request(7))], &body).into()
            })
        });
        let mut host = service.start(json!({}));
        assert_eq!(host.run().outcome, Outcome::Succeeded);
        let retries: Vec<_> = host
            .events
            .iter()
            .filter(|event| event.kind == EventKind::Retry)
            .collect();
        let error = retries[0].error.as_ref().expect("an error");
        assert_eq!(
            (retries.len(), error.code(), error.status),
            (1, ErrorCode::ServerError, Some(503))
        );
        assert_eq!(error.service_code.as_deref(), Some("InternalError"));
        assert_eq!(
            (error.request_id.clone(), error.endpoint.as_deref()),
            (Some(request(7)), Some(endpoint))
        );
        assert!(error.is_retryable() && error.hint == error.code().hint());
        assert!(
            retries[0].message.contains("try later") && retries[0].message.contains(endpoint),
            "{}",
            retries[0].message
        );
    }
}

#[test]
fn every_envelope_of_an_error_is_read() {
    for (body, header, service_code, message) in [
        (
            json!({"errorCode": "A", "message": "m"}).to_string(),
            None,
            Some("A"),
            "m",
        ),
        (
            json!({"error": {"code": "B", "message": "m"}}).to_string(),
            None,
            Some("B"),
            "m",
        ),
        (
            json!({"error": {"errorCode": "C", "message": "m"}}).to_string(),
            Some("H"),
            Some("C"),
            "m",
        ),
        (
            json!({"message": 5}).to_string(),
            Some("H"),
            Some("H"),
            "HTTP status 403",
        ),
        ("<html>secret page</html>".to_owned(), None, None, "HTTP status 403"),
        (String::new(), None, None, "HTTP status 403"),
        ("{\"errorCode\":".to_owned(), Some("H"), Some("H"), "HTTP status 403"),
    ] {
        let headers: Vec<_> = header
            .iter()
            .map(|code| ("x-ms-public-api-error-code", *code))
            .collect();
        let reply = answer(403, &headers, &body);
        let service = Shared::answering([Answer::Nothing {
            named: false,
            reply: reply.into(),
        }]);
        let result = service.start(json!({})).run();
        let error = result.error.as_ref().expect("an error");
        assert_eq!(
            (error.code(), error.service_code.as_deref()),
            (ErrorCode::Forbidden, service_code),
            "{body}"
        );
        assert_eq!(error.message, message, "{body}");
        assert!(!format!("{result:?}").contains("secret page"), "a page is no message");
    }
}

#[test]
fn no_parameter_stands_in_an_event_or_an_error() {
    let word = "value-of-a-parameter";
    for answers in [
        vec![],
        vec![Answer::Nothing {
            named: false,
            reply: Reply::Fail("reset", true),
        }],
    ] {
        let service = Shared::answering(answers);
        let mut host = service.start_job(json!({"parameters": {"p": word}}), json!({}));
        let result = host.run();
        assert!(!format!("{:?} {result:?}", host.events).contains(word));
        assert!(
            host.sent
                .iter()
                .all(|sent| !sent.request.url.contains(word) && !format!("{:?}", sent.request).contains(word))
        );
    }
    assert!(run_options(json!({})).secret_parameters.is_empty());
}
