// The values of a column, one by one, from the column as it lies in memory.

/**
 * @import { ColumnData, TableValue } from "./wasm/table.js"
 */

/** @typedef {(row: number) => TableValue} ValueAt Gives the value of a row, which has to be one of the column's. */

/**
 * A reader of a column's values. It holds on to the arrays that it is given.
 *
 * @param {ColumnData} data
 * @returns {ValueAt}
 */
export function valuesOf(data) {
  const at = presentValuesOf(data);
  const { validity } = data;
  return validity === undefined ? at : (row) => (isSet(validity, row) ? at(row) : null);
}

/**
 * The same without a look at what is null.
 *
 * @param {ColumnData} data
 * @returns {ValueAt}
 */
function presentValuesOf(data) {
  switch (data.type) {
    case "bool": {
      const { values } = data;
      return (row) => isSet(values, row);
    }
    case "int64":
      return integersOf(data.values);
    case "float64": {
      const { values } = data;
      return (row) => /** @type {number} */ (values[row]);
    }
    case "timestamp":
      return timesOf(data.values, "Z");
    case "datetime":
      return timesOf(data.values, "");
    case "date": {
      const { values } = data;
      const dates = dateTexts();
      return (row) => dates(/** @type {number} */ (values[row]));
    }
    case "utf8":
      return textsOf(data);
    case "json": {
      const texts = textsOf(data);
      return (row) => JSON.parse(texts(row));
    }
  }
}

/**
 * @param {Uint8Array} bits
 * @param {number} at
 */
function isSet(bits, at) {
  return ((/** @type {number} */ (bits[at >> 3]) >> (at & 7)) & 1) === 1;
}

/**
 * Integers as numbers, and as bigints where a number can't hold them.
 *
 * @param {BigInt64Array} values
 * @returns {(row: number) => number | bigint}
 */
function integersOf(values) {
  // Halves of integers are numbers already; a bigint is an object, and most integers need none.
  const low = new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
  const high = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
  return (row) => {
    const number = /** @type {number} */ (high[2 * row + 1]) * 0x1_0000_0000 + /** @type {number} */ (low[2 * row]);
    return Number.isSafeInteger(number) ? number : /** @type {bigint} */ (values[row]);
  };
}

const DAY_MS = 86_400_000;
const DAY_US = DAY_MS * 1000;

/**
 * Dates by their day since 1970-01-01. Days come again and again, and `Date` takes ten times as long.
 *
 * @returns {(day: number) => string}
 */
function dateTexts() {
  /** @type {Map<number, string>} */
  const known = new Map();
  return (day) => {
    let text = known.get(day);
    if (text === undefined) {
      text = new Date(day * DAY_MS).toISOString().slice(0, 10);
      known.set(day, text);
    }
    return text;
  };
}

/**
 * Points in time, in microseconds since 1970. They are written as bytes, a block of rows at a time: texts put together
 * from pieces keep all their pieces, and the collector has more to do than we have.
 *
 * @param {BigInt64Array} values
 * @param {string} end What stands at the end of each text.
 * @returns {(row: number) => string}
 */
function timesOf(values, end) {
  const dates = dateTexts();
  const integers = integersOf(values);
  return blocks(values.length, (first, rows) => {
    const bytes = new Uint8Array(rows * (LONGEST_TIME + end.length));
    const starts = new Uint32Array(rows + 1);
    let at = 0;
    for (let row = 0; row < rows; row += 1) {
      const us = integers(first + row);
      // From the year 2255 on, and before 1685, a number can't tell neighbours apart.
      const day = typeof us === "number" ? Math.floor(us / DAY_US) : dayOf(us);
      const rest = typeof us === "number" ? us - day * DAY_US : Number(us - BigInt(day) * BigInt(DAY_US));
      at = writeTime(bytes, at, dates(day), rest);
      at = writeText(bytes, at, end);
      starts[row + 1] = at;
    }
    return { text: UTF8.decode(bytes.subarray(0, at)), starts, first, base: 0 };
  });
}

/** As many bytes as `2026-01-31T12:00:00.000000` has. */
const LONGEST_TIME = 26;

/** @param {bigint} us */
function dayOf(us) {
  const day = us / BigInt(DAY_US);
  return Number(us < day * BigInt(DAY_US) ? day - 1n : day);
}

/**
 * @param {Uint8Array} bytes
 * @param {number} at
 * @param {string} date
 * @param {number} us Of the day.
 * @returns {number} Where it ends.
 */
function writeTime(bytes, at, date, us) {
  const seconds = Math.floor(us / 1_000_000);
  const fraction = us % 1_000_000;
  at = writeText(bytes, at, date);
  at = writeText(bytes, at, "T");
  at = writeDigits(bytes, at, Math.floor(seconds / 3600), 2);
  at = writeText(bytes, at, ":");
  at = writeDigits(bytes, at, Math.floor(seconds / 60) % 60, 2);
  at = writeText(bytes, at, ":");
  at = writeDigits(bytes, at, seconds % 60, 2);
  at = writeText(bytes, at, ".");
  return fraction % 1000 === 0 ? writeDigits(bytes, at, fraction / 1000, 3) : writeDigits(bytes, at, fraction, 6);
}

/**
 * @param {Uint8Array} bytes
 * @param {number} at
 * @param {string} text Of ASCII.
 */
function writeText(bytes, at, text) {
  for (let unit = 0; unit < text.length; unit += 1) {
    bytes[at + unit] = text.charCodeAt(unit);
  }
  return at + text.length;
}

/**
 * @param {Uint8Array} bytes
 * @param {number} at
 * @param {number} number
 * @param {number} digits
 */
function writeDigits(bytes, at, number, digits) {
  for (let place = digits - 1; place >= 0; place -= 1) {
    bytes[at + place] = 48 + (number % 10);
    number = Math.floor(number / 10);
  }
  return at + digits;
}

// A mark at the start of a text belongs to the text.
const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** How many rows' texts are made together, as a power of 2. A text may keep alive those of its block, but no more. */
const BLOCK = 10;

/**
 * The texts of some rows: that of `row` goes from `starts[row - first]` to the next one, both less `base`.
 *
 * @typedef {{ text: string, starts: Uint32Array, first: number, base: number }} Block
 */

/**
 * Texts whose blocks are made when they are needed.
 *
 * @param {number} length
 * @param {(first: number, rows: number) => Block} make
 * @returns {(row: number) => string}
 */
function blocks(length, make) {
  /** @type {Block[]} */
  const made = [];
  return (row) => {
    const block = row >> BLOCK;
    const { text, starts, first, base } = (made[block] ??= make(
      block << BLOCK,
      Math.min(1 << BLOCK, length - (block << BLOCK)),
    ));
    const at = row - first;
    return text.slice(/** @type {number} */ (starts[at]) - base, /** @type {number} */ (starts[at + 1]) - base);
  };
}

/**
 * @param {{ length: number, offsets: Uint32Array, bytes: Uint8Array }} data
 * @returns {(row: number) => string}
 */
function textsOf({ length, offsets, bytes }) {
  return blocks(length, (first, rows) => {
    const base = /** @type {number} */ (offsets[first]);
    const part = bytes.subarray(base, offsets[first + rows]);
    const text = UTF8.decode(part);
    return text.length === part.length
      ? { text, starts: offsets, first: 0, base }
      : { text, starts: unitsOf(part, offsets, first, rows), first, base: 0 };
  });
}

/**
 * Where the rows of a block begin in its text, in units of UTF-16.
 *
 * @param {Uint8Array} bytes The block's.
 * @param {Uint32Array} offsets
 * @param {number} first The block's first row.
 * @param {number} rows How many it has.
 */
function unitsOf(bytes, offsets, first, rows) {
  const starts = new Uint32Array(rows + 1);
  const base = /** @type {number} */ (offsets[first]);
  let units = 0;
  let byte = 0;
  for (let row = 0; row < rows; row += 1) {
    const stop = /** @type {number} */ (offsets[first + row + 1]) - base;
    for (; byte < stop; byte += 1) {
      const value = /** @type {number} */ (bytes[byte]);
      // What goes on in a character adds nothing; what begins one of four bytes is a pair of units.
      units += (value & 0xc0) === 0x80 ? 0 : value >= 0xf0 ? 2 : 1;
    }
    starts[row + 1] = units;
  }
  return starts;
}
