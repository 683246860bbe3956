//! What Entra and Databricks say when they say no, and what a user is told.

use pqrun::error::{Error, ErrorCode};
use serde_json::json;

use crate::host::{AWS, AZURE, SECRET, databricks, entra, fabric, given, oauth, refused};
use crate::support::{Reply, json, with_header};

const TRACE: &str = "2c0f9d1e-4b7a-4e0c-9a58-d3f6b1c27e04";
const CORRELATION: &str = "a51d7c3f-0e92-4d6b-8f41-5b9e2a7c6d10";

fn entra_says(status: u16, error: &str, number: u32, text: &str) -> Reply {
    let description = format!(
        "AADSTS{number}: {text}\r\nTrace ID: {TRACE}\r\nCorrelation ID: {CORRELATION}\r\nTimestamp: 2026-03-01 02:00:00Z"
    );
    let body = json!({
        "error": error,
        "error_description": description,
        "error_codes": [number],
        "timestamp": "2026-03-01 02:00:00Z",
        "trace_id": TRACE,
        "correlation_id": CORRELATION,
        "error_uri": format!("https://login.microsoftonline.com/error?code={number}"),
    });
    json(status, &body.to_string()).into()
}

#[track_caller]
fn from_entra(reply: Reply) -> (Error, usize) {
    refused(&entra(given(SECRET)), &fabric(), vec![reply])
}

#[test]
fn the_known_numbers_of_entra_have_a_hint_of_their_own() {
    use ErrorCode::{InteractionRequired, ServerError, SignInRefused};
    for (number, error, code, hint) in [
        (
            7_000_215,
            "invalid_client",
            SignInRefused,
            "the secret's value, not its id",
        ),
        (7_000_222, "invalid_client", SignInRefused, "expired"),
        (700_016, "unauthorized_client", SignInRefused, "clientId"),
        (90_002, "invalid_request", SignInRefused, "no such tenant"),
        (900_023, "invalid_request", SignInRefused, "neither a GUID nor a domain"),
        (70_011, "invalid_scope", SignInRefused, "/.default"),
        (1_002_012, "invalid_scope", SignInRefused, "/.default"),
        (9_002_326, "invalid_request", SignInRefused, "single-page application"),
        (9_002_313, "invalid_request", SignInRefused, "malformed"),
        (700_024, "invalid_client", SignInRefused, "clock"),
        (500_011, "invalid_resource", SignInRefused, "tenant of the workspace"),
        (50_034, "invalid_grant", InteractionRequired, "user"),
        (50_076, "interaction_required", InteractionRequired, "az login"),
        (50_079, "interaction_required", InteractionRequired, "multi-factor"),
        (53_003, "invalid_grant", InteractionRequired, "conditional access"),
        (90_033, "temporarily_unavailable", ServerError, "try again later"),
        (50_196, "invalid_grant", ServerError, "share one credential"),
    ] {
        let (error, sent) = from_entra(entra_says(400, error, number, "Something is the matter."));
        assert_eq!(error.code(), code, "{number}");
        assert_eq!(error.service_code, Some(format!("AADSTS{number}")));
        assert!(error.hint.contains(hint), "{number}: {}", error.hint);
        assert_ne!(error.hint, code.hint(), "{number}");
        assert!(!error.hint.ends_with('.'), "{number}: {}", error.hint);
        let passes = code == ServerError;
        assert_eq!((error.is_retryable(), sent > 1), (passes, passes), "{number}");
    }
}

#[test]
fn the_word_decides_and_the_number_only_helps() {
    // A number that says wrong secret, under a word that says that a person is needed.
    let (error, _) = from_entra(entra_says(400, "interaction_required", 7_000_215, "Strange."));
    assert_eq!(error.code(), ErrorCode::InteractionRequired);
    assert_eq!(error.hint, ErrorCode::InteractionRequired.hint());
    // A number that nobody knows yet.
    let (error, _) = from_entra(entra_says(400, "invalid_client", 99_999_999, "New."));
    assert_eq!(error.code(), ErrorCode::SignInRefused);
    assert_eq!(error.hint, ErrorCode::SignInRefused.hint());
    for word in ["login_required", "consent_required"] {
        let (error, _) = from_entra(entra_says(400, word, 1, "Sign in."));
        assert_eq!(error.code(), ErrorCode::InteractionRequired);
    }
}

#[test]
fn an_error_of_entras_carries_its_ids_and_no_more_text_than_needed() {
    let (error, sent) = from_entra(entra_says(401, "invalid_client", 7_000_215, "The secret is wrong."));
    assert_eq!(sent, 1);
    assert_eq!(error.message, "AADSTS7000215: The secret is wrong.");
    assert_eq!(error.request_id.as_deref(), Some(TRACE));
    assert_eq!(error.status, Some(401));
    assert_eq!(error.endpoint.as_deref(), Some("oauth2/v2.0/token"));
    let correlated = json(400, &json!({"error": "x", "correlation_id": CORRELATION}).to_string());
    assert_eq!(from_entra(correlated.into()).0.request_id.as_deref(), Some(CORRELATION));
    let by_header = with_header(json(400, "{}"), "x-ms-request-id", TRACE);
    assert_eq!(from_entra(by_header.into()).0.request_id.as_deref(), Some(TRACE));
}

#[test]
fn an_answer_of_entras_in_any_other_shape_is_still_a_refusal() {
    let number_in_text = json!({"error": "invalid_client", "error_description": "AADSTS7000222: old"}).to_string();
    for (body, code, service_code) in [
        (number_in_text.as_str(), ErrorCode::SignInRefused, Some("AADSTS7000222")),
        (
            r#"{"error":"invalid_client"}"#,
            ErrorCode::SignInRefused,
            Some("invalid_client"),
        ),
        (r#"{"error":{"code":"x"}}"#, ErrorCode::SignInRefused, None),
        (
            r#"{"error_codes":["7"],"error_description":7}"#,
            ErrorCode::SignInRefused,
            None,
        ),
        ("[]", ErrorCode::SignInRefused, None),
        ("", ErrorCode::SignInRefused, None),
        ("not JSON", ErrorCode::SignInRefused, None),
        ("<html><title>Blocked by the proxy</title>", ErrorCode::WrongHost, None),
    ] {
        let (error, sent) = from_entra(json(400, body).into());
        assert_eq!((error.code(), sent), (code, 1), "{body}");
        assert_eq!(error.service_code.as_deref(), service_code, "{body}");
        assert!(!error.message.is_empty() && !error.hint.is_empty(), "{body}");
    }
}

#[test]
fn a_refusal_of_databricks_is_read_in_every_shape() {
    use ErrorCode::{SignInRefused, WrongHost};
    for (status, body, code, service_code, message) in [
        (
            401,
            r#"{"error":"invalid_client","error_description":"Client authentication failed"}"#,
            SignInRefused,
            Some("invalid_client"),
            "Client authentication failed",
        ),
        (
            400,
            r#"{"error":"invalid_request"}"#,
            SignInRefused,
            None,
            "invalid_request",
        ),
        (
            403,
            r#"{"error_code":"PERMISSION_DENIED","message":"no"}"#,
            SignInRefused,
            Some("PERMISSION_DENIED"),
            "no",
        ),
        (
            401,
            r#"{"error_code":401,"message":"no"}"#,
            SignInRefused,
            Some("401"),
            "no",
        ),
        (
            400,
            r#"{"detail":"bad","status":"400","scimType":"invalidValue"}"#,
            SignInRefused,
            Some("invalidValue"),
            "bad",
        ),
        (
            400,
            "MALFORMED_REQUEST: what is this",
            SignInRefused,
            Some("MALFORMED_REQUEST"),
            "what is this",
        ),
        (
            400,
            "<html><pre>No such thing</pre>",
            SignInRefused,
            None,
            "No such thing",
        ),
        (401, "", SignInRefused, None, "HTTP status 401"),
        (400, "some text", SignInRefused, None, "some text"),
        (
            404,
            r#"{"error_code":"ENDPOINT_NOT_FOUND","message":"none"}"#,
            WrongHost,
            Some("ENDPOINT_NOT_FOUND"),
            "none",
        ),
        (404, "<html><title>Error 404</title>", WrongHost, None, "Error 404"),
    ] {
        let (error, sent) = refused(&oauth(given(SECRET)), &databricks(AWS), vec![json(status, body).into()]);
        assert_eq!((error.code(), sent), (code, 1), "{body}");
        assert_eq!(error.service_code.as_deref(), service_code, "{body}");
        assert_eq!(error.message, message, "{body}");
        assert_eq!(error.status, Some(status));
        assert_eq!(error.endpoint.as_deref(), Some("oidc/v1/token"));
    }
}

#[test]
fn the_words_of_databricks_oauth_have_hints_of_their_own() {
    for (word, hint) in [
        ("invalid_client", "no personal access token"),
        ("unauthorized_client", "assigned to this workspace"),
        ("access_denied", "assigned to this workspace"),
        ("invalid_scope", "jobs"),
        ("invalid_grant", "federation policy"),
        ("invalid_request", "federation is set up"),
        ("unsupported_grant_type", "federation is set up"),
    ] {
        let body = json!({"error": word, "error_description": "no"}).to_string();
        let (error, _) = refused(&oauth(given(SECRET)), &databricks(AWS), vec![json(400, &body).into()]);
        assert!(error.hint.contains(hint), "{word}: {}", error.hint);
        assert!(!error.hint.ends_with('.'));
    }
}

#[test]
fn the_id_of_a_refused_request_is_kept_for_support() {
    let detail = json!({"error_code": "X", "message": "no", "details": [{"request_id": "11-22"}]}).to_string();
    let header = with_header(json(401, "{}"), "x-databricks-request-id", "11-22");
    let text = json(403, r#"{"message":"Invalid. [ReqId: 11-22]"}"#);
    for reply in [json(401, &detail), header, text] {
        let (error, _) = refused(&oauth(given(SECRET)), &databricks(AZURE), vec![reply.into()]);
        assert_eq!(error.request_id.as_deref(), Some("11-22"), "{error:?}");
    }
}
