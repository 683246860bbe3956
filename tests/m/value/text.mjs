// Conversion to text without a culture: ISO forms.

import { kindOf } from "./kind.mjs";
import { numberToText } from "./number.mjs";
import { plain } from "./slot.mjs";
import { fromDays, fromTicks } from "./time.mjs";

/**
 * @import { MDate, MDateTime, MDateTimeZone, MDuration, MTime } from "./time.mjs"
 * @import { Slot } from "./slot.mjs"
 */

/** @param {number} number @param {number} [width] */
const pad = (number, width = 2) => String(number).padStart(width, "0");

/** @param {{ days: number }} date */
export function isoDate({ days }) {
  const { year, month, day } = fromDays(days);
  return `${pad(year, 4)}-${pad(month)}-${pad(day)}`;
}

/**
 * `12:34:56`, with as many digits of a second's fraction as there are, up to seven.
 *
 * @param {{ ticks: number }} time
 */
export function isoTime({ ticks }) {
  const { hour, minute, second, fraction } = fromTicks(ticks);
  const rest = fraction === 0 ? "" : `.${pad(fraction, 7).replace(/0+$/, "")}`;
  return `${pad(hour)}:${pad(minute)}:${pad(second)}${rest}`;
}

/** @param {{ days: number, ticks: number }} value */
export function isoDateTime(value) {
  return `${isoDate(value)}T${isoTime(value)}`;
}

/** @param {MDateTimeZone} value */
export function isoDateTimeZone(value) {
  return `${isoDateTime(value)}${isoOffset(value.offset)}`;
}

/** @param {number} offset Minutes. */
export function isoOffset(offset) {
  const size = Math.abs(offset);
  return `${offset < 0 ? "-" : "+"}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
}

/**
 * `1.02:03:04.5`, as .NET writes it and `Duration.ToText` gives it.
 *
 * @param {MDuration} value
 */
export function durationText(value) {
  const negative = value.days < 0;
  // The value of a negative one is written behind its sign.
  let { days, ticks } = value;
  if (negative) {
    const rest = ticks > 0 ? 1 : 0;
    days = -days - rest;
    ticks = rest === 0 ? 0 : 24 * 36_000_000_000 - ticks;
  }
  const { hour, minute, second, fraction } = fromTicks(ticks);
  const date = days === 0 ? "" : `${days}.`;
  const rest = fraction === 0 ? "" : `.${pad(fraction, 7)}`;
  return `${negative ? "-" : ""}${date}${pad(hour)}:${pad(minute)}:${pad(second)}${rest}`;
}

/**
 * Text of a value of a simple kind, without a culture; `undefined` for the other kinds.
 *
 * @param {Slot} slot
 * @returns {string | null | undefined}
 */
export function invariantText(slot) {
  const value = plain(slot);
  switch (kindOf(value)) {
    case "null":
      return null;
    case "text":
      return value;
    case "number":
      return numberToText(value);
    case "logical":
      return value ? "true" : "false";
    case "date":
      return isoDate(value);
    case "time":
      return isoTime(value);
    case "datetime":
      return isoDateTime(value);
    case "datetimezone":
      return isoDateTimeZone(value);
    case "duration":
      return durationText(value);
    case "binary":
      return Buffer.from(value.bytes).toString("base64");
    default:
      return undefined;
  }
}
