/** The page on a telephone: 360 px wide, nothing to scroll sideways in any state. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { person, play, servePage, sidewaysScroll, visit } from "./page.support.mjs";
import { inspect, launch } from "./support.mjs";

const NARROW = { viewport: { width: 360, height: 740 }, hasTouch: true };

const browser = await launch();

/**
 * @param {import("playwright-core").Page} page
 * @param {string} state
 */
async function look(page, state) {
  assert.equal(await sidewaysScroll(page), 0, state);
  await inspect(page, `narrow-${state}`);
}

for (const scenario of ["databricks-success", "databricks-failure", "fabric-success"]) {
  test(`${scenario} on a narrow screen`, async (t) => {
    const { page, phase, result, assertClean } = await visit(await person(t, browser, NARROW), await servePage(t));
    await look(page, `${scenario}-before`);
    await play(page, scenario);
    await phase("running");
    await look(page, `${scenario}-running`);
    await result();
    await look(page, `${scenario}-after`);
    assertClean();
  });
}

for (const kind of ["served", "fabric"]) {
  test(`without a simulator (${kind}) on a narrow screen`, async (t) => {
    const { page, assertClean } = await visit(await person(t, browser, NARROW), await servePage(t));
    await page.locator(`input[name=kind][value=${kind}]`).check();
    await page.locator(`#${kind}`).waitFor();
    await look(page, kind);
    assertClean();
  });
}
