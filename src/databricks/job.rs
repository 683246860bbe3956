//! Which job to run and with what, checked before anything is sent.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::contract::{Call, QueryValue};
use crate::databricks::contract;
use crate::error::{Error, ErrorCode};
use crate::http::BaseUrl;
use crate::json::{self, quoted};
use crate::read::readable;

/// A parameter map: names and texts. The service knows no other values; stringify numbers before.
pub type TextMap = std::collections::BTreeMap<String, String>;

/// A Databricks job to start: the members of `run-now`, in camel case.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(all(target_family = "wasm", feature = "client"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct DatabricksJob {
    /// The workspace's address, such as `https://adb-1111222233334444.5.azuredatabricks.net`.
    pub host: String,
    /// `2.2` (default), `2.1` or `2.0`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub api_version: Option<String>,
    /// The workspace's id, for a host name that serves several workspaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub databricks_workspace_id: Option<String>,
    /// The job's id, decimal digits. Either this or `jobName`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub job_id: Option<String>,
    /// The job's exact name, upper and lower case told apart; it must be the only one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub job_name: Option<String>,
    /// At most 64 characters. Left out, a fresh one is minted; a given one makes the run a shared one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub idempotency_token: Option<String>,
    /// Job parameters, the recommended way. Names of letters, digits, `_`, `-`, `.`; not together with the older kinds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        all(target_family = "wasm", feature = "client"),
        tsify(optional, type = "Record<string, string>")
    )]
    pub job_parameters: Option<TextMap>,
    /// Notebook widgets; at most 10,000 bytes as JSON, not together with `jarParams`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        all(target_family = "wasm", feature = "client"),
        tsify(optional, type = "Record<string, string>")
    )]
    pub notebook_params: Option<TextMap>,
    /// Arguments of a jar's main class; at most 10,000 bytes as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub jar_params: Option<Vec<String>>,
    /// Arguments of a Python script; ASCII, at most 10,000 bytes as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub python_params: Option<Vec<String>>,
    /// Arguments of spark-submit; ASCII, at most 10,000 bytes as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub spark_submit_params: Option<Vec<String>>,
    /// Named arguments of a Python wheel.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        all(target_family = "wasm", feature = "client"),
        tsify(optional, type = "Record<string, string>")
    )]
    pub python_named_params: Option<TextMap>,
    /// Parameters of SQL tasks.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        all(target_family = "wasm", feature = "client"),
        tsify(optional, type = "Record<string, string>")
    )]
    pub sql_params: Option<TextMap>,
    /// Commands of dbt tasks.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub dbt_commands: Option<Vec<String>>,
    /// Refresh options of pipeline tasks, as the service spells them: `full_refresh`, `refresh_selection`, ….
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        all(target_family = "wasm", feature = "client"),
        tsify(optional, type = "Record<string, unknown>")
    )]
    pub pipeline_params: Option<Value>,
    /// Whether this run may queue; left out, the job's own setting counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub queue: Option<bool>,
    /// Task keys to run; a leading `+` takes what is upstream too, a trailing `+` what is downstream.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub only: Option<Vec<String>>,
    /// `STANDARD` or `PERFORMANCE_OPTIMIZED`; serverless only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(all(target_family = "wasm", feature = "client"), tsify(optional))]
    pub performance_target: Option<String>,
}

readable!(DatabricksJob {
    host: "host",
    api_version: "apiVersion",
    databricks_workspace_id: "databricksWorkspaceId",
    job_id: "jobId",
    job_name: "jobName",
    idempotency_token: "idempotencyToken",
    job_parameters: "jobParameters",
    notebook_params: "notebookParams",
    jar_params: "jarParams",
    python_params: "pythonParams",
    spark_submit_params: "sparkSubmitParams",
    python_named_params: "pythonNamedParams",
    sql_params: "sqlParams",
    dbt_commands: "dbtCommands",
    pipeline_params: "pipelineParams",
    queue: "queue",
    only: "only",
    performance_target: "performanceTarget",
});

/// The longest idempotency token, in characters.
pub const TOKEN_LIMIT: usize = 64;
/// The longest JSON of one older parameter kind, in bytes.
pub const PARAMS_LIMIT: usize = 10_000;
/// The longest body, in bytes.
pub const BODY_LIMIT: usize = 10_000_000;

impl DatabricksJob {
    /// Checks every limit that the service documents, and brings the ids to one form.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidOptions`], [`ErrorCode::InvalidParameter`], [`ErrorCode::InvalidHost`].
    pub fn check(&mut self) -> Result<(), Error> {
        self.base()?;
        let version = self.version();
        if !["2.2", "2.1", "2.0"].contains(&version) {
            return Err(Error::new(
                ErrorCode::InvalidOptions,
                format!("apiVersion: expected 2.2, 2.1 or 2.0, found {}", quoted(version)),
            ));
        }
        if let Some(id) = &self.job_id {
            self.job_id = Some(checked_id("jobId", id)?);
        }
        if let Some(id) = &self.databricks_workspace_id {
            self.databricks_workspace_id = Some(checked_id("databricksWorkspaceId", id)?);
        }
        match (&self.job_id, &self.job_name) {
            (Some(_), None) => {}
            (None, Some(name)) if !name.is_empty() => {}
            (Some(_), Some(_)) => {
                return Err(Error::new(
                    ErrorCode::InvalidOptions,
                    "expected jobId or jobName, found both",
                ));
            }
            _ => {
                return Err(Error::new(
                    ErrorCode::InvalidOptions,
                    "expected jobId or jobName, found neither",
                ));
            }
        }
        if let Some(token) = &self.idempotency_token {
            let length = token.chars().count();
            if length == 0 || length > TOKEN_LIMIT {
                return Err(refused(
                    "idempotencyToken",
                    &format!("expected 1 to {TOKEN_LIMIT} characters, found {length}"),
                ));
            }
        }
        self.check_parameters()
    }

    fn check_parameters(&self) -> Result<(), Error> {
        let older: [(&str, bool); 6] = [
            ("notebookParams", self.notebook_params.is_some()),
            ("jarParams", self.jar_params.is_some()),
            ("pythonParams", self.python_params.is_some()),
            ("sparkSubmitParams", self.spark_submit_params.is_some()),
            ("pythonNamedParams", self.python_named_params.is_some()),
            ("dbtCommands", self.dbt_commands.is_some()),
        ];
        if self.job_parameters.is_some()
            && let Some((name, _)) = older.iter().find(|(_, given)| *given)
        {
            return Err(refused(name, "the service takes it only without jobParameters"));
        }
        if self.notebook_params.is_some() && self.jar_params.is_some() {
            return Err(refused("notebookParams", "the service takes it only without jarParams"));
        }
        for name in self.job_parameters.iter().flat_map(TextMap::keys) {
            if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b)) {
                return Err(refused(
                    "jobParameters",
                    &format!("expected names of letters, digits, _, - and ., found {}", quoted(name)),
                ));
            }
        }
        let sized: [(&str, Option<Value>); 4] = [
            ("notebookParams", self.notebook_params.as_ref().map(texts)),
            ("jarParams", self.jar_params.clone().map(Value::from)),
            ("pythonParams", self.python_params.clone().map(Value::from)),
            ("sparkSubmitParams", self.spark_submit_params.clone().map(Value::from)),
        ];
        for (name, value) in &sized {
            let length = value.as_ref().map_or(0, |value| json::written(value).len());
            if length > PARAMS_LIMIT {
                return Err(refused(
                    name,
                    &format!("expected at most {PARAMS_LIMIT} bytes as JSON, found {length}"),
                ));
            }
        }
        for (name, values) in [
            ("pythonParams", &self.python_params),
            ("sparkSubmitParams", &self.spark_submit_params),
        ] {
            if values.iter().flatten().any(|value| !value.is_ascii()) {
                return Err(refused(name, "expected ASCII text only"));
            }
        }
        if self.pipeline_params.as_ref().is_some_and(|value| !value.is_object()) {
            return Err(refused("pipelineParams", "expected an object"));
        }
        if self
            .only
            .as_ref()
            .is_some_and(|keys| keys.is_empty() || keys.iter().any(|key| key.trim_matches('+').is_empty()))
        {
            return Err(refused("only", "expected at least one task key, none of them blank"));
        }
        if let Some(target) = &self.performance_target
            && !["STANDARD", "PERFORMANCE_OPTIMIZED"].contains(&target.as_str())
        {
            return Err(refused(
                "performanceTarget",
                &format!("expected STANDARD or PERFORMANCE_OPTIMIZED, found {}", quoted(target)),
            ));
        }
        let length = json::written(&self.parameters_body()).len();
        if length > BODY_LIMIT {
            return Err(refused(
                "parameters",
                &format!("expected a body of at most {BODY_LIMIT} bytes, found {length}"),
            ));
        }
        Ok(())
    }

    /// The origin.
    pub(crate) fn base(&self) -> Result<BaseUrl, Error> {
        BaseUrl::parse(&self.host)
    }

    /// The API's version.
    #[must_use]
    pub fn version(&self) -> &str {
        self.api_version.as_deref().unwrap_or("2.2")
    }

    /// The body of `run-now` but for the job's id and the token.
    #[must_use]
    pub(crate) fn parameters_body(&self) -> Value {
        let mut body = Map::new();
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                body.insert(name.to_owned(), value);
            }
        };
        put("job_parameters", self.job_parameters.as_ref().map(texts));
        put("notebook_params", self.notebook_params.as_ref().map(texts));
        put("jar_params", self.jar_params.clone().map(Value::from));
        put("python_params", self.python_params.clone().map(Value::from));
        put("spark_submit_params", self.spark_submit_params.clone().map(Value::from));
        put("python_named_params", self.python_named_params.as_ref().map(texts));
        put("sql_params", self.sql_params.as_ref().map(texts));
        put("dbt_commands", self.dbt_commands.clone().map(Value::from));
        put("pipeline_params", self.pipeline_params.clone());
        put(
            "queue",
            self.queue
                .map(|enabled| Value::Object(Map::from_iter([("enabled".to_owned(), enabled.into())]))),
        );
        put("only", self.only.clone().map(Value::from));
        put("performance_target", self.performance_target.clone().map(Value::from));
        Value::Object(body)
    }

    /// The whole body of `run-now` but for the token: what a token of `reuse` is computed from.
    #[must_use]
    pub fn body(&self, job_id: &str) -> Value {
        let mut body = Map::new();
        body.insert("job_id".to_owned(), number(job_id));
        if let Value::Object(members) = self.parameters_body() {
            body.extend(members);
        }
        Value::Object(body)
    }

    /// The maps that hold named parameters, for taking secrets out and putting them back.
    pub(crate) fn named_parameters(&mut self) -> [&mut Option<TextMap>; 4] {
        [
            &mut self.job_parameters,
            &mut self.notebook_params,
            &mut self.python_named_params,
            &mut self.sql_params,
        ]
    }

    pub(crate) fn run_now(&self, base: &BaseUrl, job_id: &str, token: &str) -> Call {
        let mut body = self.body(job_id);
        if let Value::Object(members) = &mut body {
            members.insert("idempotency_token".to_owned(), token.into());
        }
        self.call(&contract::RUN_NOW, base, &[], Some(&body))
    }

    pub(crate) fn runs_get(&self, base: &BaseUrl, run_id: &str, page_token: Option<&str>) -> Call {
        let mut query = vec![("run_id", QueryValue::Text(run_id))];
        query.extend(page_token.map(|token| ("page_token", QueryValue::Text(token))));
        self.call(&contract::RUNS_GET, base, &query, None)
    }

    pub(crate) fn runs_get_output(&self, base: &BaseUrl, run_id: &str) -> Call {
        self.call(
            &contract::RUNS_GET_OUTPUT,
            base,
            &[("run_id", QueryValue::Text(run_id))],
            None,
        )
    }

    pub(crate) fn runs_cancel(&self, base: &BaseUrl, run_id: &str) -> Call {
        let body = Value::Object(Map::from_iter([("run_id".to_owned(), number(run_id))]));
        self.call(&contract::RUNS_CANCEL, base, &[], Some(&body))
    }

    pub(crate) fn runs_list(&self, base: &BaseUrl, query: &[(&str, &str)]) -> Call {
        self.list(&contract::RUNS_LIST, base, query)
    }

    #[cfg(all(target_family = "wasm", feature = "client"))]
    pub(crate) fn jobs_get(&self, base: &BaseUrl, query: &[(&str, &str)]) -> Call {
        self.list(&contract::JOBS_GET, base, query)
    }

    pub(crate) fn jobs_list(&self, base: &BaseUrl, query: &[(&str, &str)]) -> Call {
        self.list(&contract::JOBS_LIST, base, query)
    }

    fn list(&self, endpoint: &'static crate::contract::Endpoint, base: &BaseUrl, query: &[(&str, &str)]) -> Call {
        let query: Vec<_> = query
            .iter()
            .map(|(name, value)| (*name, QueryValue::Text(value)))
            .collect();
        self.call(endpoint, base, &query, None)
    }

    fn call(
        &self,
        endpoint: &'static crate::contract::Endpoint,
        base: &BaseUrl,
        query: &[(&str, QueryValue<'_>)],
        body: Option<&Value>,
    ) -> Call {
        let mut call = endpoint.call(base, &[("version", self.version())], query, body);
        if let Some(workspace) = &self.databricks_workspace_id {
            call.headers
                .push(("X-Databricks-Workspace-Id".to_owned(), workspace.clone()));
        }
        call
    }
}

fn texts(map: &TextMap) -> Value {
    Value::Object(
        map.iter()
            .map(|(name, value)| (name.clone(), value.as_str().into()))
            .collect(),
    )
}

/// Checked digits as a JSON number.
fn number(id: &str) -> Value {
    id.parse::<i64>().map_or_else(|_| id.into(), Value::from)
}

fn refused(parameter: &str, message: &str) -> Error {
    Error::new(ErrorCode::InvalidParameter, format!("{parameter}: {message}"))
}

/// An id of the service in its one form.
pub(crate) fn checked_id(option: &str, id: &str) -> Result<String, Error> {
    json::canonical_id(id).ok_or_else(|| {
        Error::new(
            ErrorCode::InvalidOptions,
            format!("{option}: expected a positive 64-bit number, found {}", quoted(id)),
        )
    })
}
