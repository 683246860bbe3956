// Conversions between kinds of values, as the functions named `….From` do them.

import {
  LAST_DAY, MBinary, MDate, MDateTime, MDateTimeZone, MDuration, MTime, TICKS_PER_DAY, cannotConvert, carry,
  durationText, exactInteger, fromDays, kindOf, primitive, raise,
} from "../value.mjs";
import { cultureOf } from "./culture.mjs";
import { momentToText } from "./date-format.mjs";
import { daysOf, parseByFormat, parseFreely, parseTime, ticksOf } from "./date-parse.mjs";
import { formatNumber, parseNumber } from "./number-format.mjs";

/**
 * @import { MType } from "../value.mjs"
 * @import { Value } from "../value/slot.mjs"
 * @import { Engine } from "../engine.mjs"
 */

/** Day 0 of a number that stands for a date: 1899-12-30. */
const NUMBER_DAY = 693_593;

/** Minutes that the evaluator's local time is ahead of UTC. */
export const LOCAL_OFFSET = 0;

/**
 * @param {string} what `Date value`, `Number`, …
 * @param {string} text
 * @returns {never}
 */
function cannotParse(what, text) {
  raise("DataFormat.Error", `We couldn't parse the input provided as a ${what} value.`, text);
}

/**
 * @param {Value} value
 * @param {string | null} culture
 * @returns {string | null}
 */
export function textFrom(value, culture) {
  switch (kindOf(value)) {
    case "null":
      return null;
    case "text":
      return value;
    case "number":
      return formatNumber(value, null, cultureOf(culture));
    case "logical":
      return value ? "true" : "false";
    case "date":
    case "time":
    case "datetime":
    case "datetimezone":
      return momentToText(value, null, cultureOf(culture));
    case "duration":
      return durationText(value);
    case "binary":
      return Buffer.from(value.bytes).toString("base64");
    default:
      return cannotConvert(value, primitive("text"));
  }
}

/**
 * A text as a number, which keeps all digits of long integers.
 *
 * @param {string} text
 * @param {string | null} culture
 * @returns {number | bigint}
 */
export function parseExactNumber(text, culture) {
  const number = parseNumber(text, cultureOf(culture));
  if (number === null) raise("DataFormat.Error", "We couldn't convert to Number.", text);
  return typeof number === "bigint" ? exactInteger(number) : number;
}

/**
 * @param {Value} value
 * @param {string | null} culture
 * @returns {number | bigint | null} A `bigint` for an exact long integer.
 */
export function numberFrom(value, culture) {
  if (value === null || typeof value === "number" || typeof value === "bigint") return value;
  if (typeof value === "string") return parseExactNumber(value, culture);
  if (typeof value === "boolean") return value ? 1 : 0;
  if (value instanceof MDate) return value.days - NUMBER_DAY;
  if (value instanceof MTime) return value.ticks / TICKS_PER_DAY;
  if (value instanceof MDateTime || value instanceof MDateTimeZone) {
    return value.days - NUMBER_DAY + value.ticks / TICKS_PER_DAY;
  }
  if (value instanceof MDuration) return value.days + value.ticks / TICKS_PER_DAY;
  return cannotConvert(value, primitive("number"));
}

/** @param {number} number */
function momentOfNumber(number) {
  const days = Math.floor(number);
  // .NET rounds to milliseconds here.
  const ticks = Math.round((number - days) * 86_400_000) * 10_000;
  const moment = carry(days + NUMBER_DAY, ticks);
  if (!(moment.days >= 0 && moment.days <= LAST_DAY)) {
    raise("Expression.Error", "The number is out of the range of a DateTime value.", number);
  }
  return moment;
}

/**
 * The local time of a moment with an offset.
 *
 * @param {MDateTimeZone} value
 */
export function localTime(value) {
  return switchOffset(value, LOCAL_OFFSET);
}

/**
 * The same instant seen elsewhere.
 *
 * @param {MDateTimeZone} value
 * @param {number} offset Minutes.
 */
export function switchOffset(value, offset) {
  const { days, ticks } = carry(value.days, value.ticks + (offset - value.offset) * 600_000_000);
  if (days < 0 || days > LAST_DAY) raise("Expression.Error", "The DateTimeZone operation results in an overflow.");
  return new MDateTimeZone(days, ticks, offset);
}

/**
 * `1.02:03:04.5`, or days alone.
 *
 * @param {string} text
 * @returns {MDuration}
 */
export function durationFromText(text) {
  const clock = /^\s*(-)?(?:(\d+)\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,7}))?)?\s*$/.exec(text);
  const days = /^\s*(-)?(\d+)\s*$/.exec(text);
  const iso = /^\s*(-)?P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?\s*$/.exec(text);
  let sign;
  let parts;
  if (clock !== null) {
    sign = clock[1];
    parts = [clock[2], clock[3], clock[4], `${clock[5] ?? 0}.${clock[6] ?? 0}`];
    if (Number(parts[1]) > 23 || Number(parts[2]) > 59 || Number(parts[3]) >= 60) cannotParse("Duration", text);
  } else if (days !== null) {
    sign = days[1];
    parts = [days[2]];
  } else if (iso !== null && /\d/.test(text)) {
    sign = iso[1];
    parts = iso.slice(2);
  } else return cannotParse("Duration", text);
  const [day = "0", hour = "0", minute = "0", second = "0"] = parts.map((part) => part ?? "0");
  const ticks = (Number(hour) * 3600 + Number(minute) * 60) * 1e7 + Math.round(Number(second) * 1e7);
  return sign === "-" ? MDuration.of(-Number(day), -ticks) : MDuration.of(Number(day), ticks);
}

/**
 * Format and culture of a text function's options: a record, or the culture alone as of old.
 *
 * @param {Value} options
 * @param {string | null} [culture]
 * @returns {{ format: string | null, culture: string | null }}
 */
export function textOptions(options, culture = null) {
  if (options === null || typeof options === "string") return { format: null, culture: options ?? culture };
  return { format: options.option("Format"), culture: options.option("Culture") };
}

/**
 * The conversions that may need the host's clock, for a year that is left out.
 *
 * @param {Engine} engine
 */
export function conversions(engine) {
  const thisYear = () => fromDays(Math.floor(engine.host.now() / 86_400_000) + 719_162).year;

  /**
   * @param {string} text
   * @param {Value} options
   * @param {string} what
   */
  const read = (text, options, what) => {
    const { format, culture } = textOptions(options);
    const known = cultureOf(culture);
    const moment = format === null || format === "" ? parseFreely(text, known) : parseByFormat(text, format, known);
    const days = moment === null ? null : daysOf(moment, thisYear, known);
    const ticks = moment === null ? null : ticksOf(moment);
    if (moment === null || days === null || ticks === null) return cannotParse(what, text);
    return { moment, days, ticks };
  };

  const own = {
    /** @param {string} text @param {Value} options */
    dateFromText(text, options) {
      const { days, ticks } = read(text, options, "Date");
      return ticks === 0 ? new MDate(days) : cannotParse("Date", text);
    },

    /** @param {string} text @param {Value} options */
    dateTimeFromText(text, options) {
      const { moment, days, ticks } = read(text, options, "DateTime");
      const { offset } = moment;
      if (offset === undefined) {
        const time = carry(days, ticks);
        return new MDateTime(time.days, time.ticks);
      }
      const local = localTime(new MDateTimeZone(days, ticks, offset));
      return new MDateTime(local.days, local.ticks);
    },

    /** @param {string} text @param {Value} options */
    dateTimeZoneFromText(text, options) {
      const { moment, days, ticks } = read(text, options, "DateTimeZone");
      return new MDateTimeZone(days, ticks, moment.offset ?? LOCAL_OFFSET);
    },

    /** @param {string} text @param {Value} options */
    timeFromText(text, options) {
      const { format, culture } = textOptions(options);
      const known = cultureOf(culture);
      const moment = format === null || format === "" ? parseTime(text, known) : parseByFormat(text, format, known);
      const ticks = moment === null ? null : ticksOf(moment);
      return ticks === null ? cannotParse("Time", text) : new MTime(ticks);
    },

    /** @param {Value} value @param {string | null} culture */
    dateFrom(value, culture) {
      if (value === null || value instanceof MDate) return value;
      if (typeof value === "string") return own.dateFromText(value, culture);
      if (value instanceof MDateTime) return new MDate(value.days);
      if (value instanceof MDateTimeZone) return new MDate(localTime(value).days);
      if (typeof value === "number") return new MDate(momentOfNumber(value).days);
      return cannotConvert(value, primitive("date"));
    },

    /** @param {Value} value @param {string | null} culture */
    dateTimeFrom(value, culture) {
      if (value === null || value instanceof MDateTime) return value;
      if (typeof value === "string") return own.dateTimeFromText(value, culture);
      if (value instanceof MDate) return new MDateTime(value.days, 0);
      if (value instanceof MTime) return new MDateTime(NUMBER_DAY, value.ticks);
      if (value instanceof MDateTimeZone) {
        const { days, ticks } = localTime(value);
        return new MDateTime(days, ticks);
      }
      if (typeof value === "number") {
        const { days, ticks } = momentOfNumber(value);
        return new MDateTime(days, ticks);
      }
      return cannotConvert(value, primitive("datetime"));
    },

    /** @param {Value} value @param {string | null} culture */
    dateTimeZoneFrom(value, culture) {
      if (value === null || value instanceof MDateTimeZone) return value;
      if (typeof value === "string") return own.dateTimeZoneFromText(value, culture);
      if (typeof value === "boolean") return cannotConvert(value, primitive("datetimezone"));
      const { days, ticks } = own.dateTimeFrom(value, culture);
      return new MDateTimeZone(days, ticks, LOCAL_OFFSET);
    },

    /** @param {Value} value @param {string | null} culture */
    timeFrom(value, culture) {
      if (value === null || value instanceof MTime) return value;
      if (typeof value === "string") return own.timeFromText(value, culture);
      if (value instanceof MDateTime) return new MTime(value.ticks);
      if (value instanceof MDateTimeZone) return new MTime(localTime(value).ticks);
      if (typeof value === "number") {
        if (value < 0 || value >= 1) raise("Expression.Error", "The number is out of the range of a Time value.", value);
        return new MTime(momentOfNumber(value).ticks);
      }
      return cannotConvert(value, primitive("time"));
    },

    /** @param {Value} value */
    durationFrom(value) {
      if (value === null || value instanceof MDuration) return value;
      if (typeof value === "string") return durationFromText(value);
      if (typeof value === "number") return MDuration.of(value, 0);
      return cannotConvert(value, primitive("duration"));
    },

    /**
     * The conversion to a type; null where nothing is to be converted.
     *
     * @param {MType} type
     * @param {string | null} culture
     * @returns {((value: Value) => Value) | null}
     */
    to(type, culture) {
      switch (type.kind) {
        case "text":
          return (value) => textFrom(value, culture);
        case "number":
          return (value) => subtypeFrom(type.name, value, culture);
        case "logical":
          return logicalFrom;
        case "date":
          return (value) => own.dateFrom(value, culture);
        case "datetime":
          return (value) => own.dateTimeFrom(value, culture);
        case "datetimezone":
          return (value) => own.dateTimeZoneFrom(value, culture);
        case "time":
          return (value) => own.timeFrom(value, culture);
        case "duration":
          return own.durationFrom;
        case "binary":
          return binaryFrom;
        case "any":
        case "anynonnull":
          return null;
        default:
          return (value) => (value === null || kindOf(value) === type.kind ? value : cannotConvert(value, type));
      }
    },
  };
  return own;
}

/** @param {Value} value */
export function logicalFrom(value) {
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "number" || typeof value === "bigint") return Number(value) !== 0;
  if (typeof value === "string") {
    const said = value.trim().toLowerCase();
    if (said === "true" || said === "false") return said === "true";
    raise("Expression.Error", "Could not convert to a logical.", value);
  }
  return cannotConvert(value, primitive("logical"));
}

/** @param {Value} value */
export function binaryFrom(value) {
  if (value === null || value instanceof MBinary) return value;
  if (typeof value !== "string") return cannotConvert(value, primitive("binary"));
  return fromBase64(value);
}

/** @param {string} text */
export function fromBase64(text) {
  const bare = text.replace(/\s/g, "");
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(bare) || bare.length % 4 !== 0) {
    raise("DataFormat.Error", "We couldn't convert to Binary.", text);
  }
  return MBinary.of(Buffer.from(bare, "base64"));
}

/** How a rounding mode settles a half. */
export const ROUNDING = { UP: 0, DOWN: 1, AWAY_FROM_ZERO: 2, TOWARD_ZERO: 3, TO_EVEN: 4 };

/**
 * @param {number} value
 * @param {number} mode
 * @returns {number}
 */
export function roundHalf(value, mode) {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  switch (mode) {
    case ROUNDING.UP:
      return below + 1;
    case ROUNDING.DOWN:
      return below;
    case ROUNDING.AWAY_FROM_ZERO:
      return value < 0 ? below : below + 1;
    case ROUNDING.TOWARD_ZERO:
      return value < 0 ? below + 1 : below;
    default:
      return below % 2 === 0 ? below : below + 1;
  }
}

/**
 * Rounds at a decimal place; a half is one that the shortest decimal writing of the number shows.
 *
 * @param {number} value
 * @param {number} digits
 * @param {number} mode
 * @returns {number}
 */
export function roundAt(value, digits, mode) {
  if (!Number.isFinite(value)) return value;
  const scaled = Number(`${value}e${digits}`.replace(/e([+-]?\d+)e([+-]?\d+)$/, (_, a, b) => `e${Number(a) + Number(b)}`));
  if (!Number.isFinite(scaled)) return value;
  const rounded = roundHalf(scaled, mode);
  return Number(`${rounded}e${-digits}`.replace(/e([+-]?\d+)e([+-]?\d+)$/, (_, a, b) => `e${Number(a) + Number(b)}`)) + 0;
}

/** Bits of the integer types. @type {Record<string, { least: bigint, most: bigint, what: string }>} */
const INTEGERS = {
  "Byte.Type": { least: 0n, most: 255n, what: "an 8 bit unsigned" },
  "Int8.Type": { least: -128n, most: 127n, what: "an 8 bit" },
  "Int16.Type": { least: -(2n ** 15n), most: 2n ** 15n - 1n, what: "a 16 bit" },
  "Int32.Type": { least: -(2n ** 31n), most: 2n ** 31n - 1n, what: "a 32 bit" },
  "Int64.Type": { least: -(2n ** 63n), most: 2n ** 63n - 1n, what: "a 64 bit" },
};

/**
 * @param {string | null} name Of a subtype of number; null for `type number`.
 * @param {Value} value
 * @param {string | null} culture
 * @param {number} [mode]
 * @returns {Value}
 */
export function subtypeFrom(name, value, culture, mode = ROUNDING.TO_EVEN) {
  const number = numberFrom(value, culture);
  if (number === null || name === null) return typeof number === "bigint" ? Number(number) : number;
  const integer = INTEGERS[name];
  if (integer !== undefined) return integerFrom(number, integer, mode);
  const double = Number(number);
  switch (name) {
    case "Currency.Type":
      return roundAt(double, 4, mode);
    case "Single.Type":
      return Number(Math.fround(double).toPrecision(7));
    default:
      return double;
  }
}

/**
 * @param {number | bigint} number
 * @param {{ least: bigint, most: bigint, what: string }} range
 * @param {number} mode
 */
function integerFrom(number, { least, most, what }, mode) {
  const whole = typeof number === "bigint" ? number : roundHalf(number, mode);
  if (!(whole >= least && whole <= most)) {
    raise("Expression.Error", `The number is out of the range of ${what} integer value.`, number);
  }
  return whole;
}

