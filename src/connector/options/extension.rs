//! What an extension is made from.

use serde::Serialize;
use serde_json::{Map, Value};

use super::choices::Choices;
use super::refused;
use crate::connector::name::ConnectorName;
use crate::error::Error;
use crate::json::quoted;
use crate::read::{FromValue, Slot, Unknown, Wrong, by_value, members, readable, readable_texts};

/// Which services an extension is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(all(target_family = "wasm", feature = "connector"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[expect(clippy::exhaustive_enums, reason = "a third service would be a new product")]
pub enum Services {
    /// Databricks alone.
    Databricks,
    /// Fabric alone.
    Fabric,
    /// Both, each with a kind of its own.
    Both,
}

readable_texts!(Services {
    Databricks: "databricks",
    Fabric: "fabric",
    Both: "both"
});

/// A job with a function of its own in the extension.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(all(target_family = "wasm", feature = "connector"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct JobFunction {
    /// The function's name behind the kind: letters and digits.
    pub name: String,
    /// Which job: the members that identify it (`jobId`, or `workspaceId`, `itemId`, `jobType`).
    #[cfg_attr(
        all(target_family = "wasm", feature = "connector"),
        tsify(type = "Record<string, unknown>")
    )]
    pub job: Map<String, Value>,
    /// What it does, for the documentation.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "connector"), tsify(optional))]
    pub description: Option<String>,
    /// Its declared parameters, in the order of the function's arguments.
    #[cfg_attr(all(target_family = "wasm", feature = "connector"), tsify(optional))]
    pub parameters: Vec<JobParameter>,
    /// Its columns, if they are known: then asking for the schema needs no run.
    #[cfg_attr(all(target_family = "wasm", feature = "connector"), tsify(optional))]
    pub columns: Vec<ColumnDefinition>,
}

readable!(JobFunction {
    name: "name",
    job: "job",
    description: "description",
    parameters: "parameters",
    columns: "columns",
});

/// A parameter that a job declares.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(all(target_family = "wasm", feature = "connector"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct JobParameter {
    /// As the service knows it.
    pub name: String,
    /// `text` (default), `number`, `logical`, or `any`; Databricks takes text alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "connector"), tsify(optional))]
    pub r#type: Option<String>,
    /// What counts if it is not given; for the documentation.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        all(target_family = "wasm", feature = "connector"),
        tsify(optional, type = "unknown")
    )]
    pub default: Option<Value>,
    /// The values that make sense, for a list to choose from.
    #[cfg_attr(
        all(target_family = "wasm", feature = "connector"),
        tsify(optional, type = "unknown[]")
    )]
    pub allowed_values: Vec<Value>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "connector"), tsify(optional))]
    pub description: Option<String>,
}

readable!(JobParameter {
    name: "name",
    r#type: "type",
    default: "default",
    allowed_values: "allowedValues",
    description: "description",
});

/// A column of a known table.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(all(target_family = "wasm", feature = "connector"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ColumnDefinition {
    /// The name.
    pub name: String,
    /// `bool`, `int64`, `float64`, `timestamp`, `datetime`, `date`, `utf8` or `json`.
    pub r#type: String,
}

readable!(ColumnDefinition {
    name: "name",
    r#type: "type",
});

/// What an extension is made from.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(all(target_family = "wasm", feature = "connector"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ConnectorOptions {
    /// `databricks`, `fabric` or `both`.
    pub service: Services,
    /// The extension's name, which its functions begin with: a letter, then letters and digits, at most 64; `Pqrun` if
    /// left out.
    #[cfg_attr(all(target_family = "wasm", feature = "connector"), tsify(optional))]
    pub name: String,
    /// The extension's version, `1.0.0` if left out.
    #[cfg_attr(all(target_family = "wasm", feature = "connector"), tsify(optional))]
    pub version: String,
    /// Host name endings that a token may go to, beside the services' own, such as `.example.org`.
    #[cfg_attr(all(target_family = "wasm", feature = "connector"), tsify(optional))]
    pub hosts: Vec<String>,
    /// Jobs with functions of their own.
    #[cfg_attr(all(target_family = "wasm", feature = "connector"), tsify(optional))]
    pub jobs: Vec<JobFunction>,
    /// What counts where a call's options say nothing.
    #[serde(flatten)]
    pub choices: Choices,
}

impl ConnectorOptions {
    /// For these services, with defaults for all else.
    #[must_use]
    pub fn new(service: Services) -> Self {
        Self {
            service,
            name: "Pqrun".to_owned(),
            version: "1.0.0".to_owned(),
            hosts: Vec::new(),
            jobs: Vec::new(),
            choices: Choices::default(),
        }
    }

    /// Checks what can be checked without running the extension. Jobs are checked where they are turned into M.
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.choices
            .check(self.service != Services::Fabric, self.service != Services::Databricks)?;
        ConnectorName::parse(&self.name)?;
        let parts: Vec<&str> = self.version.split('.').collect();
        let is_number = |part: &&str| (1..=9).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        if !(2..=4).contains(&parts.len()) || !parts.iter().all(is_number) {
            return Err(refused(
                "version",
                &format!("expected 2 to 4 numbers such as 1.0.0, found {}", quoted(&self.version)),
            ));
        }
        for host in &self.hosts {
            let bare = host.strip_prefix('.').unwrap_or(host);
            let clean = bare.contains('.')
                && bare
                    .split('.')
                    .all(|label| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
            if !clean {
                return Err(refused(
                    "hosts",
                    &format!(
                        "expected host names or endings such as .example.org, found {}",
                        quoted(host)
                    ),
                ));
            }
        }
        Ok(())
    }
}

impl FromValue for ConnectorOptions {
    fn from_value(value: Value) -> Result<Self, Wrong> {
        let mut service = None::<Services>;
        let mut read = Self::new(Services::Both);
        let mut slots = read.choices.slots();
        slots.extend::<[(&str, &mut dyn Slot); 5]>([
            ("service", &mut service),
            ("name", &mut read.name),
            ("version", &mut read.version),
            ("hosts", &mut read.hosts),
            ("jobs", &mut read.jobs),
        ]);
        members(value, Unknown::Refused, &mut slots)?;
        drop(slots);
        read.service = service.ok_or_else(|| Wrong::missing("service"))?;
        Ok(read)
    }
}

by_value!(ConnectorOptions);
