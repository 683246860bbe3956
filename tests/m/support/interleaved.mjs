/** Several evaluations at once against one simulated service, interleaved at every request. */

import { after } from "node:test";

import { ResponseCache } from "../evaluate.mjs";
import { Threads, simulatorAnswers } from "../hosts/worker.mjs";

export { byChance, inTurn } from "../hosts/worker.mjs";

/**
 * @import { LoggedRequest, Mode } from "../engine.mjs"
 * @import { HostResponse } from "../host.mjs"
 * @import { simulatedHost } from "../hosts/simulated.mjs"
 */

/** @typedef {import("../hosts/worker.mjs").Choose} Choose */

const threads = new Threads();
after(() => threads.close());

/**
 * Evaluates an expression several times, interleaved. Each evaluation has a cache of its own.
 *
 * @param {ReturnType<typeof simulatedHost>} host
 * @param {object} options
 * @param {string[]} options.documents
 * @param {string} [options.expression] Left out where the document is one.
 * @param {number} options.times
 * @param {Mode} options.mode
 * @param {Choose} options.choose
 * @param {object} [options.engine] More options of the engine; parameters as texts by name.
 * @param {Map<string, HostResponse>} [options.answers] What each cache holds at first.
 * @returns {Promise<{ value?: any, error?: any, requests: LoggedRequest[] }[]>} As JSON.
 */
export async function evaluateInterleaved(
  host,
  { documents, expression, times, mode, choose, engine = {}, answers = new Map() },
) {
  const jobs = Array.from({ length: times }, () => {
    const cache = new ResponseCache();
    cache.answers = new Map(answers);
    return { ...engine, documents, expression, mode, cache };
  });
  const { outcomes, now } = await threads.run(/** @type {any[]} */ (jobs), {
    answers: simulatorAnswers(host.simulator),
    now: host.now(),
    choose,
  });
  host.sleep(now - host.now());
  return outcomes;
}
