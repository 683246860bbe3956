// What people have at hand: the address of a page, or settings as JSON.
import { isSetting } from "./settings.js";

/**
 * @typedef {object} Understood
 * @property {Record<string, any>} settings What it says, with its `service`.
 * @property {string} said What was understood, in a sentence.
 * @typedef {object} Misunderstood
 * @property {string} problem What was expected.
 */

const FABRIC_PAGES = new Set(["app.fabric.microsoft.com", "app.powerbi.com"]);
const FABRIC_API = "api.fabric.microsoft.com";
const GUID = "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}";

/** What kinds of items are called in addresses, and the job types that run them; pipelines need none. */
const KINDS = new Map([
  ["pipelines", { word: "pipeline" }],
  ["datapipelines", { word: "pipeline" }],
  ["synapsenotebooks", { word: "notebook", jobType: "RunNotebook" }],
  ["notebooks", { word: "notebook", jobType: "RunNotebook" }],
  ["sparkjobdefinitions", { word: "Spark job definition", jobType: "sparkjob" }],
]);

const EXPECTED = "Expected the address of a job, a run or an item, or settings as JSON.";

/**
 * @param {string} pasted
 * @returns {Understood | Misunderstood}
 */
export function understand(pasted) {
  const text = pasted.trim();
  if (text === "") {
    return { problem: EXPECTED };
  }
  if (text.startsWith("{")) {
    return readJson(text);
  }
  if (/^(?:\d+|[0-9a-f]{8}-[0-9a-f-]+)$/iu.test(text)) {
    return { problem: `${EXPECTED} An id alone goes into its field below.` };
  }
  try {
    const url = new URL(/^https?:\/\//iu.test(text) ? text : `https://${text}`);
    const looksLikeHost = url.hostname.includes(".") || url.hostname === "localhost";
    return /\s/u.test(text) || !looksLikeHost ? { problem: EXPECTED } : readAddress(url);
  } catch {
    return { problem: EXPECTED };
  }
}

/** @param {URL} url */
function readAddress(url) {
  const isFabric =
    FABRIC_PAGES.has(url.hostname) || url.hostname === FABRIC_API || url.hostname.endsWith(`.${FABRIC_API}`);
  return isFabric ? readFabric(url) : readDatabricks(url);
}

/**
 * `…/groups/WORKSPACE/pipelines/ITEM`, `…/workspaces/WORKSPACE/pipelines/ITEM/RUN`, `…/workspaces/WORKSPACE/items/ITEM/…`.
 *
 * @param {URL} url
 * @returns {Understood | Misunderstood}
 */
function readFabric(url) {
  const found = new RegExp(`/(?:groups|workspaces)/(${GUID})(?:/([\\w-]+)/(${GUID}))?`, "iu").exec(url.pathname);
  if (!found) {
    return {
      problem: /\/groups\/me(?:\/|$)/u.test(url.pathname)
        ? "This is “My workspace”, whose address has no id. Move the item to another workspace, or give both ids below."
        : "Expected the address of an item's page: it has the ids of the workspace and of the item.",
    };
  }
  const [, workspaceId, kind, itemId] = found;
  const host = FABRIC_PAGES.has(url.hostname) || url.hostname === FABRIC_API ? undefined : url.origin;
  const known = KINDS.get(kind?.toLowerCase() ?? "");
  const jobType = url.searchParams.get("jobType") ?? known?.jobType;
  const settings = { service: "fabric", host, workspaceId, itemId, jobType };
  if (!itemId) {
    return { settings, said: `Fabric: workspace ${workspaceId}. The item's id is missing.` };
  }
  const type = known || jobType || kind === "items" ? "" : ` Give the job type for ${kind}, under More.`;
  return { settings, said: `Fabric: ${known?.word ?? "item"} ${itemId} in workspace ${workspaceId}.${type}` };
}

/**
 * `…/jobs/JOB`, `…/jobs/JOB/runs/RUN`, `…/?o=WORKSPACE#job/JOB/run/RUN`, or the workspace alone.
 *
 * @param {URL} url
 * @returns {Understood | Misunderstood}
 */
function readDatabricks(url) {
  const place = `${url.pathname}${url.hash}`;
  const [, jobId, runId] = /(?:\/jobs|#\/?jobs?)\/(\d+)(?:\/runs?\/(\d+))?/u.exec(place) ?? [];
  const workspace = url.searchParams.get("o") ?? "0";
  // A host of its own says which workspace is meant; others serve several.
  const isShared = /^\d+$/u.test(workspace) && workspace !== "0" && !/^(?:adb|dbc)-/u.test(url.hostname);
  const settings = {
    service: "databricks",
    host: url.origin,
    jobId,
    databricksWorkspaceId: isShared ? workspace : undefined,
  };
  if (!jobId) {
    return { settings, said: `Databricks: workspace ${url.host}. The job is missing.` };
  }
  const run = runId ? ` Run ${runId} was left out: a new one will be started.` : "";
  return { settings, said: `Databricks: job ${jobId} on ${url.host}.${run}` };
}

/**
 * @param {string} text
 * @returns {Understood | Misunderstood}
 */
function readJson(text) {
  /** @type {Record<string, any>} */
  let given;
  try {
    given = JSON.parse(text);
  } catch (error) {
    return { problem: `Expected JSON: ${/** @type {Error} */ (error).message}` };
  }
  const read = Object.fromEntries(Object.entries(given).map(([name, value]) => [camelCase(name), value]));
  const service = read.service ?? ("workspaceId" in read || "itemId" in read ? "fabric" : "databricks");
  if (service !== "databricks" && service !== "fabric") {
    return { problem: 'service: expected "databricks" or "fabric".' };
  }
  const settings = Object.fromEntries(Object.entries(read).filter(([name]) => isSetting(name, service)));
  const lossy = ["jobId", "databricksWorkspaceId"].find(
    (name) => typeof settings[name] === "number" && !Number.isSafeInteger(settings[name]),
  );
  if (lossy !== undefined) {
    return { problem: `${lossy}: put the id in quotes. As a number it has lost digits.` };
  }
  const wrong = wrongType(settings);
  if (wrong) {
    return { problem: wrong };
  }
  const names = Object.keys(settings).filter((name) => name !== "service");
  const left = Object.keys(given).filter((name) => !isSetting(camelCase(name), service));
  const leftOut = left.length > 0 ? ` Left out: ${left.join(", ")}.` : "";
  const word = service === "fabric" ? "Fabric" : "Databricks";
  return { settings: { ...settings, service }, said: `${word}: ${names.join(", ") || "no settings"}.${leftOut}` };
}

const OBJECTS = ["jobParameters", "parameters", "reuse"];
const TEXTS = ["host", "jobName", "workspaceId", "itemId", "jobType", "outputPath", "onTimeout"];

/** @param {Record<string, any>} settings */
function wrongType(settings) {
  const isObject = (/** @type {unknown} */ value) =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  const object = OBJECTS.find((name) => settings[name] !== undefined && !isObject(settings[name]));
  if (object !== undefined) {
    return `${object}: expected a JSON object.`;
  }
  const text = TEXTS.find((name) => settings[name] !== undefined && typeof settings[name] !== "string");
  if (text !== undefined) {
    return `${text}: expected a text in quotes.`;
  }
  const secrets = settings.secretParameters;
  return secrets !== undefined && !(Array.isArray(secrets) && secrets.every((name) => typeof name === "string"))
    ? "secretParameters: expected an array of names."
    : undefined;
}

/** The services' own bodies have `job_id` and the like. @param {string} name */
const camelCase = (name) => name.replace(/_([a-z])/gu, (_, letter) => letter.toUpperCase());
