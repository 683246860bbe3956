/** From a run's settings, and from the generator's options, to what the form shows. */

import { MAPS, blankDraft, blankJob, blankParameter } from "./draft.js";
import { lengthText, milliseconds } from "./lengths.js";

/**
 * @import { ConnectorOptions, JobFunction, JobParameter, QueryOptions } from "pqrun/connector"
 * @import { Draft, Form, Job, Parameter } from "./draft.js"
 */

/**
 * Members of a run's settings that generated M has no counterpart of, and what to do about it. Others concern this
 * program alone, such as its requests' retries, and are left out without a word.
 *
 * @type {Readonly<Record<string, string>>}
 */
const WITHOUT_COUNTERPART = Object.freeze({
  jobName: "The run finds its job by a name. Power Query looks no names up: give the job's id.",
  databricksWorkspaceId: "The run names a workspace behind a shared host name. Give the workspace's own host name.",
  table: "The run says how its output is read. Power Query finds that out by the output's shape.",
  combineTables:
    "The run puts the tables of its tasks in one. Power Query gives a table of all outputs, or that of one task.",
});

/**
 * Puts a run's settings into a draft; what they don't speak of stays as it is.
 *
 * Tokens and credentials are not looked at, and a parameter that the settings call secret becomes the M parameter of its
 * name: its value is not looked at either.
 *
 * @param {Draft} draft
 * @param {Record<string, any>} settings
 * @returns {string[]} What could not be taken over, in sentences.
 */
export function takeSettings(draft, settings) {
  const { service } = settings;
  const isFabric = service === "fabric";
  const job = draft.jobs[0] ?? blankJob();
  draft.jobs[0] = job;
  draft.service = isFabric ? "fabric" : "databricks";
  job.service = draft.service;
  draft.host = text(settings.host);
  draft.hostFrom = "text";
  const secret = new Set(Array.isArray(settings.secretParameters) ? settings.secretParameters : []);
  const taken = isFabric ? takeItem(job, settings, secret) : takeJob(job, settings, secret);
  job.parameters = Object.entries(taken ?? {}).map(([name, value]) =>
    secret.has(name)
      ? { ...blankParameter(), ...known(job, name), name, type: "parameter", value: name }
      : { ...blankParameter(), ...known(job, name), name, ...typed(value) },
  );
  takeWaits(draft, settings);
  draft.outputPath = text(settings.outputPath);
  draft.followPath = !isFabric && settings.followPath === true;
  draft.adoptAnyParameters = settings.adoptAnyParameters === true;
  draft.cancelDuplicates = settings.cancelDuplicates === true;
  draft.marker = text(settings.marker);
  const notes = Object.entries(WITHOUT_COUNTERPART).filter(
    ([member]) => settings[member] !== undefined && settings[member] !== false,
  );
  const lake = isFabric && settings.followPath === true;
  return [
    ...notes.map(([, note]) => note),
    ...(lake
      ? [
          "The run follows paths into OneLake. Power Query reads such files in a query of their own, with a credential for OneLake.",
        ]
      : []),
  ];
}

/** @type {ReadonlySet<string>} */
const NO_SECRETS = new Set();

/**
 * @param {Job} job
 * @param {Record<string, any>} settings
 * @param {ReadonlySet<string>} [secret] The parameters whose values are not looked at.
 * @returns {Record<string, unknown> | undefined} Its parameters.
 */
function takeJob(job, settings, secret = NO_SECRETS) {
  const maps = MAPS.filter((member) => settings[member] !== undefined);
  const others = ["jarParams", "pythonParams", "sparkSubmitParams", "dbtCommands", "pipelineParams", ...maps.slice(1)];
  job.sentAs = maps[0] ?? "jobParameters";
  job.jobId = text(settings.jobId);
  job.queue = settings.queue === undefined ? "" : settings.queue ? "true" : "false";
  job.only = (settings.only ?? []).join("\n");
  job.performanceTarget = text(settings.performanceTarget);
  job.more = rest(settings, others, secret);
  return settings[job.sentAs];
}

/**
 * @param {Job} job
 * @param {Record<string, any>} settings
 * @param {ReadonlySet<string>} [secret]
 * @returns {Record<string, unknown> | undefined}
 */
function takeItem(job, settings, secret = NO_SECRETS) {
  job.workspaceId = text(settings.workspaceId);
  job.itemId = text(settings.itemId);
  job.jobType = text(settings.jobType);
  job.more = rest(settings, ["form", "executionData"], secret);
  return settings.parameters;
}

/**
 * How long, how often, how fresh.
 *
 * @param {Draft} draft
 * @param {Record<string, any>} settings
 */
function takeWaits(draft, settings) {
  const timeout = milliseconds(settings.timeout);
  // What the generator takes is a minute to a day.
  draft.maxMinutes = timeout === undefined ? "" : String(Math.min(Math.max(timeout / 60_000, 1), 1440));
  const poll = milliseconds(settings.pollInterval);
  const seconds = poll === undefined ? "" : String(Math.min(Math.max(poll / 1000, 1), 3600));
  draft.pollSeconds = seconds;
  draft.pollGrowth = seconds === "" ? "" : "1";
  draft.maxPollSeconds = seconds === "" || Number(seconds) <= 60 ? "" : seconds;
  draft.freshness = lengthText(settings.reuse?.maxAge);
  draft.failureFreshness = lengthText(settings.reuse?.failureMaxAge);
}

/**
 * What is known of a parameter already, beside its value.
 *
 * @param {Job} job
 * @param {string} name
 * @returns {Partial<Parameter>}
 */
const known = (job, name) => job.parameters.find((one) => one.name === name) ?? {};

/**
 * A draft of the generator's options.
 *
 * @param {QueryOptions | ConnectorOptions} options
 * @param {Form} form
 * @returns {Draft}
 * @throws {TypeError} They have a member that no such options have.
 */
export function draftOf(options, form) {
  const draft = blankDraft();
  const {
    service = draft.service,
    job,
    jobs,
    hosts,
    servicePrincipal,
    host,
    hostParameter,
    tokenParameter,
    jobsQuery,
    ...plain
  } = /** @type {Record<string, any>} */ (options);
  draft.service = service;
  for (const [name, value] of Object.entries(plain)) {
    const isSwitch = typeof Reflect.get(draft, name) === "boolean";
    if (!PLAIN.has(name)) {
      throw new TypeError(
        `options: expected members of ${form === "query" ? "QueryOptions" : "ConnectorOptions"}, found ${name}`,
      );
    }
    Reflect.set(draft, name, isSwitch ? value === true : /freshness/iu.test(name) ? lengthText(value) : text(value));
  }
  draft.hosts = (hosts ?? []).join("\n");
  draft.hostFrom = hostParameter === undefined ? "text" : "parameter";
  draft.host = text(host);
  draft.hostParameter = text(hostParameter);
  draft.signIn = servicePrincipal !== undefined ? "principal" : tokenParameter !== undefined ? "parameter" : "text";
  draft.tokenParameter = tokenParameter ?? draft.tokenParameter;
  takePrincipal(draft, servicePrincipal ?? {});
  draft.which = jobsQuery !== undefined ? "query" : form === "query" && jobs !== undefined ? "rows" : "one";
  draft.jobsQuery = text(jobsQuery);
  const given = job === undefined ? (jobs ?? []) : [job];
  const isFabric = draft.service === "fabric";
  draft.jobs = given.map((/** @type {any} */ one) =>
    form === "query" ? rowOf(one, isFabric) : functionOf(one, draft),
  );
  if (draft.jobs.length === 0) {
    draft.jobs = [blankJob(isFabric ? "fabric" : "databricks")];
  }
  return draft;
}

/** The options that a draft holds under their own names. */
const PLAIN = new Set([
  "name",
  "version",
  "freshness",
  "failureFreshness",
  "attachOnly",
  "adoptAnyParameters",
  "marker",
  "cancelDuplicates",
  "taskKey",
  "outputPath",
  "followPath",
  "inspect",
  "pollSeconds",
  "pollGrowth",
  "maxPollSeconds",
  "maxPolls",
  "maxMinutes",
]);

/**
 * @param {Draft} draft
 * @param {Record<string, string | undefined>} principal
 */
function takePrincipal(draft, { tenantId, tenantParameter, clientId, clientIdParameter, clientSecretParameter }) {
  draft.tenantFrom = tenantParameter === undefined ? "text" : "parameter";
  draft.tenant = tenantParameter ?? tenantId ?? "";
  draft.clientFrom = clientIdParameter === undefined ? "text" : "parameter";
  draft.client = clientIdParameter ?? clientId ?? "";
  draft.secretParameter = clientSecretParameter ?? "";
}

/**
 * A job of a query.
 *
 * @param {Record<string, any>} given
 * @param {boolean} isFabric
 * @returns {Job}
 */
function rowOf(given, isFabric) {
  const job = blankJob(isFabric ? "fabric" : "databricks");
  const parameters = isFabric ? takeItem(job, given) : takeJob(job, given);
  const unknown = Object.keys(given).filter((name) => !KNOWN.has(name));
  // The generator's to refuse: it knows what a job has.
  job.more = unknown.length === 0 ? job.more : rest(given, [...unknown, ...Object.keys(parsed(job.more))]);
  job.name = text(given.name);
  job.parameters = Object.entries(parameters ?? {}).map(([name, value]) => ({
    ...blankParameter(),
    name,
    ...typed(value),
  }));
  return job;
}

/** The members of jobs that are read by their names. */
const KNOWN = new Set([
  ...[
    "name",
    "jobId",
    "queue",
    "only",
    "performanceTarget",
    "workspaceId",
    "itemId",
    "jobType",
    "form",
    "executionData",
  ],
  ...["parameters", "jarParams", "pythonParams", "sparkSubmitParams", "dbtCommands", "pipelineParams", ...MAPS],
]);

/**
 * A function of a connector.
 *
 * @param {JobFunction} given
 * @param {Draft} draft
 * @returns {Job}
 */
function functionOf(given, draft) {
  const isFabric =
    draft.service === "fabric" || (draft.service === "both" && Reflect.get(given.job, "jobId") === undefined);
  const job = rowOf(given.job, isFabric);
  // What is sent with each start stays what it is: no argument of the function.
  const fixed = isFabric ? ["parameters"] : MAPS.filter((member) => Reflect.has(given.job, member));
  job.more = rest(given.job, [...Object.keys(parsed(job.more)), ...fixed]);
  job.sentAs = "jobParameters";
  job.name = given.name;
  job.description = given.description ?? "";
  job.parameters = (given.parameters ?? []).map(declared);
  job.columns = (given.columns ?? []).map(({ name, type }) => ({ name, type }));
  return job;
}

/**
 * @param {JobParameter} parameter
 * @returns {Parameter}
 */
function declared({ name, type, default: value, allowedValues, description }) {
  const kind = /** @type {Parameter["type"]} */ (type ?? "text");
  const written = (/** @type {unknown} */ one) => (kind === "any" ? JSON.stringify(one) : text(one));
  return {
    ...blankParameter(),
    name,
    type: kind,
    default: value === undefined || value === null ? "" : written(value),
    allowed: (allowedValues ?? []).map(written).join("\n"),
    description: description ?? "",
  };
}

/**
 * A value as the form shows it.
 *
 * @param {unknown} value
 * @returns {Pick<Parameter, "type" | "value">}
 */
function typed(value) {
  if (typeof value === "string") {
    return { type: "text", value };
  }
  if (typeof value === "number" || typeof value === "bigint") {
    return { type: "number", value: String(value) };
  }
  if (typeof value === "boolean") {
    return { type: "logical", value: String(value) };
  }
  const parameter =
    typeof value === "object" && value !== null && Object.keys(value).length === 1 && Reflect.get(value, "$parameter");
  return typeof parameter === "string"
    ? { type: "parameter", value: parameter }
    : { type: "any", value: written(value) };
}

/**
 * Members as the text of a JSON object; nothing if none of them is there.
 *
 * @param {Record<string, any>} from
 * @param {readonly string[]} members
 * @param {ReadonlySet<string>} [secret] Names, at whatever depth, whose values are those of M parameters.
 */
function rest(from, members, secret = NO_SECRETS) {
  const there = [...new Set(members)].filter((member) => from[member] !== undefined);
  const taken = Object.fromEntries(there.map((member) => [member, from[member]]));
  return there.length === 0 ? "" : written(taken, { secret, indent: 2 });
}

/** @param {string} json */
const parsed = (json) => (json === "" ? {} : JSON.parse(json));

/** @param {unknown} value */
const text = (value) => (value === undefined || value === null ? "" : String(value));

/**
 * A value as JSON. An id beyond 2^53 keeps its digits as text.
 *
 * @param {unknown} value
 * @param {{ secret?: ReadonlySet<string>, indent?: number }} [how]
 */
const written = (value, { secret = NO_SECRETS, indent } = {}) =>
  JSON.stringify(
    value,
    (name, one) => (secret.has(name) ? { $parameter: name } : typeof one === "bigint" ? String(one) : one),
    indent,
  ) ?? "null";
