/** What the page weighs: what the browser really asks for, as a server with brotli would send it. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { brotliCompressSync, constants } from "node:zlib";

import { PACKAGE } from "../node/support.mjs";
import { person, servePage, startButton, visit } from "./page-support.mjs";
import { launch } from "./support.mjs";

/** What may be loaded before anybody does anything, and that with what the simulator weighs, in bytes. */
const FIRST_LOAD = 200_000;
const WITH_SIMULATOR = 300_000;
const HEAVY = /_bg\.wasm$/u;

/** @type {import("playwright-core").Browser} */
let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

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

test("the first load holds no WebAssembly and stays below 200 KB, with the simulator below 300 KB", async (t) => {
  const { page, requested, result, assertClean } = await visit(await person(t, browser), await servePage(t));
  await startButton(page).waitFor();
  await page.waitForLoadState("networkidle");
  const first = weigh(requested);
  const { painted, ready } = await page.evaluate(() => ({
    painted: Math.round(performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0),
    ready: Math.round(performance.getEntriesByName("pqrun-page:ready")[0]?.startTime ?? 0),
  }));
  t.diagnostic(`first load: ${first.length} files, ${sum(first)} bytes in brotli; painted after ${painted} ms, ready after ${ready} ms`);
  for (const { name, bytes } of first) {
    t.diagnostic(`  ${name} ${bytes}`);
  }
  assert.deepEqual(first.filter(({ name }) => HEAVY.test(name)), []);
  assert.ok(sum(first) < FIRST_LOAD, `expected less than ${FIRST_LOAD} bytes, found ${sum(first)}`);

  const before = requested.length;
  await startButton(page).click();
  await result();
  await page.waitForLoadState("networkidle");
  const run = weigh(requested.slice(before)).filter(({ name }) => first.every((file) => file.name !== name));
  t.diagnostic(`first run and its table, beside that: ${run.length} files, ${sum(run)} bytes in brotli`);
  for (const { name, bytes } of run) {
    t.diagnostic(`  ${name} ${bytes}`);
  }
  const simulator = run.filter(({ name }) => name.includes("simulator"));
  t.diagnostic(`first load and the simulator: ${sum(first) + sum(simulator)} bytes in brotli`);
  assert.ok(sum(first) + sum(simulator) < WITH_SIMULATOR, `expected less than ${WITH_SIMULATOR} bytes with the simulator`);
  const names = run.map(({ name }) => name);
  assert.ok(names.includes("wasm/pqrun_bg.wasm") && names.includes("wasm/simulator_bg.wasm"));
  assertClean();
});
