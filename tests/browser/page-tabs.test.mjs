/** The page in two tabs of one browser: what is under way in one of them is left alone by the other. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { person, play, servePage, startButton, truth, visit } from "./page.support.mjs";
import { inspect, launch } from "./support.mjs";

const RUN = "pqrun:pqrun-page:run";
const SIMULATOR = "pqrun-page:simulator";

const browser = await launch();

/** @param {import("playwright-core").Page} page @param {string} name */
const isKept = (page, name) => page.evaluate((name) => localStorage.getItem(name) !== null, name);

/** @param {import("playwright-core").Page} page @param {boolean} isDisabled */
const choices = (page, isDisabled) =>
  page.waitForFunction(
    (isDisabled) =>
      [.../** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("#source :is(input, select)"))].every(
        ({ disabled }) => disabled === isDisabled,
      ),
    isDisabled,
  );

/** Chooses in the form of where it runs, as one who was quicker than the page. @param {import("playwright-core").Page} page */
const chooseQuickly = (page, /** @type {string} */ scenario) =>
  page.locator("#scenario").evaluate((select, scenario) => {
    /** @type {HTMLSelectElement} */ (select).value = scenario;
    select.dispatchEvent(new Event("change", { bubbles: true }));
  }, scenario);

test("while a run goes on in one tab, a tab that was open before leaves it alone, and has its choice back after it", async (t) => {
  const context = await person(t, browser);
  const url = await servePage(t);
  const bystander = await visit(context, url);
  const first = await visit(context, url);
  await play(first.page, "databricks-success");
  await first.phase("running");
  await choices(bystander.page, true);
  await bystander.page.getByText("Another tab follows a run").waitFor();
  await inspect(bystander.page, "page-bystander");
  await chooseQuickly(bystander.page, "fabric-failure");
  // What was chosen is taken back.
  await bystander.page.waitForFunction(() => {
    const { value } = /** @type {HTMLSelectElement} */ (document.querySelector("#scenario"));
    return value === "databricks-success";
  });
  assert.deepEqual([await isKept(first.page, RUN), await isKept(first.page, SIMULATOR)], [true, true]);
  assert.equal((await first.result()).outcome, "succeeded");
  assert.equal(truth(await first.watched()).databricks.runs.length, 1);
  await choices(bystander.page, false);
  await startButton(bystander.page).waitFor();
  first.assertClean();
  bystander.assertClean();
});

test("a run whose tab is closed goes on in one that was open before, although another scenario was chosen there", async (t) => {
  const context = await person(t, browser);
  const url = await servePage(t);
  const first = await visit(context, url);
  await first.page.locator("#scenario").selectOption("fabric-success");
  await first.page.getByText("A lookup, a copy, a notebook").waitFor();
  const second = await visit(context, url);
  await second.page.locator("#scenario").selectOption("databricks-failure");
  await second.page.getByText("The task join fails twice").waitFor();
  await startButton(first.page).click();
  await first.phase("running");
  await second.page.getByText("Another tab follows a run").waitFor();
  const { runId } = (await first.watched()).events.findLast(({ runId }) => runId) ?? {};
  await first.page.close();
  const found = await second.result();
  assert.deepEqual([found.outcome, found.runId], ["succeeded", runId]);
  assert.equal(truth(await second.watched()).fabric.instances.length, 1);
  second.assertClean();
});

test("of two tabs that start in the same moment one starts a run, and the other says so", async (t) => {
  const context = await person(t, browser);
  const url = await servePage(t);
  const tabs = [await visit(context, url), await visit(context, url)];
  // Whatever has to be loaded is there, so that nothing but the tabs themselves keeps them apart.
  for (const { page } of tabs) {
    await startButton(page).focus();
    await page.waitForLoadState("networkidle");
  }
  await Promise.all(tabs.map(({ page }) => startButton(page).evaluate((button) => /** @type {HTMLElement} */ (button).click())));
  const first = await Promise.any(tabs.map(async (tab) => tab.phase("running").then(() => tab)));
  const [second] = tabs.filter((tab) => tab !== first);
  await second.page.getByText("It can be resumed here once the other tab has left it").waitFor();
  await choices(second.page, true);
  assert.equal(await second.page.getByText("Another tab follows a run").count(), 1);
  assert.equal((await first.result()).outcome, "succeeded");
  assert.equal(truth(await first.watched()).databricks.runs.length, 1);
  assert.deepEqual((await second.watched()).events, []);
  await choices(second.page, false);
  await startButton(second.page).waitFor();
  assert.equal(await second.page.getByText("Another tab follows a run").count(), 0);
  first.assertClean();
  second.assertClean();
});

test("after a run another place can be chosen at once, and the simulated services stay where they were", async (t) => {
  const { page, result, problems } = await visit(await person(t, browser), await servePage(t));
  await play(page, "databricks-skipped");
  // From here on the scenario can't be had again.
  await page.route("**/scenarios/*.json", (route) => route.abort());
  await page.evaluate(() => {
    // Right at the end of the run, in the midst of what the page does then.
    addEventListener("pqrun-result", () => /** @type {HTMLElement} */ (document.querySelector("input[value=fabric]")).click());
  });
  await result();
  await page.locator("pqrun-run").getByLabel("Token", { exact: true }).waitFor();
  await page.waitForLoadState("networkidle");
  assert.equal(await page.evaluate(() => /** @type {any} */ (document.querySelector("pqrun-run")).connection), undefined);
  assert.deepEqual(problems, []);
});

test("an output that could not be read is read again from the same services", async (t) => {
  const context = await person(t, browser);
  await context.route("**/scenarios/databricks-success.json", async (route) => {
    const answer = await route.fetch();
    const given = await answer.json();
    given.scenario.faults = [{ endpoint: "jobs/runs/get-output", nth: 1, times: 5, when: "before", kind: { status: { code: 400 } } }];
    await route.fulfill({ json: given });
  });
  const { page, result, watched, assertClean } = await visit(context, await servePage(t));
  await play(page, "databricks-success");
  assert.deepEqual((await result()).rows, {});
  await page.getByRole("button", { name: "Read the output again" }).click();
  const { outcome, rows } = await result(1);
  assert.deepEqual([outcome, rows], ["succeeded", { load: 1200 }]);
  assert.equal(truth(await watched()).databricks.runs.length, 1);
  assertClean();
});

test("what an unkept run is told of meanwhile does not set the choice free", async (t) => {
  const context = await person(t, browser);
  await context.addInitScript(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
  });
  const { page, phase, result, assertClean } = await visit(context, await servePage(t));
  await play(page, "databricks-success");
  await page.locator("pqrun-run").getByRole("button", { name: "Start without keeping it" }).click();
  await phase("running");
  // Looked at before the run tells of itself again.
  const isLocked = await page.evaluate(() => {
    const error = new Error("The run could not be cancelled.");
    document.querySelector("pqrun-run")?.dispatchEvent(new CustomEvent("pqrun-error", { detail: { error } }));
    return /** @type {HTMLSelectElement} */ (document.querySelector("#scenario")).disabled;
  });
  assert.equal(isLocked, true);
  assert.equal((await result()).outcome, "succeeded");
  await choices(page, false);
  assertClean();
});
