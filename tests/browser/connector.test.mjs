/** The generator of Power Query on a page. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { generateConnector, generateQuery, packConnector } from "pqrun/connector";

import { IMPORT_MAP, launch, open, serve } from "./support.mjs";

const browser = await launch();

test("a page generates and packs what Node does, byte for byte", async (t) => {
  const query = { service: "fabric", tokenParameter: 'a "token" ↯', freshness: "1h" };
  const connector = { service: "both", name: "Orders" };
  const script = `
    import { generateConnector, generateQuery, packConnector } from "pqrun/connector";
    const archive = packConnector(generateConnector(${JSON.stringify(connector)}));
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", archive));
    let code;
    try {
      generateQuery({ service: "fabric", marker: "\\ud800" });
    } catch (error) {
      code = [error.name, error.code];
    }
    globalThis.answer = {
      query: generateQuery(${JSON.stringify(query)}),
      hash: [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join(""),
      code,
    };
  `;
  const page = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">${IMPORT_MAP}
    <script type="module">${script}</script>`;
  const origin = await serve(t, { "/": page });
  const { answer, problems } = await open(t, browser, `${origin}/`);
  assert.equal(answer.query, generateQuery(/** @type {any} */ (query)));
  const archive = packConnector(generateConnector(/** @type {any} */ (connector)));
  assert.equal(answer.hash, createHash("sha256").update(archive).digest("hex"));
  assert.deepEqual(answer.code, ["PqrunError", "invalidOptions"]);
  assert.deepEqual(problems, []);
});
