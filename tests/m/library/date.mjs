// Dates, and the parts of dates of other moments.

import { MDateTimeZone, MRecord, UNIX_DAY, daysInMonth, fromDays, isLeapYear } from "../value.mjs";
import { addMonths, at, dated, dayOfWeek, endOf, span, startOf, ticksIn, unitNumber } from "./calendar.mjs";
import { conversions, localTime, textOptions } from "./convert.mjs";
import { cultureOf } from "./culture.mjs";
import { momentToText } from "./date-format.mjs";
import { family } from "./signature.mjs";

/**
 * @import { Engine } from "../engine.mjs"
 * @import { Value } from "../value/slot.mjs"
 * @import { Dated, Unit } from "./calendar.mjs"
 */

/**
 * A function of a date, datetime or datetimezone that gives null for null.
 *
 * @param {(value: Dated, ...rest: any[]) => Value} call
 * @returns {(value: Value, ...rest: any[]) => Value}
 */
const of = (call) => (value, ...rest) => (value === null ? null : call(dated(value), ...rest));

/** @param {number | null} given */
const firstDayOf = (given) => given ?? cultureOf(null).firstDay;

/** @type {Unit[]} */
const UNITS = ["Day", "Week", "Month", "Quarter", "Year"];

/** @param {Value} value */
function partsOf(value) {
  return fromDays(value.days);
}

/**
 * The format and culture that a `ToText` function was given.
 *
 * @param {Value} options
 * @param {string | null} culture
 */
export function toTextOptions(options, culture) {
  if (options === null || typeof options === "string") return { format: options, culture };
  return textOptions(options);
}

/**
 * @param {Value} value
 * @param {Value} options
 * @param {string | null} culture
 */
export function toText(value, options, culture) {
  const chosen = toTextOptions(options, culture);
  return momentToText(value, chosen.format, cultureOf(chosen.culture));
}

/**
 * `Date.StartOfWeek`, `Date.EndOfYear`, …
 *
 * @returns {Record<string, any>}
 */
function boundaries() {
  /** @type {Record<string, any>} */
  const all = {};
  for (const unit of UNITS) {
    const week = unit === "Week" ? ", optional firstDayOfWeek as nullable number" : "";
    all[`Date.StartOf${unit}(dateTime as any${week}) as any`] = of((value, first) =>
      startOf(value, unit, firstDayOf(first ?? null)));
    all[`Date.EndOf${unit}(dateTime as any${week}) as any`] = of((value, first) =>
      endOf(value, unit, firstDayOf(first ?? null)));
  }
  return all;
}

/**
 * `Date.IsInCurrentDay`, `Date.IsInPreviousNWeeks`, …
 *
 * @param {() => number} today
 * @returns {Record<string, any>}
 */
function comparisons(today) {
  /** @type {Record<string, any>} */
  const all = {};
  for (const unit of UNITS) {
    // A moment with an offset is looked at in local time.
    const away = (/** @type {Dated} */ value) => {
      const { days } = value instanceof MDateTimeZone ? localTime(value) : value;
      return unitNumber(days, unit, firstDayOf(null)) - unitNumber(today(), unit, firstDayOf(null));
    };
    all[`Date.IsInCurrent${unit}(dateTime as any) as nullable logical`] = of((value) => away(value) === 0);
    all[`Date.IsInNext${unit}(dateTime as any) as nullable logical`] = of((value) => away(value) === 1);
    all[`Date.IsInPrevious${unit}(dateTime as any) as nullable logical`] = of((value) => away(value) === -1);
    const many = { next: `Date.IsInNextN${unit}s`, previous: `Date.IsInPreviousN${unit}s` };
    const count = `${unit.toLowerCase()}s as number`;
    all[`${many.next}(dateTime as any, ${count}) as nullable logical`] = of((value, units) =>
      away(value) >= 1 && away(value) <= units);
    all[`${many.previous}(dateTime as any, ${count}) as nullable logical`] = of((value, units) =>
      away(value) <= -1 && away(value) >= -units);
  }
  all["Date.IsInYearToDate(dateTime as any) as nullable logical"] = of((value) => {
    const { days } = value instanceof MDateTimeZone ? localTime(value) : value;
    return partsOf({ days }).year === partsOf({ days: today() }).year && days <= today();
  });
  return all;
}

/** @param {Engine} engine */
export const date = (engine) => {
  const today = () => Math.floor(engine.host.now() / 86_400_000) + UNIX_DAY;
  const convert = conversions(engine);
  return family({
    "Date.From(value as any, optional culture as nullable text) as nullable date": convert.dateFrom,

    "Date.FromText(text as nullable text, optional options as any, optional culture as nullable text) as nullable date": (
      text,
      options,
    ) => (text === null ? null : convert.dateFromText(text, options)),

    "Date.ToText(date as nullable date, optional options as any, optional culture as nullable text) as nullable text": (
      value,
      options,
      culture,
    ) => (value === null ? null : toText(value, options, culture)),

    "Date.ToRecord(date as date) as record": (value) => {
      const { year, month, day } = partsOf(value);
      return MRecord.from({ Year: year, Month: month, Day: day });
    },

    "Date.Year(dateTime as any) as nullable number": of((value) => partsOf(value).year),
    "Date.Month(dateTime as any) as nullable number": of((value) => partsOf(value).month),
    "Date.Day(dateTime as any) as nullable number": of((value) => partsOf(value).day),
    "Date.DayOfYear(dateTime as any) as nullable number": of((value) => value.days - span(value.days, "Year").first + 1),
    "Date.DaysInMonth(dateTime as any) as nullable number": of((value) => {
      const { year, month } = partsOf(value);
      return daysInMonth(year, month);
    }),
    "Date.IsLeapYear(dateTime as any) as nullable logical": of((value) => isLeapYear(partsOf(value).year)),
    "Date.QuarterOfYear(dateTime as any) as nullable number": of((value) => Math.ceil(partsOf(value).month / 3)),

    "Date.DayOfWeek(dateTime as any, optional firstDayOfWeek as nullable number) as nullable number": of(
      (value, first) => dayOfWeek(value.days, firstDayOf(first)),
    ),

    "Date.DayOfWeekName(date as any, optional culture as nullable text) as nullable text": of(
      (value, culture) => cultureOf(culture).days[dayOfWeek(value.days, 0)],
    ),

    "Date.MonthName(date as any, optional culture as nullable text) as nullable text": of(
      (value, culture) => cultureOf(culture).months[partsOf(value).month - 1],
    ),

    "Date.WeekOfMonth(dateTime as any, optional firstDayOfWeek as nullable number) as nullable number": of(
      (value, first) => weekIn(value.days, "Month", firstDayOf(first)),
    ),

    "Date.WeekOfYear(dateTime as any, optional firstDayOfWeek as nullable number) as nullable number": of(
      (value, first) => weekIn(value.days, "Year", firstDayOf(first)),
    ),

    "Date.AddDays(dateTime as any, numberOfDays as number) as any": of((value, days) =>
      at(value, value.days + Math.trunc(days), ticksIn(value))),
    "Date.AddWeeks(dateTime as any, numberOfWeeks as number) as any": of((value, weeks) =>
      at(value, value.days + Math.trunc(weeks) * 7, ticksIn(value))),
    "Date.AddMonths(dateTime as any, numberOfMonths as number) as any": of(addMonths),
    "Date.AddQuarters(dateTime as any, numberOfQuarters as number) as any": of((value, quarters) =>
      addMonths(value, Math.trunc(quarters) * 3)),
    "Date.AddYears(dateTime as any, numberOfYears as number) as any": of((value, years) =>
      addMonths(value, Math.trunc(years) * 12)),

    ...boundaries(),
    ...comparisons(today),
  });
};

/**
 * The number of the week within a unit: the first one may be short.
 *
 * @param {number} days
 * @param {Unit} unit
 * @param {number} firstDay
 */
function weekIn(days, unit, firstDay) {
  const { first } = span(days, unit);
  return Math.floor((days - first + dayOfWeek(first, firstDay)) / 7) + 1;
}

