/** What a table of a JSON text has to be: the rules of the documentation, as plainly as they can be written. */

import { NotJson, parse } from "./reference.mjs";

/** @typedef {import("./reference.mjs").Node} Node */
/** @typedef {{ name: string, type: string, values: unknown[] }} Column */
/** @typedef {{ rowCount: number, columns: Column[] }} Model */

/** Arrays and objects within each other, at most. */
export const MAX_DEPTH = 128;

const NULL = /** @type {Node} */ ({ kind: "null", source: "null", depth: 0 });

/**
 * The table of a JSON value whose shape nobody named.
 *
 * @param {Node} node
 * @returns {Model}
 */
export function tableOf(node) {
  const cells = node.kind === "array" ? ofArray(node.items) : node.kind === "object" ? ofObject(node.members) : ofRow(node);
  return {
    rowCount: cells.rowCount,
    columns: [...cells.columns].map(([name, values]) => ({ name, ...typed(values) })),
  };
}

/** @typedef {{ rowCount: number, columns: Map<string, Node[]> }} Cells */

/** @param {Node[]} items @returns {Cells} */
function ofArray(items) {
  const rows = items.filter(({ kind }) => kind !== "null");
  const all = (/** @type {Node["kind"]} */ kind) => rows.length > 0 && rows.every((row) => row.kind === kind);
  if (all("object")) {
    return ofRecords(items.map(membersOf));
  }
  if (all("array")) {
    const lists = items.map(itemsOf);
    return hasHeader(items) ? ofLists(lists.slice(1), textsOf(lists[0])) : ofLists(lists, []);
  }
  if (all("text")) {
    const objects = rows.map((row) => objectIn(textsOf([row])[0]));
    if (objects.every((object) => object !== undefined)) {
      return ofRecords(items.map((item) => membersOf(item.kind === "null" ? item : /** @type {Node} */ (objects.shift()))));
    }
  }
  return { rowCount: items.length, columns: new Map(items.length ? [["value", items]] : []) };
}

/** @param {Map<string, Node>} members @returns {Cells} */
function ofObject(members) {
  const values = [...members.values()];
  return (
    ofSplit(members) ??
    ofTable(members) ??
    (values.length > 0 && values.every(({ kind }) => kind === "object") ? ofLabels(members) : undefined) ??
    (values.length > 0 && values.every((value) => value.kind === "array" && value.items.length === itemsOf(values[0]).length)
      ? { rowCount: itemsOf(values[0]).length, columns: new Map([...members].map(([name, value]) => [name, itemsOf(value)])) }
      : undefined) ??
    ofRecords([members])
  );
}

/** @param {Node} value @returns {Cells} */
function ofRow(value) {
  return { rowCount: 1, columns: new Map([["value", [value]]]) };
}

/** @param {(Map<string, Node> | undefined)[]} rows @param {string[]} first @returns {Cells} */
function ofRecords(rows, first = []) {
  const names = new Set([...first, ...rows.flatMap((row) => [...(row?.keys() ?? [])])]);
  return {
    rowCount: rows.length,
    columns: new Map([...names].map((name) => [name, rows.map((row) => row?.get(name) ?? NULL)])),
  };
}

/** Blank names and those of further columns are numbers. @param {Node[][]} rows @param {string[]} names @returns {Cells} */
function ofLists(rows, names) {
  const width = rows.reduce((widest, row) => Math.max(widest, row.length), names.length);
  const columns = new Map();
  for (let at = 0; at < width; at += 1) {
    const blank = /^\p{White_Space}*$/u.test(names[at] ?? "");
    const name = free(blank ? `column${at + 1}` : names[at], (name) => columns.has(name));
    columns.set(name, rows.map((row) => row[at] ?? NULL));
  }
  return { rowCount: rows.length, columns };
}

/** @param {Node[]} items */
function hasHeader([first, ...later]) {
  const names = itemsOf(first);
  if (names.length === 0 || later.length === 0 || names.some((name) => name.kind !== "text" || name.text === "")) {
    return false;
  }
  const rows = later.map(itemsOf);
  return (
    new Set(textsOf(names)).size === names.length &&
    rows.every((row) => row.length <= names.length) &&
    names.some((_, at) => {
      const values = rows.map((row) => row[at] ?? NULL).filter(({ kind }) => kind !== "null");
      return values.length > 0 && values.every(({ kind }) => kind !== "text");
    })
  );
}

/** pandas' `split`. @param {Map<string, Node>} members @returns {Cells | undefined} */
function ofSplit(members) {
  const [columns, index, data] = ["columns", "index", "data"].map((name) => members.get(name));
  if (
    members.size !== (index ? 3 : 2) ||
    columns?.kind !== "array" ||
    columns.items.some(({ kind }) => kind === "array" || kind === "object") ||
    data?.kind !== "array" ||
    data.items.some(({ kind }) => kind !== "array") ||
    (index && (index.kind !== "array" || index.items.length !== data.items.length))
  ) {
    return undefined;
  }
  const cells = ofLists(data.items.map(itemsOf), columns.items.map(label));
  return index ? withIndex(itemsOf(index), cells) : cells;
}

/** pandas' `table`. @param {Map<string, Node>} members @returns {Cells | undefined} */
function ofTable(members) {
  const [schema, data] = [members.get("schema"), members.get("data")];
  if (members.size !== 2 || schema?.kind !== "object" || data?.kind !== "array") {
    return undefined;
  }
  const fields = schema.members.get("fields");
  if (fields?.kind !== "array" || data.items.some(({ kind }) => kind !== "object")) {
    return undefined;
  }
  if (fields.items.some(({ kind }) => kind !== "object")) {
    return undefined;
  }
  const names = fields.items.flatMap((field) => membersOf(field)?.get("name") ?? []).map(label);
  const cells = ofRecords(data.items.map(membersOf), names);
  const key = schema.members.get("primaryKey");
  const isIndex = key?.kind === "array" && key.items.length === 1 && textsOf(key.items)[0] === "index";
  if (isIndex && counts((cells.columns.get("index") ?? [NULL]).map(({ source }) => source))) {
    cells.columns.delete("index");
  }
  return cells;
}

/** pandas' `columns` and `index`. @param {Map<string, Node>} members @returns {Cells | undefined} */
function ofLabels(members) {
  const inner = [...members.values()].map((value) => /** @type {Map<string, Node>} */ (membersOf(value)));
  const labels = [...inner[0].keys()];
  const same = inner.every((object) => object.size === labels.length && [...object.keys()].every((name, at) => name === labels[at]));
  if (same && counts(labels) && (labels.length > 0 || !counts([...members.keys()]))) {
    return {
      rowCount: labels.length,
      columns: new Map([...members].map(([name, value]) => [name, [.../** @type {Map<string, Node>} */ (membersOf(value)).values()]])),
    };
  }
  return counts([...members.keys()]) ? ofRecords(inner) : undefined;
}

/** @param {Node[]} index @param {Cells} cells @returns {Cells} */
function withIndex(index, cells) {
  if (counts(index.map(({ source }) => source))) {
    return cells;
  }
  const name = free("index", (name) => cells.columns.has(name));
  return { rowCount: cells.rowCount, columns: new Map([[name, index], ...cells.columns]) };
}

const counts = (/** @type {string[]} */ labels) => labels.every((label, at) => label === String(at));

/** @param {string} name @param {(name: string) => boolean} isTaken */
function free(name, isTaken) {
  if (!isTaken(name)) {
    return name;
  }
  let number = 2;
  while (isTaken(`${name}_${number}`)) {
    number += 1;
  }
  return `${name}_${number}`;
}

/** A name that need not be a text: another scalar as it is written, nothing for what is none. */
const label = (/** @type {Node} */ node) => (node.kind === "text" ? node.text : "number bool".includes(node.kind) ? node.source : "");
const membersOf = (/** @type {Node} */ node) => (node.kind === "object" ? node.members : undefined);
const itemsOf = (/** @type {Node} */ node) => (node.kind === "array" ? node.items : []);
const textsOf = (/** @type {Node[]} */ nodes) => nodes.map((node) => (node.kind === "text" ? node.text : ""));

/** @param {string} text */
function objectIn(text) {
  if (!/^[ \t\n\r]*\{/u.test(text)) {
    return undefined;
  }
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof NotJson) {
      return undefined;
    }
    throw error;
  }
}

/**
 * The narrowest type that holds all values, and the values as JavaScript gets them.
 *
 * @param {Node[]} cells
 * @returns {{ type: string, values: unknown[] }}
 */
function typed(cells) {
  const there = cells.filter(({ kind }) => kind !== "null");
  const kinds = new Set(there.map(({ kind }) => kind));
  const [kind] = kinds.size > 1 || kinds.has("array") || kinds.has("object") ? ["json"] : kinds;
  const as = (/** @type {string} */ type, /** @type {(cell: any) => unknown} */ value) => ({
    type,
    values: cells.map((cell) => (cell.kind === "null" ? null : value(cell))),
  });
  switch (kind) {
    case "bool":
      return as("bool", ({ source }) => source === "true");
    case "number":
      if (there.every(({ source }) => isInteger(source) && isInt64(source))) {
        return as("int64", ({ source }) => (Number.isSafeInteger(Number(source)) ? Number(source) : BigInt(source)));
      }
      if (there.every(({ source }) => (isInteger(source) ? isInt64(source) && isDouble(source) : isNearDouble(source)))) {
        return as("float64", ({ source }) => Number(source));
      }
      return as("utf8", ({ source }) => source);
    case "text": {
      const times = there.map((cell) => pointInTime(textsOf([cell])[0]));
      const types = new Set(times.map((time) => time?.type));
      const [type] = types;
      return types.size === 1 && type ? as(type, ({ text }) => pointInTime(text)?.text) : as("utf8", ({ text }) => text);
    }
    case "json":
      return as("json", ({ source }) => JSON.parse(source));
    default:
      return as("utf8", () => null);
  }
}

/** `-0` is a double: an integer has no sign to keep. */
const isInteger = (/** @type {string} */ source) => /^-?\d+$/u.test(source) && source !== "-0";
const isInt64 = (/** @type {string} */ source) => BigInt.asIntN(64, BigInt(source)) === BigInt(source);
const isDouble = (/** @type {string} */ source) => BigInt(Number(source)) === BigInt(source);

/** Whether a number has no more digits than a double is written with, and is in a double's range. */
const isNearDouble = (/** @type {string} */ source) => {
  const digits = source.replace(/[eE].*/u, "").replace(/[-.]/gu, "").replace(/^0+|0+$/gu, "");
  const number = Number(source);
  return digits.length <= 17 && Number.isFinite(number) && (number !== 0 || digits === "");
};

const POINT_IN_TIME =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6})0{0,3})?(Z|[+-]\d\d:?\d\d)?)?$/u;

/**
 * A text that is a date, a date-time or a date-time with a zone, in the spelling that tables give it.
 *
 * @param {string} text
 */
function pointInTime(text) {
  const found = POINT_IN_TIME.exec(text);
  if (!found) {
    return undefined;
  }
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map((part) => Number(part ?? 0));
  const micros = (found[7] ?? "").padEnd(6, "0");
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (year < 1 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || hour > 23 || minute > 59 || second > 59) {
    return undefined;
  }
  if (found[4] === undefined) {
    return { type: "date", text };
  }
  const zone = /^([+-])(\d\d):?(\d\d)$/u.exec(found[8] ?? "");
  const offset = zone ? (Number(zone[2]) * 60 + Number(zone[3])) * (zone[1] === "-" ? -1 : 1) : 0;
  if (zone && (Number(zone[3]) > 59 || Math.abs(offset) > 14 * 60)) {
    return undefined;
  }
  date.setUTCHours(hour, minute - offset, second);
  if (date.getUTCFullYear() < 1 || date.getUTCFullYear() > 9999) {
    return undefined;
  }
  const fraction = micros.endsWith("000") ? micros.slice(0, 3) : micros;
  return {
    type: found[8] === undefined ? "datetime" : "timestamp",
    text: `${date.toISOString().slice(0, 19)}.${fraction}${found[8] === undefined ? "" : "Z"}`,
  };
}
