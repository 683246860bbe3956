//! What becomes of tokens: where they are good, how long, and that none of them is ever shown.

use pqrun::simulator::{Scenario, Simulator, Speed};
use pqrun::time::Timestamp;
use serde_json::{Value, json};

use super::client::{Client, START, body};
use super::desk::{
    DATABRICKS, FABRIC, JOBS, MANAGEMENT, VAULT, WORKSPACES, client, entra, entra_secret, entra_token, get, post,
    principal, request, scenario, secret, token, with,
};

fn databricks_token(client: &mut Client) -> String {
    let (id, secret) = (principal(1), "databricks-simulated-secret-1");
    let members = [
        ("grant_type", "client_credentials"),
        ("client_id", &*id),
        ("client_secret", secret),
        ("scope", "all-apis"),
    ];
    token(&post(client, "/oidc/v1/token", &members))
}

fn revoke(client: &mut Client, chosen: &Value) -> Value {
    let body_of_call = if chosen.is_null() {
        String::new()
    } else {
        chosen.to_string()
    };
    body(&request(client, "POST", "/simulator/revoke", &[], body_of_call.as_bytes()).response)
}

#[test]
fn a_token_is_refused_by_every_service_but_its_own() {
    let mut client = client();
    let own = databricks_token(&mut client);
    let tokens = [
        ("databricks", own),
        ("databricks", entra_token(&mut client, 1, DATABRICKS)),
        ("fabric", entra_token(&mut client, 1, FABRIC)),
        ("vault", entra_token(&mut client, 1, VAULT)),
        ("management", entra_token(&mut client, 1, MANAGEMENT)),
        (
            "storage",
            entra_token(&mut client, 1, "https://storage.azure.com/.default"),
        ),
    ];
    for (audience, token) in &tokens {
        for (service, target, refusal) in [
            ("databricks", JOBS, 403),
            ("fabric", WORKSPACES, 401),
            ("vault", &*secret("rotated"), 401),
        ] {
            let expected = if *audience == service { 200 } else { refusal };
            let response = get(&mut client, target, token);
            assert_eq!(response.status, expected, "{audience} at {service}");
            assert!(!String::from_utf8_lossy(&response.body).contains(token.as_str()));
        }
    }
    let fabric = get(&mut client, WORKSPACES, &tokens[0].1);
    assert_eq!(body(&fabric)["errorCode"], "InvalidToken");
}

#[test]
fn databricks_refuses_a_token_of_entras_half_a_minute_before_its_end() {
    let mut client = client();
    let token = entra_token(&mut client, 9, DATABRICKS);
    assert_eq!(get(client.wait(89.9), JOBS, &token).status, 200);
    assert_eq!(get(client.wait(0.1), JOBS, &token).status, 401);
    // Its own tokens, and the others' services, have no such margin.
    let mut client = self::client();
    let (databricks, fabric) = (databricks_token(&mut client), entra_token(&mut client, 1, FABRIC));
    client.wait(3599.0);
    assert_eq!(get(&mut client, JOBS, &databricks).status, 200);
    assert_eq!(get(&mut client, WORKSPACES, &fabric).status, 200);
    client.wait(1.0);
    assert_eq!(get(&mut client, JOBS, &databricks).status, 401);
    assert_eq!(get(&mut client, WORKSPACES, &fabric).status, 401);
}

#[test]
fn lifetimes_shrink_with_the_speed() {
    let mut client = client();
    client.simulator = client.simulator.clone().with_speed(Speed::new(60.0));
    let (id, secret) = (entra(1), entra_secret(1));
    let members = [
        ("grant_type", "client_credentials"),
        ("client_id", &*id),
        ("client_secret", &secret),
        ("scope", DATABRICKS),
    ];
    let response = post(
        &mut client,
        &format!("/{}/oauth2/v2.0/token", super::desk::TENANT),
        &members,
    );
    assert_eq!(body(&response)["expires_in"], 60);
    let token = token(&response);
    assert_eq!(get(client.wait(59.4), JOBS, &token).status, 200);
    assert_eq!(
        get(client.wait(0.1), JOBS, &token).status,
        401,
        "half a second is half a minute"
    );
}

#[test]
fn fabric_words_an_expired_token_as_it_is_told_to() {
    for (forbidden, status, pointer) in [(false, 401, "/errorCode"), (true, 403, "/error/code")] {
        let mut client = with(|scenario| scenario["fabric"]["switches"] = json!({"tokenExpiredAs403": forbidden}));
        let token = entra_token(&mut client, 1, FABRIC);
        let response = get(client.wait(3600.0), WORKSPACES, &token);
        assert_eq!(response.status, status);
        assert_eq!(body(&response).pointer(pointer), Some(&json!("TokenExpired")));
    }
}

#[test]
fn a_tenant_may_keep_service_principals_out_of_fabric() {
    let mut client = with(|scenario| scenario["fabric"]["switches"] = json!({"servicePrincipalsAllowed": false}));
    let token = entra_token(&mut client, 1, FABRIC);
    let response = get(&mut client, WORKSPACES, &token);
    assert_eq!(
        (response.status, &body(&response)["errorCode"]),
        (403, &json!("TenantSwitchDisabled"))
    );
    // This one is nobody's in particular.
    assert_eq!(get(&mut client, WORKSPACES, "fabric-auth-0123456789").status, 200);
}

#[test]
fn a_token_may_begin_to_be_good_later() {
    let mut client = with(|scenario| scenario["entra"]["tenants"][0]["clients"][0]["validAfterSeconds"] = json!(120));
    let tokens = [FABRIC, DATABRICKS, VAULT].map(|scope| entra_token(&mut client, 1, scope));
    let targets = [WORKSPACES.to_owned(), JOBS.to_owned(), secret("rotated")];
    for (wait, expected) in [(119.9, 401), (0.1, 200)] {
        client.wait(wait);
        for (token, target) in tokens.iter().zip(&targets) {
            assert_eq!(get(&mut client, target, token).status, expected, "{target}");
        }
    }
}

// Revocation.

#[test]
fn tokens_are_revoked_one_by_one_by_client_by_service_or_all() {
    let mut client = client();
    let fabric = entra_token(&mut client, 1, FABRIC);
    let again = entra_token(&mut client, 1, FABRIC);
    let vault = entra_token(&mut client, 3, VAULT);
    let own = databricks_token(&mut client);
    let good = |client: &mut Client| {
        [
            get(client, WORKSPACES, &fabric).status,
            get(client, WORKSPACES, &again).status,
            get(client, &secret("rotated"), &vault).status,
            get(client, JOBS, &own).status,
            get(client, JOBS, "dapi-auth-0123456789").status,
        ]
    };
    assert_eq!(good(&mut client), [200; 5]);
    assert_eq!(revoke(&mut client, &json!({"token": fabric})), json!({"revoked": 1}));
    assert_eq!(good(&mut client), [401, 200, 200, 200, 200]);
    assert_eq!(revoke(&mut client, &json!({"client": entra(1)})), json!({"revoked": 1}));
    assert_eq!(good(&mut client), [401, 401, 200, 200, 200]);
    assert_eq!(
        revoke(&mut client, &json!({"service": "keyVault"})),
        json!({"revoked": 1})
    );
    assert_eq!(good(&mut client), [401, 401, 401, 200, 200]);
    // Of the scenario's own tokens there are three.
    assert_eq!(revoke(&mut client, &Value::Null), json!({"revoked": 4}));
    assert_eq!(good(&mut client), [401; 5]);
    assert_eq!(revoke(&mut client, &json!({})), json!({"revoked": 0}));
    let unread = request(
        &mut client,
        "POST",
        "/simulator/revoke",
        &[],
        b"{\"tokens\": \"s3cr3t\"}",
    )
    .response;
    assert_eq!(unread.status, 400);
    assert!(!String::from_utf8_lossy(&unread.body).contains("s3cr3t"));
}

// Clocks.

#[test]
fn the_services_clock_may_be_ahead_or_behind() {
    for (seconds, ahead) in [(600.0, 600_000), (-600.0, -600_000)] {
        let mut client = with(|scenario| scenario["clockSkewSeconds"] = json!(seconds));
        let shown = Timestamp(START.0.saturating_add_signed(ahead));
        let response = get(&mut client, JOBS, "dapi-auth-0123456789");
        assert_eq!(response.header("Date").and_then(Timestamp::parse_http), Some(shown));
        let issued = request(
            &mut client,
            "POST",
            "/simulator/token",
            &[],
            b"{\"service\": \"fabric\"}",
        )
        .response;
        assert_eq!(body(&issued)["expiresOn"], shown.0 + 3_600_000);
        // Lengths are the same on every clock.
        let token = entra_token(&mut client, 1, FABRIC);
        assert_eq!(get(client.wait(3599.0), WORKSPACES, &token).status, 200);
        assert_eq!(get(client.wait(1.0), WORKSPACES, &token).status, 401);
        assert_eq!(client.simulator.requests()[0].at, START, "the log has the host's clock");
    }
    let scenario = Scenario::parse("{\"clockSkewSeconds\": 100000}").expect("it reads");
    let error = Simulator::new(scenario, START).expect_err("it is more than a day");
    assert_eq!(error.path, "clockSkewSeconds");
}

// What is told.

#[test]
fn the_state_counts_tokens_by_endpoint_and_client() {
    let mut client = client();
    databricks_token(&mut client);
    databricks_token(&mut client);
    entra_token(&mut client, 1, FABRIC);
    let vault = entra_token(&mut client, 3, VAULT);
    get(&mut client, &secret("rotated"), &vault);
    get(&mut client, &secret("disabled"), &vault);
    post(&mut client, "/oidc/v1/token", &[("client_id", "s3cr3t")]);
    let state = client.simulator.state(client.now);
    let given = |endpoint: &str, client: String, audience: &str, count: u32| json!({"endpoint": endpoint, "client": client, "audience": audience, "count": count});
    let expected = json!({
        "given": [
            given("oidc/token", principal(1), "databricks", 2),
            given("oauth2/token", entra(1), "fabric", 1),
            given("oauth2/token", entra(3), "keyVault", 1),
        ],
        "refused": [{"endpoint": "oidc/token", "error": "invalid_request", "count": 1}],
        "secretsRead": [
            {"vault": "kv-reports", "name": "rotated", "version": "00000000000000000000000000000002", "count": 1},
        ],
    });
    assert_eq!(state["signIn"], expected);
    let told = body(&request(&mut client, "GET", "/simulator/state", &[], &[]).response);
    assert_eq!(told["signIn"], expected);
}

#[test]
fn no_secret_stands_in_the_state_the_log_or_what_debug_prints() {
    let mut client = client();
    let mut secrets: Vec<String> = [FABRIC, VAULT].map(|scope| entra_token(&mut client, 1, scope)).into();
    get(&mut client, &secret("entra-secret"), &secrets[1]);
    secrets.push(databricks_token(&mut client));
    secrets.extend((1..=9).map(entra_secret));
    secrets.extend(
        [
            "databricks-simulated-secret",
            "simulated.entra.good",
            "never-given",
            "dapi-",
        ]
        .map(str::to_owned),
    );
    let shown = format!(
        "{:?} {} {:?}",
        client.simulator,
        client.simulator.state(client.now),
        Scenario::parse(&scenario().to_string()),
    );
    for secret in secrets {
        assert!(!shown.contains(&secret), "{secret}");
    }
}

#[test]
fn a_restored_simulator_knows_the_tokens_and_who_has_joined() {
    let mut client = client();
    let tokens = (databricks_token(&mut client), entra_token(&mut client, 1, FABRIC));
    let joined = super::databricks::join(&mut client);
    let counted = client.simulator.state(client.now)["signIn"].clone();
    let snapshot = serde_json::to_string(&client.simulator).expect("it is written");
    client.simulator = serde_json::from_str(&snapshot).expect("it is read");
    assert_eq!(get(&mut client, JOBS, &tokens.0).status, 200);
    assert_eq!(get(&mut client, WORKSPACES, &tokens.1).status, 200);
    assert_eq!(get(&mut client, JOBS, &joined).status, 200);
    assert_eq!(client.simulator.state(client.now)["signIn"], counted);
}

#[test]
fn the_scenario_has_a_job_and_a_pipeline_that_end_well_in_a_few_seconds() {
    let mut client = client();
    "dapi-auth-0123456789".clone_into(&mut client.token);
    let run = client.start(&json!({"job_id": 201}));
    let pipeline = "/v1/workspaces/22222222-2222-4222-8222-222222222222/items/bbbbbbbb-0000-4000-8000-000000000001";
    let headers = [
        ("Authorization", "Bearer fabric-auth-0123456789"),
        ("Content-Type", "application/json"),
    ];
    let start = format!("{pipeline}/jobs/Pipeline/instances");
    assert_eq!(
        request(&mut client, "POST", &start, &headers, b"{}").response.status,
        202
    );
    client.wait(5.0);
    assert_eq!(client.run(run)["state"]["result_state"], "SUCCESS");
    let state = client.simulator.state(client.now);
    let instance = &state["fabric"]["instances"][0];
    assert_eq!(
        (&instance["ended"], &instance["statusNow"]),
        (&json!(true), &json!("Completed"))
    );
}
