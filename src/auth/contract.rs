//! The endpoints that hand out tokens and secrets, as data.

use crate::http::Method;

/// Who answers, and in which form it says no.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Issuer {
    /// Databricks' own OAuth.
    Databricks,
    /// Microsoft Entra.
    Entra,
    /// Azure Key Vault.
    KeyVault,
}

/// One endpoint of Entra, of Databricks' OAuth, or of Key Vault.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct AuthEndpoint {
    /// Its name in errors and logs, such as `oauth2/v2.0/token`.
    pub name: &'static str,
    /// Whose endpoint it is.
    pub issuer: Issuer,
    /// The method.
    pub method: Method,
    /// The path from the origin, with `{name}` for what varies.
    pub path: &'static str,
    /// The names of the query's members.
    pub query: &'static [&'static str],
    /// The names of the form's members, in the order in which they are sent; empty if there is no body.
    pub form: &'static [&'static str],
    /// Where it is documented.
    pub doc: &'static str,
}

const DATABRICKS_FORM: &[&str] = &[
    "grant_type",
    "scope",
    "client_id",
    "subject_token",
    "subject_token_type",
];

/// A token of a Databricks workspace: for a service principal's secret (HTTP Basic), or for a federated assertion.
pub const DATABRICKS_TOKEN: AuthEndpoint = AuthEndpoint {
    name: "oidc/v1/token",
    issuer: Issuer::Databricks,
    method: Method::Post,
    path: "/oidc/v1/token",
    query: &[],
    form: DATABRICKS_FORM,
    doc: "https://docs.databricks.com/dev-tools/auth/oauth-m2m",
};

/// The same of an account, on an accounts console's host.
pub const DATABRICKS_ACCOUNT_TOKEN: AuthEndpoint = AuthEndpoint {
    name: "oidc/accounts/v1/token",
    issuer: Issuer::Databricks,
    method: Method::Post,
    path: "/oidc/accounts/{account_id}/v1/token",
    query: &[],
    form: DATABRICKS_FORM,
    doc: "https://docs.databricks.com/dev-tools/auth/oauth-m2m",
};

/// A token of Microsoft Entra: for a client's secret, or for a federated assertion.
pub const ENTRA_TOKEN: AuthEndpoint = AuthEndpoint {
    name: "oauth2/v2.0/token",
    issuer: Issuer::Entra,
    method: Method::Post,
    path: "/{tenant}/oauth2/v2.0/token",
    query: &[],
    form: &[
        "grant_type",
        "client_id",
        "client_secret",
        "client_assertion_type",
        "client_assertion",
        "scope",
    ],
    doc: "https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow",
};

/// The latest version of a secret in a vault.
pub const VAULT_SECRET: AuthEndpoint = AuthEndpoint {
    name: "secrets/get",
    issuer: Issuer::KeyVault,
    method: Method::Get,
    path: "/secrets/{name}",
    query: &["api-version"],
    form: &[],
    doc: "https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret",
};

/// One version of it.
pub const VAULT_SECRET_VERSION: AuthEndpoint = AuthEndpoint {
    path: "/secrets/{name}/{version}",
    ..VAULT_SECRET
};

/// All of them.
pub const ENDPOINTS: &[&AuthEndpoint] = &[
    &DATABRICKS_TOKEN,
    &DATABRICKS_ACCOUNT_TOKEN,
    &ENTRA_TOKEN,
    &VAULT_SECRET,
    &VAULT_SECRET_VERSION,
];
