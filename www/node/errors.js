/** Errors as lines for a person. */

import { harmlessLine } from "./text.js";

/**
 * The parts of an error of the package that a person can use.
 *
 * @typedef {object} Described
 * @property {string} message
 * @property {string} [hint]
 * @property {string} [serviceCode]
 * @property {number} [status]
 * @property {string} [requestId]
 * @property {string} [endpoint]
 */

/**
 * What a service said and what to do about it, each on a line of its own.
 *
 * @param {Described} error
 * @returns {string[]}
 */
export function describeRejection({ message, hint, serviceCode, status, requestId, endpoint }) {
  // Databricks gives the status as its code for a token that it does not know.
  const code = serviceCode === String(status) ? undefined : serviceCode;
  const answer = [status, code].filter((part) => part !== undefined).join(" ");
  const about = [answer, endpoint, requestId && `request ${requestId}`].filter(Boolean).join(", ");
  return [`  ${message}${about ? ` (${about})` : ""}`, ...(hint ? [`  ${hint}`] : [])].map(harmlessLine);
}

/**
 * Something thrown, in lines.
 *
 * @param {unknown} error
 * @param {NodeJS.ProcessEnv} env
 * @returns {string[]}
 */
export function describeThrown(error, env) {
  if (!(error instanceof Error)) {
    return [`error: ${harmlessLine(String(error))}`];
  }
  const { hint, serviceCode, status, requestId, endpoint } = /** @type {Partial<Described>} */ (error);
  const [first = "", ...rest] = describeRejection({
    message: error.message,
    hint,
    serviceCode,
    status,
    requestId,
    endpoint,
  });
  const lines = [`error: ${first.trimStart()}`, ...rest];
  return env.PQRUN_DEBUG ? [...lines, ...(error.stack ?? "").split("\n").map(harmlessLine)] : lines;
}
