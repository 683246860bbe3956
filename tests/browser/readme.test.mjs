/** The page of README.md, as it stands. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { readmeBlock } from "../node/readme.mjs";
import { launch, serve } from "./support.mjs";

/** @type {import("playwright-core").Browser} */
let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

test("the browser example runs as it stands", async (t) => {
  const origin = await serve(t, { "/": readmeBlock("html") });
  const context = await browser.newContext();
  t.after(() => context.close());
  const page = await context.newPage();
  /** @type {string[]} */
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.goto(`${origin}/`);
  await page.waitForSelector("td", { timeout: 60_000 }).catch((cause) => {
    throw new Error(`the example showed no rows: ${errors.join("\n")}`, { cause });
  });
  assert.equal(await page.locator("tr").count(), 5, "a head and four rows");
  assert.deepEqual(errors, []);
});
