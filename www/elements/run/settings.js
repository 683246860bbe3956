// What a person chose, as the fields hold it and as the package takes it.
import { jsonOf, readJson, rowsOf, valuesOf } from "./parameters.js";
import { holds } from "./secrets.js";

/**
 * @import { Service } from "pqrun"
 * @import { RunSettings } from "../run.d.ts"
 * @import { Parameter } from "./parameters.js"
 */

/**
 * What the fields hold: texts as they were typed. What belongs to the other service stays while one is chosen.
 *
 * @typedef {object} Draft
 * @property {Service} service
 * @property {string} host Of Databricks.
 * @property {string} job Its id, or its name. A name of digits only is in quotes.
 * @property {string} fabricHost
 * @property {string} workspaceId
 * @property {string} itemId
 * @property {string} jobType
 * @property {Parameter[]} parameters
 * @property {string | undefined} parametersJson In the place of the rows that are not secret, if it is there.
 * @property {boolean} reuse
 * @property {string} reuseMaxAge
 * @property {string} reuseFailureMaxAge
 * @property {string} timeout
 * @property {string} onTimeout
 * @property {string} outputPath
 * @property {boolean} followPath
 * @property {string} others All that has no field of its own, as the text of a JSON object.
 */

/** Members that a page gives by `connection`, if at all. They are never taken from settings. */
const NOT_SETTINGS = Object.freeze([
  "token",
  "credential",
  "fetch",
  "trustHost",
  "signal",
  "onAbort",
  "persist",
  "secretValues",
]);

/** Plain options of either service. */
const SHARED_SETTINGS = {
  adoptAnyParameters: true,
  cancelDuplicates: true,
  cancelShared: true,
  combineTables: true,
  expectedDuration: true,
  followPath: true,
  host: true,
  marker: true,
  onTimeout: true,
  onUnconfirmed: true,
  outputPath: true,
  pollInterval: true,
  retryBudget: true,
  reuse: true,
  secretParameters: true,
  service: true,
  skipOutputs: true,
  table: true,
  timeout: true,
};

/** @type {Record<keyof Extract<RunSettings, { service: "databricks" }>, boolean>} */
const DATABRICKS_SETTINGS = {
  ...SHARED_SETTINGS,
  apiVersion: true,
  databricksWorkspaceId: true,
  dbtCommands: true,
  idempotencyToken: true,
  jarParams: true,
  jobId: true,
  jobName: true,
  jobParameters: true,
  notebookParams: true,
  only: true,
  performanceTarget: true,
  pipelineParams: true,
  pythonNamedParams: true,
  pythonParams: true,
  queue: true,
  sparkSubmitParams: true,
  sqlParams: true,
};

/** @type {Record<keyof Extract<RunSettings, { service: "fabric" }>, boolean>} */
const FABRIC_SETTINGS = {
  ...SHARED_SETTINGS,
  executionData: true,
  form: true,
  itemId: true,
  jobType: true,
  parameters: true,
  workspaceId: true,
};

/**
 * Whether a name is one of the plain options of a run. Nothing else is taken: it may be a secret under any name.
 *
 * @param {string} name
 * @param {Service} service
 */
export const isSetting = (name, service) =>
  Object.hasOwn(service === "fabric" ? FABRIC_SETTINGS : DATABRICKS_SETTINGS, name);

/** Where a member's problem is shown, if not in a field of its name. */
const FIELD_OF_MEMBER = Object.freeze({
  jobId: "job",
  jobName: "job",
  jobParameters: "parameters",
  maxAge: "reuseMaxAge",
  failureMaxAge: "reuseFailureMaxAge",
  reuse: "reuseMaxAge",
  secretParameters: "parameters",
});

const SHARED_FIELDS = ["service", "host", "reuse", "timeout", "onTimeout", "outputPath", "followPath"];
const OWN_FIELDS = Object.freeze({
  databricks: new Set([...SHARED_FIELDS, "jobId", "jobName", "jobParameters"]),
  fabric: new Set([...SHARED_FIELDS, "workspaceId", "itemId", "jobType", "parameters"]),
});

const GUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/iu;
const LENGTH = /^(?:\d+(?:ms|min|[smhd])\s*)+$/u;
const LENGTH_EXPECTED = "Expected a length of time, such as 90s, 20m or 1h30m.";

/** @returns {Draft} */
export const emptyDraft = () => ({
  service: "databricks",
  host: "",
  job: "",
  fabricHost: "",
  workspaceId: "",
  itemId: "",
  jobType: "",
  parameters: [],
  parametersJson: undefined,
  reuse: false,
  reuseMaxAge: "",
  reuseFailureMaxAge: "",
  timeout: "",
  onTimeout: "detach",
  outputPath: "",
  followPath: false,
  others: "",
});

/**
 * The fields for settings. What the settings do not name is empty, except of the other service.
 *
 * @param {Readonly<Record<string, any>>} settings
 * @param {Draft} [before]
 * @returns {Draft}
 */
export function draftOf(settings, before = emptyDraft()) {
  /** @type {Service} */
  const service = settings.service === "fabric" ? "fabric" : "databricks";
  const isFabric = service === "fabric";
  const { secretParameters = [], ...rest } = settings;
  const others = Object.entries(rest).filter(
    ([name, value]) => value !== undefined && !OWN_FIELDS[service].has(name) && !NOT_SETTINGS.includes(name),
  );
  // Those of older kinds, such as `notebookParams`, have no rows.
  const elsewhere = secretParameters.filter((/** @type {string} */ name) => holds(Object.fromEntries(others), name));
  if (elsewhere.length > 0) {
    others.push(["secretParameters", elsewhere]);
  }
  const ownSecrets = secretParameters.filter((/** @type {string} */ name) => !elsewhere.includes(name));
  const draft = {
    ...before,
    service,
    parameters: rowsOf(isFabric ? settings.parameters : settings.jobParameters, ownSecrets),
    parametersJson: undefined,
    reuse: settings.reuse !== undefined && settings.reuse !== null,
    reuseMaxAge: lengthText(settings.reuse?.maxAge),
    reuseFailureMaxAge: lengthText(settings.reuse?.failureMaxAge),
    timeout: lengthText(settings.timeout),
    onTimeout: settings.onTimeout === "cancel" ? "cancel" : "detach",
    outputPath: settings.outputPath ?? "",
    followPath: settings.followPath === true,
    others: others.length > 0 ? JSON.stringify(Object.fromEntries(others), undefined, 2) : "",
  };
  const own = isFabric
    ? {
        fabricHost: settings.host ?? "",
        workspaceId: settings.workspaceId ?? "",
        itemId: settings.itemId ?? "",
        jobType: settings.jobType ?? "",
      }
    : { host: settings.host ?? "", job: jobText(settings.jobId, settings.jobName) };
  return { ...draft, ...own };
}

/**
 * @param {unknown} id
 * @param {string | undefined} name
 */
function jobText(id, name) {
  if (id !== undefined && id !== null) {
    return String(id);
  }
  return name !== undefined && /^(?:\d+|".*")$/u.test(name) ? `"${name}"` : (name ?? "");
}

/** @param {unknown} length */
const lengthText = (length) => (typeof length === "number" ? `${length}ms` : typeof length === "string" ? length : "");

/**
 * The settings that the fields say.
 *
 * @param {Draft} draft
 * @returns {{ settings: RunSettings, problems: Record<string, string> }} Problems by field. Settings are without what has
 *   a problem.
 */
export function settingsOf(draft) {
  const isFabric = draft.service === "fabric";
  /** @type {Record<string, string>} */
  const problems = {};
  /** @type {Record<string, unknown>} */
  const settings = { service: draft.service, ...readOthers(draft, problems) };
  Object.assign(settings, isFabric ? readItem(draft, problems) : readJob(draft, problems));

  const { values, secrets } = readParameters(draft, problems);
  if (Object.keys(values).length > 0) {
    settings[isFabric ? "parameters" : "jobParameters"] = values;
  }
  if (secrets.length > 0) {
    const others = Array.isArray(settings.secretParameters) ? settings.secretParameters : [];
    settings.secretParameters = [...secrets, ...others];
  }
  /** @param {"timeout" | "reuseMaxAge" | "reuseFailureMaxAge"} field */
  const length = (field) => {
    const text = draft[field].trim();
    if (text !== "" && !LENGTH.test(text)) {
      problems[field] = LENGTH_EXPECTED;
      return undefined;
    }
    return text || undefined;
  };
  if (draft.reuse) {
    settings.reuse = present({ maxAge: length("reuseMaxAge"), failureMaxAge: length("reuseFailureMaxAge") });
  }
  const rest = present({
    timeout: length("timeout"),
    onTimeout: draft.onTimeout === "cancel" ? "cancel" : undefined,
    outputPath: draft.outputPath.trim() || undefined,
    followPath: draft.followPath || undefined,
  });
  return { settings: /** @type {RunSettings} */ ({ ...settings, ...rest }), problems };
}

/**
 * @param {Draft} draft
 * @param {Record<string, string>} problems
 */
function readJob(draft, problems) {
  const job = draft.job.trim();
  const quoted = /^"(.*)"$/u.exec(job)?.[1];
  if (job === "" || quoted === "") {
    problems.job = "Give the job's id, or its exact name.";
  }
  const host = readHost(draft.host.trim(), problems, "host");
  if (host === undefined && !problems.host) {
    problems.host = "Give the workspace's address, such as https://adb-1111222233334444.5.azuredatabricks.net.";
  }
  const isId = /^\d+$/u.test(job);
  return present({ host, jobId: isId ? job : undefined, jobName: isId ? undefined : quoted || job || undefined });
}

/**
 * @param {Draft} draft
 * @param {Record<string, string>} problems
 */
function readItem(draft, problems) {
  /** @param {"workspaceId" | "itemId"} field */
  const guid = (field) => {
    const text = draft[field].trim();
    if (GUID.test(text)) {
      return text;
    }
    const whose = field === "itemId" ? "item" : "workspace";
    problems[field] =
      text === ""
        ? `Give the ${whose}'s id, or paste the address of the item's page above.`
        : "Expected an id such as 7a93e1d4-0f5b-4e0a-8d3c-64b2f9c7a510.";
    return undefined;
  };
  return present({
    host: readHost(draft.fabricHost.trim(), problems, "fabricHost"),
    workspaceId: guid("workspaceId"),
    itemId: guid("itemId"),
    jobType: draft.jobType.trim() || undefined,
  });
}

/**
 * An address as the package takes it: without what follows the host, as people copy it from the address bar.
 *
 * @param {string} text
 * @param {Record<string, string>} problems
 * @param {string} field
 */
function readHost(text, problems, field) {
  if (text === "") {
    return undefined;
  }
  try {
    const url = new URL(/^[a-z][a-z\d+.-]*:\/\//iu.test(text) ? text : `https://${text}`);
    const isLocal = /^(?:localhost|127\.|\[::1\])/u.test(url.hostname);
    if (url.protocol === "https:" || (url.protocol === "http:" && isLocal)) {
      return url.origin;
    }
    problems[field] = "Expected an address that begins with https://.";
  } catch {
    problems[field] = "Expected an address such as https://adb-1111222233334444.5.azuredatabricks.net.";
  }
  return undefined;
}

/**
 * @param {Draft} draft
 * @param {Record<string, string>} problems
 * @returns {{ values: Record<string, unknown>, secrets: string[] }}
 */
function readParameters({ service, parameters, parametersJson }, problems) {
  const typed = service === "fabric";
  const rows = parametersJson === undefined ? parameters : parameters.filter(({ secret }) => secret);
  const read = valuesOf(rows, typed);
  Object.assign(problems, read.problems);
  const json = parametersJson === undefined ? { values: {} } : readJson(parametersJson, typed);
  if (json.problem) {
    problems.parametersJson = json.problem;
  }
  return {
    values: { ...json.values, ...read.values },
    secrets: rows.filter(({ secret, name }) => secret && name.trim() !== "").map(({ name }) => name.trim()),
  };
}

/**
 * @param {Draft} draft
 * @param {Record<string, string>} problems
 * @returns {Record<string, unknown>}
 */
function readOthers({ service, others: text }, problems) {
  if (text.trim() === "") {
    return {};
  }
  const read = readJson(text, true);
  if (read.problem !== undefined) {
    problems.others = 'Expected a JSON object of options, such as {"pollInterval": "30s"}.';
    return {};
  }
  const wrong = Object.keys(read.values).find((name) => OWN_FIELDS[service].has(name) || !isSetting(name, service));
  if (wrong !== undefined) {
    problems.others = whyNot(wrong, service);
    return {};
  }
  return read.values;
}

/**
 * @param {string} name
 * @param {Service} service
 */
function whyNot(name, service) {
  if (OWN_FIELDS[service].has(name)) {
    return `${name} has a field of its own: use that.`;
  }
  return NOT_SETTINGS.includes(name)
    ? `${name} is none of the settings: the page gives it.`
    : `${name} is no option of a ${service === "fabric" ? "Fabric" : "Databricks"} run: remove it.`;
}

/**
 * Rows become JSON, or JSON becomes rows. What would get lost stands in the way: then nothing changes.
 *
 * @param {Draft} draft
 * @returns {Draft}
 */
export function otherWayToWrite(draft) {
  const typed = draft.service === "fabric";
  const secret = draft.parameters.filter((row) => row.secret);
  if (draft.parametersJson === undefined) {
    const open = draft.parameters.filter((row) => !row.secret);
    if (Object.keys(valuesOf(open, typed).problems).length > 0) {
      return draft;
    }
    return { ...draft, parametersJson: jsonOf(draft.parameters, typed), parameters: secret };
  }
  const { values } = readJson(draft.parametersJson, typed);
  return values ? { ...draft, parametersJson: undefined, parameters: [...rowsOf(values), ...secret] } : draft;
}

/**
 * The field that a member of the options is written in.
 *
 * @param {string} member
 * @param {Service} service
 * @returns {string | undefined}
 */
export function fieldOf(member, service) {
  if (member === "host") {
    return service === "fabric" ? "fabricHost" : "host";
  }
  const field = Object.entries(FIELD_OF_MEMBER).find(([name]) => name === member)?.[1] ?? member;
  return Object.hasOwn(emptyDraft(), field) ? field : undefined;
}

/**
 * @template {object} T
 * @param {T} members
 * @returns {T}
 */
const present = (members) =>
  /** @type {T} */ (Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)));
