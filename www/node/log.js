/** `--log-level`: the package's log as lines on standard error. */

import { setLogger } from "pqrun";

import { knownTokens, withoutSecrets } from "./credentials.js";
import { writeLine } from "./streams.js";
import { harmlessLine } from "./text.js";

/** @typedef {import("pqrun").LogLevel} LogLevel */
/** @typedef {import("pqrun").LogRecord} LogRecord */

/**
 * Writes the log from here on.
 *
 * @param {LogLevel} level
 * @param {object} how
 * @param {boolean} how.asJson Each line is a JSON object with the member `log`.
 * @param {import("./streams.js").Streams} how.streams
 */
export function startLog(level, { asJson, streams: { stderr, env } }) {
  if (level === "off") {
    return;
  }
  const describe = asJson ? jsonLine : logLine;
  setLogger((record) => {
    // A credential may be found or made while the command runs.
    writeLine(stderr, withoutSecrets(describe(record), knownTokens(env)));
  }, level);
}

/**
 * A record as `name=value` pairs, which people and tools read alike.
 *
 * @param {LogRecord} record
 * @returns {string}
 */
export function logLine({ time, level, target, message, fields }) {
  const pairs = { time: new Date(time).toISOString(), level, target, message, ...fields };
  return harmlessLine(
    Object.entries(pairs)
      .map(([name, value]) => `${name}=${quoted(String(value))}`)
      .join(" "),
  );
}

/**
 * A record as JSON.
 *
 * @param {LogRecord} record
 * @returns {string}
 */
export function jsonLine(record) {
  // What JSON leaves as it is becomes an escape of JSON's.
  return harmlessLine(JSON.stringify({ log: { ...record, time: new Date(record.time).toISOString() } }));
}

/** @param {string} value */
function quoted(value) {
  return /^[^\s"=\\]+$/u.test(value) ? value : JSON.stringify(value);
}
