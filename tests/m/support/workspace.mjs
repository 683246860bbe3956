/** A simulated Databricks workspace with a few jobs, and queries against it. */

import assert from "node:assert/strict";

import { evaluateParsed, makeEngine } from "../evaluate.mjs";
import { simulatedHost } from "../hosts/simulated.mjs";
import { START, parsedOnce } from "./evaluations.mjs";
import { HOST, TOKEN, databricksDocuments, options } from "./given-databricks.mjs";

/**
 * @import { Evaluation } from "../evaluate.mjs"
 * @import { EngineOptions } from "../engine.mjs"
 */

export { MODES, START, errorOf, valueOf } from "./evaluations.mjs";

/**
 * The library, and an expression that sees it.
 *
 * @param {string} expression
 */
export async function nodesOf(expression) {
  const documents = await parsedOnce("the Databricks library", () => databricksDocuments());
  return [...documents, ...(await parsedOnce(expression, () => [expression]))];
}

/**
 * A workspace with one job of the id 7, or with these jobs.
 *
 * @param {object | object[]} jobs Members of a job's scenario.
 * @param {{ databricks?: object, faults?: object[], files?: object[], now?: number, tokens?: object[] }} [more]
 */
export function workspace(jobs, { databricks = {}, faults = [], files = [], now = START, tokens } = {}) {
  const all = (Array.isArray(jobs) ? jobs : [jobs]).map((job) => ({
    id: 7,
    name: "orders",
    maxConcurrentRuns: 50,
    tasks: [{ key: "load", run: { seconds: 20, output: { result: ROWS } } }],
    ...job,
  }));
  const scenario = {
    seed: 7,
    tokens: tokens ?? [{ value: TOKEN, service: "databricks" }],
    databricks: { jobs: all, ...databricks },
    files,
    faults,
  };
  return { ...simulatedHost({ scenario: JSON.stringify(scenario), now }), began: now };
}

export const ROWS = '[{"id":1,"name":"a"},{"id":2,"name":null}]';
/** {@link ROWS}, as a table gives them. */
export const ROWS_READ = [
  { id: 1, name: "a" },
  { id: 2, name: null },
];

/** @typedef {ReturnType<typeof workspace>} Workspace */

/**
 * Evaluates M that sees the library.
 *
 * @param {Workspace} host
 * @param {string} expression
 * @param {Partial<EngineOptions>} [engine]
 * @returns {Promise<Evaluation>}
 */
export async function query(host, expression, engine = {}) {
  return evaluateParsed(makeEngine({ host, ...engine }), await nodesOf(expression));
}

/**
 * `RunJob` as M.
 *
 * @param {Parameters<typeof options>[0]} [changes]
 * @param {string} [job]
 */
export function runJob(changes = {}, job = '[JobId = "7"]') {
  return `RunJob(${job}, ${options(changes)})`;
}

/**
 * @typedef {object} RunMade
 * @property {string} jobId
 * @property {string} runId
 * @property {string} [idempotencyToken]
 * @property {number} created
 * @property {number} [ended]
 * @property {boolean} deleted
 */

/**
 * The runs that the service has really made, history included.
 *
 * @param {Workspace} host
 * @returns {RunMade[]}
 */
export function runsOf(host) {
  return host.state().databricks.runs;
}

/**
 * How many runs of a job the service has made since the workspace began: its history does not count.
 *
 * @param {Workspace} host
 * @param {string} [jobId]
 */
export function runsMade(host, jobId = "7") {
  return runsOf(host).filter((run) => run.jobId === jobId && run.created >= host.began).length;
}

/**
 * What the rows of a table, as JSON, have in one column.
 *
 * @param {Record<string, any>[]} rows
 * @param {string} name
 * @returns {any[]}
 */
export function column(rows, name) {
  return rows.map((row) => row[name]);
}

/**
 * A request that somebody else sends.
 *
 * @param {Workspace} host
 * @param {string} method
 * @param {string} path
 * @param {object} [body]
 * @returns {any}
 */
export function sentByOthers(host, method, path, body) {
  const { status, body: answer } = host.request({
    method,
    url: `${HOST}/api/2.2/jobs/${path}`,
    headers: [["Authorization", `Bearer ${TOKEN}`], ["Content-Type", "application/json"]],
    body: new TextEncoder().encode(body === undefined ? "" : JSON.stringify(body)),
    timeoutMs: 60_000,
  });
  const text = new TextDecoder().decode(answer);
  assert.equal(status, 200, text);
  // Ids have more digits than a number.
  return JSON.parse(text.replaceAll(/:(\d{16,})/g, ':"$1"'));
}

/**
 * Starts a run, as somebody else.
 *
 * @param {Workspace} host
 * @param {object} [body]
 * @returns {string} Its id.
 */
export function startedBefore(host, body = { job_id: 7 }) {
  return String(sentByOthers(host, "POST", "run-now", body).run_id);
}
