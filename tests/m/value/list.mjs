import { raise } from "./error.mjs";
import { force, plain } from "./slot.mjs";

/**
 * @import { MRecord } from "./record.mjs"
 * @import { MType } from "./type.mjs"
 * @import { Slot, Value } from "./slot.mjs"
 */

/**
 * A list. It streams: iterating it gives slots, one after the other, which may still be thunks.
 *
 * A list of slots ({@link MList.of}: literal and buffered lists) keeps what it computed; a generated one
 * ({@link MList.generated}) runs its generator again on every enumeration, with all its side effects, as M does.
 */
export class MList {
  /**
   * @param {Slot[] | null} items
   * @param {(() => Iterator<Slot>) | null} generate
   */
  constructor(items, generate) {
    /** The slots, if they are kept; not to be changed. */
    this.items = items;
    this.generate = generate;
    /** @type {MType | null} An ascribed list type. */
    this.type = null;
    /** @type {MRecord | null} */
    this.meta = null;
  }

  /**
   * A list that holds its slots.
   *
   * @param {Slot[]} items Not to be changed afterwards.
   */
  static of(items) {
    return new MList(items, null);
  }

  /**
   * A list that is computed anew on every enumeration.
   *
   * @param {() => Iterator<Slot>} generate Usually a generator function.
   */
  static generated(generate) {
    return new MList(null, generate);
  }

  /** @returns {Iterator<Slot>} */
  [Symbol.iterator]() {
    return this.items === null ? /** @type {() => Iterator<Slot>} */ (this.generate)() : this.items[Symbol.iterator]();
  }

  /** The plain values, one after the other. */
  *values() {
    for (const slot of this) yield plain(slot);
  }

  /** All slots of one enumeration. */
  toArray() {
    return this.items ?? [...this];
  }

  /** All plain values of one enumeration. */
  toValues() {
    return this.toArray().map(plain);
  }

  /** How many items one enumeration has; no item is evaluated. */
  count() {
    if (this.items !== null) return this.items.length;
    let count = 0;
    for (const slot of this) {
      void slot;
      count += 1;
    }
    return count;
  }

  /**
   * The value at an index, with its metadata; enumerates no further. `undefined` past the end.
   *
   * @param {number} index
   * @returns {Value | undefined}
   */
  at(index) {
    if (this.items !== null) return index < this.items.length ? force(this.items[index]) : undefined;
    let at = 0;
    for (const slot of this) {
      if (at === index) return force(slot);
      at += 1;
    }
    return undefined;
  }

  /**
   * The value at an index, as `list{index}` gives it.
   *
   * @param {number} index
   * @returns {Value}
   */
  item(index) {
    if (index < 0) raise("Expression.Error", "The index cannot be negative.", index);
    const value = this.at(index);
    if (value === undefined) {
      raise("Expression.Error", "There weren't enough elements in the enumeration to complete the operation.", this);
    }
    return value;
  }
}
