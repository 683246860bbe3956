// Literals as they stand in M's text.

import { exactInteger } from "./value.mjs";

/** @type {Record<string, string>} */
const NAMED_ESCAPES = { cr: "\r", lf: "\n", tab: "\t", "#": "#" };

/**
 * The text of a text literal: what stands between its quotation marks, without doubled quotation marks and escapes.
 *
 * @param {string} inner
 * @returns {string}
 */
export function decodeText(inner) {
  const text = inner.replaceAll('""', '"');
  return text.includes("#(") ? text.replace(/#\(([^)]*)\)/g, (_, list) => decodeEscape(list)) : text;
}

/**
 * @param {string} list What stands between the parentheses: escapes separated by commas.
 * @returns {string}
 */
function decodeEscape(list) {
  return list
    .split(",")
    .map((/** @type {string} */ escape) => {
      const named = NAMED_ESCAPES[escape];
      if (named !== undefined) return named;
      if (/^(?:[0-9A-Fa-f]{4}|[0-9A-Fa-f]{8})$/.test(escape)) {
        const code = Number.parseInt(escape, 16);
        if (code <= 0x10ffff) return String.fromCodePoint(code);
      }
      throw new SyntaxError(`The escape sequence #(${list}) is not valid.`);
    })
    .join("");
}

/**
 * The name that an identifier means: `#"a b"` and `a b` are the same one.
 *
 * @param {string} literal
 * @returns {string}
 */
export function decodeIdentifier(literal) {
  return literal.startsWith('#"') ? decodeText(literal.slice(2, -1)) : literal;
}

/**
 * The number that a literal means; integers with 16 digits and more keep them if they fit 64 bits.
 *
 * @param {string} literal
 * @returns {number | bigint}
 */
export function decodeNumber(literal) {
  if (literal === "#infinity") return Infinity;
  if (literal === "#nan") return NaN;
  if (/^(?:\d{16,20}|0[xX][0-9A-Fa-f]+)$/.test(literal)) {
    const exact = BigInt(literal);
    return exact <= 0x7fff_ffff_ffff_ffffn ? exactInteger(exact) : Number(exact);
  }
  return Number(literal);
}
