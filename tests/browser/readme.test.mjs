/** The page of README.md, as it stands. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { readmeBlock } from "../node/readme.mjs";
import { launch, serve, watch } from "./support.mjs";

const browser = await launch();

test("the browser example runs as it stands", async (t) => {
  // Browsers ask for an icon where a page names none.
  const origin = await serve(t, { "/": readmeBlock("html"), "/favicon.ico": "" });
  const context = await browser.newContext();
  t.after(() => context.close());
  const page = await context.newPage();
  const problems = watch(page);
  await page.goto(`${origin}/`);
  await page.waitForSelector("td", { timeout: 60_000 }).catch((cause) => {
    throw new Error(`the example showed no rows: ${problems.join("\n")}`, { cause });
  });
  assert.equal(await page.locator("tr").count(), 5, "a head and four rows");
  assert.deepEqual(problems, []);
});
