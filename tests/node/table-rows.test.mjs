/** Rows that are made when they are touched. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";

import { Table } from "pqrun/table";

/** More than the rows whose texts are made together. */
const MANY = 2500;
const plain = Array.from({ length: MANY }, (_, at) => ({
  id: at,
  name: at % 3 === 0 ? null : `name ${at} ${at % 2 ? "é😀" : ""}`,
  any: at % 5 ? [at] : { at },
}));
const text = JSON.stringify(plain);
const rowsOf = () => Table.read(text).toArray();

test("they are a real array of plain objects", () => {
  const rows = rowsOf();
  assert.ok(Array.isArray(rows));
  assert.ok(rows instanceof Array);
  assert.equal(rows.length, MANY);
  assert.deepEqual(rows, plain);
  assert.equal(Object.getPrototypeOf(rows[7]), Object.prototype);
  assert.deepEqual(Object.keys(rows[7] ?? {}), ["id", "name", "any"]);
});

test("a row is made once, whatever order rows are touched in", () => {
  const rows = rowsOf();
  const last = rows[MANY - 1];
  assert.deepEqual(last, plain[MANY - 1]);
  assert.equal(rows[MANY - 1], last);
  assert.equal(rows.at(-1), last);
  assert.deepEqual(rows[0], plain[0]);
  assert.notEqual(rowsOf()[0], rows[0]);
});

test("what is no index is no row", () => {
  const rows = rowsOf();
  for (const key of ["-1", "01", "1.0", "1e3", String(MANY), "", " 1", "-0", "Infinity", "4294967295"]) {
    assert.equal(Reflect.get(rows, key), undefined, key);
    assert.equal(key in rows, false, key);
  }
  assert.ok(0 in rows && MANY - 1 in rows && "length" in rows && "map" in rows);
  assert.equal(Symbol.iterator in rows, true);
});

/** Each takes an array and gives something to compare; the array itself is compared too. */
const METHODS = /** @type {Record<string, (rows: any[]) => unknown>} */ ({
  at: (rows) => [rows.at(3), rows.at(-3)],
  concat: (rows) => [1].concat(rows, rows),
  copyWithin: (rows) => rows.copyWithin(0, 5, 8).length,
  delete: (rows) => delete rows[3] && !(3 in rows),
  entries: (rows) => [...rows.entries()],
  every: (rows) => rows.every(({ id }) => id >= 0),
  fill: (rows) => rows.fill(5, 1, 3)[2],
  filter: (rows) => rows.filter(({ id }) => id % 7 === 0),
  find: (rows) => rows.find(({ id }) => id === 1030),
  findLast: (rows) => rows.findLast(({ id }) => id === 1030),
  flat: (rows) => rows.flat(),
  flatMap: (rows) => rows.flatMap(({ id }) => [id, id]),
  forEach: (rows) => {
    let sum = 0;
    rows.forEach(({ id }) => (sum += id));
    return sum;
  },
  forIn: (rows) => {
    const keys = [];
    for (const key in rows) keys.push(key);
    return keys;
  },
  from: (rows) => Array.from(rows),
  includes: (rows) => rows.includes(rows[1500]),
  indexOf: (rows) => rows.indexOf(rows[1500]),
  join: (rows) => rows.join(),
  keys: (rows) => Object.keys(rows),
  length: (rows) => (rows.length = 3),
  map: (rows) => rows.map(({ id }) => id),
  ownKeys: (rows) => Reflect.ownKeys(rows).filter((key) => typeof key === "string"),
  pop: (rows) => rows.pop(),
  property: (rows) => ((rows[5] = "new"), Object.assign(rows, { note: 1 }).note),
  push: (rows) => rows.push({ id: -1 }),
  reduce: (rows) => rows.reduce((sum, { id }) => sum + id, 0),
  reduceRight: (rows) => rows.reduceRight((sum, { id }) => sum + id, 0),
  reverse: (rows) => rows.reverse()[0],
  shift: (rows) => rows.shift(),
  slice: (rows) => rows.slice(1000, 1100),
  some: (rows) => rows.some(({ id }) => id === 2000),
  sort: (rows) => rows.sort((one, other) => other.id - one.id)[0],
  splice: (rows) => rows.splice(1000, 5, { id: -1 }),
  spread: (rows) => [...rows],
  stringify: (rows) => JSON.stringify(rows),
  unshift: (rows) => rows.unshift({ id: -1 }),
  values: (rows) => [...rows.values()],
  with: (rows) => Object.values({ ...rows }).length,
});

for (const [name, use] of Object.entries(METHODS)) {
  test(`${name} does what it does to any array`, () => {
    const rows = rowsOf();
    const common = structuredClone(plain);
    assert.deepEqual(use(rows), use(common));
    assert.deepEqual([...rows], [...common]);
    assert.equal(rows.length, common.length);
  });
}

test("an array can be frozen", () => {
  const rows = Object.freeze(rowsOf());
  assert.ok(Object.isFrozen(rows));
  assert.throws(() => Reflect.get(rows, "push").call(rows, 1), TypeError);
  assert.deepEqual(rows[2000], plain[2000]);
});

test("the console shows rows, not holes", () => {
  const shown = inspect(rowsOf());
  assert.match(shown, /id: 0,[^]*name: 'name 1 é😀'[^]*2400 more items/u);
  assert.doesNotMatch(shown, /empty|Symbol/u);
});

test("rows outlive their table, also those that are made later", () => {
  const table = Table.read(text);
  const rows = table.toArray();
  const iterator = table[Symbol.iterator]();
  assert.deepEqual(iterator.next().value, plain[0]);
  table.free();
  assert.deepEqual(rows, plain);
  assert.deepEqual([...iterator], plain.slice(1));
});

test("iterating makes new rows each time, and may stop early", () => {
  const table = Table.read(text);
  for (const row of table) {
    assert.deepEqual(row, plain[0]);
    break;
  }
  assert.deepEqual([...table], plain);
});

test("columns may have any name", () => {
  const names = ["__proto__", "constructor", "toString", "length", "", "0", "7", "ü.ö", "a b"];
  const given = `[{${names.map((name, at) => `${JSON.stringify(name)}:${at}`).join()}}]`;
  const table = Table.read(given);
  for (const row of [table.toArray()[0], [...table][0]]) {
    assert.deepEqual(row, JSON.parse(given)[0]);
    assert.equal(Object.getPrototypeOf(row), Object.prototype);
    assert.equal(Object.getOwnPropertyDescriptor(row, "__proto__")?.value, 0);
  }
  assert.equal(JSON.stringify(table), JSON.stringify(JSON.parse(given)));
});

test("a table may have no rows, no columns, or neither", () => {
  const header = Table.read("a,b\n", { format: "csv" });
  assert.deepEqual([header.rowCount, header.columns.length], [0, 2]);
  assert.deepEqual(header.toArray(), []);
  assert.deepEqual([...header], []);
  assert.deepEqual(header.column("a"), []);
  assert.equal(JSON.stringify(header), "[]");
  const empty = Table.read("[]");
  assert.deepEqual([empty.rowCount, empty.columns], [0, []]);
  assert.deepEqual(empty.toArray(), []);
  const blank = Table.read("[{},{}]");
  assert.deepEqual(blank.toArray(), [{}, {}]);
  assert.equal(JSON.stringify(blank), "[{},{}]");
});

test("a row of one table does not touch another one's", () => {
  const rows = rowsOf();
  Object.assign(rows[0] ?? {}, { id: "changed" });
  assert.deepEqual(rows[1], plain[1]);
  assert.equal(rows[0]?.id, "changed");
});
