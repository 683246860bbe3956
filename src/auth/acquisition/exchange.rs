//! One request of an acquisition: sent, sent again, and what its answer brings.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::lines::Next;
use super::{Acquisition, Pending};
use crate::auth::answer;
use crate::auth::call::AuthCall;
use crate::auth::credential;
use crate::auth::refusal::Failure;
use crate::auth::request::TIMEOUT;
use crate::auth::secret::SecretSource;
use crate::auth::step::Step;
use crate::auth::token::{AccessToken, MANAGEMENT_HEADER, WORKSPACE_HEADER};
use crate::auth::vault::VaultReference;
use crate::error::{Error, ErrorCode};
use crate::http::{HttpResponse, RequestId};
use crate::poller::exchange::{PAGES, is_page};
use crate::poller::schedule;
use crate::time::Timestamp;

/// One request and its repetitions.
#[derive(Debug)]
pub(super) struct Exchange {
    wanted: Wanted,
    pub(super) call: AuthCall,
    /// The request under way; `None` while it waits to be sent.
    pub(super) id: Option<RequestId>,
    pub(super) sent_at: Timestamp,
    /// When the answer is overdue, or the sending is due.
    pub(super) due: Timestamp,
    pub(super) attempt: u32,
    failing_since: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Wanted {
    Secret,
    Management,
    Token,
}

/// How long a failing endpoint is tried.
const BUDGET: Duration = Duration::from_secs(60);

impl Acquisition {
    /// The exchange that an answer belongs to; `None` if it comes too late.
    pub(super) fn exchange(&mut self, id: RequestId) -> Result<Option<Exchange>, Error> {
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

    pub(super) fn send(&mut self, wanted: Wanted, call: AuthCall) {
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

    pub(super) fn transmit(&mut self, mut exchange: Exchange) -> Step {
        let id = RequestId(self.next_id);
        self.next_id += 1;
        exchange.id = Some(id);
        exchange.sent_at = self.now;
        exchange.due = self.now.plus(TIMEOUT);
        let request = exchange.call.request(id);
        self.pending = Some(Pending::Exchange(exchange));
        Step::Send(request)
    }

    pub(super) fn answered(&mut self, exchange: Exchange, response: &HttpResponse) {
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
    pub(super) fn again(&mut self, mut exchange: Exchange, failure: Failure, response: Option<&HttpResponse>) {
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
                let error = self.redactor().clean_line(error);
                self.have.refused = self.have.secret.take().map(|secret| (secret, error));
            }
            Wanted::Management | Wanted::Token => {
                self.log_failure(exchange, Some(response), &error, Next::Nothing);
                self.fail(error);
            }
        }
    }
}
