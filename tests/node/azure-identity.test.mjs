/** The official credential of Azure as ours: its own requests, over TLS, to the simulated authority. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { startSimulator } from "pqrun/simulator";

import { authorityFile, certificate } from "./network.mjs";
import { environment, folder, scenario, startScript } from "./support.mjs";

/** What a user writes, with a run of each service. */
const SCRIPT = `
import { ClientSecretCredential } from "@azure/identity";
import { runDatabricksJob, runFabricItem } from "pqrun";

const host = process.env.SIMULATOR;
const credential = new ClientSecretCredential(
  "4d9e21b7-6c03-4f58-9a1e-b7c20d85f361",
  process.env.CLIENT_ID,
  process.env.CLIENT_SECRET,
  { authorityHost: host, disableInstanceDiscovery: true },
);
const runs = [
  runDatabricksJob({ host, jobName: "nightly", credential, pollInterval: "500ms" }),
  runFabricItem({
    host,
    workspaceId: "22222222-2222-4222-8222-222222222222",
    itemId: "bbbbbbbb-0000-4000-8000-000000000001",
    credential,
    pollInterval: "500ms",
  }),
];
for (const run of runs) {
  const { outcome, message, error, table } = await run.result;
  console.log(JSON.stringify({ outcome, message, code: error?.code, rows: table?.rowCount }));
}
`;
