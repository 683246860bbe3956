/** What the tests of the page share: a tab with the page of the installed package in it, from a plain static server. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";

import { Simulator } from "pqrun/simulator";

import { PACKAGE } from "../node/support.mjs";
import { serve, watch } from "./support.mjs";

/** Below a path of the server, as on a static host. */
export const PAGE = "/node_modules/pqrun/page/index.html";

/** No state of the page is waited for longer. */
export const WAIT_MS = 60_000;

const SCENARIOS = path.join(PACKAGE, "page/scenarios");

/** @returns {string[]} The names of all scenarios that are in the package. */
export const scenarioNames = () => readdirSync(SCENARIOS).map((file) => path.basename(file, ".json"));

/**
 * @param {string} name
 * @returns {{ settings: Record<string, any>, scenario: any }}
 */
export const scenarioFile = (name) => JSON.parse(readFileSync(path.join(SCENARIOS, `${name}.json`), "utf8"));

/**
 * What the page is watched by, from before its own scripts run.
 *
 * @typedef {object} Watched
 * @property {{ outcome: string, identifiedBy?: string, runId?: string, rows: Record<string, number> }[]} results
 * @property {{ phase: string, kind: string, runId?: string, queueReason?: string, message?: string }[]} events
 * @property {string} [simulator] What was kept last of the simulated services.
 * @property {string[]} kept The names of all that was ever kept.
 */

function listen() {
  const watched = /** @type {Watched} */ ({ results: [], events: [], kept: [] });
  Reflect.set(globalThis, "watched", watched);
  addEventListener("pqrun-result", (event) => {
    const { outcome, run, outputs } = /** @type {CustomEvent} */ (event).detail.result;
    const tables = outputs.filter((/** @type {any} */ { table }) => table);
    watched.results.push({
      outcome,
      identifiedBy: run?.identifiedBy,
      runId: run?.id,
      rows: Object.fromEntries(tables.map((/** @type {any} */ { key, table }) => [key, table.rowCount])),
    });
  });
  addEventListener("pqrun-event", (event) => {
    const { phase, kind, runId, queueReason, message } = /** @type {CustomEvent} */ (event).detail.event;
    watched.events.push({ phase, kind, runId, queueReason, message });
  });
  const { setItem } = Storage.prototype;
  Storage.prototype.setItem = function (name, text) {
    watched.kept.push(name);
    if (name === "pqrun-page:simulator") {
      watched.simulator = text;
    }
    setItem.call(this, name, text);
  };
}

/**
 * A browser of somebody who has never been here.
 *
 * @param {import("node:test").TestContext} t
 * @param {import("playwright-core").Browser} browser
 * @param {import("playwright-core").BrowserContextOptions} [options]
 */
export async function person(t, browser, options) {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: "reduce",
    acceptDownloads: true,
    ...options,
  });
  t.after(() => context.close());
  await context.addInitScript(listen);
  return context;
}

/**
 * Opens a tab, in which nothing may go wrong: no word on the console, no request to anywhere else.
 *
 * @param {import("playwright-core").BrowserContext} context
 * @param {string} url
 * @param {string[]} [elements] What is waited for.
 */
export async function visit(context, url, elements = ["pqrun-run", "pqrun-table", "pqrun-connector"]) {
  const page = await context.newPage();
  const problems = watch(page, ["blob:", `${new URL(url).origin}/`]);
  /** @type {string[]} */
  const requested = [];
  page.on("request", (request) => requested.push(request.url()));
  page.setDefaultTimeout(WAIT_MS);
  await page.goto(url);
  await page.waitForFunction((names) => names.every((name) => customElements.get(name)), elements);
  return {
    page,
    problems,
    requested,
    /** @returns {Promise<Watched>} */
    watched: () => page.evaluate(() => Reflect.get(globalThis, "watched")),
    /** Waits for the end of the next run. */
    async result(nth = 0) {
      await page.waitForFunction((nth) => Reflect.get(globalThis, "watched").results.length > nth, nth);
      return page.evaluate((nth) => Reflect.get(globalThis, "watched").results[nth], nth);
    },
    /** Waits until a run is in a phase. @param {string} phase */
    async phase(phase) {
      const seen = (/** @type {string} */ phase) =>
        Reflect.get(globalThis, "watched").events.some((/** @type {any} */ event) => event.phase === phase && event.runId);
      await page.waitForFunction(seen, phase);
    },
    assertClean: () => assert.deepEqual(problems, []),
  };
}

/**
 * Serves the package on a plain static server.
 *
 * @param {import("node:test").TestContext} t
 * @returns {Promise<string>} The page's address.
 */
export const servePage = async (t) => (await serve(t, {})) + PAGE;

/**
 * Chooses what shall happen and presses Start.
 *
 * @param {import("playwright-core").Page} page
 * @param {string} scenario
 */
export async function play(page, scenario) {
  await page.locator("#scenario").selectOption(scenario);
  await startButton(page).click();
}

/** @param {import("playwright-core").Page} page */
export const startButton = (page) => page.locator("pqrun-run").getByRole("button", { name: "Start", exact: true });

/**
 * What the simulated services really did, from what the page kept of them.
 *
 * @param {Watched} watched
 * @returns {any}
 */
export function truth({ simulator }) {
  assert.ok(simulator, "expected the simulated services to be kept");
  const services = Simulator.restore(simulator.slice(simulator.indexOf("\n") + 1));
  try {
    return JSON.parse(services.state(Date.now()));
  } finally {
    services.free();
  }
}

/** @param {import("playwright-core").Page} page */
export const sidewaysScroll = (page) =>
  page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth - clientWidth;
  });
