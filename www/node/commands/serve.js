/** `pqrun serve`: the page on a local port, and a proxy that keeps the tokens of the services out of it. */

import process from "node:process";

import { InvalidArgumentError } from "commander";

import { describeChoice } from "../auth/describe.js";
import { chooseBy, connect, fabricHost } from "../connection.js";
import { knownTokens, rememberSecret, withoutSecrets } from "../credentials.js";
import { EXIT, usageError } from "../exit-codes.js";
import { repeatable } from "../flags.js";
import { present } from "../present.js";
import { reasonOf } from "../parameters.js";
import { write } from "../streams.js";
import { harmlessLine } from "../text.js";

/** @typedef {import("../credentials.js").Service} Service */
/** @typedef {import("../server/server.js").ProxiedService} ProxiedService */

/**
 * @typedef {object} ServeFlags
 * @property {number} [port]
 * @property {string} host
 * @property {boolean} open
 * @property {boolean} [databricks]
 * @property {string} [databricksHost]
 * @property {string} [profile]
 * @property {string} [workspaceId]
 * @property {string[]} [allowJob]
 * @property {boolean} [fabric]
 * @property {string} [fabricHost]
 * @property {string[]} [allowItem]
 * @property {boolean} [followPath]
 * @property {boolean} [trustHost]
 */

/** What the page keeps in the browser belongs to its address, so that should be the same at each start. */
const PORT = 8717;

const LOOPBACK = new Set(["127.0.0.1", "::1", "localhost"]);

/**
 * @param {import("commander").Command} program
 * @param {import("../program.js").Context} context
 */
export function addServe(program, context) {
  program
    .command("serve")
    .description("serve the page, and for the services that are named a proxy that adds the token; writes the address to standard output")
    .option("--port <port>", `the port; 0 takes a free one (default: ${PORT}, or a free one if that is taken)`, readPort)
    .option("--host <address>", "the address to listen on", "127.0.0.1")
    .option("--no-open", "do not open the page in the browser")
    .option("--databricks", "let the page reach the Databricks workspace of DATABRICKS_HOST or of a profile")
    .option("--databricks-host <url>", "let the page reach this workspace")
    .option("--profile <name>", "let the page reach the workspace of this profile of .databrickscfg, signed in by it")
    .option("--workspace-id <id>", "the Databricks workspace's id, for a host that serves several")
    .addOption(repeatable("--allow-job <id>", "let through requests for this Databricks job only"))
    .option("--fabric", "let the page reach Microsoft Fabric")
    .option("--fabric-host <url>", "let the page reach Fabric at this address (default: https://api.fabric.microsoft.com)")
    .addOption(repeatable("--allow-item <id>", "let through requests for this Fabric item only"))
    .option("--follow-path", "let through reading files: volumes, DBFS, OneLake, whatever the token may read")
    .option("--trust-host", "send the token even if the host is none of the service's own")
    .addHelpText(
      "after",
      `
Without --databricks, --databricks-host, --profile, --fabric or --fabric-host there is no proxy: the page has its simulator.
The token stays here. What is let through and what protects it: docs/serve.md in the sources.

Examples:
  $ pqrun serve
  $ pqrun serve --databricks-host https://adb-1111222233334444.5.azuredatabricks.net --allow-job 880012345678901
  $ pqrun serve --fabric --no-open --port 8080`,
    )
    .action(async (/** @type {ServeFlags} */ flags) => {
      context.exitCode = await serve(flags, context.streams);
    });
}

/**
 * @param {ServeFlags} flags
 * @param {import("../streams.js").Streams} streams
 */
async function serve(flags, { stdout, stderr, env }) {
  const services = await servicesOf(flags, env);
  // Not above: no other command needs it.
  const { startServer } = await import("../server/server.js");
  const clean = (/** @type {string} */ text) => withoutSecrets(text, knownTokens(env));
  const start = (/** @type {number} */ port) => startServer({ port, host: flags.host, services, clean, ...(!flags.open && { openMs: 0 }) });
  /** @type {import("../server/server.js").RunningServer} */
  let server;
  let isElsewhere = false;
  try {
    server = await start(flags.port ?? PORT).catch((error) => {
      isElsewhere = flags.port === undefined && Reflect.get(Object(error), "code") === "EADDRINUSE";
      if (!isElsewhere) {
        throw error;
      }
      return start(0);
    });
  } catch (error) {
    // An option of a service says by itself what is wrong with it.
    throw error instanceof Error && error.name === "PqrunError"
      ? error
      : usageError(`the server can't start: ${reasonOf(error)}`, "--port and --host say where it listens");
  }
  if (server.key !== undefined) {
    rememberSecret(server.key);
  }
  await write(stdout, `${server.address}\n`);
  const notes = [
    ...services.map(told),
    ...(isElsewhere
      ? [`port ${PORT} is taken, so it listens on ${server.port}: runs that a page kept at another port are not found here`]
      : []),
    ...(LOOPBACK.has(flags.host)
      ? []
      : [`it listens on ${flags.host}: others on the network may reach it, and read what goes by, the session key too`]),
    ...(server.hasPage ? [] : ["this package has no page"]),
    ...(server.key === undefined ? [] : ["the address holds the key of this start: whoever has it may do what the page may"]),
  ];
  await write(stderr, notes.map((note) => `${harmlessLine(note)}\n`).join(""));
  const { openBrowser } = await import("../server/browser.js");
  if (server.once !== undefined && !(await openBrowser(server.once, env))) {
    await write(stderr, "no browser could be opened: open the address above\n");
  }
  await write(stderr, "Ctrl-C ends it\n");
  await new Promise((resolve) => {
    for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
      process.once(signal, resolve);
    }
  });
  await server.close();
  return EXIT.succeeded;
}

/**
 * The services that were named, each with its credential. Nothing is sent.
 *
 * @param {ServeFlags} flags
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<ProxiedService[]>}
 */
async function servicesOf(flags, env) {
  const { databricksHost, profile, workspaceId, allowJob, allowItem, followPath = false, trustHost } = flags;
  const isDatabricks = flags.databricks === true || databricksHost !== undefined || profile !== undefined;
  const isFabric = flags.fabric === true || flags.fabricHost !== undefined;
  for (const [flag, given, needed] of /** @type {const} */ ([
    ["--allow-job", allowJob, isDatabricks || "--databricks"],
    ["--workspace-id", workspaceId, isDatabricks || "--databricks"],
    ["--allow-item", allowItem, isFabric || "--fabric"],
    ["--follow-path", flags.followPath, isDatabricks || isFabric || "--databricks or --fabric"],
    ["--trust-host", trustHost, isDatabricks || isFabric || "--databricks or --fabric"],
  ])) {
    if (given !== undefined && needed !== true) {
      throw usageError(`${flag} needs ${needed}`);
    }
  }
  /** @param {Service} service @param {string | undefined} host @param {string} [named] @returns {Promise<ProxiedService>} */
  const proxied = async (service, host, named) => {
    const how = present({ host, hostFlag: `--${service}-host`, profile: named, trustHost, followPath });
    const described = describeChoice(chooseBy(service, how, env));
    const { host: _, ...connection } = await connect(service, how, env);
    return {
      service,
      host: described.host,
      only: (service === "databricks" ? allowJob : allowItem) ?? [],
      followPath,
      ...connection,
      described: `${described.what} (${described.source})`,
    };
  };
  return [
    ...(isDatabricks
      ? [{ ...(await proxied("databricks", databricksHost, profile)), ...present({ workspaceId }) }]
      : []),
    ...(isFabric ? [await proxied("fabric", fabricHost(flags.fabricHost))] : []),
  ];
}

/**
 * A service in a line.
 *
 * @param {ProxiedService} service
 */
function told({ service, host, described, only, followPath }) {
  const [name, one, all] = service === "databricks" ? ["Databricks", "job", "jobs"] : ["Fabric", "item", "items"];
  const which = only.length === 0 ? `all ${all}` : `the ${only.length === 1 ? one : all} ${only.join(", ")}`;
  return `${name} at ${host}: ${described}; ${which}${followPath ? ", and files" : ""}`;
}

/** @param {string} text */
function readPort(text) {
  const port = Number(text);
  if (!/^\d+$/u.test(text) || port > 65_535) {
    throw new InvalidArgumentError("Expected a number from 0 to 65535.");
  }
  return port;
}
