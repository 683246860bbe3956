/** Tables in JavaScript. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Table } from "pqrun";

const JSON_TEXT =
  '{"rows": [{"id": 1, "big": 9007199254740993, "x": 1.5, "at": "2026-01-31T12:00:00Z", "ok": true, "any": [1]},' +
  ' {"id": 2, "big": -9223372036854775808, "x": 2, "at": null, "any": {"a": "ü"}}]}';

test("columns have names and types, rows keep every digit", () => {
  const table = Table.read(JSON_TEXT, { path: "$.rows" });
  assert.equal(table.rowCount, 2);
  assert.deepEqual(
    table.columns.map(({ name, type }) => `${name}:${type}`),
    ["id:int64", "big:int64", "x:float64", "at:timestamp", "ok:bool", "any:json"],
  );
  const [first, second] = table.toArray();
  assert.deepEqual(first, {
    id: 1,
    big: 9007199254740993n,
    x: 1.5,
    at: "2026-01-31T12:00:00.000Z",
    ok: true,
    any: [1],
  });
  assert.equal(second.big, -9223372036854775808n);
  assert.equal(second.ok, null);
  assert.deepEqual([...table], table.toArray());
  assert.equal(table.value(1, "id"), 2);
  assert.equal(table.value(9, 0), undefined);
  assert.deepEqual(table.column("id"), [1, 2]);
  assert.equal(table.column("none"), undefined);
});

test("it writes JSON, JSON lines and CSV", () => {
  const table = Table.read('[{"a": 9007199254740993, "b": "=1"}, {"a": null, "b": "x,\\"y"}]');
  assert.equal(table.toJson(), '[{"a":9007199254740993,"b":"=1"},{"a":null,"b":"x,\\"y"}]');
  assert.equal(table.toJsonLines().trimEnd(), '{"a":9007199254740993,"b":"=1"}\n{"a":null,"b":"x,\\"y"}');
  assert.equal(table.toCsv(), 'a,b\r\n9007199254740993,=1\r\n,"x,""y"\r\n');
  assert.equal(table.toCsv({ header: false, defuseFormulas: true }), `9007199254740993,'=1\r\n,"x,""y"\r\n`);
  assert.equal(JSON.stringify(table), '[{"a":"9007199254740993","b":"=1"},{"a":null,"b":"x,\\"y"}]');
});

test("it reads bytes as well as texts, and text that is no JSON as one row", () => {
  assert.deepEqual(Table.read(new TextEncoder().encode('[{"ü": 1}]')).toArray(), [{ ü: 1 }]);
  assert.deepEqual(Table.read("done").toArray(), [{ value: "done" }]);
  assert.deepEqual(Table.read('[{"a": 1}]').toArray(), [{ a: 1 }]);
});

test("what can't be read has a code and no content in its message", () => {
  const wrong = [
    [() => Table.read('[{"password": "hush"'), "outputTruncated"],
    [() => Table.read("hush", { format: "json" }), "outputUnreadable"],
    [() => Table.read("{}", { path: "$.rows" }), "outputUnreadable"],
    [() => Table.read("{}", { path: "rows[" }), "invalidOptions"],
    [() => Table.read("[]").toCsv({ headers: true }), "invalidOptions"],
  ];
  for (const [call, code] of /** @type {[() => unknown, string][]} */ (wrong)) {
    assert.throws(call, (error) => {
      assert.ok(error instanceof Error && error.name === "PqrunError");
      assert.equal(Reflect.get(error, "code"), code);
      assert.doesNotMatch(error.message, /hush/u);
      return true;
    });
  }
});
