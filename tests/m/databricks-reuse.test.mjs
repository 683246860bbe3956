// One run for all evaluations of a refresh, one after another.

import assert from "node:assert/strict";
import test from "node:test";

import { ResponseCache } from "./evaluate.mjs";
import {
  MODES, ROWS, ROWS_READ, START, column, errorOf, query, runJob, runsMade, runsOf, sentByOthers, startedBefore, valueOf,
  workspace,
} from "./support/workspace.mjs";

/**
 * @import { Evaluation } from "./evaluate.mjs"
 * @import { Mode } from "./engine.mjs"
 * @import { Workspace } from "./support/workspace.mjs"
 */

const FAILS = { tasks: [{ key: "load", run: { seconds: 5, result: "failed", output: { error: "no disk" } } }] };
const SKIPS = { maxConcurrentRuns: 0, queue: false };

/**
 * Six evaluations of one refresh, each with a cache of its own. In the stale mode each has the cache of an evaluation
 * of an hour before.
 *
 * @param {Workspace} host
 * @param {Mode} mode
 * @param {string} [expression]
 * @returns {Promise<Evaluation[]>}
 */
async function sixTimes(host, mode, expression = runJob()) {
  const caches = [];
  for (let at = 0; at < 6; at += 1) caches.push(new ResponseCache());
  if (mode === "stale") {
    const [first, ...others] = caches;
    await query(host, expression, { mode, cache: first });
    for (const cache of others) cache.answers = new Map(first.answers);
    host.sleep(3_600_000);
  }
  const all = [];
  for (const cache of caches) all.push(await query(host, expression, { mode, cache }));
  return all;
}

/** @param {Mode} mode */
const before = (mode) => (mode === "stale" ? 1 : 0);

for (const mode of MODES) {
  test(`${mode}: six evaluations make one run`, async () => {
    const host = workspace({});
    for (const evaluation of await sixTimes(host, mode)) assert.deepEqual(valueOf(evaluation), ROWS_READ);
    assert.equal(runsMade(host), 1 + before(mode));
  });

  test(`${mode}: six evaluations of a job that fails every time make one run`, async () => {
    const host = workspace(FAILS);
    for (const evaluation of await sixTimes(host, mode)) assert.equal(errorOf(evaluation).Detail.Code, "runFailed");
    assert.equal(runsMade(host), 1 + before(mode));
  });

  test(`${mode}: six evaluations of a job that is skipped make one run`, async () => {
    const host = workspace(SKIPS);
    for (const evaluation of await sixTimes(host, mode)) assert.equal(errorOf(evaluation).Detail.Outcome, "skipped");
    assert.equal(runsMade(host), 1 + before(mode));
  });

  test(`${mode}: just after a failed run it is the result, and later there is one new run`, async () => {
    const executions = { tasks: [{ key: "load", run: { seconds: 5, output: { result: ROWS } } }] };
    const host = workspace({ ...executions, history: [{ secondsAgo: 100 }] });
    const failing = workspace(FAILS);
    startedBefore(failing);
    failing.sleep(60_000);
    for (const evaluation of await sixTimes(failing, mode)) assert.equal(errorOf(evaluation).Detail.Code, "runFailed");
    assert.equal(runsMade(failing), 1 + before(mode));
    for (const evaluation of await sixTimes(host, mode)) assert.deepEqual(valueOf(evaluation), ROWS_READ);
  });

  test(`${mode}: six evaluations share a run although the list lags`, async () => {
    const host = workspace({}, { databricks: { listLagSeconds: 300 } });
    for (const evaluation of await sixTimes(host, mode)) assert.deepEqual(valueOf(evaluation), ROWS_READ);
    assert.equal(runsMade(host), 1 + before(mode));
  });

  test(`${mode}: six evaluations share a run although the start's answers are lost`, async () => {
    const faults = [{ endpoint: "jobs/run-now", nth: 1, times: 3, when: "after", kind: "drop" }];
    const host = workspace({}, { faults });
    for (const evaluation of await sixTimes(host, mode)) assert.deepEqual(valueOf(evaluation), ROWS_READ);
    assert.equal(runsMade(host), 1 + before(mode));
  });
}

test("a run that is too old for an answer is the predecessor of one new run", async () => {
  const host = workspace({ history: [{ secondsAgo: 5000 }] });
  const [{ runId }] = runsOf(host);
  const evaluations = await sixTimes(host, "shared");
  for (const evaluation of evaluations) assert.deepEqual(valueOf(evaluation), ROWS_READ);
  const [start] = evaluations[0].requests.filter(({ method }) => method === "POST");
  assert.match(JSON.parse(start.body).idempotency_token, new RegExp(`^pq1-[0-9a-f]{28}-${runId}$`));
  assert.equal(evaluations.flatMap(({ requests }) => requests.filter(({ method }) => method === "POST")).length, 1);
});

test("a deleted predecessor leaves its token behind, and the next of the family is taken", async () => {
  const host = workspace({});
  valueOf(await query(host, runJob()));
  const [{ runId, idempotencyToken }] = runsOf(host);
  sentByOthers(host, "POST", "runs/delete", JSON.parse(`{"run_id":"${runId}"}`));
  const all = await sixTimes(host, "shared");
  for (const evaluation of all) assert.deepEqual(valueOf(evaluation), ROWS_READ);
  const made = runsOf(host).filter(({ deleted }) => !deleted);
  assert.deepEqual(column(made, "idempotencyToken"), [`${idempotencyToken}-1`]);
});

test("a repaired predecessor is followed while it runs again", async () => {
  const executions = [
    { seconds: 5, result: "failed", output: { error: "no disk" } },
    { seconds: 100, output: { result: ROWS } },
  ];
  const host = workspace({ tasks: [{ key: "load", executions }], repairedAfterSeconds: 200 });
  startedBefore(host);
  host.sleep(210_000);
  for (const evaluation of await sixTimes(host, "shared")) assert.deepEqual(valueOf(evaluation), ROWS_READ);
  assert.equal(runsMade(host), 1);
});

test("ages count by the service's clock", async () => {
  const host = workspace({ history: [{ secondsAgo: 800 }] });
  const away = { ...host, now: () => host.now() + 86_400_000 };
  assert.deepEqual(valueOf(await query(away, runJob({ MaxMinutes: "3000" }))), ROWS_READ);
  assert.ok(!column(host.state().requests, "method").includes("POST"));
});

test("no freshness means a new run, a longer one an older answer", async () => {
  const none = "#duration(0, 0, 0, 0)";
  const host = workspace({});
  valueOf(await query(host, runJob({ Freshness: none })));
  valueOf(await query(host, runJob({ Freshness: none })));
  assert.equal(runsMade(host), 2);
  host.sleep(3_600_000);
  valueOf(await query(host, runJob({ Freshness: "#duration(0, 2, 0, 0)" })));
  assert.equal(runsMade(host), 2);
});

const WITH_DAY = { parameters: { day: "1", hour: "" } };

test("only a run with equal parameters stands for a new one", async () => {
  const host = workspace(WITH_DAY);
  const job = (/** @type {string} */ parameters) => runJob({}, `[JobId = 7, JobParameters = ${parameters}]`);
  for (const equal of ['[day = "2"]', '[day = 2, hour = ""]', '"{""day"": ""2""}"']) {
    valueOf(await query(host, job(equal)));
  }
  assert.equal(runsMade(host), 1);
  for (const equal of ["null", "[]", '[day = "1"]', "[day = null]"]) valueOf(await query(host, job(equal)));
  assert.equal(runsMade(host), 2);
});

test("equal starts with members that no row shows share a run by their token", async () => {
  const host = workspace({});
  const job = runJob({}, '[JobId = "7", Only = {"load"}]');
  const all = await sixTimes(host, "shared", job);
  for (const evaluation of all) assert.deepEqual(valueOf(evaluation), ROWS_READ);
  assert.equal(runsMade(host), 1);
});

test("a run that somebody else has under way is followed", async () => {
  const host = workspace({});
  startedBefore(host);
  host.sleep(5000);
  assert.deepEqual(valueOf(await query(host, runJob())), ROWS_READ);
  assert.equal(runsMade(host), 1);
});

test("a run that is being stopped is not followed", async () => {
  const host = workspace({ tasks: [{ key: "load", run: { seconds: 30, output: { result: ROWS } } }] }, {
    databricks: { cancelSeconds: 600 },
  });
  const runId = startedBefore(host);
  sentByOthers(host, "POST", "runs/cancel", { run_id: runId });
  host.sleep(2000);
  assert.deepEqual(valueOf(await query(host, runJob())), ROWS_READ);
  assert.equal(runsMade(host), 2);
});

test("attaching starts nothing: it takes the newest run, whatever its age, or says that there is none", async () => {
  const old = workspace({ history: [{ secondsAgo: 50_000 }] });
  assert.deepEqual(valueOf(await query(old, runJob({ AttachOnly: "true" }))), ROWS_READ);
  const none = workspace({});
  const { Detail } = errorOf(await query(none, runJob({ AttachOnly: "true" })));
  assert.equal(Detail.Code, "runNotFound");
  assert.equal(runsMade(none), 0);
});

test("the token names the service's day", async () => {
  for (const [now, day] of [[START, "20260301"], [START + 14 * 3_600_000, "20260302"]]) {
    const host = workspace({}, { now: Number(now) });
    valueOf(await query(host, runJob()));
    assert.match(column(runsOf(host), "idempotencyToken")[0], new RegExp(`-d${day}$`));
  }
});

test("a token that expires between evaluations ends them without a second run", async () => {
  const host = workspace({}, {
    tokens: [{ value: "dapi-simulated", service: "databricks", lifetimeSeconds: 10 }],
    databricks: { unknownTokenStatus: 401 },
  });
  for (const evaluation of await sixTimes(host, "nocache")) assert.ok(evaluation.error);
  assert.equal(runsMade(host), 1);
});

test("an old run behind a token is the predecessor of the next one, five times at most", async () => {
  // A list that never shows the runs: only their tokens lead to them.
  const host = workspace({}, { databricks: { listLagSeconds: 1_000_000 } });
  for (let made = 1; made <= 5; made += 1) {
    assert.deepEqual(valueOf(await query(host, runJob())), ROWS_READ);
    assert.equal(runsMade(host), made);
    host.sleep(3_600_000);
  }
  const ids = column(runsOf(host), "runId");
  assert.deepEqual(
    column(runsOf(host), "idempotencyToken").map((token) => token.split("-")[2]),
    ["d20260301", ...ids.slice(0, 4)],
  );
  const { Detail, Message } = errorOf(await query(host, runJob()));
  assert.equal(Detail.Code, "reuseExhausted");
  assert.ok(Message.includes(ids.join(", ")), Message);
});

for (const mode of MODES) {
  test(`${mode}: a run under way is found although the look is refused at first`, async () => {
    // Where each read is a request, the body may be a refusal and the status the next answer's.
    const faults = [{ endpoint: "jobs/runs/list", nth: 1, kind: { status: { code: 500 } } }];
    const host = workspace({}, { faults });
    startedBefore(host);
    assert.deepEqual(valueOf(await query(host, runJob(), { mode })), ROWS_READ);
    assert.equal(runsMade(host), 1);
  });
}
