// What the tests of the evaluator share.

import assert from "node:assert/strict";
import { NetworkError } from "./host.mjs";
import { evaluate, toJson } from "./evaluate.mjs";
import { errorToJson } from "./json.mjs";

/**
 * @import { Given } from "./evaluate.mjs"
 * @import { EngineOptions } from "./engine.mjs"
 * @import { Host, HostRequest, HostResponse } from "./host.mjs"
 */

/** @typedef {Partial<Given & EngineOptions>} Options */

/**
 * The value of an expression, as `toJson` gives it.
 *
 * @param {string} expression
 * @param {Options} [options]
 * @returns {Promise<any>}
 */
export async function valueOf(expression, options = {}) {
  const { value, error } = await evaluate({ documents: [], ...options, expression });
  assert.equal(error, undefined, `${expression}: ${error?.message}`);
  return toJson(value);
}

/**
 * The error that an expression raises.
 *
 * @param {string} expression
 * @param {Options} [options]
 * @returns {Promise<any>}
 */
export async function errorOf(expression, options = {}) {
  const { value, error } = await evaluate({ documents: [], ...options, expression });
  assert.notEqual(error, undefined, `${expression} gave ${JSON.stringify(value === undefined ? null : toJson(value))}`);
  return errorToJson(/** @type {import("./value.mjs").MError} */ (error));
}

/**
 * Checks expressions and their values.
 *
 * @param {[expression: string, value: any][]} cases
 */
export async function checkValues(cases) {
  for (const [expression, expected] of cases) {
    assert.deepEqual(await valueOf(expression), expected, expression);
  }
}

/**
 * An answer.
 *
 * @param {number} status
 * @param {string} [body]
 * @param {Record<string, string>} [headers]
 * @returns {HostResponse}
 */
export function answer(status, body = "", headers = {}) {
  return { status, headers: Object.entries(headers), body: new TextEncoder().encode(body) };
}

/**
 * A host with scripted answers on a virtual clock: each request gets the next one, the last one is repeated. An answer
 * may be a function of the request; `null` is a connection that fails.
 *
 * @param {(HostResponse | null | ((request: HostRequest) => HostResponse))[]} answers
 * @returns {Host & { requests: HostRequest[], slept: number[] }}
 */
export function scriptedHost(...answers) {
  let clock = Date.UTC(2025, 0, 1);
  /** @type {HostRequest[]} */
  const requests = [];
  /** @type {number[]} */
  const slept = [];
  return {
    requests,
    slept,
    request(request) {
      const next = answers[Math.min(requests.length, answers.length - 1)];
      requests.push(request);
      if (next === null) throw new NetworkError("the connection failed");
      return typeof next === "function" ? next(request) : next;
    },
    sleep(milliseconds) {
      slept.push(milliseconds);
      clock += milliseconds;
    },
    now: () => clock,
    random: () => 0.5,
  };
}
