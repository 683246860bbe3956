/** From times to what is read: tables of medians, and ratios. */

import { PARSE } from "./contest.mjs";
import { median } from "./sample.mjs";

/**
 * @typedef {object} Result Times of all who read one text.
 * @property {string} shape
 * @property {number} [nominal] How many bytes were asked for.
 * @property {number} bytes How many there are.
 * @property {Record<string, number[]>} times
 * @property {Record<string, string>} [notes] What is wrong with what somebody gave.
 *
 * @typedef {object} Collected
 * @property {Result[]} node
 * @property {Result[]} chromium
 * @property {Result[]} native
 * @property {Result[]} python
 * @property {{ bytes: number, times: Record<string, number[]> }[]} cold
 * @property {{ shape: string, way: string, bytes: number, ratio: number }[]} memory
 * @property {Record<string, string>} machine
 *
 * @typedef {{ name: string, value: number, bar: number | undefined }} Ratio `bar`: at most this.
 * @typedef {{ title: string, head: string[], rows: string[][], notes: string[] }} Section
 */

/** Ours, in every engine. */
export const OURS = "pqrun";

const PIVOT = "decode, parse, pivot";
const MAIN = { least: 4e6, most: 7e6 };
const isMain = (/** @type {{ bytes: number }} */ { bytes }) => bytes > MAIN.least && bytes < MAIN.most;

/** The bar of each ratio that has one. */
const BARS = /** @type {Record<string, number>} */ ({
  "mixed-vs-json-parse": 0.7,
  "numbers-vs-json-parse": 0.9,
  "text-vs-json-parse": 0.9,
  "wide-vs-json-parse": 0.9,
  "unstable-keys-vs-json-parse": 0.9,
  "few-key-orders-vs-json-parse": 0.9,
  "sparse-vs-json-parse": 0.9,
  "python-vs-json-parse": 0.7,
  "envelope-vs-js-pivot": 1 / 4,
  "cold-5mb-vs-js": 1 / 1.6,
  "cold-200kb-extra-ms": 6,
  "native-vs-sonic": 1 / 1.3,
  "memory-peak": 3,
});

/**
 * Times of ours over times of others, at 5 MB.
 *
 * @param {Collected} collected
 * @returns {Ratio[]}
 */
export function ratios({ node, chromium, native, cold, memory }) {
  /** @type {[string, number][]} */
  const found = [];
  const over = (/** @type {Record<string, number[]>} */ times, /** @type {string} */ other) =>
    median(times[OURS]) / median(times[other]);
  for (const [prefix, results] of /** @type {[string, Result[]][]} */ ([["", node], ["chromium-", chromium]])) {
    for (const { shape, times } of results.filter(isMain)) {
      found.push(
        shape === "envelope"
          ? [`${prefix}envelope-vs-js-pivot`, over(times, PIVOT)]
          : [`${prefix}${shape}-vs-json-parse`, over(times, PARSE)],
      );
    }
  }
  for (const { bytes, times } of cold) {
    const [ours, other] = [times[OURS], times["decode, parse twice, pivot"]].map(median);
    found.push(bytes > 1e6 ? ["cold-5mb-vs-js", ours / other] : ["cold-200kb-extra-ms", ours - other]);
  }
  for (const { shape, times } of native.filter(isMain)) {
    found.push([shape === "mixed" ? "native-vs-sonic" : `native-vs-sonic-${shape}`, over(times, "sonic-rs visitor, same columns")]);
    if (shape === "mixed") {
      found.push(["native-vs-sonic-times-as-texts", over(times, "sonic-rs visitor, times as texts")]);
    }
  }
  if (memory.length > 0) {
    found.push(...memory.map(({ shape, way, ratio }) => /** @type {[string, number]} */ ([`memory-peak-${shape}-${way}`, ratio])));
    found.push(["memory-peak", Math.max(...memory.map(({ ratio }) => ratio))]);
  }
  // Those with a bar last, where a program that reads few lines looks.
  const all = found.map(([name, value]) => ({ name, value, bar: BARS[name.replace("chromium-", "")] }));
  const isNamed = (/** @type {Ratio} */ { name }) => name in BARS;
  return [...all.filter((ratio) => !isNamed(ratio)), ...all.filter(isNamed)];
}

/**
 * Tables of medians.
 *
 * @param {Collected} collected
 * @returns {Section[]}
 */
export function sections({ node, chromium, native, python, cold, memory }) {
  return [
    ...bySize("In Node", node),
    ...bySize("In Chromium", chromium),
    ...bySize("In Rust", native),
    ...bySize("In Python", python),
    ...(cold.length > 0
      ? [
          {
            title: "The first table of a fresh process, loading included: a get-output answer, ms",
            head: ["", ...cold.map(({ bytes }) => size(bytes))],
            rows: Object.keys(cold[0].times).map((name) => [name, ...cold.map(({ times }) => ms(median(times[name])))]),
            notes: [],
          },
        ]
      : []),
    ...(memory.length > 0
      ? [
          {
            title: "Memory of the wasm module at its peak, over the input",
            head: ["", "input", "whole", "in chunks"],
            rows: [...new Set(memory.map(({ shape }) => shape))].map((shape) => {
              const of = memory.filter((measure) => measure.shape === shape);
              return [shape, size(of[0].bytes), ...of.map(({ ratio }) => ratio.toFixed(2))];
            }),
            notes: [],
          },
        ]
      : []),
  ];
}

/**
 * A table for each size: readers below each other, shapes beside each other.
 *
 * @param {string} where
 * @param {Result[]} results
 * @returns {Section[]}
 */
function bySize(where, results) {
  const sizes = [...new Set(results.map((result) => magnitude(result.bytes)))];
  return sizes.map((bytes) => {
    const of = results.filter((result) => magnitude(result.bytes) === bytes);
    const names = [...new Set(of.flatMap(({ times }) => Object.keys(times)))];
    const cell = (/** @type {Result} */ { times, notes }, /** @type {string} */ name) =>
      times[name] ? `${ms(median(times[name]))}${notes?.[name] ? " *" : ""}` : notes?.[name] ? "*" : "";
    return {
      title: `${where}, ${size(bytes)}, ms, medians of ${Math.min(...of.flatMap(({ times }) => Object.values(times)).map(({ length }) => length))}`,
      head: ["", ...of.map(({ shape }) => shape)],
      rows: names.map((name) => [name, ...of.map((result) => cell(result, name))]),
      notes: of.flatMap(({ shape, notes }) => Object.entries(notes ?? {}).map(([name, note]) => `\\* ${shape}: ${note.startsWith(name) ? "" : `${name}: `}${note}`)),
    };
  });
}

/** The size that was asked for: an envelope is a little longer than its rows. */
const magnitude = (/** @type {number} */ bytes) => (bytes < 1e6 ? 1e5 : bytes < 1e7 ? 5e6 : 5e7);
const size = (/** @type {number} */ bytes) => (bytes < 1e6 ? `${Math.round(bytes / 1e3)} KB` : `${Math.round(bytes / 1e6)} MB`);
const ms = (/** @type {number} */ time) => (time >= 99.95 ? time.toFixed(0) : time >= 9.995 ? time.toFixed(1) : time.toFixed(2));

/** @param {Collected["machine"]} machine @param {Section[]} report @param {Ratio[]} found */
export function markdown(machine, report, found) {
  const row = (/** @type {string[]} */ cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const table = (/** @type {string[]} */ head, /** @type {string[][]} */ rows) =>
    [row(head), row(head.map((_, at) => (at === 0 ? "---" : "--:"))), ...rows.map(row)].join("\n");
  const bar = (/** @type {Ratio} */ { bar }) => (bar === undefined ? "" : String(Math.round(bar * 1000) / 1000));
  return [
    "# How fast tables are read",
    "`cargo xtask bench tables` wrote this. Each number is the median of the times of one reader, in milliseconds, with memory\n" +
      "collected before each and all readers taking turns at random. Ours makes typed columns of bytes; before the clock ran each\n" +
      "reader's values were compared with those of `JSON.parse`, of `serde_json` or of `orjson`.",
    "![Milliseconds for 5 MB, by reader and shape of the data](tables.svg)",
    "## Machine",
    table(["", ""], Object.entries(machine)),
    "## Ratios",
    "Time of ours over time of theirs, so that less is better. `extra-ms` is a difference, `memory-peak` a multiple of the input.",
    table(["", "measured", "at most"], found.map((ratio) => [ratio.name, ratio.value.toFixed(2), bar(ratio)])),
    ...report.flatMap(({ title, head, rows, notes }) => [
      `## ${title}`,
      table(head, rows),
      ...(notes.length > 0 ? [`Other values than \`JSON.parse\` or \`orjson\`, or none:\n\n${notes.map((note) => `- ${note}`).join("\n")}`] : []),
    ]),
    "",
  ].join("\n\n");
}

/** The same on a terminal. @param {Collected["machine"]} machine @param {Section[]} report */
export function plain(machine, report) {
  const lines = Object.entries(machine).map(([name, value]) => `${name}: ${value}`);
  for (const { title, head, rows } of report) {
    const widths = head.map((_, at) => Math.max(...[head, ...rows].map((cells) => cells[at].length)));
    const line = (/** @type {string[]} */ cells) =>
      cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]) : cell.padStart(widths[at]))).join("  ");
    lines.push("", title, line(head), ...rows.map(line));
  }
  return `${lines.join("\n")}\n`;
}
