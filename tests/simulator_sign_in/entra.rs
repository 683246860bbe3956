//! Entra's token endpoints.

use pqrun::http::HttpResponse;
use pqrun::simulator::{Fate, Scenario, Simulator};
use serde_json::{Value, json};

use super::client::{Client, START, body};
use super::desk::{
    ASSERTION, DATABRICKS, FABRIC, JOBS, MANAGEMENT, TENANT, VAULT, WORKSPACES, client, entra, entra_secret,
    entra_token, error, form, get, post, request, token, with,
};

const STORAGE: &str = "https://storage.azure.com/.default";

fn ask(client: &mut Client, tenant: &str, members: &[(&str, &str)]) -> HttpResponse {
    post(client, &format!("/{tenant}/oauth2/v2.0/token"), members)
}

fn by_secret(client: &mut Client, number: u32, scope: &str) -> HttpResponse {
    let (id, secret) = (entra(number), entra_secret(number));
    ask(client, TENANT, &usual(&id, &secret, scope))
}

fn usual<'a>(id: &'a str, secret: &'a str, scope: &'a str) -> [(&'a str, &'a str); 4] {
    [
        ("grant_type", "client_credentials"),
        ("client_id", id),
        ("client_secret", secret),
        ("scope", scope),
    ]
}

fn by_assertion(client: &mut Client, number: u32, assertion: &str) -> HttpResponse {
    let id = entra(number);
    let members = [
        ("grant_type", "client_credentials"),
        ("client_id", &*id),
        ("client_assertion_type", ASSERTION),
        ("client_assertion", assertion),
        ("scope", FABRIC),
    ];
    ask(client, TENANT, &members)
}

/// The status, the OAuth error and the AADSTS number.
fn told(response: &HttpResponse) -> (u16, String, u64) {
    let (status, name) = error(response);
    let answer = body(response);
    let number = answer["error_codes"][0].as_u64().expect("a number");
    let said = answer["error_description"].as_str().expect("a text");
    assert!(said.starts_with(&format!("AADSTS{number}: ")), "{said}");
    assert!(said.contains("Trace ID: ") && said.contains("Correlation ID: ") && said.contains("Timestamp: "));
    (status, name, number)
}

#[test]
fn a_client_gets_a_token_that_is_good_for_the_service_of_the_scope() {
    let mut client = client();
    for tenant in [TENANT, &TENANT.to_ascii_uppercase(), "contoso.example"] {
        let response = ask(&mut client, tenant, &usual(&entra(1), &entra_secret(1), FABRIC));
        assert_eq!(body(&response)["token_type"], "Bearer");
        assert_eq!(body(&response)["expires_in"], 3600);
        let token = token(&response);
        assert_eq!(get(&mut client, WORKSPACES, &token).status, 200);
    }
    let token = entra_token(&mut client, 1, DATABRICKS);
    assert_eq!(get(&mut client, JOBS, &token).status, 200);
}

#[test]
fn every_cloud_has_its_names_of_the_resources() {
    let mut client = client();
    for scope in [
        FABRIC,
        DATABRICKS,
        MANAGEMENT,
        VAULT,
        STORAGE,
        "https://analysis.windows.net/powerbi/api/.default",
        "https://management.azure.com/.default",
        "https://management.core.usgovcloudapi.net//.default",
        "https://management.core.chinacloudapi.cn//.default",
        "https://vault.usgovcloudapi.net/.default",
        "https://vault.azure.cn/.default",
    ] {
        assert_eq!(by_secret(&mut client, 1, scope).status, 200, "{scope}");
    }
    let state = client.simulator.state(client.now);
    let given = |audience: &str| {
        let rows = state["signIn"]["given"].as_array().expect("rows");
        rows.iter()
            .find(|row| row["audience"] == audience)
            .map(|row| row["count"].clone())
    };
    assert_eq!(given("fabric"), Some(json!(2)));
    assert_eq!(given("management"), Some(json!(4)));
    assert_eq!(given("keyVault"), Some(json!(3)));
    assert_eq!(given("storage"), Some(json!(1)));
}

#[test]
fn what_is_wrong_is_refused_with_its_number_and_never_with_the_secret() {
    let mut client = client();
    let (first, eighth) = (entra(1), entra(8));
    let good = entra_secret(1);
    let other = [("grant_type", "authorization_code"), ("client_id", &*first)];
    let secretless = [
        ("grant_type", "client_credentials"),
        ("client_id", &*first),
        ("scope", FABRIC),
    ];
    let wrong = "wrong-s3cr3t";
    for (tenant, members, expected) in [
        (
            "nobody.example",
            usual(&first, wrong, FABRIC).to_vec(),
            (400, "invalid_request", 90_002),
        ),
        (
            TENANT,
            usual("nobody", wrong, FABRIC).to_vec(),
            (400, "unauthorized_client", 700_016),
        ),
        (
            TENANT,
            usual(&first, wrong, FABRIC).to_vec(),
            (401, "invalid_client", 7_000_215),
        ),
        // It has none.
        (
            TENANT,
            usual(&entra(2), wrong, FABRIC).to_vec(),
            (401, "invalid_client", 7_000_215),
        ),
        (
            TENANT,
            usual(&eighth, "entra-simulated-secret-8", FABRIC).to_vec(),
            (401, "invalid_client", 7_000_222),
        ),
        (TENANT, secretless.to_vec(), (401, "invalid_client", 7_000_218)),
        (
            TENANT,
            usual(&first, &good, "Item.Execute.All").to_vec(),
            (400, "invalid_scope", 1_002_012),
        ),
        (
            TENANT,
            usual(&first, &good, "https://x/.default").to_vec(),
            (400, "invalid_resource", 500_011),
        ),
        (
            TENANT,
            usual(&first, &good, "").to_vec(),
            (400, "invalid_request", 900_144),
        ),
        (TENANT, other.to_vec(), (400, "unsupported_grant_type", 70_003)),
        (TENANT, vec![], (400, "invalid_request", 900_144)),
    ] {
        let response = ask(&mut client, tenant, &members);
        assert_eq!(told(&response), (expected.0, expected.1.to_owned(), expected.2));
        let answer = String::from_utf8_lossy(&response.body);
        assert!(
            !answer.contains("s3cr3t") && !answer.contains(&good) && !answer.contains("simulated-secret"),
            "{answer}"
        );
    }
    let target = format!("/{TENANT}/oauth2/v2.0/token");
    let response = request(&mut client, "GET", &target, &[], &[]).response;
    assert_eq!(told(&response).2, 900_561);
}

#[test]
fn conditional_access_stops_those_who_proved_themselves() {
    let mut client = client();
    assert_eq!(
        told(&by_secret(&mut client, 6, FABRIC)),
        (400, "invalid_grant".into(), 53_003)
    );
    assert_eq!(
        told(&by_secret(&mut client, 7, FABRIC)),
        (400, "interaction_required".into(), 50_076)
    );
    let response = ask(&mut client, TENANT, &usual(&entra(6), "wrong", FABRIC));
    assert_eq!(told(&response).2, 7_000_215, "the proof comes first");
}

// Federation.

#[test]
fn an_assertion_of_a_trusted_workload_is_as_good_as_a_secret() {
    let mut client = client();
    let token = token(&by_assertion(&mut client, 2, "simulated.entra.good"));
    assert_eq!(get(&mut client, WORKSPACES, &token).status, 200);
}

#[test]
fn an_assertion_is_refused_by_its_time_its_signature_and_its_claims() {
    let mut client = client();
    for (number, assertion, expected) in [
        (2, "simulated.entra.expired", 700_024),
        (2, "simulated.entra.early", 700_024),
        (2, "simulated.entra.forged", 700_027),
        (2, "no-jwt", 50_027),
        (2, "a..c", 50_027),
        (2, "simulated.entra.fork", 700_213),
        (2, "simulated.databricks.good", 700_212),
        (2, "simulated.databricks.person", 700_211),
        // It trusts nobody.
        (1, "simulated.entra.good", 700_211),
    ] {
        let response = by_assertion(&mut client, number, assertion);
        assert_eq!(told(&response).2, expected, "{assertion}");
        assert!(!String::from_utf8_lossy(&response.body).contains(assertion));
    }
}

#[test]
fn an_assertion_is_good_from_its_beginning_to_its_end() {
    let mut client = with(|scenario| {
        scenario["identityTokens"][0]["validAfterSeconds"] = json!(60);
        scenario["identityTokens"][0]["lifetimeSeconds"] = json!(120);
    });
    for (wait, expected) in [(0.0, 401), (59.9, 401), (0.1, 200), (59.9, 200), (0.1, 401)] {
        let response = by_assertion(client.wait(wait), 2, "simulated.entra.good");
        assert_eq!(response.status, expected, "{wait}");
    }
}

#[test]
fn an_assertion_needs_its_type() {
    let mut client = client();
    let id = entra(2);
    for (kind, expected) in [
        ("", 900_144),
        ("urn:ietf:params:oauth:client-assertion-type:saml2-bearer", 50_012),
    ] {
        let members = [
            ("grant_type", "client_credentials"),
            ("client_id", &*id),
            ("client_assertion_type", kind),
            ("client_assertion", "simulated.entra.good"),
            ("scope", FABRIC),
        ];
        assert_eq!(told(&ask(&mut client, TENANT, &members)).2, expected);
    }
}

// Version 1.

#[test]
fn version_1_takes_a_resource_and_writes_numbers_as_texts() {
    let mut client = client();
    let (id, secret) = (entra(1), entra_secret(1));
    let members = [
        ("grant_type", "client_credentials"),
        ("client_id", &*id),
        ("client_secret", &secret),
        ("resource", "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d"),
    ];
    let target = format!("/{TENANT}/oauth2/token");
    let response = post(&mut client, &target, &members);
    let answer = body(&response);
    assert_eq!(answer["expires_in"], "3600");
    assert_eq!(answer["expires_on"], (START.0 / 1000 + 3600).to_string());
    assert_eq!(answer["not_before"], (START.0 / 1000).to_string());
    let token = token(&response);
    assert_eq!(get(&mut client, JOBS, &token).status, 200);
    let response = post(&mut client, &target, &members[..3]);
    assert_eq!(told(&response).2, 900_144, "a resource is missing");
}

// What the official libraries read first.

#[test]
fn the_documents_name_this_address() {
    let mut client = client();
    let read = |client: &mut Client, target: &str| request(client, "GET", target, &[], &[]).response;
    let target = format!("https://localhost:8443/{TENANT}/v2.0/.well-known/openid-configuration");
    let response = read(&mut client, &target);
    let place = format!("https://localhost:8443/{TENANT}");
    let document = body(&response);
    assert_eq!(document["token_endpoint"], format!("{place}/oauth2/v2.0/token"));
    assert_eq!(document["issuer"], format!("{place}/v2.0"));
    assert_eq!(
        response.header("Access-Control-Allow-Origin"),
        Some("*"),
        "any page may read it"
    );
    let version_1 = body(&read(&mut client, &target.replace("/v2.0/", "/")));
    assert_eq!(version_1["token_endpoint"], format!("{place}/oauth2/token"));
    let authority = format!("https%3A%2F%2Flocalhost%3A8443%2F{TENANT}%2Foauth2%2Fv2.0%2Fauthorize");
    let discovery =
        format!("https://localhost:8443/common/discovery/instance?api-version=1.1&authorization_endpoint={authority}");
    let discovery = body(&read(&mut client, &discovery));
    assert_eq!(discovery["tenant_discovery_endpoint"], target);
    assert_eq!(discovery["metadata"][0]["aliases"], json!(["localhost:8443"]));
    let nobody = read(&mut client, "/nobody.example/v2.0/.well-known/openid-configuration");
    assert_eq!(told(&nobody).2, 90_002);
}

#[test]
fn no_page_can_ask_for_a_token() {
    let mut client = client();
    let target = format!("/{TENANT}/oauth2/v2.0/token");
    let origin = [
        ("Origin", "https://page.example"),
        ("Access-Control-Request-Method", "POST"),
    ];
    let members = form(&usual(&entra(1), &entra_secret(1), FABRIC));
    for method in ["OPTIONS", "POST"] {
        let response = request(&mut client, method, &target, &origin, &members).response;
        assert_eq!(response.header("Access-Control-Allow-Origin"), None, "{method}");
    }
}

// Faults.

#[test]
fn faults_can_be_aimed_at_it() {
    let mut client = with(|scenario| {
        scenario["faults"] = json!([
            {"endpoint": "oauth2/token", "nth": 1, "kind": {"status": {"code": 503}}},
            {"endpoint": "oauth2/token", "nth": 2, "kind": "drop"},
            {"endpoint": "oauth2/token", "nth": 3, "kind": {"entraError": {"number": 90033}}},
            {"endpoint": "oauth2/token", "nth": 4, "kind": {"entraError": {"number": 90033, "status": 400}}},
            {"endpoint": "oauth2/token", "nth": 5, "kind": {"throttle": {"seconds": 7}}},
            {"endpoint": "oauth2/token", "nth": 6, "kind": {"entraError": {"number": 50196}}},
        ]);
    });
    assert_eq!(by_secret(&mut client, 1, FABRIC).status, 503);
    let target = format!("/{TENANT}/oauth2/v2.0/token");
    let members = form(&usual(&entra(1), &entra_secret(1), FABRIC));
    assert_eq!(request(&mut client, "POST", &target, &[], &members).fate, Fate::Drop);
    let transient = "temporarily_unavailable".to_owned();
    assert_eq!(
        told(&by_secret(&mut client, 1, FABRIC)),
        (503, transient.clone(), 90_033)
    );
    assert_eq!(
        told(&by_secret(&mut client, 1, FABRIC)),
        (400, transient.clone(), 90_033)
    );
    let throttled = by_secret(&mut client, 1, FABRIC);
    assert_eq!(told(&throttled), (429, transient, 90_055));
    assert_eq!(throttled.header("Retry-After"), Some("7"));
    assert_eq!(
        told(&by_secret(&mut client, 1, FABRIC)),
        (400, "invalid_grant".into(), 50_196)
    );
    token(&by_secret(&mut client, 1, FABRIC));
}

// Scenarios.

#[test]
fn what_stands_twice_or_has_no_words_is_told() {
    let one = |client: Value| json!({"entra": {"tenants": [{"id": "a", "clients": [client]}]}});
    for (scenario, path) in [
        (
            json!({"entra": {"tenants": [{"id": "a"}, {"id": "b", "domains": ["A"]}]}}),
            "entra.tenants[1]",
        ),
        (
            json!({"entra": {"tenants": [{"id": "a", "clients": [{"id": "c"}, {"id": "C"}]}]}}),
            "entra.tenants[0].clients[1].id",
        ),
        (
            one(json!({"id": "c", "refusedWith": 1})),
            "entra.tenants[0].clients[0].refusedWith",
        ),
        (
            json!({"faults": [{"kind": {"entraError": {"number": 1}}}]}),
            "faults[0].kind.entraError.number",
        ),
    ] {
        let scenario = Scenario::parse(&scenario.to_string()).expect("it reads");
        let error = Simulator::new(scenario, START).expect_err("it is refused");
        assert_eq!(error.path, path);
    }
}
