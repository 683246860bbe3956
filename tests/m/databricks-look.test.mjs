// Which runs stand for a new one: what the lists show, page by page and row by row.

import assert from "node:assert/strict";
import test from "node:test";

import { ACTIVE, NOW, cannedWorkspace, run } from "./support/canned.mjs";
import { query, runJob, valueOf } from "./support/workspace.mjs";

/** @import { Workspace } from "./support/workspace.mjs" */

const OTHER = { job_parameters: [{ name: "day", default: "", value: "other" }] };

/**
 * @param {Parameters<typeof cannedWorkspace>[0]} holds
 * @param {string} [job] In M.
 * @returns {Promise<{ follows: number | null, asked: string[], starts: number }>} `follows`: the run that was there.
 */
async function looked(holds, job = '[JobId = "7"]') {
  const host = cannedWorkspace(holds);
  valueOf(await query(/** @type {any} */ (host), runJob({}, job)));
  const polled = host.asked.filter((asked) => asked.startsWith("jobs/runs/get?")).at(-1);
  const id = Number(/run_id=(\d+)/.exec(polled ?? "")?.[1]);
  return { follows: host.started.length > 0 ? null : id, asked: host.asked, starts: host.started.length };
}

/** @param {string[]} asked */
const listed = (asked) => asked.filter((one) => one.startsWith("jobs/runs/list?"));

test("all pages of active runs are looked at, then the ended ones", async () => {
  const active = Array.from({ length: 7 }, (_, at) => run(100 + at, { ...ACTIVE, ...OTHER }));
  const { asked, follows } = await looked({ active, ended: [run(50)], pageSize: 3 });
  assert.equal(follows, 50);
  assert.deepEqual(listed(asked), [
    "jobs/runs/list?job_id=7&active_only=true&limit=24",
    "jobs/runs/list?job_id=7&active_only=true&limit=24&page_token=3",
    "jobs/runs/list?job_id=7&active_only=true&limit=24&page_token=6",
    "jobs/runs/list?job_id=7&completed_only=true&limit=24",
  ]);
  const last = await looked({ active: [...active, run(200, ACTIVE)], ended: [run(50)], pageSize: 3 });
  assert.equal(last.follows, 200);
  assert.equal(listed(last.asked).length, 3);
});

test("at most four pages of ended runs are looked at, and only until the first equal row", async () => {
  for (const [equalAt, pages, follows] of [[0, 1, 50], [1, 1, 50], [4, 3, 50], [7, 4, 50], [8, 4, null]]) {
    const ended = Array.from({ length: 12 }, (_, at) => run(100 + at, OTHER));
    ended[Number(equalAt)] = run(50);
    const seen = await looked({ ended, pageSize: 2 });
    assert.equal(seen.follows, follows, `equal at ${equalAt}`);
    const ofEnded = listed(seen.asked).filter((one) => one.includes("completed_only"));
    assert.equal(ofEnded.length, pages, `equal at ${equalAt}`);
  }
});

test("the newest equal run that ended decides, whatever older ones say", async () => {
  const details = { code: "RUN_EXECUTION_ERROR", type: "CLIENT_ERROR" };
  const status = { state: "TERMINATED", termination_details: details };
  const ended = [run(60, { status, end_time: NOW - 200_000 }), run(50, { end_time: NOW - 300_000 })];
  const host = cannedWorkspace({ ended });
  valueOf(await query(/** @type {any} */ (host), runJob()));
  assert.match(host.started[0].body.idempotency_token, /-60$/);
});

test("runs that are being stopped, and continuous ones, are not followed", async () => {
  const stopping = { status: { state: "TERMINATING" } };
  for (const members of [stopping, { trigger: "CONTINUOUS" }, { trigger: "CONTINUOUS_RESTART" }]) {
    assert.equal((await looked({ active: [run(60, { ...ACTIVE, ...members })] })).starts, 1);
  }
});

test("a row without parameters is read whole, and one that is gone by then is passed over", async () => {
  const bare = run(60, { job_parameters: undefined });
  assert.equal((await looked({ ended: [bare], whole: [run(60, { stays: true })] })).follows, 60);
  assert.equal((await looked({ ended: [bare], whole: [run(60, { ...OTHER, stays: true })] })).starts, 1);
  assert.equal((await looked({ ended: [bare, run(50)], whole: [run(60, { gone: true })] })).follows, 50);
});

test("rows that can't be read are passed over", async () => {
  assert.equal((await looked({ ended: [{ run_id: 60 }, { status: {} }, run(50)] })).follows, 50);
});

/** What a row shows, a job, and whether they are equal. */
const EQUALITY = /** @type {[object, string, boolean][]} */ ([
  ...[
    ['[day = "1"]', true], ['[day = "1", limit = "100"]', true], ['[day = "1", limit = 100]', true],
    ['[day = "1", limit = "5"]', false], ['[day = "2"]', false], ["[]", false], ["null", false],
    ['[day = "1", hour = "7"]', false],
  ].map(([parameters, isEqual]) => [
    { job_parameters: [{ name: "day", default: "", value: "1" }, { name: "limit", default: "100" }] },
    `JobParameters = ${parameters}`,
    isEqual,
  ]),
  [{ job_parameters: [{ name: "day", default: "1" }] }, "JobParameters = null", true],
  [{ job_parameters: [{ name: "day", default: "1", value: null }] }, "JobParameters = null", true],
  [{ job_parameters: [{ name: "day", default: "1", value: "" }] }, "JobParameters = null", false],
  [{ job_parameters: [{ default: "1" }] }, "JobParameters = null", false],
  ...[
    ["NotebookParams", "notebook_params", '[a = "1"]', { a: "1" }, { a: "2" }],
    ["JarParams", "jar_params", '{"1"}', ["1"], ["2"]],
    ["PythonParams", "python_params", '{"1"}', ["1"], ["1", "2"]],
    ["SparkSubmitParams", "spark_submit_params", '{"1"}', ["1"], []],
    ["PythonNamedParams", "python_named_params", '[a = "1", b = "2"]', { b: "2", a: "1" }, { b: "1" }],
    ["SqlParams", "sql_params", '[a = "1"]', { a: "1" }, {}],
    ["DbtCommands", "dbt_commands", '{"dbt run"}', ["dbt run"], ["dbt test"]],
    ["PipelineParams", "pipeline_params", "[full_refresh = true]", { full_refresh: true }, { full_refresh: false }],
  ].flatMap(([field, member, given, same, other]) => [
    [{ overriding_parameters: { [String(member)]: same } }, `${field} = ${given}`, true],
    [{ overriding_parameters: { [String(member)]: other } }, `${field} = ${given}`, false],
    [{ overriding_parameters: {} }, `${field} = ${given}`, false],
    [{ overriding_parameters: { [String(member)]: same } }, `${field} = null`, false],
    [{ overriding_parameters: { [String(member)]: [] } }, `${field} = null`, true],
  ]),
  [{ job_parameters: [] }, 'Only = {"load"}', false],
  [{ job_parameters: [] }, "Queue = true", false],
  [{ job_parameters: [] }, 'PerformanceTarget = "STANDARD"', false],
]);

for (const [shows, members, isEqual] of EQUALITY) {
  test(`${JSON.stringify(shows)} is ${isEqual ? "equal to" : "not"} ${members}`, async () => {
    const row = { ...run(60), job_parameters: undefined, ...shows };
    const { follows } = await looked({ ended: [row] }, `[JobId = "7", ${members}]`);
    assert.equal(follows === 60, isEqual);
  });
}
