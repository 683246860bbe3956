/** `pqrun connector`: queries and connectors for Power Query, from flags, from a file, or from live jobs. */

import path from "node:path";

import { InvalidArgumentError } from "commander";

import { connectorOptions, expectFlagsOf, queryOptions, serviceOf } from "../connector-options.js";
import { EXIT, usageError } from "../exit-codes.js";
import { lengthOption, repeatable, wordOption } from "../flags.js";
import { writeGenerated } from "../generated-files.js";
import { readObjectFile } from "../parameters.js";
import { present } from "../present.js";
import { write } from "../streams.js";
import { harmlessLine } from "../text.js";

/** @typedef {import("pqrun/connector").GeneratedFile} GeneratedFile */
/** @typedef {import("../connector-options.js").ConnectorFlags} ConnectorFlags */
/** @typedef {import("../credentials.js").Service} Service */

/** What a connector, and the file of a query, can be called. */
const NAME = /^[A-Za-z][A-Za-z0-9]{0,63}$/u;

/**
 * @param {import("commander").Command} program
 * @param {import("../program.js").Context} context
 */
export function addConnector(program, context) {
  const command = program
    .command("connector")
    .description("generate Power Query that runs jobs and reads their output: a connector, or a query to paste")
    .optionsGroup("What:")
    .addOption(
      wordOption("--service <service>", "which one (default: the one that the other flags are of, else both)", [
        "databricks",
        "fabric",
        "both",
      ]),
    )
    .addOption(
      wordOption("--form <form>", "an extension, or text for the Advanced Editor (default: connector)", [
        "connector",
        "query",
      ]),
    )
    .option("--name <name>", "what it is called: a letter, then letters and digits")
    .requiredOption("--out <folder>", "where to write it; made if it is not there")
    .option("--mez", "pack the connector as well, as Power BI loads it")
    .option("--force", "replace files that are there with other content")
    .option("--from-file <file>", "a JSON object with the options of the package; flags come before it")
    .option("--connector-version <version>", "the connector's version (default: 1.0.0)");
  addSourceFlags(command);
  addJobFlags(command);
  addChoiceFlags(command);
  command
    .addHelpText(
      "after",
      `
Examples:
  $ pqrun connector --service both --name Orders --out orders --mez
  $ pqrun connector --form query --name OrdersDaily --out queries --host https://adb-… --job-id 880012345678901
  $ DATABRICKS_TOKEN=… pqrun connector --name Orders --out orders --mez --host https://adb-… --job-id 880012345678901 \\
      --sample-run 433901`,
    )
    .action(async (/** @type {ConnectorFlags} */ flags) => {
      context.exitCode = await generate(flags, context.streams);
    });
}

/** @param {import("commander").Command} command */
function addSourceFlags(command) {
  command
    .optionsGroup("Where the jobs are:")
    .option("--host <url>", "the workspace's address (environment: DATABRICKS_HOST); of Fabric, the API's")
    .option("--profile <name>", "connector: ask the job, signed in by this profile of .databrickscfg and by nothing else")
    .option("--trust-host", "connector: ask, even if the host is none of the service's own")
    .addOption(repeatable("--allow-host <ending>", "connector: let a token go to hosts that end so, too"))
    .option("--host-parameter <name>", "query: the Power Query parameter that holds the address")
    .option("--token-parameter <name>", "query: the Power Query parameter that holds the token")
    .option("--tenant-id <id>", "query, Fabric: the tenant of the service principal that fetches a token")
    .option("--tenant-parameter <name>", "query, Fabric: the parameter that holds the tenant")
    .option("--client-id <id>", "query, Fabric: the service principal's application id")
    .option("--client-id-parameter <name>", "query, Fabric: the parameter that holds the application id")
    .option("--client-secret-parameter <name>", "query, Fabric: the parameter that holds the secret");
}

/** @param {import("commander").Command} command */
function addJobFlags(command) {
  command
    .optionsGroup("Which jobs:")
    .addOption(repeatable("--job-id <id>", "a Databricks job"))
    .option("--workspace <id>", "the Fabric workspace's id (environment: FABRIC_WORKSPACE_ID)")
    .addOption(repeatable("--item <id>", "a Fabric item, such as a pipeline"))
    .option("--job-type <type>", "the item's job type (default: Pipeline)")
    .addOption(repeatable("--param <name=value>", "query: a parameter; name:type=value for int, float, bool, json"))
    .addOption(repeatable("--param-json <json>", "query: parameters as a JSON object, or @FILE"))
    .addOption(repeatable("--param-from <name=parameter>", "query: a parameter with the value of a Power Query one"))
    .option("--jobs-file <file>", "several jobs: a JSON array, as the package's option `jobs` takes it")
    .option("--jobs-query <name>", "query: several jobs, as the rows of another query")
    .optionsGroup("A function for each job of a connector:")
    .option("--offline", "ask no service what a job declares")
    .option("--read-definition", "Fabric: ask what the pipeline declares; takes the permission to write it")
    .option("--sample-run <id>", "fix the columns to those of this run's output")
    .option("--function <name>", "the function's name (default: made of the job's)")
    .addOption(repeatable("--declare <name:type=default>", "a parameter, without asking: text, number, logical, any"))
    .addOption(repeatable("--allowed <name=value>", "a value to choose from for a parameter of --declare"));
}

/** @param {import("commander").Command} command */
function addChoiceFlags(command) {
  command
    .optionsGroup("How it waits, and what it gives:")
    .option("--poll-seconds <number>", "before the second poll (default: 5, Fabric 10)", readNumber)
    .option("--poll-growth <factor>", "how much longer each wait is than the one before (default: 1.5)", readNumber)
    .option("--max-poll-seconds <number>", "the longest wait (default: 60)", readNumber)
    .option("--max-polls <number>", "how many polls at most (default: 1000)", readNumber)
    .option("--max-minutes <number>", "how long it may take (default: 100)", readNumber)
    .addOption(lengthOption("--freshness <length>", "how old a good run may be to stand for a new one (default: 15m)"))
    .addOption(lengthOption("--failure-freshness <length>", "how old another run may be to be reported (default: 2m)"))
    .option("--task <key>", "the output of this task or activity only")
    .option("--output-path <path>", "the part of the output that holds the rows, such as $.rows")
    .option("--follow-path", "Databricks: read the file whose path a notebook gives out, in a volume or in DBFS")
    .option("--inspect", "give the service's whole answer in the place of a table")
    .option("--attach-only", "start nothing: the newest run with the same parameters, or an error")
    .option("--adopt-any-parameters", "Fabric: take any run of the item for one with these parameters")
    .option("--marker <name>", "Fabric: a declared parameter that carries a hash of the others")
    .option("--cancel-duplicates", "Fabric, connector: cancel a run of one's own that turns out to be a second one");
}

/**
 * @param {ConnectorFlags} flags
 * @param {import("../streams.js").Streams} streams
 * @returns {Promise<number>}
 */
async function generate(flags, { stdout, stderr, env }) {
  const { form: fileForm, ...file } = flags.fromFile === undefined ? {} : readObjectFile(flags.fromFile, "--from-file");
  const form = flags.form ?? fileForm ?? "connector";
  const name = flags.name ?? file.name;
  if (typeof name !== "string" || !NAME.test(name)) {
    const found = name === undefined ? "is missing" : `${JSON.stringify(name)} can't be the name of a file and a function`;
    throw usageError(`--name ${found}`, "give a letter, then at most 63 letters and digits, without accents");
  }
  const service = flags.service ?? /** @type {Service | "both" | undefined} */ (file.service) ?? serviceOf(flags);
  expectFlagsOf(flags, service, form);
  // Not above: no other command needs the generator's module.
  const generator = await import("pqrun/connector");
  /** @type {GeneratedFile[]} */
  const files = [];
  if (form === "query") {
    const { generateQuery } = generator;
    for (const one of /** @type {Service[]} */ (service === "both" ? ["databricks", "fabric"] : [service])) {
      const query = generateQuery(/** @type {any} */ (queryOptions(flags, { ...file, service }, one, env)));
      // As the two kinds of a connector for both are called.
      const suffix = service === "both" ? { databricks: "Databricks", fabric: "Fabric" }[one] : "";
      files.push({ path: `${name}${suffix}.pq`, content: new TextEncoder().encode(query) });
    }
  } else {
    const options = await connectorOptions(flags, { ...file, service, name }, env);
    files.push(...generator.generateConnector(/** @type {any} */ (options)));
    if (flags.mez) {
      files.push({ path: `${name}.mez`, content: generator.packConnector(files) });
    }
  }
  const written = await writeGenerated(flags.out, files, present({ force: flags.force }));
  await write(stdout, written.map((one) => `${one}\n`).join(""));
  const steps = form === "query" ? querySteps(flags, file, written) : connectorSteps(flags, name);
  await write(stderr, steps.map((line) => `${harmlessLine(line)}\n`).join(""));
  return EXIT.succeeded;
}

/**
 * What a person does with queries.
 *
 * @param {ConnectorFlags} flags
 * @param {Record<string, unknown>} file
 * @param {readonly string[]} written
 */
function querySteps(flags, file, written) {
  const from = (flags.paramFrom ?? []).map((text) => text.slice(text.indexOf("=") + 1));
  const isPrincipal =
    file.servicePrincipal !== undefined ||
    [flags.tenantId, flags.tenantParameter, flags.clientId, flags.clientIdParameter].some((given) => given !== undefined);
  const secret = flags.clientSecretParameter ?? (isPrincipal ? "ClientSecret" : undefined);
  const parameters = [
    flags.hostParameter,
    flags.tokenParameter,
    flags.tenantParameter,
    flags.clientIdParameter,
    secret,
    ...from,
  ].filter((name) => name !== undefined);
  return [
    ...(parameters.length === 0 ? [] : [`parameters   make them under Manage Parameters: ${parameters.join(", ")}`]),
    `query        New Source, Blank Query, Advanced Editor: paste ${written.join(", ")}`,
    "credential   Anonymous for the service's address, and skip the test of the connection",
  ];
}

/**
 * What a person does with a connector.
 *
 * @param {ConnectorFlags} flags
 * @param {string} name
 */
function connectorSteps(flags, name) {
  const archive = path.join(flags.out, `${name}.mez`);
  return flags.mez
    ? [
        `install      copy ${archive} to Documents\\Power BI Desktop\\Custom Connectors`,
        "allow        Options, Security, Data Extensions: any extension; then restart Power BI Desktop",
        `use          Get data, ${name}`,
      ]
    : [
        `project      open ${flags.out} in Visual Studio Code with the Power Query SDK`,
        "pack         run this again with --mez, or build the project",
      ];
}

/** @param {string} text */
function readNumber(text) {
  const number = Number(text);
  if (text.trim() === "" || !Number.isFinite(number)) {
    throw new InvalidArgumentError("Expected a number.");
  }
  return number;
}
