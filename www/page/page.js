// The page: where runs take place is chosen here, and what each of the three elements gives is handed to the next.
import { NotServed, proxied, served, takeKey } from "./proxy.js";
import { SCENARIOS, loadScenario } from "./scenarios.js";
import { CHOICE, RUN, SIMULATOR, forget, keep, recall } from "./storage.js";

/**
 * @import { PqrunRun, RunConnection, RunSettings } from "../elements/run.js"
 *
 * @typedef {"demo" | "served" | "fabric"} Kind Where runs take place.
 * @typedef {{ kind: Kind, scenario: string, host?: string }} Choice
 * @typedef {{ settings: RunSettings, connection: RunConnection | undefined, retire?: () => void }} Place
 */

/**
 * @template {Element} [T=HTMLElement]
 * @param {string} selector
 * @returns {T}
 */
const find = (selector) => /** @type {T} */ (document.querySelector(selector));

const run = /** @type {PqrunRun} */ (find("pqrun-run"));
const table = /** @type {import("../elements/table.js").PqrunTable} */ (find("pqrun-table"));
const connector = /** @type {import("../elements/connector.js").PqrunConnector} */ (find("pqrun-connector"));
const source = /** @type {HTMLFormElement} */ (find("#source"));
const scenarios = /** @type {HTMLSelectElement} */ (find("#scenario"));
const services = /** @type {HTMLSelectElement} */ (find("#service"));

/** The outcomes after which nothing goes on, so that the simulated services are asked nothing more. */
const OVER = new Set(["succeeded", "failed", "cancelled", "skipped", "rejected"]);

/** What starts the server for each service. */
const START = `npx pqrun serve --databricks-host https://adb-….azuredatabricks.net
npx pqrun serve --fabric`;

/** What the tab says, also while it is not looked at. @type {Readonly<Record<string, string>>} */
const TITLES = {
  looking: "Looking",
  starting: "Starting",
  reconciling: "Looking for the run",
  queued: "Queued",
  running: "Running",
  terminating: "Stopping",
  readingOutput: "Reading the output",
  succeeded: "Succeeded",
  failed: "Failed",
  cancelled: "Cancelled",
  skipped: "Skipped",
  timedOut: "Timed out",
  rejected: "Rejected",
  abandoned: "Left",
};

const NAMES = { databricks: "Databricks", fabric: "Fabric" };

/** The simulator, which is loaded when somebody turns to the run. */
const simulated = () => import("./simulated.js");

/** @type {Choice} */
let choice = { kind: "demo", scenario: SCENARIOS[0].id };

/** Each choice takes a moment to be carried out; the last one counts. */
let latest = 0;

/** @type {Place | undefined} */
let place;

/** @type {import("./proxy.js").Served[]} */
let reachable = [];

/** Shows what was chosen, and finds out what that leads to; nothing if something else was chosen meanwhile. */
async function prepare() {
  const turn = ++latest;
  const trouble = find("#trouble");
  trouble.hidden = true;
  for (const kind of ["demo", "served", "fabric"]) {
    find(`#${kind}`).hidden = kind !== choice.kind;
  }
  /** @type {HTMLInputElement} */ (find(`input[name="kind"][value="${choice.kind}"]`)).checked = true;
  keep(CHOICE, JSON.stringify(choice));
  try {
    const prepared = await { demo, served: throughServer, fabric: directly }[choice.kind]();
    return turn === latest ? prepared : undefined;
  } catch (error) {
    if (turn === latest) {
      trouble.textContent = error instanceof Error ? error.message : String(error);
      trouble.hidden = false;
    }
    return undefined;
  }
}

/** @param {Place | undefined} prepared */
function move(prepared) {
  if (prepared) {
    place = prepared;
    run.connection = prepared.connection;
    run.settings = prepared.settings;
    hand(prepared.settings);
  }
}

/**
 * A scenario, played by the services in the page.
 *
 * @returns {Promise<Place>}
 */
async function demo() {
  const { id, tells } = SCENARIOS.find(({ id }) => id === choice.scenario) ?? SCENARIOS[0];
  scenarios.value = id;
  find("#tells").textContent = tells;
  const { settings, scenario } = await loadScenario(id);
  const token = scenario.tokens.find(({ service }) => service === settings.service)?.value;
  /** @type {Promise<ReturnType<import("./simulated.js")["simulatedServices"]>> | undefined} */
  let playing;
  /** @type {typeof fetch} */
  const answer = async (...request) => {
    playing ??= simulated().then(({ simulatedServices }) => simulatedServices(id, scenario));
    return (await playing).fetch(...request);
  };
  return {
    settings,
    connection: { token, fetch: /** @type {import("pqrun").FetchLike} */ (answer) },
    retire: () => void playing?.then(({ retire }) => retire()),
  };
}

/**
 * A workspace that `pqrun serve` leads to.
 *
 * @returns {Promise<Place>}
 */
async function throughServer() {
  const [connected, unconnected] = [find("#connected"), find("#unconnected")];
  let problem = "";
  try {
    reachable = await served();
  } catch (error) {
    if (!(error instanceof NotServed)) {
      throw error;
    }
    problem = error.message;
  }
  connected.hidden = problem !== "";
  unconnected.hidden = problem === "";
  if (problem) {
    find("#unconnected-why").textContent = problem;
    find("#unconnected-command").textContent = START;
    const fetch = async () => {
      throw new TypeError(problem);
    };
    return { settings: { service: "databricks", host: "" }, connection: { token: null, trustHost: true, fetch } };
  }
  services.replaceChildren(
    ...reachable.map(({ service, host }) => new Option(`${NAMES[service]}: ${host.replace(/^https?:\/\//u, "")}`, host)),
  );
  const one = reachable.find(({ host }) => host === choice.host) ?? reachable[0];
  services.value = one.host;
  const only = one.jobs ?? one.items;
  find("#credential").textContent = [
    `Signs in with ${one.credential}.`,
    only ? `May run ${only.join(", ")} and nothing else.` : "",
  ].join(" ");
  const host = one.host.includes("://") ? one.host : `https://${one.host}`;
  const { workspaceId: databricksWorkspaceId } = one;
  return {
    settings:
      one.service === "databricks"
        ? { service: one.service, host, jobId: only?.[0], ...(databricksWorkspaceId && { databricksWorkspaceId }) }
        : { service: one.service, host, workspaceId: "", itemId: only?.[0] ?? "" },
    connection: { token: null, trustHost: true, fetch: proxied },
  };
}

/**
 * Fabric itself. The element asks for the token.
 *
 * @returns {Promise<Place>}
 */
async function directly() {
  return { settings: { service: "fabric", workspaceId: "", itemId: "" }, connection: undefined };
}

/**
 * Hands the settings on to Power Query, but for what only makes a scenario lively.
 *
 * @param {RunSettings} settings
 */
function hand(settings) {
  const { pollInterval, ...others } = settings;
  connector.settings = choice.kind === "demo" ? others : settings;
}

/**
 * Goes along when somebody chooses the other service in the form: to the same scenario there, or to its workspace.
 *
 * @param {import("pqrun").Service} service
 */
async function follow(service) {
  const before = choice;
  if (choice.kind === "demo" && !choice.scenario.startsWith(service)) {
    const same = `${service}-${choice.scenario.split("-")[1]}`;
    const { id } = SCENARIOS.find(({ id }) => id === same) ?? SCENARIOS.find((one) => one.service === service) ?? SCENARIOS[0];
    choice = { ...choice, scenario: id };
  } else if (choice.kind === "served" && reachable.some((one) => one.service === service && one.host !== services.value)) {
    choice = { ...choice, host: reachable.find((one) => one.service === service)?.host };
  }
  if (choice !== before) {
    move(await prepare());
  }
}

/**
 * Where it runs stays as it is while a run is followed, and while one is kept: it could not be resumed from elsewhere.
 *
 * @param {boolean} [isFollowed]
 */
function lock(isFollowed = false) {
  const isLocked = isFollowed || recall(RUN) !== undefined;
  for (const control of source.querySelectorAll("input, select")) {
    /** @type {HTMLInputElement | HTMLSelectElement} */ (control).disabled = isLocked;
  }
  find("#locked").classList.toggle("shown", isLocked);
}

/** @param {string} [state] */
function entitle(state) {
  const title = state && TITLES[state];
  document.title = title ? `${title} · pqrun` : "pqrun";
}

/** The result goes on to the others; what played it is not needed any more. @param {import("pqrun").RunResult} result */
async function finish(result) {
  lock();
  entitle(result.outcome);
  table.loading = false;
  table.error = result.outputs.length === 0 ? result.error : undefined;
  table.tables = result.outputs;
  table.table = result.table;
  connector.sample = result.table;
  if (OVER.has(result.outcome) && place?.retire) {
    place.retire();
    const { connection, retire } = await demo();
    place = { ...place, retire };
    run.connection = connection;
  }
}

function listScenarios() {
  for (const service of /** @type {const} */ (["databricks", "fabric"])) {
    const group = document.createElement("optgroup");
    group.label = NAMES[service];
    const listed = SCENARIOS.filter((scenario) => scenario.service === service);
    group.append(...listed.map(({ id, title }) => new Option(title, id)));
    scenarios.append(group);
  }
}

function listen() {
  source.addEventListener("submit", (event) => event.preventDefault());
  source.addEventListener("change", async () => {
    const kind = /** @type {Kind} */ (new FormData(source).get("kind"));
    choice = { kind, scenario: scenarios.value, host: services.value || choice.host };
    const prepared = await prepare();
    if (prepared) {
      // In the place of the run that is over the form comes back, filled in anew.
      // A run that another tab follows stays, and the element says so.
      await run.forget().catch(() => {});
      move(prepared);
    }
  });
  run.addEventListener("pqrun-settings", ({ detail: { settings } }) => {
    hand(settings);
    void follow(settings.service);
  });
  run.addEventListener("pqrun-event", ({ detail: { event } }) => {
    lock(true);
    entitle(event.phase);
    table.loading = true;
  });
  run.addEventListener("pqrun-error", () => lock());
  run.addEventListener("pqrun-forget", () => {
    forget(SIMULATOR);
    lock();
    entitle();
  });
  run.addEventListener("pqrun-result", ({ detail: { result } }) => void finish(result));
  // Whoever turns to the form is about to need what weighs most.
  for (const turned of ["pointerenter", "focusin"]) {
    run.addEventListener(turned, () => choice.kind === "demo" && void simulated().catch(() => {}), { once: true });
  }
}

/** @returns {Choice | undefined} */
function chosenBefore() {
  try {
    const { kind, scenario, host } = JSON.parse(recall(CHOICE) ?? "");
    return ["demo", "served", "fabric"].includes(kind) ? { kind, scenario, host } : undefined;
  } catch {
    return undefined;
  }
}

const isOpenedByServer = takeKey();
choice = chosenBefore() ?? choice;
if (isOpenedByServer) {
  choice = { ...choice, kind: "served" };
}
if (recall(RUN) === undefined) {
  // Nothing is going on there that anybody could come back to.
  forget(SIMULATOR);
}
listScenarios();
const first = await prepare();
await import("../elements/index.js");
// Before anything is painted: the elements are there from the start with what they are to show.
listen();
lock();
move(first);
performance.mark("pqrun-page:ready");
