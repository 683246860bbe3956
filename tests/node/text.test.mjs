/** Text on its way to a terminal, and what is drawn there. */

import assert from "node:assert/strict";
import path from "node:path";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { Table } from "pqrun";

import { PACKAGE } from "./support.mjs";

const part = (/** @type {string} */ name) => import(pathToFileURL(path.join(PACKAGE, "node", name)).href);
const { clockTime, displayWidth, fitLine, harmlessLine, harmlessText, shellQuoted } = await part("text.js");
const { cellText, chooseOutputs, findGaps, writeOutputs, writeTable } = await part("format.js");
const { createProgress, describeEvent } = await part("progress.js");
const { exitCodeOfError, exitCodeOfResult } = await part("exit-codes.js");

/** @param {string} text */
const controls = (text) =>
  [...text].filter((character) =>
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(character),
  );

test("no character that a terminal obeys is left", () => {
  const all = Array.from({ length: 0x2100 }, (_, code) => String.fromCharCode(code)).join("");
  assert.deepEqual(controls(harmlessLine(all)), []);
  assert.deepEqual(new Set(controls(harmlessText(all))), new Set(["\n", "\t"]));
  assert.equal(harmlessLine("a\u001b[31mb\r\nc\u202ed"), "a␛[31mb↵c\\u202ed");
  assert.equal(harmlessLine("Łódź 東京 🚲 naïve"), "Łódź 東京 🚲 naïve");
});

test("a line's width counts wide characters twice and marks not at all", () => {
  for (const [text, width] of /** @type {[string, number][]} */ ([
    ["", 0],
    ["abc", 3],
    ["Łódź", 4],
    ["東京", 4],
    ["é", 1],
    ["🚲", 2],
    ["👩‍💻", 2],
    ["한국", 4],
  ])) {
    assert.equal(displayWidth(text), width, text);
  }
  assert.equal(fitLine("東京東京", 5), "東京…");
  assert.equal(fitLine("short", 5), "short");
});

test("lengths and arguments are written as people read them", () => {
  assert.deepEqual([0, 59_999, 61_000, 3_723_000].map(clockTime), ["0:00", "0:59", "1:01", "1:02:03"]);
  assert.equal(shellQuoted("/a/b-c.json"), "/a/b-c.json");
  assert.equal(shellQuoted("it's; rm -rf"), "'it'\\''s; rm -rf'");
});

test("a table is cut to the terminal, and to nothing else", () => {
  const table = Table.read(JSON.stringify([{ id: 1, text: "x".repeat(200), more: "y".repeat(50) }]));
  const output = { key: "a", kind: "notebookResult", truncated: false, table };
  const choice = { outputs: [output], leftOut: [] };
  const widest = (/** @type {string} */ text) => Math.max(...text.split("\n").map(displayWidth));
  for (const width of [40, 60, 80, 120]) {
    const text = writeOutputs(choice, "table", { width });
    assert.ok(widest(text) <= width, `${widest(text)} > ${width}`);
    assert.match(text, /…/u);
  }
  assert.match(writeOutputs(choice, "table"), /x{200}/u);
});

test("cells tell kinds apart", () => {
  assert.deepEqual([null, "", 0, false, { a: 1 }, 9007199254740993n].map(cellText), [
    "(null)",
    "",
    "0",
    "false",
    '{"a":1}',
    "9007199254740993",
  ]);
  assert.equal(writeTable({ columns: [], cells: [] }), "no rows\n");
});

/** @param {object[]} outputs */
const resultWith = (...outputs) => ({
  outputs: outputs.map((output) => ({ kind: "none", truncated: false, ...output })),
  warnings: [],
});

test("the outputs that are meant are chosen, and the others named", () => {
  const table = Table.read("[]");
  const result = resultWith(
    { key: "copy", kind: "data", data: { rowsCopied: 3 } },
    { key: "look", kind: "rows", table },
    { key: "log", kind: "logs", text: "x" },
    { key: "gone" },
  );
  const keys = (/** @type {object} */ options) => chooseOutputs(result, options).outputs.map(({ key }) => key);
  assert.deepEqual(keys({}), ["look"]);
  assert.deepEqual(chooseOutputs(result).leftOut, ["copy", "log"]);
  assert.deepEqual(keys({ task: "log" }), ["log"]);
  assert.deepEqual(keys({ task: "gone" }), []);
  assert.match(chooseOutputs(result, { task: "none" }).problem, /copy, look, log, gone/u);
  const without = resultWith({ key: "copy", kind: "data", data: {} }, { key: "log", kind: "logs", text: "x" });
  assert.deepEqual(
    chooseOutputs(without).outputs.map(({ key }) => key),
    ["copy", "log"],
  );
});

test("what is missing is told, for what was asked for", () => {
  const cut = resultWith(
    { key: "a", kind: "notebookResult", text: "[1", truncated: true },
    { key: "b", kind: "rows", table: Table.read("[]") },
  );
  const gaps = (/** @type {object} */ options, format = "table") =>
    findGaps(cut, chooseOutputs(cut, options), format).length;
  assert.equal(gaps({}), 1);
  assert.equal(gaps({ task: "b" }), 0);
  assert.equal(gaps({ task: "a" }), 1);
  assert.equal(gaps({ task: "b" }, "csv"), 0);
  const logs = resultWith({ key: "log", kind: "logs", text: "x" });
  assert.equal(findGaps(logs, chooseOutputs(logs), "csv").length, 1);
  assert.equal(findGaps(logs, chooseOutputs(logs), "json").length, 0);
});

test("every outcome has its exit code, and an unknown one is unexpected", () => {
  const codes = {
    succeeded: 0,
    failed: 3,
    cancelled: 4,
    skipped: 5,
    timedOut: 6,
    rejected: 7,
    abandoned: 8,
    somethingNew: 1,
  };
  for (const [outcome, code] of Object.entries(codes)) {
    assert.equal(exitCodeOfResult({ outcome, warnings: [] }), code, outcome);
  }
  const thrown = (/** @type {string} */ code) => Object.assign(new Error("x"), { name: "PqrunError", code });
  assert.equal(exitCodeOfError(thrown("invalidHost")), 2);
  assert.equal(exitCodeOfError(thrown("missingCredentials")), 7);
  assert.equal(exitCodeOfError(thrown("network")), 8);
  assert.equal(exitCodeOfError(new TypeError("x")), 1);
  assert.equal(exitCodeOfError("x"), 1);
});

/** @param {object} members */
const anEvent = (members) => ({ kind: "status", at: Date.now(), elapsed: 0, phase: "running", ...members });

test("an event is one harmless line", () => {
  const text = describeEvent(
    anEvent({ state: "RUN\u001b[2JNING", tasks: { total: 3, done: 2, failed: 1 }, queueReason: "a\nb" }),
  );
  assert.equal(text, "running (RUN␛[2JNING) · 2 of 3 tasks done, 1 failed · a↵b");
  assert.equal(describeEvent(anEvent({ phase: "somethingNew" })), "somethingNew");
});

test("lines elsewhere: one for each change, the run once", () => {
  const stream = new PassThrough();
  const progress = createProgress({ stream });
  const run = { runId: "5", runPageUrl: "https://x/5" };
  for (const members of [
    { phase: "starting" },
    { ...run },
    { ...run, elapsed: 1000 },
    { ...run, kind: "warning", message: "careful" },
    { ...run, phase: "ended" },
  ]) {
    progress.show(anEvent(members));
  }
  progress.stop();
  const text = String(stream.read());
  assert.equal(text, " 0:00  starting\n 0:00  run 5  https://x/5\n 0:00  running\n 0:00  warning: careful\n");
});

const terminal = () =>
  Object.assign(new PassThrough(), { isTTY: true, columns: 60, cursorTo() {}, clearLine() {}, moveCursor() {} });

test("a narrow terminal cuts texts, never a number", () => {
  const table = Table.read(JSON.stringify([{ id: 1, name: "a text that is longer than its column can be" }]).replace("1", "9223372036854775807"));
  const outputs = [{ key: "load", kind: "notebookResult", state: { state: "" }, attempt: 0, truncated: false, table }];
  const text = writeOutputs(chooseOutputs({ outputs }, {}), "table", { width: 44 });
  assert.match(text, /9223372036854775807/u);
  assert.match(text, /a text[^│]*…/u);
});

test("a terminal without a width has lines, as a file has", () => {
  const stream = Object.assign(terminal(), { columns: 0 });
  const progress = createProgress({ stream });
  progress.show(anEvent({ phase: "starting" }));
  progress.stop();
  assert.equal(String(stream.read()), " 0:00  starting\n");
});

test("on a terminal: one line that changes, and it leaves nothing behind", () => {
  const stream = terminal();
  const progress = createProgress({ stream });
  progress.show(anEvent({ phase: "starting" }));
  progress.show(anEvent({ state: "RUNNING", runId: "5", runPageUrl: "https://x/5", nextPollAt: Date.now() + 9000 }));
  progress.pause();
  stream.read();
  progress.note("a line beside the question");
  assert.match(String(stream.read()), /a line beside the question\n$/u, "and no spinner behind it");
  progress.resume();
  progress.stop();
  stream.read();
  progress.resume();
  assert.equal(stream.read(), null, "what is over stays over");
});

test("on a terminal: the run stays on the screen", () => {
  const stream = terminal();
  const progress = createProgress({ stream });
  progress.show(anEvent({ state: "RUNNING", runId: "5", runPageUrl: "https://x/5" }));
  // It is drawn in its own time, and when it comes back.
  progress.pause();
  progress.resume();
  progress.stop();
  const text = String(stream.read());
  assert.match(text, /run 5 {2}https:\/\/x\/5\n/u);
  assert.match(text, /running \(RUNNING\)/u);
});

test("quiet shows nothing", () => {
  const stream = new PassThrough();
  const progress = createProgress({ stream, quiet: true });
  progress.show(anEvent({}));
  progress.note("x");
  progress.stop();
  assert.equal(stream.read(), null);
});
