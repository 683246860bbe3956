/** Random JSON texts in all shapes of tables, JSON lines, CSV, and texts that nearly are one of these. */

import { csvMaker } from "./random-csv.mjs";

/**
 * Numbers from 0 to 1, the same for the same seed (mulberry32).
 *
 * @param {number} seed
 * @returns {() => number}
 */
export function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Kinds of scalars, so that a column may keep to one. */
const SCALARS = [
  ["true", "false"],
  ["0", "1", "-5", "42", "123456789"],
  ["9007199254740993", "-9223372036854775808", "9223372036854775807", "7"],
  ["9223372036854775808", "1", "-99999999999999999999"],
  ["1.0", "0.1", "-2.5e-3", "1E5", "3", "-0", "9007199254740992", "1e400", "2e-400"],
  ["1.500000000000000000", "12345678901234567890.123456789012345678", "0.00", "7"],
  ["0.1234567890123456789", "12345678901234567.0", "1e-400", "-0e-400", "123456789012345678e-17", "0.5"],
  ['""', '"a"', '"007"', '"[1,2]"', '"{\\"x\\":1}"', '"a\\\\"', '"\\\\\\""', '"é😀"', '"true"', '" , : "'],
  ['"\\u0041"', '"\\ud83d\\ude00"', '"\\ud83d"', '"\\udc00\\ud83d"', '"\\/\\b\\f\\n\\r\\t"', '"\\\\ud83d"'],
  ['"2026-01-31T12:00:00Z"', '"2024-02-29T00:00:00.5+02:00"', '"1999-12-31T23:59:59.123000-14:00"'],
  ['"2026-01-31T12:00:00Z"', '"2026-02-30T12:00:00Z"', '"2026-01-31T12:00:00"', '"2026-01-31T24:00:00Z"'],
  ['"2026-01-31T12:00:00.1234Z"', '"2026-01-31T12:00:00+14:01"', '"2026-01-31T12:00:00.Z"'],
  ['"2026-01-31 12:00:00.123456Z"', '"2026-01-31T12:00:00.1234560-0530"', '"1969-12-31 23:59:59.999999+1400"'],
  ['"2026-01-31"', '"2024-02-29"', '"9999-12-31"', '"2026\\u002d01-31"'],
  ['"2026-01-31"', '"2023-02-29"', '"2026-1-31"', '"2026-01-31T00:00:00"'],
  ['"2026-01-31T12:00:00"', '"2026-01-31 23:59:59.5"', '"0001-01-01T00:00:00.000001"', '"2026-01-31 12:00:00.12"'],
  ['"2026-01-31T12:00:00"', '"2026-01-31 12:00:00.1234567"', '"2026-01-31T12:00:00.123456000"', '"2026-01-31 12:00"'],
];
const NAMES = ['"a"', '"b"', '"c"', '"A"', '""', '"a b"', '"\\u0061"', '"é"', '"\\""', '"column1"', '"value"'];
const SPACES = ["", "", "", " ", "\n", "\t", "\r\n", "  "];
const DAMAGE = ['"', "\\", "[", "]", "{", "}", ",", ":", "-", ".", "e", "0", "t", " ", "\n", "\u0003", "é"];

/** @param {() => number} random */
export function jsonMaker(random) {
  /** @param {number} count */
  const below = (count) => Math.floor(random() * count);
  /** @template T @param {T[]} items @returns {T} */
  const one = (items) => items[below(items.length)];
  const space = () => one(SPACES);
  /** @param {string[]} parts @param {string} open @param {string} close */
  const within = (parts, open, close) => `${open}${space()}${parts.join(`${space()},${space()}`)}${space()}${close}`;
  /** @template T @param {number} count @param {(at: number) => T} make */
  const several = (count, make) => Array.from({ length: count }, (_, at) => make(at));
  /** @param {string[]} kind */
  const scalar = (kind) => (random() < 0.15 ? "null" : one(random() < 0.05 ? one(SCALARS) : kind));

  /** @param {number} depth @returns {string} */
  const value = (depth) => {
    const choice = depth > 3 ? 0 : random();
    if (choice < 0.6) return scalar(one(SCALARS));
    const name = () => (choice < 0.8 ? "" : `${one(NAMES)}${space()}:${space()}`);
    const parts = several(below(4), () => name() + value(depth + 1));
    return choice < 0.8 ? within(parts, "[", "]") : within(parts, "{", "}");
  };

  const rows = () => {
    const kinds = several(1 + below(5), () => one(SCALARS));
    const names = kinds.map(() => one(NAMES));
    const isList = random() < 0.3;
    const header = isList && random() < 0.6 ? [within(names, "[", "]")] : [];
    return within(
      [...header, ...several(below(8), () => {
        if (random() < 0.05) return "null";
        const cells = kinds.map((kind) => (random() < 0.05 ? value(2) : scalar(kind)));
        if (isList) return within(cells.slice(0, random() < 0.8 ? cells.length : below(cells.length + 1)), "[", "]");
        const nameAt = (/** @type {number} */ at) => (random() < 0.95 ? names[at] : one(NAMES));
        const members = cells.map((cell, at) => `${nameAt(at)}${space()}:${space()}${cell}`);
        return within(random() < 0.8 ? members : members.slice(below(members.length)), "{", "}");
      })],
      "[",
      "]",
    );
  };

  const columns = () => {
    const count = below(4);
    const members = several(1 + below(3), () => {
      const kind = one(SCALARS);
      const cells = several(random() < 0.9 ? count : below(4), () => scalar(kind));
      return `${one(NAMES)}:${within(cells, "[", "]")}`;
    });
    return within(members, "{", "}");
  };

  /** @param {number} count */
  const labels = (count) => {
    const start = random() < 0.9 ? 0 : 1;
    return several(count, (at) => (random() < 0.98 ? `"${at + start}"` : one(NAMES)));
  };
  /** @param {string[]} names @param {(at: number) => string} valueAt */
  const object = (names, valueAt) => within(names.map((name, at) => `${name}${space()}:${space()}${valueAt(at)}`), "{", "}");
  /** @template T @param {T[]} items */
  const shuffled = (items) => items.map((item) => [random(), item]).sort().map(([, item]) => /** @type {T} */ (item));
  /** @param {number} count */
  const index = (count) => {
    const kind = one(SCALARS);
    const labelled = random() < 0.4;
    return within(several(count, (at) => (labelled ? scalar(kind) : String(at))), "[", "]");
  };

  const pandasObjects = () => {
    const count = below(4);
    const names = random() < 0.5 ? labels(1 + below(4)) : several(1 + below(3), () => one(NAMES));
    return object(names, () => {
      const kind = one(SCALARS);
      const inside = random() < 0.7 ? labels(random() < 0.95 ? count : below(4)) : several(below(3), () => one(NAMES));
      return random() < 0.03 ? value(2) : object(inside, () => scalar(kind));
    });
  };

  const pandasSplit = () => {
    const names = several(below(4), () => (random() < 0.8 ? one(NAMES) : scalar(one(SCALARS))));
    const count = below(4);
    const data = several(count, () => {
      if (random() < 0.05) return "null";
      return within(several(random() < 0.9 ? names.length : below(5), () => scalar(one(SCALARS))), "[", "]");
    });
    const members = [`"columns":${within(names, "[", "]")}`, `"data":${within(data, "[", "]")}`];
    if (random() < 0.7) members.push(`"index":${index(random() < 0.95 ? count : below(4))}`);
    if (random() < 0.05) members.push(`${one(NAMES)}:1`);
    return within(random() < 0.5 ? members : shuffled(members), "{", "}");
  };

  const pandasTable = () => {
    const names = ['"index"', ...several(below(4), () => one(NAMES))];
    const fields = names.filter(() => random() < 0.9).map((name) => `{"name":${name},"type":"string"}`);
    const key = random() < 0.7 ? ',"primaryKey":["index"]' : "";
    const counted = random() < 0.7;
    const data = several(below(4), (row) =>
      random() < 0.05
        ? "null"
        : object(names, (at) => (at === 0 && counted ? String(row) : scalar(one(SCALARS)))),
    );
    const members = [`"schema":{"fields":${within(fields, "[", "]")}${key}}`, `"data":${within(data, "[", "]")}`];
    return within(random() < 0.5 ? members : shuffled(members), "{", "}");
  };

  /** JSON on one line. @param {string} json */
  const line = (json) => json.replaceAll(/[\r\n]+/g, " ");
  const row = () => {
    const cells = several(below(4), () => (random() < 0.9 ? scalar(one(SCALARS)) : value(2)));
    return random() < 0.8 ? object(cells.map(() => one(NAMES)), (at) => cells[at]) : within(cells, "[", "]");
  };
  const texts = () =>
    within(several(below(5), () => (random() < 0.1 ? scalar(one(SCALARS)) : JSON.stringify(row().toWellFormed()))), "[", "]");
  const lines = () =>
    several(2 + below(4), () => (random() < 0.97 ? line(row()) : scalar(one(SCALARS)))).join(
      random() < 0.95 ? one(["\n", "\r\n", "\n\n", " \n ", "\r"]) : " ",
    );
  const csv = csvMaker(random);

  /** A text that some deletion, insertion or cut keeps from being JSON, more often than not. @param {string} text */
  const damaged = (text) => {
    const at = below(text.length + 1);
    const choice = random();
    const start = text.slice(0, at);
    const rest = text.slice(at);
    const result = choice < 0.5 ? start : start + (choice < 0.75 ? rest.slice(1) : one(DAMAGE) + rest);
    return result.toWellFormed();
  };

  const text = () => {
    if (random() < 0.15) return csv();
    const make = one([rows, rows, rows, columns, () => value(0), pandasObjects, pandasSplit, pandasTable, texts, lines]);
    return `${space()}${make()}${space()}`;
  };

  /**
   * A text, or a document that holds it as a text, and a path that may lead to it.
   *
   * @param {string} text
   * @returns {[string, string]}
   */
  const atPath = (text) => {
    const path = `$${steps()}`;
    if (random() < 0.6) return [text, path];
    return [`{"t":${JSON.stringify(text.toWellFormed())}}`, `$.t${random() < 0.6 ? "" : path.slice(1)}`];
  };

  const steps = () => {
    const steps = several(below(4), () => one([".a", ".b", "[0]", "[1]", "['a b']", "['']", '["\\""]', ".é"]));
    return steps.join("");
  };

  return { text, damaged, atPath };
}
