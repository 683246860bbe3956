//! Secrets stay secret, whatever others repeat.

use pqrun::auth::{AccessToken, Acquisition, AuthInput, AuthSettings, Credential, SecretString, TokenCache};
use serde_json::json;

use crate::host::{
    ASSERTION, AWS, AZURE, Asked, CLIENT, Host, SECRET, TENANT, TOKEN, VAULT_TOKEN, WORKSPACE, databricks, entra,
    entra_federation, fabric, given, granted, oauth, refused, vault_secret, vaulted,
};
use crate::support::{Reply, START, json, with_header};

/// The secrets of a request in every form in which they leave, and in those that they may come back in.
fn spellings(asked: &Asked) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    if let Some(authorization) = asked.header("Authorization") {
        all.push(authorization.split_once(' ').expect("a scheme").1.to_owned());
        if authorization.starts_with("Basic ") {
            all.push(SECRET.to_owned());
        }
    }
    for (_, value) in asked.form() {
        if value.contains("pl4nted") {
            let encoded = pqrun::http::encode_component(&value);
            all.extend([encoded.to_ascii_lowercase(), encoded, value]);
        }
    }
    assert!(!all.is_empty(), "every request proves something");
    all
}

/// Issuers that repeat everything that they were sent.
fn parrot(shape: usize, asked: &Asked) -> Reply {
    let all = spellings(asked).join(" and ");
    let body = match shape {
        0 => json!({"error": "invalid_client", "error_description": format!("AADSTS7000215: {all}"), "trace_id": all})
            .to_string(),
        1 => json!({"error": all, "error_description": all}).to_string(),
        2 => json!({"error_code": all, "message": all, "details": [{"request_id": all}]}).to_string(),
        3 => json!({"error": {"code": all, "message": all, "innererror": {"code": all}}}).to_string(),
        4 => format!("SOME_CODE: {all}"),
        5 => format!("<html><title>{all}</title></html>"),
        6 => all.clone(),
        // Cut in the middle of it.
        7 => format!(
            "{}{}",
            "x".repeat(185),
            asked.whole().split_off(asked.whole().find("pl4nted").unwrap_or(0))
        ),
        _ => String::new(),
    };
    let status = if shape == 8 { 307 } else { 401 };
    let response = with_header(json(status, &body), "x-ms-request-id", &all);
    let response = with_header(response, "Location", &all);
    with_header(
        response,
        "WWW-Authenticate",
        &format!("Bearer authorization=\"https://{}\"", spellings(asked)[0]),
    )
    .into()
}

#[test]
fn an_issuer_that_repeats_what_it_was_sent_gets_no_secret_into_an_error() {
    for shape in 0..=8 {
        for (credential, resource) in [
            (oauth(given(SECRET)), databricks(AWS)),
            (entra(given(SECRET)), fabric()),
            (entra_federation(), databricks(AZURE)),
            (entra(vaulted("keyvault://kv-demo/spn")), fabric()),
        ] {
            let mut host = Host::new(&credential, &resource, |asked: &Asked| parrot(shape, asked));
            let error = host.run().expect_err("it was refused");
            let shown = format!("{error:?} {error} {}", json!(error));
            for spelling in host.sent.iter().flat_map(spellings) {
                assert!(!shown.contains(&spelling), "{shape}: {shown}");
            }
            assert!(!shown.contains("pl4nted"), "{shape}: {shown}");
        }
    }
}

#[test]
fn a_host_that_repeats_a_secret_in_its_own_words_gets_it_into_no_error() {
    let said: &'static str = Box::leak(format!("fetch failed: body was {SECRET}").into_boxed_str());
    let (error, _) = refused(&oauth(given(SECRET)), &databricks(AWS), vec![Reply::Fail(said, true)]);
    assert!(
        error.message.contains("fetch failed") && !error.message.contains("pl4nted"),
        "{error}"
    );
}

#[test]
fn a_secret_is_cut_out_even_if_it_is_part_of_what_stands_in_its_place_but_not_if_it_is_part_of_every_text() {
    for (secret, said) in [
        ("s", "seven secrets [see]"),
        ("[see", "seven secrets [see]"),
        ("secret", "seven [secret]s [see]"),
        ("[secret]", "seven secrets [see]"),
    ] {
        let body = json!({"error": "invalid_client", "error_description": "seven secrets [see]"}).to_string();
        let (error, _) = refused(&entra(given(secret)), &fabric(), vec![json(400, &body).into()]);
        assert_eq!(error.message, said, "{secret}");
    }
}

#[test]
fn messages_are_one_line_of_a_sensible_length() {
    let said = format!("a\r\nb\u{1b}[31m{}", "long ".repeat(1000));
    let body = json!({"error": "invalid_client", "error_description": said}).to_string();
    let (error, _) = refused(&entra(given(SECRET)), &fabric(), vec![json(400, &body).into()]);
    assert!(error.message.chars().all(|character| !character.is_control()));
    assert!(error.message.chars().count() <= 600);
}

#[test]
fn debug_shows_no_secret_of_anything() {
    let credentials = [
        Credential::Token { token: given(SECRET) },
        oauth(given(SECRET)),
        Credential::EntraSecret {
            tenant_id: TENANT.to_owned(),
            client_id: CLIENT.to_owned(),
            client_secret: vaulted("keyvault://kv-demo/spn"),
            authority: None,
            azure_workspace_resource_id: Some(WORKSPACE.to_owned()),
        },
    ];
    for credential in &credentials {
        let mut host = Host::new(credential, &databricks(AZURE), |asked: &Asked| {
            if asked.request.endpoint.name == "secrets/get" {
                vault_secret(SECRET).into()
            } else {
                granted(TOKEN).into()
            }
        });
        let token = host.run().expect("there is a token");
        let mut cache = TokenCache::new();
        cache.refreshed(START, token.clone());
        let last = host.acquisition.step(host.now);
        let shown = format!(
            "{credential:?} {:?} {token:?} {cache:?} {:?} {:#?}",
            host.sent, host.acquisition, last
        );
        assert!(!shown.contains("pl4nted"), "{shown}");
    }
    for input in [
        AuthInput::Assertion(Ok(SecretString::from(ASSERTION))),
        AuthInput::VaultToken(Ok(SecretString::from(VAULT_TOKEN))),
        AuthInput::Response {
            id: pqrun::http::RequestId(1),
            response: granted(TOKEN),
        },
    ] {
        assert!(!format!("{input:?}").contains("pl4nted"));
    }
}

#[test]
fn no_secret_stands_in_a_url() {
    for credential in [oauth(given(SECRET)), entra(given(SECRET)), entra_federation()] {
        let mut host = Host::new(&credential, &databricks(AZURE), |_: &Asked| granted(TOKEN).into());
        host.run().expect("there is a token");
        for asked in &host.sent {
            assert!(asked.whole().contains("pl4nted") || asked.header("Authorization").is_some());
            assert!(!asked.request.url.contains("pl4nted"), "{}", asked.request.url);
        }
    }
}

#[test]
fn only_the_two_headers_of_azure_can_be_added_to_a_token() {
    let secret = |text: &str| SecretString::from(text);
    let mut token = AccessToken::new(secret(TOKEN), None).expect("it is a token");
    for (name, value, taken) in [
        ("Cookie", "x", false),
        ("Authorization", "x", false),
        ("X-Databricks-Azure-Workspace-Resource-Id", "a\r\nb", false),
        ("X-Databricks-Azure-Workspace-Resource-Id", "", false),
        ("x-databricks-azure-workspace-resource-id", WORKSPACE, true),
        ("X-Databricks-Azure-SP-Management-Token", "one", true),
        ("X-Databricks-Azure-SP-Management-Token", "two", true),
    ] {
        assert_eq!(token.add_header(name, secret(value)), taken, "{name}");
    }
    assert_eq!(token.headers.len(), 2);
    assert!(AccessToken::new(secret("a b"), None).is_err());
}

#[test]
fn an_acquisition_that_fails_before_it_begins_says_nothing_of_the_secret() {
    let credential = Credential::Token {
        token: given("pl4nted with spaces"),
    };
    let error = Acquisition::new(&credential, &databricks(AWS), AuthSettings::default(), [0; 8]).expect_err("spaces");
    assert!(!format!("{error:?}").contains("pl4nted"));
}
