// Selectors of CSS.

import { raise, unsupported } from "../value.mjs";

/**
 * @import { Element } from "./html-tree.mjs"
 */

/** @typedef {(element: Element) => boolean} Matcher */

const NAME = /(?:[-\w\u0080-\uffff]|\\.)+/y;
const ATTRIBUTE = /\[\s*([-\w:]+)\s*(?:([~|^$*]?=)\s*(?:"([^"]*)"|'([^']*)'|([^\]\s]+))\s*([is]?)\s*)?\]/y;
const COMBINATOR = /\s*([>+~,])\s*|\s+/y;
const NTH = /^(?:([+-]?\d*)n(?:([+-]\d+))?|([+-]?\d+))$/;

/**
 * All elements within `root` that a selector selects, in the order of the document.
 *
 * @param {Element} root
 * @param {string} selector
 */
export function select(root, selector) {
  const matches = new Parser(selector.trim()).list();
  return [...root.descendants()].filter(matches);
}

class Parser {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  /** @param {RegExp} pattern */
  take(pattern) {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match !== null) this.at = pattern.lastIndex;
    return match;
  }

  /** @returns {never} */
  fail() {
    raise("Expression.Error", "The CSS selector is not valid.", this.text);
  }

  name() {
    const match = this.take(NAME);
    return match === null ? this.fail() : match[0].replace(/\\(.)/g, "$1");
  }

  /** Selectors with commas between. @returns {Matcher} */
  list() {
    /** @type {Matcher[]} */
    const all = [];
    let matcher = this.compound();
    for (;;) {
      const match = this.at < this.text.length ? this.take(COMBINATOR) : null;
      if (match === null) break;
      const combinator = match[1] ?? " ";
      if (combinator === ",") {
        all.push(matcher);
        matcher = this.compound();
      } else {
        matcher = combined(matcher, combinator, this.compound());
      }
    }
    if (this.at < this.text.length) this.fail();
    all.push(matcher);
    return (element) => all.some((one) => one(element));
  }

  /** What one element must be. @returns {Matcher} */
  compound() {
    const start = this.at;
    /** @type {Matcher[]} */
    const all = [];
    while (this.at < this.text.length) {
      const one = this.simple(this.at === start);
      if (one === null) break;
      all.push(one);
    }
    if (all.length === 0) this.fail();
    return (element) => all.every((one) => one(element));
  }

  /**
   * @param {boolean} first
   * @returns {Matcher | null}
   */
  simple(first) {
    switch (this.text[this.at]) {
      case "*":
        this.at += 1;
        return () => true;
      case ".": {
        this.at += 1;
        const name = this.name();
        return ({ attributes }) => words(attributes.get("class")).includes(name);
      }
      case "#": {
        this.at += 1;
        const id = this.name();
        return ({ attributes }) => attributes.get("id") === id;
      }
      case "[":
        return this.attribute();
      case ":":
        this.at += 1;
        return this.pseudo();
      default: {
        const match = first ? this.take(NAME) : null;
        const name = match?.[0].toLowerCase();
        return name === undefined ? null : (element) => element.name === name;
      }
    }
  }

  /** @returns {Matcher} */
  attribute() {
    const match = this.take(ATTRIBUTE);
    if (match === null) this.fail();
    const [, name, operator, double, single, bare, flag] = match;
    const fold = (/** @type {string} */ text) => (flag === "i" ? text.toLowerCase() : text);
    const wanted = fold(double ?? single ?? bare ?? "");
    return ({ attributes }) => {
      const found = attributes.get(name.toLowerCase());
      return found !== undefined && (operator === undefined || holds(fold(found), operator, wanted));
    };
  }

  /** @returns {Matcher} */
  pseudo() {
    const name = this.name().toLowerCase();
    const argument = this.text[this.at] === "(" ? this.argument() : "";
    switch (name) {
      case "first-child":
        return nth("1", false, false);
      case "last-child":
        return nth("1", true, false);
      case "only-child":
        return ({ parent }) => parent?.children.length === 1;
      case "first-of-type":
        return nth("1", false, true);
      case "last-of-type":
        return nth("1", true, true);
      case "nth-child":
      case "nth-last-child":
      case "nth-of-type":
      case "nth-last-of-type":
        return nth(argument, name.includes("last"), name.endsWith("of-type"));
      case "empty":
        return ({ content }) => content.length === 0;
      case "not": {
        const matches = new Parser(argument.trim()).list();
        return (element) => !matches(element);
      }
      default:
        return unsupported(`the CSS selector :${name}`);
    }
  }

  /** What stands in parentheses, which may hold others. */
  argument() {
    const start = this.at + 1;
    for (let depth = 0; this.at < this.text.length; ) {
      const character = this.text[this.at];
      this.at += 1;
      if (character === "(") depth += 1;
      else if (character === ")") depth -= 1;
      if (depth === 0) return this.text.slice(start, this.at - 1);
    }
    return this.fail();
  }
}

/** @param {string | undefined} text */
function words(text) {
  return text === undefined ? [] : text.split(/\s+/);
}

/**
 * @param {string} found
 * @param {string} operator
 * @param {string} wanted
 */
function holds(found, operator, wanted) {
  switch (operator) {
    case "~=":
      return words(found).includes(wanted);
    case "|=":
      return found === wanted || found.startsWith(`${wanted}-`);
    case "^=":
      return wanted !== "" && found.startsWith(wanted);
    case "$=":
      return wanted !== "" && found.endsWith(wanted);
    case "*=":
      return wanted !== "" && found.includes(wanted);
    default:
      return found === wanted;
  }
}

/**
 * @param {Matcher} left
 * @param {string} combinator
 * @param {Matcher} right
 * @returns {Matcher}
 */
function combined(left, combinator, right) {
  return (element) => right(element) && [...related(element, combinator)].some(left);
}

/**
 * The elements that the left side of a combinator may be.
 *
 * @param {Element} element
 * @param {string} combinator
 */
function* related(element, combinator) {
  const { parent } = element;
  if (parent === null) return;
  const before = parent.children.slice(0, parent.children.indexOf(element));
  if (combinator === "~") yield* before;
  else if (combinator === "+") yield* before.slice(-1);
  else for (let one = parent; one.parent !== null; one = one.parent) {
    yield one;
    if (combinator === ">") return;
  }
}

/**
 * @param {string} formula `2`, `odd`, `2n+1`, …
 * @param {boolean} fromEnd
 * @param {boolean} ofType
 * @returns {Matcher}
 */
function nth(formula, fromEnd, ofType) {
  const plain = formula.replace(/\s+/g, "").toLowerCase();
  const match = NTH.exec(plain === "odd" ? "2n+1" : plain === "even" ? "2n" : plain);
  if (match === null) raise("Expression.Error", "The CSS selector is not valid.", formula);
  const [, step, offset, single] = match;
  const every = single !== undefined ? 0 : step === "" || step === "+" ? 1 : step === "-" ? -1 : Number(step);
  const start = Number(single ?? offset ?? 0);
  return (element) => {
    const all = element.parent?.children.filter(({ name }) => !ofType || name === element.name) ?? [];
    const at = fromEnd ? all.length - all.indexOf(element) : all.indexOf(element) + 1;
    return every === 0 ? at === start : (at - start) % every === 0 && (at - start) / every >= 0;
  };
}
