//! Which cloud a host is in, and what belongs together there.

use crate::http::{BaseUrl, Service};

/// A cloud: its hosts, its authorities, its vaults.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Cloud {
    /// Amazon's.
    Aws,
    /// Amazon's for the government of the United States.
    AwsGov,
    /// Azure in China, run by 21Vianet.
    AzureChina,
    /// Azure.
    AzurePublic,
    /// Azure for the government of the United States.
    AzureUsGovernment,
    /// Google's.
    Gcp,
}

/// Where the hosts of Databricks workspaces end. A host of such a zone has at least one more label before it.
pub(crate) const DATABRICKS_ZONES: &[(&str, Cloud)] = &[
    (".azuredatabricks.net", Cloud::AzurePublic),
    (".databricks.azure.cn", Cloud::AzureChina),
    (".databricks.azure.us", Cloud::AzureUsGovernment),
    (".cloud.databricks.com", Cloud::Aws),
    (".cloud.databricks.us", Cloud::AwsGov),
    (".gcp.databricks.com", Cloud::Gcp),
];

/// Fabric's only host; a workspace behind a private link has one below it. Fabric is in Azure's public cloud only.
pub(crate) const FABRIC_HOST: &str = "api.fabric.microsoft.com";

/// OneLake's host, and the end of that of a region, which has a hyphen before it.
pub(crate) const ONE_LAKE_HOST: &str = "onelake.dfs.fabric.microsoft.com";

const PUBLIC_VAULTS: &str = ".vault.azure.net";

/// Where the hosts of vaults end.
const VAULT_ZONES: &[(&str, Cloud)] = &[
    (PUBLIC_VAULTS, Cloud::AzurePublic),
    (".vault.usgovcloudapi.net", Cloud::AzureUsGovernment),
    (".vault.azure.cn", Cloud::AzureChina),
];

/// Entra's authorities, the one that is asked by default first in each cloud.
/// <https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud>
const AUTHORITIES: &[(&str, Cloud)] = &[
    ("login.microsoftonline.com", Cloud::AzurePublic),
    ("login.microsoft.com", Cloud::AzurePublic),
    ("login.windows.net", Cloud::AzurePublic),
    ("sts.windows.net", Cloud::AzurePublic),
    ("login.microsoftonline.us", Cloud::AzureUsGovernment),
    ("login.chinacloudapi.cn", Cloud::AzureChina),
    ("login.partner.microsoftonline.cn", Cloud::AzureChina),
];

impl Cloud {
    /// The cloud that a host of Databricks, Fabric, `OneLake` or Key Vault is in; `None` for every other name, for names that only
    /// look like one, for other ports than HTTPS' own, and for this machine.
    #[must_use]
    pub fn of_host(base: &BaseUrl) -> Option<Self> {
        let is_fabric = is_fabric(base);
        zone(DATABRICKS_ZONES, base)
            .or_else(|| zone(VAULT_ZONES, base))
            .or((is_fabric || is_one_lake(base)).then_some(Self::AzurePublic))
    }

    /// The cloud whose accounts an authority of Entra's knows.
    #[must_use]
    pub fn of_authority(base: &BaseUrl) -> Option<Self> {
        let known = AUTHORITIES.iter().find(|(host, _)| *host == base.host());
        known.filter(|_| base.has_default_port()).map(|(_, cloud)| *cloud)
    }

    /// Whether Entra gives the tokens in it.
    #[must_use]
    pub const fn is_azure(self) -> bool {
        matches!(self, Self::AzurePublic | Self::AzureUsGovernment | Self::AzureChina)
    }

    /// Where Entra is asked, without scheme; `None` outside of Azure.
    #[must_use]
    pub fn authority(self) -> Option<&'static str> {
        first(AUTHORITIES, self)
    }

    /// What the names of its vaults end with, such as `.vault.azure.net`; `None` outside of Azure.
    #[must_use]
    pub fn vault_suffix(self) -> Option<&'static str> {
        first(VAULT_ZONES, self)
    }

    /// The scope of tokens for its vaults; that of the public cloud outside of Azure, where a vault may have a secret too.
    pub(super) fn vault_scope(self) -> String {
        let vaults = self.vault_suffix().unwrap_or(PUBLIC_VAULTS);
        format!("https://{}/.default", vaults.trim_start_matches('.'))
    }

    /// The scope of tokens for Azure's management, which Databricks wants of a service principal that no workspace
    /// knows yet; `None` outside of Azure. The audience ends in a slash, so the scope has two.
    /// <https://learn.microsoft.com/azure/databricks/dev-tools/auth/aad-token-manual>
    #[must_use]
    pub const fn management_scope(self) -> Option<&'static str> {
        match self {
            Self::AzurePublic => Some("https://management.core.windows.net//.default"),
            Self::AzureUsGovernment => Some("https://management.core.usgovcloudapi.net//.default"),
            Self::AzureChina => Some("https://management.core.chinacloudapi.cn//.default"),
            Self::Aws | Self::AwsGov | Self::Gcp => None,
        }
    }

    /// Its name, for messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Aws => "AWS",
            Self::AwsGov => "AWS GovCloud",
            Self::AzureChina => "Azure China",
            Self::AzurePublic => "Azure",
            Self::AzureUsGovernment => "Azure Government",
            Self::Gcp => "Google Cloud",
        }
    }
}

/// Whether a token of a service may go to this host without being told so: it is the service's own, or this machine.
#[must_use]
pub fn is_known_host(service: Service, base: &BaseUrl) -> bool {
    base.is_loopback()
        || match service {
            Service::Databricks => zone(DATABRICKS_ZONES, base).is_some(),
            Service::Fabric => is_fabric(base),
        }
}

/// Whether it is a vault, or this machine.
pub(super) fn is_known_vault(base: &BaseUrl) -> bool {
    base.is_loopback() || zone(VAULT_ZONES, base).is_some()
}

fn zone(zones: &[(&str, Cloud)], base: &BaseUrl) -> Option<Cloud> {
    let found = zones
        .iter()
        .find(|(suffix, _)| base.host().strip_suffix(suffix).is_some_and(|label| !label.is_empty()));
    found.filter(|_| base.has_default_port()).map(|(_, cloud)| *cloud)
}

fn is_fabric(base: &BaseUrl) -> bool {
    let label = base.host().strip_suffix(FABRIC_HOST);
    base.has_default_port() && label.is_some_and(|label| label.is_empty() || label.ends_with('.'))
}

/// Whether it is `OneLake`: its only host, or that of a region, such as `westus-onelake.dfs.fabric.microsoft.com`.
#[must_use]
pub fn is_one_lake(base: &BaseUrl) -> bool {
    let is_region = |label: &str| {
        label.strip_suffix('-').is_some_and(|region| {
            !region.is_empty() && region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        })
    };
    let label = base.host().strip_suffix(ONE_LAKE_HOST);
    base.has_default_port() && label.is_some_and(|label| label.is_empty() || is_region(label))
}

fn first(table: &[(&'static str, Cloud)], cloud: Cloud) -> Option<&'static str> {
    table.iter().find(|(_, its)| *its == cloud).map(|(text, _)| *text)
}
