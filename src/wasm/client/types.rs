//! Types that have no counterpart in Rust.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** A 64-bit id. A number beyond `Number.MAX_SAFE_INTEGER` is refused: it has lost digits. Ids come out as texts. */
export type Id = string | bigint | number;

/** What a call throws or rejects with: a real `Error` with the members of {@link ErrorInfo}. */
export interface PqrunError extends Error, Omit<ErrorInfo, "message"> {
    readonly name: "PqrunError";
}

/** For which request a token is asked. */
export interface TokenRequest {
    /** Left out for OneLake, whose files `followPath` reads: its tokens are for `scope`, and none of the service's. */
    service?: Service;
    /** Scheme, host and port that the token is sent to. */
    host: string;
    /** The OAuth scope, as Microsoft Entra ID knows it. */
    scope: string;
    /** The service refused the last token: do not answer from a cache. */
    refresh: boolean;
}

/** A token and its end, as `@azure/identity` gives them. */
export interface AccessToken {
    token: string;
    /**
     * Milliseconds since the Unix epoch. A new token is asked for five minutes before, or in the second half of a shorter
     * life, while the old one is still used. Without it a token is used until the service refuses it.
     */
    expiresOnTimestamp?: number;
    /**
     * Sent beside the token, to the same host only. Of these only `X-Databricks-Azure-Workspace-Resource-Id` and
     * `X-Databricks-Azure-SP-Management-Token` are taken.
     */
    headers?: Record<string, string>;
}

/**
 * Asked for a token when there is none, when it expires, and once when the service refuses it. All runs and clients with
 * the same function and the same host share its tokens, and wait for one call. A `PqrunError` that it throws keeps its
 * code.
 */
export type TokenCallback = (request: TokenRequest) => string | AccessToken | Promise<string | AccessToken>;

/** What a credential is told beside the scope. Those of `@azure/identity` look for options here, and find none. */
export interface CredentialRequest extends Partial<TokenRequest> {
    /** Never set. A member of what `@azure/identity` looks for, so that its credentials fit. */
    tenantId?: never;
}

/** A credential of `pqrun/auth`, of `@azure/identity`, or anything like it. Its tokens are shared as a callback's are. */
export interface TokenCredential {
    getToken(scope: string, request: CredentialRequest): Promise<AccessToken | null>;
}

/** What is needed of a `fetch`. Its answer needs `status`, `headers` and `arrayBuffer()` or `text()`. */
export type FetchLike = (url: string, init: {
    method: string;
    headers: Record<string, string>;
    body?: string;
    redirect: "manual";
    cache: "no-store";
    signal: AbortSignal;
}) => unknown;

/** How to reach a service. */
export interface ConnectionOptions {
    /** A token, or who to ask for one. `null`: something on the way adds it, such as a proxy. */
    token?: string | TokenCallback | null;
    /** In the place of `token`. */
    credential?: TokenCredential;
    /**
     * Lets a token be sent to a host that is none of the service's own, such as a proxy. Without it that is refused before
     * anything is sent; a loopback host needs no such word.
     */
    trustHost?: boolean;
    /** In the place of the global `fetch`. */
    fetch?: FetchLike;
}

/** What concerns one run in this program. */
export interface SessionOptions {
    /** Ends the wait. `result` then rejects with its `reason`; if it has fired already, nothing is started. */
    signal?: AbortSignal;
    /** Whether an abort leaves the run alone (`detach`, the default), or stops it and waits for its end (`cancel`). */
    onAbort?: "detach" | "cancel";
    /**
     * Stores a snapshot. It is awaited, for at most 30 s, before the request behind it is sent; a start whose snapshot
     * could not be stored is not sent.
     */
    persist?: (snapshot: Snapshot) => void | Promise<void>;
    /** Where the rows are within each output, such as `$.rows`. */
    outputPath?: string;
    /** How outputs are read as tables, where that is not to be found out by looking. */
    table?: Omit<ReadOptions, "path">;
    /**
     * Whether the tables of several outputs become one, `result.table`, with the key of each row's output in a first
     * column `task`; `false` if left out, when there is a `result.table` only if one output has one.
     */
    combineTables?: boolean;
}

/** A Databricks job and its parameters, without the workspace. */
export interface DatabricksJobToRun extends Omit<DatabricksJob, "host" | "apiVersion" | "databricksWorkspaceId" | "jobId"> {
    /** The job's id. Either this or `jobName`. */
    jobId?: Id;
}

/** What leads to a Databricks workspace. */
export interface DatabricksWorkspace extends Pick<DatabricksJob, "apiVersion"> {
    /** The workspace's address, such as `https://adb-1111222233334444.5.azuredatabricks.net`. */
    host: string;
    /** The workspace's id, for a host name that serves several workspaces. */
    databricksWorkspaceId?: Id;
}

/** What leads to a Fabric item. */
export interface FabricTarget extends Pick<FabricJob, "host"> {
    /** The workspace's id, a GUID. */
    workspaceId: string;
    /** The item's id, a GUID. */
    itemId: string;
}

/** The job type and parameters of a Fabric item. */
export type FabricJobToRun = Omit<FabricJob, "host" | "workspaceId" | "itemId">;

/** Options of {@link runDatabricksJob}. */
export interface RunDatabricksJobOptions
    extends DatabricksWorkspace, DatabricksJobToRun, RunOptions, ConnectionOptions, SessionOptions {}

/** Options of {@link runFabricItem}. */
export interface RunFabricItemOptions
    extends FabricTarget, FabricJobToRun, RunOptions, ConnectionOptions, SessionOptions {}

/** Options of {@link attachDatabricksRun}. */
export interface AttachDatabricksRunOptions extends DatabricksWorkspace, RunOptions, ConnectionOptions, SessionOptions {
    /** The job run's id. */
    runId: Id;
}

/** Options of {@link attachFabricRun}. */
export interface AttachFabricRunOptions
    extends FabricTarget, Pick<FabricJob, "jobType">, RunOptions, ConnectionOptions, SessionOptions {
    /** The job instance's id. */
    instanceId: string;
}

/** Options of {@link resumeRun}. */
export interface ResumeRunOptions extends RunOptions, ConnectionOptions, SessionOptions {
    /** Values of the `secretParameters`, which no snapshot holds. */
    secretValues?: Record<string, unknown>;
}

/** Options of {@link DatabricksClient}. */
export interface DatabricksClientOptions extends DatabricksWorkspace, ConnectionOptions {}

/** Options of {@link FabricClient}. */
export interface FabricClientOptions extends Pick<FabricJob, "host">, ConnectionOptions {
    /** The workspace's id, a GUID; only {@link FabricClient.listWorkspaces} works without. */
    workspaceId?: string;
}

export interface RunHandle extends AsyncIterable<RunEvent> {}

export interface RunResult {
    /** The table of the only output that has one; with `combineTables` all tables in one. */
    table?: Table;
    /** With `combineTables`: why there is no such table, and which output and column stand in the way. */
    tableError?: ErrorInfo;
}

export interface RunOutput {
    /** The text that the task gave out. */
    text?: string;
    /** The file that it names, which the table was made of, with `followPath`. */
    file?: OutputFile;
    /** The output as a table, where its kind has rows. */
    table?: Table;
    /** Why an output that should be a table is none. */
    tableError?: ErrorInfo;
}

/** A file that an output names. */
export interface OutputFile {
    /** Where it is, as `/Volumes/…`, `dbfs:/…` or `https://…`. */
    path: string;
    /** In bytes; of a directory that of its parts together. */
    size: number;
}

/** A job for a {@link Poller}. */
export type PollerJob =
    | ({ service: "databricks" } & DatabricksWorkspace & DatabricksJobToRun)
    | ({ service: "fabric" } & FabricTarget & FabricJobToRun);

/** What a {@link Poller} wants of its host. */
export type PollerOutput =
    /** Store this before carrying out what follows. */
    | { kind: "persist"; snapshot: Snapshot }
    /** Send this; tell the answer, or that there is none. */
    | { kind: "transmit"; request: HttpRequest }
    /** Tell the person. */
    | { kind: "event"; event: RunEvent }
    /** Nothing to do but wait: for an answer, or for this time. */
    | { kind: "timeout"; deadline: Deadline }
    /** It is over. */
    | { kind: "done"; result: RunResult };

/** A request that a {@link Poller} wants to be sent. It never holds a credential; redirects are not to be followed. */
export interface HttpRequest {
    /** Give it back with the answer. */
    id: number;
    service: Service;
    /** The scope of the token for it, as Microsoft Entra ID knows it: that of the service, or with `followPath` of OneLake. */
    scope: string;
    /** The endpoint in the service's own words, for logs. */
    endpoint: string;
    method: "GET" | "POST";
    url: string;
    /** Without `Authorization`. */
    headers: [string, string][];
    /** It may hold secret parameters: do not log it. */
    body?: string;
    /** The service refused the last token: get a new one. */
    refreshToken: boolean;
    /** Milliseconds after which the poller does not wait for the answer any more. */
    timeout: number;
}

/** A Databricks run, as {@link DatabricksClient} reads it. */
export interface DatabricksRun extends DatabricksState {
    runId: string;
    jobId?: string;
    runName?: string;
    runPageUrl?: string;
    trigger?: string;
    /** Milliseconds since the Unix epoch. */
    startTime?: number;
    /** Milliseconds since the Unix epoch. */
    endTime?: number;
    /** All attempts of all tasks, at most the first 100. */
    tasks: DatabricksTask[];
}

/** The state of a Databricks run or task. */
export interface DatabricksState {
    phase: Phase;
    /** How it ended, once it has. */
    outcome?: Outcome;
    /** In the service's words. */
    state: RawState;
    message: string;
    /** Why it waits. */
    queueReason?: string;
}

/** An attempt of a task. */
export interface DatabricksTask extends DatabricksState {
    taskKey: string;
    /** What {@link DatabricksClient.getRunOutput} takes. */
    runId?: string;
    runPageUrl?: string;
    /** In the service's words, such as `notebook_task`. */
    taskType: string;
    attemptNumber: number;
    startTime?: number;
    endTime?: number;
}

/** A Databricks job. */
export interface DatabricksJobInfo {
    jobId: string;
    name?: string;
    creatorUserName?: string;
    /** Milliseconds since the Unix epoch. */
    createdTime?: number;
}

/** Options of {@link DatabricksClient.listRuns}. */
export interface ListRunsOptions {
    jobId?: Id;
    activeOnly?: boolean;
    completedOnly?: boolean;
    /** 100 if left out. */
    limit?: number;
}

/** A job instance, as {@link FabricClient.createRun} gives it. */
export interface FabricRunRef {
    runId: string;
    /** In the service's words, such as `NotStarted`, `InProgress`, `Completed`. */
    status: string;
    /** The item's id. */
    pipelineId: string;
    workspaceId: string;
}

/** A job instance, as {@link FabricClient} reads it. */
export interface FabricRunState extends FabricRunRef {
    jobType: string;
    /** `Manual` or `Scheduled`. */
    invokeType: string;
    phase: Phase;
    /** How it ended, once it has. */
    outcome?: Outcome;
    /** Milliseconds since the Unix epoch. */
    startTime?: number;
    /** Milliseconds since the Unix epoch. */
    endTime?: number;
    rootActivityId?: string;
    /** As the service writes it. */
    failureReason?: { errorCode?: string; message?: string; requestId?: string; [member: string]: unknown };
    /** What a notebook gave to `notebookutils.notebook.exit`. */
    exitValue?: string;
}

/** An activity run, as the service writes it. */
export interface FabricActivityRun {
    activityName: string;
    activityType: string;
    activityRunId?: string;
    status: string;
    input?: unknown;
    output?: unknown;
    error?: unknown;
    [member: string]: unknown;
}

/** A workspace, as the service writes it. */
export interface FabricWorkspace {
    id: string;
    displayName: string;
    type?: string;
    [member: string]: unknown;
}

/** An item, as the service writes it. */
export interface FabricItem {
    id: string;
    displayName: string;
    type: string;
    [member: string]: unknown;
}
"#;
