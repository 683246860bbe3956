/** The way from a run on the page to Power Query. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { person, play, servePage, visit } from "./page.support.mjs";
import { inspect, launch } from "./support.mjs";

const browser = await launch();

/**
 * The M that the page shows in the end.
 *
 * @param {import("playwright-core").Page} page
 * @param {RegExp} expected
 */
async function shownM(page, expected) {
  const matches = (/** @type {{ source: string }} */ { source }) => {
    const { files } = /** @type {any} */ (document.querySelector("pqrun-connector"));
    return files.some((/** @type {any} */ { content }) => new RegExp(source, "u").test(new TextDecoder().decode(content)));
  };
  await page.waitForFunction(matches, { source: expected.source });
}

test("what is changed in the form of the run is changed in the M at once, and saved with it", async (t) => {
  const { page, assertClean } = await visit(await person(t, browser), await servePage(t));
  await page.locator("pqrun-connector").scrollIntoViewIfNeeded();
  await shownM(page, /JobId = "880012345678901"/u);
  await inspect(page, "page-connector");
  const job = page.locator("pqrun-run").getByLabel("Job", { exact: true });
  await job.fill("4711");
  await job.blur();
  await shownM(page, /JobId = "4711"/u);
  const downloading = page.waitForEvent("download");
  await page.locator("pqrun-connector").getByRole("button", { name: "Download .pq" }).click();
  assert.match(readFileSync(await (await downloading).path(), "utf8"), /JobId = "4711"/u);
  assertClean();
});

test("how lively a scenario is played is of no use to Power Query", async (t) => {
  const { page, assertClean } = await visit(await person(t, browser), await servePage(t));
  await page.locator("pqrun-connector").scrollIntoViewIfNeeded();
  await shownM(page, /PollSeconds = 5,/u);
  assertClean();
});

test("the other service in the form of the run brings its scenario and its M along", async (t) => {
  const { page, assertClean } = await visit(await person(t, browser), await servePage(t));
  await page.locator("#scenario").selectOption("databricks-throttled");
  await page.locator("pqrun-run").getByLabel("Fabric", { exact: true }).check();
  await page.waitForFunction(() => /** @type {any} */ (document.querySelector("#scenario")).value === "fabric-throttled");
  await page.locator("pqrun-connector").scrollIntoViewIfNeeded();
  await shownM(page, /7a93e1d4-0f5b-4e0a-8d3c-64b2f9c7a510/u);
  assertClean();
});

test("the columns of a result are a sample for a connector", async (t) => {
  const { page, result, assertClean } = await visit(await person(t, browser), await servePage(t));
  await play(page, "databricks-large");
  await result();
  const columns = await page.evaluate(() =>
    /** @type {any} */ (document.querySelector("pqrun-connector")).sample.columns.map((/** @type {any} */ { name }) => name),
  );
  assert.deepEqual(columns, ["reading", "meter", "day", "kwh", "ok"]);
  assertClean();
});
