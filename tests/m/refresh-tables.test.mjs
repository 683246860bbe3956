// Refreshes of configuration tables: a generated query with several jobs, and the editor's previews, which only attach.

import assert from "node:assert/strict";
import test from "node:test";

import { extension } from "./support/extension.mjs";
import * as fabrics from "./support/fabric.mjs";
import * as databricks from "./support/given-databricks.mjs";
import * as fabricGiven from "./support/given-fabric.mjs";
import { ORDERS, callOf, evaluateOnce, queryOf, refresh } from "./support/refresh.mjs";
import { MODES, ROWS_READ, START, runsMade, startedBefore, workspace } from "./support/workspace.mjs";

/** @import { End } from "./support/refresh.mjs" */

const { ITEM, OTHER_ITEM, WORKSPACE } = fabrics;

/** Jobs of which one answers with its parameter, one fails, and one is slow. */
const JOBS = [
  { id: 7, parameters: { day: "none" } },
  { id: 8, name: "failing", tasks: [{ key: "load", run: { seconds: 30, result: "failed", output: { error: "no disk" } } }] },
  { id: 9, name: "slow", tasks: [{ key: "load", run: { seconds: 90, output: { result: '[{"n":1}]' } } }] },
];

const DATABRICKS_ROWS = queryOf(
  {
    service: "databricks",
    host: databricks.HOST,
    jobs: [
      { jobId: "7", jobParameters: { day: "mon" } },
      { jobId: "7", jobParameters: { day: "tue" } },
      { jobId: "8" },
      { jobId: "9" },
    ],
  },
  databricks.TOKEN,
);

/** A pipeline whose rows say with which parameter it ran, and one that fails. */
const ITEMS = [
  {
    parameters: { day: { type: "string", defaultValue: "none" } },
    runs: [
      {
        durationSeconds: 90,
        activities: [{ name: "Echo", type: "TridentNotebook", exitValue: '[{"day":"@{pipeline().parameters.day}"}]' }],
      },
    ],
  },
  { id: OTHER_ITEM, name: "bad", runs: [fabrics.BAD] },
];

const FABRIC_ROWS = queryOf(
  {
    service: "fabric",
    jobs: [
      { workspaceId: WORKSPACE, itemId: ITEM, parameters: { day: "mon" } },
      { workspaceId: WORKSPACE, itemId: ITEM, parameters: { day: "tue" } },
      { workspaceId: WORKSPACE, itemId: OTHER_ITEM },
    ],
  },
  fabricGiven.TOKEN,
);

/** @param {End} end */
function rowsOf({ value, error }) {
  assert.equal(error, undefined, JSON.stringify(error));
  return value;
}

/**
 * All starts come before the first request that follows a run.
 *
 * @param {End} end
 * @param {(path: string) => boolean} isStart
 * @param {(path: string) => boolean} isFollowing
 */
function assertStartedFirst({ requests }, isStart, isFollowing) {
  const lastStart = requests.findLastIndex(({ method, path }) => method === "POST" && isStart(path));
  const firstWait = requests.findIndex(({ at }, index) => index > 0 && at > requests[0].at + 30_000);
  assert.ok(lastStart >= 0);
  assert.ok(firstWait < 0 || lastStart < firstWait, "a start was made after half a minute of waiting");
  const ended = requests.findIndex(({ method, path }) => method === "GET" && isFollowing(path));
  assert.ok(lastStart < ended, "an output was read before the last start");
}

for (const mode of MODES) {
  for (const [order, choose] of Object.entries(ORDERS)) {
    test(`Databricks, ${mode}, ${order}: each row has its own rows, and six evaluations make one run of each`, async () => {
      const host = workspace(JOBS);
      const ends = await refresh(host, DATABRICKS_ROWS, { mode, choose: choose?.() });
      const [first] = ends;
      for (const end of ends) {
        const rows = rowsOf(end);
        assert.deepEqual(rows.map((/** @type {any} */ row) => row.Outcome), ["succeeded", "succeeded", "failed", "succeeded"]);
        assert.deepEqual(rows[0].Output, ROWS_READ);
        assert.equal(rows[2].Output.$error.Detail.Code, "runFailed");
        assert.deepEqual(rows[3].Output, [{ n: 1 }]);
        assert.deepEqual(rows, rowsOf(first));
      }
      assert.equal(new Set(rowsOf(first).map((/** @type {any} */ row) => row.RunId)).size, 4);
      assert.deepEqual(["7", "8", "9"].map((id) => runsMade(host, id)), [2, 1, 1]);
      assertStartedFirst(first, (path) => path.endsWith("/run-now"), (path) => path.endsWith("/get-output"));
    });
  }

  test(`Fabric, ${mode}: rows that run one pipeline with different parameters get their own rows`, async () => {
    for (const switches of [{}, { listLagSeconds: 8 }, { listLagSeconds: 25 }]) {
      const host = fabrics.fabric(ITEMS, { switches });
      const end = await evaluateOnce(host, FABRIC_ROWS, { mode });
      const rows = rowsOf(end);
      assert.deepEqual(rows.map((/** @type {any} */ row) => row.Outcome), ["succeeded", "succeeded", "failed"]);
      assert.deepEqual([rows[0].Output, rows[1].Output], [[{ day: "mon" }], [{ day: "tue" }]], JSON.stringify(switches));
      assert.equal(rows[2].Output.$error.Detail.Code, "runFailed");
      const made = fabrics.runsMade(host);
      assert.equal(made.length, 2);
      for (const row of rows.slice(0, 2)) {
        assert.equal(made.find(({ id }) => id === row.RunId).parameters.day, row.Output[0].day);
      }
      const isPoll = (/** @type {string} */ path) => /\/instances\/[^/]+$/.test(path);
      const lastStart = end.requests.findLastIndex(({ method, path }) => method === "POST" && path.endsWith("/instances"));
      assert.ok(lastStart < end.requests.findIndex(({ method, path }) => method === "GET" && isPoll(path)));
    }
  });

  test(`Fabric, ${mode}: of rows without parameters the runs are found again by later evaluations`, async () => {
    const generated = queryOf(
      { service: "fabric", jobs: [{ workspaceId: WORKSPACE, itemId: ITEM }, { workspaceId: WORKSPACE, itemId: OTHER_ITEM }] },
      fabricGiven.TOKEN,
    );
    const host = fabrics.fabric([ITEMS[0], { ...ITEMS[1], runs: [{ ...fabrics.BAD, durationSeconds: 80 }] }]);
    const ends = await refresh(host, generated, { mode });
    for (const end of ends) assert.deepEqual(rowsOf(end), rowsOf(ends[0]));
    assert.deepEqual([ITEM, OTHER_ITEM].map((id) => fabrics.runsMade(host, id).length), [1, 1]);
  });
}

const ATTACHING = /** @type {const} */ ({ attachOnly: true });

const DATABRICKS_PREVIEWS = {
  query: queryOf({ service: "databricks", host: databricks.HOST, job: { jobId: "7" }, ...ATTACHING }, databricks.TOKEN),
  connector: callOf(
    extension({ service: "databricks", ...ATTACHING }),
    `Pqrun.RunJob("${databricks.HOST}", "7")`,
    databricks.TOKEN,
  ),
  "connector with the option": callOf(
    extension({ service: "databricks" }),
    `Pqrun.RunJob("${databricks.HOST}", "7", [AttachOnly = true])`,
    databricks.TOKEN,
  ),
};
const FABRIC_PREVIEWS = {
  query: queryOf({ service: "fabric", job: { workspaceId: WORKSPACE, itemId: ITEM }, ...ATTACHING }, fabricGiven.TOKEN),
  connector: callOf(
    extension({ service: "fabric", ...ATTACHING }),
    `Pqrun.RunItem("${fabricGiven.HOST}", "${WORKSPACE}", "${ITEM}")`,
    fabricGiven.TOKEN,
  ),
};

/** Nothing that changes the service was sent. @param {End[]} ends */
function assertOnlyReads(ends) {
  for (const { requests } of ends) {
    assert.ok(requests.every(({ method, path }) => method === "GET" || path.endsWith("/queryactivityruns")));
  }
}

for (const mode of MODES) {
  // Where nothing is remembered they are interleaved, too.
  for (const order of mode === "nocache" ? ["one after another", "in turn"] : ["one after another"]) {
    const choose = () => ORDERS[order]?.();

    for (const [form, generated] of Object.entries(DATABRICKS_PREVIEWS)) {
      test(`Databricks, ${form}, ${mode}, ${order}: previews that attach start nothing`, async () => {
        const none = workspace({});
        const nothing = await refresh(none, generated, { mode, choose: choose() });
        for (const { error } of nothing) assert.equal(error?.Detail.Code, "runNotFound");
        assert.equal(runsMade(none), 0);
        const old = workspace({});
        startedBefore(old);
        old.sleep(10 * 3_600_000);
        const found = await refresh(old, generated, { mode, choose: choose() });
        for (const { value, error } of found) assert.deepEqual(error ?? value, ROWS_READ);
        assert.equal(runsMade(old), 1);
        assertOnlyReads([...nothing, ...found]);
      });
    }

    for (const [form, generated] of Object.entries(FABRIC_PREVIEWS)) {
      test(`Fabric, ${form}, ${mode}, ${order}: previews that attach start nothing`, async () => {
        const none = fabrics.fabric({});
        const nothing = await refresh(none, generated, { mode, choose: choose() });
        for (const { error } of nothing) assert.equal(error?.Detail.Code, "runNotFound");
        assert.equal(fabrics.runsMade(none).length, 0);
        const old = fabrics.fabric({}, { now: START });
        fabrics.startedBefore(old);
        old.sleep(10 * 3_600_000);
        const found = await refresh(old, generated, { mode, choose: choose() });
        for (const { value, error } of found) assert.deepEqual(error ?? value, fabrics.ROWS);
        assert.equal(fabrics.runsMade(old).length, 1);
        assertOnlyReads([...nothing, ...found]);
      });
    }
  }
}
