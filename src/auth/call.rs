//! Requests to the endpoints of the table, before they have an id.

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::auth::contract::{
    AuthEndpoint, DATABRICKS_ACCOUNT_TOKEN, DATABRICKS_TOKEN, ENTRA_TOKEN, VAULT_SECRET, VAULT_SECRET_VERSION,
};
use crate::auth::request::{AuthRequest, TIMEOUT};
use crate::auth::secret::joined;
use crate::auth::vault::VaultReference;
use crate::base64;
use crate::contract::{self, QueryValue};
use crate::http::{BaseUrl, RequestId, push_encoded};

/// What is sent, again if need be.
#[derive(Clone, Debug)]
pub(super) struct AuthCall {
    pub(super) endpoint: &'static AuthEndpoint,
    url: String,
    headers: Vec<(&'static str, SecretString)>,
    body: Option<SecretString>,
}

impl AuthCall {
    /// The request to send, under an id.
    pub(super) fn request(&self, id: RequestId) -> AuthRequest {
        AuthRequest {
            id,
            endpoint: self.endpoint,
            method: self.endpoint.method,
            url: self.url.clone(),
            headers: self.headers.clone(),
            body: self.body.clone(),
            timeout: TIMEOUT,
        }
    }
}

/// What a client proves itself with.
#[derive(Clone, Copy)]
pub(super) enum Proof<'a> {
    Secret(&'a SecretString),
    Assertion(&'a SecretString),
}

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";

/// The version of Key Vault's API that is asked for.
const VAULT_API_VERSION: &str = "7.4";

/// A token of Entra's. [`ENTRA_TOKEN`]
pub(super) fn entra_token(
    authority: &BaseUrl,
    tenant: &str,
    client_id: &str,
    proof: Proof<'_>,
    scope: &str,
) -> AuthCall {
    let mut form = vec![
        ("grant_type", "client_credentials"),
        ("client_id", client_id),
        ("scope", scope),
    ];
    match proof {
        Proof::Secret(secret) => form.push(("client_secret", secret.expose_secret())),
        Proof::Assertion(assertion) => {
            form.push(("client_assertion_type", JWT_BEARER));
            form.push(("client_assertion", assertion.expose_secret()));
        }
    }
    ENTRA_TOKEN.post(authority, &[("tenant", tenant)], &form, None)
}

/// A token of a Databricks workspace, or of an account if its id is given. [`DATABRICKS_TOKEN`]
pub(super) fn databricks_token(
    base: &BaseUrl,
    account_id: Option<&str>,
    client_id: Option<&str>,
    proof: Proof<'_>,
    scope: Option<&str>,
) -> AuthCall {
    let mut form = vec![("scope", scope.unwrap_or("all-apis"))];
    let basic = match proof {
        Proof::Secret(secret) => {
            form.push(("grant_type", "client_credentials"));
            Some(basic(client_id.unwrap_or_default(), secret))
        }
        Proof::Assertion(assertion) => {
            form.push(("grant_type", TOKEN_EXCHANGE));
            form.push(("subject_token", assertion.expose_secret()));
            form.push(("subject_token_type", JWT));
            if let Some(client_id) = client_id {
                form.push(("client_id", client_id));
            }
            None
        }
    };
    match account_id {
        Some(account_id) => DATABRICKS_ACCOUNT_TOKEN.post(base, &[("account_id", account_id)], &form, basic),
        None => DATABRICKS_TOKEN.post(base, &[], &form, basic),
    }
}

/// A secret in a vault. [`VAULT_SECRET`]
pub(super) fn vault_secret(base: &BaseUrl, reference: &VaultReference, token: &SecretString) -> AuthCall {
    let mut path = vec![("name", reference.name.as_str())];
    let endpoint = match &reference.version {
        Some(version) => {
            path.push(("version", version.as_str()));
            &VAULT_SECRET_VERSION
        }
        None => &VAULT_SECRET,
    };
    let query = [("api-version", QueryValue::Text(VAULT_API_VERSION))];
    AuthCall {
        endpoint,
        url: contract::url(base, endpoint.name, endpoint.path, &path, endpoint.query, &query),
        headers: vec![
            ("Accept", SecretString::from("application/json")),
            ("Authorization", joined(&["Bearer ", token.expose_secret()])),
        ],
        body: None,
    }
}

/// HTTP Basic, as the text stands behind `Authorization:`. <https://www.rfc-editor.org/rfc/rfc7617>
pub(super) fn basic(client_id: &str, secret: &SecretString) -> SecretString {
    let pair = joined(&[client_id, ":", secret.expose_secret()]);
    let encoded = Zeroizing::new(base64::encode(pair.expose_secret().as_bytes()));
    joined(&["Basic ", &encoded])
}

impl AuthEndpoint {
    /// The request with a form. Its members go in the order of the table.
    fn post(
        &'static self,
        base: &BaseUrl,
        path: &[(&str, &str)],
        form: &[(&str, &str)],
        authorization: Option<SecretString>,
    ) -> AuthCall {
        debug_assert!(
            form.iter().all(|(name, _)| self.form.contains(name)),
            "{}: only {:?} may be sent",
            self.name,
            self.form
        );
        // Each byte may become three: with room for all of them the buffer never moves and leaves nothing behind.
        let room: usize = form.iter().map(|(name, value)| name.len() + 3 * value.len() + 2).sum();
        let mut body = Zeroizing::new(String::with_capacity(room));
        for name in self.form {
            for (_, value) in form.iter().filter(|(given, _)| given == name) {
                if !body.is_empty() {
                    body.push('&');
                }
                body.push_str(name);
                body.push('=');
                push_encoded(&mut body, value);
            }
        }
        debug_assert!(body.len() <= room, "{}: the buffer has moved", self.name);
        let mut headers = vec![
            ("Accept", SecretString::from("application/json")),
            ("Content-Type", SecretString::from("application/x-www-form-urlencoded")),
        ];
        headers.extend(authorization.map(|authorization| ("Authorization", authorization)));
        AuthCall {
            endpoint: self,
            url: contract::url(base, self.name, self.path, path, self.query, &[]),
            headers,
            body: Some(SecretString::from(body.as_str())),
        }
    }
}
