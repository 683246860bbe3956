// Tasks and activities as bars: what is drawn where.

/**
 * @import { FabricActivityRun, Outcome, Phase, RawState, RunEvent, RunResult } from "pqrun"
 */

/**
 * An attempt of a task, as {@link RunEvent.taskRuns} has it. An activity of Fabric is brought to the same.
 *
 * @typedef {NonNullable<RunEvent["taskRuns"]>[number]} TaskRun
 *
 * @typedef {object} Bar An attempt.
 * @property {TaskRun} run
 * @property {number} from Where it begins, in hundredths of the whole.
 * @property {number} width The same.
 * @property {number} [ms] How long it took, or has taken.
 *
 * @typedef {object} Row A task.
 * @property {string} key
 * @property {TaskRun} latest
 * @property {Bar[]} bars Of its attempts, the oldest first.
 */

/**
 * What Fabric calls the states of activities. Others count as running, and are shown as they are.
 *
 * @type {Readonly<Record<string, { phase: Phase, outcome?: Outcome }>>}
 */
const ACTIVITY_STATES = Object.freeze({
  queued: { phase: "queued" },
  inprogress: { phase: "running" },
  succeeded: { phase: "ended", outcome: "succeeded" },
  failed: { phase: "ended", outcome: "failed" },
  timedout: { phase: "ended", outcome: "failed" },
  cancelled: { phase: "ended", outcome: "cancelled" },
  canceled: { phase: "ended", outcome: "cancelled" },
  cancelling: { phase: "terminating" },
  skipped: { phase: "ended", outcome: "skipped" },
});

/**
 * Activities of a pipeline's run, as the service writes them, in the order in which they began.
 *
 * @param {readonly FabricActivityRun[]} activities
 * @returns {TaskRun[]}
 */
export function ofActivities(activities) {
  const seen = new Map();
  const runs = activities.map((activity) => {
    const key = activity.activityName;
    const attempt = seen.get(key) ?? 0;
    seen.set(key, attempt + 1);
    const state = ACTIVITY_STATES[activity.status.toLowerCase()] ?? { phase: "running" };
    return {
      ...state,
      key,
      attempt: typeof activity.retryAttempt === "number" ? activity.retryAttempt : attempt,
      taskType: activity.activityType,
      state: { state: activity.status },
      startTime: time(activity.activityRunStart),
      endTime: time(activity.activityRunEnd),
    };
  });
  return runs.sort((a, b) => (a.startTime ?? Infinity) - (b.startTime ?? Infinity) || 0);
}

/**
 * Fabric leaves out the zone, which is UTC.
 *
 * @param {unknown} text
 */
function time(text) {
  if (typeof text !== "string" || text === "") {
    return undefined;
  }
  const at = Date.parse(/(?:Z|[+-]\d\d:\d\d)$/u.test(text) ? text : `${text}Z`);
  // The service's word for "not yet" is the year 1.
  return Number.isNaN(at) || at <= 0 ? undefined : at;
}

/**
 * What a result tells of tasks, where nothing was told while they ran.
 *
 * @param {RunResult} result
 * @returns {TaskRun[]}
 */
export const ofOutputs = ({ outputs }) =>
  outputs.map(({ key, taskType, outcome, state, attempt, runId, startTime, endTime, pageUrl }) => ({
    key,
    taskType,
    phase: "ended",
    outcome,
    state,
    attempt,
    runId,
    startTime,
    endTime,
    pageUrl,
  }));

/** So much of the whole is kept free behind what goes on: what has just begun must be seen, too. */
const AHEAD = 0.03;

/**
 * The rows in the order in which the tasks began, and when the first did.
 *
 * @param {readonly TaskRun[]} runs
 * @param {number} now By the service's clock: bars of what goes on end here.
 * @returns {{ rows: Row[], from: number, until: number }}
 */
export function rows(runs, now) {
  const starts = runs.flatMap(({ startTime }) => startTime ?? []);
  const from = starts.length > 0 ? Math.min(...starts) : now;
  const goesOn = runs.some(({ phase }) => phase !== "ended");
  const ends = runs.flatMap(({ endTime, startTime }) => endTime ?? startTime ?? []);
  const until = Math.max(from + 1, ...ends, ...(goesOn ? [from + (now - from) * (1 + AHEAD)] : []));
  /** @type {Map<string, TaskRun[]>} */
  const byKey = new Map();
  for (const run of runs) {
    byKey.set(run.key, [...(byKey.get(run.key) ?? []), run]);
  }
  const place = (/** @type {number} */ at) => (100 * (at - from)) / (until - from);
  const rows = [...byKey].map(([key, attempts]) => ({
    key,
    latest: /** @type {TaskRun} */ (attempts.at(-1)),
    bars: attempts.flatMap((run) => {
      if (run.startTime === undefined) {
        return [];
      }
      const end = run.endTime ?? (run.phase === "ended" ? run.startTime : Math.max(now, run.startTime));
      const begin = place(run.startTime);
      return [{ run, from: begin, width: place(end) - begin, ms: end - run.startTime }];
    }),
  }));
  return { rows, from, until };
}
