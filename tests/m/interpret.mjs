// The interpreter: a syntax tree is compiled, once, to JavaScript functions of the frame it is evaluated in.

import * as access from "./interpret-access.mjs";
import * as data from "./interpret-data.mjs";
import { early } from "./interpret-early.mjs";
import * as errors from "./interpret-error.mjs";
import * as functions from "./interpret-function.mjs";
import * as operations from "./interpret-operation.mjs";
import * as types from "./interpret-type.mjs";
import { decodeIdentifier, decodeNumber, decodeText } from "./literal.mjs";
import { MError, Thunk, errorRecord, plain, cannotConvert, primitive } from "./value.mjs";

/**
 * @import { Found, Frame } from "./scope.mjs"
 * @import { Node } from "./parse.mjs"
 * @import { Slot, Value } from "./value/slot.mjs"
 */

/**
 * A compiled expression: evaluates it.
 *
 * @typedef {(frame: Frame) => Value} Code
 */

/**
 * A compiled expression that is to be evaluated when needed: gives its slot.
 *
 * @typedef {(frame: Frame) => Slot} Delayed
 */

/**
 * Where names are looked up.
 *
 * @typedef {{ find(name: string, inclusive: boolean, depth?: number): Found | undefined }} Names
 */

/** @type {Record<string, (node: Node, names: Names) => Code>} */
const COMPILERS = {
  ArithmeticExpression: operations.arithmetic,
  AsExpression: types.asExpression,
  EachExpression: functions.each,
  EqualityExpression: operations.equality,
  ErrorHandlingExpression: errors.handling,
  ErrorRaisingExpression: errors.raising,
  FieldProjection: access.implicit,
  FieldSelector: access.implicit,
  FunctionExpression: functions.expression,
  FunctionType: types.typeExpression,
  IdentifierExpression: identifier,
  IfExpression: conditional,
  IsExpression: types.isExpression,
  LetExpression: data.letExpression,
  ListExpression: data.list,
  ListLiteral: data.list,
  ListType: types.typeExpression,
  LiteralExpression: literal,
  LogicalExpression: operations.logical,
  MetadataExpression: operations.metadata,
  NotImplementedExpression: errors.notImplemented,
  NullableType: types.typeExpression,
  NullCoalescingExpression: operations.coalescing,
  ParenthesizedExpression: (node, names) => compile(node.content, names),
  PrimitiveType: types.typeExpression,
  RecordExpression: data.record,
  RecordLiteral: data.record,
  RecordType: types.typeExpression,
  RecursivePrimaryExpression: access.chain,
  RelationalExpression: operations.relational,
  TableType: types.typeExpression,
  TypePrimaryType: (node, names) => types.typeExpression(node.paired, names),
  UnaryExpression: operations.unary,
};

/**
 * Compiles an expression.
 *
 * @param {Node} node
 * @param {Names} names
 * @returns {Code}
 */
export function compile(node, names) {
  const compiler = COMPILERS[node.kind];
  if (compiler === undefined) throw new TypeError(`no such expression: ${node.kind}`);
  return compiler(node, names);
}

/**
 * Compiles an expression whose evaluation waits until its value is needed.
 *
 * @param {Node} node
 * @param {Names} names
 * @param {boolean} beingFilled Whether the innermost frame may still lack slots.
 * @returns {Delayed}
 */
export function delayed(node, names, beingFilled) {
  switch (node.kind) {
    case "ParenthesizedExpression":
      return delayed(node.content, names, beingFilled);
    case "LiteralExpression":
    case "FunctionExpression":
    case "EachExpression":
      // Nothing happens when these are evaluated.
      return compile(node, names);
    case "IdentifierExpression": {
      const found = lookUp(node, names);
      if (found !== undefined && !found.isGlobal && !(beingFilled && found.depth === 0)) {
        return place(found.depth, found.index);
      }
      break;
    }
    default:
  }
  const code = compile(node, names);
  const atOnce = early(node, names);
  if (atOnce === undefined) return (frame) => new Thunk(() => code(frame));
  return (frame) => {
    const slot = atOnce(frame);
    return slot === undefined ? new Thunk(() => code(frame)) : slot;
  };
}

/**
 * @param {Node} node
 * @param {Names} names
 */
function lookUp(node, names) {
  return names.find(decodeIdentifier(node.identifier.literal), node.inclusiveConstant !== undefined);
}

/**
 * What gives the slot at a place.
 *
 * @param {number} depth
 * @param {number} index
 * @returns {Delayed}
 */
function place(depth, index) {
  switch (depth) {
    case 0:
      return (frame) => frame[index];
    case 1:
      return (frame) => frame[0][index];
    case 2:
      return (frame) => frame[0][0][index];
    default:
      return (frame) => {
        let at = frame;
        for (let up = depth; up > 0; up -= 1) at = at[0];
        return at[index];
      };
  }
}

/**
 * @param {Node} node An `IdentifierExpression`.
 * @param {Names} names
 * @returns {Code}
 */
function identifier(node, names) {
  const found = lookUp(node, names);
  if (found === undefined) {
    const name = decodeIdentifier(node.identifier.literal);
    return () => {
      throw unknownName(name);
    };
  }
  const at = place(found.depth, found.index);
  return (frame) => {
    const slot = at(frame);
    return slot instanceof Thunk ? slot.force() : slot;
  };
}

/**
 * The error of a name that stands for nothing.
 *
 * @param {string} name
 */
export function unknownName(name) {
  const error = new MError(
    errorRecord("Expression.Error", `The name '${name}' wasn't recognized. Make sure it's spelled correctly.`),
  );
  error.unsupported = name;
  return error;
}

/**
 * @param {Node} node
 * @returns {Code}
 */
function literal(node) {
  const value = literalValue(node);
  return () => value;
}

/**
 * @param {Node} node A `LiteralExpression`.
 * @returns {Value}
 */
function literalValue({ literalKind, literal: text }) {
  switch (literalKind) {
    case "Logical":
      return text === "true";
    case "Null":
      return null;
    case "Numeric":
      return decodeNumber(text);
    case "Text":
      return decodeText(text.slice(1, -1));
    default:
      throw new TypeError(`no such literal: ${literalKind}`);
  }
}

/**
 * @param {Node} node An `IfExpression`.
 * @param {Names} names
 * @returns {Code}
 */
function conditional(node, names) {
  const condition = compile(node.condition, names);
  const whenTrue = compile(node.trueExpression, names);
  const whenFalse = compile(node.falseExpression, names);
  return (frame) => {
    const value = condition(frame);
    const met = typeof value === "boolean" ? value : plain(value);
    if (typeof met !== "boolean") cannotConvert(value, primitive("logical"));
    return met ? whenTrue(frame) : whenFalse(frame);
  };
}
