// Arithmetic with dates that the families of dates and times share.

import {
  LAST_DAY, MDate, MDateTime, MDateTimeZone, MTime, TICKS_PER_DAY, cannotConvert, carry, daysInMonth, fromDays,
  primitive, raise, toDays,
} from "../value.mjs";

/**
 * @import { Value } from "../value/slot.mjs"
 */

/** @typedef {MDate | MDateTime | MDateTimeZone} Dated */

/**
 * @param {Value} value
 * @returns {Dated}
 */
export function dated(value) {
  if (value instanceof MDate || value instanceof MDateTime || value instanceof MDateTimeZone) return value;
  return cannotConvert(value, primitive("date"));
}

/**
 * @param {Value} value
 * @returns {MTime | MDateTime | MDateTimeZone}
 */
export function timed(value) {
  if (value instanceof MTime || value instanceof MDateTime || value instanceof MDateTimeZone) return value;
  return cannotConvert(value, primitive("time"));
}

/**
 * The same kind of value on another day or at another time; what a date has no room for is left out.
 *
 * @param {Value} like
 * @param {number} days
 * @param {number} ticks
 * @returns {Value}
 */
export function at(like, days, ticks) {
  if (like instanceof MTime) return new MTime(ticks);
  const sum = carry(days, ticks);
  if (sum.days < 0 || sum.days > LAST_DAY) {
    raise("Expression.Error", "The added or subtracted value results in an un-representable DateTime.");
  }
  if (like instanceof MDate) return new MDate(sum.days);
  if (like instanceof MDateTimeZone) return new MDateTimeZone(sum.days, sum.ticks, like.offset);
  return new MDateTime(sum.days, sum.ticks);
}

/** @param {Value} value */
export const ticksIn = (value) => (value instanceof MDate ? 0 : value.ticks);

/**
 * @param {Dated} value
 * @param {number} months
 */
export function addMonths(value, months) {
  const { year, month, day } = fromDays(value.days);
  const count = year * 12 + month - 1 + Math.trunc(months);
  const newYear = Math.floor(count / 12);
  const newMonth = (count % 12) + 1;
  if (newYear < 1 || newYear > 9999) {
    raise("Expression.Error", "The added or subtracted value results in an un-representable DateTime.");
  }
  return at(value, toDays(newYear, newMonth, Math.min(day, daysInMonth(newYear, newMonth))), ticksIn(value));
}

/** @typedef {"Day" | "Week" | "Month" | "Quarter" | "Year"} Unit */

/**
 * The first and the last day of the unit that a day lies in.
 *
 * @param {number} days
 * @param {Unit} unit
 * @param {number} [firstDay] Of the week; 0 is Sunday.
 * @returns {{ first: number, last: number }}
 */
export function span(days, unit, firstDay = 0) {
  const { year, month } = fromDays(days);
  switch (unit) {
    case "Day":
      return { first: days, last: days };
    case "Week": {
      const first = days - dayOfWeek(days, firstDay);
      return { first, last: first + 6 };
    }
    case "Month":
      return { first: toDays(year, month, 1), last: toDays(year, month, daysInMonth(year, month)) };
    case "Quarter": {
      const start = month - ((month - 1) % 3);
      return { first: toDays(year, start, 1), last: toDays(year, start + 2, daysInMonth(year, start + 2)) };
    }
    default:
      return { first: toDays(year, 1, 1), last: toDays(year, 12, 31) };
  }
}

/**
 * Days since the week began.
 *
 * @param {number} days
 * @param {number} firstDay
 */
export const dayOfWeek = (days, firstDay) => (days + 8 - firstDay) % 7;

/**
 * A number that is the same for all days of a unit, and by one greater in the next.
 *
 * @param {number} days
 * @param {Unit} unit
 * @param {number} [firstDay]
 */
export function unitNumber(days, unit, firstDay = 0) {
  const { year, month } = fromDays(days);
  switch (unit) {
    case "Day":
      return days;
    case "Week":
      return Math.floor((days + 8 - firstDay) / 7);
    case "Month":
      return year * 12 + month;
    case "Quarter":
      return year * 4 + Math.floor((month - 1) / 3);
    default:
      return year;
  }
}

/**
 * @param {Dated} value
 * @param {Unit} unit
 * @param {number} [firstDay]
 */
export const startOf = (value, unit, firstDay) => at(value, span(value.days, unit, firstDay).first, 0);

/**
 * @param {Dated} value
 * @param {Unit} unit
 * @param {number} [firstDay]
 */
export const endOf = (value, unit, firstDay) =>
  at(value, span(value.days, unit, firstDay).last, value instanceof MDate ? 0 : TICKS_PER_DAY - 1);
