//! Which item job to run and with what, checked before anything is sent.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::contract::{Call, Endpoint, QueryValue};
use crate::error::{Error, ErrorCode};
use crate::fabric::contract;
use crate::fabric::instance::canonical_guid;
use crate::http::BaseUrl;
use crate::json::{kind, object_of, quoted, record};
use crate::read::{readable, readable_texts};
use crate::time::Timestamp;

/// Which URL form starts the job.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(all(target_family = "wasm", feature = "client"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum StartForm {
    /// The core form: the job type in the path.
    Path,
    /// The older form: the job type in the query.
    Query,
    /// The item's own endpoint: notebooks and Spark job definitions.
    Typed,
}

readable_texts!(StartForm {
    Path: "path",
    Query: "query",
    Typed: "typed"
});

/// A Fabric item job to start.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(all(target_family = "wasm", feature = "client"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct FabricJob {
    /// The API's address; `https://api.fabric.microsoft.com` if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub host: Option<String>,
    /// The workspace's id, a GUID.
    pub workspace_id: String,
    /// The item's id, a GUID.
    pub item_id: String,
    /// The job type, an open text: `Pipeline` (default), `RunNotebook`, `sparkjob`, `Execute`, `TableMaintenance`, ….
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub job_type: Option<String>,
    /// Left out: `query` for pipelines with parameters and for Spark job definitions, else `path`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub form: Option<StartForm>,
    /// Parameters by name; pipelines take any JSON value, notebooks text, numbers and booleans. A name that the item
    /// does not declare is ignored by the service without a word.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        all(target_family = "wasm", feature = "client"),
        tsify(optional, type = "Record<string, unknown>")
    )]
    pub parameters: Option<Map<String, Value>>,
    /// `executionData` as the service takes it; `parameters` are put into it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        all(target_family = "wasm", feature = "client"),
        tsify(optional, type = "Record<string, unknown>")
    )]
    pub execution_data: Option<Map<String, Value>>,
}

readable!(FabricJob {
    host: "host",
    workspace_id: "workspaceId",
    item_id: "itemId",
    job_type: "jobType",
    form: "form",
    parameters: "parameters",
    execution_data: "executionData",
});

/// The window around a run in which its activities are asked for; clients in the field use the same.
const DAY: std::time::Duration = std::time::Duration::from_secs(86_400);

impl FabricJob {
    /// Checks what can be checked without the service, and brings the ids to one form.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidOptions`], [`ErrorCode::InvalidParameter`], [`ErrorCode::InvalidHost`].
    pub fn check(&mut self) -> Result<(), Error> {
        self.base()?;
        self.workspace_id = checked_guid("workspaceId", &self.workspace_id)?;
        self.item_id = checked_guid("itemId", &self.item_id)?;
        let job_type = self.job_type();
        if job_type.is_empty()
            || !job_type
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b))
        {
            return Err(Error::new(
                ErrorCode::InvalidOptions,
                format!("jobType: expected a name such as Pipeline, found {}", quoted(job_type)),
            ));
        }
        if self.form == Some(StartForm::Typed) && !self.is_notebook() && !self.is_spark_job() {
            return Err(Error::new(
                ErrorCode::InvalidOptions,
                format!(
                    "form: expected path or query for the job type {}, found typed; the typed form is for notebooks and Spark job definitions",
                    quoted(job_type)
                ),
            ));
        }
        for (name, value) in self.parameters.iter().flatten() {
            if name.is_empty() || name.chars().count() > 256 {
                return Err(refused(name, "expected a name of 1 to 256 characters"));
            }
            if self.is_notebook() && type_of(value).is_none() {
                return Err(refused(
                    name,
                    &format!("a notebook takes a text, a number or a boolean, found {}", kind(value)),
                ));
            }
        }
        let both = |name: &str| self.execution_data.as_ref().is_some_and(|data| data.contains_key(name));
        if self.parameters.is_some() && both("parameters") {
            return Err(Error::new(
                ErrorCode::InvalidOptions,
                "expected parameters or executionData.parameters, found both",
            ));
        }
        if self.is_spark_job() && self.parameters.is_some() {
            return Err(Error::new(
                ErrorCode::InvalidOptions,
                "a Spark job definition takes no parameters; put commandLineArguments into executionData",
            ));
        }
        Ok(())
    }

    pub(crate) fn base(&self) -> Result<BaseUrl, Error> {
        BaseUrl::parse(self.host.as_deref().unwrap_or(contract::DEFAULT_HOST))
    }

    /// The job type as it is sent.
    #[must_use]
    pub fn job_type(&self) -> &str {
        self.job_type.as_deref().unwrap_or("Pipeline")
    }

    pub(crate) fn is_pipeline(&self) -> bool {
        self.job_type().eq_ignore_ascii_case("Pipeline")
    }

    pub(crate) fn is_notebook(&self) -> bool {
        self.job_type().eq_ignore_ascii_case("RunNotebook")
    }

    pub(crate) fn is_spark_job(&self) -> bool {
        self.job_type().eq_ignore_ascii_case("sparkjob")
    }

    /// Whether anything is given that a listed instance does not show.
    pub(crate) fn has_parameters(&self) -> bool {
        self.parameters.as_ref().is_some_and(|map| !map.is_empty())
            || self.execution_data.as_ref().is_some_and(|map| !map.is_empty())
    }

    /// Whether the run can be a pipeline's: `Execute` is an alias that several kinds of items share.
    pub(crate) fn may_have_activities(&self) -> bool {
        self.is_pipeline() || self.job_type().eq_ignore_ascii_case("Execute")
    }

    /// The page on which a person can look at the run: for pipelines the run's own, else the item's workspace.
    pub(crate) fn page_url(&self, id: &str) -> String {
        let workspace = &self.workspace_id;
        if self.is_pipeline() {
            let item = &self.item_id;
            return format!(
                "https://app.fabric.microsoft.com/workloads/data-pipeline/monitoring/workspaces/{workspace}/pipelines/{item}/{id}"
            );
        }
        format!("https://app.fabric.microsoft.com/groups/{workspace}/list")
    }

    /// Whether a row of the history can be of this job type.
    pub(crate) fn matches_job_type(&self, listed: &str) -> bool {
        let sent = self.job_type();
        listed.eq_ignore_ascii_case(sent)
            || contract::JOB_TYPE_GROUPS.iter().any(|group| {
                let has = |name: &str| group.iter().any(|member| member.eq_ignore_ascii_case(name));
                has(sent) && has(listed)
            })
    }

    fn form(&self) -> StartForm {
        self.form.unwrap_or(
            if self.is_spark_job() || (self.is_pipeline() && self.has_parameters()) {
                StartForm::Query
            } else {
                StartForm::Path
            },
        )
    }

    /// The body of the start; `None` if there is nothing to say.
    #[must_use]
    pub fn body(&self) -> Option<Value> {
        let mut data = self.execution_data.clone().unwrap_or_default();
        let mut body = Map::new();
        if let Some(parameters) = &self.parameters {
            if self.is_notebook() && self.form() == StartForm::Typed {
                let list = parameters.iter().map(|(name, value)| {
                    record! { "name": name, "type": type_of(value).map_or("Text", |(_, typed)| typed), "value": value }
                });
                body.insert("parameters".to_owned(), list.collect());
            } else if self.is_notebook() {
                let map = parameters.iter().map(|(name, value)| {
                    (
                        name.clone(),
                        record! { "value": value, "type": type_of(value).map_or("string", |(plain, _)| plain) },
                    )
                });
                data.insert("parameters".to_owned(), Value::Object(map.collect()));
            } else {
                data.insert("parameters".to_owned(), Value::Object(parameters.clone()));
            }
        }
        if !data.is_empty() {
            body.insert("executionData".to_owned(), Value::Object(data));
        }
        (!body.is_empty()).then_some(Value::Object(body))
    }

    fn path<'a>(&'a self, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let mut path = vec![
            ("workspaceId", self.workspace_id.as_str()),
            ("itemId", self.item_id.as_str()),
        ];
        path.extend_from_slice(more);
        path
    }

    pub(crate) fn start(&self, base: &BaseUrl) -> Call {
        let body = self.body();
        let job_type = self.job_type();
        let by_type = self.path(&[("jobType", job_type)]);
        match self.form() {
            StartForm::Path => contract::RUN_ITEM_JOB.call(base, &by_type, &[], body.as_ref()),
            StartForm::Query => {
                let query = [("jobType", QueryValue::Text(job_type))];
                contract::RUN_ITEM_JOB_BY_QUERY.call(base, &by_type, &query, body.as_ref())
            }
            StartForm::Typed if self.is_notebook() => {
                contract::RUN_NOTEBOOK.call(base, &by_type, &[("beta", QueryValue::Text("false"))], body.as_ref())
            }
            StartForm::Typed => contract::RUN_SPARK_JOB.call(base, &by_type, &[], body.as_ref()),
        }
    }

    fn of_instance(
        &self,
        endpoint: &'static Endpoint,
        base: &BaseUrl,
        id: &str,
        query: &[(&str, QueryValue<'_>)],
    ) -> Call {
        endpoint.call(base, &self.path(&[("instanceId", id)]), query, None)
    }

    pub(crate) fn get_instance(&self, base: &BaseUrl, id: &str) -> Call {
        self.of_instance(&contract::GET_INSTANCE, base, id, &[])
    }

    pub(crate) fn get_notebook_instance(&self, base: &BaseUrl, id: &str) -> Call {
        self.of_instance(
            &contract::GET_NOTEBOOK_INSTANCE,
            base,
            id,
            &[("beta", QueryValue::Text("true"))],
        )
    }

    pub(crate) fn cancel_instance(&self, base: &BaseUrl, id: &str) -> Call {
        self.of_instance(&contract::CANCEL_INSTANCE, base, id, &[])
    }

    pub(crate) fn list_instances(&self, base: &BaseUrl, continuation_token: Option<&str>) -> Call {
        let query: Vec<_> = continuation_token
            .map(|token| ("continuationToken", QueryValue::Encoded(token)))
            .into_iter()
            .collect();
        contract::LIST_INSTANCES.call(base, &self.path(&[]), &query, None)
    }

    /// The activities of a pipeline run that lasted from `start` to `end`, with a day around them.
    pub(crate) fn query_activity_runs(
        &self,
        base: &BaseUrl,
        id: &str,
        (start, end): (Timestamp, Timestamp),
        continuation_token: Option<&str>,
    ) -> Call {
        let mut body = vec![
            ("filters", Value::Array(Vec::new())),
            (
                "orderBy",
                Value::Array(vec![record! { "orderBy": "ActivityRunStart", "order": "ASC" }]),
            ),
            ("lastUpdatedAfter", start.minus(DAY).to_iso().into()),
            ("lastUpdatedBefore", end.plus(DAY).to_iso().into()),
        ];
        body.extend(continuation_token.map(|token| ("continuationToken", token.into())));
        let body = object_of(body);
        contract::QUERY_ACTIVITY_RUNS.call(base, &self.path(&[("instanceId", id)]), &[], Some(&body))
    }
}

/// A scalar's type in the older notebook form and in the typed one.
fn type_of(value: &Value) -> Option<(&'static str, &'static str)> {
    match value {
        Value::String(_) => Some(("string", "Text")),
        Value::Bool(_) => Some(("bool", "Boolean")),
        Value::Number(number) if number.is_i64() || number.is_u64() => Some(("int", "Integer")),
        Value::Number(_) => Some(("float", "Number")),
        _ => None,
    }
}

pub(crate) fn checked_guid(option: &str, text: &str) -> Result<String, Error> {
    canonical_guid(text).ok_or_else(|| {
        Error::new(
            ErrorCode::InvalidOptions,
            format!("{option}: expected a GUID, found {}", quoted(text)),
        )
    })
}

fn refused(parameter: &str, message: &str) -> Error {
    Error::new(
        ErrorCode::InvalidParameter,
        format!("parameters.{parameter}: {message}"),
    )
}
