/** The installed package on a page, against the simulator over HTTP. */

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  DATABRICKS_TOKEN,
  FABRIC_TOKEN,
  ITEM,
  WORKSPACE,
  databricksRuns,
  fabricRuns,
  simulate,
} from "../node/support.mjs";
import { launch, open, page, serve } from "./support.mjs";

const browser = await launch();

/** @param {string} url */
const fabricOptions = (url, itemId = ITEM.good) =>
  JSON.stringify({
    host: url,
    token: FABRIC_TOKEN,
    workspaceId: WORKSPACE,
    itemId,
    parameters: { p_rows: 5 },
    pollInterval: 500,
    timeout: "30s",
  });

/** @param {string} url */
const databricksOptions = (url, jobName = "good") =>
  JSON.stringify({ host: url, token: DATABRICKS_TOKEN, jobName, pollInterval: 500, timeout: "30s", retryBudget: "1s" });

const BOTH = (/** @type {string} */ url) =>
  page(`
  import { runDatabricksJob, runFabricItem } from "pqrun";
  const runs = [runFabricItem(${fabricOptions(url)}), runDatabricksJob(${databricksOptions(url)})];
  const phases = [];
  for await (const { phase } of runs[0]) phases.push(phase);
  const results = await Promise.all(runs.map((run) => run.result));
  globalThis.answer = {
    phases,
    outcomes: results.map(({ outcome }) => outcome),
    fabric: results[0].outputs.map(({ key, table }) => [key, table.toJson()]),
    databricks: results[1].table.toCsv(),
    runId: results[1].run.id,
  };
`);

test("a page finishes a Fabric run and a Databricks run over HTTP, without a word on the console", async (t) => {
  const server = await simulate(t, { change: (it) => (it.allowAllOrigins = true) });
  const origin = await serve(t, { "/": BOTH(server.url) });
  const { answer, problems } = await open(t, browser, `${origin}/`);
  assert.deepEqual(answer.outcomes, ["succeeded", "succeeded"]);
  assert.deepEqual(answer.fabric, [
    ["Get", '[{"id":1,"day":"x"}]'],
    ["Return", '[{"day":"x","rows":5,"full":false}]'],
  ]);
  assert.match(answer.databricks, /^id,name,amount,note\r\n1,Łukasz,/u);
  assert.match(answer.databricks, /9007199254740993/u);
  assert.equal(answer.runId, "9223372036854775807");
  assert.equal(answer.phases.at(-1), "ended");
  assert.deepEqual(problems, []);
});

test("a page finishes a Fabric run although the service shows pages few of its headers", async (t) => {
  const server = await simulate(t);
  const script = `
    import { runFabricItem } from "pqrun";
    const { outcome, run, warnings } = await runFabricItem(${fabricOptions(server.url)}).result;
    globalThis.answer = { outcome, identifiedBy: run.identifiedBy, warnings };
  `;
  const origin = await serve(t, { "/": page(script) });
  const { answer } = await open(t, browser, `${origin}/`);
  assert.equal(answer.outcome, "succeeded", JSON.stringify(answer));
  assert.equal(fabricRuns(server, ITEM.good).length, 1);
});

test("Databricks lets no page in: a clear error, and nothing started", async (t) => {
  const server = await simulate(t);
  const script = `
    import { runDatabricksJob } from "pqrun";
    const { outcome, error } = await runDatabricksJob(${databricksOptions(server.url)}).result;
    globalThis.answer = { outcome, code: error.code, hint: error.hint };
  `;
  const origin = await serve(t, { "/": page(script) });
  const { answer } = await open(t, browser, `${origin}/`);
  assert.deepEqual([answer.outcome, answer.code], ["rejected", "network"]);
  assert.match(answer.hint, /CORS/u);
  assert.equal(databricksRuns(server, 101).length, 0);
});

test("a page that goes away leaves the run, and the next page goes on with it", async (t) => {
  const server = await simulate(t, { change: (it) => (it.allowAllOrigins = true) });
  const first = page(`
    import { runFabricItem } from "pqrun";
    const run = runFabricItem({
      ...${fabricOptions(server.url, ITEM.long)},
      persist: (snapshot) => localStorage.setItem("run", JSON.stringify(snapshot)),
    });
    for await (const { phase, runId } of run) if (phase === "running") globalThis.answer = runId;
  `);
  const second = page(`
    import { resumeRun } from "pqrun";
    const run = resumeRun(localStorage.getItem("run"), { token: ${JSON.stringify(FABRIC_TOKEN)} });
    for await (const { phase } of run) if (phase === "running") run.cancel();
    const { outcome, run: { id } } = await run.result;
    globalThis.answer = { outcome, id };
  `);
  const origin = await serve(t, { "/first.html": first, "/second.html": second });
  const { answer: started, page: tab } = await open(t, browser, `${origin}/first.html`);
  await tab.goto(`${origin}/second.html`);
  await tab.waitForFunction(() => Reflect.has(globalThis, "answer"), undefined, { timeout: 60_000 });
  const { outcome, id } = await tab.evaluate(() => Reflect.get(globalThis, "answer"));
  assert.equal(id, started);
  assert.equal(outcome, "cancelled");
  assert.equal(fabricRuns(server, ITEM.long).length, 1);
});

test("a module worker runs it too", async (t) => {
  const worker = `
    import { runDatabricksJob } from "/node_modules/pqrun/browser.js";
    import { Simulator, simulatedFetch } from "/node_modules/pqrun/simulator.browser.js";
    const fetch = simulatedFetch(new Simulator(undefined, Date.now(), 50));
    const options = { host: "https://adb-1.2.azuredatabricks.net", token: "dapi-simulated", jobName: "orders_daily", fetch };
    const { outcome, table } = await runDatabricksJob(options).result;
    postMessage({ outcome, rows: table.rowCount });
  `;
  const script = `
    const worker = new Worker("/worker.js", { type: "module" });
    worker.onmessage = ({ data }) => (globalThis.answer = data);
    worker.onerror = (error) => (globalThis.answer = error.message);
  `;
  const origin = await serve(t, { "/": page(script), "/worker.js": worker });
  const { answer, problems } = await open(t, browser, `${origin}/`);
  assert.deepEqual(answer, { outcome: "succeeded", rows: 20 });
  assert.deepEqual(problems, []);
});
