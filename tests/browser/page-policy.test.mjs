/** What the page's policy allows, in its two copies, and what the documentation says that the elements need. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { test } from "node:test";

import { PACKAGE, scenario } from "../node/support.mjs";
import { launch, serve, watch } from "./support.mjs";

const ROOT = process.env.PQRUN_ROOT ?? "";

/** What elements are documented to need. */
const DOCUMENTED = /^default-src 'none'; .+$/mu.exec(readFileSync(path.join(ROOT, "docs/elements.md"), "utf8"))?.[0] ?? "";

/** Hosts that the page offers to run at, or to read files from. */
const OFFERED = [
  "https://api.fabric.microsoft.com",
  "https://0a1b2c3d4e5f60718293a4b5c6d7e8f9.z0a.w.api.fabric.microsoft.com",
  "https://onelake.dfs.fabric.microsoft.com",
];

const browser = await launch();

/** @returns {string} The policy in the page itself. */
function policyOfPage() {
  const html = readFileSync(path.join(PACKAGE, "page/index.html"), "utf8");
  return /http-equiv="Content-Security-Policy" content="([^"]+)"/u.exec(html)?.[1] ?? "";
}

/** @returns {Promise<string>} The policy that `pqrun serve` sends with it. */
async function policyOfServer() {
  const { PAGE_POLICY } = await import(new URL("node/server/answers.js", `file://${PACKAGE}/`).href);
  return PAGE_POLICY;
}

/**
 * A page with a policy, and what that has blocked there.
 *
 * @param {import("node:test").TestContext} t
 * @param {string} policy
 * @param {string} [markup]
 * @param {string} [script]
 */
async function pageWith(t, policy, markup = "", script = "") {
  const html = `<!doctype html><html lang="en"><head><meta http-equiv="Content-Security-Policy" content="${policy}">
    <title>Policy</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/page.css">
    <script type="module" src="/page.js"></script></head><body>${markup}</body></html>`;
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 } });
  t.after(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const problems = watch(page);
  await page.addInitScript(() => {
    /** @type {string[]} */
    const blocked = [];
    Object.assign(globalThis, { blocked });
    document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) =>
      blocked.push(`${effectiveDirective} ${blockedURI}`),
    );
  });
  await page.goto(`${await serve(t, { "/": html, "/page.js": script, "/page.css": "body { margin: 0; }" })}/`);
  return { page, problems, blocked: () => page.evaluate(() => /** @type {string[]} */ (Reflect.get(globalThis, "blocked"))) };
}

test("the page and its server have the same policy, but for framing, of which only a header is heard", async () => {
  const policy = policyOfPage();
  assert.notEqual(policy, "");
  assert.equal(await policyOfServer(), `${policy}; frame-ancestors 'none'`);
});

test("the documented policy reaches what the page's does", () => {
  const reached = (/** @type {string} */ policy) => /connect-src ([^;]+)/u.exec(policy)?.[1];
  assert.equal(reached(DOCUMENTED), reached(policyOfPage()));
});

for (const [whose, policy] of [
  ["page", policyOfPage()],
  ["documentation", DOCUMENTED],
]) {
  test(`the policy of the ${whose} lets through every host that the form offers, and no other`, async (t) => {
    const { page, blocked } = await pageWith(t, policy);
    // Nothing leaves this machine.
    await page.route(/^https:/u, (route) => route.fulfill({ body: "", headers: { "access-control-allow-origin": "*" } }));
    const ask = (/** @type {string[]} */ urls) => page.evaluate((urls) => Promise.allSettled(urls.map((url) => fetch(url))), urls);
    await ask(OFFERED);
    assert.deepEqual(await blocked(), []);
    await ask(["https://example.com/", "https://adb-1.2.azuredatabricks.net/", "https://fabric.microsoft.com/"]);
    assert.equal((await blocked()).length, 3);
  });
}

test("<pqrun-run> and <pqrun-table> need no more than the documented policy, from the form to the output", async (t) => {
  const settings = { service: "databricks", host: "https://adb-1111222233334444.5.azuredatabricks.net", jobName: "good" };
  const script = `
    import { Simulator, simulatedFetch } from "/node_modules/pqrun/simulator.browser.js";
    import "/node_modules/pqrun/elements/run.js";
    import "/node_modules/pqrun/elements/table.js";
    const services = new Simulator(${JSON.stringify(JSON.stringify(scenario("ends")))}, Date.now(), 20);
    const [run, table] = ["pqrun-run", "pqrun-table"].map((name) => document.querySelector(name));
    run.settings = ${JSON.stringify({ ...settings, pollInterval: 500 })};
    run.connection = { token: ${JSON.stringify(scenario("ends").tokens[0].value)}, fetch: simulatedFetch(services) };
    run.addEventListener("pqrun-result", ({ detail: { result } }) => (table.tables = result.outputs));
  `;
  const { page, problems, blocked } = await pageWith(t, DOCUMENTED, "<pqrun-run></pqrun-run><pqrun-table></pqrun-table>", script);
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await page.locator("pqrun-table").getByText("Łukasz").waitFor();
  assert.deepEqual([await blocked(), problems], [[], []]);
});

test("<pqrun-connector> needs no more than the documented policy, and its icons need the images in it", async (t) => {
  const markup = '<pqrun-connector form="connector"></pqrun-connector>';
  const script = `
    import "/node_modules/pqrun/elements/connector.js";
    document.querySelector("pqrun-connector").settings =
      { service: "fabric", workspaceId: "1f0c4b7e-52aa-4c0d-9b7e-0d6f3a1e8c21", itemId: "7a93e1d4-0f5b-4e0a-8d3c-64b2f9c7a510" };
  `;
  const { page, problems, blocked } = await pageWith(t, DOCUMENTED, markup, script);
  assert.equal(await areIconsSeen(page), true);
  assert.deepEqual([await blocked(), problems], [[], []]);
  const without = await pageWith(t, DOCUMENTED.replace(" img-src data:;", ""), markup, script);
  assert.equal(await areIconsSeen(without.page), false);
});

/** @param {import("playwright-core").Page} page */
async function areIconsSeen(page) {
  await page.locator("pqrun-connector").getByRole("tab", { name: /icons/iu }).click();
  const icon = page.locator("pqrun-connector img").first();
  return icon.evaluate((img) => /** @type {HTMLImageElement} */ (img).decode().then(() => true, () => false));
}
