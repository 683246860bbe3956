//! Drives one acquisition: sends its requests, gives it what it needs, until it has a token.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;

use js_sys::Function;
use wasm_bindgen::JsValue;

use super::assertion::Assertion;
use crate::auth::{
    AccessToken, Acquisition, AuthInput, AuthRequest, AuthSettings, Credential, ExposeSecret, Resource, SecretString,
    Step,
};
use crate::error::{Error, ErrorCode};
use crate::http::BaseUrl;
use crate::wasm::access_token::{self, TokenRequest};
use crate::wasm::fetch::{Outgoing, abort_controller, fetch};
use crate::wasm::host::{now, seed};
use crate::wasm::thrown::{Obstacle, message_of, obstacle};
use crate::wasm::wait::race;

/// A credential, and what it needs of its host.
pub(super) struct Signer {
    pub(super) credential: Credential,
    pub(super) settings: AuthSettings,
    pub(super) assertion: Option<Assertion>,
    /// Has tokens for vaults, as `@azure/identity` has them.
    pub(super) vault_credential: Option<JsValue>,
    /// In the place of the default one.
    pub(super) fetch: Option<Function>,
}

/// Gives what came of something that the acquisition asked for.
type Work = Pin<Box<dyn Future<Output = AuthInput>>>;

impl Signer {
    /// Gets a token from nothing.
    pub(super) async fn acquire(self: Rc<Self>, resource: Resource) -> Result<AccessToken, Error> {
        let mut acquisition = Acquisition::new(&self.credential, &resource, self.settings.clone(), seed()?)?;
        let mut under_way: Vec<Work> = Vec::new();
        loop {
            match acquisition.step(now()) {
                Step::Send(request) => under_way.push(Box::pin(Rc::clone(&self).send(request))),
                Step::NeedAssertion => under_way.push(Box::pin(Rc::clone(&self).assert())),
                Step::NeedVaultToken { scope, host, refresh } => {
                    under_way.push(Box::pin(Rc::clone(&self).vault_token(scope, host, refresh)));
                }
                Step::Wait(until) => {
                    let first = race(Box::pin(first(&mut under_way)), until.since(now())).await;
                    acquisition.handle_input(now(), first.unwrap_or(AuthInput::Timeout))?;
                }
                Step::Done(token) => return token,
            }
        }
    }

    async fn send(self: Rc<Self>, request: AuthRequest) -> AuthInput {
        let id = request.id;
        let stop = match abort_controller() {
            Ok(stop) => stop,
            Err(error) => return AuthInput::NotSent { id, error },
        };
        let headers: Vec<_> = request
            .headers
            .iter()
            .map(|(name, value)| (*name, value.expose_secret()))
            .collect();
        let outgoing = Outgoing {
            method: request.method,
            url: &request.url,
            headers: &headers,
            body: request.body.as_ref().map(ExposeSecret::expose_secret),
        };
        let signal = stop.signal();
        let answer = Box::pin(fetch(self.fetch.as_ref(), &outgoing, &signal));
        match race(answer, request.timeout).await {
            Some(Ok(response)) => AuthInput::Response { id, response },
            Some(Err(thrown)) => {
                // The acquisition cuts out of it what it should not repeat.
                let message = message_of(&thrown);
                match obstacle(&thrown) {
                    Some(Obstacle::Standing(code)) => AuthInput::NotSent {
                        id,
                        error: Error::new(code, message),
                    },
                    Some(Obstacle::Passing) | None => AuthInput::TransportFailed { id, message },
                }
            }
            None => {
                stop.abort();
                let message = format!("no answer within {} s", request.timeout.as_secs());
                AuthInput::TransportFailed { id, message }
            }
        }
    }

    async fn assert(self: Rc<Self>) -> AuthInput {
        let assertion = match &self.assertion {
            Some(assertion) => assertion.clone().read().await,
            None => Err("expected assertion or assertionFile, found none".to_owned()),
        };
        AuthInput::Assertion(assertion)
    }

    async fn vault_token(self: Rc<Self>, scope: String, host: BaseUrl, refresh: bool) -> AuthInput {
        AuthInput::VaultToken(self.ask_for_vault(&scope, &host, refresh).await)
    }

    async fn ask_for_vault(&self, scope: &str, host: &BaseUrl, refresh: bool) -> Result<SecretString, Error> {
        let credential = self.vault_credential.as_ref().ok_or_else(no_vault_credential)?;
        let request = TokenRequest {
            service: None,
            host,
            scope,
            refresh,
        };
        access_token::ask(credential, &request).await.map(|token| token.token)
    }
}

/// A secret is in a vault, and there is nothing to open it with.
pub(super) fn no_vault_credential() -> Error {
    Error::new(
        ErrorCode::MissingCredentials,
        "vaultCredential: expected a credential that may read the vault, found none",
    )
}

/// The first of them to end.
async fn first(under_way: &mut Vec<Work>) -> AuthInput {
    poll_fn(|context| {
        for at in 0..under_way.len() {
            if let Poll::Ready(input) = under_way[at].as_mut().poll(context) {
                drop(under_way.swap_remove(at));
                return Poll::Ready(input);
            }
        }
        Poll::Pending
    })
    .await
}
