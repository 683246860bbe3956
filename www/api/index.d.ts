// The types of the package, in Node and in browsers alike. `wasm/pqrun.d.ts` is written from the Rust sources.
export {
  DatabricksClient,
  FabricClient,
  Poller,
  RunHandle,
  Table,
  TableReader,
  attachDatabricksRun,
  attachFabricRun,
  resumeRun,
  runDatabricksJob,
  runFabricItem,
  version,
} from "./wasm/pqrun.js";

// The log.
export { addLogger, setLogger, type Logger, type LogFields, type LogLevel, type LogRecord } from "./logger.js";

// What is run, and how.
export type {
  AccessToken,
  AttachDatabricksRunOptions,
  AttachFabricRunOptions,
  ConnectionOptions,
  CredentialRequest,
  DatabricksJob,
  DatabricksJobToRun,
  DatabricksWorkspace,
  FabricJob,
  FabricJobToRun,
  FabricTarget,
  FetchLike,
  Id,
  Length,
  OnTimeout,
  OnUnconfirmed,
  ResumeRunOptions,
  Reuse,
  RunDatabricksJobOptions,
  RunFabricItemOptions,
  RunOptions,
  SessionOptions,
  StartForm,
  TokenCallback,
  TokenCredential,
  TokenRequest,
} from "./wasm/pqrun.js";

// What becomes of it.
export type {
  Counts,
  ErrorCode,
  ErrorInfo,
  EventKind,
  IdentifiedBy,
  Outcome,
  OutputKind,
  Phase,
  PqrunError,
  RawState,
  RunEvent,
  RunEvents,
  RunInfo,
  RunOutput,
  RunResult,
  Service,
  Snapshot,
  StartRecord,
  Timestamp,
  Warning,
  WarningCode,
} from "./wasm/pqrun.js";

// Tables.
export type {
  ColumnData,
  ColumnDataBase,
  ColumnType,
  CsvOptions,
  ReadOptions,
  TableColumn,
  TableRow,
  TableValue,
} from "./wasm/pqrun.js";
export { readTable, type TableSource } from "./table.js";

// The services call by call.
export type {
  DatabricksClientOptions,
  DatabricksJobDefinition,
  DatabricksJobInfo,
  DatabricksJobParameter,
  DatabricksRun,
  DatabricksState,
  DatabricksTask,
  FabricActivityRun,
  FabricClientOptions,
  FabricItem,
  FabricPipelineDefinition,
  FabricPipelineParameter,
  FabricRunRef,
  FabricRunState,
  FabricWorkspace,
  ListRunsOptions,
} from "./wasm/pqrun.js";

// The poller by hand.
export type { Deadline, HttpRequest, PollerJob, PollerOutput, TimeoutReason } from "./wasm/pqrun.js";
