/**
 * JSON as it is written: what `JSON.parse` loses (digits, members that occur twice, the order of keys that look like
 * numbers) is what tables keep. `JSON.parse` has the last word on what is JSON and what it says; this is held against it.
 */

/**
 * @typedef {{ kind: "null" | "bool" | "number", source: string, depth: 0 }} Scalar
 * @typedef {{ kind: "text", source: string, depth: 0, text: string }} Text `text` is well-formed.
 * @typedef {{ kind: "array", source: string, depth: number, items: Node[] }} List
 * @typedef {{ kind: "object", source: string, depth: number, members: Map<string, Node> }} Members In the order in which
 *   the names first occur, each with its last value.
 * @typedef {Scalar | Text | List | Members} Node
 */

/** What `parse` throws. */
export class NotJson extends Error {}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/uy;
const TEXT = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const BLANK = /[ \t\n\r]*/uy;
const WORD = /null|true|false/uy;

/**
 * @param {string} text
 * @returns {Node}
 */
export function parse(text) {
  let at = 0;
  const take = (/** @type {RegExp} */ pattern) => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    at += found?.length ?? 0;
    return found;
  };
  const sign = (/** @type {string} */ expected) => {
    take(BLANK);
    const found = text[at] === expected;
    at += found ? 1 : 0;
    return found;
  };
  const expect = (/** @type {string} */ expected) => {
    if (!sign(expected)) {
      throw new NotJson(`expected ${expected} at ${at}`);
    }
  };
  /** @returns {Text | undefined} */
  const quoted = () => {
    const source = take(TEXT);
    return source === undefined ? undefined : { kind: "text", source, depth: 0, text: JSON.parse(source).toWellFormed() };
  };
  /** @returns {Node} */
  const value = () => {
    take(BLANK);
    const start = at;
    let depth = 0;
    if (sign("[")) {
      const items = [];
      if (!sign("]")) {
        do {
          items.push(value());
          depth = Math.max(depth, items[items.length - 1].depth);
        } while (sign(","));
        expect("]");
      }
      return { kind: "array", source: text.slice(start, at), depth: depth + 1, items };
    }
    if (sign("{")) {
      const members = new Map();
      if (!sign("}")) {
        do {
          take(BLANK);
          const name = quoted();
          if (name === undefined) {
            throw new NotJson(`expected a name at ${at}`);
          }
          expect(":");
          const member = value();
          depth = Math.max(depth, member.depth);
          members.set(name.text, member);
        } while (sign(","));
        expect("}");
      }
      return { kind: "object", source: text.slice(start, at), depth: depth + 1, members };
    }
    const text_ = quoted();
    if (text_ !== undefined) {
      return text_;
    }
    const word = take(WORD);
    if (word !== undefined) {
      return { kind: word === "null" ? "null" : "bool", source: word, depth: 0 };
    }
    const number = take(NUMBER);
    if (number === undefined) {
      throw new NotJson(`expected a value at ${at}`);
    }
    return { kind: "number", source: number, depth: 0 };
  };
  const whole = value();
  take(BLANK);
  if (at < text.length) {
    throw new NotJson(`expected the end at ${at}`);
  }
  return whole;
}

/**
 * Whether a node says what `JSON.parse` made of the same text. A lone surrogate is U+FFFD in a node, and two names that
 * differ in nothing else are one.
 *
 * @param {Node} node
 * @param {unknown} value
 * @returns {boolean}
 */
export function says(node, value) {
  switch (node.kind) {
    case "null":
    case "bool":
    case "number":
      return Object.is(JSON.parse(node.source), value);
    case "text":
      return typeof value === "string" && value.toWellFormed() === node.text;
    case "array":
      return (
        Array.isArray(value) &&
        value.length === node.items.length &&
        node.items.every((item, at) => says(item, value[at]))
      );
    case "object": {
      if (typeof value !== "object" || value === null || Array.isArray(value)) {
        return false;
      }
      const names = Object.keys(value);
      if (names.some((name) => !name.isWellFormed())) {
        return new Set(names.map((name) => name.toWellFormed())).size === node.members.size;
      }
      return (
        names.length === node.members.size &&
        names.every((name) => {
          const member = node.members.get(name);
          return member !== undefined && says(member, Reflect.get(value, name));
        })
      );
    }
  }
}
