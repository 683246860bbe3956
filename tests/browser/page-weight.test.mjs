/** What the page weighs: what the browser really asks for, as a server with brotli would send it. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { brotliCompressSync, constants } from "node:zlib";

import { PACKAGE } from "../node/support.mjs";
import { person, servePage, startButton, visit } from "./page.support.mjs";
import { launch } from "./support.mjs";

/** What may be loaded before anybody does anything, in bytes. */
const FIRST_LOAD = 200_000;
/** The same with the files of the simulator alone, which a real run does without. */
const WITH_SIMULATOR = 300_000;
/** All of a first run: the first load, the client and the simulator, and what shows its table. A little above what it is. */
const FIRST_RUN = 532_000;
/** All of that where the connector is in sight from the start: its generator, too. A little above what it is. */
const FIRST_RUN_WITH_GENERATOR = 747_000;
const HEAVY = /_bg\.wasm$/u;

const browser = await launch();

/** @param {string[]} urls */
function weigh(urls) {
  const files = [...new Set(urls.map((url) => new URL(url).pathname))].filter((file) => file.startsWith("/node_modules/pqrun/"));
  return files.map((file) => {
    const name = file.slice("/node_modules/pqrun/".length);
    const body = readFileSync(path.join(PACKAGE, name));
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: body.length };
    return { name, bytes: brotliCompressSync(body, { params }).length };
  });
}

/** @param {{ bytes: number }[]} files */
const sum = (files) => files.reduce((all, { bytes }) => all + bytes, 0);

/**
 * Loads the page and plays what it offers first.
 *
 * @param {import("node:test").TestContext} t
 * @param {number} height Of the window.
 */
async function firstRun(t, height) {
  const context = await person(t, browser, { viewport: { width: 1440, height } });
  const { page, requested, result, assertClean } = await visit(context, await servePage(t));
  await startButton(page).waitFor();
  await page.waitForLoadState("networkidle");
  const first = weigh(requested);
  const { painted, ready } = await page.evaluate(() => ({
    painted: Math.round(performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0),
    ready: Math.round(performance.getEntriesByName("pqrun-page:ready")[0]?.startTime ?? 0),
  }));
  tell(t, `first load, painted after ${painted} ms, ready after ${ready} ms`, first);
  const before = requested.length;
  await startButton(page).click();
  await result();
  await page.waitForLoadState("networkidle");
  const run = weigh(requested.slice(before)).filter(({ name }) => first.every((file) => file.name !== name));
  tell(t, "first run and its table, beside that", run);
  assertClean();
  return { first, run, all: sum(first) + sum(run) };
}

/**
 * @param {import("node:test").TestContext} t
 * @param {string} what
 * @param {{ name: string, bytes: number }[]} files
 */
function tell(t, what, files) {
  t.diagnostic(`${what}: ${files.length} files, ${sum(files)} bytes in brotli`);
  for (const { name, bytes } of files) {
    t.diagnostic(`  ${name} ${bytes}`);
  }
}

/** @param {number} found @param {number} bound */
const assertBelow = (found, bound) => assert.ok(found < bound, `expected less than ${bound} bytes, found ${found}`);

/** @param {{ name: string }[]} files */
const heavy = (files) => files.map(({ name }) => name).filter((name) => HEAVY.test(name)).sort();

test("first load without WebAssembly below 200 KB, with the simulator's files but not the client's below 300 KB, and all of a first run below 532 KB", async (t) => {
  const { first, run, all } = await firstRun(t, 900);
  assert.deepEqual(heavy(first), []);
  assertBelow(sum(first), FIRST_LOAD);
  assert.deepEqual(heavy(run), ["wasm/pqrun_bg.wasm", "wasm/simulator_bg.wasm"]);
  assertBelow(sum(first) + sum(run.filter(({ name }) => name.includes("simulator"))), WITH_SIMULATOR);
  assertBelow(all, FIRST_RUN);
});

test("in a window so high that the connector is in sight, a first run with the generator stays below 747 KB", async (t) => {
  const { first, run, all } = await firstRun(t, 2400);
  assert.deepEqual(heavy([...first, ...run]), ["wasm/connector_bg.wasm", "wasm/pqrun_bg.wasm", "wasm/simulator_bg.wasm"]);
  assertBelow(all, FIRST_RUN_WITH_GENERATOR);
});
