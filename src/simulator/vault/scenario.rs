//! The vaults and what is in them.

use std::collections::BTreeMap;
use std::fmt;

use crate::read::FromValue;
use serde::Serialize;

use crate::simulator::scenario::{ScenarioError, Seconds};

/// A vault.
#[derive(Clone, Debug, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct VaultScenario {
    /// The first label of its host.
    pub name: String,
    /// Whose tokens it takes: the tenant that a refusal tells.
    #[serde(default)]
    pub tenant_id: Option<String>,
    /// Entra's clients that may read; everyone with a token for vaults if left out.
    #[serde(default)]
    pub readers: Option<Vec<String>>,
    /// Why the others may not.
    #[serde(default)]
    pub refusal: VaultRefusal,
    /// Its secrets.
    #[serde(default)]
    pub secrets: Vec<Secret>,
}

/// Why a bearer may not read.
#[derive(Clone, Copy, Debug, Default, Eq, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum VaultRefusal {
    /// The vault takes nobody from this network.
    Firewall,
    /// No access policy names the client.
    Policy,
    /// No role gives it.
    #[default]
    Rbac,
}

/// A secret with its versions.
#[derive(Clone, Debug, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Secret {
    /// Letters, digits and hyphens; compared in any case.
    pub name: String,
    /// Oldest first. Without a version in the path the last one is read that has appeared.
    pub versions: Vec<SecretVersion>,
}

/// One value of a secret.
#[derive(Clone, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct SecretVersion {
    /// What is kept secret.
    pub value: String,
    /// 32 hexadecimal digits; made up if left out.
    #[serde(default)]
    pub version: Option<String>,
    /// A disabled one is not given.
    #[serde(default = "enabled")]
    pub enabled: bool,
    /// When it was made, before the start of the scenario.
    #[serde(default)]
    pub created_seconds_ago: Seconds,
    /// When it is made, after the start: the secret is rotated then.
    #[serde(default)]
    pub appears_after_seconds: Seconds,
    /// From when on it should be used, after it was made. It is given before that too.
    #[serde(default)]
    pub valid_after_seconds: Option<Seconds>,
    /// How long it should be used, after it was made. It is given after that too.
    #[serde(default)]
    pub lifetime_seconds: Option<Seconds>,
    /// A hint for the reader.
    #[serde(default)]
    pub content_type: Option<String>,
    /// Names and values.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

const fn enabled() -> bool {
    true
}

impl fmt::Debug for SecretVersion {
    /// Leaves the value out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretVersion")
            .field("version", &self.version)
            .field("enabled", &self.enabled)
            .finish_non_exhaustive()
    }
}

/// Whether vaults and secrets can be told from each other.
pub(in crate::simulator) fn check(vaults: &[VaultScenario]) -> Result<(), ScenarioError> {
    for (at, vault) in vaults.iter().enumerate() {
        let path = format!("vaults[{at}]");
        let before = &vaults[..at];
        if before.iter().any(|other| other.name.eq_ignore_ascii_case(&vault.name)) {
            return Err(ScenarioError::new(
                format!("{path}.name"),
                "expected a name that no other vault has",
            ));
        }
        for (secret_at, secret) in vault.secrets.iter().enumerate() {
            let path = format!("{path}.secrets[{secret_at}]");
            let letters = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            if secret.name.is_empty() || secret.name.len() > 127 || !letters(&secret.name) {
                return Err(ScenarioError::new(
                    format!("{path}.name"),
                    "expected 1 to 127 letters, digits and hyphens",
                ));
            }
            let before = &vault.secrets[..secret_at];
            if before.iter().any(|other| other.name.eq_ignore_ascii_case(&secret.name)) {
                return Err(ScenarioError::new(
                    format!("{path}.name"),
                    "expected a name that no other secret has",
                ));
            }
            if secret.versions.is_empty() {
                return Err(ScenarioError::new(format!("{path}.versions"), "expected at least one"));
            }
        }
    }
    Ok(())
}
