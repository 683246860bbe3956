// Which kind a value is of.

import { MBinary } from "./binary.mjs";
import { MFunction } from "./function.mjs";
import { MList } from "./list.mjs";
import { numberToText } from "./number.mjs";
import { MRecord } from "./record.mjs";
import { Boxed } from "./slot.mjs";
import { MTable } from "./table.mjs";
import { MDate, MDateTime, MDateTimeZone, MDuration, MTime, TICKS_PER_SECOND, fromDays, fromTicks } from "./time.mjs";
import { MType, listType, primitive } from "./type.mjs";

/**
 * @import { Kind } from "./type.mjs"
 * @import { Value } from "./slot.mjs"
 */

/**
 * @param {Value} value
 * @returns {Kind}
 */
export function kindOf(value) {
  if (value === null) return "null";
  switch (typeof value) {
    case "string":
      return "text";
    case "number":
    case "bigint":
      return "number";
    case "boolean":
      return "logical";
    default:
  }
  if (value instanceof Boxed) return kindOf(value.value);
  if (value instanceof MRecord) return "record";
  if (value instanceof MList) return "list";
  if (value instanceof MTable) return "table";
  if (value instanceof MFunction) return "function";
  if (value instanceof MType) return "type";
  if (value instanceof MBinary) return "binary";
  if (value instanceof MDateTimeZone) return "datetimezone";
  if (value instanceof MDateTime) return "datetime";
  if (value instanceof MDate) return "date";
  if (value instanceof MTime) return "time";
  if (value instanceof MDuration) return "duration";
  throw new TypeError(`not a value of M: ${String(value)}`);
}

/** @type {Record<string, string>} */
const TITLES = { datetime: "DateTime", datetimezone: "DateTimeZone", anynonnull: "AnyNonNull" };

/**
 * The kind as messages write it.
 *
 * @param {Kind} kind
 */
export function title(kind) {
  return TITLES[kind] ?? kind[0].toUpperCase() + kind.slice(1);
}

/**
 * The value as messages write it.
 *
 * @param {Value} value
 * @returns {string}
 */
export function describe(value) {
  const bare = value instanceof Boxed ? value.value : value;
  switch (typeof bare) {
    case "string":
      return `the value "${bare}"`;
    case "number":
    case "bigint":
      return `the value ${numberToText(bare)}`;
    case "boolean":
      return `the value ${bare}`;
    default:
      return bare === null ? "the value null" : (momentLiteral(bare) ?? `a value of type ${title(kindOf(bare))}`);
  }
}

/**
 * A date, time or duration as M writes it.
 *
 * @param {Value} value
 * @returns {string | undefined}
 */
function momentLiteral(value) {
  const date = () => {
    const { year, month, day } = fromDays(value.days);
    return `${year}, ${month}, ${day}`;
  };
  const time = () => {
    const { hour, minute, second, fraction } = fromTicks(value.ticks);
    return `${hour}, ${minute}, ${numberToText(second + fraction / TICKS_PER_SECOND)}`;
  };
  if (value instanceof MDate) return `the value #date(${date()})`;
  if (value instanceof MTime) return `the value #time(${time()})`;
  if (value instanceof MDateTime) return `the value #datetime(${date()}, ${time()})`;
  if (value instanceof MDateTimeZone) {
    const { offset } = value;
    return `the value #datetimezone(${date()}, ${time()}, ${Math.trunc(offset / 60)}, ${offset % 60})`;
  }
  return value instanceof MDuration ? `the value #duration(${value.days}, ${time()})` : undefined;
}

/**
 * Whether `value is type`: only the kind and null are looked at, as for parameters.
 *
 * @param {Value} value
 * @param {MType} type
 * @returns {boolean}
 */
export function conforms(value, type) {
  const bare = value instanceof Boxed ? value.value : value;
  if (bare === null) return type.nullable;
  if (type.kind === "any" || type.kind === "anynonnull") return true;
  return kindOf(bare) === type.kind;
}

/**
 * The type of a value, as `Value.Type` gives it.
 *
 * @param {Value} value
 * @returns {MType}
 */
export function typeOf(value) {
  if (value instanceof Boxed) return value.type ?? typeOf(value.value);
  if (value === null || typeof value !== "object") return primitive(kindOf(value));
  if (value instanceof MType) return primitive("type");
  if (value instanceof MFunction || value instanceof MTable) return value.type;
  if (value.type) return value.type;
  if (value instanceof MList) return LIST;
  return primitive(kindOf(value));
}

const LIST = listType(primitive("any"));
