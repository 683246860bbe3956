/** The page through `pqrun serve`, as a person starts it, with the services behind its proxy. */

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  DATABRICKS_TOKEN,
  FABRIC_TOKEN,
  ITEM,
  WORKSPACE,
  databricksRuns,
  environment,
  fabricRuns,
  folder,
  simulate,
  startCommand,
  until,
} from "../node/support.mjs";
import { person, startButton, visit } from "./page.support.mjs";
import { inspect, launch } from "./support.mjs";

const browser = await launch();

/**
 * @param {import("node:test").TestContext} t
 * @param {string[]} flags
 */
async function serving(t, ...flags) {
  const { child, output, ended } = startCommand(["serve", "--no-open", "--port", "0", ...flags], { env: environment(folder(t)) });
  t.after(async () => {
    child.kill("SIGTERM");
    await ended;
  });
  await until("the address", () => output.stdout.includes("\n"));
  return { address: output.stdout.trim(), output, stop: () => (child.kill("SIGTERM"), ended) };
}

/** @param {import("playwright-core").Page} page */
const everythingKept = (page) => page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));

test("Databricks behind the proxy: one run from the page to its table, and the token stays on the server", async (t) => {
  const services = await simulate(t);
  const { address, output } = await serving(t, "--databricks-host", services.url, "--allow-job", "101");
  const { page, result, requested, assertClean } = await visit(await person(t, browser), address);
  assert.equal(new URL(page.url()).hash, "", "the key is still in the address");
  assert.ok(!(await page.evaluate(() => JSON.stringify(history.state ?? ""))).includes("session"));
  await page.getByText("May run 101 and nothing else").waitFor();
  await inspect(page, "served-before");
  await startButton(page).click();
  const found = await result();
  assert.deepEqual([found.outcome, found.rows], ["succeeded", { load: 2 }]);
  await page.locator("pqrun-table").getByText("Łukasz").waitFor();
  await inspect(page, "served-after");
  assert.equal(databricksRuns(services, 101).length, 1);
  assert.ok(requested.some((url) => new URL(url).pathname.startsWith("/proxy/")));
  assert.ok(!(await everythingKept(page)).includes(DATABRICKS_TOKEN));
  assert.ok(!`${output.stdout}${output.stderr}${requested.join()}`.includes(DATABRICKS_TOKEN));
  assertClean();
});

test("Fabric behind the proxy: a run from the page to its table", async (t) => {
  const services = await simulate(t);
  const { address } = await serving(t, "--fabric", "--fabric-host", services.url, "--allow-item", ITEM.good);
  const { page, result, assertClean } = await visit(await person(t, browser), address);
  await page.getByText("Signs in with").waitFor();
  await page.locator("pqrun-run").getByLabel("Workspace").first().fill(WORKSPACE);
  await startButton(page).click();
  const found = await result();
  assert.equal(found.outcome, "succeeded");
  assert.equal(fabricRuns(services, ITEM.good).length, 1);
  assert.ok(!(await everythingKept(page)).includes(FABRIC_TOKEN));
  assertClean();
});

test("a run that is kept from another place goes on there, also on a page that a server has opened", async (t) => {
  const services = await simulate(t);
  const { address } = await serving(t, "--databricks-host", services.url);
  const context = await person(t, browser);
  const first = await visit(context, address.split("#")[0]);
  await startButton(first.page).click();
  await first.phase("running");
  const { runId } = (await first.watched()).events.findLast(({ runId }) => runId) ?? {};
  await first.page.close();
  const { page, result, requested, assertClean } = await visit(context, address);
  const found = await result();
  assert.deepEqual([found.outcome, found.runId], ["succeeded", runId]);
  assert.ok(!requested.some((url) => new URL(url).pathname.startsWith("/proxy/")), "it was looked for through the proxy");
  // After its end the server is there to be chosen, with the key that it gave.
  await page.locator("input[name=kind][value=served]").check();
  await page.getByText("Signs in with").waitFor();
  assertClean();
});

test("where the server reads no files, that is said, and such a run is not started", async (t) => {
  const services = await simulate(t);
  const { address } = await serving(t, "--databricks-host", services.url, "--allow-job", "101");
  const { page, result, assertClean } = await visit(await person(t, browser), address);
  await page.getByText("Reads no files that outputs name").waitFor();
  const run = page.locator("pqrun-run");
  await run.locator("summary").filter({ hasText: "More" }).click();
  const box = run.getByLabel("The output is the path of a file");
  // Not by `check`, which waits for it to stay so.
  await box.click();
  await page.getByRole("alert").getByText("that choice was taken back").waitFor();
  assert.equal(await box.isChecked(), false);
  await inspect(page, "served-no-files");
  await startButton(page).click();
  assert.deepEqual((await result()).rows, { load: 2 });
  assertClean();
});

test("where the server reads files, they may be asked for", async (t) => {
  const services = await simulate(t);
  const { address } = await serving(t, "--databricks-host", services.url, "--allow-job", "101", "--follow-path");
  const { page, assertClean } = await visit(await person(t, browser), address);
  await page.getByText("Signs in with").waitFor();
  assert.equal(await page.getByText("Reads no files").count(), 0);
  const run = page.locator("pqrun-run");
  await run.locator("summary").filter({ hasText: "More" }).click();
  await run.getByLabel("The output is the path of a file").check();
  assert.equal(await page.evaluate(() => /** @type {any} */ (document.querySelector("pqrun-run")).settings.followPath), true);
  assertClean();
});

test("a reloaded page still has its key; after the server was started anew it says what to do", async (t) => {
  const services = await simulate(t);
  const first = await serving(t, "--databricks-host", services.url);
  const { page } = await visit(await person(t, browser), first.address);
  await page.getByText("Signs in with").waitFor();
  await page.reload();
  await page.getByText("Signs in with").waitFor();
  const { port } = new URL(first.address);
  await first.stop();
  await serving(t, "--databricks-host", services.url, "--port", port);
  await page.reload();
  await page.getByText("was started anew").waitFor();
  await inspect(page, "served-refused");
});

test("without a key the page says how to start the server, and asks for nothing", async (t) => {
  const { address } = await serving(t);
  const { page, requested, assertClean } = await visit(await person(t, browser), address);
  await page.locator("input[name=kind][value=served]").check();
  await page.locator("#unconnected").getByText("npx pqrun serve").waitFor();
  await inspect(page, "served-without-key");
  assert.ok(requested.every((url) => !new URL(url).pathname.startsWith("/session")));
  assertClean();
});

test("a server that has ended is told of", async (t) => {
  const services = await simulate(t);
  const { address, stop } = await serving(t, "--databricks-host", services.url);
  const { page } = await visit(await person(t, browser), address);
  await page.getByText("Signs in with").waitFor();
  await stop();
  await page.locator("input[name=kind][value=demo]").check();
  await page.locator("input[name=kind][value=served]").check();
  await page.getByText("does not answer any more").waitFor();
});
