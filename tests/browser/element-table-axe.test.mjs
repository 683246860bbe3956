/** What axe-core says of `<pqrun-table>` in each of its states, in both colour schemes. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { JSON_TEXT, OUTPUTS, show, untilSummary } from "./element-table.support.mjs";
import { launch, shot, violations } from "./support.mjs";

/** @typedef {import("playwright-core").Page} Page */

const browser = await launch();

const WRONG = { message: "expected an array of objects, found a number at byte 7", hint: "check the output path" };

/**
 * States: what the script sets, and what a person does then.
 *
 * @type {Record<string, [string, (page: Page) => Promise<unknown>]>}
 */
const STATES = {
  "no table": ["", async () => {}],
  loading: ["element.loading = true;", async () => {}],
  error: [`element.error = ${JSON.stringify(WRONG)};`, async () => {}],
  empty: ["element.table = Table.read('{\"a\":{}}');", async () => {}],
  "nothing fits": [
    "element.table = Table.read('[{\"a\":1}]'); element.filters = { text: 'x', columns: {} };",
    (page) => untilSummary(page, "0 of 1 row, 1 column"),
  ],
  types: [`element.heading = "Orders"; element.table = Table.read(${JSON.stringify(JSON_TEXT)});`, async () => {}],
  filters: [
    `element.table = Table.read(${JSON.stringify(JSON_TEXT)}); element.sort = { column: "n", direction: "ascending" };`,
    async (page) => {
      await page.getByRole("button", { name: "Filter columns" }).click();
      await page.getByLabel("Filter n").fill("abc");
      await page.locator(".problem").waitFor();
      await page.locator('[data-at="0,2"]').click();
    },
  ],
  chart: [
    `const rows = Array.from({ length: 400 }, (_, at) => ({ n: at, x: Math.sin(at / 30) * 40 + at / 10, at: new Date(at * 3600000) }));
     element.table = Table.read(JSON.stringify(rows));`,
    async (page) => {
      await page.getByRole("button", { name: "Chart" }).click();
      await page.locator("canvas").waitFor();
    },
  ],
  download: [
    `element.table = Table.read(${JSON.stringify(JSON_TEXT)}); element.sort = { column: "n", direction: "ascending" };`,
    (page) => page.getByRole("button", { name: "Download" }).click(),
  ],
  cell: [
    `element.table = Table.read(${JSON.stringify(JSON_TEXT)});`,
    (page) => page.locator('[data-at="0,5"]').dblclick(),
  ],
  row: [
    `element.table = Table.read(${JSON.stringify(JSON_TEXT)});`,
    (page) => page.locator('[data-at="0,-1"]').dblclick(),
  ],
  ...Object.fromEntries(
    ["nothing", "failed", "cut", "lost", "text", "data", "odd", "rows", "file"].map((key, at) => [
      `output ${key}`,
      [
        `element.heading = "The run"; element.tables = ${OUTPUTS};`,
        (/** @type {Page} */ page) => page.getByLabel("Output").selectOption({ index: at }),
      ],
    ]),
  ),
};

for (const dark of [false, true]) {
  test(`axe-core finds nothing in any state, ${dark ? "dark" : "light"}`, async (t) => {
    const { page, problems } = await show(t, browser, "", { dark });
    for (const [state, [script, act]] of Object.entries(STATES)) {
      // By the browser itself, which no policy of the page keeps from it.
      await page.evaluate(`{
        const element = document.createElement("pqrun-table");
        document.querySelector("pqrun-table").replaceWith(element);
        globalThis.element = element;
        ${script}
        element.updateComplete;
      }`);
      await act(page);
      assert.deepEqual(await violations(page), [], state);
      await shot(page, `table-${state.replaceAll(" ", "-")}-${dark ? "dark" : "light"}`);
      assert.deepEqual(problems, [], state);
    }
  });
}
