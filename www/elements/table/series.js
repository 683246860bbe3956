// What a chart draws of a column: so many points as can be seen, and what is to be said about all of them.
import { count } from "../base/format.js";
import { STRIDE } from "./slices.js";
import { spell } from "./source.js";
import { sorted } from "./sort.js";

/**
 * @import { Column, Source } from "./source.js"
 */

/** In how many parts many rows are drawn. Each keeps its first, least, greatest and last value, so no peak is lost. */
const PARTS = 1000;

/**
 * @typedef {object} Facts
 * @property {number} rows
 * @property {number} missing Rows without a value.
 * @property {{ value: number | bigint, row: number } | undefined} least
 * @property {{ value: number | bigint, row: number } | undefined} greatest
 * @property {number} mean
 */

/**
 * @typedef {object} Series
 * @property {number[]} xs Seconds since the Unix epoch, or places counted from 1.
 * @property {(number | null)[]} ys
 * @property {number[]} rows Where each point is from.
 * @property {Facts} facts Of all rows, also of those that no point is drawn of.
 */

/**
 * @param {Source} source
 * @param {Uint32Array} shown Rows in the order that is shown.
 * @param {number} yAt A column of numbers.
 * @param {number} xAt A column of times; -1 for the order of the rows.
 * @returns {Generator<void, Series, void>}
 */
export function* seriesOf(source, shown, yAt, xAt) {
  const y = source.column(yAt);
  const x = xAt === -1 ? undefined : source.column(xAt);
  const rows = x ? yield* alongTime(shown, x) : shown;
  const secondsAt = x && secondsOf(x);
  const xOf = (/** @type {number} */ at) => (secondsAt ? secondsAt(rows[at]) : at + 1);
  const value = y.numbers();
  const begin = rows.length > 0 ? xOf(0) : 0;
  const length = rows.length > 0 ? xOf(rows.length - 1) - begin : 0;
  const all = rows.length <= 4 * PARTS || length === 0;

  /** @type {Series} */
  const series = {
    xs: [],
    ys: [],
    rows: [],
    facts: { rows: rows.length, missing: 0, least: undefined, greatest: undefined, mean: 0 },
  };
  const { facts } = series;
  const put = (/** @type {number} */ at) => {
    const found = value(rows[at]);
    series.xs.push(xOf(at));
    series.ys.push(found === null ? null : Number(found));
    series.rows.push(rows[at]);
  };
  let part = new Part();
  let sum = 0;
  for (let at = 0; at < rows.length; at += 1) {
    const found = value(rows[at]);
    const number = found === null ? null : Number(found);
    if (found === null || number === null) {
      facts.missing += 1;
    } else {
      sum += number;
      if (facts.least === undefined || found < facts.least.value) {
        facts.least = { value: found, row: rows[at] };
      }
      if (facts.greatest === undefined || found > facts.greatest.value) {
        facts.greatest = { value: found, row: rows[at] };
      }
    }
    if (all) {
      put(at);
    } else {
      const place = Math.min(PARTS - 1, Math.floor(((xOf(at) - begin) / length) * PARTS));
      if (place !== part.number) {
        part.kept().forEach(put);
        part = new Part(place);
      }
      part.add(at, number);
    }
    if ((at & STRIDE) === STRIDE) {
      yield;
    }
  }
  part.kept().forEach(put);
  const present = facts.rows - facts.missing;
  facts.mean = present > 0 ? sum / present : Number.NaN;
  return series;
}

/** Rows that are drawn above the same few pixels. */
class Part {
  #first = -1;
  #last = -1;
  #least = -1;
  #greatest = -1;
  #leastValue = Infinity;
  #greatestValue = -Infinity;
  #empty = -1;

  constructor(number = -1) {
    this.number = number;
  }

  /**
   * @param {number} at
   * @param {number | null} value
   */
  add(at, value) {
    if (value === null) {
      this.#empty = at;
      return;
    }
    if (this.#first === -1) {
      this.#first = at;
    }
    this.#last = at;
    if (value < this.#leastValue) {
      this.#leastValue = value;
      this.#least = at;
    }
    if (value > this.#greatestValue) {
      this.#greatestValue = value;
      this.#greatest = at;
    }
  }

  /** What is drawn of them, in order. A part with nothing but nulls is a gap. */
  kept() {
    const some = [this.#first, this.#least, this.#greatest, this.#last].filter((at) => at !== -1);
    const kept = some.length > 0 ? some : [this.#empty].filter((at) => at !== -1);
    return [...new Set(kept)].sort((one, other) => one - other);
  }
}

/**
 * The rows that have a time, along it.
 *
 * @param {Uint32Array} rows
 * @param {Column} time
 * @returns {Generator<void, Uint32Array, void>}
 */
function* alongTime(rows, time) {
  const timed = time.data.nullCount === 0 ? rows : rows.filter((row) => !time.isNull(row));
  return timed.length > 1 ? yield* sorted(timed, time, "ascending") : timed;
}

/**
 * @param {Column} column
 * @returns {(row: number) => number} Seconds since the Unix epoch.
 */
function secondsOf({ data }) {
  if (data.type === "date") {
    const { values } = data;
    return (row) => values[row] * 86_400;
  }
  const { values } = /** @type {{ values: BigInt64Array }} */ (data);
  return (row) => Number(values[row]) / 1_000_000;
}

/**
 * A chart in words.
 *
 * @param {string} name
 * @param {Facts} facts
 */
export function inWords(name, { rows, missing, least, greatest, mean }) {
  if (!least || !greatest) {
    return `${name}: none of ${count(rows)} rows has a value.`;
  }
  const parts = [
    `smallest ${spell(least.value)} in row ${count(least.row + 1)}`,
    `largest ${spell(greatest.value)} in row ${count(greatest.row + 1)}`,
    `mean ${short(mean)}`,
  ];
  const without = missing > 0 ? ` ${count(missing)} of the rows ${missing === 1 ? "has" : "have"} no value.` : "";
  return `${name}, ${count(rows)} ${rows === 1 ? "row" : "rows"}: ${parts.join(", ")}.${without}`;
}

/** A number that has been computed, without digits that mean nothing. @param {number} number */
export const short = (number) => spell(Number(number.toPrecision(8)));
