/** Which field an error of the generator is about: its message begins with the option's path. */

import { MAPS } from "./draft.js";

/**
 * @import { Draft } from "./draft.js"
 */

/** Members of a job that have a field of their own. */
const OF_JOB = new Set([
  "jobId",
  "workspaceId",
  "itemId",
  "jobType",
  "performanceTarget",
  "queue",
  "only",
  "name",
  "description",
  "columns",
]);

/** What an option's own member is called in the form, where that is not its name. @type {Readonly<Record<string, string>>} */
const FIELDS = Object.freeze({ servicePrincipal: "tenant", jobs: "jobs.0.jobId" });

/**
 * The field's path in the draft, and what was wrong with it.
 *
 * @param {{ message: string, code?: string }} error
 * @param {Draft} draft
 * @param {ReadonlyMap<string, string>} places Of {@link Made}.
 * @returns {{ field?: string, message: string }} No field, if the error is about no single one.
 */
export function refusalOf({ message, code }, draft, places) {
  if (code === "invalidHost") {
    return { field: "host", message };
  }
  const { path, rest } = split(message);
  if (path === "$parameter") {
    const field = badParameter(draft);
    return { ...(field && { field }), message: rest };
  }
  if (path === "" && message.startsWith("expected jobId")) {
    return { field: "jobs.0.jobId", message: "expected the job's id, found nothing" };
  }
  const row = /^(?:jobs\.\d+|job)(?=\.|$)/u.exec(path)?.[0];
  if (row === undefined) {
    return { field: optionField(path, draft, places), message: rest };
  }
  const job = places.get(row) ?? row;
  // A job's own complaint comes behind that of its place: `jobs.0.job: itemId: …`.
  const inner = path === row || path === `${row}.job` ? split(rest) : { path: path.slice(row.length + 1), rest };
  if (inner.path === "" && inner.rest.startsWith("expected jobId")) {
    return { field: `${job}.jobId`, message: "expected the job's id, found nothing" };
  }
  return { field: jobField(`${row}.${inner.path}`, inner.path, job, draft, places), message: inner.rest };
}

/**
 * `jobs.0.job: itemId: …` is the path `jobs.0.job` and the rest.
 *
 * @param {string} message
 */
function split(message) {
  const found = /^([\w$]+(?:\.[^\s:"]+)*): /u.exec(message);
  return { path: found?.[1] ?? "", rest: message.slice(found?.[0].length ?? 0) };
}

/**
 * An option that is none of a job's, or is one of the only job's.
 *
 * @param {string} path
 * @param {Draft} draft
 * @param {ReadonlyMap<string, string>} places
 * @returns {string | undefined}
 */
function optionField(path, draft, places) {
  const [first = ""] = path.split(".");
  const known = places.get(path) ?? FIELDS[path];
  if (known !== undefined) {
    return known;
  }
  return first in draft ? first : first === "" ? undefined : jobField(path, path, "jobs.0", draft, places);
}

/**
 * @param {string} whole The path from the options on.
 * @param {string} path The path from the job on.
 * @param {string} job The job's place in the form.
 * @param {Draft} draft
 * @param {ReadonlyMap<string, string>} places
 * @returns {string | undefined}
 */
function jobField(whole, path, job, draft, places) {
  const exact = places.get(whole);
  if (exact !== undefined) {
    return exact;
  }
  const [first = "", ...below] = path.split(".");
  const row = /^(.*\.parameters\.\d+)\.(\w+)$/u.exec(whole);
  const placed = row?.[1] === undefined ? undefined : places.get(row[1]);
  if (placed !== undefined) {
    return `${placed}.${row?.[2]}`;
  }
  if (OF_JOB.has(first)) {
    return first === "columns" ? `${job}.columns` : `${job}.${first}`;
  }
  if (first === "parameters" || MAPS.includes(first)) {
    const rows = draft.jobs[Number(job.split(".")[1])]?.parameters ?? [];
    const index = rows.findIndex(({ name }) => name === below.join("."));
    return index < 0 ? `${job}.parameters` : `${job}.parameters.${index}.name`;
  }
  return `${job}.more`;
}

/**
 * The first parameter that is to have the value of an M parameter without a possible name.
 *
 * @param {Draft} draft
 */
function badParameter(draft) {
  for (const [index, job] of draft.jobs.entries()) {
    const row = job.parameters.findIndex(
      ({ type, value }) => type === "parameter" && (value.trim() === "" || /\p{Cc}/u.test(value)),
    );
    if (row >= 0) {
      return `jobs.${index}.parameters.${row}.value`;
    }
  }
  return undefined;
}
