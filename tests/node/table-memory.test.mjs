/** Columns as they lie in memory, and what becomes of them when the memory changes. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Table, TableReader } from "pqrun/table";

const TEXT = JSON.stringify([
  { n: 1, x: 0.5, ok: true, at: "1970-01-01T00:00:00.000001Z", local: "1970-01-01T00:00:01", day: "1970-01-02", t: "é", j: [1] },
  { n: null, x: null, ok: null, at: null, local: null, day: null, t: null, j: null },
  { n: -3, x: 2, ok: false, at: "1969-12-31T23:59:59Z", local: "1970-01-01T00:00:00", day: "1969-12-31", t: "", j: "a" },
]);

/** What grows the memory for sure: it never takes less than it has. */
function grow() {
  const before = Table.read("[1]").withViews(([column]) => /** @type {any} */ (column).values.buffer.byteLength);
  for (let size = before; ; size *= 2) {
    Table.read("x".repeat(size), { format: "text" }).free();
    const now = Table.read("[1]").withViews(([column]) => /** @type {any} */ (column).values.buffer.byteLength);
    if (now > before) {
      return;
    }
  }
}

/** @param {any[]} columns */
const described = (columns) =>
  columns.map(({ name, type, length, nullCount, validity, values, offsets, bytes }) => [
    name,
    type,
    length,
    nullCount,
    validity && [...validity],
    [...(values ?? offsets)],
    ...(bytes ? [new TextDecoder().decode(bytes)] : []),
  ]);

const DESCRIBED = [
  ["n", "int64", 3, 1, [0b101], [1n, 0n, -3n]],
  ["x", "float64", 3, 1, [0b101], [0.5, 0, 2]],
  ["ok", "bool", 3, 1, [0b101], [0b001]],
  ["at", "timestamp", 3, 1, [0b101], [1n, 0n, -1_000_000n]],
  ["local", "datetime", 3, 1, [0b101], [1_000_000n, 0n, 0n]],
  ["day", "date", 3, 1, [0b101], [1, 0, -1]],
  ["t", "utf8", 3, 1, [0b101], [0, 2, 2, 2], "é"],
  ["j", "json", 3, 1, [0b101], [0, 3, 3, 6], '[1]"a"'],
];

test("views are cut off when the memory grows, and that is told", () => {
  const table = Table.read(TEXT);
  /** @type {any[]} */
  let kept = [];
  assert.throws(
    () =>
      table.withViews((columns) => {
        kept = columns;
        grow();
      }),
    { name: "PqrunError", code: "invalidOptions", message: /memory grew/u },
  );
  assert.equal(kept[0].values.length, 0, "an array on memory that is gone has nothing");
  assert.deepEqual(described(table.withViews((columns) => columns.slice())), DESCRIBED, "the table is as it was");
});

test("a promise is refused: its views would not last", async () => {
  const table = Table.read(TEXT);
  for (const callback of [async () => 1, () => Promise.resolve(), () => ({ then() {} })]) {
    assert.throws(() => table.withViews(callback), { code: "invalidOptions", message: /promise/u });
  }
});

test("a promise that is refused and fails ends nothing", async () => {
  const table = Table.read(TEXT);
  const fails = async () => {
    throw new Error("later");
  };
  // A rejection that nobody handles would fail this test.
  assert.throws(() => table.withViews(fails), { code: "invalidOptions" });
  await new Promise(setImmediate);
});

test("a table can't be freed under its views, not even by a call within a call", () => {
  const table = Table.read(TEXT);
  const { length } = table.withViews(([first]) => {
    assert.throws(() => table.free(), { name: "TypeError", message: /lent out/u });
    assert.throws(() => table.withViews(() => table.free()), TypeError);
    assert.throws(() => table.free(), TypeError);
    return /** @type {NonNullable<typeof first>} */ (first);
  });
  assert.equal(length, 3);
  assert.throws(() => table.withViews(() => { throw new RangeError("own"); }), { name: "RangeError", message: "own" });
  table.free();
});

test("views take no copy, columnData gives copies of their own", () => {
  const table = Table.read(TEXT);
  const buffers = table.withViews((columns) => new Set(columns.map((column) => ("values" in column ? column.values : column.bytes).buffer)));
  assert.equal(buffers.size, 1);
  const copies = table.columns.map(({ name }) => table.columnData(name));
  const own = copies.map((column) => column && ("values" in column ? column.values : column.bytes).buffer);
  assert.equal(new Set([...own, ...buffers]).size, own.length + 1);
  grow();
  table.free();
  assert.deepEqual(described(copies), DESCRIBED);
});

test("columns are what they are in Arrow", () => {
  const table = Table.read(TEXT);
  assert.deepEqual(table.withViews(described), DESCRIBED);
  assert.deepEqual(described([0, 1, 2, 3, 4, 5, 6, 7].map((at) => table.columnData(at))), DESCRIBED);
  assert.equal(table.columnData("none"), undefined);
  assert.equal(table.columnData(8), undefined);
  const whole = Table.read("[1,2]").columnData(0);
  assert.ok(whole && !("validity" in whole) && whole.nullCount === 0);
});

test("tables without rows or columns have views too", () => {
  assert.deepEqual(Table.read("[]").withViews((columns) => columns), []);
  const header = Table.read("a,b\n", { format: "csv" });
  assert.deepEqual(header.withViews(described), [
    ["a", "utf8", 0, 0, undefined, [0], ""],
    ["b", "utf8", 0, 0, undefined, [0], ""],
  ]);
});

test("what is no function is refused", () => {
  for (const callback of [undefined, null, {}, "f"]) {
    assert.throws(() => Table.read(TEXT).withViews(/** @type {any} */ (callback)), { code: "invalidOptions" });
  }
});

test("a table that is disposed of is freed, once", { skip: Symbol.dispose === undefined }, () => {
  for (const disposable of [Table.read(TEXT), new TableReader()]) {
    disposable[Symbol.dispose]();
    disposable[Symbol.dispose]();
    disposable.free();
  }
  const table = Table.read(TEXT);
  table.withViews(() => assert.throws(() => table[Symbol.dispose](), /lent out/u));
  table[Symbol.dispose]();
  assert.throws(() => table.rowCount, TypeError);
});

test("a table that was freed says so, whatever is asked of it", () => {
  const table = Table.read(TEXT);
  table.free();
  table.free();
  const calls = /** @type {Record<string, (() => unknown)>} */ ({
    rowCount: () => table.rowCount,
    columns: () => table.columns,
    value: () => table.value(0, 0),
    column: () => table.column("n"),
    columnData: () => table.columnData("n"),
    withViews: () => table.withViews(() => {}),
    toArray: () => table.toArray(),
    iterator: () => [...table],
    toJSON: () => JSON.stringify(table),
    toJson: () => table.toJson(),
    toJsonLines: () => table.toJsonLines(),
    toCsv: () => table.toCsv(),
    toMarkdown: () => table.toMarkdown(),
  });
  for (const [name, call] of Object.entries(calls)) {
    assert.throws(call, { name: "TypeError", message: /freed/u }, name);
  }
});
