/** From flags and files to the options of the generator. */

import { connect, fabricHost, requireDatabricksHost, requireWorkspace } from "./connection.js";
import {
  databricksFunction,
  declaredParameters,
  functionName,
  pipelineFunction,
  sampleColumns,
  withNamesOfTheirOwn,
} from "./definitions.js";
import { usageError } from "./exit-codes.js";
import { readJsonFile, readParameters } from "./parameters.js";
import { present } from "./present.js";

/** @typedef {import("pqrun/connector").JobFunction} JobFunction */
/** @typedef {import("./credentials.js").Service} Service */

/**
 * @typedef {import("./flags.js").ParameterFlags & {
 *   service?: Service | "both", form?: "connector" | "query", name?: string, out: string, mez?: boolean, force?: boolean,
 *   fromFile?: string, connectorVersion?: string,
 *   host?: string, hostParameter?: string, tokenParameter?: string, allowHost?: string[],
 *   tenantId?: string, tenantParameter?: string, clientId?: string, clientIdParameter?: string,
 *   clientSecretParameter?: string,
 *   profile?: string, trustHost?: boolean,
 *   jobId?: string[], workspace?: string, item?: string[], jobType?: string, paramFrom?: string[],
 *   jobsFile?: string, jobsQuery?: string,
 *   offline?: boolean, readDefinition?: boolean, sampleRun?: string, function?: string, declare?: string[],
 *   allowed?: string[],
 *   pollSeconds?: number, pollGrowth?: number, maxPollSeconds?: number, maxPolls?: number, maxMinutes?: number,
 *   freshness?: string, failureFreshness?: string, task?: string, outputPath?: string, followPath?: boolean,
 *   inspect?: boolean, attachOnly?: boolean, adoptAnyParameters?: boolean, marker?: string, cancelDuplicates?: boolean,
 * }} ConnectorFlags
 */

/** Flags that say something about one service only. @type {Readonly<Record<Service, readonly (keyof ConnectorFlags)[]>>} */
const OF_SERVICE = Object.freeze({
  databricks: ["jobId", "profile", "followPath"],
  fabric: [
    "workspace",
    "item",
    "jobType",
    "readDefinition",
    "tenantId",
    "tenantParameter",
    "clientId",
    "clientIdParameter",
    "clientSecretParameter",
    "adoptAnyParameters",
    "marker",
    "cancelDuplicates",
  ],
});

/** Flags that say something about one form only. @type {Readonly<Record<string, readonly (keyof ConnectorFlags)[]>>} */
const OF_FORM = Object.freeze({
  query: [
    "hostParameter",
    "tokenParameter",
    "tenantId",
    "tenantParameter",
    "clientId",
    "clientIdParameter",
    "clientSecretParameter",
    "param",
    "paramJson",
    "paramFrom",
    "jobsQuery",
  ],
  connector: [
    "allowHost",
    "connectorVersion",
    "mez",
    "offline",
    "readDefinition",
    "sampleRun",
    "profile",
    "trustHost",
    "function",
    "declare",
    "allowed",
    "cancelDuplicates",
  ],
});

/**
 * The service that the flags are of.
 *
 * @param {ConnectorFlags} flags
 * @returns {Service | "both"}
 */
export function serviceOf(flags) {
  const given = /** @type {Service[]} */ (["databricks", "fabric"]).filter((service) =>
    OF_SERVICE[service].some((flag) => flags[flag] !== undefined),
  );
  return (given.length === 1 ? given[0] : undefined) ?? "both";
}

/**
 * Refuses flags that would say nothing.
 *
 * @param {ConnectorFlags} flags
 * @param {unknown} service
 * @param {unknown} form
 */
export function expectFlagsOf(flags, service, form) {
  for (const [other, names] of Object.entries(OF_SERVICE)) {
    const idle = service !== "both" && service !== other && names.find((flag) => flags[flag] !== undefined);
    if (idle) {
      throw usageError(`${flagName(idle)} is for ${other === "fabric" ? "Fabric" : "Databricks"}, not for ${service}`);
    }
  }
  for (const [other, names] of Object.entries(OF_FORM)) {
    const idle = form !== other && names.find((flag) => flags[flag] !== undefined);
    if (idle) {
      throw usageError(`${flagName(idle)} is for --form ${other}`);
    }
  }
}

/** @param {string} member */
function flagName(member) {
  return `--${member.replace(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`)}`;
}

/**
 * The members that queries and connectors have in common.
 *
 * @param {ConnectorFlags} flags
 * @param {Service | "both"} service
 */
function choices(flags, service) {
  const all = present({
    pollSeconds: flags.pollSeconds,
    pollGrowth: flags.pollGrowth,
    maxPollSeconds: flags.maxPollSeconds,
    maxPolls: flags.maxPolls,
    maxMinutes: flags.maxMinutes,
    freshness: flags.freshness,
    failureFreshness: flags.failureFreshness,
    taskKey: flags.task,
    outputPath: flags.outputPath,
    followPath: service === "fabric" ? undefined : flags.followPath,
    inspect: flags.inspect,
    attachOnly: flags.attachOnly,
  });
  return service === "databricks"
    ? all
    : present({
        ...all,
        adoptAnyParameters: flags.adoptAnyParameters,
        marker: flags.marker,
        cancelDuplicates: flags.cancelDuplicates,
      });
}

/**
 * The options of a query.
 *
 * @param {ConnectorFlags} flags
 * @param {Record<string, unknown>} file With the service, or both of them.
 * @param {Service} service The one that the query is for.
 * @param {NodeJS.ProcessEnv} env
 */
export function queryOptions(flags, file, service, env) {
  const { name: _, host, hostParameter, ...rest } = file;
  const isDatabricks = service === "databricks";
  const principal = present({
    tenantId: flags.tenantId,
    tenantParameter: flags.tenantParameter,
    clientId: flags.clientId,
    clientIdParameter: flags.clientIdParameter,
    clientSecretParameter: flags.clientSecretParameter,
  });
  const job = isDatabricks ? databricksJob(flags, env) : fabricJob(flags, env);
  return present({
    ...rest,
    service,
    ...hostOf(flags, { host, hostParameter }, isDatabricks, file.service === "both", env),
    tokenParameter: flags.tokenParameter ?? rest.tokenParameter,
    servicePrincipal: isDatabricks || Object.keys(principal).length === 0 ? rest.servicePrincipal : principal,
    job: job ?? rest.job,
    jobs: flags.jobsFile === undefined ? rest.jobs : readJsonFile(flags.jobsFile, "--jobs-file"),
    jobsQuery: flags.jobsQuery ?? rest.jobsQuery,
    ...choices(flags, service),
  });
}

/**
 * Where a query finds the service: as the flags say, else the file, else the environment.
 *
 * @param {ConnectorFlags} flags
 * @param {{ host?: unknown, hostParameter?: unknown }} file
 * @param {boolean} isDatabricks
 * @param {boolean} isOfBoth Whether there is a query for the other service too.
 * @param {NodeJS.ProcessEnv} env
 */
function hostOf(flags, file, isDatabricks, isOfBoth, env) {
  // With both services, `--host` is the workspace's.
  const flag = isDatabricks || !isOfBoth ? flags.host : undefined;
  if (flag !== undefined || flags.hostParameter !== undefined) {
    const host = isDatabricks ? flag && requireDatabricksHost(flag, env) : fabricHost(flag);
    return present({ host, hostParameter: flags.hostParameter });
  }
  if (file.host !== undefined || file.hostParameter !== undefined || !isDatabricks) {
    return file;
  }
  return (env.DATABRICKS_HOST ?? "").trim() === "" ? {} : { host: requireDatabricksHost(undefined, env) };
}

/**
 * The job that a query is for.
 *
 * @param {ConnectorFlags} flags
 * @param {NodeJS.ProcessEnv} env
 */
function databricksJob(flags, env) {
  const jobId = only(flags.jobId, "--job-id");
  const parameters = jobParameters(flags, env, ({ text }) => text);
  if (jobId === undefined) {
    if (parameters !== undefined && flags.item === undefined) {
      throw usageError("--job-id is missing", "parameters are those of a job");
    }
    return undefined;
  }
  return present({ jobId, jobParameters: parameters });
}

/**
 * The same for Fabric.
 *
 * @param {ConnectorFlags} flags
 * @param {NodeJS.ProcessEnv} env
 */
function fabricJob(flags, env) {
  const itemId = only(flags.item, "--item");
  const parameters = jobParameters(flags, env, ({ value }, name) => {
    if (typeof value === "bigint") {
      throw usageError(`--param ${name}: expected a whole number below 2^53`, "give a larger one as text");
    }
    return value;
  });
  if (itemId === undefined) {
    if ((parameters !== undefined && flags.jobId === undefined) || flags.jobType !== undefined) {
      throw usageError("--item is missing", "parameters and the job type are those of an item");
    }
    return undefined;
  }
  return present({ workspaceId: requireWorkspace(flags.workspace, env), itemId, jobType: flags.jobType, parameters });
}

/**
 * @param {string[] | undefined} given
 * @param {string} flag
 */
function only(given, flag) {
  if ((given?.length ?? 0) > 1) {
    throw usageError(`${flag} is given twice`, "a query runs one job; several are the rows of --jobs-file or --jobs-query");
  }
  return given?.[0];
}

/**
 * @param {ConnectorFlags} flags
 * @param {NodeJS.ProcessEnv} env
 * @param {(parameter: import("./parameters.js").Parameter, name: string) => unknown} valueOf
 * @returns {Record<string, unknown> | undefined}
 */
function jobParameters(flags, env, valueOf) {
  const read = [...readParameters(flags, env)].map(([name, parameter]) => [name, valueOf(parameter, name)]);
  const from = (flags.paramFrom ?? []).map((text) => {
    const at = text.indexOf("=");
    if (at < 1 || at === text.length - 1) {
      throw usageError(`--param-from ${text}: expected name=parameter`);
    }
    return [text.slice(0, at), { $parameter: text.slice(at + 1) }];
  });
  const all = [...read, ...from];
  const names = new Set(all.map(([name]) => name));
  if (names.size !== all.length) {
    throw usageError("--param-from: a parameter is given twice");
  }
  return all.length === 0 ? undefined : Object.fromEntries(all);
}

/**
 * The options of a connector.
 *
 * @param {ConnectorFlags} flags
 * @param {Record<string, unknown> & { service: Service | "both", name: string }} file With the name and the service.
 * @param {NodeJS.ProcessEnv} env
 */
export async function connectorOptions(flags, file, env) {
  const asked = await askedFunctions(flags, env);
  const more = flags.jobsFile === undefined ? file.jobs : readJsonFile(flags.jobsFile, "--jobs-file");
  const functions = [...asked, ...(Array.isArray(more) ? more : [])];
  return present({
    ...file,
    version: flags.connectorVersion ?? file.version,
    hosts: flags.allowHost ?? file.hosts,
    // What is no array is the generator's to refuse.
    jobs: asked.length === 0 ? more : withNamesOfTheirOwn(functions),
    ...choices(flags, file.service),
  });
}

/**
 * A function for each job and item of the flags.
 *
 * @param {ConnectorFlags} flags
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<JobFunction[]>}
 */
async function askedFunctions(flags, env) {
  const { jobId: jobIds = [], item: items = [] } = flags;
  const isOne = jobIds.length + items.length === 1;
  for (const flag of /** @type {const} */ (["sampleRun", "function", "declare"])) {
    if (flags[flag] !== undefined && !isOne) {
      throw usageError(`${flagName(flag)} is about one job`, "give one --job-id or one --item");
    }
  }
  const declared = declaredParameters(flags);
  const connection = connections(flags, env);
  /** @type {JobFunction[]} */
  const functions = [];
  for (const jobId of jobIds) {
    const made = flags.offline
      ? { name: functionName(`Job ${jobId}`), job: { jobId } }
      : await databricksFunction(await connection("databricks"), jobId);
    functions.push(await completed(made, "databricks", declared, flags, connection));
  }
  for (const itemId of items) {
    const job = present({ workspaceId: requireWorkspace(flags.workspace, env), itemId, jobType: flags.jobType });
    const made = flags.readDefinition
      ? await pipelineFunction(await connection("fabric"), job)
      : { name: functionName(`Item ${itemId.slice(0, 8)}`), job };
    functions.push(await completed(made, "fabric", declared, flags, connection));
  }
  return functions;
}

/**
 * @param {JobFunction} made
 * @param {Service} service
 * @param {import("pqrun/connector").JobParameter[]} declared What flags say comes before what the service says.
 * @param {ConnectorFlags} flags
 * @param {ReturnType<typeof connections>} connection
 * @returns {Promise<JobFunction>}
 */
async function completed(made, service, declared, flags, connection) {
  const columns =
    flags.sampleRun === undefined
      ? undefined
      : await sampleColumns({
          service,
          connection: await connection(service),
          job: made.job,
          runId: flags.sampleRun,
          ...present({ task: flags.task, outputPath: flags.outputPath }),
          ...present({ followPath: service === "databricks" ? flags.followPath : undefined }),
        });
  const known = (made.parameters ?? []).filter(({ name }) => !declared.some((other) => other.name === name));
  const parameters = [...known, ...declared];
  return present({
    ...made,
    name: flags.function ?? made.name,
    parameters: parameters.length === 0 ? undefined : parameters,
    columns,
  });
}

/** What can be done without a credential. @type {Readonly<Record<Service, string>>} */
const WITHOUT = Object.freeze({
  databricks: "or give --offline, and the job's parameters with --declare",
  fabric: "or leave out --read-definition and --sample-run, and give the item's parameters with --declare",
});

/**
 * How the services are reached: found out once, and when it is needed.
 *
 * @param {ConnectorFlags} flags
 * @param {NodeJS.ProcessEnv} env
 * @returns {(service: Service) => Promise<import("./connection.js").Connection>}
 */
function connections(flags, env) {
  /** @type {Partial<Record<Service, Promise<import("./connection.js").Connection>>>} */
  const made = {};
  return (service) => (made[service] ??= reach(service, flags, env));
}

/**
 * @param {Service} service
 * @param {ConnectorFlags} flags
 * @param {NodeJS.ProcessEnv} env
 */
async function reach(service, { host, profile, trustHost }, env) {
  try {
    return await connect(service, present({ host, profile: service === "databricks" ? profile : undefined, trustHost }), env);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "missingCredentials" && "hint" in error) {
      error.hint = `${error.hint}, ${WITHOUT[service]}`;
    }
    throw error;
  }
}

