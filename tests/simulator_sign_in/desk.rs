//! The scenario for signing in, and short names for what is asked of it.

use pqrun::http::HttpResponse;
use pqrun::simulator::{Reply, Request};
use serde_json::Value;

use super::client::{Client, body};

pub(crate) const TENANT: &str = "4d9e21b7-6c03-4f58-9a1e-b7c20d85f361";
pub(crate) const ACCOUNT: &str = "7c1f5a90-3b2e-4d68-9a17-e05c84d2b6f3";
pub(crate) const FABRIC: &str = "https://api.fabric.microsoft.com/.default";
pub(crate) const DATABRICKS: &str = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d/.default";
pub(crate) const MANAGEMENT: &str = "https://management.core.windows.net//.default";
pub(crate) const VAULT: &str = "https://vault.azure.net/.default";
pub(crate) const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
pub(crate) const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";
pub(crate) const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Entra's client of that number.
pub(crate) fn entra(number: u32) -> String {
    format!("e0000000-0000-4000-8000-{number:012}")
}

/// Databricks' principal of that number.
pub(crate) fn principal(number: u32) -> String {
    format!("d0000000-0000-4000-8000-{number:012}")
}

/// The secret of Entra's client of that number.
pub(crate) fn entra_secret(number: u32) -> String {
    match number {
        1 => "entra~simulated+secret&1=%25".to_owned(),
        number => format!("entra-simulated-secret-{number}"),
    }
}

pub(crate) fn scenario() -> Value {
    serde_json::from_str(include_str!("../scenarios/auth.json")).expect("it is JSON")
}

/// The scenario, with what `change` does to it.
pub(crate) fn with(change: impl FnOnce(&mut Value)) -> Client {
    let mut scenario = scenario();
    change(&mut scenario);
    let mut client = Client::new(&scenario);
    client.token = String::new();
    client
}

pub(crate) fn client() -> Client {
    with(|_| {})
}

pub(crate) fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

pub(crate) fn form(members: &[(&str, &str)]) -> Vec<u8> {
    let pairs = members.iter().map(|(name, value)| format!("{name}={}", encoded(value)));
    pairs.collect::<Vec<_>>().join("&").into_bytes()
}

/// A request with these headers and no others but `Host`, which they may set.
pub(crate) fn request(client: &mut Client, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
    let mut all = Vec::new();
    if !headers.iter().any(|(name, _)| *name == "Host") {
        all.push(("Host".to_owned(), "127.0.0.1:8080".to_owned()));
    }
    all.extend(
        headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
    );
    client.simulator.handle(
        client.now,
        &Request {
            method: method.into(),
            target: target.into(),
            headers: all,
            body: body.to_vec(),
        },
    )
}

pub(crate) fn post(client: &mut Client, target: &str, members: &[(&str, &str)]) -> HttpResponse {
    request(client, "POST", target, &[], &form(members)).response
}

pub(crate) fn get(client: &mut Client, target: &str, token: &str) -> HttpResponse {
    let bearer = format!("Bearer {token}");
    request(client, "GET", target, &[("Authorization", &bearer)], &[]).response
}

/// A token of Entra's, by secret.
#[track_caller]
pub(crate) fn entra_token(client: &mut Client, number: u32, scope: &str) -> String {
    let (id, secret) = (entra(number), entra_secret(number));
    let members = [
        ("grant_type", "client_credentials"),
        ("client_id", &*id),
        ("client_secret", &secret),
        ("scope", scope),
    ];
    token(&post(client, &format!("/{TENANT}/oauth2/v2.0/token"), &members))
}

#[track_caller]
pub(crate) fn token(response: &HttpResponse) -> String {
    assert_eq!(response.status, 200, "{}", String::from_utf8_lossy(&response.body));
    body(response)["access_token"].as_str().expect("a token").to_owned()
}

/// The status, and the OAuth error.
pub(crate) fn error(response: &HttpResponse) -> (u16, String) {
    let error = body(response)["error"].as_str().unwrap_or("-").to_owned();
    (response.status, error)
}

pub(crate) const JOBS: &str = "/api/2.2/jobs/list";
pub(crate) const WORKSPACES: &str = "/v1/workspaces";

pub(crate) fn secret(name: &str) -> String {
    format!("/secrets/{name}?api-version=7.4")
}
