//! The endpoints of the Jobs API that pqrun uses. `{version}` is `2.2`, `2.1` or `2.0`.

use crate::contract::Endpoint;
use crate::http::{Method, Service};

const fn get(name: &'static str, path: &'static str, query: &'static [&'static str], doc: &'static str) -> Endpoint {
    Endpoint {
        name,
        service: Service::Databricks,
        method: Method::Get,
        path,
        query,
        body: &[],
        doc,
    }
}

const fn post(name: &'static str, path: &'static str, body: &'static [&'static str], doc: &'static str) -> Endpoint {
    Endpoint {
        name,
        service: Service::Databricks,
        method: Method::Post,
        path,
        query: &[],
        body,
        doc,
    }
}

/// Starts a run of a job. The only start; always with a token.
pub const RUN_NOW: Endpoint = post(
    "jobs/run-now",
    "/api/{version}/jobs/run-now",
    &[
        "job_id",
        "idempotency_token",
        "job_parameters",
        "notebook_params",
        "jar_params",
        "python_params",
        "spark_submit_params",
        "python_named_params",
        "sql_params",
        "dbt_commands",
        "pipeline_params",
        "queue",
        "only",
        "performance_target",
    ],
    "https://docs.databricks.com/api/workspace/jobs/runnow",
);

/// Reads a run. In 2.2 its arrays come in pages of 100.
pub const RUNS_GET: Endpoint = get(
    "jobs/runs/get",
    "/api/{version}/jobs/runs/get",
    &["run_id", "include_history", "page_token"],
    "https://docs.databricks.com/api/workspace/jobs/getrun",
);

/// Reads the output of a task's run; refused for a job run of several tasks.
pub const RUNS_GET_OUTPUT: Endpoint = get(
    "jobs/runs/get-output",
    "/api/{version}/jobs/runs/get-output",
    &["run_id"],
    "https://docs.databricks.com/api/workspace/jobs/getrunoutput",
);

/// Lists runs, newest end first; a run that has not ended counts by its start.
pub const RUNS_LIST: Endpoint = get(
    "jobs/runs/list",
    "/api/{version}/jobs/runs/list",
    &[
        "job_id",
        "active_only",
        "completed_only",
        "limit",
        "start_time_from",
        "start_time_to",
        "page_token",
    ],
    "https://docs.databricks.com/api/workspace/jobs/listruns",
);

/// Asks a run to stop. The answer does not mean that it has.
pub const RUNS_CANCEL: Endpoint = post(
    "jobs/runs/cancel",
    "/api/{version}/jobs/runs/cancel",
    &["run_id"],
    "https://docs.databricks.com/api/workspace/jobs/cancelrun",
);

/// Lists jobs. The name filter ignores case.
pub const JOBS_LIST: Endpoint = get(
    "jobs/list",
    "/api/{version}/jobs/list",
    &["name", "limit", "page_token"],
    "https://docs.databricks.com/api/workspace/jobs/list",
);

/// Reads a job's definition.
pub const JOBS_GET: Endpoint = get(
    "jobs/get",
    "/api/{version}/jobs/get",
    &["job_id", "page_token"],
    "https://docs.databricks.com/api/workspace/jobs/get",
);

/// All of them.
pub const ENDPOINTS: &[&Endpoint] = &[
    &RUN_NOW,
    &RUNS_GET,
    &RUNS_GET_OUTPUT,
    &RUNS_LIST,
    &RUNS_CANCEL,
    &JOBS_LIST,
    &JOBS_GET,
];
