/** From flags to the jobs that the package starts, without the service's address. */

import { requireWorkspace } from "./connection.js";
import { usageError } from "./exit-codes.js";
import { readObject, readObjectFile, readParameters } from "./parameters.js";
import { present } from "./present.js";

/**
 * @typedef {import("./flags.js").ParameterFlags & {
 *   jobId?: string, jobName?: string, apiVersion?: string, workspaceId?: string,
 *   idempotencyToken?: string, notebookParam?: string[], pythonNamedParam?: string[], sqlParam?: string[],
 *   jarParam?: string[], pythonParam?: string[], sparkSubmitParam?: string[], dbtCommand?: string[],
 *   pipelineParams?: string, queue?: boolean, only?: string[], performanceTarget?: string,
 * }} DatabricksFlags
 */

/**
 * @typedef {import("./flags.js").ParameterFlags & {
 *   workspace?: string, item?: string, jobType?: string, form?: "path" | "query" | "typed",
 *   executionData?: string,
 * }} FabricFlags
 */

/**
 * @param {DatabricksFlags} flags
 * @param {NodeJS.ProcessEnv} env
 * @returns {Omit<import("pqrun").DatabricksWorkspace, "host"> & import("pqrun").DatabricksJobToRun}
 */
export function databricksJob(flags, env) {
  if ((flags.jobId === undefined) === (flags.jobName === undefined)) {
    throw flags.jobId === undefined
      ? usageError(
          "--job-id is missing",
          "give --job-id N or --job-name NAME; `pqrun list databricks --jobs` lists them",
        )
      : usageError("--job-id and --job-name are both given", "give one of them");
  }
  return present({
    apiVersion: flags.apiVersion,
    databricksWorkspaceId: flags.workspaceId,
    jobId: flags.jobId,
    jobName: flags.jobName,
    idempotencyToken: flags.idempotencyToken,
    // A secret parameter may be of any named kind; one without a value elsewhere is a job parameter.
    jobParameters: texts(readParameters(withoutNamedElsewhere(flags), env)),
    notebookParams: texts(readParameters({ param: flags.notebookParam }, env, "--notebook-param")),
    pythonNamedParams: texts(readParameters({ param: flags.pythonNamedParam }, env, "--python-named-param")),
    sqlParams: texts(readParameters({ param: flags.sqlParam }, env, "--sql-param")),
    jarParams: flags.jarParam,
    pythonParams: flags.pythonParam,
    sparkSubmitParams: flags.sparkSubmitParam,
    dbtCommands: flags.dbtCommand,
    pipelineParams:
      flags.pipelineParams === undefined ? undefined : readObject(flags.pipelineParams, "--pipeline-params"),
    queue: flags.queue,
    only: flags.only,
    performanceTarget: flags.performanceTarget,
  });
}

/**
 * @param {FabricFlags} flags
 * @param {NodeJS.ProcessEnv} env
 * @returns {Omit<import("pqrun").FabricTarget, "host"> & import("pqrun").FabricJobToRun}
 */
export function fabricJob(flags, env) {
  const workspaceId = requireWorkspace(flags.workspace, env);
  if (flags.item === undefined) {
    throw usageError("--item is missing", "give the item's id; `pqrun list fabric --jobs` lists them");
  }
  const parameters = readParameters(flags, env);
  return present({
    workspaceId,
    itemId: flags.item,
    jobType: flags.jobType,
    form: flags.form,
    parameters:
      parameters.size === 0
        ? undefined
        : Object.fromEntries([...parameters].map(([name, parameter]) => [name, exactValue(name, parameter)])),
    executionData:
      flags.executionData === undefined ? undefined : readObjectFile(flags.executionData, "--execution-data"),
  });
}

/**
 * @param {string} name
 * @param {import("./parameters.js").Parameter} parameter
 */
function exactValue(name, { value }) {
  if (typeof value === "bigint") {
    throw usageError(`--param ${name}: expected a whole number below 2^53`, "give a larger one as text");
  }
  return value;
}

/**
 * The flags without the secret names whose values other kinds of parameters give.
 *
 * @param {DatabricksFlags} flags
 * @returns {DatabricksFlags}
 */
function withoutNamedElsewhere(flags) {
  const elsewhere = [flags.notebookParam, flags.pythonNamedParam, flags.sqlParam].flatMap((given) => given ?? []);
  const named = new Set(elsewhere.map((text) => (text.split("=", 1)[0] ?? "").replace(/:[^:]*$/u, "")));
  return { ...flags, secretParam: flags.secretParam?.filter((name) => !named.has(name)) };
}

/**
 * @param {Map<string, import("./parameters.js").Parameter>} parameters
 * @returns {Record<string, string> | undefined}
 */
function texts(parameters) {
  return parameters.size === 0
    ? undefined
    : Object.fromEntries([...parameters].map(([name, parameter]) => [name, parameter.text]));
}
