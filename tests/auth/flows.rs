//! Each flow, request by request.

use std::time::Duration;

use pqrun::auth::{AccessToken, Credential, ExposeSecret, Resource};
use pqrun::http::Method;

use crate::host::{
    ACCOUNT, ASSERTION, AWS, AZURE, Asked, CLIENT, Host, SECRET, TENANT, TOKEN, WORKSPACE, base, databricks, entra,
    entra_federation, fabric, given, granted, oauth,
};
use crate::support::{Reply, START};

/// Runs a flow to its token.
#[track_caller]
fn flow(credential: &Credential, resource: &Resource) -> (AccessToken, Vec<Asked>, Vec<String>) {
    let mut host = Host::new(credential, resource, |_: &Asked| granted(TOKEN).into());
    let token = host.run().expect("there is a token");
    assert_eq!(token.token.expose_secret(), TOKEN);
    (token, host.sent, host.needs)
}

fn pairs(form: &[(String, String)]) -> Vec<(&str, &str)> {
    form.iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

#[test]
fn a_token_that_is_there_asks_nobody() {
    let credential = Credential::Token {
        token: given("dapi0123"),
    };
    let mut host = Host::new(&credential, &databricks(AWS), |_: &Asked| Reply::Hang);
    let token = host.run().expect("there is a token");
    assert_eq!(token.token.expose_secret(), "dapi0123");
    assert_eq!(token.expires_at, None, "nobody knows when it ends");
    assert!(host.sent.is_empty() && token.headers.is_empty());
}

#[test]
fn databricks_oauth_asks_the_workspace_with_basic_and_a_form() {
    let (token, sent, _) = flow(&oauth(given("dose0123")), &databricks(AWS));
    assert_eq!(sent.len(), 1);
    let asked = &sent[0];
    assert_eq!(asked.request.url, format!("{AWS}/oidc/v1/token"));
    assert_eq!(asked.request.method, Method::Post);
    let expected = "Basic YjgxZTZkMjAtOTVjNy00ZjRhLThkMTMtNmEwZTI3ZjljMzU0OmRvc2UwMTIz";
    assert_eq!(asked.header("Authorization").as_deref(), Some(expected));
    assert_eq!(
        asked.header("Content-Type").as_deref(),
        Some("application/x-www-form-urlencoded")
    );
    assert_eq!(
        pairs(&asked.form()),
        [("grant_type", "client_credentials"), ("scope", "all-apis")]
    );
    assert_eq!(token.expires_at, Some(START.plus(Duration::from_secs(3600))));
    let headers: Vec<_> = token.all_headers().collect();
    assert_eq!(headers.len(), 1);
    assert_eq!(
        (headers[0].0, headers[0].1.expose_secret()),
        ("Authorization", &*format!("Bearer {TOKEN}"))
    );
}

#[test]
fn databricks_oauth_asks_for_the_given_scope() {
    let credential = Credential::DatabricksOAuth {
        client_id: CLIENT.to_owned(),
        client_secret: given(SECRET),
        scope: Some("jobs unity-catalog".to_owned()),
        account_id: None,
    };
    let (_, sent, _) = flow(&credential, &databricks(AZURE));
    assert_eq!(sent[0].value("scope").as_deref(), Some("jobs unity-catalog"));
}

#[test]
fn an_accounts_console_is_asked_for_the_accounts_token_and_a_workspace_for_its_own() {
    let credential = Credential::DatabricksOAuth {
        client_id: CLIENT.to_owned(),
        client_secret: given(SECRET),
        scope: None,
        account_id: Some(ACCOUNT.to_owned()),
    };
    for console in [
        "https://accounts.cloud.databricks.com",
        "https://accounts.azuredatabricks.net",
        "https://accounts-dod.cloud.databricks.us",
    ] {
        let (_, sent, _) = flow(&credential, &databricks(console));
        assert_eq!(
            sent[0].request.url,
            format!("{console}/oidc/accounts/{ACCOUNT}/v1/token")
        );
    }
    let (_, sent, _) = flow(&credential, &databricks(AWS));
    assert_eq!(sent[0].request.url, format!("{AWS}/oidc/v1/token"));
}

#[test]
fn databricks_federation_exchanges_the_assertion() {
    for client_id in [None, Some(CLIENT.to_owned())] {
        let credential = Credential::DatabricksFederation {
            client_id: client_id.clone(),
            scope: None,
        };
        let (_, sent, needs) = flow(&credential, &databricks(AWS));
        assert_eq!(needs, ["assertion"]);
        assert_eq!(sent[0].request.url, format!("{AWS}/oidc/v1/token"));
        assert_eq!(sent[0].header("Authorization"), None);
        let mut expected = vec![
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("scope", "all-apis"),
        ];
        expected.extend(client_id.as_deref().map(|id| ("client_id", id)));
        expected.push(("subject_token", ASSERTION));
        expected.push(("subject_token_type", "urn:ietf:params:oauth:token-type:jwt"));
        assert_eq!(pairs(&sent[0].form()), expected);
    }
}

#[test]
fn entra_is_asked_for_the_services_default_scope() {
    for (resource, scope) in [
        (fabric(), "https://api.fabric.microsoft.com/.default"),
        (databricks(AZURE), "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d/.default"),
        (
            Resource::KeyVault(base("https://kv-demo.vault.azure.net")),
            "https://vault.azure.net/.default",
        ),
    ] {
        let (token, sent, _) = flow(&entra(given(SECRET)), &resource);
        assert_eq!(sent.len(), 1);
        let asked = &sent[0];
        assert_eq!(
            asked.request.url,
            format!("https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token")
        );
        assert_eq!(asked.header("Authorization"), None);
        assert_eq!(
            pairs(&asked.form()),
            [
                ("grant_type", "client_credentials"),
                ("client_id", CLIENT),
                ("client_secret", SECRET),
                ("scope", scope)
            ]
        );
        assert!(token.headers.is_empty());
    }
}

#[test]
fn each_azure_cloud_has_its_own_authority_vaults_and_management() {
    for (host, authority, vaults, management) in [
        (
            AZURE,
            "login.microsoftonline.com",
            "vault.azure.net",
            "management.core.windows.net",
        ),
        (
            "https://adb-1.2.databricks.azure.us",
            "login.microsoftonline.us",
            "vault.usgovcloudapi.net",
            "management.core.usgovcloudapi.net",
        ),
        (
            "https://adb-1.2.databricks.azure.cn",
            "login.chinacloudapi.cn",
            "vault.azure.cn",
            "management.core.chinacloudapi.cn",
        ),
    ] {
        let credential = Credential::EntraSecret {
            tenant_id: TENANT.to_owned(),
            client_id: CLIENT.to_owned(),
            client_secret: crate::host::vaulted("keyvault://kv-demo/spn"),
            authority: None,
            azure_workspace_resource_id: Some(WORKSPACE.to_owned()),
        };
        let mut tokens = Host::new(&credential, &databricks(host), |asked: &Asked| {
            if asked.request.method == Method::Get {
                crate::host::vault_secret(SECRET).into()
            } else {
                granted(TOKEN).into()
            }
        });
        tokens.run().expect("there is a token");
        assert_eq!(
            tokens.needs,
            [format!("https://{vaults}/.default for https://kv-demo.{vaults}")]
        );
        let urls: Vec<&str> = tokens.sent.iter().map(|asked| asked.request.url.as_str()).collect();
        let token_url = format!("https://{authority}/{TENANT}/oauth2/v2.0/token");
        assert_eq!(
            urls,
            [
                &format!("https://kv-demo.{vaults}/secrets/spn?api-version=7.4"),
                &token_url,
                &token_url
            ]
        );
        assert_eq!(
            tokens.sent[1].value("scope"),
            Some(format!("https://{management}//.default"))
        );
    }
}

#[test]
fn a_workspace_that_does_not_know_the_principal_gets_two_more_headers() {
    for credential in [
        Credential::EntraSecret {
            tenant_id: TENANT.to_owned(),
            client_id: CLIENT.to_owned(),
            client_secret: given(SECRET),
            authority: None,
            azure_workspace_resource_id: Some(WORKSPACE.to_owned()),
        },
        Credential::EntraFederation {
            tenant_id: TENANT.to_owned(),
            client_id: CLIENT.to_owned(),
            authority: None,
            azure_workspace_resource_id: Some(WORKSPACE.to_owned()),
        },
    ] {
        let mut host = Host::new(&credential, &databricks(AZURE), |asked: &Asked| {
            let scope = asked.value("scope").expect("there is a scope");
            if scope.contains("management") {
                // It ends before the other one does.
                let body = r#"{"access_token":"pl4nted-management","token_type":"Bearer","expires_in":"1800"}"#;
                crate::support::json(200, body).into()
            } else {
                granted(TOKEN).into()
            }
        });
        let token = host.run().expect("there is a token");
        assert_eq!(host.sent.len(), 2);
        let headers: Vec<(&str, &str)> = token
            .headers
            .iter()
            .map(|(name, value)| (*name, value.expose_secret()))
            .collect();
        assert_eq!(
            headers,
            [
                ("X-Databricks-Azure-Workspace-Resource-Id", WORKSPACE),
                ("X-Databricks-Azure-SP-Management-Token", "pl4nted-management")
            ]
        );
        let end = START.plus(Duration::from_secs(1800));
        assert_eq!(
            token.expires_at,
            Some(end),
            "they are good until the first of them ends"
        );
    }
}

#[test]
fn fabric_is_told_nothing_of_a_workspaces_azure_resource() {
    let credential = Credential::EntraSecret {
        tenant_id: TENANT.to_owned(),
        client_id: CLIENT.to_owned(),
        client_secret: given(SECRET),
        authority: None,
        azure_workspace_resource_id: Some(WORKSPACE.to_owned()),
    };
    let (token, sent, _) = flow(&credential, &fabric());
    assert_eq!((sent.len(), token.headers.len()), (1, 0));
}

#[test]
fn entra_federation_sends_the_assertion_in_the_place_of_a_secret() {
    for resource in [fabric(), databricks(AZURE)] {
        let (_, sent, needs) = flow(&entra_federation(), &resource);
        assert_eq!(needs, ["assertion"]);
        assert_eq!(
            pairs(&sent[0].form()),
            [
                ("grant_type", "client_credentials"),
                ("client_id", CLIENT),
                (
                    "client_assertion_type",
                    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
                ),
                ("client_assertion", ASSERTION),
                ("scope", &resource.scope())
            ]
        );
    }
}

#[test]
fn an_assertion_is_taken_without_the_line_break_of_its_file() {
    let mut host = Host::new(&entra_federation(), &fabric(), |_: &Asked| granted(TOKEN).into());
    host.assertion = Some(Ok(format!("{ASSERTION}\n")));
    host.run().expect("there is a token");
    assert_eq!(host.sent[0].value("client_assertion").as_deref(), Some(ASSERTION));
}

#[test]
fn whatever_is_given_is_one_value_of_the_form() {
    let secret = "a&scope=all%20b+c=d#?/\\\"~";
    let (_, sent, _) = flow(&entra(given(secret)), &fabric());
    assert_eq!(sent[0].form().len(), 4);
    assert_eq!(sent[0].value("client_secret").as_deref(), Some(secret));
}

#[test]
fn a_tenant_may_be_named_by_a_domain() {
    let credential = Credential::EntraSecret {
        tenant_id: "contoso.onmicrosoft.com".to_owned(),
        client_id: CLIENT.to_owned(),
        client_secret: given(SECRET),
        authority: Some(base("https://login.microsoftonline.com/ignored")),
        azure_workspace_resource_id: None,
    };
    let (_, sent, _) = flow(&credential, &fabric());
    assert_eq!(
        sent[0].request.url,
        "https://login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/v2.0/token"
    );
}
