// Values as JSON, for people and for tests.

import {
  MBinary,
  MDate,
  MDateTime,
  MDateTimeZone,
  MDuration,
  MError,
  MFunction,
  MList,
  MRecord,
  MTable,
  MTime,
  MType,
  durationText,
  invariantText,
  plain,
} from "./value.mjs";

/**
 * @import { Parameter, TypeField } from "./value/type.mjs"
 * @import { Slot } from "./value/slot.mjs"
 */

/**
 * A value as JavaScript data: records are objects, lists and tables arrays (a table's rows are objects), dates and
 * times are ISO texts, durations `d.hh:mm:ss`, binaries Base64, types and functions M text, numbers that JSON lacks
 * texts. Integers that a double cannot hold are `bigint`. The error of a table's cell is `{ "$error": … }`.
 *
 * @param {Slot} slot
 * @returns {any}
 */
export function toJson(slot) {
  const value = plain(slot);
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (value instanceof MRecord)
    return Object.fromEntries([...value.fields].map(([name, field]) => [name, toJson(field)]));
  if (value instanceof MList) return value.toArray().map(toJson);
  if (value instanceof MTable) return tableToJson(value);
  if (value instanceof MType) return `type ${typeText(value)}`;
  if (value instanceof MFunction) return `function ${parametersText(value.parameters, value.returns)}`;
  if (value instanceof MDuration) return durationText(value);
  if (
    value instanceof MBinary ||
    value instanceof MDate ||
    value instanceof MTime ||
    value instanceof MDateTime ||
    value instanceof MDateTimeZone
  ) {
    return invariantText(value);
  }
  throw new TypeError("not a value of M");
}

/** @param {MTable} table */
function tableToJson(table) {
  const names = table.columnNames;
  return [...table.rows()].map((row) => Object.fromEntries(names.map((name, at) => [name, cellToJson(row[at])])));
}

/** @param {Slot} slot */
function cellToJson(slot) {
  try {
    return toJson(slot);
  } catch (error) {
    if (error instanceof MError) return { $error: errorToJson(error) };
    throw error;
  }
}

/**
 * @param {MError} error
 * @returns {Record<string, any>}
 */
export function errorToJson(error) {
  /** @type {Record<string, any>} */
  const json = {};
  for (const [name, slot] of error.record.fields) {
    const value = safely(slot);
    if (value !== null || ["Reason", "Message", "Detail"].includes(name)) json[name] = value;
  }
  return json;
}

/**
 * The details of an error may hold what raises an error itself.
 *
 * @param {Slot} slot
 */
function safely(slot) {
  try {
    return toJson(slot);
  } catch (error) {
    if (error instanceof MError) return `[${error.text}]`;
    throw error;
  }
}

/**
 * JSON text of what {@link toJson} gives: a `bigint` is written with all its digits.
 *
 * @param {any} json
 * @param {string} [indent] For one level; without it all is on one line.
 * @returns {string}
 */
export function toJsonText(json, indent = "") {
  return write(json, indent, indent === "" ? "" : "\n");
}

/**
 * @param {any} json
 * @param {string} indent
 * @param {string} line What begins a line, if there are lines.
 * @returns {string}
 */
function write(json, indent, line) {
  if (typeof json === "bigint") return json.toString();
  if (json === null || typeof json !== "object") return JSON.stringify(json);
  const inner = line === "" ? "" : line + indent;
  const parts = Array.isArray(json)
    ? json.map((item) => write(item, indent, inner))
    : Object.entries(json).map(
        ([name, item]) => `${JSON.stringify(name)}:${line === "" ? "" : " "}${write(item, indent, inner)}`,
      );
  const [open, close] = Array.isArray(json) ? "[]" : "{}";
  return parts.length === 0 ? open + close : `${open}${inner}${parts.join(`,${inner}`)}${line}${close}`;
}

/**
 * The columns of a table and their types in M's words.
 *
 * @param {MTable} table
 * @returns {Record<string, string>}
 */
export function columnTypes(table) {
  return Object.fromEntries(table.columns.map(([name, type]) => [name, typeText(type)]));
}

/**
 * A type in M's words, without the word `type` before it.
 *
 * @param {MType} type
 * @returns {string}
 */
export function typeText(type) {
  const text = type.name ?? structureText(type);
  return type.nullable && !["any", "null"].includes(type.kind) ? `nullable ${text}` : text;
}

/** @param {MType} type */
function structureText(type) {
  switch (type.kind) {
    case "list":
      return type.item === null ? "list" : `{${typeText(type.item)}}`;
    case "record":
      return type.fields === null ? "record" : `[${fieldsText(type.fields, type.open)}]`;
    case "table":
      return type.fields === null ? "table" : `table [${fieldsText(type.fields, false)}]`;
    case "function":
      return type.parameters === null
        ? "function"
        : `function ${parametersText(type.parameters, type.returns ?? new MType("any"))}`;
    default:
      return type.kind;
  }
}

/**
 * @param {Map<string, TypeField>} fields
 * @param {boolean} open
 */
function fieldsText(fields, open) {
  const texts = [...fields].map(
    ([name, { type, optional }]) => `${optional ? "optional " : ""}${identifierText(name)} = ${typeText(type)}`,
  );
  return [...texts, ...(open ? ["..."] : [])].join(", ");
}

/**
 * @param {Parameter[]} parameters
 * @param {MType} returns
 */
function parametersText(parameters, returns) {
  const texts = parameters.map(
    ({ name, type, optional }) => `${optional ? "optional " : ""}${identifierText(name)} as ${typeText(type)}`,
  );
  return `(${texts.join(", ")}) as ${typeText(returns)}`;
}

/** @param {string} name */
function identifierText(name) {
  return /^[\p{L}_][\p{L}\p{N}_.]*$/u.test(name) ? name : `#"${name.replaceAll('"', '""')}"`;
}
