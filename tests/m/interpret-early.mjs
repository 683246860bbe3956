// Delayed expressions that need not wait.
//
// A loop that carries a counter in a lazy field would build a chain of thunks as long as the loop, and evaluating its
// end a stack as deep. Where an expression only hands on what is there already, or computes with numbers that are there
// already, its value can be had at once: nobody can tell the difference, since it costs nothing and cannot fail.

import { decodeIdentifier, decodeNumber } from "./literal.mjs";
import { MRecord, Thunk } from "./value.mjs";

/**
 * @import { Names } from "./interpret.mjs"
 * @import { Frame } from "./scope.mjs"
 * @import { Node } from "./parse.mjs"
 * @import { Slot } from "./value/slot.mjs"
 */

/**
 * Gives the slot if it can be had without evaluating anything, else undefined.
 *
 * @typedef {(frame: Frame) => Slot | undefined} Early
 */

/** @type {Record<string, (left: number, right: number) => number>} */
const OPERATORS = {
  "+": (left, right) => left + right,
  "-": (left, right) => left - right,
  "*": (left, right) => left * right,
};

/**
 * @param {Node} node
 * @param {Names} names
 * @returns {Early | undefined} Undefined if the expression is of no such form.
 */
export function early(node, names) {
  switch (node.kind) {
    case "LiteralExpression": {
      if (node.literalKind !== "Numeric") return undefined;
      const value = decodeNumber(node.literal);
      return () => value;
    }
    case "IdentifierExpression":
      return local(decodeIdentifier(node.identifier.literal), node.inclusiveConstant !== undefined, names);
    case "FieldSelector":
      return node.optionalConstant === undefined ? field(local("_", false, names), node) : undefined;
    case "RecursivePrimaryExpression": {
      const steps = node.recursiveExpressions.elements;
      const [step] = steps;
      if (steps.length !== 1 || step.kind !== "FieldSelector" || step.optionalConstant !== undefined) return undefined;
      return field(early(node.head, names), step);
    }
    case "ArithmeticExpression":
      return arithmetic(node, names);
    default:
      return undefined;
  }
}

/**
 * @param {string} name
 * @param {boolean} inclusive
 * @param {Names} names
 * @returns {Early | undefined}
 */
function local(name, inclusive, names) {
  const found = names.find(name, inclusive);
  if (found === undefined || found.isGlobal) return undefined;
  const { depth, index } = found;
  return (frame) => {
    let at = frame;
    for (let up = depth; up > 0; up -= 1) at = at[0];
    return at[index];
  };
}

/**
 * @param {Early | undefined} base
 * @param {Node} selector
 * @returns {Early | undefined}
 */
function field(base, selector) {
  if (base === undefined) return undefined;
  const name = decodeIdentifier(selector.content.literal);
  return (frame) => {
    const record = settled(base(frame));
    return record instanceof MRecord ? record.fields.get(name) : undefined;
  };
}

/**
 * @param {Node} node
 * @param {Names} names
 * @returns {Early | undefined}
 */
function arithmetic(node, names) {
  const operate = OPERATORS[node.operatorConstant.constantKind];
  const left = early(node.left, names);
  const right = early(node.right, names);
  if (operate === undefined || left === undefined || right === undefined) return undefined;
  return (frame) => {
    const one = settled(left(frame));
    const other = settled(right(frame));
    return typeof one === "number" && typeof other === "number" ? operate(one, other) : undefined;
  };
}

/**
 * The value of a slot that is evaluated already.
 *
 * @param {Slot | undefined} slot
 */
function settled(slot) {
  if (!(slot instanceof Thunk)) return slot;
  return slot.compute === null ? slot.value : undefined;
}
