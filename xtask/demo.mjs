/**
 * The demonstration: both services from memory on a local port, and the package as its users have it. It starts a
 * Databricks job of three tasks and a Fabric pipeline with parameters, follows both, and prints what they gave out.
 *
 * `cargo xtask demo` runs it in a project in which the package is installed.
 */

import process from "node:process";

import { runDatabricksJob, runFabricItem } from "pqrun";
import { startSimulator } from "pqrun/simulator";

// How the command shows things; no part of what the package exports.
const command = new URL("node/", import.meta.resolve("pqrun/package.json"));
const { createProgress } = await import(new URL("progress.js", command).href);
const { chooseOutputs, writeOutputs } = await import(new URL("format.js", command).href);

/** Divides the lengths of time in the simulated services. The client knows nothing of it. */
const SPEED = 10;

/**
 * @param {string} title
 * @param {import("pqrun").RunHandle} run
 */
async function show(title, run) {
  process.stdout.write(`\n${title}\n`);
  const progress = createProgress({ stream: process.stdout });
  for await (const event of run) {
    progress.show(event);
  }
  progress.stop();
  const result = await run.result;
  if (result.outcome !== "succeeded") {
    throw new Error(`expected ${title} to succeed, found ${result.outcome}: ${result.message}`);
  }
  const width = process.stdout.isTTY ? process.stdout.columns : undefined;
  process.stdout.write(`run ${result.run.id} succeeded\n\n${writeOutputs(chooseOutputs(result), "table", { width })}`);
}

const began = Date.now();
const services = await startSimulator({ speed: SPEED });
process.stdout.write(`Databricks and Fabric, simulated ${SPEED} times faster, on ${services.url}\n`);
try {
  await show(
    "The Databricks job orders_daily: three tasks, by name",
    runDatabricksJob({
      host: services.url,
      token: "dapi-simulated",
      jobName: "orders_daily",
      jobParameters: { day: "2026-03-01" },
      timeout: "2m",
    }),
  );
  await show(
    "The Fabric pipeline orders: a Lookup, a notebook, a return value, with parameters",
    runFabricItem({
      host: services.url,
      token: "fabric-simulated",
      workspaceId: "1f0c4b7e-52aa-4c0d-9b7e-0d6f3a1e8c21",
      itemId: "7a93e1d4-0f5b-4e0a-8d3c-64b2f9c7a510",
      parameters: { p_day: "2026-03-01", p_rows: 5, p_full: true },
      timeout: "2m",
    }),
  );
  process.stdout.write(`\nboth in ${Math.round((Date.now() - began) / 1000)} s\n`);
} finally {
  await services.close();
}
