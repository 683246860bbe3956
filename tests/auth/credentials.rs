//! Credentials that can't be right are an error before anything is sent, and are never repeated.

use pqrun::auth::{Credential, Resource};
use pqrun::error::ErrorCode;

use crate::host::{
    ACCOUNT, AWS, AZURE, CLIENT, SECRET, TENANT, WORKSPACE, base, databricks, entra, entra_federation, fabric, given,
    oauth,
};

#[track_caller]
fn wrong(credential: &Credential, resource: &Resource, expected: &str) {
    let error = credential.check(resource).expect_err("it can't be right");
    assert_eq!(error.code(), ErrorCode::InvalidCredentials, "{error}");
    assert!(
        error.message.contains("expected ") && error.message.contains(expected),
        "{error}"
    );
    assert!(error.message.contains("found "), "{error}");
    assert!(!format!("{error:?}").contains("pl4nted"), "{error:?}");
}

fn entra_with(tenant: &str, client: &str, secret: &str, workspace: Option<&str>) -> Credential {
    Credential::EntraSecret {
        tenant_id: tenant.to_owned(),
        client_id: client.to_owned(),
        client_secret: given(secret),
        authority: None,
        azure_workspace_resource_id: workspace.map(str::to_owned),
    }
}

#[test]
fn a_credential_goes_only_to_what_takes_it() {
    let vault = Resource::KeyVault(base("https://kv-demo.vault.azure.net"));
    let pat = Credential::Token {
        token: given("dapi-pl4nted"),
    };
    for resource in [fabric(), vault] {
        wrong(&oauth(given(SECRET)), &resource, "a credential of Entra's");
        let federation = Credential::DatabricksFederation {
            client_id: None,
            scope: None,
        };
        wrong(&federation, &resource, "a credential of Entra's");
        wrong(&pat, &resource, "a token of Entra's");
    }
    pat.check(&databricks(AZURE)).expect("it is a token of Databricks");
    for (host, cloud) in [
        (AWS, "AWS"),
        ("x.cloud.databricks.us", "AWS GovCloud"),
        ("1.1.gcp.databricks.com", "Google Cloud"),
    ] {
        wrong(&entra(given(SECRET)), &databricks(host), cloud);
        wrong(&entra_federation(), &databricks(host), cloud);
    }
    for host in [AZURE, AWS, "http://127.0.0.1:1"] {
        oauth(given(SECRET))
            .check(&databricks(host))
            .expect("every workspace has it");
    }
    entra(given(SECRET))
        .check(&databricks("http://127.0.0.1:1"))
        .expect("this machine may be anything");
}

#[test]
fn a_tenant_is_a_guid_or_a_domain() {
    for tenant in [
        "",
        "contoso",
        "pl4nted secret.example",
        "contoso.onmicrosoft.com/../evil",
        "-a.example",
        "a..example",
        "contoso.example?x",
        "0c4f1d7e-2b60-4a35-9e8b-71d2c6a05f1",
        " 0c4f1d7e-2b60-4a35-9e8b-71d2c6a05f13",
        "00000000-0000-0000-0000-000000000000 ",
    ] {
        wrong(&entra_with(tenant, CLIENT, SECRET, None), &fabric(), "tenantId");
    }
    for word in ["common", "Organizations", "consumers"] {
        wrong(
            &entra_with(word, CLIENT, SECRET, None),
            &fabric(),
            "people of any tenant",
        );
    }
    for tenant in [
        TENANT,
        &TENANT.to_ascii_uppercase(),
        "contoso.onmicrosoft.com",
        "a-b.example",
    ] {
        entra_with(tenant, CLIENT, SECRET, None).check(&fabric()).expect(tenant);
    }
}

#[test]
fn a_client_id_is_a_guid_and_is_not_repeated_if_it_is_none() {
    // The most likely mistake: the secret in its place.
    for client in [
        "",
        "pl4nted-secret",
        "b81e6d20-95c7-4f4a-8d13-6a0e27f9c35g",
        "b81e6d2095c74f4a8d136a0e27f9c354",
    ] {
        wrong(&entra_with(TENANT, client, SECRET, None), &fabric(), "clientId");
        let credential = Credential::DatabricksOAuth {
            client_id: client.to_owned(),
            client_secret: given(SECRET),
            scope: None,
            account_id: None,
        };
        wrong(&credential, &databricks(AWS), "clientId");
        let credential = Credential::DatabricksFederation {
            client_id: Some(client.to_owned()),
            scope: None,
        };
        wrong(&credential, &databricks(AWS), "clientId");
    }
}

#[test]
fn a_secret_is_of_visible_characters() {
    for secret in [
        "",
        " ",
        "pl4nted\n",
        " pl4nted",
        "pl4 nted",
        "pl4nted\u{0}",
        "pl4nted-ü",
    ] {
        wrong(&entra_with(TENANT, CLIENT, secret, None), &fabric(), "clientSecret");
        wrong(&oauth(given(secret)), &databricks(AWS), "clientSecret");
        wrong(&Credential::Token { token: given(secret) }, &databricks(AWS), "a token");
    }
}

#[test]
fn a_scope_is_a_list_of_names() {
    for scope in ["", " jobs", "jobs  x", "jobs\n", "a\"b", "a\\b", "jöbs"] {
        let credential = Credential::DatabricksOAuth {
            client_id: CLIENT.to_owned(),
            client_secret: given(SECRET),
            scope: Some(scope.to_owned()),
            account_id: None,
        };
        wrong(&credential, &databricks(AWS), "scope");
    }
}

#[test]
fn an_accounts_console_needs_the_accounts_id_and_a_secret() {
    let console = databricks("https://accounts.cloud.databricks.com");
    wrong(&oauth(given(SECRET)), &console, "accountId");
    let federation = Credential::DatabricksFederation {
        client_id: None,
        scope: None,
    };
    wrong(&federation, &console, "a workspace's host");
    for (account_id, right) in [(ACCOUNT, true), ("12345", false), ("../x", false)] {
        let credential = Credential::DatabricksOAuth {
            client_id: CLIENT.to_owned(),
            client_secret: given(SECRET),
            scope: None,
            account_id: Some(account_id.to_owned()),
        };
        assert_eq!(credential.check(&console).is_ok(), right, "{account_id}");
    }
}

#[test]
fn a_workspaces_azure_resource_is_one() {
    for id in [
        "",
        "etl",
        "/subscriptions/x/resourceGroups/rg/providers/Microsoft.Databricks/workspaces/etl",
        "/subscriptions/5d0e3c1a-8f26-47b9-b1d4-9c7a20e6f538/resourceGroups/rg/providers/Microsoft.Databricks/workspaces/",
        "/subscriptions/5d0e3c1a-8f26-47b9-b1d4-9c7a20e6f538/resourceGroups/rg/providers/Microsoft.Sql/servers/etl",
        "/subscriptions/5d0e3c1a-8f26-47b9-b1d4-9c7a20e6f538/resourceGroups/rg/providers/Microsoft.Databricks/workspaces/e\r\nX: y",
        "/subscriptions/5d0e3c1a-8f26-47b9-b1d4-9c7a20e6f538/resourceGroups/rg/providers/Microsoft.Databricks/workspaces/etl/x",
    ] {
        wrong(
            &entra_with(TENANT, CLIENT, SECRET, Some(id)),
            &databricks(AZURE),
            "azureWorkspaceResourceId",
        );
    }
    for id in [WORKSPACE, &WORKSPACE.to_ascii_lowercase()] {
        entra_with(TENANT, CLIENT, SECRET, Some(id))
            .check(&databricks(AZURE))
            .expect(id);
    }
}

#[test]
fn an_assertion_is_a_jwt_and_is_not_repeated_if_it_is_none() {
    use crate::host::{Asked, Host};
    use crate::support::Reply;
    for assertion in [
        "",
        "pl4nted",
        "pl4nted.b",
        "pl4nted.b.c.d",
        "pl4nted..c",
        "pl4nted.b c.d",
        "pl4nted.b.c=",
    ] {
        let mut host = Host::new(&entra_federation(), &fabric(), |_: &Asked| Reply::Hang);
        host.assertion = Some(Ok(assertion.to_owned()));
        let error = host.run().expect_err("it is no JWT");
        assert_eq!(error.code(), ErrorCode::InvalidCredentials, "{assertion}");
        assert!(
            error.message.contains("JWT") && !error.message.contains("pl4nted"),
            "{error}"
        );
        assert!(host.sent.is_empty());
    }
    let mut host = Host::new(&entra_federation(), &fabric(), |_: &Asked| Reply::Hang);
    host.assertion = Some(Err("expected the file token.jwt, found none".to_owned()));
    let error = host.run().expect_err("there is none");
    assert_eq!(error.message, "expected the file token.jwt, found none");
}
