/** Random JSON texts, and texts that nearly are JSON. */

/**
 * Numbers from 0 to 1, the same for the same seed (mulberry32).
 *
 * @param {number} seed
 * @returns {() => number}
 */
export function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Kinds of scalars, so that a column may keep to one. */
const SCALARS = [
  ["true", "false"],
  ["0", "1", "-5", "42", "123456789"],
  ["9007199254740993", "-9223372036854775808", "9223372036854775807", "7"],
  ["9223372036854775808", "1", "-99999999999999999999"],
  ["1.0", "0.1", "-2.5e-3", "1E5", "3", "-0", "9007199254740992", "1e400", "2e-400"],
  ['""', '"a"', '"007"', '"[1,2]"', '"{\\"x\\":1}"', '"a\\\\"', '"\\\\\\""', '"é😀"', '"true"', '" , : "'],
  ['"\\u0041"', '"\\ud83d\\ude00"', '"\\ud83d"', '"\\udc00\\ud83d"', '"\\/\\b\\f\\n\\r\\t"', '"\\\\ud83d"'],
  ['"2026-01-31T12:00:00Z"', '"2024-02-29T00:00:00.5+02:00"', '"1999-12-31T23:59:59.123000-14:00"'],
  ['"2026-01-31T12:00:00Z"', '"2026-02-30T12:00:00Z"', '"2026-01-31T12:00:00"', '"2026-01-31T24:00:00Z"'],
  ['"2026-01-31T12:00:00.1234Z"', '"2026-01-31T12:00:00+14:01"', '"2026-01-31T12:00:00.Z"'],
];
const NAMES = ['"a"', '"b"', '"c"', '"A"', '""', '"a b"', '"\\u0061"', '"é"', '"\\""', '"column1"', '"value"'];
const SPACES = ["", "", "", " ", "\n", "\t", "\r\n", "  "];
const DAMAGE = ['"', "\\", "[", "]", "{", "}", ",", ":", "-", ".", "e", "0", "t", " ", "\n", "\u0003", "é"];

/** @param {() => number} random */
export function jsonMaker(random) {
  /** @param {number} count */
  const below = (count) => Math.floor(random() * count);
  /** @template T @param {T[]} items @returns {T} */
  const one = (items) => items[below(items.length)];
  const space = () => one(SPACES);
  /** @param {string[]} parts @param {string} open @param {string} close */
  const within = (parts, open, close) => `${open}${space()}${parts.join(`${space()},${space()}`)}${space()}${close}`;
  /** @template T @param {number} count @param {(at: number) => T} make */
  const several = (count, make) => Array.from({ length: count }, (_, at) => make(at));
  /** @param {string[]} kind */
  const scalar = (kind) => (random() < 0.15 ? "null" : one(random() < 0.05 ? one(SCALARS) : kind));

  /** @param {number} depth @returns {string} */
  const value = (depth) => {
    const choice = depth > 3 ? 0 : random();
    if (choice < 0.6) return scalar(one(SCALARS));
    const name = () => (choice < 0.8 ? "" : `${one(NAMES)}${space()}:${space()}`);
    const parts = several(below(4), () => name() + value(depth + 1));
    return choice < 0.8 ? within(parts, "[", "]") : within(parts, "{", "}");
  };

  const rows = () => {
    const kinds = several(1 + below(5), () => one(SCALARS));
    const names = kinds.map(() => one(NAMES));
    const isList = random() < 0.3;
    return within(
      several(below(8), () => {
        if (random() < 0.05) return "null";
        const cells = kinds.map((kind) => (random() < 0.05 ? value(2) : scalar(kind)));
        if (isList) return within(cells.slice(0, random() < 0.8 ? cells.length : below(cells.length + 1)), "[", "]");
        const nameAt = (/** @type {number} */ at) => (random() < 0.95 ? names[at] : one(NAMES));
        const members = cells.map((cell, at) => `${nameAt(at)}${space()}:${space()}${cell}`);
        return within(random() < 0.8 ? members : members.slice(below(members.length)), "{", "}");
      }),
      "[",
      "]",
    );
  };

  const columns = () => {
    const count = below(4);
    const members = several(1 + below(3), () => {
      const kind = one(SCALARS);
      const cells = several(random() < 0.9 ? count : below(4), () => scalar(kind));
      return `${one(NAMES)}:${within(cells, "[", "]")}`;
    });
    return within(members, "{", "}");
  };

  /** A text that some deletion, insertion or cut keeps from being JSON, more often than not. @param {string} text */
  const damaged = (text) => {
    const at = below(text.length + 1);
    const choice = random();
    const start = text.slice(0, at);
    const rest = text.slice(at);
    const result = choice < 0.5 ? start : start + (choice < 0.75 ? rest.slice(1) : one(DAMAGE) + rest);
    return result.toWellFormed();
  };

  const text = () => {
    const choice = random();
    return `${space()}${choice < 0.5 ? rows() : choice < 0.65 ? columns() : value(0)}${space()}`;
  };

  const path = () => {
    const steps = several(below(4), () => one([".a", ".b", "[0]", "[1]", "['a b']", "['']", '["\\""]', ".é"]));
    return `$${steps.join("")}`;
  };

  return { text, damaged, path };
}
