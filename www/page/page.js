// The page: where runs take place is chosen here, and what each of the three elements gives is handed to the next.
import { canGoOn, ofOutcome, ofPhase } from "../elements/run/words.js";
import { NotServed, proxied, served, takeKey } from "./proxy.js";
import { SCENARIOS, loadScenario } from "./scenarios.js";
import { CHOICE, RUN, SIMULATOR, forget, keep, recall } from "./storage.js";

/**
 * @import { PqrunRun, RunConnection, RunSettings } from "../elements/run.js"
 *
 * @typedef {"demo" | "served" | "fabric"} Kind Where runs take place.
 * @typedef {{ kind: Kind, scenario: string, host?: string }} Choice
 *
 * @typedef {object} Place
 * @property {RunSettings} settings
 * @property {RunConnection | undefined} connection
 * @property {() => Place} [renew] Simulated services: lets go of them, and gives the same anew.
 * @property {boolean} [readsFiles] Whether files are read that outputs name; `false` if that would fail after the run.
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

/** What starts the server for each service. */
const START = `npx pqrun serve --databricks-host https://adb-….azuredatabricks.net
npx pqrun serve --fabric`;

const NAMES = { databricks: "Databricks", fabric: "Fabric" };

/** The simulator, which is loaded when somebody turns to the run. */
const simulated = () => import("./simulated.js");

/** @type {Choice} */
let choice = { kind: "demo", scenario: SCENARIOS[0].id };

/** Each choice takes a moment to be carried out; the last one counts. */
let latest = 0;

/** @type {Place | undefined} */
let place;

/** What was chosen when that was carried out. */
let placed = choice;

/** Whether a run is followed in this tab. */
let isFollowed = false;

/** @type {import("./proxy.js").Served[]} */
let reachable = [];

/** @param {Choice} chosen */
function choose(chosen) {
  choice = chosen;
  keep(CHOICE, JSON.stringify(choice));
}

/** How many choices are being carried out. */
let turnings = 0;

/**
 * Carries out a choice. Until that is done a person can start nothing: it would be what was chosen before, or the form that
 * comes then would wipe away why it was not started.
 *
 * @param {() => Promise<void>} work
 */
async function turnTo(work) {
  turnings += 1;
  run.disabled = true;
  try {
    await work();
  } finally {
    turnings -= 1;
    run.disabled = turnings > 0;
  }
}

/** Shows what was chosen, and finds out what that leads to; nothing if something else was chosen meanwhile. */
async function prepare() {
  const turn = ++latest;
  find("#trouble").hidden = true;
  for (const kind of ["demo", "served", "fabric"]) {
    find(`#${kind}`).hidden = kind !== choice.kind;
  }
  /** @type {HTMLInputElement} */ (find(`input[name="kind"][value="${choice.kind}"]`)).checked = true;
  try {
    const prepared = await { demo, served: throughServer, fabric: directly }[choice.kind]();
    return turn === latest ? prepared : undefined;
  } catch (error) {
    if (turn === latest) {
      complain(error instanceof Error ? error.message : String(error));
    }
    return undefined;
  }
}

/** @param {string} text */
function complain(text) {
  const trouble = find("#trouble");
  trouble.textContent = text;
  trouble.hidden = false;
}

/** @param {Place | undefined} prepared */
function move(prepared) {
  if (prepared) {
    place = prepared;
    placed = choice;
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
  return stage(id, await loadScenario(id));
}

/**
 * Simulated services as a scenario has them at its start. Nothing of them is loaded before they are asked.
 *
 * @param {string} id
 * @param {import("./scenarios.js").Scenario} given
 * @returns {Place}
 */
function stage(id, given) {
  const { settings, scenario } = given;
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
    renew() {
      playing?.then(
        ({ retire }) => retire(),
        () => {},
      );
      return stage(id, given);
    },
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
    one.followPath ? "" : "Reads no files that outputs name: for that, start it with --follow-path.",
  ]
    .filter(Boolean)
    .join(" ");
  const host = one.host.includes("://") ? one.host : `https://${one.host}`;
  const { workspaceId: databricksWorkspaceId } = one;
  return {
    settings:
      one.service === "databricks"
        ? { service: one.service, host, jobId: only?.[0], ...(databricksWorkspaceId && { databricksWorkspaceId }) }
        : { service: one.service, host, workspaceId: "", itemId: only?.[0] ?? "" },
    connection: { token: null, trustHost: true, fetch: proxied },
    readsFiles: one.followPath === true,
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
  if (isLocked()) {
    return;
  }
  if (choice.kind === "demo" && !choice.scenario.startsWith(service)) {
    const same = `${service}-${choice.scenario.split("-")[1]}`;
    const { id } = SCENARIOS.find(({ id }) => id === same) ?? SCENARIOS.find((one) => one.service === service) ?? SCENARIOS[0];
    choose({ ...choice, scenario: id });
  } else if (choice.kind === "served" && reachable.some((one) => one.service === service && one.host !== services.value)) {
    choose({ ...choice, host: reachable.find((one) => one.service === service)?.host });
  }
  if (choice !== before) {
    await turnTo(async () => move(await prepare()));
  }
}

/**
 * Takes back the choice of reading files where the server refuses that: it would be told of only after the run.
 *
 * @param {RunSettings} settings
 */
async function refuseFiles(settings) {
  const isRefused = place?.readsFiles === false && settings.followPath === true;
  if (isRefused) {
    const form = /** @type {import("../elements/run/form-element.js").FormElement} */ (/** @type {unknown} */ (run));
    // What was ticked is drawn first: the form draws only what is another than before.
    await form.updateComplete;
    // By the form itself, so that the values of secret parameters stay in it.
    form.takeOver({ followPath: false });
    hand(run.settings);
    complain("This server reads no files that outputs name, so that choice was taken back. Start it with --follow-path to have it.");
  }
}

/** Where it runs stays as it is while a run is followed, and while one is kept: it could not be resumed from elsewhere. */
const isLocked = () => isFollowed || recall(RUN) !== undefined;

function lock() {
  for (const control of source.querySelectorAll("input, select")) {
    /** @type {HTMLInputElement | HTMLSelectElement} */ (control).disabled = isLocked();
  }
  find("#locked").classList.toggle("shown", isLocked());
}

/** A run begins here: it takes place where the form was filled from, whatever was chosen in the meantime. */
function begin() {
  isFollowed = true;
  const isLate = choice !== placed;
  choose(placed);
  if (isLate) {
    void prepare();
  }
  lock();
}

/** Goes to where the run takes place that is kept: another tab has started it, and it could not be resumed from elsewhere. */
const adopt = () =>
  turnTo(async () => {
    choice = isFollowed ? placed : (chosenBefore() ?? placed);
    const prepared = await prepare();
    if (JSON.stringify(choice) !== JSON.stringify(placed)) {
      move(prepared);
    }
  });

/** Goes to what was chosen in the form of where it runs. */
async function change() {
  if (!isLocked()) {
    const kind = /** @type {Kind} */ (new FormData(source).get("kind"));
    choose({ kind, scenario: scenarios.value, host: services.value || choice.host });
    const prepared = await prepare();
    if (!prepared) {
      return;
    }
    const turn = latest;
    try {
      if (!isLocked()) {
        // In the place of the run that is over the form comes back, filled in anew.
        await run.forget();
        move(turn === latest ? prepared : undefined);
        return;
      }
    } catch {
      // A run is followed after all: it stays.
    }
  }
  // A run was started meanwhile, here or in another tab, and may not be forgotten.
  lock();
  await adopt();
}

/** @param {string} [state] */
function entitle(state) {
  document.title = state ? `${state} · pqrun` : "pqrun";
}

/** The result goes on to the others; what played it is not needed any more. @param {import("pqrun").RunResult} result */
function finish(result) {
  isFollowed = false;
  lock();
  entitle(ofOutcome(result.outcome, result.error).word);
  table.loading = false;
  table.error = result.outputs.length === 0 ? result.error : undefined;
  table.tables = result.outputs;
  table.table = result.table;
  connector.sample = result.table;
  // What can go on, such as the reading of an output, goes on with the services that there are.
  if (place?.renew && !canGoOn(result) && !isLocked()) {
    place = place.renew();
    run.connection = place.connection;
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
  source.addEventListener("change", () => void turnTo(change));
  addEventListener("storage", ({ key }) => {
    if (key === RUN || key === null) {
      lock();
    }
    const mayDiffer = key === RUN || key === CHOICE;
    if (mayDiffer && !isFollowed && isLocked() && recall(CHOICE) !== JSON.stringify(choice)) {
      void adopt();
    }
  });
  run.addEventListener("pqrun-settings", ({ detail: { settings } }) => {
    hand(settings);
    void refuseFiles(settings);
    void follow(settings.service);
  });
  run.addEventListener("pqrun-event", ({ detail: { event } }) => {
    if (!isFollowed) {
      begin();
    }
    entitle(ofPhase(event.phase).word);
    table.loading = true;
  });
  run.addEventListener("pqrun-error", lock);
  run.addEventListener("pqrun-forget", () => {
    if (recall(RUN) === undefined) {
      forget(SIMULATOR);
    }
    lock();
    entitle();
  });
  run.addEventListener("pqrun-result", ({ detail: { result } }) => finish(result));
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
if (isOpenedByServer && recall(RUN) === undefined) {
  // A run that is kept goes on where it takes place.
  choose({ ...choice, kind: "served" });
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
