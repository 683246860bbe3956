/** What the tests of `<pqrun-run>` share: a page with its policy, and the simulator in the page or in a process of its own. */

import assert from "node:assert/strict";

import { DATABRICKS_TOKEN, scenario, simulate } from "../node/support.mjs";
import { serve, shot, violations, watch } from "./support.mjs";

/**
 * @import { TestContext } from "node:test"
 * @import { Browser, BrowserContext, Page } from "playwright-core"
 */

/** What the page allows; some tests have the simulator at a port of its own. */
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; " +
  "connect-src 'self' http://127.0.0.1:*; " +
  "font-src 'self'; base-uri 'none'; form-action 'none'";

export const HOST = "https://adb-1111222233334444.5.azuredatabricks.net";
export const DEMO_WORKSPACE = "1f0c4b7e-52aa-4c0d-9b7e-0d6f3a1e8c21";
export const JOB = { service: "databricks", host: HOST, jobName: "good", pollInterval: 500 };

/** The page's own files come from where they are. */
const ONLY_SERVICES = `
  const network = globalThis.fetch;
  globalThis.fetch = (input, init) => (new URL(input.url ?? input, location).origin === location.origin ? network : fetch)(input, init);
`;

/**
 * Open it before any server, as what was opened first is closed first: a page that still loads something from a server that is
 * gone says so on its console.
 *
 * @param {TestContext} t
 * @param {Browser} browser
 * @param {{ scheme?: "light" | "dark", width?: number }} [options]
 */
async function openContext(t, browser, options = {}) {
  const context = await browser.newContext({
    colorScheme: options.scheme ?? "light",
    viewport: { width: options.width ?? 1200, height: 900 },
    reducedMotion: "reduce",
    bypassCSP: false,
  });
  t.after(() => context.close());
  return context;
}

/**
 * A page with an element. What it is served with allows no inline script and no inline style.
 *
 * @param {TestContext} t
 * @param {Browser} browser
 * @param {object} [options]
 * @param {BrowserContext} [options.context] In which it is opened; one of its own if left out.
 * @param {any} [options.scenario] What the simulator in the page holds.
 * @param {number} [options.speed]
 * @param {string} [options.attributes]
 * @param {object} [options.settings]
 * @param {string} [options.connection] As JavaScript, beside the simulator's `fetch`; `none` for no connection.
 * @param {string} [options.script] More of the page's script.
 * @param {"light" | "dark"} [options.scheme]
 * @param {number} [options.width]
 * @param {(page: Page) => Promise<unknown>} [options.before] Done before the page is loaded.
 * @param {boolean} [options.isQuiet] Whether the console must be silent; it must, unless a test says otherwise.
 */
export async function show(t, browser, options = {}) {
  const context = options.context ?? (await openContext(t, browser, options));
  const { attributes = "", settings, connection = `{ token: "${DATABRICKS_TOKEN}" }` } = options;
  const document = options.scenario ?? scenario("ends");
  const script = `
    import { Simulator, simulatedFetch } from "/node_modules/pqrun/simulator.browser.js";
    import "/node_modules/pqrun/elements/run.js";
    const simulator = new Simulator(${JSON.stringify(JSON.stringify(document))}, Date.now(), ${options.speed ?? 20});
    const fetch = simulatedFetch(simulator);
    const element = document.querySelector("pqrun-run");
    Object.assign(globalThis, { simulator, simulated: fetch, element, heard: [] });
    for (const name of ["settings", "event", "result", "error", "forget"]) {
      element.addEventListener("pqrun-" + name, (event) => heard.push([name, event.detail]));
    }
    ${settings ? `element.settings = ${JSON.stringify(settings)};` : ""}
    ${connection === "none" ? ONLY_SERVICES : `element.connection = { fetch, ...${connection} };`}
    ${options.script ?? ""}
    globalThis.answer = true;
  `;
  const markup = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
    <meta http-equiv="Content-Security-Policy" content="${POLICY}">
    <title>Run</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/page.css">
    <main><h1>Runs</h1><pqrun-run ${attributes}></pqrun-run></main><script type="module" src="/page.js"></script></html>`;
  const style = `:root { color-scheme: light dark; } body { margin: 0; background: light-dark(#fff, #14171c);
    color: light-dark(#1a1e24, #e6e9ee); font-family: system-ui; } main { max-width: 72rem; margin: 0 auto; padding: 1rem; }`;
  const origin = await serve(t, { "/": markup, "/page.js": script, "/page.css": style });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const problems = watch(page, [`${origin}/`, "http://127.0.0.1:"]);
  await options.before?.(page);
  await page.goto(`${origin}/`);
  await page.waitForFunction(() => Reflect.has(globalThis, "answer"));
  if (options.isQuiet ?? true) {
    t.after(() => assert.deepEqual(problems, []));
  }
  return { page, problems, origin };
}

/** @param {Page} page @returns {Promise<any[]>} The details of the events of one name. */
export const heard = (page, /** @type {string} */ name) =>
  page.evaluate(
    (wanted) =>
      JSON.parse(
        JSON.stringify(
          Reflect.get(globalThis, "heard")
            .filter((/** @type {any[]} */ [one]) => one === wanted)
            .map((/** @type {any[]} */ [, detail]) =>
              detail.error instanceof Error
                ? { ...detail.error, name: detail.error.name, message: detail.error.message }
                : detail,
            ),
        ),
      ),
    name,
  );

/** @param {Page} page */
export const start = (page) => page.getByRole("button", { name: "Start", exact: true }).click();

/** @param {Page} page */
export const ended = (page) => page.locator("#result-title").waitFor();

/**
 * Nothing that axe-core finds, in either colour scheme.
 *
 * @param {Page} page
 */
export async function accessible(page) {
  for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await violations(page), [], `in ${colorScheme}`);
  }
}

/**
 * Pictures in both schemes and at both widths, with no sideways scroll at any.
 *
 * @param {Page} page
 * @param {string} name
 */
export async function pictures(page, name) {
  for (const width of [1200, 360]) {
    await page.setViewportSize({ width, height: 900 });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(overflow, 0, `${name} at ${width}`);
    for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
      await page.emulateMedia({ colorScheme });
      await shot(page, `run-${name}-${width}-${colorScheme}`);
    }
  }
  await page.setViewportSize({ width: 1200, height: 900 });
}

/** All that a script could find in the document, and what is kept. @param {Page} page */
export const everything = (page) =>
  page.evaluate(() => {
    const root = /** @type {ShadowRoot} */ (document.querySelector("pqrun-run")?.shadowRoot);
    return document.documentElement.outerHTML + root.innerHTML + JSON.stringify({ ...localStorage, ...sessionStorage });
  });

/**
 * A page whose element keeps its runs, against a simulator of its own process: what is in the page is gone with it.
 *
 * @param {TestContext} t
 * @param {Browser} browser
 * @param {Parameters<typeof show>[2] & { job?: string, change?: (scenario: any) => void }} [options] `change` is of the
 *   scenario.
 */
export async function showKeeping(t, browser, { job = "long", change, settings, ...options } = {}) {
  const context = await openContext(t, browser, options);
  const server = await simulate(t, {
    change: (it) => {
      it.allowAllOrigins = true;
      change?.(it);
    },
  });
  const shown = await show(t, browser, {
    context,
    attributes: 'store="orders"',
    settings: { ...JOB, host: server.url, jobName: job, ...settings },
    connection: `{ token: "${DATABRICKS_TOKEN}", fetch: (url, init) => globalThis.fetch(url, init) }`,
    ...options,
  });
  return { ...shown, server };
}

/** @param {Page} page */
export const isRunning = (page) => page.locator(".bar .going").first().waitFor();

/** @param {Page} page */
export const stored = (page) => page.evaluate(() => localStorage.getItem("pqrun:orders:run"));
