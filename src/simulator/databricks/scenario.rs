//! What the Databricks half holds at the start.

use serde::{Deserialize, Serialize};

/// Jobs, and how their runs go.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct DatabricksScenario {}
