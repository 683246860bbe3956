// What the printer writes, before Microsoft's own tools: they read the tree it was printed from, and their formatter
// leaves it as it is.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import test from "node:test";

import formatter from "@microsoft/powerquery-formatter";
import parser from "@microsoft/powerquery-parser";

import { shape } from "./shapes.mjs";

const TREES = 3000;

/** @type {Map<string, { source: string, shape: unknown }[]>} */
const corpus = new Map();

test.before(() => {
  const command = ["run", "--quiet", "--package", "pqrun", "--features", "connector", "--example", "m_corpus", "--"];
  const made = spawnSync("cargo", [...command, String(TREES)], {
    encoding: "utf8",
    maxBuffer: 1 << 30,
    stdio: ["ignore", "pipe", "inherit"],
  });
  assert.equal(made.status, 0, "cargo has written the corpus");
  for (const line of made.stdout.trimEnd().split("\n")) {
    const { of, ...document } = JSON.parse(line);
    corpus.set(of, [...(corpus.get(of) ?? []), document]);
  }
});

for (const [of, least] of /** @type {const} */ ([["trees", TREES], ["texts", TREES], ["names", TREES], ["library", 20]])) {
  test(`${of} are read as they were meant, and stay as they were printed`, async () => {
    const documents = corpus.get(of) ?? [];
    assert.ok(documents.length >= least, `${documents.length} documents`);
    for (const document of documents) await holds(document);
  });
}

test("the comparison sees what stands elsewhere", async () => {
  await assert.rejects(holds({ source: "1 + 2 * 3\r\n", shape: ["*", ["+", ...numbers(1, 2)], ...numbers(3)] }));
  await assert.rejects(holds({ source: "1+2\r\n", shape: ["+", ...numbers(1, 2)] }));
  await holds({ source: "1 + 2\r\n", shape: ["+", ...numbers(1, 2)] });
});

/** @param {number[]} values */
const numbers = (...values) => values.map((value) => ["literal", String(value)]);

/** @param {{ source: string, shape: unknown }} document */
async function holds({ source, shape: meant }) {
  const task = await parser.TaskUtils.tryLexParse(parser.DefaultSettings, source);
  if (!parser.TaskUtils.isParseStageOk(task)) assert.fail(`not read:\n${source}`);
  assert.deepEqual(shape(task.ast), meant, source);

  const settings = { ...parser.DefaultSettings, ...formatter.DefaultSettings };
  // The package's own copy of the parser's types differs from ours in nothing but its place.
  const formatted = await formatter.tryFormat(/** @type {any} */ (settings), source);
  if (!parser.ResultUtils.isOk(formatted)) assert.fail(`not formatted:\n${source}`);
  assert.equal(formatted.value, source);
}
