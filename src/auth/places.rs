//! Where an acquisition sends its requests, and whether it may.

use crate::auth::cloud::Cloud;
use crate::auth::credential::Credential;
use crate::auth::resource::Resource;
use crate::auth::secret::SecretSource;
use crate::error::{Error, ErrorCode};
use crate::http::BaseUrl;

/// What is not part of the credential.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct AuthSettings {
    /// The vault's address, in the place of `https://{vault}.vault.azure.net` (or what the cloud has).
    pub vault_host: Option<BaseUrl>,
    /// Whether secrets and tokens may go to a host or an authority that is none of the services' own.
    pub trust_host: bool,
}

/// Where requests go.
#[derive(Debug)]
pub(super) struct Places {
    pub(super) cloud: Cloud,
    pub(super) authority: BaseUrl,
    pub(super) vault: Option<BaseUrl>,
}

impl Places {
    pub(super) fn new(credential: &Credential, resource: &Resource, settings: AuthSettings) -> Result<Self, Error> {
        let given = credential.authority();
        let cloud = Cloud::of_host(resource.origin())
            .filter(|cloud| cloud.is_azure())
            .or_else(|| given.and_then(Cloud::of_authority))
            .unwrap_or(Cloud::AzurePublic);
        let authority = match given {
            Some(given) => given.clone(),
            None => BaseUrl::parse(cloud.authority().unwrap_or_default())?,
        };
        let vault = match (credential.secret(), settings.vault_host) {
            (Some(SecretSource::Vault(_)), Some(host)) => Some(host),
            (Some(SecretSource::Vault(reference)), None) => {
                let suffix = cloud.vault_suffix().unwrap_or_default();
                Some(BaseUrl::parse(&[reference.vault.as_str(), suffix].concat())?)
            }
            _ => None,
        };
        if !settings.trust_host {
            let refuse = |what: &str, host: &BaseUrl| {
                Err(Error::new(
                    ErrorCode::UnknownHost,
                    format!("expected {what}, found {}", host.as_str()),
                ))
            };
            if !resource.has_known_host() {
                return refuse(&format!("a host of {}", resource.name()), resource.origin());
            }
            if given.is_some() && Cloud::of_authority(&authority).is_none() && !authority.is_loopback() {
                return refuse("an authority of Entra's", &authority);
            }
            if let Some(vault) = vault
                .as_ref()
                .filter(|vault| !Resource::KeyVault((*vault).clone()).has_known_host())
            {
                return refuse("a vault's host", vault);
            }
        }
        Ok(Self {
            cloud,
            authority,
            vault,
        })
    }
}
