//! The document that says what the simulated services hold and how they misbehave.

use std::fmt;

use serde::{Deserialize, Serialize};

pub use super::databricks::scenario::DatabricksScenario;
pub use super::fabric::scenario::FabricScenario;

/// One JSON document. Unknown members are errors.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Scenario {
    /// The seed of ids and odds.
    pub seed: u64,
    /// The Databricks half.
    pub databricks: DatabricksScenario,
    /// The Fabric half.
    pub fabric: FabricScenario,
}

impl Scenario {
    /// Reads a scenario.
    ///
    /// # Errors
    /// What is wrong and at which path.
    pub fn parse(json: &str) -> Result<Self, ScenarioError> {
        let mut reader = serde_json::Deserializer::from_str(json);
        serde_path_to_error::deserialize(&mut reader).map_err(|error| ScenarioError {
            path: error.path().to_string(),
            message: error.inner().to_string(),
        })
    }
}

/// What is wrong with a scenario, and where.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ScenarioError {
    /// Such as `databricks.jobs[0].tasks[1].seconds`.
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
