// Refreshes with Databricks: six evaluations of a generated document, each with its own cache, make one run.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { account, packedExtension } from "./support/extension.mjs";
import { HOST, TOKEN } from "./support/given-databricks.mjs";
import { ORDERS, callOf, evaluateOnce, queryOf, refresh, refreshedBefore, withAccount } from "./support/refresh.mjs";
import {
  MODES, ROWS, ROWS_READ, START, runsMade, runsOf, sentByOthers, startedBefore, workspace,
} from "./support/workspace.mjs";

/**
 * @import { Mode } from "./engine.mjs"
 * @import { End, Generated } from "./support/refresh.mjs"
 * @import { Workspace } from "./support/workspace.mjs"
 */

const extension = await packedExtension({ service: "databricks" });
const RUN_JOB = `Pqrun.RunJob("${HOST}", "7")`;

const QUERY = queryOf({ service: "databricks", host: HOST, job: { jobId: "7" } }, TOKEN);
const CALL = callOf(extension, RUN_JOB, TOKEN);
const CALL_OF_ACCOUNT = callOf(extension, RUN_JOB, account(TOKEN));

/** The forms, and the orders of which each is evaluated in: together all of them. */
const FORMS = {
  query: { generated: QUERY, orders: ["one after another", "in turn"] },
  connector: { generated: CALL, orders: ["one after another", "by chance"] },
};

const FAILING = { seconds: 5, result: "failed", output: { error: "no disk" } };
const GOOD = { seconds: 20, output: { result: ROWS } };
const LONG = { tasks: [{ key: "load", run: { seconds: 200, output: { result: ROWS } } }] };
/** Fails, and is repaired by somebody after 200 s; the repair takes 100 s. */
const REPAIRED = {
  tasks: [{ key: "load", executions: [FAILING, { ...GOOD, seconds: 100 }] }],
  repairedAfterSeconds: 200,
};
const HOUR = 3_600_000;
/** Ten seconds before the end of 2026-03-01, by UTC. */
const MIDNIGHT = Date.UTC(2026, 2, 1, 23, 59, 50);
/** Some evaluations have looked before midnight and start after it. */
const UNEVEN = ["jobs/runs/list", "jobs/run-now"].map((endpoint) => ({
  endpoint, probability: 0.5, kind: { slow: { seconds: 8 } },
}));

/**
 * What a refresh meets.
 *
 * @typedef {object} Situation
 * @property {object} [job]
 * @property {object} [databricks]
 * @property {(before: number) => object[]} [faults] After so many starts of the refresh before.
 * @property {(host: Workspace, generated: Generated) => unknown} [prepare] What happens before the refresh.
 * @property {number} [begin]
 * @property {number} runs How many runs the refresh makes.
 * @property {string} [code] Of the error that all evaluations end with; else all give the rows.
 * @property {boolean} [isFirst] There can't have been a refresh before.
 */

/** @type {Record<string, Situation>} */
const SITUATIONS = {
  "the first run ever": { isFirst: true, runs: 1 },
  "a job with a past": { job: { history: [{ secondsAgo: 9000 }, { secondsAgo: 5000 }] }, runs: 1 },
  "just after a failed run": {
    job: { tasks: [{ key: "load", run: FAILING }] },
    prepare: (host) => startThenWait(host, 30),
    runs: 0,
    code: "runFailed",
  },
  "a while after a failed run": {
    job: { tasks: [{ key: "load", executions: [FAILING, GOOD] }] },
    prepare: (host) => startThenWait(host, 300),
    runs: 1,
    code: "runFailed",
  },
  "a job that fails every time": { job: { tasks: [{ key: "load", run: FAILING }] }, runs: 1, code: "runFailed" },
  "a job that is skipped every time": { job: { maxConcurrentRuns: 0, queue: false }, runs: 1, code: "runFailed" },
  "somebody's run under way": { job: LONG, prepare: (host) => startThenWait(host, 60), runs: 0 },
  "the answers of the start lost": { faults: (before) => [lost(before)], runs: 1 },
  "lists that lag": { databricks: { listLagSeconds: 300 }, runs: 1 },
  "lists that lag, and the answers of the start lost": {
    databricks: { listLagSeconds: 300 },
    faults: (before) => [lost(before)],
    runs: 1,
  },
  "a deleted predecessor": { prepare: deletePredecessor, runs: 1 },
  "a predecessor under repair": { job: REPAIRED, isFirst: true, prepare: (host) => startThenWait(host, 210), runs: 0 },
  "a predecessor that was repaired": {
    job: REPAIRED,
    isFirst: true,
    prepare: (host) => startThenWait(host, 4000),
    runs: 1,
    code: "runFailed",
  },
  "midnight, with a past": {
    job: { history: [{ secondsAgo: 5000 }] },
    begin: MIDNIGHT,
    faults: () => UNEVEN,
    runs: 1,
  },
};

/** @param {number} before */
function lost(before) {
  return { endpoint: "jobs/run-now", nth: before + 1, times: 4, when: "after", kind: "drop" };
}

/**
 * @param {Workspace} host
 * @param {number} seconds
 */
function startThenWait(host, seconds) {
  startedBefore(host);
  host.sleep(1000 * seconds);
}

/**
 * The newest run is one that a query has started; after an hour somebody deletes it.
 *
 * @param {Workspace} host
 * @param {Generated} generated
 */
async function deletePredecessor(host, generated) {
  await evaluateOnce(host, generated);
  const { runId } = runsOf(host).reduce((newest, run) => (run.created > newest.created ? run : newest));
  host.sleep(HOUR);
  sentByOthers(host, "POST", "runs/delete", { run_id: runId });
}

/**
 * A workspace in a situation, and the cache that the refresh begins with.
 *
 * @param {Situation} situation
 * @param {Generated} generated
 * @param {Mode} mode
 */
async function meet({ job = {}, databricks = {}, faults = () => [], prepare, begin = START }, generated, mode) {
  const isStale = mode === "stale";
  const now = isStale ? begin - HOUR : begin;
  const host = workspace(job, { databricks, faults: faults(isStale ? 1 : 0), now });
  const answers = isStale ? await refreshedBefore(host, generated, begin) : new Map();
  await prepare?.(host, generated);
  return { host, answers };
}

/**
 * All evaluations end alike: with the rows, or with the same run's failure.
 *
 * @param {End[]} ends
 * @param {string} [code]
 */
function assertSame(ends, code) {
  assert.equal(ends.length, 6);
  for (const { value, error } of ends) {
    if (code === undefined) assert.deepEqual(error ?? value, ROWS_READ);
    else assert.equal(error?.Detail.Code, code, JSON.stringify(error ?? value));
  }
  assert.equal(new Set(ends.map(({ error }) => error?.Detail.RunId)).size, 1);
}

for (const [form, { generated, orders }] of Object.entries(FORMS)) {
  for (const mode of MODES) {
    for (const order of orders) {
      const choose = ORDERS[order];
      for (const [name, situation] of Object.entries(SITUATIONS)) {
        if (situation.isFirst && mode === "stale") continue;
        test(`${form}, ${mode}, ${order}, ${name}: all evaluations end alike, with ${situation.runs} run`, async () => {
          const { host, answers } = await meet(situation, generated, mode);
          const before = runsMade(host);
          const ends = await refresh(host, generated, { mode, choose: choose?.(), answers });
          assertSame(ends, situation.code);
          assert.equal(runsMade(host) - before, situation.runs);
        });
      }

      if (mode !== "stale") {
        test(`${form}, ${mode}, ${order}, midnight, without any past: at most two runs`, async () => {
          const host = workspace({}, { now: MIDNIGHT, faults: UNEVEN });
          for (const { value, error } of await refresh(host, generated, { mode, choose: choose?.() })) {
            assert.deepEqual(error ?? value, ROWS_READ);
          }
          assert.ok([1, 2].includes(runsMade(host)), String(runsMade(host)));
        });
      }
    }
  }
}

test("the documentation says that midnight may make two runs", () => {
  const text = readFileSync(new URL("../../docs/connector.md", import.meta.url), "utf8").replaceAll(/\s+/g, " ");
  assert.match(text, /Two runs are possible around midnight UTC for a job that has never run/);
});

/**
 * A run of 200 s, and a token that lives for the first 60 s of the refresh.
 *
 * @param {Mode} mode
 * @param {Generated} generated
 */
async function expiring(mode, generated) {
  const isStale = mode === "stale";
  const tokens = [{ value: TOKEN, service: "databricks", lifetimeSeconds: 60 + (isStale ? 3600 : 0) }];
  const host = workspace(LONG, { tokens, now: isStale ? START - HOUR : START });
  const answers = isStale ? await refreshedBefore(host, generated, START) : new Map();
  return { host, answers };
}

for (const mode of MODES) {
  for (const [order, choose] of Object.entries(ORDERS)) {
    const isInterleaved = choose !== null;

    test(`query, ${mode}, ${order}: a token that expires ends in a clear error, not in another run`, async () => {
      const { host, answers } = await expiring(mode, QUERY);
      const before = runsMade(host);
      const [first, ...others] = await refresh(host, QUERY, { mode, choose: choose?.(), answers });
      assert.equal(runsMade(host) - before, 1);
      const { runId } = runsOf(host)[runsOf(host).length - 1];
      for (const { error } of [first, ...others]) assert.equal(error?.Detail.Code, "unauthenticated");
      // Who looks when the token has expired already does not come to know of the run.
      for (const { error } of isInterleaved ? [first, ...others] : [first]) {
        assert.equal(error.Detail.RunId, runId);
        assert.match(error.Message, new RegExp(`^run ${runId}: .*credentials.*/run/${runId}`));
      }
    });

    test(`connector, ${mode}, ${order}: after a key expires Power Query asks for another; one run`, async () => {
      const { host, answers } = await expiring(mode, CALL);
      const before = runsMade(host);
      const ends = await refresh(host, CALL, { mode, choose: choose?.(), answers });
      for (const { error } of ends) assert.equal(error?.Reason, "Credential.AccessDenied");
      assert.equal(runsMade(host) - before, 1);
    });

    test(`connector, ${mode}, ${order}: an account gets its next token, and all share one run`, async () => {
      const { host, answers } = await expiring(mode, CALL_OF_ACCOUNT);
      const signedIn = withAccount(host, "databricks", TOKEN, 50);
      const before = runsMade(signedIn);
      const ends = await refresh(signedIn, CALL_OF_ACCOUNT, { mode, choose: choose?.(), answers });
      assertSame(ends);
      assert.equal(runsMade(signedIn) - before, 1);
    });
  }
}

test("connector: with another key the next evaluation follows the run that was under way", async () => {
  const host = workspace(LONG, {
    tokens: [
      { value: TOKEN, service: "databricks", lifetimeSeconds: 60 },
      { value: "dapi-next", service: "databricks" },
    ],
  });
  const { error } = await evaluateOnce(host, CALL);
  assert.equal(error.Reason, "Credential.AccessDenied");
  const { value } = await evaluateOnce(host, callOf(extension, RUN_JOB, "dapi-next"));
  assert.deepEqual(value, ROWS_READ);
  assert.equal(runsMade(host), 1);
});
