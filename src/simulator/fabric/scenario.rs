//! What the Fabric half holds at the start.

use serde::{Deserialize, Serialize};

/// Workspaces and items, and how their jobs go.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct FabricScenario {}
