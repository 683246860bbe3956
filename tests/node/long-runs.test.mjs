/** Runs that outlive their tokens, on a virtual clock: three hours, with tokens of one hour. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { runDatabricksJob, runFabricItem } from "pqrun";
import { databricksOAuth, entraClientSecret } from "pqrun/auth";

import { HOST, passing, virtualService } from "./virtual-clock.mjs";

/** It is replaced five minutes before its end: at 0:00, 0:55, 1:50 and 2:45. */
const TOKENS_IN_THREE_HOURS = 4;

const oauth = (/** @type {typeof fetch} */ fetch) =>
  databricksOAuth({
    clientId: "d0000000-0000-4000-8000-000000000001",
    clientSecret: "databricks-simulated-secret-1",
    fetch,
  });

const entra = (/** @type {typeof fetch} */ fetch) =>
  entraClientSecret({
    tenantId: "contoso.example",
    clientId: "e0000000-0000-4000-8000-000000000001",
    clientSecret: "entra~simulated+secret&1=%25",
    authority: HOST,
    fetch,
  });

/** Of one item Fabric remembers a hundred runs. */
const ITEMS = Array.from({ length: 10 }, (_, index) => `bbbbbbbb-0000-4000-8000-00000000020${index}`);

/** The item that takes three hours, once for each of these. */
function addItems(/** @type {any} */ scenario) {
  const [, item] = scenario.fabric.items;
  scenario.fabric.items.push(...ITEMS.map((id) => ({ ...item, id, name: `three hours ${id}` })));
}

const wait = { pollInterval: "4m", timeout: "5h" };
const startDatabricks = (/** @type {object} */ more) => runDatabricksJob({ host: HOST, jobId: 202, ...wait, ...more });
const startFabric = (/** @type {object} */ more, index = 0) =>
  runFabricItem({
    host: HOST,
    workspaceId: "22222222-2222-4222-8222-222222222222",
    itemId: ITEMS[index % ITEMS.length],
    ...wait,
    ...more,
  });

/**
 * All of them to their ends, which must be good.
 *
 * @param {import("node:test").TestContext} t
 * @param {import("pqrun").RunHandle[]} handles
 * @param {(elapsed: number) => unknown} [at]
 */
async function expectSuccess(t, handles, at) {
  const results = await passing(t, Promise.all(handles.map((handle) => handle.result)), { at });
  const ends = new Map();
  for (const { outcome, error, warnings, table } of results) {
    const end = [outcome, error?.message, ...warnings.map(({ code }) => code), table?.rowCount].filter(Boolean).join(" ");
    ends.set(end, (ends.get(end) ?? 0) + 1);
  }
  assert.deepEqual([...ends], [["succeeded 2", handles.length]]);
}

for (const [service, credentialOf, start] of /** @type {const} */ ([
  ["Databricks", oauth, startDatabricks],
  ["Fabric", entra, startFabric],
])) {
  for (const count of [1, 1000]) {
    test(`${service}, ${count} at once: one sign-in at the start, and one for each expiry`, async (t) => {
      const { seen, fetch } = virtualService(t, addItems);
      const credential = credentialOf(fetch);
      await expectSuccess(t, Array.from({ length: count }, (_, index) => start({ credential, fetch }, index)));
      assert.deepEqual([seen.tokens, seen.refused], [TOKENS_IN_THREE_HOURS, 0]);
      assert.ok(seen.others >= count * 45, "they did poll");
    });
  }
}

test("one credential for both services has a token for each, and no more", async (t) => {
  const { seen, fetch } = virtualService(t, addItems);
  const credential = entra(fetch);
  const handles = Array.from({ length: 20 }, () => [startDatabricks, startFabric].map((start) => start({ credential, fetch })));
  await expectSuccess(t, handles.flat());
  assert.deepEqual([seen.tokens, seen.refused], [2 * TOKENS_IN_THREE_HOURS, 0]);
});

test("a callback is asked once for each expiry, however many runs share it", async (t) => {
  const { fetch } = virtualService(t);
  let asked = 0;
  const token = async () => {
    asked += 1;
    const init = { method: "POST", body: JSON.stringify({ service: "databricks", lifetimeSeconds: 3600 }) };
    const answer = await fetch(`${HOST}/simulator/token`, init);
    return { token: (await answer.json()).token, expiresOnTimestamp: Date.now() + 3_600_000 };
  };
  await expectSuccess(t, Array.from({ length: 50 }, () => startDatabricks({ token, fetch })));
  assert.equal(asked, TOKENS_IN_THREE_HOURS);
});

test("tokens that are revoked in the midst of many runs are replaced once each", async (t) => {
  const { seen, fetch, revoke } = virtualService(t);
  const credential = oauth(fetch);
  const minutes = [20, 40];
  const handles = Array.from({ length: 200 }, () => startDatabricks({ credential, fetch }));
  await expectSuccess(t, handles, async (elapsed) => {
    if (elapsed > minutes[0] * 60_000) {
      minutes.shift();
      await revoke();
    }
  });
  // The one of 0:00, one each time that the first run meets the refusal, and those that replace the last of them 55 minutes
  // later each.
  assert.equal(seen.tokens, 5);
  assert.ok(seen.refused > 1 && seen.refused <= 400, `${seen.refused} refusals for 200 runs`);
});

test("no run fails because nobody signs in while the old token is still good", async (t) => {
  const { seen, fetch } = virtualService(t);
  const began = Date.now();
  let turnedAway = 0;
  /** @type {typeof globalThis.fetch} */
  const shut = async (url, init) => {
    const minutes = (Date.now() - began) / 60_000;
    if (String(url).endsWith("/token") && minutes > 54 && minutes < 58) {
      turnedAway += 1;
      return new Response("<html>", { status: 503 });
    }
    return fetch(url, init);
  };
  await expectSuccess(t, [startDatabricks({ pollInterval: "30s", credential: oauth(shut), fetch })]);
  assert.ok(turnedAway > 0 && turnedAway < 40, `${turnedAway} requests met the closed door`);
  assert.equal(seen.refused, 0);
});
