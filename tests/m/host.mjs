// What an evaluation needs from outside: a network, a clock, chance.

/**
 * A request as it goes to the host.
 *
 * @typedef {object} HostRequest
 * @property {string} method
 * @property {string} url
 * @property {[string, string][]} headers
 * @property {Uint8Array} body Empty if there is none.
 * @property {number} timeoutMs
 */

/**
 * @typedef {object} HostResponse
 * @property {number} status
 * @property {[string, string][]} headers As the server wrote them.
 * @property {Uint8Array} body
 */

/**
 * Everything is synchronous, for so is the evaluator. `now` is in milliseconds since the Unix epoch; `sleep` may move a
 * virtual clock instead of waiting.
 *
 * @typedef {object} Host
 * @property {(request: HostRequest) => HostResponse} request Throws a {@link NetworkError} if no (whole) answer comes.
 * @property {(milliseconds: number) => void} sleep
 * @property {() => number} now
 * @property {() => number} random From 0 up to, but not including, 1.
 */

/** The connection failed, or ended before the answer did. */
export class NetworkError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "NetworkError";
  }
}

/**
 * A host without a network, on a virtual clock.
 *
 * @param {{ now?: number }} [options] Where the clock begins; 2025-01-01T00:00:00Z if left out.
 * @returns {Host}
 */
export function lonelyHost({ now = Date.UTC(2025, 0, 1) } = {}) {
  let clock = now;
  let chance = 1;
  return {
    request: ({ url }) => {
      throw new NetworkError(`there is no network to reach ${url}`);
    },
    sleep: (milliseconds) => {
      clock += milliseconds;
    },
    now: () => clock,
    random: () => {
      // The minimal standard generator: tests want the same numbers each time.
      chance = (chance * 48_271) % 0x7fff_ffff;
      return chance / 0x7fff_ffff;
    },
  };
}
