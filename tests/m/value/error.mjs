// Errors of M.

import { MRecord } from "./record.mjs";
import { force, plain } from "./slot.mjs";

/** An error that M code can catch: it carries the error record. */
export class MError extends Error {
  /**
   * @param {MRecord} record `Reason`, `Message`, `Detail`, `Message.Format`, `Message.Parameters`, `ErrorCode`.
   */
  constructor(record) {
    // Deep recursion of M code is usual, and a stack of JavaScript frames says nothing about it.
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super();
    Error.stackTraceLimit = limit;
    this.name = "MError";
    this.record = record;
    /** The name of a function or feature that this evaluator lacks, where that is the cause. */
    this.unsupported = /** @type {string | null} */ (null);
  }

  /** @returns {string} */
  get reason() {
    return String(plain(this.record.slot("Reason") ?? null) ?? "");
  }

  /**
   * @override
   * @returns {string}
   */
  get message() {
    const text = plain(this.record.slot("Message") ?? null) ?? "";
    return `${this.reason}: ${text}`;
  }

  /** The text of the field `Message`. */
  get text() {
    return String(plain(this.record.slot("Message") ?? null) ?? "");
  }

  /** @returns {import("./slot.mjs").Value} */
  get detail() {
    return force(this.record.slot("Detail") ?? null);
  }
}

/**
 * An error record with all fields that `try` shows.
 *
 * @param {string | null} reason
 * @param {import("./slot.mjs").Slot} message
 * @param {import("./slot.mjs").Slot} [detail]
 * @param {{ format?: import("./slot.mjs").Slot, parameters?: import("./slot.mjs").Slot,
 *   code?: import("./slot.mjs").Slot }} [more]
 * @returns {MRecord}
 */
export function errorRecord(reason, message, detail = null, { format = null, parameters = null, code = null } = {}) {
  return MRecord.from({
    Reason: reason,
    Message: message,
    Detail: detail,
    "Message.Format": format,
    "Message.Parameters": parameters,
    ErrorCode: code,
  });
}

/**
 * Raises an error of M.
 *
 * @param {string} reason `Expression.Error`, `DataFormat.Error`, `DataSource.Error`, …
 * @param {string} message
 * @param {import("./slot.mjs").Slot} [detail]
 * @returns {never}
 */
export function raise(reason, message, detail = null) {
  throw new MError(errorRecord(reason, message, detail));
}

/**
 * Raises an error for something that M has and this evaluator has not.
 *
 * @param {string} what
 * @returns {never}
 */
export function unsupported(what) {
  const error = new MError(errorRecord("Expression.Error", `The evaluator does not have ${what}.`));
  error.unsupported = what;
  throw error;
}
