// Where names are looked up when an expression is compiled.

/**
 * @import { Names } from "./interpret.mjs"
 * @import { Slot } from "./value/slot.mjs"
 */

/**
 * The values of one scope at run time: the frame around it first, then a slot for each name.
 *
 * @typedef {any[]} Frame
 */

/**
 * What a name stands for: a place in a frame so many frames further out; a global's is in the outermost one.
 *
 * @typedef {{ depth: number, index: number, isGlobal: boolean }} Found
 */

/**
 * What gives the slot of a global, written with `@` or without; undefined if there is none.
 *
 * @typedef {(name: string, inclusive: boolean) => (() => Slot) | undefined} Lookup
 */

/** Names that have a place in a frame: parameters, variables of `let`, fields of a record. */
export class Scope {
  /**
   * @param {Names} parent
   * @param {string[]} names
   * @param {string | null} [hidden] The name that is being defined: it is seen through `@` only.
   */
  constructor(parent, names, hidden = null) {
    this.parent = parent;
    this.names = names;
    this.hidden = hidden;
  }

  /**
   * The same scope while one of its names is being defined.
   *
   * @param {string} name
   */
  defining(name) {
    return new Scope(this.parent, this.names, name);
  }

  /**
   * @param {string} name
   * @param {boolean} inclusive Whether it was written with `@`.
   * @param {number} [depth]
   * @returns {Found | undefined}
   */
  find(name, inclusive, depth = 0) {
    const index = this.names.lastIndexOf(name);
    if (index >= 0 && (inclusive || name !== this.hidden)) return { depth, index: index + 1, isGlobal: false };
    return this.parent.find(name, inclusive, depth + 1);
  }
}

/**
 * The names around a document's expression or a section member. Each that is used gets a place in the outermost frame,
 * so that code serves every evaluation.
 */
export class Globals {
  constructor() {
    /** In the order of their places. @type {{ name: string, inclusive: boolean }[]} */
    this.names = [];
    /** @type {Map<string, number>} */
    this.places = new Map();
  }

  /**
   * @param {string} name
   * @param {boolean} inclusive
   * @param {number} [depth]
   * @returns {Found}
   */
  find(name, inclusive, depth = 0) {
    const key = inclusive ? `@${name}` : name;
    let index = this.places.get(key);
    if (index === undefined) {
      index = this.names.push({ name, inclusive }) - 1;
      this.places.set(key, index);
    }
    return { depth, index, isGlobal: true };
  }
}

/** Where no name stands for anything. */
export const NO_NAMES = { /** @returns {undefined} */ find: () => undefined };
