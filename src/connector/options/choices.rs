//! What a query and an extension have in common.

use std::time::Duration;

use serde::Serialize;

use super::refused;
use crate::error::Error;
use crate::poller::options::Length;
use crate::read::Slot;
use crate::table::JsonPath;

/// How generated M waits, what it takes for fresh, and what it makes of the output. The same for a query and, as
/// defaults, for a connector.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(all(target_family = "wasm", feature = "connector"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Choices {
    /// Seconds before the second poll; 5 if left out, on Fabric 10.
    #[cfg_attr(all(target_family = "wasm", feature = "connector"), tsify(optional))]
    pub poll_seconds: Option<f64>,
    /// By how much each wait is longer than the one before; 1.5 if left out.
    #[cfg_attr(all(target_family = "wasm", feature = "connector"), tsify(optional))]
    pub poll_growth: f64,
    /// The longest wait between two polls, in seconds; 60 if left out.
    #[cfg_attr(all(target_family = "wasm", feature = "connector"), tsify(optional))]
    pub max_poll_seconds: f64,
    /// How many polls at most; 1000 if left out.
    #[cfg_attr(all(target_family = "wasm", feature = "connector"), tsify(optional))]
    pub max_polls: u32,
    /// How long the whole may take, in minutes; 100 if left out. Power BI's refresh has its own limit of 2 or 5 hours.
    #[cfg_attr(all(target_family = "wasm", feature = "connector"), tsify(optional))]
    pub max_minutes: f64,
    /// How long ago a good run may have ended to stand for a new one; 15 min if left out.
    #[cfg_attr(all(target_family = "wasm", feature = "connector"), tsify(optional))]
    pub freshness: Length,
    /// How long ago a run may have ended otherwise to be reported in the place of a new one; 2 min if left out.
    #[cfg_attr(all(target_family = "wasm", feature = "connector"), tsify(optional))]
    pub failure_freshness: Length,
    /// Whose output: a Databricks task's key, a Fabric activity's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "connector"), tsify(optional))]
    pub task_key: Option<String>,
    /// Where the rows are in the output, such as `$.data.rows`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "connector"), tsify(optional))]
    pub output_path: Option<String>,
    /// Databricks: where a notebook gives out the path of a file in a volume or in DBFS, read the table in that file, of
    /// at most 32 MB.
    #[cfg_attr(all(target_family = "wasm", feature = "connector"), tsify(optional))]
    pub follow_path: bool,
    /// Give the service's whole answer in the place of a table.
    #[cfg_attr(all(target_family = "wasm", feature = "connector"), tsify(optional))]
    pub inspect: bool,
    /// Start nothing: the newest run with these parameters, or an error.
    #[cfg_attr(all(target_family = "wasm", feature = "connector"), tsify(optional))]
    pub attach_only: bool,
    /// Fabric: take any run of the item for one with these parameters.
    #[cfg_attr(all(target_family = "wasm", feature = "connector"), tsify(optional))]
    pub adopt_any_parameters: bool,
    /// Fabric: a declared pipeline parameter that carries a hash of the others.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "connector"), tsify(optional))]
    pub marker: Option<String>,
    /// Fabric, connector only: cancel our own run when another evaluation's, begun at the same time, is followed instead.
    #[cfg_attr(all(target_family = "wasm", feature = "connector"), tsify(optional))]
    pub cancel_duplicates: bool,
}

impl Default for Choices {
    fn default() -> Self {
        Self {
            poll_seconds: None,
            poll_growth: 1.5,
            max_poll_seconds: 60.0,
            max_polls: 1000,
            max_minutes: 100.0,
            freshness: Length(Duration::from_secs(900)),
            failure_freshness: Length(Duration::from_secs(120)),
            task_key: None,
            output_path: None,
            follow_path: false,
            inspect: false,
            attach_only: false,
            adopt_any_parameters: false,
            marker: None,
            cancel_duplicates: false,
        }
    }
}

impl Choices {
    pub(super) fn slots(&mut self) -> Vec<(&'static str, &mut dyn Slot)> {
        vec![
            ("pollSeconds", &mut self.poll_seconds),
            ("pollGrowth", &mut self.poll_growth),
            ("maxPollSeconds", &mut self.max_poll_seconds),
            ("maxPolls", &mut self.max_polls),
            ("maxMinutes", &mut self.max_minutes),
            ("freshness", &mut self.freshness),
            ("failureFreshness", &mut self.failure_freshness),
            ("taskKey", &mut self.task_key),
            ("outputPath", &mut self.output_path),
            ("followPath", &mut self.follow_path),
            ("inspect", &mut self.inspect),
            ("attachOnly", &mut self.attach_only),
            ("adoptAnyParameters", &mut self.adopt_any_parameters),
            ("marker", &mut self.marker),
            ("cancelDuplicates", &mut self.cancel_duplicates),
        ]
    }

    pub(super) fn check(&self, has_databricks: bool, has_fabric: bool) -> Result<(), Error> {
        let poll = self.poll_seconds.unwrap_or(5.0);
        within("pollSeconds", poll, 1.0, 3600.0)?;
        within("pollGrowth", self.poll_growth, 1.0, 10.0)?;
        within("maxPollSeconds", self.max_poll_seconds, 1.0, 3600.0)?;
        if poll > self.max_poll_seconds {
            return Err(refused(
                "pollSeconds",
                &format!(
                    "expected at most maxPollSeconds ({}), found {poll}",
                    self.max_poll_seconds
                ),
            ));
        }
        within("maxPolls", self.max_polls.into(), 1.0, 100_000.0)?;
        within("maxMinutes", self.max_minutes, 1.0, 1440.0)?;
        if let Some(path) = &self.output_path {
            JsonPath::parse(path).map_err(|error| refused("outputPath", &error.to_string()))?;
        }
        for (name, text) in [("taskKey", &self.task_key), ("marker", &self.marker)] {
            if text.as_ref().is_some_and(|text| text.trim().is_empty()) {
                return Err(refused(name, "expected a name, found a blank"));
            }
        }
        if self.follow_path && !has_databricks {
            return Err(refused("followPath", "expected it for Databricks only"));
        }
        self.only_fabric(has_fabric)
    }

    fn only_fabric(&self, has_fabric: bool) -> Result<(), Error> {
        let given = [
            ("adoptAnyParameters", self.adopt_any_parameters),
            ("marker", self.marker.is_some()),
            ("cancelDuplicates", self.cancel_duplicates),
        ];
        match given.iter().find(|(_, given)| *given && !has_fabric) {
            Some((name, _)) => Err(refused(name, "expected it for Fabric only")),
            None => Ok(()),
        }
    }
}

fn within(option: &str, value: f64, least: f64, most: f64) -> Result<(), Error> {
    if (least..=most).contains(&value) {
        Ok(())
    } else {
        Err(refused(option, &format!("expected {least} to {most}, found {value}")))
    }
}
