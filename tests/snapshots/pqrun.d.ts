// Written by `cargo xtask generate`: the types of the client wasm module.
/* tslint:disable */
/* eslint-disable */

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



/** The type of a column of a {@link Table}. */
export type ColumnType = "bool" | "int64" | "float64" | "timestamp" | "datetime" | "date" | "utf8" | "json";

/** How {@link Table.read} reads. What is left out is found by looking. */
export interface ReadOptions {
    /** Where the rows are in JSON, such as `$.rows`. A step into a text goes on in the JSON that the text holds. */
    path?: string;
    /** What the text is written in. `auto`: JSON, JSON lines, CSV with a header, or else one row of text. */
    format?: "auto" | "json" | "jsonLines" | "csv" | "text";
    /**
     * How the rows lie in JSON. `records`: an array of objects; `arrays`: an array of arrays; `lists`: an object with an
     * array for each column; `columns`, `index`, `split`, `table`: as pandas' `to_json` names them; `texts`: an array of
     * JSON texts, as Spark's `toJSON().collect()` has it; `row`: an object is one row.
     */
    shape?: "auto" | "records" | "arrays" | "lists" | "columns" | "index" | "split" | "table" | "texts" | "row";
    /** Whether the first record of CSV, or the first of an array of arrays, holds the names of the columns. */
    header?: boolean;
    /** What separates the fields of CSV, one character of ASCII; `,` if left out. */
    delimiter?: string;
    /** Whether the members of nested objects become columns, such as `address.city`; `false` if left out. */
    flatten?: boolean;
    /**
     * The types of columns, by name. They come first, in this order, whether they occur or not. A value that does not fit
     * is an error that names its `row`, `column` and `offset`.
     */
    schema?: Record<string, ColumnType>;
}

/** A column of a {@link Table}. */
export interface TableColumn {
    name: string;
    type: ColumnType;
}

/** A value of a {@link Table}; its documentation says which column has which. */
export type TableValue = null | boolean | number | bigint | string | TableValue[] | { [name: string]: TableValue };

/** A row of a {@link Table}. */
export type TableRow = { [column: string]: TableValue };

/** What every column has, whatever its type. */
export interface ColumnDataBase {
    name: string;
    /** How many rows there are. */
    length: number;
    /** How many of them are null. */
    nullCount: number;
    /** A bit for each row, the lowest of the first byte first, 0 for null. It is absent if no row is null. */
    validity?: Uint8Array<ArrayBuffer>;
}

/** A column as it lies in memory, in the layout of Apache Arrow. A null holds its place: `false`, 0 or an empty text. */
export type ColumnData = ColumnDataBase &
(
| {
    type: "bool";
    /** A bit for each row, the lowest of the first byte first. */
    values: Uint8Array<ArrayBuffer>;
}
| {
    /** `timestamp`: microseconds since the Unix epoch; `datetime`: the same, as if the place were in UTC. */
    type: "int64" | "timestamp" | "datetime";
    values: BigInt64Array<ArrayBuffer>;
}
| { type: "float64"; values: Float64Array<ArrayBuffer> }
| {
    /** Days since 1970-01-01. */
    type: "date";
    values: Int32Array<ArrayBuffer>;
}
| {
    type: "utf8" | "json";
    /** Where the text of each row begins in `bytes`, and where the last one ends: one more than rows. */
    offsets: Uint32Array<ArrayBuffer>;
    /** The texts of all rows in UTF-8, one behind the other. */
    bytes: Uint8Array<ArrayBuffer>;
}
);

export interface Table extends Iterable<TableRow> {
    /** All values of a column, one per row; `undefined` if there is no such column. */
    column(column: number | string): TableValue[] | undefined;
    /**
     * The rows as plain objects, each with every column. An object is made when it is first touched, from a copy of the
     * columns; the table may be freed meanwhile.
     *
     * The array is one for all purposes but two: `structuredClone` and `postMessage` take no array that makes its items
     * when they are touched. Give them `[...table]`.
     */
    toArray(): TableRow[];
    /** Makes one row after the other. */
    [Symbol.iterator](): IterableIterator<TableRow>;
    /** What `JSON.stringify` writes: the rows as objects, integers beyond `Number.MAX_SAFE_INTEGER` as texts. */
    toJSON(): TableRow[];
    /**
     * All columns as they lie in memory, without a copy, for as long as the callback runs. After that, or once anything
     * makes the memory of WebAssembly grow, its arrays are empty or hold something else: what is to be kept must be
     * copied. {@link Table.columnData} gives copies.
     *
     * @param callback Takes the columns. What it returns is returned.
     * @throws {PqrunError} `invalidOptions`: it returned a promise, or something grew the memory while it ran.
     */
    withViews<T>(callback: (columns: ColumnData[]) => T): T;
}

export namespace Table {
    /**
     * The rows of all tables, one table after the other, with the name of each row's table in the first column. They need
     * the same columns in the same order, of the same types; integers become doubles if all of them are exactly doubles,
     * and a column without values has any type. A table without columns and rows agrees with all others.
     *
     * @param parts The tables and their names. Of one module: `pqrun` and `pqrun/table` have memories of their own.
     * @param nameColumn What the first column is called; `name` if left out.
     * @throws {PqrunError} `outputUnreadable` with the names of the tables and of the column that differ.
     */
    function concat(parts: Iterable<{ name: string; table: Table }>, nameColumn?: string): Table;
}

/** How {@link Table.toCsv} writes. */
export interface CsvOptions {
    /** Whether the names come first; `true` if left out. */
    header?: boolean;
    /** Whether texts that a spreadsheet would take for a formula get a `'` in front; `false` if left out. */
    defuseFormulas?: boolean;
}


/**
 * A Databricks job to start: the members of `run-now`, in camel case.
 */
export interface DatabricksJob {
    /**
     * The workspace's address, such as `https://adb-1111222233334444.5.azuredatabricks.net`.
     */
    host: string;
    /**
     * `2.2` (default), `2.1` or `2.0`.
     */
    apiVersion?: string;
    /**
     * The workspace's id, for a host name that serves several workspaces.
     */
    databricksWorkspaceId?: string;
    /**
     * The job's id, decimal digits. Either this or `jobName`.
     */
    jobId?: string;
    /**
     * The job's exact name, upper and lower case told apart; it must be the only one.
     */
    jobName?: string;
    /**
     * At most 64 characters. Left out, a fresh one is minted; a given one makes the run a shared one.
     */
    idempotencyToken?: string;
    /**
     * Job parameters, the recommended way. Names of letters, digits, `_`, `-`, `.`; not together with the older kinds.
     */
    jobParameters?: Record<string, string>;
    /**
     * Notebook widgets; at most 10,000 bytes as JSON, not together with `jarParams`.
     */
    notebookParams?: Record<string, string>;
    /**
     * Arguments of a jar's main class; at most 10,000 bytes as JSON.
     */
    jarParams?: string[];
    /**
     * Arguments of a Python script; ASCII, at most 10,000 bytes as JSON.
     */
    pythonParams?: string[];
    /**
     * Arguments of spark-submit; ASCII, at most 10,000 bytes as JSON.
     */
    sparkSubmitParams?: string[];
    /**
     * Named arguments of a Python wheel.
     */
    pythonNamedParams?: Record<string, string>;
    /**
     * Parameters of SQL tasks.
     */
    sqlParams?: Record<string, string>;
    /**
     * Commands of dbt tasks.
     */
    dbtCommands?: string[];
    /**
     * Refresh options of pipeline tasks, as the service spells them: `full_refresh`, `refresh_selection`, ….
     */
    pipelineParams?: Record<string, unknown>;
    /**
     * Whether this run may queue; left out, the job's own setting counts.
     */
    queue?: boolean;
    /**
     * Task keys to run; a leading `+` takes what is upstream too, a trailing `+` what is downstream.
     */
    only?: string[];
    /**
     * `STANDARD` or `PERFORMANCE_OPTIMIZED`; serverless only.
     */
    performanceTarget?: string;
}

/**
 * A Fabric item job to start.
 */
export interface FabricJob {
    /**
     * The API's address; `https://api.fabric.microsoft.com` if left out.
     */
    host?: string;
    /**
     * The workspace's id, a GUID.
     */
    workspaceId: string;
    /**
     * The item's id, a GUID.
     */
    itemId: string;
    /**
     * The job type, an open text: `Pipeline` (default), `RunNotebook`, `sparkjob`, `Execute`, `TableMaintenance`, ….
     */
    jobType?: string;
    /**
     * Left out: `query` for pipelines with parameters and for Spark job definitions, else `path`.
     */
    form?: StartForm;
    /**
     * Parameters by name; pipelines take any JSON value, notebooks text, numbers and booleans. A name that the item
     * does not declare is ignored by the service without a word.
     */
    parameters?: Record<string, unknown>;
    /**
     * `executionData` as the service takes it; `parameters` are put into it.
     */
    executionData?: Record<string, unknown>;
}

/**
 * A job parameter: a text, as all of them are.
 */
export interface DatabricksJobParameter {
    /**
     * Its name.
     */
    name: string;
    /**
     * What counts if a start does not give it.
     */
    default: string;
}

/**
 * A job's name, what it is for, and the parameters it declares.
 */
export interface DatabricksJobDefinition {
    /**
     * The job's id.
     */
    jobId: string;
    /**
     * Its name, which others may bear too.
     */
    name?: string;
    /**
     * What its owner says about it.
     */
    description?: string;
    /**
     * Its job parameters, in the service's order.
     */
    parameters: DatabricksJobParameter[];
}

/**
 * A length of time: milliseconds as a number, or a text such as `90s`, `20m`, `1h30m`, `2d`.
 */
export type Length = number | string;

/**
 * A pipeline's name, what it is for, and the parameters it declares.
 */
export interface FabricPipelineDefinition {
    /**
     * The pipeline's name.
     */
    name?: string;
    /**
     * What its owner says about it.
     */
    description?: string;
    /**
     * Its parameters, in the service's order.
     */
    parameters: FabricPipelineParameter[];
}

/**
 * A pipeline's parameter.
 */
export interface FabricPipelineParameter {
    /**
     * Its name.
     */
    name: string;
    /**
     * In the service's words: `string`, `int`, `float`, `bool`, `object`, `array`, `securestring`.
     */
    type: string;
    /**
     * What counts if a start does not give it. That of a secret is left out.
     */
    default?: unknown;
}

/**
 * A run, and who may cancel it.
 */
export interface RunInfo {
    /**
     * Whose run it is.
     */
    service: Service;
    /**
     * Databricks: the job run's id, decimal digits. Fabric: the job instance's id.
     */
    id: string;
    /**
     * Databricks: the job's id. Fabric: the item's id.
     */
    jobId?: string;
    /**
     * Fabric: the workspace's id.
     */
    workspaceId?: string;
    /**
     * The run's or job's name, where the service tells it.
     */
    name?: string;
    /**
     * The page on which a person can look at the run.
     */
    pageUrl?: string;
    /**
     * Whether others may rely on the run too: it was adopted, or started under a token that others can compute.
     */
    shared: boolean;
    /**
     * How it was found.
     */
    identifiedBy: IdentifiedBy;
    /**
     * When the run began, by the service's clock.
     */
    startTime?: Timestamp;
    /**
     * When the run ended, by the service's clock.
     */
    endTime?: Timestamp;
}

/**
 * A small JSON document. Store it when [`Output::Persist`](crate::poller::Output::Persist) gives it, and give it to
 * [`Poller::resume`] in another process.
 */
export interface Snapshot {
    /**
     * The document's version.
     */
    pqrun: number;
    /**
     * What is run, without secret parameters.
     */
    job: Record<string, unknown>;
    /**
     * What the caller chose.
     */
    options: RunOptions;
    /**
     * When the intent began, by the host's clock.
     */
    began: Timestamp;
    /**
     * When the wait ends, by the host's clock.
     */
    deadline: Timestamp;
    /**
     * What is known of the start.
     */
    start: StartRecord;
    /**
     * The run, once it is known.
     */
    run?: RunInfo;
    /**
     * Names of the secret parameters that were left out.
     */
    leftOut?: string[];
}

/**
 * An attempt of a task. A for-each task is one, whatever it repeats.
 */
export interface TaskRun {
    /**
     * The task's key. All its attempts have it.
     */
    key: string;
    /**
     * The kind of task in the service's words: `notebook_task`.
     */
    taskType?: string;
    /**
     * What it is doing.
     */
    phase: Phase;
    /**
     * How it ended, once it has.
     */
    outcome?: Outcome;
    /**
     * Its state in the service's words.
     */
    state: RawState;
    /**
     * 0 for the first attempt. A repair may begin with 0 again.
     */
    attempt: number;
    /**
     * The attempt's own run id.
     */
    runId?: string;
    /**
     * When it began, by the service's clock.
     */
    startTime?: Timestamp;
    /**
     * When it ended, by the service's clock.
     */
    endTime?: Timestamp;
    /**
     * Its page.
     */
    pageUrl?: string;
    /**
     * The keys of the tasks that it waits for.
     */
    dependsOn?: string[];
    /**
     * A for-each task's iterations done of all.
     */
    iterations?: Counts;
}

/**
 * How a run became the one that is followed.
 */
export type IdentifiedBy = "answer" | "rootActivityId" | "difference" | "reuse" | "given";

/**
 * How a run, or the attempt to have one, ended.
 */
export interface RunResult {
    /**
     * How.
     */
    outcome: Outcome;
    /**
     * Whose.
     */
    service: Service;
    /**
     * The run, if one is known.
     */
    run?: RunInfo;
    /**
     * The run's last seen state in the service's words.
     */
    state: RawState;
    /**
     * The service's message about the run, or ours about why there is none.
     */
    message?: string;
    /**
     * What is behind a rejected, abandoned or timed-out result, or a failed run's error.
     */
    error?: ErrorInfo;
    /**
     * Whether a cancel of ours was accepted by the service.
     */
    cancelSent: boolean;
    /**
     * What a person should know.
     */
    warnings: Warning[];
    /**
     * Every task's or activity's output, in the order in which they began.
     */
    outputs: RunOutput[];
    /**
     * Why the outputs are not all there.
     */
    outputsError?: ErrorInfo;
}

/**
 * How it ended.
 */
export type Outcome = "succeeded" | "failed" | "cancelled" | "skipped" | "timedOut" | "rejected" | "abandoned";

/**
 * How many of something there are.
 */
export interface Counts {
    /**
     * All that are known so far.
     */
    total: number;
    /**
     * Ended, in whatever way.
     */
    done: number;
    /**
     * Ended badly.
     */
    failed: number;
}

/**
 * Milliseconds since the Unix epoch, UTC, as the host or a service read them.
 */
export type Timestamp = number;

/**
 * Something that a person should know about a result.
 */
export interface Warning {
    /**
     * The stable code to branch on.
     */
    code: WarningCode;
    /**
     * In plain words.
     */
    message: string;
}

/**
 * The output of one task, iteration or activity.
 */
export interface RunOutput {
    /**
     * Names it within the run: `task`, `task[0]` for an iteration, `task/child task` for a job within the job.
     */
    key: string;
    /**
     * What it is.
     */
    kind: OutputKind;
    /**
     * The kind of task or activity in the service's words: `notebook_task`, `Lookup`.
     */
    taskType?: string;
    /**
     * The task's own run id, or the activity's.
     */
    runId?: string;
    /**
     * The task's page.
     */
    pageUrl?: string;
    /**
     * How the task ended; `None` if this version can't tell.
     */
    outcome?: Outcome;
    /**
     * The task's state in the service's words.
     */
    state: RawState;
    /**
     * 0 for the first attempt.
     */
    attempt: number;
    /**
     * When the task began.
     */
    startTime?: Timestamp;
    /**
     * When the task ended.
     */
    endTime?: Timestamp;
    /**
     * The rows or the structure that the task gave out.
     */
    data?: unknown;
    /**
     * Whether the service cut it. A cut text is never read as a table.
     */
    truncated: boolean;
    /**
     * Why the task failed, as far as the service tells.
     */
    errorMessage?: string;
    /**
     * The stack trace.
     */
    errorTrace?: string;
    /**
     * Why the output, or the file that it names, could not be fetched.
     */
    error?: ErrorInfo;
}

/**
 * The service that a request is for. A host picks the credential by it.
 */
export type Service = "databricks" | "fabric";

/**
 * The service's own words for a state, unread.
 */
export interface RawState {
    /**
     * Databricks: `status.state`, else `state.life_cycle_state`. Fabric: `status`.
     */
    state: string;
    /**
     * Databricks: `termination_details.code`, else `result_state`. Fabric: `failureReason.errorCode`.
     */
    code?: string;
    /**
     * Databricks: `termination_details.type`.
     */
    type?: string;
    /**
     * Databricks: `state.life_cycle_state` where `status` was there too.
     */
    lifeCycleState?: string;
    /**
     * Databricks: `state.result_state`.
     */
    resultState?: string;
}

/**
 * What a caller may choose about a run.
 */
export interface RunOptions {
    /**
     * How long to wait for the run's end; 24 h if left out.
     */
    timeout?: Length;
    /**
     * `detach` (default) or `cancel`.
     */
    onTimeout?: OnTimeout;
    /**
     * `report` (default) or `resend`; Fabric only.
     */
    onUnconfirmed?: OnUnconfirmed;
    /**
     * A fixed time between polls in the place of our schedule; a longer `Retry-After` still counts.
     */
    pollInterval?: Length;
    /**
     * How long the run is likely to take: fewer polls before, more around it. Databricks only.
     */
    expectedDuration?: Length;
    /**
     * Let an earlier or running run of the same job and parameters stand for a new one. Left out: a run of its own.
     */
    reuse?: Reuse;
    /**
     * Cancel a run too that others may rely on.
     */
    cancelShared?: boolean;
    /**
     * With `reuse` on Fabric: cancel our own run when another caller's, begun at the same time, is followed instead.
     */
    cancelDuplicates?: boolean;
    /**
     * With `reuse` on Fabric: take any run of the item for one with these parameters.
     */
    adoptAnyParameters?: boolean;
    /**
     * With `reuse` on Fabric: a declared pipeline parameter that carries a hash of the others, so that a run with the
     * same parameters can be known by its activities' inputs.
     */
    marker?: string;
    /**
     * Names of parameters whose values are never stored in a snapshot.
     */
    secretParameters?: string[];
    /**
     * Do not read the outputs.
     */
    skipOutputs?: boolean;
    /**
     * Reads the file that an output names, and makes the table of it: an output that is a path in a volume
     * (`/Volumes/…`), in DBFS (`dbfs:/…`) or in OneLake (`https://onelake.dfs.fabric.microsoft.com/…`, `abfss://…`). At
     * most 256 MiB for one run. OneLake takes a token of its own, for `https://storage.azure.com/.default`.
     */
    followPath?: boolean;
    /**
     * How long requests may fail, since the last good answer, before the run counts as lost sight of; 5 min if left
     * out. A wait that the service asks for does not count.
     */
    retryBudget?: Length;
}

/**
 * What a poller or its run is doing.
 */
export type Phase = "looking" | "starting" | "reconciling" | "queued" | "running" | "terminating" | "ended" | "readingOutput";

/**
 * What a timeout is for.
 */
export type TimeoutReason = "answer" | "retry" | "poll" | "deadline" | "cancel" | "outputs";

/**
 * What a warning is about.
 */
export type WarningCode = "partFailed" | "identifiedByDifference" | "duplicateRun" | "unknownState" | "cancelRefused" | "parametersUnseen" | "noServiceClock";

/**
 * What an event tells.
 */
export type EventKind = "status" | "retry" | "warning";

/**
 * What is known of the start.
 */
export interface StartRecord {
    /**
     * When a start was first sent whose effect is not known, by the host's clock.
     */
    sentAt?: Timestamp;
    /**
     * Databricks: the job's id, where it was given by name.
     */
    jobId?: string;
    /**
     * Databricks: the idempotency token.
     */
    token?: string;
    /**
     * Databricks with `reuse`: when the runs were looked at, by the service's clock.
     */
    lookedAt?: Timestamp;
    /**
     * Fabric: the instances that existed before.
     */
    knownIds?: string[];
    /**
     * Fabric: request ids of starts whose answers were unclear, and of the one that was sent once more.
     */
    requestIds?: string[];
    /**
     * Whether a start is under way, unanswered.
     */
    unanswered?: boolean;
    /**
     * Fabric: whether some unclear answer had no request id.
     */
    unnamed?: boolean;
    /**
     * Fabric: whether the service accepted a start without saying which run it is.
     */
    accepted?: boolean;
    /**
     * Fabric: whether the start was sent once more after no trace of the first was found.
     */
    resent?: boolean;
    /**
     * Fabric with `reuse`: how often the look began anew because the run that was followed was called off or skipped.
     */
    races?: number;
    /**
     * Fabric with `reuse`: whether the run is another caller's that won a race.
     */
    raced?: boolean;
    /**
     * Fabric with `cancelDuplicates`: a run of our own that lost a race, to be cancelled once the winner has begun.
     */
    duplicate?: string;
    /**
     * Fabric with `reuse`: a run of our own that the service skipped since another one was active.
     */
    skipped?: string;
    /**
     * Milliseconds by which the service's clock is ahead of the host's, as far as its answers tell.
     */
    clockOffset?: number;
}

/**
 * What kind of thing an output is of.
 */
export type OutputKind = "notebookResult" | "logs" | "rows" | "condition" | "returnValue" | "data" | "none";

/**
 * What to do when a Fabric start had no answer, left no trace, and the service gave no request id.
 */
export type OnUnconfirmed = "report" | "resend";

/**
 * What to do with the run when our own deadline passes.
 */
export type OnTimeout = "detach" | "cancel";

/**
 * What went wrong, where, and what the service said. It never holds a credential or a body.
 */
export interface ErrorInfo {
    /**
     * The stable code to branch on.
     */
    code: ErrorCode;
    /**
     * What was expected, what was found, and where.
     */
    message: string;
    /**
     * What to do about it.
     */
    hint?: string;
    /**
     * The service's own code, such as `PERMISSION_DENIED` or `InsufficientPrivileges`.
     */
    serviceCode?: string;
    /**
     * The HTTP status, if there was an answer.
     */
    status?: number;
    /**
     * The service's id of the request, for its support.
     */
    requestId?: string;
    /**
     * The endpoint, such as `jobs/runs/get`.
     */
    endpoint?: string;
    /**
     * Of a table: the row of a value that does not fit, counted from 0.
     */
    row?: number;
    /**
     * Of a table: the column of a value that does not fit.
     */
    column?: string;
    /**
     * Of a table: the place in its text, in bytes from the start.
     */
    offset?: number;
    /**
     * Whether the same request may well succeed later.
     */
    retryable?: boolean;
    /**
     * Ids of the runs in question, where there are several.
     */
    runIds?: string[];
}

/**
 * What went wrong. The text of a code never changes; new codes may come.
 */
export type ErrorCode = "invalidOptions" | "invalidParameter" | "invalidHost" | "unknownRequest" | "invalidSnapshot" | "missingSecretParameters" | "missingCredentials" | "invalidCredentials" | "unknownHost" | "clientSecretInBrowser" | "signInRefused" | "interactionRequired" | "vaultRefused" | "persistFailed" | "unauthenticated" | "tokenExpired" | "forbidden" | "notFound" | "jobNotFound" | "jobNameNotFound" | "jobNameAmbiguous" | "runNotFound" | "wrongHost" | "invalidJobType" | "featureNotAvailable" | "badRequest" | "conflict" | "throttled" | "tooManyJobs" | "tokenOfDeletedRun" | "proxyRefused" | "untrustedCertificate" | "network" | "serverError" | "malformedResponse" | "startUnconfirmed" | "startAmbiguous" | "reuseExhausted" | "lostSight" | "deadlinePassed" | "cancelUnconfirmed" | "sharedRun" | "detached" | "outputTruncated" | "outputTooLarge" | "outputPathRefused" | "outputUnavailable" | "outputUnreadable" | "runFailed";

/**
 * When an earlier run may stand for a new one.
 */
export interface Reuse {
    /**
     * How long ago a good run may have ended; 15 min if left out.
     */
    maxAge?: Length;
    /**
     * How long ago a run may have ended otherwise; 2 min if left out.
     */
    failureMaxAge?: Length;
}

/**
 * When to give [`Input::Timeout`].
 */
export interface Deadline {
    /**
     * By the host's clock.
     */
    at: Timestamp;
    /**
     * What for; for people and tests only.
     */
    reason: TimeoutReason;
}

/**
 * Where things stand. An event is sent when anything but the times changes.
 */
export interface RunEvent {
    /**
     * What it tells.
     */
    kind: EventKind;
    /**
     * When, by the host's clock.
     */
    at: Timestamp;
    /**
     * Milliseconds since the poller began.
     */
    elapsed: number;
    /**
     * What is going on.
     */
    phase: Phase;
    /**
     * The service's own words for the state; empty before there is a run.
     */
    state?: string;
    /**
     * The service's message, or the warning, or why a request is sent again.
     */
    message?: string;
    /**
     * Why the run waits.
     */
    queueReason?: string;
    /**
     * Tasks done of all.
     */
    tasks?: Counts;
    /**
     * Iterations of for-each tasks done of all.
     */
    iterations?: Counts;
    /**
     * Databricks: the tasks as the service told them last, each attempt by itself; empty until they are known. The
     * attempts of a task stand together, the newest last. While a run of more than 100 goes on, the first 100.
     */
    taskRuns?: TaskRun[];
    /**
     * The run's id, once it is known.
     */
    runId?: string;
    /**
     * The run's page, once it is known.
     */
    runPageUrl?: string;
    /**
     * When the service will be asked again, by the host's clock.
     */
    nextPollAt?: Timestamp;
    /**
     * The error behind a warning or a retry.
     */
    error?: ErrorInfo;
}

/**
 * Which URL form starts the job.
 */
export type StartForm = "path" | "query" | "typed";


/**
 * The Jobs API of one workspace, call by call. Every call waits out throttling and passing faults.
 *
 * For one run from its start to its end, {@link runDatabricksJob} shows more of what happens.
 */
export class DatabricksClient {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Waits for the end of a run, reads its outputs. Waits 3600 s unless `timeout` says otherwise.
     */
    awaitRun(runId: Id, options?: RunOptions & SessionOptions): Promise<RunResult>;
    /**
     * Asks a run to stop. It has stopped when {@link DatabricksClient.getRun} says so.
     */
    cancelRun(runId: Id): Promise<void>;
    /**
     * Reads what a job declares about itself: its name, its description, its parameters and their defaults.
     */
    getJob(jobId: Id): Promise<DatabricksJobDefinition>;
    /**
     * Reads the output of a task's run. The service refuses it for a job run of several tasks: give the run id of a
     * task, as {@link DatabricksClient.getRun} lists them.
     */
    getRunOutput(runId: Id): Promise<RunOutput>;
    /**
     * Reads a run.
     */
    getRun(runId: Id): Promise<DatabricksRun>;
    /**
     * Lists jobs: all pages, up to `limit`, which is 100 if left out. The filter by `name` ignores case.
     */
    listJobs(options?: { name?: string; limit?: number }): Promise<DatabricksJobInfo[]>;
    /**
     * Lists runs, newest first: all pages, up to `limit`, which is 100 if left out.
     */
    listRuns(options?: ListRunsOptions): Promise<DatabricksRun[]>;
    /**
     * @param options The workspace, and the token or credential for it.
     * @throws {PqrunError} `invalidHost`, `invalidOptions`, `missingCredentials`
     */
    constructor(options: DatabricksClientOptions);
    /**
     * Starts a run, waits for its end, reads its outputs. Waits 3600 s unless `timeout` says otherwise.
     */
    runNowAndAwait(job: DatabricksJobToRun, options?: RunOptions & SessionOptions): Promise<RunResult>;
    /**
     * Starts a run, under an idempotency token, and waits until its id is known.
     *
     * @param job The job and its parameters.
     * @throws {PqrunError} The service refused, or it is not known whether it started: `startUnconfirmed`.
     */
    runNow(job: DatabricksJobToRun, options?: RunOptions & SessionOptions): Promise<{ runId: string }>;
}

/**
 * The job scheduler of one workspace, call by call. Every call waits out throttling and passing faults.
 *
 * For one run from its start to its end, {@link runFabricItem} shows more of what happens.
 */
export class FabricClient {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Waits for the end of a job instance, reads its outputs. Waits 3600 s unless `timeout` says otherwise.
     */
    awaitRunCompletion(itemId: string, runId: string, options?: { jobType?: string } & RunOptions & SessionOptions): Promise<RunResult>;
    /**
     * Asks a job instance to stop. It has stopped when {@link FabricClient.getRunState} says so.
     */
    cancelRun(itemId: string, runId: string): Promise<void>;
    /**
     * Starts a job of an item, waits for its end, reads its outputs. Waits 3600 s unless `timeout` says otherwise.
     */
    createRunAndAwaitCompletion(itemId: string, job?: FabricJobToRun, options?: RunOptions & SessionOptions): Promise<RunResult>;
    /**
     * Starts a job of an item, and waits until the instance's id is known.
     *
     * @param itemId The item's id; the id of a pipeline is one.
     * @param job The job type, which is `Pipeline` if left out, and the parameters.
     * @throws {PqrunError} The service refused, or it is not known whether it started: `startUnconfirmed`.
     */
    createRun(itemId: string, job?: FabricJobToRun, options?: RunOptions & SessionOptions): Promise<FabricRunRef>;
    /**
     * Reads what a pipeline declares about itself: its name, its description, its parameters, their types and defaults.
     *
     * The service asks for more than the permission to run it: the permission to write it, and the scope
     * `DataPipeline.ReadWrite.All` or `Item.ReadWrite.All`. Nothing is written.
     */
    getPipelineDefinition(itemId: string): Promise<FabricPipelineDefinition>;
    /**
     * Reads the state of a job instance.
     */
    getRunState(itemId: string, runId: string): Promise<FabricRunState>;
    /**
     * Lists the items of the workspace, as the service writes them.
     *
     * @param options `type` is the service's word, such as `DataPipeline` or `Notebook`.
     */
    listItems(options?: { type?: string; limit?: number }): Promise<FabricItem[]>;
    /**
     * Lists the job instances of an item, newest first: all active ones and about the 100 newest that have ended.
     */
    listRuns(itemId: string, options?: { limit?: number }): Promise<FabricRunState[]>;
    /**
     * Lists the workspaces that the token sees, as the service writes them.
     */
    listWorkspaces(options?: { limit?: number }): Promise<FabricWorkspace[]>;
    /**
     * @param options The workspace, and the token or credential for it.
     * @throws {PqrunError} `invalidHost`, `invalidOptions`, `missingCredentials`
     */
    constructor(options: FabricClientOptions);
    /**
     * Reads the activity runs of a pipeline's run, as the service writes them.
     *
     * @param options The window in which the run was active, as milliseconds or ISO texts; the last 30 days if left out.
     */
    queryActivityRuns(runId: string, options?: { after?: number | string; before?: number | string; limit?: number }): Promise<FabricActivityRun[]>;
}

/**
 * The state machine behind {@link RunHandle}, without IO and clock, for hosts that have their own.
 *
 * **After every call that changes it, call {@link Poller.pollOutput} until it gives `timeout` or `done`.** Then wait
 * for an answer or for the time, and tell it. Times are milliseconds since the Unix epoch.
 */
export class Poller {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * A poller that follows a run that exists.
     *
     * @param job Needs no more than what leads to the run: the host; for Fabric the workspace, the item, the job type.
     * @throws {PqrunError} The job, the id or the options are wrong.
     */
    static attach(job: PollerJob, runId: Id, options: RunOptions | undefined, now: number): Poller;
    /**
     * Stops the run.
     */
    cancel(now: number): void;
    /**
     * Stops watching; the run goes on.
     */
    detach(now: number): void;
    /**
     * Tells of an answer, whatever its status.
     *
     * @param id The request's.
     * @param status 0 for an opaque redirect.
     * @param body Decompressed.
     * @throws {PqrunError} `unknownRequest`; the poller is then unchanged.
     */
    handleResponse(now: number, id: number, status: number, headers: [string, string][], body: Uint8Array | number[]): void;
    /**
     * Tells that the time has come.
     */
    handleTimeout(now: number): void;
    /**
     * Tells that there is no answer.
     *
     * @param message Shown to people.
     * @param mayHaveLeft `false` only if it is certain that no byte of the request left: a refused connection, a name
     * that does not resolve, a failed TLS handshake.
     * @throws {PqrunError} `unknownRequest`; the poller is then unchanged.
     */
    handleTransportFailed(now: number, id: number, message: string, mayHaveLeft: boolean): void;
    /**
     * The next thing to do.
     */
    pollOutput(): PollerOutput;
    /**
     * A poller that goes on where a snapshot was taken.
     *
     * @param options Options of the run, and `secretValues`.
     * @throws {PqrunError} `invalidSnapshot`, `missingSecretParameters`, `invalidOptions`
     */
    static resume(snapshot: Snapshot | string, options: RunOptions & { secretValues?: Record<string, unknown> } | undefined, now: number): Poller;
    /**
     * Where things stand, for {@link Poller.resume} or {@link resumeRun}.
     */
    snapshot(): Snapshot;
    /**
     * A poller that starts a run, or finds one to reuse.
     *
     * @throws {PqrunError} The job or the options are wrong.
     */
    static start(job: PollerJob, options: RunOptions | undefined, now: number): Poller;
    /**
     * The run that is followed, once it is known.
     */
    readonly run: RunInfo | undefined;
    /**
     * Where things stand, whether or not an event told it.
     */
    readonly status: RunEvent;
}

/**
 * An iterator over the events of a run.
 */
export class RunEvents {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The same iterator.
     */
    [Symbol.asyncIterator](): RunEvents;
    /**
     * The next event, or the end once the run has ended.
     */
    next(): Promise<IteratorResult<RunEvent, undefined>>;
    /**
     * Stops listening; the run goes on. `for await` calls it when the loop is left.
     */
    return(): Promise<IteratorResult<RunEvent, undefined>>;
}

/**
 * A run that is followed. `for await (const event of run)` gives its events from here on, `await run.result` its end.
 *
 * Letting go of it does not stop anything; {@link RunHandle.detach} and {@link RunHandle.cancel} do.
 */
export class RunHandle {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * An iterator over the events from now on. Each iterator has its own buffer.
     */
    [Symbol.asyncIterator](): RunEvents;
    /**
     * Stops the run, and waits for its end. A run that others may rely on is left alone, unless `cancelShared` is set.
     */
    cancel(): void;
    /**
     * Stops watching; the run goes on.
     */
    detach(): void;
    /**
     * What {@link resumeRun} needs to go on in another process. It holds no credential.
     */
    snapshot(): Snapshot;
    /**
     * How it ended. A run that failed, was cancelled or lost sight of resolves too: look at `outcome`.
     *
     * Rejects only with the `reason` of the signal, once it has fired.
     */
    readonly result: Promise<RunResult>;
    /**
     * Where things stand now.
     */
    readonly status: RunEvent;
}

/**
 * Rows and typed columns.
 *
 * Values in JavaScript, by the type of their column:
 *
 * | Column      | Value                                                                         |
 * |-------------|-------------------------------------------------------------------------------|
 * | `bool`      | `boolean`                                                                     |
 * | `int64`     | `number`; `bigint` beyond `Number.MAX_SAFE_INTEGER`, so that no digit is lost |
 * | `float64`   | `number`                                                                      |
 * | `timestamp` | `string`, always in UTC: `2026-01-31T12:00:00.000Z`                           |
 * | `datetime`  | `string`, without a zone: `2026-01-31T12:00:00.000`                           |
 * | `date`      | `string`: `2026-01-31`                                                        |
 * | `utf8`      | `string`                                                                      |
 * | `json`      | whatever the JSON text says, as `JSON.parse` reads it                         |
 *
 * A time has three digits of its second's fraction, or six if three do not suffice. What a row does not have is `null`.
 *
 * The table lies in the memory of WebAssembly. JavaScript's collector takes care of it in the end; `free()` gives the
 * memory back at once. What came out of it before (rows, texts, copies of columns) stays; all else throws a `TypeError`.
 */
export class Table {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * A column as it lies in memory, in copies of its own.
     *
     * @param column Its place, counted from 0, or its name.
     * @returns `undefined` if there is no such column.
     */
    columnData(column: number | string): ColumnData | undefined;
    /**
     * Reads a text as a table: JSON in many shapes, JSON lines, CSV, or else one row of text.
     *
     * @param input The text, or its bytes in UTF-8. Bytes are faster. Half of a surrogate pair becomes U+FFFD.
     * @param options Where the rows are and how they are written; what is left out is found by looking.
     * @throws {PqrunError} `outputUnreadable` if it is no table as the options say, `outputTruncated` if it ends too
     * early, both with `offset` where that is known; `invalidOptions`.
     */
    static read(input: Uint8Array | ArrayBuffer | string, options?: ReadOptions): Table;
    /**
     * CSV as RFC 4180 has it. {@link Table.read} finds the same types in it: a text that looks like a value of another
     * type is written in quotes.
     *
     * @param options `header: false` leaves out the names; `defuseFormulas: true` puts a `'` before texts that a
     * spreadsheet would take for a formula.
     * @throws {PqrunError} `invalidOptions`; `outputTooLarge` as {@link Table.toJson}.
     */
    toCsv(options?: CsvOptions): string;
    /**
     * JSON lines: an object per row and line.
     *
     * @throws {PqrunError} `outputTooLarge` as {@link Table.toJson}.
     */
    toJsonLines(): string;
    /**
     * A JSON array of the rows. Integers keep all their digits, as numbers.
     *
     * @throws {PqrunError} `outputTooLarge` if it would be longer than 536,870,888 bytes in UTF-8.
     */
    toJson(): string;
    /**
     * A table of Markdown, as GitHub has it. Whatever a text holds, it stays one cell.
     *
     * @throws {PqrunError} `outputTooLarge` as {@link Table.toJson}.
     */
    toMarkdown(): string;
    /**
     * One value. For many use the rows or {@link Table.column}, which are several times faster.
     *
     * @param row Counted from 0.
     * @param column Its place, counted from 0, or its name.
     * @returns The value; `undefined` outside the table.
     */
    value(row: number, column: number | string): TableValue | undefined;
    /**
     * The columns' names and types, in order.
     */
    readonly columns: TableColumn[];
    /**
     * How many rows there are.
     */
    readonly rowCount: number;
}

/**
 * What {@link Table.concat} collects its tables in. An array of them could not be lent to WebAssembly, only be given away.
 *
 * @internal
 */
export class TableParts {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Adds a table under its name.
     */
    add(name: string, table: Table): void;
    /**
     * All of them, with the names in a column of that name.
     */
    concat(column: string): Table;
    /**
     * No tables.
     */
    constructor();
}

/**
 * Reads a table whose bytes come in chunks, such as a file's or an answer's. {@link readTable} does it for streams.
 *
 * A chunk may end anywhere, also within a character. After `finish` the reader is gone; `free()` gives one up before.
 */
export class TableReader {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The table of all bytes.
     *
     * @throws {PqrunError} As {@link Table.read}; `invalidOptions` if it was called before.
     */
    finish(): Table;
    /**
     * A reader that has nothing yet.
     *
     * @param options As {@link Table.read} takes them.
     * @throws {PqrunError} `invalidOptions`
     */
    constructor(options?: ReadOptions);
    /**
     * Takes the next bytes.
     *
     * @throws {PqrunError} `invalidOptions` if they are none, or after `finish`; `outputUnreadable` if there are too many.
     */
    push(chunk: Uint8Array | ArrayBuffer): void;
    /**
     * Makes room, so that chunks need not be moved while they come in.
     *
     * @param bytes How many are still to come, as far as is known. It does no harm if it is wrong.
     */
    reserve(bytes: number): void;
}

/**
 * Follows a Databricks run that exists. It is not cancelled unless `cancelShared` says so.
 *
 * @throws {PqrunError} The options are wrong, or there is no token.
 */
export function attachDatabricksRun(options: AttachDatabricksRunOptions): RunHandle;

/**
 * Follows a job instance of a Fabric item that exists. It is not cancelled unless `cancelShared` says so.
 *
 * @throws {PqrunError} The options are wrong, or there is no token.
 */
export function attachFabricRun(options: AttachFabricRunOptions): RunHandle;

/**
 * Goes on where a snapshot was taken, without starting a second run.
 *
 * @param snapshot The document that `persist` was given, or its JSON text.
 * @param options How to reach the service; the host stands in the snapshot. Options of the run replace the stored
 * ones, and let the wait begin anew.
 * @throws {PqrunError} `invalidSnapshot`; `missingSecretParameters` if the start may have to be sent again and
 * `secretValues` lacks one; the options are wrong, or there is no token.
 */
export function resumeRun(snapshot: Snapshot | string, options: ResumeRunOptions): RunHandle;

/**
 * Starts a Databricks job, follows its run to the end, reads its outputs.
 *
 * @param options The job, how to run it, and how to reach the service.
 * @returns At once; nothing is sent before the calling code has had its turn.
 * @throws {PqrunError} The options are wrong, or there is no token. Nothing was sent.
 */
export function runDatabricksJob(options: RunDatabricksJobOptions): RunHandle;

/**
 * Starts a job of a Microsoft Fabric item, such as a pipeline, follows it to the end, reads its outputs.
 *
 * @param options The item, how to run it, and how to reach the service.
 * @returns At once; nothing is sent before the calling code has had its turn.
 * @throws {PqrunError} The options are wrong, or there is no token. Nothing was sent.
 */
export function runFabricItem(options: RunFabricItemOptions): RunHandle;

/**
 * Sets what sends the requests of those whose options have no `fetch`. Without it that is the global one.
 *
 * @internal
 */
export function setDefaultFetch(fetch?: FetchLike): void;

/**
 * Where this module's log goes, and from which level on. The package's own `setLogger` tells every module.
 *
 * @param callback Called in the midst of the module's work: it must not call the module. `undefined` turns the log off.
 * @param level `off`, `error`, `warn`, `info`, `debug` or `trace`; anything else counts as `off`.
 */
export function setModuleLogger(callback: Function | null | undefined, level: string): void;

/**
 * A panic is a bug: it says where, on the console, before the module stops working.
 */
export function start(): void;

/**
 * The version of pqrun.
 */
export function version(): string;

export type InitInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

export interface InitOutput {
}

export type SyncInitInput = BufferSource | WebAssembly.Module;

/**
 * Instantiates the given `module`, which can either be bytes or
 * a precompiled `WebAssembly.Module`.
 *
 * @param {{ module: SyncInitInput }} module - Passing `SyncInitInput` directly is deprecated.
 *
 * @returns {InitOutput}
 */
export function initSync(module: { module: SyncInitInput } | SyncInitInput): InitOutput;

/**
 * If `module_or_path` is {RequestInfo} or {URL}, makes a request and
 * for everything else, calls `WebAssembly.instantiate` directly.
 *
 * @param {{ module_or_path: InitInput | Promise<InitInput> }} module_or_path - Passing `InitInput` directly is deprecated.
 *
 * @returns {Promise<InitOutput>}
 */
export default function __wbg_init (module_or_path?: { module_or_path: InitInput | Promise<InitInput> } | InitInput | Promise<InitInput>): Promise<InitOutput>;
