/** `pqrun simulate`: both services on a local port, without a workspace. */

import { readFileSync } from "node:fs";
import process from "node:process";

import { InvalidArgumentError } from "commander";

import { EXIT, usageError } from "../exit-codes.js";
import { reasonOf } from "../parameters.js";
import { write } from "../streams.js";

/** @typedef {{ port: number, host: string, speed: number, scenario?: string, tlsKey?: string, tlsCert?: string }} SimulateFlags */

/** Nothing of it is secret: it is in `tests/scenarios/demo.json`. */
const BUILT_IN_SIGN_IN = `The built-in scenario takes
  tokens       dapi-simulated (Databricks), fabric-simulated (Fabric)
  Databricks   client 5f2a8c61-7d90-4e3b-b1c4-92e06d3f7a58, secret databricks-simulated-secret
  Entra        tenant 0c4f1d7e-2b60-4a35-9e8b-71d2c6a05f13, client b81e6d20-95c7-4f4a-8d13-6a0e27f9c354,
               secret entra-simulated-secret or assertion simulated.build.token
  Key Vault    keyvault://kv-demo/databricks-token, keyvault://kv-demo/databricks-secret`;

/**
 * @param {import("commander").Command} program
 * @param {import("../program.js").Context} context
 */
export function addSimulate(program, context) {
  program
    .command("simulate")
    .description("serve both services from memory; the address is written to standard output")
    .option("--port <port>", "the port; 0 takes a free one", readPort, 0)
    .option("--host <address>", "the address to listen on", "127.0.0.1")
    .option("--speed <factor>", "divides every length of time", readSpeed, 1)
    .option("--scenario <file>", "a JSON document with jobs, items and faults (default: the built-in one)")
    .option("--tls-key <file>", "serve HTTPS with this private key, in PEM; needs --tls-cert")
    .option("--tls-cert <file>", "the key's certificate, in PEM; clients trust it by NODE_EXTRA_CA_CERTS")
    .addHelpText(
      "after",
      `
${BUILT_IN_SIGN_IN}

Examples:
  $ pqrun simulate --port 8080 --speed 10
  $ DATABRICKS_TOKEN=dapi-simulated pqrun run databricks --host http://127.0.0.1:8080 --job-name orders_daily`,
    )
    .action(async (/** @type {SimulateFlags} */ flags) => {
      context.exitCode = await simulate(flags, context.streams);
    });
}

/**
 * @param {SimulateFlags} flags
 * @param {import("../streams.js").Streams} streams
 */
async function simulate({ port, host, speed, scenario, tlsKey, tlsCert }, { stdout, stderr }) {
  const text = scenario === undefined ? undefined : read(scenario, "--scenario");
  if ((tlsKey === undefined) !== (tlsCert === undefined)) {
    throw usageError("--tls-key and --tls-cert: expected both or none");
  }
  const tls =
    tlsKey === undefined || tlsCert === undefined
      ? undefined
      : { key: read(tlsKey, "--tls-key"), cert: read(tlsCert, "--tls-cert") };
  // Not above: no other command needs the simulator's module.
  const { startSimulator } = await import("../simulator-server.js");
  let server;
  try {
    server = await startSimulator({ port, host, speed, scenario: text, tls });
  } catch (error) {
    throw usageError(`the simulator can't start: ${error instanceof Error ? error.message : String(error)}`);
  }
  await write(stdout, `${server.url}\n`);
  await write(stderr, scenario === undefined ? `${BUILT_IN_SIGN_IN}\nCtrl-C ends it\n` : "Ctrl-C ends it\n");
  await new Promise((resolve) => {
    for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
      process.once(signal, resolve);
    }
  });
  await server.close();
  return EXIT.succeeded;
}

/**
 * @param {string} file
 * @param {string} flag
 */
function read(file, flag) {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw usageError(`${flag}: ${file} can't be read: ${reasonOf(error)}`);
  }
}

/** @param {string} text */
function readPort(text) {
  const port = Number(text);
  if (!/^\d+$/u.test(text) || port > 65_535) {
    throw new InvalidArgumentError("Expected a number from 0 to 65535.");
  }
  return port;
}

/** @param {string} text */
function readSpeed(text) {
  const speed = Number(text);
  if (text.trim() === "" || !Number.isFinite(speed) || speed <= 0) {
    throw new InvalidArgumentError("Expected a number above 0.");
  }
  return speed;
}
