// How library functions are declared: by the signature that M's reference gives.

import { MFunction, primitive } from "../value.mjs";

/**
 * @import { Parameter } from "../value/type.mjs"
 * @import { MType } from "../value.mjs"
 */

/**
 * What a family declares. A key with parentheses is a function's signature and its value the JavaScript function; any
 * other key is a constant and its value a value of M or a thunk.
 *
 * @typedef {Record<string, any>} Family
 */

/**
 * A member of the library.
 *
 * @typedef {{ name: string, make: () => any }} Member
 */

/** @typedef {{ name: string, parameters: Parameter[], returns: MType }} Signature */

/** @type {Map<string, Signature>} */
const PARSED = new Map();

/**
 * Reads `Text.Start(text as nullable text, count as number) as nullable text`.
 *
 * @param {string} text
 * @returns {Signature}
 */
export function parseSignature(text) {
  let parsed = PARSED.get(text);
  if (parsed === undefined) {
    const match = /^([^()]+)\((.*)\)(?: as ([a-z ]+))?$/s.exec(text);
    if (match === null) throw new TypeError(`not a signature: ${text}`);
    const [, name, list, returns] = match;
    const parameters = list.trim() === "" ? [] : list.split(",").map((one) => parseParameter(one.trim(), text));
    parsed = { name, parameters, returns: primitive(returns ?? "any") };
    PARSED.set(text, parsed);
  }
  return parsed;
}

/**
 * @param {string} text
 * @param {string} whole
 * @returns {Parameter}
 */
function parseParameter(text, whole) {
  const match = /^(optional )?([A-Za-z0-9_]+)(?: as ([a-z ]+))?$/.exec(text);
  if (match === null) throw new TypeError(`not a parameter: ${text} in ${whole}`);
  const [, optional, name, type] = match;
  return { name, type: primitive(type ?? "any"), optional: optional !== undefined };
}

/**
 * The members of a family.
 *
 * @param {Family} family
 * @returns {Member[]}
 */
export function members(family) {
  return Object.entries(family).map(([key, value]) => {
    if (!key.includes("(")) return { name: key, make: () => value };
    const { name, parameters, returns } = parseSignature(key);
    return {
      name,
      make: () => new MFunction({ name, parameters, returns, raw: RAW.has(value), call: value }),
    };
  });
}

/** @type {WeakSet<Function>} */
const RAW = new WeakSet();

/**
 * Marks a library function that wants its arguments as they came: with metadata and ascribed types, and with exact
 * integers (a `bigint`) also where the parameter is a number.
 *
 * @param {(...args: any[]) => any} call
 * @returns {(...args: any[]) => any}
 */
export function raw(call) {
  RAW.add(call);
  return call;
}

/**
 * Tells the type checker that the parameters of the functions inside are `any`.
 *
 * @param {{ [signature: `${string}(${string}`]: (...args: any[]) => any, [name: string]: any }} definitions
 * @returns {Family}
 */
export function family(definitions) {
  return definitions;
}
