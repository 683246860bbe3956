/** Tables in JavaScript: what is read, which values come out, what is refused. The same for both modules that have them. */

import assert from "node:assert/strict";
import { test } from "node:test";

import * as client from "pqrun";
import * as alone from "pqrun/table";

const JSON_TEXT =
  '{"rows": [{"id": 1, "big": 9007199254740993, "x": 1.5, "at": "2026-01-31T12:00:00Z", "ok": true, "any": [1]},' +
  ' {"id": 2, "big": -9223372036854775808, "x": 2, "at": null, "any": {"a": "ü"}}]}';

/**
 * @param {() => unknown} call
 * @param {string} code
 * @param {RegExp} [message]
 */
function refused(call, code, message = /./u) {
  assert.throws(call, (error) => {
    assert.ok(error instanceof Error);
    assert.equal(error.name, "PqrunError", String(error.stack));
    assert.equal(Reflect.get(error, "code"), code);
    assert.ok(Reflect.get(error, "hint"));
    assert.match(error.message, message);
    assert.doesNotMatch(error.message, /hush/u);
    return true;
  });
}

for (const [module, { Table }] of /** @type {const} */ ([
  ["pqrun", client],
  ["pqrun/table", alone],
])) {
  test(`${module}: an option that is wrong is named, before anything is read`, () => {
    for (const [options, message] of /** @type {[any, RegExp][]} */ ([
      [{ Path: "$" }, /known options, found "Path"/u],
      [{ path: 5 }, /^path: expected a JSON path such as \$\.rows, found a value of type number$/u],
      [{ path: "rows[" }, /^path: /u],
      [{ format: "xml" }, /^format: expected auto or json or jsonLines .*, found "xml"$/u],
      [{ format: true }, /^format: .*, found a value of type boolean$/u],
      [{ shape: "rows" }, /^shape: expected .*records or arrays/u],
      [{ header: "yes" }, /^header: expected true or false, found "yes"$/u],
      [{ flatten: 1 }, /^flatten: expected true or false/u],
      [{ delimiter: "" }, /^delimiter: expected one character/u],
      [{ delimiter: ";;" }, /^delimiter: .*, found ";;"$/u],
      [{ delimiter: "x".repeat(41) }, /^delimiter: .*, found a value of type string$/u],
      [{ delimiter: "é" }, /^delimiter: /u],
      [{ delimiter: '"' }, /^delimiter: /u],
      [{ delimiter: "\n" }, /^delimiter: .*, found "\\n"$/u],
      [{ schema: [] }, /^schema: expected an object, found an array$/u],
      [{ schema: "a" }, /^schema: expected an object/u],
      [{ schema: { a: "int" } }, /^schema\.a: expected bool or int64 .*, found "int"$/u],
      [[], /^options: expected an object/u],
      ["$.rows", /^options: expected an object, found a value of type string$/u],
    ])) {
      refused(() => Table.read("hush", options), "invalidOptions", message);
    }
    assert.equal(Table.read("[1]", { path: undefined, format: undefined }).rowCount, 1);
  });

  test(`${module}: what is no text and no bytes is refused`, () => {
    for (const input of [undefined, null, 5, {}, [], new Uint16Array(2), new DataView(new ArrayBuffer(2))]) {
      refused(() => Table.read(/** @type {any} */ (input)), "invalidOptions", /Uint8Array/u);
    }
  });

  test(`${module}: what can't be read has a code and a place, and no content in its message`, () => {
    refused(() => Table.read('[{"password": "hush"'), "outputTruncated");
    refused(() => Table.read("hush", { format: "json" }), "outputUnreadable");
    refused(() => Table.read("{}", { path: "$.rows" }), "outputUnreadable");
    refused(() => Table.read(Uint8Array.of(0x5b, 0xff, 0x5d)), "outputUnreadable");
    assert.throws(() => Table.read('[1, "hush'), { offset: 9 });
    assert.throws(() => Table.read('[{"n": 1}, {"n": "hush"}]', { schema: { n: "int64" } }), {
      code: "outputUnreadable",
      row: 1,
      column: "n",
      offset: 17,
    });
  });

  test(`${module}: half of a surrogate pair becomes U+FFFD, a whole one stays`, () => {
    assert.deepEqual(Table.read('["\ud83d", "\\ud83d", "😀", "\\ud83d\\ude00"]').column("value"), [
      "\ufffd",
      "\ufffd",
      "😀",
      "😀",
    ]);
    assert.equal(Table.read("\udc00").value(0, 0), "\ufffd");
  });

  test(`${module}: a text goes in whatever its characters are, at every length`, () => {
    for (const unit of ["a", "é", "€", "😀", "a😀", "ab€é"]) {
      for (let count = 0; count < 40; count += 1) {
        const text = unit.repeat(count);
        assert.equal(Table.read(JSON.stringify([text])).value(0, 0), text);
      }
    }
    const long = "é".repeat(100_000) + "a".repeat(100_000);
    assert.equal(Table.read(JSON.stringify([long])).value(0, 0), long);
  });

  test(`${module}: bytes come as an array of bytes, of Node, of another realm, or as a buffer`, async () => {
    const bytes = new TextEncoder().encode('[{"ü": 1}]');
    const { runInNewContext } = await import("node:vm");
    const foreign = runInNewContext("new Uint8Array(given)", { given: [...bytes] });
    assert.ok(!(foreign instanceof Uint8Array));
    const part = new Uint8Array([0, ...bytes, 0]).subarray(1, -1);
    for (const input of [bytes, bytes.buffer, Buffer.from(bytes), foreign, part]) {
      assert.deepEqual([...Table.read(input)], [{ ü: 1 }]);
    }
  });

  test(`${module}: columns have names and types, values keep every digit`, () => {
    const table = Table.read(JSON_TEXT, { path: "$.rows" });
    assert.equal(table.rowCount, 2);
    assert.deepEqual(
      table.columns.map(({ name, type }) => `${name}:${type}`),
      ["id:int64", "big:int64", "x:float64", "at:timestamp", "ok:bool", "any:json"],
    );
    assert.deepEqual(
      [...table],
      [
        { id: 1, big: 9007199254740993n, x: 1.5, at: "2026-01-31T12:00:00.000Z", ok: true, any: [1] },
        { id: 2, big: -9223372036854775808n, x: 2, at: null, ok: null, any: { a: "ü" } },
      ],
    );
    assert.equal(table.value(1, "id"), 2);
    assert.equal(table.value(1, 1), -9223372036854775808n);
    for (const [row, column] of /** @type {[number, string | number][]} */ ([
      [2, 0],
      [-1, 0],
      [0.5, 0],
      [Number.NaN, 0],
      [0, 6],
      [0, -1],
      [0, "none"],
    ])) {
      assert.equal(table.value(row, column), undefined);
    }
    assert.deepEqual(table.column("id"), [1, 2]);
    assert.deepEqual(table.column(0), [1, 2]);
    assert.equal(table.column("none"), undefined);
  });

  test(`${module}: a value is the same alone, in its column, in its row and in JSON`, () => {
    const rows = [
      ["2026-01-31T12:00:00Z", "2026-01-31T12:00:00", "2026-01-31", 1, 0.5, true, "a", [1]],
      ["2026-01-31T12:00:00.123456+01:00", "2026-01-31 12:00:00.5", "0001-01-01", -1, 1e300, false, "", { a: null }],
      ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000001", "9999-12-31", 9007199254740993n, -0, null, "é😀", "x"],
      ["9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999", "1969-12-31", null, null, true, "\ufeffx", 5],
      ["1969-12-31T23:59:59.999Z", "1600-02-29T00:00:00.000001", "1970-01-01", 2 ** 53 - 1, 5e-324, true, "€", true],
      [null, null, null, -(2 ** 53), 2, null, null, null],
    ];
    const names = ["at", "local", "day", "n", "x", "ok", "text", "any"];
    const text = JSON.stringify(rows.map((row) => Object.fromEntries(row.map((value, at) => [names[at], value]))), (_, value) =>
      typeof value === "bigint" ? `#${value}#` : Object.is(value, -0) ? "#-0#" : value,
    ).replace(/"#([^#]*)#"/gu, "$1");
    const table = Table.read(text);
    assert.deepEqual(
      table.columns.map(({ type }) => type),
      ["timestamp", "datetime", "date", "int64", "float64", "bool", "utf8", "json"],
    );
    const all = [...table];
    for (const [at, name] of names.entries()) {
      for (let row = 0; row < rows.length; row += 1) {
        const alone = table.value(row, name);
        assert.deepEqual(table.column(name)?.[row], alone);
        assert.deepEqual(all[row]?.[name], alone);
        if (at > 2) {
          const given = rows[row]?.[at];
          assert.deepEqual(alone, given === -(2 ** 53) ? -9007199254740992n : given);
        }
      }
    }
    assert.deepEqual(table.column("at"), [
      "2026-01-31T12:00:00.000Z",
      "2026-01-31T11:00:00.123456Z",
      "0001-01-01T00:00:00.000Z",
      "9999-12-31T23:59:59.999999Z",
      "1969-12-31T23:59:59.999Z",
      null,
    ]);
    assert.deepEqual(table.column("local"), [
      "2026-01-31T12:00:00.000",
      "2026-01-31T12:00:00.500",
      "0001-01-01T00:00:00.000001",
      "9999-12-31T23:59:59.999999",
      "1600-02-29T00:00:00.000001",
      null,
    ]);
    assert.deepEqual(table.column("day"), ["2026-01-31", "0001-01-01", "9999-12-31", "1969-12-31", "1970-01-01", null]);
    const written = JSON.parse(table.toJson().replace(/:(-?\d{16,})/gu, ':"$1"'));
    const stringified = JSON.parse(JSON.stringify(table));
    assert.deepEqual(
      written.map((/** @type {any} */ row) => [row.at, row.local, row.day, row.text, row.any]),
      stringified.map((/** @type {any} */ row) => [row.at, row.local, row.day, row.text, row.any]),
    );
    assert.deepEqual(stringified.map((/** @type {any} */ row) => row.n).slice(2), ["9007199254740993", null, 2 ** 53 - 1, "-9007199254740992"]);
  });

  test(`${module}: options reach the reader`, () => {
    const { read } = Table;
    assert.deepEqual([...read("a;b\n1;x\n", { format: "csv", delimiter: ";" })], [{ a: 1, b: "x" }]);
    assert.deepEqual([...read("1,2\n", { format: "csv", header: false })], [{ column1: 1, column2: 2 }]);
    assert.deepEqual([...read('{"a":1}\n{"a":2}\n', { format: "jsonLines" })], [{ a: 1 }, { a: 2 }]);
    assert.deepEqual([...read("[1]", { format: "text" })], [{ value: "[1]" }]);
    assert.deepEqual([...read('{"0":{"a":1}}', { shape: "row" })], [{ 0: { a: 1 } }]);
    assert.deepEqual([...read('[{"a":{"b":1}}]', { flatten: true })], [{ "a.b": 1 }]);
    assert.deepEqual([...read('{"r":"[{\\"a\\":1}]"}', { path: "$.r" })], [{ a: 1 }]);
    const table = read('[{"b": "7"}]', { schema: { a: "date", b: "int64" } });
    assert.deepEqual(table.columns, [
      { name: "a", type: "date" },
      { name: "b", type: "int64" },
    ]);
    assert.deepEqual([...table], [{ a: null, b: 7 }]);
  });

  test(`${module}: it writes JSON, JSON lines, CSV and Markdown`, () => {
    const table = Table.read('[{"a": 9007199254740993, "b": "=1"}, {"a": null, "b": "x,\\"|y"}]');
    assert.equal(table.toJson(), '[{"a":9007199254740993,"b":"=1"},{"a":null,"b":"x,\\"|y"}]');
    assert.equal(table.toJsonLines(), '{"a":9007199254740993,"b":"=1"}\n{"a":null,"b":"x,\\"|y"}\n');
    assert.equal(table.toCsv(), 'a,b\r\n9007199254740993,=1\r\n,"x,""|y"\r\n');
    assert.equal(table.toCsv({ header: false, defuseFormulas: true }), `9007199254740993,'=1\r\n,"x,""|y"\r\n`);
    assert.match(table.toMarkdown(), /^\| a \| b \|\n.*\n\| 9007199254740993 \| =1 \|\n\|  \| x,"\\\|y \|\n$/u);
    assert.equal(JSON.stringify(table), '[{"a":"9007199254740993","b":"=1"},{"a":null,"b":"x,\\"|y"}]');
    refused(() => table.toCsv(/** @type {any} */ ({ headers: true })), "invalidOptions", /"headers"/u);
    refused(() => table.toCsv(/** @type {any} */ ({ header: 1 })), "invalidOptions", /^header: /u);
  });

  test(`${module}: tables of one kind become one, with the name of each`, () => {
    const parts = [
      { name: "one", table: Table.read('[{"a": 1, "b": null}]') },
      { name: "two", table: Table.read('[{"a": 2.5, "b": "x"}]') },
      { name: "none", table: Table.read("[]") },
    ];
    const all = Table.concat(parts, "task");
    assert.deepEqual(
      [...all],
      [
        { task: "one", a: 1, b: null },
        { task: "two", a: 2.5, b: "x" },
      ],
    );
    assert.deepEqual(Object.keys([...Table.concat(new Set(parts))][0] ?? {}), ["name", "a", "b"]);
    assert.equal(parts[0]?.table.rowCount, 1, "they stay");
    assert.deepEqual([...Table.concat([])], []);
    refused(() => Table.concat([...parts, { name: "odd", table: Table.read('[{"c": 1}]') }]), "outputUnreadable", /odd/u);
    parts[0]?.table.free();
    assert.throws(() => Table.concat(parts), TypeError);
    assert.equal(all.rowCount, 2);
    const named = { name: 1, table: parts[1]?.table };
    for (const wrong of [undefined, 5, [null], [named], [{ name: "a" }], [{ name: "a", table: {} }]]) {
      refused(() => Table.concat(/** @type {any} */ (wrong)), "invalidOptions", /^concat: /u);
    }
    refused(() => Table.concat([], /** @type {any} */ (5)), "invalidOptions", /^concat: /u);
  });
}

test("tables of two modules don't become one: each has a memory of its own", () => {
  const table = alone.Table.read("[1]");
  assert.throws(() => client.Table.concat([{ name: "a", table }]), /made by the same module/u);
});
