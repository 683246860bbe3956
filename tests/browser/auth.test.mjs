/** Secrets on a page: refused, with what to do instead. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { ITEM, WORKSPACE, FABRIC_TOKEN, simulate } from "../node/support.mjs";
import { launch, open, page, serve } from "./support.mjs";

const browser = await launch();

test("a page can't sign in with a secret, by pqrun/auth or by an option, and both say the same", async (t) => {
  const script = `
    import { runFabricItem, DatabricksClient } from "pqrun";
    import * as auth from "pqrun/auth";
    const refused = (call) => {
      try {
        call();
        return "not refused";
      } catch (error) {
        return { name: error.name, code: error.code, hint: error.hint, message: error.message };
      }
    };
    const host = "https://adb-1.2.azuredatabricks.net";
    const options = ["clientSecret", "clientId", "tenantId", "assertion"];
    globalThis.answer = {
      functions: Object.fromEntries(
        Object.entries(auth)
          .filter(([name]) => name !== "Credential")
          .map(([name, make]) => [name, refused(() => make({ clientSecret: "planted" }))]),
      ),
      options: Object.fromEntries(
        options.map((name) => [name, refused(() => new DatabricksClient({ host, [name]: "planted" }))]),
      ),
      run: refused(() => runFabricItem({ workspaceId: "x", itemId: "y", clientSecret: "planted" })),
    };
  `;
  const origin = await serve(t, { "/": page(script) });
  const { answer, problems } = await open(t, browser, `${origin}/`);
  const hints = new Set();
  for (const [name, refusal] of [
    ...Object.entries(answer.functions),
    ...Object.entries(answer.options),
    ["clientSecret", answer.run],
  ]) {
    assert.equal(refusal.name, "PqrunError", `${name}: ${JSON.stringify(refusal)}`);
    assert.equal(refusal.code, "clientSecretInBrowser", name);
    assert.ok(refusal.message.startsWith(`${name}: `), refusal.message);
    assert.ok(!JSON.stringify(refusal).includes("planted"), name);
    hints.add(refusal.hint);
  }
  assert.equal(Object.keys(answer.functions).length >= 5, true);
  assert.equal(hints.size, 1, [...hints].join("\n"));
  assert.match([...hints][0], /token callback/u);
  assert.deepEqual(problems, []);
});

test("a page signs in with a callback that gives a token, shared by its runs", async (t) => {
  const server = await simulate(t, { change: (it) => (it.allowAllOrigins = true) });
  const script = `
    import { runFabricItem } from "pqrun";
    let asked = 0;
    const credential = {
      getToken: async (scope, { host }) => {
        asked += 1;
        return { token: ${JSON.stringify(FABRIC_TOKEN)}, expiresOnTimestamp: Date.now() + 3_600_000, scope, host };
      },
    };
    const run = () =>
      runFabricItem({
        host: ${JSON.stringify(server.url)},
        workspaceId: "${WORKSPACE}",
        itemId: "${ITEM.good}",
        credential,
        pollInterval: 500,
        timeout: "30s",
      }).result;
    const results = await Promise.all([run(), run(), run()]);
    globalThis.answer = { asked, outcomes: results.map(({ outcome }) => outcome) };
  `;
  const origin = await serve(t, { "/": page(script) });
  const { answer, problems } = await open(t, browser, `${origin}/`);
  assert.deepEqual(answer, { asked: 1, outcomes: ["succeeded", "succeeded", "succeeded"] });
  assert.deepEqual(problems, []);
});
