import type { Simulator } from "./wasm/simulator.js";

export { Simulator, type SimulatorReply } from "./wasm/simulator.js";

/**
 * A `fetch` that reaches the simulator instead of the network, whatever the host of the URL.
 *
 * A dropped connection rejects with a `TypeError`, as in a browser; a cut one fails while the body is read. Redirects are
 * not followed: the answer comes as it is.
 *
 * @param simulator Who answers. Do not free it while requests are under way.
 * @param options `now` is the clock; `Date.now` if left out.
 */
export function simulatedFetch(simulator: Simulator, options?: { now?: () => number }): typeof fetch;

/** What {@link startSimulator} serves, and where. */
export interface SimulatorOptions {
  /** Where to listen; any free port if left out. */
  port?: number;
  /** The interface to listen on; the loopback if left out. */
  host?: string;
  /**
   * A scenario, as JSON text or as a value; the built-in one if left out. Ids beyond 2^53 must be strings in a value.
   */
  scenario?: string | object;
  /** Divides every length of time; 1 if left out. */
  speed?: number;
  /** Serves HTTPS with this key and certificate, both in PEM; HTTP if left out. */
  tls?: { key: string | Uint8Array; cert: string | Uint8Array };
  /** Goes on with this one, instead of `scenario` and `speed`. It is then not freed on closing. */
  simulator?: Simulator;
}

/** A simulator that is served on HTTP or HTTPS. */
export interface RunningSimulator {
  /** Where it listens, without a trailing slash. With `tls` the name is `localhost`, for the certificate's sake. */
  url: string;
  /** The port. */
  port: number;
  /** The simulator itself, for `state` and `snapshot`. */
  simulator: Simulator;
  /** Stops at once, also what is under way. */
  close(): Promise<void>;
}

/**
 * Serves a simulator on HTTP or HTTPS, for clients in other processes. **In Node only**: browsers do not have it.
 *
 * @example
 * const { url, close } = await startSimulator({ speed: 10 });
 * // … use `url` as the host of both services, with the tokens `dapi-simulated` and `fabric-simulated` …
 * await close();
 */
export function startSimulator(options?: SimulatorOptions): Promise<RunningSimulator>;
