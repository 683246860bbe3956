// One run for all evaluations of a refresh, at the same time: whatever the order of their requests.

import assert from "node:assert/strict";
import test from "node:test";

import { ResponseCache } from "./evaluate.mjs";
import { databricksDocuments } from "./support/given-databricks.mjs";
import { byChance, evaluateInterleaved, inTurn } from "./support/interleaved.mjs";
import {
  MODES, ROWS, ROWS_READ, query, runJob, runsMade, runsOf, sentByOthers, startedBefore, workspace,
} from "./support/workspace.mjs";

/** @import { Workspace } from "./support/workspace.mjs" */

const FAILS = { tasks: [{ key: "load", run: { seconds: 5, result: "failed", output: { error: "no disk" } } }] };
const REPAIRED = {
  tasks: [
    {
      key: "load",
      executions: [
        { seconds: 5, result: "failed", output: { error: "no disk" } },
        { seconds: 100, output: { result: ROWS } },
      ],
    },
  ],
  repairedAfterSeconds: 200,
};
/** Two seconds before the end of 2026-03-01, by UTC. */
const MIDNIGHT = Date.UTC(2026, 2, 1, 23, 59, 58);
const LOST = [{ endpoint: "jobs/run-now", nth: 1, times: 5, when: "after", kind: "drop" }];
const UNCLEAR = [{ endpoint: "jobs/run-now", probability: 0.2, when: "after", kind: { status: { code: 503 } } }];

/**
 * A past, how many runs the evaluations should make, and how they should end: well, or with an error of this code.
 *
 * @type {Record<string, { make: () => Workspace | Promise<Workspace>, runs: number, code?: string }>}
 */
const SITUATIONS = {
  "a job without a past": { make: () => workspace({}), runs: 1 },
  "a job with a past": { make: () => workspace({ history: [{ secondsAgo: 9000 }, { secondsAgo: 5000 }] }), runs: 1 },
  "a job that fails every time": { make: () => workspace(FAILS), runs: 1, code: "runFailed" },
  "a job that is skipped every time": {
    make: () => workspace({ maxConcurrentRuns: 0, queue: false }),
    runs: 1,
    code: "runFailed",
  },
  "just after a failed run": { make: () => afterAnother(workspace(FAILS), 30), runs: 0, code: "runFailed" },
  "a while after a failed run": { make: () => afterAnother(workspace(FAILS), 300), runs: 1, code: "runFailed" },
  "lists that lag": { make: () => workspace({}, { databricks: { listLagSeconds: 120 } }), runs: 1 },
  "answers of the start that are lost": { make: () => workspace({}, { faults: LOST }), runs: 1 },
  "unclear answers of the start": { make: () => workspace({}, { faults: UNCLEAR }), runs: 1 },
  "a deleted predecessor": { make: () => deleted(workspace({})), runs: 1 },
  "a predecessor that is being repaired": { make: () => afterAnother(workspace(REPAIRED), 210), runs: 0 },
  "midnight, with a past": { make: () => workspace({ history: [{ secondsAgo: 5000 }] }, { now: MIDNIGHT }), runs: 1 },
};

/**
 * @param {Workspace} host
 * @param {number} seconds
 */
function afterAnother(host, seconds) {
  startedBefore(host);
  host.sleep(1000 * seconds);
  return host;
}

/**
 * The run that has the token of a job without a past is deleted.
 *
 * @param {Workspace} host
 */
async function deleted(host) {
  await query(host, runJob());
  const [{ runId }] = runsOf(host);
  host.sleep(1000 * 3600);
  sentByOthers(host, "POST", "runs/delete", { run_id: runId });
  return host;
}

const SIX = { documents: databricksDocuments(), expression: runJob(), times: 6 };

const ORDERS = { "in turn": inTurn, "by chance": () => byChance(7), "by another chance": () => byChance(4711) };

for (const mode of MODES) {
  for (const [situation, { make, runs, code }] of Object.entries(SITUATIONS)) {
    for (const [order, choose] of Object.entries(ORDERS)) {
      test(`${mode}, ${situation}, ${order}: six evaluations share one run`, async () => {
        const host = await make();
        const before = runsMade(host);
        const ends = await evaluateInterleaved(host, { ...SIX, mode, choose: choose() });
        for (const { value, error } of ends) {
          if (code === undefined) assert.deepEqual(error ?? value, ROWS_READ);
          else assert.equal(error?.Detail.Code, code);
        }
        assert.equal(runsMade(host) - before, runs);
      });
    }
  }
}

for (const [order, choose] of Object.entries(ORDERS)) {
  test(`with the caches of an hour ago, ${order}: six evaluations share one new run`, async () => {
    const host = workspace({});
    const cache = new ResponseCache();
    await query(host, runJob(), { mode: "stale", cache });
    host.sleep(3_600_000);
    const { answers } = cache;
    const ends = await evaluateInterleaved(host, { ...SIX, mode: "stale", choose: choose(), answers });
    for (const { value, error } of ends) assert.deepEqual(error ?? value, ROWS_READ);
    assert.equal(runsMade(host), 2);
  });
}

test("without a past, midnight may make two runs, and no more", async () => {
  for (const choose of Object.values(ORDERS)) {
    const faults = [{ endpoint: "jobs/run-now", kind: { slow: { seconds: 1 } } }];
    const host = workspace({}, { now: MIDNIGHT, faults });
    for (const { value, error } of await evaluateInterleaved(host, { ...SIX, mode: "shared", choose: choose() })) {
      assert.deepEqual(error ?? value, ROWS_READ);
    }
    assert.ok([1, 2].includes(runsMade(host)));
  }
});
