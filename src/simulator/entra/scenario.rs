//! The tenants and applications that Entra knows.

use std::fmt;

use crate::read::FromValue;
use serde::Serialize;

use super::problem;
use crate::simulator::identity::{IdentityToken, entra_exchange};
use crate::simulator::scenario::{ScenarioError, Seconds};

/// The tenants that there are. Unknown members are errors.
#[derive(Clone, Debug, Default, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct EntraScenario {
    /// A request that names none of them is refused with `AADSTS90002`.
    pub tenants: Vec<Tenant>,
}

/// A tenant.
#[derive(Clone, Debug, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Tenant {
    /// Its GUID.
    pub id: String,
    /// The domains by which it may be named too.
    #[serde(default)]
    pub domains: Vec<String>,
    /// The applications in it.
    #[serde(default)]
    pub clients: Vec<Client>,
}

/// An application.
#[derive(Clone, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Client {
    /// Its GUID.
    pub id: String,
    /// What it proves itself with; it has none if left out.
    #[serde(default)]
    pub secret: Option<String>,
    /// The secret is too old: refused with `AADSTS7000222`.
    #[serde(default)]
    pub secret_expired: bool,
    /// Whose tokens of other systems prove it too.
    #[serde(default)]
    pub federated_credentials: Vec<FederatedCredential>,
    /// How long its tokens live.
    #[serde(default = "hour")]
    pub lifetime_seconds: Seconds,
    /// How long after their issue its tokens begin to be good, as if Entra's clock were ahead of the services'.
    #[serde(default)]
    pub valid_after_seconds: Seconds,
    /// The AADSTS number by which every proof of it is refused, such as 53003 where conditional access blocks it.
    #[serde(default)]
    pub refused_with: Option<u32>,
}

impl fmt::Debug for Client {
    /// Leaves the secret out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Whom an application trusts to speak for it.
#[derive(Clone, Debug, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct FederatedCredential {
    /// The other system.
    pub issuer: String,
    /// The workload there.
    pub subject: String,
    /// Whom its tokens are made for; `api://AzureADTokenExchange` if left out.
    #[serde(default = "entra_exchange")]
    pub audience: String,
}

const fn hour() -> Seconds {
    Seconds(3600.0)
}

impl FederatedCredential {
    /// What of an identity is not as it is here: the number of its refusal.
    pub(super) fn mismatch(&self, identity: &IdentityToken) -> Option<u32> {
        if self.issuer != identity.issuer {
            Some(700_211)
        } else if self.subject != identity.subject {
            Some(700_213)
        } else if self.audience != identity.audience {
            Some(700_212)
        } else {
            None
        }
    }
}

impl Tenant {
    pub(super) fn is(&self, name: &str) -> bool {
        std::iter::once(&self.id)
            .chain(&self.domains)
            .any(|known| known.eq_ignore_ascii_case(name))
    }
}

impl EntraScenario {
    /// Whether each tenant and client can be told from the others, and each number has words.
    pub(in crate::simulator) fn check(&self) -> Result<(), ScenarioError> {
        let mut names = Vec::new();
        for (at, tenant) in self.tenants.iter().enumerate() {
            for name in std::iter::once(&tenant.id).chain(&tenant.domains) {
                let name = name.to_ascii_lowercase();
                if names.contains(&name) {
                    let path = format!("entra.tenants[{at}]");
                    return Err(ScenarioError::new(
                        path,
                        format!("expected a name of its own, found {name} again"),
                    ));
                }
                names.push(name);
            }
            for (client_at, client) in tenant.clients.iter().enumerate() {
                let path = format!("entra.tenants[{at}].clients[{client_at}]");
                let before = tenant.clients.get(..client_at).unwrap_or_default();
                if before.iter().any(|other| other.id.eq_ignore_ascii_case(&client.id)) {
                    return Err(ScenarioError::new(
                        format!("{path}.id"),
                        "expected an id that no other client has",
                    ));
                }
                if let Some(number) = client.refused_with {
                    problem::check(number, &format!("{path}.refusedWith"))?;
                }
            }
        }
        Ok(())
    }
}
