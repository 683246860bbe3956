/** One exit code per way in which a command can end. */

/** @typedef {import("pqrun").RunResult} RunResult */

export const EXIT = Object.freeze({
  succeeded: 0,
  unexpected: 1,
  usage: 2,
  failed: 3,
  cancelled: 4,
  skipped: 5,
  timedOut: 6,
  rejected: 7,
  lostSight: 8,
  outputIncomplete: 9,
});

/** @type {Readonly<Record<string, number>>} */
const BY_OUTCOME = Object.freeze({
  succeeded: EXIT.succeeded,
  failed: EXIT.failed,
  cancelled: EXIT.cancelled,
  skipped: EXIT.skipped,
  timedOut: EXIT.timedOut,
  rejected: EXIT.rejected,
  abandoned: EXIT.lostSight,
});

/** Codes of errors in what the caller gave. */
const USAGE_CODES = new Set([
  "invalidOptions",
  "invalidParameter",
  "invalidHost",
  "invalidSnapshot",
  "missingSecretParameters",
]);

/** Codes of errors after which it is unknown how things stand at the service. */
const LOST_CODES = new Set([
  "network",
  "serverError",
  "malformedResponse",
  "throttled",
  "startUnconfirmed",
  "startAmbiguous",
  "reuseExhausted",
  "lostSight",
  "deadlinePassed",
  "cancelUnconfirmed",
  "sharedRun",
  "detached",
]);

/** Codes of errors in what was to be written. */
const OUTPUT_CODES = new Set(["outputTooLarge", "outputTruncated", "outputUnreadable"]);

/**
 * The exit code of a run's end, its output aside.
 *
 * @param {RunResult} result
 * @param {{ strict?: boolean }} [options] `strict`: a run that succeeded in part has failed.
 * @returns {number}
 */
export function exitCodeOfResult(result, { strict = false } = {}) {
  const partFailed = result.warnings.some((warning) => warning.code === "partFailed");
  if (result.outcome === "succeeded" && partFailed && strict) {
    return EXIT.failed;
  }
  return BY_OUTCOME[result.outcome] ?? EXIT.unexpected;
}

/**
 * The exit code of something thrown.
 *
 * @param {unknown} error
 * @returns {number}
 */
export function exitCodeOfError(error) {
  if (error instanceof CommandError) {
    return error.exitCode;
  }
  const code = error instanceof Error && error.name === "PqrunError" ? Reflect.get(error, "code") : undefined;
  if (typeof code !== "string") {
    return EXIT.unexpected;
  }
  if (USAGE_CODES.has(code)) {
    return EXIT.usage;
  }
  if (OUTPUT_CODES.has(code)) {
    return EXIT.outputIncomplete;
  }
  return LOST_CODES.has(code) ? EXIT.lostSight : EXIT.rejected;
}

/** Something that ends the command with a code of its own and a sentence for a person. */
export class CommandError extends Error {
  /**
   * @param {number} exitCode
   * @param {string} message
   * @param {string} [hint] What to do about it.
   */
  constructor(exitCode, message, hint) {
    super(message);
    this.name = "CommandError";
    this.exitCode = exitCode;
    this.hint = hint;
  }
}

/**
 * A flag is missing, wrong, or contradicts another one.
 *
 * @param {string} message
 * @param {string} [hint]
 */
export function usageError(message, hint) {
  return new CommandError(EXIT.usage, message, hint);
}
