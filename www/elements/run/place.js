import { noChange } from "lit";
import { Directive, directive } from "lit/directive.js";

/**
 * @import { ElementPart } from "lit/directive.js"
 */

class Place extends Directive {
  /** @param {number} _from @param {number} _width */
  render(_from, _width) {
    return noChange;
  }

  /**
   * @param {ElementPart} part
   * @param {[number, number]} place
   */
  update({ element }, [from, width]) {
    const { style } = /** @type {HTMLElement} */ (element);
    style.setProperty("--from", `${from}%`);
    style.setProperty("--width", `${width}%`);
    return noChange;
  }
}

/**
 * Where a bar is, as the variables `--from` and `--width`. lit's `styleMap` writes an attribute at first, which a policy
 * without `unsafe-inline` forbids.
 */
export const place = directive(Place);
