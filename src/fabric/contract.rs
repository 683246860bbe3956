//! The endpoints of the Fabric API that pqrun uses, all below `/v1`, and those of `OneLake`.

use crate::contract::Endpoint;
use crate::http::{Method, Service};

/// The public API's origin.
pub const DEFAULT_HOST: &str = "https://api.fabric.microsoft.com";

const fn endpoint(
    name: &'static str,
    method: Method,
    path: &'static str,
    query: &'static [&'static str],
    body: &'static [&'static str],
    doc: &'static str,
) -> Endpoint {
    Endpoint {
        name,
        service: Service::Fabric,
        method,
        path,
        query,
        body,
        doc,
    }
}

const SCHEDULER_DOC: &str = "https://learn.microsoft.com/rest/api/fabric/core/job-scheduler";

/// Starts an item job: the core form, with the job type in the path.
pub const RUN_ITEM_JOB: Endpoint = endpoint(
    "items/jobs/{jobType}/instances",
    Method::Post,
    "/v1/workspaces/{workspaceId}/items/{itemId}/jobs/{jobType}/instances",
    &[],
    &["executionData", "parameters"],
    SCHEDULER_DOC,
);

/// Starts an item job: the older form, with the job type in the query. Best proven for pipelines with parameters, and
/// the one that works for Spark job definitions.
pub const RUN_ITEM_JOB_BY_QUERY: Endpoint = endpoint(
    "items/jobs/instances?jobType",
    Method::Post,
    "/v1/workspaces/{workspaceId}/items/{itemId}/jobs/instances",
    &["jobType"],
    &["executionData", "parameters"],
    SCHEDULER_DOC,
);

/// Starts a notebook: the typed form. `beta` must be given.
pub const RUN_NOTEBOOK: Endpoint = endpoint(
    "notebooks/jobs/execute/instances",
    Method::Post,
    "/v1/workspaces/{workspaceId}/notebooks/{itemId}/jobs/execute/instances",
    &["beta"],
    &["executionData", "parameters"],
    "https://learn.microsoft.com/rest/api/fabric/notebook/background-jobs",
);

/// Starts a Spark job definition: the typed form.
pub const RUN_SPARK_JOB: Endpoint = endpoint(
    "sparkJobDefinitions/jobs/sparkjob/instances",
    Method::Post,
    "/v1/workspaces/{workspaceId}/sparkJobDefinitions/{itemId}/jobs/sparkjob/instances",
    &[],
    &["executionData"],
    "https://learn.microsoft.com/rest/api/fabric/sparkjobdefinition/background-jobs",
);

/// Reads a job instance.
pub const GET_INSTANCE: Endpoint = endpoint(
    "items/jobs/instances/{id}",
    Method::Get,
    "/v1/workspaces/{workspaceId}/items/{itemId}/jobs/instances/{instanceId}",
    &[],
    &[],
    SCHEDULER_DOC,
);

/// Reads a notebook's job instance with its exit value; still in beta.
pub const GET_NOTEBOOK_INSTANCE: Endpoint = endpoint(
    "notebooks/jobs/execute/instances/{id}",
    Method::Get,
    "/v1/workspaces/{workspaceId}/notebooks/{itemId}/jobs/execute/instances/{instanceId}",
    &["beta"],
    &[],
    "https://learn.microsoft.com/rest/api/fabric/notebook/background-jobs",
);

/// Lists an item's job instances: all active ones, and about the 100 newest that have ended.
pub const LIST_INSTANCES: Endpoint = endpoint(
    "items/jobs/instances",
    Method::Get,
    "/v1/workspaces/{workspaceId}/items/{itemId}/jobs/instances",
    &["continuationToken"],
    &[],
    SCHEDULER_DOC,
);

/// Asks an instance to stop. The answer does not mean that it has.
pub const CANCEL_INSTANCE: Endpoint = endpoint(
    "items/jobs/instances/{id}/cancel",
    Method::Post,
    "/v1/workspaces/{workspaceId}/items/{itemId}/jobs/instances/{instanceId}/cancel",
    &[],
    &[],
    SCHEDULER_DOC,
);

/// Reads the activities of a pipeline's run. All lower case; the job instance's id is the pipeline run's id.
pub const QUERY_ACTIVITY_RUNS: Endpoint = endpoint(
    "datapipelines/pipelineruns/queryactivityruns",
    Method::Post,
    "/v1/workspaces/{workspaceId}/datapipelines/pipelineruns/{instanceId}/queryactivityruns",
    &[],
    &[
        "filters",
        "orderBy",
        "lastUpdatedAfter",
        "lastUpdatedBefore",
        "continuationToken",
    ],
    "https://learn.microsoft.com/fabric/data-factory/pipeline-rest-api-capabilities",
);

/// Lists the workspaces that the caller sees.
pub const LIST_WORKSPACES: Endpoint = endpoint(
    "workspaces",
    Method::Get,
    "/v1/workspaces",
    &["continuationToken"],
    &[],
    "https://learn.microsoft.com/rest/api/fabric/core/workspaces/list-workspaces",
);

/// Lists a workspace's items.
pub const LIST_ITEMS: Endpoint = endpoint(
    "workspaces/items",
    Method::Get,
    "/v1/workspaces/{workspaceId}/items",
    &["type", "continuationToken"],
    &[],
    "https://learn.microsoft.com/rest/api/fabric/core/items/list-items",
);

/// Reads a pipeline's definition. It takes the permission to write; the answer may be a long running operation.
pub const GET_PIPELINE_DEFINITION: Endpoint = endpoint(
    "dataPipelines/getDefinition",
    Method::Post,
    "/v1/workspaces/{workspaceId}/dataPipelines/{itemId}/getDefinition",
    &[],
    &[],
    "https://learn.microsoft.com/rest/api/fabric/datapipeline/items/get-data-pipeline-definition",
);

/// Reads how a long running operation stands. Job instances are none.
pub const GET_OPERATION: Endpoint = endpoint(
    "operations",
    Method::Get,
    "/v1/operations/{operationId}",
    &[],
    &[],
    "https://learn.microsoft.com/rest/api/fabric/core/long-running-operations/get-operation-state",
);

/// Reads what came of a long running operation that succeeded.
pub const GET_OPERATION_RESULT: Endpoint = endpoint(
    "operations/result",
    Method::Get,
    "/v1/operations/{operationId}/result",
    &[],
    &[],
    "https://learn.microsoft.com/rest/api/fabric/core/long-running-operations/get-operation-result",
);

/// Reads a file in OneLake, as Azure Data Lake Storage does: its bytes are the body. `Range` and `If-Match` count.
pub const ONE_LAKE_READ: Endpoint = endpoint(
    "onelake/path/read",
    Method::Get,
    "/{workspace}{path}",
    &[],
    &[],
    "https://learn.microsoft.com/rest/api/storageservices/datalakestoragegen2/path/read",
);

/// Lists a directory in OneLake: `paths` with `name`, and `isDirectory` and `contentLength` as texts. The next page's
/// token is in the header `x-ms-continuation`.
pub const ONE_LAKE_LIST: Endpoint = endpoint(
    "onelake/path/list",
    Method::Get,
    "/{workspace}",
    &["resource", "directory", "recursive", "continuation"],
    &[],
    "https://learn.microsoft.com/rest/api/storageservices/datalakestoragegen2/path/list",
);

/// The version of Azure Storage's API that `OneLake` is asked by.
pub const ONE_LAKE_VERSION: &str = "2023-11-03";

/// Those of `OneLake`, which has an address of its own.
pub const ONE_LAKE_ENDPOINTS: &[&Endpoint] = &[&ONE_LAKE_READ, &ONE_LAKE_LIST];

/// All of them but those of `OneLake`.
pub const ENDPOINTS: &[&Endpoint] = &[
    &RUN_ITEM_JOB,
    &RUN_ITEM_JOB_BY_QUERY,
    &RUN_NOTEBOOK,
    &RUN_SPARK_JOB,
    &GET_INSTANCE,
    &GET_NOTEBOOK_INSTANCE,
    &LIST_INSTANCES,
    &CANCEL_INSTANCE,
    &QUERY_ACTIVITY_RUNS,
    &LIST_WORKSPACES,
    &LIST_ITEMS,
    &GET_PIPELINE_DEFINITION,
    &GET_OPERATION,
    &GET_OPERATION_RESULT,
];

/// Job types that the history shows under other names than the one that was sent. Only for matching rows: the type that
/// is sent is an open text.
pub const JOB_TYPE_GROUPS: &[&[&str]] = &[
    &["Pipeline", "Execute", "ScheduledPipelineExecution"],
    &["RunNotebook", "Execute", "PipelineRunNotebook"],
    &["sparkjob"],
    &["Execute", "Refresh"],
    &["ApplyChanges", "Publish"],
    &["TableMaintenance"],
    &["RefreshMaterializedLakeViews", "MaterializedLakeViews"],
    &["Execute", "CopyJob"],
];
