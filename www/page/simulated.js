// The services in the page. What they hold is kept beside the run's snapshot, so that a run goes on in the next tab: written
// before each answer is given out, and read again before each request, since another tab may have gone on with it.
import { Simulator, simulatedFetch } from "pqrun/simulator";

import { SIMULATOR, forget, keep, recall } from "./storage.js";

/** What is kept begins with the scenario's name and ends with the snapshot. */
const SEPARATOR = "\n";

/**
 * The services of a scenario.
 *
 * @param {string} id The scenario's name.
 * @param {object} scenario What the services hold at the start.
 * @returns {{ fetch: typeof fetch, retire: () => void }} A `fetch` that reaches them, and what ends their being kept: whatever
 *   is still asked is answered from memory.
 */
export function simulatedServices(id, scenario) {
  const prefix = id + SEPARATOR;
  /** @type {Simulator | undefined} */
  let simulator;
  /** What was kept when the simulator was as it is. @type {string | undefined} */
  let known;
  let isRetired = false;

  /** @param {number} now */
  const current = (now) => {
    if (simulator !== undefined && isRetired) {
      return simulator;
    }
    const kept = recall(SIMULATOR);
    const ours = kept?.startsWith(prefix) ? kept : undefined;
    if (simulator === undefined || ours !== known) {
      simulator?.free();
      simulator =
        ours === undefined ? new Simulator(JSON.stringify(scenario), now, 1) : Simulator.restore(ours.slice(prefix.length));
      known = ours;
    }
    return simulator;
  };

  /** @type {Pick<Simulator, "handle">} */
  const stored = {
    handle(now, ...request) {
      const services = current(now);
      const reply = services.handle(now, ...request);
      if (!isRetired) {
        known = prefix + services.snapshot();
        keep(SIMULATOR, known);
      }
      return reply;
    },
  };
  return {
    fetch: simulatedFetch(/** @type {Simulator} */ (stored)),
    retire() {
      isRetired = true;
      forget(SIMULATOR);
    },
  };
}
