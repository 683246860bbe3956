// Arithmetic with `Precision.Decimal`: numbers as they are written, with up to 28 digits.

import { plain } from "../value.mjs";
import { add, multiply } from "../operators.mjs";

/**
 * @import { Value } from "../value/slot.mjs"
 */

export const PRECISION = { DOUBLE: 0, DECIMAL: 1 };

/** @typedef {{ digits: bigint, scale: number }} Decimal `digits` divided by ten to the power of `scale`. */

/** @param {number | bigint} value @returns {Decimal | null} */
function decimalOf(value) {
  if (typeof value === "bigint") return { digits: value, scale: 0 };
  if (!Number.isFinite(value) || Math.abs(value) >= 1e28) return null;
  const [mantissa, exponentText] = value.toExponential().split("e");
  const [whole, fraction = ""] = mantissa.split(".");
  const scale = fraction.length - Number(exponentText);
  const digits = BigInt(whole + fraction);
  return scale < 0 ? { digits: digits * 10n ** BigInt(-scale), scale: 0 } : { digits, scale };
}

/** @param {Decimal} decimal */
function numberOf({ digits, scale }) {
  return Number(`${digits}e${-scale}`);
}

/**
 * @param {Value} left
 * @param {Value} right
 * @param {(left: Value, right: Value) => Value} double
 * @param {(left: Decimal, right: Decimal) => Decimal | null} exact
 * @returns {Value}
 */
function apply(left, right, double, exact) {
  const l = plain(left);
  const r = plain(right);
  const bothNumbers = ["number", "bigint"].includes(typeof l) && ["number", "bigint"].includes(typeof r);
  const one = bothNumbers ? decimalOf(l) : null;
  const other = bothNumbers ? decimalOf(r) : null;
  const result = one === null || other === null ? null : exact(one, other);
  return result === null ? double(l, r) : numberOf(result);
}

/**
 * @param {Decimal} one
 * @param {Decimal} other
 * @param {(left: bigint, right: bigint) => bigint} combine
 */
function aligned(one, other, combine) {
  const scale = Math.max(one.scale, other.scale);
  const left = one.digits * 10n ** BigInt(scale - one.scale);
  const right = other.digits * 10n ** BigInt(scale - other.scale);
  return { digits: combine(left, right), scale };
}

/** @param {Value} left @param {Value} right */
export function decimalAdd(left, right) {
  return apply(left, right, add, (one, other) => aligned(one, other, (a, b) => a + b));
}

/** @param {Value} left @param {Value} right @param {(left: Value, right: Value) => Value} double */
export function decimalSubtract(left, right, double) {
  return apply(left, right, double, (one, other) => aligned(one, other, (a, b) => a - b));
}

/** @param {Value} left @param {Value} right */
export function decimalMultiply(left, right) {
  return apply(left, right, multiply, (one, other) => ({
    digits: one.digits * other.digits,
    scale: one.scale + other.scale,
  }));
}

/** @param {Value} left @param {Value} right @param {(left: Value, right: Value) => Value} double */
export function decimalDivide(left, right, double) {
  return apply(left, right, double, (one, other) => {
    if (other.digits === 0n) return null;
    const places = 28;
    const scaled = one.digits * 10n ** BigInt(places + other.scale);
    return { digits: scaled / other.digits, scale: places + one.scale };
  });
}

