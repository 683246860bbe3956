// Dates and times. All count days since 0001-01-01 and ticks of 100 ns within the day: both fit a double exactly.

/**
 * @import { MRecord } from "./record.mjs"
 * @import { MType } from "./type.mjs"
 */

export const TICKS_PER_SECOND = 10_000_000;
export const TICKS_PER_MINUTE = 60 * TICKS_PER_SECOND;
export const TICKS_PER_HOUR = 60 * TICKS_PER_MINUTE;
export const TICKS_PER_DAY = 24 * TICKS_PER_HOUR;
/** 9999-12-31. */
export const LAST_DAY = 3_652_058;
/** 1970-01-01. */
export const UNIX_DAY = 719_162;

class Temporal {
  constructor() {
    /** @type {MType | null} */
    this.type = null;
    /** @type {MRecord | null} */
    this.meta = null;
  }
}

export class MDate extends Temporal {
  /** @param {number} days Since 0001-01-01. */
  constructor(days) {
    super();
    this.days = days;
  }
}

export class MTime extends Temporal {
  /** @param {number} ticks Since midnight; 24:00 is allowed. */
  constructor(ticks) {
    super();
    this.ticks = ticks;
  }
}

export class MDateTime extends Temporal {
  /**
   * @param {number} days
   * @param {number} ticks
   */
  constructor(days, ticks) {
    super();
    this.days = days;
    this.ticks = ticks;
  }
}

export class MDateTimeZone extends Temporal {
  /**
   * @param {number} days Of the local time.
   * @param {number} ticks Of the local time.
   * @param {number} offset Minutes that the local time is ahead of UTC.
   */
  constructor(days, ticks, offset) {
    super();
    this.days = days;
    this.ticks = ticks;
    this.offset = offset;
  }

  /** The same instant as days and ticks of UTC. */
  get utc() {
    return carry(this.days, this.ticks - this.offset * TICKS_PER_MINUTE);
  }
}

export class MDuration extends Temporal {
  /**
   * @param {number} days Rounded down: minus one second is day -1, 23:59:59.
   * @param {number} ticks From 0 up to, but not including, a day.
   */
  constructor(days, ticks) {
    super();
    this.days = days;
    this.ticks = ticks;
  }

  /** All of it in ticks: exact up to 28 years. */
  get totalTicks() {
    return this.days * TICKS_PER_DAY + this.ticks;
  }

  /**
   * @param {number} days Any number.
   * @param {number} ticks Any number; rounded to a whole one.
   */
  static of(days, ticks) {
    const whole = Math.floor(days);
    const sum = carry(whole, Math.round((days - whole) * TICKS_PER_DAY + ticks));
    return new MDuration(sum.days, sum.ticks);
  }
}

/**
 * Brings ticks into one day.
 *
 * @param {number} days
 * @param {number} ticks
 */
export function carry(days, ticks) {
  const over = Math.floor(ticks / TICKS_PER_DAY);
  return { days: days + over, ticks: ticks - over * TICKS_PER_DAY };
}

/** @param {number} year */
export function isLeapYear(year) {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

/**
 * @param {number} year
 * @param {number} month
 */
export function daysInMonth(year, month) {
  return month === 2 ? (isLeapYear(year) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/**
 * Days since 0001-01-01 of a date of the Gregorian calendar.
 *
 * @param {number} year
 * @param {number} month
 * @param {number} day
 */
export function toDays(year, month, day) {
  // Years are counted from March, so that the leap day is the last of its year.
  const y = month > 2 ? year : year - 1;
  const era = Math.floor(y / 400);
  const ofEra = y - era * 400;
  const ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 306;
}

/**
 * The date of a day.
 *
 * @param {number} days
 * @returns {{ year: number, month: number, day: number }}
 */
export function fromDays(days) {
  const shifted = days + 306;
  const era = Math.floor(shifted / 146_097);
  const ofEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * ofYear + 2) / 153);
  const day = ofYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth + (shiftedMonth < 10 ? 3 : -9);
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

/**
 * The parts of a time of day.
 *
 * @param {number} ticks
 * @returns {{ hour: number, minute: number, second: number, fraction: number }} `fraction` in ticks of a second.
 */
export function fromTicks(ticks) {
  const hour = Math.floor(ticks / TICKS_PER_HOUR);
  const minute = Math.floor(ticks / TICKS_PER_MINUTE) % 60;
  const second = Math.floor(ticks / TICKS_PER_SECOND) % 60;
  return { hour, minute, second, fraction: ticks % TICKS_PER_SECOND };
}

/**
 * An instant of the host's clock in UTC.
 *
 * @param {number} milliseconds Since the Unix epoch.
 * @returns {MDateTimeZone}
 */
export function fromUnix(milliseconds) {
  const { days, ticks } = carry(UNIX_DAY, Math.round(milliseconds * 10_000));
  return new MDateTimeZone(days, ticks, 0);
}
