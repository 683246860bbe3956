// Six evaluations of one query within a refresh, each with its own cache.

import assert from "node:assert/strict";
import test from "node:test";

import {
  BAD,
  FORMS,
  GOOD,
  MODES,
  ROWS,
  byChance,
  errorOf,
  fabric,
  inTurn,
  query,
  runItem,
  runsMade,
  startedBefore,
  together,
  valueOf,
} from "./support/fabric.mjs";

const LONG = { ...GOOD, durationSeconds: 200 };

/** What each evaluation gives: the rows, and of which run. */
const resultOf = (/** @type {string} */ call) =>
  `let result = ${call} in [Rows = result, Run = Value.Metadata(result)[RunId]]`;
const RESULT = resultOf(runItem());
const RESULT_CANCELLING = resultOf(runItem({ CancelDuplicates: "true" }));

/** @param {object} scenario */
const lagging = (scenario) =>
  fabric({ runs: [LONG] }, { switches: { listLagSeconds: 20, earlyNotFoundSeconds: 5 }, ...scenario });

/** @type {[string, () => ReturnType<typeof fabric>][]} */
const SITUATIONS = [
  ["at first", () => fabric({ runs: [LONG] })],
  ["after an old run", () => fabric({ runs: [LONG], history: [{ ageSeconds: 7200 }] })],
  ["with lagging lists", () => lagging({})],
  [
    "with the first start's answer lost",
    () =>
      fabric({ runs: [LONG] }, { faults: [{ endpoint: "jobs/instances/run", nth: 1, when: "after", kind: "drop" }] }),
  ],
  ["with odd timing", () => fabric({ runs: [LONG] }, { switches: { endTimeNullFor: 2, phantomFailureSeconds: 20 } })],
];

for (const form of FORMS) {
  for (const mode of MODES) {
    for (const [when, make] of SITUATIONS) {
      test(`${form}, ${mode}, one after another, ${when}: one run`, async () => {
        const host = make();
        const before = runsMade(host).length;
        const runs = new Set();
        for (let times = 0; times < 6; times += 1) {
          const { Rows, Run } = valueOf(await query(host, RESULT, { form, mode }));
          assert.deepEqual(Rows, ROWS);
          runs.add(Run);
        }
        assert.equal(runs.size, 1);
        assert.equal(
          runsMade(host).filter(({ enqueued }) => enqueued >= Date.UTC(2026, 2, 1, 10)).length,
          1,
          String(before),
        );
      });
    }

    test(`${form}, ${mode}, one after another: one run of an item that fails every time`, async () => {
      const host = fabric({ runs: [BAD] });
      const runs = new Set();
      for (let times = 0; times < 6; times += 1) {
        runs.add(errorOf(await query(host, runItem(), { form, mode })).Detail.RunId);
      }
      assert.equal(runs.size, 1);
      assert.equal(runsMade(host).length, 1);
    });

    test(`${form}, ${mode}, one after another: just after a failed run nothing is started`, async () => {
      const host = fabric({ runs: [LONG], history: [{ ageSeconds: 20, run: BAD }] });
      for (let times = 0; times < 6; times += 1) {
        assert.equal(errorOf(await query(host, runItem(), { form, mode })).Detail.Code, "runFailed");
      }
      assert.equal(runsMade(host).length, 1);
    });
  }
}

for (const mode of MODES) {
  for (const [order, choose] of /** @type {[string, () => import("./support/interleaved.mjs").Choose][]} */ ([
    ["in turn", inTurn],
    ...[1, 2, 3].map((seed) => [`by chance ${seed}`, () => byChance(seed * 7919)]),
  ])) {
    for (const [when, make] of SITUATIONS) {
      test(`connector, ${mode}, interleaved ${order}, ${when}: all return the same run`, async () => {
        const host = make();
        const results = await together(host, RESULT, { mode, choose: choose() });
        for (const { value, error } of results) {
          assert.equal(error, undefined, JSON.stringify(error));
          assert.deepEqual(value.Rows, ROWS);
        }
        assert.equal(
          new Set(results.map(({ value }) => value.Run)).size,
          1,
          JSON.stringify(results.map(({ value }) => value.Run)),
        );
      });
    }

    test(`connector, ${mode}, interleaved ${order}: one run stays where duplicates are cancelled`, async () => {
      const host = fabric({ runs: [LONG] });
      const results = await together(host, RESULT_CANCELLING, { mode, choose: choose() });
      assert.equal(new Set(results.map(({ value }) => value?.Run)).size, 1);
      const runs = runsMade(host);
      assert.equal(
        runs.filter(({ status }) => status === "Completed").length,
        1,
        JSON.stringify(runs.map(({ status }) => status)),
      );
      assert.equal(runs.find(({ status }) => status === "Completed").id, results[0].value.Run);
    });
  }

  test(`connector, ${mode}, interleaved: where the service skips duplicates, all return the first run`, async () => {
    for (const dedupe of ["deduped", "failedDeduped"]) {
      const host = fabric({ runs: [LONG], dedupe });
      const results = await together(host, RESULT, { mode, choose: inTurn() });
      for (const { value, error } of results) assert.deepEqual(value?.Rows, ROWS, JSON.stringify(error));
      assert.equal(new Set(results.map(({ value }) => value.Run)).size, 1);
      assert.equal(runsMade(host).filter(({ status }) => status === "Completed").length, 1);
    }
  });

  test(`connector, ${mode}, interleaved: an item that fails every time fails for all with one run`, async () => {
    const host = fabric({ runs: [{ ...BAD, durationSeconds: 100 }] });
    const results = await together(host, runItem(), { mode, choose: inTurn() });
    assert.equal(new Set(results.map(({ error }) => error?.Detail.RunId)).size, 1);
    for (const { error } of results) assert.equal(error.Detail.Code, "runFailed");
  });
}

test("interleaved with a run that is active, all follow it", async () => {
  for (const form of FORMS) {
    const host = fabric({ runs: [LONG] });
    const id = startedBefore(host);
    const results = await together(host, RESULT, { form, mode: "shared", choose: inTurn() });
    for (const { value } of results) assert.deepEqual(value, { Rows: ROWS, Run: id });
    assert.equal(runsMade(host).length, 1);
  }
});

for (const form of FORMS) {
  for (const mode of MODES) {
    test(`${form}, ${mode}: across the end of a token, the next evaluation goes on with the same run`, async () => {
      const host = fabric(
        { runs: [LONG] },
        { faults: [{ endpoint: "jobs/instances/get", nth: 2, when: "before", kind: "expireToken" }] },
      );
      const first = await query(host, RESULT, { form, mode });
      assert.ok(first.error, "its token has ended");
      const fresh = newToken(host);
      const how =
        form === "query"
          ? { given: { Token: `"${fresh}"` } }
          : { credential: { AuthenticationKind: "Key", Key: fresh } };
      const runs = new Set();
      for (let times = 1; times < 6; times += 1) {
        runs.add(valueOf(await query(host, RESULT, { form, mode, ...how })).Run);
      }
      assert.deepEqual([...runs], runsMade(host).map(({ id }) => id));
      assert.equal(runs.size, 1);
    });
  }
}

/** @param {ReturnType<typeof fabric>} host */
function newToken(host) {
  const { body } = host.request({
    method: "POST",
    url: "https://api.fabric.microsoft.com/simulator/token",
    headers: [],
    body: new TextEncoder().encode('{"service": "fabric"}'),
    timeoutMs: 1000,
  });
  return JSON.parse(new TextDecoder().decode(body)).token;
}
