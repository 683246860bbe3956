//! What only the simulator has: new tokens, the end of tokens, and the truth.

use std::time::Duration;

use crate::read::FromValue;

use super::Simulator;
use super::call::{Call, json_reply};
use super::scenario::Seconds;
use super::tokens::{Audience, Grant};
use crate::http::HttpResponse;
use crate::simulator::json::json;

#[derive(FromValue)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TokenRequest {
    service: Audience,
    lifetime_seconds: Option<Seconds>,
}

/// All tokens that fit all members.
#[derive(Default, FromValue)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Revocation {
    token: Option<String>,
    client: Option<String>,
    service: Option<Audience>,
}

impl Simulator {
    /// `POST /simulator/token`, `POST /simulator/revoke`, `GET /simulator/state`. They ask for no credential: there is
    /// nothing real to guard.
    pub(super) fn administer(&mut self, call: &mut Call<'_>) -> HttpResponse {
        match (call.method, call.segments().as_slice()) {
            ("POST", ["simulator", "token"]) => self.new_token(call).unwrap_or_else(|| {
                expected("{\"service\": \"databricks\" or \"fabric\" or …, \"lifetimeSeconds\": number}")
            }),
            ("POST", ["simulator", "revoke"]) => self.revoke(call).unwrap_or_else(|| {
                expected("{\"token\": text, \"client\": text, \"service\": text}, each of them or none")
            }),
            ("GET", ["simulator", "state"]) => json_reply(200, &self.state_at(call.now)),
            _ => json_reply(
                404,
                &json!({"message": "the simulator has POST /simulator/token, POST /simulator/revoke and GET /simulator/state"}),
            ),
        }
    }

    fn new_token(&mut self, call: &mut Call<'_>) -> Option<HttpResponse> {
        let wanted: TokenRequest = read(call)?;
        let lifetime = wanted
            .lifetime_seconds
            .map_or(Duration::from_secs(3600), Seconds::duration);
        let issued = self
            .sign_in
            .tokens
            .issue(Grant::simulated(wanted.service, lifetime), call);
        let body = json!({"token": issued.value, "expiresOn": issued.expires.0});
        Some(json_reply(200, &body))
    }

    fn revoke(&mut self, call: &Call<'_>) -> Option<HttpResponse> {
        let chosen: Revocation = if call.body.is_empty() {
            Revocation::default()
        } else {
            read(call)?
        };
        let revoked = self.sign_in.tokens.revoke_all(
            chosen.token.as_deref(),
            chosen.client.as_deref(),
            chosen.service,
            call.now,
            call.speed,
        );
        Some(json_reply(200, &json!({"revoked": revoked})))
    }
}

fn read<T: FromValue>(call: &Call<'_>) -> Option<T> {
    let body = serde_json::from_slice(call.body).ok()?;
    T::from_value(body).ok()
}

/// Without what was found: a caller may have put a token there.
fn expected(what: &str) -> HttpResponse {
    json_reply(400, &json!({"message": format!("expected {what}")}))
}
