// The operators of M on values.

import {
  LAST_DAY,
  MDate,
  MDateTime,
  MDateTimeZone,
  MDuration,
  MList,
  MRecord,
  MTable,
  MTime,
  TICKS_PER_DAY,
  cannotApply,
  cannotConvert,
  carry,
  compare,
  equals,
  kindOf,
  plain,
  primitive,
  raise,
} from "./value.mjs";
import { ORDERED } from "./value/compare.mjs";
import { combineTables } from "./value/table.mjs";

/**
 * @import { Value } from "./value/slot.mjs"
 */

/** @param {Value} value */
const isNumber = (value) => typeof value === "number" || typeof value === "bigint";

/**
 * @param {Value} value
 * @returns {value is MDate | MDateTime | MDateTimeZone | MTime}
 */
function isMoment(value) {
  return (
    value instanceof MDate || value instanceof MDateTime || value instanceof MDateTimeZone || value instanceof MTime
  );
}

/** @param {Value} value */
const isArithmetic = (value) => isNumber(value) || value instanceof MDuration || isMoment(value);

/**
 * A moment so much later: a date loses what is left of a day, a time the days.
 *
 * @param {MDate | MDateTime | MDateTimeZone | MTime} moment
 * @param {MDuration} duration
 * @param {1 | -1} sign
 */
function shift(moment, duration, sign) {
  const ticksBefore = moment instanceof MDate ? 0 : moment.ticks;
  const daysBefore = moment instanceof MTime ? 0 : moment.days;
  const { days, ticks } = carry(daysBefore + sign * duration.days, ticksBefore + sign * duration.ticks);
  if (moment instanceof MTime) return new MTime(ticks);
  if (days < 0 || days > LAST_DAY) {
    raise("Expression.Error", "The added or subtracted value results in an un-representable DateTime.");
  }
  if (moment instanceof MDate) return new MDate(days);
  if (moment instanceof MDateTime) return new MDateTime(days, ticks);
  return new MDateTimeZone(days, ticks, moment.offset);
}

/**
 * @param {Value} left
 * @param {Value} right
 * @returns {Value}
 */
export function add(left, right) {
  if (typeof left === "number" && typeof right === "number") return left + right;
  const l = plain(left);
  const r = plain(right);
  if (isNumber(l) && isNumber(r)) return Number(l) + Number(r);
  if (l === null && (r === null || isArithmetic(r))) return null;
  if (r === null && isArithmetic(l)) return null;
  if (l instanceof MDuration && r instanceof MDuration) return MDuration.of(l.days + r.days, l.ticks + r.ticks);
  if (isMoment(l) && r instanceof MDuration) return shift(l, r, 1);
  if (l instanceof MDuration && isMoment(r)) return shift(r, l, 1);
  return cannotApply("+", l, r);
}

/**
 * @param {Value} left
 * @param {Value} right
 * @returns {Value}
 */
export function subtract(left, right) {
  if (typeof left === "number" && typeof right === "number") return left - right;
  const l = plain(left);
  const r = plain(right);
  if (isNumber(l) && isNumber(r)) return Number(l) - Number(r);
  if (l === null && (r === null || isArithmetic(r))) return null;
  if (r === null && isArithmetic(l)) return null;
  if (l instanceof MDuration && r instanceof MDuration) return MDuration.of(l.days - r.days, l.ticks - r.ticks);
  if (isMoment(l) && r instanceof MDuration) return shift(l, r, -1);
  if (l instanceof MDate && r instanceof MDate) return new MDuration(l.days - r.days, 0);
  if (l instanceof MTime && r instanceof MTime) return MDuration.of(0, l.ticks - r.ticks);
  if (l instanceof MDateTime && r instanceof MDateTime) return MDuration.of(l.days - r.days, l.ticks - r.ticks);
  if (l instanceof MDateTimeZone && r instanceof MDateTimeZone) {
    const one = l.utc;
    const other = r.utc;
    return MDuration.of(one.days - other.days, one.ticks - other.ticks);
  }
  return cannotApply("-", l, r);
}

/**
 * @param {Value} left
 * @param {Value} right
 * @returns {Value}
 */
export function multiply(left, right) {
  if (typeof left === "number" && typeof right === "number") return left * right;
  const l = plain(left);
  const r = plain(right);
  if (isNumber(l) && isNumber(r)) return Number(l) * Number(r);
  const lScales = isNumber(l) || l instanceof MDuration;
  const rScales = isNumber(r) || r instanceof MDuration;
  if ((l === null && (r === null || rScales)) || (r === null && lScales)) return null;
  if (l instanceof MDuration && isNumber(r)) return scale(l, Number(r));
  if (r instanceof MDuration && isNumber(l)) return scale(r, Number(l));
  return cannotApply("*", l, r);
}

/**
 * @param {Value} left
 * @param {Value} right
 * @returns {Value}
 */
export function divide(left, right) {
  if (typeof left === "number" && typeof right === "number") return left / right;
  const l = plain(left);
  const r = plain(right);
  if (isNumber(l) && isNumber(r)) return Number(l) / Number(r);
  const lScales = isNumber(l) || l instanceof MDuration;
  const rScales = isNumber(r) || r instanceof MDuration;
  if ((l === null && (r === null || rScales)) || (r === null && lScales)) return null;
  if (l instanceof MDuration && isNumber(r)) return scale(l, 1 / Number(r), Number(r));
  if (l instanceof MDuration && r instanceof MDuration) return l.totalTicks / r.totalTicks;
  return cannotApply("/", l, r);
}

/**
 * @param {MDuration} duration
 * @param {number} factor
 * @param {number} [divisor] Divides more exactly than the factor multiplies.
 */
function scale(duration, factor, divisor) {
  if (!Number.isFinite(factor)) raise("Expression.Error", "The duration operation results in an overflow.");
  if (divisor === undefined && Number.isInteger(factor)) {
    return MDuration.of(duration.days * factor, duration.ticks * factor);
  }
  const ticks = divisor === undefined ? duration.totalTicks * factor : duration.totalTicks / divisor;
  const days = Math.floor(ticks / TICKS_PER_DAY);
  return MDuration.of(days, ticks - days * TICKS_PER_DAY);
}

/**
 * @param {Value} value
 * @returns {Value}
 */
export function negate(value) {
  if (typeof value === "number") return -value;
  const bare = plain(value);
  if (bare === null) return null;
  if (isNumber(bare)) return -bare;
  if (bare instanceof MDuration) return MDuration.of(-bare.days, -bare.ticks);
  return cannotApply("-", bare);
}

/**
 * @param {Value} value
 * @returns {Value}
 */
export function unaryPlus(value) {
  const bare = plain(value);
  return bare === null || isNumber(bare) || bare instanceof MDuration ? bare : cannotApply("+", bare);
}

/**
 * @param {Value} value
 * @returns {boolean | null}
 */
export function not(value) {
  const bare = plain(value);
  if (bare === null) return null;
  if (typeof bare !== "boolean") cannotConvert(value, primitive("logical"));
  return !bare;
}

/**
 * `left & right`.
 *
 * @param {Value} left
 * @param {Value} right
 * @returns {Value}
 */
export function concatenate(left, right) {
  if (typeof left === "string" && typeof right === "string") return left + right;
  const l = plain(left);
  const r = plain(right);
  if (typeof l === "string" && typeof r === "string") return l + r;
  if (l === null || r === null) {
    const other = l ?? r;
    const known =
      other === null ||
      typeof other === "string" ||
      other instanceof MDate ||
      other instanceof MTime ||
      other instanceof MList ||
      other instanceof MRecord ||
      other instanceof MTable;
    return known ? null : cannotApply("&", l, r);
  }
  if (l instanceof MList && r instanceof MList) return concatenateLists(l, r);
  if (l instanceof MRecord && r instanceof MRecord) return new MRecord(new Map([...l.fields, ...r.fields]));
  if (l instanceof MTable && r instanceof MTable) return combineTables([l, r]);
  if (l instanceof MDate && r instanceof MTime) return new MDateTime(l.days, r.ticks);
  if (l instanceof MTime && r instanceof MDate) return new MDateTime(r.days, l.ticks);
  return cannotApply("&", l, r);
}

/**
 * @param {MList} left
 * @param {MList} right
 */
function concatenateLists(left, right) {
  if (left.items !== null && right.items !== null) return MList.of(left.items.concat(right.items));
  return MList.generated(function* () {
    yield* { [Symbol.iterator]: () => left[Symbol.iterator]() };
    yield* { [Symbol.iterator]: () => right[Symbol.iterator]() };
  });
}

/**
 * A relational operator.
 *
 * @param {"<" | "<=" | ">" | ">="} operator
 * @param {Value} left
 * @param {Value} right
 * @returns {boolean | null}
 */
export function relate(operator, left, right) {
  const l = plain(left);
  const r = plain(right);
  if (l === null || r === null) {
    if (!RELATED.has(kindOf(l)) || !RELATED.has(kindOf(r))) cannotApply(operator, l, r);
    return null;
  }
  if (Number.isNaN(l) || Number.isNaN(r)) {
    if (!isNumber(l) || !isNumber(r)) cannotApply(operator, l, r);
    return false;
  }
  const kind = kindOf(l);
  if (kind !== kindOf(r) || !RELATED.has(kind)) cannotApply(operator, l, r);
  const order = compare(l, r);
  switch (operator) {
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    default:
      return order >= 0;
  }
}

const RELATED = new Set(["null", ...ORDERED]);

/**
 * @param {Value} left
 * @param {Value} right
 */
export function isEqual(left, right) {
  return equals(left, right);
}
