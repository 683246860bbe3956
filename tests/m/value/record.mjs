import { raise } from "./error.mjs";
import { force, plain } from "./slot.mjs";

/**
 * @import { MType } from "./type.mjs"
 * @import { Slot, Value } from "./slot.mjs"
 */

/** A record: fields in order, each evaluated when first asked for. It never changes. */
export class MRecord {
  /**
   * @param {Map<string, Slot>} fields Not to be changed afterwards.
   * @param {MType | null} [type] An ascribed record type.
   */
  constructor(fields, type = null) {
    this.fields = fields;
    this.type = type;
    /** @type {MRecord | null} */
    this.meta = null;
  }

  /**
   * @param {Record<string, Slot>} object
   * @returns {MRecord}
   */
  static from(object) {
    return new MRecord(new Map(Object.entries(object)));
  }

  /**
   * @param {Iterable<[string, Slot]>} entries
   * @returns {MRecord}
   */
  static of(entries) {
    return new MRecord(new Map(entries));
  }

  /** @returns {string[]} */
  get names() {
    return [...this.fields.keys()];
  }

  get size() {
    return this.fields.size;
  }

  /** @param {string} name */
  has(name) {
    return this.fields.has(name);
  }

  /**
   * The field, not evaluated; `undefined` if there is none.
   *
   * @param {string} name
   * @returns {Slot | undefined}
   */
  slot(name) {
    return this.fields.get(name);
  }

  /**
   * The field's value with its metadata. Raises M's error if there is no such field.
   *
   * @param {string} name
   * @returns {Value}
   */
  get(name) {
    const slot = this.fields.get(name);
    if (slot === undefined) {
      raise("Expression.Error", `The field '${name}' of the record wasn't found.`, this);
    }
    return force(slot);
  }

  /**
   * The field's plain value, or `otherwise`. Right for option records.
   *
   * @param {string} name
   * @param {Value} [otherwise]
   * @returns {Value}
   */
  option(name, otherwise = null) {
    const slot = this.fields.get(name);
    return slot === undefined ? otherwise : plain(slot);
  }

  /** @returns {IterableIterator<[string, Slot]>} */
  entries() {
    return this.fields.entries();
  }

  /** The fields' slots in order. */
  slots() {
    return this.fields.values();
  }
}
