// `let`, records and lists.

import { compile, delayed } from "./interpret.mjs";
import { syntaxError } from "./parse.mjs";
import { decodeIdentifier } from "./literal.mjs";
import { Scope } from "./scope.mjs";
import { MList, MRecord, cannotConvert, plain, primitive, raise } from "./value.mjs";

/**
 * @import { Code, Delayed, Names } from "./interpret.mjs"
 * @import { Frame } from "./scope.mjs"
 * @import { Node } from "./parse.mjs"
 */

/**
 * Names and delayed expressions that see each other.
 *
 * @param {Node[]} pairs Nodes with `key` and `value`.
 * @param {Names} outer
 * @returns {{ scope: Scope, names: string[], slots: Delayed[] }}
 */
function compilePairs(pairs, outer) {
  const names = pairs.map(({ key }) => decodeIdentifier(key.literal));
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw syntaxError(`The name '${twice}' is defined more than once.`);
  const scope = new Scope(outer, names);
  const slots = pairs.map(({ value }, at) => delayed(value, scope.defining(names[at]), true));
  return { scope, names, slots };
}

/**
 * @param {Frame} outer
 * @param {Delayed[]} slots
 * @returns {Frame}
 */
function fill(outer, slots) {
  /** @type {Frame} */
  const frame = [outer];
  for (const slot of slots) frame.push(slot(frame));
  return frame;
}

/**
 * @param {Node} node
 * @param {Names} outer
 * @returns {Code}
 */
export function letExpression(node, outer) {
  const { scope, slots } = compilePairs(itemsOf(node.variableList), outer);
  const body = compile(node.expression, scope);
  return (frame) => body(fill(frame, slots));
}

/**
 * @param {Node} node
 * @param {Names} outer
 * @returns {Code}
 */
export function record(node, outer) {
  const { names, slots } = compilePairs(itemsOf(node.content), outer);
  return (outerFrame) => {
    const frame = fill(outerFrame, slots);
    const fields = new Map();
    for (let at = 0; at < names.length; at += 1) fields.set(names[at], frame[at + 1]);
    return new MRecord(fields);
  };
}

/**
 * @param {Node} node
 * @param {Names} names
 * @returns {Code}
 */
export function list(node, names) {
  const nodes = itemsOf(node.content);
  if (nodes.every(({ kind }) => kind !== "RangeExpression")) {
    const slots = nodes.map((item) => delayed(item, names, false));
    return (frame) => MList.of(slots.map((slot) => slot(frame)));
  }
  const parts = nodes.map((item) => (item.kind === "RangeExpression" ? range(item, names) : single(item, names)));
  return (frame) => MList.of(parts.flatMap((part) => part(frame)));
}

/**
 * @param {Node} node
 * @param {Names} names
 * @returns {(frame: Frame) => any[]}
 */
function single(node, names) {
  const slot = delayed(node, names, false);
  return (frame) => [slot(frame)];
}

/**
 * @param {Node} node A `RangeExpression`.
 * @param {Names} names
 * @returns {(frame: Frame) => any[]}
 */
function range(node, names) {
  const left = compile(node.left, names);
  const right = compile(node.right, names);
  return (frame) => {
    const first = plain(left(frame));
    const last = plain(right(frame));
    if (typeof first === "string" && typeof last === "string") {
      return steps(codeOf(first), codeOf(last)).map((code) => String.fromCodePoint(code));
    }
    return steps(wholeNumber(first), wholeNumber(last));
  };
}

/**
 * @param {number} first
 * @param {number} last
 */
function steps(first, last) {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at);
}

/**
 * @param {any} value
 * @returns {number}
 */
function wholeNumber(value) {
  if (typeof value !== "number") cannotConvert(value, primitive("number"));
  if (!Number.isInteger(value)) raise("Expression.Error", "The value isn't a single integer.", value);
  return value;
}

/** @param {string} text */
function codeOf(text) {
  const code = text.codePointAt(0);
  if (code === undefined || String.fromCodePoint(code).length !== text.length) {
    raise("Expression.Error", "The value isn't a single-character string.", text);
  }
  return code;
}

/**
 * The nodes of a list with commas.
 *
 * @param {Node} array
 * @returns {Node[]}
 */
export function itemsOf(array) {
  return array.elements.map((/** @type {Node} */ csv) => csv.node);
}
