/** Whether the package reads a text as `JSON.parse` does. */

import { isDeepStrictEqual } from "node:util";

import { MAX_DEPTH, tableOf } from "./model.mjs";
import { NotJson, parse, says } from "./reference.mjs";

const decoder = new TextDecoder("utf-8", { fatal: true });
const encoder = new TextEncoder();

/** How many texts were of what kind. @typedef {{ accepted: number, refused: number, tooDeep: number }} Tally */

/**
 * Reads bytes with both. Throws if one accepts what the other refuses, or if they say different things.
 *
 * What may differ is what the documentation of tables lists: integers keep their digits, a name that occurs twice has the
 * place of its first value, half a surrogate pair is U+FFFD, and depth has a limit.
 *
 * @param {(bytes: Uint8Array) => import("pqrun/table").Table} read
 * @param {Uint8Array} bytes
 * @param {Tally} tally
 */
export function checkPlain(read, bytes, tally) {
  const expected = byJsonParse(bytes);
  tally[expected.verdict] += 1;
  compare(read, bytes, expected);
}

/**
 * The same of a text within a text: `JSON.parse` twice, and the path through the text.
 *
 * @param {(bytes: Uint8Array) => import("pqrun/table").Table} read Reads what is at `$.a.b`, which is JSON.
 * @param {Uint8Array} bytes UTF-8 or not; what is not can't be within a text, and is left out.
 * @param {(end: number) => number} below Chooses how characters are escaped.
 * @param {Tally} tally
 */
export function checkEnvelope(read, bytes, below, tally) {
  let inner;
  try {
    inner = decoder.decode(bytes);
  } catch {
    return;
  }
  const outer = encoder.encode(`{"x":[1,"]"],"a":{"c":"}","b":${quoted(inner, below)}},"y":null}`);
  // Its text begins with what a path can go into, or it is no JSON for it.
  const goesOn = /^\ufeff?[ \t\n\r]*[[{]/u.test(inner);
  const expected = goesOn ? byJsonParse(encoder.encode(inner)) : { verdict: /** @type {const} */ ("refused") };
  tally[expected.verdict] += 1;
  if (expected.verdict === "refused") {
    // Then it is another kind of text, or an error; never rows of JSON that is wrong.
    return;
  }
  compare(read, outer, expected);
}

/** @typedef {{ verdict: "accepted", node: import("./reference.mjs").Node } | { verdict: "refused" | "tooDeep" }} Expected */

/** @param {Uint8Array} bytes @returns {Expected} */
function byJsonParse(bytes) {
  let text;
  let value;
  try {
    text = decoder.decode(bytes);
    value = JSON.parse(text);
  } catch {
    if (text !== undefined && isJson(text)) {
      throw new Error("the reference accepts what JSON.parse refuses");
    }
    return { verdict: "refused" };
  }
  const node = parse(text);
  if (!says(node, value)) {
    throw new Error("the reference says other things than JSON.parse");
  }
  return node.depth > MAX_DEPTH ? { verdict: "tooDeep" } : { verdict: "accepted", node };
}

/** @param {string} text */
function isJson(text) {
  try {
    parse(text);
    return true;
  } catch (error) {
    if (error instanceof NotJson) {
      return false;
    }
    throw error;
  }
}

/**
 * @param {(bytes: Uint8Array) => import("pqrun/table").Table} read
 * @param {Uint8Array} bytes
 * @param {Expected} expected
 */
function compare(read, bytes, expected) {
  let table;
  try {
    table = read(bytes);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "PqrunError") {
      throw error;
    }
    if (expected.verdict === "accepted") {
      throw new Error(`refused, though it is JSON: ${error.message}`, { cause: error });
    }
    return;
  }
  try {
    if (expected.verdict !== "accepted") {
      throw new Error(`accepted, though it is ${expected.verdict}`);
    }
    const model = tableOf(expected.node);
    const types = (/** @type {{ name: string, type: string }[]} */ columns) => columns.map(({ name, type }) => [name, type]);
    demand("columns", types(table.columns), types(model.columns));
    demand("rows", table.rowCount, model.rowCount);
    for (const { name, values } of model.columns) {
      demand(`values of ${JSON.stringify(name)}`, table.column(name), values);
    }
    demand("rows", table.toArray().map(Object.entries), rowsOf(model));
  } finally {
    table.free();
  }
}

/** The rows as an object has their members: keys that look like numbers first. @param {import("./model.mjs").Model} model */
function rowsOf({ rowCount, columns }) {
  return Array.from({ length: rowCount }, (_, at) =>
    Object.entries(Object.fromEntries(columns.map(({ name, values }) => [name, values[at]]))),
  );
}

/** @param {string} what @param {unknown} found @param {unknown} expected */
function demand(what, found, expected) {
  if (!isDeepStrictEqual(found, expected)) {
    throw new Error(`${what}: expected ${show(expected)}, found ${show(found)}`);
  }
}

const show = (/** @type {unknown} */ value) =>
  JSON.stringify(value, (_, part) => (typeof part === "bigint" ? `${part}n` : Object.is(part, -0) ? "-0" : part));

/**
 * A text as JSON, each character spelled in one of the ways there are.
 *
 * @param {string} text
 * @param {(end: number) => number} below
 */
function quoted(text, below) {
  const way = below(4);
  if (way === 0) {
    return JSON.stringify(text);
  }
  let json = '"';
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    const spelled = `\\u${unit.toString(16).padStart(4, "0")}`;
    const plain = JSON.stringify(text[at]).slice(1, -1);
    // Python and pandas keep to ASCII, the latter with `\/`; nobody escapes at random, but all have to be read.
    const odd = way === 1 ? unit > 0x7e : way === 2 ? unit > 0x7e || below(2) === 0 : below(8) === 0;
    json += odd ? spelled : text[at] === "/" && way === 1 ? "\\/" : unit >= 0xd800 && unit < 0xe000 && way === 3 ? spelled : plain;
    if (!odd && way !== 3 && unit >= 0xd800 && unit < 0xe000) {
      throw new Error("a surrogate that nobody escaped");
    }
  }
  return `${json}"`;
}
