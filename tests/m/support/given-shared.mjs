/** The shared part of the library, with what it is given. */

import { readFileSync, readdirSync } from "node:fs";

import { evaluateParsed, makeEngine, parseAll } from "../evaluate.mjs";
import { errorToJson } from "../json.mjs";
import { MError, MRecord, force, invoke } from "../value.mjs";

/**
 * @import { Value } from "../value/slot.mjs"
 */

const LIBRARY = new URL("../../../src/connector/library/", import.meta.url);

/** The shared members, and the only thing that they are given. */
function sharedDocuments() {
  const files = readdirSync(new URL("shared", LIBRARY)).sort();
  const members = files.map((file) => readFileSync(new URL(`shared/${file}`, LIBRARY), "utf8"));
  return [...members, "section Given; Hints = [];"];
}

/**
 * Members of the library as functions of JavaScript.
 *
 * @template {string} Name
 * @param {Name[]} names
 * @param {string[]} [documents] All that they stand on.
 * @returns {Promise<Record<Name, (...args: Value[]) => Value>>}
 */
export async function library(names, documents = sharedDocuments()) {
  const expression = `[${names.map((name) => `${name} = ${name}`).join(", ")}]`;
  const evaluation = evaluateParsed(makeEngine({}), await parseAll({ documents, expression }), true);
  if (!(evaluation.value instanceof MRecord)) throw evaluation.error;
  const fields = evaluation.value.fields;
  const functions = names.map((name) => {
    const member = /** @type {any} */ (force(/** @type {any} */ (fields.get(name))));
    return [name, (/** @type {Value[]} */ ...args) => force(invoke(member, args))];
  });
  return /** @type {any} */ (Object.fromEntries(functions));
}

/**
 * The code and the message of the error that a call ends in.
 *
 * @param {() => unknown} call
 */
export function errorOf(call) {
  try {
    call();
  } catch (error) {
    if (!(error instanceof MError)) throw error;
    const { Message, Detail } = /** @type {any} */ (errorToJson(error));
    return { code: Detail?.Code, message: Message };
  }
  throw new TypeError("expected an error, found a value");
}
