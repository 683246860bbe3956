/** The official library as it is, with the simulator as its authority over HTTPS, as our credential. */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { startSimulator } from "pqrun/simulator";
import { generate } from "selfsigned";

import { folder, scenario } from "./support.mjs";

const run = promisify(execFile);
const HERE = path.dirname(fileURLToPath(import.meta.url));

/** Node reads the certificates that it trusts when it starts, so this is a program of its own. */
const SCRIPT = `
import { ClientSecretCredential } from "@azure/identity";
import { runDatabricksJob, runFabricItem } from "pqrun";
import { databricksToken } from "pqrun/auth";

const host = process.argv[2];
const common = { host, pollInterval: 500, timeout: "30s" };
const item = { workspaceId: "22222222-2222-4222-8222-222222222222", itemId: "bbbbbbbb-0000-4000-8000-000000000001" };
const signIn = (secret) =>
  new ClientSecretCredential("4d9e21b7-6c03-4f58-9a1e-b7c20d85f361", "e0000000-0000-4000-8000-000000000001", secret, {
    authorityHost: host,
    disableInstanceDiscovery: true,
  });
const credential = signIn("entra~simulated+secret&1=%25");
const token = "keyvault://kv-reports/databricks-pat";
const fromVault = databricksToken({ token, vaultCredential: credential, vaultHost: host });
const results = await Promise.all([
  runDatabricksJob({ ...common, credential, jobName: "nightly" }).result,
  runFabricItem({ ...common, ...item, credential }).result,
  runDatabricksJob({ ...common, credential: fromVault, jobName: "nightly" }).result,
  runFabricItem({ ...common, ...item, credential: signIn("planted-wrong-secret") }).result,
]);
console.log(JSON.stringify(results.map(({ outcome, error }) => ({ outcome, error }))));
`;

test("ClientSecretCredential signs in to both services, and to the vault of another credential", async (t) => {
  const name = "localhost";
  const { private: key, cert } = await generate([{ name: "commonName", value: name }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: name }] }],
  });
  const server = await startSimulator({ scenario: scenario("auth"), speed: 20, tls: { key, cert } });
  t.after(() => server.close());
  const trusted = path.join(folder(t), "certificate.pem");
  writeFileSync(trusted, cert);
  // Beside this file, where both packages are found.
  const script = path.join(HERE, `azure-identity-${process.pid}.mjs`);
  writeFileSync(script, SCRIPT);
  t.after(() => rmSync(script, { force: true }));
  const env = { PATH: process.env.PATH, NODE_EXTRA_CA_CERTS: trusted };
  const { stdout } = await run(process.execPath, [script, server.url], { env, timeout: 60_000 });
  const results = JSON.parse(stdout);
  assert.deepEqual(
    results.map((/** @type {any} */ { outcome }) => outcome),
    ["succeeded", "succeeded", "succeeded", "rejected"],
    stdout,
  );
  const { error } = results[3];
  assert.equal(error.code, "missingCredentials");
  assert.match(error.message, /AADSTS7000215/u);
  assert.doesNotMatch(stdout, /planted/u);
  const { given } = JSON.parse(server.simulator.state(Date.now())).signIn;
  assert.deepEqual(
    given.map((/** @type {any} */ { audience, count }) => [audience, count]).sort(),
    [
      ["databricks", 1],
      ["fabric", 1],
      ["keyVault", 1],
    ],
  );
});
