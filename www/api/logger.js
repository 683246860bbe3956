// One logger for all modules of the package: each has a log of its own, and hands it over here.

/**
 * @import { Logger, LogLevel, LogRecord, SetModuleLogger } from "./logger.d.ts"
 */

/** The levels, from the least to the most that is told. @type {readonly LogLevel[]} */
export const LOG_LEVELS = Object.freeze(["off", "error", "warn", "info", "debug", "trace"]);

/** @type {Set<SetModuleLogger>} */
const modules = new Set();
/** @type {Logger | undefined} */
let logger;
/** @type {LogLevel} */
let wanted = "off";
/** @type {LogRecord[]} */
let waiting = [];

/**
 * Adds a module, once it is loaded. It gets the logger that is set, and every one after it.
 *
 * @param {SetModuleLogger} setModuleLogger
 */
export function registerModule(setModuleLogger) {
  modules.add(setModuleLogger);
  setModuleLogger(logger && take, wanted);
}

/**
 * @param {Logger | undefined} callback
 * @param {LogLevel} [level]
 */
export function setLogger(callback, level = "debug") {
  if (callback !== undefined && callback !== null && typeof callback !== "function") {
    throw new TypeError(`setLogger: expected a function or undefined, found ${typeof callback}`);
  }
  if (!LOG_LEVELS.includes(level)) {
    throw new TypeError(`setLogger: expected one of ${LOG_LEVELS.join(", ")}, found ${JSON.stringify(level)}`);
  }
  logger = callback ?? undefined;
  wanted = logger ? level : "off";
  for (const setModuleLogger of modules) {
    setModuleLogger(logger && take, wanted);
  }
}

/**
 * @param {Exclude<LogLevel, "off">} level
 * @param {string} target
 * @param {string} message
 * @param {LogRecord["fields"]} fields
 */
export function writeLog(level, target, message, fields) {
  if (LOG_LEVELS.indexOf(level) <= LOG_LEVELS.indexOf(wanted)) {
    take({ time: Date.now(), level, target, message, fields });
  }
}

/**
 * A module is in the midst of its work when it logs, and a logger may well call it: so that has to wait.
 *
 * @param {LogRecord} record
 */
function take(record) {
  if (waiting.push(record) === 1) {
    queueMicrotask(deliver);
  }
}

function deliver() {
  const records = waiting;
  waiting = [];
  for (const record of records) {
    try {
      // A promise that is rejected would end a Node process.
      Promise.resolve(logger?.(record)).catch(() => {});
    } catch {
      // What a logger throws is its own matter: the run goes on.
    }
  }
}
