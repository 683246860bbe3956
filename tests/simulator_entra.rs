//! Entra's token endpoint in the simulator.
#![cfg(feature = "simulator")]

#[path = "simulator_databricks/client.rs"]
mod client;

use pqrun::http::HttpResponse;
use pqrun::simulator::{Fate, Reply, Scenario};
use serde_json::{Value, json};

use self::client::{Client, body};

const TENANT: &str = "0c4f1d7e-2b60-4a35-9e8b-71d2c6a05f13";
const CLIENT: &str = "b81e6d20-95c7-4f4a-8d13-6a0e27f9c354";
const SECRET: &str = "s3cr3t~+&=%";
const FABRIC: &str = "https://api.fabric.microsoft.com/.default";
const DATABRICKS: &str = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d/.default";

fn scenario() -> Value {
    json!({"entra": {"tenants": [{"id": TENANT, "domains": ["contoso.example"], "clients": [
        {"id": CLIENT, "secret": SECRET},
        {"id": "short", "secret": SECRET, "lifetimeSeconds": 60},
        {"id": "old", "secret": SECRET, "secretExpired": true},
    ]}]}})
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn form(members: &[(&str, &str)]) -> String {
    let pairs = members.iter().map(|(name, value)| format!("{name}={}", encoded(value)));
    pairs.collect::<Vec<_>>().join("&")
}

fn ask(client: &mut Client, tenant: &str, members: &[(&str, &str)]) -> Reply {
    client.token.clear();
    client.send(
        "POST",
        &format!("/{tenant}/oauth2/v2.0/token"),
        form(members).as_bytes(),
    )
}

fn usual<'a>(id: &'a str, secret: &'a str, scope: &'a str) -> [(&'a str, &'a str); 4] {
    [
        ("grant_type", "client_credentials"),
        ("client_id", id),
        ("client_secret", secret),
        ("scope", scope),
    ]
}

#[track_caller]
fn token(response: &HttpResponse) -> String {
    assert_eq!(response.status, 200, "{response:?}");
    body(response)["access_token"].as_str().expect("a token").to_owned()
}

#[test]
fn a_client_gets_a_token_that_is_good_for_the_service_of_the_scope() {
    let mut client = Client::new(&scenario());
    for tenant in [TENANT, &TENANT.to_ascii_uppercase(), "contoso.example"] {
        let response = ask(&mut client, tenant, &usual(CLIENT, SECRET, FABRIC)).response;
        assert_eq!(body(&response)["token_type"], "Bearer");
        assert_eq!(body(&response)["expires_in"], 3600);
        client.token = token(&response);
        assert_eq!(client.send("GET", "/v1/workspaces", &[]).response.status, 200);
        assert_eq!(client.get("list").status, 403, "it is of another audience");
    }
    let response = ask(&mut client, TENANT, &usual(CLIENT, SECRET, DATABRICKS)).response;
    client.token = token(&response);
    client.get_ok("list");
}

#[test]
fn a_token_lives_as_long_as_its_client_allows() {
    let mut client = Client::new(&scenario());
    let response = ask(&mut client, TENANT, &usual("short", SECRET, FABRIC)).response;
    assert_eq!(body(&response)["expires_in"], 60);
    client.token = token(&response);
    assert_eq!(client.send("GET", "/v1/workspaces", &[]).response.status, 200);
    client.wait(60.0);
    assert_eq!(client.send("GET", "/v1/workspaces", &[]).response.status, 401);
}

#[test]
fn what_is_wrong_is_refused_with_its_number_and_never_with_the_secret() {
    let mut client = Client::new(&scenario());
    let other = [("grant_type", "authorization_code"), ("client_id", CLIENT)];
    let secretless = [
        ("grant_type", "client_credentials"),
        ("client_id", CLIENT),
        ("scope", FABRIC),
    ];
    for (tenant, members, status, error, number) in [
        (
            "nobody.example",
            usual(CLIENT, SECRET, FABRIC).to_vec(),
            400,
            "invalid_request",
            90_002,
        ),
        (
            TENANT,
            usual("nobody", SECRET, FABRIC).to_vec(),
            400,
            "unauthorized_client",
            700_016,
        ),
        (
            TENANT,
            usual(CLIENT, "wrong-s3cr3t", FABRIC).to_vec(),
            401,
            "invalid_client",
            7_000_215,
        ),
        (
            TENANT,
            usual("old", SECRET, FABRIC).to_vec(),
            401,
            "invalid_client",
            7_000_222,
        ),
        (TENANT, secretless.to_vec(), 401, "invalid_client", 7_000_218),
        (
            TENANT,
            usual(CLIENT, SECRET, "Item.Execute.All").to_vec(),
            400,
            "invalid_scope",
            1_002_012,
        ),
        (
            TENANT,
            usual(CLIENT, SECRET, "https://x/.default").to_vec(),
            400,
            "invalid_resource",
            500_011,
        ),
        (
            TENANT,
            usual(CLIENT, SECRET, "").to_vec(),
            400,
            "invalid_request",
            900_144,
        ),
        (TENANT, other.to_vec(), 400, "unsupported_grant_type", 70_003),
        (TENANT, vec![], 400, "invalid_request", 900_144),
    ] {
        let response = ask(&mut client, tenant, &members).response;
        let answer = body(&response);
        assert_eq!((response.status, &answer["error"]), (status, &json!(error)), "{answer}");
        assert_eq!(answer["error_codes"], json!([number]));
        let said = answer["error_description"].as_str().expect("a text");
        assert!(said.starts_with(&format!("AADSTS{number}: ")), "{said}");
        assert!(!answer.to_string().contains("s3cr3t"), "{answer}");
    }
}

#[test]
fn faults_can_be_aimed_at_it() {
    let mut wanted = scenario();
    wanted["faults"] = json!([
        {"endpoint": "oauth2/token", "nth": 1, "kind": {"status": {"code": 503}}},
        {"endpoint": "oauth2/token", "nth": 2, "kind": "drop"},
    ]);
    let mut client = Client::new(&wanted);
    let usual = usual(CLIENT, SECRET, FABRIC);
    assert_eq!(ask(&mut client, TENANT, &usual).response.status, 503);
    assert_eq!(ask(&mut client, TENANT, &usual).fate, Fate::Drop);
    token(&ask(&mut client, TENANT, &usual).response);
}

#[test]
fn no_secret_stands_in_the_state_the_log_or_what_debug_prints() {
    let mut client = Client::new(&scenario());
    let given = token(&ask(&mut client, TENANT, &usual(CLIENT, SECRET, FABRIC)).response);
    let shown = format!(
        "{:?} {} {:?}",
        client.simulator,
        client.simulator.state(client.now),
        Scenario::parse(&scenario().to_string())
    );
    assert!(!shown.contains("s3cr3t") && !shown.contains(&given));
    assert!(shown.contains("/oauth2/v2.0/token"));
}

#[test]
fn names_that_stand_twice_are_told() {
    for (tenants, path) in [
        (json!([{"id": "a"}, {"id": "b", "domains": ["A"]}]), "entra.tenants[1]"),
        (
            json!([{"id": "a", "clients": [{"id": "c", "secret": "x"}, {"id": "C", "secret": "y"}]}]),
            "entra.tenants[0].clients[1].id",
        ),
    ] {
        let scenario = Scenario::parse(&json!({"entra": {"tenants": tenants}}).to_string()).expect("it reads");
        let error = pqrun::simulator::Simulator::new(scenario, client::START).expect_err("it is refused");
        assert_eq!(error.path, path);
    }
}
