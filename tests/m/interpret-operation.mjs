// Operators.

import { compile } from "./interpret.mjs";
import { add, concatenate, divide, isEqual, multiply, negate, not, relate, subtract, unaryPlus } from "./operators.mjs";
import { MRecord, cannotConvert, metaOf, plain, primitive, withMeta } from "./value.mjs";

/**
 * @import { Code, Names } from "./interpret.mjs"
 * @import { Node } from "./parse.mjs"
 * @import { Value } from "./value/slot.mjs"
 */

/** @type {Record<string, (left: Value, right: Value) => Value>} */
const ARITHMETIC = { "+": add, "-": subtract, "*": multiply, "/": divide, "&": concatenate };

/**
 * @param {Node} node
 * @param {Names} names
 * @returns {Code}
 */
export function arithmetic(node, names) {
  return binary(node, names, ARITHMETIC[node.operatorConstant.constantKind]);
}

/**
 * @param {Node} node
 * @param {Names} names
 * @param {(left: Value, right: Value) => Value} operate
 * @returns {Code}
 */
function binary(node, names, operate) {
  const left = compile(node.left, names);
  const right = compile(node.right, names);
  return (frame) => operate(left(frame), right(frame));
}

/**
 * @param {Node} node
 * @param {Names} names
 * @returns {Code}
 */
export function equality(node, names) {
  const wanted = node.operatorConstant.constantKind === "=";
  return binary(node, names, (left, right) => isEqual(left, right) === wanted);
}

/**
 * @param {Node} node
 * @param {Names} names
 * @returns {Code}
 */
export function relational(node, names) {
  const operator = node.operatorConstant.constantKind;
  return binary(node, names, (left, right) => relate(operator, left, right));
}

/**
 * `and` and `or`: the right side is evaluated only if the left one does not decide.
 *
 * @param {Node} node
 * @param {Names} names
 * @returns {Code}
 */
export function logical(node, names) {
  const left = compile(node.left, names);
  const right = compile(node.right, names);
  const decisive = node.operatorConstant.constantKind === "or";
  return (frame) => {
    const first = truth(left(frame));
    if (first === decisive) return decisive;
    const second = truth(right(frame));
    if (second === decisive) return decisive;
    return first === null || second === null ? null : !decisive;
  };
}

/**
 * @param {Value} value
 * @returns {boolean | null}
 */
function truth(value) {
  if (typeof value === "boolean") return value;
  const bare = plain(value);
  return bare === null || typeof bare === "boolean" ? bare : cannotConvert(value, primitive("logical"));
}

/**
 * @param {Node} node
 * @param {Names} names
 * @returns {Code}
 */
export function coalescing(node, names) {
  const left = compile(node.left, names);
  const right = compile(node.right, names);
  return (frame) => {
    const value = left(frame);
    return plain(value) === null ? right(frame) : value;
  };
}

/**
 * @param {Node} node
 * @param {Names} names
 * @returns {Code}
 */
export function metadata(node, names) {
  return binary(node, names, (value, addition) => {
    if (!(addition instanceof MRecord)) cannotConvert(addition, primitive("record"));
    return withMeta(value, new MRecord(new Map([...metaOf(value).fields, ...addition.fields])));
  });
}

/** @type {Record<string, (value: Value) => Value>} */
const UNARY = { "+": unaryPlus, "-": negate, not };

/**
 * @param {Node} node
 * @param {Names} names
 * @returns {Code}
 */
export function unary(node, names) {
  return node.operators.elements.reduceRight(
    (/** @type {Code} */ operand, /** @type {Node} */ { constantKind }) => {
      const operate = UNARY[constantKind];
      return (/** @type {any[]} */ frame) => operate(operand(frame));
    },
    compile(node.typeExpression, names),
  );
}
