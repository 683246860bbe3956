/** What all tests of generated M and of its library share: modes, times, trees, values and errors. */

import assert from "node:assert/strict";

import { parseAll, toJson } from "../evaluate.mjs";

/**
 * @import { Evaluation } from "../evaluate.mjs"
 * @import { Mode } from "../engine.mjs"
 */

/** How `Web.Contents` may remember answers. */
export const MODES = /** @type {Mode[]} */ (["shared", "pessimistic", "nocache", "stale"]);

/** 2026-03-01T10:00:00Z */
export const START = Date.UTC(2026, 2, 1, 10);

/** @type {Map<string, Promise<any[]>>} */
const parsed = new Map();

/**
 * The syntax trees of documents, parsed once.
 *
 * @param {string} key What the documents are known by.
 * @param {() => string[]} documents
 */
export function parsedOnce(key, documents) {
  let nodes = parsed.get(key);
  if (nodes === undefined) {
    nodes = parseAll({ documents: documents() });
    parsed.set(key, nodes);
  }
  return nodes;
}

/**
 * The value of an evaluation as JSON.
 *
 * @param {Evaluation} evaluation
 * @returns {any}
 */
export function valueOf(evaluation) {
  if (evaluation.error !== undefined) throw evaluation.error;
  return toJson(/** @type {any} */ (evaluation.value));
}

/**
 * The error of an evaluation as JSON.
 *
 * @param {Evaluation} evaluation
 * @returns {any}
 */
export function errorOf(evaluation) {
  assert.ok(evaluation.error, "expected an error, found a value");
  return toJson(/** @type {any} */ (evaluation.error.record));
}
