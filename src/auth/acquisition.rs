//! Getting one token, from nothing.

mod lines;

use std::time::Duration;

use lines::Next;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroize;

use crate::auth::answer;
use crate::auth::call::{self, AuthCall, Proof};
use crate::auth::credential::{self, Credential, invalid};
use crate::auth::places::{AuthSettings, Places};
use crate::auth::redact::Redactor;
use crate::auth::refusal::Failure;
use crate::auth::request::TIMEOUT;
use crate::auth::resource::Resource;
use crate::auth::secret::SecretSource;
use crate::auth::step::{AuthInput, Step};
use crate::auth::token::{AccessToken, MANAGEMENT_HEADER, WORKSPACE_HEADER};
use crate::auth::vault::VaultReference;
use crate::error::{Error, ErrorCode};
use crate::http::{HttpResponse, RequestId};
use crate::poller::exchange::{PAGES, is_page};
use crate::poller::schedule::{self, Jitter};
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

/// One request and its repetitions.
#[derive(Debug)]
struct Exchange {
    wanted: Wanted,
    call: AuthCall,
    /// The request under way; `None` while it waits to be sent.
    id: Option<RequestId>,
    sent_at: Timestamp,
    /// When the answer is overdue, or the sending is due.
    due: Timestamp,
    attempt: u32,
    failing_since: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Wanted {
    Secret,
    Management,
    Token,
}

/// How long a failing endpoint is tried.
const BUDGET: Duration = Duration::from_secs(60);

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

    /// The exchange that an answer belongs to; `None` if it comes too late.
    fn exchange(&mut self, id: RequestId) -> Result<Option<Exchange>, Error> {
        if id.0 == 0 || id.0 >= self.next_id {
            return Err(Error::new(
                ErrorCode::UnknownRequest,
                format!("expected the id of a request, found {}", id.0),
            ));
        }
        match self.pending.take() {
            Some(Pending::Exchange(exchange)) if exchange.id == Some(id) => Ok(Some(exchange)),
            other => {
                self.pending = other;
                Ok(None)
            }
        }
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
        let vault = self.places.vault.clone()?;
        let Some(token) = &self.have.vault_token else {
            let scope = Resource::KeyVault(vault.clone()).scope();
            let need = Step::NeedVaultToken {
                scope,
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
            Resource::Fabric(_) | Resource::KeyVault(_) => None,
        }
    }

    fn ask(&mut self, what: &'static str, need: Step) -> Step {
        let due = self.now.plus(HOST_LIMIT);
        self.pending = Some(Pending::Host { what, due });
        need
    }

    fn send(&mut self, wanted: Wanted, call: AuthCall) {
        self.pending = Some(Pending::Exchange(Exchange {
            wanted,
            call,
            id: None,
            sent_at: self.now,
            due: self.now,
            attempt: 0,
            failing_since: None,
        }));
    }

    fn transmit(&mut self, mut exchange: Exchange) -> Step {
        let id = RequestId(self.next_id);
        self.next_id += 1;
        exchange.id = Some(id);
        exchange.sent_at = self.now;
        exchange.due = self.now.plus(TIMEOUT);
        let request = exchange.call.request(id);
        self.pending = Some(Pending::Exchange(exchange));
        Step::Send(request)
    }

    fn answered(&mut self, exchange: Exchange, response: &HttpResponse) {
        let issuer = exchange.call.endpoint.issuer;
        let taken = match exchange.wanted {
            Wanted::Secret => answer::vault_secret(response, self.now)
                .and_then(|secret| self.take_secret(secret).map_err(Failure::from)),
            Wanted::Management => {
                answer::token(issuer, response, exchange.sent_at).map(|token| self.have.management = Some(token))
            }
            Wanted::Token => answer::token(issuer, response, exchange.sent_at).map(|token| self.finish(token)),
        };
        let Err(mut failure) = taken else {
            self.log_good(&exchange, response);
            return;
        };
        if is_page(response) && response.is_success() && exchange.attempt >= PAGES {
            failure.error = failure.error.with_code(ErrorCode::WrongHost);
            failure.error.retryable = false;
        }
        if failure.error.is_retryable() {
            self.again(exchange, failure, Some(response));
        } else {
            self.refused(&exchange, response, failure);
        }
    }

    /// Keeps the vault's secret. The one that was refused before is not sent a second time.
    fn take_secret(&mut self, secret: answer::VaultSecret) -> Result<(), Error> {
        if let Some((refused, error)) = &self.have.refused
            && refused.expose_secret() == secret.value.expose_secret()
        {
            return Err(error.clone());
        }
        credential::check_given_secret("the vault's secret to be a text", &secret.value)?;
        self.have.secret = Some(secret.value);
        self.have.secret_ends_at = secret.ends_at;
        Ok(())
    }

    /// The token is there: with what goes beside it, and with the earlier end of both.
    fn finish(&mut self, mut token: AccessToken) {
        let workspace = self.workspace().map(SecretString::from);
        if let (Some(workspace), Some(management)) = (workspace, self.have.management.take()) {
            token.add_header(WORKSPACE_HEADER, workspace);
            token.add_header(MANAGEMENT_HEADER, management.token);
            token.expires_at = match (token.expires_at, management.expires_at) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            };
        }
        self.done = Some(Ok(token));
    }

    /// Waits, and sends it again, as long as the budget lasts.
    fn again(&mut self, mut exchange: Exchange, failure: Failure, response: Option<&HttpResponse>) {
        let delay = schedule::token_retry(exchange.attempt + 1, failure.asked, &mut self.jitter);
        let since = *exchange.failing_since.get_or_insert(self.now);
        exchange.id = None;
        exchange.due = self.now.plus(delay);
        if exchange.due.since(since) > BUDGET {
            self.log_failure(&exchange, response, &failure.error, Next::Nothing);
            self.fail(failure.error.at(exchange.call.endpoint.name));
            return;
        }
        self.log_failure(&exchange, response, &failure.error, Next::Again);
        exchange.attempt += 1;
        self.pending = Some(Pending::Exchange(exchange));
    }

    /// The service said no, for good, unless something that may have changed since can be had again.
    fn refused(&mut self, exchange: &Exchange, response: &HttpResponse, failure: Failure) {
        let error = failure.error.at(exchange.call.endpoint.name);
        let from_latest = matches!(
            self.credential.secret(),
            Some(SecretSource::Vault(VaultReference { version: None, .. }))
        );
        match exchange.wanted {
            Wanted::Secret if response.status == 401 && !self.have.vault_refused => {
                self.log_failure(exchange, Some(response), &error, Next::Again);
                self.have.vault_refused = true;
                self.have.vault_token = None;
            }
            // Why the secret was read again says more than why it could not be.
            Wanted::Secret => {
                self.log_failure(exchange, Some(response), &error, Next::Nothing);
                let error = self.have.refused.take().map_or(error, |(_, refusal)| refusal);
                self.fail(error);
            }
            Wanted::Management | Wanted::Token if failure.of_secret && from_latest && self.have.refused.is_none() => {
                self.log_failure(exchange, Some(response), &error, Next::Again);
                let error = self.redactor().clean(error);
                self.have.refused = self.have.secret.take().map(|secret| (secret, error));
            }
            Wanted::Management | Wanted::Token => {
                self.log_failure(exchange, Some(response), &error, Next::Nothing);
                self.fail(error);
            }
        }
    }

    fn fail(&mut self, error: Error) {
        self.done = Some(Err(self.redactor().clean(error)));
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
        Redactor::new(client_id, secrets.chain(refused).chain(management))
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
