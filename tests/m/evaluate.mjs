// The evaluator's entrance.

import { Engine } from "./engine.mjs";
import { lonelyHost } from "./host.mjs";
import { parse } from "./parse.mjs";
import { settle } from "./settle.mjs";
import { MError, MRecord, errorRecord, force } from "./value.mjs";
import { ResponseCache } from "./web/cache.mjs";

/**
 * @import { EngineOptions, LoggedRequest } from "./engine.mjs"
 * @import { Node } from "./parse.mjs"
 * @import { Slot, Value } from "./value/slot.mjs"
 */

export { columnTypes, errorToJson, toJson, toJsonText, typeText } from "./json.mjs";
export { ResponseCache } from "./web/cache.mjs";

/**
 * What is evaluated: documents, and an expression that sees what they define. A document that is an expression itself
 * needs no other.
 *
 * @typedef {object} Given
 * @property {string[]} documents Section documents, or one expression.
 * @property {string} [expression]
 * @property {boolean} [lazily] Leaves the value as it is, with whatever in it is not evaluated yet; else all of it is
 *   evaluated, once.
 */

/**
 * What came of it: a value or an error.
 *
 * @typedef {object} Evaluation
 * @property {Value} [value]
 * @property {MError} [error]
 * @property {LoggedRequest[]} requests
 * @property {{ level: number, message: Value, value: Slot }[]} traces
 * @property {Engine} engine
 */

/**
 * Evaluates M.
 *
 * @param {Given & Partial<EngineOptions>} given Without `host` there is no network, and the clock is virtual.
 * @returns {Promise<Evaluation>} Errors of M are in it; only faults of the evaluator reject.
 */
export async function evaluate(given) {
  const engine = makeEngine(given);
  try {
    return evaluateParsed(engine, await parseAll(given), given.lazily ?? false);
  } catch (error) {
    if (error instanceof MError) return { error, requests: [], traces: [], engine };
    throw error;
  }
}

/**
 * An engine with everything that was left out filled in.
 *
 * @param {Partial<EngineOptions>} options
 */
export function makeEngine({
  host = lonelyHost(),
  mode = "shared",
  cache = new ResponseCache(),
  credential = null,
  extension = false,
  resources = {},
  parameters = () => undefined,
  linked = false,
}) {
  return new Engine({ host, mode, cache, credential, extension, resources, parameters, linked });
}

/**
 * Parses what is given, so that it can be evaluated several times.
 *
 * @param {Given} given
 * @returns {Promise<Node[]>}
 */
export async function parseAll({ documents, expression }) {
  const texts = expression === undefined ? documents : [...documents, expression];
  return Promise.all(texts.map(parse));
}

/**
 * Evaluates parsed documents. This is synchronous, as the host is.
 *
 * @param {Engine} engine
 * @param {Node[]} nodes
 * @param {boolean} [lazily]
 * @returns {Evaluation}
 */
export function evaluateParsed(engine, nodes, lazily = false) {
  const { requests, traces } = engine;
  try {
    const expressions = nodes.filter(({ kind }) => kind !== "Section");
    for (const node of nodes) if (node.kind === "Section") engine.addSection(node);
    const value = expressions.length > 0 ? evaluateExpression(engine, expressions) : sectionValue(engine);
    return { value: lazily ? value : settle(value), requests, traces, engine };
  } catch (error) {
    return { error: toMError(error), requests, traces, engine };
  }
}

/**
 * @param {Engine} engine
 * @param {Node[]} expressions
 */
function evaluateExpression(engine, expressions) {
  if (expressions.length > 1) throw new TypeError("expected one expression, besides section documents");
  return force(engine.evaluate(expressions[0]));
}

/**
 * The value of section documents by themselves: their only shared member, or a record of all shared members.
 *
 * @param {Engine} engine
 * @returns {Value}
 */
function sectionValue(engine) {
  const shared = engine.sharedMembers;
  return shared.length === 1 ? force(shared[0].slot) : MRecord.of(shared.map(({ name, slot }) => [name, slot]));
}

/**
 * @param {unknown} error
 * @returns {MError}
 */
export function toMError(error) {
  if (error instanceof MError) return error;
  if (error instanceof RangeError && error.message.includes("call stack")) {
    return new MError(errorRecord("Expression.Error", "Evaluation resulted in a stack overflow and cannot continue."));
  }
  if (error instanceof SyntaxError) return new MError(errorRecord("Expression.SyntaxError", error.message));
  throw error;
}
