// The page: where runs take place is chosen here, and what each of the three elements gives is handed to the next.
import { NotServed, proxied, served, takeKey } from "./proxy.js";
import { SCENARIOS, loadScenario } from "./scenarios.js";
import { CHOICE, SIMULATOR, forget, keep, recall } from "./storage.js";

/**
 * @typedef {"demo" | "served" | "fabric"} Kind Where runs take place.
 * @typedef {{ kind: Kind, scenario: string, host?: string }} Choice
 * @typedef {import("../elements/run.js").PqrunRun} PqrunRun
 * @typedef {import("../elements/table.js").PqrunTable} PqrunTable
 * @typedef {import("../elements/connector.js").PqrunConnector} PqrunConnector
 */

/**
 * @template {Element} [T=HTMLElement]
 * @param {string} selector
 * @returns {T}
 */
const find = (selector) => /** @type {T} */ (document.querySelector(selector));

const run = /** @type {PqrunRun} */ (find("pqrun-run"));
const table = /** @type {PqrunTable} */ (find("pqrun-table"));
const connector = /** @type {PqrunConnector} */ (find("pqrun-connector"));
const source = /** @type {HTMLFormElement} */ (find("#source"));
const scenarios = /** @type {HTMLSelectElement} */ (find("#scenario"));
const services = /** @type {HTMLSelectElement} */ (find("#service"));

/** The outcomes after which nothing goes on, so that the simulated services are asked nothing more. */
const OVER = new Set(["succeeded", "failed", "cancelled", "skipped", "rejected"]);

const NAMES = { databricks: "Databricks", fabric: "Fabric" };

/** The simulator, which is loaded when somebody turns to the run. */
const simulated = () => import("./simulated.js");

/** @type {Choice} */
let choice = { kind: "demo", scenario: SCENARIOS[0].id };

/** Each choice takes a moment to be carried out; the last one counts. */
let latest = 0;

/** @type {import("./proxy.js").Served[]} */
let reachable = [];

/** @param {unknown} error */
function tell(error) {
  const trouble = find("#trouble");
  trouble.textContent = error instanceof Error ? error.message : String(error);
  trouble.hidden = false;
}

/** Brings the choice into the page. */
async function apply() {
  const turn = ++latest;
  find("#trouble").hidden = true;
  for (const kind of ["demo", "served", "fabric"]) {
    find(`#${kind}`).hidden = kind !== choice.kind;
  }
  /** @type {HTMLInputElement} */ (find(`input[value="${choice.kind}"]`)).checked = true;
  keep(CHOICE, JSON.stringify(choice));
  try {
    const chosen = await ({ demo, served: throughServer, fabric: directly }[choice.kind])();
    if (turn === latest) {
      run.connection = chosen.connection;
      run.settings = chosen.settings;
      hand(chosen.settings);
    }
  } catch (error) {
    if (turn === latest) {
      tell(error);
    }
  }
}

/** A scenario, played by the services in the page. */
async function demo() {
  const { id, tells } = SCENARIOS.find(({ id }) => id === choice.scenario) ?? SCENARIOS[0];
  scenarios.value = id;
  find("#tells").textContent = tells;
  const { settings, scenario } = await loadScenario(id);
  const token = scenario.tokens.find(({ service }) => service === settings.service)?.value;
  /** @type {Promise<typeof fetch> | undefined} */
  let answering;
  /** @type {typeof fetch} */
  const answer = async (...request) => {
    answering ??= simulated().then(({ simulatedServices }) => simulatedServices(id, scenario));
    return (await answering)(...request);
  };
  return { settings, connection: { token, fetch: answer } };
}

/** A workspace that `pqrun serve` leads to. */
async function throughServer() {
  const connected = find("#connected");
  const unconnected = find("#unconnected");
  try {
    reachable = await served();
  } catch (error) {
    if (!(error instanceof NotServed)) {
      throw error;
    }
    connected.hidden = true;
    unconnected.hidden = false;
    find("#unconnected-why").textContent = error.message;
    find("#unconnected-command").textContent =
      "npx pqrun serve --databricks-host https://adb-….azuredatabricks.net\nnpx pqrun serve --fabric";
    return { settings: { service: "databricks" }, connection: { token: null, trustHost: true, fetch: nowhere(error.message) } };
  }
  connected.hidden = false;
  unconnected.hidden = true;
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
  const first = only?.[0];
  const settings =
    one.service === "databricks"
      ? { service: one.service, host, databricksWorkspaceId: one.workspaceId, jobId: first, followPath: one.followPath }
      : { service: one.service, host, itemId: first, followPath: one.followPath };
  return { settings, connection: { token: null, trustHost: true, fetch: proxied } };
}

/** Fabric itself. The element asks for the token. */
async function directly() {
  return { settings: { service: "fabric" }, connection: undefined };
}

/**
 * In the place of a connection that there is not.
 *
 * @param {string} why
 * @returns {typeof fetch}
 */
function nowhere(why) {
  return async () => {
    throw new TypeError(why);
  };
}

/**
 * What the settings of a run may not be changed under.
 *
 * @param {boolean} locked
 */
function lock(locked) {
  for (const control of source.querySelectorAll("input, select")) {
    /** @type {HTMLInputElement | HTMLSelectElement} */ (control).disabled = locked;
  }
  find("#locked").hidden = !locked;
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
  source.addEventListener("change", () => {
    const kind = /** @type {Kind} */ (new FormData(source).get("kind"));
    choice = { kind, scenario: scenarios.value, host: services.value || choice.host };
    forget(SIMULATOR);
    void apply();
  });
  run.addEventListener("pqrun-settings", ({ detail }) => {
    hand(detail.settings);
    follow(detail.settings.service);
  });
  run.addEventListener("pqrun-event", () => lock(true));
  run.addEventListener("pqrun-error", () => lock(false));
  run.addEventListener("pqrun-result", ({ detail: { result } }) => {
    lock(false);
    show(result);
    if (OVER.has(result.outcome)) {
      forget(SIMULATOR);
    }
  });
  // Whoever turns to the run is about to need what it weighs most.
  for (const turned of ["pointerenter", "focusin"]) {
    run.addEventListener(turned, () => choice.kind === "demo" && void simulated().catch(() => {}), { once: true });
  }
}

/**
 * Hands the settings on to Power Query, but for what only makes a scenario lively.
 *
 * @param {import("../elements/run.js").RunSettings} settings
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
function follow(service) {
  if (choice.kind === "demo" && !choice.scenario.startsWith(service)) {
    const same = `${service}-${choice.scenario.split("-")[1]}`;
    const { id } = SCENARIOS.find(({ id }) => id === same) ?? SCENARIOS.find((one) => one.service === service) ?? SCENARIOS[0];
    choice = { ...choice, scenario: id };
    void apply();
  } else if (choice.kind === "served") {
    const other = reachable.find((one) => one.service === service);
    if (other && other.host !== services.value) {
      choice = { ...choice, host: other.host };
      void apply();
    }
  }
}

/**
 * Hands the outputs on.
 *
 * @param {import("pqrun").RunResult} result
 */
function show(result) {
  table.tables = result.outputs;
  connector.sample = result.table;
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

const opened = takeKey();
choice = chosenBefore() ?? choice;
if (opened) {
  choice = { ...choice, kind: "served" };
}
listScenarios();
listen();
await apply();
// Only now: the elements must find what they are to go on with.
await import("../elements/index.js");
performance.mark("pqrun-page:ready");
