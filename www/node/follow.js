/** Follows a run from the command line: shows it, keeps its snapshot, heeds interrupts, writes what came of it. */

import { knownTokens, withoutSecrets } from "./credentials.js";
import { EXIT, exitCodeOfResult, usageError } from "./exit-codes.js";
import { chooseOutputs, findGaps, jsonOf, writeOutputs } from "./format.js";
import { interruptPolicy, watchInterrupts } from "./interrupt.js";
import { describeEnd, hasEnded } from "./next-steps.js";
import { createProgress } from "./progress.js";
import { write } from "./streams.js";
import { arrowFraming, resolveTarget, writeTo } from "./target.js";
import { clockTime, harmlessLine } from "./text.js";

/** @typedef {import("pqrun").RunHandle} RunHandle */
/** @typedef {import("pqrun").RunResult} RunResult */
/** @typedef {import("./flags.js").FollowFlags} FollowFlags */
/** @typedef {import("./snapshot-file.js").SnapshotFile} SnapshotFile */

/** How the result leaves. */
/** @typedef {import("./target.js").Target & { asEvents: boolean }} Target */

/**
 * Works out where the result goes, before anything is started.
 *
 * @param {FollowFlags} flags
 * @param {import("./streams.js").Streams} streams
 * @returns {Promise<Target>}
 */
export async function resolveResult(flags, streams) {
  const asEvents = flags.json ?? false;
  if (asEvents && flags.format !== undefined && flags.out === undefined) {
    throw usageError(
      "--json and --format both claim standard output",
      "leave one out, or send the result to --out FILE",
    );
  }
  if (flags.combine && flags.task !== undefined) {
    throw usageError("--combine and --task do not go together", "leave one out");
  }
  return { ...(await resolveTarget(flags, streams)), asEvents };
}

/**
 * @param {object} options
 * @param {(persist: (snapshot: import("pqrun").Snapshot) => Promise<void>) => RunHandle} options.start
 * @param {FollowFlags} options.flags
 * @param {Target} options.target
 * @param {import("./next-steps.js").Place} options.place
 * @param {SnapshotFile | undefined} options.file
 * @param {import("./streams.js").Streams} options.streams
 * @returns {Promise<number>} The exit code.
 */
export async function follow({ start, flags, target, place, file, streams }) {
  const { stdout, stderr, env } = streams;
  // Each time anew: tokens come while it runs.
  const clean = (/** @type {string} */ text) => withoutSecrets(text, knownTokens(env));
  const progress = createProgress({ stream: stderr, quiet: (flags.quiet ?? false) || target.asEvents, clean });
  const began = Date.now();
  if (file === undefined) {
    progress.note("warning: there is no place for a snapshot; if this process is killed, the run can't be resumed");
  }

  let result;
  let last;
  try {
    const handle = start((snapshot) => file?.write(snapshot) ?? Promise.resolve());
    const interrupts = watchInterrupts({
      policy: interruptPolicy(flags.onInterrupt, streams),
      handle,
      progress,
      streams,
      exitCode: EXIT.lostSight,
    });
    try {
      const events = showEvents(handle, progress, (event) =>
        target.asEvents ? write(stdout, clean(`${JSON.stringify({ event })}\n`)) : undefined,
      );
      result = await handle.result;
      await events;
      last = handle.snapshot();
    } finally {
      interrupts.stop();
    }
  } finally {
    progress.stop();
  }
  return finish(result, { flags, target, place, file, streams, clean, last, elapsed: Date.now() - began });
}

/**
 * @param {RunHandle} handle
 * @param {import("./progress.js").Progress} progress
 * @param {(event: import("pqrun").RunEvent) => Promise<void> | undefined} also
 */
async function showEvents(handle, progress, also) {
  try {
    for await (const event of handle) {
      progress.show(event);
      await also(event);
    }
  } catch {
    // The result tells.
  }
}

/**
 * @param {RunResult} result
 * @param {object} how
 * @param {FollowFlags} how.flags
 * @param {Target} how.target
 * @param {import("./next-steps.js").Place} how.place
 * @param {SnapshotFile | undefined} how.file
 * @param {import("./streams.js").Streams} how.streams
 * @param {(text: string) => string} how.clean
 * @param {import("pqrun").Snapshot} how.last
 * @param {number} how.elapsed
 * @returns {Promise<number>}
 */
async function finish(result, { flags, target, place, file, streams, clean, last, elapsed }) {
  const { stdout, stderr } = streams;
  const choice = chooseOutputs(result, flags);
  const hasOutput = result.outcome === "succeeded";
  const gaps = hasOutput ? findGaps(result, choice, target.format) : [];
  const ofRun = exitCodeOfResult(result, { strict: flags.strict });
  const exitCode = ofRun === EXIT.succeeded && gaps.length > 0 ? EXIT.outputIncomplete : ofRun;

  if (hasOutput && (target.file !== undefined || !target.asEvents)) {
    const width = target.file === undefined && stdout.isTTY ? stdout.columns || undefined : undefined;
    const style = { width, defuseFormulas: flags.defuseFormulas, arrow: arrowFraming(target) };
    const content = writeOutputs(choice, target.format, style);
    // What is in the file from an earlier run is worth more than nothing.
    if (target.file === undefined || content.length > 0 || gaps.length === 0) {
      await writeTo(target, content, streams, {
        what: "the run succeeded",
        hint: file?.wasWritten ? `read the output again with \`pqrun resume ${file.path}\`` : undefined,
      });
    }
  }
  if (target.asEvents) {
    await write(stdout, clean(`${resultLine(result, exitCode, flags)}\n`));
  }

  const isResumable = exitCode === EXIT.outputIncomplete || !hasEnded(result);
  const snapshot = isResumable && file?.wasWritten ? file.path : undefined;
  // The run is over or goes on without us; a failure to store that must not hide it.
  await (isResumable ? file?.update(last) : file?.close(last))?.catch(() => {});
  const lines = [];
  if (exitCode !== EXIT.succeeded) {
    lines.push(...describeEnd(result, { place, gaps, snapshot }));
  } else if (!flags.quiet) {
    const { run } = result;
    lines.push(
      `succeeded in ${clockTime(elapsed)}${run ? `, run ${run.id}${run.pageUrl ? `  ${run.pageUrl}` : ""}` : ""}`,
    );
    lines.push(...result.warnings.map((warning) => `warning: ${warning.message}`));
    lines.push(...(choice.leftOut.length > 0 ? [`--task shows more: ${choice.leftOut.join(", ")}`] : []));
    lines.push(...(choice.outputs.length === 0 ? ["the run gave no output"] : []));
  } else {
    lines.push(...result.warnings.map((warning) => `warning: ${warning.message}`));
  }
  await write(stderr, lines.map((line) => `${clean(harmlessLine(line))}\n`).join(""));
  return exitCode;
}

/**
 * The result as a JSON line, tables as arrays of objects with all their digits.
 *
 * @param {RunResult} result
 * @param {number} exitCode
 * @param {{ combine?: boolean }} flags
 */
function resultLine(result, exitCode, { combine }) {
  const { outputs, table, ...rest } = result;
  const entries = outputs.map((output) => {
    const { table: rows, tableError, ...members } = output;
    const plain = JSON.stringify({ ...members, ...(tableError ? { tableError: plainError(tableError) } : {}) });
    return rows ? `${plain.slice(0, -1)},"table":${jsonOf(output)}}` : plain;
  });
  const plain = JSON.stringify({ exitCode, ...rest });
  // Otherwise it is that of an output, which has it already.
  const combined = combine && table ? `,"table":${table.toJson()}` : "";
  return `{"result":${plain.slice(0, -1)},"outputs":[${entries.join(",")}]${combined}}}`;
}

/** @param {object} error */
function plainError(error) {
  return error instanceof Error ? { ...error, message: error.message } : error;
}
