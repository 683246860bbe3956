/** Lengths of time, as the package takes them: milliseconds, or a text such as `1h30m`. */

const MINUTE = 60_000;

/** What the units of a length are. @type {Readonly<Record<string, number>>} */
const UNITS = Object.freeze({ ms: 1, s: 1000, m: MINUTE, min: MINUTE, h: 60 * MINUTE, d: 1440 * MINUTE });

/**
 * A length such as `1h30m`, or a number of milliseconds.
 *
 * @param {unknown} length
 * @returns {number | undefined} `undefined` for anything else.
 */
export function milliseconds(length) {
  if (typeof length === "number") {
    return length;
  }
  const parts = [...String(length ?? "").matchAll(/(\d+)(ms|min|[smhd])/gu)];
  return parts.length === 0
    ? undefined
    : parts.reduce((sum, [, digits, unit]) => sum + Number(digits) * (UNITS[unit ?? ""] ?? 0), 0);
}

/**
 * A length as a person would write it.
 *
 * @param {unknown} length
 */
export function lengthText(length) {
  if (typeof length !== "number") {
    return String(length ?? "");
  }
  const unit = ["d", "h", "m", "s"].find((one) => length % (UNITS[one] ?? 1) === 0) ?? "ms";
  return length === 0 ? "0s" : `${length / (UNITS[unit] ?? 1)}${unit}`;
}
