//! What the token endpoints share: the tokens, the identities that other systems vouch for, and the count of it all.

use crate::read::FromValue;
use serde::Serialize;
use serde_json::Value;

use super::call::Call;
use super::identity::Identities;
use super::tokens::{Audience, Grant, Issued, Tokens};
use crate::simulator::json::json;

/// Tokens given and asked for.
#[derive(Clone, Debug, FromValue, Serialize)]
pub(super) struct SignIn {
    pub(super) tokens: Tokens,
    pub(super) identities: Identities,
    given: Vec<Given>,
    refused: Vec<Refused>,
    secrets: Vec<SecretRead>,
}

#[derive(Clone, Debug, FromValue, Serialize)]
#[serde(rename_all = "camelCase")]
struct Given {
    endpoint: String,
    client: String,
    audience: Audience,
    count: u64,
}

#[derive(Clone, Debug, FromValue, Serialize)]
#[serde(rename_all = "camelCase")]
struct Refused {
    endpoint: String,
    error: String,
    count: u64,
}

#[derive(Clone, Debug, FromValue, Serialize)]
#[serde(rename_all = "camelCase")]
struct SecretRead {
    vault: String,
    name: String,
    version: String,
    count: u64,
}

impl SignIn {
    pub(super) const fn new(tokens: Tokens, identities: Identities) -> Self {
        Self {
            tokens,
            identities,
            given: Vec::new(),
            refused: Vec::new(),
            secrets: Vec::new(),
        }
    }

    /// Gives a token to a client that has proved itself.
    pub(super) fn grant(&mut self, endpoint: &str, client: &str, grant: Grant, call: &mut Call<'_>) -> Issued {
        let audience = grant.audience;
        let row = self
            .given
            .iter_mut()
            .find(|row| row.endpoint == endpoint && row.client == client && row.audience == audience);
        match row {
            Some(row) => row.count += 1,
            None => self.given.push(Given {
                endpoint: endpoint.to_owned(),
                client: client.to_owned(),
                audience,
                count: 1,
            }),
        }
        self.tokens.issue(grant, call)
    }

    /// Counts a refusal. Not by client: what a stranger calls itself may be a secret in the wrong place.
    pub(super) fn refuse(&mut self, endpoint: &str, error: &str) {
        let row = self
            .refused
            .iter_mut()
            .find(|row| row.endpoint == endpoint && row.error == error);
        match row {
            Some(row) => row.count += 1,
            None => self.refused.push(Refused {
                endpoint: endpoint.to_owned(),
                error: error.to_owned(),
                count: 1,
            }),
        }
    }

    /// Counts a secret that was read.
    pub(super) fn read_secret(&mut self, vault: &str, name: &str, version: &str) {
        let row = self
            .secrets
            .iter_mut()
            .find(|row| row.vault == vault && row.name == name && row.version == version);
        match row {
            Some(row) => row.count += 1,
            None => self.secrets.push(SecretRead {
                vault: vault.to_owned(),
                name: name.to_owned(),
                version: version.to_owned(),
                count: 1,
            }),
        }
    }

    /// How many tokens each endpoint gave to whom, what it refused, and which secrets were read. Counts only.
    pub(super) fn state(&self) -> Value {
        json!({"given": self.given, "refused": self.refused, "secretsRead": self.secrets})
    }
}
