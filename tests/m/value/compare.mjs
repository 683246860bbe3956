// Equality and order of values.

import { MBinary } from "./binary.mjs";
import { raise } from "./error.mjs";
import { MFunction } from "./function.mjs";
import { kindOf, title } from "./kind.mjs";
import { MList } from "./list.mjs";
import { MRecord } from "./record.mjs";
import { plain } from "./slot.mjs";
import { MTable } from "./table.mjs";
import { MDate, MDateTime, MDateTimeZone, MDuration, MTime } from "./time.mjs";
import { MType, sameType } from "./type.mjs";

/**
 * @import { Slot, Value } from "./slot.mjs"
 */

/**
 * Whether `left = right`: lists, records and tables are compared deeply, metadata is not compared.
 *
 * @param {Slot} leftSlot
 * @param {Slot} rightSlot
 * @returns {boolean}
 */
export function equals(leftSlot, rightSlot) {
  const left = plain(leftSlot);
  const right = plain(rightSlot);
  if (typeof left === "bigint" || typeof right === "bigint") return equalNumbers(left, right);
  if (left === null || right === null || typeof left !== "object" || typeof right !== "object") return left === right;
  if (left instanceof MList) return right instanceof MList && equalLists(left, right);
  if (left instanceof MRecord) return right instanceof MRecord && equalRecords(left, right);
  if (left instanceof MTable) return right instanceof MTable && equalTables(left, right);
  if (left instanceof MFunction) return right instanceof MFunction && left.identity === right.identity;
  if (left instanceof MType) return right instanceof MType && sameType(left, right);
  if (kindOf(left) !== kindOf(right)) return false;
  return order(left, right) === 0;
}

/**
 * An exact integer beside a double counts as the double that is next to it.
 *
 * @param {Value} left
 * @param {Value} right
 */
function equalNumbers(left, right) {
  if (typeof left === "bigint" && typeof right === "bigint") return left === right;
  if (typeof left !== "number" && typeof right !== "number") return false;
  return Number(left) === Number(right);
}

/**
 * @param {MList} left
 * @param {MList} right
 */
function equalLists(left, right) {
  const others = right[Symbol.iterator]();
  for (const item of left) {
    const other = others.next();
    if (other.done || !equals(item, other.value)) return false;
  }
  return others.next().done === true;
}

/**
 * @param {MRecord} left
 * @param {MRecord} right
 */
function equalRecords(left, right) {
  if (left.size !== right.size || left.names.some((name) => !right.has(name))) return false;
  return left.names.every((name) => equals(left.slot(name), right.slot(name)));
}

/**
 * @param {MTable} left
 * @param {MTable} right
 */
function equalTables(left, right) {
  const names = left.columnNames;
  const at = names.map((name) => right.indexOf(name));
  if (names.length !== right.columnNames.length || at.includes(-1)) return false;
  const others = right.rows()[Symbol.iterator]();
  for (const row of left.rows()) {
    const other = others.next();
    if (other.done || !row.every((cell, column) => equals(cell, other.value[at[column]]))) return false;
  }
  return others.next().done === true;
}

/**
 * Orders two values of the same kind; null comes before everything. Raises M's error for kinds without an order and for
 * different kinds. NaN comes before all other numbers.
 *
 * @param {Slot} leftSlot
 * @param {Slot} rightSlot
 * @returns {-1 | 0 | 1}
 */
export function compare(leftSlot, rightSlot) {
  const left = plain(leftSlot);
  const right = plain(rightSlot);
  if (left === null || right === null) return left === right ? 0 : left === null ? -1 : 1;
  const kind = kindOf(left);
  if (kind !== kindOf(right) || !ORDERED.has(kind)) cannotApply("<", left, right);
  return order(left, right);
}

/** The kinds whose values have an order. */
export const ORDERED = new Set([
  "logical",
  "number",
  "text",
  "binary",
  "date",
  "time",
  "datetime",
  "datetimezone",
  "duration",
]);

/**
 * @param {Value} left Of an ordered kind.
 * @param {Value} right Of the same kind.
 * @returns {-1 | 0 | 1}
 */
function order(left, right) {
  if (left instanceof MDate) return sign(left.days - right.days);
  if (left instanceof MTime) return sign(left.ticks - right.ticks);
  if (left instanceof MDateTime || left instanceof MDuration) {
    return sign(left.days - right.days || left.ticks - right.ticks);
  }
  if (left instanceof MDateTimeZone) {
    const one = left.utc;
    const other = right.utc;
    return sign(one.days - other.days || one.ticks - other.ticks);
  }
  if (left instanceof MBinary) return sign(Buffer.compare(left.bytes, right.bytes));
  if (typeof left === "number" && Number.isNaN(left)) return Number.isNaN(right) ? 0 : -1;
  if (typeof right === "number" && Number.isNaN(right)) return 1;
  // UTF-16 code units for texts, false before true, and bigint beside number: as JavaScript does.
  return left < right ? -1 : left > right ? 1 : 0;
}

/**
 * @param {number} difference
 * @returns {-1 | 0 | 1}
 */
function sign(difference) {
  return difference < 0 ? -1 : difference > 0 ? 1 : 0;
}

/**
 * The error of an operator that these values do not have.
 *
 * @param {string} operator
 * @param {Value} left
 * @param {Value} [right] Left out for unary operators.
 * @returns {never}
 */
export function cannotApply(operator, left, right) {
  if (right === undefined) {
    raise(
      "Expression.Error",
      `We cannot apply operator ${operator} to type ${title(kindOf(left))}.`,
      MRecord.from({ Operator: operator, Operand: left }),
    );
  }
  raise(
    "Expression.Error",
    `We cannot apply operator ${operator} to types ${title(kindOf(left))} and ${title(kindOf(right))}.`,
    MRecord.from({ Operator: operator, Left: left, Right: right }),
  );
}
