/**
 * Our reader beside what Node itself has, on warm code.
 *
 *     node benches/tables/warm.mjs [--shapes mixed,text] [--bytes 5000000] [--samples 31] [--package pkg]
 *         [--peers] [--json FILE]
 */

import { writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { PARSE, candidates, ours } from "./contest.mjs";
import { SHAPES, make } from "./data.mjs";
import { entryUrl } from "./entry.mjs";
import { contest as contestOfPeers, peers } from "./peers.mjs";
import { median, sample } from "./sample.mjs";

const { values: options } = parseArgs({
  options: {
    shapes: { type: "string", default: SHAPES.join(",") },
    bytes: { type: "string", default: "5000000" },
    samples: { type: "string", default: "31" },
    package: { type: "string", default: path.join(import.meta.dirname, "../../pkg") },
    peers: { type: "boolean", default: false },
    json: { type: "string" },
  },
});

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc");


const reader = ours(await import(entryUrl(options.package)));
const installed = options.peers ? await peers() : [];
const results = [];
for (const bytes of options.bytes.split(",").map(Number)) {
  for (const shape of /** @type {import("./data.mjs").Shape[]} */ (options.shapes.split(","))) {
    const input = make(shape, bytes);
    console.log(`${shape}, ${(input.length / 1e6).toFixed(2)} MB`);
    try {
      const contest = candidates(reader, shape, input);
      const others = contestOfPeers(installed, input);
      const times = sample([...contest, ...others.candidates], { samples: Number(options.samples), warmUp: warmUp(bytes), gc });
      results.push({ shape, bytes: input.length, times, notes: others.notes });
      print(input.length, times);
      for (const note of Object.values(others.notes)) {
        console.log(`  ${note}`);
      }
    } catch (error) {
      // One shape that goes wrong does not hide the others.
      console.log(`  FAILED: ${/** @type {Error} */ (error).message}`);
      process.exitCode = 1;
    }
  }
}
if (options.json) {
  writeFileSync(options.json, JSON.stringify(results));
}

/** How often each runs without a clock: the engine compiles anew what has run for a while, however little each time. */
function warmUp(/** @type {number} */ bytes) {
  return bytes < 1e6 ? 40 : bytes < 1e7 ? 6 : 2;
}

/** @param {number} bytes @param {Record<string, number[]>} times */
function print(bytes, times) {
  const base = median(times[PARSE]);
  for (const [name, taken] of Object.entries(times)) {
    const [time, best] = [median(taken), Math.min(...taken)];
    console.log(
      `  ${name.padEnd(32)} ${time.toFixed(2).padStart(9)} ms  best ${best.toFixed(2).padStart(8)}` +
        `  ${(bytes / 1e3 / time).toFixed(0).padStart(6)} MB/s  ${(time / base).toFixed(2).padStart(6)} x`,
    );
  }
}
