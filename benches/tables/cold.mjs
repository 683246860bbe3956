/**
 * The first table of a fresh process, loading the package included, of a get-output answer.
 *
 *     node benches/tables/cold.mjs FOLDER [--bytes 200000,5000000] [--samples 61] [--package pkg] [--json FILE]
 *
 * FOLDER holds `envelope-….json`, as `write.mjs` makes them. Each sample is a process of its own, ours and the other in
 * turns that begin at random. What is measured begins when the bytes are in memory.
 */

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";

import { entryUrl } from "./entry.mjs";
import { median } from "./sample.mjs";

/** What runs in the fresh process. Prints milliseconds, and the number of columns so that nobody skips them. */
const SIDES = {
  pqrun: async (/** @type {Uint8Array} */ bytes, /** @type {string} */ url) => {
    const start = performance.now();
    const { Table } = await import(url);
    const table = Table.read
      ? Table.read(bytes, { path: "$.notebook_output.result" })
      : Table.fromJson(bytes, "$.notebook_output.result");
    const time = performance.now() - start;
    return [time, table.columns.length, table.rowCount];
  },
  "decode, parse twice, pivot": async (/** @type {Uint8Array} */ bytes) => {
    const { pivot } = await import("./pivot.mjs");
    const start = performance.now();
    const outer = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    const columns = pivot(JSON.parse(outer.notebook_output.result));
    const time = performance.now() - start;
    return [time, columns.length, columns[0].values.length];
  },
};

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    bytes: { type: "string", default: "200000,5000000" },
    samples: { type: "string", default: "61" },
    package: { type: "string", default: path.join(import.meta.dirname, "../../pkg") },
    json: { type: "string" },
    side: { type: "string" },
  },
});
const [place] = positionals;
if (!place) {
  throw new Error("expected the folder of the data");
}

if (options.side) {
  const side = SIDES[/** @type {keyof typeof SIDES} */ (options.side)];
  console.log(JSON.stringify(await side(readFileSync(place), entryUrl(options.package))));
} else {
  const results = options.bytes.split(",").map(Number).map(measure);
  if (options.json) {
    writeFileSync(options.json, JSON.stringify(results));
  }
}

/** @param {number} bytes */
function measure(bytes) {
  const file = path.join(place, `envelope-${bytes}.json`);
  const sides = Object.keys(SIDES);
  const times = Object.fromEntries(sides.map((side) => [side, /** @type {number[]} */ ([])]));
  const shapes = new Set();
  for (let sample = 0; sample < Number(options.samples); sample += 1) {
    for (const side of Math.random() < 0.5 ? sides : sides.toReversed()) {
      const args = [import.meta.filename, file, "--package", options.package, "--side", side];
      const [time, ...shape] = JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" }));
      times[side].push(time);
      shapes.add(shape.join(" columns, "));
    }
  }
  if (shapes.size !== 1) {
    throw new Error(`expected tables of one size, found ${[...shapes].join(" and ")} rows`);
  }
  console.log(`envelope of ${(bytes / 1e6).toFixed(1)} MB, first table of a process`);
  for (const [side, taken] of Object.entries(times)) {
    console.log(`  ${side.padEnd(32)} ${median(taken).toFixed(2).padStart(9)} ms  best ${Math.min(...taken).toFixed(2)}`);
  }
  return { bytes, times };
}
