// The token of an application, fetched in M.

import assert from "node:assert/strict";
import test from "node:test";

import { GOOD, MODES, ROWS, errorOf, fabric, query, runItem, runsMade, valueOf } from "./support/fabric.mjs";

const TENANT = "0c4f1d7e-2b60-4a35-9e8b-71d2c6a05f13";
const CLIENT = "b81e6d20-95c7-4f4a-8d13-6a0e27f9c354";
const SECRET = 's3cr3t~+&=%"#(x)';

/** @param {object} [client] */
function entra(client = {}) {
  return { tenants: [{ id: TENANT, clients: [{ id: CLIENT, secret: SECRET, ...client }] }] };
}

/** @param {{ tenant?: string, client?: string, secret?: string }} [wrong] */
function given({ tenant = TENANT, client = CLIENT, secret = SECRET } = {}) {
  return { Token: `AccessToken("${tenant}", "${client}", "${secret.replaceAll("#", "#(#)").replaceAll('"', '""')}")` };
}

/** @param {{ requests: any[] }} evaluation */
function tokenRequests({ requests }) {
  return requests.filter(({ url }) => url.startsWith("https://login.microsoftonline.com/"));
}

for (const mode of MODES) {
  test(`${mode}: one token serves a run that is shorter than it`, async () => {
    const host = fabric({}, { tokens: [], entra: entra() });
    const evaluation = await query(host, runItem(), { form: "query", mode, given: given() });
    assert.deepEqual(valueOf(evaluation), ROWS);
    const asked = tokenRequests(evaluation);
    assert.equal(asked.length, 1);
    assert.equal(asked[0].path, `/${TENANT}/oauth2/v2.0/token`);
  });

  test(`${mode}: a run that is longer than a token gets another one in time`, async () => {
    const host = fabric(
      { runs: [{ ...GOOD, durationSeconds: 4000 }] },
      { tokens: [], entra: entra({ lifetimeSeconds: 900 }) },
    );
    const evaluation = await query(host, runItem(), { form: "query", mode, given: given() });
    assert.deepEqual(valueOf(evaluation), ROWS);
    assert.equal(runsMade(host).length, 1);
    assert.ok(evaluation.requests.every(({ status }) => status !== 401));
    assert.ok(tokenRequests(evaluation).length >= 5);
  });
}

test("what Entra says is shown, and never the secret", async () => {
  for (const [wrong, says] of /** @type {[Parameters<typeof given>[0], RegExp][]} */ ([
    [{ tenant: "nobody.example" }, /AADSTS90002: Tenant 'nobody\.example' not found/],
    [{ client: "00000000-0000-4000-8000-000000000009" }, /AADSTS700016/],
  ])) {
    const host = fabric({}, { tokens: [], entra: entra() });
    const evaluation = await query(host, runItem(), { form: "query", given: given(wrong) });
    const error = errorOf(evaluation);
    assert.match(error.Message, says);
    assert.equal(error.Detail.Code, "unauthenticated");
    assert.ok(!JSON.stringify(error).includes("s3cr3t"));
    assert.equal(runsMade(host).length, 0);
  }
});

test("a wrong secret is an error without the secret, whoever words it", async () => {
  const host = fabric({}, { tokens: [], entra: entra() });
  const evaluation = await query(host, runItem(), { form: "query", given: given({ secret: "wrong-s3cr3t" }) });
  assert.ok(!JSON.stringify(errorOf(evaluation)).includes("s3cr3t"));
  assert.equal(runsMade(host).length, 0);
});

test("a tenant can't lead the request elsewhere", async () => {
  const host = fabric({}, { tokens: [], entra: entra() });
  const evaluation = await query(host, runItem(), { form: "query", given: given({ tenant: "../x?y#z/.." }) });
  assert.ok(evaluation.error);
  assert.ok(tokenRequests(evaluation).every(({ path }) => path.endsWith("/oauth2/v2.0/token")));
});
