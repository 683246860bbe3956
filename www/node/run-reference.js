/** Which run `status` and `cancel` are about: named by flags, or the one of a snapshot. */

import { attachDatabricksRun, attachFabricRun } from "pqrun";

import { addSignInFlags, connect, expectKnownHost, requireWorkspace } from "./connection.js";
import { usageError } from "./exit-codes.js";
import { lengthOption } from "./flags.js";
import { placeOf } from "./next-steps.js";
import { present } from "./present.js";
import { SnapshotFile } from "./snapshot-file.js";

/** @typedef {import("commander").Command} Command */
/** @typedef {import("./credentials.js").Service} Service */

/**
 * @typedef {object} ReferenceFlags
 * @property {string} [host]
 * @property {string} [profile]
 * @property {boolean} [trustHost]
 * @property {string} [workspaceId]
 * @property {string} [apiVersion]
 * @property {string} [runId]
 * @property {string} [workspace]
 * @property {string} [item]
 * @property {string} [instance]
 * @property {string} [jobType]
 * @property {string} [snapshot]
 * @property {string} [timeout]
 */

/**
 * A run, and how to reach it.
 *
 * @typedef {object} RunReference
 * @property {import("./next-steps.js").Place} place
 * @property {string} id
 * @property {(options: Partial<import("pqrun").RunOptions>) => import("pqrun").RunHandle} attach
 */

/**
 * Adds `databricks` and `fabric` below a command.
 *
 * @template {ReferenceFlags} F
 * @param {Command} command
 * @param {object} options
 * @param {string} options.what What is done to the run: `show` or `stop`.
 * @param {(command: Command) => Command} options.addFlags
 * @param {(reference: RunReference, flags: F) => Promise<void>} options.act
 * @param {NodeJS.ProcessEnv} options.env
 */
export function addReferenceCommands(command, { what, addFlags, act, env }) {
  const word = command.name();
  const databricks = command
    .command("databricks")
    .description(`${what} a Databricks job run`)
    .option("--run-id <id>", "the run's id")
    .option("--host <url>", "the workspace's address (environment: DATABRICKS_HOST)")
    .option("--workspace-id <id>", "the workspace's id, for a host that serves several")
    .option("--api-version <version>", "2.2 (default), 2.1 or 2.0")
    .addHelpText(
      "after",
      `\nExamples:\n  $ pqrun ${word} databricks --run-id 455644833\n  $ pqrun ${word} databricks --snapshot run.json`,
    );
  const fabric = command
    .command("fabric")
    .description(`${what} a Fabric job instance`)
    .option("--workspace <id>", "the workspace's id (environment: FABRIC_WORKSPACE_ID)")
    .option("--item <id>", "the item's id")
    .option("--instance <id>", "the job instance's id")
    .option("--job-type <type>", "Pipeline (default), RunNotebook, sparkjob, …")
    .option("--host <url>", "the API's address (default: https://api.fabric.microsoft.com)")
    .addHelpText(
      "after",
      `\nExamples:\n  $ pqrun ${word} fabric --workspace … --item … --instance …\n  $ pqrun ${word} fabric --snapshot run.json`,
    );
  for (const [service, sub] of /** @type {const} */ ([
    ["databricks", databricks],
    ["fabric", fabric],
  ])) {
    addSignInFlags(sub, service)
      .option("--snapshot <file>", "take the run from a snapshot")
      .addOption(lengthOption("--timeout <length>", "how long to try (default: 5m)").default("5m"));
    addFlags(sub).action(async (/** @type {F} */ flags) => {
      await act(await readReference(service, flags, env), flags);
    });
  }
}

/**
 * @param {Service} service
 * @param {ReferenceFlags} flags
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<RunReference>}
 */
async function readReference(service, flags, env) {
  const { host, job, id } =
    flags.snapshot === undefined ? byFlags(service, flags, env) : await bySnapshot(service, flags, env);
  const connection = await connect(service, { ...flags, ...present({ host }) }, env);
  return {
    place: placeOf({ ...job, ...connection, profile: flags.profile }, service),
    id,
    attach: (options) =>
      service === "databricks"
        ? attachDatabricksRun(/** @type {any} */ ({ ...job, runId: id, ...options, ...connection }))
        : attachFabricRun(/** @type {any} */ ({ ...job, instanceId: id, ...options, ...connection })),
  };
}

/**
 * @param {Service} service
 * @param {ReferenceFlags} flags
 * @param {NodeJS.ProcessEnv} env
 * @returns {{ host?: string, job: Record<string, unknown>, id: string }}
 */
function byFlags(service, flags, env) {
  if (service === "databricks") {
    const id = required(flags.runId, "--run-id");
    return { id, job: present({ databricksWorkspaceId: flags.workspaceId, apiVersion: flags.apiVersion }) };
  }
  const workspaceId = requireWorkspace(flags.workspace, env);
  const itemId = required(flags.item, "--item");
  const id = required(flags.instance, "--instance");
  return { id, job: present({ workspaceId, itemId, jobType: flags.jobType }) };
}

/**
 * @param {string | undefined} value
 * @param {string} flag
 */
function required(value, flag) {
  if (value === undefined) {
    throw usageError(`${flag} is missing`, "or give --snapshot FILE");
  }
  return value;
}

/**
 * @param {Service} service
 * @param {ReferenceFlags} flags
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ host?: string, job: Record<string, unknown>, id: string }>}
 */
async function bySnapshot(service, flags, env) {
  const { snapshot } = await SnapshotFile.read(flags.snapshot ?? "", env);
  const job = /** @type {Record<string, unknown>} */ (snapshot.job);
  if (job.service !== service) {
    throw usageError(`--snapshot: ${flags.snapshot} is of a ${job.service} run`);
  }
  if (!snapshot.run) {
    throw usageError(
      `--snapshot: ${flags.snapshot} knows no run yet`,
      `\`pqrun resume ${flags.snapshot}\` finds it, or starts it if it never was`,
    );
  }
  const host = typeof job.host === "string" ? job.host : undefined;
  expectKnownHost(service, host, env, flags);
  const members = ["apiVersion", "databricksWorkspaceId", "workspaceId", "itemId", "jobType"];
  const named = Object.fromEntries(members.map((name) => [name, job[name]]));
  return { ...present({ host }), job: present(named), id: snapshot.run.id };
}
