// Dates and times to text by .NET's format strings.

import { MDate, MDateTime, MDateTimeZone, MTime, fromDays, fromTicks, raise } from "../value.mjs";

/**
 * @import { Culture } from "./culture.mjs"
 */

/** @typedef {MDate | MTime | MDateTime | MDateTimeZone} Moment */

/** @param {number} number @param {number} [width] */
const pad = (number, width = 2) => String(number).padStart(width, "0");

/** @type {Record<string, (culture: Culture) => string>} */
const STANDARD = {
  d: ({ shortDate }) => shortDate,
  D: ({ longDate }) => longDate,
  f: ({ longDate, shortTime }) => `${longDate} ${shortTime}`,
  F: ({ longDate, longTime }) => `${longDate} ${longTime}`,
  g: ({ shortDate, shortTime }) => `${shortDate} ${shortTime}`,
  G: ({ shortDate, longTime }) => `${shortDate} ${longTime}`,
  m: ({ monthDay }) => monthDay,
  M: ({ monthDay }) => monthDay,
  o: () => "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffK",
  O: () => "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffK",
  r: () => "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'",
  R: () => "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'",
  s: () => "yyyy'-'MM'-'dd'T'HH':'mm':'ss",
  t: ({ shortTime }) => shortTime,
  T: ({ longTime }) => longTime,
  u: () => "yyyy'-'MM'-'dd HH':'mm':'ss'Z'",
  U: ({ longDate, longTime }) => `${longDate} ${longTime}`,
  y: ({ yearMonth }) => yearMonth,
  Y: ({ yearMonth }) => yearMonth,
};

/**
 * The custom format that a format stands for.
 *
 * @param {string} format
 * @param {Culture} culture
 */
export function expandFormat(format, culture) {
  if (format.length !== 1) return format;
  const standard = STANDARD[format];
  if (standard === undefined) raise("Expression.Error", "Format specifier was invalid.", format);
  return standard(culture);
}

/**
 * The parts of a custom format: runs of one letter, literals, and separators.
 *
 * @param {string} format
 * @returns {{ kind: "run" | "literal", text: string }[]}
 */
export function formatParts(format) {
  /** @type {{ kind: "run" | "literal", text: string }[]} */
  const parts = [];
  const pattern = /\\(.)|'([^']*)'|"([^"]*)"|%([dfFghHKmMstyz])|(([dfFghHmMstyz])\6*)|([K:/])|(.)/gs;
  for (const match of format.matchAll(pattern)) {
    const [, escaped, single, double, alone, run, , special, other] = match;
    const literal = escaped ?? single ?? double ?? other;
    if (literal !== undefined) parts.push({ kind: "literal", text: literal });
    else parts.push({ kind: "run", text: alone ?? run ?? special });
  }
  return parts;
}

/** @type {Map<string, Intl.DateTimeFormat>} */
const CALENDARS = new Map();

/**
 * Year, month and day in the culture's calendar.
 *
 * @param {number} days
 * @param {Culture} culture
 */
export function calendarDate(days, { calendar }) {
  if (calendar === null) return fromDays(days);
  let format = CALENDARS.get(calendar);
  if (format === undefined) {
    format = new Intl.DateTimeFormat(`en-u-ca-${calendar}-nu-latn`, {
      year: "numeric", month: "numeric", day: "numeric", timeZone: "UTC",
    });
    CALENDARS.set(calendar, format);
  }
  const found = { year: 0, month: 0, day: 0 };
  for (const { type, value } of format.formatToParts(new Date((days - 719_162) * 86_400_000))) {
    if (type === "year" || type === "month" || type === "day") found[type] = Number.parseInt(value, 10);
  }
  return found;
}

/**
 * @param {Moment} value
 * @param {string} format Not null: see {@link defaultFormat}.
 * @param {Culture} culture
 * @returns {string}
 */
export function formatMoment(value, format, culture) {
  const universal = value instanceof MDateTimeZone && format.length === 1 && "ruRU".includes(format);
  const shown = universal ? value.utc : value;
  const days = shown instanceof MTime ? 0 : shown.days;
  const ticks = shown instanceof MDate ? 0 : shown.ticks;
  const offset = value instanceof MDateTimeZone && !universal ? value.offset : null;
  const { year, month, day } = calendarDate(days, culture);
  const { hour, minute, second, fraction } = fromTicks(ticks);
  const invariant = format === "r" || format === "R";
  const names = invariant ? ENGLISH : culture;
  const parts = formatParts(expandFormat(format, culture));
  const besideDay = parts.some(({ kind, text }) => kind === "run" && /^dd?$/.test(text));
  const months = (besideDay && !invariant ? culture.genitiveMonths : null) ?? names.months;
  const hour12 = hour % 12 === 0 ? 12 : hour % 12;
  /** @param {string} run */
  const write = (run) => {
    const width = run.length;
    switch (run[0]) {
      case "d":
        if (width > 2) return (width === 3 ? names.shortDays : names.days)[(days + 1) % 7];
        return pad(day, width);
      case "f":
        return pad(fraction, 7).slice(0, Math.min(width, 7));
      case "F":
        return pad(fraction, 7).slice(0, Math.min(width, 7)).replace(/0+$/, "");
      case "g":
        return "A.D.";
      case "h":
        return pad(hour12, Math.min(width, 2));
      case "H":
        return pad(hour, Math.min(width, 2));
      case "m":
        return pad(minute, Math.min(width, 2));
      case "M":
        if (width > 2) return (width === 3 ? names.shortMonths : months)[month - 1];
        return pad(month, width);
      case "s":
        return pad(second, Math.min(width, 2));
      case "t": {
        const half = hour < 12 ? culture.am : culture.pm;
        return width === 1 ? half.slice(0, 1) : half;
      }
      case "y":
        return width <= 2 ? pad(year % 100, width) : pad(year, width);
      case "z":
        return offset === null ? "" : writeOffset(offset, width);
      case "K":
        return offset === null ? "" : writeOffset(offset, 3);
      case "/":
        return culture.dateSeparator;
      default:
        return ":";
    }
  };
  let text = "";
  parts.forEach((part, at) => {
    if (part.kind === "literal") {
      // A point before an empty fraction is not written.
      const next = parts[at + 1];
      const dropped = part.text === "." && next?.kind === "run" && next.text[0] === "F" && write(next.text) === "";
      text += dropped ? "" : part.text;
    } else text += write(part.text);
  });
  return text;
}

const ENGLISH = {
  shortDays: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"],
  days: ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"],
  shortMonths: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
  months: [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
  ],
};

/**
 * @param {number} offset Minutes.
 * @param {number} width
 */
function writeOffset(offset, width) {
  const size = Math.abs(offset);
  const hours = Math.floor(size / 60);
  const sign = offset < 0 ? "-" : "+";
  if (width === 1) return `${sign}${hours}`;
  return width === 2 ? `${sign}${pad(hours)}` : `${sign}${pad(hours)}:${pad(size % 60)}`;
}

/**
 * The format that is used without one.
 *
 * @param {Moment} value
 * @param {Culture} culture
 */
export function defaultFormat(value, culture) {
  if (value instanceof MDate) return culture.shortDate;
  if (value instanceof MTime) return culture.shortTime;
  const both = `${culture.shortDate} ${culture.longTime}`;
  return value instanceof MDateTimeZone ? `${both} zzz` : both;
}

/**
 * @param {Moment} value
 * @param {string | null} format
 * @param {Culture} culture
 */
export function momentToText(value, format, culture) {
  return formatMoment(value, format === null || format === "" ? defaultFormat(value, culture) : format, culture);
}
