//! What an acquisition asks of its host, and what it is told.

use std::fmt;

use secrecy::SecretString;

use crate::auth::request::AuthRequest;
use crate::auth::token::AccessToken;
use crate::error::Error;
use crate::http::{BaseUrl, HttpResponse, RequestId};
use crate::time::Timestamp;

/// What to do next.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "every host has to do each of them")]
pub enum Step {
    /// Send this; give the answer back as [`AuthInput::Response`] or [`AuthInput::TransportFailed`].
    Send(AuthRequest),
    /// Give the federated assertion, a JWT, as it is now: [`AuthInput::Assertion`].
    NeedAssertion,
    /// Give a token of the first credential for this vault: [`AuthInput::VaultToken`].
    NeedVaultToken {
        /// What the token has to be for, such as `https://vault.azure.net/.default`.
        scope: String,
        /// The vault's origin.
        host: BaseUrl,
        /// The vault refused the last one: do not answer from a cache.
        refresh: bool,
    },
    /// Nothing before an input or this instant.
    Wait(Timestamp),
    /// It has ended. Repeats.
    Done(Result<AccessToken, Error>),
}

/// What an acquisition is told.
#[expect(clippy::exhaustive_enums, reason = "hosts build it")]
pub enum AuthInput {
    /// The answer to a request, whatever its status.
    Response {
        /// The request's id.
        id: RequestId,
        /// The answer; its body is overwritten when it has been read.
        response: HttpResponse,
    },
    /// No answer: DNS, TLS, refused or cut connection.
    TransportFailed {
        /// The request's id.
        id: RequestId,
        /// What the host knows about it, without any secret.
        message: String,
    },
    /// The federated assertion, or why there is none, in a text without any secret.
    Assertion(Result<SecretString, String>),
    /// A token for the vault, or why there is none.
    VaultToken(Result<SecretString, Error>),
    /// The instant of [`Step::Wait`] has come.
    Timeout,
}

impl fmt::Debug for AuthInput {
    /// Tells of what kind it is, and nothing that a host put in.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Response { id, response } => f.debug_tuple("Response").field(&id.0).field(response).finish(),
            Self::TransportFailed { id, .. } => f.debug_tuple("TransportFailed").field(&id.0).finish(),
            Self::Assertion(given) => f.debug_tuple("Assertion").field(&given.is_ok()).finish(),
            Self::VaultToken(given) => f.debug_tuple("VaultToken").field(&given.is_ok()).finish(),
            Self::Timeout => f.write_str("Timeout"),
        }
    }
}
