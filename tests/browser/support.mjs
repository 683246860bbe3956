/** What the browser tests share: Chromium, and a server of pages beside which the package lies as npm installed it. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import { after } from "node:test";
import { isDeepStrictEqual } from "node:util";

import { chromium } from "playwright-core";

import { PACKAGE, until } from "../node/support.mjs";

const FLAGS =
  "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking " +
  "--disable-component-update --disable-sync --disable-dev-shm-usage";

/** No page may take longer. */
const PAGE_MS = 60_000;

const TYPES = /** @type {Record<string, string>} */ ({
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  // Nothing behind it: browsers compile while they load only what is exactly this.
  ".wasm": "application/wasm",
});

/**
 * One browser for all tests of a file, after which it is closed.
 *
 * @returns {Promise<import("playwright-core").Browser>}
 */
export async function launch() {
  const executablePath = process.env.PQRUN_CHROMIUM;
  if (!executablePath) {
    throw new Error("PQRUN_CHROMIUM: expected the path of Chromium, found nothing");
  }
  const browser = await chromium.launch({ executablePath, args: FLAGS.split(" ") });
  after(() => browser.close());
  return browser;
}

/** Where the package is for a page. */
export const IMPORT_MAP = `<script type="importmap">
  {
    "imports": {
      "pqrun": "/node_modules/pqrun/browser.js",
      "pqrun/arrow": "/node_modules/pqrun/arrow.js",
      "pqrun/auth": "/node_modules/pqrun/auth.browser.js",
      "pqrun/connector": "/node_modules/pqrun/connector.browser.js",
      "pqrun/elements": "/node_modules/pqrun/elements/index.js",
      "pqrun/elements/connector": "/node_modules/pqrun/elements/connector.js",
      "pqrun/elements/run": "/node_modules/pqrun/elements/run.js",
      "pqrun/elements/table": "/node_modules/pqrun/elements/table.js",
      "pqrun/simulator": "/node_modules/pqrun/simulator.browser.js",
      "pqrun/table": "/node_modules/pqrun/table.browser.js"
    }
  }
</script>`;

/**
 * Serves pages by path, and the installed package.
 *
 * @param {import("node:test").TestContext} t
 * @param {Record<string, string>} pages
 * @returns {Promise<string>} The origin.
 */
export async function serve(t, pages) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const type = TYPES[path.extname(pathname)] ?? TYPES[".html"];
    const inPackage = /^\/node_modules\/pqrun\/([\w./-]+)$/u.exec(pathname)?.[1];
    try {
      const body = inPackage ? readFileSync(path.join(PACKAGE, path.normalize(inPackage))) : pages[pathname];
      response.writeHead(body === undefined ? 404 : 200, { "Content-Type": type }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  t.after(
    () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  );
  return `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`;
}

/**
 * Notes what goes wrong in a page from now on: words on the console, uncaught errors, requests to where it has no business.
 *
 * @param {import("playwright-core").Page} page
 * @param {string[]} [places] How the addresses begin that it may ask, besides `data:`; all if left out.
 * @returns {string[]} To which more may be added at any time.
 */
export function watch(page, places = [""]) {
  /** @type {string[]} */
  const problems = [];
  page.on("console", (message) => problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("request", (request) => {
    if (!["data:", ...places].some((place) => request.url().startsWith(place))) {
      problems.push(`a request to ${request.url()}`);
    }
  });
  return problems;
}

/**
 * Waits until what is read of a page is what is expected, but not for ever: then the difference is told.
 *
 * @template T
 * @param {() => Promise<T>} read
 * @param {T} expected
 */
export async function becomes(read, expected) {
  /** @type {T | undefined} */
  let found;
  const look = async () => {
    found = await read();
    return isDeepStrictEqual(found, expected);
  };
  await until("what is expected", look).catch((cause) => {
    if (found !== undefined) {
      assert.deepEqual(found, expected);
    }
    throw cause;
  });
}

/** What is in the clipboard. @param {import("playwright-core").Page} page */
const clipboard = (page) => page.evaluate(() => navigator.clipboard.readText());

/**
 * Waits until a text is in the clipboard.
 *
 * @param {import("playwright-core").Page} page
 * @param {string} text
 */
export const copied = (page, text) => becomes(() => clipboard(page), text);

/**
 * The same for where the line breaks may be those of Windows.
 *
 * @param {import("playwright-core").Page} page
 * @param {string} text With those of Unix.
 */
export const copiedLines = (page, text) =>
  becomes(async () => (await clipboard(page)).replaceAll("\r\n", "\n"), text);

/**
 * Opens a page and waits until its script has put its answer in `globalThis.answer`.
 *
 * @param {import("node:test").TestContext} t
 * @param {import("playwright-core").Browser} browser
 * @param {string} url
 * @returns {Promise<{ answer: any, problems: string[], page: import("playwright-core").Page }>} `problems` is what the
 *   console and uncaught errors said.
 */
export async function open(t, browser, url) {
  const context = await browser.newContext();
  t.after(() => context.close());
  const page = await context.newPage();
  const problems = watch(page);
  await page.goto(url);
  await page
    .waitForFunction(() => Reflect.has(globalThis, "answer"), undefined, { timeout: PAGE_MS })
    .catch((error) => {
      throw new Error(`the page gave no answer: ${problems.join("\n")}`, { cause: error });
    });
  return { answer: await page.evaluate(() => Reflect.get(globalThis, "answer")), problems, page };
}

/**
 * Keeps a picture of a page for people to look at, where `PQRUN_SCREENSHOTS` says; nowhere without it.
 *
 * @param {import("playwright-core").Page} page
 * @param {string} name Without an ending.
 */
export async function shot(page, name) {
  const folder = process.env.PQRUN_SCREENSHOTS;
  if (folder) {
    await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true });
  }
}

/** Runs in the page, where nothing but its own scripts may be loaded: as a text that the browser's debugger evaluates. */
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * Looks at a state of a page in both colour schemes: axe must find nothing, and a picture of each is kept. Open the page with
 * `reducedMotion: "reduce"`, or a transition may still be on its way.
 *
 * @param {import("playwright-core").Page} page
 * @param {string} name Of the state, for the pictures.
 */
export async function inspect(page, name) {
  for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
    await page.emulateMedia({ colorScheme });
    await shot(page, `${name}-${colorScheme}`);
    assert.deepEqual(await violations(page), [], `${name} in ${colorScheme}`);
  }
}

/**
 * What axe finds wrong with a page as it is now, each with where.
 *
 * @param {import("playwright-core").Page} page
 * @returns {Promise<string[]>}
 */
export async function violations(page) {
  if (!(await page.evaluate(() => Reflect.has(globalThis, "axe")))) {
    await page.evaluate(AXE);
  }
  return page.evaluate(async () => {
    const { violations } = await Reflect.get(globalThis, "axe").run(document, { resultTypes: ["violations"] });
    return violations.flatMap((/** @type {any} */ { id, help, nodes }) =>
      nodes.map((/** @type {any} */ { target, failureSummary }) => `${id}: ${help}: ${target.flat().join(" >> ")}: ${failureSummary}`),
    );
  });
}

/**
 * A page whose script ends with an answer.
 *
 * @param {string} script
 */
export const page = (script) => `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">${IMPORT_MAP}
<script type="module">${script}</script>`;
