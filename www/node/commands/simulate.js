/** `pqrun simulate`: both services on a local port, without a workspace. */

import { readFileSync } from "node:fs";
import process from "node:process";

import { InvalidArgumentError } from "commander";

import { EXIT, usageError } from "../exit-codes.js";
import { reasonOf } from "../parameters.js";
import { write } from "../streams.js";

/** @typedef {{ port: number, host: string, speed: number, scenario?: string }} SimulateFlags */

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
    .addHelpText(
      "after",
      `
The built-in scenario knows the tokens dapi-simulated and fabric-simulated.

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
async function simulate({ port, host, speed, scenario }, { stdout, stderr }) {
  const text = scenario === undefined ? undefined : readScenario(scenario);
  // Not above: no other command needs the simulator's module.
  const { startSimulator } = await import("../simulator-server.js");
  let server;
  try {
    server = await startSimulator({ port, host, speed, scenario: text });
  } catch (error) {
    throw usageError(`the simulator can't start: ${error instanceof Error ? error.message : String(error)}`);
  }
  await write(stdout, `${server.url}\n`);
  const tokens = scenario === undefined ? "tokens: dapi-simulated, fabric-simulated; " : "";
  await write(stderr, `${tokens}Ctrl-C ends it\n`);
  await new Promise((resolve) => {
    for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
      process.once(signal, resolve);
    }
  });
  await server.close();
  return EXIT.succeeded;
}

/** @param {string} file */
function readScenario(file) {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw usageError(`--scenario: ${file} can't be read: ${reasonOf(error)}`);
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
