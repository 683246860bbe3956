/** Tables as Arrow, read back by Apache Arrow's own package. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { tableFromIPC } from "apache-arrow";
import * as client from "pqrun";
import { toArrow, toArrowIPC } from "pqrun/arrow";
import { Table } from "pqrun/table";

const ALL = Table.read(
  JSON.stringify(
    Array.from({ length: 1030 }, (_, at) => ({
      n: at % 7 === 0 ? null : at * 1000,
      x: at % 11 === 0 ? null : at / 7,
      ok: at % 3 === 0 ? null : at % 2 === 0,
      at: at % 5 === 0 ? null : new Date(1.7e12 + at * 1001).toISOString(),
      local: `2026-01-31T12:00:00.${String(at).padStart(6, "0")}`,
      day: at % 9 === 0 ? null : "1969-12-31",
      text: at % 4 === 0 ? null : `é😀 ${"x".repeat(at % 30)}`,
      any: at % 6 === 0 ? null : at % 2 ? [at, { a: "ü" }] : "text",
    })),
  ).replace('"n":1000,', '"n":9007199254740993,'),
);

/** Values of ours as Apache Arrow gives them. @type {Record<string, (value: any) => unknown>} */
const AS_ARROW = {
  int64: (value) => BigInt(value),
  timestamp: (value) => Date.parse(value),
  datetime: (value) => Date.parse(`${value.slice(0, 23)}Z`) + Number(value.slice(23) || 0) / 1000,
  date: (value) => Date.parse(value),
  json: (value) => JSON.stringify(value),
};

const TYPES = {
  bool: "Bool",
  int64: "Int64",
  float64: "Float64",
  timestamp: "Timestamp<MICROSECOND, UTC>",
  datetime: "Timestamp<MICROSECOND>",
  date: "Date32<DAY>",
  utf8: "Utf8",
  json: "Utf8",
};

for (const format of /** @type {const} */ (["stream", "file"])) {
  test(`a ${format} has every value, cell by cell`, () => {
    const arrow = tableFromIPC(toArrowIPC(ALL, format));
    assert.equal(arrow.numRows, ALL.rowCount);
    assert.deepEqual(
      arrow.schema.fields.map(({ name, type }) => [name, String(type)]),
      ALL.columns.map(({ name, type }) => [name, TYPES[type]]),
    );
    for (const { name, type } of ALL.columns) {
      const theirs = arrow.getChild(name);
      assert.equal(theirs?.nullCount, ALL.columnData(name)?.nullCount);
      for (const [row, ours] of (ALL.column(name) ?? []).entries()) {
        const expected = ours === null ? null : (AS_ARROW[type] ?? ((value) => value))(ours);
        const found = theirs?.get(row);
        if (type === "datetime" && found !== null) {
          assert.ok(Math.abs(Number(found) - Number(expected)) < 0.0011, `${name} ${row}`);
        } else {
          assert.deepEqual(found, expected, `${name} ${row}`);
        }
      }
    }
  });

  test(`a ${format} may have no rows or no nulls, but columns`, () => {
    const header = tableFromIPC(toArrowIPC(Table.read("a,b\n", { format: "csv" }), format));
    assert.deepEqual([header.numRows, header.schema.names], [0, ["a", "b"]]);
    const schema = /** @type {const} */ ({ a: "int64", b: "bool", c: "float64", d: "date", e: "timestamp", f: "json" });
    const typed = tableFromIPC(toArrowIPC(Table.read("[]", { schema }), format));
    assert.deepEqual([typed.numRows, typed.schema.names], [0, Object.keys(schema)]);
    const whole = tableFromIPC(toArrowIPC(Table.read('[{"a":1},{"a":2}]'), format));
    assert.deepEqual([...(whole.getChild("a") ?? [])], [1n, 2n]);
    assert.equal(whole.getChild("a")?.nullCount, 0);
    for (const text of ["[]", "[{},{}]"]) {
      assert.throws(() => toArrowIPC(Table.read(text), format), { code: "invalidOptions", message: /without/u });
    }
    const nulls = tableFromIPC(toArrowIPC(Table.read('[{"a":null},{"a":null}]'), format));
    assert.deepEqual([...(nulls.getChild("a") ?? [])], [null, null]);
  });
}

test("toArrow gives the values that the table has, and outlives it", () => {
  const table = Table.read('[{"n":1,"big":9007199254740993,"t":"é","ok":true,"at":"2026-01-31T12:00:00.5Z"},{"n":null,"big":2}]');
  const arrow = toArrow(table);
  table.free();
  assert.deepEqual([arrow.numRows, arrow.numCols, arrow.names], [2, 5, ["n", "big", "t", "ok", "at"]]);
  const at = Date.parse("2026-01-31T12:00:00.5Z");
  assert.deepEqual(arrow.toArray(), [
    { n: 1, big: 9007199254740993n, t: "é", ok: true, at },
    { n: null, big: 2, t: null, ok: null, at: null },
  ]);
  assert.deepEqual([...(arrow.getChild("big") ?? [])], [9007199254740993n, 2]);
  assert.deepEqual(Array.from(arrow.getChild("big")?.toArray() ?? []), [9007199254740993n, 2]);
});

test("toArrow copies whole columns: typed arrays come out as they are", () => {
  const table = client.Table.read('[{"n":1,"x":0.5},{"n":2,"x":1.5}]');
  const arrow = toArrow(table, { useBigInt: true, useDate: true });
  assert.deepEqual(arrow.getChild("n")?.toArray(), BigInt64Array.of(1n, 2n));
  assert.deepEqual(arrow.getChild("x")?.toArray(), Float64Array.of(0.5, 1.5));
  assert.deepEqual(toArrow(client.Table.read('[{"d":"2026-01-31"}]'), { useDate: true }).at(0), {
    d: new Date("2026-01-31"),
  });
});

test("what is no table, or none any more, and a format that there is not, are refused", () => {
  const freed = Table.read("[1]");
  freed.free();
  assert.throws(() => toArrow(freed), TypeError);
  assert.throws(() => toArrowIPC(freed), TypeError);
  const refusal = { name: "PqrunError", code: "invalidOptions", hint: /correct/u, retryable: false };
  for (const wrong of [undefined, null, {}, [1]]) {
    assert.throws(() => toArrow(/** @type {any} */ (wrong)), refusal);
    assert.throws(() => toArrowIPC(/** @type {any} */ (wrong)), refusal);
  }
  assert.throws(() => toArrowIPC(ALL, /** @type {any} */ ("parquet")), { ...refusal, message: /stream or file/u });
});
