/** Hours that pass in a moment: the clock and the timers of this process are ours. */

import assert from "node:assert/strict";

import { Simulator, simulatedFetch } from "pqrun/simulator";

import { scenario } from "./support.mjs";

/** Any address: what is sent to it goes to a simulator in this process. */
export const HOST = "http://localhost";

/**
 * A service on a clock of ours, and a count of what it was asked.
 *
 * @param {import("node:test").TestContext} t
 * @param {(scenario: any) => void} [change]
 */
export function virtualService(t, change) {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"], now: Date.UTC(2026, 2, 1) });
  const document = scenario("auth");
  change?.(document);
  const simulator = new Simulator(JSON.stringify(document), Date.now(), 1);
  t.after(() => simulator.free());
  const inner = simulatedFetch(simulator);
  const seen = { tokens: 0, refused: 0, others: 0 };
  return {
    seen,
    /** @type {typeof fetch} */
    fetch: async (url, init) => {
      const answer = await inner(url, init);
      seen[String(url).endsWith("/token") ? "tokens" : "others"] += 1;
      seen.refused += answer.status === 401 || answer.status === 403 ? 1 : 0;
      return answer;
    },
    /** Revokes every token that was given so far. */
    revoke: () => inner(`${HOST}/simulator/revoke`, { method: "POST", body: "{}" }),
  };
}

/**
 * Lets time pass until the promise is settled. Between two steps everything that can happen at once happens.
 *
 * @template T
 * @param {import("node:test").TestContext} t
 * @param {Promise<T>} promise
 * @param {object} [how]
 * @param {number} [how.step] Milliseconds.
 * @param {(elapsed: number) => unknown} [how.at] Called after each step.
 * @returns {Promise<T>}
 */
export async function passing(t, promise, { step = 5000, at = () => {} } = {}) {
  let isSettled = false;
  const settled = () => {
    isSettled = true;
  };
  promise.then(settled, settled);
  for (let elapsed = 0; !isSettled; elapsed += step) {
    assert.ok(elapsed < 5 * 3_600_000, "it is over after five hours");
    await at(elapsed);
    for (let turn = 0; turn < 6; turn += 1) {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
    t.mock.timers.tick(step);
  }
  return promise;
}
