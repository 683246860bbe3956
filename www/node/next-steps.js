/** What to say about a run at its end, and how to go on. */

import { describeRejection } from "./errors.js";
import { harmlessLine, harmlessText, shellQuoted } from "./text.js";

/** @typedef {import("pqrun").RunResult} RunResult */

/**
 * What is needed to name a run on the command line.
 *
 * @typedef {object} Place
 * @property {import("./credentials.js").Service} service
 * @property {string} [host]
 * @property {string} [workspaceId]
 * @property {string} [itemId]
 * @property {string} [profile]
 * @property {boolean} [trustHost]
 */

/** How many lines of a stack trace are shown. */
const TRACE_LINES = 30;

/** @type {Readonly<Record<string, string>>} */
const OUTCOMES = Object.freeze({
  succeeded: "succeeded",
  failed: "failed",
  cancelled: "was cancelled",
  skipped: "was skipped",
  timedOut: "has not ended in time",
  rejected: "was not started",
  abandoned: "was lost sight of",
});

/**
 * The end of a run in lines for standard error.
 *
 * @param {RunResult} result
 * @param {object} more
 * @param {Place} more.place
 * @param {string[]} more.gaps What is missing from its output.
 * @param {string} [more.snapshot] The file to resume from, if there is something to resume.
 * @returns {string[]}
 */
export function describeEnd(result, { place, gaps, snapshot }) {
  const lines = [headline(result)];
  const isOver = hasEnded(result);
  const isDetached = result.error?.code === "detached";
  // A run's own failure is the matter of its page; what kept it from starting, or from our sight, can be mended here.
  const canBeMended = !isDetached && (!isOver || result.outcome === "rejected");
  const failures = result.outcome === "succeeded" ? [] : result.outputs.flatMap(describeFailure);
  if (failures.length > 0) {
    // They say what the run's error says, and more.
    lines.push(...failures);
  } else if (result.error && result.error.message !== result.message && !isDetached) {
    lines.push(...describeRejection(canBeMended ? result.error : { ...result.error, hint: undefined }));
  } else if (result.error?.hint && canBeMended) {
    lines.push(`  ${harmlessLine(result.error.hint)}`);
  }
  lines.push(...result.warnings.map((warning) => `  warning: ${harmlessLine(warning.message)}`));
  lines.push(...gaps.map((gap) => `  ${harmlessLine(gap)}`));
  if (result.run) {
    lines.push(`  run     ${harmlessLine([result.run.id, result.run.pageUrl].filter(Boolean).join("  "))}`);
  }
  if (snapshot !== undefined) {
    lines.push(`  go on   pqrun resume ${[shellQuoted(snapshot), ...signInFlags(place)].join(" ")}`);
  }
  if (result.run) {
    const flags = runFlags(place, result.run.id);
    lines.push(`  look    pqrun status ${flags}`);
    lines.push(...(isOver ? [] : [`  stop    pqrun cancel ${flags}`]));
  } else if (result.outcome === "abandoned" || result.outcome === "timedOut") {
    lines.push(...(result.error?.runIds ?? []).map((id) => `  look    pqrun status ${runFlags(place, id)}`));
    lines.push(`  list    pqrun list ${placeFlags(place)}`);
  }
  return lines;
}

/**
 * Whether the run is known to have ended; that nothing was started counts too.
 *
 * @param {RunResult} result
 */
export function hasEnded({ outcome, run }) {
  return (outcome !== "timedOut" && outcome !== "abandoned") || run?.endTime !== undefined;
}

/** @param {RunResult} result */
function headline(result) {
  const detached = result.error?.code === "detached";
  const outcome = detached ? "is no longer watched" : (OUTCOMES[result.outcome] ?? result.outcome);
  const code = [result.state.state, result.state.code].filter(Boolean).join(" ");
  const state = result.run && code && !detached ? ` (${harmlessLine(code)})` : "";
  const message = result.message && !detached ? `: ${harmlessLine(result.message)}` : "";
  return `the run ${outcome}${state}${message}`;
}

/** @param {RunResult["outputs"][number]} output */
function describeFailure(output) {
  if (output.outcome === "succeeded" || output.outcome === "skipped" || output.errorMessage === undefined) {
    return [];
  }
  const lines = [`  ${harmlessLine(output.key)}: ${harmlessLine(output.errorMessage)}`];
  const trace = harmlessText(output.errorTrace ?? "").trimEnd();
  if (trace !== "") {
    const all = trace.split("\n");
    lines.push(...all.slice(0, TRACE_LINES).map((line) => `    ${line}`));
    if (all.length > TRACE_LINES) {
      lines.push(`    … ${all.length - TRACE_LINES} more lines on the run's page`);
    }
  }
  return lines;
}

/**
 * The flags that name a run.
 *
 * @param {Place} place
 * @param {string} id
 */
function runFlags(place, id) {
  return `${placeFlags(place)} ${place.service === "fabric" ? "--instance" : "--run-id"} ${shellQuoted(id)}`;
}

/** @param {Place} place */
function placeFlags(place) {
  const { service, host, workspaceId, itemId } = place;
  const flags = [
    ["--host", host],
    ...(service === "fabric"
      ? [
          ["--workspace", workspaceId],
          ["--item", itemId],
        ]
      : []),
  ];
  const given = flags.flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${shellQuoted(value)}`]));
  return [service, ...given, ...signInFlags(place)].join(" ");
}

/**
 * The flags by which a command signed in.
 *
 * @param {Place} place
 */
function signInFlags({ profile, trustHost }) {
  return [
    ...(profile === undefined ? [] : [`--profile ${shellQuoted(profile)}`]),
    ...(trustHost ? ["--trust-host"] : []),
  ];
}

/**
 * Where a snapshot's run is.
 *
 * @param {Record<string, unknown>} job The job of a snapshot, or of a start, with the flags that say how to sign in.
 * @param {import("./credentials.js").Service} service
 * @returns {Place}
 */
export function placeOf(job, service) {
  const text = (/** @type {string} */ name) => {
    const value = job[name];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  return {
    service,
    host: text("host"),
    workspaceId: text("workspaceId"),
    itemId: text("itemId"),
    profile: text("profile"),
    trustHost: job.trustHost === true,
  };
}
