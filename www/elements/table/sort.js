// Sorting rows by a column, from the column as it lies in memory: an integer per row is moved about, and no value is made.
// Numbers, times and booleans become 64 bits that sort as they do, and are sorted digit by digit. Texts are sorted by eight
// bytes at a time; in UTF-8 the order of bytes is the order of code points.
/** @import { Column } from "./source.js" */

/** Below that many texts, comparing them is faster than counting their bytes. */
const FEW = 48;

/**
 * Sorts rows. It is stable, and nulls come last in both directions.
 *
 * @param {Uint32Array} rows
 * @param {Column} column
 * @param {"ascending" | "descending"} direction
 * @returns {Generator<void, Uint32Array, void>}
 */
export function* sorted(rows, column, direction) {
  const { present, nulls } = apart(rows, column);
  yield;
  const flip = direction === "descending" ? 0xffff_ffff : 0;
  const { data } = column;
  const order = "offsets" in data ? yield* byBytes(present, data, flip) : yield* byBits(present, data, flip);
  const all = new Uint32Array(rows.length);
  all.set(order);
  all.set(nulls, order.length);
  return all;
}

/**
 * @param {Uint32Array} rows
 * @param {Column} column
 */
function apart(rows, column) {
  if (column.data.nullCount === 0) {
    return { present: rows, nulls: rows.subarray(0, 0) };
  }
  const present = new Uint32Array(rows.length);
  const nulls = new Uint32Array(rows.length);
  let kept = 0;
  let left = 0;
  for (const row of rows) {
    if (column.isNull(row)) {
      nulls[left] = row;
      left += 1;
    } else {
      present[kept] = row;
      kept += 1;
    }
  }
  return { present: present.subarray(0, kept), nulls: nulls.subarray(0, left) };
}

/**
 * @param {Uint32Array} rows
 * @param {Exclude<Column["data"], { offsets: Uint32Array }>} data
 * @param {number} flip
 * @returns {Generator<void, Uint32Array, void>}
 */
function* byBits(rows, data, flip) {
  const high = new Uint32Array(rows.length);
  const low = new Uint32Array(rows.length);
  const write = bitsOf(data);
  for (let at = 0; at < rows.length; at += 1) {
    write(rows[at], at, high, low);
    high[at] ^= flip;
    low[at] ^= flip;
  }
  yield;
  const order = positions(rows.length);
  yield* radix(order, high, low);
  return order.map((at) => rows[at]);
}

/**
 * What writes the value of a row as 64 bits without a sign that sort as the values do.
 *
 * @param {Exclude<Column["data"], { offsets: Uint32Array }>} data
 * @returns {(row: number, at: number, high: Uint32Array, low: Uint32Array) => void}
 */
function bitsOf(data) {
  switch (data.type) {
    case "bool": {
      const { values } = data;
      return (row, at, high) => {
        high[at] = (values[row >> 3] >> (row & 7)) & 1;
      };
    }
    case "date": {
      const { values } = data;
      return (row, at, high) => {
        high[at] = values[row] ^ 0x8000_0000;
      };
    }
    case "float64": {
      const { values } = data;
      const number = new Float64Array(1);
      const halves = new Uint32Array(number.buffer);
      return (row, at, high, low) => {
        // Both zeros are equal.
        number[0] = values[row] + 0;
        const negative = halves[1] >>> 31 === 1;
        high[at] = negative ? ~halves[1] : halves[1] ^ 0x8000_0000;
        low[at] = negative ? ~halves[0] : halves[0];
      };
    }
    default: {
      const { buffer, byteOffset, length } = data.values;
      const halves = new Uint32Array(buffer, byteOffset, length * 2);
      return (row, at, high, low) => {
        high[at] = halves[2 * row + 1] ^ 0x8000_0000;
        low[at] = halves[2 * row];
      };
    }
  }
}

/** @param {number} length */
function positions(length) {
  const all = new Uint32Array(length);
  for (let at = 0; at < length; at += 1) {
    all[at] = at;
  }
  return all;
}

/**
 * Sorts positions by their keys of 64 bits, sixteen at a time, in place.
 *
 * @param {Uint32Array} order
 * @param {Uint32Array} high
 * @param {Uint32Array} low
 * @returns {Generator<void, void, void>}
 */
function* radix(order, high, low) {
  let from = order;
  /** @type {Uint32Array} */
  let to = new Uint32Array(order.length);
  for (const [keys, shift] of /** @type {[Uint32Array, number][]} */ ([
    [low, 0],
    [low, 16],
    [high, 0],
    [high, 16],
  ])) {
    const starts = new Uint32Array(0x1_0000);
    for (const at of from) {
      starts[(keys[at] >>> shift) & 0xffff] += 1;
    }
    // Most digits are the same everywhere.
    if (starts[(keys[from[0]] >>> shift) & 0xffff] === from.length) {
      continue;
    }
    let start = 0;
    for (let digit = 0; digit < starts.length; digit += 1) {
      const count = starts[digit];
      starts[digit] = start;
      start += count;
    }
    for (const at of from) {
      const digit = (keys[at] >>> shift) & 0xffff;
      to[starts[digit]] = at;
      starts[digit] += 1;
    }
    [from, to] = [to, from];
    yield;
  }
  if (from !== order) {
    order.set(from);
  }
}

/**
 * @param {Uint32Array} rows
 * @param {Extract<Column["data"], { offsets: Uint32Array }>} data
 * @param {number} flip
 * @returns {Generator<void, Uint32Array, void>}
 */
function* byBytes(rows, data, flip) {
  const texts = new Texts(data, flip === 0 ? 1 : -1);
  const order = rows.slice();
  const high = new Uint32Array(rows.length);
  const low = new Uint32Array(rows.length);
  /** Parts of `order` whose texts agree up to a byte. */
  const parts = [{ from: 0, to: rows.length, depth: 0 }];
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    const { from, to } = part;
    const some = order.subarray(from, to);
    if (some.length < FEW) {
      texts.insert(some, part.depth);
      continue;
    }
    const { depth, longest, same } = texts.agreement(some, part.depth);
    if (same) {
      continue;
    }
    if (depth >= longest) {
      // They differ in how many zeros they end with.
      some.set(Array.from(some).sort((one, other) => texts.compare(one, other, depth)));
      continue;
    }
    const begin = some.slice();
    for (let at = 0; at < begin.length; at += 1) {
      high[at] = texts.word(begin[at], depth) ^ flip;
      low[at] = texts.word(begin[at], depth + 4) ^ flip;
    }
    const places = positions(begin.length);
    yield* radix(places, high, low);
    let start = 0;
    for (let at = 0; at < places.length; at += 1) {
      some[at] = begin[places[at]];
      const next = at + 1;
      if (next === places.length || high[places[next]] !== high[places[at]] || low[places[next]] !== low[places[at]]) {
        if (next - start > 1) {
          parts.push({ from: from + start, to: from + next, depth: depth + 8 });
        }
        start = next;
      }
    }
    yield;
  }
  return order;
}

/** The texts of a column, by their bytes. */
class Texts {
  /**
   * @param {{ offsets: Uint32Array, bytes: Uint8Array }} data
   * @param {1 | -1} sign
   */
  constructor({ offsets, bytes }, sign) {
    this.offsets = offsets;
    this.bytes = bytes;
    this.sign = sign;
  }

  /**
   * Four bytes of a text as a number. Behind its end there are zeros.
   *
   * @param {number} row
   * @param {number} depth
   */
  word(row, depth) {
    const at = this.offsets[row] + depth;
    const end = this.offsets[row + 1];
    const { bytes } = this;
    if (at + 4 <= end) {
      return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
    }
    let word = 0;
    for (let byte = 0; byte < 4; byte += 1) {
      word = (word << 8) | (at + byte < end ? bytes[at + byte] : 0);
    }
    return word >>> 0;
  }

  /**
   * Up to which byte all texts agree, how long the longest is, and whether they are all the same.
   *
   * @param {Uint32Array} rows Rows whose texts agree up to `depth`, or end with nothing but zeros before it.
   * @param {number} depth
   */
  agreement(rows, depth) {
    const { bytes, offsets } = this;
    const first = offsets[rows[0]];
    let shortest = offsets[rows[0] + 1] - first;
    let longest = shortest;
    let agreed = shortest;
    for (const row of rows) {
      const start = offsets[row];
      const length = offsets[row + 1] - start;
      shortest = Math.min(shortest, length);
      longest = Math.max(longest, length);
      const stop = Math.min(agreed, length);
      let at = Math.min(depth, stop);
      while (at < stop && bytes[start + at] === bytes[first + at]) {
        at += 1;
      }
      agreed = at;
    }
    return { depth: Math.max(agreed, depth), longest, same: shortest === longest && agreed === longest };
  }

  /**
   * Sorts a few rows in place.
   *
   * @param {Uint32Array} rows
   * @param {number} depth
   */
  insert(rows, depth) {
    for (let at = 1; at < rows.length; at += 1) {
      const row = rows[at];
      let place = at;
      while (place > 0 && this.compare(rows[place - 1], row, depth) > 0) {
        rows[place] = rows[place - 1];
        place -= 1;
      }
      rows[place] = row;
    }
  }

  /**
   * @param {number} one
   * @param {number} other
   * @param {number} depth Up to there they agree, but for zeros and ends.
   */
  compare(one, other, depth) {
    const { bytes, offsets, sign } = this;
    const [a, b] = [offsets[one], offsets[other]];
    const [aLength, bLength] = [offsets[one + 1] - a, offsets[other + 1] - b];
    const stop = Math.min(aLength, bLength);
    for (let at = Math.min(depth, stop); at < stop; at += 1) {
      const difference = bytes[a + at] - bytes[b + at];
      if (difference !== 0) {
        return difference * sign;
      }
    }
    return (aLength - bLength) * sign;
  }
}
