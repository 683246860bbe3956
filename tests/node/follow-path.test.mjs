/** Files that outputs name, through the installed package and the command, against the simulator. */

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { test } from "node:test";

import { runDatabricksJob, runFabricItem, attachDatabricksRun, resumeRun } from "pqrun";
import { databricksToken, entraClientSecret } from "pqrun/auth";
import { Simulator, simulatedFetch } from "pqrun/simulator";

import { fakeAzureCli, pqrun, simulate } from "./support.mjs";

const WORKSPACE = "1f0c4b7e-52aa-4c0d-9b7e-0d6f3a1e8c21";
const EXPORT = "5b0e7d13-9a46-4c2f-8e71-d3f6a80b4c95";
const TO_VOLUME = "880012345678909";
const IN_PARTS = "880012345678910";
const TENANT = "0c4f1d7e-2b60-4a35-9e8b-71d2c6a05f13";
const CLIENT = "b81e6d20-95c7-4f4a-8d13-6a0e27f9c354";
const STORAGE = "https://storage.azure.com/.default";
const ONE_LAKE = "https://onelake.dfs.fabric.microsoft.com";
const SCORES = `${ONE_LAKE}/Sales/lh_sales.Lakehouse/Files/out/scores.json`;

const simulated = (/** @type {any} */ t, change = (/** @type {any} */ _) => {}) =>
  simulate(t, { scenario: "demo", speed: 200, change });
const quick = { pollInterval: 500, timeout: "60s", followPath: true };
const job = (/** @type {any} */ server, jobId = TO_VOLUME, more = {}) => ({
  host: server.url,
  token: "dapi-simulated",
  jobId,
  ...quick,
  ...more,
});
const item = (/** @type {any} */ host, more = {}) => ({
  host,
  workspaceId: WORKSPACE,
  itemId: EXPORT,
  jobType: "RunNotebook",
  ...quick,
  ...more,
});
/** The tokens that the scenario knows, for what is asked. @param {import("pqrun").TokenRequest} request */
const tokenOf = ({ scope }) => (scope === STORAGE ? "storage-simulated" : "fabric-simulated");

/** How often OneLake was asked. @param {any} server */
const asked = (server) => server.truth().requests.filter(({ path }) => path.startsWith("/Sales")).length;

test("a token of the service alone does not go to OneLake", async (t) => {
  const server = await simulated(t);
  const result = await runFabricItem(item(server.url, { token: "fabric-simulated" })).result;
  const [output] = result.outputs;
  assert.equal(result.outcome, "succeeded");
  assert.equal(output.error?.code, "missingCredentials", output.error?.message);
  assert.match(output.error?.message ?? "", /storage\.azure\.com/u);
  assert.match(output.error?.hint ?? "", /callback|credential/u);
  assert.deepEqual([output.table, output.tableError?.code, result.table], [undefined, "missingCredentials", undefined]);
  assert.equal(result.outputsError?.code, "missingCredentials");
  assert.equal(asked(server), 0);
});

test("a callback that gives the service's token for everything is found out before anything is sent", async (t) => {
  const server = await simulated(t);
  const result = await runFabricItem(item(server.url, { token: () => "fabric-simulated" })).result;
  assert.equal(result.outputs[0].error?.code, "invalidCredentials");
  assert.equal(asked(server), 0);
  assert.doesNotMatch(JSON.stringify(result), /fabric-simulated/u);
});

test("a callback that fails for OneLake fails the file and not the run", async (t) => {
  const server = await simulated(t);
  const token = (/** @type {any} */ request) => {
    if (request.scope === STORAGE) {
      throw new Error("no storage for you");
    }
    return "fabric-simulated";
  };
  const result = await runFabricItem(item(server.url, { token })).result;
  assert.equal(result.outcome, "succeeded");
  assert.match(result.outputs[0].error?.message ?? "", /no storage for you/u);
});

test("a token that OneLake refuses is asked for once more, and is in no error", async (t) => {
  const server = await simulated(t);
  const requests = [];
  const token = (/** @type {any} */ request) => {
    requests.push(request);
    return request.scope === STORAGE ? "a-secret-token-of-another-audience" : "fabric-simulated";
  };
  const handle = runFabricItem(item(server.url, { token }));
  const events = [];
  for await (const event of handle) {
    events.push(event);
  }
  const result = await handle.result;
  assert.equal(result.outputs[0].error?.status, 401);
  assert.deepEqual(requests.map(({ scope, refresh }) => [scope === STORAGE, refresh]).slice(-2), [
    [true, false],
    [true, true],
  ]);
  assert.doesNotMatch(JSON.stringify([events, result, handle.snapshot()]), /a-secret-token/u);
});

test("a file that may not be read, is not there or changes is an error with its path", async (t) => {
  for (const [change, said] of /** @type {const} */ ([
    [{ access: "none" }, /READ VOLUME/u],
    [{ path: "/Volumes/main/sales/out/other.csv" }, /not found/u],
    [{ rows: 150_000, changesAfterReads: 1 }, /changed while it was read/u],
  ])) {
    const server = await simulated(t, (scenario) => Object.assign(scenario.files[0], change));
    const result = await runDatabricksJob(job(server)).result;
    const [output] = result.outputs;
    assert.equal(result.outcome, "succeeded");
    assert.equal(output.error?.code, "outputUnavailable");
    assert.match(output.error?.message ?? "", /^export: \/Volumes\/main\/sales\/out\/orders\.csv: /u);
    assert.match(`${output.error?.message}`, said);
    assert.deepEqual([output.file, output.table, output.text], [undefined, undefined, "/Volumes/main/sales/out/orders.csv"]);
  }
});

test("faults that pass are waited out", async (t) => {
  for (const kind of ["drop", "expireToken", { cut: { bytes: 100 } }, { throttle: { seconds: 20 } }, { status: { code: 503 } }]) {
    const server = await simulated(t, (scenario) => {
      scenario.faults = [{ endpoint: "fs/files", nth: 1, kind }];
    });
    const token = async () => {
      const body = JSON.stringify({ service: "databricks", lifetimeSeconds: 3600 });
      const answer = await fetch(`${server.url}/simulator/token`, { method: "POST", body });
      return /** @type {any} */ (await answer.json()).token;
    };
    const result = await runDatabricksJob(job(server, TO_VOLUME, { token })).result;
    assert.equal(result.outputs[0].error, undefined, JSON.stringify([kind, result.outputs[0].error]));
    assert.ok((result.outputs[0].file?.size ?? 0) > 10_000);
  }
});

test("without the option a path is a text", async (t) => {
  const server = await simulated(t);
  const result = await runDatabricksJob(job(server, TO_VOLUME, { followPath: false })).result;
  assert.deepEqual(result.table?.toArray(), [{ value: "/Volumes/main/sales/out/orders.csv" }]);
  assert.equal(result.outputs[0].file, undefined);
});

test("a file in a volume and the parts of a directory in DBFS become tables", async (t) => {
  const server = await simulated(t);
  const whole = await runDatabricksJob(job(server)).result;
  assert.equal(whole.outputs[0].file?.path, "/Volumes/main/sales/out/orders.csv");
  assert.equal(whole.table?.rowCount, 500);
  assert.deepEqual(
    whole.table?.columns.map(({ name }) => name),
    ["id", "day", "customer", "amount", "paid"],
  );
  const parts = await runDatabricksJob(job(server, IN_PARTS)).result;
  assert.equal(parts.outputs[0].file?.path, "dbfs:/out/orders_by_day");
  assert.deepEqual(parts.table?.toArray(), [
    { day: "2026-03-01", orders: 41 },
    { day: "2026-03-02", orders: 38 },
    { day: "2026-03-03", orders: 57 },
  ]);
});

test("the bytes of a file are neither in the result's JSON nor in a snapshot", async (t) => {
  const server = await simulated(t);
  const handle = runDatabricksJob(job(server));
  const result = await handle.result;
  const { outputs } = JSON.parse(JSON.stringify(result));
  assert.deepEqual(Object.keys(outputs[0].file).toSorted(), ["path", "size"]);
  const snapshot = handle.snapshot();
  assert.equal(snapshot.options.followPath, true);
  assert.ok(JSON.stringify(snapshot).length < 5000);

  const again = await resumeRun(snapshot, { token: "dapi-simulated" }).result;
  assert.equal(again.table?.rowCount, 500);
  const off = await resumeRun(snapshot, { token: "dapi-simulated", followPath: false }).result;
  assert.equal(off.table?.rowCount, 1);
  const runId = result.run?.id ?? "";
  const attached = await attachDatabricksRun({ host: server.url, token: "dapi-simulated", runId, ...quick }).result;
  assert.equal(attached.table?.rowCount, 500);
});

test("each host gets its own token and no other", async () => {
  const simulator = new Simulator(undefined, Date.now(), 200);
  const reach = simulatedFetch(simulator);
  const requests = [];
  /** @type {import("pqrun").TokenRequest[]} */
  const told = [];
  const result = await runFabricItem(
    item(undefined, {
      token: (/** @type {any} */ request) => {
        told.push(request);
        return tokenOf(request);
      },
      fetch: (/** @type {string} */ url, /** @type {any} */ init) => {
        requests.push([new URL(url).origin, init.headers.Authorization, init.redirect]);
        return reach(url, init);
      },
    }),
  ).result;
  simulator.free();
  assert.equal(result.outputs[0].error, undefined, result.outputs[0].error?.message);
  assert.deepEqual(result.table?.toArray().map(({ region }) => region), ["Nord", "Süd", "東"]);
  assert.deepEqual(result.outputs[0].file?.path, SCORES);
  for (const [origin, authorization, redirect] of requests) {
    const expected = origin === ONE_LAKE ? "Bearer storage-simulated" : "Bearer fabric-simulated";
    assert.deepEqual([authorization, redirect], [expected, "manual"], origin);
  }
  assert.ok(requests.some(([origin]) => origin === ONE_LAKE));
  const forLake = told.filter(({ scope }) => scope === STORAGE);
  assert.deepEqual(forLake, [{ host: ONE_LAKE, scope: STORAGE, refresh: false }]);
});

test("a credential that signs in to Entra reads OneLake, and one that holds a token does not", async (t) => {
  const server = await simulated(t);
  const entra = entraClientSecret({
    tenantId: TENANT,
    clientId: CLIENT,
    clientSecret: "entra-simulated-secret",
    authority: server.url,
  });
  const result = await runFabricItem(item(server.url, { credential: entra })).result;
  assert.equal(result.outputs[0].error, undefined, result.outputs[0].error?.message);
  assert.equal(result.table?.rowCount, 3);
  entra.free();

  const held = databricksToken({ token: "fabric-simulated" });
  const refused = await runFabricItem(item(server.url, { credential: held })).result;
  assert.equal(refused.outputs[0].error?.code, "invalidCredentials");
  held.free();
});

const command = (/** @type {any} */ server, ...more) => [
  "run", "fabric", "--host", server.url, "--workspace", WORKSPACE, "--item", EXPORT, "--job-type", "RunNotebook",
  "--poll-interval", "500ms", "--follow-path", ...more,
];

test("pqrun run --follow-path says what a token alone can't read, and what to use", async (t) => {
  const server = await simulated(t);
  const args = command(server, "--format", "csv");
  const { code, stdout, stderr } = await pqrun(t, args, { env: { FABRIC_TOKEN: "fabric-simulated" } });
  assert.deepEqual([code, stdout], [9, ""], stderr);
  assert.match(stderr, /storage\.azure\.com/u);
  assert.doesNotMatch(stderr, /fabric-simulated/u);
  assert.equal(asked(server), 0);
});

test("pqrun run --follow-path reads OneLake by a service principal and by Azure CLI", async (t) => {
  const server = await simulated(t);
  const expected = "region,score,checked\r\nNord,0.81,2026-03-01T06:30:00.000Z\r\n";
  const spn = await pqrun(t, command(server, "--format", "csv"), {
    env: {
      FABRIC_TOKEN: undefined,
      AZURE_TENANT_ID: TENANT,
      AZURE_CLIENT_ID: CLIENT,
      AZURE_CLIENT_SECRET: "entra-simulated-secret",
      AZURE_AUTHORITY_HOST: server.url,
    },
  });
  assert.equal(spn.code, 0, spn.stderr);
  assert.ok(spn.stdout.startsWith(expected), spn.stdout);

  // A program in the place of Azure CLI that gives each resource its token.
  const az = fakeAzureCli(t, "");
  const script = `#!${process.execPath}
const of = process.argv[process.argv.indexOf("--resource") + 1];
const accessToken = of === "https://storage.azure.com" ? "storage-simulated" : "fabric-simulated";
process.stdout.write(JSON.stringify({ accessToken, expires_on: 4000000000 }));`;
  writeFileSync(path.join(az.folder, "az"), script, { mode: 0o755 });
  const cli = await pqrun(t, command(server, "--format", "csv"), { env: { FABRIC_TOKEN: undefined, ...az.env } });
  assert.equal(cli.code, 0, cli.stderr);
  assert.ok(cli.stdout.startsWith(expected), cli.stdout);
});

test("pqrun run --follow-path takes a token for OneLake beside that for Fabric", async (t) => {
  const server = await simulated(t);
  const env = { FABRIC_TOKEN: "fabric-simulated", FAB_TOKEN_ONELAKE: "storage-simulated" };
  const { code, stdout, stderr } = await pqrun(t, command(server, "--format", "jsonl"), { env });
  assert.equal(code, 0, stderr);
  assert.equal(stdout.split("\n").length, 4);
  const wrong = { ...env, FAB_TOKEN_ONELAKE: "another-secret-token" };
  const refused = await pqrun(t, command(server, "--log-level", "debug"), { env: wrong });
  assert.equal(refused.code, 9);
  assert.doesNotMatch(refused.stdout + refused.stderr, /another-secret-token|fabric-simulated/u);
  assert.match(refused.stderr, /ReadAll|storage\.azure\.com/u);
});

test("pqrun run databricks --follow-path writes the file's rows", async (t) => {
  const server = await simulated(t);
  const args = ["run", "databricks", "--host", server.url, "--job-id", IN_PARTS, "--poll-interval", "500ms"];
  const env = { DATABRICKS_TOKEN: "dapi-simulated" };
  const { code, stdout, stderr } = await pqrun(t, [...args, "--follow-path", "--format", "csv"], { env });
  assert.equal(code, 0, stderr);
  assert.equal(stdout, "day,orders\r\n2026-03-01,41\r\n2026-03-02,38\r\n2026-03-03,57\r\n");
});
