/** The examples: dashboards of other people's making, without a framework and built by Vite from the package. */

import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { build } from "vite";

import { person, sidewaysScroll, visit } from "./page.support.mjs";
import { inspect, launch, serve } from "./support.mjs";

const TYPES = /** @type {Record<string, string>} */ ({
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
});

/** The project that the package is installed in; what is built lies in it, so that imports are found as in any other. */
const PROJECT = fileURLToPath(new URL("../..", import.meta.url));

const browser = await launch();

test("the dashboard without a framework: refreshed, it has figures and a table, in its own colours", async (t) => {
  const url = `${await serve(t, {})}/node_modules/pqrun/page/dashboard/index.html`;
  const { page, result, assertClean } = await visitDashboard(await person(t, browser), url);
  await inspect(page, "dashboard-before");
  await page.getByRole("button", { name: "Refresh" }).click();
  assert.equal((await result()).outcome, "succeeded");
  await page.locator("#orders").getByText("1,200").waitFor();
  await page.locator("pqrun-table").getByText("410001").first().waitFor();
  assert.match((await page.locator("#revenue").textContent()) ?? "", /^\d{3},\d{3}$/u);
  await page.emulateMedia({ colorScheme: "light" });
  const accent = await page.locator("pqrun-table").evaluate((it) => getComputedStyle(it).getPropertyValue("--pqrun-accent"));
  assert.match(accent, /1f6b4a|leaf/u);
  await inspect(page, "dashboard-after");
  await page.setViewportSize({ width: 360, height: 740 });
  assert.equal(await sidewaysScroll(page), 0);
  await inspect(page, "dashboard-narrow");
  assertClean();
});

test("a dashboard that is reloaded in the middle of a run can be refreshed, and one whose run can't be started says so", async (t) => {
  const url = `${await serve(t, {})}/node_modules/pqrun/page/dashboard/index.html`;
  await reloadAndFail(await visitDashboard(await person(t, browser), url), async (page) => {
    await page.locator("#orders").getByText("1,200").waitFor();
  });
});

test("the dashboard that Vite builds from the package runs from any static host", async (t) => {
  const scratch = mkdtempSync(path.join(PROJECT, "vite-example-"));
  t.after(() => rmSync(scratch, { recursive: true, force: true }));
  cpSync(path.join(process.env.PQRUN_ROOT ?? "", "www/examples/vite"), scratch, { recursive: true });
  await build({ root: scratch, configFile: path.join(scratch, "vite.config.js"), logLevel: "warn" });
  const built = path.join(scratch, "dist");
  const files = readdirSync(path.join(built, "assets"));
  // Only what is used: the run and the tables in it, and the simulator of the example.
  assert.deepEqual(files.filter((file) => file.endsWith(".wasm")).map((file) => file.replace(/-[\w-]+\./u, ".")).sort(), [
    "pqrun_bg.wasm",
    "simulator_bg.wasm",
  ]);
  const url = await serveFolder(t, built, "/reports/regions/");
  const { page, result, assertClean } = await visitDashboard(await person(t, browser), url);
  await page.getByRole("button", { name: "Refresh" }).click();
  assert.deepEqual((await result()).rows, { "Get orders": 850, "Score regions": 6, Return: 1 });
  await page.locator('pqrun-table [aria-rowcount="851"]').waitFor();
  await inspect(page, "vite-after");
  assertClean();
  await reloadAndFail(await visitDashboard(await person(t, browser), url), async (page) => {
    await page.locator('pqrun-table [aria-rowcount="851"]').waitFor();
  });
});

/**
 * Goes away in the middle of a run, comes back and refreshes; then once more without the client.
 *
 * @param {Awaited<ReturnType<typeof visitDashboard>>} dashboard
 * @param {(page: import("playwright-core").Page) => Promise<unknown>} filled
 */
async function reloadAndFail({ page, phase, problems, assertClean }, filled) {
  const refresh = page.getByRole("button", { name: "Refresh" });
  await refresh.click();
  await phase("running");
  await page.reload();
  await refresh.click();
  await filled(page);
  assertClean();
  await page.route(/\/pqrun_bg[^/]*\.wasm$/u, (route) => route.abort());
  await page.reload();
  await refresh.click();
  await page.getByText("pqrun could not be loaded").waitFor();
  await page.waitForFunction(() => !document.querySelector("button")?.disabled);
  // The browser's own word about the file, and no error that nobody caught.
  assert.ok(problems.every((text) => text.startsWith("Failed to load resource")), problems.join("\n"));
}

/**
 * @param {import("playwright-core").BrowserContext} context
 * @param {string} url
 */
async function visitDashboard(context, url) {
  return visit(context, url, ["pqrun-run", "pqrun-table"]);
}

/**
 * A static server of a folder, below a path.
 *
 * @param {import("node:test").TestContext} t
 * @param {string} folder
 * @param {string} below
 */
async function serveFolder(t, folder, below) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const name = pathname.startsWith(below) ? pathname.slice(below.length) || "index.html" : "";
    try {
      const body = readFileSync(path.join(folder, path.normalize(`/${name}`)));
      response.writeHead(200, { "Content-Type": TYPES[path.extname(name)] ?? "text/plain" }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  t.after(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}${below}`;
}
