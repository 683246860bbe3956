/** `pqrun list`: runs, and what can be run. */

import { DatabricksClient, FabricClient, Table } from "pqrun";
import { InvalidArgumentError } from "commander";

import { addSignInFlags, connect, requireWorkspace } from "../connection.js";
import { EXIT, usageError } from "../exit-codes.js";
import { wordOption } from "../flags.js";
import { cellText, writeTable } from "../format.js";
import { present } from "../present.js";
import { write } from "../streams.js";

/** How a list is written. */
const FORMATS = /** @type {const} */ (["table", "json", "jsonl", "csv"]);
/** @typedef {typeof FORMATS[number]} Format */
/** @typedef {Record<string, unknown>} Row */

/** The members of a row that a person wants to see, and where they are. */
/** @typedef {{ name: string, path: string, isTime?: boolean, isNumber?: boolean }[]} Columns */

/** @type {Columns} */
const DATABRICKS_RUNS = [
  { name: "run", path: "runId", isNumber: true },
  { name: "job", path: "jobId", isNumber: true },
  { name: "name", path: "runName" },
  { name: "state", path: "state.state" },
  { name: "result", path: "state.code" },
  { name: "started", path: "startTime", isTime: true },
  { name: "ended", path: "endTime", isTime: true },
  { name: "page", path: "runPageUrl" },
];

/** @type {Columns} */
const DATABRICKS_JOBS = [
  { name: "job", path: "jobId", isNumber: true },
  { name: "name", path: "name" },
  { name: "creator", path: "creatorUserName" },
  { name: "created", path: "createdTime", isTime: true },
];

/** @type {Columns} */
const FABRIC_RUNS = [
  { name: "instance", path: "runId" },
  { name: "job type", path: "jobType" },
  { name: "invoked", path: "invokeType" },
  { name: "status", path: "status" },
  { name: "failure", path: "failureReason.errorCode" },
  { name: "started", path: "startTime", isTime: true },
  { name: "ended", path: "endTime", isTime: true },
];

/** @type {Columns} */
const FABRIC_ITEMS = [
  { name: "item", path: "id" },
  { name: "type", path: "type" },
  { name: "name", path: "displayName" },
  { name: "description", path: "description" },
];

/** @type {Columns} */
const FABRIC_WORKSPACES = [
  { name: "workspace", path: "id" },
  { name: "name", path: "displayName" },
  { name: "type", path: "type" },
  { name: "capacity", path: "capacityId" },
];

/**
 * @typedef {object} ListFlags
 * @property {string} [host]
 * @property {string} [profile]
 * @property {boolean} [trustHost]
 * @property {string} [workspaceId]
 * @property {string} [apiVersion]
 * @property {string} [jobId]
 * @property {string} [jobName]
 * @property {boolean} [active]
 * @property {boolean} [jobs]
 * @property {string} [workspace]
 * @property {boolean} [workspaces]
 * @property {string} [item]
 * @property {number} limit
 * @property {Format} [format]
 */

/**
 * @param {import("commander").Command} program
 * @param {import("../program.js").Context} context
 */
export function addList(program, context) {
  const { streams } = context;
  const list = program.command("list").description("list runs, newest first, or what can be run");
  const common = (/** @type {import("commander").Command} */ command) =>
    command
      .option("--limit <number>", "at most so many", readLimit, 25)
      .addOption(wordOption("--format <format>", "how to write it (default: table)", FORMATS));
  const databricks = list
    .command("databricks")
    .description("list a workspace's runs, or its jobs")
    .option("--jobs", "jobs instead of runs")
    .option("--job-id <id>", "only runs of this job")
    .option("--job-name <name>", "with --jobs: only jobs of this name")
    .option("--active", "only runs that have not ended")
    .option("--host <url>", "the workspace's address (environment: DATABRICKS_HOST)")
    .option("--workspace-id <id>", "the workspace's id, for a host that serves several")
    .option("--api-version <version>", "2.2 (default), 2.1 or 2.0");
  common(addSignInFlags(databricks, "databricks"))
    .addHelpText(
      "after",
      "\nExamples:\n  $ pqrun list databricks --jobs\n  $ pqrun list databricks --job-id 880012345678901 --active --format json",
    )
    .action(async (/** @type {ListFlags} */ flags) => {
      const { rows, columns } = await listDatabricks(flags, streams.env);
      await writeRows(rows, columns, flags.format ?? "table", streams.stdout);
      context.exitCode = EXIT.succeeded;
    });
  const fabric = list
    .command("fabric")
    .description("list an item's job instances, a workspace's items, or the workspaces")
    .option("--jobs", "the workspace's items instead of runs")
    .option("--workspaces", "the workspaces that the token can see")
    .option("--workspace <id>", "the workspace's id (environment: FABRIC_WORKSPACE_ID)")
    .option("--item <id>", "the item's id")
    .option("--host <url>", "the API's address (default: https://api.fabric.microsoft.com)");
  common(addSignInFlags(fabric, "fabric"))
    .addHelpText(
      "after",
      "\nExamples:\n  $ pqrun list fabric --workspaces\n  $ pqrun list fabric --jobs --workspace …\n  $ pqrun list fabric --workspace … --item …",
    )
    .action(async (/** @type {ListFlags} */ flags) => {
      const { rows, columns } = await listFabric(flags, streams.env);
      await writeRows(rows, columns, flags.format ?? "table", streams.stdout);
      context.exitCode = EXIT.succeeded;
    });
}

/**
 * @param {ListFlags} flags
 * @param {NodeJS.ProcessEnv} env
 */
async function listDatabricks(flags, env) {
  for (const [flag, given, isOfJobs] of /** @type {const} */ ([
    ["--job-id", flags.jobId, false],
    ["--active", flags.active, false],
    ["--job-name", flags.jobName, true],
  ])) {
    if (given !== undefined && isOfJobs !== (flags.jobs ?? false)) {
      throw usageError(isOfJobs ? `${flag} needs --jobs` : `${flag} and --jobs do not go together`);
    }
  }
  const workspace = present({ databricksWorkspaceId: flags.workspaceId, apiVersion: flags.apiVersion });
  const client = new DatabricksClient(
    /** @type {any} */ ({ ...workspace, ...(await connect("databricks", flags, env)) }),
  );
  const { limit } = flags;
  return flags.jobs
    ? { columns: DATABRICKS_JOBS, rows: await client.listJobs(present({ name: flags.jobName, limit })) }
    : {
        columns: DATABRICKS_RUNS,
        rows: await client.listRuns(present({ jobId: flags.jobId, activeOnly: flags.active, limit })),
      };
}

/**
 * @param {ListFlags} flags
 * @param {NodeJS.ProcessEnv} env
 */
async function listFabric(flags, env) {
  const { limit } = flags;
  if (flags.workspaces) {
    const client = new FabricClient(await connect("fabric", flags, env));
    return { columns: FABRIC_WORKSPACES, rows: await client.listWorkspaces({ limit }) };
  }
  const workspaceId = requireWorkspace(flags.workspace, env);
  if (!flags.jobs && flags.item === undefined) {
    throw usageError("--item is missing", "give the item's id, or --jobs to list the workspace's items");
  }
  const client = new FabricClient({ workspaceId, ...(await connect("fabric", flags, env)) });
  return flags.jobs
    ? { columns: FABRIC_ITEMS, rows: await client.listItems({ limit }) }
    : { columns: FABRIC_RUNS, rows: await client.listRuns(flags.item ?? "", { limit }) };
}

/**
 * @param {readonly object[]} rows
 * @param {Columns} columns
 * @param {Format} format
 * @param {NodeJS.WriteStream} stdout
 */
async function writeRows(rows, columns, format, stdout) {
  if (format === "json") {
    await write(stdout, `${JSON.stringify(rows)}\n`);
    return;
  }
  if (format === "jsonl") {
    await write(stdout, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    return;
  }
  const cells = rows.map((row) => columns.map((column) => cellOf(row, column)));
  if (format === "csv") {
    const records = cells.map((line) => Object.fromEntries(columns.map(({ name }, at) => [name, line[at] ?? null])));
    // Ids are texts with us, since they may go beyond 2^53; to a spreadsheet they are numbers all the same.
    const numbers = columns.filter(({ isNumber }) => isNumber);
    const schema = Object.fromEntries(numbers.map(({ name }) => [name, /** @type {const} */ ("int64")]));
    const table = Table.read(JSON.stringify(records), { format: "json", shape: "records", schema });
    await write(stdout, table.toCsv());
    return;
  }
  const shown = {
    columns: columns.map(({ name }) => ({ name, isNumber: false })),
    cells: cells.map((line) => line.map((cell) => (cell === undefined ? "" : cellText(cell)))),
  };
  await write(stdout, writeTable(shown, { width: stdout.isTTY ? stdout.columns : undefined }));
}

/**
 * @param {object} row
 * @param {Columns[number]} column
 * @returns {string | undefined}
 */
function cellOf(row, { path, isTime }) {
  /** @type {unknown} */
  let value = row;
  for (const name of path.split(".")) {
    value = typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
  }
  if (value === undefined || value === null || value === "") {
    return undefined;
  }
  return isTime ? new Date(Number(value)).toISOString() : String(value);
}

/** @param {string} text */
function readLimit(text) {
  if (!/^[1-9]\d{0,5}$/u.test(text)) {
    throw new InvalidArgumentError("Expected a number from 1 to 999999.");
  }
  return Number(text);
}
