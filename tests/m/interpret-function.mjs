// Functions.

import { compile } from "./interpret.mjs";
import { itemsOf } from "./interpret-data.mjs";
import { nullablePrimitive } from "./interpret-type.mjs";
import { decodeIdentifier } from "./literal.mjs";
import { syntaxError } from "./parse.mjs";
import { Scope } from "./scope.mjs";
import { MFunction, primitive } from "./value.mjs";

/**
 * @import { Code, Names } from "./interpret.mjs"
 * @import { Node } from "./parse.mjs"
 * @import { Parameter } from "./value/type.mjs"
 */

/**
 * @param {Node} node A `FunctionExpression`.
 * @param {Names} names
 * @returns {Code}
 */
export function expression(node, names) {
  const parameters = itemsOf(node.parameters.content).map(parameter);
  parameters.forEach(({ name, optional }, at) => {
    if (parameters.findIndex((one) => one.name === name) !== at) {
      throw syntaxError(`The parameter '${name}' is defined more than once.`);
    }
    if (!optional && at > 0 && parameters[at - 1].optional) {
      throw syntaxError(`The required parameter '${name}' cannot follow an optional one.`);
    }
  });
  const returns = node.functionReturnType === undefined ? null : nullablePrimitive(node.functionReturnType.paired);
  const scope = new Scope(
    names,
    parameters.map(({ name }) => name),
  );
  const body = compile(node.expression, scope);
  return (frame) =>
    new MFunction({
      source: { node: node.expression, scope, frame },
      parameters,
      returns: returns ?? primitive("any"),
      checked: returns !== null && returns.kind !== "any",
      call: (...args) => body([frame, ...args]),
    });
}

/**
 * @param {Node} node
 * @returns {Parameter}
 */
function parameter(node) {
  const optional = node.optionalConstant !== undefined;
  const type = node.parameterType === undefined ? primitive("any") : nullablePrimitive(node.parameterType.paired);
  return { name: decodeIdentifier(node.name.literal), type, optional };
}

/** @type {Parameter[]} */
const UNDERSCORE = [{ name: "_", type: primitive("any"), optional: false }];

/**
 * @param {Node} node An `EachExpression`.
 * @param {Names} names
 * @returns {Code}
 */
export function each(node, names) {
  const scope = new Scope(names, ["_"]);
  const body = compile(node.paired, scope);
  return (frame) =>
    new MFunction({
      source: { node: node.paired, scope, frame },
      parameters: UNDERSCORE,
      call: (value) => body([frame, value]),
    });
}
