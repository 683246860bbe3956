/** `pqrun auth check`, and the other commands with the credentials that it tells of. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

import { DatabricksClient, FabricClient } from "pqrun";
import { defaultCredential } from "pqrun/auth";

import { databricks, fakeAzureCli, folder, pqrun, scenario, simulate } from "./support.mjs";

const TENANT = "4d9e21b7-6c03-4f58-9a1e-b7c20d85f361";
const ENTRA = "e0000000-0000-4000-8000-000000000001";
const PRINCIPAL = "d0000000-0000-4000-8000-000000000001";
const SECRETS = {
  pat: "dapi-auth-0123456789",
  fabric: "fabric-auth-0123456789",
  vaultPat: "dapi-vault-0123456789",
  databricks: "databricks-simulated-secret-1",
  entra: "entra~simulated+secret&1=%25",
  assertion: "simulated.databricks.good",
  entraAssertion: "simulated.entra.good",
};

/** Nothing of the environment of other tests. */
const CLEAN = { DATABRICKS_TOKEN: undefined, FABRIC_TOKEN: undefined };

/** @param {string} text */
function assertNoSecret(text) {
  for (const secret of [...Object.values(SECRETS), ...Object.values(SECRETS).map(encodeURIComponent)]) {
    assert.ok(!text.includes(secret), `${secret} in ${text}`);
    // Nor a part of one; what all secrets of the scenario begin with is no part that tells anything.
    assert.ok(!text.includes(secret.slice(-9)), `the end of ${secret} in ${text}`);
  }
  assert.doesNotMatch(text, /Bearer |Basic [A-Za-z0-9+/]{8}/u);
}

/**
 * Runs the check, as JSON and for people, the latter with a log of everything.
 *
 * @param {import("node:test").TestContext} t
 * @param {string[]} args
 * @param {Record<string, string | undefined>} env
 */
async function check(t, args, env) {
  const run = (/** @type {string[]} */ ...more) =>
    pqrun(t, ["auth", "check", ...args, ...more], { env: { ...CLEAN, PQRUN_DEBUG: "1", ...env } });
  const [json, text] = await Promise.all([run("--json"), run("--log-level", "trace")]);
  assert.equal(json.code, text.code, `${json.stderr}\n${text.stderr}`);
  for (const { stdout, stderr } of [json, text]) {
    assertNoSecret(stdout + stderr);
  }
  return {
    code: json.code,
    found: json.stdout === "" ? undefined : JSON.parse(json.stdout),
    text: text.stdout,
    stderr: text.stderr,
  };
}

/** Each flow: what is set, what is told. */
const FLOWS = [
  ["a token", { DATABRICKS_TOKEN: SECRETS.pat }, { kind: "token", source: "DATABRICKS_TOKEN" }],
  [
    "an OAuth secret",
    { DATABRICKS_CLIENT_ID: PRINCIPAL, DATABRICKS_CLIENT_SECRET: SECRETS.databricks },
    { kind: "databricksOAuth", source: "DATABRICKS_CLIENT_ID, DATABRICKS_CLIENT_SECRET", clientId: PRINCIPAL },
  ],
  [
    "a federated token in a variable",
    {
      DATABRICKS_CLIENT_ID: "d0000000-0000-4000-8000-000000000003",
      DATABRICKS_OIDC_TOKEN_ENV: "BUILD_TOKEN",
      BUILD_TOKEN: SECRETS.assertion,
    },
    { kind: "databricksFederation", assertion: "BUILD_TOKEN" },
  ],
  [
    "a client secret of Entra, of Terraform's variables",
    { ARM_TENANT_ID: TENANT, ARM_CLIENT_ID: ENTRA, ARM_CLIENT_SECRET: SECRETS.entra },
    { kind: "entraClientSecret", tenantId: TENANT, clientId: ENTRA },
  ],
  [
    "a federated token of Entra, of Terraform's variables",
    {
      ARM_TENANT_ID: TENANT,
      ARM_CLIENT_ID: "e0000000-0000-4000-8000-000000000002",
      ARM_OIDC_TOKEN: SECRETS.entraAssertion,
    },
    { kind: "entraFederation", assertion: "ARM_OIDC_TOKEN" },
  ],
  [
    "a principal that the workspace does not know, with its Azure resource",
    {
      ARM_TENANT_ID: TENANT,
      ARM_CLIENT_ID: "e0000000-0000-4000-8000-000000000004",
      ARM_CLIENT_SECRET: "entra-simulated-secret-4",
      DATABRICKS_AZURE_RESOURCE_ID: scenario("auth").databricks.azure.resourceId,
    },
    { kind: "entraClientSecret", azureWorkspaceResourceId: scenario("auth").databricks.azure.resourceId },
  ],
  [
    "a token in a vault",
    {
      DATABRICKS_TOKEN: "keyvault://kv-reports/databricks-pat",
      AZURE_TENANT_ID: TENANT,
      AZURE_CLIENT_ID: ENTRA,
      AZURE_CLIENT_SECRET: SECRETS.entra,
    },
    {
      kind: "token",
      secret: "keyvault://kv-reports/databricks-pat",
      secretReadBy: "AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET",
    },
  ],
  [
    "an OAuth secret in a vault",
    {
      DATABRICKS_CLIENT_ID: PRINCIPAL,
      DATABRICKS_CLIENT_SECRET: "keyvault://kv-reports/databricks-secret",
      ARM_TENANT_ID: TENANT,
      ARM_CLIENT_ID: ENTRA,
      ARM_CLIENT_SECRET: SECRETS.entra,
    },
    { kind: "databricksOAuth", secretReadBy: "ARM_TENANT_ID, ARM_CLIENT_ID, ARM_CLIENT_SECRET" },
  ],
];

for (const [name, env, expected] of /** @type {[string, Record<string, string>, Record<string, unknown>][]} */ (
  FLOWS
)) {
  test(`the check tells and tries ${name}`, async (t) => {
    const server = await simulate(t, { scenario: "auth", speed: 1 });
    const place = { AZURE_AUTHORITY_HOST: server.url, PQRUN_KEYVAULT_HOST: server.url };
    const { code, found, text, stderr } = await check(t, ["--host", server.url], { ...place, ...env });
    assert.equal(code, 0, stderr);
    assert.deepEqual(Object.fromEntries(Object.keys(expected).map((member) => [member, found[member]])), expected);
    assert.deepEqual(
      [found.service, found.host, found.works, found.call],
      ["databricks", server.url, true, "jobs/list"],
    );
    assert.match(text, /^works +yes, jobs\/list answered$/mu);
    // What signs in says when its token ends; a token alone does not.
    const left = found.tokenExpiresAt && Date.parse(found.tokenExpiresAt) - Date.now();
    assert.ok(found.kind === "token" ? left === undefined : left > 3_000_000 && left <= 3_600_000, String(left));
  });
}

test("the check of Fabric tells and tries what the Fabric command line reads, and what Azure's tools do", async (t) => {
  const server = await simulate(t, { scenario: "auth", speed: 1 });
  const args = ["--service", "fabric", "--host", server.url];
  const flows = [
    [{ FAB_TOKEN: SECRETS.fabric }, "FAB_TOKEN"],
    [
      { FAB_TENANT_ID: TENANT, FAB_SPN_CLIENT_ID: ENTRA, FAB_SPN_CLIENT_SECRET: SECRETS.entra },
      "FAB_TENANT_ID, FAB_SPN_CLIENT_ID, FAB_SPN_CLIENT_SECRET",
    ],
    [
      { AZURE_TENANT_ID: "contoso.example", AZURE_CLIENT_ID: ENTRA, AZURE_CLIENT_SECRET: SECRETS.entra },
      "AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET",
    ],
  ];
  for (const [env, source] of /** @type {[Record<string, string>, string][]} */ (flows)) {
    const { code, found, stderr } = await check(t, args, { AZURE_AUTHORITY_HOST: server.url, ...env });
    assert.equal(code, 0, stderr);
    assert.deepEqual([found.service, found.source, found.call], ["fabric", source, "workspaces"]);
  }
});

test("a profile gives the host and the credential, to the check and to other commands", async (t) => {
  const server = await simulate(t, { scenario: "auth", speed: 60 });
  const state = folder(t);
  const file = path.join(state, ".databrickscfg");
  const wrong = "[DEFAULT]\nhost = https://adb-1.2.azuredatabricks.net\ntoken = dapi-of-another-host\n";
  writeFileSync(
    file,
    `${wrong}\n[TEST]\nhost = ${server.url}/?o=1\nclient_id = ${PRINCIPAL}\nclient_secret = ${SECRETS.databricks}\n`,
  );
  const env = { ...CLEAN, DATABRICKS_CONFIG_FILE: file };
  const { code, found, stderr } = await check(t, ["--profile", "TEST"], env);
  assert.equal(code, 0, stderr);
  assert.deepEqual(
    [found.profile, found.host, found.source, found.clientId],
    ["TEST", server.url, `profile TEST of ${file}: client_id, client_secret`, PRINCIPAL],
  );
  assert.equal(found.hostSource, "profile TEST");
  // The one whose host it is, and the one that the environment names.
  assert.equal((await check(t, ["--host", server.url], env)).found.profile, "TEST");
  assert.equal((await check(t, [], { ...env, DATABRICKS_CONFIG_PROFILE: "TEST" })).found.profile, "TEST");
  const list = await pqrun(t, ["list", "databricks", "--jobs", "--profile", "TEST", "--format", "json"], { env });
  assert.equal(list.code, 0, list.stderr);
  assert.ok(JSON.parse(list.stdout).length > 0);
  const snapshot = path.join(state, "run.json");
  const args = ["run", "databricks", "--profile", "TEST", "--job-name", "nightly", "--poll-interval", "500ms"];
  const run = await pqrun(t, [...args, "--snapshot", snapshot], { env, state });
  assert.equal(run.code, 0, run.stderr);
  assertNoSecret(run.stdout + run.stderr + readFileSync(snapshot, "utf8"));
  const runId = JSON.parse(readFileSync(snapshot, "utf8")).run.id;
  const status = await pqrun(t, ["status", "databricks", "--profile", "TEST", "--run-id", runId, "--format", "json"], {
    env,
  });
  assert.equal(JSON.parse(status.stdout).outcome, "succeeded", status.stderr);
});

test("a run goes on with the profile of its host, and a connector asks its job with it", async (t) => {
  const server = await simulate(t, { scenario: "auth", speed: 3600 });
  const state = folder(t);
  const file = path.join(state, "profiles");
  writeFileSync(file, `[TEST]\nhost = ${server.url}\ntoken = ${SECRETS.pat}\n`);
  const env = { ...CLEAN, DATABRICKS_CONFIG_FILE: file };
  const snapshot = path.join(state, "run.json");
  const args = ["run", "databricks", "--profile", "TEST", "--job-name", "three_hours", "--snapshot", snapshot];
  const left = await pqrun(t, [...args, "--timeout", "500ms"], { env });
  assert.equal(left.code, 6, left.stderr);
  // What it says is to be done next signs in as it did.
  assert.match(left.stderr, /pqrun resume \S+ --profile TEST$/mu);
  assert.match(left.stderr, /pqrun status databricks .*--profile TEST --run-id \d+$/mu);
  for (const more of [["--profile", "TEST"], []]) {
    const resumed = await pqrun(t, ["resume", snapshot, "--timeout", "1m", ...more], { env });
    assert.equal(resumed.code, 0, resumed.stderr);
  }
  const jobId = String(scenario("auth").databricks.jobs[0].id);
  const connector = ["connector", "--name", "Nightly", "--out", path.join(state, "out"), "--job-id", jobId];
  const generated = await pqrun(t, [...connector, "--profile", "TEST"], { env });
  assert.equal(generated.code, 0, generated.stderr);
  const form = await pqrun(t, [...connector, "--form", "query", "--profile", "TEST"], { env });
  assert.equal(form.code, 2, form.stderr);
  assert.match(form.stderr, /--profile/u);
  assert.ok(!readFileSync(path.join(state, "out", "Nightly.pq"), "utf8").includes(SECRETS.pat));
});

test("a snapshot does not lead a profile's credential to another host", async (t) => {
  const server = await simulate(t, { scenario: "auth", speed: 60 });
  const other = await simulate(t, { scenario: "auth", speed: 60 });
  const state = folder(t);
  const file = path.join(state, "profiles");
  writeFileSync(file, `[TEST]\nhost = ${other.url}\ntoken = ${SECRETS.pat}\n`);
  const snapshot = path.join(state, "run.json");
  const started = databricks(server, "three_hours", "--timeout", "1s", "--snapshot", snapshot);
  assert.equal((await pqrun(t, started, { env: { DATABRICKS_TOKEN: SECRETS.pat } })).code, 6);
  const requests = server.truth().requests.length;
  const env = { ...CLEAN, DATABRICKS_CONFIG_FILE: file };
  for (const args of [
    ["resume", snapshot, "--profile", "TEST"],
    ["status", "databricks", "--snapshot", snapshot, "--profile", "TEST"],
    ["cancel", "databricks", "--snapshot", snapshot, "--profile", "TEST"],
    ["resume", snapshot],
  ]) {
    const { code, stderr } = await pqrun(t, args, { env });
    assert.equal(code, 7, stderr);
    assertNoSecret(stderr);
  }
  assert.deepEqual([server.truth().requests.length - requests, other.truth().requests.length], [0, 0]);
});

test("Azure CLI is used where nothing else is there", { skip: process.platform === "win32" }, async (t) => {
  const server = await simulate(t, { scenario: "auth", speed: 1 });
  const az = fakeAzureCli(t, { accessToken: SECRETS.pat, expires_on: Math.floor(Date.now() / 1000) + 3000 });
  const { code, found, stderr } = await check(t, ["--host", server.url], az.env);
  assert.equal(code, 0, stderr);
  assert.deepEqual([found.kind, found.source], ["azureCli", "Azure CLI"]);
  assert.ok(az.calls().every((args) => args.join(" ").endsWith("--resource 2ff814a6-3304-4ab8-85cb-cd0e6f879c1d")));
  const signedOut = fakeAzureCli(t, undefined, "ERROR: Please run 'az login' to setup account.");
  const refused = await check(t, ["--host", server.url], signedOut.env);
  assert.deepEqual([refused.code, refused.found.error.code], [7, "interactionRequired"]);
  assert.match(refused.stderr, /run `az login`; nothing that comes before Azure CLI was there/u);
});

/** What goes wrong: what is set, the code that is told, what the hint or the message says. */
const FAILURES = [
  ["a token that the service refuses", { DATABRICKS_TOKEN: "dapi-of-someone-else" }, "unauthenticated", /token/u],
  [
    "a wrong secret",
    { DATABRICKS_CLIENT_ID: PRINCIPAL, DATABRICKS_CLIENT_SECRET: "planted-wrong-secret" },
    "signInRefused",
    /secret/u,
  ],
  [
    "an expired secret of Entra",
    {
      ARM_TENANT_ID: TENANT,
      ARM_CLIENT_ID: "e0000000-0000-4000-8000-000000000008",
      ARM_CLIENT_SECRET: "entra-simulated-secret-8",
    },
    "signInRefused",
    /AADSTS7000222|expired/u,
  ],
  [
    "conditional access",
    {
      ARM_TENANT_ID: TENANT,
      ARM_CLIENT_ID: "e0000000-0000-4000-8000-000000000006",
      ARM_CLIENT_SECRET: "entra-simulated-secret-6",
    },
    "interactionRequired",
    /AADSTS53003/u,
  ],
  [
    "a vault that refuses",
    {
      DATABRICKS_TOKEN: "keyvault://kv-reports/disabled",
      AZURE_TENANT_ID: TENANT,
      AZURE_CLIENT_ID: ENTRA,
      AZURE_CLIENT_SECRET: SECRETS.entra,
    },
    "vaultRefused",
    /disabled/u,
  ],
  [
    "half a credential",
    { DATABRICKS_CLIENT_ID: PRINCIPAL },
    "invalidCredentials",
    /missing: DATABRICKS_CLIENT_SECRET/u,
  ],
  [
    "a client id that is none",
    { DATABRICKS_CLIENT_ID: "me", DATABRICKS_CLIENT_SECRET: "planted-wrong-secret" },
    "invalidCredentials",
    /DATABRICKS_CLIENT_ID, DATABRICKS_CLIENT_SECRET: .*clientId/u,
  ],
  ["nothing", {}, "missingCredentials", /DATABRICKS_TOKEN \(not set\)/u],
];

for (const [name, env, code, says] of /** @type {[string, Record<string, string>, string, RegExp][]} */ (FAILURES)) {
  test(`the check ends with 7 and says what to do: ${name}`, async (t) => {
    const server = await simulate(t, { scenario: "auth", speed: 1 });
    const place = { AZURE_AUTHORITY_HOST: server.url, PQRUN_KEYVAULT_HOST: server.url, PATH: "" };
    const seen = await check(t, ["--host", server.url], { ...place, ...env });
    assert.equal(seen.code, 7, seen.stderr);
    assert.deepEqual([seen.found.works, seen.found.error.code], [false, code], JSON.stringify(seen.found));
    assert.notEqual(seen.found.error.hint, "");
    assert.match(seen.stderr, says);
    assert.match(seen.text, new RegExp(`^works +no, ${code}$`, "mu"));
    assert.doesNotMatch(seen.stderr + seen.text, /planted|of-someone-else/u);
  });
}

test("what was looked at before, and why it was passed over, is told", async (t) => {
  const server = await simulate(t, { scenario: "auth", speed: 1 });
  const env = {
    ARM_TENANT_ID: TENANT,
    ARM_CLIENT_ID: ENTRA,
    ARM_CLIENT_SECRET: SECRETS.entra,
    AZURE_AUTHORITY_HOST: server.url,
  };
  const { found, text } = await check(t, ["--host", server.url], env);
  assert.deepEqual(
    found.passedOver.map(({ source, reason }) => [source.split(" ")[0], reason]),
    [
      ["DATABRICKS_TOKEN", "not set"],
      ["DATABRICKS_CLIENT_ID", "not set"],
      ["DATABRICKS_OIDC_TOKEN_FILEPATH", "not set"],
      ["DATABRICKS_CONFIG_PROFILE", "not set"],
    ],
  );
  assert.match(text, /^passed over +DATABRICKS_TOKEN: not set$/mu);
  const ofVariable = await check(t, [], { ...env, DATABRICKS_HOST: server.url });
  assert.deepEqual([found.hostSource, ofVariable.found.hostSource], ["--host", "DATABRICKS_HOST"]);
  const nothing = await check(t, ["--host", server.url], { PATH: "" });
  assert.equal(nothing.found.passedOver.length, 8);
  assert.match(nothing.text, /^passed over +Azure CLI: there is no az on the PATH$/mu);
});

test("without a host, and with flags that are wrong, the check ends with 2", async (t) => {
  for (const args of [[], ["--service", "aws"], ["--client-secret", "planted-0123456789"], ["--timeout", "soon"]]) {
    const { code, stdout, stderr } = await pqrun(t, ["auth", "check", ...args], { env: { ...CLEAN, PATH: "" } });
    assert.equal(code, 2, stderr);
    assert.doesNotMatch(stdout + stderr, /planted/u);
  }
});

test("a service that does not answer ends the check with 7 in time", async (t) => {
  const server = await simulate(t, {
    scenario: "auth",
    speed: 1,
    change: (it) => (it.faults = [{ endpoint: "jobs/list", kind: "drop" }]),
  });
  const { code, found } = await check(t, ["--host", server.url, "--timeout", "2s"], { DATABRICKS_TOKEN: SECRETS.pat });
  assert.deepEqual([code, found.error.code], [7, "network"]);
  assert.match(found.error.message, /^no good answer within 2s; the last request ended with: \S/u);
});

test("a token does not go to a host that is none of the service's own, unless --trust-host says so", async (t) => {
  const env = { ...CLEAN, DATABRICKS_TOKEN: SECRETS.pat };
  const host = "https://databricks.invalid";
  const refused = await check(t, ["--host", host, "--timeout", "2s"], env);
  assert.deepEqual([refused.code, refused.found.error.code], [7, "unknownHost"]);
  const sent = await check(t, ["--host", host, "--timeout", "2s", "--trust-host"], env);
  assert.deepEqual([sent.code, sent.found.error.code], [7, "network"]);
});

test("a run signs in by the environment, and no output of it holds a secret", async (t) => {
  const server = await simulate(t, { scenario: "auth", speed: 60 });
  const state = folder(t);
  const env = {
    ...CLEAN,
    PQRUN_DEBUG: "1",
    AZURE_AUTHORITY_HOST: server.url,
    ARM_TENANT_ID: TENANT,
    ARM_CLIENT_ID: ENTRA,
    ARM_CLIENT_SECRET: SECRETS.entra,
  };
  for (const more of [[], ["--json"]]) {
    const { code, stdout, stderr } = await pqrun(t, databricks(server, "nightly", ...more), { env, state });
    assert.equal(code, 0, stderr);
    assertNoSecret(stdout + stderr);
  }
  const refused = await pqrun(t, databricks(server, "nightly"), {
    env: { ...env, ARM_CLIENT_SECRET: "planted-wrong-secret" },
    state,
  });
  assert.equal(refused.code, 7, refused.stderr);
  assert.match(refused.stderr, /AADSTS7000215/u);
  assert.doesNotMatch(refused.stderr, /planted/u);
  for (const file of readdirSync(path.join(state, "pqrun"))) {
    assertNoSecret(readFileSync(path.join(state, "pqrun", file), "utf8"));
  }
});

test("the package gives the same credential to a program", async (t) => {
  const server = await simulate(t, { scenario: "auth", speed: 1 });
  const env = {
    DATABRICKS_CLIENT_ID: PRINCIPAL,
    DATABRICKS_CLIENT_SECRET: SECRETS.databricks,
    DATABRICKS_HOST: server.url,
  };
  const credential = await defaultCredential({ env });
  assert.deepEqual(
    [credential.host, credential.source],
    [server.url, "DATABRICKS_CLIENT_ID, DATABRICKS_CLIENT_SECRET"],
  );
  const jobs = await new DatabricksClient({ host: server.url, credential }).listJobs();
  assert.ok(jobs.length > 0);
  const elsewhere = new DatabricksClient({ host: "https://adb-1.2.azuredatabricks.net", credential });
  await assert.rejects(elsewhere.listJobs(), (/** @type {any} */ error) => error.code === "unknownHost");
  const fabric = await defaultCredential({ service: "fabric", host: server.url, env: { FAB_TOKEN: SECRETS.fabric } });
  assert.equal((await new FabricClient({ host: server.url, credential: fabric }).listWorkspaces()).length, 1);
  await assert.rejects(
    defaultCredential({ env: { HOME: folder(t) } }),
    (/** @type {any} */ error) => error.code === "missingCredentials",
  );
});

test("the module that signs in is loaded for those that need it only", async (t) => {
  const server = await simulate(t, { scenario: "auth", speed: 1 });
  const hook = `export const load = (url, context, next) => {
    if (url.endsWith("/wasm/auth.js")) throw new Error("the auth module was loaded");
    return next(url, context);
  };`;
  const register = `import { register } from "node:module"; register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hook)}`)});`;
  const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(register)}`;
  const list = ["list", "databricks", "--jobs", "--host", server.url];
  const plain = await pqrun(t, list, { env: { ...CLEAN, NODE_OPTIONS, DATABRICKS_TOKEN: SECRETS.pat } });
  assert.equal(plain.code, 0, plain.stderr);
  const oauth = { DATABRICKS_CLIENT_ID: PRINCIPAL, DATABRICKS_CLIENT_SECRET: SECRETS.databricks };
  const signed = await pqrun(t, list, { env: { ...CLEAN, NODE_OPTIONS, ...oauth } });
  assert.match(signed.stderr, /the auth module was loaded/u);
});
