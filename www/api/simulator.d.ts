export { Simulator, type SimulatorReply } from "./wasm/simulator.js";
export { simulatedFetch } from "./simulator.fetch.js";
export type { RunningSimulator, SimulatorOptions } from "./node/simulator-server.js";

import type { RunningSimulator, SimulatorOptions } from "./node/simulator-server.js";

/**
 * Serves a simulator on HTTP, for clients in other processes. **In Node only**: browsers do not have it.
 *
 * @example
 * const { url, close } = await startSimulator({ speed: 10 });
 * // … use `url` as the host of both services, with the tokens `dapi-simulated` and `fabric-simulated` …
 * await close();
 */
export function startSimulator(options?: SimulatorOptions): Promise<RunningSimulator>;
