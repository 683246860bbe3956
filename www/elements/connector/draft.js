/**
 * What a person has put into the form: texts as they were typed, whether or not they make sense. `options.js` makes the
 * generator's options of it.
 *
 * There is no place in it for a secret: a parameter whose value is one becomes the name of an M parameter.
 */

/** @typedef {"query" | "connector"} Form */
/** @typedef {"databricks" | "fabric" | "both"} Services */

/**
 * A parameter of a job.
 *
 * @typedef {object} Parameter
 * @property {string} name
 * @property {"text" | "number" | "logical" | "any" | "parameter"} type `parameter`: the value is the name of an M parameter.
 * @property {string} value What a query sends.
 * @property {string} default What the job takes by itself; a connector documents it.
 * @property {string} allowed The values to choose from, each on a line.
 * @property {string} description
 */

/**
 * @typedef {object} Column
 * @property {string} name
 * @property {string} type
 */

/**
 * @typedef {object} Job
 * @property {"databricks" | "fabric"} service Counts where a connector is for both.
 * @property {string} name Of its function, or of its row.
 * @property {string} description
 * @property {string} jobId
 * @property {string} workspaceId
 * @property {string} itemId
 * @property {string} jobType
 * @property {string} sentAs The member of `run-now` that the parameters go into.
 * @property {Parameter[]} parameters
 * @property {Column[]} columns
 * @property {"" | "true" | "false"} queue
 * @property {string} only Task keys, each on a line.
 * @property {string} performanceTarget
 * @property {string} more A JSON object of members that have no field.
 */

/**
 * @typedef {object} Draft
 * @property {Services} service
 * @property {string} name
 * @property {string} version
 * @property {string} hosts
 * @property {"text" | "parameter"} hostFrom
 * @property {string} host
 * @property {string} hostParameter
 * @property {"parameter" | "text" | "principal"} signIn
 * @property {string} tokenParameter
 * @property {"text" | "parameter"} tenantFrom
 * @property {string} tenant
 * @property {"text" | "parameter"} clientFrom
 * @property {string} client
 * @property {string} secretParameter
 * @property {"one" | "rows" | "query"} which
 * @property {string} jobsQuery
 * @property {Job[]} jobs
 * @property {string} freshness
 * @property {string} failureFreshness
 * @property {boolean} attachOnly
 * @property {boolean} adoptAnyParameters
 * @property {string} marker
 * @property {boolean} cancelDuplicates
 * @property {string} taskKey
 * @property {string} outputPath
 * @property {boolean} followPath
 * @property {boolean} inspect
 * @property {string} pollSeconds
 * @property {string} pollGrowth
 * @property {string} maxPollSeconds
 * @property {string} maxPolls
 * @property {string} maxMinutes
 */

/** The members of `run-now` whose value is a name and a text for each parameter. The first is the recommended one. */
export const MAPS = Object.freeze(["jobParameters", "notebookParams", "pythonNamedParams", "sqlParams"]);

/** @returns {Parameter} */
export const blankParameter = () => ({ name: "", type: "text", value: "", default: "", allowed: "", description: "" });

/**
 * @param {"databricks" | "fabric"} [service]
 * @returns {Job}
 */
export const blankJob = (service = "databricks") => ({
  service,
  name: "",
  description: "",
  jobId: "",
  workspaceId: "",
  itemId: "",
  jobType: "",
  sentAs: "jobParameters",
  parameters: [],
  columns: [],
  queue: "",
  only: "",
  performanceTarget: "",
  more: "",
});

/** @returns {Draft} */
export const blankDraft = () => ({
  service: "databricks",
  name: "",
  version: "",
  hosts: "",
  hostFrom: "text",
  host: "",
  hostParameter: "",
  signIn: "parameter",
  tokenParameter: "Token",
  tenantFrom: "text",
  tenant: "",
  clientFrom: "text",
  client: "",
  secretParameter: "",
  which: "one",
  jobsQuery: "",
  jobs: [blankJob()],
  freshness: "",
  failureFreshness: "",
  attachOnly: false,
  adoptAnyParameters: false,
  marker: "",
  cancelDuplicates: false,
  taskKey: "",
  outputPath: "",
  followPath: false,
  inspect: false,
  pollSeconds: "",
  pollGrowth: "",
  maxPollSeconds: "",
  maxPolls: "",
  maxMinutes: "",
});

/**
 * What stands at a path such as `jobs.0.name`.
 *
 * @param {Draft} draft
 * @param {string} path
 * @returns {any}
 */
export function at(draft, path) {
  return path.split(".").reduce((/** @type {any} */ value, name) => value?.[name], draft);
}

/**
 * Puts a value there.
 *
 * @param {Draft} draft
 * @param {string} path
 * @param {unknown} value
 */
export function put(draft, path, value) {
  const dot = path.lastIndexOf(".");
  const owner = dot < 0 ? draft : at(draft, path.slice(0, dot));
  owner[path.slice(dot + 1)] = value;
}

/**
 * The service of a job: a connector for both has jobs of both.
 *
 * @param {Draft} draft
 * @param {Job} job
 * @returns {"databricks" | "fabric"}
 */
export const serviceOf = (draft, job) => (draft.service === "both" ? job.service : draft.service);
