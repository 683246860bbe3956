// Binary formats: functions that read values out of binaries, and functions that compose them.

import {
  MBinary, MFunction, MList, MRecord, cannotConvert, exactInteger, functionOf, invoke, plain, primitive, raise,
} from "../value.mjs";
import { truth } from "./arguments.mjs";
import { decodeText } from "./encoding.mjs";
import { family } from "./signature.mjs";
import { asFunction, asList } from "./tabular.mjs";

/**
 * @import { Slot, Value } from "../value/slot.mjs"
 */

/** Reads one value after the other, up to an end. */
class Cursor {
  /**
   * @param {Uint8Array} bytes
   * @param {number} end
   */
  constructor(bytes, end = bytes.length) {
    this.bytes = bytes;
    this.at = 0;
    this.end = end;
    this.little = false;
  }

  get left() {
    return this.end - this.at;
  }

  /** @param {number} count */
  take(count) {
    if (!(count >= 0) || count > this.left) {
      raise("DataFormat.Error", "We reached the end of the buffer.", null);
    }
    const taken = this.bytes.subarray(this.at, this.at + count);
    this.at += count;
    return taken;
  }

  /** The next bytes in a view. @param {number} count */
  view(count) {
    const taken = this.take(count);
    return new DataView(taken.buffer, taken.byteOffset, count);
  }
}

/** @typedef {(cursor: Cursor) => Value} Reader */

/** What a format does where it is part of another. @type {WeakMap<object, Reader>} */
const READERS = new WeakMap();

/**
 * @param {Reader} read
 * @returns {MFunction}
 */
function format(read) {
  const made = functionOf(["binary"], (binary) => {
    const source = plain(binary);
    return source instanceof MBinary ? read(new Cursor(source.bytes)) : cannotConvert(source, primitive("binary"));
  });
  READERS.set(made.identity, read);
  return made;
}

/** @param {Value} value @returns {Reader | null} */
function readerOf(value) {
  return value instanceof MFunction ? (READERS.get(value.identity) ?? null) : null;
}

/** @param {Value} value @returns {Reader} */
function needReader(value) {
  return readerOf(value) ?? raise("Expression.Error", "The function isn't a binary format.", value);
}

/**
 * A length: a number, or the format of one that stands before what it measures.
 *
 * @param {Value} length
 * @returns {(cursor: Cursor) => number}
 */
function lengthReader(length) {
  const reader = readerOf(length);
  return reader === null ? () => Number(length) : (cursor) => Number(plain(reader(cursor)));
}

/** @param {(view: DataView, little: boolean) => number | bigint} read @param {number} size */
const numeric = (size, read) =>
  format((cursor) => {
    const value = read(cursor.view(size), cursor.little);
    return typeof value === "bigint" ? exactInteger(value) : value;
  });

/** @param {Cursor} cursor */
function sevenBits(cursor) {
  let value = 0n;
  for (let shift = 0n; ; shift += 7n) {
    const [byte] = cursor.take(1);
    value |= BigInt(byte & 0x7f) << shift;
    if ((byte & 0x80) === 0) return value;
  }
}

/** A decimal of .NET: three words of digits, then sign and scale. @param {Cursor} cursor */
function decimal(cursor) {
  const view = cursor.view(16);
  const [low, middle, high, flags] = [0, 4, 8, 12].map((at) => view.getUint32(at, true));
  const digits = (BigInt(high) << 64n) | (BigInt(middle) << 32n) | BigInt(low);
  const value = Number(`${digits}e-${(flags >>> 16) & 0xff}`);
  return flags >>> 31 === 1 ? -value : value;
}

/**
 * @param {Reader} item
 * @param {Value} countOrCondition
 */
function readList(item, countOrCondition) {
  const count = readerOf(countOrCondition);
  return format((cursor) => {
    const items = [];
    if (count === null && countOrCondition instanceof MFunction) {
      do items.push(item(cursor));
      while (truth(invoke(countOrCondition, [items[items.length - 1]])));
      return MList.of(items);
    }
    const most = count !== null ? Number(plain(count(cursor))) : (countOrCondition ?? Infinity);
    while (items.length < most && (most !== Infinity || cursor.left > 0)) items.push(item(cursor));
    return MList.of(items);
  });
}

const OCCURRENCE = { OPTIONAL: 0, REQUIRED: 1, REPEATING: 2 };

/**
 * Items behind their keys, in any order.
 *
 * @param {Reader} key
 * @param {MList} group
 * @param {MFunction | null} extra
 * @param {Value} lastKey
 */
function readGroup(key, group, extra, lastKey) {
  const items = group.toValues().map((one) => {
    const [id, itemFormat, occurrence, otherwise, transform] = asList(one).toValues();
    return { id, read: needReader(itemFormat), occurrence: occurrence ?? OCCURRENCE.REQUIRED, otherwise, transform };
  });
  return format((cursor) => {
    /** @type {Value[][]} */
    const found = items.map(() => []);
    while (cursor.left > 0) {
      const id = plain(key(cursor));
      const at = items.findIndex((item) => item.id === id);
      if (at >= 0 && (items[at].occurrence === OCCURRENCE.REPEATING || found[at].length === 0)) {
        found[at].push(items[at].read(cursor));
      } else if (extra !== null) needReader(plain(invoke(extra, [id])))(cursor);
      else raise("DataFormat.Error", "An unexpected key was found in the group.", id);
      if (lastKey !== null && id === lastKey) break;
    }
    return MList.of(
      items.map(({ id, occurrence, otherwise, transform }, at) => {
        if (found[at].length === 0) {
          if (occurrence === OCCURRENCE.REQUIRED) raise("DataFormat.Error", "A required key is missing in the group.", id);
          return otherwise ?? (occurrence === OCCURRENCE.REPEATING ? MList.of([]) : null);
        }
        const value = occurrence === OCCURRENCE.REPEATING ? MList.of(found[at]) : found[at][0];
        return transform instanceof MFunction ? invoke(transform, [value]) : value;
      }),
    );
  });
}

/** @param {MRecord} record */
function readRecord(record) {
  return format((cursor) =>
    MRecord.of(
      [...record.entries()].map(([name, slot]) => {
        const reader = readerOf(plain(slot));
        return /** @type {[string, Slot]} */ ([name, reader === null ? slot : reader(cursor)]);
      }),
    ));
}

/**
 * @param {Value} length
 * @param {(bytes: Uint8Array) => Value} make
 */
function readBytes(length, make) {
  const lengthOf = lengthReader(length);
  return format((cursor) => make(cursor.take(length === null ? cursor.left : lengthOf(cursor))));
}

export const binaryFormat = family({
  "BinaryFormat.Byte": format((cursor) => cursor.take(1)[0]),
  "BinaryFormat.Null": format(() => null),
  "BinaryFormat.SignedInteger16": numeric(2, (view, little) => view.getInt16(0, little)),
  "BinaryFormat.SignedInteger32": numeric(4, (view, little) => view.getInt32(0, little)),
  "BinaryFormat.SignedInteger64": numeric(8, (view, little) => view.getBigInt64(0, little)),
  "BinaryFormat.UnsignedInteger16": numeric(2, (view, little) => view.getUint16(0, little)),
  "BinaryFormat.UnsignedInteger32": numeric(4, (view, little) => view.getUint32(0, little)),
  "BinaryFormat.UnsignedInteger64": numeric(8, (view, little) => view.getBigUint64(0, little)),
  "BinaryFormat.Single": numeric(4, (view, little) => view.getFloat32(0, little)),
  "BinaryFormat.Double": numeric(8, (view, little) => view.getFloat64(0, little)),
  "BinaryFormat.Decimal": format(decimal),
  "BinaryFormat.7BitEncodedUnsignedInteger": format((cursor) => exactInteger(sevenBits(cursor))),
  "BinaryFormat.7BitEncodedSignedInteger": format((cursor) => exactInteger(BigInt.asIntN(64, sevenBits(cursor)))),

  "BinaryFormat.Binary(optional length as any) as function": (length) =>
    readBytes(length, (bytes) => MBinary.of(bytes)),

  "BinaryFormat.Text(length as any, optional encoding as nullable number) as function": (length, encoding) =>
    readBytes(length, (bytes) => decodeText(bytes, encoding)),

  "BinaryFormat.List(binaryFormat as function, optional countOrCondition as any) as function": (item, count) =>
    readList(needReader(item), count),

  "BinaryFormat.Record(record as record) as function": readRecord,

  "BinaryFormat.Transform(binaryFormat as function, function as function) as function": (inner, transform) => {
    const read = needReader(inner);
    return format((cursor) => invoke(transform, [read(cursor)]));
  },

  "BinaryFormat.Length(binaryFormat as function, length as any) as function": (inner, length) => {
    const read = needReader(inner);
    const lengthOf = lengthReader(length);
    return format((cursor) => {
      const bytes = cursor.take(Math.min(lengthOf(cursor), cursor.left));
      const within = new Cursor(bytes);
      within.little = cursor.little;
      return read(within);
    });
  },

  "BinaryFormat.ByteOrder(binaryFormat as function, byteOrder as number) as function": (inner, order) => {
    const read = needReader(inner);
    return format((cursor) => {
      const before = cursor.little;
      cursor.little = order === 0;
      const value = read(cursor);
      cursor.little = before;
      return value;
    });
  },

  "BinaryFormat.Choice(binaryFormat as function, chooseFunction as function, optional type as nullable type, optional combineFunction as nullable function) as function":
    (first, choose, _type, combine) => {
      const read = needReader(first);
      return format((cursor) => {
        const value = read(cursor);
        const second = needReader(plain(invoke(asFunction(choose), [value])))(cursor);
        return combine === null ? second : invoke(combine, [value, second]);
      });
    },

  "BinaryFormat.Group(binaryFormat as function, group as list, optional extra as nullable function, optional lastKey as any) as function":
    (key, group, extra, lastKey) => readGroup(needReader(key), group, extra, lastKey),
});
