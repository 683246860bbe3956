// What is known of a run that is followed, from its events.

/**
 * @import { ErrorInfo, RunEvent, RunResult } from "pqrun"
 * @import { TaskRun } from "./tasks.js"
 *
 * @typedef {object} Step
 * @property {string} phase
 * @property {number} from By this machine's clock, as all times here.
 * @property {number} [until] When the next one began.
 *
 * @typedef {object} Note Something that a person should know.
 * @property {"retry" | "warning"} kind
 * @property {number} at
 * @property {string} text
 * @property {ErrorInfo} [error]
 * @property {number} times How often it was said in a row.
 *
 * @typedef {object} Progress
 * @property {number} began
 * @property {Step[]} steps
 * @property {RunEvent} [status] Where things stand.
 * @property {Note[]} notes
 * @property {readonly TaskRun[]} tasks
 * @property {RunResult} [result]
 * @property {number} [endedAt]
 */

/** How many notes are kept. */
const NOTES = 50;

/**
 * @param {number} at
 * @returns {Progress}
 */
export const begun = (at) => ({ began: at, steps: [], notes: [], tasks: [] });

/**
 * @param {Progress} progress
 * @param {RunEvent} event
 * @returns {Progress}
 */
export function told(progress, event) {
  const next = stands(progress, event);
  if (event.kind === "status" || !event.message) {
    return next;
  }
  const { kind, at, message: text, error } = event;
  const last = next.notes.at(-1);
  const isAgain = last?.kind === kind && last.text === text;
  const notes = isAgain
    ? [...next.notes.slice(0, -1), { ...last, at, times: last.times + 1 }]
    : [...next.notes, { kind, at, text, error, times: 1 }];
  return { ...next, notes: notes.slice(-NOTES) };
}

/**
 * Where things stand, whether or not an event told it.
 *
 * @param {Progress} progress
 * @param {RunEvent} status
 * @returns {Progress}
 */
export function stands(progress, status) {
  // What a warning or a retry says is in the notes; the service's message stays until it has another.
  const message = status.kind === "status" ? status.message : progress.status?.message;
  const tasks = status.taskRuns?.length ? status.taskRuns : progress.tasks;
  return { ...progress, status: { ...status, message }, tasks, steps: stepTo(progress.steps, status.phase, status.at) };
}

/**
 * @param {readonly Step[]} steps
 * @param {string} phase
 * @param {number} at
 * @returns {Step[]}
 */
function stepTo(steps, phase, at) {
  const last = steps.at(-1);
  if (last?.phase === phase) {
    return [...steps];
  }
  const before = last ? [...steps.slice(0, -1), { ...last, until: at }] : [];
  return [...before, { phase, from: at }];
}

/**
 * @param {Progress} progress
 * @param {RunResult} result
 * @param {number} at
 * @returns {Progress}
 */
export function over(progress, result, at) {
  const steps = progress.steps.filter(({ phase }) => phase !== "ended");
  const last = steps.at(-1);
  const closed = last ? [...steps.slice(0, -1), { ...last, until: last.until ?? at }] : [];
  return { ...progress, result, endedAt: at, steps: [...closed, { phase: "ended", from: at, until: at }] };
}
