// One logger for all modules of the package: each has a log of its own, and hands it over here.

/**
 * @import { Logger, LogLevel, LogRecord, SetModuleLogger } from "./logger.d.ts"
 */

/** The levels, from the least to the most that is told. @type {readonly LogLevel[]} */
export const LOG_LEVELS = Object.freeze(["off", "error", "warn", "info", "debug", "trace"]);

/** @type {Set<SetModuleLogger>} */
const modules = new Set();
/** That of `setLogger`, and those beside it. @type {Set<{ callback: Logger, level: LogLevel }>} */
const listeners = new Set();
/** That of `setLogger`. @type {{ callback: Logger, level: LogLevel } | undefined} */
let main;
/** @type {LogRecord[]} */
let waiting = [];

/**
 * Adds a module, once it is loaded. It gets the loggers that are there, and every one after them.
 *
 * @param {SetModuleLogger} setModuleLogger
 */
export function registerModule(setModuleLogger) {
  modules.add(setModuleLogger);
  tell(setModuleLogger);
}

/**
 * @param {Logger | undefined} callback
 * @param {LogLevel} [level]
 */
export function setLogger(callback, level = "debug") {
  if (callback !== undefined && callback !== null && typeof callback !== "function") {
    throw new TypeError(`setLogger: expected a function or undefined, found ${typeof callback}`);
  }
  checkLevel("setLogger", level);
  if (main) {
    listeners.delete(main);
  }
  main = callback ? { callback, level } : undefined;
  if (main) {
    listeners.add(main);
  }
  modules.forEach(tell);
}

/**
 * @param {Logger} callback
 * @param {LogLevel} [level]
 * @returns {() => void}
 */
export function addLogger(callback, level = "debug") {
  if (typeof callback !== "function") {
    throw new TypeError(`addLogger: expected a function, found ${typeof callback}`);
  }
  checkLevel("addLogger", level);
  const listener = { callback, level };
  listeners.add(listener);
  modules.forEach(tell);
  return () => {
    listeners.delete(listener);
    modules.forEach(tell);
  };
}

/**
 * @param {string} who
 * @param {LogLevel} level
 */
function checkLevel(who, level) {
  if (!LOG_LEVELS.includes(level)) {
    throw new TypeError(`${who}: expected one of ${LOG_LEVELS.join(", ")}, found ${JSON.stringify(level)}`);
  }
}

/**
 * Tells a module what is wanted.
 *
 * @param {SetModuleLogger} setModuleLogger
 */
function tell(setModuleLogger) {
  const rank = wanted();
  setModuleLogger(rank > 0 ? take : undefined, LOG_LEVELS[rank]);
}

/** The rank of the level that the one wants who wants the most. */
const wanted = () => Math.max(0, ...[...listeners].map(({ level }) => LOG_LEVELS.indexOf(level)));

/**
 * @param {Exclude<LogLevel, "off">} level
 * @param {string} target
 * @param {string} message
 * @param {LogRecord["fields"]} fields
 */
export function writeLog(level, target, message, fields) {
  if (LOG_LEVELS.indexOf(level) <= wanted()) {
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
    const rank = LOG_LEVELS.indexOf(record.level);
    for (const { callback, level } of [...listeners]) {
      if (rank <= LOG_LEVELS.indexOf(level)) {
        hand(callback, record);
      }
    }
  }
}

/**
 * @param {Logger} callback
 * @param {LogRecord} record
 */
function hand(callback, record) {
  try {
    // A promise that is rejected would end a Node process.
    Promise.resolve(callback(record)).catch(() => {});
  } catch {
    // What a logger throws is its own matter: the run goes on.
  }
}
