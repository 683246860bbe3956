// What states are called, and what to do next.

/**
 * @import { ErrorInfo, Outcome, Phase, RunResult, Service } from "pqrun"
 * @typedef {"good" | "bad" | "warn" | "busy" | ""} Tone The class that colours it.
 * @typedef {"check" | "cross" | "square" | "skip" | "clock" | "stop" | "question" | "ring" | "dots"} Shape
 * @typedef {object} Look
 * @property {string} word
 * @property {Tone} tone
 * @property {Shape} shape
 */

/** @type {Readonly<Record<Service, string>>} */
export const SERVICE = Object.freeze({ databricks: "Databricks", fabric: "Fabric" });

/** @type {Readonly<Record<Phase, Look & { sentence: string }>>} */
const PHASES = Object.freeze({
  looking: { word: "Looking", tone: "busy", shape: "ring", sentence: "Looking at the runs that there are." },
  starting: { word: "Starting", tone: "busy", shape: "ring", sentence: "Starting a run." },
  reconciling: {
    word: "Finding the run",
    tone: "warn",
    shape: "ring",
    sentence: "The answer to the start was lost: finding out whether there is a run.",
  },
  queued: { word: "Queued", tone: "", shape: "dots", sentence: "The run is queued." },
  running: { word: "Running", tone: "busy", shape: "ring", sentence: "The run is running." },
  terminating: { word: "Stopping", tone: "warn", shape: "ring", sentence: "The run is stopping." },
  readingOutput: { word: "Reading output", tone: "busy", shape: "ring", sentence: "Reading the output." },
  ended: { word: "Ended", tone: "", shape: "square", sentence: "The run has ended." },
});

/** @type {Readonly<Record<Outcome, Look & { title: string }>>} */
const OUTCOMES = Object.freeze({
  succeeded: { word: "Succeeded", tone: "good", shape: "check", title: "The run succeeded" },
  failed: { word: "Failed", tone: "bad", shape: "cross", title: "The run failed" },
  cancelled: { word: "Cancelled", tone: "warn", shape: "square", title: "The run was cancelled" },
  skipped: { word: "Skipped", tone: "warn", shape: "skip", title: "The run was skipped" },
  timedOut: { word: "Timed out", tone: "warn", shape: "clock", title: "The run has not ended in time" },
  rejected: { word: "Rejected", tone: "bad", shape: "stop", title: "Nothing was started" },
  abandoned: { word: "Lost sight of", tone: "warn", shape: "question", title: "The run was lost sight of" },
});

const DETACHED = Object.freeze({
  word: "Left running",
  tone: "",
  shape: "dots",
  title: "The run goes on without this page",
});

/**
 * A value of a later version of the package is shown as it is.
 *
 * @param {string} phase
 * @returns {Look & { sentence: string }}
 */
export const ofPhase = (phase) =>
  PHASES[/** @type {Phase} */ (phase)] ?? { word: phase, tone: "busy", shape: "ring", sentence: `${phase}.` };

/**
 * @param {string} outcome
 * @param {ErrorInfo} [error]
 * @returns {Look & { title: string }}
 */
export function ofOutcome(outcome, error) {
  if (outcome === "abandoned" && error?.code === "detached") {
    return /** @type {Look & { title: string }} */ (DETACHED);
  }
  return (
    OUTCOMES[/** @type {Outcome} */ (outcome)] ?? {
      word: outcome,
      tone: "",
      shape: "question",
      title: `The run ended as ${outcome}`,
    }
  );
}

/**
 * How a task looks, whether it has ended or not.
 *
 * @param {{ phase: string, outcome?: string }} task
 * @returns {Look}
 */
export const ofTask = ({ phase, outcome }) => (outcome === undefined ? ofPhase(phase) : ofOutcome(outcome));

/**
 * Whether nothing goes on any more: the run has ended, or there is none.
 *
 * @param {RunResult} result
 */
export const isOver = ({ outcome }) => outcome !== "timedOut" && outcome !== "abandoned";

/**
 * Whether resuming can give more than there is: sight of the run, or its output.
 *
 * @param {RunResult} result
 */
export const canGoOn = (result) => !isOver(result) || result.outputsError !== undefined;

/**
 * What is to be done now, in sentences. What an error's hint says is not repeated.
 *
 * @param {RunResult} result
 * @param {{ mayResume: boolean, isKept: boolean }} more
 * @returns {string[]}
 */
export function nextSteps({ outcome, run, error, outputsError }, { mayResume, isKept }) {
  const resume = mayResume ? `Resume to follow it again${isKept ? ", also after this page was closed" : ""}.` : "";
  const look = run?.pageUrl ? "Its page tells what it is doing." : "";
  switch (outcome) {
    case "timedOut":
      return ["The time to wait is over. The run may go on.", resume, look].filter(Boolean);
    case "abandoned":
      if (error?.code === "detached") {
        return [resume, look].filter(Boolean);
      }
      return [run ? "The run may go on." : "A run may be going on.", resume, look].filter(Boolean);
    case "succeeded":
      return outputsError ? ["The run did its work, but its output could not be read.", resume].filter(Boolean) : [];
    case "skipped":
      return ["The service let it do nothing: a limit, a condition, or another active run."];
    default:
      return [];
  }
}

/** Hints that speak of options and flags, which a page does not have. @type {Readonly<Record<string, string>>} */
const HINTS = Object.freeze({
  deadlinePassed: "",
  detached: "",
  lostSight: "",
  missingCredentials: "Give a token.",
  outputUnavailable: "The run's outcome is not affected.",
  persistFailed: "Free some of the browser's storage for this page, or start without keeping the run.",
  sharedRun: "Resume to follow it again.",
  tokenExpired: "Give a new token.",
  unknownHost: "Check the spelling: a token is sent to the service's own hosts only, unless the page says otherwise.",
});

/**
 * What to do about an error, on a page.
 *
 * @param {{ code?: string, hint?: string }} error
 */
export const hintOf = ({ code = "", hint = "" }) => HINTS[code] ?? hint;

/** Which field an error of the package belongs to. @type {Readonly<Record<string, string>>} */
const FIELD_OF_CODE = Object.freeze({
  forbidden: "token",
  invalidCredentials: "token",
  invalidHost: "host",
  invalidJobType: "jobType",
  invalidParameter: "parameters",
  jobNameAmbiguous: "job",
  jobNameNotFound: "job",
  jobNotFound: "job",
  missingCredentials: "token",
  tokenExpired: "token",
  unauthenticated: "token",
  unknownHost: "host",
  wrongHost: "host",
});

/**
 * The member of the settings, or `token`, that an error of the package is about.
 *
 * @param {{ code?: string, message: string }} error
 * @returns {string | undefined}
 */
export const memberOf = ({ code, message }) =>
  FIELD_OF_CODE[code ?? ""] ?? (code === "invalidOptions" ? /^([a-z]\w*)(?:\.\w+)*:/iu.exec(message)?.[1] : undefined);
