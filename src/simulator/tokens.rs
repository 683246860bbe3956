//! Who may call. Tokens are compared, counted and forgotten, never shown.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::call::Refusal;
use super::clock::Speed;
use super::rng::Rng;
use super::scenario::TokenScenario;
use crate::http::Service;
use crate::time::Timestamp;

#[derive(Clone, Deserialize, Serialize)]
struct Token {
    value: String,
    service: Service,
    issued: Timestamp,
    lifetime: Option<Duration>,
    expired: bool,
}

/// All tokens that were ever good.
#[derive(Clone, Deserialize, Serialize)]
pub(super) struct Tokens(Vec<Token>);

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tokens({})", self.0.len())
    }
}

impl Tokens {
    pub(super) fn new(tokens: &[TokenScenario], now: Timestamp) -> Self {
        Self(
            tokens
                .iter()
                .map(|token| Token {
                    value: token.value.clone(),
                    service: token.service,
                    issued: now,
                    lifetime: token.lifetime_seconds.map(|seconds| seconds.duration()),
                    expired: false,
                })
                .collect(),
        )
    }

    /// A new token, and when it expires.
    pub(super) fn issue(
        &mut self,
        service: Service,
        lifetime: Duration,
        now: Timestamp,
        speed: Speed,
        rng: &mut Rng,
    ) -> (String, Timestamp) {
        let value = format!("{}-{}", service.as_str(), rng.guid());
        self.0.push(Token {
            value: value.clone(),
            service,
            issued: now,
            lifetime: Some(lifetime),
            expired: false,
        });
        (value, now.plus(speed.shorten(lifetime)))
    }

    /// Whether the bearer of this header may call the service.
    pub(super) fn check(
        &self,
        authorization: Option<&str>,
        service: Service,
        now: Timestamp,
        speed: Speed,
    ) -> Result<(), Refusal> {
        let value = bearer(authorization).ok_or(Refusal::Missing)?;
        let token = self
            .0
            .iter()
            .find(|token| token.value == value && token.service == service)
            .ok_or(Refusal::Unknown)?;
        let over = token
            .lifetime
            .is_some_and(|lifetime| now >= token.issued.plus(speed.shorten(lifetime)));
        if token.expired || over {
            Err(Refusal::Expired)
        } else {
            Ok(())
        }
    }

    /// Ends the life of the token in this header.
    pub(super) fn expire(&mut self, authorization: Option<&str>) {
        if let Some(value) = bearer(authorization) {
            for token in self.0.iter_mut().filter(|token| token.value == value) {
                token.expired = true;
            }
        }
    }
}

fn bearer(authorization: Option<&str>) -> Option<&str> {
    let (scheme, value) = authorization?.split_once(' ')?;
    Some(value.trim()).filter(|value| scheme.eq_ignore_ascii_case("bearer") && !value.is_empty())
}
