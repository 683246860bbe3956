/** Secrets are planted wherever one can be given, and then looked for in everything that comes out. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { DatabricksClient, FabricClient, runDatabricksJob, runFabricItem, setLogger } from "pqrun";
import { Credential, databricksFederation, databricksOAuth, databricksToken, entraClientSecret, entraFederation } from "pqrun/auth";

import { passing } from "./virtual-clock.mjs";
import { Witness, forms, plant } from "./witness.mjs";

/**
 * A log at its finest, seen by the witness.
 *
 * @param {import("node:test").TestContext} t
 * @param {Witness} witness
 */
function listen(t, witness) {
  setLogger((record) => witness.see("the log", record), "trace");
  t.after(() => setLogger(undefined));
}

/**
 * Follows a run to its end and shows the witness all of it.
 *
 * @param {Witness} witness
 * @param {() => import("pqrun").RunHandle} begin
 */
async function watch(witness, begin) {
  let handle;
  try {
    handle = begin();
  } catch (error) {
    witness.see("what was thrown", error);
    return;
  }
  witness.see("the handle", handle);
  for await (const event of handle) {
    witness.see("an event", event);
    witness.see("the status", handle.status);
    witness.see("a snapshot", handle.snapshot());
  }
  const result = await handle.result;
  witness.see("the result", result);
  witness.see("the last snapshot", handle.snapshot());
  return result;
}

/** What a service says that repeats all it was told, in places that reach people. */
const ECHOES = /** @type {const} */ ({
  "a refusal of Databricks": (said) => Response.json({ error_code: "INVALID_PARAMETER_VALUE", message: said }, { status: 400 }),
  "a refusal of the credential": (said) => Response.json({ error_code: said, message: said }, { status: 401 }),
  "a refusal of Fabric": (said) =>
    Response.json({ errorCode: "InvalidInput", message: said, moreDetails: [{ errorCode: said, message: said }] }, { status: 400 }),
  "a missing right": (said) => Response.json({ error_code: "PERMISSION_DENIED", message: said }, { status: 403 }),
  "an OAuth refusal": (said) =>
    Response.json({ error: "invalid_client", error_description: `AADSTS7000215: ${said}`, trace_id: said }, { status: 401 }),
  "a vault's refusal": (said) =>
    Response.json({ error: { code: "Forbidden", message: said, innererror: { code: said } } }, { status: 403 }),
  "a page": (said) => new Response(`<html><title>${said}</title><pre>${said}</pre>`, { status: 502 }),
  "a plain text": (said) => new Response(`UNKNOWN: ${said}`, { status: 500 }),
  "a redirect": (said) =>
    new Response(null, { status: 302, headers: { location: `https://elsewhere.example/?${encodeURIComponent(said)}` } }),
  "a good status without sense": (said) => new Response(said),
  "a failure to connect": (said) => {
    throw Object.assign(new TypeError(`fetch failed with ${said}`, { cause: new Error(said) }), { code: "ECONNRESET" });
  },
});

/**
 * A `fetch` that answers with all that it was told.
 *
 * @param {(said: string) => Response} answer
 * @returns {typeof fetch}
 */
function echo(answer) {
  return async (url, init) => {
    const headers = [...new Headers(init?.headers)].map(([name, value]) => `${name}: ${value}`);
    const decoded = headers.flatMap((line) => {
      const basic = /Basic (.+)$/u.exec(line);
      return basic ? [Buffer.from(basic[1], "base64").toString()] : [];
    });
    const form = [...new URLSearchParams(String(init?.body ?? ""))].map(([name, value]) => `${name} is ${value}`);
    return answer([String(url), ...headers, ...decoded, String(init?.body ?? ""), ...form].join(" | "));
  };
}

const HOST = "https://adb-1111222233334444.5.azuredatabricks.net";
const FABRIC = {
  workspaceId: "22222222-2222-4222-8222-222222222222",
  itemId: "bbbbbbbb-0000-4000-8000-000000000001",
};
const CLIENT_ID = "e0000000-0000-4000-8000-000000000001";
const TENANT = "4d9e21b7-6c03-4f58-9a1e-b7c20d85f361";

/** A token is refused if no header can carry it, so it has to do without quotes. */
const plantToken = (/** @type {string} */ name) => `pl4nted+${name}/=~`;

/**
 * Every way to give a credential, with a secret in each part of it that is one.
 *
 * @param {Witness} witness
 * @param {typeof fetch} fetch
 * @returns {Record<string, object>}
 */
function credentials(witness, fetch) {
  const token = witness.hide(plantToken("token"));
  const secret = witness.hide(plant("secret"));
  const assertion = () => witness.hide(plantToken("assertion"));
  const vault = {
    fetch,
    vaultCredential: { getToken: async () => ({ token: witness.hide(plantToken("vault")), expiresOnTimestamp: Date.now() + 1e6 }) },
  };
  return {
    token: { token },
    callback: { token: async () => ({ token, expiresOnTimestamp: Date.now() + 1e6 }) },
    credential: { credential: { getToken: async () => ({ token, headers: { "X-Databricks-Azure-SP-Management-Token": secret } }) } },
    "failing callback": {
      token: async () => {
        throw new Error("no answer from the broker");
      },
    },
    databricksToken: { credential: databricksToken({ token, fetch }) },
    databricksOAuth: { credential: databricksOAuth({ clientId: CLIENT_ID, clientSecret: secret, fetch }) },
    databricksFederation: { credential: databricksFederation({ clientId: CLIENT_ID, assertion, fetch }) },
    entraClientSecret: {
      credential: entraClientSecret({ tenantId: TENANT, clientId: CLIENT_ID, clientSecret: secret, fetch }),
    },
    entraFederation: { credential: entraFederation({ tenantId: TENANT, clientId: CLIENT_ID, assertion, fetch }) },
    vault: {
      credential: databricksOAuth({ clientId: CLIENT_ID, clientSecret: "keyvault://kv-reports/databricks-secret", ...vault }),
    },
  };
}

for (const [name, answer] of Object.entries(ECHOES)) {
  test(`a service that repeats what it was told makes no secret come out: ${name}`, async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout", "Date"], now: Date.UTC(2026, 2, 1) });
    const witness = new Witness();
    listen(t, witness);
    const fetch = echo(answer);
    const secretParameter = witness.hide(plant("parameter"));
    const attempts = [];
    for (const [kind, how] of Object.entries(credentials(witness, fetch))) {
      const { credential } = /** @type {{ credential?: unknown }} */ (how);
      if (credential instanceof Credential) {
        witness.see(kind, credential);
      }
      const options = { fetch, timeout: "10m", secretParameters: ["key"], ...how };
      const parameters = { key: secretParameter };
      const refused = (/** @type {unknown} */ error) => witness.see("a rejection", error);
      attempts.push(
        watch(witness, () => runDatabricksJob({ ...options, host: HOST, jobId: 7, jobParameters: parameters })),
        watch(witness, () => runFabricItem({ ...options, ...FABRIC, parameters })),
        new DatabricksClient({ fetch, ...how, host: HOST }).getRun("7").catch(refused),
        new FabricClient({ fetch, ...how, workspaceId: FABRIC.workspaceId }).listItems().catch(refused),
      );
    }
    await passing(t, Promise.all(attempts), { step: 1000 });
    witness.expectNothing(100);
  });
}

test("the witness itself finds a secret in each form and place", () => {
  const secret = plant("found");
  for (const form of forms(secret)) {
    for (const value of [form, { a: [form] }, new Error(form), new Error("x", { cause: new Error(form) }), new Map([[1, form]])]) {
      const witness = new Witness();
      witness.hide(secret);
      witness.see("it", value);
      assert.throws(() => witness.expectNothing(), { name: "AssertionError" });
    }
  }
});
