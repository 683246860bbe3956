//! Who may call. Tokens are compared, counted and forgotten, never shown.

use std::fmt;
use std::time::Duration;

use crate::read::FromValue;
use serde::Serialize;

use super::call::{Call, Refusal};
use super::clock::Speed;
use super::scenario::TokenScenario;
use crate::time::Timestamp;

/// What a token is good for.
#[derive(Clone, Copy, Debug, Eq, FromValue, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Audience {
    /// The Databricks workspace.
    Databricks,
    /// The Databricks account, and with it the workspace.
    DatabricksAccount,
    /// Fabric.
    Fabric,
    /// Every vault.
    KeyVault,
    /// Azure's management, which a token for [`Databricks`](Self::Databricks) may have beside it.
    Management,
    /// Azure's storage, and `OneLake`.
    Storage,
}

impl Audience {
    /// As a scenario has it.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Databricks => "databricks",
            Self::DatabricksAccount => "databricksAccount",
            Self::Fabric => "fabric",
            Self::KeyVault => "keyVault",
            Self::Management => "management",
            Self::Storage => "storage",
        }
    }

    /// The resource's own name for itself, as it stands in refusals.
    pub(super) const fn resource(self) -> &'static str {
        match self {
            Self::Databricks => "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d",
            Self::DatabricksAccount => "https://accounts.cloud.databricks.com",
            Self::Fabric => "https://api.fabric.microsoft.com",
            Self::KeyVault => "https://vault.azure.net",
            Self::Management => "https://management.core.windows.net/",
            Self::Storage => "https://storage.azure.com",
        }
    }

    fn reaches(self, wanted: Self) -> bool {
        self == wanted || (self, wanted) == (Self::DatabricksAccount, Self::Databricks)
    }
}

/// Who made a token.
#[derive(Clone, Copy, Debug, Eq, FromValue, PartialEq, Serialize)]
pub(super) enum Issuer {
    /// Databricks' own endpoint.
    Databricks,
    Entra,
    /// The scenario or `POST /simulator/token`: nobody's in particular, and good for everything.
    Simulator,
}

/// What a new token is to be.
pub(super) struct Grant {
    pub(super) audience: Audience,
    pub(super) issuer: Issuer,
    /// Whose it is.
    pub(super) client: Option<String>,
    /// Of a Databricks token; empty: everything.
    pub(super) scopes: Vec<String>,
    pub(super) lifetime: Duration,
    /// How long after its issue it begins to be good.
    pub(super) valid_after: Duration,
}

impl Grant {
    /// A token that nobody asked an endpoint for.
    pub(super) const fn simulated(audience: Audience, lifetime: Duration) -> Self {
        Self {
            audience,
            issuer: Issuer::Simulator,
            client: None,
            scopes: Vec::new(),
            lifetime,
            valid_after: Duration::ZERO,
        }
    }
}

/// A token that was just made.
pub(super) struct Issued {
    pub(super) value: String,
    pub(super) not_before: Timestamp,
    pub(super) expires: Timestamp,
}

/// A token.
#[derive(Clone, FromValue, Serialize)]
pub(super) struct Token {
    value: String,
    audience: Audience,
    pub(super) issuer: Issuer,
    pub(super) client: Option<String>,
    pub(super) scopes: Vec<String>,
    issued: Timestamp,
    lifetime: Option<Duration>,
    valid_after: Duration,
    revoked: bool,
}

impl Token {
    fn end(&self, speed: Speed) -> Option<Timestamp> {
        Some(self.issued.plus(speed.shorten(self.lifetime?)))
    }

    /// Good at this instant, for a service that wants it to live for a while yet.
    fn check(&self, now: Timestamp, left: Duration, speed: Speed) -> Result<(), Refusal> {
        let over = self.end(speed).is_some_and(|end| now.plus(left) >= end);
        if self.revoked || over {
            Err(Refusal::Expired)
        } else if now < self.issued.plus(speed.shorten(self.valid_after)) {
            Err(Refusal::NotYetValid)
        } else {
            Ok(())
        }
    }
}

/// Azure Databricks refuses a token of Entra's that lives no longer than this.
const ENTRA_MARGIN: Duration = Duration::from_secs(30);

/// All tokens that were ever good.
#[derive(Clone, FromValue, Serialize)]
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
                    audience: token.service,
                    issuer: Issuer::Simulator,
                    client: None,
                    scopes: Vec::new(),
                    issued: now,
                    lifetime: token.lifetime_seconds.map(|seconds| seconds.duration()),
                    valid_after: Duration::ZERO,
                    revoked: false,
                })
                .collect(),
        )
    }

    /// A new token.
    pub(super) fn issue(&mut self, grant: Grant, call: &mut Call<'_>) -> Issued {
        let token = Token {
            value: format!("{}-{}", grant.audience.as_str(), call.rng.guid()),
            audience: grant.audience,
            issuer: grant.issuer,
            client: grant.client,
            scopes: grant.scopes,
            issued: call.now,
            lifetime: Some(grant.lifetime),
            valid_after: grant.valid_after,
            revoked: false,
        };
        let issued = Issued {
            value: token.value.clone(),
            not_before: call.now.plus(call.speed.shorten(grant.valid_after)),
            expires: call.now.plus(call.speed.shorten(grant.lifetime)),
        };
        self.0.push(token);
        issued
    }

    /// The bearer of this header, if it may call the service.
    pub(super) fn check(
        &self,
        authorization: Option<&str>,
        audience: Audience,
        now: Timestamp,
        speed: Speed,
    ) -> Result<&Token, Refusal> {
        let value = bearer(authorization).ok_or(Refusal::Missing)?;
        self.check_value(value, audience, now, speed)
    }

    /// The same for a token that comes in another header.
    pub(super) fn check_value(
        &self,
        value: &str,
        audience: Audience,
        now: Timestamp,
        speed: Speed,
    ) -> Result<&Token, Refusal> {
        let mut refusal = Refusal::Unknown;
        // A scenario may list one text for several services.
        for token in self.0.iter().filter(|token| token.value == value) {
            if token.audience.reaches(audience) {
                let strict = token.issuer == Issuer::Entra && audience == Audience::Databricks;
                let left = if strict { ENTRA_MARGIN } else { Duration::ZERO };
                return token.check(now, speed.shorten(left), speed).map(|()| token);
            }
            refusal = Refusal::OtherAudience(token.audience);
        }
        Err(refusal)
    }

    /// Ends the life of the token in this header.
    pub(super) fn expire(&mut self, authorization: Option<&str>) {
        if let Some(value) = bearer(authorization) {
            self.revoke(|token| token.value == value);
        }
    }

    /// Ends the life of these, of this client or audience if they are named. Says how many of them were still good.
    pub(super) fn revoke_all(
        &mut self,
        value: Option<&str>,
        client: Option<&str>,
        audience: Option<Audience>,
        now: Timestamp,
        speed: Speed,
    ) -> usize {
        self.revoke(|token| {
            value.is_none_or(|value| token.value == value)
                && client.is_none_or(|client| {
                    let known = token.client.as_deref();
                    known.is_some_and(|known| known.eq_ignore_ascii_case(client))
                })
                && audience.is_none_or(|audience| token.audience == audience)
                && token.check(now, Duration::ZERO, speed) != Err(Refusal::Expired)
        })
    }

    fn revoke(&mut self, chosen: impl Fn(&Token) -> bool) -> usize {
        let mut revoked = 0;
        for token in self.0.iter_mut().filter(|token| chosen(token)) {
            token.revoked = true;
            revoked += 1;
        }
        revoked
    }
}

fn bearer(authorization: Option<&str>) -> Option<&str> {
    let (scheme, value) = authorization?.split_once(' ')?;
    Some(value.trim()).filter(|value| scheme.eq_ignore_ascii_case("bearer") && !value.is_empty())
}
