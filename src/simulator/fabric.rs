//! The Microsoft Fabric half.

pub mod scenario;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use self::scenario::FabricScenario;
use super::call::{Call, Refusal, empty_reply};
use super::scenario::ScenarioError;
use crate::http::HttpResponse;
use crate::time::Timestamp;

/// The Fabric service in memory.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Fabric {}

impl Fabric {
    pub(crate) fn new(_scenario: &FabricScenario, _seed: u64) -> Result<Self, ScenarioError> {
        Ok(Self {})
    }

    /// Answers every call whose path is neither under `/api/`, `/oidc/` nor `/simulator/`, `OPTIONS` included.
    pub(crate) fn handle(&mut self, _call: &mut Call<'_>) -> HttpResponse {
        empty_reply(404)
    }

    /// The answer to a call without a good credential.
    pub(crate) fn refuse(&self, _call: &mut Call<'_>, _why: Refusal) -> HttpResponse {
        empty_reply(401)
    }

    /// The service's own 429. The core rewrites its `Retry-After` if the scenario says so.
    pub(crate) fn throttle(&self, _call: &mut Call<'_>, _wait: std::time::Duration) -> HttpResponse {
        empty_reply(429)
    }

    /// Adds what every answer of this service bears, an injected one too: request id, CORS headers.
    pub(crate) fn finish(&self, _call: &mut Call<'_>, _response: &mut HttpResponse) {}

    /// The endpoint's name, by which a fault may be aimed: such as `items/jobs/instances`.
    pub(crate) fn endpoint(&self, _method: &str, _path: &[&str]) -> Option<&'static str> {
        None
    }

    /// The truth for `GET /simulator/state`: which instances were really created, and how each really ends.
    #[must_use]
    pub fn state(&self, _now: Timestamp) -> Value {
        json!({})
    }
}
