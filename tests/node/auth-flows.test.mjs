/** Every way to sign in, over HTTP against the simulator, through the installed package. */

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

import { runDatabricksJob, runFabricItem } from "pqrun";
import {
  databricksFederation,
  databricksOAuth,
  databricksToken,
  entraClientSecret,
  entraFederation,
} from "pqrun/auth";

import { folder, simulate, until } from "./support.mjs";

const TENANT = "4d9e21b7-6c03-4f58-9a1e-b7c20d85f361";
const RESOURCE_ID =
  "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/reports/providers/Microsoft.Databricks/workspaces/reports";
const DATABRICKS_SCOPE = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d/.default";
const FABRIC_SCOPE = "https://api.fabric.microsoft.com/.default";

/** Clients of `auth.json` by their last digit. */
const entra = (/** @type {number} */ number) => `e0000000-0000-4000-8000-00000000000${number}`;
const principal = (/** @type {number} */ number) => `d0000000-0000-4000-8000-00000000000${number}`;

/** @typedef {Awaited<ReturnType<typeof simulate>>} Server */

/**
 * A simulator with `auth.json`.
 *
 * @param {import("node:test").TestContext} t
 * @param {{ speed?: number, change?: (scenario: any) => void }} [options]
 */
const simulated = (t, options = {}) => simulate(t, { scenario: "auth", ...options });

/** @param {Server} server */
const application = (server, number = 1, more = {}) => ({
  tenantId: TENANT,
  clientId: entra(number),
  authority: server.url,
  ...more,
});

/** @param {Server} server */
const secretOf = (server, number = 1, more = {}) =>
  application(server, number, {
    clientSecret: number === 1 ? "entra~simulated+secret&1=%25" : `entra-simulated-secret-${number}`,
    ...more,
  });

/** @param {Server} server @param {import("pqrun").TokenCredential} credential */
const runJob = (server, credential, more = {}) =>
  runDatabricksJob({ host: server.url, credential, jobName: "nightly", pollInterval: 500, timeout: "30s", ...more })
    .result;

/** @param {Server} server @param {import("pqrun").TokenCredential} credential */
const runItem = (server, credential, more = {}) =>
  runFabricItem({
    host: server.url,
    credential,
    workspaceId: "22222222-2222-4222-8222-222222222222",
    itemId: "bbbbbbbb-0000-4000-8000-000000000001",
    pollInterval: 500,
    timeout: "30s",
    ...more,
  }).result;

/** @param {import("pqrun").RunResult} result */
const ended = (result) => [result.outcome, result.error?.code, result.error?.message].filter(Boolean);

/** @param {Server} server */
const requests = (server) => server.truth().requests.map((/** @type {any} */ request) => `${request.method} ${request.path}`);

/** @param {string} code @param {RegExp} [message] */
const coded = (code, message) => (/** @type {unknown} */ error) => {
  assert.ok(error instanceof Error && error.name === "PqrunError", String(error));
  assert.equal(Reflect.get(error, "code"), code, error.message);
  assert.ok(Reflect.get(error, "hint"));
  if (message) {
    assert.match(error.message, message);
  }
  return true;
};

const FLOWS = /** @type {[string, (server: Server, t: import("node:test").TestContext) => import("pqrun").TokenCredential, typeof runJob][]} */ ([
  ["a personal access token", () => databricksToken({ token: "dapi-auth-0123456789" }), runJob],
  [
    "OAuth of a service principal",
    () => databricksOAuth({ clientId: principal(1), clientSecret: "databricks-simulated-secret-1" }),
    runJob,
  ],
  [
    "OAuth with the scope jobs",
    () => databricksOAuth({ clientId: principal(2), clientSecret: "databricks-simulated-secret-2", scope: "jobs" }),
    runJob,
  ],
  [
    "Databricks federation by a policy of the principal, with an assertion from a callback",
    () => databricksFederation({ clientId: principal(3), assertion: () => "simulated.databricks.good" }),
    runJob,
  ],
  [
    "Databricks federation by a policy of the account, with an assertion from a file",
    (_, t) => {
      const assertionFile = path.join(folder(t), "token");
      writeFileSync(assertionFile, "simulated.databricks.person\n");
      return databricksFederation({ assertionFile });
    },
    runJob,
  ],
  ["Entra for Databricks", (server) => entraClientSecret(secretOf(server)), runJob],
  [
    "Entra for Databricks, of a principal that the workspace does not know yet",
    (server) => entraClientSecret(secretOf(server, 4, { azureWorkspaceResourceId: RESOURCE_ID })),
    runJob,
  ],
  [
    "Entra federation for Databricks",
    (server) => entraFederation({ ...application(server, 2), assertion: async () => "simulated.entra.good" }),
    runJob,
  ],
  ["Entra for Fabric", (server) => entraClientSecret(secretOf(server, 3)), runItem],
  [
    "Entra for Fabric, with the tenant's domain",
    (server) => entraClientSecret(secretOf(server, 1, { tenantId: "contoso.example" })),
    runItem,
  ],
  [
    "Entra federation for Fabric",
    (server) => entraFederation({ ...application(server, 2), assertion: () => "simulated.entra.good" }),
    runItem,
  ],
  [
    "a personal access token from a vault",
    (server) =>
      databricksToken({
        token: "keyvault://kv-reports/databricks-pat",
        vaultCredential: entraClientSecret(secretOf(server)),
        vaultHost: server.url,
      }),
    runJob,
  ],
  [
    "OAuth with a secret from a vault",
    (server) =>
      databricksOAuth({
        clientId: principal(1),
        clientSecret: "keyvault://kv-reports/rotated",
        vaultCredential: entraFederation({ ...application(server, 2), assertion: () => "simulated.entra.good" }),
        vaultHost: server.url,
      }),
    runJob,
  ],
  [
    "Entra for Fabric with a secret from a vault, in one version",
    (server) =>
      entraClientSecret(
        secretOf(server, 1, {
          clientSecret: "keyvault://kv-reports/entra-secret",
          vaultCredential: entraClientSecret(secretOf(server, 3)),
          vaultHost: server.url,
        }),
      ),
    runItem,
  ],
]);

for (const [name, credential, run] of FLOWS) {
  test(`${name}: a run to its table`, async (t) => {
    const server = await simulated(t);
    const result = await run(server, credential(server, t));
    assert.deepEqual(ended(result), ["succeeded"]);
    const table = result.table ?? result.outputs.find((output) => output.table)?.table;
    assert.equal(table?.rowCount, 2);
  });
}

test("one sign-in for all requests of a run, and for runs at the same time", async (t) => {
  const server = await simulated(t);
  const credential = databricksOAuth({ clientId: principal(1), clientSecret: "databricks-simulated-secret-1" });
  const results = await Promise.all(Array.from({ length: 20 }, () => runJob(server, credential)));
  assert.ok(results.every(({ outcome }) => outcome === "succeeded"));
  assert.equal(requests(server).filter((request) => request === "POST /oidc/v1/token").length, 1);
});

test("a principal that the workspace does not know is let in by the two headers alone", async (t) => {
  const server = await simulated(t);
  const result = await runJob(server, entraClientSecret(secretOf(server, 4)));
  assert.equal(result.outcome, "rejected");
  const credential = entraClientSecret(secretOf(server, 4, { azureWorkspaceResourceId: RESOURCE_ID }));
  const { headers } = await credential.getToken(DATABRICKS_SCOPE, { host: server.url });
  assert.deepEqual(Object.keys(headers ?? {}).sort(), [
    "X-Databricks-Azure-SP-Management-Token",
    "X-Databricks-Azure-Workspace-Resource-Id",
  ]);
  const fabric = await credential.getToken(FABRIC_SCOPE, { host: server.url });
  assert.equal(fabric.headers, undefined, "only Databricks gets them");
});

const REFUSED = /** @type {[string, (server: Server) => import("pqrun").TokenCredential, string, RegExp, RegExp][]} */ ([
  [
    "a wrong secret",
    (server) => entraClientSecret(secretOf(server, 1, { clientSecret: "planted-wrong-secret" })),
    "signInRefused",
    /AADSTS7000215/u,
    /secret/u,
  ],
  ["an expired secret", (server) => entraClientSecret(secretOf(server, 8)), "signInRefused", /AADSTS7000222/u, /secret/u],
  [
    "an unknown tenant",
    (server) => entraClientSecret(secretOf(server, 1, { tenantId: "stranger.example" })),
    "signInRefused",
    /AADSTS90002/u,
    /tenant/u,
  ],
  [
    "an unknown application",
    (server) => entraClientSecret(secretOf(server, 1, { clientId: "e0000000-0000-4000-8000-0000000000ff" })),
    "signInRefused",
    /AADSTS700016/u,
    /clientId|application/u,
  ],
  ["conditional access", (server) => entraClientSecret(secretOf(server, 6)), "interactionRequired", /AADSTS53003/u, /./u],
  [
    "an assertion that is too old",
    (server) => entraFederation({ ...application(server, 2), assertion: () => "simulated.entra.expired" }),
    "signInRefused",
    /AADSTS700024/u,
    /clock|assertion/u,
  ],
  [
    "an assertion of a stranger",
    (server) => entraFederation({ ...application(server, 2), assertion: () => "simulated.entra.fork" }),
    "signInRefused",
    /AADSTS700213/u,
    /./u,
  ],
  [
    "a wrong secret of a Databricks principal",
    () => databricksOAuth({ clientId: principal(1), clientSecret: "planted-wrong-secret" }),
    "signInRefused",
    /invalid_client/u,
    /secret/u,
  ],
  [
    "an expired secret of a Databricks principal",
    () => databricksOAuth({ clientId: principal(4), clientSecret: "databricks-simulated-secret-4" }),
    "signInRefused",
    /invalid_client/u,
    /secret/u,
  ],
  [
    "a scope that the secret does not have",
    () => databricksOAuth({ clientId: principal(2), clientSecret: "databricks-simulated-secret-2", scope: "all-apis" }),
    "signInRefused",
    /scope/u,
    /scope/u,
  ],
  [
    "an assertion that no policy of Databricks takes",
    () => databricksFederation({ clientId: principal(3), assertion: () => "simulated.databricks.expired" }),
    "signInRefused",
    /./u,
    /./u,
  ],
  [
    "a vault that does not let the first credential in",
    (server) =>
      databricksToken({
        token: "keyvault://kv-reports/databricks-pat",
        vaultCredential: entraClientSecret(secretOf(server, 4)),
        vaultHost: server.url,
      }),
    "vaultRefused",
    /ForbiddenByRbac/u,
    /Key Vault Secrets User/u,
  ],
  [
    "a secret that the vault does not have",
    (server) =>
      databricksToken({
        token: "keyvault://kv-reports/no-such-secret",
        vaultCredential: entraClientSecret(secretOf(server)),
        vaultHost: server.url,
      }),
    "vaultRefused",
    /SecretNotFound/u,
    /./u,
  ],
  [
    "a secret that is disabled",
    (server) =>
      databricksToken({
        token: "keyvault://kv-reports/disabled",
        vaultCredential: entraClientSecret(secretOf(server)),
        vaultHost: server.url,
      }),
    "vaultRefused",
    /SecretDisabled/u,
    /./u,
  ],
  [
    "a first credential that is refused itself",
    (server) =>
      databricksToken({
        token: "keyvault://kv-reports/databricks-pat",
        vaultCredential: entraClientSecret(secretOf(server, 8)),
        vaultHost: server.url,
      }),
    "signInRefused",
    /AADSTS7000222/u,
    /secret/u,
  ],
]);

for (const [name, credential, code, message, hint] of REFUSED) {
  test(`${name}: the run is rejected with ${code}, nothing is started, no secret is shown`, async (t) => {
    const server = await simulated(t);
    const result = await runJob(server, credential(server), { retryBudget: "1s" });
    assert.deepEqual([result.outcome, result.error?.code], ["rejected", code], result.error?.message);
    assert.match(`${result.error?.serviceCode} ${result.error?.message}`, message);
    assert.match(result.error?.hint ?? "", hint);
    assert.doesNotMatch(JSON.stringify(result), /planted|simulated[-.]/u);
    assert.deepEqual(server.truth().databricks.runs, []);
    const signIns = requests(server).filter((request) => request.startsWith("POST ") && request.includes("token"));
    assert.ok(signIns.length <= 2, `no refusal is asked for twice: ${signIns.join(", ")}`);
  });
}

test("tokens that expire in the middle of a run: one sign-in for each, for one run as for many", async (t) => {
  const ends = async (/** @type {number} */ count) => {
    // Two minutes in six seconds; the token is replaced when half of its life is over.
    const server = await simulated(t, {
      change: (it) => {
        it.databricks.jobs[0].tasks[0].run.seconds = 240;
      },
    });
    const credential = databricksOAuth({ clientId: principal(5), clientSecret: "databricks-simulated-secret-5" });
    const results = await Promise.all(Array.from({ length: count }, () => runJob(server, credential)));
    assert.deepEqual([...new Set(results.map(({ outcome }) => outcome))], ["succeeded"]);
    return requests(server).filter((request) => request === "POST /oidc/v1/token").length;
  };
  for (const signIns of await Promise.all([ends(1), ends(25)])) {
    assert.ok(signIns >= 3 && signIns <= 6, `${signIns} sign-ins in about 12 s of lives of 6 s`);
  }
});

test("tokens that are revoked in the middle of a run: each refusal leads to one sign-in", async (t) => {
  const server = await simulated(t, {
    change: (it) => {
      it.databricks.jobs[0].tasks[0].run.seconds = 240;
    },
  });
  const credential = databricksOAuth({ clientId: principal(1), clientSecret: "databricks-simulated-secret-1" });
  const polls = new Array(20).fill(0);
  const runs = polls.map((_, index) => {
    /** @type {import("pqrun").FetchLike} */
    const counted = async (url, init) => {
      const answer = await fetch(url, init);
      polls[index] += answer.ok && url.includes("/jobs/runs/get?") ? 1 : 0;
      return answer;
    };
    return runJob(server, credential, { fetch: counted });
  });
  for (let revoked = 0; revoked < 2; revoked += 1) {
    const before = [...polls];
    // The second of two was sent after what was revoked last: no request meets two revocations.
    await until("two polls of each run", () => polls.every((count, index) => count >= before[index] + 2));
    await fetch(`${server.url}/simulator/revoke`, { method: "POST", body: "{}" });
  }
  const results = await Promise.all(runs);
  assert.deepEqual([...new Set(results.map(({ outcome }) => outcome))], ["succeeded"]);
  assert.equal(requests(server).filter((request) => request === "POST /oidc/v1/token").length, 3);
});

test("a secret that is changed in the vault is read anew when it is refused", async (t) => {
  const server = await simulated(t, {
    change: (it) => {
      const secret = it.vaults[0].secrets.find((/** @type {any} */ { name }) => name === "rotates");
      secret.versions[0].value = "databricks-simulated-secret-0";
      secret.versions[1] = { version: secret.versions[1].version, value: "databricks-simulated-secret-1" };
    },
  });
  const credential = databricksOAuth({
    clientId: principal(1),
    clientSecret: "keyvault://kv-reports/rotates",
    vaultCredential: entraClientSecret(secretOf(server)),
    vaultHost: server.url,
  });
  assert.deepEqual(ended(await runJob(server, credential)), ["succeeded"]);
});

test("a token of another audience is refused, and asked for once more", async (t) => {
  const server = await simulated(t);
  const fabric = entraClientSecret(secretOf(server, 3));
  /** @type {unknown[]} */
  const asked = [];
  const credential = {
    getToken: (/** @type {string} */ scope, /** @type {import("pqrun").CredentialRequest} */ { refresh }) => {
      asked.push([scope, refresh]);
      return fabric.getToken(FABRIC_SCOPE, { host: server.url, refresh });
    },
  };
  const result = await runJob(server, credential);
  assert.deepEqual([result.outcome, result.error?.code], ["rejected", "unauthenticated"]);
  assert.deepEqual(asked, [
    [DATABRICKS_SCOPE, false],
    [DATABRICKS_SCOPE, true],
  ]);
});

for (const clockSkewSeconds of [-600, 600]) {
  test(`a service whose clock is ${clockSkewSeconds} s off`, async (t) => {
    const server = await simulated(t, { change: (it) => Object.assign(it, { clockSkewSeconds }) });
    const credential = entraClientSecret(secretOf(server));
    assert.deepEqual(ended(await runJob(server, credential)), ["succeeded"]);
    assert.deepEqual(ended(await runItem(server, credential)), ["succeeded"]);
    const tokens = requests(server).filter((request) => request.endsWith("/oauth2/v2.0/token"));
    assert.equal(tokens.length, 2, "one for each service");
  });
}

test("a sign-in waits out throttling and cut connections", async (t) => {
  const server = await simulated(t, {
    change: (it) => {
      it.faults = [
        { endpoint: "oidc/token", nth: 1, kind: "drop" },
        { endpoint: "oidc/token", nth: 2, kind: { throttle: { seconds: 1, retryAfter: "seconds" } } },
      ];
    },
  });
  const credential = databricksOAuth({ clientId: principal(1), clientSecret: "databricks-simulated-secret-1" });
  assert.deepEqual(ended(await runJob(server, credential)), ["succeeded"]);
});

test("a redirect of the token endpoint is not followed", async (t) => {
  const other = await simulated(t);
  const server = await simulated(t, {
    change: (it) => {
      it.faults = [{ endpoint: "oidc/token", kind: { redirect: { to: `${other.url}/oidc/v1/token` } } }];
    },
  });
  const credential = databricksOAuth({ clientId: principal(1), clientSecret: "databricks-simulated-secret-1" });
  const result = await runJob(server, credential);
  assert.equal(result.outcome, "rejected", result.error?.message);
  assert.deepEqual(requests(other), []);
});

test("what is missing or malformed is an error at once, and names the member", () => {
  const right = { tenantId: TENANT, clientId: entra(1), clientSecret: "s3cret-planted" };
  const wrong = /** @type {[() => unknown, string, RegExp][]} */ ([
    [() => databricksToken(/** @type {any} */ (undefined)), "invalidOptions", /options/u],
    [() => databricksToken(/** @type {any} */ ({})), "missingCredentials", /^token: /u],
    [() => databricksToken({ token: " " }), "missingCredentials", /^token: /u],
    [() => databricksToken(/** @type {any} */ ({ token: 5 })), "invalidCredentials", /^token: /u],
    [() => databricksToken({ token: "two words" }), "invalidCredentials", /token/u],
    [() => databricksToken({ token: "\ud800half" }), "invalidCredentials", /token/u],
    [() => databricksToken({ token: "keyvault://v" }), "invalidCredentials", /keyvault/u],
    [() => databricksToken({ token: "keyvault://vault/name" }), "missingCredentials", /^vaultCredential: /u],
    [() => databricksToken(/** @type {any} */ ({ token: "x", tokn: "s3cret-planted" })), "invalidOptions", /"tokn"/u],
    [() => databricksOAuth(/** @type {any} */ ({ clientId: principal(1) })), "missingCredentials", /^clientSecret: /u],
    [() => databricksOAuth({ clientId: "s3cret-planted", clientSecret: "x" }), "invalidCredentials", /clientId/u],
    [() => databricksFederation(/** @type {any} */ ({})), "missingCredentials", /assertionFile/u],
    [
      () => databricksFederation({ assertion: () => "", assertionFile: "f" }),
      "invalidOptions",
      /assertion or assertionFile/u,
    ],
    [() => databricksFederation(/** @type {any} */ ({ assertion: "jwt" })), "invalidOptions", /^assertion: /u],
    [() => entraClientSecret({ ...right, tenantId: "" }), "missingCredentials", /^tenantId: /u],
    [() => entraClientSecret({ ...right, tenantId: "common" }), "invalidCredentials", /tenantId/u],
    [() => entraClientSecret({ ...right, clientSecret: "" }), "missingCredentials", /^clientSecret: /u],
    [() => entraClientSecret({ ...right, authority: "http://example.com" }), "invalidHost", /HTTP/u],
    [() => entraClientSecret({ ...right, azureWorkspaceResourceId: "reports" }), "invalidCredentials", /azureWorkspace/u],
    [() => entraClientSecret(/** @type {any} */ ({ ...right, trustHost: "yes" })), "invalidOptions", /^trustHost: /u],
    [() => entraClientSecret(/** @type {any} */ ({ ...right, vaultCredential: {} })), "invalidOptions", /getToken/u],
  ]);
  for (const [make, code, message] of wrong) {
    assert.throws(make, (error) => {
      assert.doesNotMatch(String(error), /planted/u);
      return coded(code, message)(error);
    });
  }
});

test("nothing is sent to an authority, a vault or a host that is none of the services' own", async (t) => {
  const server = await simulated(t);
  /** @type {string[]} */
  const sent = [];
  const recorded = (/** @type {string} */ url) => {
    sent.push(url);
    throw new TypeError("offline");
  };
  const oauth = databricksOAuth({
    clientId: principal(1),
    clientSecret: "databricks-simulated-secret-1",
    fetch: recorded,
  });
  await assert.rejects(oauth.getToken(DATABRICKS_SCOPE, { host: "https://workspace.example" }), coded("unknownHost"));
  const elsewhere = entraClientSecret({ ...secretOf(server), authority: "https://login.example", fetch: recorded });
  await assert.rejects(elsewhere.getToken(FABRIC_SCOPE), coded("unknownHost"));
  const amazon = entraClientSecret({ ...secretOf(server), fetch: recorded });
  const host = "https://dbc-01234567-89ab.cloud.databricks.com";
  await assert.rejects(amazon.getToken(DATABRICKS_SCOPE, { host }), coded("invalidCredentials", /AWS/u));
  await assert.rejects(amazon.getToken("https://graph.microsoft.com/.default", { host }), coded("invalidOptions", /scope/u));
  await assert.rejects(amazon.getToken(DATABRICKS_SCOPE), coded("invalidOptions", /host/u));
  assert.deepEqual(sent, []);

  const trusting = databricksOAuth({
    clientId: principal(1),
    clientSecret: "databricks-simulated-secret-1",
    trustHost: true,
    fetch: (url) => {
      sent.push(url);
      return Response.json({ access_token: "t", token_type: "Bearer", expires_in: 3600 });
    },
  });
  assert.equal((await trusting.getToken(DATABRICKS_SCOPE, { host: "https://workspace.example" })).token, "t");
  assert.deepEqual(sent, ["https://workspace.example/oidc/v1/token"]);
});

test("a callback that fails to give an assertion says so, and a file is read anew each time", async (t) => {
  const server = await simulated(t);
  const failing = databricksFederation({
    clientId: principal(3),
    assertion: () => Promise.reject(new Error("no runner token")),
  });
  await assert.rejects(failing.getToken(DATABRICKS_SCOPE, { host: server.url }), coded("invalidCredentials", /no runner token/u));
  const assertionFile = path.join(folder(t), "token");
  const credential = databricksFederation({ clientId: principal(3), assertionFile });
  await assert.rejects(credential.getToken(DATABRICKS_SCOPE, { host: server.url }), coded("invalidCredentials", /ENOENT/u));
  writeFileSync(assertionFile, "simulated.databricks.expired");
  await assert.rejects(credential.getToken(DATABRICKS_SCOPE, { host: server.url }), coded("signInRefused"));
  writeFileSync(assertionFile, "simulated.databricks.good");
  const { token, expiresOnTimestamp } = await credential.getToken([DATABRICKS_SCOPE], { host: server.url });
  assert.ok(token && (expiresOnTimestamp ?? 0) > Date.now());
});

test("getToken keeps a token, and asks once however many want another", async (t) => {
  const server = await simulated(t);
  const credential = entraClientSecret(secretOf(server));
  const get = (refresh = false) => credential.getToken(FABRIC_SCOPE, { host: server.url, refresh });
  const signIns = () => requests(server).length;
  const first = await Promise.all(Array.from({ length: 50 }, () => get()));
  assert.deepEqual([new Set(first.map(({ token }) => token)).size, signIns()], [1, 1]);
  const second = await Promise.all(Array.from({ length: 50 }, () => get(true)));
  assert.deepEqual([new Set(second.map(({ token }) => token)).size, signIns()], [1, 2]);
  assert.notEqual(second[0].token, first[0].token);
  assert.equal((await get()).token, second[0].token);
  await credential.getToken(DATABRICKS_SCOPE, { host: server.url });
  assert.equal(signIns(), 3, "each host and service has a token of its own");
});

test("an own fetch sends the sign-in, and what it throws shows no secret", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"], now: Date.now() });
  const clientSecret = "planted~secret";
  const credential = databricksOAuth({
    clientId: principal(1),
    clientSecret,
    fetch: (url, { headers, body }) => {
      throw new TypeError(`no way to ${url}: ${JSON.stringify(headers)} ${body} ${clientSecret}`);
    },
  });
  const token = credential.getToken(DATABRICKS_SCOPE, { host: "https://dbc-01234567-89ab.cloud.databricks.com" });
  const failed = assert.rejects(token, (error) => {
    const basic = Buffer.from(`${principal(1)}:${clientSecret}`).toString("base64");
    const shown = `${error} ${JSON.stringify(error)}`;
    assert.ok(!shown.includes(clientSecret) && !shown.includes(basic), shown);
    return coded("network", /no way to https:\/\/dbc-01234567-89ab.cloud.databricks.com\/oidc\/v1\/token/u)(error);
  });
  // It is tried for a minute, by a clock that goes faster here.
  for (let second = 0; second < 120; second += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    t.mock.timers.tick(1000);
  }
  await failed;
});
