import "pqrun/elements/run";
import "pqrun/elements/table";

import scenario from "./scenario.json";
import "./style.css";

const run = document.querySelector("pqrun-run");
const table = document.querySelector("pqrun-table");
const refresh = document.querySelector("#refresh");

run.settings = {
  service: "fabric",
  workspaceId: "1f0c4b7e-52aa-4c0d-9b7e-0d6f3a1e8c21",
  itemId: "7a93e1d4-0f5b-4e0a-8d3c-64b2f9c7a510",
  pollInterval: "600ms",
};
run.connection = { token: "fabric-simulated", fetch: simulated() };

refresh.addEventListener("click", async () => {
  refresh.disabled = true;
  try {
    const { outputs } = await run.start();
    table.tables = outputs;
  } catch {
    // What kept the run from being started is on the page: the element shows it.
  } finally {
    refresh.disabled = false;
  }
});

/**
 * Fabric in the page. A real dashboard needs none of this: `run.connection = { token: () => acquireToken() }`.
 *
 * @returns {typeof fetch}
 */
function simulated() {
  let services;
  return async (...request) => {
    services ??= import("pqrun/simulator").then(({ Simulator, simulatedFetch }) =>
      simulatedFetch(new Simulator(JSON.stringify(scenario), Date.now(), 4)),
    );
    return (await services)(...request);
  };
}
