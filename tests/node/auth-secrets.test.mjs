/** What keeps secrets out of what is written, and what must agree with the core about clouds. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { entraClientSecret } from "pqrun/auth";

import { PACKAGE, scenario } from "./support.mjs";

const part = (/** @type {string} */ name) => import(pathToFileURL(path.join(PACKAGE, "node", name)).href);
const { knownTokens, refuseSecretFlags, rememberSecret, withoutSecrets } = await part("credentials.js");
const { azureCloudOf, isElsewhere, isFabricHost, AZURE_CLOUDS } = await part("auth/clouds.js");

const SECRET = "planted+5ecret/012&3=";

test("every variable that may hold a secret is known, and so are the forms in which one travels", () => {
  const names = [
    ...["DATABRICKS_TOKEN", "DATABRICKS_CLIENT_SECRET", "DATABRICKS_OIDC_TOKEN", "DATABRICKS_PASSWORD"],
    ...["ARM_CLIENT_SECRET", "ARM_OIDC_TOKEN", "AZURE_CLIENT_SECRET", "AZURE_PASSWORD"],
    ...["FABRIC_TOKEN", "FAB_TOKEN", "FAB_SPN_CLIENT_SECRET", "FAB_SPN_FEDERATED_TOKEN"],
  ];
  for (const name of names) {
    const known = knownTokens({ [name]: ` ${SECRET}\n`, DATABRICKS_CLIENT_ID: "id" });
    const basic = Buffer.from(`id:${SECRET}`).toString("base64");
    const said = withoutSecrets(`a ${SECRET} b ${encodeURIComponent(SECRET)} c ${basic} d`, known);
    assert.equal(said, "a *** b *** c *** d", name);
  }
  assert.ok(knownTokens({ DATABRICKS_OIDC_TOKEN_ENV: "BUILD_TOKEN", BUILD_TOKEN: SECRET }).includes(SECRET));
});

test("what is met on the way is known from then on; names of vaults' secrets and short texts are not taken out", () => {
  const met = "met-0n-the-way-0123";
  assert.equal(withoutSecrets(met, knownTokens({})), met);
  rememberSecret(met);
  assert.equal(withoutSecrets(`${met}!`, knownTokens({})), "***!");
  const env = { DATABRICKS_TOKEN: "keyvault://kv-reports/databricks-pat", FABRIC_TOKEN: "short" };
  const said = "keyvault://kv-reports/databricks-pat is a shorter name";
  assert.equal(withoutSecrets(said, knownTokens(env)), said);
});

test("a secret that begins with another one leaves nothing behind", () => {
  const env = { DATABRICKS_TOKEN: "planted-0123", FABRIC_TOKEN: "planted-0123-and-more" };
  assert.equal(withoutSecrets("x planted-0123-and-more y", knownTokens(env)), "x *** y");
});

test("flags that would hold a secret are refused without being repeated", () => {
  for (const flag of [
    "--token",
    "--client-secret",
    "--password",
    "--federated-token",
    "--client-assertion",
    "--secret",
  ]) {
    for (const args of [
      ["run", flag, SECRET],
      ["run", `${flag}=${SECRET}`],
    ]) {
      assert.throws(
        () => refuseSecretFlags(args),
        (/** @type {any} */ error) =>
          error.exitCode === 2 && error.message.startsWith(flag) && !error.message.includes(SECRET),
      );
    }
  }
  refuseSecretFlags(["run", "--secret-param", "password", "--client-secret-parameter", "Secret", "--", "--token"]);
});

test("no document tells to give a secret as a flag", () => {
  const readme = readFileSync(path.join(PACKAGE, "README.md"), "utf8");
  assert.doesNotMatch(readme, /--(?:token|client-secret|password)[ =]/u);
});

/** Hosts of Databricks, by cloud. */
const HOSTS = [
  ["https://adb-1.2.azuredatabricks.net", "public"],
  ["https://adb-1.2.databricks.azure.us", "usgovernment"],
  ["https://adb-1.2.databricks.azure.cn", "china"],
];

test("the clouds of hosts, their authorities and audiences are those of the core", async () => {
  for (const [host, cloud] of HOSTS) {
    const { authority, management } = AZURE_CLOUDS[cloud];
    assert.deepEqual(azureCloudOf(host), AZURE_CLOUDS[cloud]);
    assert.equal(isElsewhere(host), false);
    /** @type {{ url: string, body?: string }[]} */
    const sent = [];
    const credential = entraClientSecret({
      tenantId: "contoso.example",
      clientId: "e0000000-0000-4000-8000-000000000001",
      clientSecret: SECRET,
      azureWorkspaceResourceId: scenario("auth").databricks.azure.resourceId,
      fetch: (url, { body }) => {
        sent.push({ url, body });
        return new Response(JSON.stringify({ token_type: "Bearer", access_token: "t0ken", expires_in: 3600 }));
      },
    });
    const token = await credential.getToken("2ff814a6-3304-4ab8-85cb-cd0e6f879c1d/.default", {
      service: "databricks",
      host,
    });
    assert.ok(token.headers);
    assert.equal(sent.length, 2);
    for (const { url } of sent) {
      assert.equal(new URL(url).origin, authority);
    }
    const scopes = sent.map(({ body }) => new URLSearchParams(body).get("scope"));
    assert.ok(scopes.includes(`${management}/.default`), String(scopes));
    credential.free();
  }
});

test("on the hosts of other clouds the core refuses Entra, as the chain does", async () => {
  for (const host of [
    "https://dbc-1.cloud.databricks.com",
    "https://x.cloud.databricks.us",
    "https://1.2.gcp.databricks.com",
  ]) {
    assert.equal(isElsewhere(host), true);
    assert.equal(azureCloudOf(host), undefined);
    const credential = entraClientSecret({
      tenantId: "contoso.example",
      clientId: "e0000000-0000-4000-8000-000000000001",
      clientSecret: SECRET,
      fetch: () => assert.fail("nothing is sent"),
    });
    await assert.rejects(
      credential.getToken("2ff814a6-3304-4ab8-85cb-cd0e6f879c1d/.default", { service: "databricks", host }),
      (/** @type {any} */ error) => error.code === "invalidCredentials",
    );
    credential.free();
  }
});

test("names that only look like a service's are not", () => {
  for (const host of [
    "https://azuredatabricks.net.evil.example",
    "https://evilazuredatabricks.net",
    "https://fabric.microsoft.com.evil.example",
    "no address",
  ]) {
    assert.equal(azureCloudOf(host), undefined);
    assert.equal(isElsewhere(host), false);
    assert.equal(isFabricHost(host), false);
  }
});
