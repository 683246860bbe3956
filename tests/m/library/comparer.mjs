// Comparers, and search in texts under a comparer.

import { MFunction, MList, MRecord, compare, equals, functionOf, invoke, plain } from "../value.mjs";
import { cultureOf } from "./culture.mjs";
import { family } from "./signature.mjs";

/**
 * @import { Slot, Value } from "../value/slot.mjs"
 */

/** How a comparer sees one character, where it compares texts character by character. @type {WeakMap<object, Fold>} */
const FOLDS = new WeakMap();

/** @typedef {(text: string) => string} Fold */

/** How a comparer of the library orders texts. @type {WeakMap<object, Order>} */
const ORDERS = new WeakMap();

/** @typedef {(left: string, right: string) => number} Order */

/**
 * @param {Order} order
 * @param {Fold} fold
 */
function comparerOf(order, fold) {
  const comparer = functionOf(["x", "y"], (x, y) => {
    const left = plain(x);
    const right = plain(y);
    return typeof left === "string" && typeof right === "string" ? order(left, right) : compare(left, right);
  });
  FOLDS.set(comparer.identity, fold);
  ORDERS.set(comparer.identity, order);
  return comparer;
}

/**
 * Whether a comparer takes two values for equal. Lists and records have no order, but a comparer of the library can
 * tell whether what they hold is equal.
 *
 * @param {MFunction} comparer
 * @param {Slot} leftSlot
 * @param {Slot} rightSlot
 * @returns {boolean}
 */
export function equalUnder(comparer, leftSlot, rightSlot) {
  const order = ORDERS.get(comparer.identity);
  if (order !== undefined && (isStructured(plain(leftSlot)) || isStructured(plain(rightSlot)))) {
    return equalWithin(order, leftSlot, rightSlot);
  }
  const answer = plain(invoke(comparer, [leftSlot, rightSlot]));
  return answer === true || answer === 0;
}

/** @param {Value} value */
const isStructured = (value) => value instanceof MList || value instanceof MRecord;

/**
 * @param {Order} order
 * @param {Slot} leftSlot
 * @param {Slot} rightSlot
 * @returns {boolean}
 */
function equalWithin(order, leftSlot, rightSlot) {
  const left = plain(leftSlot);
  const right = plain(rightSlot);
  if (typeof left === "string" && typeof right === "string") return order(left, right) === 0;
  if (left instanceof MList && right instanceof MList) {
    const items = left.toArray();
    const others = right.toArray();
    return items.length === others.length && items.every((item, at) => equalWithin(order, item, others[at]));
  }
  if (left instanceof MRecord && right instanceof MRecord) {
    return (
      left.size === right.size &&
      left.names.every((name) => right.has(name) && equalWithin(order, left.slot(name), right.slot(name)))
    );
  }
  return equals(left, right);
}

/** @param {string} left @param {string} right */
const ordinal = (left, right) => (left < right ? -1 : left > right ? 1 : 0);

/** @type {Fold} */
const same = (text) => text;

/** Keeps the length, so that positions stay valid. @type {Fold} */
const upper = (text) =>
  text.replace(/./gsu, (character) => {
    const large = character.toUpperCase();
    return large.length === character.length ? large : character;
  });

/** @type {Map<string, MFunction>} */
const OF_CULTURES = new Map();

/**
 * @param {string} culture
 * @param {boolean | null} ignoreCase
 */
function ofCulture(culture, ignoreCase) {
  const { name } = cultureOf(culture);
  const key = `${name} ${ignoreCase === true}`;
  let comparer = OF_CULTURES.get(key);
  if (comparer === undefined) {
    const { compare: collate } = new Intl.Collator(name || "en", {
      sensitivity: ignoreCase === true ? "accent" : "variant",
    });
    comparer = comparerOf((left, right) => Math.sign(collate(left, right)), ignoreCase === true ? upper : same);
    OF_CULTURES.set(key, comparer);
  }
  return comparer;
}

/**
 * Finds texts in texts under a comparer.
 *
 * @param {MFunction | null} comparer
 * @returns {{ at: (text: string, wanted: string, index: number) => boolean,
 *   next: (text: string, wanted: string, from: number) => number }} `next` is -1 if there is none.
 */
export function searcher(comparer) {
  const fold = comparer === null ? same : FOLDS.get(comparer.identity);
  if (fold !== undefined) {
    return {
      at: (text, wanted, index) => fold(text.slice(index, index + wanted.length)) === fold(wanted),
      next: (text, wanted, from) => fold(text).indexOf(fold(wanted), from),
    };
  }
  const own = /** @type {MFunction} */ (comparer);
  /** @param {string} text @param {string} wanted @param {number} index */
  const at = (text, wanted, index) => {
    const answer = plain(invoke(own, [text.slice(index, index + wanted.length), wanted]));
    return answer === true || answer === 0;
  };
  return {
    at,
    next: (text, wanted, from) => {
      for (let index = from; index + wanted.length <= text.length; index += 1) if (at(text, wanted, index)) return index;
      return -1;
    },
  };
}

/**
 * Whether a comparer is one of the library's, which see texts character by character.
 *
 * @param {Value} comparer
 */
export function hasFold(comparer) {
  return comparer instanceof MFunction && FOLDS.has(comparer.identity);
}

/**
 * What is equal for two texts that a comparer of the library takes for equal.
 *
 * @param {MFunction} comparer
 * @returns {Fold}
 */
export const textKey = (comparer) => FOLDS.get(comparer.identity) ?? same;

/**
 * All positions, which do not overlap.
 *
 * @param {string} text
 * @param {string} wanted
 * @param {MFunction | null} [comparer]
 */
export function positions(text, wanted, comparer = null) {
  const { next } = searcher(comparer);
  const found = [];
  const step = Math.max(1, wanted.length);
  for (let at = next(text, wanted, 0); at >= 0 && at <= text.length; at = next(text, wanted, at + step)) {
    found.push(at);
    if (at + step > text.length) break;
  }
  return found;
}

export const comparer = family({
  "Comparer.Ordinal": comparerOf(ordinal, same),

  "Comparer.OrdinalIgnoreCase": comparerOf((left, right) => ordinal(upper(left), upper(right)), upper),

  "Comparer.FromCulture(culture as text, optional ignoreCase as nullable logical) as function": ofCulture,

  "Comparer.Equals(comparer as function, x as any, y as any) as logical": equalUnder,
});
