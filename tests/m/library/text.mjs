import { MBinary, MList, MRecord, cannotConvert, namedType, plain, primitive, raise } from "../value.mjs";
import { names, outOfRange, whole } from "./arguments.mjs";
import { textFrom } from "./convert.mjs";
import { cultureOf } from "./culture.mjs";
import { decodeText, encodeText } from "./encoding.mjs";
import { parseNumber } from "./number-format.mjs";
import { family } from "./signature.mjs";

/**
 * @import { Value } from "../value/slot.mjs"
 */

/**
 * A function of a text that gives null for null.
 *
 * @template {(text: string, ...rest: any[]) => Value} F
 * @param {F} call
 * @returns {(text: string | null, ...rest: any[]) => Value}
 */
const ofText = (call) => (text, ...rest) => (text === null ? null : call(text, ...rest));

/** The white space of .NET. */
const BLANKS = "\\s\\u0085\\u200b";
const LEADING = new RegExp(`^[${BLANKS}]+`);
const TRAILING = new RegExp(`[${BLANKS}]+$`);

/**
 * @param {string} text
 * @param {Value} trim Null, a text of one character, or a list of them.
 * @param {boolean} start
 * @param {boolean} end
 */
function trimText(text, trim, start, end) {
  if (trim === null) {
    const rest = start ? text.replace(LEADING, "") : text;
    return end ? rest.replace(TRAILING, "") : rest;
  }
  const characters = new Set(names(trim));
  let from = 0;
  let to = text.length;
  while (start && from < to && characters.has(text[from])) from += 1;
  while (end && to > from && characters.has(text[to - 1])) to -= 1;
  return text.slice(from, to);
}

/**
 * @param {string} text
 * @param {number} count
 * @param {string | null} character
 * @param {boolean} atStart
 */
function padText(text, count, character, atStart) {
  whole("count", count);
  if (character !== null && character.length !== 1) outOfRange("character", character);
  return atStart ? text.padStart(count, character ?? " ") : text.padEnd(count, character ?? " ");
}

/**
 * @param {string} text
 * @param {number} offset
 * @param {number | null} count
 */
function range(text, offset, count) {
  whole("offset", offset);
  if (offset > text.length) outOfRange("offset", offset);
  if (count === null) return text.slice(offset);
  whole("count", count);
  if (offset + count > text.length) outOfRange("count", count);
  return text.slice(offset, offset + count);
}

/**
 * @param {string} text
 * @param {string} wanted
 * @param {string} by
 */
function replaceAll(text, wanted, by) {
  return wanted === "" ? text : text.split(wanted).join(by);
}

/**
 * Splits at whichever separator comes first; a text of one character counts as one of the separators.
 *
 * @param {string} text
 * @param {string} separators
 */
function splitAny(text, separators) {
  const wanted = new Set(separators);
  const parts = [""];
  for (const character of text.split("")) {
    if (wanted.has(character)) parts.push("");
    else parts[parts.length - 1] += character;
  }
  return parts;
}

/** @param {string} text @param {string | null} culture */
function proper(text, culture) {
  const { name } = cultureOf(culture);
  // What follows a letter is small, anything else starts a word.
  return text.replace(/\p{L}[\p{L}\p{M}\p{N}]*/gu, (word) => {
    const [first, ...rest] = word;
    return first.toLocaleUpperCase(name) + rest.join("").toLocaleLowerCase(name);
  });
}

/**
 * `#{0}` stands for an item, `#[name]` for a field.
 *
 * @param {string} format
 * @param {MList | MRecord} args
 * @param {string | null} culture
 */
function formatText(format, args, culture) {
  return format.replace(/#\{(\d+)\}|#\[([^\]]*)\]|##/g, (all, index, name) => {
    if (all === "##") return "#";
    if (index !== undefined) {
      if (!(args instanceof MList)) return cannotConvert(args, primitive("list"));
      return textFrom(plain(args.item(Number(index))), culture) ?? "";
    }
    if (!(args instanceof MRecord)) return cannotConvert(args, primitive("record"));
    return textFrom(plain(args.get(name)), culture) ?? "";
  });
}

/** @param {string} text @param {string | null} culture */
function inferNumberType(text, culture) {
  const known = cultureOf(culture);
  const number = parseNumber(text, known);
  if (number === null) raise("Expression.Error", "The text isn't a number.", text);
  if (text.trim().endsWith("%")) return namedType("Percentage.Type", "number");
  if (known.currency !== "" && text.includes(known.currency)) return namedType("Currency.Type", "number");
  const integer = typeof number === "bigint" || (Number.isInteger(number) && !text.includes(known.decimal) && !/e/i.test(text));
  return namedType(integer ? "Int64.Type" : "Double.Type", "number");
}

export const text = family({
  "Text.Length(text as nullable text) as nullable number": ofText((text) => text.length),

  "Text.From(value as any, optional culture as nullable text) as nullable text": textFrom,

  "Text.FromBinary(binary as nullable binary, optional encoding as nullable number) as nullable text": (
    /** @type {MBinary | null} */ binary,
    encoding,
  ) => (binary === null ? null : decodeText(binary.bytes, encoding)),

  "Text.ToBinary(text as nullable text, optional encoding as nullable number, optional includeByteOrderMark as nullable logical) as nullable binary":
    ofText((text, encoding, mark) => MBinary.of(encodeText(text, encoding, mark === true))),

  "Text.ToList(text as text) as list": (text) => MList.of([...text.split("")]),

  "Text.InferNumberType(text as text, optional culture as nullable text) as type": inferNumberType,

  "Text.At(text as nullable text, index as number) as nullable text": ofText((text, index) =>
    whole("index", index) >= text.length ? outOfRange("index", index) : text[index]),

  "Text.Range(text as nullable text, offset as number, optional count as nullable number) as nullable text":
    ofText(range),

  "Text.Middle(text as nullable text, start as number, optional count as nullable number) as nullable text": ofText(
    (text, start, count) => text.slice(whole("start", start), count === null ? undefined : start + whole("count", count)),
  ),

  "Text.Start(text as nullable text, count as number) as nullable text": ofText((text, count) =>
    text.slice(0, whole("count", count))),

  "Text.End(text as nullable text, count as number) as nullable text": ofText((text, count) =>
    text.slice(Math.max(0, text.length - whole("count", count)))),

  "Text.Insert(text as nullable text, offset as number, newText as text) as nullable text": ofText(
    (text, offset, added) => range(text, 0, Math.min(offset, text.length)) + added + range(text, offset, null),
  ),

  "Text.Remove(text as nullable text, removeChars as any) as nullable text": ofText((text, removed) => {
    const characters = new Set(names(removed).join(""));
    return text.split("").filter((one) => !characters.has(one)).join("");
  }),

  "Text.RemoveRange(text as nullable text, offset as number, optional count as nullable number) as nullable text":
    ofText((text, offset, count) => {
      range(text, offset, count ?? 1);
      return text.slice(0, offset) + text.slice(offset + (count ?? 1));
    }),

  "Text.Replace(text as nullable text, old as text, new as text) as nullable text": ofText(replaceAll),

  "Text.ReplaceRange(text as nullable text, offset as number, count as number, newText as text) as nullable text":
    ofText((text, offset, count, added) => {
      range(text, offset, count);
      return text.slice(0, offset) + added + text.slice(offset + count);
    }),

  "Text.Select(text as nullable text, selectChars as any) as nullable text": ofText((text, selected) => {
    const characters = new Set(names(selected).join(""));
    return text.split("").filter((one) => characters.has(one)).join("");
  }),

  "Text.Combine(texts as list, optional separator as nullable text) as text": (/** @type {MList} */ texts, separator) =>
    texts
      .toValues()
      .filter((text) => text !== null)
      .map((text) => (typeof text === "string" ? text : cannotConvert(text, primitive("text"))))
      .join(separator ?? ""),

  "Text.Repeat(text as nullable text, count as number) as nullable text": ofText((text, count) =>
    text.repeat(whole("count", count))),

  "Text.Split(text as text, separator as text) as list": (text, separator) =>
    MList.of(separator === "" ? [text] : text.split(separator)),

  "Text.SplitAny(text as text, separators as text) as list": (text, separators) => MList.of(splitAny(text, separators)),

  "Text.Lower(text as nullable text, optional culture as nullable text) as nullable text": ofText((text, culture) =>
    text.toLocaleLowerCase(cultureOf(culture).name || undefined)),

  "Text.Upper(text as nullable text, optional culture as nullable text) as nullable text": ofText((text, culture) =>
    text.toLocaleUpperCase(cultureOf(culture).name || undefined)),

  "Text.Proper(text as nullable text, optional culture as nullable text) as nullable text": ofText(proper),

  "Text.Trim(text as nullable text, optional trim as any) as nullable text": ofText((text, trim) =>
    trimText(text, trim, true, true)),

  "Text.TrimStart(text as nullable text, optional trim as any) as nullable text": ofText((text, trim) =>
    trimText(text, trim, true, false)),

  "Text.TrimEnd(text as nullable text, optional trim as any) as nullable text": ofText((text, trim) =>
    trimText(text, trim, false, true)),

  "Text.PadStart(text as nullable text, count as number, optional character as nullable text) as nullable text":
    ofText((text, count, character) => padText(text, count, character, true)),

  "Text.PadEnd(text as nullable text, count as number, optional character as nullable text) as nullable text": ofText(
    (text, count, character) => padText(text, count, character, false),
  ),

  "Text.Clean(text as nullable text) as nullable text": ofText((text) => text.replace(/\p{Cc}/gu, "")),

  "Text.Reverse(text as nullable text) as nullable text": ofText((text) => text.split("").reverse().join("")),

  "Text.Format(formatString as text, arguments as any, optional culture as nullable text) as text": formatText,

  "Character.FromNumber(number as nullable number) as nullable text": (number) =>
    number === null ? null : String.fromCodePoint(number),

  "Character.ToNumber(character as nullable text) as nullable number": ofText((character) => {
    if ([...character].length !== 1) outOfRange("character", character);
    return character.codePointAt(0);
  }),

  "Guid.From(value as nullable text) as nullable text": ofText((value) => {
    const digits = /^\s*[({]?\s*([0-9a-fA-F]{8})-?([0-9a-fA-F]{4})-?([0-9a-fA-F]{4})-?([0-9a-fA-F]{4})-?([0-9a-fA-F]{12})\s*[)}]?\s*$/.exec(value);
    if (digits === null) raise("DataFormat.Error", "The Guid provided was not valid.", value);
    return digits.slice(1).join("-").toLowerCase();
  }),
});

