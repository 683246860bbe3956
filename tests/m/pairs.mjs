// Known answers: pairs of M texts, of which the second says what the first gives.

import { evaluate } from "./evaluate.mjs";
import { toJson, toJsonText } from "./json.mjs";
import { parse } from "./parse.mjs";
import {
  MError, MFunction, MList, MRecord, MTable, MType, equals, makeNullable, plain, primitive, sameType,
} from "./value.mjs";

/**
 * @import { Evaluation } from "./evaluate.mjs"
 * @import { Slot } from "./value/slot.mjs"
 */

/** @typedef {{ usage: string, output: string }} Pair */

/** @typedef {{ verdict: "passed" | "failed" | "unsupported", why: string }} Result */

/**
 * Compares what the usage gives with the output: by M's equality, deeply, and types too where the output writes them.
 * An output such as `[Expression.Error] message` asks for that error.
 *
 * @param {Pair} pair
 * @returns {Promise<Result>}
 */
export async function checkPair({ usage, output }) {
  try {
    await parse(usage);
  } catch (error) {
    return unsupported(`the usage is not M: ${messageOf(error)}`);
  }
  const expectedError = errorIn(output);
  if (expectedError !== null) return checkError(await evaluate({ documents: [usage] }), expectedError);
  try {
    await parse(output);
  } catch (error) {
    return unsupported(`the output is not M: ${messageOf(error)}`);
  }
  const actual = await evaluate({ documents: [usage] });
  if (actual.requests.length > 0) return unsupported("a network");
  const expected = await evaluate({ documents: [output] });
  for (const { error } of [actual, expected]) {
    if (error !== undefined && error.unsupported !== null) return unsupported(error.unsupported);
  }
  if (expected.error !== undefined) {
    if (actual.error === undefined) return failed(`gave ${show(actual)}`);
    const same = actual.error.reason === expected.error.reason && sameWords(actual.error.text, expected.error.text);
    return same ? passed() : failed(`gave ${show(actual)}`);
  }
  if (actual.error !== undefined) return failed(`gave ${show(actual)}`);
  try {
    return same(actual.value, expected.value) ? passed() : failed(`gave ${show(actual)}, not ${show(expected)}`);
  } catch (error) {
    if (error instanceof MError) return failed(error.message);
    throw error;
  }
}

/** @returns {Result} */
const passed = () => ({ verdict: "passed", why: "" });

/** @param {string} why @returns {Result} */
const failed = (why) => ({ verdict: "failed", why });

/** @param {string} why @returns {Result} */
const unsupported = (why) => ({ verdict: "unsupported", why });

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

/**
 * The error that an output asks for.
 *
 * @param {string} output
 * @returns {{ reason: string, text: string } | null}
 */
function errorIn(output) {
  const match = /^\s*(?:error\s*:?\s*)?\[?\s*([A-Z][A-Za-z]+\.Error)\s*\]?\s*:?\s*([\s\S]*)$/.exec(output);
  return match === null ? null : { reason: match[1], text: match[2] };
}

/**
 * @param {Evaluation} actual
 * @param {{ reason: string, text: string }} expected
 * @returns {Result}
 */
function checkError(actual, expected) {
  const { error } = actual;
  if (error === undefined) return failed(`gave ${show(actual)}`);
  if (error.unsupported !== null) return unsupported(error.unsupported);
  const alike = error.reason === expected.reason && (expected.text === "" || sameWords(error.text, expected.text));
  return alike ? passed() : failed(`gave ${show(actual)}`);
}

/**
 * Whether two messages are the same but for blanks, quotation marks and the last full stop.
 *
 * @param {string} one
 * @param {string} other
 */
function sameWords(one, other) {
  return bareWords(one) === bareWords(other);
}

/** @param {string} text */
function bareWords(text) {
  return text
    .replace(/[\s"'“”‘’]+/g, " ")
    .replace(/[\s.]+$/, "")
    .trim()
    .toLowerCase();
}

/**
 * @param {Slot} left
 * @param {Slot} right What was expected.
 * @returns {boolean}
 */
function same(left, right) {
  const one = plain(left);
  const other = plain(right);
  if (one instanceof MType && other instanceof MType) return sameType(one, other) || isKindOf(one, other);
  if (typeof one === "number" && typeof other === "number") return sameNumber(one, other);
  if (one instanceof MList && other instanceof MList) return sameSlots(one.toArray(), other.toArray());
  if (one instanceof MRecord && other instanceof MRecord) return sameRecords(one, other);
  if (one instanceof MTable && other instanceof MTable) return sameTables(one, other);
  // A reference can only describe a function: any function will do.
  if (one instanceof MFunction && other instanceof MFunction) return one.parameters.length === other.parameters.length;
  return equals(one, other);
}

/**
 * Whether a type has the kind that was asked for: a reference writes the type of a record as `type record`, without the
 * fields.
 *
 * @param {MType} type
 * @param {MType} expected
 */
function isKindOf(type, expected) {
  const shown = ["list", "record", "table", "function"].includes(expected.kind);
  return shown && sameType(expected, primitive(expected.kind)) && type.kind === expected.kind && !type.nullable;
}

/**
 * The last bits of a transcendental function differ from one library to the next; the reference prints 15 digits of
 * some.
 *
 * @param {number} one
 * @param {number} other
 */
function sameNumber(one, other) {
  if (one === other || (Number.isNaN(one) && Number.isNaN(other))) return true;
  return !Number.isInteger(other) && Math.abs(one - other) <= Math.abs(other) * 1e-14;
}

/**
 * @param {Slot[]} ones
 * @param {Slot[]} others
 */
function sameSlots(ones, others) {
  return ones.length === others.length && ones.every((one, at) => same(one, others[at]));
}

/** Fields of an error that came later than the language's specification; it writes errors without them. */
const LATER = new Set(["Message.Format", "Message.Parameters", "ErrorCode"]);

/**
 * @param {MRecord} one
 * @param {MRecord} other
 */
function sameRecords(one, other) {
  const brief = ["Reason", "Message", "Detail"].every((name) => other.has(name));
  const isLeftOut = (/** @type {string} */ name) =>
    brief && LATER.has(name) && !other.has(name) && plain(one.get(name)) === null;
  const names = one.names.filter((name) => !isLeftOut(name));
  if (names.length !== other.size) return false;
  return names.every((name) => other.has(name) && same(one.slot(name), other.slot(name)));
}

/**
 * @param {MTable} one
 * @param {MTable} other
 */
function sameTables(one, other) {
  const names = other.columnNames;
  // An empty table is written without its columns.
  if (names.length === 0 && other.count() === 0) return one.count() === 0;
  if (one.columnNames.length !== names.length) return false;
  const at = names.map((name) => one.indexOf(name));
  if (at.includes(-1)) return false;
  const rows = one.toArray();
  const expected = other.toArray();
  if (rows.length !== expected.length) return false;
  const typed = other.columns.every(([, type], column) => sameColumn(one.columns[at[column]][1], type));
  return typed && expected.every((row, number) => row.every((cell, column) => same(rows[number][at[column]], cell)));
}

/**
 * Whether a column has the type that was asked for: a table without column types asks for none, and null is no part of
 * it. A reference also writes types for columns that functions leave untyped, by what they hold.
 *
 * @param {MType} type
 * @param {MType} expected
 */
function sameColumn(type, expected) {
  return type.kind === "any" || expected.kind === "any" || sameType(makeNullable(type), makeNullable(expected));
}

/** @param {Evaluation} evaluation */
function show({ value, error }) {
  return error === undefined ? toJsonText(toJson(value)) : error.message;
}
