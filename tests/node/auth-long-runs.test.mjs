/** Runs that outlive their tokens, by a clock that goes faster: three hours with tokens of one hour. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { runDatabricksJob, runFabricItem } from "pqrun";
import { databricksOAuth, entraClientSecret } from "pqrun/auth";
import { Simulator, simulatedFetch } from "pqrun/simulator";

import { scenario } from "./support.mjs";

const HOST = "http://127.0.0.1:1";

/** Of one item Fabric remembers a hundred runs. */
const ITEMS = Array.from({ length: 10 }, (_, index) => `bbbbbbbb-0000-4000-8000-00000000020${index}`);

/** `auth.json`, with its item for three hours once for each of these. */
function document() {
  const auth = scenario("auth");
  const [, item] = auth.fabric.items;
  auth.fabric.items.push(...ITEMS.map((id) => ({ ...item, id, name: `three hours ${id}` })));
  return JSON.stringify(auth);
}

/**
 * Lets the time pass until the promise is settled.
 *
 * @template T
 * @param {import("node:test").TestContext} t
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
async function passing(t, promise) {
  let isSettled = false;
  const settled = () => {
    isSettled = true;
  };
  promise.then(settled, settled);
  for (let seconds = 0; !isSettled; seconds += 5) {
    assert.ok(seconds < 5 * 3600, "it is over after five hours");
    for (let turn = 0; turn < 3; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    t.mock.timers.tick(5000);
  }
  return promise;
}

const SERVICES = /** @type {const} */ ([
  {
    service: "databricks",
    endpoint: "/oidc/v1/token",
    run: (/** @type {any} */ fetch) => {
      const credential = databricksOAuth({
        clientId: "d0000000-0000-4000-8000-000000000001",
        clientSecret: "databricks-simulated-secret-1",
        fetch,
      });
      return (/** @type {any} */ more, /** @type {number} */ _index) =>
        runDatabricksJob({ host: HOST, credential, fetch, jobName: "three_hours", ...more }).result;
    },
  },
  {
    service: "fabric",
    endpoint: "/4d9e21b7-6c03-4f58-9a1e-b7c20d85f361/oauth2/v2.0/token",
    run: (/** @type {any} */ fetch) => {
      const credential = entraClientSecret({
        tenantId: "4d9e21b7-6c03-4f58-9a1e-b7c20d85f361",
        clientId: "e0000000-0000-4000-8000-000000000003",
        clientSecret: "entra-simulated-secret-3",
        authority: HOST,
        fetch,
      });
      const workspaceId = "22222222-2222-4222-8222-222222222222";
      return (/** @type {any} */ more, /** @type {number} */ index) =>
        runFabricItem({ host: HOST, credential, fetch, workspaceId, itemId: ITEMS[index % 10], ...more }).result;
    },
  },
]);

for (const { service, endpoint, run: prepare } of SERVICES) {
  for (const count of [1, 1000]) {
    test(`${service}: ${count} at once end well, with one sign-in for each hour`, async (t) => {
      t.mock.timers.enable({ apis: ["setTimeout", "Date"], now: Date.now() });
      const simulator = new Simulator(document(), Date.now(), 1);
      t.after(() => simulator.free());
      const send = simulatedFetch(simulator);
      let signIns = 0;
      /** @type {typeof fetch} */
      const counted = (input, init) => {
        signIns += String(input) === HOST + endpoint ? 1 : 0;
        return send(input, init);
      };
      const run = prepare(counted);
      const more = { pollInterval: "4m", timeout: "5h" };
      const results = await passing(t, Promise.all(Array.from({ length: count }, (_, index) => run(more, index))));
      const ends = new Map();
      for (const { outcome, error, warnings } of results) {
        const end = [outcome, error?.message, ...warnings.map(({ code }) => code)].filter(Boolean).join(" ");
        ends.set(end, (ends.get(end) ?? 0) + 1);
      }
      assert.deepEqual([...ends], [["succeeded", count]]);
      assert.equal(signIns, 4, "at the start, and before the first, the second and the third hour are over");
    });
  }
}
