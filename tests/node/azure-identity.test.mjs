/** The official credential of Azure as ours: its own requests, over TLS, to the simulated authority. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { startSimulator } from "pqrun/simulator";

import { authorityFile, certificate } from "./network.mjs";
import { program, scenario } from "./support.mjs";

const SECRET = "entra~simulated+secret&1=%25";

/** What a user writes: one credential, and a run of each service. */
const SCRIPT = `
import { ClientSecretCredential } from "@azure/identity";
import { runDatabricksJob, runFabricItem } from "pqrun";
import { databricksToken } from "pqrun/auth";

const host = process.env.SIMULATOR;
const credential = new ClientSecretCredential(
  "4d9e21b7-6c03-4f58-9a1e-b7c20d85f361",
  "e0000000-0000-4000-8000-000000000001",
  process.env.CLIENT_SECRET,
  { authorityHost: host, disableInstanceDiscovery: true },
);
const token = "keyvault://kv-reports/databricks-pat";
const fromVault = databricksToken({ token, vaultCredential: credential, vaultHost: host });
const runs = [
  runDatabricksJob({ host, jobName: "nightly", credential, pollInterval: "500ms" }),
  runDatabricksJob({ host, jobName: "nightly", credential: fromVault, pollInterval: "500ms" }),
  runFabricItem({
    host,
    workspaceId: "22222222-2222-4222-8222-222222222222",
    itemId: "bbbbbbbb-0000-4000-8000-000000000001",
    credential,
    pollInterval: "500ms",
  }),
];
const ends = await Promise.all(runs.map((run) => run.result));
console.log(JSON.stringify(ends.map(({ outcome, error, table }) => ({ outcome, ...error, rows: table?.rowCount }))));
`;

/**
 * @param {import("node:test").TestContext} t
 * @param {string} secret
 */
async function runWith(t, secret) {
  const { key, cert } = await certificate(["localhost"]);
  const server = await startSimulator({ scenario: scenario("auth"), speed: 20, tls: { key, cert } });
  t.after(() => server.close());
  const env = { SIMULATOR: server.url, CLIENT_SECRET: secret, NODE_EXTRA_CA_CERTS: await authorityFile(t) };
  const { code, stdout, stderr } = await program(t, SCRIPT, env);
  assert.equal(code, 0, stderr);
  assert.ok(!`${stdout}${stderr}`.includes(secret));
  return { ends: JSON.parse(stdout), truth: JSON.parse(server.simulator.state(Date.now())) };
}

test("ClientSecretCredential of @azure/identity signs in to both services, and reads a vault for another credential", async (t) => {
  const { ends, truth } = await runWith(t, SECRET);
  const good = { outcome: "succeeded", rows: 2 };
  assert.deepEqual(ends, [good, good, good]);
  const audiences = truth.signIn.given.map((/** @type {any} */ row) => row.audience);
  assert.deepEqual(audiences.toSorted(), ["databricks", "fabric", "keyVault"]);
});

test("what @azure/identity says of a wrong secret is the error, and nothing was started", async (t) => {
  const { ends, truth } = await runWith(t, "entra~simulated+wrong");
  for (const end of ends) {
    assert.deepEqual([end.outcome, end.code], ["rejected", "missingCredentials"]);
    assert.match(end.message, /AADSTS7000215/u);
  }
  assert.deepEqual([truth.databricks.runs.length, truth.fabric.instances.length], [0, 0]);
});
