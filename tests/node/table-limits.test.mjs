/** Tables that are longer as a text than texts may be. */

import assert from "node:assert/strict";
import { constants } from "node:buffer";
import { test } from "node:test";

import { Table } from "pqrun/table";

const MEGABYTE = 1 << 20;
const TOO_LARGE = { name: "PqrunError", code: "outputTooLarge", retryable: false, hint: /columnData/u };

/** A small table whose JSON is long: each row has the name. @param {number} rows */
const named = (rows) => Table.read(`[${"{},".repeat(rows - 1)}{"${"n".repeat(MEGABYTE)}":7}]`);

/** @param {Table} table @returns {number} How much memory WebAssembly has. */
const memory = (table) => table.withViews(([column]) => /** @type {any} */ (column).values.buffer.byteLength);

test("a text beyond a string is an error before memory is taken for it, and the table stays", () => {
  assert.ok(constants.MAX_STRING_LENGTH <= 536_870_888, "V8 has longer strings now: so may tables");
  for (const rows of [512, 2048, 4096]) {
    const table = named(rows);
    const before = memory(table);
    assert.throws(() => table.toJson(), { ...TOO_LARGE, message: /at most 536870888 bytes/u });
    assert.throws(() => table.toJsonLines(), TOO_LARGE);
    assert.equal(memory(table), before);
    assert.ok(table.toCsv({ header: false }).endsWith("\r\n7\r\n"));
    assert.ok(table.toMarkdown().length > MEGABYTE);
  }
});

test("a text that grows beyond a string by its escapes is an error", () => {
  // Each character of the text is six in JSON.
  const table = Table.read(`t\n"${"\u0001".repeat(90 * MEGABYTE)}"`, { format: "csv" });
  assert.throws(() => table.toJson(), TOO_LARGE);
  assert.equal(table.toCsv().length, 90 * MEGABYTE + 5);
});
