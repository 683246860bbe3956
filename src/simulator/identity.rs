//! Tokens of other systems, such as a build server's, that stand for a workload: what federation exchanges.

use std::fmt;

use crate::read::FromValue;
use serde::Serialize;

use super::call::Call;
use super::scenario::Seconds;
use crate::time::Timestamp;

/// A token of another system. It is a text like any other: no signature is looked at, and no claim is decoded.
#[derive(Clone, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct IdentityToken {
    /// The text. Three parts with dots between them: Entra refuses others as no JWT.
    pub value: String,
    /// Who vouches for it.
    pub issuer: String,
    /// For whom.
    pub subject: String,
    /// To whom; Entra's usual one if left out.
    #[serde(default = "entra_exchange")]
    pub audience: String,
    /// How long after the start of the scenario it begins to be good.
    #[serde(default)]
    pub valid_after_seconds: Seconds,
    /// How long after the start of the scenario it ends; never without it.
    #[serde(default)]
    pub lifetime_seconds: Option<Seconds>,
}

impl fmt::Debug for IdentityToken {
    /// Leaves the text out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdentityToken")
            .field("issuer", &self.issuer)
            .field("subject", &self.subject)
            .field("audience", &self.audience)
            .finish_non_exhaustive()
    }
}

/// The audience that Entra recommends for federated credentials.
pub(super) fn entra_exchange() -> String {
    "api://AzureADTokenExchange".to_owned()
}

/// The tokens, and when the scenario began.
#[derive(Clone, Debug, FromValue, Serialize)]
pub(super) struct Identities {
    tokens: Vec<IdentityToken>,
    began: Timestamp,
}

/// Why a text stands for nobody.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum NoIdentity {
    /// It is no JWT.
    Malformed,
    /// Its time is over, or has not come.
    OutOfTime,
    /// Nobody vouched for it.
    Unknown,
}

impl Identities {
    pub(super) const fn new(tokens: Vec<IdentityToken>, began: Timestamp) -> Self {
        Self { tokens, began }
    }

    /// Whom a text stands for, and when that ends.
    pub(super) fn find(&self, text: &str, call: &Call<'_>) -> Result<(&IdentityToken, Option<Timestamp>), NoIdentity> {
        let parts: Vec<&str> = text.split('.').collect();
        if parts.len() != 3 || parts.iter().any(|part| part.is_empty()) {
            return Err(NoIdentity::Malformed);
        }
        let token = self
            .tokens
            .iter()
            .find(|token| token.value == text)
            .ok_or(NoIdentity::Unknown)?;
        let instant = |length: Seconds| self.began.plus(call.speed.shorten(length.duration()));
        let end = token.lifetime_seconds.map(instant);
        if call.now < instant(token.valid_after_seconds) || end.is_some_and(|end| call.now >= end) {
            return Err(NoIdentity::OutOfTime);
        }
        Ok((token, end))
    }
}
