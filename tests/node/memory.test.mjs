/** What is left of secrets in the memory of the wasm modules. */

import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { DatabricksClient, runDatabricksJob } from "pqrun";
import { databricksFederation, databricksOAuth, databricksToken, entraClientSecret } from "pqrun/auth";

import { PACKAGE, simulate } from "./support.mjs";

const DATABRICKS_SCOPE = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d/.default";
const RESOURCE_ID =
  "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/reports/providers/Microsoft.Databricks/workspaces/reports";

/**
 * The memory of a module that is loaded already.
 *
 * @param {string} name
 * @returns {Promise<() => Buffer>}
 */
async function memory(name) {
  const { initSync } = await import(pathToFileURL(path.join(PACKAGE, "wasm", name)).href);
  const exports = initSync();
  return () => Buffer.from(exports.memory.buffer);
}

/**
 * Those of the secrets that are in it, in any of the forms in which one is sent.
 *
 * @param {Buffer} bytes
 * @param {Record<string, string>} secrets
 */
function found(bytes, secrets) {
  const forms = (/** @type {string} */ secret) => [
    secret,
    encodeURIComponent(secret),
    // Of Base64 the middle, which does not depend on what stands around.
    ...[0, 1, 2].map((before) => Buffer.from("x".repeat(before) + secret).toString("base64").slice(4, -4)),
  ];
  return Object.keys(secrets).filter((name) => forms(secrets[name]).some((form) => bytes.includes(form)));
}

/** Lets what is under way end. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 50));

test("free() leaves nothing of a credential: no secret, no token, no assertion, no request", async (t) => {
  const secret = "planted~secret+with&signs=%25-0123456789";
  const assertion = "planted.assertion.0123456789abcdef";
  const server = await simulate(t, {
    scenario: "auth",
    change: (it) => {
      it.entra.tenants[0].clients[3].secret = secret;
      it.databricks.servicePrincipals[0].secret = secret;
      it.vaults[0].secrets[0].versions[0].value = "dapi-planted-in-the-vault-0123456789";
      it.tokens[2].value = "dapi-planted-in-the-vault-0123456789";
      it.identityTokens[4].value = assertion;
    },
  });
  const module = await memory("auth.js");
  const application = { tenantId: "4d9e21b7-6c03-4f58-9a1e-b7c20d85f361", authority: server.url };
  const first = entraClientSecret({
    ...application,
    clientId: "e0000000-0000-4000-8000-000000000001",
    clientSecret: "entra~simulated+secret&1=%25",
  });
  const credentials = [
    entraClientSecret({
      ...application,
      clientId: "e0000000-0000-4000-8000-000000000004",
      clientSecret: secret,
      azureWorkspaceResourceId: RESOURCE_ID,
    }),
    databricksOAuth({ clientId: "d0000000-0000-4000-8000-000000000001", clientSecret: secret }),
    databricksFederation({ clientId: "d0000000-0000-4000-8000-000000000003", assertion: () => assertion }),
    databricksToken({ token: "keyvault://kv-reports/databricks-pat", vaultCredential: first, vaultHost: server.url }),
    databricksToken({ token: "dapi-planted-0123456789abcdef" }),
  ];
  /** @type {Record<string, string>} */
  const secrets = { secret, assertion };
  for (const [index, credential] of credentials.entries()) {
    for (const refresh of [false, true]) {
      const { token, headers = {} } = await credential.getToken(DATABRICKS_SCOPE, { host: server.url, refresh });
      secrets[`token ${index} ${refresh}`] = token;
      for (const [name, value] of Object.entries(headers).filter(([name]) => name.endsWith("Token"))) {
        secrets[`${name} ${refresh}`] = value;
      }
    }
  }
  assert.ok(Object.keys(secrets).length > 10);
  const held = found(module(), secrets);
  for (const name of ["secret", "token 0 true", "token 1 true", "token 4 true"]) {
    assert.ok(held.includes(name), `${name} is there while it is needed`);
  }
  assert.ok(!held.includes("assertion") && !held.includes("token 0 false"), "what is not needed any more is gone");
  for (const credential of [...credentials, first]) {
    credential.free();
  }
  await settle();
  assert.deepEqual(found(module(), secrets), []);
});

test("a refused secret is left nowhere", async (t) => {
  const server = await simulate(t, { scenario: "auth" });
  const module = await memory("auth.js");
  const secrets = { secret: "planted-and-refused-0123456789" };
  const credential = databricksOAuth({
    clientId: "d0000000-0000-4000-8000-000000000001",
    clientSecret: secrets.secret,
  });
  await assert.rejects(credential.getToken(DATABRICKS_SCOPE, { host: server.url }));
  assert.deepEqual(found(module(), secrets), ["secret"]);
  credential.free();
  await settle();
  assert.deepEqual(found(module(), secrets), []);
  assert.throws(() => databricksToken(/** @type {any} */ ({ token: "x", tokn: secrets.secret })));
  assert.deepEqual(found(module(), secrets), [], "nor is one under a wrong name even read");
});

test("a client keeps a token no longer than it lives, a run no longer than it goes on", async (t) => {
  const token = "dapi-planted-for-the-client-0123456789";
  const server = await simulate(t, { change: (it) => it.tokens.push({ value: token, service: "databricks" }) });
  const module = await memory("pqrun.js");
  const secrets = { token };
  const host = server.url;
  for (const given of [token, () => token, async () => ({ token: ` ${token}\n` })]) {
    const client = new DatabricksClient({ host, token: given });
    await client.listJobs();
    assert.deepEqual(found(module(), secrets), ["token"]);
    client.free();
    const run = runDatabricksJob({ host, token: given, jobName: "good", pollInterval: 500 });
    assert.equal((await run.result).outcome, "succeeded");
    await settle();
    // The handle is still there: it tells what came of the run, and needs no token for that.
    assert.deepEqual(found(module(), secrets), []);
    assert.equal(run.status.phase, "ended");
    run.free();
  }
});
