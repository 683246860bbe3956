/**
 * How much memory reading takes at its peak, over the length of the input: of the package's wasm, which never gives any
 * back, so that its length in the end is the peak.
 *
 *     node benches/tables/memory.mjs [--bytes 50000000] [--shapes mixed,text] [--package pkg] [--json FILE]
 *
 * Each measure is a process of its own. `whole` gives the bytes at once, `chunks` in pieces of 64 KB as a network does.
 */

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";

import { PATHS, make } from "./data.mjs";
import { entryUrl } from "./entry.mjs";

const CHUNK = 65_536;

const { values: options } = parseArgs({
  options: {
    bytes: { type: "string", default: "50000000" },
    shapes: { type: "string", default: "mixed,numbers,text,wide,envelope" },
    package: { type: "string", default: path.join(import.meta.dirname, "../../pkg") },
    json: { type: "string" },
    way: { type: "string" },
  },
});

if (options.way) {
  const shape = /** @type {import("./data.mjs").Shape} */ (options.shapes);
  console.log(JSON.stringify(await measure(shape, options.way)));
} else {
  const results = [];
  for (const shape of options.shapes.split(",")) {
    for (const way of ["whole", "chunks"]) {
      const args = [import.meta.filename, "--shapes", shape, "--bytes", options.bytes, "--package", options.package, "--way", way];
      const { bytes, before, after, rows } = JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" }));
      const ratio = (after - before) / bytes;
      results.push({ shape, way, bytes, before, after, ratio });
      console.log(
        `${shape.padEnd(16)} ${way.padEnd(8)} ${(bytes / 1e6).toFixed(1).padStart(6)} MB, ${rows} rows: wasm ` +
          `${((after - before) / 1e6).toFixed(1)} MB more, ${ratio.toFixed(2)} x the input`,
      );
    }
  }
  if (options.json) {
    writeFileSync(options.json, JSON.stringify(results));
  }
}

/** @param {import("./data.mjs").Shape} shape @param {string} way */
async function measure(shape, way) {
  /** @type {WebAssembly.Memory[]} */
  const memories = [];
  // The package hands its memory to nobody, so it is caught where it is made.
  WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
    construct(target, args) {
      const instance = new target(args[0], args[1]);
      memories.push(/** @type {WebAssembly.Memory} */ (instance.exports.memory));
      return instance;
    },
  });
  const { Table, TableReader } = await import(entryUrl(options.package));
  const size = () => memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0);
  const input = make(shape, Number(options.bytes));
  const before = size();
  const path = PATHS[shape];
  let table;
  if (way === "whole") {
    table = Table.read(input, { path });
  } else {
    const reader = new TableReader({ path });
    for (let at = 0; at < input.length; at += CHUNK) {
      reader.push(input.subarray(at, at + CHUNK));
    }
    table = reader.finish();
  }
  return { bytes: input.length, before, after: size(), rows: table.rowCount };
}
