// What the M library computes as Rust does: `tests/fixtures/m/vectors.json`, which src/vectors.rs checks against Rust.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { evaluate, toJson } from "./evaluate.mjs";
import { databricksDocuments } from "./support/given-databricks.mjs";
import { fabricDocuments } from "./support/given-fabric.mjs";

/** @typedef {Record<string, any>} Vector */

/** @type {Record<string, Vector[]>} */
const VECTORS = JSON.parse(readFileSync(new URL("../fixtures/m/vectors.json", import.meta.url), "utf8"));

/**
 * A text literal of M.
 *
 * @param {string} text
 */
function literal(text) {
  const escaped = Array.from(text, (character) => {
    if (character === '"') return '""';
    if (/^[ !$-~]$/.test(character)) return character;
    const code = /** @type {number} */ (character.codePointAt(0)).toString(16);
    return `#(${code.padStart(code.length > 4 ? 8 : 4, "0")})`;
  });
  return `"${escaped.join("")}"`;
}

/**
 * JSON as M that says the same, each number as a generated file says it: where M would not keep its digits, or write
 * another spelling, as marked text.
 *
 * @param {string} json
 * @param {(name: string, depth: number) => string} [rename] Of members.
 */
function inM(json, rename = (name) => name) {
  const tokens = json.match(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|[a-z]+|[[\]{}:,]/g) ?? [];
  let depth = 0;
  const written = tokens.map((token, at) => {
    if (token === "[" || token === "{") depth += 1;
    if (token === "]" || token === "}") depth -= 1;
    if (token.startsWith('"') && tokens[at + 1] === ":") return `#${literal(rename(JSON.parse(token), depth))}`;
    if (token.startsWith('"')) return literal(JSON.parse(token));
    if (/^[-\d]/.test(token)) return numberInM(token);
    return { "[": "{", "]": "}", "{": "[", "}": "]", ":": " = " }[token] ?? token;
  });
  return written.join("");
}

/** @param {string} number */
function numberInM(number) {
  const size = Math.abs(Number(number));
  const keepsSpelling = /^-?\d+$/.test(number) ? size <= 2 ** 53 && number === String(Number(number)) : size % 1 !== 0;
  return keepsSpelling || size > 2 ** 53 && !/^-?\d+$/.test(number) ? number : `NumberText(${literal(number)})`;
}

/** @param {string} job */
const jobInM = (job) =>
  inM(job, (name, depth) => (depth === 1 ? name[0].toUpperCase() + name.slice(1) : name));

/**
 * Checks vectors of one kind, all by one evaluation.
 *
 * @param {Vector[]} vectors
 * @param {string[]} documents
 * @param {(vector: Vector) => string} expression A record of results in M.
 * @param {(vector: Vector) => Vector} expected
 */
async function check(vectors, documents, expression, expected) {
  const all = `{${vectors.map(expression).join(",\n")}}`;
  const { value, error } = await evaluate({ documents, expression: all });
  assert.equal(error, undefined, error?.message);
  const found = /** @type {Vector[]} */ (toJson(/** @type {any} */ (value)));
  assert.equal(found.length, vectors.length);
  for (const [at, vector] of vectors.entries()) {
    assert.deepEqual(found[at], expected(vector), JSON.stringify(vector));
  }
}

test("the same value has the same canonical JSON and the same fingerprint", async () => {
  await check(
    VECTORS.values,
    databricksDocuments(),
    ({ json }) => `let text = WriteJson(${inM(json)}) in [canonical = text, fingerprint = Fingerprint(text)]`,
    ({ canonical, fingerprint }) => ({ canonical, fingerprint }),
  );
});

test("the same start has the same token", async () => {
  await check(
    VECTORS.tokens,
    databricksDocuments(),
    ({ body, predecessor, now, generation }) => `[token = SuccessorToken(
      WriteJson(${inM(body)}), ${predecessor === null ? "null" : literal(predecessor)},
      DateTimeZone.FromText("${now}", "en-US"), ${generation}
    )]`,
    ({ token }) => ({ token }),
  );
});

test("the same Databricks job has the same body", async () => {
  await check(
    VECTORS.databricksBodies,
    databricksDocuments(),
    ({ job }) => `[body = WriteJson(CheckedJob(${jobInM(job)})[Body])]`,
    ({ body }) => ({ body }),
  );
});

test("the same row of the run list has equal parameters", async () => {
  await check(
    VECTORS.equality,
    databricksDocuments(),
    ({ job, row }) => `[isEqual = HasParameters(ReadJson(${literal(row)}), CheckedJob(${jobInM(job)})[Body])]`,
    ({ isEqual }) => ({ isEqual }),
  );
});

test("the same Fabric job has the same body and the same mark", async () => {
  await check(
    VECTORS.fabricBodies,
    fabricDocuments("query"),
    ({ job }) => `let start = ItemJobOf(${jobInM(job)}, [Marker = null])[Body] in [
      body = if start = null then null else WriteJson(start),
      fingerprint = Fingerprint(WriteJson(start))
    ]`,
    ({ body, fingerprint }) => ({ body, fingerprint }),
  );
});
