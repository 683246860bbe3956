// What goes wrong between a query and the service, and the limits of waiting.

import assert from "node:assert/strict";
import test from "node:test";

import {
  FORMS,
  GOOD,
  ITEM,
  MODES,
  ROWS,
  START,
  errorOf,
  fabric,
  query,
  runItem,
  runsMade,
  starts,
  valueOf,
} from "./support/fabric.mjs";

const GET = "jobs/instances/get";
const LIST = "jobs/instances/list";
const ACTIVITIES = "pipelineruns/queryactivityruns";

for (const form of FORMS) {
  for (const mode of MODES) {
    test(`${form}, ${mode}: passing faults of reads are waited out`, async () => {
      for (const endpoint of [GET, LIST, ACTIVITIES]) {
        for (const kind of [
          "drop",
          { cut: { bytes: 5 } },
          { status: { code: 500 } },
          { status: { code: 502, body: "<html>bad gateway" } },
          { status: { code: 503 } },
          { throttle: { seconds: 3 } },
          { throttle: { seconds: 3, retryAfter: "none" } },
          { garbage: "empty" },
          { garbage: "html" },
          { garbage: "json" },
        ]) {
          // A list with a row that says nothing is a list all the same.
          if (endpoint === ACTIVITIES && JSON.stringify(kind) === '{"garbage":"json"}') continue;
          const host = fabric({}, { faults: [{ endpoint, nth: 1, times: 2, kind }] });
          const evaluation = await query(host, runItem(), { form, mode });
          assert.deepEqual(valueOf(evaluation), ROWS, `${endpoint} ${JSON.stringify(kind)}`);
          assert.equal(runsMade(host).length, 1);
          assert.equal(starts(evaluation).length, 1);
        }
      }
    });
  }

  test(`${form}: a run whose polls fail for long is lost from sight, not failed`, async () => {
    const host = fabric({}, { faults: [{ endpoint: GET, kind: { status: { code: 500 } } }] });
    const { Message, Detail } = errorOf(await query(host, runItem(), { form }));
    const [{ id }] = runsMade(host);
    assert.deepEqual([Detail.Code, Detail.RunId], ["lostSight", id]);
    assert.ok(Message.includes(id) && Message.includes(Detail.RunPageUrl));
  });

  test(`${form}: a list that can't be read starts nothing`, async () => {
    for (const [kind, code] of /** @type {[any, string][]} */ ([
      [{ status: { code: 500 } }, "serverError"],
      [{ garbage: "html" }, "wrongHost"],
      [{ redirect: { to: "https://elsewhere.example/" } }, "wrongHost"],
      ["drop", "network"],
    ])) {
      const host = fabric({}, { faults: [{ endpoint: LIST, kind }] });
      const evaluation = await query(host, runItem(), { form });
      assert.equal(errorOf(evaluation).Detail.Code, code, JSON.stringify(kind));
      assert.equal(runsMade(host).length, 0);
    }
  });

  test(`${form}: an item that is not there is told, and nothing is started`, async () => {
    const host = fabric({ id: "11111111-2222-4333-8444-555555555555" });
    const evaluation = await query(host, runItem(), { form });
    assert.equal(errorOf(evaluation).Detail.Code, "notFound");
    assert.deepEqual(starts(evaluation), []);
  });

  test(`${form}: after the elapsed time the run is named`, async () => {
    const host = fabric({ runs: [{ ...GOOD, durationSeconds: 3600 }] });
    const evaluation = await query(host, runItem({ MaxMinutes: "10" }), { form });
    const { Message, Detail } = errorOf(evaluation);
    const [{ id }] = runsMade(host);
    assert.deepEqual([Detail.Code, Detail.RunId], ["deadlinePassed", id]);
    assert.ok(Message.includes(id) && Message.includes(Detail.RunPageUrl));
    assert.equal(host.now() - START, 600_000, "the last look is at the deadline");
  });

  test(`${form}: after so many polls the run is named`, async () => {
    const host = fabric({ runs: [{ ...GOOD, durationSeconds: 3600 }] });
    const evaluation = await query(host, runItem({ MaxPolls: "3" }), { form });
    assert.equal(errorOf(evaluation).Detail.Code, "deadlinePassed");
    const [{ id }] = runsMade(host);
    assert.equal(evaluation.requests.filter(({ method, path }) => method === "GET" && path.endsWith(id)).length, 3);
  });
}

test("the connector asks again when the service says so", async () => {
  const host = fabric({ runs: [{ ...GOOD, durationSeconds: 300 }] }, { switches: { refreshLateSeconds: 0 } });
  const { requests } = await query(host, runItem());
  const polls = requests.filter(({ method, path }) => method === "GET" && !path.endsWith("/instances"));
  const gaps = polls.slice(1).map(({ at }, before) => at - polls[before].at);
  assert.ok(
    gaps.every((gap) => gap >= 1000 && gap <= 61_000),
    String(gaps),
  );
  assert.ok(polls.length <= 8, String(polls.length));
});

test("a query, which does not see that, asks at growing intervals", async () => {
  const host = fabric({ runs: [{ ...GOOD, durationSeconds: 300 }] }, { switches: { statusCacheSeconds: 0 } });
  const { requests } = await query(host, runItem(), { form: "query" });
  const polls = requests.filter(({ method, path }) => method === "GET" && !path.endsWith("/instances"));
  const gaps = polls.slice(1).map(({ at }, before) => (at - polls[before].at) / 1000);
  assert.deepEqual(gaps.slice(0, 6), [10, 15, 22.5, 33.75, 50.625, 60]);
});

test("a credential that is refused is the engine's to renew", async () => {
  for (const tokens of [[], [{ value: "fabric-simulated", service: "fabric", lifetimeSeconds: 20 }]]) {
    const host = fabric({}, { tokens });
    const evaluation = await query(host, runItem());
    assert.match(errorOf(evaluation).Reason, /Credential/);
    assert.equal(runsMade(host).length, tokens.length);
  }
});

test("a query whose token ends says so", async () => {
  const host = fabric({}, { tokens: [] });
  const evaluation = await query(host, runItem(), { form: "query" });
  assert.ok(evaluation.error);
  assert.equal(runsMade(host).length, 0);
  assert.ok(ITEM);
});
