// What can be tried without a workspace. Each scenario is a file of its own in `scenarios/`, loaded when it is chosen: what
// the form is filled with, and what the simulated services hold (`docs/scenarios.md` in the sources).

/**
 * @typedef {object} Listed
 * @property {string} id The file's name, without its ending.
 * @property {import("pqrun").Service} service
 * @property {string} title
 * @property {string} tells What a person will see.
 */

/**
 * @typedef {object} Scenario
 * @property {import("../elements/run.js").RunSettings} settings
 * @property {{ tokens: { value: string, service: string }[] }} scenario
 */

/** @type {Listed[]} */
export const SCENARIOS = [
  {
    id: "databricks-success",
    service: "databricks",
    title: "A job that goes well",
    tells: "Five tasks, some side by side. After 11 seconds the last one gives 1,200 orders.",
  },
  {
    id: "databricks-large",
    service: "databricks",
    title: "A large output",
    tells: "A job of two tasks gives 100,000 meter readings, to scroll, sort and filter.",
  },
  {
    id: "databricks-failure",
    service: "databricks",
    title: "A task that fails",
    tells: "The task join fails twice. What depends on it never runs, and what was done before is kept.",
  },
  {
    id: "databricks-queued",
    service: "databricks",
    title: "A run that has to wait",
    tells: "Yesterday's run is still going on, and the job allows one at a time. This one waits for 6 seconds.",
  },
  {
    id: "databricks-skipped",
    service: "databricks",
    title: "A run that is skipped",
    tells: "The job allows one run at a time and has no queue. The service skips this one, and says why.",
  },
  {
    id: "databricks-throttled",
    service: "databricks",
    title: "A service that is busy",
    tells: "The workspace answers 429 twice and 503 once. Each wait that it asks for is kept, and no second run starts.",
  },
  {
    id: "databricks-deduped",
    service: "databricks",
    title: "A run that is there already",
    tells: "Somebody started the same job 3 seconds ago. That run is followed, and none is started.",
  },
  {
    id: "databricks-lost",
    service: "databricks",
    title: "An answer that is lost",
    tells: "The run starts, but the answer never arrives. Sent again with the same token, the start gives the same run.",
  },
  {
    id: "fabric-success",
    service: "fabric",
    title: "A pipeline that goes well",
    tells: "A lookup, a copy, a notebook and a return value. After 12 seconds there are three outputs to choose from.",
  },
  {
    id: "fabric-failure",
    service: "fabric",
    title: "An activity that fails",
    tells: "A copy fails, is tried again and fails again. The pipeline fails with the service's own reason.",
  },
  {
    id: "fabric-queued",
    service: "fabric",
    title: "A run that has to wait",
    tells: "The capacity is busy: the pipeline is not started for 6 seconds, then runs as usual.",
  },
  {
    id: "fabric-skipped",
    service: "fabric",
    title: "A run that is skipped",
    tells: "Another maintenance of the same lakehouse is going on, so the service skips this one (Deduped).",
  },
  {
    id: "fabric-throttled",
    service: "fabric",
    title: "A service that is busy",
    tells: "Fabric blocks the start and a status request for some seconds. Both waits are kept.",
  },
  {
    id: "fabric-deduped",
    service: "fabric",
    title: "A run that is there already",
    tells: "The same pipeline was started 2 seconds ago. That run is followed, and none is started.",
  },
  {
    id: "fabric-lost",
    service: "fabric",
    title: "An answer that is lost",
    tells: "The run starts, but the answer never arrives. After 10 seconds of looking, the only new run is taken for ours.",
  },
];

/**
 * @param {string} id
 * @returns {Promise<Scenario>}
 */
export async function loadScenario(id) {
  const answer = await fetch(new URL(`scenarios/${id}.json`, import.meta.url));
  if (!answer.ok) {
    throw new Error(`expected the scenario ${id}, found status ${answer.status}: is the folder scenarios beside the page?`);
  }
  return answer.json();
}
