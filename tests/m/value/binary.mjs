/**
 * @import { MRecord } from "./record.mjs"
 * @import { MType } from "./type.mjs"
 */

/** A binary. Like a list it streams: one that is not buffered reads its source again each time. */
export class MBinary {
  /** @param {() => Uint8Array} read */
  constructor(read) {
    this.read = read;
    /** @type {MType | null} */
    this.type = null;
    /** @type {MRecord | null} */
    this.meta = null;
  }

  /**
   * A binary that holds its bytes.
   *
   * @param {Uint8Array} bytes Not to be changed afterwards.
   */
  static of(bytes) {
    return new MBinary(() => bytes);
  }

  /** The bytes; not to be changed. */
  get bytes() {
    return this.read();
  }

  /**
   * Only those headers and statuses that a source gives: overridden where reading metadata has an effect.
   *
   * @returns {MRecord | null}
   */
  metadata() {
    return this.meta;
  }
}
