//! What a token is for.

use crate::auth::cloud::{self, Cloud};
use crate::http::{BaseUrl, Service};

/// What a token is for, and the only origin that it goes to.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a further resource would be a new product")]
pub enum Resource {
    /// A Databricks workspace, or an accounts console.
    Databricks(BaseUrl),
    /// Fabric's API.
    Fabric(BaseUrl),
    /// A Key Vault, as `https://my-vault.vault.azure.net`.
    KeyVault(BaseUrl),
    /// `OneLake`, where Fabric's files are. It takes tokens for Azure's storage, and none for Fabric's API.
    OneLake(BaseUrl),
}

impl Resource {
    /// The resource that a service's requests to `base` are for.
    #[must_use]
    pub const fn of(service: Service, base: BaseUrl) -> Self {
        match service {
            Service::Databricks => Self::Databricks(base),
            Service::Fabric => Self::Fabric(base),
        }
    }

    /// The only origin that a token for it goes to.
    #[must_use]
    pub const fn origin(&self) -> &BaseUrl {
        match self {
            Self::Databricks(base) | Self::Fabric(base) | Self::KeyVault(base) | Self::OneLake(base) => base,
        }
    }

    /// Whose it is, for messages.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Databricks(_) => "Databricks",
            Self::Fabric(_) => "Fabric",
            Self::KeyVault(_) => "Key Vault",
            Self::OneLake(_) => "OneLake",
        }
    }

    /// The scope under which Entra gives tokens for it. It depends on the cloud for vaults only.
    /// <https://learn.microsoft.com/entra/identity-platform/scopes-oidc#the-default-scope>
    #[must_use]
    pub fn scope(&self) -> String {
        match self {
            Self::Databricks(_) => DATABRICKS_SCOPE.to_owned(),
            Self::Fabric(_) => FABRIC_SCOPE.to_owned(),
            Self::KeyVault(base) => Cloud::of_host(base).unwrap_or(Cloud::AzurePublic).vault_scope(),
            Self::OneLake(_) => STORAGE_SCOPE.to_owned(),
        }
    }

    /// Whether its origin is the service's own, or this machine: a token may go there without being told so.
    #[must_use]
    pub fn has_known_host(&self) -> bool {
        match self {
            Self::Databricks(base) => cloud::is_known_host(Service::Databricks, base),
            Self::Fabric(base) => cloud::is_known_host(Service::Fabric, base),
            Self::KeyVault(base) => cloud::is_known_vault(base),
            Self::OneLake(base) => base.is_loopback() || cloud::is_one_lake(base),
        }
    }
}

/// The id of the Azure Databricks application, the same in every tenant and every Azure cloud.
pub(crate) const DATABRICKS_SCOPE: &str = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d/.default";

/// Fabric's.
pub(crate) const FABRIC_SCOPE: &str = "https://api.fabric.microsoft.com/.default";

/// That of Azure's storage, which `OneLake` takes. <https://learn.microsoft.com/fabric/onelake/onelake-access-api>
pub(crate) const STORAGE_SCOPE: &str = "https://storage.azure.com/.default";
