// Splitters, combiners and replacers.

import { MFunction, MList, cannotConvert, equals, functionOf, invoke, plain, primitive } from "../value.mjs";
import { names, truth, whole } from "./arguments.mjs";
import { family } from "./signature.mjs";

/**
 * @import { Value } from "../value/slot.mjs"
 */

const CSV = 1;

/**
 * A splitter: null gives null.
 *
 * @param {(line: string) => string[]} split
 */
function splitter(split) {
  return functionOf(["line"], (line) => {
    const text = plain(line);
    if (text === null) return null;
    if (typeof text !== "string") return cannotConvert(text, primitive("text"));
    return MList.of(split(text));
  });
}

/** @param {string} text */
const reversed = (text) => text.split("").reverse().join("");

/**
 * Walks a text and cuts it where `find` says so, outside of quotes if they count.
 *
 * @param {string} text
 * @param {boolean} quotes
 * @param {(at: number) => number} find How long a delimiter is at a position; 0 if there is none.
 */
function cut(text, quotes, find) {
  const parts = [];
  let part = "";
  let quoted = false;
  let at = 0;
  while (at < text.length) {
    if (quotes && text[at] === '"') {
      if (quoted && text[at + 1] === '"') {
        part += '"';
        at += 2;
        continue;
      }
      quoted = !quoted;
      at += 1;
      continue;
    }
    const length = quoted ? 0 : find(at);
    if (length > 0) {
      parts.push(part);
      part = "";
      at += length;
    } else {
      part += text[at];
      at += 1;
    }
  }
  parts.push(part);
  return parts;
}

/**
 * Splits from the start or, mirrored, from the end.
 *
 * @param {boolean | null} startAtEnd
 * @param {string[]} delimiters
 * @param {(text: string, delimiters: string[]) => string[]} split
 */
function directed(startAtEnd, delimiters, split) {
  if (startAtEnd !== true) return splitter((text) => split(text, delimiters));
  const mirrored = delimiters.map(reversed);
  return splitter((text) => split(reversed(text), mirrored).map(reversed).reverse());
}

/** @param {string} text @param {string[]} delimiters @param {boolean} quotes */
function cutAtAny(text, delimiters, quotes) {
  return cut(text, quotes, (at) => delimiters.find((one) => one !== "" && text.startsWith(one, at))?.length ?? 0);
}

/** @param {string} text @param {string[]} delimiters @param {boolean} quotes */
function cutAtEach(text, delimiters, quotes) {
  let next = 0;
  return cut(text, quotes, (at) => {
    if (next >= delimiters.length || !text.startsWith(delimiters[next], at)) return 0;
    next += 1;
    return delimiters[next - 1].length;
  });
}

/** @param {string} text @param {number[]} lengths */
function cutByLengths(text, lengths) {
  const parts = [];
  let at = 0;
  for (const length of lengths) {
    if (at >= text.length && parts.length > 0) break;
    parts.push(text.slice(at, at + whole("length", length)));
    at += length;
  }
  return parts;
}

/** @param {string} text @param {number[]} positions */
function cutAtPositions(text, positions) {
  return positions
    .map((from, at) => text.slice(whole("position", from), positions[at + 1]))
    .filter((_, at) => at === 0 || positions[at] < text.length);
}

/** @param {string} text @param {[number, number | null][]} ranges */
function cutRanges(text, ranges) {
  return ranges.map(([offset, length]) => text.slice(offset, length === null ? undefined : offset + length));
}

/**
 * Splits where a character of one kind is followed by one of another.
 *
 * @param {Value} before A list of characters, or a condition.
 * @param {Value} after
 */
function byTransition(before, after) {
  const [isBefore, isAfter] = [before, after].map((set) => {
    if (set instanceof MFunction) return (/** @type {string} */ one) => truth(invoke(set, [one]));
    const characters = new Set(names(set));
    return (/** @type {string} */ one) => characters.has(one);
  });
  return splitter((text) => {
    const parts = [text.slice(0, 1)];
    for (let at = 1; at < text.length; at += 1) {
      if (isBefore(text[at - 1]) && isAfter(text[at])) parts.push(text[at]);
      else parts[parts.length - 1] += text[at];
    }
    return parts;
  });
}

/** @param {MList} ranges @returns {[number, number | null][]} */
function readRanges(ranges) {
  return ranges.toValues().map((range) => {
    const [offset, length] = range.toValues();
    return [offset, length ?? null];
  });
}

/**
 * A combiner of texts.
 *
 * @param {(texts: string[]) => string} combine
 */
function combiner(combine) {
  return functionOf(["texts"], (texts) => {
    const list = plain(texts);
    if (!(list instanceof MList)) return cannotConvert(list, primitive("list"));
    return combine(list.toValues().map((text) => text ?? ""));
  });
}

/** @param {string} text @param {string[]} delimiters */
function quotedIfNeeded(text, delimiters) {
  const needed = /["\r\n]/.test(text) || delimiters.some((one) => one !== "" && text.includes(one));
  return needed ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Writes texts over a template, which is filled up with blanks.
 *
 * @param {string | null} template
 * @param {{ offset: number, text: string }[]} pieces
 */
function overlay(template, pieces) {
  const characters = (template ?? "").split("");
  for (const { offset, text } of pieces) {
    while (characters.length < offset) characters.push(" ");
    text.split("").forEach((character, at) => (characters[offset + at] = character));
  }
  return characters.join("");
}

export const splitters = family({
  "Splitter.SplitByNothing() as function": () => functionOf(["line"], (line) => MList.of([line])),

  "Splitter.SplitTextByDelimiter(delimiter as text, optional quoteStyle as nullable number, optional csvStyle as nullable number) as function":
    (delimiter, quoteStyle) => splitter((text) => cutAtAny(text, [delimiter], quoteStyle === CSV)),

  "Splitter.SplitTextByAnyDelimiter(delimiters as list, optional quoteStyle as nullable number, optional startAtEnd as nullable logical) as function":
    (delimiters, quoteStyle, startAtEnd) =>
      directed(startAtEnd, names(delimiters), (text, all) => cutAtAny(text, all, quoteStyle === CSV)),

  "Splitter.SplitTextByEachDelimiter(delimiters as list, optional quoteStyle as nullable number, optional startAtEnd as nullable logical) as function":
    (delimiters, quoteStyle, startAtEnd) =>
      directed(startAtEnd, names(delimiters), (text, all) => cutAtEach(text, all, quoteStyle === CSV)),

  "Splitter.SplitTextByWhitespace(optional quoteStyle as nullable number) as function": (quoteStyle) =>
    splitter((text) =>
      cut(text.trim(), quoteStyle === CSV, (at) => (/^\s+/.exec(text.trim().slice(at)) ?? [""])[0].length)),

  "Splitter.SplitTextByLengths(lengths as list, optional startAtEnd as nullable logical) as function": (
    /** @type {MList} */ lengths,
    startAtEnd,
  ) => directed(startAtEnd, [], (text) => cutByLengths(text, lengths.toValues())),

  "Splitter.SplitTextByRepeatedLengths(length as number, optional startAtEnd as nullable logical) as function": (
    length,
    startAtEnd,
  ) =>
    directed(startAtEnd, [], (text) =>
      cutByLengths(text, new Array(Math.max(1, Math.ceil(text.length / length))).fill(length))),

  "Splitter.SplitTextByPositions(positions as list, optional startAtEnd as nullable logical) as function": (
    /** @type {MList} */ positions,
    startAtEnd,
  ) => directed(startAtEnd, [], (text) => cutAtPositions(text, positions.toValues())),

  "Splitter.SplitTextByRanges(ranges as list, optional startAtEnd as nullable logical) as function": (
    ranges,
    startAtEnd,
  ) => directed(startAtEnd, [], (text) => cutRanges(text, readRanges(ranges))),

  "Splitter.SplitTextByCharacterTransition(before as anynonnull, after as anynonnull) as function": byTransition,

  "Combiner.CombineTextByDelimiter(delimiter as text, optional quoteStyle as nullable number) as function": (
    delimiter,
    quoteStyle,
  ) =>
    combiner((texts) =>
      texts.map((text) => (quoteStyle === CSV ? quotedIfNeeded(text, [delimiter]) : text)).join(delimiter)),

  "Combiner.CombineTextByEachDelimiter(delimiters as list, optional quoteStyle as nullable number) as function": (
    delimiters,
    quoteStyle,
  ) => {
    const all = names(delimiters);
    return combiner((texts) =>
      texts
        .map((text, at) => {
          const written = quoteStyle === CSV ? quotedIfNeeded(text, all) : text;
          return at === 0 ? written : (all[at - 1] ?? "") + written;
        })
        .join(""));
  },

  "Combiner.CombineTextByLengths(lengths as list, optional template as nullable text) as function": (
    /** @type {MList} */ lengths,
    template,
  ) =>
    combiner((texts) => {
      let offset = 0;
      const pieces = lengths.toValues().map((length, at) => {
        const piece = { offset, text: (texts[at] ?? "").slice(0, length) };
        offset += length;
        return piece;
      });
      return overlay(template, pieces);
    }),

  "Combiner.CombineTextByPositions(positions as list, optional template as nullable text) as function": (
    /** @type {MList} */ positions,
    template,
  ) => {
    const offsets = positions.toValues();
    return combiner((texts) =>
      overlay(
        template,
        offsets.slice(0, texts.length).map((offset, at) => {
          const next = at + 1 < texts.length ? offsets[at + 1] : undefined;
          return { offset, text: next === undefined ? texts[at] : texts[at].slice(0, next - offset) };
        }),
      ));
  },

  "Combiner.CombineTextByRanges(ranges as list, optional template as nullable text) as function": (ranges, template) => {
    const all = readRanges(ranges);
    return combiner((texts) =>
      overlay(
        template,
        all.slice(0, texts.length).map(([offset, length], at) => ({
          offset,
          text: length === null ? texts[at] : texts[at].slice(0, length),
        })),
      ));
  },

  "Replacer.ReplaceValue(value as any, old as any, new as any) as any": (value, old, replacement) =>
    equals(value, old) ? replacement : value,
});
