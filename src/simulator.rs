//! Both services in memory: what a test, a demo or `pqrun simulate` talks to instead of a workspace.
//!
//! The state is a function of the scenario, the requests so far and the instants given with them: there is no clock, no
//! network and no randomness but a seeded one. Runs go on by themselves; where they stand is worked out when someone looks.

mod call;
mod clock;
pub mod databricks;
pub mod fabric;
mod rng;
pub mod scenario;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use self::call::Call;
pub use self::clock::Speed;
use self::databricks::Databricks;
use self::fabric::Fabric;
use self::rng::Rng;
pub use self::scenario::{Scenario, ScenarioError};
use crate::http::HttpResponse;
use crate::time::Timestamp;

/// A request as it came over the wire.
#[derive(Clone, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "hosts build it")]
pub struct Request {
    /// In any case.
    pub method: String,
    /// Path and query, as they stand on the request line.
    pub target: String,
    /// Names and values as they came.
    pub headers: Vec<(String, String)>,
    /// The body's bytes.
    pub body: Vec<u8>,
}

/// An answer, and how it is to be delivered.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "hosts read all of it")]
pub struct Reply {
    /// The answer.
    pub response: HttpResponse,
    /// How long to wait before the first byte. Not affected by the speed: it was already.
    pub delay: Duration,
    /// What becomes of it.
    pub fate: Fate,
}

/// What becomes of an answer on its way.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a host must honour each")]
pub enum Fate {
    /// It arrives.
    Deliver,
    /// The connection is closed before any byte of it.
    Drop,
    /// Only so many bytes of the body arrive, under the full `Content-Length`; then the connection is closed.
    Cut(usize),
}

/// Both services.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Simulator {
    speed: Speed,
    databricks: Databricks,
    fabric: Fabric,
    rng: Rng,
}

impl Simulator {
    /// A simulator at the start of its scenario.
    ///
    /// # Errors
    /// A scenario that contradicts itself, such as a task that depends on one that is not there.
    pub fn new(scenario: Scenario, _now: Timestamp) -> Result<Self, ScenarioError> {
        Ok(Self {
            speed: Speed::default(),
            databricks: Databricks::new(&scenario.databricks, scenario.seed, Speed::default(), _now),
            fabric: Fabric::new(&scenario.fabric, scenario.seed),
            rng: Rng::new(scenario.seed),
        })
    }

    /// The same, faster or slower.
    #[must_use]
    pub const fn with_speed(mut self, speed: Speed) -> Self {
        self.speed = speed;
        self
    }

    /// Answers one request. `now` may stand still, but not go back.
    pub fn handle(&mut self, now: Timestamp, request: &Request) -> Reply {
        let (path, raw_query) = request.target.split_once('?').unwrap_or((&request.target, ""));
        let method = request.method.to_ascii_uppercase();
        let mut call = Call {
            now,
            method: &method,
            path: path
                .split('/')
                .filter(|part| !part.is_empty())
                .map(str::to_owned)
                .collect(),
            raw_query,
            query: Vec::new(),
            headers: &request.headers,
            body: &request.body,
            origin: String::new(),
            speed: self.speed,
            rng: &mut self.rng,
        };
        let response = match call.path.first().map(String::as_str) {
            Some("api" | "oidc") => self.databricks.handle(&mut call),
            _ => self.fabric.handle(&mut call),
        };
        Reply {
            response,
            delay: Duration::ZERO,
            fate: Fate::Deliver,
        }
    }

    /// The Databricks half, for what really happened.
    #[must_use]
    pub const fn databricks(&self) -> &Databricks {
        &self.databricks
    }

    /// The Fabric half, for what really happened.
    #[must_use]
    pub const fn fabric(&self) -> &Fabric {
        &self.fabric
    }
}
