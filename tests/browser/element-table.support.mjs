/** What the tests of `<pqrun-table>` share: a page as strict as the one that is served, and how the element is read. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { serve } from "./support.mjs";

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
  /** @type {string[]} */
  const problems = [];
  page.on("console", (message) => problems.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("request", (request) => {
    if (!/^(?:data|blob):/u.test(request.url()) && !request.url().startsWith(origin)) {
      problems.push(`a request to ${request.url()}`);
    }
  });
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
export async function untilSummary(page, expected) {
  await page
    .waitForFunction(
      (text) =>
        document.querySelector("pqrun-table")?.shadowRoot?.querySelector(".summary > span")?.textContent === text,
      expected,
      { timeout: 20_000 },
    )
    .catch(async () => assert.equal(await summary(page), expected));
}

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

/** What screen readers were told last. @param {Page} page */
export const announced = (page) => page.locator("[role=status]").innerText();
