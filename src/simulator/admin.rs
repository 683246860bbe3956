//! What only the simulator has: new tokens, and the truth.

use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use super::Simulator;
use super::call::json_reply;
use super::scenario::Seconds;
use crate::http::{HttpResponse, Service};
use crate::time::Timestamp;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TokenRequest {
    service: Service,
    lifetime_seconds: Option<Seconds>,
}

impl Simulator {
    /// `POST /simulator/token`, `GET /simulator/state`. They ask for no credential: there is nothing real to guard.
    pub(super) fn administer(&mut self, now: Timestamp, method: &str, path: &[&str], body: &[u8]) -> HttpResponse {
        match (method, path) {
            ("POST", ["simulator", "token"]) => match serde_json::from_slice::<TokenRequest>(body) {
                Ok(wanted) => {
                    let lifetime = wanted
                        .lifetime_seconds
                        .map_or(Duration::from_secs(3600), Seconds::duration);
                    let (token, expires) = self
                        .tokens
                        .issue(wanted.service, lifetime, now, self.speed, &mut self.rng);
                    json_reply(200, &json!({"token": token, "expiresOn": expires.0}))
                }
                // Without the text: a caller may have put a token there.
                Err(_) => json_reply(
                    400,
                    &json!({"message": "expected {\"service\": \"databricks\" or \"fabric\", \"lifetimeSeconds\": number}"}),
                ),
            },
            ("GET", ["simulator", "state"]) => json_reply(200, &self.state(now)),
            _ => json_reply(
                404,
                &json!({"message": "the simulator has POST /simulator/token and GET /simulator/state"}),
            ),
        }
    }
}
