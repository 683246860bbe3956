/** Tables of M in the words of the shared cases: columns with their types, cells as texts. */

import { toJson, typeText } from "../json.mjs";
import { MDateTimeZone, MTable, conforms, plain } from "../value.mjs";

/**
 * @import { Value } from "../value/slot.mjs"
 */

/** @type {Record<string, string>} A column of JSON is one of text here. */
const TYPES = {
  "nullable logical": "bool",
  "nullable Int64.Type": "int64",
  "nullable number": "float64",
  "nullable datetimezone": "timestamp",
  "nullable datetime": "datetime",
  "nullable date": "date",
  "nullable text": "utf8",
};

/**
 * A date-time as the package writes it: with milliseconds, or with microseconds where it has them.
 *
 * @param {string} dateTime
 */
function written(dateTime) {
  const [seconds, fraction = ""] = dateTime.split(".");
  const zeros = /0*$/.exec(fraction.padEnd(7, "0"))?.[0].length ?? 0;
  return `${seconds}.${fraction.padEnd(7, "0").slice(0, zeros >= 4 ? 3 : zeros >= 1 ? 6 : 7)}`;
}

/** @type {Record<string, (value: any) => string>} */
const CELLS = {
  bool: String,
  int64: String,
  float64: (value) => (Object.is(value, -0) ? "-0" : String(Number(value))),
  timestamp: (value) => `${written(String(toJson(value)).replace("+00:00", ""))}Z`,
  datetime: (value) => written(String(toJson(value))),
  date: (value) => String(toJson(value)),
  utf8: String,
};

/**
 * @param {Value} value
 * @returns {{ columns: string[][], rows: (string | null)[][] }}
 */
export function described(value) {
  if (!(value instanceof MTable)) throw new TypeError("expected a table");
  const columns = value.columns.map(([name, type]) => [name, TYPES[typeText(type)] ?? typeText(type)]);
  const types = value.columns.map(([, type]) => type);
  const rows = value.toArray().map((row) =>
    row.map((slot, at) => {
      const cell = plain(slot);
      const [name, type] = columns[at];
      if (!conforms(cell, types[at])) throw new TypeError(`${name}: expected ${type}, found ${typeof cell}`);
      if (cell instanceof MDateTimeZone && cell.offset !== 0) throw new TypeError(`${name}: expected UTC`);
      return cell === null ? null : CELLS[type](cell);
    }),
  );
  return { columns, rows };
}

/** Strings, numbers and words of JSON. */
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null/g;

/**
 * JSON as data in which each scalar is a text as it is spelled.
 *
 * @param {string} json
 * @returns {any}
 */
const spelled = (json) => JSON.parse(json.replace(TOKEN, (token) => JSON.stringify(token)));

/** @type {Record<string, (token: any) => any>} What a spelled value of the package is as a cell. */
const SPELLED_CELLS = {
  bool: (token) => token,
  int64: (token) => token,
  float64: (token) => CELLS.float64(Number(token)),
  timestamp: (token) => JSON.parse(token),
  datetime: (token) => JSON.parse(token),
  date: (token) => JSON.parse(token),
  utf8: (token) => JSON.parse(token),
  json: (token) => token,
};

/**
 * A table of the package, as {@link described}, but that cells of JSON are spelled data.
 *
 * @param {import("../../../pkg/node.js").Table} table
 */
export function describedOfPackage(table) {
  const columns = table.columns.map(({ name, type }) => [name, type]);
  const rows = spelled(table.toJson()).map((/** @type {object} */ row) =>
    Object.values(row).map((cell, at) => (cell === "null" ? null : SPELLED_CELLS[columns[at][1]](cell))),
  );
  return { columns, rows };
}

/**
 * A table of M with the columns of one of the package, so that cells of JSON are read as such.
 *
 * @param {ReturnType<typeof described>} table
 * @param {string[][]} columnsOfPackage
 */
export function withJson({ columns, rows }, columnsOfPackage) {
  const isJson = columnsOfPackage.map(([, type]) => type === "json");
  return {
    columns: columns.map(([name, type], at) => [name, isJson[at] && type === "utf8" ? "json" : type]),
    rows: rows.map((row) => row.map((cell, at) => (cell !== null && isJson[at] ? spelled(cell) : cell))),
  };
}
