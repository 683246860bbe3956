//! Getting one token, from nothing.

mod exchange;
mod lines;

use std::time::Duration;

use exchange::{Exchange, Wanted};
use lines::Next;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroize;

use crate::auth::call::{self, Proof, basic};
use crate::auth::credential::{self, Credential, invalid};
use crate::auth::places::{AuthSettings, Places};
use crate::auth::request::TIMEOUT;
use crate::auth::resource::Resource;
use crate::auth::secret::SecretSource;
use crate::auth::step::{AuthInput, Step};
use crate::auth::token::AccessToken;
use crate::auth::vault::VaultReference;
use crate::error::{Error, ErrorCode};
use crate::poller::schedule::Jitter;
use crate::redact::Redactor;
use crate::time::Timestamp;

/// After this an acquisition has ended, whatever it waits for.
pub const LIMIT: Duration = Duration::from_secs(120);

/// Gets one token for one resource: a token for the vault, a secret from the vault, an assertion, a token for Azure's
/// management, the token, whichever of them are needed.
///
/// A request that fails in a way that passes is sent again for a minute, with full jitter and never before the service
/// wants it. A secret from a vault that the token endpoint refuses is read again once, since it may have been changed.
#[derive(Debug)]
pub struct Acquisition {
    credential: Credential,
    resource: Resource,
    places: Places,
    jitter: Jitter,
    /// The latest instant seen.
    now: Timestamp,
    /// When it has ended, whatever it waits for; `None` before the first step.
    deadline: Option<Timestamp>,
    next_id: u32,
    have: Have,
    pending: Option<Pending>,
    done: Option<Result<AccessToken, Error>>,
}

/// What there is already.
#[derive(Debug, Default)]
struct Have {
    vault_token: Option<SecretString>,
    /// The vault refused a token, and was given another one.
    vault_refused: bool,
    /// What was given, or what the vault had.
    secret: Option<SecretString>,
    /// When the vault's secret ends.
    secret_ends_at: Option<Timestamp>,
    /// The secret that the token endpoint refused, and how it said so.
    refused: Option<(SecretString, Error)>,
    assertion: Option<SecretString>,
    management: Option<AccessToken>,
}

#[derive(Debug)]
enum Pending {
    /// The host was asked for something.
    Host {
        what: &'static str,
        due: Timestamp,
    },
    Exchange(Exchange),
}

/// How long the host may take for what it is asked for.
const HOST_LIMIT: Duration = Duration::from_secs(60);

impl Acquisition {
    /// An acquisition that has not begun. `seed` is for the jitter of its retries only.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidCredentials`] for a credential that can't be right, or not for this resource, and
    /// [`ErrorCode::UnknownHost`] if the resource's host, the authority or the vault is none of the services' own and
    /// [`AuthSettings::trust_host`] is not set.
    pub fn new(
        credential: &Credential,
        resource: &Resource,
        settings: AuthSettings,
        seed: [u8; 8],
    ) -> Result<Self, Error> {
        credential.check(resource)?;
        let places = Places::new(credential, resource, settings)?;
        let have = Have {
            secret: match credential.secret() {
                Some(SecretSource::Given(secret)) => Some(secret.clone()),
                _ => None,
            },
            ..Have::default()
        };
        Ok(Self {
            credential: credential.clone(),
            resource: resource.clone(),
            places,
            jitter: Jitter::new(seed),
            now: Timestamp::default(),
            deadline: None,
            next_id: 1,
            have,
            pending: None,
            done: None,
        })
    }

    /// The next thing to do. Each request and each need is given once; drain until [`Step::Wait`] or [`Step::Done`].
    pub fn step(&mut self, now: Timestamp) -> Step {
        self.now = self.now.max(now);
        let deadline = *self.deadline.get_or_insert(self.now.plus(LIMIT));
        loop {
            if let Some(done) = &self.done {
                return Step::Done(done.clone());
            }
            if self.now >= deadline {
                self.fail(late("expected a token", LIMIT));
                continue;
            }
            match self.pending.take() {
                None => {
                    if let Some(step) = self.begin() {
                        return step;
                    }
                }
                Some(Pending::Host { what, due }) if self.now >= due => self.fail(late(what, HOST_LIMIT)),
                Some(Pending::Exchange(exchange)) if self.now >= exchange.due => {
                    if exchange.id.is_some() {
                        let seconds = TIMEOUT.as_secs();
                        let error = network(&format!("no answer within {seconds} s"));
                        self.again(exchange, error.into(), None);
                    } else {
                        return self.transmit(exchange);
                    }
                }
                Some(pending) => {
                    let due = match &pending {
                        Pending::Host { due, .. } => *due,
                        Pending::Exchange(exchange) => exchange.due,
                    };
                    self.pending = Some(pending);
                    return Step::Wait(due.min(deadline));
                }
            }
        }
    }

    /// Takes one input. Time never runs backwards: an earlier `now` counts as the latest one seen. What was not asked
    /// for, or comes too late, is ignored.
    ///
    /// # Errors
    /// [`ErrorCode::UnknownRequest`] if no request has this id.
    pub fn handle_input(&mut self, now: Timestamp, input: AuthInput) -> Result<(), Error> {
        self.now = self.now.max(now);
        match input {
            AuthInput::Response { id, mut response } => {
                let exchange = self.exchange(id)?;
                if let Some(exchange) = exchange {
                    self.answered(exchange, &response);
                }
                response.body.zeroize();
            }
            AuthInput::TransportFailed { id, message } => {
                if let Some(exchange) = self.exchange(id)? {
                    self.again(exchange, network(&message).into(), None);
                }
            }
            AuthInput::NotSent { id, error } => {
                if let Some(exchange) = self.exchange(id)? {
                    let error = error.at(exchange.call.endpoint.name);
                    self.log_failure(&exchange, None, &error, Next::Nothing);
                    self.fail(error);
                }
            }
            AuthInput::Assertion(given) => {
                if self.is_asked(ASSERTION) {
                    match given.map_err(invalid).and_then(checked_assertion) {
                        Ok(assertion) => self.have.assertion = Some(assertion),
                        Err(error) => self.fail(error),
                    }
                }
            }
            AuthInput::VaultToken(given) => {
                if self.is_asked(VAULT_TOKEN) {
                    match given.and_then(|token| AccessToken::new(token, None)) {
                        Ok(token) => self.have.vault_token = Some(token.token),
                        Err(error) => self.fail(error),
                    }
                }
            }
            AuthInput::Timeout => {}
        }
        Ok(())
    }

    /// Whether the host was asked for this; it has answered then.
    fn is_asked(&mut self, asked: &str) -> bool {
        let is_asked = matches!(&self.pending, Some(Pending::Host { what, .. }) if *what == asked);
        if is_asked {
            self.pending = None;
        }
        is_asked
    }

    /// Begins with what is missing; `None` if there is something else to do at once.
    fn begin(&mut self) -> Option<Step> {
        match (self.credential.secret(), &self.have.secret) {
            (Some(SecretSource::Vault(reference)), None) => {
                let reference = reference.clone();
                self.read_vault(&reference)
            }
            (None, _) if self.have.assertion.is_none() => Some(self.ask(ASSERTION, Step::NeedAssertion)),
            _ => {
                self.ask_issuer();
                None
            }
        }
    }

    fn read_vault(&mut self, reference: &VaultReference) -> Option<Step> {
        let Some(vault) = self.places.vault.clone() else {
            self.fail(invalid("expected the address of a vault, found none"));
            return None;
        };
        let Some(token) = &self.have.vault_token else {
            let need = Step::NeedVaultToken {
                scope: self.places.cloud.vault_scope(),
                host: vault,
                refresh: self.have.vault_refused,
            };
            return Some(self.ask(VAULT_TOKEN, need));
        };
        let call = call::vault_secret(&vault, reference, token);
        self.send(Wanted::Secret, call);
        None
    }

    /// Asks for a token, or has one already.
    fn ask_issuer(&mut self) {
        let proof = match (&self.have.secret, &self.have.assertion) {
            (Some(secret), _) => Proof::Secret(secret),
            (None, Some(assertion)) => Proof::Assertion(assertion),
            // `begin` got one of them.
            (None, None) => return self.fail(invalid("expected a secret or an assertion, found neither")),
        };
        let (wanted, call) = match &self.credential {
            Credential::Token { .. } => return self.take_ready_token(),
            Credential::DatabricksOAuth {
                client_id,
                scope,
                account_id,
                ..
            } => {
                let base = self.resource.origin();
                let account_id = account_id.as_deref().filter(|_| credential::is_accounts_console(base));
                let client_id = Some(client_id.as_str());
                (
                    Wanted::Token,
                    call::databricks_token(base, account_id, client_id, proof, scope.as_deref()),
                )
            }
            Credential::DatabricksFederation { client_id, scope } => {
                let base = self.resource.origin();
                (
                    Wanted::Token,
                    call::databricks_token(base, None, client_id.as_deref(), proof, scope.as_deref()),
                )
            }
            Credential::EntraSecret {
                tenant_id, client_id, ..
            }
            | Credential::EntraFederation {
                tenant_id, client_id, ..
            } => {
                let (wanted, scope) = match self.places.cloud.management_scope() {
                    Some(scope) if self.workspace().is_some() && self.have.management.is_none() => {
                        (Wanted::Management, scope.to_owned())
                    }
                    _ => (Wanted::Token, self.resource.scope()),
                };
                (
                    wanted,
                    call::entra_token(&self.places.authority, tenant_id, client_id, proof, &scope),
                )
            }
        };
        self.send(wanted, call);
    }

    /// A token that is there already: given, or from the vault, with the end that the vault tells.
    fn take_ready_token(&mut self) {
        let Some(token) = self.have.secret.clone() else { return };
        let checked = credential::check_given_token(&token, &self.resource);
        match checked.and_then(|()| AccessToken::new(token, self.have.secret_ends_at)) {
            Ok(token) => self.done = Some(Ok(token)),
            Err(error) => self.fail(error),
        }
    }

    /// The Azure resource that a Databricks workspace is told beside the token.
    fn workspace(&self) -> Option<&str> {
        match &self.resource {
            Resource::Databricks(_) => self.credential.workspace(),
            Resource::Fabric(_) | Resource::KeyVault(_) | Resource::OneLake(_) => None,
        }
    }

    fn ask(&mut self, what: &'static str, need: Step) -> Step {
        let due = self.now.plus(HOST_LIMIT);
        self.pending = Some(Pending::Host { what, due });
        need
    }

    fn fail(&mut self, error: Error) {
        self.done = Some(Err(self.redactor().clean_line(error)));
        if let Some(Pending::Exchange(exchange)) = self.pending.take()
            && exchange.id.is_some()
        {
            self.log_dropped(&exchange);
        }
    }

    /// What has to be cut out of texts: everything that was sent or could be.
    fn redactor(&self) -> Redactor {
        let client_id = match &self.credential {
            Credential::DatabricksOAuth { client_id, .. } => Some(client_id.as_str()),
            _ => None,
        };
        let have = &self.have;
        let secrets = [&have.secret, &have.vault_token, &have.assertion].into_iter().flatten();
        let refused = have.refused.as_ref().map(|(secret, _)| secret);
        let management = have.management.as_ref().map(|token| &token.token);
        let secrets: Vec<&SecretString> = secrets.chain(refused).chain(management).collect();
        let pairs: Vec<SecretString> = client_id
            .into_iter()
            .flat_map(|client_id| secrets.iter().map(|secret| basic(client_id, secret)))
            .collect();
        let pairs = pairs
            .iter()
            .filter_map(|pair| pair.expose_secret().strip_prefix("Basic "));
        Redactor::new(secrets.iter().map(|secret| secret.expose_secret()).chain(pairs))
    }
}

const ASSERTION: &str = "expected the assertion from the host";
const VAULT_TOKEN: &str = "expected a token for the vault from the host";

/// A JWT in its compact form: three parts of base64url. <https://www.rfc-editor.org/rfc/rfc7515#section-7.1>
fn checked_assertion(given: SecretString) -> Result<SecretString, Error> {
    let trimmed = given.expose_secret().trim();
    let is_part = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    if trimmed.split('.').count() != 3 || !trimmed.split('.').all(is_part) {
        return Err(invalid(format!(
            "expected the assertion to be a JWT (three parts with dots between them), found {}",
            credential::describe(trimmed)
        )));
    }
    Ok(SecretString::from(trimmed))
}

fn network(message: &str) -> Error {
    Error::new(ErrorCode::Network, message).retryable()
}

fn late(what: &str, limit: Duration) -> Error {
    network(&format!("{what} within {} s, found none", limit.as_secs()))
}
