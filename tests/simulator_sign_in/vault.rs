//! Key Vault.

use pqrun::http::HttpResponse;
use pqrun::simulator::{Fate, Scenario, Simulator};
use serde_json::json;

use super::client::{Client, START, body};
use super::desk::{FABRIC, TENANT, VAULT, client, entra_token, get, request, secret, with};

const FIRST: &str = "00000000000000000000000000000001";
const SECOND: &str = "00000000000000000000000000000002";

/// Status, code and inner code.
fn told(response: &HttpResponse) -> (u16, String, String) {
    let answer = body(response);
    let text = |pointer: &str| {
        answer
            .pointer(pointer)
            .and_then(|it| it.as_str())
            .unwrap_or("-")
            .to_owned()
    };
    (response.status, text("/error/code"), text("/error/innererror/code"))
}

fn refused(status: u16, code: &str, inner: &str) -> (u16, String, String) {
    (status, code.to_owned(), inner.to_owned())
}

fn reader(client: &mut Client) -> String {
    entra_token(client, 3, VAULT)
}

#[test]
fn a_reader_gets_the_value_with_its_attributes() {
    let mut client = client();
    let token = reader(&mut client);
    let response = get(&mut client, &secret("entra-secret"), &token);
    let answer = body(&response);
    assert_eq!(answer["value"], "entra~simulated+secret&1=%25");
    assert_eq!(answer["contentType"], "text/plain");
    assert_eq!(answer["attributes"]["enabled"], true);
    assert_eq!(answer["attributes"]["created"], START.0 / 1000 - 86_400);
    assert_eq!(answer["attributes"].get("exp"), None);
    let id = answer["id"].as_str().expect("an id");
    let version = id
        .strip_prefix("https://kv-reports.vault.azure.net/secrets/entra-secret/")
        .expect("its vault");
    assert!(
        version.len() == 32 && version.bytes().all(|digit| digit.is_ascii_hexdigit()),
        "{version}"
    );
    assert_eq!(response.header("Cache-Control"), Some("no-cache"));
    let same = get(
        &mut client,
        &format!("/secrets/Entra-Secret/{version}?api-version=2025-07-01"),
        &token,
    );
    assert_eq!(body(&same), answer);
}

#[test]
fn a_call_without_a_good_token_is_told_where_to_get_one() {
    let mut client = client();
    let expected =
        format!("Bearer authorization=\"http://127.0.0.1:8080/{TENANT}\", resource=\"https://vault.azure.net\"");
    let fabric = entra_token(&mut client, 3, FABRIC);
    for (token, words) in [
        ("", "AKV10000"),
        ("nobody-issued-this", "signature"),
        (
            &*fabric,
            "AKV10022: Invalid audience. Expected https://vault.azure.net, found: https://api.fabric",
        ),
    ] {
        let response = get(&mut client, &secret("entra-secret"), token);
        assert_eq!(told(&response), refused(401, "Unauthorized", "-"));
        assert_eq!(response.header("WWW-Authenticate"), Some(&*expected));
        let message = body(&response)["error"]["message"].to_string();
        assert!(message.contains(words), "{message}");
        assert!(token.is_empty() || !message.contains(token));
    }
    let token = reader(&mut client);
    let response = get(client.wait(3600.0), &secret("entra-secret"), &token);
    assert_eq!(response.status, 401);
}

#[test]
fn the_challenge_names_the_cloud_of_the_host() {
    let mut client = client();
    for (host, authority, resource) in [
        (
            "kv-reports.vault.azure.net",
            "https://login.microsoftonline.com",
            "https://vault.azure.net",
        ),
        (
            "KV-Reports.vault.usgovcloudapi.net",
            "https://login.microsoftonline.us",
            "https://vault.usgovcloudapi.net",
        ),
        (
            "kv-reports.vault.azure.cn:443",
            "https://login.partner.microsoftonline.cn",
            "https://vault.azure.cn",
        ),
    ] {
        let response = request(&mut client, "GET", &secret("rotated"), &[("Host", host)], &[]).response;
        let expected = format!("Bearer authorization=\"{authority}/{TENANT}\", resource=\"{resource}\"");
        assert_eq!(response.header("WWW-Authenticate"), Some(&*expected));
    }
}

#[test]
fn the_host_says_which_vault_and_another_is_not_there() {
    let mut client = client();
    let token = format!("Bearer {}", reader(&mut client));
    let mut ask = |host: &str, name: &str| {
        let headers = [("Host", host), ("Authorization", &*token)];
        request(&mut client, "GET", &secret(name), &headers, &[])
    };
    assert_eq!(ask("kv-reports.vault.azure.net", "rotated").response.status, 200);
    assert_eq!(
        ask("kv-policy.vault.azure.net", "rotated").response.status,
        403,
        "before it is looked for"
    );
    assert_eq!(ask("kv-nowhere.vault.azure.net", "rotated").fate, Fate::Drop);
    assert_eq!(ask("localhost:8080", "rotated").response.status, 200);
    let mut empty = with(|scenario| scenario["vaults"] = json!([]));
    let token = reader(&mut empty);
    assert_eq!(get(&mut empty, &secret("rotated"), &token).status, 404);
}

#[test]
fn who_may_not_read_is_told_why() {
    let mut client = client();
    for (number, name, inner) in [
        (5, "rotated", "ForbiddenByRbac"),
        (3, "no-policy", "ForbiddenByPolicy"),
        (3, "no-network", "ForbiddenByFirewall"),
    ] {
        let token = entra_token(&mut client, number, VAULT);
        let response = get(&mut client, &secret(name), &token);
        assert_eq!(told(&response), refused(403, "Forbidden", inner));
    }
}

#[test]
fn what_is_not_there_is_not_found_and_what_looks_like_a_secret_is_not_repeated() {
    let mut client = client();
    let token = reader(&mut client);
    for target in [
        secret("nothing"),
        format!("/secrets/rotated/{FIRST}0?api-version=7.4"),
        secret("s3cr3t~value"),
    ] {
        let response = get(&mut client, &target, &token);
        assert_eq!(told(&response), refused(404, "SecretNotFound", "-"), "{target}");
        assert!(!String::from_utf8_lossy(&response.body).contains("s3cr3t"));
    }
}

#[test]
fn an_api_version_is_needed() {
    let mut client = client();
    let token = reader(&mut client);
    for target in ["/secrets/rotated", "/secrets/rotated?api-version=1.0"] {
        assert_eq!(
            told(&get(&mut client, target, &token)),
            refused(400, "BadParameter", "-")
        );
    }
}

#[test]
fn a_disabled_secret_is_not_given_and_an_expired_one_is() {
    let mut client = client();
    let token = reader(&mut client);
    let response = get(&mut client, &secret("disabled"), &token);
    assert_eq!(told(&response), refused(403, "Forbidden", "SecretDisabled"));
    let expired = body(&get(&mut client, &secret("expired"), &token));
    assert_eq!(expired["value"], "databricks-simulated-secret-0");
    let end = expired["attributes"]["exp"].as_u64().expect("an instant");
    assert_eq!(end, START.0 / 1000 - 86_400 + 3600);
}

#[test]
fn the_newest_version_is_given_unless_one_is_named() {
    let mut client = client();
    let token = reader(&mut client);
    let mut value = |target: &str| body(&get(&mut client, target, &token))["value"].clone();
    assert_eq!(value(&secret("rotated")), "databricks-simulated-secret-1");
    assert_eq!(
        value(&format!("/secrets/rotated/{FIRST}?api-version=7.4")),
        "databricks-simulated-secret-0"
    );
    assert_eq!(
        value(&format!("/secrets/rotated/{SECOND}?api-version=7.4")),
        "databricks-simulated-secret-1"
    );
}

#[test]
fn a_secret_is_rotated_in_its_time() {
    let mut client = client();
    let ask = |client: &mut Client| {
        let token = reader(client);
        let newest = body(&get(client, &secret("rotates"), &token))["value"].clone();
        let second = get(client, &format!("/secrets/rotates/{SECOND}?api-version=7.4"), &token);
        (newest, second.status)
    };
    assert_eq!(ask(&mut client), (json!("databricks-simulated-secret-1"), 404));
    client.wait(3599.9);
    assert_eq!(ask(&mut client), (json!("databricks-simulated-secret-1"), 404));
    client.wait(0.1);
    assert_eq!(ask(&mut client), (json!("databricks-simulated-secret-0"), 200));
}

#[test]
fn it_throttles_in_its_own_words() {
    let mut client = with(|scenario| {
        scenario["faults"] = json!([{"endpoint": "vault/secrets/get", "nth": 1, "kind": {"throttle": {"seconds": 3}}}]);
    });
    let token = reader(&mut client);
    let response = get(&mut client, &secret("rotated"), &token);
    assert_eq!(told(&response), refused(429, "Throttled", "-"));
    assert_eq!(response.header("Retry-After"), Some("3"));
    assert_eq!(get(&mut client, &secret("rotated"), &token).status, 200);
}

#[test]
fn no_page_can_read_it() {
    let mut client = client();
    let token = format!("Bearer {}", reader(&mut client));
    for method in ["GET", "OPTIONS"] {
        let headers = [("Origin", "https://page.example"), ("Authorization", &*token)];
        let response = request(&mut client, method, &secret("rotated"), &headers, &[]).response;
        assert_eq!(response.header("Access-Control-Allow-Origin"), None, "{method}");
    }
}

#[test]
fn what_is_wrong_with_a_vault_is_told_with_its_path() {
    let secrets = |secrets: serde_json::Value| json!([{"name": "kv", "secrets": secrets}]);
    let one = json!([{"value": "x"}]);
    for (vaults, path) in [
        (json!([{"name": "kv"}, {"name": "KV"}]), "vaults[1].name"),
        (
            secrets(json!([{"name": "a_b", "versions": one}])),
            "vaults[0].secrets[0].name",
        ),
        (
            secrets(json!([{"name": "a", "versions": one}, {"name": "A", "versions": one}])),
            "vaults[0].secrets[1].name",
        ),
        (
            secrets(json!([{"name": "a", "versions": []}])),
            "vaults[0].secrets[0].versions",
        ),
    ] {
        let scenario = Scenario::parse(&json!({"vaults": vaults}).to_string()).expect("it reads");
        let error = Simulator::new(scenario, START).expect_err("it is refused");
        assert_eq!(error.path, path);
    }
}
