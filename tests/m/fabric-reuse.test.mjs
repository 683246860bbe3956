// Which earlier or active run stands for a new one.

import assert from "node:assert/strict";
import test from "node:test";

import {
  BAD,
  FORMS,
  GOOD,
  ITEM,
  MODES,
  ROWS,
  errorOf,
  fabric,
  item,
  query,
  runItem,
  runsMade,
  startedBefore,
  starts,
  valueOf,
} from "./support/fabric.mjs";

const GUID = (/** @type {number} */ n) => `${String(n).repeat(8)}-0000-4000-8000-000000000000`;
const WITH_PARAMETERS = item("Parameters = [p = 1]");

/**
 * A run from before.
 *
 * @param {number} n
 * @param {number} ageSeconds
 * @param {object} [run]
 * @param {object} [more]
 */
function past(n, ageSeconds, run = { ...GOOD, queuedSeconds: 0, durationSeconds: 0 }, more = {}) {
  return { id: GUID(n), ageSeconds, run, ...more };
}

const FAILED = { ...BAD, queuedSeconds: 0, durationSeconds: 0 };
const LONG = { ...GOOD, queuedSeconds: 0, durationSeconds: 900 };

/**
 * Which run is followed; null if a new one was started.
 *
 * @param {object[]} history
 * @param {Parameters<typeof runItem>} run
 * @param {object} [more]
 */
async function chosen(history, [changes, job] = [{}], more = {}) {
  // The list shows every state at once.
  const host = fabric({ history }, { switches: { statusCacheSeconds: 0, listHasFailureReason: true } });
  const evaluation = await query(
    host,
    `let run = StartPipeline(${job ?? item()}, ${optionsIn(changes ?? {})})
      in [Id = run[RunId], By = run[IdentifiedBy]]`,
    more,
  );
  const { Id, By } = valueOf(evaluation);
  assert.equal(starts(evaluation).length, By === "reuse" ? 0 : 1);
  return By === "reuse" ? Id : null;
}

/** @param {Parameters<typeof runItem>[0]} changes */
function optionsIn(changes) {
  return runItem(changes).slice(`RunItem(${item()}, `.length, -1);
}

for (const form of FORMS) {
  test(`${form}: an active run comes before a fresh good one, and that before a fresh bad one`, async () => {
    for (const [history, expected] of /** @type {[object[], number | null][]} */ ([
      [[past(1, 30, LONG), past(2, 60), past(3, 10, FAILED)], 1],
      [[past(2, 60), past(3, 10, FAILED)], 2],
      [[past(3, 10, FAILED)], 3],
      [[past(1, 300, LONG), past(2, 30, LONG)], 2],
      [[past(1, 300), past(2, 60)], 2],
      [[past(1, 14 * 60)], 1],
      [[past(1, 16 * 60)], null],
      [[past(1, 118, FAILED)], 1],
      [[past(1, 130, FAILED)], null],
      [[past(1, 5, { ...FAILED, end: { status: "Deduped" } })], null],
      [[past(1, 5, { ...FAILED, end: { status: "FailedDeduped" } })], null],
      [[past(1, 5, { ...FAILED, end: { status: "Other", text: "Hibernating" } })], null],
      [[past(1, 60, GOOD, { jobType: "TableMaintenance" })], null],
      [[past(1, 30, { ...GOOD, durationSeconds: 0, queuedSeconds: 0 }, { jobType: "Execute" })], 1],
      [[], null],
    ])) {
      assert.equal(
        await chosen(history, [], { form }),
        expected === null ? null : GUID(expected),
        JSON.stringify(history),
      );
    }
  });

  test(`${form}: the ages are the caller's`, async () => {
    assert.equal(await chosen([past(1, 60)], [{ Freshness: "#duration(0, 0, 0, 30)" }], { form }), null);
    assert.equal(await chosen([past(1, 3000)], [{ Freshness: "#duration(0, 1, 0, 0)" }], { form }), GUID(1));
    assert.equal(
      await chosen([past(1, 3000, FAILED)], [{ FailureFreshness: "#duration(0, 1, 0, 0)" }], { form }),
      GUID(1),
    );
  });

  test(`${form}: a call with parameters adopts nothing, unless it may adopt anything`, async () => {
    const history = [past(1, 30, LONG), past(2, 60)];
    assert.equal(await chosen(history, [{}, WITH_PARAMETERS], { form }), null);
    assert.equal(await chosen(history, [{}, item("ExecutionData = [x = 1]")], { form }), null);
    assert.equal(await chosen(history, [{}, item("Parameters = []")], { form }), GUID(1));
    assert.equal(await chosen(history, [{ AdoptAnyParameters: "true" }, WITH_PARAMETERS], { form }), GUID(1));
  });

  test(`${form}: a run with the marker of equal parameters is found`, async () => {
    const parameters = { p: { type: "int", defaultValue: 0 }, tag: { type: "string", defaultValue: "" } };
    const activities = [
      ...GOOD.activities,
      { name: "Note", type: "SetVariable", input: { value: "tag: @{pipeline().parameters.tag}" } },
    ];
    const host = fabric({ parameters, runs: [{ ...GOOD, activities }] });
    const marked = (/** @type {number} */ p) => runItem({ Marker: '"tag"' }, item(`Parameters = [p = ${p}]`));
    for (const p of [1, 2, 1, 2]) assert.deepEqual(valueOf(await query(host, marked(p), { form })), ROWS);
    assert.equal(runsMade(host).length, 2);
    assert.match(runsMade(host)[0].parameters.tag, /^pq1-[0-9a-f]{28}$/);
  });

  test(`${form}: the marker has to be a free parameter of a pipeline`, async () => {
    for (const job of [item("Parameters = [tag = 1]"), item('JobType = "RunNotebook"')]) {
      const { Message, Detail } = errorOf(await query(fabric({}), runItem({ Marker: '"tag"' }, job), { form }));
      assert.equal(Detail.Code, "invalidOptions");
      assert.match(Message, /^Marker: /);
    }
  });

  test(`${form}: a caller that only attaches starts nothing`, async () => {
    for (const [history, expected] of /** @type {[object[], number | null][]} */ ([
      [[past(1, 9000), past(2, 3000), past(3, 2000, { ...FAILED, end: { status: "Deduped" } })], 2],
      [[past(1, 30, LONG), past(2, 3000)], 1],
    ])) {
      assert.equal(
        await chosen(history, [{ AttachOnly: "true" }], { form }),
        expected === null ? null : GUID(expected),
      );
    }
    for (const job of [item(), WITH_PARAMETERS]) {
      const host = fabric({ history: job === item() ? [] : [past(1, 60)] });
      const evaluation = await query(host, runItem({ AttachOnly: "true" }, job), { form });
      assert.equal(errorOf(evaluation).Detail.Code, "runNotFound");
      assert.deepEqual(starts(evaluation), []);
    }
  });

  for (const mode of MODES) {
    test(`${form}, ${mode}: an active run is followed, a fresh one is read`, async () => {
      const host = fabric({ runs: [{ ...GOOD, durationSeconds: 100 }] });
      const id = startedBefore(host);
      for (let times = 0; times < 2; times += 1) {
        const evaluation = await query(host, runItem(), { form, mode });
        assert.deepEqual(valueOf(evaluation), ROWS);
        assert.ok(evaluation.requests.some(({ path }) => path.includes(id)));
      }
      assert.equal(runsMade(host).length, 1);
    });

    test(`${form}, ${mode}: a failure that is fresh is reported, not repeated`, async () => {
      const host = fabric({ history: [past(1, 60, FAILED)] });
      const evaluation = await query(host, runItem(), { form, mode });
      assert.equal(errorOf(evaluation).Detail.Code, "runFailed");
      assert.deepEqual(starts(evaluation), []);
    });
  }
}

test("a failure in the list that turns out to have been deduped stands for nothing", async () => {
  for (const form of FORMS) {
    // The list says Failed, and not why.
    const host = fabric({ history: [past(1, 70, { ...FAILED, end: { status: "FailedDeduped" } })] });
    const evaluation = await query(host, runItem(), { form });
    assert.deepEqual(valueOf(evaluation), ROWS);
    assert.equal(starts(evaluation).length, 1);
  }
});

test("all pages of the list are looked at", async () => {
  const history = [past(1, 30, LONG), ...[2, 3, 4, 5, 6].map((n) => past(n, 3600 * n))];
  for (const lastPageToken of ["null", "absent", "empty"]) {
    const host = fabric({ history }, { switches: { pageSize: 2, lastPageToken } });
    const evaluation = await query(
      host,
      `LookAtRuns(ItemJobOf(${item()}, ${optionsIn({})}), ${optionsIn({})})[Instances]`,
    );
    assert.equal(valueOf(evaluation).length, 6);
    assert.equal(evaluation.requests.length, lastPageToken === "null" ? 3 : 3);
    assert.ok(evaluation.requests[1].url.includes("?continuationToken="));
    assert.ok(!evaluation.requests[1].url.includes("%25"), evaluation.requests[1].url);
  }
  assert.equal(history.length, 6);
  assert.ok(ITEM);
});
