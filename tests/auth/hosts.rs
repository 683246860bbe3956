//! Which host is in which cloud, and what goes to none of them.

use pqrun::auth::{Acquisition, AuthSettings, Cloud, Credential, Resource, is_known_host};
use pqrun::error::ErrorCode;
use pqrun::http::Service;

use crate::host::{AWS, AZURE, CLIENT, SECRET, TENANT, base, databricks, entra, fabric, given, oauth, vaulted};

#[test]
fn every_host_of_the_services_is_known_with_its_cloud() {
    for (host, cloud) in [
        ("adb-1111222233334444.5.azuredatabricks.net", Cloud::AzurePublic),
        ("ADB-1.5.AzureDatabricks.NET", Cloud::AzurePublic),
        ("accounts.azuredatabricks.net", Cloud::AzurePublic),
        ("adb-1.2.databricks.azure.us", Cloud::AzureUsGovernment),
        ("adb-1.2.databricks.azure.cn", Cloud::AzureChina),
        ("dbc-0a1b2c3d-4e5f.cloud.databricks.com", Cloud::Aws),
        ("vanity.cloud.databricks.com", Cloud::Aws),
        ("accounts.cloud.databricks.com", Cloud::Aws),
        ("x.cloud.databricks.us", Cloud::AwsGov),
        ("1234567890.1.gcp.databricks.com", Cloud::Gcp),
    ] {
        assert_eq!(Cloud::of_host(&base(host)), Some(cloud), "{host}");
        assert!(is_known_host(Service::Databricks, &base(host)), "{host}");
        assert!(!is_known_host(Service::Fabric, &base(host)), "{host}");
    }
    for host in [
        "api.fabric.microsoft.com",
        "1f0c4b7e52aa.z1f.w.api.fabric.microsoft.com",
    ] {
        assert_eq!(Cloud::of_host(&base(host)), Some(Cloud::AzurePublic), "{host}");
        assert!(is_known_host(Service::Fabric, &base(host)) && !is_known_host(Service::Databricks, &base(host)));
    }
}

#[test]
fn names_that_only_look_like_a_service_are_unknown() {
    for host in [
        "adb-1.5.azuredatabricks.net.evil.example",
        "adb-1.5.azuredatabricks.net.",
        "evilazuredatabricks.net",
        "azuredatabricks.net",
        "azuredatabricks.net.evil.example",
        "adb-1.5.azuredatabricks.net-evil.example",
        "adb-1.5.azuredatabricks.net:8443",
        "cloud.databricks.com",
        "evilcloud.databricks.com",
        "databricks.com",
        "api.fabric.microsoft.com.evil.example",
        "evilapi.fabric.microsoft.com",
        "fabric.microsoft.com",
        "api.fabric.microsoft.com:444",
        "xn--pi-8lc.fabric.microsoft.com",
        "vault.azure.net",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "localhost.localdomain",
        "example.com",
    ] {
        let host = base(host);
        for service in [Service::Databricks, Service::Fabric] {
            assert!(!is_known_host(service, &host), "{}", host.as_str());
            let resource = Resource::of(service, host.clone());
            let token = Credential::Token {
                token: given("pl4nted"),
            };
            let error = Acquisition::new(&token, &resource, AuthSettings::default(), [0; 8]).expect_err("unknown");
            assert_eq!(error.code(), ErrorCode::UnknownHost);
            assert!(error.message.contains(host.as_str()), "{}", error.message);
            let mut settings = AuthSettings::default();
            settings.trust_host = true;
            Acquisition::new(&token, &resource, settings, [0; 8]).expect("it was said that it is right");
        }
        assert_eq!(Cloud::of_host(&host), None, "{}", host.as_str());
    }
}

#[test]
fn this_machine_is_trusted_and_in_no_cloud() {
    for host in ["http://127.0.0.1:8080", "http://localhost:9", "https://[::1]"] {
        assert_eq!(Cloud::of_host(&base(host)), None);
        for service in [Service::Databricks, Service::Fabric] {
            assert!(is_known_host(service, &base(host)));
        }
    }
}

#[test]
fn a_host_of_one_service_is_unknown_to_the_other() {
    for resource in [
        Resource::Fabric(base(AZURE)),
        Resource::Databricks(base(crate::host::FABRIC)),
    ] {
        let error = Acquisition::new(&entra(given(SECRET)), &resource, AuthSettings::default(), [0; 8]);
        assert_eq!(error.expect_err("it is the other one's").code(), ErrorCode::UnknownHost);
    }
}

#[test]
fn each_azure_cloud_has_an_authority_a_vault_zone_and_a_management_scope_and_no_other_cloud_has() {
    for cloud in [
        Cloud::Aws,
        Cloud::AwsGov,
        Cloud::AzureChina,
        Cloud::AzurePublic,
        Cloud::AzureUsGovernment,
        Cloud::Gcp,
    ] {
        assert_eq!(cloud.authority().is_some(), cloud.is_azure(), "{cloud:?}");
        assert_eq!(cloud.vault_suffix().is_some(), cloud.is_azure(), "{cloud:?}");
        assert_eq!(cloud.management_scope().is_some(), cloud.is_azure(), "{cloud:?}");
        if let Some(authority) = cloud.authority() {
            assert_eq!(Cloud::of_authority(&base(authority)), Some(cloud));
        }
    }
}

fn with_authority(authority: &str) -> Credential {
    Credential::EntraSecret {
        tenant_id: TENANT.to_owned(),
        client_id: CLIENT.to_owned(),
        client_secret: given(SECRET),
        authority: Some(base(authority)),
        azure_workspace_resource_id: None,
    }
}

#[test]
fn an_authority_is_a_known_one_this_machine_or_trusted_in_so_many_words() {
    let made = |authority: &str, trust: bool| {
        let mut settings = AuthSettings::default();
        settings.trust_host = trust;
        Acquisition::new(&with_authority(authority), &fabric(), settings, [0; 8]).map_err(|error| error.code())
    };
    for good in [
        "login.microsoftonline.com",
        "login.windows.net",
        "http://127.0.0.1:8080",
        "https://localhost:1",
    ] {
        made(good, false).unwrap_or_else(|code| panic!("{good}: {code}"));
    }
    for bad in [
        "login.microsoftonline.com.evil.example",
        "login-microsoftonline.com",
        "login.microsoftonline.com:444",
        "evil.example",
    ] {
        assert_eq!(made(bad, false).expect_err(bad), ErrorCode::UnknownHost);
        made(bad, true).expect("it was said that it is right");
    }
}

#[test]
fn an_authority_of_another_cloud_is_refused_even_if_trusted() {
    let mut settings = AuthSettings::default();
    settings.trust_host = true;
    for (host, authority) in [
        (AZURE, "login.microsoftonline.us"),
        (AZURE, "login.chinacloudapi.cn"),
        (AZURE, "login.partner.microsoftonline.cn"),
        ("adb-1.2.databricks.azure.us", "login.microsoftonline.com"),
    ] {
        let error = Acquisition::new(&with_authority(authority), &databricks(host), settings.clone(), [0; 8]);
        let error = error.expect_err("they don't belong together");
        assert_eq!(error.code(), ErrorCode::InvalidCredentials, "{host} {authority}");
        assert!(
            error.message.contains("login."),
            "it names the right one: {}",
            error.message
        );
    }
}

#[test]
fn a_vaults_address_that_is_no_vaults_has_to_be_trusted() {
    let mut settings = AuthSettings::default();
    settings.vault_host = Some(base("https://kv-demo.vault.azure.net.evil.example"));
    let credential = oauth(vaulted("keyvault://kv-demo/spn"));
    let error = Acquisition::new(&credential, &databricks(AWS), settings.clone(), [0; 8]).expect_err("no vault's");
    assert_eq!(error.code(), ErrorCode::UnknownHost);
    settings.trust_host = true;
    Acquisition::new(&credential, &databricks(AWS), settings, [0; 8]).expect("it was said that it is right");
}
