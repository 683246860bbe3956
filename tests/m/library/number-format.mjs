// Numbers to text by .NET's format strings, and texts to numbers.

import { numberToText, raise } from "../value.mjs";

/**
 * @import { Culture } from "./culture.mjs"
 */

/**
 * A number as decimal digits: `0.digits` times ten to the power of `point`.
 *
 * @typedef {{ negative: boolean, digits: string, point: number }} Decimal
 */

/**
 * .NET formats doubles by their first 15 digits.
 *
 * @param {number | bigint} value
 * @returns {Decimal}
 */
function decimalOf(value) {
  if (typeof value === "bigint") {
    const digits = (value < 0n ? -value : value).toString();
    return trimmed({ negative: value < 0n, digits, point: digits.length });
  }
  const [mantissa, exponent] = Math.abs(value).toExponential(14).split("e");
  return trimmed({ negative: value < 0, digits: mantissa.replace(".", ""), point: Number(exponent) + 1 });
}

/** @param {Decimal} decimal @returns {Decimal} */
function trimmed({ negative, digits, point }) {
  const rest = digits.replace(/0+$/, "");
  return rest === "" ? { negative, digits: "", point: 0 } : { negative, digits: rest, point };
}

/**
 * Keeps so many digits, rounding half away from zero.
 *
 * @param {Decimal} decimal
 * @param {number} kept
 * @returns {Decimal}
 */
function roundDigits({ negative, digits, point }, kept) {
  if (kept >= digits.length) return { negative, digits, point };
  if (kept < 0) return { negative, digits: "", point: 0 };
  const up = digits[kept] >= "5";
  if (!up) return trimmed({ negative, digits: digits.slice(0, kept), point });
  const sum = (BigInt(digits.slice(0, kept) || "0") + 1n).toString();
  if (sum.length > kept) return trimmed({ negative, digits: sum, point: point + 1 });
  return trimmed({ negative, digits: sum.padStart(kept, "0"), point });
}

/**
 * @param {Decimal} decimal
 * @param {number} places
 */
const roundPlaces = (decimal, places) => roundDigits(decimal, decimal.point + places);

/** @param {Decimal} decimal */
function wholeDigits({ digits, point }) {
  return point <= 0 ? "0" : digits.slice(0, point).padEnd(point, "0");
}

/** @param {Decimal} decimal */
function fractionDigits({ digits, point }) {
  if (digits === "") return "";
  return point >= digits.length ? "" : point < 0 ? "0".repeat(-point) + digits : digits.slice(point);
}

/** @param {string} digits @param {string} separator */
const grouped = (digits, separator) => digits.replace(/\B(?=(\d{3})+$)/g, separator);

/**
 * @param {Decimal} decimal Its sign is left to the caller.
 * @param {number} places
 * @param {Culture} culture
 * @param {boolean} groups
 */
function fixed(decimal, places, culture, groups) {
  const rounded = roundPlaces(decimal, places);
  const whole = wholeDigits(rounded);
  const fraction = fractionDigits(rounded).padEnd(places, "0");
  return `${groups ? grouped(whole, culture.group) : whole}${places > 0 ? culture.decimal + fraction : ""}`;
}

/**
 * @param {number | bigint} value
 * @param {string | null} format
 * @param {Culture} culture
 * @returns {string}
 */
export function formatNumber(value, format, culture) {
  if (typeof value === "number" && !Number.isFinite(value)) {
    if (Number.isNaN(value)) return "NaN";
    const name = culture.name === "en-US" ? "∞" : "∞";
    return value > 0 ? name : `-${name}`;
  }
  if (format === null || format === "") return general(value, culture);
  const standard = /^([A-Za-z])(\d{0,2})$/.exec(format);
  if (standard === null) return custom(value, format, culture);
  const precision = standard[2] === "" ? null : Number(standard[2]);
  return standardFormat(value, standard[1], precision, culture);
}

/** @param {number | bigint} value @param {Culture} culture */
function general(value, culture) {
  return numberToText(value).replace(".", culture.decimal);
}

/**
 * @param {number | bigint} value
 * @param {string} letter
 * @param {number | null} precision
 * @param {Culture} culture
 */
function standardFormat(value, letter, precision, culture) {
  const decimal = decimalOf(value);
  switch (letter.toUpperCase()) {
    case "C":
      return patterned(
        decimal,
        precision ?? culture.currencyDigits,
        culture,
        culture.currencyPattern,
        culture.negativeCurrencyPattern,
      );
    case "D": {
      if (fractionDigits(decimal) !== "") badFormat(letter);
      return sign(decimal) + wholeDigits(decimal).padStart(precision ?? 1, "0");
    }
    case "E":
      return exponential(decimal, precision ?? 6, letter, 3, culture);
    case "F":
      return signed(decimal, precision ?? 2, culture, false);
    case "G":
      return precision === null || precision === 0 ? general(value, culture) : shortest(decimal, precision, letter, culture);
    case "N":
      return signed(decimal, precision ?? 2, culture, true);
    case "P": {
      const hundredfold = { ...decimal, point: decimal.digits === "" ? 0 : decimal.point + 2 };
      return patterned(hundredfold, precision ?? 2, culture, culture.percentPattern, culture.negativePercentPattern);
    }
    case "R":
      return general(value, culture);
    case "X": {
      if (fractionDigits(decimal) !== "") badFormat(letter);
      const whole = BigInt(value);
      const bits = whole < 0n ? BigInt.asUintN(whole >= -(2n ** 31n) ? 32 : 64, whole) : whole;
      const text = bits.toString(16).padStart(precision ?? 1, "0");
      return letter === "X" ? text.toUpperCase() : text;
    }
    default:
      return badFormat(letter);
  }
}

/** @param {string} format @returns {never} */
function badFormat(format) {
  raise("Expression.Error", "Format specifier was invalid.", format);
}

/** @param {Decimal} decimal */
const sign = ({ negative, digits }) => (negative && digits !== "" ? "-" : "");

/**
 * @param {Decimal} decimal
 * @param {number} places
 * @param {Culture} culture
 * @param {boolean} groups
 */
function signed(decimal, places, culture, groups) {
  return sign(roundPlaces(decimal, places)) + fixed(decimal, places, culture, groups);
}

/**
 * @param {Decimal} decimal
 * @param {number} places
 * @param {Culture} culture
 * @param {string} positive
 * @param {string} negative
 */
function patterned(decimal, places, culture, positive, negative) {
  const pattern = sign(roundPlaces(decimal, places)) === "" ? positive : negative;
  const digits = fixed(decimal, places, culture, true);
  if (pattern === culture.percentPattern || pattern === culture.negativePercentPattern) {
    return pattern.replace("n", () => digits);
  }
  return pattern.replace(/[n$]/g, (part) => (part === "n" ? digits : culture.currency));
}

/**
 * @param {Decimal} decimal
 * @param {number} places
 * @param {string} letter
 * @param {number} width Of the exponent.
 * @param {Culture} culture
 */
function exponential(decimal, places, letter, width, culture) {
  const rounded = roundDigits(decimal, places + 1);
  const digits = rounded.digits.padEnd(places + 1, "0");
  const exponent = rounded.digits === "" ? 0 : rounded.point - 1;
  const power = String(Math.abs(exponent)).padStart(width, "0");
  const fraction = places > 0 ? culture.decimal + digits.slice(1) : "";
  return `${sign(rounded)}${digits[0]}${fraction}${letter}${exponent < 0 ? "-" : "+"}${power}`;
}

/**
 * @param {Decimal} decimal
 * @param {number} precision
 * @param {string} letter
 * @param {Culture} culture
 */
function shortest(decimal, precision, letter, culture) {
  const rounded = roundDigits(decimal, precision);
  const exponent = rounded.point - 1;
  if (rounded.digits !== "" && (exponent >= precision || exponent < -5)) {
    const places = rounded.digits.length - 1;
    return exponential(rounded, places, letter === "G" ? "E" : "e", 2, culture);
  }
  return sign(rounded) + fixed(rounded, fractionDigits(rounded).length, culture, false);
}

/**
 * The pieces of a custom format: what stands in quotes or behind a backslash is literal.
 *
 * @param {string} format
 * @returns {{ literal: boolean, text: string }[]}
 */
function pieces(format) {
  const found = [];
  const pattern = /\\(.)|'([^']*)'|"([^"]*)"|([Ee][+-]?0+)|(.)/gs;
  for (const [, escaped, single, double, exponent, other] of format.matchAll(pattern)) {
    const literal = escaped ?? single ?? double;
    found.push(literal === undefined ? { literal: false, text: exponent ?? other } : { literal: true, text: literal });
  }
  return found;
}

/**
 * @param {number | bigint} value
 * @param {string} format
 * @param {Culture} culture
 */
function custom(value, format, culture) {
  /** @type {{ literal: boolean, text: string }[][]} */
  const sections = [[]];
  for (const piece of pieces(format)) {
    if (!piece.literal && piece.text === ";") sections.push([]);
    else sections[sections.length - 1].push(piece);
  }
  const decimal = decimalOf(value);
  let section = sections[0];
  let unsigned = false;
  if (decimal.negative && sections.length > 1 && sections[1].length > 0) {
    section = sections[1];
    unsigned = true;
  } else if (decimal.digits === "" && sections.length > 2 && sections[2].length > 0) {
    section = sections[2];
  }
  const text = customSection(decimal, section, culture);
  const zero = !/[1-9]/.test(text.digits);
  if (zero && decimal.digits !== "" && sections.length > 2 && sections[2].length > 0) {
    return customSection({ negative: false, digits: "", point: 0 }, sections[2], culture).text;
  }
  return decimal.negative && !unsigned && !zero ? `-${text.text}` : text.text;
}

/**
 * @param {Decimal} decimal
 * @param {{ literal: boolean, text: string }[]} section
 * @param {Culture} culture
 */
function customSection(decimal, section, culture) {
  const isDigit = (/** @type {{ literal: boolean, text: string }} */ piece) =>
    !piece.literal && (piece.text === "0" || piece.text === "#");
  const pointAt = section.findIndex((piece) => !piece.literal && piece.text === ".");
  const end = pointAt < 0 ? section.length : pointAt;
  const lastDigit = section.slice(0, end).findLastIndex(isDigit);
  const firstDigit = section.findIndex(isDigit);
  let shift = 0;
  let groups = false;
  section.forEach((piece, at) => {
    if (piece.literal) return;
    if (piece.text === "%") shift += 2;
    if (piece.text === "‰") shift += 3;
    if (piece.text === "," && at < end && at > firstDigit && firstDigit >= 0) {
      if (at > lastDigit) shift -= 3;
      else groups = true;
    }
  });
  const before = section.slice(0, end).filter(isDigit);
  const after = section.slice(end).filter(isDigit);
  const exponentPiece = section.find((piece) => !piece.literal && /^[Ee][+-]?0+$/.test(piece.text));
  let shifted = { ...decimal, point: decimal.digits === "" ? 0 : decimal.point + shift };
  let exponent = 0;
  if (exponentPiece !== undefined && decimal.digits !== "") {
    shifted = roundDigits(shifted, before.length + after.length);
    exponent = shifted.point - before.length;
    shifted = { ...shifted, point: before.length };
  }
  const rounded = roundPlaces(shifted, after.length);
  const firstZero = before.findIndex((piece) => piece.text === "0");
  const minimum = firstZero < 0 ? 0 : before.length - firstZero;
  const lastZero = after.findLastIndex((piece) => piece.text === "0");
  const whole = wholeDigits(rounded).replace(/^0+/, "").padStart(minimum, "0");
  const fraction = fractionDigits(rounded).padEnd(lastZero + 1, "0");
  let text = "";
  let left = whole.length;
  let placeholders = before.length;
  let fractionAt = 0;
  section.forEach((piece, at) => {
    if (piece.literal) text += piece.text;
    else if (isDigit(piece) && at < end) {
      // Placeholders are filled from the right; the first one takes the digits that are left over.
      for (; left > 0 && left >= placeholders; left -= 1) {
        text += whole[whole.length - left];
        if (groups && left > 1 && left % 3 === 1) text += culture.group;
      }
      placeholders -= 1;
    } else if (isDigit(piece)) {
      text += fraction[fractionAt] ?? "";
      fractionAt += 1;
    } else if (at === pointAt) text += fraction === "" ? "" : culture.decimal;
    else if (piece === exponentPiece) text += customExponent(piece.text, exponent);
    else if (piece.text !== "," && piece.text !== ".") text += piece.text;
  });
  return { text, digits: whole + fraction };
}

/** @param {string} format @param {number} exponent */
function customExponent(format, exponent) {
  const width = format.replace(/[^0]/g, "").length;
  const mark = exponent < 0 ? "-" : format.includes("+") ? "+" : "";
  return `${format[0]}${mark}${String(Math.abs(exponent)).padStart(width, "0")}`;
}

/**
 * The number that a text is in a culture; null if it is none. Blanks, a currency sign, a percent sign, thousands and
 * brackets for minus are taken.
 *
 * @param {string} text
 * @param {Culture} culture
 * @returns {number | bigint | null}
 */
export function parseNumber(text, culture) {
  let rest = text.trim();
  if (rest === "NaN") return Number.NaN;
  if (rest === "∞" || rest === "Infinity") return Infinity;
  if (rest === "-∞" || rest === "-Infinity") return -Infinity;
  const hexadecimal = /^0[xX]([0-9A-Fa-f]{1,16})$/.exec(rest);
  if (hexadecimal !== null) return Number.parseInt(hexadecimal[1], 16);
  let negative = false;
  const bracketed = /^\((.*)\)$/s.exec(rest);
  if (bracketed !== null) {
    negative = true;
    rest = bracketed[1].trim();
  }
  let scale = 1;
  if (rest.endsWith("%")) {
    scale = 100;
    rest = rest.slice(0, -1).trimEnd();
  }
  rest = rest.replace(culture.currency, "").trim();
  const leading = /^([+-])\s*/.exec(rest) ?? /\s*([+-])$/.exec(rest);
  if (leading !== null) {
    if (bracketed !== null) return null;
    negative = leading[1] === "-";
    rest = rest.replace(leading[0], "").replace(culture.currency, "").trim();
  }
  const groups = culture.group === "\u00a0" ? /[\u00a0\u202f ]/g : culture.group;
  const split = rest.split(culture.decimal);
  if (split.length > 2) return null;
  const digits = [split[0].replaceAll(groups, ""), ...split.slice(1)].join(".");
  if (!/^(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(digits)) return null;
  if (/^\d{16,}$/.test(digits) && scale === 1) {
    const exact = BigInt(digits);
    return negative ? -exact : exact;
  }
  const value = Number(digits) / scale;
  return negative ? -value : value;
}
