/** `pqrun run`: starts a run and follows it to its end. */

import { runDatabricksJob, runFabricItem } from "pqrun";

import { addSignInFlags, connect } from "../connection.js";
import { usageError } from "../exit-codes.js";
import {
  addFollowFlags,
  addReuseFlags,
  addSnapshotFlag,
  lengthOption,
  repeatable,
  runOptions,
  wordOption,
} from "../flags.js";
import { follow, resolveResult } from "../follow.js";
import { databricksJob, fabricJob } from "../jobs.js";
import { placeOf } from "../next-steps.js";
import { SnapshotFile } from "../snapshot-file.js";

/** @typedef {import("commander").Command} Command */
/** @typedef {import("../program.js").Context} Context */

/**
 * @typedef {import("../flags.js").FollowFlags & import("../flags.js").ReuseFlags &
 *   import("../connection.js").ConnectionFlags & {
 *   expectedDuration?: string, onUnconfirmed?: "report" | "resend", marker?: string, adoptAnyParameters?: boolean,
 *   cancelDuplicates?: boolean, secretParam?: string[],
 * }} RunFlags
 */

/**
 * @param {Command} program
 * @param {Context} context
 */
export function addRun(program, context) {
  const run = program.command("run").description("start a run, follow it to its end, write its output");
  addRunDatabricks(run, context);
  addRunFabric(run, context);
}

/** @param {Command} command */
function addParameterFlags(command) {
  return command
    .addOption(
      repeatable(
        "--param <name=value>",
        "a parameter; name:type=value for another type than text: int, float, bool, json",
      ),
    )
    .addOption(repeatable("--param-json <json>", "parameters as a JSON object, or @FILE"))
    .addOption(
      repeatable(
        "--secret-param <name>",
        "never store this parameter's value; without --param it is read from PQRUN_SECRET_<NAME>",
      ),
    );
}

/**
 * @param {Command} run
 * @param {Context} context
 */
function addRunDatabricks(run, context) {
  const command = run
    .command("databricks")
    .description("run a Databricks job; `pqrun auth check` tells how it signs in")
    .optionsGroup("Service:")
    .option("--host <url>", "the workspace's address (environment: DATABRICKS_HOST; else that of a profile)");
  addSignInFlags(command, "databricks")
    .optionsGroup("Job:")
    .option("--job-id <id>", "the job's id")
    .option("--job-name <name>", "the job's exact name")
    .option("--idempotency-token <token>", "starts with the same token are one run; at most 64 characters")
    .option("--workspace-id <id>", "the workspace's id, for a host that serves several")
    .option("--api-version <version>", "2.2 (default), 2.1 or 2.0")
    .optionsGroup("Parameters:");
  addParameterFlags(command)
    .addOption(repeatable("--notebook-param <name=value>", "an older notebook parameter"))
    .addOption(repeatable("--python-named-param <name=value>", "a named argument of Python wheel tasks"))
    .addOption(repeatable("--sql-param <name=value>", "a parameter of SQL tasks"))
    .addOption(repeatable("--jar-param <value>", "an argument of jar tasks"))
    .addOption(repeatable("--python-param <value>", "an argument of Python script tasks"))
    .addOption(repeatable("--spark-submit-param <value>", "an argument of spark-submit tasks"))
    .addOption(repeatable("--dbt-command <command>", "a command of dbt tasks"))
    .option("--pipeline-params <json>", 'how pipeline tasks refresh, as a JSON object or @FILE: {"full_refresh": true}')
    .optionsGroup("Job:")
    .addOption(
      repeatable("--only <task>", "run this task only; +task takes what is upstream too, task+ what is downstream"),
    )
    .option("--queue", "let this run wait for a free slot")
    .option("--no-queue", "skip this run if there is no free slot")
    .addOption(wordOption("--performance-target <target>", "serverless only", ["STANDARD", "PERFORMANCE_OPTIMIZED"]))
    // Without this, `--no-queue` would make `--queue` the default.
    .setOptionValue("queue", undefined);
  addReuseFlags(command);
  addFollowFlags(command);
  addSnapshotFlag(command)
    .addOption(
      lengthOption("--expected-duration <length>", "how long the run is likely to take: fewer requests before"),
    )
    .addHelpText(
      "after",
      `
Examples:
  $ export DATABRICKS_HOST=https://adb-1111222233334444.5.azuredatabricks.net DATABRICKS_TOKEN=…
  $ pqrun run databricks --job-name orders_daily --param day=2026-03-01
  $ pqrun run databricks --job-id 880012345678901 --reuse 15m --task summary --format csv --out summary.csv`,
    )
    .action(async (/** @type {RunFlags & import("../jobs.js").DatabricksFlags} */ flags) => {
      const job = databricksJob(flags, context.streams.env);
      context.exitCode = await start(flags, context, {
        service: "databricks",
        job: { ...job },
        begin: (host) => runDatabricksJob(/** @type {any} */ ({ ...job, ...runOptions(flags), ...host })),
      });
    });
}

/**
 * @param {Command} run
 * @param {Context} context
 */
function addRunFabric(run, context) {
  const command = run
    .command("fabric")
    .description(
      "run a Fabric item's job, such as a pipeline; `pqrun auth check --service fabric` tells how it signs in",
    )
    .optionsGroup("Service:")
    .option("--host <url>", "the API's address (default: https://api.fabric.microsoft.com)");
  addSignInFlags(command, "fabric")
    .optionsGroup("Job:")
    .option("--workspace <id>", "the workspace's id (environment: FABRIC_WORKSPACE_ID)")
    .option("--item <id>", "the item's id")
    .option("--job-type <type>", "Pipeline (default), RunNotebook, sparkjob, …")
    .addOption(
      wordOption("--form <form>", "the form of the start request, if the default one is refused", [
        "path",
        "query",
        "typed",
      ]),
    )
    .optionsGroup("Parameters:");
  addParameterFlags(command).option("--execution-data <file>", "a JSON file that is sent as executionData");
  addReuseFlags(command)
    .option(
      "--marker <name>",
      "with --reuse: a declared parameter that carries a hash of the others, so that a run with the same ones is known",
    )
    .option("--adopt-any-parameters", "with --reuse: take any run of the item for one with these parameters")
    .option(
      "--cancel-duplicates",
      "with --reuse: cancel our run if another caller's, begun at the same time, is followed",
    );
  addFollowFlags(command);
  addSnapshotFlag(command)
    .addOption(
      wordOption("--on-unconfirmed <what>", "a start without answer and trace (default: report)", ["report", "resend"]),
    )
    .addHelpText(
      "after",
      `
Examples:
  $ export FABRIC_TOKEN=$(az account get-access-token --resource https://api.fabric.microsoft.com --query accessToken -o tsv)
  $ pqrun run fabric --workspace 1f0c4b7e-52aa-4c0d-9b7e-0d6f3a1e8c21 --item 7a93e1d4-0f5b-4e0a-8d3c-64b2f9c7a510 \\
      --param p_day=2026-03-01 --param p_rows:int=5 --param p_full:bool=false
  $ pqrun run fabric --workspace … --item … --job-type RunNotebook --format json`,
    )
    .action(async (/** @type {RunFlags & import("../jobs.js").FabricFlags} */ flags) => {
      const job = fabricJob(flags, context.streams.env);
      context.exitCode = await start(flags, context, {
        service: "fabric",
        job: { ...job },
        begin: (host) => runFabricItem({ ...job, ...runOptions(flags), ...host }),
      });
    });
}

/**
 * @param {RunFlags} flags
 * @param {Context} context
 * @param {object} what
 * @param {import("../credentials.js").Service} what.service
 * @param {Record<string, unknown>} what.job The job, for naming it.
 * @param {(host: import("../connection.js").Connection & {
 *   persist: (snapshot: import("pqrun").Snapshot) => Promise<void>,
 * }) => import("pqrun").RunHandle} what.begin
 */
async function start(flags, { streams }, { service, job, begin }) {
  for (const [name, given] of /** @type {const} */ ([
    ["--reuse-failure", flags.reuseFailure],
    ["--marker", flags.marker],
    ["--adopt-any-parameters", flags.adoptAnyParameters],
    ["--cancel-duplicates", flags.cancelDuplicates],
  ])) {
    if (given !== undefined && flags.reuse === undefined) {
      throw usageError(`${name} says something about --reuse, which is missing`);
    }
  }
  const target = await resolveResult(flags, streams);
  const connection = await connect(service, flags, streams.env);
  const place = placeOf({ ...job, ...connection, profile: flags.profile }, service);
  const file = await (flags.snapshot === undefined
    ? SnapshotFile.kept(streams.env, new Date())
    : SnapshotFile.named(flags.snapshot));
  return follow({ start: (persist) => begin({ ...connection, persist }), flags, target, place, file, streams });
}
