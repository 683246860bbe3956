/** Events tell of each task of a Databricks run, on a virtual clock. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { runDatabricksJob } from "pqrun";

import { HOST, passing, virtualService } from "./virtual-clock.mjs";

const JOB = {
  id: 300,
  name: "two tasks",
  tasks: [
    { key: "extract", executions: [{ seconds: 600, result: "failed" }, { seconds: 600 }], maxRetries: 1 },
    { key: "publish", dependsOn: ["extract"], run: { seconds: 900 } },
  ],
};

test("events tell of each task, attempt by attempt, and so does the handle", async (t) => {
  const { fetch } = virtualService(t, ({ databricks }) => databricks.jobs.push(JOB));
  const handle = runDatabricksJob({ host: HOST, jobId: JOB.id, token: "dapi-auth-0123456789", pollInterval: "30s", fetch });
  /** @type {import("pqrun").RunEvent[]} */
  const events = [];
  const listen = async () => {
    for await (const event of handle) {
      events.push(event);
    }
  };
  const listening = listen();
  const result = await passing(t, handle.result);
  await listening;
  assert.equal(result.outcome, "succeeded", JSON.stringify(result.error));

  /** @type {Map<string, string[]>} */
  const told = new Map();
  for (const { key, attempt, phase, outcome } of events.flatMap(({ taskRuns }) => taskRuns ?? [])) {
    const states = told.get(`${key} ${attempt}`) ?? [];
    const state = outcome ?? phase;
    told.set(`${key} ${attempt}`, states.at(-1) === state ? states : [...states, state]);
  }
  assert.deepEqual(Object.fromEntries(told), {
    "extract 0": ["running", "failed"],
    "publish 0": ["queued", "running", "succeeded"],
    "extract 1": ["running", "succeeded"],
  });

  const { taskRuns = [] } = handle.status;
  assert.deepEqual(
    taskRuns.map(({ key, attempt, taskType, dependsOn }) => [key, attempt, taskType, dependsOn]),
    [
      ["extract", 0, "notebook_task", undefined],
      ["extract", 1, "notebook_task", undefined],
      ["publish", 0, "notebook_task", ["extract"]],
    ],
  );
  for (const { startTime = 0, endTime = 0, pageUrl = "", runId } of taskRuns) {
    assert.ok(endTime - startTime >= 600_000, `${startTime} to ${endTime}`);
    assert.match(pageUrl, /^https?:/u);
    assert.ok(taskRuns.filter((other) => other.runId === runId).length === 1);
  }
  assert.doesNotMatch(JSON.stringify(handle.snapshot()), /extract|publish/u);
});
