/** Runs that outlive their tokens, on a virtual clock. */

import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { runDatabricksJob, runFabricItem } from "pqrun";
import { databricksOAuth, entraClientSecret } from "pqrun/auth";
import { Simulator, simulatedFetch } from "pqrun/simulator";

import { scenario } from "./support.mjs";

const HOST = "http://localhost";
const WORKSPACE = "22222222-2222-4222-8222-222222222222";
const ITEM = "bbbbbbbb-0000-4000-8000-000000000002";
const ENTRA = Object.freeze({
  tenantId: "contoso.example",
  clientId: "e0000000-0000-4000-8000-000000000001",
  clientSecret: "entra~simulated+secret&1=%25",
  authority: HOST,
});
const OAUTH = Object.freeze({
  clientId: "d0000000-0000-4000-8000-000000000001",
  clientSecret: "databricks-simulated-secret-1",
});

/** A token lives an hour, and is replaced five minutes before its end: at 0:00, 0:55, 1:50 and 2:45 of three hours. */
const TOKENS_IN_THREE_HOURS = 4;

/**
 * A service on a clock of ours, and a count of what it was asked.
 *
 * @param {import("node:test").TestContext} t
 */
function service(t) {
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: Date.UTC(2026, 2, 1) });
  t.after(() => mock.timers.reset());
  const simulator = new Simulator(JSON.stringify(scenario("auth")), Date.now(), 1);
  t.after(() => simulator.free());
  const inner = simulatedFetch(simulator);
  const seen = { tokens: 0, refused: 0, others: 0 };
  return {
    simulator,
    seen,
    /** @type {typeof fetch} */
    fetch: async (url, init) => {
      const answer = await inner(url, init);
      seen[String(url).endsWith("/token") ? "tokens" : "others"] += 1;
      seen.refused += answer.status === 401 || answer.status === 403 ? 1 : 0;
      return answer;
    },
    /** Revokes every token that was given so far. */
    revoke: () => inner(`${HOST}/simulator/revoke`, { method: "POST", body: "{}" }),
  };
}

/**
 * Lets time pass until all have ended. Between two steps everything that can happen at once happens.
 *
 * @param {import("pqrun").RunHandle[]} handles
 * @param {(elapsed: number) => unknown} [at]
 */
async function toTheEnd(handles, at = () => {}) {
  let open = handles.length;
  const results = handles.map((handle) => handle.result.finally(() => (open -= 1)));
  const began = Date.now();
  while (open > 0) {
    for (let turn = 0; turn < 8; turn += 1) {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
    assert.ok(Date.now() - began < 4 * 3_600_000, "they end within four hours");
    mock.timers.tick(5000);
    await at(Date.now() - began);
  }
  return Promise.all(results);
}

/** @param {import("pqrun").RunResult[]} results */
function expectSuccess(results) {
  for (const { outcome, message, error, table } of results) {
    assert.equal(outcome, "succeeded", `${message} ${error?.message}`);
    assert.equal(table?.rowCount, 2);
  }
}

const databricks = { host: HOST, jobId: 202, pollInterval: "5m" };
const fabric = { host: HOST, workspaceId: WORKSPACE, itemId: ITEM, pollInterval: "5m", parameters: { n: 1 } };

for (const runs of [1, 1000]) {
  test(`three hours, one-hour tokens of Databricks, ${runs} at once: one refresh for each expiry`, async (t) => {
    const { seen, fetch } = service(t);
    const credential = databricksOAuth({ ...OAUTH, fetch });
    const handles = Array.from({ length: runs }, () => runDatabricksJob({ ...databricks, credential, fetch }));
    expectSuccess(await toTheEnd(handles));
    assert.deepEqual([seen.tokens, seen.refused], [TOKENS_IN_THREE_HOURS, 0]);
    assert.ok(seen.others >= runs * 36, "they did poll");
  });
}

test("three hours of both services with one credential of Entra: one refresh for each expiry and service", async (t) => {
  const { seen, fetch } = service(t);
  const credential = entraClientSecret({ ...ENTRA, fetch });
  const handles = Array.from({ length: 20 }, () => [
    runDatabricksJob({ ...databricks, credential, fetch }),
    runFabricItem({ ...fabric, credential, fetch }),
  ]).flat();
  expectSuccess(await toTheEnd(handles));
  assert.deepEqual([seen.tokens, seen.refused], [2 * TOKENS_IN_THREE_HOURS, 0]);
});

test("three hours with a callback: it is asked once for each expiry, however many runs there are", async (t) => {
  const { fetch } = service(t);
  let asked = 0;
  const token = async () => {
    asked += 1;
    const init = { method: "POST", body: JSON.stringify({ service: "databricks", lifetimeSeconds: 3600 }) };
    const answer = await fetch(`${HOST}/simulator/token`, init);
    return { token: (await answer.json()).token, expiresOnTimestamp: Date.now() + 3_600_000 };
  };
  const handles = Array.from({ length: 50 }, () => runDatabricksJob({ ...databricks, token, fetch }));
  expectSuccess(await toTheEnd(handles));
  assert.equal(asked, TOKENS_IN_THREE_HOURS);
});

test("tokens that are revoked in the middle of many runs are replaced once", async (t) => {
  const { seen, fetch, revoke } = service(t);
  const credential = databricksOAuth({ ...OAUTH, fetch });
  const handles = Array.from({ length: 200 }, () => runDatabricksJob({ ...databricks, credential, fetch }));
  let revoked = false;
  const results = await toTheEnd(handles, async (elapsed) => {
    if (!revoked && elapsed > 20 * 60_000) {
      revoked = true;
      await revoke();
    }
  });
  expectSuccess(results);
  // The one of 0:00, one for the revocation at 0:20, and those that replace it at 1:15 and 2:10.
  assert.equal(seen.tokens, 4);
  assert.ok(seen.refused <= 200, `${seen.refused} refusals for 200 runs`);
});

test("a token endpoint that is down when a token grows old fails no run while the old token is good", async (t) => {
  const { seen, fetch } = service(t);
  let down = 0;
  /** @type {typeof globalThis.fetch} */
  const flaky = async (url, init) => {
    const elapsed = Date.now() - Date.UTC(2026, 2, 1);
    if (String(url).endsWith("/token") && elapsed > 54 * 60_000 && elapsed < 58 * 60_000) {
      down += 1;
      return new Response("<html>", { status: 503 });
    }
    return fetch(url, init);
  };
  const credential = databricksOAuth({ ...OAUTH, fetch: flaky });
  expectSuccess(await toTheEnd([runDatabricksJob({ ...databricks, pollInterval: "30s", credential, fetch })]));
  assert.ok(down > 0 && down < 40, `${down} requests met the closed door`);
  assert.equal(seen.refused, 0);
});
