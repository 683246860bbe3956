/** `pqrun serve` in a real browser: what its page can do, and what pages of other origins can't. */

import assert from "node:assert/strict";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

import { databricksAt, serve } from "../node/served.mjs";
import { DATABRICKS_TOKEN, PACKAGE, databricksRuns, folder, simulate } from "../node/support.mjs";
import { launch, serve as servePages, watch } from "./support.mjs";

const browser = await launch();

const RUNS = `
import { runDatabricksJob } from "../browser.js";

const key = new URLSearchParams(location.hash.slice(1)).get("session");
history.replaceState(null, "", location.pathname);
const headers = { "X-Pqrun-Session": key };
const { services } = await (await fetch("/session", { headers })).json();
const proxied = (url, init) => {
  const { host, pathname, search } = new URL(url);
  return fetch("/proxy/" + host + pathname + search, { ...init, headers: { ...init.headers, ...headers } });
};
const run = runDatabricksJob({
  host: services[0].host,
  jobName: "good",
  token: null,
  pollInterval: "500ms",
  fetch: proxied,
});
const { outcome, message, table } = await run.result;
document.title = outcome + " " + (table?.rowCount ?? message);
`;

/**
 * The package as a page sees it, with this page in it.
 *
 * @param {import("node:test").TestContext} t
 * @param {string} script
 */
function packageWith(t, script) {
  const root = path.join(folder(t), "package");
  cpSync(PACKAGE, root, { recursive: true, filter: (from) => !["node", "page"].includes(path.relative(PACKAGE, from)) });
  mkdirSync(path.join(root, "page"));
  writeFileSync(path.join(root, "page/index.html"), '<!doctype html><title>waits</title><link rel="icon" href="data:,"><script type="module" src="page.js"></script>');
  writeFileSync(path.join(root, "page/page.js"), script);
  return root;
}

test("the page gets the key, runs a job through the proxy, and never sees the token", async (t) => {
  const simulator = await simulate(t);
  const server = await serve(t, { services: [databricksAt(simulator)], folder: packageWith(t, RUNS) });
  for (const address of [server.address, server.once]) {
    const page = await browser.newPage();
    const problems = watch(page, [server.url]);
    /** @type {Promise<string>[]} */
    const told = [];
    page.on("response", (response) => {
      if (response.url().includes("/proxy/")) {
        told.push(response.text());
      }
    });
    await page.goto(address);
    await page.waitForFunction(() => document.title !== "waits", undefined, { timeout: 30_000 });
    assert.equal(await page.title(), "succeeded 2");
    assert.equal(page.url(), `${server.url}page/`);
    assert.deepEqual(problems, []);
    const all = (await Promise.all(told)).join("\n");
    assert.ok(all.includes("run_id") && !all.includes(DATABRICKS_TOKEN));
    await page.close();
  }
  assert.equal(databricksRuns(simulator, 101).length, 2);
});

test("a page of another origin reads nothing, starts nothing and shows nothing of it, even with the key", async (t) => {
  const simulator = await simulate(t);
  const server = await serve(t, { services: [databricksAt(simulator)], folder: packageWith(t, "document.title = 'shown';") });
  const { host } = new URL(simulator.url);
  const start = `${server.url}proxy/${host}/api/2.2/jobs/run-now`;
  const origin = await servePages(t, {
    "/": `<!doctype html><title>evil</title><iframe src="${server.url}page/"></iframe>`,
  });
  const page = await browser.newPage();
  await page.goto(`${origin}/`);
  const found = await page.evaluate(
    async ([url, begin, key]) => {
      const headers = { "X-Pqrun-Session": key, "Content-Type": "application/json" };
      const body = JSON.stringify({ job_id: 101, idempotency_token: "evil" });
      /** @type {[string, () => Promise<unknown>][]} */
      const tries = [
        ["session", () => fetch(`${url}session`, { headers })],
        ["file", () => fetch(`${url}browser.js`)],
        ["start", () => fetch(begin, { method: "POST", headers, body })],
        ["simple start", () => fetch(begin, { method: "POST", body })],
        ["blind start", () => fetch(begin, { method: "POST", mode: "no-cors", body })],
        ["module", () => import(`${url}browser.js`)],
      ];
      const ends = [];
      for (const [name, attempt] of tries) {
        ends.push([name, await attempt().then(() => "worked", () => "failed")]);
      }
      return ends;
    },
    [server.url, start, server.key ?? ""],
  );
  assert.deepEqual(found, [
    ["session", "failed"],
    ["file", "failed"],
    ["start", "failed"],
    ["simple start", "failed"],
    ["blind start", "failed"],
    ["module", "failed"],
  ]);
  assert.equal(databricksRuns(simulator, 101).length, 0);
  const titles = await Promise.all(page.frames().map((frame) => frame.title().catch(() => "")));
  assert.ok(!titles.includes("shown"), titles.join());
  await page.close();
});
