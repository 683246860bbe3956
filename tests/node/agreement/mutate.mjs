/** Small changes to texts, the same for the same seed. */

import { CORPUS, NOT_UTF8, NUMBERS, PIECES, TEXTS as QUOTED } from "./corpus.mjs";

/** A longer text than this is cut: what is wrong shows in small ones, and more of them can be read. */
const LONGEST = 600;

const encoder = new TextEncoder();
const TEXTS = CORPUS.map((text) => encoder.encode(text));
/** What may stand in the place of a value or a name, and what is one. */
const TOKENS = [...NUMBERS, ...QUOTED, ...QUOTED, "null", "true", "false", "[]", "{}"].map((token) => encoder.encode(token));
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|null|true|false/gsu;
const INSERTS = [...PIECES.map((piece) => encoder.encode(piece)), ...NOT_UTF8.map((bytes) => Uint8Array.from(bytes))];

/**
 * Marsaglia's xorshift32, as random integers below a bound.
 *
 * @param {number} seed
 */
export function random(seed) {
  let state = seed | 0 || 1;
  return (/** @type {number} */ end) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % end;
  };
}

/**
 * The corpus, each text cut off at every byte, and every kind of broken UTF-8 in a text, a name and between values.
 *
 * @returns {Generator<Uint8Array>}
 */
export function* corpus() {
  for (const text of TEXTS) {
    yield text;
    for (let end = 0; end < Math.min(text.length, LONGEST); end += 1) {
      yield text.subarray(0, end);
    }
  }
  for (const bytes of NOT_UTF8) {
    for (const [before, after] of [['["', '"]'], ['[{"', '":1}]'], ["[1", "]"], ["", "[1]"], ["[1]", ""], ['["1234567é', '89"]']]) {
      yield joined(encoder.encode(before), Uint8Array.from(bytes), encoder.encode(after));
    }
  }
}

/**
 * Texts of the corpus with one to four changes each.
 *
 * @param {(end: number) => number} below
 * @returns {Uint8Array}
 */
export function mutant(below) {
  /** @type {Uint8Array} */
  let text = TEXTS[below(TEXTS.length)];
  // Mostly one: after four hardly any text is JSON.
  for (let changes = below(3) ? 1 : 1 + below(4); changes > 0; changes -= 1) {
    const at = below(text.length + 1);
    const end = Math.min(text.length, at + 1 + below(below(4) ? 3 : 40));
    switch (below(11)) {
      case 0: {
        text = Uint8Array.from(text);
        text[Math.min(at, text.length - 1)] ^= 1 << below(8);
        break;
      }
      case 1:
        text = joined(text.subarray(0, at), text.subarray(end));
        break;
      case 2:
        text = joined(text.subarray(0, at), Uint8Array.of(below(256)), text.subarray(at));
        break;
      case 3:
        text = joined(text.subarray(0, at), INSERTS[below(INSERTS.length)], text.subarray(end));
        break;
      case 4:
        text = joined(text.subarray(0, end), text.subarray(at));
        break;
      case 5: {
        const other = TEXTS[below(TEXTS.length)];
        const from = below(other.length + 1);
        text = joined(text.subarray(0, at), other.subarray(from, from + below(60)), text.subarray(end));
        break;
      }
      case 6:
        text = joined(text.subarray(0, at), INSERTS[below(INSERTS.length)], text.subarray(at));
        break;
      default:
        text = exchanged(text, below);
    }
    if (text.length > LONGEST) {
      text = text.subarray(0, LONGEST);
    }
  }
  return text;
}

/**
 * Puts another value in the place of one.
 *
 * @param {Uint8Array} text
 * @param {(end: number) => number} below
 */
function exchanged(text, below) {
  const found = [...Buffer.from(text).toString("latin1").matchAll(TOKEN)];
  if (found.length === 0) {
    return text;
  }
  const { 0: token, index } = found[below(found.length)];
  return joined(text.subarray(0, index), TOKENS[below(TOKENS.length)], text.subarray(index + token.length));
}

/** @param {Uint8Array[]} parts @returns {Uint8Array} */
const joined = (...parts) => Buffer.concat(parts);
