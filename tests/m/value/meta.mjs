// Metadata and ascribed types, which travel with values.

import { MBinary } from "./binary.mjs";
import { MFunction } from "./function.mjs";
import { MRecord } from "./record.mjs";
import { Boxed } from "./slot.mjs";
import { MTable } from "./table.mjs";
import { MType } from "./type.mjs";

/**
 * @import { Value } from "./slot.mjs"
 */

const NONE = new MRecord(new Map());

/**
 * The metadata record; an empty one if there is none. For an answer from the web this may be a request.
 *
 * @param {Value} value
 * @returns {MRecord}
 */
export function metaOf(value) {
  if (value === null || typeof value !== "object") return NONE;
  return (value instanceof MBinary ? value.metadata() : value.meta) ?? NONE;
}

/**
 * The same value with other metadata.
 *
 * @param {Value} value
 * @param {MRecord | null} meta
 * @returns {Value}
 */
export function withMeta(value, meta) {
  const some = meta !== null && meta.size > 0 ? meta : null;
  if (value === null || typeof value !== "object") return some === null ? value : new Boxed(value, some, null);
  if (value instanceof Boxed) {
    return some === null && value.type === null ? value.value : new Boxed(value.value, some, value.type);
  }
  if (value instanceof MBinary) {
    const copy = new MBinary(() => value.bytes);
    copy.type = value.type;
    copy.meta = some;
    return copy;
  }
  return Object.assign(Object.create(Object.getPrototypeOf(value)), value, { meta: some });
}

/**
 * The same value with an ascribed type and its metadata. Nothing is checked or converted.
 *
 * @param {Value} value
 * @param {MType | null} type
 * @returns {Value}
 */
export function withType(value, type) {
  if (value === null || typeof value !== "object") return type === null ? value : new Boxed(value, null, type);
  if (value instanceof Boxed) {
    return type === null && value.meta === null ? value.value : new Boxed(value.value, value.meta, type);
  }
  if (value instanceof MType) return value;
  const copy = Object.assign(Object.create(Object.getPrototypeOf(value)), value);
  if (value instanceof MTable) copy.found = type;
  else if (value instanceof MFunction) copy.ascribed = type;
  else copy.type = type;
  return copy;
}
