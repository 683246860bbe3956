//! `run-now`: its limits, and one run per idempotency token.

use serde_json::{Map, Value};

use super::Databricks;
use super::run::{RunRequest, Trigger};
use super::scenario::{Job, Permission, Undeclared};
use super::wire::{ApiError, ApiResult, body_id, body_object, body_strings};
use crate::json::written;
use crate::simulator::call::Call;
use crate::simulator::json::json;

/// Members that job parameters may not stand beside.
const LEGACY: [&str; 6] = [
    "notebook_params",
    "python_params",
    "jar_params",
    "spark_submit_params",
    "python_named_params",
    "dbt_commands",
];

impl Databricks {
    pub(super) fn run_now(&mut self, call: &Call<'_>) -> ApiResult<Value> {
        let body = body_object(call)?;
        let job_id = body_id(&body, "job_id")?;
        let job = self.job_index(job_id);
        // The permission is tested before anything about the job is told.
        if let Some(job) = job.filter(|job| self.spec.jobs[*job].permission != Permission::Manage) {
            return Err(ApiError::denied(&self.spec.user, self.job_id(job)));
        }
        let job = job.ok_or_else(|| self.job_missing(job_id))?;
        let mut request = read_request(&body, &self.spec.jobs[job])?;
        self.declared_only(&mut request, job)?;
        let token = read_token(&body)?;
        if let Some((_, id)) = self.tokens.iter().find(|(known, _)| Some(known) == token.as_ref()) {
            // Whatever the parameters and whatever became of it.
            return if self.runs.iter().any(|run| run.id == *id && run.deleted) {
                Err(ApiError::invalid(format!(
                    "The run with the given idempotency token was deleted: run {id} does not exist."
                )))
            } else {
                Ok(json!({"run_id": id, "number_in_job": id}))
            };
        }
        let id = self.create(job, request, token, Trigger::OneTime, call.now);
        self.step(call.now);
        Ok(json!({"run_id": id, "number_in_job": id}))
    }

    /// Treats job parameters that the job does not declare as the scenario says.
    pub(super) fn declared_only(&self, request: &mut RunRequest, job: usize) -> ApiResult<()> {
        let declared = &self.spec.jobs[job].parameters;
        let unknown = request.job_parameters.keys().find(|name| !declared.contains_key(*name));
        match (self.spec.undeclared_parameters, unknown) {
            (Undeclared::Refuse, Some(name)) => Err(ApiError::invalid(format!(
                "Job parameter '{name}' is not defined in job {}.",
                self.job_id(job)
            ))),
            (Undeclared::Drop, Some(_)) => {
                request.job_parameters.retain(|name, _| declared.contains_key(name));
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

fn read_token(body: &Map<String, Value>) -> ApiResult<Option<String>> {
    match body.get("idempotency_token") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(token)) if token.is_empty() => Ok(None),
        Some(Value::String(token)) if token.chars().count() <= 64 => Ok(Some(token.clone())),
        Some(Value::String(_)) => Err(ApiError::invalid("idempotency_token must have at most 64 characters.")),
        Some(_) => Err(must_be("idempotency_token", "a string")),
    }
}

fn must_be(name: &str, what: &str) -> ApiError {
    ApiError::malformed(format!("Could not parse request object: '{name}' must be {what}."))
}

/// Reads and checks everything of `run-now` and `runs/repair` that says how a run goes.
pub(super) fn read_request(body: &Map<String, Value>, job: &Job) -> ApiResult<RunRequest> {
    let job_parameters = read_map(body, "job_parameters")?;
    for name in job_parameters.keys() {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        if name.is_empty() || !name.chars().all(plain) {
            return Err(ApiError::invalid(format!(
                "Job parameter name '{name}' is invalid: only letters, digits, '_', '-' and '.' are allowed."
            )));
        }
    }
    let mut overriding = Map::new();
    for name in ["notebook_params", "python_named_params", "sql_params"] {
        let map = read_map(body, name)?;
        if !map.is_empty() {
            overriding.insert(name.into(), Value::Object(map));
        }
    }
    for name in ["jar_params", "python_params", "spark_submit_params", "dbt_commands"] {
        let list = body_strings(body, name)?;
        if !list.is_empty() {
            overriding.insert(name.into(), json!(list));
        }
    }
    check_legacy(&overriding, !job_parameters.is_empty())?;
    if let Some(params) = read_pipeline_params(body)? {
        overriding.insert("pipeline_params".into(), params);
    }
    let only = body_strings(body, "only")?;
    for wanted in &only {
        let key = wanted.strip_prefix('+').unwrap_or(wanted);
        let key = key.strip_suffix('+').unwrap_or(key);
        if !job.tasks.iter().any(|task| task.key == key) {
            return Err(ApiError::invalid(format!(
                "Task '{key}' in 'only' does not exist in the job."
            )));
        }
    }
    Ok(RunRequest {
        job_parameters,
        overriding,
        only,
        queue: read_queue(body)?,
        performance_target: read_performance_target(body)?,
    })
}

fn read_map(body: &Map<String, Value>, name: &str) -> ApiResult<Map<String, Value>> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(map)) => match map.iter().find(|(_, value)| !value.is_string()) {
            None => Ok(map.clone()),
            Some((key, _)) => Err(must_be(&format!("{name}.{key}"), "a string")),
        },
        Some(_) => Err(must_be(name, "a map of strings")),
    }
}

fn check_legacy(overriding: &Map<String, Value>, beside_job_parameters: bool) -> ApiResult<()> {
    const LIMIT: usize = 10_000;
    if let Some(name) = LEGACY
        .iter()
        .find(|name| beside_job_parameters && overriding.contains_key(**name))
    {
        return Err(ApiError::invalid(format!(
            "'job_parameters' cannot be used together with '{name}'."
        )));
    }
    if overriding.contains_key("notebook_params") && overriding.contains_key("jar_params") {
        return Err(ApiError::invalid(
            "'notebook_params' cannot be specified in conjunction with 'jar_params'.",
        ));
    }
    for name in ["notebook_params", "jar_params", "python_params", "spark_submit_params"] {
        let Some(value) = overriding.get(name) else { continue };
        let text = written(value);
        if text.len() > LIMIT {
            return Err(ApiError::invalid(format!(
                "The JSON representation of '{name}' cannot exceed {LIMIT} bytes, found {}.",
                text.len()
            )));
        }
        if matches!(name, "python_params" | "spark_submit_params") && !text.is_ascii() {
            return Err(ApiError::invalid(format!("'{name}' can only hold ASCII characters.")));
        }
    }
    Ok(())
}

fn read_pipeline_params(body: &Map<String, Value>) -> ApiResult<Option<Value>> {
    let Some(params) = body.get("pipeline_params").filter(|params| !params.is_null()) else {
        return Ok(None);
    };
    let map = params
        .as_object()
        .ok_or_else(|| must_be("pipeline_params", "an object"))?;
    super::wire::body_flag(map, "full_refresh")?;
    for name in [
        "full_refresh_selection",
        "refresh_selection",
        "refresh_flow_selection",
        "reset_checkpoint_selection",
    ] {
        body_strings(map, name)?;
    }
    Ok(Some(params.clone()))
}

fn read_queue(body: &Map<String, Value>) -> ApiResult<Option<bool>> {
    match body.get("queue") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(queue)) => match queue.get("enabled") {
            Some(Value::Bool(enabled)) => Ok(Some(*enabled)),
            None | Some(Value::Null) => Err(ApiError::invalid("Missing required field: queue.enabled")),
            Some(_) => Err(must_be("queue.enabled", "a boolean")),
        },
        Some(_) => Err(must_be("queue", "an object")),
    }
}

fn read_performance_target(body: &Map<String, Value>) -> ApiResult<Option<String>> {
    match body.get("performance_target") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(target)) if matches!(target.as_str(), "STANDARD" | "PERFORMANCE_OPTIMIZED") => {
            Ok(Some(target.clone()))
        }
        Some(_) => Err(must_be("performance_target", "STANDARD or PERFORMANCE_OPTIMIZED")),
    }
}
