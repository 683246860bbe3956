// Refreshes with Fabric: six evaluations of a generated document, each with its own cache. The connector's all give the
// same run's output, a query's do so one after another.

import assert from "node:assert/strict";
import test from "node:test";

import { account, packedExtension } from "./support/extension.mjs";
import { BAD, ITEM, MODES, START, WORKSPACE, fabric, runsMade, startedBefore, starts } from "./support/fabric.mjs";
import { HOST, TOKEN } from "./support/given-fabric.mjs";
import { ORDERS, callOf, evaluateOnce, queryOf, refresh, refreshedBefore, withAccount } from "./support/refresh.mjs";

/**
 * @import { Mode } from "./engine.mjs"
 * @import { End, Generated } from "./support/refresh.mjs"
 * @import { Fabric } from "./support/fabric.mjs"
 */

const extension = await packedExtension({ service: "fabric" });
const JOB = { workspaceId: WORKSPACE, itemId: ITEM };
const RUN_ITEM = `Pqrun.RunItem("${HOST}", "${WORKSPACE}", "${ITEM}")`;

const QUERY = queryOf({ service: "fabric", job: JOB }, TOKEN);
const CALL = callOf(extension, RUN_ITEM, TOKEN);
const CALL_CANCELLING = callOf(extension, RUN_ITEM.replace(/\)$/, ", [CancelDuplicates = true])"), TOKEN);
const CALL_OF_ACCOUNT = callOf(extension, RUN_ITEM, account(TOKEN));

const HOUR = 3_600_000;
const START_ENDPOINT = "jobs/instances/run";

/**
 * Runs whose rows say which of them they are.
 *
 * @param {number} durationSeconds
 */
function runsOf(durationSeconds) {
  return Array.from({ length: 16 }, (_, at) => ({
    durationSeconds,
    activities: [{ name: "Read", type: "Lookup", rows: [{ run: at + 1 }] }],
  }));
}

/**
 * What a refresh meets.
 *
 * @typedef {object} Situation
 * @property {object} [item]
 * @property {object} [switches]
 * @property {(before: number) => object[]} [faults] After so many starts of the refresh before.
 * @property {(host: Fabric) => void} [prepare] What happens before the refresh.
 * @property {number} runs How many runs the evaluations make one after another.
 * @property {string} [code] Of the error that all evaluations end with; else all give one run's rows.
 * @property {boolean} [isFirst] There can't have been a refresh before.
 * @property {number} [resends] How many starts a single evaluation may send beyond the first.
 * @property {number} [orphans] How many runs nobody knows for its own, so that nobody calls them off.
 */

/** @type {Record<string, Situation>} */
const SITUATIONS = {
  "the first run ever": { isFirst: true, runs: 1 },
  "an item with a past": { item: { history: [{ ageSeconds: 9000 }, { ageSeconds: 5000 }] }, runs: 1 },
  "runs that end soon": { item: { runs: runsOf(4) }, runs: 1 },
  "just after a failed run": {
    item: { runs: [BAD] },
    prepare: (host) => startThenWait(host, 30),
    runs: 0,
    code: "runFailed",
  },
  "a while after a failed run": {
    item: { runs: [BAD, ...runsOf(200)] },
    prepare: (host) => startThenWait(host, 300),
    isFirst: true,
    runs: 1,
  },
  "an item that fails every time": { item: { runs: [BAD] }, runs: 1, code: "runFailed" },
  "an item that fails late every time": {
    item: { runs: [{ ...BAD, durationSeconds: 200 }] },
    runs: 1,
    code: "runFailed",
  },
  "duplicates that the service skips": { item: { dedupe: "deduped" }, runs: 1 },
  "duplicates that the service lets fail": { item: { dedupe: "failedDeduped" }, runs: 1 },
  "somebody's run under way": { prepare: (host) => startThenWait(host, 60), runs: 0 },
  "the start's answer lost": { faults: (before) => [lost(before, "drop")], runs: 1, orphans: 1 },
  "the start's answer a fault, although it acted": {
    faults: (before) => [lost(before, { status: { code: 503 } })],
    runs: 1,
  },
  "a start that did not arrive": {
    faults: (before) => [{ endpoint: START_ENDPOINT, nth: before + 1, kind: { throttle: { seconds: 5 } } }],
    runs: 1,
    resends: 1,
  },
  "lists that lag": { switches: { listLagSeconds: 20, earlyNotFoundSeconds: 5 }, runs: 1 },
  "lists that lag, and the start's answer lost": {
    switches: { listLagSeconds: 20 },
    faults: (before) => [lost(before, "drop")],
    runs: 1,
    orphans: 1,
  },
  "ends without a time, and failures that are none": {
    switches: { endTimeNullFor: 2, phantomFailureSeconds: 20 },
    runs: 1,
  },
};

/**
 * @param {number} before
 * @param {unknown} kind
 */
function lost(before, kind) {
  return { endpoint: START_ENDPOINT, nth: before + 1, when: "after", kind };
}

/**
 * @param {Fabric} host
 * @param {number} seconds
 */
function startThenWait(host, seconds) {
  startedBefore(host);
  host.sleep(1000 * seconds);
}

/**
 * A workspace in a situation, and the cache that the refresh begins with.
 *
 * @param {Situation} situation
 * @param {Generated} generated
 * @param {Mode} mode
 */
async function meet({ item, switches, faults = () => [], prepare }, generated, mode) {
  const isStale = mode === "stale";
  const now = isStale ? START - HOUR : START;
  const host = fabric({ runs: runsOf(200), ...item }, { switches, faults: faults(isStale ? 1 : 0), now });
  const answers = isStale ? await refreshedBefore(host, generated, START) : new Map();
  prepare?.(host);
  return { host, answers };
}

/**
 * The runs that were made since a time.
 *
 * @param {Fabric} host
 * @param {number} began
 */
function madeSince(host, began) {
  return runsMade(host).filter(({ enqueued }) => enqueued >= began);
}

/**
 * All evaluations end alike: with one run's rows, or with one run's failure.
 *
 * @param {End[]} ends
 * @param {string} [code]
 */
function assertSame(ends, code) {
  assert.equal(ends.length, 6);
  const [first] = ends;
  if (code === undefined) assert.equal(first.error, undefined, JSON.stringify(first.error));
  else assert.equal(first.error?.Detail.Code, code, JSON.stringify(first.error ?? first.value));
  for (const { value, error } of ends) {
    assert.deepEqual(value ?? error, first.value ?? first.error);
  }
}

for (const mode of MODES) {
  for (const [name, situation] of Object.entries(SITUATIONS)) {
    if (situation.isFirst && mode === "stale") continue;

    for (const [form, generated] of Object.entries({ query: QUERY, connector: CALL })) {
      test(`${form}, ${mode}, one after another, ${name}: all end alike, with ${situation.runs} run`, async () => {
        const { host, answers } = await meet(situation, generated, mode);
        const began = host.now();
        assertSame(await refresh(host, generated, { mode, answers }), situation.code);
        assert.equal(madeSince(host, began).length, situation.runs);
      });
    }

    for (const [order, choose] of Object.entries(ORDERS)) {
      if (choose === null) continue;
      const resends = situation.resends ?? 0;

      test(`connector, ${mode}, ${order}, ${name}: all end alike`, async () => {
        const { host, answers } = await meet(situation, CALL, mode);
        const began = host.now();
        const ends = await refresh(host, CALL, { mode, choose: choose(), answers });
        assertSame(ends, situation.code);
        for (const end of ends) assert.ok(starts(end).length <= Math.min(1, situation.runs) + resends);
        const made = madeSince(host, began);
        assert.ok(made.length <= 6 * situation.runs);
        assert.ok(made.every(({ status }) => status !== "Cancelled"), "a run was called off that nobody wanted to be");
      });
    }

    test(`connector, ${mode}, in turn, ${name}: one run stays where duplicates are cancelled`, async () => {
      const { host, answers } = await meet(situation, CALL_CANCELLING, mode);
      const began = host.now();
      const ends = await refresh(host, CALL_CANCELLING, { mode, choose: ORDERS["in turn"]?.(), answers });
      assertSame(ends, situation.code);
      // A run that has ended already can't be called off.
      if (name.includes("soon") || name.endsWith("fails every time")) return;
      const made = madeSince(host, began);
      const stayed = made.filter(({ status }) => status === "Completed" || status === "Failed");
      const isDeduping = situation.item !== undefined && "dedupe" in situation.item;
      const ended = isDeduping ? stayed.filter(({ status }) => status === "Completed") : stayed;
      const expected = situation.runs + (situation.orphans ?? 0);
      assert.equal(ended.length, expected, JSON.stringify(made.map(({ status }) => status)));
    });
  }

  for (const [order, choose] of Object.entries(ORDERS)) {
    test(`query, ${mode}, ${order}: no evaluation starts more than one run, and none gives what nobody asked for`, async () => {
      const host = fabric({ runs: runsOf(200) });
      const ends = await refresh(host, QUERY, { mode, choose: choose?.() });
      for (const end of ends) {
        assert.ok(starts(end).length <= 1);
        if (end.error === undefined) assert.ok(end.value[0].run >= 1);
        else assert.equal(end.error.Detail.Code, "startAmbiguous");
      }
      assert.ok(runsMade(host).length <= (choose === null ? 1 : 6));
    });
  }
}

/**
 * A run of 300 s, and a token that lives for the first 100 s of the refresh.
 *
 * @param {Mode} mode
 * @param {Generated} generated
 * @param {object} [switches]
 */
async function expiring(mode, generated, switches) {
  const isStale = mode === "stale";
  const tokens = [{ value: TOKEN, service: "fabric", lifetimeSeconds: 100 + (isStale ? 3600 : 0) }];
  const host = fabric({ runs: runsOf(300) }, { tokens, switches, now: isStale ? START - HOUR : START });
  const answers = isStale ? await refreshedBefore(host, generated, START) : new Map();
  return { host, answers, before: runsMade(host).length };
}

for (const mode of MODES) {
  for (const tokenExpiredAs403 of [false, true]) {
    const how = tokenExpiredAs403 ? "as 403" : "as 401";

    test(`query, ${mode}: a token that expires (${how}) ends in a clear error, not in another run`, async () => {
      const { host, answers, before } = await expiring(mode, QUERY, { tokenExpiredAs403 });
      const ends = await refresh(host, QUERY, { mode, answers });
      assert.equal(runsMade(host).length - before, 1);
      const { id } = runsMade(host)[before];
      for (const { error } of ends) {
        assert.match(error?.Detail.Code, tokenExpiredAs403 ? /^forbidden$/ : /^unauthenticated$/, error?.Message);
      }
      assert.equal(ends[0].error.Detail.RunId, id);
      assert.ok(ends[0].error.Message.includes(id), ends[0].error.Message);
    });

    for (const [order, choose] of Object.entries(ORDERS)) {
      test(`connector, ${mode}, ${order}: a token that expires (${how}) makes Power Query ask for another`, async () => {
        const { host, answers, before } = await expiring(mode, CALL, { tokenExpiredAs403 });
        const ends = await refresh(host, CALL, { mode, choose: choose?.(), answers });
        for (const { error } of ends) assert.equal(error?.Reason, "Credential.AccessDenied", JSON.stringify(error));
        assert.ok(runsMade(host).length - before <= (choose === null ? 1 : 6));
      });
    }
  }

  for (const [order, choose] of Object.entries(ORDERS)) {
    test(`connector, ${mode}, ${order}: an account gets its next token, and all give the same run's rows`, async () => {
      const { host, answers, before } = await expiring(mode, CALL_OF_ACCOUNT);
      const signedIn = withAccount(host, "fabric", TOKEN, 70);
      assertSame(await refresh(signedIn, CALL_OF_ACCOUNT, { mode, choose: choose?.(), answers }));
      if (choose === null) assert.equal(runsMade(signedIn).length - before, 1);
    });
  }
}

const TENANT = "0c4f1d7e-2b60-4a35-9e8b-71d2c6a05f13";
const CLIENT = "b81e6d20-95c7-4f4a-8d13-6a0e27f9c354";
const SECRET = "s3cr3t~+&=%\"#(x)";

const OF_APPLICATION = queryOf(
  { service: "fabric", job: JOB, servicePrincipal: { tenantId: TENANT, clientId: CLIENT }, tokenParameter: undefined },
  "",
);
OF_APPLICATION.engine.parameters = { ClientSecret: SECRET };

for (const mode of MODES) {
  test(`query of an application, ${mode}: one run, although its tokens expire while it goes on`, async () => {
    const isStale = mode === "stale";
    const clients = [{ id: CLIENT, secret: SECRET, lifetimeSeconds: 900 }];
    const host = fabric({ runs: runsOf(4000) }, {
      tokens: [],
      entra: { tenants: [{ id: TENANT, clients }] },
      now: isStale ? START - 2 * HOUR : START,
    });
    const answers = isStale ? await refreshedBefore(host, OF_APPLICATION, START) : new Map();
    const before = runsMade(host).length;
    const ends = await refresh(host, OF_APPLICATION, { mode, answers });
    assertSame(ends);
    assert.equal(runsMade(host).length - before, 1);
    assert.ok(ends.every(({ requests }) => requests.every(({ status }) => status !== 401)));
  });
}

test("connector: with another token the next evaluation follows the run that was under way", async () => {
  const tokens = [
    { value: TOKEN, service: "fabric", lifetimeSeconds: 100 },
    { value: "fabric-next", service: "fabric" },
  ];
  const host = fabric({ runs: runsOf(300) }, { tokens });
  const { error } = await evaluateOnce(host, CALL);
  assert.equal(error.Reason, "Credential.AccessDenied");
  const { value } = await evaluateOnce(host, callOf(extension, RUN_ITEM, "fabric-next"));
  assert.deepEqual(value, [{ run: 1 }]);
  assert.equal(runsMade(host).length, 1);
});
