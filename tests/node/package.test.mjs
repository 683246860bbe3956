/** The package as an importing program has it: handles, aborts, persistence, injected fetch and credentials. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { attachDatabricksRun, attachFabricRun, resumeRun, runDatabricksJob, runFabricItem } from "pqrun";

import { DATABRICKS_TOKEN, FABRIC_TOKEN, ITEM, WORKSPACE, databricksRuns, fabricRuns, simulate } from "./support.mjs";

/** @param {{ url: string }} server */
const ofJob = (server, jobName = "good") => ({
  host: server.url,
  token: DATABRICKS_TOKEN,
  jobName,
  pollInterval: 500,
  timeout: "30s",
});

/** @param {{ url: string }} server */
const ofItem = (server, itemId = ITEM.good) => ({
  host: server.url,
  token: FABRIC_TOKEN,
  workspaceId: WORKSPACE,
  itemId,
  pollInterval: 500,
  timeout: "30s",
});

/** Both services through one set of tests. */
const SERVICES = /** @type {const} */ ([
  {
    service: "databricks",
    run: (server, more = {}) => runDatabricksJob({ ...ofJob(server), ...more }),
    runLong: (server, more = {}) => runDatabricksJob({ ...ofJob(server, "long"), ...more }),
    count: (server) => databricksRuns(server, 101).length + databricksRuns(server, 105).length,
  },
  {
    service: "fabric",
    run: (server, more = {}) => runFabricItem({ ...ofItem(server), ...more }),
    runLong: (server, more = {}) => runFabricItem({ ...ofItem(server, ITEM.long), ...more }),
    count: (server) => fabricRuns(server, ITEM.good).length + fabricRuns(server, ITEM.long).length,
  },
]);

/**
 * Waits for the first event that fits.
 *
 * @param {AsyncIterable<import("pqrun").RunEvent>} run
 * @param {(event: import("pqrun").RunEvent) => boolean} fits
 */
async function event(run, fits) {
  for await (const found of run) {
    if (fits(found)) {
      return found;
    }
  }
  throw new Error("the run ended without such an event");
}

for (const { service, run, runLong, count } of SERVICES) {
  test(`${service}: a handle gives events in order, then a result with a table`, async (t) => {
    const server = await simulate(t);
    const handle = run(server);
    const phases = [];
    for await (const { phase, elapsed, at } of handle) {
      phases.push(phase);
      assert.ok(elapsed >= 0 && at > 1.7e12);
    }
    const order = ["looking", "starting", "queued", "running", "readingOutput", "ended"];
    const ranks = phases.map((phase) => order.indexOf(phase));
    assert.deepEqual(
      ranks,
      [...ranks].sort((a, b) => a - b),
    );
    assert.equal(phases.at(-1), "ended");
    const result = await handle.result;
    assert.equal(result.outcome, "succeeded");
    assert.equal(result.service, service);
    assert.equal(result.run?.shared, false);
    assert.equal(result.run?.identifiedBy, "answer");
    assert.match(result.run?.pageUrl ?? "", /^https?:/u);
    assert.ok(result.outputs.some((output) => (output.table?.rowCount ?? 0) > 0));
    assert.equal(handle.status.phase, "ended");
    assert.equal(count(server), 1);
  });

  test(`${service}: two iterators see the same events, one that comes late sees the rest`, async (t) => {
    const server = await simulate(t);
    const handle = run(server);
    const collect = async () => {
      const seen = [];
      for await (const { phase } of handle) {
        seen.push(phase);
      }
      return seen;
    };
    const [first, second] = await Promise.all([collect(), collect()]);
    assert.deepEqual(first, second);
    assert.deepEqual(
      (await collect()).filter((phase) => phase !== "ended"),
      [],
    );
  });

  test(`${service}: who leaves the loop early does not stop the run`, async (t) => {
    const server = await simulate(t);
    const handle = run(server);
    await event(handle, () => true);
    assert.equal((await handle.result).outcome, "succeeded");
  });

  test(`${service}: cancel stops the run`, async (t) => {
    const server = await simulate(t);
    const handle = runLong(server);
    await event(handle, ({ phase }) => phase === "running");
    handle.cancel();
    const result = await handle.result;
    assert.equal(result.outcome, "cancelled");
    assert.equal(result.cancelSent, true);
  });

  test(`${service}: detach leaves it, and a snapshot goes on with it`, async (t) => {
    const server = await simulate(t);
    const handle = runLong(server);
    await event(handle, ({ phase }) => phase === "running");
    handle.detach();
    const left = await handle.result;
    assert.deepEqual([left.outcome, left.error?.code], ["abandoned", "detached"]);
    const snapshot = JSON.parse(JSON.stringify(handle.snapshot()));
    const token = service === "databricks" ? DATABRICKS_TOKEN : FABRIC_TOKEN;
    assert.ok(!JSON.stringify(snapshot).includes(token));
    const resumed = resumeRun(snapshot, { token });
    await event(resumed, ({ phase }) => phase === "running");
    resumed.cancel();
    const result = await resumed.result;
    assert.equal(result.outcome, "cancelled");
    assert.equal(result.run?.id, left.run?.id);
    assert.equal(count(server), 1);
  });

  test(`${service}: an abort rejects with the signal's reason and leaves the run`, async (t) => {
    const server = await simulate(t);
    const stop = new AbortController();
    const handle = runLong(server, { signal: stop.signal });
    await event(handle, ({ phase }) => phase === "running");
    const reason = new Error("the page was closed");
    stop.abort(reason);
    await assert.rejects(handle.result, reason);
    const { requests } = server.truth();
    assert.ok(!requests.some(({ path }) => path.endsWith("/cancel")));
  });

  test(`${service}: an abort with onAbort cancel stops the run first`, async (t) => {
    const server = await simulate(t);
    const stop = new AbortController();
    const handle = runLong(server, { signal: stop.signal, onAbort: "cancel" });
    await event(handle, ({ phase }) => phase === "running");
    stop.abort();
    await assert.rejects(handle.result, { name: "AbortError" });
    assert.ok(server.truth().requests.some(({ path }) => path.endsWith("/cancel")));
  });

  test(`${service}: a signal that fired before starts nothing`, async (t) => {
    const server = await simulate(t);
    await assert.rejects(run(server, { signal: AbortSignal.abort() }).result, { name: "AbortError" });
    assert.equal(count(server), 0);
  });

  test(`${service}: persist is awaited before the start leaves`, async (t) => {
    const server = await simulate(t);
    /** @type {number[]} */
    const before = [];
    /** @type {import("pqrun").Snapshot[]} */
    const snapshots = [];
    const persist = async (/** @type {import("pqrun").Snapshot} */ snapshot) => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      before.push(count(server));
      snapshots.push(snapshot);
    };
    const result = await run(server, { persist }).result;
    assert.equal(result.outcome, "succeeded");
    assert.equal(before[0], 0, "nothing was started while the first snapshot was stored");
    assert.equal(snapshots[0].run, undefined);
    assert.ok((snapshots[0].start.sentAt ?? 0) > 0);
    assert.equal(snapshots.at(-1)?.run?.id, result.run?.id);
  });

  test(`${service}: a start whose snapshot can't be stored is not sent`, async (t) => {
    const server = await simulate(t);
    const result = await run(server, { persist: () => Promise.reject(new Error("disk full")) }).result;
    assert.equal(result.outcome, "rejected");
    assert.equal(result.error?.code, "persistFailed");
    assert.match(result.error?.message ?? "", /disk full/u);
    assert.equal(count(server), 0);
  });

  test(`${service}: a token callback is asked with what it must know, and again when refused`, async (t) => {
    const server = await simulate(t, {
      change: (it) => (it.faults = [{ method: "GET", nth: 2, when: "before", kind: "expireToken" }]),
    });
    const good = service === "databricks" ? DATABRICKS_TOKEN : FABRIC_TOKEN;
    /** @type {import("pqrun").TokenRequest[]} */
    const asked = [];
    const token = async (/** @type {import("pqrun").TokenRequest} */ request) => {
      asked.push(request);
      if (!request.refresh) {
        return good;
      }
      const answer = await fetch(`${server.url}/simulator/token`, {
        method: "POST",
        body: JSON.stringify({ service }),
      });
      return (await answer.json()).token;
    };
    const result = await run(server, { token }).result;
    assert.equal(result.outcome, "succeeded", JSON.stringify(result.error));
    assert.deepEqual(
      asked.map(({ refresh }) => refresh),
      [false, true],
    );
    assert.equal(asked[0].service, service);
    assert.equal(asked[0].host, server.url);
    assert.match(asked[0].scope, /\/\.default$/u);
  });

  test(`${service}: a credential as @azure/identity has it`, async (t) => {
    const server = await simulate(t);
    /** @type {string[]} */
    const scopes = [];
    const credential = {
      getToken: async (/** @type {string} */ scope) => {
        scopes.push(scope);
        const token = service === "databricks" ? DATABRICKS_TOKEN : FABRIC_TOKEN;
        return { token, expiresOnTimestamp: Date.now() + 3_600_000 };
      },
    };
    const result = await run(server, { token: undefined, credential }).result;
    assert.equal(result.outcome, "succeeded");
    assert.equal(scopes.length, 1, "kept until it expires");
  });

  test(`${service}: an injected fetch gets every request, the token only as a header`, async (t) => {
    const server = await simulate(t);
    /** @type {{ url: string, init: any }[]} */
    const requests = [];
    const result = await run(server, {
      fetch: (/** @type {string} */ url, /** @type {any} */ init) => {
        requests.push({ url, init });
        return fetch(url, init);
      },
    }).result;
    assert.equal(result.outcome, "succeeded");
    const token = service === "databricks" ? DATABRICKS_TOKEN : FABRIC_TOKEN;
    for (const { url, init } of requests) {
      assert.ok(url.startsWith(`${server.url}/`));
      assert.ok(!url.includes(token));
      assert.equal(new Headers(init.headers).get("authorization"), `Bearer ${token}`);
      assert.equal(init.redirect, "manual");
    }
  });

  test(`${service}: a redirect elsewhere is not followed`, async (t) => {
    const server = await simulate(t, {
      change: (it) => (it.faults = [{ method: "GET", kind: { redirect: { to: "http://127.0.0.1:9/stolen" } } }]),
    });
    const result = await run(server).result;
    assert.equal(result.outcome, "rejected");
    assert.equal(result.error?.code, "wrongHost");
    assert.equal(count(server), 0);
  });
}

test("wrong options throw a PqrunError with a code and a hint, before anything is sent", async (t) => {
  const server = await simulate(t);
  const wrong = [
    [() => runDatabricksJob({ ...ofJob(server), jobId: 5 }), "invalidOptions"],
    [() => runDatabricksJob({ ...ofJob(server), host: "http://example.com" }), "invalidHost"],
    [() => runDatabricksJob({ ...ofJob(server), timeout: "soon" }), "invalidOptions"],
    [() => runDatabricksJob({ ...ofJob(server), jobParametres: {} }), "invalidOptions"],
    [() => runDatabricksJob({ ...ofJob(server), jobParameters: { a: 1 } }), "invalidOptions"],
    [() => runDatabricksJob({ ...ofJob(server), jobParameters: { "a b": "1" } }), "invalidParameter"],
    [() => runDatabricksJob({ ...ofJob(server), token: undefined }), "missingCredentials"],
    [() => runFabricItem({ ...ofItem(server), itemId: "orders" }), "invalidOptions"],
    [() => runFabricItem({ ...ofItem(server), outputPath: "rows[" }), "invalidOptions"],
    [() => runDatabricksJob(undefined), "invalidHost"],
    [() => resumeRun({ pqrun: 99 }, { token: "x" }), "invalidSnapshot"],
    [() => attachDatabricksRun({ host: server.url, token: "x", runId: 2 ** 53 }), "invalidOptions"],
  ];
  for (const [call, code] of /** @type {[() => unknown, string][]} */ (wrong)) {
    assert.throws(call, (error) => {
      assert.ok(error instanceof Error);
      assert.equal(error.name, "PqrunError");
      assert.equal(Reflect.get(error, "code"), code, error.message);
      assert.ok(Reflect.get(error, "hint"));
      return true;
    });
  }
  assert.deepEqual(server.truth().requests, []);
});

test("ids may be texts, bigints or safe numbers; they come out as texts", async (t) => {
  const server = await simulate(t);
  const options = { host: server.url, token: DATABRICKS_TOKEN, pollInterval: 500 };
  const started = await runDatabricksJob({ ...options, jobId: 101 }).result;
  assert.equal(started.run?.id, "9223372036854775807");
  for (const runId of ["9223372036854775807", 9223372036854775807n]) {
    const result = await attachDatabricksRun({ ...options, runId }).result;
    assert.equal(result.run?.id, "9223372036854775807");
    assert.equal(result.run?.identifiedBy, "given");
    assert.equal(result.table?.rowCount, 2);
  }
});

test("an attached Fabric run gives the same outputs", async (t) => {
  const server = await simulate(t);
  const started = await runFabricItem(ofItem(server)).result;
  const { host, token, workspaceId, itemId } = ofItem(server);
  const attached = await attachFabricRun({ host, token, workspaceId, itemId, instanceId: started.run?.id ?? "" })
    .result;
  assert.deepEqual(
    attached.outputs.map(({ key, data }) => [key, data]),
    started.outputs.map(({ key, data }) => [key, data]),
  );
});

test("a failed run is a result, with the task's message and trace", async (t) => {
  const server = await simulate(t);
  const result = await runDatabricksJob(ofJob(server, "failing")).result;
  assert.equal(result.outcome, "failed");
  assert.equal(result.error?.code, "runFailed");
  assert.equal(result.outputs[1].errorMessage, "ValueError: no column qty");
  assert.match(result.outputs[1].errorTrace ?? "", /line 18/u);
});

test("reuse: the second intent follows the first one's run, while it goes on and after", async (t) => {
  const server = await simulate(t);
  const options = { ...ofJob(server), reuse: { maxAge: "15m" } };
  const [first, second] = await Promise.all([runDatabricksJob(options).result, runDatabricksJob(options).result]);
  const third = await runDatabricksJob(options).result;
  assert.equal(databricksRuns(server, 101).length, 1);
  assert.deepEqual([second.run?.id, third.run?.id], [first.run?.id, first.run?.id]);
  assert.equal(third.run?.shared, true);
  assert.equal(third.run?.identifiedBy, "reuse");
  const other = await runDatabricksJob({ ...options, jobParameters: { day: "2" } }).result;
  assert.notEqual(other.run?.id, first.run?.id);
});

test("without reuse each intent has a run of its own", async (t) => {
  const server = await simulate(t);
  await Promise.all([runDatabricksJob(ofJob(server)).result, runDatabricksJob(ofJob(server)).result]);
  assert.equal(databricksRuns(server, 101).length, 2);
});
