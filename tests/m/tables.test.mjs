// Texts as tables in M: the cases that Rust is held to as well, and random texts against the package's own tables.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { Table } from "../../pkg/node.js";
import { errorOf, library } from "./support/given-shared.mjs";
import { jsonMaker, randomFrom } from "./support/random-json.mjs";
import { described, describedOfPackage, withJson } from "./support/tables.mjs";

const { TableFromText, TableFromJson } = await library(["TableFromText", "TableFromJson"]);

/**
 * @typedef {object} Case
 * @property {string} name
 * @property {string | [string, number][]} text A text, or pieces of one with how often each is repeated.
 * @property {string} [path] Without one the text may be no JSON.
 * @property {[string, string][]} [columns]
 * @property {(string | null)[][]} [rows]
 * @property {number} [columnCount]
 * @property {number} [rowCount]
 * @property {string} [error]
 * @property {string} [message]
 */

/** @type {Case[]} */
const CASES = JSON.parse(readFileSync(new URL("../fixtures/m/tables.json", import.meta.url), "utf8"));

/** @param {Case["text"]} text */
const whole = (text) => (typeof text === "string" ? text : text.map(([piece, count]) => piece.repeat(count)).join(""));

/** @param {string} text @param {string} [path] */
const readByM = (text, path) => (path === undefined ? TableFromText(text) : TableFromJson(text, path));

for (const { name, text, path, columns, rows, columnCount, rowCount, error, message } of CASES) {
  test(name, () => {
    if (error !== undefined) {
      const found = errorOf(() => readByM(whole(text), path));
      assert.equal(found.code, error);
      if (message !== undefined) assert.ok(found.message.includes(message), found.message);
      return;
    }
    const found = described(readByM(whole(text), path));
    assert.equal(found.rows.length, rowCount ?? rows?.length);
    if (columnCount === undefined) {
      const inM = columns?.map(([column, type]) => [column, type === "json" ? "utf8" : type]);
      assert.deepEqual(found.columns, inM);
    } else {
      assert.equal(found.columns.length, columnCount);
    }
    if (rows !== undefined) assert.deepEqual(found.rows, rows);
  });
}

/** @param {string} text @param {string} [path] One without steps says no more than that the text is JSON. */
function readByPackage(text, path) {
  try {
    return { table: Table.read(text, path === "$" ? { format: "json" } : { path }) };
  } catch (error) {
    return { code: /** @type {any} */ (error).code };
  }
}

/** Says in which ways texts were read, so that a test can tell that all were. @type {(string | undefined)[]} */
const ENDS = ["table", "outputTruncated", "outputUnreadable"];

for (const seed of [1, 2, 3]) {
  test(`random texts are the tables that they are to the package: seed ${seed}`, () => {
    const { text, damaged, atPath } = jsonMaker(randomFrom(seed));
    const seen = new Set();
    for (let count = 0; count < 1000; count += 1) {
      const whole = count % 3 === 0 ? damaged(text()) : text();
      const [given, at] = count % 2 === 0 ? atPath(whole) : [whole, undefined];
      const { table, code } = readByPackage(given, at);
      seen.add(code ?? "table");
      const context = JSON.stringify([given, at]);
      if (table === undefined) {
        const { code: codeInM } = errorOf(() => readByM(given, at));
        // Where a text on the way is cut and the text around it is wrong, either may be told.
        if (at === undefined || code !== "outputTruncated") assert.equal(codeInM, code, context);
        else assert.match(String(codeInM), /^output(?:Truncated|Unreadable)$/, context);
      } else {
        const expected = describedOfPackage(table);
        assert.deepEqual(withJson(described(readByM(given, at)), expected.columns), expected, context);
      }
    }
    assert.deepEqual([...seen].sort(), [...ENDS].sort());
  });
}
