// Texts to dates and times: by a format, or by best effort.

import { TICKS_PER_HOUR, TICKS_PER_MINUTE, TICKS_PER_SECOND, daysInMonth, fromDays, toDays } from "../value.mjs";
import { calendarDate, expandFormat, formatParts } from "./date-format.mjs";

/**
 * @import { Culture } from "./culture.mjs"
 */

/**
 * What a text says; parts that it leaves out are undefined.
 *
 * @typedef {object} Moment
 * @property {number} [year]
 * @property {number} [month]
 * @property {number} [day]
 * @property {number} [hour]
 * @property {number} [minute]
 * @property {number} [second]
 * @property {number} [fraction] Ticks of a second.
 * @property {number} [offset] Minutes.
 */

/** Years of two digits up to this one are of this century. */
const LAST_SHORT_YEAR = 29;

/** @param {number} year */
const fullYear = (year) => year + (year <= LAST_SHORT_YEAR ? 2000 : 1900);

/** @param {string} digits Of a second's fraction. */
const fractionTicks = (digits) => Math.round(Number(`0.${digits}`) * TICKS_PER_SECOND);

/**
 * Days since 0001-01-01 of the date that was read; null if there is no such date. Month and day default to the first.
 *
 * @param {Moment} moment
 * @param {() => number} thisYear
 * @param {Culture} culture
 * @returns {number | null}
 */
export function daysOf(moment, thisYear, culture) {
  const year = moment.year ?? thisYear();
  const month = moment.month ?? 1;
  const day = moment.day ?? 1;
  if (culture.calendar !== null && moment.year !== undefined) return daysOfCalendar(year, month, day, culture);
  if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null;
  return toDays(year, month, day);
}

/**
 * Searches the day of a date of another calendar.
 *
 * @param {number} year
 * @param {number} month
 * @param {number} day
 * @param {Culture} culture
 */
function daysOfCalendar(year, month, day, culture) {
  // A lunar year has some 354.37 days; year 1 began in July 622.
  const guess = toDays(622, 7, 18) + Math.round((year - 1) * 354.367 + (month - 1) * 29.53 + day - 1);
  for (let at = guess - 40; at < guess + 40; at += 1) {
    const found = calendarDate(at, culture);
    if (found.year === year && found.month === month && found.day === day) return at;
  }
  return null;
}

/**
 * Ticks of the time that was read; null if there is no such time.
 *
 * @param {Moment} moment
 * @returns {number | null}
 */
export function ticksOf({ hour = 0, minute = 0, second = 0, fraction = 0 }) {
  if (minute > 59 || second > 59 || hour > 24 || (hour === 24 && minute + second + fraction > 0)) return null;
  return hour * TICKS_PER_HOUR + minute * TICKS_PER_MINUTE + second * TICKS_PER_SECOND + fraction;
}

/**
 * Reads a text that must have a format.
 *
 * @param {string} text
 * @param {string} format
 * @param {Culture} culture
 * @returns {Moment | null}
 */
export function parseByFormat(text, format, culture) {
  /** @type {Moment} */
  const found = {};
  /** @type {boolean | undefined} */
  let afternoon;
  let at = 0;
  /** @param {RegExp} pattern Sticky. @returns {RegExpExecArray | null} */
  const take = (pattern) => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  /** @param {string[]} names @returns {number} -1 if none fits. */
  const takeName = (names) => {
    const rest = text.slice(at).toLowerCase();
    let best = -1;
    names.forEach((name, index) => {
      if (name !== "" && rest.startsWith(name.toLowerCase()) && (best < 0 || name.length > names[best].length)) best = index;
    });
    if (best >= 0) at += names[best].length;
    return best;
  };
  /** @param {number} width @param {number} [most] @returns {number | null} */
  const takeNumber = (width, most = 2) => {
    const match = take(width === 1 ? new RegExp(`\\d{1,${most}}`, "y") : new RegExp(`\\d{${width}}`, "y"));
    return match === null ? null : Number(match[0]);
  };
  /** @param {string} run @returns {boolean} */
  const read = (run) => {
    const width = run.length;
    /** @param {keyof Moment} part @param {number | null} value */
    const set = (part, value) => {
      if (value === null) return false;
      found[part] = value;
      return true;
    };
    switch (run[0]) {
      case "d":
        if (width > 2) return takeName(width === 3 ? culture.shortDays : culture.days) >= 0;
        return set("day", takeNumber(width));
      case "M": {
        if (width <= 2) return set("month", takeNumber(width));
        const beside = width > 3 && culture.genitiveMonths !== null ? takeName(culture.genitiveMonths) : -1;
        const index = beside >= 0 ? beside : takeName(width === 3 ? culture.shortMonths : culture.months);
        return index >= 0 && set("month", index + 1);
      }
      case "y": {
        const year = takeNumber(Math.max(width, width <= 2 ? width : 4));
        return set("year", year === null || width > 2 ? year : fullYear(year));
      }
      case "h":
      case "H":
        return set("hour", takeNumber(Math.min(width, 2)));
      case "m":
        return set("minute", takeNumber(Math.min(width, 2)));
      case "s":
        return set("second", takeNumber(Math.min(width, 2)));
      case "f": {
        const match = take(new RegExp(`\\d{${width}}`, "y"));
        return set("fraction", match === null ? null : fractionTicks(match[0]));
      }
      case "F": {
        const match = take(new RegExp(`\\d{0,${width}}`, "y"));
        return set("fraction", match === null || match[0] === "" ? 0 : fractionTicks(match[0]));
      }
      case "t": {
        const halves = width === 1 ? [culture.am[0] ?? "", culture.pm[0] ?? ""] : [culture.am, culture.pm];
        const half = takeName(halves);
        afternoon = half === 1;
        return half >= 0;
      }
      case "z":
      case "K": {
        const match = take(/Z|([+-])(\d{1,2}):?(\d{2})?/y);
        if (match === null) return run[0] === "K";
        return set("offset", offsetOf(match[1], match[2], match[3]));
      }
      case "/":
        return text.startsWith(culture.dateSeparator, at) && ((at += culture.dateSeparator.length), true);
      case ":":
        return text[at] === ":" && ((at += 1), true);
      default:
        return takeName(["A.D."]) >= 0;
    }
  };
  for (const part of formatParts(expandFormat(format, culture))) {
    if (part.kind === "run") {
      if (!read(part.text)) return null;
    } else if (text.startsWith(part.text, at)) at += part.text.length;
    // A point may be missing before an empty fraction.
    else if (part.text !== ".") return null;
  }
  if (at < text.length) return null;
  return withHalf(found, afternoon);
}

/**
 * @param {Moment} moment
 * @param {boolean | undefined} afternoon
 * @returns {Moment | null}
 */
function withHalf(moment, afternoon) {
  if (afternoon === undefined || moment.hour === undefined) return moment;
  if (moment.hour > 12) return afternoon ? moment : null;
  return { ...moment, hour: (moment.hour % 12) + (afternoon ? 12 : 0) };
}

/**
 * Minutes of `+08:00`; 0 for `Z`.
 *
 * @param {string | undefined} sign
 * @param {string | undefined} hours
 * @param {string | undefined} minutes
 */
function offsetOf(sign, hours, minutes) {
  if (sign === undefined) return 0;
  const size = Number(hours) * 60 + Number(minutes ?? 0);
  return sign === "-" ? -size : size;
}

const ISO_DATE = /^(\d{4})-?(\d{2})-?(\d{2})(?=$|[T ])/;
const ISO_TIME = /^[T ](\d{2})(?::?(\d{2})(?::?(\d{2})(?:[.,](\d+))?)?)?/;
const ZONE = /\s*(?:(Z|GMT|UTC)|([+-])(\d{1,2})(?::?(\d{2}))?)$/i;

/**
 * Reads a date, or a date with time and offset, without a format.
 *
 * @param {string} text
 * @param {Culture} culture
 * @returns {Moment | null}
 */
export function parseFreely(text, culture) {
  const trimmed = text.trim();
  const iso = parseIso(trimmed);
  if (iso !== null) return iso;
  /** @type {Moment} */
  const found = {};
  let rest = trimmed;
  const timed = takeTime(rest, culture);
  if (timed !== null) {
    if (timed.moment === null) return null;
    Object.assign(found, timed.moment);
    rest = timed.rest;
  }
  const date = rest.trim() === "" ? {} : parseDate(rest, culture);
  return date === null ? null : { ...date, ...found };
}

/** @param {string} text @returns {Moment | null} */
function parseIso(text) {
  const yearMonth = /^(\d{4})(?:(?:-|, ?)(\d{2}))?$/.exec(text);
  if (yearMonth !== null) {
    return yearMonth[2] === undefined
      ? { year: Number(text) }
      : { year: Number(yearMonth[1]), month: Number(yearMonth[2]) };
  }
  const date = ISO_DATE.exec(text);
  if (date === null) return null;
  /** @type {Moment} */
  const found = { year: Number(date[1]), month: Number(date[2]), day: Number(date[3]) };
  let rest = text.slice(date[0].length);
  if (rest === "") return found;
  const time = ISO_TIME.exec(rest);
  if (time === null) return null;
  Object.assign(found, { hour: Number(time[1]), minute: Number(time[2] ?? 0), second: Number(time[3] ?? 0) });
  if (time[4] !== undefined) found.fraction = fractionTicks(time[4]);
  rest = rest.slice(time[0].length);
  if (rest === "") return found;
  const zone = ZONE.exec(rest);
  if (zone === null || zone.index !== 0) return null;
  found.offset = offsetOf(zone[2], zone[3], zone[4]);
  return found;
}

/**
 * Takes the time of day, and the offset behind it, out of a text.
 *
 * @param {string} text
 * @param {Culture} culture
 * @returns {{ moment: Moment | null, rest: string } | null} Null if there is no time.
 */
function takeTime(text, { am, pm, decimal }) {
  const halves = [am, pm, "AM", "PM", "A", "P"].filter((half) => half !== "").map(escapePattern).join("|");
  const point = decimal === "." ? "." : `.${decimal}`;
  const pattern = new RegExp(
    `(?:^|[T\\s,])(\\d{1,2})(?::(\\d{1,2})(?::(\\d{1,2})(?:[${point}](\\d+))?)?(?:\\s*(${halves}))?|\\s*(${halves}))` +
      "(?:\\s*(Z|GMT|UTC)|\\s*([+-])(\\d{1,2})(?::?(\\d{2}))?)?(?=$|[\\s,])",
    "i",
  );
  const match = pattern.exec(text);
  if (match === null) return null;
  const [all, hour, minute, second, fraction, half, otherHalf, utc, sign, hours, minutes] = match;
  /** @type {Moment} */
  const moment = { hour: Number(hour), minute: Number(minute ?? 0), second: Number(second ?? 0) };
  if (fraction !== undefined) moment.fraction = fractionTicks(fraction);
  if (utc !== undefined || sign !== undefined) moment.offset = offsetOf(sign, hours, minutes);
  const said = (half ?? otherHalf)?.toLowerCase();
  const afternoon = said === undefined ? undefined : said === pm.toLowerCase() || said[0] === "p";
  const rest = `${text.slice(0, match.index)} ${text.slice(match.index + all.length)}`;
  return { moment: withHalf(moment, afternoon), rest };
}

/** @param {string} text */
const escapePattern = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/**
 * A date of up to three parts.
 *
 * @param {string} text
 * @param {Culture} culture
 * @returns {Moment | null}
 */
function parseDate(text, culture) {
  let month = null;
  /** @type {string[]} */
  const numbers = [];
  let monthAt = -1;
  for (const word of text.split(/[\s/.,\-–年月日]+/).filter((one) => one !== "")) {
    if (/^\d+$/.test(word)) {
      numbers.push(word);
      continue;
    }
    const ordinal = /^(\d{1,2})(?:st|nd|rd|th)$/i.exec(word);
    if (ordinal !== null) return null;
    const beside = culture.genitiveMonths === null ? -1 : nameIndex(word, culture.genitiveMonths, []);
    const named = beside >= 0 ? beside : nameIndex(word, culture.months, culture.shortMonths);
    if (named >= 0) {
      if (month !== null) return null;
      month = named + 1;
      monthAt = numbers.length;
    } else if (nameIndex(word, culture.days, culture.shortDays) < 0 && !["de", "den", "г"].includes(word.toLowerCase())) {
      return null;
    }
  }
  return month === null ? byOrder(numbers, culture) : withMonth(numbers, month, monthAt, culture);
}

/**
 * @param {string} word
 * @param {string[]} long
 * @param {string[]} short
 */
function nameIndex(word, long, short) {
  const wanted = word.toLowerCase();
  const found = long.findIndex((name) => name.toLowerCase() === wanted);
  return found >= 0 ? found : short.findIndex((name) => name.toLowerCase().replace(/\.$/, "") === wanted);
}

/** @param {string} digits */
const year = (digits) => (digits.length <= 2 ? fullYear(Number(digits)) : Number(digits));

/**
 * @param {string[]} numbers
 * @param {number} month
 * @param {number} monthAt How many numbers stand before it.
 * @param {Culture} culture
 * @returns {Moment | null}
 */
function withMonth(numbers, month, monthAt, culture) {
  if (numbers.length === 1) {
    return numbers[0].length > 2 || Number(numbers[0]) > 31
      ? { year: year(numbers[0]), month, day: 1 }
      : { month, day: Number(numbers[0]) };
  }
  if (numbers.length !== 2) return null;
  const [first, second] = numbers;
  const yearFirst = first.length > 2 || (monthAt === 1 && culture.shortDate.startsWith("y") && second.length <= 2);
  return yearFirst
    ? { year: year(first), month, day: Number(second) }
    : { year: year(second), month, day: Number(first) };
}

/**
 * Numbers in the order of the culture's short date.
 *
 * @param {string[]} numbers
 * @param {Culture} culture
 * @returns {Moment | null}
 */
function byOrder(numbers, { shortDate }) {
  const order = [...new Set(shortDate.replace(/[^dMy]/g, ""))];
  if (numbers.length === 3) {
    const [a, b, c] = numbers;
    if (a.length > 2) return { year: year(a), month: Number(b), day: Number(c) };
    const named = { y: "", M: "", d: "" };
    [a, b, c].forEach((digits, at) => (named[/** @type {"y" | "M" | "d"} */ (order[at])] = digits));
    if (c.length > 2 && order[0] === "y") return { year: year(c), month: Number(a), day: Number(b) };
    return { year: year(named.y), month: Number(named.M), day: Number(named.d) };
  }
  if (numbers.length === 2) {
    const [a, b] = numbers;
    if (a.length > 2) return { year: year(a), month: Number(b) };
    if (b.length > 2) return { year: year(b), month: Number(a) };
    const monthFirst = order.indexOf("M") < order.indexOf("d");
    return monthFirst ? { month: Number(a), day: Number(b) } : { month: Number(b), day: Number(a) };
  }
  return null;
}

/**
 * Reads a time of day without a format.
 *
 * @param {string} text
 * @param {Culture} culture
 * @returns {Moment | null}
 */
export function parseTime(text, culture) {
  const trimmed = text.trim();
  const compact = /^(\d{2})(?:(\d{2})(?:(\d{2})(?:[.,](\d+))?)?)?$/.exec(trimmed);
  if (compact !== null) {
    const [, hour, minute, second, fraction] = compact;
    return {
      hour: Number(hour), minute: Number(minute ?? 0), second: Number(second ?? 0),
      fraction: fraction === undefined ? 0 : fractionTicks(fraction),
    };
  }
  const timed = takeTime(trimmed, culture);
  if (timed?.moment && timed.rest.trim() === "") return timed.moment;
  return parseFreely(trimmed, culture);
}

/** The year of a day. @param {number} days */
export const yearOf = (days) => fromDays(days).year;
