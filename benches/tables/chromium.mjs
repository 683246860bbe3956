/**
 * Our reader beside what Chromium itself has, on warm code in a page.
 *
 *     node benches/tables/chromium.mjs CHROMIUM [--shapes mixed] [--bytes 5000000] [--samples 31] [--package pkg]
 *         [--json FILE]
 */

import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { parseArgs } from "node:util";

import { chromium } from "playwright-core";

import { PARSE } from "./contest.mjs";
import { SHAPES } from "./data.mjs";
import { entry } from "./entry.mjs";
import { median } from "./sample.mjs";

const FLAGS =
  "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking " +
  "--disable-component-update --disable-sync --disable-dev-shm-usage --js-flags=--expose-gc";

/** A page that measures one shape. */
const PAGE_MS = 300_000;

const TYPES = /** @type {Record<string, string>} */ ({
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
});

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    shapes: { type: "string", default: SHAPES.join(",") },
    bytes: { type: "string", default: "5000000" },
    samples: { type: "string", default: "31" },
    package: { type: "string", default: path.join(import.meta.dirname, "../../pkg") },
    json: { type: "string" },
  },
});

const PAGE = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
<script type="module">
  import * as module from "/package/${entry(options.package, "default").replace("./", "")}";
  import { candidates, ours } from "/contest.mjs";
  import { make } from "/data.mjs";
  import { sample } from "/sample.mjs";
  globalThis.measure = (shape, bytes, samples) => {
    const input = make(shape, bytes);
    const times = sample(candidates(ours(module), shape, input), { samples, warmUp: 6, gc: globalThis.gc });
    return { shape, bytes: input.length, times };
  };
</script>`;

/** The page, this folder's modules, and the package. */
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  const inPackage = /^\/package\/([\w./-]+)$/u.exec(pathname)?.[1];
  const folder = inPackage ? options.package : import.meta.dirname;
  try {
    const file = path.join(folder, path.posix.normalize(`/${inPackage ?? pathname}`));
    const body = pathname === "/" ? PAGE : readFileSync(file);
    response.writeHead(200, {
      "Content-Type": TYPES[path.extname(pathname)] ?? "text/html; charset=utf-8",
      // A page that shares nothing with others gets a clock of 5 µs instead of 100 µs.
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Embedder-Policy": "require-corp",
    });
    response.end(body);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
const browser = await chromium.launch({ executablePath: positionals[0], args: FLAGS.split(" ") });
const results = [];
try {
  for (const shape of options.shapes.split(",")) {
    for (const bytes of options.bytes.split(",").map(Number)) {
      // A page for each: what one shape leaves behind does not slow the next.
      const page = await browser.newPage();
      page.setDefaultTimeout(PAGE_MS);
      await page.goto(`http://127.0.0.1:${port}/`);
      await page.waitForFunction(() => Reflect.has(globalThis, "measure"));
      const result = await page.evaluate(
        ([shape, bytes, samples]) => Reflect.get(globalThis, "measure")(shape, bytes, samples),
        /** @type {const} */ ([shape, bytes, Number(options.samples)]),
      );
      results.push(result);
      await page.close();
      const base = median(result.times[PARSE]);
      console.log(`${shape}, ${(result.bytes / 1e6).toFixed(2)} MB, in Chromium ${browser.version()}`);
      for (const [name, taken] of Object.entries(result.times)) {
        const time = median(/** @type {number[]} */ (taken));
        console.log(`  ${name.padEnd(32)} ${time.toFixed(2).padStart(9)} ms  ${(time / base).toFixed(2).padStart(6)} x`);
      }
    }
  }
} finally {
  await browser.close();
  server.close();
}
if (options.json) {
  writeFileSync(options.json, JSON.stringify({ version: browser.version(), results }));
}
