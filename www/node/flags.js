/** The flags of the commands, by what they are about. */

import { InvalidArgumentError, Option } from "commander";

import { present } from "./present.js";
import { addTableFlags, tableOptions } from "./table-flags.js";

/** @typedef {import("commander").Command} Command */

/**
 * Flags that every run command has, as commander reads them.
 *
 * @typedef {object} FollowFlags
 * @property {string} [timeout]
 * @property {"detach" | "cancel"} [onTimeout]
 * @property {"report" | "resend"} [onUnconfirmed]
 * @property {"ask" | "detach" | "cancel"} [onInterrupt]
 * @property {string} [pollInterval]
 * @property {string} [retryBudget]
 * @property {boolean} [cancelShared]
 * @property {string} [outputPath]
 * @property {boolean} [followPath]
 * @property {string} [task]
 * @property {boolean} [combine]
 * @property {Format} [format]
 * @property {boolean} [defuseFormulas]
 * @property {string} [out]
 * @property {string} [snapshot]
 * @property {boolean} [strict]
 * @property {boolean} [json]
 * @property {boolean} [quiet]
 */

/** @typedef {"table" | "json" | "jsonl" | "csv" | "markdown" | "arrow"} Format */

/**
 * @typedef {object} ReuseFlags
 * @property {string} [reuse]
 * @property {string} [reuseFailure]
 */

/**
 * @typedef {object} ParameterFlags
 * @property {string[]} [param]
 * @property {string[]} [paramJson]
 * @property {string[]} [secretParam]
 */

/** @type {readonly Format[]} */
export const FORMATS = Object.freeze(["table", "json", "jsonl", "csv", "markdown", "arrow"]);

/**
 * An option that may stand several times.
 *
 * @param {string} flags
 * @param {string} description
 */
export function repeatable(flags, description) {
  return new Option(flags, `${description} (repeatable)`).argParser(
    (/** @type {string} */ value, /** @type {string[] | undefined} */ previous) => [...(previous ?? []), value],
  );
}

/**
 * An option that takes a length of time.
 *
 * @param {string} flags
 * @param {string} description
 */
export function lengthOption(flags, description) {
  return new Option(flags, description).argParser((/** @type {string} */ value) => {
    if (!/^\s*(?:\d+(?:ms|s|m|min|h|d)\s*)+$/u.test(value)) {
      throw new InvalidArgumentError("Expected a length of time such as 90s, 20m, 1h30m or 2d.");
    }
    return value.trim();
  });
}

/**
 * An option that takes one of a few words.
 *
 * @param {string} flags
 * @param {string} description
 * @param {readonly string[]} words
 */
export function wordOption(flags, description, words) {
  return new Option(flags, description).choices(words);
}

/**
 * How long and how to wait, and what to do with what comes of it.
 *
 * @param {Command} command
 */
export function addFollowFlags(command) {
  return addTableFlags(command)
    .optionsGroup("Waiting:")
    .addOption(lengthOption("--timeout <length>", "how long to wait for the run's end (default: 24h)"))
    .addOption(
      wordOption("--on-timeout <what>", "what becomes of the run then (default: detach)", ["detach", "cancel"]),
    )
    .addOption(
      wordOption("--on-interrupt <what>", "what Ctrl-C or SIGTERM does (default: ask on a terminal, else detach)", [
        "ask",
        "detach",
        "cancel",
      ]),
    )
    .addOption(lengthOption("--poll-interval <length>", "ask this often; a longer Retry-After still counts"))
    .addOption(lengthOption("--retry-budget <length>", "how long requests may fail in a row (default: 5m)"))
    .option("--cancel-shared", "on time-out or interrupt cancel also a run that others may rely on")
    .optionsGroup("Output:")
    .option("--task <key>", "the output of this task or activity only")
    .option("--output-path <path>", "the part of the output that holds the rows, such as $.rows")
    .option("--combine", "the tables of all outputs as one, with a column task")
    .option("--follow-path", "read the file that an output names in a volume, in DBFS or in OneLake")
    .addOption(wordOption("--format <format>", "how to write the result (default: table)", FORMATS))
    .option("--defuse-formulas", "csv: put ' before texts that a spreadsheet would take for formulas")
    .option("--out <file>", "write the result to a file, in the format of its ending unless --format says another")
    .option("--json", "write events and the result as JSON lines to standard output")
    .option("--strict", "a run that succeeded with failures in it has failed")
    .option("--quiet", "no progress");
}

/** @param {Command} command */
export function addSnapshotFlag(command) {
  return command
    .optionsGroup("Waiting:")
    .option("--snapshot <file>", "keep what `pqrun resume` needs in this file (default: a private state directory)");
}

/** @param {Command} command */
export function addReuseFlags(command) {
  return command
    .optionsGroup("One run for several callers:")
    .addOption(
      lengthOption(
        "--reuse <length>",
        "let a run of the same job and parameters stand for a new one, if it ended well at most this long ago or is active",
      ),
    )
    .addOption(
      lengthOption(
        "--reuse-failure <length>",
        "with --reuse: report a run that ended otherwise at most this long ago (default: 2m)",
      ),
    );
}

/**
 * The members of the options object that the waiting flags stand for. Flags that are not given leave no member.
 *
 * @param {FollowFlags & ReuseFlags & { expectedDuration?: string, secretParam?: string[], marker?: string,
 *   adoptAnyParameters?: boolean, cancelDuplicates?: boolean } & import("./table-flags.js").TableFlags} flags
 * @returns {Partial<import("pqrun").RunOptions> & Pick<import("pqrun").SessionOptions, "outputPath" | "table" | "combineTables">}
 */
export function runOptions(flags) {
  const reuse =
    flags.reuse === undefined ? undefined : present({ maxAge: flags.reuse, failureMaxAge: flags.reuseFailure });
  return present({
    timeout: flags.timeout,
    onTimeout: flags.onTimeout,
    onUnconfirmed: flags.onUnconfirmed,
    pollInterval: flags.pollInterval,
    retryBudget: flags.retryBudget,
    expectedDuration: flags.expectedDuration,
    reuse,
    cancelShared: flags.cancelShared,
    cancelDuplicates: flags.cancelDuplicates,
    adoptAnyParameters: flags.adoptAnyParameters,
    marker: flags.marker,
    secretParameters: flags.secretParam,
    outputPath: flags.outputPath,
    table: tableOptions(flags),
    combineTables: flags.combine,
    followPath: flags.followPath,
  });
}
