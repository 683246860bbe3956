/**
 * Runs all measures one after the other, so that they do not disturb each other, and reports them.
 *
 * `cargo xtask bench tables` installs what is needed and calls this; what is not given is left out.
 *
 *     node benches/tables/main.mjs --work FOLDER --results FOLDER [--package pkg] [--bytes 100000,5000000,50000000]
 *         [--samples N] [--python PYTHON] [--native PROGRAM] [--chromium CHROMIUM]
 */

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

import { chart } from "./chart.mjs";
import { SHAPES } from "./data.mjs";
import { versions } from "./peers.mjs";
import { markdown, plain, ratios, sections } from "./report.mjs";

/** At this size all shapes are measured and all ratios taken. */
export const MAIN = 5_000_000;

/** The shapes that are measured at every size. */
const FOUR = ["mixed", "numbers", "text", "wide"];

const COLD = "200000,5000000";

const { values: options } = parseArgs({
  options: {
    work: { type: "string" },
    results: { type: "string" },
    package: { type: "string", default: path.join(import.meta.dirname, "../../pkg") },
    bytes: { type: "string", default: "100000,5000000,50000000" },
    samples: { type: "string" },
    python: { type: "string" },
    native: { type: "string" },
    chromium: { type: "string" },
  },
});
if (!options.work || !options.results) {
  throw new Error("expected --work FOLDER and --results FOLDER");
}
const { work, results: folder } = options;
const data = path.join(work, "data");
mkdirSync(data, { recursive: true });
const sizes = options.bytes.split(",").map(Number);
let failures = 0;

/** More of what is quick: a median of 100 KB needs them, and one of 50 MB would take an hour. */
const samples = (/** @type {number} */ bytes) => options.samples ?? String(bytes < 1e6 ? 61 : bytes < 1e7 ? 31 : 15);
const shapes = (/** @type {number} */ bytes) => (bytes === MAIN ? [...SHAPES] : FOUR);

/** Runs a measure that leaves its results in a file, and gives them; nothing if it failed, which is told at once. */
function measure(/** @type {string} */ script, /** @type {string[]} */ args) {
  const file = path.join(work, "result.json");
  writeFileSync(file, "null");
  try {
    const all = [path.join(import.meta.dirname, script), ...args, "--package", options.package, "--json", file];
    execFileSync(process.execPath, all, { stdio: "inherit" });
  } catch {
    failures += 1;
    console.log(`  FAILED: ${script} ${args.join(" ")}`);
  }
  return JSON.parse(readFileSync(file, "utf8"));
}

/** The output of a program that prints its results as JSON, and everything else on standard error. */
function output(/** @type {string} */ program, /** @type {string[]} */ args) {
  try {
    const stdio = /** @type {import("node:child_process").StdioOptions} */ (["ignore", "pipe", "inherit"]);
    return JSON.parse(execFileSync(program, args, { encoding: "utf8", maxBuffer: 2 ** 28, stdio }));
  } catch (error) {
    failures += 1;
    console.log(`  FAILED: ${program}: ${/** @type {Error} */ (error).message.split("\n")[0]}`);
    return undefined;
  }
}

function writeData(/** @type {string[]} */ names, /** @type {string | number} */ bytes) {
  const script = path.join(import.meta.dirname, "write.mjs");
  execFileSync(process.execPath, [script, data, "--shapes", names.join(","), "--bytes", String(bytes)]);
  return names.map((name) => path.join(data, `${name}-${bytes}.json`));
}

const load = os.loadavg()[0];
const date = new Date().toISOString();
/** @type {import("./report.mjs").Collected} */
const collected = { node: [], cold: [], memory: [], python: [], native: [], chromium: [], machine: {} };

for (const bytes of sizes) {
  for (const shape of shapes(bytes)) {
    // A process each: what the engine learnt of one shape does not slow the next.
    const args = ["--shapes", shape, "--bytes", String(bytes), "--samples", samples(bytes)];
    // The other packages on what is the rows as they are.
    collected.node.push(...(measure("warm.mjs", FOUR.includes(shape) ? [...args, "--peers"] : args) ?? []));
  }
}
if (sizes.includes(MAIN)) {
  writeData(["envelope"], COLD.split(",")[0]);
  writeData(["envelope"], COLD.split(",")[1]);
  collected.cold = measure("cold.mjs", [data, "--bytes", COLD]) ?? [];
  if (options.chromium) {
    const args = [options.chromium, "--bytes", String(MAIN), "--samples", options.samples ?? "21"];
    const { version, results } = measure("chromium.mjs", args) ?? { results: [] };
    collected.chromium = results;
    if (version) {
      collected.machine.Chromium = version;
    }
  }
}
if (options.native) {
  for (const bytes of sizes) {
    const files = writeData(shapes(bytes), bytes);
    const result = output(options.native, ["--json", "--samples", samples(bytes), ...files]) ?? [];
    collected.native.push(...result.map(named));
  }
}
if (options.python) {
  for (const bytes of sizes) {
    const files = writeData(FOUR, bytes);
    const count = options.samples ?? (bytes > 1e7 ? "7" : "15");
    const script = path.join(import.meta.dirname, "python/readers.py");
    const { versions, results } = output(options.python, [script, "--samples", count, ...files]) ?? { results: [] };
    collected.python.push(...results.map(named));
    Object.assign(collected.machine, versions);
  }
}
if (sizes.some((bytes) => bytes > MAIN)) {
  collected.memory = measure("memory.mjs", ["--bytes", String(Math.max(...sizes))]) ?? [];
}

/** What a file's name says: `mixed-5000000`. */
function named(/** @type {any} */ { file, ...result }) {
  const [, shape, nominal] = /^(.*)-(\d+)$/u.exec(file) ?? [];
  return { shape, nominal: Number(nominal), ...result };
}

collected.machine = {
  Date: date,
  Machine: `${os.cpus().length} × ${os.cpus()[0].model}, ${(os.totalmem() / 2 ** 30).toFixed(0)} GB, ${os.type()} ${os.release()}`,
  Load: `${load.toFixed(2)} before, ${os.loadavg()[0].toFixed(2)} after`,
  Node: `${process.version.slice(1)}, V8 ${process.versions.v8}`,
  Rust: execFileSync("rustc", ["--version"], { encoding: "utf8" }).trim(),
  ...versions(),
  ...collected.machine,
};
const found = ratios(collected);
const report = sections(collected);
mkdirSync(folder, { recursive: true });
writeFileSync(path.join(folder, "tables.md"), markdown(collected.machine, report, found));
if (sizes.includes(MAIN)) {
  writeFileSync(path.join(folder, "tables.svg"), chart(collected, MAIN));
}
console.log(plain(collected.machine, report));
for (const { name, value } of found) {
  console.log(`ratio ${name} ${value.toFixed(3)}`);
}
process.exitCode = failures === 0 ? 0 : 1;
