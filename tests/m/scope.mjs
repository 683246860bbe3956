// Where names are looked up when an expression is compiled.

/**
 * @import { Slot } from "./value/slot.mjs"
 */

/**
 * The values of one scope at run time: the frame around it first, then a slot for each name.
 *
 * @typedef {any[]} Frame
 */

/**
 * What a name stands for: a place in a frame so many frames further out, or a global.
 *
 * @typedef {{ depth: number, index: number } | { global: () => Slot }} Found
 */

/** Names that have a place in a frame: parameters, variables of `let`, fields of a record. */
export class Scope {
  /**
   * @param {Scope | Globals} parent
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
    if (index >= 0 && (inclusive || name !== this.hidden)) return { depth, index: index + 1 };
    return this.parent.find(name, inclusive, depth + 1);
  }

  /** @returns {Globals} */
  get globals() {
    return this.parent.globals;
  }
}

/** The names around a document's expression or a section member. */
export class Globals {
  /** @param {(name: string, inclusive: boolean) => (() => Slot) | undefined} lookup */
  constructor(lookup) {
    this.lookup = lookup;
    /** Names that nothing was found for. @type {Set<string>} */
    this.unknown = new Set();
  }

  /**
   * @param {string} name
   * @param {boolean} inclusive
   * @returns {Found | undefined}
   */
  find(name, inclusive) {
    const global = this.lookup(name, inclusive);
    if (global === undefined) {
      this.unknown.add(name);
      return undefined;
    }
    return { global };
  }

  /** @returns {Globals} */
  get globals() {
    return this;
  }
}
