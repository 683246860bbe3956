/** The same with the command: what it prints, logs, keeps on the disk, generates, and tells other programs. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

import { fakeAzureCli, folder, pqrun, simulate } from "./support.mjs";
import { Witness, plant } from "./witness.mjs";

const PRINCIPAL = "d0000000-0000-4000-8000-000000000001";
const FEDERATED = "d0000000-0000-4000-8000-000000000003";
const APPLICATION = "e0000000-0000-4000-8000-000000000001";
const TENANT = "4d9e21b7-6c03-4f58-9a1e-b7c20d85f361";

const PLANTED = Object.freeze({
  pat: "dapi-pl4nted+pat/=~",
  databricks: plant("databricks"),
  entra: plant("entra"),
  assertion: "pl4nted.assertion.jwt-0123",
  az: "pl4nted+az/=~",
  parameter: plant("parameter"),
});

/** Puts the planted secrets in the place of the scenario's own, so that signing in works. */
function plantAll(/** @type {any} */ scenario) {
  scenario.tokens.push({ value: PLANTED.pat, service: "databricks" }, { value: PLANTED.az, service: "databricks" });
  scenario.databricks.servicePrincipals.find((/** @type {any} */ one) => one.clientId === PRINCIPAL).secret = PLANTED.databricks;
  scenario.entra.tenants[0].clients.find((/** @type {any} */ one) => one.id === APPLICATION).secret = PLANTED.entra;
  const good = scenario.identityTokens.find((/** @type {any} */ one) => one.value === "simulated.databricks.good");
  scenario.identityTokens.push({ ...good, value: PLANTED.assertion });
  const secret = scenario.vaults[0].secrets.find((/** @type {any} */ one) => one.name === "databricks-secret");
  secret.versions[0].value = PLANTED.databricks;
  scenario.databricks.jobs[1].parameters = { key: "" };
}

/**
 * Every file below a folder.
 *
 * @param {string} root
 * @returns {string[]}
 */
function filesIn(root) {
  return readdirSync(root, { recursive: true })
    .map((name) => path.join(root, String(name)))
    .filter((file) => statSync(file).isFile());
}

/** What is set, and the code of a run with it; some are wrong on purpose. */
const WAYS = /** @type {const} */ ([
  ["a token", { DATABRICKS_TOKEN: PLANTED.pat }, true],
  ["an OAuth secret", { DATABRICKS_CLIENT_ID: PRINCIPAL, DATABRICKS_CLIENT_SECRET: PLANTED.databricks }, true],
  ["a wrong OAuth secret", { DATABRICKS_CLIENT_ID: PRINCIPAL, DATABRICKS_CLIENT_SECRET: PLANTED.entra }, false],
  ["a federated token", { DATABRICKS_CLIENT_ID: FEDERATED, DATABRICKS_OIDC_TOKEN: PLANTED.assertion }, true],
  ["Entra", { AZURE_TENANT_ID: TENANT, AZURE_CLIENT_ID: APPLICATION, AZURE_CLIENT_SECRET: PLANTED.entra }, true],
  [
    "Entra with a wrong secret",
    { AZURE_TENANT_ID: TENANT, AZURE_CLIENT_ID: APPLICATION, AZURE_CLIENT_SECRET: PLANTED.databricks },
    false,
  ],
  [
    "a secret in a vault",
    {
      DATABRICKS_CLIENT_ID: PRINCIPAL,
      DATABRICKS_CLIENT_SECRET: "keyvault://kv-reports/databricks-secret",
      AZURE_TENANT_ID: TENANT,
      AZURE_CLIENT_ID: APPLICATION,
      AZURE_CLIENT_SECRET: PLANTED.entra,
    },
    true,
  ],
  ["a profile", { profile: `[DEFAULT]\nclient_id = ${PRINCIPAL}\nclient_secret = "${PLANTED.databricks.replaceAll('"', '\\"')}"\n` }, true],
  ["Azure CLI", { az: true }, true],
]);

for (const [name, { profile, az, ...variables }, works] of /** @type {readonly any[]} */ (WAYS)) {
  test(`no planted secret comes out of the command: ${name}`, async (t) => {
    const server = await simulate(t, { scenario: "auth", change: plantAll });
    const witness = new Witness();
    Object.values(PLANTED).forEach((secret) => witness.hide(secret));
    const state = folder(t);
    const out = folder(t);
    /** @type {Record<string, string | undefined>} */
    const env = {
      DATABRICKS_TOKEN: undefined,
      FABRIC_TOKEN: undefined,
      DATABRICKS_HOST: server.url,
      AZURE_AUTHORITY_HOST: server.url,
      PQRUN_KEYVAULT_HOST: server.url,
      PQRUN_SECRET_KEY: PLANTED.parameter,
      PQRUN_DEBUG: "1",
      ...variables,
    };
    if (profile !== undefined) {
      env.DATABRICKS_HOST = undefined;
      env.DATABRICKS_CONFIG_FILE = path.join(out, "profiles");
      writeFileSync(env.DATABRICKS_CONFIG_FILE, `${profile}host = ${server.url}\n`);
    }
    const program = az ? fakeAzureCli(t, { accessToken: PLANTED.az, expires_on: Date.now() / 1000 + 3600 }) : undefined;
    Object.assign(env, program?.env);

    const snapshot = path.join(state, "run.json");
    const job = ["--job-name", "three_hours", "--secret-param", "key", "--poll-interval", "500ms"];
    const commands = [
      ["auth", "check", "--json"],
      ["auth", "check"],
      ["run", "databricks", ...job, "--timeout", "1s", "--snapshot", snapshot, "--json"],
      ["resume", snapshot, "--timeout", "1s"],
      ["list", "databricks", "--job-id", "202"],
      ["run", "databricks", "--job-name", "nightly", "--poll-interval", "500ms", "--out", path.join(out, "rows.csv")],
      ["connector", "--name", "Planted", "--service", "databricks", "--job-id", "201", "--out", path.join(out, "connector")],
      ["connector", "--form", "query", "--name", "Planted", "--job-id", "201", "--out", path.join(out, "query")],
    ];
    const codes = [];
    for (const command of commands) {
      const trace = ["--log-level", "trace"];
      const { code, stdout, stderr } = await pqrun(t, [...command, ...trace], { state, env });
      codes.push(code);
      for (const [stream, text] of Object.entries({ stdout, stderr })) {
        witness.see(`the ${stream} of ${command.join(" ")}`, text);
      }
    }
    const held = [...filesIn(state), ...filesIn(out)].filter((file) => file !== env.DATABRICKS_CONFIG_FILE);
    for (const file of held) {
      witness.see(file, readFileSync(file, "utf8"));
    }
    for (const call of program?.calls() ?? []) {
      witness.see("what az was called with", call);
    }
    witness.see("what the simulator tells", server.truth());
    witness.expectNothing(16);
    const [checked, , left, , listed, ran] = codes;
    assert.deepEqual([checked, left, listed, ran], works ? [0, 6, 0, 0] : [7, 7, 7, 7], JSON.stringify(codes));
    if (works) {
      assert.deepEqual(codes.slice(-2), [0, 0], "it did generate");
      assert.ok(held.some((file) => file.endsWith(".pq")));
    }
  });
}
