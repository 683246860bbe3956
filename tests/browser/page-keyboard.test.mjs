/** The page without a pointer: from its first stop to a file of the result. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { person, servePage, visit } from "./page.support.mjs";
import { launch } from "./support.mjs";

/** More stops than the page has. */
const MOST_STOPS = 150;

const browser = await launch();

/**
 * The name of what has the focus, whatever shadow root it is in, and whether a person sees that it does.
 *
 * @param {import("playwright-core").Page} page
 */
function focused(page) {
  return page.evaluate(() => {
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) {
      at = at.shadowRoot.activeElement;
    }
    const element = /** @type {HTMLElement} */ (at);
    const labels = [.../** @type {HTMLInputElement} */ (element).labels ?? []].map(({ textContent }) => textContent);
    const name = element.getAttribute("aria-label") ?? (labels.join(" ") || element.textContent) ?? "";
    // That of a radio button may be around its label.
    const isOutlined = [element, ...(/** @type {HTMLInputElement} */ (element).labels ?? [])].some((around) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(around);
      return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
    });
    const box = element.getBoundingClientRect();
    return {
      name: name.replaceAll(/\s+/gu, " ").trim(),
      isBody: element === document.body,
      isSeen: isOutlined && box.width > 0 && box.height > 0,
    };
  });
}

/**
 * Presses Tab until something is reached; every stop on the way must be seen.
 *
 * @param {import("playwright-core").Page} page
 * @param {RegExp} name
 */
async function tabTo(page, name) {
  const stops = [];
  for (let stop = 0; stop < MOST_STOPS; stop++) {
    await page.keyboard.press("Tab");
    const at = await focused(page);
    if (!at.isBody) {
      assert.ok(at.isSeen, `expected a visible focus on ${JSON.stringify(at.name)}`);
      stops.push(at.name);
      if (name.test(at.name)) {
        return;
      }
    }
  }
  assert.fail(`expected a stop ${name} among ${JSON.stringify(stops)}`);
}

test("with the keyboard alone a person chooses a scenario, starts it, and saves the result", async (t) => {
  const { page, result, assertClean } = await visit(await person(t, browser), await servePage(t));
  await tabTo(page, /^Skip to the run$/u);
  await tabTo(page, /^What shall happen/u);
  await page.keyboard.press("ArrowDown");
  assert.equal(await page.locator("#scenario").inputValue(), "databricks-large");
  await page.getByText("100,000 meter readings").waitFor();
  await tabTo(page, /^Start$/u);
  await page.keyboard.press("Enter");
  assert.equal((await result()).rows.readings, 100_000);
  await page.locator('pqrun-table [aria-rowcount="100001"]').waitFor();
  // The first opens the choice of a format, of which CSV is the first; the second saves.
  await tabTo(page, /^Download$/u);
  await page.keyboard.press("Enter");
  await tabTo(page, /^Download$/u);
  const downloading = page.waitForEvent("download");
  await page.keyboard.press("Enter");
  const download = await downloading;
  const text = readFileSync(await download.path(), "utf8");
  assert.equal(text.trimEnd().split("\n").length, 100_001);
  assert.match(text, /^reading,meter,day,kwh,ok\r?\n1,/u);
  assertClean();
});

test("the first stop leads past the head of the page", async (t) => {
  const { page, assertClean } = await visit(await person(t, browser), await servePage(t));
  await tabTo(page, /^Skip to the run$/u);
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement?.id), "run");
  assertClean();
});
