// A host whose network is the project's simulator, within the process, on a virtual clock.

import { Simulator } from "../../../pkg/simulator.node.js";
import { NetworkError } from "../host.mjs";

/**
 * @import { Host, HostRequest } from "../host.mjs"
 */

/** 2025-01-01T00:00:00Z */
const START = Date.UTC(2025, 0, 1);

/**
 * Whatever host a request names, the simulator answers. Its delays pass on the virtual clock.
 *
 * @param {object} [options]
 * @param {Simulator} [options.simulator] Goes on with this one.
 * @param {string} [options.scenario] As JSON text; the built-in one if left out.
 * @param {number} [options.now] Where the clock begins.
 * @returns {Host & { simulator: Simulator, state: () => any }}
 */
export function simulatedHost({ simulator, scenario, now = START } = {}) {
  const own = simulator ?? new Simulator(scenario, now, 1);
  let clock = now;
  let chance = 1;
  return {
    simulator: own,
    state: () => JSON.parse(own.state(clock)),
    request(request) {
      const reply = own.handle(clock, request.method, request.url, withHost(request), request.body);
      const late = reply.delayMs > request.timeoutMs;
      clock += late ? request.timeoutMs : reply.delayMs;
      if (late) throw new NetworkError("the request timed out");
      if (reply.fate === "drop") throw new NetworkError("the connection was closed without an answer");
      if (reply.fate === "cut" && reply.cutBytes < reply.body.length) {
        throw new NetworkError("the connection was closed within the answer");
      }
      return { status: reply.status, headers: reply.headers, body: reply.body };
    },
    sleep(milliseconds) {
      clock += milliseconds;
    },
    now: () => clock,
    random() {
      chance = (chance * 48_271) % 0x7fff_ffff;
      return chance / 0x7fff_ffff;
    },
  };
}

/**
 * @param {HostRequest} request
 * @returns {[string, string][]}
 */
function withHost({ headers, url }) {
  return headers.some(([name]) => name.toLowerCase() === "host") ? headers : [...headers, ["Host", new URL(url).host]];
}
