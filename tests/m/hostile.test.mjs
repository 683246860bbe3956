// Whatever text a user gives, it is that text in the generated M, and nothing else.

import assert from "node:assert/strict";
import test from "node:test";

import { generateConnector, generateQuery } from "../../pkg/connector.node.js";
import { parseFile } from "./command.mjs";
import { evaluateParsed, makeEngine, toJson } from "./evaluate.mjs";

/** What could end a literal, begin an escape or a comment, or show code as something else than it is. */
const FRAGMENTS = [
  '"', '""', "#(", "#(lf)", "#(#)", "#(zz)", "#", '#"', ")", "\r\n", "\n", "\r", "\t", "\u0085", "\u2028", "\u2029", "\0",
  "\u0001", "\u007f", "*/", "/*", "//", " let ", " in ", "each _", "error", "#shared", "\u202e", "\u2066", "\ufeff", "\u200b",
  "😀", "ü", "\u{10ffff}", "]", "}", "{", ",", "=", "\\", "&", "a", " ", "<b>", "@", "...",
];

/** @param {number} seed */
function hostileTexts(seed) {
  let state = seed;
  const next = (/** @type {number} */ most) => {
    state = (state * 48_271) % 0x7fff_ffff;
    return state % most;
  };
  return () => Array.from({ length: 1 + next(10) }, () => FRAGMENTS[next(FRAGMENTS.length)]).join("");
}

/**
 * @param {string} document
 * @param {string} call
 */
async function valueIn(document, call) {
  const { value, error } = evaluateParsed(makeEngine({}), await parseFile(document, call));
  if (error) throw error;
  return toJson(/** @type {any} */ (value));
}

const PARTS = 1000;

for (const seed of [1, 2, 3, 4, 5]) {
  test(`${PARTS} hostile names and values in a query, seed ${seed}`, async () => {
    const text = hostileTexts(seed);
    const texts = Object.fromEntries(Array.from({ length: PARTS }, (_, at) => [`${at}${text()}`, text()]));
    const taskKey = `${text()}!`;
    const query = generateQuery({ service: "databricks", job: { jobId: "1", sqlParams: texts }, taskKey });
    const found = await valueIn(query, "{Job[SqlParams], Options[TaskKey]}");
    assert.deepEqual(found, [texts, taskKey]);
  });
}

test("hostile values of a pipeline's parameters and of rows, also nested and 10 kB long", async () => {
  const text = hostileTexts(6);
  const long = Array.from({ length: 2000 }, text).join("").slice(0, 10_240).replace(/[\ud800-\udbff]$/, "");
  const rows = Array.from({ length: 200 }, (_, at) => ({
    name: text(),
    workspaceId: "11111111-1111-4111-8111-111111111111",
    itemId: "22222222-2222-4222-8222-222222222222",
    parameters: { [`p${at}`]: text(), nested: [{ [`${at}${text()}`]: [text(), null, true, 1.5] }], long },
  }));
  const query = generateQuery({ service: "fabric", jobs: rows });
  const found = await valueIn(query, "List.Transform(Table.ToRecords(Jobs), each {[Name], [Parameters]})");
  assert.deepEqual(found, rows.map(({ name, parameters }) => [name, parameters]));
});

test("hostile descriptions and parameters of a job's function", async () => {
  const text = hostileTexts(7);
  const parameters = Array.from({ length: 100 }, (_, at) => ({ name: `p.${at}`, default: text(), description: text() }));
  const [{ content }] = generateConnector({
    service: "databricks",
    name: "Hostile",
    jobs: [{ name: "Daily", job: { jobId: "1" }, description: text(), parameters }],
  }).filter(({ path }) => path === "Hostile.pq");
  const call = "List.Count(Record.FieldNames(Type.FunctionParameters(DailyOfJobType)))";
  assert.equal(await valueIn(new TextDecoder().decode(content), call), parameters.length + 2);
});

for (const half of ["\ud800", "x\udfff", "a\ud800b"]) {
  test(`half a surrogate pair is refused: ${JSON.stringify(half)}`, () => {
    const given = [
      { taskKey: half },
      { job: { jobId: "1", sqlParams: { a: half } } },
      { job: { jobId: "1", sqlParams: { [half]: "a" } } },
      { tokenParameter: half },
    ];
    for (const options of given) {
      assert.throws(
        () => generateQuery({ service: "databricks", ...options }),
        (/** @type {any} */ { code, message }) => code === "invalidOptions" && /surrogate/.test(message),
        JSON.stringify(options),
      );
    }
  });
}
