//! Secrets that a Key Vault keeps.

use std::time::Duration;

use pqrun::auth::{AuthSettings, Credential, ExposeSecret, SecretSource};
use pqrun::error::{Error, ErrorCode};
use pqrun::http::Method;
use serde_json::json;

use crate::host::{
    AWS, Asked, Host, SECRET, TOKEN, VAULT_TOKEN, base, databricks, entra, fabric, given, granted, oauth, vault_secret,
    vaulted,
};
use crate::support::{Reply, START, json, with_header};

/// A world with a vault and an issuer.
fn world<'a>(
    mut vault: impl FnMut(&Asked) -> Reply + 'a,
    mut issuer: impl FnMut(&Asked) -> Reply + 'a,
) -> impl FnMut(&Asked) -> Reply + 'a {
    move |asked| {
        if asked.request.method == Method::Get {
            vault(asked)
        } else {
            issuer(asked)
        }
    }
}

#[track_caller]
fn refused_by_vault(reply: &Reply) -> (Error, usize) {
    let credential = entra(vaulted("keyvault://kv-demo/spn"));
    let mut host = Host::new(&credential, &fabric(), |_: &Asked| reply.clone());
    let error = host.run().expect_err("there is no secret");
    assert!(!format!("{error:?}").contains("pl4nted"), "{error:?}");
    (error, host.sent.len())
}

#[test]
fn a_secret_is_read_from_the_vault_and_used_for_the_token() {
    for (reference, path) in [
        ("keyvault://kv-demo/spn", "/secrets/spn"),
        ("KeyVault://KV-demo/spn", "/secrets/spn"),
        (
            "keyvault://kv-demo/spn/6f1b0c9d7e2a4855",
            "/secrets/spn/6f1b0c9d7e2a4855",
        ),
    ] {
        let credential = entra(vaulted(reference));
        let mut host = Host::new(
            &credential,
            &fabric(),
            world(|_| vault_secret(SECRET).into(), |_| granted(TOKEN).into()),
        );
        host.run().expect("there is a token");
        assert_eq!(
            host.needs,
            ["https://vault.azure.net/.default for https://kv-demo.vault.azure.net"]
        );
        let read = &host.sent[0];
        assert_eq!(
            read.request.url,
            format!("https://kv-demo.vault.azure.net{path}?api-version=7.4")
        );
        assert_eq!(read.header("Authorization"), Some(format!("Bearer {VAULT_TOKEN}")));
        assert!(read.request.body.is_none());
        assert_eq!(host.sent[1].value("client_secret").as_deref(), Some(SECRET));
    }
}

#[test]
fn a_vaults_secret_may_be_the_token_itself_and_ends_with_it() {
    let end = START.0 / 1000 + 7200;
    let body = json!({"value": "dapi-pl4nted\n", "attributes": {"enabled": true, "exp": end}}).to_string();
    let credential = Credential::Token {
        token: vaulted("keyvault://kv-demo/pat"),
    };
    let mut host = Host::new(&credential, &databricks(AWS), |_: &Asked| json(200, &body).into());
    let token = host.run().expect("there is a token");
    assert_eq!(
        token.token.expose_secret(),
        "dapi-pl4nted",
        "a line break is not part of it"
    );
    assert_eq!(token.expires_at, Some(START.plus(Duration::from_secs(7200))));
    assert_eq!(host.sent.len(), 1);
    assert!(host.sent[0].request.url.starts_with("https://kv-demo.vault.azure.net/"));
}

#[test]
fn a_text_that_is_no_reference_is_the_secret_itself() {
    for text in [
        "s3cr3t",
        "keyvault:/x",
        "https://kv.vault.azure.net/secrets/x",
        "keyvaultx://a/b",
    ] {
        let source = SecretSource::parse(text).expect("it is a secret");
        assert!(matches!(source, SecretSource::Given(secret) if secret.expose_secret() == text));
    }
}

#[test]
fn a_reference_that_can_not_be_right_is_refused_without_being_repeated() {
    let long = "x".repeat(128);
    for (reference, expected) in [
        ("keyvault://".to_owned(), "no name"),
        ("keyvault://vault".to_owned(), "no name"),
        ("keyvault://vault/".to_owned(), "a secret's name"),
        ("keyvault://ab/name".to_owned(), "a vault's name"),
        ("keyvault://1vault/name".to_owned(), "a vault's name"),
        ("keyvault://vault-/name".to_owned(), "a vault's name"),
        ("keyvault://va--ult/name".to_owned(), "a vault's name"),
        ("keyvault://evil.example#/name".to_owned(), "a vault's name"),
        ("keyvault://user@vault/name".to_owned(), "a vault's name"),
        (format!("keyvault://{}/name", "v".repeat(25)), "a vault's name"),
        ("keyvault://vault/na_me".to_owned(), "a secret's name"),
        ("keyvault://vault/..".to_owned(), "a secret's name"),
        ("keyvault://vault/name?x".to_owned(), "a secret's name"),
        (format!("keyvault://vault/{long}"), "a secret's name"),
        ("keyvault://vault/name/".to_owned(), "a secret's version"),
        ("keyvault://vault/name/../x".to_owned(), "further parts"),
        ("keyvault://vault/name/ver-sion".to_owned(), "a secret's version"),
        ("keyvault://vault/name/1/2".to_owned(), "further parts"),
        ("keyvault://vault/dose pl4nted".to_owned(), "a secret's name"),
    ] {
        let error = SecretSource::parse(&reference).expect_err(&reference);
        assert_eq!(error.code(), ErrorCode::InvalidCredentials);
        assert!(error.message.contains(expected), "{reference}: {}", error.message);
        assert!(!error.message.contains("pl4nted") && !error.message.contains("evil"));
    }
}

#[test]
fn each_refusal_of_a_vault_says_what_to_do() {
    let forbidden = |inner: &str| json!({"error": {"code": "Forbidden", "message": "The principal may not.", "innererror": {"code": inner}}});
    for (status, body, service_code, hint) in [
        (
            403,
            forbidden("ForbiddenByPolicy"),
            "ForbiddenByPolicy",
            "access policies",
        ),
        (
            403,
            forbidden("ForbiddenByRbac"),
            "ForbiddenByRbac",
            "Key Vault Secrets User",
        ),
        (403, forbidden("ForbiddenByFirewall"), "ForbiddenByFirewall", "firewall"),
        (403, forbidden("SecretDisabled"), "SecretDisabled", "enable it"),
        (
            403,
            json!({"error": {"code": "Forbidden", "message": "no"}}),
            "Forbidden",
            "Secrets User",
        ),
        (
            404,
            json!({"error": {"code": "SecretNotFound", "message": "none"}}),
            "SecretNotFound",
            "names of the vault",
        ),
        (
            400,
            json!({"error": {"code": "BadParameter", "message": "no"}}),
            "BadParameter",
            "Secrets User",
        ),
    ] {
        let reply = with_header(json(status, &body.to_string()), "x-ms-request-id", "9-8-7").into();
        let (error, sent) = refused_by_vault(&reply);
        assert_eq!((error.code(), sent), (ErrorCode::VaultRefused, 1), "{body}");
        assert_eq!(error.service_code.as_deref(), Some(service_code), "{body}");
        assert!(error.hint.contains(hint), "{body}: {}", error.hint);
        assert_eq!(error.status, Some(status));
        assert_eq!(error.request_id.as_deref(), Some("9-8-7"));
        assert_eq!(error.endpoint.as_deref(), Some("secrets/get"));
    }
}

#[test]
fn a_vault_that_refuses_the_first_credential_gets_one_more_token_of_it() {
    let challenge = r#"Bearer authorization="https://login.microsoftonline.com/0c4f1d7e-2b60-4a35-9e8b-71d2c6a05f13", resource="https://vault.azure.net""#;
    let body = json!({"error": {"code": "Unauthorized", "message": "AKV10032: Invalid issuer."}}).to_string();
    let refusal = with_header(json(401, &body), "WWW-Authenticate", challenge);
    let credential = entra(vaulted("keyvault://kv-demo/spn"));
    let mut host = Host::new(&credential, &fabric(), |_: &Asked| refusal.clone().into());
    let error = host.run().expect_err("there is no secret");
    assert_eq!(error.code(), ErrorCode::VaultRefused);
    assert_eq!(host.sent.len(), 2, "it is bounded");
    assert!(host.needs[1].ends_with(" again"), "{:?}", host.needs);
    assert!(
        error.hint.contains("https://login.microsoftonline.com/0c4f1d7e"),
        "it says whose tokens the vault trusts: {}",
        error.hint
    );

    let mut refusals = vec![refusal.clone().into()];
    let mut host = Host::new(
        &credential,
        &fabric(),
        world(
            move |_| refusals.pop().unwrap_or_else(|| vault_secret(SECRET).into()),
            |_| granted(TOKEN).into(),
        ),
    );
    host.run().expect("the second token is good");
}

#[test]
fn what_a_vault_says_of_its_authority_is_told_only_if_it_can_be_one() {
    for said in [
        "https://pl4nted0token",
        "https://login.microsoftonline.com/pl4nted0token",
        "https://pl4nted0token.example/0c4f1d7e-2b60-4a35-9e8b-71d2c6a05f13",
        "https://login.microsoftonline.com/pl4nted0token/0c4f1d7e-2b60-4a35-9e8b-71d2c6a05f13",
        "http://login.microsoftonline.com/0c4f1d7e-2b60-4a35-9e8b-71d2c6a05f13?pl4nted0token",
    ] {
        let challenge = format!("Bearer authorization=\"{said}\", resource=\"https://vault.azure.net\"");
        let body = json!({"error": {"code": "Unauthorized", "message": "no"}}).to_string();
        let (error, _) = refused_by_vault(&with_header(json(401, &body), "WWW-Authenticate", &challenge).into());
        assert!(!error.to_string().contains("pl4nted"), "{said}: {error}");
    }
}

#[test]
fn a_vault_that_is_busy_or_broken_is_asked_again() {
    let busy = with_header(
        json(429, r#"{"error":{"code":"Throttled","message":"slow down"}}"#),
        "Retry-After",
        "3",
    );
    for first in [
        Reply::from(busy),
        json(500, "").into(),
        Reply::Fail("reset", true),
        json(200, "").into(),
    ] {
        let mut answers = vec![vault_secret(SECRET).into(), first.clone()];
        let credential = entra(vaulted("keyvault://kv-demo/spn"));
        let mut host = Host::new(
            &credential,
            &fabric(),
            world(
                move |_| answers.pop().expect("two are enough"),
                |_| granted(TOKEN).into(),
            ),
        );
        host.run().unwrap_or_else(|error| panic!("{first:?}: {error}"));
    }
}

#[test]
fn a_secret_that_may_not_be_used_is_not_used() {
    let now = START.0 / 1000;
    for (attributes, found) in [
        (json!({"enabled": false}), "disabled"),
        (json!({"enabled": true, "exp": now}), "expired at 2026-03-01T02:00:00"),
        (json!({"enabled": true, "exp": now - 86_400}), "expired at 2026-02-28"),
        (json!({"enabled": true, "nbf": now + 60}), "from 2026-03-01T02:01:00"),
    ] {
        let body = json!({"value": SECRET, "attributes": attributes}).to_string();
        let (error, sent) = refused_by_vault(&json(200, &body).into());
        assert_eq!((error.code(), sent), (ErrorCode::VaultRefused, 1));
        assert!(error.message.contains(found), "{}", error.message);
    }
    // The vault's clock is right and ours may not be.
    let body = json!({"value": SECRET, "attributes": {"exp": now + 600}}).to_string();
    let ahead = with_header(
        json(200, &body),
        "Date",
        &crate::support::http_date(START.plus(Duration::from_secs(900))),
    );
    assert_eq!(refused_by_vault(&ahead.into()).0.code(), ErrorCode::VaultRefused);
}

#[test]
fn what_no_request_can_carry_is_told_before_it_is_sent() {
    for value in ["two\nlines pl4nted", "pl4nted-ü", "-----BEGIN pl4nted KEY-----\nabc"] {
        let (error, sent) = refused_by_vault(&vault_secret(value).into());
        assert_eq!((error.code(), sent), (ErrorCode::InvalidCredentials, 1), "{error}");
    }
}

fn refused_with(number: u32) -> Reply {
    let said = format!("AADSTS{number}: {SECRET} is no good.");
    let body = json!({"error": "invalid_client", "error_description": said});
    json(401, &body.to_string()).into()
}

#[test]
fn a_refused_secret_is_read_again_once_since_it_may_have_changed() {
    // Wrong, and expired.
    for number in [7_000_215, 7_000_222] {
        let mut reads = 0;
        let vault = move |_: &Asked| {
            reads += 1;
            vault_secret(if reads == 1 { SECRET } else { "pl4nted.new" }).into()
        };
        let issuer = |asked: &Asked| match asked.value("client_secret").as_deref() {
            Some("pl4nted.new") => granted(TOKEN).into(),
            _ => refused_with(number),
        };
        let credential = entra(vaulted("keyvault://kv-demo/spn"));
        let mut host = Host::new(&credential, &fabric(), world(vault, issuer));
        host.run().expect("the new secret is good");
        assert_eq!(host.sent.len(), 4, "AADSTS{number}");
        assert_eq!(host.needs.len(), 1, "the vault's token is still good");
    }
}

#[test]
fn a_secret_that_is_still_the_same_is_not_sent_again() {
    let credential = entra(vaulted("keyvault://kv-demo/spn"));
    let mut host = Host::new(
        &credential,
        &fabric(),
        world(|_| vault_secret(SECRET).into(), |_| refused_with(7_000_215)),
    );
    let error = host.run().expect_err("it is wrong");
    assert_eq!(error.code(), ErrorCode::SignInRefused);
    assert_eq!(error.service_code.as_deref(), Some("AADSTS7000215"));
    assert!(!format!("{error:?}").contains("pl4nted"), "{error:?}");
    let methods: Vec<&str> = host.sent.iter().map(|asked| asked.request.method.as_str()).collect();
    assert_eq!(methods, ["GET", "POST", "GET"]);
}

#[test]
fn secrets_that_keep_changing_and_keep_being_refused_end_it() {
    let mut reads = 0;
    let vault = move |_: &Asked| {
        reads += 1;
        vault_secret(&format!("pl4nted-number-{reads}")).into()
    };
    let issuer = |_: &Asked| json(401, r#"{"error":"invalid_client","error_description":"no"}"#).into();
    let credential = oauth(vaulted("keyvault://kv-demo/spn"));
    let mut host = Host::new(&credential, &databricks(AWS), world(vault, issuer));
    assert_eq!(host.run().expect_err("it is wrong").code(), ErrorCode::SignInRefused);
    assert_eq!(host.sent.len(), 4);
}

#[test]
fn a_named_version_and_a_given_secret_are_not_read_again() {
    for (source, sent) in [(vaulted("keyvault://kv-demo/spn/abc123"), 2), (given(SECRET), 1)] {
        let mut host = Host::new(
            &entra(source),
            &fabric(),
            world(|_| vault_secret(SECRET).into(), |_| refused_with(7_000_215)),
        );
        host.run().expect_err("it is wrong");
        assert_eq!(host.sent.len(), sent);
    }
}

#[test]
fn why_a_secret_was_read_again_is_told_if_it_can_not_be_read() {
    let mut answers: Vec<Reply> = vec![json(403, "").into(), vault_secret(SECRET).into()];
    let credential = entra(vaulted("keyvault://kv-demo/spn"));
    let mut host = Host::new(
        &credential,
        &fabric(),
        world(
            move |_| answers.pop().expect("two are enough"),
            |_| refused_with(7_000_215),
        ),
    );
    assert_eq!(host.run().expect_err("it is wrong").code(), ErrorCode::SignInRefused);
}

#[test]
fn without_a_first_credential_nothing_is_sent() {
    let credential = entra(vaulted("keyvault://kv-demo/spn"));
    let mut host = Host::new(&credential, &fabric(), |_: &Asked| Reply::Hang);
    let missing = Error::new(ErrorCode::MissingCredentials, "expected vaultCredential, found none");
    host.vault_token = Some(Err(missing.clone()));
    assert_eq!(host.run().expect_err("there is no token"), missing);
    assert!(host.sent.is_empty());
    let mut host = Host::new(&credential, &fabric(), |_: &Asked| Reply::Hang);
    host.vault_token = Some(Ok("pl4nted\nbroken".to_owned()));
    let error = host.run().expect_err("no header can carry it");
    assert!(error.code() == ErrorCode::InvalidCredentials && host.sent.is_empty());
}

#[test]
fn a_vaults_address_can_be_given_and_is_then_the_only_one() {
    let mut settings = AuthSettings::default();
    settings.vault_host = Some(base("http://127.0.0.1:8080"));
    let credential = oauth(vaulted("keyvault://kv-demo/spn"));
    let mut host = Host::with(
        &credential,
        &databricks(AWS),
        settings,
        world(|_| vault_secret(SECRET).into(), |_| granted(TOKEN).into()),
    );
    host.run().expect("there is a token");
    assert_eq!(
        host.sent[0].request.url,
        "http://127.0.0.1:8080/secrets/spn?api-version=7.4"
    );
    assert_eq!(
        host.needs,
        ["https://vault.azure.net/.default for http://127.0.0.1:8080"]
    );
}

#[test]
fn a_given_address_gets_a_token_of_the_clouds_own_vaults() {
    let mut settings = AuthSettings::default();
    settings.vault_host = Some(base("https://127.0.0.1:8443"));
    let credential = entra(vaulted("keyvault://kv-demo/spn"));
    let government = databricks("https://adb-1.2.databricks.azure.us");
    let mut host = Host::with(
        &credential,
        &government,
        settings,
        world(|_| vault_secret(SECRET).into(), |_| granted(TOKEN).into()),
    );
    host.run().expect("there is a token");
    assert_eq!(
        host.needs,
        ["https://vault.usgovcloudapi.net/.default for https://127.0.0.1:8443"]
    );
}
