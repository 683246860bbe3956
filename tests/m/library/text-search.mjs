// Functions that look for texts in texts.

import { MList, plain } from "../value.mjs";
import { names, whole } from "./arguments.mjs";
import { positions, searcher } from "./comparer.mjs";
import { family } from "./signature.mjs";

/**
 * @import { MFunction } from "../value.mjs"
 * @import { Value } from "../value/slot.mjs"
 */

const LAST = 1;
const ALL = 2;
const FROM_END = 1;

/**
 * @param {number[]} found
 * @param {number | null} occurrence
 * @returns {Value}
 */
function byOccurrence(found, occurrence) {
  if (occurrence === ALL) return MList.of(found);
  return (occurrence === LAST ? found.at(-1) : found[0]) ?? -1;
}

/**
 * @param {string} text
 * @param {MList} characters
 */
function positionsOfAny(text, characters) {
  const wanted = names(characters);
  const found = [];
  for (let at = 0; at < text.length; at += 1) if (wanted.some((one) => text.startsWith(one, at))) found.push(at);
  return found;
}

/**
 * Which delimiter is meant: a number from the start, or `{number, RelativePosition}`.
 *
 * @param {Value} index
 * @returns {{ index: number, fromEnd: boolean }}
 */
function readIndex(index) {
  if (index === null) return { index: 0, fromEnd: false };
  const [number, position] = index instanceof MList ? index.toValues() : [plain(index), 0];
  return { index: whole("index", number), fromEnd: position === FROM_END };
}

/**
 * @param {number[]} found
 * @param {Value} which
 * @returns {number | undefined}
 */
function pick(found, which) {
  const { index, fromEnd } = readIndex(which);
  return fromEnd ? found[found.length - 1 - index] : found[index];
}

/**
 * @param {string} text
 * @param {string} start
 * @param {string} end
 * @param {Value} startIndex
 * @param {Value} endIndex
 */
function between(text, start, end, startIndex, endIndex) {
  const opening = pick(positions(text, start), startIndex);
  if (opening === undefined) return "";
  const from = opening + start.length;
  // The end is counted from the start delimiter on: forwards, or backwards from the end of the text.
  const closing = pick(positions(text.slice(from), end), endIndex);
  return closing === undefined ? "" : text.slice(from, from + closing);
}

export const textSearch = family({
  "Text.Contains(text as nullable text, substring as text, optional comparer as nullable function) as nullable logical":
    (text, wanted, /** @type {MFunction | null} */ comparer) =>
      text === null ? null : searcher(comparer).next(text, wanted, 0) >= 0,

  "Text.StartsWith(text as nullable text, substring as text, optional comparer as nullable function) as nullable logical":
    (text, wanted, comparer) => (text === null ? null : searcher(comparer).at(text, wanted, 0)),

  "Text.EndsWith(text as nullable text, substring as text, optional comparer as nullable function) as nullable logical":
    (text, wanted, comparer) =>
      text === null
        ? null
        : text.length >= wanted.length && searcher(comparer).at(text, wanted, text.length - wanted.length),

  "Text.PositionOf(text as text, substring as text, optional occurrence as nullable number, optional comparer as nullable function) as any":
    (text, wanted, occurrence, comparer) => byOccurrence(positions(text, wanted, comparer), occurrence),

  "Text.PositionOfAny(text as text, characters as list, optional occurrence as nullable number) as any": (
    text,
    characters,
    occurrence,
  ) => byOccurrence(positionsOfAny(text, characters), occurrence),

  "Text.BeforeDelimiter(text as nullable text, delimiter as text, optional index as any) as any": (
    text,
    delimiter,
    index,
  ) => (text === null ? null : text.slice(0, pick(positions(text, delimiter), index) ?? text.length)),

  "Text.AfterDelimiter(text as nullable text, delimiter as text, optional index as any) as any": (
    text,
    delimiter,
    index,
  ) => {
    if (text === null) return null;
    const at = pick(positions(text, delimiter), index);
    return at === undefined ? "" : text.slice(at + delimiter.length);
  },

  "Text.BetweenDelimiters(text as nullable text, startDelimiter as text, endDelimiter as text, optional startIndex as any, optional endIndex as any) as any":
    (text, start, end, startIndex, endIndex) =>
      text === null ? null : between(text, start, end, startIndex, endIndex),

  "Replacer.ReplaceText(text as nullable text, old as text, new as text) as nullable text": (text, old, replacement) => {
    if (text === null) return null;
    return old === "" ? text : text.split(old).join(replacement);
  },
});
