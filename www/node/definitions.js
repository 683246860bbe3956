/** Jobs as functions of a connector: from what the services know of them, and from flags. */

import { DatabricksClient, FabricClient, attachDatabricksRun, attachFabricRun } from "pqrun";

import { CommandError, EXIT, exitCodeOfResult, usageError } from "./exit-codes.js";
import { present } from "./present.js";

/** @typedef {import("pqrun/connector").JobFunction} JobFunction */
/** @typedef {import("pqrun/connector").JobParameter} JobParameter */
/** @typedef {import("pqrun/connector").ColumnDefinition} ColumnDefinition */

/** @typedef {import("./connection.js").Connection} Connection */

/** How long a run that is to show its columns is waited for. */
const SAMPLE_TIMEOUT = "10m";

/** The longest name of a function. */
const LONGEST_NAME = 64;

/** Names that the functions of every connector have. */
const TAKEN = new Set(
  ["contents", "itemoutput", "itemruns", "joboutput", "ping", "publish", "runitem", "runjob", "runs", "workspaces"],
);

/** What the types of a pipeline's parameters are in Power Query. @type {Readonly<Record<string, string>>} */
const PIPELINE_TYPES = Object.freeze({
  string: "text",
  securestring: "text",
  int: "number",
  float: "number",
  bool: "logical",
});

/**
 * A function for a Databricks job, with the parameters that the job declares.
 *
 * @param {Connection} connection
 * @param {string} jobId
 * @returns {Promise<JobFunction>}
 */
export async function databricksFunction(connection, jobId) {
  const job = await new DatabricksClient(/** @type {any} */ (connection)).getJob(jobId);
  return present({
    name: functionName(job.name ?? `Job ${job.jobId}`),
    job: { jobId: job.jobId },
    description: job.description ?? job.name,
    parameters: job.parameters.map(({ name, default: value }) => ({ name, type: "text", default: value })),
  });
}

/**
 * A function for a Fabric pipeline, with the parameters that the pipeline declares.
 *
 * @param {Connection} connection
 * @param {{ workspaceId: string, itemId: string, jobType?: string }} job
 * @returns {Promise<JobFunction>}
 */
export async function pipelineFunction(connection, job) {
  const client = new FabricClient({ ...connection, workspaceId: job.workspaceId });
  const pipeline = await client.getPipelineDefinition(job.itemId);
  return present({
    name: functionName(pipeline.name ?? `Item ${job.itemId.slice(0, 8)}`),
    job,
    description: pipeline.description ?? pipeline.name,
    parameters: pipeline.parameters.map(({ name, type, default: value }) =>
      present({ name, type: PIPELINE_TYPES[type] ?? "any", default: value }),
    ),
  });
}

/**
 * The columns of a run's output.
 *
 * @param {object} of
 * @param {"databricks" | "fabric"} of.service
 * @param {Connection} of.connection
 * @param {Record<string, any>} of.job The members that say which job it is.
 * @param {string} of.runId
 * @param {string} [of.task]
 * @param {string} [of.outputPath]
 * @param {boolean} [of.followPath]
 * @returns {Promise<ColumnDefinition[]>}
 */
export async function sampleColumns({ service, connection, job, runId, task, outputPath, followPath }) {
  const options = present({ ...connection, outputPath, followPath, timeout: SAMPLE_TIMEOUT });
  const handle =
    service === "databricks"
      ? attachDatabricksRun(/** @type {any} */ ({ ...options, runId }))
      : attachFabricRun(/** @type {any} */ ({ ...options, ...job, instanceId: runId }));
  const result = await handle.result;
  const end = `the sample run ${runId}`;
  if (result.outcome !== "succeeded") {
    throw new CommandError(exitCodeOfResult(result), `${end} ${result.outcome}: ${result.message ?? ""}`);
  }
  if (service === "databricks" && result.run?.jobId !== undefined && result.run.jobId !== job.jobId) {
    throw usageError(`--sample-run ${runId} is a run of the job ${result.run.jobId}, not of ${job.jobId}`);
  }
  const table = task === undefined ? result.table : result.outputs.find(({ key }) => key === task)?.table;
  if (table === undefined) {
    const keys = result.outputs.filter((output) => output.table).map(({ key }) => key);
    throw new CommandError(
      EXIT.outputIncomplete,
      task === undefined ? `${end} has ${keys.length} tables` : `${end} has no table of ${task}`,
      keys.length === 0 ? undefined : `choose one with --task: ${keys.join(", ")}`,
    );
  }
  return table.columns.map(({ name, type }) => ({ name, type }));
}

/**
 * A name as a function of a connector can bear it: `orders_daily (new)` becomes `OrdersDailyNew`.
 *
 * @param {string} name
 * @returns {string}
 */
export function functionName(name) {
  const words = name
    .normalize("NFKD")
    .replace(/\p{Mark}/gu, "")
    .split(/[^A-Za-z0-9]+/u)
    .filter((word) => word !== "");
  const joined = words.map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`).join("");
  const begun = /^[A-Za-z]/u.test(joined) ? joined : `Job${joined}`;
  const free = TAKEN.has(begun.toLowerCase()) ? `Run${begun}` : begun;
  return free.slice(0, LONGEST_NAME);
}

/**
 * The functions under names that differ, whatever their case.
 *
 * @param {readonly JobFunction[]} functions
 * @returns {JobFunction[]}
 */
export function withNamesOfTheirOwn(functions) {
  const taken = new Set();
  return functions.map((one) => {
    let { name } = one;
    for (let number = 2; taken.has(name.toLowerCase()); number += 1) {
      name = `${one.name.slice(0, LONGEST_NAME - String(number).length)}${number}`;
    }
    taken.add(name.toLowerCase());
    return { ...one, name };
  });
}

const DECLARED_TYPES = ["text", "number", "logical", "any"];

/**
 * Reads `--declare` and `--allowed` flags: the parameters of a job that no service is asked about.
 *
 * @param {object} flags
 * @param {string[]} [flags.declare] Each `name`, `name:type`, `name=default` or `name:type=default`.
 * @param {string[]} [flags.allowed] Each `name=value`.
 * @returns {JobParameter[]}
 */
export function declaredParameters({ declare = [], allowed = [] }) {
  const parameters = declare.map((text) => {
    const { before, value } = cut(text);
    const colon = before.lastIndexOf(":");
    const name = colon < 0 ? before : before.slice(0, colon);
    const type = colon < 0 ? "text" : before.slice(colon + 1);
    if (name === "" || !DECLARED_TYPES.includes(type)) {
      throw usageError(
        `--declare ${text}: expected name, name:type or name:type=default, with a type of ${DECLARED_TYPES.join(", ")}`,
      );
    }
    /** @type {JobParameter} */
    const parameter = present({
      name,
      type,
      default: value === undefined ? undefined : typed(value, type, `--declare ${name}`),
    });
    return parameter;
  });
  for (const text of allowed) {
    const { before, value } = cut(text);
    const parameter = parameters.find(({ name }) => name === before);
    if (value === undefined || !parameter) {
      throw usageError(`--allowed ${text}: expected name=value, with the name of a --declare`);
    }
    const one = typed(value, parameter.type ?? "text", `--allowed ${before}`);
    parameter.allowedValues = [...(parameter.allowedValues ?? []), one];
  }
  return parameters;
}

/**
 * What stands before and behind the first equals sign.
 *
 * @param {string} text
 */
function cut(text) {
  const at = text.indexOf("=");
  return at < 0 ? { before: text, value: undefined } : { before: text.slice(0, at), value: text.slice(at + 1) };
}

/**
 * @param {string} value
 * @param {string} type
 * @param {string} flag
 * @returns {unknown}
 */
function typed(value, type, flag) {
  if (type === "text") {
    return value;
  }
  try {
    const read = JSON.parse(value);
    if (type === "any" || typeof read === (type === "logical" ? "boolean" : "number")) {
      return read;
    }
  } catch {
    // Said below.
  }
  const expected = { number: "a number", logical: "true or false" }[type] ?? "JSON";
  throw usageError(`${flag}: expected ${expected}, found ${JSON.stringify(value)}`);
}
