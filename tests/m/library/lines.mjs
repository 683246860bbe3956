// Lines of text, and CSV.

import { MBinary, MList, MTable, MType, plain, primitive, raise } from "../value.mjs";
import { names } from "./arguments.mjs";
import { textFrom } from "./convert.mjs";
import { decodeText, encodeText } from "./encoding.mjs";
import { family } from "./signature.mjs";
import { ANY, numbered, readColumns, tableOf } from "./tabular.mjs";

/**
 * @import { Columns } from "./tabular.mjs"
 * @import { Value } from "../value/slot.mjs"
 */

const CSV = 1;
const QUOTE_ALWAYS = 1;

/**
 * @param {string} text
 * @param {boolean} quotes Whether a line break within quotes belongs to the line.
 * @param {boolean} separators Whether lines keep their line breaks.
 */
function splitLines(text, quotes, separators) {
  const lines = [];
  let line = "";
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (quotes && character === '"') quoted = !quoted;
    if (quoted || !/[\r\n\u2028\u2029\u0085]/.test(character)) {
      line += character;
      continue;
    }
    const end = character === "\r" && text[at + 1] === "\n" ? "\r\n" : character;
    lines.push(separators ? line + end : line);
    line = "";
    at += end.length - 1;
  }
  if (line !== "") lines.push(line);
  return lines;
}

/**
 * @param {MList} lines
 * @param {string | null} separator
 */
function joinLines(lines, separator) {
  return lines.toValues().map((line) => `${line ?? ""}${separator ?? "\r\n"}`).join("");
}

/** @param {Value} source @param {number | null} encoding */
function textOf(source, encoding) {
  if (source instanceof MBinary) return decodeText(source.bytes, encoding);
  if (typeof source === "string") return source;
  raise("Expression.Error", "The source must be a text or a binary.", source);
}

/**
 * @typedef {object} CsvOptions
 * @property {string[]} delimiters One that is empty stands for any white space.
 * @property {boolean} quotedBreaks
 * @property {boolean} quoteAlways
 */

/**
 * The rows of a CSV text. A quote is one only where a field begins, unless all of them count.
 *
 * @param {string} text
 * @param {CsvOptions} options
 */
function* csvRows(text, { delimiters, quotedBreaks, quoteAlways }) {
  const blank = delimiters.includes("");
  /** @param {number} at */
  const delimiterAt = (at) => {
    if (blank) return (/^[ \t]+/.exec(text.slice(at, at + 1000)) ?? [""])[0].length;
    return delimiters.find((one) => text.startsWith(one, at))?.length ?? 0;
  };
  const single = !blank && delimiters.length === 1 && delimiters[0].length === 1 ? delimiters[0] : null;
  let row = [];
  let field = "";
  let quoted = false;
  let begun = false;
  let at = 0;
  while (at < text.length) {
    const character = text[at];
    if (quoted) {
      if (character === '"') {
        if (text[at + 1] === '"') {
          field += '"';
          at += 1;
        } else quoted = false;
      } else if (!quotedBreaks && (character === "\n" || character === "\r")) {
        quoted = false;
        continue;
      } else field += character;
      at += 1;
      continue;
    }
    if (character === '"' && (quoteAlways || !begun)) {
      quoted = true;
      begun = true;
      at += 1;
      continue;
    }
    if (character === "\n" || character === "\r") {
      row.push(field);
      yield row;
      row = [];
      field = "";
      begun = false;
      at += character === "\r" && text[at + 1] === "\n" ? 2 : 1;
      continue;
    }
    const length = single === null ? delimiterAt(at) : character === single ? 1 : 0;
    if (length > 0) {
      row.push(field);
      field = "";
      begun = false;
      at += length;
      continue;
    }
    field += character;
    begun = true;
    at += 1;
  }
  if (field !== "" || begun || row.length > 0) yield [...row, field];
}

const EXTRA = { LIST: 0, ERROR: 1, IGNORE: 2 };

/**
 * @param {Value} source
 * @param {Value} columns
 * @param {Value} delimiter
 * @param {number | null} extra
 * @param {number | null} encoding
 */
function csvDocument(source, columns, delimiter, extra, encoding) {
  const record = columns !== null && typeof columns === "object" && !(columns instanceof MList) && !(columns instanceof MType)
    ? columns
    : null;
  const wanted = record === null ? columns : record.option("Columns");
  const separators = record === null ? delimiter : record.option("Delimiter");
  const codePage = (record === null ? encoding : record.option("Encoding")) ?? null;
  const options = {
    delimiters: separators === null ? [","] : names(separators),
    quotedBreaks: record === null || (record.option("QuoteStyle") ?? CSV) === CSV,
    quoteAlways: record !== null && record.option("CsvStyle") === QUOTE_ALWAYS,
  };
  const extraValues = record === null ? extra : record.option("ExtraValues");
  const given = readColumns(wanted);
  const rows = () => csvRows(textOf(source, codePage), options);
  /** @type {Columns | null} */
  let found = given;
  const resolve = () => {
    if (found === null) {
      const [first] = rows();
      found = numbered(first?.length ?? 0).map((name) => [name, TEXT]);
    }
    return found;
  };
  return tableOf(
    () => resolve().map(([name, type]) => [name, type === ANY ? TEXT : type]),
    function* () {
      const width = resolve().length;
      for (const row of rows()) yield fit(row, width, extraValues ?? (given === null ? EXTRA.IGNORE : null));
    },
  );
}

const TEXT = primitive("text");

/**
 * @param {string[]} row
 * @param {number} width
 * @param {number | null} extra
 */
function fit(row, width, extra) {
  if (extra === EXTRA.LIST) {
    const own = row.slice(0, width - 1);
    while (own.length < width - 1) own.push(/** @type {any} */ (null));
    return [...own, MList.of(row.slice(width - 1))];
  }
  if (extra === EXTRA.ERROR && row.length > width) {
    raise("DataFormat.Error", "There were more columns in the result than expected.", MList.of(row));
  }
  const fitted = row.slice(0, width);
  // A missing field is an empty text in a row of some fields.
  while (fitted.length < width) fitted.push("");
  return fitted;
}

/**
 * @param {MTable} table
 * @param {Value} options
 */
function csvFromValue(table, options) {
  const delimiter = options?.option("Delimiter") ?? ",";
  const header = options?.option("IncludeHeaders") !== false;
  /** @param {string} field */
  const written = (field) => (/["\r\n]/.test(field) || field.includes(delimiter) ? `"${field.replaceAll('"', '""')}"` : field);
  const rows = [...table.rows()].map((row) => row.map((cell) => textFrom(plain(cell), null) ?? ""));
  const all = header ? [table.columnNames, ...rows] : rows;
  return all.map((row) => `${row.map(written).join(delimiter)}\r\n`).join("");
}

export const lines = family({
  "Lines.FromText(text as text, optional quoteStyle as any, optional includeLineSeparators as nullable logical) as list": (
    text,
    quoteStyle,
    separators,
  ) => MList.of(splitLines(text, quoteStyle === CSV, separators === true)),

  "Lines.FromBinary(binary as binary, optional quoteStyle as any, optional includeLineSeparators as nullable logical, optional encoding as nullable number) as list":
    (/** @type {MBinary} */ binary, quoteStyle, separators, encoding) =>
      MList.generated(function* () {
        yield* splitLines(decodeText(binary.bytes, encoding), quoteStyle === CSV, separators === true);
      }),

  "Lines.ToText(lines as list, optional lineSeparator as nullable text) as text": joinLines,

  "Lines.ToBinary(lines as list, optional lineSeparator as nullable text, optional encoding as nullable number, optional includeByteOrderMark as nullable logical) as binary":
    (all, separator, encoding, mark) => MBinary.of(encodeText(joinLines(all, separator), encoding, mark === true)),

  "Csv.Document(source as any, optional columns as any, optional delimiter as any, optional extraValues as nullable number, optional encoding as nullable number) as table":
    csvDocument,

  "Csv.FromValue(value as table, optional options as nullable record) as binary": (table, options) =>
    MBinary.of(encodeText(csvFromValue(table, options), options?.option("Encoding") ?? null, options?.option("IncludeByteOrderMark") === true)),
});
