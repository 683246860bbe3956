// JSON texts.

import {
  MBinary, MDuration, MList, MRecord, MTable, fromTicks, invariantText, kindOf, numberToText, plain, raise, title,
} from "../value.mjs";
import { decodeText, encodeText } from "./encoding.mjs";
import { family } from "./signature.mjs";

/**
 * @import { Slot, Value } from "../value/slot.mjs"
 */

const BLANK = /[\t\n\r ]*/y;
const STRING = /"([^"\\\u0000-\u001f]*)"/y;
const ESCAPED = /"((?:[^"\\\u0000-\u001f]|\\.)*)"/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** Reads JSON by M's rules: the order of members is kept, and of two members with one name the last one counts. */
class Reader {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  /**
   * @param {string} message
   * @returns {never}
   */
  fail(message) {
    raise("DataFormat.Error", message, MRecord.from({ Value: this.text.slice(this.at, this.at + 1), Position: this.at }));
  }

  /** @returns {never} */
  unexpected() {
    if (this.at >= this.text.length) {
      raise("DataFormat.Error", "We reached the end of the buffer.", MRecord.from({ Value: "", Position: this.at }));
    }
    return this.fail("We found an unexpected character in the JSON input.");
  }

  /** @param {RegExp} pattern @returns {RegExpExecArray | null} */
  take(pattern) {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match !== null) this.at = pattern.lastIndex;
    return match;
  }

  blanks() {
    const code = this.text.charCodeAt(this.at);
    if (code === 32 || (code >= 9 && code <= 13)) this.take(BLANK);
  }

  document() {
    this.blanks();
    const value = this.value();
    this.blanks();
    if (this.at < this.text.length) this.fail("We found extra characters at the end of JSON input.");
    return value;
  }

  /** @returns {Value} */
  value() {
    switch (this.text[this.at]) {
      case "{":
        return this.object();
      case "[":
        return this.array();
      case '"':
        return this.string();
      case "t":
        return this.word("true", true);
      case "f":
        return this.word("false", false);
      case "n":
        return this.word("null", null);
      default: {
        const number = this.take(NUMBER);
        return number === null ? this.unexpected() : Number(number[0]);
      }
    }
  }

  /** @param {string} word @param {Value} value */
  word(word, value) {
    if (!this.text.startsWith(word, this.at)) return this.unexpected();
    this.at += word.length;
    return value;
  }

  /** @returns {string} */
  string() {
    const simple = this.take(STRING);
    if (simple !== null) return simple[1];
    const start = this.at;
    const escaped = this.take(ESCAPED);
    if (escaped === null) return this.unexpected();
    try {
      return JSON.parse(escaped[0]);
    } catch {
      this.at = start;
      return this.unexpected();
    }
  }

  array() {
    /** @type {Value[]} */
    const items = [];
    this.at += 1;
    this.blanks();
    if (this.text[this.at] === "]") {
      this.at += 1;
      return MList.of(items);
    }
    for (;;) {
      this.blanks();
      items.push(this.value());
      this.blanks();
      const next = this.text[this.at];
      if (next !== "," && next !== "]") return this.unexpected();
      this.at += 1;
      if (next === "]") return MList.of(items);
    }
  }

  object() {
    /** @type {Map<string, Value>} */
    const fields = new Map();
    this.at += 1;
    this.blanks();
    if (this.text[this.at] === "}") {
      this.at += 1;
      return new MRecord(fields);
    }
    for (;;) {
      this.blanks();
      if (this.text[this.at] !== '"') return this.unexpected();
      const name = this.string();
      this.blanks();
      if (this.text[this.at] !== ":") return this.unexpected();
      this.at += 1;
      this.blanks();
      fields.set(name, this.value());
      this.blanks();
      const next = this.text[this.at];
      if (next !== "," && next !== "}") return this.unexpected();
      this.at += 1;
      if (next === "}") return new MRecord(fields);
    }
  }
}

/**
 * @param {string} text
 * @returns {Value}
 */
export function readJson(text) {
  return new Reader(text.startsWith("\ufeff") ? text.slice(1) : text).document();
}

/**
 * @param {Slot} slot
 * @returns {string}
 */
export function writeJson(slot) {
  const value = plain(slot);
  if (value === null) return "null";
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "boolean":
      return String(value);
    case "bigint":
      return value.toString();
    case "number":
      return Number.isFinite(value) ? numberToText(value) : "null";
    default:
  }
  if (value instanceof MList) return `[${value.toArray().map(writeJson).join(",")}]`;
  if (value instanceof MRecord) return writeObject(value);
  if (value instanceof MTable) return `[${[...value.records()].map(writeObject).join(",")}]`;
  if (value instanceof MDuration) return JSON.stringify(isoDuration(value));
  const text = invariantText(value);
  if (typeof text !== "string") {
    raise("Expression.Error", `We cannot convert a value of type ${title(kindOf(value))} to JSON.`, value);
  }
  return JSON.stringify(text);
}

/** @param {MRecord} record */
function writeObject(record) {
  return `{${[...record.entries()].map(([name, slot]) => `${JSON.stringify(name)}:${writeJson(slot)}`).join(",")}}`;
}

/** `P1DT2H3M4.5S`. @param {MDuration} value */
function isoDuration({ days, ticks }) {
  const negative = days < 0;
  const borrowed = negative && ticks > 0 ? 1 : 0;
  const wholeDays = negative ? -days - borrowed : days;
  const rest = borrowed === 1 ? 864_000_000_000 - ticks : ticks;
  const { hour, minute, second, fraction } = fromTicks(rest);
  const seconds = second + fraction / 10_000_000;
  const time = `${hour > 0 ? `${hour}H` : ""}${minute > 0 ? `${minute}M` : ""}${seconds > 0 ? `${seconds}S` : ""}`;
  const text = `${wholeDays > 0 ? `${wholeDays}D` : ""}${time === "" ? "" : `T${time}`}`;
  return `${negative ? "-" : ""}P${text === "" ? "T0S" : text}`;
}

export const json = family({
  "Json.Document(jsonText as any, optional encoding as nullable number) as any": (source, encoding) => {
    if (source === null) return null;
    if (typeof source === "string") return readJson(source);
    if (source instanceof MBinary) return readJson(decodeText(source.bytes, encoding));
    raise("Expression.Error", "The JSON must be a text or a binary.", source);
  },

  "Json.FromValue(value as any, optional encoding as nullable number) as binary": (value, encoding) =>
    MBinary.of(encodeText(writeJson(value), encoding, false)),
});
