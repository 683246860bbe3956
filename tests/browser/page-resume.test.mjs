/** Closing the page in the middle of a run: the next one goes on with it, also with the services in the page. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { person, play, servePage, startButton, truth, visit } from "./page.support.mjs";
import { inspect, launch } from "./support.mjs";

const browser = await launch();

for (const scenario of ["databricks-success", "fabric-success"]) {
  test(`${scenario}: a page that is reloaded in the middle of a run goes on with it, and there is one run`, async (t) => {
    const { page, phase, result, watched, assertClean } = await visit(await person(t, browser), await servePage(t));
    await play(page, scenario);
    await phase("running");
    const { runId } = (await watched()).events.findLast(({ runId }) => runId) ?? {};
    await page.reload();
    const found = await result();
    assert.deepEqual([found.outcome, found.runId], ["succeeded", runId]);
    const { databricks, fabric } = truth(await watched());
    assert.equal(databricks.runs.length + fabric.instances.length, 1);
    assertClean();
  });
}

test("a tab that is closed in the middle of a run leaves it to the next tab", async (t) => {
  const context = await person(t, browser);
  const url = await servePage(t);
  const first = await visit(context, url);
  await play(first.page, "databricks-success");
  await first.phase("running");
  const { runId } = (await first.watched()).events.findLast(({ runId }) => runId) ?? {};
  await first.page.close();
  const second = await visit(context, url);
  await second.phase("running");
  await inspect(second.page, "page-resumed");
  const found = await second.result();
  assert.deepEqual([found.outcome, found.runId], ["succeeded", runId]);
  assert.equal(truth(await second.watched()).databricks.runs.length, 1);
  second.assertClean();
});

test("what is over is forgotten: the next page offers a new run, and nothing is kept of the simulated services", async (t) => {
  const context = await person(t, browser);
  const url = await servePage(t);
  const { page, result, assertClean } = await visit(context, url);
  await play(page, "databricks-skipped");
  await result();
  await page.reload();
  await startButton(page).waitFor();
  assert.equal(await page.evaluate(() => localStorage.getItem("pqrun-page:simulator")), null);
  assertClean();
});

test("a run that is cancelled ends as cancelled", async (t) => {
  const { page, phase, result, assertClean } = await visit(await person(t, browser), await servePage(t));
  await play(page, "databricks-success");
  await phase("running");
  await page.locator("pqrun-run").getByRole("button", { name: "Cancel the run" }).click();
  await inspect(page, "page-cancelling");
  assert.equal((await result()).outcome, "cancelled");
  await inspect(page, "page-cancelled");
  assertClean();
});

test("where the browser keeps nothing, a run is played to its end all the same", async (t) => {
  const context = await person(t, browser);
  await context.addInitScript(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
  });
  const { page, result, assertClean } = await visit(context, await servePage(t));
  await play(page, "databricks-success");
  await page.locator("pqrun-run").getByRole("button", { name: "Start without keeping it" }).click();
  assert.equal((await result()).outcome, "succeeded");
  assertClean();
});
