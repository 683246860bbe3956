// Numbers: doubles, and integers whose 16 or more digits are known.

const EXACT_FROM = 1_000_000_000_000_000n;

/**
 * An integer with all its digits: a `bigint` only if it has 16 digits or more, since smaller ones are exact as doubles
 * and print all their digits.
 *
 * @param {bigint} value
 * @returns {number | bigint}
 */
export function exactInteger(value) {
  return value < EXACT_FROM && value > -EXACT_FROM ? Number(value) : value;
}

/**
 * A number in the form that does not depend on a culture, as `Text.From` gives it: 15 digits if they say it all, else
 * 17; an exponent from 1E+15 on and from 1E-05 down.
 *
 * @param {number | bigint} value
 * @returns {string}
 */
export function numberToText(value) {
  if (typeof value === "bigint") return value.toString();
  if (Number.isNaN(value)) return "NaN";
  if (value === Infinity) return "∞";
  if (value === -Infinity) return "-∞";
  if (value === 0) return "0";
  const short = value.toExponential(14);
  const [mantissa, exponentText] = (Number(short) === value ? short : value.toExponential(16)).split("e");
  const exponent = Number(exponentText);
  const negative = mantissa.startsWith("-");
  const digits = mantissa.replace("-", "").replace(".", "").replace(/0+$/, "");
  let text;
  if (exponent >= 15 || exponent <= -5) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : "";
    const power = String(Math.abs(exponent)).padStart(2, "0");
    text = `${digits[0]}${fraction}E${exponent < 0 ? "-" : "+"}${power}`;
  } else if (exponent < 0) {
    text = `0.${"0".repeat(-exponent - 1)}${digits}`;
  } else if (digits.length <= exponent + 1) {
    text = digits.padEnd(exponent + 1, "0");
  } else {
    text = `${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
  }
  return negative ? `-${text}` : text;
}
