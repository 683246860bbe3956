// Numbers.

import { Boxed, raise } from "../value.mjs";
import { PRECISION, decimalDivide } from "./decimal.mjs";
import { ROUNDING, roundAt, subtypeFrom } from "./convert.mjs";
import { cultureOf } from "./culture.mjs";
import { formatNumber } from "./number-format.mjs";
import { family, raw } from "./signature.mjs";

/**
 * @import { Engine } from "../engine.mjs"
 * @import { Value } from "../value/slot.mjs"
 */

/**
 * A function of a number that gives null for null.
 *
 * @param {(number: number) => Value} call
 * @returns {(number: number | null) => Value}
 */
const of = (call) => (number) => (number === null ? null : call(number));

/**
 * A function of two numbers that gives null if one is null.
 *
 * @param {(one: number, other: number) => Value} call
 * @returns {(one: number | null, other: number | null) => Value}
 */
const ofTwo = (call) => (one, other) => (one === null || other === null ? null : call(one, other));

/**
 * Rounds in one direction at a decimal place.
 *
 * @param {(number: number) => number} round
 */
const directed = (round) => (/** @type {number | null} */ number, /** @type {number | null} */ digits) =>
  number === null ? null : scaledRound(number, digits ?? 0, round);

/**
 * @param {number} number
 * @param {number} digits
 * @param {(number: number) => number} round
 */
function scaledRound(number, digits, round) {
  if (!Number.isFinite(number)) return number;
  return shifted(round(shifted(number, digits)), -digits) + 0;
}

/** Moves the decimal point without a rounding error. @param {number} number @param {number} digits */
function shifted(number, digits) {
  const [mantissa, exponent = "0"] = String(number).split("e");
  return Number(`${mantissa}e${Number(exponent) + digits}`);
}

/**
 * @param {number} number
 * @param {string} name Of the function.
 */
function integer(number, name) {
  if (!Number.isInteger(number)) raise("Expression.Error", `The value isn't a single integer, which ${name} needs.`, number);
  return BigInt(number);
}

/**
 * Bits of 64.
 *
 * @param {(one: bigint, other: bigint) => bigint} call
 */
const bitwise = (call) => ofTwo((one, other) =>
  Number(BigInt.asIntN(64, call(integer(one, "bitwise"), integer(other, "bitwise")))));

/** @param {number} number */
function factorial(number) {
  if (!(number >= 0)) raise("Expression.Error", "The 'number' argument is out of range.", number);
  let product = 1;
  for (let factor = 2; factor <= number; factor += 1) product *= factor;
  return product;
}

/** @param {number} size @param {number} chosen */
function permutations(size, chosen) {
  let product = 1;
  for (let factor = size - chosen + 1; factor <= size; factor += 1) product *= factor;
  return product;
}

/** @param {number} size @param {number} chosen */
function combinations(size, chosen) {
  let result = 1;
  const steps = Math.min(chosen, size - chosen);
  for (let step = 1; step <= steps; step += 1) result = (result * (size - steps + step)) / step;
  return Math.round(result);
}

/** @param {number} mode */
const roundingBy = (mode) => mode ?? ROUNDING.TO_EVEN;

/** @param {string} name */
const integerFrom = (name) =>
  raw((/** @type {Value} */ value, /** @type {string | null} */ culture, /** @type {number | null} */ mode) =>
    subtypeFrom(name, unboxed(value), culture, mode ?? ROUNDING.TO_EVEN));

/** @param {Value} value */
const unboxed = (value) => (value instanceof Boxed ? value.value : value);

/** @param {Engine} engine */
export const number = (engine) =>
  family({
    "Number.E": Math.E,
    "Number.Epsilon": Number.MIN_VALUE,
    "Number.MaxValue": Number.MAX_VALUE,
    "Number.MinValue": -Number.MAX_VALUE,
    "Number.NaN": Number.NaN,
    "Number.NegativeInfinity": -Infinity,
    "Number.PI": Math.PI,
    "Number.PositiveInfinity": Infinity,

    "Number.From(value as any, optional culture as nullable text) as nullable number": (value, culture) =>
      subtypeFrom(null, value, culture),

    "Number.FromText(text as nullable text, optional culture as nullable text) as nullable number": (text, culture) =>
      subtypeFrom(null, text, culture),

    "Number.ToText(number as nullable number, optional format as nullable text, optional culture as nullable text) as nullable text":
      raw((number, format, culture) => {
        const bare = unboxed(number);
        return bare === null ? null : formatNumber(bare, unboxed(format), cultureOf(unboxed(culture)));
      }),

    "Byte.From(value as any, optional culture as nullable text, optional roundingMode as nullable number) as nullable number":
      integerFrom("Byte.Type"),
    "Int8.From(value as any, optional culture as nullable text, optional roundingMode as nullable number) as nullable number":
      integerFrom("Int8.Type"),
    "Int16.From(value as any, optional culture as nullable text, optional roundingMode as nullable number) as nullable number":
      integerFrom("Int16.Type"),
    "Int32.From(value as any, optional culture as nullable text, optional roundingMode as nullable number) as nullable number":
      integerFrom("Int32.Type"),
    "Int64.From(value as any, optional culture as nullable text, optional roundingMode as nullable number) as nullable number":
      integerFrom("Int64.Type"),
    "Currency.From(value as any, optional culture as nullable text, optional roundingMode as nullable number) as nullable number":
      integerFrom("Currency.Type"),
    "Single.From(value as any, optional culture as nullable text) as nullable number": integerFrom("Single.Type"),
    "Double.From(value as any, optional culture as nullable text) as nullable number": integerFrom("Double.Type"),
    "Decimal.From(value as any, optional culture as nullable text) as nullable number": integerFrom("Decimal.Type"),
    "Percentage.From(value as any, optional culture as nullable text) as nullable number":
      integerFrom("Percentage.Type"),

    "Number.Abs(number as nullable number) as nullable number": of(Math.abs),
    "Number.Sign(number as nullable number) as nullable number": of(Math.sign),
    "Number.Sqrt(number as nullable number) as nullable number": of(Math.sqrt),
    "Number.Exp(number as nullable number) as nullable number": of(Math.exp),
    "Number.Ln(number as nullable number) as nullable number": of(Math.log),
    "Number.Log10(number as nullable number) as nullable number": of(Math.log10),
    "Number.Log(number as nullable number, optional base as nullable number) as nullable number": (number, base) => {
      if (number === null) return null;
      if (base === null) return Math.log(number);
      if (base === 2) return Math.log2(number);
      return base === 10 ? Math.log10(number) : Math.log(number) / Math.log(base);
    },
    "Number.Power(number as nullable number, power as nullable number) as nullable number": ofTwo((one, other) => one ** other),
    "Number.Mod(number as nullable number, divisor as nullable number, optional precision as nullable number) as nullable number":
      ofTwo((one, other) => one % other),
    "Number.IntegerDivide(number1 as nullable number, number2 as nullable number, optional precision as nullable number) as nullable number":
      (one, other, precision) => {
        if (one === null || other === null) return null;
        const quotient =
          precision === PRECISION.DECIMAL ? decimalDivide(one, other, (a, b) => a / b) : one / other;
        return Math.trunc(quotient);
      },
    "Number.Factorial(number as nullable number) as nullable number": of(factorial),
    "Number.Permutations(setSize as nullable number, permutationSize as nullable number) as nullable number":
      ofTwo(permutations),
    "Number.Combinations(setSize as nullable number, combinationSize as nullable number) as nullable number":
      ofTwo(combinations),

    "Number.IsNaN(number as number) as logical": Number.isNaN,
    "Number.IsEven(number as number) as logical": (number) => integer(number, "Number.IsEven") % 2n === 0n,
    "Number.IsOdd(number as number) as logical": (number) => integer(number, "Number.IsOdd") % 2n !== 0n,

    "Number.Sin(number as nullable number) as nullable number": of(Math.sin),
    "Number.Cos(number as nullable number) as nullable number": of(Math.cos),
    "Number.Tan(number as nullable number) as nullable number": of(Math.tan),
    "Number.Asin(number as nullable number) as nullable number": of(Math.asin),
    "Number.Acos(number as nullable number) as nullable number": of(Math.acos),
    "Number.Atan(number as nullable number) as nullable number": of(Math.atan),
    "Number.Atan2(y as nullable number, x as nullable number) as nullable number": ofTwo(Math.atan2),
    "Number.Sinh(number as nullable number) as nullable number": of(Math.sinh),
    "Number.Cosh(number as nullable number) as nullable number": of(Math.cosh),
    "Number.Tanh(number as nullable number) as nullable number": of(Math.tanh),

    "Number.Round(number as nullable number, optional digits as nullable number, optional roundingMode as nullable number) as nullable number":
      (number, digits, mode) => (number === null ? null : roundAt(number, digits ?? 0, roundingBy(mode))),
    "Number.RoundUp(number as nullable number, optional digits as nullable number) as nullable number":
      directed(Math.ceil),
    "Number.RoundDown(number as nullable number, optional digits as nullable number) as nullable number":
      directed(Math.floor),
    "Number.RoundTowardZero(number as nullable number, optional digits as nullable number) as nullable number":
      directed(Math.trunc),
    "Number.RoundAwayFromZero(number as nullable number, optional digits as nullable number) as nullable number":
      directed((number) => (number < 0 ? Math.floor(number) : Math.ceil(number))),

    "Number.BitwiseAnd(number1 as nullable number, number2 as nullable number) as nullable number": bitwise((a, b) => a & b),
    "Number.BitwiseOr(number1 as nullable number, number2 as nullable number) as nullable number": bitwise((a, b) => a | b),
    "Number.BitwiseXor(number1 as nullable number, number2 as nullable number) as nullable number": bitwise((a, b) => a ^ b),
    "Number.BitwiseNot(number as any) as any": (number) =>
      number === null ? null : Number(~integer(number, "Number.BitwiseNot")),
    "Number.BitwiseShiftLeft(number1 as nullable number, number2 as nullable number) as nullable number":
      bitwise((a, b) => a << b),
    "Number.BitwiseShiftRight(number1 as nullable number, number2 as nullable number) as nullable number":
      bitwise((a, b) => a >> b),

    "Text.NewGuid() as text": () => {
      const digits = Array.from({ length: 32 }, () => Math.floor(engine.host.random() * 16).toString(16)).join("");
      return digits.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-a$4-$5");
    },

    "Number.Random() as number": () => engine.host.random(),
    "Number.RandomBetween(bottom as number, top as number) as number": (bottom, top) =>
      bottom + (top - bottom) * engine.host.random(),
  });

