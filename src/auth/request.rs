//! A request to a token endpoint or a vault.

use std::fmt;
use std::time::Duration;

use secrecy::SecretString;

use crate::auth::contract::AuthEndpoint;
use crate::http::{Method, RequestId};

/// What to send. It holds secrets in its headers and its body, and goes to the origin of its `url` only; redirects are
/// not followed.
#[derive(Clone)]
#[non_exhaustive]
pub struct AuthRequest {
    /// Give it back with the answer.
    pub id: RequestId,
    /// What is asked; its name and its path may be logged.
    pub endpoint: &'static AuthEndpoint,
    /// The method.
    pub method: Method,
    /// Absolute, encoded. No secret stands in it.
    pub url: String,
    /// Header names and values, `Authorization` included.
    pub headers: Vec<(&'static str, SecretString)>,
    /// The form, if there is one.
    pub body: Option<SecretString>,
    /// How long the answer is waited for. A host should abort the request then.
    pub timeout: Duration,
}

/// How long an answer is waited for.
pub(super) const TIMEOUT: Duration = Duration::from_secs(30);

impl fmt::Debug for AuthRequest {
    /// Leaves headers and body out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthRequest")
            .field("id", &self.id.0)
            .field("endpoint", &self.endpoint.name)
            .field("method", &self.method)
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}
