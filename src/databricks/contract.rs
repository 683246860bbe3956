//! The endpoints of Databricks that pqrun uses: of the Jobs API, where `{version}` is `2.2`, `2.1` or `2.0`, and those that
//! read files in volumes and in DBFS.

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

/// Reads a file in a volume: its bytes are the body. `Range` and `If-Unmodified-Since` count. A directory is not found.
pub const DOWNLOAD_FILE: Endpoint = get(
    "fs/files",
    "/api/2.0/fs/files{file_path}",
    &[],
    "https://docs.databricks.com/api/workspace/files/download",
);

/// Lists a directory in a volume, in pages of at most 1000: `contents` with `path`, `name`, `is_directory`, `file_size`
/// and `last_modified`, and `next_page_token`. What is no directory is not found.
pub const LIST_DIRECTORY_CONTENTS: Endpoint = get(
    "fs/directories",
    "/api/2.0/fs/directories{directory_path}",
    &["page_token"],
    "https://docs.databricks.com/api/workspace/files/listdirectorycontents",
);

/// Reads what a path in DBFS is: `is_dir`, `file_size` in bytes, `modification_time` in milliseconds.
pub const DBFS_GET_STATUS: Endpoint = get(
    "dbfs/get-status",
    "/api/2.0/dbfs/get-status",
    &["path"],
    "https://docs.databricks.com/api/workspace/dbfs/getstatus",
);

/// Lists a directory in DBFS: `files` with `path` and what [`DBFS_GET_STATUS`] says. Ends after about 60 s.
pub const DBFS_LIST: Endpoint = get(
    "dbfs/list",
    "/api/2.0/dbfs/list",
    &["path"],
    "https://docs.databricks.com/api/workspace/dbfs/list",
);

/// Reads a piece of a file in DBFS, of at most 1 MB: `bytes_read` and `data` in base64.
pub const DBFS_READ: Endpoint = get(
    "dbfs/read",
    "/api/2.0/dbfs/read",
    &["path", "offset", "length"],
    "https://docs.databricks.com/api/workspace/dbfs/read",
);

/// The most bytes that [`DBFS_READ`] gives at once.
pub const DBFS_READ_LIMIT: u64 = 1 << 20;

/// Those that read files.
pub const FILE_ENDPOINTS: &[&Endpoint] = &[
    &DOWNLOAD_FILE,
    &LIST_DIRECTORY_CONTENTS,
    &DBFS_GET_STATUS,
    &DBFS_LIST,
    &DBFS_READ,
];

/// All of them.
pub const ENDPOINTS: &[&Endpoint] = &[
    &RUN_NOW,
    &RUNS_GET,
    &RUNS_GET_OUTPUT,
    &RUNS_LIST,
    &RUNS_CANCEL,
    &JOBS_LIST,
    &JOBS_GET,
    &DOWNLOAD_FILE,
    &LIST_DIRECTORY_CONTENTS,
    &DBFS_GET_STATUS,
    &DBFS_LIST,
    &DBFS_READ,
];
