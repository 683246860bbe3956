//! What comes back from a token endpoint in the place of a good answer.

use std::time::Duration;

use pqrun::auth::ExposeSecret;
use pqrun::error::ErrorCode;
use pqrun::http::HttpResponse;
use pqrun::time::Timestamp;
use serde_json::json;

use crate::host::{AWS, Asked, Host, SECRET, TOKEN, databricks, entra, fabric, given, oauth, refused};
use crate::support::{Reply, START, json, with_header};

fn answer(body: &serde_json::Value) -> Reply {
    json(200, &body.to_string()).into()
}

#[track_caller]
fn end_of(expires_in: serde_json::Value) -> Option<Timestamp> {
    let body = json!({"access_token": TOKEN, "token_type": "Bearer", "expires_in": expires_in});
    let slow = Duration::from_secs(5);
    let mut host = Host::new(&oauth(given(SECRET)), &databricks(AWS), move |_: &Asked| {
        Reply::Answer(slow, json(200, &body.to_string()))
    });
    host.run().expect("there is a token").expires_at
}

#[test]
fn the_life_of_a_token_counts_from_its_asking_as_a_number_or_a_text() {
    let hour = Some(START.plus(Duration::from_secs(3600)));
    assert_eq!(end_of(json!(3600)), hour);
    assert_eq!(end_of(json!("3600")), hour);
    assert_eq!(end_of(json!(3600.0)), hour);
}

#[test]
fn a_token_whose_life_makes_no_sense_is_used_until_it_is_refused() {
    for life in [
        json!(null),
        json!(0),
        json!("0"),
        json!(-5),
        json!("soon"),
        json!([]),
        json!(1e300),
        json!(""),
    ] {
        assert_eq!(end_of(life.clone()), None, "{life}");
    }
    let far = end_of(json!(u64::MAX)).expect("it has an end");
    assert!(far.since(START) > Duration::from_secs(1_000_000_000));
}

#[test]
fn a_bearer_token_is_taken_in_any_case_and_without_its_type() {
    for body in [
        json!({"access_token": TOKEN, "token_type": "bearer"}),
        json!({"access_token": TOKEN, "token_type": "BEARER", "error": ""}),
        json!({"access_token": TOKEN}),
    ] {
        let mut host = Host::new(&entra(given(SECRET)), &fabric(), |_: &Asked| answer(&body));
        assert_eq!(host.run().expect("there is a token").token.expose_secret(), TOKEN);
    }
}

#[test]
fn a_token_that_can_not_be_used_ends_it_at_once() {
    for body in [
        json!({"access_token": TOKEN, "token_type": "pop"}),
        json!({"access_token": "pl4nted with spaces"}),
        json!({"access_token": "pl4nted\r\nX-Injected: yes"}),
        json!({"access_token": "pl4nted-ü"}),
    ] {
        let (error, sent) = refused(&entra(given(SECRET)), &fabric(), vec![answer(&body)]);
        assert_eq!((error.code(), sent), (ErrorCode::MalformedResponse, 1), "{body}");
        assert!(!format!("{error:?}").contains("pl4nted"), "{error:?}");
    }
}

#[test]
fn a_good_status_without_a_token_is_tried_again_and_then_told() {
    for body in [
        "{}",
        r#"{"access_token":""}"#,
        r#"{"access_token":7}"#,
        "[]",
        "",
        "{\"access_token\":\"cut",
    ] {
        let (error, sent) = refused(&entra(given(SECRET)), &fabric(), vec![json(200, body).into()]);
        assert_eq!(error.code(), ErrorCode::MalformedResponse, "{body}");
        assert!(
            error.is_retryable() && (3..30).contains(&sent),
            "{body}: {sent} requests"
        );
        assert_eq!(error.status, Some(200));
        assert_eq!(error.endpoint.as_deref(), Some("oauth2/v2.0/token"));
    }
}

#[test]
fn a_good_status_that_says_no_is_a_refusal() {
    let body = json!({"error": "invalid_client", "error_description": "AADSTS7000215: wrong"});
    let (error, sent) = refused(&entra(given(SECRET)), &fabric(), vec![answer(&body)]);
    assert_eq!((error.code(), sent), (ErrorCode::SignInRefused, 1));
}

#[test]
fn a_page_in_the_place_of_a_token_is_another_host() {
    for page in ["<html><title>Sign in</title></html>", "\u{feff}  <!DOCTYPE html>"] {
        let (error, sent) = refused(&oauth(given(SECRET)), &databricks(AWS), vec![json(200, page).into()]);
        assert_eq!((error.code(), sent), (ErrorCode::WrongHost, 3), "{page}");
    }
}

#[test]
fn a_page_now_and_then_is_a_gateways() {
    let page: Reply = json(200, "<html>").into();
    let good = answer(&json!({"access_token": TOKEN}));
    let mut host = Host::new(
        &oauth(given(SECRET)),
        &databricks(AWS),
        crate::host::replies(vec![page, good]),
    );
    host.run().expect("there is a token");
}

#[test]
fn redirects_are_not_followed() {
    for (status, location) in [
        (302, "https://evil.example/oidc/v1/token"),
        (307, "https://evil.example"),
        (308, ""),
        (0, ""),
        (303, "/login.html?error=private-link-validation-error"),
    ] {
        let reply = with_header(json(status, ""), "Location", location);
        let (error, sent) = refused(&oauth(given(SECRET)), &databricks(AWS), vec![reply.into()]);
        assert_eq!((error.code(), sent), (ErrorCode::WrongHost, 1), "{status}");
        assert_eq!(error.status, (status != 0).then_some(status));
        let told = error.message.contains("private link");
        assert_eq!(told, location.contains("private-link"), "{}", error.message);
    }
}

#[test]
fn no_answer_whatever_it_holds_makes_it_panic() {
    let parts = [
        "{",
        "}",
        "\"access_token\"",
        ":",
        "\"\"",
        "[",
        "]",
        "1e999",
        "\u{0}",
        "\\u",
        "null",
        ",",
        "é",
    ];
    let mut seed = 11_u64;
    for _ in 0..2_000 {
        let mut body = String::new();
        for _ in 0..12 {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            body.push_str(parts[usize::try_from((seed >> 33) % parts.len() as u64).expect("small")]);
        }
        let status = [200, 400, 401, 403, 404, 500][usize::try_from((seed >> 40) % 6).expect("small")];
        for credential in [entra(given(SECRET)), oauth(given(SECRET))] {
            let resource = databricks(crate::host::AZURE);
            let response = HttpResponse {
                status,
                headers: vec![("Retry-After".to_owned(), body.clone())],
                body: body.clone().into_bytes(),
            };
            let _ = refused(&credential, &resource, vec![response.into()]);
        }
    }
}
