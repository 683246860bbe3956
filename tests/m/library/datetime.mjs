// Datetimes, datetimezones, times and durations.

import {
  MDateTime, MDateTimeZone, MDuration, MRecord, MTime, TICKS_PER_DAY, TICKS_PER_HOUR, TICKS_PER_MINUTE,
  TICKS_PER_SECOND, carry, durationText, fromDays, fromTicks, fromUnix, raise,
} from "../value.mjs";
import { at, timed } from "./calendar.mjs";
import { LOCAL_OFFSET, conversions, durationFromText, localTime, switchOffset } from "./convert.mjs";
import { toText } from "./date.mjs";
import { family, raw } from "./signature.mjs";

/**
 * @import { Engine } from "../engine.mjs"
 * @import { Value } from "../value/slot.mjs"
 */

/**
 * @param {(value: any, ...rest: any[]) => Value} call
 * @returns {(value: Value, ...rest: any[]) => Value}
 */
const of = (call) => (value, ...rest) => (value === null ? null : call(value, ...rest));

/** Seconds with their fraction. @param {number} ticks */
const secondsOf = (ticks) => (ticks % TICKS_PER_MINUTE) / TICKS_PER_SECOND;

/** @param {{ ticks: number }} value */
function timeParts({ ticks }) {
  const { hour, minute } = fromTicks(ticks);
  return { Hour: hour, Minute: minute, Second: secondsOf(ticks) };
}

/** @param {{ days: number }} value */
function dateParts({ days }) {
  const { year, month, day } = fromDays(days);
  return { Year: year, Month: month, Day: day };
}

/** 1601-01-01, from which Windows counts file times. */
const FILE_TIME_DAY = 584_388;

/** @param {Value} fileTime In ticks; may be a `bigint`. */
function ofFileTime(fileTime) {
  const ticks = BigInt(fileTime?.value ?? fileTime);
  const day = BigInt(TICKS_PER_DAY);
  return { days: FILE_TIME_DAY + Number(ticks / day), ticks: Number(ticks % day) };
}

/** @param {number} hours @param {number | null} minutes */
function offsetOf(hours, minutes) {
  const offset = Math.trunc(hours) * 60 + Math.trunc(minutes ?? 0);
  if (Math.abs(offset) > 14 * 60) raise("Expression.Error", "The offset is out of range.", offset);
  return offset;
}

/**
 * `DateTime.IsInCurrentHour`, `DateTime.IsInNextNSeconds`, …
 *
 * @param {Engine} engine
 * @returns {Record<string, any>}
 */
function comparisons(engine) {
  /** @type {Record<string, any>} */
  const all = {};
  const units = { Hour: TICKS_PER_HOUR, Minute: TICKS_PER_MINUTE, Second: TICKS_PER_SECOND };
  for (const [unit, size] of Object.entries(units)) {
    const number = (/** @type {{ days: number, ticks: number }} */ { days, ticks }) =>
      days * (TICKS_PER_DAY / size) + Math.floor(ticks / size);
    const away = (/** @type {MDateTime | MDateTimeZone} */ value) =>
      number(value instanceof MDateTimeZone ? localTime(value) : value) -
      number(switchOffset(fromUnix(engine.host.now()), LOCAL_OFFSET));
    all[`DateTime.IsInCurrent${unit}(dateTime as any) as nullable logical`] = of((value) => away(value) === 0);
    all[`DateTime.IsInNext${unit}(dateTime as any) as nullable logical`] = of((value) => away(value) === 1);
    all[`DateTime.IsInPrevious${unit}(dateTime as any) as nullable logical`] = of((value) => away(value) === -1);
    const count = `${unit.toLowerCase()}s as number`;
    all[`DateTime.IsInNextN${unit}s(dateTime as any, ${count}) as nullable logical`] = of((value, many) =>
      away(value) >= 1 && away(value) <= many);
    all[`DateTime.IsInPreviousN${unit}s(dateTime as any, ${count}) as nullable logical`] = of((value, many) =>
      away(value) <= -1 && away(value) >= -many);
  }
  return all;
}

/** @param {Engine} engine */
export const dateTime = (engine) => {
  const convert = conversions(engine);
  return family({
    "DateTime.From(value as any, optional culture as nullable text) as nullable datetime": convert.dateTimeFrom,

    "DateTime.FromText(text as nullable text, optional options as any, optional culture as nullable text) as nullable datetime":
      of((text, options) => convert.dateTimeFromText(text, options)),

    "DateTime.ToText(dateTime as nullable datetime, optional options as any, optional culture as nullable text) as nullable text":
      of(toText),

    "DateTime.ToRecord(dateTime as datetime) as record": (value) =>
      MRecord.from({ ...dateParts(value), ...timeParts(value) }),

    "DateTime.Date(dateTime as any) as nullable date": of((value) => convert.dateFrom(value, null)),

    "DateTime.Time(dateTime as any) as nullable time": of((value) => new MTime(timed(value).ticks)),

    "DateTime.AddZone(dateTime as nullable datetime, timezoneHours as number, optional timezoneMinutes as nullable number) as nullable datetimezone":
      of((value, hours, minutes) => new MDateTimeZone(value.days, value.ticks, offsetOf(hours, minutes))),

    "DateTime.FromFileTime(fileTime as nullable number) as nullable datetime": raw(
      of((fileTime) => {
        const { days, ticks } = ofFileTime(fileTime);
        const local = localTime(new MDateTimeZone(days, ticks, 0));
        return new MDateTime(local.days, local.ticks);
      }),
    ),

    ...comparisons(engine),
  });
};

/** @param {Engine} engine */
export const dateTimeZone = (engine) => {
  const convert = conversions(engine);
  return family({
    "DateTimeZone.From(value as any, optional culture as nullable text) as nullable datetimezone":
      convert.dateTimeZoneFrom,

    "DateTimeZone.FromText(text as nullable text, optional options as any, optional culture as nullable text) as nullable datetimezone":
      of((text, options) => convert.dateTimeZoneFromText(text, options)),

    "DateTimeZone.ToText(dateTimeZone as nullable datetimezone, optional options as any, optional culture as nullable text) as nullable text":
      of(toText),

    "DateTimeZone.ToRecord(dateTimeZone as datetimezone) as record": (value) =>
      MRecord.from({
        ...dateParts(value),
        ...timeParts(value),
        ZoneHours: Math.trunc(value.offset / 60),
        ZoneMinutes: value.offset % 60,
      }),

    "DateTimeZone.ToUtc(dateTimeZone as nullable datetimezone) as nullable datetimezone": of((value) =>
      switchOffset(value, 0)),

    "DateTimeZone.ToLocal(dateTimeZone as nullable datetimezone) as nullable datetimezone": of(localTime),

    "DateTimeZone.SwitchZone(dateTimeZone as nullable datetimezone, timezoneHours as number, optional timezoneMinutes as nullable number) as nullable datetimezone":
      of((value, hours, minutes) => switchOffset(value, offsetOf(hours, minutes))),

    "DateTimeZone.RemoveZone(dateTimeZone as nullable datetimezone) as nullable datetime": of(
      (value) => new MDateTime(value.days, value.ticks),
    ),

    "DateTimeZone.ZoneHours(dateTimeZone as nullable datetimezone) as nullable number": of((value) =>
      Math.trunc(value.offset / 60)),

    "DateTimeZone.ZoneMinutes(dateTimeZone as nullable datetimezone) as nullable number": of((value) => value.offset % 60),

    "DateTimeZone.FromFileTime(fileTime as nullable number) as nullable datetimezone": raw(
      of((fileTime) => {
        const { days, ticks } = ofFileTime(fileTime);
        return localTime(new MDateTimeZone(days, ticks, 0));
      }),
    ),
  });
};

/** @param {Engine} engine */
export const time = (engine) => {
  const convert = conversions(engine);
  return family({
    "Time.From(value as any, optional culture as nullable text) as nullable time": convert.timeFrom,

    "Time.FromText(text as nullable text, optional options as any, optional culture as nullable text) as nullable time": of(
      (text, options) => convert.timeFromText(text, options),
    ),

    "Time.ToText(time as nullable time, optional options as any, optional culture as nullable text) as nullable text":
      of(toText),

    "Time.ToRecord(time as time) as record": (value) => MRecord.from(timeParts(value)),

    "Time.Hour(dateTime as any) as nullable number": of((value) => fromTicks(timed(value).ticks).hour),
    "Time.Minute(dateTime as any) as nullable number": of((value) => fromTicks(timed(value).ticks).minute),
    "Time.Second(dateTime as any) as nullable number": of((value) => secondsOf(timed(value).ticks)),

    "Time.StartOfHour(dateTime as any) as any": of((value) => {
      const { ticks } = timed(value);
      return at(value, value.days ?? 0, ticks - (ticks % TICKS_PER_HOUR));
    }),
    "Time.EndOfHour(dateTime as any) as any": of((value) => {
      const { ticks } = timed(value);
      return at(value, value.days ?? 0, ticks - (ticks % TICKS_PER_HOUR) + TICKS_PER_HOUR - 1);
    }),
  });
};

/**
 * The parts of a duration, all with its sign.
 *
 * @param {MDuration} value
 */
function durationParts({ days, ticks }) {
  const negative = days < 0;
  const whole = negative ? carry(-days, -ticks) : { days, ticks };
  const sign = negative ? -1 : 1;
  const { hour, minute } = fromTicks(whole.ticks);
  // Adding zero turns a negative zero into zero.
  return {
    Days: sign * whole.days + 0,
    Hours: sign * hour + 0,
    Minutes: sign * minute + 0,
    Seconds: sign * secondsOf(whole.ticks) + 0,
  };
}

/** @param {number} size In ticks. */
const total = (size) =>
  of((/** @type {MDuration} */ { days, ticks }) => days * (TICKS_PER_DAY / size) + ticks / size);

/** @param {Engine} engine */
export const duration = (engine) =>
  family({
    "Duration.From(value as any) as nullable duration": conversions(engine).durationFrom,

    "Duration.FromText(text as nullable text) as nullable duration": of(durationFromText),

    "Duration.ToText(duration as nullable duration, optional format as nullable text) as nullable text": of(durationText),

    "Duration.ToRecord(duration as duration) as record": (value) => MRecord.from(durationParts(value)),

    "Duration.Days(duration as nullable duration) as nullable number": of((value) => durationParts(value).Days),
    "Duration.Hours(duration as nullable duration) as nullable number": of((value) => durationParts(value).Hours),
    "Duration.Minutes(duration as nullable duration) as nullable number": of((value) => durationParts(value).Minutes),
    "Duration.Seconds(duration as nullable duration) as nullable number": of((value) => durationParts(value).Seconds),

    "Duration.TotalDays(duration as nullable duration) as nullable number": total(TICKS_PER_DAY),
    "Duration.TotalHours(duration as nullable duration) as nullable number": total(TICKS_PER_HOUR),
    "Duration.TotalMinutes(duration as nullable duration) as nullable number": total(TICKS_PER_MINUTE),
    "Duration.TotalSeconds(duration as nullable duration) as nullable number": total(TICKS_PER_SECOND),
  });
