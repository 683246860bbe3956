// Where a value stands before it is needed.

import { raise } from "./error.mjs";

/**
 * A value of M.
 *
 * - null, logical, text: `null`, `boolean`, `string` (UTF-16, as in M).
 * - number: a `number`; integers of 16 digits and more whose digits are known exactly are a `bigint` (see `number.mjs`).
 * - everything else: one of the classes of this folder.
 * - a null, logical, text or number that carries metadata or an ascribed type: a {@link Boxed}.
 *
 * @typedef {any} Value
 */

/**
 * A value, or a {@link Thunk} that gives it.
 *
 * @typedef {any} Slot
 */

/** An expression that is evaluated when first asked for, and at most once; its error is kept too. */
export class Thunk {
  /** @param {() => Value} compute */
  constructor(compute) {
    /** @type {(() => Value) | null} */
    this.compute = compute;
    /** @type {Value} */
    this.value = undefined;
    /** @type {unknown} */
    this.error = undefined;
    this.running = false;
  }

  /** @returns {Value} */
  force() {
    if (this.compute === null) {
      if (this.error !== undefined) throw this.error;
      return this.value;
    }
    if (this.running) {
      raise("Expression.Error", "A cyclic reference was encountered during evaluation.");
    }
    this.running = true;
    try {
      let value = this.compute();
      while (value instanceof Thunk) value = value.force();
      this.value = value;
      this.compute = null;
      return value;
    } catch (error) {
      // A cycle is met while the thunk runs: it is this thunk's error as well.
      this.error = error;
      this.compute = null;
      throw error;
    } finally {
      this.running = false;
    }
  }
}

/** A null, logical, text or number with metadata or an ascribed type. */
export class Boxed {
  /**
   * @param {Value} value Not boxed itself.
   * @param {import("./record.mjs").MRecord | null} meta
   * @param {import("./type.mjs").MType | null} type
   */
  constructor(value, meta, type) {
    this.value = value;
    this.meta = meta;
    this.type = type;
  }
}

/**
 * Evaluates a slot. What comes back may be {@link Boxed}: right for handing values on.
 *
 * @param {Slot} slot
 * @returns {Value}
 */
export function force(slot) {
  return slot instanceof Thunk ? slot.force() : slot;
}

/**
 * Evaluates a slot and takes the value out of its box: right for looking at values.
 *
 * @param {Slot} slot
 * @returns {Value}
 */
export function plain(slot) {
  const value = slot instanceof Thunk ? slot.force() : slot;
  return value instanceof Boxed ? value.value : value;
}

/**
 * A slot that is evaluated later.
 *
 * @param {() => Value} compute
 * @returns {Thunk}
 */
export function lazy(compute) {
  return new Thunk(compute);
}
