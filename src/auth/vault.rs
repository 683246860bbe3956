//! References to secrets in Key Vaults, and the vault's answers.

use crate::auth::credential::{describe, invalid};
use crate::error::Error;

/// A secret in an Azure Key Vault: `keyvault://vault/name`, or with a version behind that.
/// <https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates>
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct VaultReference {
    /// The vault's name, not its host: 3 to 24 letters, digits and single hyphens, a letter first.
    pub vault: String,
    /// The secret's name: 1 to 127 letters, digits and hyphens.
    pub name: String,
    /// The secret's version; the latest one if it is absent.
    pub version: Option<String>,
}

const SCHEME: &str = "keyvault://";

impl VaultReference {
    /// Reads `keyvault://vault/name[/version]`; `None` for a text that does not begin so.
    ///
    /// # Errors
    /// [`InvalidCredentials`](crate::error::ErrorCode::InvalidCredentials) if the names can't be those of a vault and a
    /// secret. The message does not repeat them: it may be a secret that was pasted in their place.
    pub fn parse(text: &str) -> Result<Option<Self>, Error> {
        let text = text.trim();
        let Some(rest) = text
            .get(..SCHEME.len())
            .filter(|scheme| scheme.eq_ignore_ascii_case(SCHEME))
            .and(text.get(SCHEME.len()..))
        else {
            return Ok(None);
        };
        let mut parts = rest.split('/');
        let (vault, name, version) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
        let Some(name) = name else {
            return Err(invalid(
                "expected keyvault://vault/name or keyvault://vault/name/version, found no name",
            ));
        };
        if parts.next().is_some() {
            return Err(invalid(
                "expected keyvault://vault/name or keyvault://vault/name/version, found further parts",
            ));
        }
        if !is_vault(vault) {
            return Err(invalid(format!(
                "expected a vault's name (3 to 24 letters, digits and single hyphens, a letter first) behind keyvault://, found {}",
                describe(vault)
            )));
        }
        if !is_name(name, 127) {
            return Err(invalid(format!(
                "expected a secret's name (1 to 127 letters, digits and hyphens) behind keyvault://vault/, found {}",
                describe(name)
            )));
        }
        if let Some(version) = version.filter(|version| !is_version(version)) {
            return Err(invalid(format!(
                "expected a secret's version (up to 32 letters and digits) behind keyvault://vault/name/, found {}",
                describe(version)
            )));
        }
        Ok(Some(Self {
            vault: vault.to_ascii_lowercase(),
            name: name.to_owned(),
            version: version.map(str::to_owned),
        }))
    }
}

fn is_vault(text: &str) -> bool {
    (3..=24).contains(&text.len())
        && is_name(text, 24)
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && !text.ends_with('-')
        && !text.as_bytes().windows(2).any(|pair| pair == b"--")
}

fn is_name(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn is_version(text: &str) -> bool {
    (1..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
