// The constructors that are part of the language: `#date`, `#table`, …

import {
  LAST_DAY,
  MBinary,
  MDate,
  MDateTime,
  MDateTimeZone,
  MDuration,
  MList,
  MTable,
  MTime,
  MType,
  TICKS_PER_DAY,
  TICKS_PER_HOUR,
  TICKS_PER_MINUTE,
  TICKS_PER_SECOND,
  cannotConvert,
  daysInMonth,
  plain,
  primitive,
  raise,
  tableType,
  toDays,
} from "../value.mjs";
import { family } from "./signature.mjs";

export const intrinsic = family({
  "#date(year as number, month as number, day as number) as date": (year, month, day) =>
    new MDate(dateParts(year, month, day)),

  "#time(hour as number, minute as number, second as number) as time": (hour, minute, second) =>
    new MTime(timeParts(hour, minute, second, 24)),

  "#datetime(year as number, month as number, day as number, hour as number, minute as number, second as number) as datetime":
    (year, month, day, hour, minute, second) =>
      new MDateTime(dateParts(year, month, day), timeParts(hour, minute, second, 23)),

  "#datetimezone(year as number, month as number, day as number, hour as number, minute as number, second as number, offsetHours as number, offsetMinutes as number) as datetimezone":
    (year, month, day, hour, minute, second, offsetHours, offsetMinutes) => {
      const offset = whole(offsetHours) * 60 + whole(offsetMinutes);
      if (Math.abs(offset) > 14 * 60) raise("Expression.Error", "The offset is out of range.", offset);
      return new MDateTimeZone(dateParts(year, month, day), timeParts(hour, minute, second, 23), offset);
    },

  "#duration(days as number, hours as number, minutes as number, seconds as number) as duration": (
    days,
    hours,
    minutes,
    seconds,
  ) => MDuration.of(days, hours * TICKS_PER_HOUR + minutes * TICKS_PER_MINUTE + Math.round(seconds * TICKS_PER_SECOND)),

  "#binary(value as any) as any": (value) => {
    if (value === null || value instanceof MBinary) return value;
    if (typeof value === "string") return MBinary.of(Uint8Array.from(Buffer.from(value, "base64")));
    if (value instanceof MList) return MBinary.of(Uint8Array.from(value.toValues(), byte));
    return cannotConvert(value, primitive("binary"));
  },

  "#table(columns as any, rows as any) as any": (columns, rows) => {
    const type = columnsType(columns);
    if (rows instanceof MTable) return new MTable(type, () => rows.rows()[Symbol.iterator]());
    if (!(rows instanceof MList)) cannotConvert(rows, primitive("list"));
    const width = /** @type {Map<string, unknown>} */ (type.fields).size;
    return new MTable(type, rows.items === null ? () => streamed(rows, width) : kept(rows.items, width));
  },
});

/**
 * @param {any} columns A table type, names, or how many there are.
 * @returns {MType}
 */
function columnsType(columns) {
  if (columns instanceof MType && columns.kind === "table" && columns.fields !== null) return columns;
  if (columns instanceof MList) {
    return tableType(columns.toValues().map((name) => [name, primitive("any")]));
  }
  if (typeof columns === "number") {
    return tableType(Array.from({ length: columns }, (_, at) => [`Column${at + 1}`, primitive("any")]));
  }
  if (columns === null) return tableType([]);
  return cannotConvert(columns, primitive("list"));
}

/**
 * Rows of a list that keeps its items; each is read when the table is first enumerated.
 *
 * @param {any[]} items
 * @param {number} width
 */
function kept(items, width) {
  /** @type {any[][]} */
  const rows = [];
  return function* () {
    for (let at = 0; at < items.length; at += 1) {
      rows[at] ??= cells(items[at], width);
      yield rows[at];
    }
  };
}

/**
 * @param {MList} rows
 * @param {number} width
 */
function* streamed(rows, width) {
  for (const row of rows) yield cells(row, width);
}

/**
 * @param {any} slot
 * @param {number} width
 * @returns {any[]}
 */
function cells(slot, width) {
  const row = plain(slot);
  if (!(row instanceof MList)) cannotConvert(row, primitive("list"));
  const values = row.toArray();
  if (values.length !== width) {
    raise("Expression.Error", `${width} keys were specified, but ${values.length} values were provided.`, row);
  }
  return values;
}

/**
 * @param {number} year
 * @param {number} month
 * @param {number} day
 */
function dateParts(year, month, day) {
  const valid =
    between(year, 1, 9999) && between(month, 1, 12) && between(day, 1, 31) && day <= daysInMonth(year, month);
  if (!valid) {
    raise(
      "Expression.Error",
      "The Date operation failed because the resulting value falls outside the range of allowed values.",
    );
  }
  return Math.min(toDays(year, month, day), LAST_DAY);
}

/**
 * @param {number} hour
 * @param {number} minute
 * @param {number} second May have a fraction.
 * @param {number} lastHour
 */
function timeParts(hour, minute, second, lastHour) {
  const ticks = hour * TICKS_PER_HOUR + minute * TICKS_PER_MINUTE + Math.round(second * TICKS_PER_SECOND);
  const valid = between(hour, 0, lastHour) && between(minute, 0, 59) && second >= 0 && second < 60;
  if (!valid || ticks > TICKS_PER_DAY) {
    raise(
      "Expression.Error",
      "The Time operation failed because the resulting value falls outside the range of allowed values.",
    );
  }
  return ticks;
}

/**
 * @param {number} value
 * @param {number} least
 * @param {number} most
 */
function between(value, least, most) {
  return Number.isInteger(value) && value >= least && value <= most;
}

/** @param {number} value */
function whole(value) {
  if (!Number.isInteger(value)) raise("Expression.Error", "The value isn't a single integer.", value);
  return value;
}

/** @param {any} value */
function byte(value) {
  if (typeof value !== "number" || !between(value, 0, 255)) {
    raise("Expression.Error", "The value is outside the range of a byte.", value);
  }
  return value;
}
