//! The start: its forms and what its answer says.

use pqrun::error::ErrorCode;
use pqrun::run::{IdentifiedBy, Outcome};
use pqrun::time::Timestamp;
use serde_json::json;

use crate::fabric::service::{
    Answer, CANCEL, GET, ITEM, LIST, Shared, USUAL, WORKSPACE, answer, http_time, id, refusal, request, run_options,
    seconds, starts,
};
use crate::support::{START, assert_blames_the_proxy, code};

#[test]
fn the_list_is_read_before_the_post_and_the_known_ids_are_stored_first() {
    let service = Shared::default();
    for n in 1..=5 {
        service
            .set()
            .rows
            .push(crate::fabric::service::Row::ended(id(n), "Completed", seconds(3600)));
    }
    let mut host = service.start(json!({}));
    host.run();
    assert_eq!(host.sent[0].request.endpoint, LIST);
    assert_eq!(host.sent.iter().position(crate::fabric::service::is_start), Some(1));
    let mut known = host.persisted[0].start.known_ids.clone();
    known.sort();
    assert_eq!(known, (1..=5).map(id).collect::<Vec<_>>());
    assert!(host.persisted[0].start.sent_at.is_some());
}

#[test]
fn an_accepted_start_is_followed_under_the_id_of_its_answer() {
    let service = Shared::default();
    let mut host = service.start(json!({}));
    let result = host.run();
    let run = result.run.as_ref().expect("a run");
    assert_eq!(
        (run.id.clone(), run.identified_by, run.shared),
        (id(0x101), IdentifiedBy::Answer, false)
    );
    assert_eq!(
        (run.job_id.as_str(), run.workspace_id.as_deref()),
        (ITEM, Some(WORKSPACE))
    );
    assert!(
        run.page_url
            .as_deref()
            .is_some_and(|url| url.starts_with("https://app.fabric.microsoft.com/"))
    );
    assert_eq!((result.outcome, service.get().posts), (Outcome::Succeeded, 1));
    assert!(result.warnings.is_empty(), "{:?}", result.warnings);
}

#[test]
fn the_id_is_found_in_every_form_of_location_and_only_the_configured_host_is_asked() {
    for location in [
        "https://api.fabric.microsoft.com/v1/workspaces/w/items/i/jobs/instances/{id}",
        "https://api.fabric.microsoft.com/v1/workspaces/w/items/i/jobs/instances/{id}/",
        "https://evil.example/v1/workspaces/w/items/i/jobs/instances/{id}",
        "http://api.fabric.microsoft.com/v1/workspaces/w/items/i/jobs/instances/{id}?a=b#c",
        "/v1/workspaces/w/dataBuildToolJobs/i/jobs/execute/instances/{id}",
        "https://wabi-north.analysis.windows.net/v1/workspaces/w/notebooks/i/jobs/RunNotebook/instances/{id}",
    ] {
        let service = Shared::answering([Answer::Accept(vec![("location", location), ("retry-after", "5")])]);
        let mut host = service.start(json!({}));
        let result = host.run();
        let run = result.run.as_ref().expect("a run");
        assert_eq!(
            (run.id.clone(), run.identified_by),
            (id(0x101), IdentifiedBy::Answer),
            "{location}"
        );
        for sent in &host.sent {
            assert!(
                sent.request
                    .url
                    .starts_with("https://api.fabric.microsoft.com/v1/workspaces/"),
                "{location}"
            );
        }
        assert_eq!(
            host.sent_to(GET)[0].target(),
            format!("/v1/workspaces/{WORKSPACE}/items/{ITEM}/jobs/instances/{}", id(0x101))
        );
    }
}

#[test]
fn an_id_in_upper_case_is_the_same_run() {
    let service = Shared::default();
    service.set().new_ids.push_back(id(0xabc).to_uppercase());
    service.hook(|_, sent| {
        assert!(sent.request.endpoint != GET || sent.target().ends_with(&id(0xabc)));
        None
    });
    let mut host = service.start(json!({"timeout": "1m"}));
    host.run_until(|host| host.poller.run().is_some());
    assert_eq!(host.poller.run().map(|run| run.id.clone()), Some(id(0xabc)));
}

#[test]
fn the_job_id_header_counts_where_the_location_is_hidden_or_names_no_run() {
    for headers in [
        vec![("x-ms-job-id", "{id}")],
        vec![
            (
                "Location",
                "https://h/v1/workspaces/w/items/i/jobs/instances?jobType=Pipeline",
            ),
            ("X-MS-JOB-ID", "{id}"),
        ],
        vec![
            ("Location", "https://wabi.analysis.windows.net/v1/operations/{id}"),
            ("x-ms-job-id", "{id}"),
        ],
    ] {
        let result = Shared::answering([Answer::Accept(headers)]).start(json!({})).run();
        let run = result.run.as_ref().expect("a run");
        assert_eq!((run.id.clone(), run.identified_by), (id(0x101), IdentifiedBy::Answer));
    }
}

#[test]
fn an_accepted_start_without_an_id_is_found_by_its_request_id_and_never_sent_again() {
    for headers in [
        vec![("RequestId", "{request}")],
        vec![
            ("RequestId", "{request}"),
            ("Location", "https://h/v1/workspaces/w/items/i/jobs/instances?jobType=X"),
        ],
    ] {
        let service = Shared::answering([Answer::Accept(headers)]);
        service.set().list_lag = seconds(25);
        let result = service.start(json!({})).run();
        let run = result.run.as_ref().expect("a run");
        assert_eq!(
            (run.id.clone(), run.identified_by),
            (id(0x101), IdentifiedBy::RootActivityId)
        );
        assert_eq!((result.warnings.len(), service.get().posts), (0, 1));
    }
}

#[test]
fn an_accepted_start_whose_run_never_shows_up_is_never_sent_again() {
    for (headers, options) in [
        (vec![("RequestId", "{request}")], json!({})),
        (vec![], json!({})),
        (vec![], json!({"onUnconfirmed": "resend"})),
    ] {
        let service = Shared::answering([Answer::Accept(headers)]);
        service.set().list_lag = seconds(9_000);
        let mut host = service.start(options);
        let result = host.run();
        assert_eq!(
            (result.outcome, code(&result)),
            (Outcome::Abandoned, Some(ErrorCode::StartUnconfirmed))
        );
        assert_eq!(service.get().posts, 1);
    }
}

#[test]
fn a_graph_models_200_with_a_location_is_an_accepted_start() {
    let reply = answer(200, &USUAL[..1], "").into();
    let result = Shared::answering([Answer::Acts { named: true, reply }])
        .start(json!({}))
        .run();
    assert_eq!(
        result.run.as_ref().map(|run| run.identified_by),
        Some(IdentifiedBy::Answer)
    );
}

#[test]
fn the_first_poll_waits_for_the_retry_after_of_the_answer() {
    let later = |after: u64| http_time(Timestamp(START.0 + after * 1000));
    for (value, at_least, at_most) in [
        (Some("60".to_owned()), 60, 63),
        (Some("20".to_owned()), 20, 23),
        (Some(later(45)), 44, 48),
        (None, 9, 12),
        (Some("0".to_owned()), 9, 12),
        (Some("soon".to_owned()), 9, 12),
        // Only a countdown to the service's own refresh, which comes every minute.
        (Some("86400".to_owned()), 60, 63),
    ] {
        let mut headers = vec![USUAL[0]];
        let text: Option<&'static str> = value.map(|value| &*value.leak());
        headers.extend(text.map(|text| ("Retry-After", text)));
        let service = Shared::answering([Answer::Accept(headers)]);
        let mut host = service.start(json!({}));
        host.run();
        let accepted = starts(&host)[0].at;
        let first = host.sent_to(GET)[0].at.since(accepted);
        assert!(
            first >= seconds(at_least) && first <= seconds(at_most),
            "{text:?}: {first:?}"
        );
    }
}

#[test]
fn a_poll_interval_never_beats_the_retry_after_of_the_answer() {
    let mut host = Shared::default().start(json!({"pollInterval": "2s"}));
    host.run();
    let accepted = starts(&host)[0].at;
    assert!(host.sent_to(GET)[0].at.since(accepted) >= seconds(60));
}

#[test]
fn every_refusal_of_a_start_is_rejected_with_the_services_words_and_a_hint() {
    for (status, service_code, expected) in [
        (400, "InvalidJobType", ErrorCode::InvalidJobType),
        (400, "InvalidInput", ErrorCode::BadRequest),
        (400, "CorruptedPayload", ErrorCode::BadRequest),
        (400, "FeatureNotAvailable", ErrorCode::FeatureNotAvailable),
        (400, "ComputeTypeMismatch", ErrorCode::BadRequest),
        (403, "InsufficientPrivileges", ErrorCode::Forbidden),
        (403, "InsufficientScopes", ErrorCode::Forbidden),
        (403, "MissingMinimalPermissions", ErrorCode::Forbidden),
        (403, "TenantSwitchDisabled", ErrorCode::Forbidden),
        (404, "ItemNotFound", ErrorCode::NotFound),
        (404, "WorkspaceNotFound", ErrorCode::NotFound),
        (404, "EntityNotFound", ErrorCode::NotFound),
        (409, "SomethingElse", ErrorCode::Conflict),
        (429, "TooManyRequestsForJobs", ErrorCode::TooManyJobs),
        (409, "TooManyRequestsForJobs", ErrorCode::TooManyJobs),
    ] {
        let service = Shared::answering([Answer::Nothing {
            named: true,
            reply: refusal(status, service_code).into(),
        }]);
        let mut host = service.start(json!({}));
        let result = host.run();
        let error = result.error.as_ref().expect("an error");
        assert_eq!(
            (result.outcome, error.code()),
            (Outcome::Rejected, expected),
            "{service_code}"
        );
        assert_eq!(error.service_code.as_deref(), Some(service_code));
        assert_eq!(
            (error.status, error.request_id.clone()),
            (Some(status), Some(request(0xbad)))
        );
        assert!(
            error.message.contains("it is") && error.hint == expected.hint(),
            "{error:?}"
        );
        assert_eq!((service.get().posts, result.run.is_none()), (1, true));
        assert!(host.elapsed() < seconds(1), "{service_code}");
    }
}

#[test]
fn a_refusal_of_the_proxy_is_told_as_one_of_pqrun_serve_and_not_of_the_service() {
    for (status, expected) in [(401, ErrorCode::Unauthenticated), (403, ErrorCode::Forbidden)] {
        let refused = || Answer::Nothing {
            named: true,
            reply: refusal(status, "PQRUN_PROXY").into(),
        };
        let service = Shared::answering([refused(), refused()]);
        let result = service.start(json!({})).run();
        let error = result.error.as_ref().expect("an error");
        assert_eq!((result.outcome, error.code()), (Outcome::Rejected, expected));
        assert_blames_the_proxy(error);
    }
}

#[test]
fn a_refused_look_starts_nothing() {
    for (status, service_code, expected) in [
        (403, "InsufficientScopes", ErrorCode::Forbidden),
        (404, "ItemNotFound", ErrorCode::NotFound),
    ] {
        let service = Shared::default();
        service.hook(move |_, sent| (sent.request.endpoint == LIST).then(|| refusal(status, service_code).into()));
        let result = service.start(json!({})).run();
        assert_eq!((result.outcome, code(&result)), (Outcome::Rejected, Some(expected)));
        assert_eq!(service.get().posts, 0);
    }
}

#[test]
fn a_sign_in_page_or_a_redirect_in_the_place_of_the_list_starts_nothing() {
    for page in [
        answer(200, &[], "<!doctype html><title>Sign in</title>"),
        answer(302, &[("Location", "https://login.example/")], ""),
        answer(0, &[], ""),
    ] {
        let service = Shared::default();
        service.hook(move |_, sent| (sent.request.endpoint == LIST).then(|| page.clone().into()));
        let mut host = service.start(json!({}));
        let result = host.run();
        assert_eq!(
            (result.outcome, code(&result)),
            (Outcome::Rejected, Some(ErrorCode::WrongHost))
        );
        assert_eq!(service.get().posts, 0);
        assert!(
            host.sent
                .iter()
                .all(|sent| sent.request.url.contains("api.fabric.microsoft.com"))
        );
    }
}

#[test]
fn without_reuse_no_age_is_counted_so_no_clock_is_missed() {
    let service = Shared::default();
    service.set().clock = None;
    let result = service.start(json!({})).run();
    assert_eq!(
        (result.outcome, result.warnings.len()),
        (Outcome::Succeeded, 0),
        "{:?}",
        result.warnings
    );
}

#[test]
fn a_run_of_our_own_is_ours_to_cancel() {
    let service = Shared::default();
    let mut host = service.start(json!({"timeout": "65s", "onTimeout": "cancel"}));
    host.run();
    assert_eq!(host.sent_to(CANCEL).len(), 1);
    assert!(run_options(json!({})).reuse.is_none());
}
