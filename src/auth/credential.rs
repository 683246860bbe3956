//! What a caller proves itself with, and whether it can be right.

use secrecy::{ExposeSecret, SecretString};

use crate::auth::cloud::Cloud;
use crate::auth::resource::Resource;
use crate::auth::secret::SecretSource;
use crate::auth::token::check_header;
use crate::error::{Error, ErrorCode};
use crate::fabric::instance::canonical_guid;
use crate::http::BaseUrl;

/// What a caller proves itself with.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "hosts build it")]
pub enum Credential {
    /// A token that is there already: a personal access token of Databricks, or one that somebody else got.
    Token {
        /// The token.
        token: SecretSource,
    },
    /// A Databricks service principal with an OAuth secret.
    /// <https://docs.databricks.com/dev-tools/auth/oauth-m2m>
    DatabricksOAuth {
        /// The service principal's application id, a GUID.
        client_id: String,
        /// Its OAuth secret.
        client_secret: SecretSource,
        /// What the token may be used for; `all-apis` if absent. `jobs` is all that pqrun needs.
        scope: Option<String>,
        /// The account's id, a GUID: needed on the host of an accounts console, ignored on others.
        account_id: Option<String>,
    },
    /// A federated assertion that the workspace or account has a policy for. The host gives the assertion when
    /// [`Step::NeedAssertion`](super::Step::NeedAssertion) asks for it.
    /// <https://docs.databricks.com/dev-tools/auth/oauth-federation>
    DatabricksFederation {
        /// The service principal's application id, if the policy is that principal's own.
        client_id: Option<String>,
        /// As with `DatabricksOAuth`.
        scope: Option<String>,
    },
    /// An application in Entra with a client secret.
    /// <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow>
    EntraSecret {
        /// The tenant: a GUID, or one of its domains.
        tenant_id: String,
        /// The application's id, a GUID.
        client_id: String,
        /// A secret of the application.
        client_secret: SecretSource,
        /// Who is asked; the authority of the resource's cloud if absent.
        authority: Option<BaseUrl>,
        /// The Azure resource of a Databricks workspace, `/subscriptions/…/workspaces/name`: for a service principal
        /// that is not in the workspace yet, but Contributor of this resource. It is made an admin of the workspace.
        azure_workspace_resource_id: Option<String>,
    },
    /// An application in Entra with a federated credential; the assertion as with `DatabricksFederation`.
    /// <https://learn.microsoft.com/entra/workload-id/workload-identity-federation>
    EntraFederation {
        /// The tenant: a GUID, or one of its domains.
        tenant_id: String,
        /// The application's id, a GUID.
        client_id: String,
        /// As with `EntraSecret`.
        authority: Option<BaseUrl>,
        /// As with `EntraSecret`.
        azure_workspace_resource_id: Option<String>,
    },
}

impl Credential {
    /// Whether it is well formed, and of a kind that the resource takes.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidCredentials`]. The message repeats nothing that could be a secret.
    pub fn check(&self, resource: &Resource) -> Result<(), Error> {
        match self {
            Self::Token { token } => check_token(token, resource),
            Self::DatabricksOAuth {
                client_id,
                client_secret,
                scope,
                account_id,
            } => {
                check_databricks(resource)?;
                check_guid("clientId (the service principal's application id)", client_id)?;
                check_secret("clientSecret", client_secret)?;
                check_scope(scope.as_deref())?;
                match account_id {
                    Some(account_id) => check_guid("accountId", account_id),
                    None if is_accounts_console(resource.origin()) => Err(invalid(
                        "expected accountId for the host of an accounts console, found none",
                    )),
                    None => Ok(()),
                }
            }
            Self::DatabricksFederation { client_id, scope } => {
                check_databricks(resource)?;
                if let Some(client_id) = client_id {
                    check_guid("clientId (the service principal's application id)", client_id)?;
                }
                if is_accounts_console(resource.origin()) {
                    return Err(invalid(
                        "expected a workspace's host for a federated assertion, found that of an accounts console",
                    ));
                }
                check_scope(scope.as_deref())
            }
            Self::EntraSecret {
                tenant_id,
                client_id,
                client_secret,
                authority,
                azure_workspace_resource_id,
            } => {
                check_entra(resource, tenant_id, client_id, authority.as_ref())?;
                check_secret("clientSecret", client_secret)?;
                check_workspace(azure_workspace_resource_id.as_deref())
            }
            Self::EntraFederation {
                tenant_id,
                client_id,
                authority,
                azure_workspace_resource_id,
            } => {
                check_entra(resource, tenant_id, client_id, authority.as_ref())?;
                check_workspace(azure_workspace_resource_id.as_deref())
            }
        }
    }

    /// Where its secret comes from, if it has one.
    pub(crate) const fn secret(&self) -> Option<&SecretSource> {
        match self {
            Self::Token { token } => Some(token),
            Self::DatabricksOAuth { client_secret, .. } | Self::EntraSecret { client_secret, .. } => {
                Some(client_secret)
            }
            Self::DatabricksFederation { .. } | Self::EntraFederation { .. } => None,
        }
    }

    /// The authority that it names.
    pub(super) const fn authority(&self) -> Option<&BaseUrl> {
        match self {
            Self::EntraSecret { authority, .. } | Self::EntraFederation { authority, .. } => authority.as_ref(),
            _ => None,
        }
    }

    /// The Azure resource of the workspace, if it names one.
    pub(super) fn workspace(&self) -> Option<&str> {
        match self {
            Self::EntraSecret {
                azure_workspace_resource_id,
                ..
            }
            | Self::EntraFederation {
                azure_workspace_resource_id,
                ..
            } => azure_workspace_resource_id.as_deref(),
            _ => None,
        }
    }
}

/// Whether it is the host of an accounts console, whose token endpoint is the account's.
pub(super) fn is_accounts_console(base: &BaseUrl) -> bool {
    base.host().starts_with("accounts.") || base.host().starts_with("accounts-")
}

/// An error about what the caller gave.
pub(super) fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorCode::InvalidCredentials, message)
}

/// What a text looks like, without repeating it: it may be a secret in the wrong place.
pub(super) fn describe(text: &str) -> String {
    match text.chars().count() {
        0 => "an empty text".to_owned(),
        1 => "1 character".to_owned(),
        count => format!("{count} characters"),
    }
}

fn check_token(token: &SecretSource, resource: &Resource) -> Result<(), Error> {
    // It was got for a service's own API, and would be sent as it is.
    if matches!(resource, Resource::OneLake(_)) {
        return Err(invalid(
            "expected a credential that gets a token for OneLake, found a token that is there already",
        ));
    }
    let SecretSource::Given(token) = token else {
        return Ok(());
    };
    check_given_token(token, resource)
}

/// A token, wherever it came from.
pub(super) fn check_given_token(token: &SecretString, resource: &Resource) -> Result<(), Error> {
    let token = token.expose_secret();
    check_header("a token", token)?;
    // Personal access tokens of Databricks begin so; nobody else's do.
    if token.starts_with("dapi") && !matches!(resource, Resource::Databricks(_)) {
        return Err(invalid(format!(
            "expected a token of Entra's for {}, found a personal access token of Databricks (dapi…)",
            resource.name()
        )));
    }
    Ok(())
}

fn check_databricks(resource: &Resource) -> Result<(), Error> {
    match resource {
        Resource::Databricks(_) => Ok(()),
        Resource::Fabric(_) | Resource::KeyVault(_) | Resource::OneLake(_) => Err(invalid(format!(
            "expected a credential of Entra's for {}, found one of Databricks' own OAuth",
            resource.name()
        ))),
    }
}

fn check_entra(
    resource: &Resource,
    tenant_id: &str,
    client_id: &str,
    authority: Option<&BaseUrl>,
) -> Result<(), Error> {
    let cloud = Cloud::of_host(resource.origin());
    if let Some(cloud) = cloud.filter(|cloud| !cloud.is_azure()) {
        return Err(invalid(format!(
            "expected a credential of Databricks' own OAuth for a workspace on {}, found one of Entra's",
            cloud.name()
        )));
    }
    if !is_tenant(tenant_id) {
        return Err(invalid(format!(
            "expected tenantId to be a GUID or a domain such as contoso.onmicrosoft.com, found {}",
            describe_tenant(tenant_id)
        )));
    }
    check_guid("clientId (the application's id)", client_id)?;
    let theirs = authority.and_then(Cloud::of_authority);
    if let (Some(cloud), Some(theirs)) = (cloud, theirs)
        && cloud != theirs
    {
        return Err(invalid(format!(
            "expected the authority of {} for this host ({}), found that of {}",
            cloud.name(),
            cloud.authority().unwrap_or_default(),
            theirs.name()
        )));
    }
    Ok(())
}

fn check_guid(what: &str, text: &str) -> Result<(), Error> {
    if is_guid(text) {
        return Ok(());
    }
    Err(invalid(format!(
        "expected {what} to be a GUID, found {}",
        describe(text)
    )))
}

fn is_guid(text: &str) -> bool {
    // White space around it would get into a path.
    text.len() == 36 && canonical_guid(text).is_some()
}

/// A GUID, or a domain: labels of letters, digits and hyphens, with dots between them.
fn is_tenant(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    is_guid(text) || (text.len() <= 253 && text.contains('.') && text.split('.').all(is_label))
}

fn describe_tenant(text: &str) -> String {
    // Words that Entra knows where a person signs in; an application belongs to one tenant.
    match ["common", "organizations", "consumers"]
        .iter()
        .find(|word| text.eq_ignore_ascii_case(word))
    {
        Some(word) => format!("{word}, which stands for people of any tenant"),
        None => describe(text),
    }
}

fn check_secret(what: &str, secret: &SecretSource) -> Result<(), Error> {
    match secret {
        SecretSource::Given(secret) => check_given_secret(what, secret),
        SecretSource::Vault(_) => Ok(()),
    }
}

/// A client secret, wherever it came from.
pub(super) fn check_given_secret(what: &str, secret: &SecretString) -> Result<(), Error> {
    check_header(what, secret.expose_secret())
}

/// Scopes of OAuth with a space between them. <https://www.rfc-editor.org/rfc/rfc6749#section-3.3>
fn check_scope(scope: Option<&str>) -> Result<(), Error> {
    let is_scope = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
    };
    match scope {
        Some(scope) if !scope.split(' ').all(is_scope) => Err(invalid(format!(
            "expected scope to be names such as all-apis or jobs with a space between them, found {}",
            describe(scope)
        ))),
        _ => Ok(()),
    }
}

/// `/subscriptions/…/resourceGroups/…/providers/Microsoft.Databricks/workspaces/name`, in any case.
fn check_workspace(id: Option<&str>) -> Result<(), Error> {
    let Some(id) = id else { return Ok(()) };
    let parts: Vec<&str> = id.split('/').collect();
    let fixed = [
        "",
        "subscriptions",
        "",
        "resourceGroups",
        "",
        "providers",
        "Microsoft.Databricks",
        "workspaces",
        "",
    ];
    let is_right = parts.len() == fixed.len()
        && id.bytes().all(|byte| byte.is_ascii_graphic())
        && parts
            .iter()
            .zip(fixed)
            .enumerate()
            .all(|(at, (part, fixed))| match (at, fixed) {
                (0, _) => part.is_empty(),
                (2, _) => is_guid(part),
                (_, "") => !part.is_empty(),
                _ => part.eq_ignore_ascii_case(fixed),
            });
    if is_right {
        return Ok(());
    }
    Err(invalid(format!(
        "expected azureWorkspaceResourceId to be \
         /subscriptions/…/resourceGroups/…/providers/Microsoft.Databricks/workspaces/…, found {}",
        describe(id)
    )))
}
