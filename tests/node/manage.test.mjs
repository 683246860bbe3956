/** The commands around a run: status, cancel, list, simulate. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

import {
  ITEM,
  WORKSPACE,
  databricks,
  databricksRuns,
  environment,
  fabric,
  fabricRuns,
  folder,
  pqrun,
  simulate,
  startCommand,
  until,
} from "./support.mjs";

/**
 * A run that is going on, with its snapshot.
 *
 * @param {import("node:test").TestContext} t
 * @param {{ url: string }} server
 * @param {"databricks" | "fabric"} service
 */
async function goingOn(t, server, service) {
  const file = path.join(folder(t), "run.json");
  const flags = ["--timeout", "2s", "--snapshot", file];
  const args = service === "databricks" ? databricks(server, "long", ...flags) : fabric(server, "long", ...flags);
  const { code, stderr } = await pqrun(t, args);
  assert.equal(code, 6, stderr);
  return file;
}

for (const service of /** @type {const} */ (["databricks", "fabric"])) {
  test(`${service}: status shows where a run stands, cancel stops it`, async (t) => {
    const server = await simulate(t);
    const file = await goingOn(t, server, service);
    const status = () => pqrun(t, ["status", service, "--snapshot", file, "--format", "json"]);
    const running = await status();
    assert.equal(running.code, 0, running.stderr);
    assert.equal(JSON.parse(running.stdout).phase, "running");
    const cancelled = await pqrun(t, ["cancel", service, "--snapshot", file]);
    assert.equal(cancelled.code, 0, cancelled.stderr);
    assert.equal(cancelled.stdout, "");
    const ended = JSON.parse((await status()).stdout);
    assert.deepEqual([ended.phase, ended.outcome], ["ended", "cancelled"]);
    const again = await pqrun(t, ["cancel", service, "--snapshot", file]);
    assert.equal(again.code, 0, again.stderr);
  });
}

test("status and cancel take ids", async (t) => {
  const server = await simulate(t);
  await goingOn(t, server, "databricks");
  await goingOn(t, server, "fabric");
  const ofDatabricks = ["--host", server.url, "--run-id", databricksRuns(server, 105)[0].runId];
  const ofFabric = [
    "--host",
    server.url,
    "--workspace",
    WORKSPACE,
    "--item",
    ITEM.long,
    "--instance",
    fabricRuns(server, ITEM.long)[0].id,
  ];
  const table = await pqrun(t, ["status", "databricks", ...ofDatabricks]);
  assert.match(table.stdout, /^phase +running$/mu);
  assert.equal((await pqrun(t, ["status", "fabric", ...ofFabric])).code, 0);
  assert.equal((await pqrun(t, ["cancel", "databricks", ...ofDatabricks])).code, 0);
  assert.equal((await pqrun(t, ["cancel", "fabric", ...ofFabric])).code, 0);
  assert.equal(databricksRuns(server, 105)[0].outcome, "CANCELED");
});

test("a run that does not exist ends status and cancel with 7", async (t) => {
  const server = await simulate(t);
  for (const word of ["status", "cancel"]) {
    const { code, stdout, stderr } = await pqrun(t, [word, "databricks", "--host", server.url, "--run-id", "5"]);
    assert.equal(code, 7, stderr);
    assert.equal(stdout, "");
  }
});

test("a snapshot of another host does not lead the token there", async (t) => {
  const server = await simulate(t);
  const file = await goingOn(t, server, "databricks");
  const requests = server.truth().requests.length;
  const env = { DATABRICKS_HOST: "https://adb-1.2.azuredatabricks.net" };
  for (const args of [
    ["resume", file],
    ["status", "databricks", "--snapshot", file],
    ["cancel", "databricks", "--snapshot", file],
  ]) {
    const { code, stderr } = await pqrun(t, args, { env });
    assert.equal(code, 2, stderr);
    assert.match(stderr, /DATABRICKS_HOST/u);
  }
  assert.equal(server.truth().requests.length, requests, "nothing was sent");
  const meant = await pqrun(t, ["status", "databricks", "--snapshot", file, "--host", server.url], { env });
  assert.equal(meant.code, 0, meant.stderr);
});

test("a Fabric snapshot with a host that is not Fabric's does not get the token", async (t) => {
  const server = await simulate(t);
  const file = await goingOn(t, server, "fabric");
  const snapshot = JSON.parse(readFileSync(file, "utf8"));
  snapshot.job.host = "https://fabric.microsoft.com.example.com";
  writeFileSync(file, JSON.stringify(snapshot));
  for (const args of [
    ["resume", file],
    ["status", "fabric", "--snapshot", file],
    ["cancel", "fabric", "--snapshot", file],
  ]) {
    const { code, stderr } = await pqrun(t, args);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /--host/u);
  }
});

test("--trust-host alone does not trust whatever host a snapshot names", async (t) => {
  const server = await simulate(t);
  for (const [service, host] of /** @type {const} */ ([
    ["databricks", "https://adb-1.2.azuredatabricks.net.example.com"],
    ["databricks", "https://127.example.com"],
    ["fabric", "https://127.example.com"],
  ])) {
    const file = await goingOn(t, server, service);
    const snapshot = JSON.parse(readFileSync(file, "utf8"));
    snapshot.job.host = host;
    writeFileSync(file, JSON.stringify(snapshot));
    for (const args of [
      ["resume", file],
      ["status", service, "--snapshot", file],
      ["cancel", service, "--snapshot", file],
    ]) {
      const { code, stderr } = await pqrun(t, [...args, "--trust-host"]);
      assert.equal(code, 2, stderr);
      assert.match(stderr, new RegExp(`give --host ${host}`, "u"));
    }
  }
});

test("list shows runs, jobs, items and workspaces", async (t) => {
  const server = await simulate(t);
  const host = ["--host", server.url];
  await pqrun(t, databricks(server, "good"));
  await pqrun(t, fabric(server, "good"));
  const json = async (/** @type {string[]} */ ...args) => {
    const { code, stdout, stderr } = await pqrun(t, ["list", ...args, "--format", "json"]);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout);
  };
  assert.deepEqual(
    (await json("databricks", ...host)).map((run) => run.runId),
    ["9223372036854775807"],
  );
  assert.deepEqual(await json("databricks", ...host, "--job-id", "102"), []);
  assert.deepEqual(
    (await json("databricks", ...host, "--jobs", "--job-name", "good")).map((job) => job.jobId),
    ["101"],
  );
  assert.equal((await json("databricks", ...host, "--jobs", "--limit", "3")).length, 3);
  const place = ["--workspace", WORKSPACE];
  assert.equal((await json("fabric", ...host, ...place, "--item", ITEM.good)).length, 1);
  assert.equal((await json("fabric", ...host, ...place, "--jobs")).length, Object.keys(ITEM).length);
  assert.deepEqual(
    (await json("fabric", ...host, "--workspaces")).map((one) => one.id),
    [WORKSPACE],
  );
  const table = await pqrun(t, ["list", "fabric", ...host, "--workspaces"]);
  assert.match(table.stdout, /│ Tests +│/u);
  const lines = await pqrun(t, ["list", "databricks", ...host, "--jobs", "--format", "jsonl"]);
  assert.equal(JSON.parse(lines.stdout.split("\n")[0]).jobId, "101");
});

test("simulate serves a run from start to end, and ends on a signal with 0", async (t) => {
  const state = folder(t);
  const simulator = startCommand(["simulate", "--speed", "50"], { env: environment(state) });
  t.after(() => simulator.child.kill("SIGKILL"));
  const url = await until("the address", () => /^(http:\/\/127\.0\.0\.1:\d+)\n/u.exec(simulator.output.stdout)?.[1]);
  const env = { DATABRICKS_HOST: url, DATABRICKS_TOKEN: "dapi-simulated" };
  const { code, stdout, stderr } = await pqrun(
    t,
    ["run", "databricks", "--job-name", "orders_daily", "--format", "json"],
    { env },
  );
  assert.equal(code, 0, stderr);
  assert.equal(JSON.parse(stdout).length, 20);
  const taken = await pqrun(t, ["simulate", "--port", new URL(url).port]);
  assert.equal(taken.code, 2);
  assert.match(taken.stderr, /EADDRINUSE/u);
  simulator.child.kill("SIGINT");
  await once(simulator.child, "close");
  assert.equal((await simulator.ended).code, 0);
});
