//! What a file is in a scenario.

use crate::read::FromValue;
use serde::Serialize;
use serde_json::{Map, Value};

use super::ONE_LAKE;
use crate::simulator::databricks::scenario::RowFormat;
use crate::simulator::scenario::ScenarioError;

/// A file: where it is, what is in it, and what happens to it. Its directories are there, too.
#[derive(Clone, Debug, Default, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct FileScenario {
    /// `/Volumes/…`, `dbfs:/…` or `https://onelake.dfs.fabric.microsoft.com/workspace/item/…`, unencoded.
    pub path: String,
    /// What is in it: a text,
    pub text: Option<String>,
    /// or JSON,
    pub value: Option<Value>,
    /// or so many generated rows.
    pub rows: Option<usize>,
    /// Their columns, in order.
    pub columns: Map<String, Value>,
    /// How they are written.
    pub format: RowFormat,
    /// Whether the bearer may read it.
    pub access: FileAccess,
    /// Somebody writes to it after so many pieces of it were read.
    pub changes_after_reads: Option<u32>,
}

/// Whether a file may be read.
#[derive(Clone, Copy, Debug, Default, Eq, FromValue, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum FileAccess {
    /// Refused with 403.
    None,
    /// By every good token.
    #[default]
    Read,
}

impl FileScenario {
    /// Whether it is at a place that there is, and has one content.
    ///
    /// # Errors
    /// What contradicts itself.
    pub(super) fn check(&self, at: &str) -> Result<(), ScenarioError> {
        let one_lake = format!("{ONE_LAKE}/");
        let is_place = ["/Volumes/", "dbfs:/", &one_lake]
            .iter()
            .any(|start| self.path.strip_prefix(start).is_some_and(|rest| !rest.is_empty()));
        if !is_place || self.path.ends_with('/') {
            let message = format!("expected /Volumes/…, dbfs:/… or {one_lake}…, found {}", self.path);
            return Err(ScenarioError::new(format!("{at}.path"), message));
        }
        let contents = [self.text.is_some(), self.value.is_some(), self.rows.is_some()];
        if contents.iter().filter(|is_there| **is_there).count() != 1 {
            return Err(ScenarioError::new(at, "expected one of text, value and rows"));
        }
        Ok(())
    }
}
