/** Every scenario of the page, from Start to its table or its end. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { Simulator } from "pqrun/simulator";

import { person, play, scenarioFile, scenarioNames, servePage, startButton, truth, visit } from "./page.support.mjs";
import { inspect, launch } from "./support.mjs";

const browser = await launch();

/** How each ends: the outcome, the rows of its tables, how many runs there are then, and what else is seen. */
const ENDS = /** @type {Record<string, { outcome: string, rows: Record<string, number>, runs: number, by?: string, seen?: (event: any) => boolean }>} */ ({
  "databricks-success": { outcome: "succeeded", rows: { load: 1200 }, runs: 1 },
  "databricks-large": { outcome: "succeeded", rows: { readings: 100_000 }, runs: 1 },
  "databricks-failure": { outcome: "failed", rows: { prices: 480 }, runs: 1 },
  "databricks-queued": { outcome: "succeeded", rows: { load: 600 }, runs: 2, seen: ({ queueReason }) => queueReason !== undefined },
  "databricks-skipped": { outcome: "skipped", rows: {}, runs: 2 },
  "databricks-throttled": { outcome: "succeeded", rows: { load: 900 }, runs: 1, seen: ({ kind }) => kind === "retry" },
  "databricks-deduped": { outcome: "succeeded", rows: { load: 1200 }, runs: 1, by: "reuse" },
  "databricks-lost": { outcome: "succeeded", rows: { load: 1200 }, runs: 1, seen: ({ kind }) => kind === "retry" },
  "fabric-success": { outcome: "succeeded", rows: { "Get orders": 850, "Score regions": 6, Return: 1 }, runs: 1 },
  "fabric-failure": { outcome: "failed", rows: { "Get orders": 120 }, runs: 1 },
  "fabric-queued": { outcome: "succeeded", rows: { "Get orders": 850, "Score regions": 6, Return: 1 }, runs: 1 },
  "fabric-skipped": { outcome: "skipped", rows: {}, runs: 2 },
  "fabric-throttled": { outcome: "succeeded", rows: { "Get orders": 850, "Score regions": 6, Return: 1 }, runs: 1, seen: ({ kind }) => kind === "retry" },
  "fabric-deduped": { outcome: "succeeded", rows: { "Get orders": 850, "Score regions": 6, Return: 1 }, runs: 1, by: "reuse" },
  "fabric-lost": { outcome: "succeeded", rows: { "Get orders": 850, "Score regions": 6, Return: 1 }, runs: 1, by: "difference" },
});

test("the simulator takes every scenario, and every one is expected to end somehow", () => {
  assert.deepEqual(scenarioNames().sort(), Object.keys(ENDS).sort());
  for (const name of scenarioNames()) {
    const { settings, scenario } = scenarioFile(name);
    new Simulator(JSON.stringify(scenario), Date.now(), 1).free();
    assert.ok(
      scenario.tokens.some((/** @type {any} */ { service }) => service === settings.service),
      `${name}: expected a token for ${settings.service}`,
    );
  }
});

test("the page lists every scenario once", async (t) => {
  const { page, assertClean } = await visit(await person(t, browser), await servePage(t));
  const listed = await page.locator("#scenario option").evaluateAll((all) => all.map((one) => one.getAttribute("value")));
  assert.deepEqual(listed.sort(), scenarioNames().sort());
  assertClean();
});

test("nothing can be started until what was chosen is there, and then it is that", async (t) => {
  const { page, result, assertClean } = await visit(await person(t, browser), await servePage(t));
  const asked = new Promise((resolve) => page.route("**/scenarios/databricks-skipped.json", resolve));
  await page.locator("#scenario").selectOption("databricks-skipped");
  const route = await asked;
  assert.equal(await startButton(page).isDisabled(), true);
  await route.continue();
  await startButton(page).click();
  assert.equal((await result()).outcome, "skipped");
  assertClean();
});

test("a choice that can't be carried out leaves the form as it was, to be started", async (t) => {
  const { page, result } = await visit(await person(t, browser), await servePage(t));
  await page.route("**/scenarios/*.json", (route) => route.abort());
  await page.locator("#scenario").selectOption("fabric-failure");
  await page.locator("#trouble").waitFor();
  await startButton(page).click();
  assert.equal((await result()).outcome, "succeeded");
  assert.equal(await page.locator("#scenario").inputValue(), "databricks-success");
});

// Each lasts as long as a person would watch it.
describe("scenarios", { concurrency: 4 }, () => {
  for (const [name, { outcome, rows, runs, by = "answer", seen }] of Object.entries(ENDS)) {
    test(`${name} ends as ${outcome}, with ${runs === 1 ? "one run" : `${runs} runs`}`, async (t) => {
      const url = await servePage(t);
      const { page, result, watched, assertClean } = await visit(await person(t, browser), url);
      await play(page, name);
      const found = await result();
      assert.deepEqual({ outcome: found.outcome, by: found.identifiedBy, rows: found.rows }, { outcome, by, rows });
      const all = await watched();
      const { databricks, fabric } = truth(all);
      assert.equal(databricks.runs.length + fabric.instances.length, runs);
      if (seen) {
        assert.ok(all.events.some(seen), `expected something else among ${JSON.stringify(all.events)}`);
      }
      const [first] = Object.values(rows);
      if (first !== undefined) {
        // The names of the columns are a row, too.
        await page.locator(`pqrun-table [aria-rowcount="${first + 1}"]`).waitFor();
      }
      await inspect(page, `page-${name}`);
      assertClean();
    });
  }
});
