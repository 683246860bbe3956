//! Who may sign in to Databricks, and who may come in from Entra.

use std::fmt;

use crate::read::FromValue;
use serde::Serialize;

use super::DatabricksScenario;
use crate::simulator::identity::IdentityToken;
use crate::simulator::scenario::{ScenarioError, Seconds};

/// A service principal of Databricks' own.
#[derive(Clone, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct ServicePrincipal {
    /// Its application id.
    pub client_id: String,
    /// What it proves itself with; it has none if left out.
    #[serde(default)]
    pub secret: Option<String>,
    /// The secret is too old: refused like a wrong one.
    #[serde(default)]
    pub secret_expired: bool,
    /// The scopes that it may ask for; all if left out.
    #[serde(default)]
    pub scopes: Option<Vec<String>>,
    /// Whose tokens of other systems prove it too.
    #[serde(default)]
    pub federation_policies: Vec<FederationPolicy>,
    /// How long its tokens live.
    #[serde(default = "hour")]
    pub lifetime_seconds: Seconds,
}

impl fmt::Debug for ServicePrincipal {
    /// Leaves the secret out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServicePrincipal")
            .field("client_id", &self.client_id)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

const fn hour() -> Seconds {
    Seconds(3600.0)
}

/// Whose tokens are exchanged for Databricks' own: of a service principal, or of the whole account.
#[derive(Clone, Debug, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct FederationPolicy {
    /// The other system.
    pub issuer: String,
    /// The workload there. An account's policy leaves it out, and takes every one.
    #[serde(default)]
    pub subject: Option<String>,
    /// Whom its tokens are made for; the id of the account if left out.
    #[serde(default)]
    pub audiences: Option<Vec<String>>,
}

impl FederationPolicy {
    pub(crate) fn takes(&self, identity: &IdentityToken, account_id: &str) -> bool {
        let audience = match &self.audiences {
            Some(audiences) => audiences.contains(&identity.audience),
            None => identity.audience == account_id,
        };
        audience
            && self.issuer == identity.issuer
            && self.subject.as_ref().is_none_or(|subject| *subject == identity.subject)
    }
}

/// What only a workspace on Azure has. Without it every token of Entra's is let in.
#[derive(Clone, Debug, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct AzureWorkspace {
    /// Such as `/subscriptions/…/resourceGroups/…/providers/Microsoft.Databricks/workspaces/…`, in any case.
    pub resource_id: String,
    /// Entra's clients that are in the workspace from the start.
    #[serde(default)]
    pub members: Vec<String>,
    /// Those that are Contributor of the resource: let in with the two extra headers, and members from then on.
    #[serde(default)]
    pub contributors: Vec<String>,
    /// The tenant to which `/aad/auth` redirects.
    #[serde(default)]
    pub tenant_id: Option<String>,
}

impl DatabricksScenario {
    pub(super) fn check_principals(&self) -> Result<(), ScenarioError> {
        for (at, principal) in self.service_principals.iter().enumerate() {
            let path = format!("databricks.servicePrincipals[{at}]");
            let before = &self.service_principals[..at];
            if before.iter().any(|other| other.client_id == principal.client_id) {
                return Err(ScenarioError::new(
                    format!("{path}.clientId"),
                    "expected an id that no other principal has",
                ));
            }
            if principal
                .federation_policies
                .iter()
                .any(|policy| policy.subject.is_none())
            {
                return Err(ScenarioError::new(
                    format!("{path}.federationPolicies"),
                    "expected a subject in each: only an account's policy takes every one",
                ));
            }
        }
        Ok(())
    }
}
