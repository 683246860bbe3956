// Jobs as records and as rows of a configuration table, and the lists for looking around.

import assert from "node:assert/strict";
import test from "node:test";

import { options } from "./support/given-databricks.mjs";
import {
  MODES, ROWS, ROWS_READ, START, column, errorOf, query, runJob, runsMade, startedBefore, valueOf, workspace,
} from "./support/workspace.mjs";

/** @import { Workspace } from "./support/workspace.mjs" */

const HOT = [
  { id: 7, parameters: { day: "" } },
  {
    id: 8,
    name: "failing",
    tasks: [{ key: "load", run: { seconds: 30, result: "failed", output: { error: "no disk" } } }],
  },
  { id: 9, name: "slow", tasks: [{ key: "load", run: { seconds: 90, output: { result: '[{"n":1}]' } } }] },
];

/**
 * @param {string} rows
 * @param {Parameters<typeof options>[0]} [changes]
 */
function runJobs(rows, changes = {}) {
  return `RunJobs(${rows}, ${options(changes)})`;
}

const TABLE = `#table(type table [Title = text, JobId = any, JobParameters = any], {
  {"first", 7, [day = "1"]},
  {"second", "7", "{""day"": ""2""}"},
  {"third", "8", null},
  {"fourth", 9, ""}
})`;

for (const mode of MODES) {
  test(`${mode}: every row has a run and an output of its own; a failed one is an error in its cell`, async () => {
    const host = workspace(HOT);
    const value = valueOf(await query(host, runJobs(TABLE), { mode }));
    assert.deepEqual(column(value, "Title"), ["first", "second", "third", "fourth"]);
    assert.deepEqual(column(value, "Outcome"), ["succeeded", "succeeded", "failed", "succeeded"]);
    assert.deepEqual(value[0].Output, ROWS_READ);
    assert.deepEqual(value[1].Output, ROWS_READ);
    assert.equal(value[2].Output.$error.Detail.Code, "runFailed");
    assert.match(value[2].Output.$error.Message, /no disk/);
    assert.deepEqual(value[3].Output, [{ n: 1 }]);
    assert.equal(new Set(column(value, "RunId")).size, 4);
    for (const { RunId, RunPageUrl } of value) assert.ok(RunPageUrl.endsWith(`/run/${RunId}`));
    assert.deepEqual(["7", "8", "9"].map((id) => runsMade(host, id)), [2, 1, 1]);
  });
}

test("all are started before any is waited for, and one wait serves all", async () => {
  const host = workspace(HOT);
  const evaluation = await query(host, runJobs(TABLE));
  valueOf(evaluation);
  const starts = evaluation.requests.filter(({ method }) => method === "POST");
  assert.deepEqual(starts.map(({ at }) => at), starts.map(() => START));
  // 5 + 7.5 + 11.25 + … to the first look after the slowest one's 90 s.
  assert.equal(host.now() - START, 1000 * (5 + 7.5 + 11.25 + 16.875 + 25.3125 + 37.96875));
});

test("rows with equal parameters share a run and its output", async () => {
  const host = workspace(HOT);
  const rows = '#table({"JobId", "JobParameters"}, {{7, [day = "1"]}, {7, [day = "1"]}, {7, null}})';
  const evaluation = await query(host, runJobs(rows));
  const value = valueOf(evaluation);
  assert.equal(value[0].RunId, value[1].RunId);
  assert.equal(runsMade(host), 2);
  assert.equal(evaluation.requests.filter(({ path }) => path.endsWith("get-output")).length, 2);
});

test("a row that can't be started leaves the others alone", async () => {
  const host = workspace(HOT);
  const rows = '#table({"JobId", "JobParameters"}, {{404, null}, {null, null}, {7, {1}}, {9, null}})';
  const value = valueOf(await query(host, runJobs(rows)));
  assert.deepEqual(column(value, "Outcome"), ["rejected", "rejected", "rejected", "succeeded"]);
  assert.deepEqual(
    column(value.slice(0, 3), "Output").map(({ $error }) => $error.Detail.Code),
    ["jobNotFound", "invalidOptions", "invalidParameter"],
  );
  assert.deepEqual(value[3].Output, [{ n: 1 }]);
});

test("a run beyond the limits is an error in its cell, with its id", async () => {
  const host = workspace(HOT);
  const rows = '#table({"JobId"}, {{7}, {9}})';
  const value = valueOf(await query(host, runJobs(rows, { MaxMinutes: "1" })));
  assert.deepEqual(column(value, "Outcome"), ["succeeded", "timedOut"]);
  assert.equal(value[1].Output.$error.Detail.RunId, value[1].RunId);
});

test("no rows are no requests", async () => {
  const host = workspace(HOT);
  const evaluation = await query(host, runJobs('#table({"JobId"}, {})'));
  assert.deepEqual(valueOf(evaluation), []);
  assert.equal(evaluation.requests.length, 0);
});

test("columns have types", async () => {
  const expression = `Type.TableRow(Value.Type(${runJobs('#table(type table [JobId = Int64.Type], {{9}})')}))`;
  const text = valueOf(await query(workspace(HOT), expression));
  assert.match(text, /RunId = nullable text/);
  assert.match(text, /RunPageUrl = nullable text/);
});

const BODIES = {
  '[JobId = 7]': { job_id: 7 },
  '[JobId = " 007 "]': { job_id: 7 },
  '[JobId = "7", JobParameters = [day = "1", count = 5, share = 0.5, full = true, none = null]]': {
    job_id: 7,
    job_parameters: { count: "5", day: "1", full: "true", share: "0.5" },
  },
  '[JobId = "7", JobParameters = [day = #date(2026, 3, 1)]]': {
    job_id: 7,
    job_parameters: { day: "2026-03-01" },
  },
  '[JobId = "7", JobParameters = "{""a"": 123456789012345678}"]': {
    job_id: 7,
    job_parameters: { a: "123456789012345678" },
  },
  '[JobId = "7", JobParameters = null, NotebookParams = [a = "1"]]': { job_id: 7, notebook_params: { a: "1" } },
  '[JobId = "7", JarParams = {"a", 1}]': { job_id: 7, jar_params: ["a", "1"] },
  '[JobId = "7", PythonParams = "[""a""]"]': { job_id: 7, python_params: ["a"] },
  '[JobId = "7", SparkSubmitParams = {"--x"}]': { job_id: 7, spark_submit_params: ["--x"] },
  '[JobId = "7", PythonNamedParams = [n = "ü"]]': { job_id: 7, python_named_params: { n: "ü" } },
  '[JobId = "7", SqlParams = [d = "1"]]': { job_id: 7, sql_params: { d: "1" } },
  '[JobId = "7", DbtCommands = {"dbt run"}]': { job_id: 7, dbt_commands: ["dbt run"] },
  '[JobId = "7", PipelineParams = [full_refresh = true]]': { job_id: 7, pipeline_params: { full_refresh: true } },
  '[JobId = "7", Queue = false]': { job_id: 7, queue: { enabled: false } },
  '[JobId = "7", Only = {"load"}, PerformanceTarget = "STANDARD"]': {
    job_id: 7, only: ["load"], performance_target: "STANDARD",
  },
};

for (const [job, body] of Object.entries(BODIES)) {
  test(`${job} is written as the service spells it`, async () => {
    const text = valueOf(await query(workspace({}), `WriteJson(RunNowBody(${job}))`));
    assert.deepEqual(JSON.parse(text), body);
    assert.match(text, /"job_id":7[,}]/);
  });
}

const REFUSED = {
  "[]": ["invalidOptions", /JobId: .* found nothing/],
  "[JobId = null]": ["invalidOptions", /JobId/],
  '[JobId = ""]': ["invalidOptions", /JobId/],
  '[JobId = "12x"]': ["invalidOptions", /"12x"/],
  "[JobId = -1]": ["invalidOptions", /-1/],
  "[JobId = 1.5]": ["invalidOptions", /1\.5/],
  "[JobId = 1e16]": ["invalidOptions", /as text if it has 16 digits/],
  '[JobId = "9223372036854775808"]': ["invalidOptions", /64-bit/],
  '[JobId = "7", JobParameters = {1}]': ["invalidParameter", /JobParameters: expected texts by name/],
  '[JobId = "7", JobParameters = "no JSON"]': ["invalidParameter", /JobParameters/],
  '[JobId = "7", JobParameters = [a = {1}]]': ["invalidParameter", /JobParameters: expected texts/],
  '[JobId = "7", JobParameters = [#"a b" = "1"]]': ["invalidParameter", /a b/],
  '[JobId = "7", JobParameters = [a = "1"], NotebookParams = [b = "1"]]': ["invalidParameter", /JobParameters/],
  '[JobId = "7", NotebookParams = [a = "1"], JarParams = {"b"}]': ["invalidParameter", /NotebookParams/],
  '[JobId = "7", PythonParams = {"ü"}]': ["invalidParameter", /ASCII/],
  '[JobId = "7", NotebookParams = [a = Text.Repeat("x", 10000)]]': ["invalidParameter", /10000 bytes/],
  '[JobId = "7", Only = {}]': ["invalidParameter", /Only/],
  '[JobId = "7", Only = {"+"}]': ["invalidParameter", /Only/],
  '[JobId = "7", PerformanceTarget = "FAST"]': ["invalidParameter", /PerformanceTarget/],
  '[JobId = "7", PipelineParams = {1}]': ["invalidParameter", /PipelineParams/],
};

for (const [job, [code, says]] of Object.entries(REFUSED)) {
  test(`${job} is refused before anything is sent`, async () => {
    const evaluation = await query(workspace({}), runJob({}, job));
    const { Message, Detail } = errorOf(evaluation);
    assert.equal(Detail.Code, code);
    assert.match(Message, /** @type {RegExp} */ (says));
    assert.equal(evaluation.requests.length, 0);
  });
}

test("a run is read by its id, and nothing is started", async () => {
  const host = workspace({});
  const runId = startedBefore(host);
  const evaluation = await query(host, `ReadJobOutput("${runId}", ${options()})`);
  assert.deepEqual(valueOf(evaluation), ROWS_READ);
  assert.ok(evaluation.requests.every(({ method }) => method === "GET"));
  const { Detail } = errorOf(await query(host, `ReadJobOutput("12", ${options()})`));
  assert.equal(Detail.Code, "runNotFound");
  const { Detail: wrong } = errorOf(await query(host, `ReadJobOutput("x", ${options()})`));
  assert.equal(wrong.Code, "invalidOptions");
});

test("the newest runs of a job are listed", async () => {
  const host = workspace({ history: Array.from({ length: 120 }, (_, at) => ({ secondsAgo: 1000 * (at + 1) })) });
  const runId = startedBefore(host);
  host.sleep(60_000);
  const value = valueOf(await query(host, 'ListRuns("7")'));
  assert.equal(value.length, 96);
  assert.equal(value[0].RunId, runId);
  assert.equal(value[0].Outcome, "succeeded");
  assert.equal(value[0].StartTime.slice(0, 16), "2026-03-01T10:00");
});

test("all jobs are listed", async () => {
  const jobs = Array.from({ length: 130 }, (_, at) => ({ id: at + 1, name: `job ${at}` }));
  const value = valueOf(await query(workspace(jobs), "ListJobs()"));
  assert.equal(value.length, 130);
  assert.equal(value[column(value, "JobId").indexOf("130")].Name, "job 129");
});

test("the steps of a query can be taken one by one", async () => {
  const expression = `
    let
      Started = TriggerDatabricksJob([JobId = "7"], ${options()}),
      Status = CheckJobStatus(Started[RunId]),
      Ended = PollJobStatus({Started}, ${options()}){0},
      Output = FetchOutput(Ended[Run], ${options()})
    in
      [Phase = Status[Run][State][Phase], Output = Output]`;
  const host = workspace({ tasks: [{ key: "load", run: { seconds: 9, output: { result: ROWS } } }] });
  assert.deepEqual(valueOf(await query(host, expression)), { Phase: "running", Output: ROWS_READ });
  assert.equal(runsMade(host), 1);
});
