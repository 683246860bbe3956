// All of a value, evaluated.

import { Boxed, MBinary, MError, MList, MRecord, MTable, Thunk, force } from "./value.mjs";

/**
 * @import { Slot, Value } from "./value/slot.mjs"
 */

/**
 * The same value with everything in it evaluated, once: lists and tables are enumerated, and binaries read, a single
 * time. An error in a table's cell stays in that cell, as a query's load keeps it; any other is raised.
 *
 * @param {Slot} slot
 * @returns {Value}
 */
export function settle(slot) {
  const value = force(slot);
  if (value === null || typeof value !== "object" || value instanceof Boxed) return value;
  if (value instanceof MList) return keep(value, MList.of(value.toArray().map(settle)));
  if (value instanceof MRecord) {
    const settled = MRecord.of([...value.fields].map(([name, field]) => [name, settle(field)]));
    return keep(value, settled);
  }
  if (value instanceof MBinary) {
    // Its metadata is not asked for: for an answer from the web that may be another request.
    return MBinary.of(value.bytes);
  }
  if (value instanceof MTable) {
    const { type } = value;
    const rows = [];
    for (const row of value.rows()) rows.push(row.map(settleCell));
    const settled = new MTable(type, rows);
    settled.meta = value.meta;
    return settled;
  }
  return value;
}

/**
 * @template {MList | MRecord} T
 * @param {T} from
 * @param {T} to
 */
function keep(from, to) {
  to.type = from.type;
  to.meta = from.meta;
  return to;
}

/**
 * @param {Slot} slot
 * @returns {Slot}
 */
function settleCell(slot) {
  try {
    return settle(slot);
  } catch (error) {
    if (!(error instanceof MError) || error.unsupported !== null) throw error;
    return new Thunk(() => {
      throw error;
    });
  }
}
