//! Databricks' own token endpoints, and who is let in on Azure.

use serde_json::{Value, json};

use super::client::{Client, body};
use super::desk::{
    ACCOUNT, DATABRICKS, EXCHANGE, JOBS, JWT, MANAGEMENT, client, entra_token, error, form, get, post, principal,
    request, token, with,
};

const TOKEN: &str = "/oidc/v1/token";
const RESOURCE: &str = "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/reports/providers/\
                        Microsoft.Databricks/workspaces/reports";
/// `d0000000-0000-4000-8000-000000000001:databricks-simulated-secret-1`
const BASIC: &str = "Basic ZDAwMDAwMDAtMDAwMC00MDAwLTgwMDAtMDAwMDAwMDAwMDAxOmRhdGFicmlja3Mtc2ltdWxhdGVkLXNlY3JldC0x";

fn by_secret(client: &mut Client, number: u32, scope: &str) -> pqrun::http::HttpResponse {
    let (id, secret) = (principal(number), format!("databricks-simulated-secret-{number}"));
    let members = [
        ("grant_type", "client_credentials"),
        ("client_id", &*id),
        ("client_secret", &secret),
        ("scope", scope),
    ];
    post(client, TOKEN, &members)
}

fn exchange(client: &mut Client, id: Option<&str>, subject: &str) -> pqrun::http::HttpResponse {
    let mut members = vec![
        ("grant_type", EXCHANGE),
        ("subject_token", subject),
        ("subject_token_type", JWT),
        ("scope", "all-apis"),
    ];
    members.extend(id.map(|id| ("client_id", id)));
    post(client, TOKEN, &members)
}

#[test]
fn a_principal_proves_itself_in_the_header_or_in_the_form() {
    let mut client = client();
    let body_of_grant = form(&[("grant_type", "client_credentials"), ("scope", "all-apis")]);
    let response = request(&mut client, "POST", TOKEN, &[("Authorization", BASIC)], &body_of_grant).response;
    assert_eq!(body(&response)["token_type"], "Bearer");
    assert_eq!(body(&response)["expires_in"], 3600);
    assert_eq!(response.header("Cache-Control"), Some("no-cache, no-store"));
    let first = token(&response);
    assert_eq!(get(&mut client, JOBS, &first).status, 200);
    let second = token(&by_secret(&mut client, 1, "all-apis"));
    assert_ne!(first, second);
    assert_eq!(get(&mut client, JOBS, &second).status, 200);
}

#[test]
fn the_wrong_proof_is_an_invalid_client_and_told_without_the_secret() {
    let mut client = client();
    for (id, secret) in [
        (principal(1), "wrong-s3cr3t"),
        (principal(9), "wrong-s3cr3t"),
        (principal(4), "databricks-simulated-secret-4"),
        // It has none.
        (principal(3), "wrong-s3cr3t"),
    ] {
        let members = [
            ("grant_type", "client_credentials"),
            ("client_id", &*id),
            ("client_secret", secret),
            ("scope", "all-apis"),
        ];
        let response = post(&mut client, TOKEN, &members);
        assert_eq!(error(&response), (401, "invalid_client".into()), "{id}");
        assert!(response.header("WWW-Authenticate").is_some());
        assert!(!String::from_utf8_lossy(&response.body).contains("secret"));
    }
    let nobody = post(
        &mut client,
        TOKEN,
        &[("grant_type", "client_credentials"), ("scope", "jobs")],
    );
    assert_eq!(error(&nobody), (401, "invalid_client".into()));
    let broken = form(&[("grant_type", "client_credentials"), ("scope", "jobs")]);
    let broken = request(&mut client, "POST", TOKEN, &[("Authorization", "Basic ???")], &broken).response;
    assert_eq!(error(&broken), (401, "invalid_client".into()));
}

#[test]
fn a_malformed_request_is_told_by_its_kind() {
    let mut client = client();
    let id = principal(1);
    let named = [("client_id", &*id), ("client_secret", "databricks-simulated-secret-1")];
    for (members, headers, expected) in [
        (vec![("scope", "all-apis")], vec![], "invalid_request"),
        (vec![("grant_type", "password")], vec![], "unsupported_grant_type"),
        (vec![("grant_type", "client_credentials")], vec![], "invalid_request"),
        (
            vec![("grant_type", "client_credentials"), ("scope", "everything")],
            vec![],
            "invalid_scope",
        ),
        (
            vec![("grant_type", "client_credentials"), ("scope", "all-apis")],
            vec![("Authorization", BASIC)],
            "invalid_request",
        ),
    ] {
        let members: Vec<_> = members.into_iter().chain(named).collect();
        let response = request(&mut client, "POST", TOKEN, &headers, &form(&members)).response;
        assert_eq!(error(&response), (400, expected.to_owned()), "{members:?}");
    }
    let json = json!({"grant_type": "client_credentials", "scope": "all-apis"}).to_string();
    let response = request(&mut client, "POST", TOKEN, &[("Authorization", BASIC)], json.as_bytes()).response;
    assert_eq!(error(&response), (400, "invalid_request".into()), "JSON is no form");
    assert_eq!(request(&mut client, "GET", TOKEN, &[], &[]).response.status, 405);
}

#[test]
fn a_token_may_do_what_its_scopes_say() {
    let mut client = client();
    // The second principal is bound to jobs.
    assert_eq!(
        error(&by_secret(&mut client, 2, "all-apis")),
        (400, "invalid_scope".into())
    );
    for (number, scope, expected) in [
        (2, "jobs", 200),
        (1, "jobs", 200),
        (1, "sql jobs", 200),
        (1, "sql", 403),
    ] {
        let token = token(&by_secret(&mut client, number, scope));
        let response = get(&mut client, JOBS, &token);
        assert_eq!(response.status, expected, "{scope}");
        let told = String::from_utf8_lossy(&response.body).contains("required scopes: jobs");
        assert_eq!(told, expected == 403);
    }
}

#[test]
fn the_account_has_an_endpoint_of_its_own_whose_tokens_reach_the_workspace() {
    let mut client = client();
    let members = form(&[("grant_type", "client_credentials"), ("scope", "all-apis")]);
    let mut ask = |account: &str| {
        let target = format!("/oidc/accounts/{account}/v1/token");
        request(&mut client, "POST", &target, &[("Authorization", BASIC)], &members).response
    };
    assert_eq!(ask("00000000-0000-4000-8000-000000000000").status, 404);
    let token = token(&ask(ACCOUNT));
    assert_eq!(get(&mut client, JOBS, &token).status, 200);
}

#[test]
fn a_token_of_another_system_is_exchanged_by_a_policy() {
    let mut client = client();
    // Of a principal, and of the account: there no principal is named.
    for (id, subject) in [
        (Some(principal(3)), "simulated.databricks.good"),
        (None, "simulated.databricks.person"),
    ] {
        let response = exchange(&mut client, id.as_deref(), subject);
        let token = token(&response);
        assert_eq!(get(&mut client, JOBS, &token).status, 200, "{subject}");
    }
}

#[test]
fn an_exchange_without_a_matching_policy_is_refused() {
    let mut client = client();
    let third = principal(3);
    for (id, subject, expected) in [
        (Some(&*third), "simulated.databricks.person", "invalid_request"),
        (None, "simulated.databricks.good", "invalid_request"),
        // Made for Entra.
        (Some(&*third), "simulated.entra.good", "invalid_request"),
        (Some(&*third), "simulated.databricks.expired", "invalid_request"),
        (Some(&*third), "simulated.databricks.forged", "invalid_request"),
        (Some(&*third), "no-jwt", "invalid_request"),
        (Some(&*third), "", "invalid_request"),
        (Some("nobody"), "simulated.databricks.good", "invalid_client"),
    ] {
        let response = exchange(&mut client, id, subject);
        assert_eq!(error(&response).1, expected, "{subject}");
        assert!(subject.is_empty() || !String::from_utf8_lossy(&response.body).contains(subject));
    }
    let members = [
        ("grant_type", EXCHANGE),
        ("subject_token", "simulated.databricks.good"),
        ("subject_token_type", "urn:ietf:params:oauth:token-type:saml2"),
        ("scope", "all-apis"),
        ("client_id", &*third),
    ];
    assert_eq!(error(&post(&mut client, TOKEN, &members)).1, "invalid_request");
}

#[test]
fn an_exchanged_token_lives_no_longer_than_the_one_before() {
    let mut client = with(|scenario| scenario["identityTokens"][4]["lifetimeSeconds"] = json!(900));
    client.wait(300.0);
    let third = principal(3);
    let response = exchange(&mut client, Some(&third), "simulated.databricks.good");
    assert_eq!(body(&response)["expires_in"], 600);
}

#[test]
fn the_lifetime_is_a_number_or_a_text() {
    let mut client = with(|scenario| scenario["databricks"]["expiresInAsText"] = json!(true));
    assert_eq!(body(&by_secret(&mut client, 5, "jobs"))["expires_in"], "120");
}

#[test]
fn where_to_sign_in_can_be_found() {
    let mut client = client();
    let mut read = |target: &str| request(&mut client, "GET", target, &[], &[]).response;
    let server = body(&read("/oidc/.well-known/oauth-authorization-server"));
    assert_eq!(server["token_endpoint"], "http://127.0.0.1:8080/oidc/v1/token");
    let account = format!("/oidc/accounts/{ACCOUNT}");
    let server = body(&read(&format!("{account}/.well-known/oauth-authorization-server")));
    assert_eq!(
        server["token_endpoint"],
        format!("http://127.0.0.1:8080{account}/v1/token")
    );
    let host = body(&read("/.well-known/databricks-config"));
    assert_eq!(host["account_id"], ACCOUNT);
    let tenant = read("/aad/auth");
    assert_eq!(tenant.status, 302);
    assert!(
        tenant
            .header("Location")
            .is_some_and(|to| to.contains(super::desk::TENANT))
    );
}

#[test]
fn no_page_can_read_a_token_endpoint_but_where_all_origins_are_allowed() {
    for allowed in [false, true] {
        let mut client = with(|scenario| scenario["allowAllOrigins"] = json!(allowed));
        let origin = [("Origin", "https://page.example"), ("Authorization", BASIC)];
        let members = form(&[("grant_type", "client_credentials"), ("scope", "jobs")]);
        for method in ["POST", "OPTIONS"] {
            let response = request(&mut client, method, TOKEN, &origin, &members).response;
            assert_eq!(
                response.header("Access-Control-Allow-Origin").is_some(),
                allowed,
                "{method}"
            );
        }
    }
}

// Azure.

fn list(client: &mut Client, token: &str, headers: &[(&str, &str)]) -> (u16, Value) {
    let bearer = format!("Bearer {token}");
    let mut all = vec![("Authorization", &*bearer)];
    all.extend(headers);
    let response = request(client, "GET", JOBS, &all, &[]).response;
    (response.status, body(&response))
}

#[test]
fn a_client_that_is_not_in_the_workspace_is_let_in_by_both_headers_and_stays() {
    let mut client = client();
    let token = entra_token(&mut client, 4, DATABRICKS);
    let management = entra_token(&mut client, 4, MANAGEMENT);
    let resource = ("X-Databricks-Azure-Workspace-Resource-Id", RESOURCE);
    let managed = ("X-Databricks-Azure-SP-Management-Token", &*management);
    let elsewhere = ("X-Databricks-Azure-Workspace-Resource-Id", "/subscriptions/other");
    let wrong = ("X-Databricks-Azure-SP-Management-Token", &*token);
    for headers in [
        vec![],
        vec![resource],
        vec![managed],
        vec![elsewhere, managed],
        vec![resource, wrong],
    ] {
        assert_eq!(list(&mut client, &token, &headers).0, 403, "{headers:?}");
    }
    assert_eq!(list(&mut client, &token, &[resource, managed]).0, 200);
    assert_eq!(list(&mut client, &token, &[]).0, 200, "it is a member now");
}

/// The token of a client that was let in by both headers.
#[track_caller]
pub(crate) fn join(client: &mut Client) -> String {
    let token = entra_token(client, 4, DATABRICKS);
    let management = entra_token(client, 4, MANAGEMENT);
    let headers = [
        ("X-Databricks-Azure-Workspace-Resource-Id", RESOURCE),
        ("X-Databricks-Azure-SP-Management-Token", &*management),
    ];
    assert_eq!(list(client, &token, &headers).0, 200);
    token
}

#[test]
fn both_headers_help_nobody_who_has_no_rights_on_the_resource() {
    let mut client = client();
    // The fifth is no contributor, and the fourth's management token is the fourth's.
    let (fourth, fifth) = (
        entra_token(&mut client, 4, MANAGEMENT),
        entra_token(&mut client, 5, MANAGEMENT),
    );
    let token = entra_token(&mut client, 5, DATABRICKS);
    for management in [fourth, fifth] {
        let headers = [
            ("X-Databricks-Azure-Workspace-Resource-Id", RESOURCE),
            ("X-Databricks-Azure-SP-Management-Token", &*management),
        ];
        assert_eq!(list(&mut client, &token, &headers).0, 403);
    }
}
