//! The document that says what the simulated services hold and how they misbehave.
//!
//! One JSON object; members that are not described here are errors, and so are values of another kind. All lengths of
//! time are divided by the simulator's speed. The built-in scenario ([`Scenario::built_in`]) is `tests/scenarios/demo.json`.
//!
//! ```json
//! {
//!   "seed": 7,
//!   "tokens": [{"value": "dapi-simulated", "service": "databricks", "lifetimeSeconds": 3600}],
//!   "databricks": {
//!     "cancelSeconds": 4,
//!     "jobs": [{
//!       "id": 880012345678901, "name": "orders_daily", "parameters": {"day": ""},
//!       "tasks": [
//!         {"key": "extract", "run": {"seconds": 10}},
//!         {"key": "load", "dependsOn": ["extract"], "maxRetries": 1, "executions": [
//!           {"seconds": 5, "result": "failed", "output": {"error": "ValueError: no column"}},
//!           {"seconds": 5, "output": {"rows": 500, "columns": {"id": {"type": "sequence"}, "name": {"type": "text", "nulls": 0.1}}}}
//!         ]}
//!       ]
//!     }]
//!   },
//!   "fabric": {},
//!   "faults": [
//!     {"endpoint": "jobs/run-now", "nth": 1, "when": "after", "kind": "drop"},
//!     {"path": "/api/*/jobs/runs/get", "probability": 0.1, "kind": {"throttle": {"seconds": 3, "retryAfter": "httpDate"}}}
//!   ]
//! }
//! ```
//!
//! The members of `databricks` are those of [`DatabricksScenario`], of its jobs those of
//! [`Job`](super::databricks::scenario::Job), of their tasks those of [`Task`](super::databricks::scenario::Task) and of
//! their runs those of [`Execution`](super::databricks::scenario::Execution); those of `fabric` are of [`FabricScenario`],
//! those of `entra` of [`EntraScenario`], of each of `vaults` those of [`VaultScenario`], of each of `identityTokens` those
//! of [`IdentityToken`], of each of `files` those of [`FileScenario`]; a fault is a [`Fault`]. Names are written in camel case.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

pub use super::databricks::scenario::DatabricksScenario;
pub use super::entra::EntraScenario;
pub use super::fabric::scenario::FabricScenario;
pub use super::faults::{Fault, FaultKind, Garbage, RetryAfter, When};
pub use super::files::scenario::{FileAccess, FileScenario};
pub use super::identity::IdentityToken;
pub use super::tokens::Audience;
pub use super::vault::VaultScenario;
use crate::json::written;
use crate::read::{FromValue, Wrong};

/// One JSON document. Unknown members are errors.
#[derive(Clone, Debug, Default, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Scenario {
    /// The seed of ids, odds and generated rows.
    pub seed: u64,
    /// Adds CORS headers that let every page in, as a proxy would; off, each service answers as it really does.
    pub allow_all_origins: bool,
    /// How far the services' clock is ahead of the host's; below zero, behind it. At most a day. Not divided by the speed.
    pub clock_skew_seconds: f64,
    /// The tokens that are good from the start.
    pub tokens: Vec<TokenScenario>,
    /// Tokens of other systems, which federation takes for whom they stand for.
    pub identity_tokens: Vec<IdentityToken>,
    /// Who may ask for tokens.
    pub entra: EntraScenario,
    /// The vaults.
    pub vaults: Vec<VaultScenario>,
    /// The Databricks half.
    pub databricks: DatabricksScenario,
    /// The Fabric half.
    pub fabric: FabricScenario,
    /// The files in volumes, in DBFS and in `OneLake`.
    pub files: Vec<FileScenario>,
    /// What goes wrong.
    pub faults: Vec<Fault>,
}

/// A token that is good from the start.
#[derive(Clone, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct TokenScenario {
    /// What follows `Bearer`.
    pub value: String,
    /// Where it is good.
    pub service: Audience,
    /// How long; for ever without it.
    #[serde(default)]
    pub lifetime_seconds: Option<Seconds>,
}

impl fmt::Debug for TokenScenario {
    /// Leaves the value out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenScenario")
            .field("service", &self.service)
            .field("lifetime_seconds", &self.lifetime_seconds)
            .finish_non_exhaustive()
    }
}

impl Scenario {
    /// The text of the built-in scenario: tokens `dapi-simulated` and `fabric-simulated`, and some jobs of each kind.
    pub const BUILT_IN: &'static str = include_str!("../../tests/scenarios/demo.json");

    /// The built-in scenario.
    ///
    /// # Errors
    /// Never; a test reads it.
    pub fn built_in() -> Result<Self, ScenarioError> {
        Self::parse(Self::BUILT_IN)
    }

    /// Reads a scenario.
    ///
    /// # Errors
    /// What is wrong and at which path. What contradicts itself is found by [`Simulator::new`](super::Simulator::new).
    pub fn parse(json: &str) -> Result<Self, ScenarioError> {
        let document = serde_json::from_str(json).map_err(|error| ScenarioError::new(".", error.to_string()))?;
        Self::from_value(document).map_err(|wrong| {
            let (path, message) = wrong.into_parts();
            ScenarioError::new(path, message)
        })
    }
}

/// A length of time, zero or more, in the unit that the member's name says.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
#[expect(clippy::exhaustive_structs, reason = "it is a number with a better reader")]
pub struct Seconds(pub f64);

impl FromValue for Seconds {
    fn from_value(value: Value) -> Result<Self, Wrong> {
        let number = f64::from_value(value)?;
        if (0.0..=1e9).contains(&number) {
            Ok(Self(number))
        } else {
            Err(Wrong::new(
                [
                    "expected a length of time from 0 to 10^9, found ",
                    &written(&number.into()),
                ]
                .concat(),
            ))
        }
    }
}

impl Seconds {
    /// The length.
    #[must_use]
    pub fn duration(self) -> std::time::Duration {
        std::time::Duration::try_from_secs_f64(self.0).unwrap_or_default()
    }
}

/// What is wrong with a scenario, and where.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ScenarioError {
    /// Such as `databricks.jobs[0].tasks[1].run.seconds`.
    pub path: String,
    /// What was expected and what was found.
    pub message: String,
}

impl ScenarioError {
    pub(crate) fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            message: message.into(),
        }
    }
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

impl std::error::Error for ScenarioError {}
