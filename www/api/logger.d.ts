// The types of the package's log.

/** How much a line matters, from what ends a matter to what only a developer wants to see. */
export type LogLevel = "off" | "error" | "warn" | "info" | "debug" | "trace";

/** The levels, from the least to the most that is told. */
export const LOG_LEVELS: readonly LogLevel[];

/** A line of the log. It has no URL, no parameter, no token and no body. */
export interface LogRecord {
  /** Milliseconds since the Unix epoch, by the clock of this machine. */
  time: number;
  level: Exclude<LogLevel, "off">;
  /**
   * What the line is about: `pqrun::request` (`error`, `warn`, `debug`), `pqrun::run` (`info`), `pqrun::schedule`
   * (`trace`) or, of the command `pqrun serve`, `pqrun::serve` (`warn`, `debug`). More may come.
   */
  target: string;
  /** The same words for each line of its kind; what varies is in `fields`. */
  message: string;
  /** By name. A field without a value is absent. */
  fields: LogFields;
}

/** The fields that lines may have. More may come. */
export interface LogFields {
  [name: string]: string | number | undefined;
  /** Of a request: `GET` or `POST`. */
  method?: string;
  /** Of a request: the template of the path, with `{name}` for what varies. */
  path?: string;
  /** Of a request: the endpoint in the service's own words, such as `jobs/runs/get`. */
  endpoint?: string;
  /** Of a request: 1 for the first sending. */
  attempt?: number;
  /** Of a request: the status, if there was an answer. */
  status?: number;
  /** Of a request: the time to its answer, with the wait for a token. */
  durationMs?: number;
  /** Of a request: the service's id of it, for its support. */
  requestId?: string;
  /** Of a request that failed, or a run that ended otherwise than well: the code of the error. */
  code?: string;
  /** Of a request without an answer: what the network said. */
  reason?: string;
  /** Of a run: `databricks` or `fabric`. */
  service?: string;
  /** Of a run: what it is doing. */
  phase?: string;
  /** Of a run or a wait: the run's id, once it is known. */
  runId?: string;
  /** Of a run: since it was begun here. */
  elapsedMs?: number;
  /** Of a run that is over. */
  outcome?: string;
  /** Of a wait: what for. */
  until?: string;
  /** Of a wait: how long at most. */
  forMs?: number;
}

/** Takes a line. What it throws, and a promise that it rejects, are dropped. */
export type Logger = (record: LogRecord) => unknown;

/**
 * Sets where the log of this program goes, for all runs and all modules of the package. There is one such logger;
 * {@link addLogger} adds others beside it. Without any nothing is logged.
 *
 * It is called soon after what it tells of, not in the midst of it; so it may use the package.
 *
 * @param callback `undefined` turns the log off.
 * @param level The least level that is logged; `debug`, with a line per request, if left out.
 * @throws {TypeError} The callback is no function, or there is no such level.
 *
 * @example
 * setLogger(({ level, message, fields }) => console.error(level, message, fields), "info");
 */
export function setLogger(callback: Logger | undefined, level?: LogLevel): void;

/**
 * Adds a logger beside that of {@link setLogger}, for a part of a program that must not take the log away from others.
 *
 * @param callback Called as that of {@link setLogger} is.
 * @param level The least level that it gets; `debug` if left out.
 * @returns What takes it away again.
 * @throws {TypeError} The callback is no function, or there is no such level.
 */
export function addLogger(callback: Logger, level?: LogLevel): () => void;

/**
 * How a module is told where its log goes.
 *
 * @internal
 */
export type SetModuleLogger = (callback: ((record: LogRecord) => void) | undefined, level: LogLevel) => void;

/**
 * Adds a module of the package to those that log.
 *
 * @internal
 */
export function registerModule(setModuleLogger: SetModuleLogger): void;

/**
 * Writes a line of the package's JavaScript, if anybody wants it.
 *
 * @internal
 */
export function writeLog(level: Exclude<LogLevel, "off">, target: string, message: string, fields: LogFields): void;
