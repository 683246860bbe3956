//! Where a secret comes from, and how texts are put together that hold one.

use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::auth::vault::VaultReference;
use crate::error::Error;

/// A secret, or where it is kept.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "hosts build it")]
pub enum SecretSource {
    /// The secret itself.
    Given(SecretString),
    /// A Key Vault has it.
    Vault(VaultReference),
}

impl SecretSource {
    /// Reads what a user gives: `keyvault://vault/name` or `keyvault://vault/name/version`, or the secret itself.
    ///
    /// # Errors
    /// [`InvalidCredentials`](crate::error::ErrorCode::InvalidCredentials) for a reference that can't be right.
    pub fn parse(text: &str) -> Result<Self, Error> {
        match VaultReference::parse(text)? {
            Some(reference) => Ok(Self::Vault(reference)),
            None => Ok(Self::Given(SecretString::from(text))),
        }
    }
}

/// The texts in a row. The buffer never grows, so nothing of them is left behind in memory.
pub(crate) fn joined(parts: &[&str]) -> SecretString {
    let mut whole = Zeroizing::new(String::with_capacity(parts.iter().map(|part| part.len()).sum()));
    for part in parts {
        whole.push_str(part);
    }
    SecretString::from(whole.as_str())
}
