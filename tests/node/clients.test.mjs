/** The services call by call. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { DatabricksClient, FabricClient } from "pqrun";

import { DATABRICKS_TOKEN, FABRIC_TOKEN, ITEM, WORKSPACE, databricksRuns, simulate } from "./support.mjs";

/** @param {string} code */
const coded = (code) => (/** @type {unknown} */ error) => {
  assert.ok(error instanceof Error && error.name === "PqrunError");
  assert.equal(Reflect.get(error, "code"), code, error.message);
  return true;
};

test("Databricks: from the start to the output, call by call", async (t) => {
  const server = await simulate(t);
  const client = new DatabricksClient({ host: server.url, token: DATABRICKS_TOKEN });
  const { runId } = await client.runNow({ jobName: "good", jobParameters: { day: "1" } });
  assert.equal(runId, "9223372036854775807");
  const ended = await client.awaitRun(runId, { pollInterval: 500 });
  assert.equal(ended.outcome, "succeeded");
  assert.equal(ended.table?.rowCount, 2);
  const run = await client.getRun(runId);
  assert.deepEqual([run.runId, run.jobId, run.phase, run.outcome], [runId, "101", "ended", "succeeded"]);
  assert.equal(run.tasks[0].taskKey, "load");
  const output = await client.getRunOutput(run.tasks[0].runId ?? "");
  assert.equal(output.table?.rowCount, 2);
  assert.deepEqual(
    (await client.listRuns({ jobId: 101 })).map((one) => one.runId),
    [runId],
  );
  assert.deepEqual(await client.listRuns({ jobId: 101, activeOnly: true }), []);
});

test("Databricks: runNowAndAwait, cancelRun, listJobs", async (t) => {
  const server = await simulate(t);
  const client = new DatabricksClient({ host: server.url, token: DATABRICKS_TOKEN });
  const failed = await client.runNowAndAwait({ jobId: "102" }, { pollInterval: 500 });
  assert.equal(failed.outcome, "failed");
  const { runId } = await client.runNow({ jobName: "long" });
  await client.cancelRun(runId);
  assert.equal((await client.awaitRun(runId, { pollInterval: 500 })).outcome, "cancelled");
  const jobs = await client.listJobs();
  assert.ok(jobs.length > 5);
  assert.deepEqual(
    (await client.listJobs({ name: "good" })).map(({ jobId }) => jobId),
    ["101"],
  );
  assert.equal((await client.listJobs({ limit: 2 })).length, 2);
});

test("Databricks: getJob tells what a job declares", async (t) => {
  const server = await simulate(t, {
    change: (it) => {
      it.databricks.jobs[0].parameters = Object.fromEntries(Array.from({ length: 230 }, (_, at) => [`p${at}`, `${at}`]));
    },
  });
  const client = new DatabricksClient({ host: server.url, token: DATABRICKS_TOKEN });
  const job = await client.getJob(101);
  assert.deepEqual([job.jobId, job.name], ["101", "good"]);
  assert.equal(job.parameters.length, 230, "all pages");
  assert.deepEqual(job.parameters.at(-1), { name: "p229", default: "229" });
  assert.deepEqual((await client.getJob("102")).parameters, []);
  await assert.rejects(client.getJob("9"), coded("jobNotFound"));
  await assert.rejects(client.getJob("x"), coded("invalidOptions"));
});

test("Databricks: refusals have codes", async (t) => {
  const server = await simulate(t);
  const client = new DatabricksClient({ host: server.url, token: DATABRICKS_TOKEN });
  await assert.rejects(client.getRun("5"), coded("runNotFound"));
  await assert.rejects(client.runNow({ jobName: "no such job" }), coded("jobNameNotFound"));
  await assert.rejects(client.runNow({ jobName: "twin" }), coded("jobNameAmbiguous"));
  await assert.rejects(client.runNow({ jobId: "108" }), coded("forbidden"));
  await assert.rejects(async () => client.getRun(2 ** 53), coded("invalidOptions"));
  assert.throws(() => new DatabricksClient({ host: "http://example.com", token: "x" }), coded("invalidHost"));
  assert.equal(databricksRuns(server, 108).length, 0);
});

test("Fabric: from the start to the activities, call by call", async (t) => {
  const server = await simulate(t);
  const client = new FabricClient({ host: server.url, workspaceId: WORKSPACE, token: FABRIC_TOKEN });
  const started = await client.createRun(ITEM.good, { parameters: { p_day: "2026-03-01", p_rows: 5, p_full: true } });
  assert.equal(started.pipelineId, ITEM.good);
  assert.equal(started.workspaceId, WORKSPACE);
  const ended = await client.awaitRunCompletion(ITEM.good, started.runId, { pollInterval: 500 });
  assert.equal(ended.outcome, "succeeded");
  const state = await client.getRunState(ITEM.good, started.runId);
  assert.deepEqual([state.status, state.phase, state.outcome], ["Completed", "ended", "succeeded"]);
  const activities = await client.queryActivityRuns(started.runId);
  assert.deepEqual(
    activities.map(({ activityName }) => activityName),
    ["Get", "Return"],
  );
  assert.deepEqual(
    (await client.listRuns(ITEM.good)).map(({ runId }) => runId),
    [started.runId],
  );
});

test("Fabric: createRunAndAwaitCompletion, cancelRun, listItems, listWorkspaces", async (t) => {
  const server = await simulate(t);
  const client = new FabricClient({ host: server.url, workspaceId: WORKSPACE, token: FABRIC_TOKEN });
  const failed = await client.createRunAndAwaitCompletion(ITEM.failing, {}, { pollInterval: 500 });
  assert.equal(failed.outcome, "failed");
  const { runId } = await client.createRun(ITEM.long);
  await client.cancelRun(ITEM.long, runId);
  assert.equal((await client.awaitRunCompletion(ITEM.long, runId, { pollInterval: 500 })).outcome, "cancelled");
  assert.equal((await client.listItems()).length, Object.keys(ITEM).length);
  assert.deepEqual(
    (await client.listItems({ type: "Notebook" })).map(({ id }) => id),
    [ITEM.notebook],
  );
  assert.deepEqual(
    (await client.listWorkspaces()).map(({ id }) => id),
    [WORKSPACE],
  );
  await assert.rejects(client.getRunState(ITEM.good, runId), coded("runNotFound"));
});

test("Fabric: getPipelineDefinition tells what a pipeline declares", async (t) => {
  const server = await simulate(t, {
    change: (it) => (it.fabric.items[0].parameters.key = { type: "SecureString", defaultValue: "hidden" }),
  });
  const client = new FabricClient({ host: server.url, workspaceId: WORKSPACE, token: FABRIC_TOKEN });
  const declared = {
    name: "good",
    parameters: [
      { name: "p_day", type: "string", default: "x" },
      { name: "p_rows", type: "int", default: 1 },
      { name: "p_full", type: "bool", default: false },
      // What it holds is a secret, also as a default.
      { name: "key", type: "securestring" },
    ],
  };
  assert.deepEqual(await client.getPipelineDefinition(ITEM.good), declared);
  await assert.rejects(client.getPipelineDefinition(ITEM.forbidden), coded("forbidden"));
});

test("Fabric: a definition may come by a long running operation", async () => {
  const operation = "12345678-0000-4000-8000-000000000001";
  const payload = Buffer.from(JSON.stringify({ properties: { parameters: { day: { type: "string" } } } }));
  /** @type {string[]} */
  const asked = [];
  const answers = [
    new Response(null, {
      status: 202,
      headers: { "x-ms-operation-id": operation, "retry-after": "1", location: "https://elsewhere.example/v1/x" },
    }),
    Response.json({ status: "Running" }, { headers: { "retry-after": "1" } }),
    Response.json({ status: "Succeeded" }),
    Response.json({
      definition: { parts: [{ path: "pipeline-content.json", payload: payload.toString("base64") }] },
    }),
  ];
  const client = new FabricClient({
    workspaceId: WORKSPACE,
    token: FABRIC_TOKEN,
    fetch: async (url, { method }) => {
      asked.push(`${method} ${url}`);
      return answers.shift();
    },
  });
  const { parameters } = await client.getPipelineDefinition(ITEM.good);
  assert.deepEqual(parameters, [{ name: "day", type: "string" }]);
  const api = "https://api.fabric.microsoft.com/v1";
  assert.deepEqual(asked, [
    `POST ${api}/workspaces/${WORKSPACE}/dataPipelines/${ITEM.good}/getDefinition`,
    `GET ${api}/operations/${operation}`,
    `GET ${api}/operations/${operation}`,
    `GET ${api}/operations/${operation}/result`,
  ]);
});

test("Fabric: a long running operation that fails says why", async () => {
  const answers = [
    new Response(null, { status: 202, headers: { "x-ms-operation-id": "1", "retry-after": "1" } }),
    Response.json({ status: "Failed", error: { errorCode: "CorruptedPayload", message: "no definition" } }),
  ];
  const client = new FabricClient({ workspaceId: WORKSPACE, token: FABRIC_TOKEN, fetch: async () => answers.shift() });
  await assert.rejects(client.getPipelineDefinition(ITEM.good), { serviceCode: "CorruptedPayload", message: /no definition/u });
});
