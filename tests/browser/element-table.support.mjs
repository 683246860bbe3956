/** What the tests of `<pqrun-table>` share: a page as strict as the one that is served, and how the element is read. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { becomes, serve, watch } from "./support.mjs";

/** @typedef {import("playwright-core").Page} Page */

const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; " +
  "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'";

const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="${POLICY}"><title>A table</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="/page.css"><main><h1>A table</h1><pqrun-table></pqrun-table></main>
<script type="module" src="/main.js"></script></html>`;

const STYLES = `:root { color-scheme: light dark; background: light-dark(#fff, #14171c); color: light-dark(#111, #eee) }
body { margin: 0 } main { padding: 12px }`;

const CODE = {
  code: "outputUnreadable",
  message: "expected an array of objects, found a number at byte 7",
  hint: "check the output path",
};

const LOST = {
  code: "service",
  message: "runs/get-output: expected 200, found 503",
  hint: "try again",
  status: 503,
  requestId: "req-1",
};

/** An output of each kind, as `RunResult.outputs` has them, for a page's script. */
export const OUTPUTS = `[
  { key: "nothing", kind: "none", truncated: false },
  { key: "failed", kind: "none", truncated: false, errorMessage: "Division by <b>zero</b>", errorTrace: "at line 1\\nat line 2" },
  { key: "cut", kind: "notebookResult", truncated: true, text: '[{"a": 1}, {"a"' },
  { key: "lost", kind: "none", truncated: false, error: ${JSON.stringify(LOST)} },
  { key: "text", kind: "logs", truncated: false, text: "one\\ntwo", pageUrl: "https://example.com/run/1" },
  { key: "data", kind: "data", truncated: false, data: { links: ["a"] } },
  { key: "odd", kind: "notebookResult", truncated: false, text: "7", tableError: ${JSON.stringify(CODE)} },
  { key: "rows", kind: "rows", truncated: false, table: Table.read('[{"a": 1}, {"a": 2}]') },
  { key: "file", kind: "rows", truncated: false, table: Table.read('[{"b": 3}]'), file: { path: "/Volumes/main/x/y.json", size: 12345 } },
]`;

/** Rows with every type, and what is awkward of each. */
export const JSON_TEXT = `[
  {"n": 9007199254740993, "x": 0.1, "t": "=1+1", "at": "2026-01-31T12:00:00.123456Z", "d": "2026-01-31", "j": {"a": 12345678901234567890}, "ok": true, "__proto__": "p"},
  {"n": null, "x": -0.0, "t": "a\\nb,\\"c\\" | d", "at": null, "d": null, "j": null, "ok": null, "__proto__": null},
  {"n": 3, "x": 1e300, "t": "", "at": "1969-12-31T23:59:59Z", "d": "1969-12-31", "j": [], "ok": false, "__proto__": ""},
  {"n": -4, "x": null, "t": "\\u0000 \\u2028", "at": "9999-12-31T23:59:59.999999Z", "d": "0001-01-01", "j": "s", "ok": false, "__proto__": "q"}
]`;

/**
 * Opens a page with a `<pqrun-table>`, after whose script nothing may be wrong: no word on the console, no request to another
 * place.
 *
 * @param {import("node:test").TestContext} t
 * @param {import("playwright-core").Browser} browser
 * @param {string} script Has `element`, `Table` and `answer(value)`.
 * @param {{ dark?: boolean, width?: number, height?: number, files?: Record<string, string> }} [options]
 */
export async function show(t, browser, script, { dark = false, width = 1000, height = 800, files = {} } = {}) {
  const main = `
    import { Table } from "/node_modules/pqrun/table.browser.js";
    import "/node_modules/pqrun/elements/table.js";
    const element = document.querySelector("pqrun-table");
    Object.assign(globalThis, { element, Table });
    ${script}
    await element.updateComplete;
    globalThis.ready = true;
  `;
  const origin = await serve(t, { "/": PAGE, "/main.js": main, "/page.css": STYLES, ...files });
  const context = await browser.newContext({
    acceptDownloads: true,
    colorScheme: dark ? "dark" : "light",
    permissions: ["clipboard-read", "clipboard-write"],
    viewport: { width, height },
  });
  t.after(() => context.close());
  const page = await context.newPage();
  const problems = watch(page, ["blob:", `${origin}/`]);
  await page.goto(`${origin}/`);
  await page
    .waitForFunction(() => Reflect.has(globalThis, "ready"), undefined, { timeout: 30_000 })
    .catch((error) => {
      throw new Error(`the page was not ready: ${problems.join("\n")}`, { cause: error });
    });
  return { page, problems };
}

/** The text that the element shows for its rows. @param {Page} page */
export const summary = (page) => page.locator(".summary > span").first().innerText();

/**
 * Waits until the element says something of its rows.
 *
 * @param {Page} page
 * @param {string} expected
 */
export const untilSummary = (page, expected) => becomes(() => summary(page), expected);

/**
 * The texts of the cells that are there, by row: the number of the row first.
 *
 * @param {Page} page
 * @returns {Promise<string[][]>}
 */
export const cells = (page) =>
  page.evaluate(() =>
    [.../** @type {ShadowRoot} */ (document.querySelector("pqrun-table")?.shadowRoot).querySelectorAll(".row")].map(
      (row) => [...row.children].map((cell) => cell.textContent?.trim() ?? ""),
    ),
  );

/**
 * Downloads in a format, and gives the name and the bytes.
 *
 * @param {Page} page
 * @param {string} format
 * @param {{ rows?: "shown" | "all", defuse?: boolean }} [options]
 */
export async function download(page, format, { rows, defuse } = {}) {
  const button = page.locator(".toolbar").getByRole("button", { name: "Download" });
  if ((await button.getAttribute("aria-expanded")) === "false") {
    await button.click();
  }
  const form = page.getByRole("form", { name: "Download" });
  await form.getByLabel("Format").selectOption(format);
  if (rows !== undefined) {
    await form.getByLabel("Rows").selectOption(rows);
  }
  if (defuse !== undefined) {
    await form.getByRole("checkbox").setChecked(defuse);
  }
  const [given] = await Promise.all([
    page.waitForEvent("download", { timeout: 20_000 }).catch(async (error) => {
      throw new Error(`no download: ${await form.innerText()}`, { cause: error });
    }),
    form.getByRole("button", { name: "Download" }).click(),
  ]);
  const path = await given.path();
  return { name: given.suggestedFilename(), bytes: readFileSync(path) };
}

/**
 * The rows as they are shown, all of them: what is written of them for a download, which is then not made. Chromium loses
 * one now and then if there are dozens in a few seconds.
 *
 * @param {Page} page
 * @returns {Promise<string[]>} A line of JSON for each.
 */
export async function shownLines(page) {
  await page.evaluate(() => {
    const { element } = /** @type {any} */ (globalThis);
    HTMLAnchorElement.prototype.click = () => {};
    URL.createObjectURL = (written) => {
      Object.assign(globalThis, { written });
      return "blob:none";
    };
    Object.assign(globalThis, { written: undefined });
    element.panel = "downloads";
  });
  const form = page.getByRole("form", { name: "Download" });
  await form.getByLabel("Format").selectOption("jsonLines");
  await form.getByRole("button", { name: "Download" }).click();
  await page.waitForFunction(() => Reflect.get(globalThis, "written") !== undefined);
  const text = await page.evaluate(() => Reflect.get(globalThis, "written").text());
  return text.split("\n").slice(0, -1);
}

/**
 * Waits until screen readers were told something.
 *
 * @param {Page} page
 * @param {string} expected
 */
export const announced = (page, expected) => becomes(() => page.locator("[role=status]").innerText(), expected);
