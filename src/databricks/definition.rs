//! What a job declares about itself.

use serde::Serialize;
use serde_json::Value;

use crate::error::Error;
use crate::json;

/// A job's name, what it is for, and the parameters it declares.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
#[cfg_attr(
    all(target_family = "wasm", feature = "client"),
    derive(tsify::Tsify),
    tsify(rename = "DatabricksJobDefinition")
)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct JobDefinition {
    /// The job's id.
    pub job_id: String,
    /// Its name, which others may bear too.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub name: Option<String>,
    /// What its owner says about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub description: Option<String>,
    /// Its job parameters, in the service's order.
    pub parameters: Vec<DatabricksJobParameter>,
}

/// A job parameter: a text, as all of them are.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[cfg_attr(all(target_family = "wasm", feature = "client"), derive(tsify::Tsify))]
#[non_exhaustive]
pub struct DatabricksJobParameter {
    /// Its name.
    pub name: String,
    /// What counts if a start does not give it.
    pub default: String,
}

impl JobDefinition {
    /// Reads the pages of `jobs/get`: long arrays come in parts, all else is in the first one.
    ///
    /// # Errors
    /// The job's id is missing.
    pub fn parse(pages: &[Value]) -> Result<Self, Error> {
        let first = pages.first().unwrap_or(&Value::Null);
        let settings = first.get("settings").unwrap_or(&Value::Null);
        let job_id = json::id(first, "job_id").ok_or_else(|| json::missing("job_id", first.get("job_id")))?;
        let parameter = |declared: &Value| {
            Some(DatabricksJobParameter {
                name: json::string(declared, "name")?,
                default: json::string(declared, "default").unwrap_or_default(),
            })
        };
        let declared = pages.iter().filter_map(|page| page.get("settings"));
        Ok(Self {
            job_id,
            name: json::string(settings, "name"),
            description: json::string(settings, "description"),
            parameters: declared
                .flat_map(|settings| json::array(settings, "parameters"))
                .filter_map(parameter)
                .collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn parameters_of_all_pages_are_read_in_order() {
        let pages = [
            json!({
                "job_id": 880_012_345_678_901_i64,
                "settings": {
                    "name": "orders_daily",
                    "description": "Loads the orders of a day.",
                    "parameters": [{"name": "day", "default": "2026-03-01"}, {"name": "region", "default": ""}],
                },
                "next_page_token": "x",
            }),
            json!({"job_id": 880_012_345_678_901_i64, "settings": {"parameters": [{"name": "limit", "default": "5"}]}}),
        ];
        let job = JobDefinition::parse(&pages).expect("it is a job");
        assert_eq!(job.job_id, "880012345678901");
        assert_eq!(job.name.as_deref(), Some("orders_daily"));
        assert_eq!(job.description.as_deref(), Some("Loads the orders of a day."));
        let parameters: Vec<_> = job
            .parameters
            .iter()
            .map(|parameter| (parameter.name.as_str(), parameter.default.as_str()))
            .collect();
        assert_eq!(parameters, [("day", "2026-03-01"), ("region", ""), ("limit", "5")]);
    }

    #[test]
    fn a_job_may_declare_nothing_but_has_an_id() {
        let bare = JobDefinition::parse(&[json!({"job_id": "7"})]).expect("it is a job");
        assert_eq!(
            serde_json::to_value(bare).expect("it is data"),
            json!({"jobId": "7", "parameters": []})
        );
        assert!(JobDefinition::parse(&[json!({"settings": {}})]).is_err());
        assert!(JobDefinition::parse(&[]).is_err());
    }
}
