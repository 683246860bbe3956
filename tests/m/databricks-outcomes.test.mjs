// How runs end, and what a query says about it.

import assert from "node:assert/strict";
import test from "node:test";

import {
  MODES, ROWS_READ, START, column, errorOf, query, runJob, runsMade, runsOf, startedBefore, valueOf, workspace,
} from "./support/workspace.mjs";

const FAILING = {
  tasks: [
    { key: "first", run: { seconds: 1, output: { result: "[]" } } },
    {
      key: "second",
      dependsOn: ["first"],
      run: {
        seconds: 1,
        result: "failed",
        output: { error: "ValueError: no column qty", errorTrace: "Traceback:\n  line 18\nValueError: no column qty" },
      },
    },
  ],
};

for (const mode of MODES) {
  test(`${mode}: a job is started once, followed and read`, async () => {
    const host = workspace({});
    const evaluation = await query(host, runJob(), { mode });
    assert.deepEqual(valueOf(evaluation), ROWS_READ);
    assert.equal(runsMade(host), 1);
  });

  test(`${mode}: a failed run is an error with its task's words, trace and page`, async () => {
    const host = workspace(FAILING);
    const { Reason, Message, Detail } = errorOf(await query(host, runJob(), { mode }));
    const [run] = runsOf(host);
    assert.equal(Reason, "DataSource.Error");
    assert.match(Message, new RegExp(`^run ${run.runId} failed: second: ValueError: no column qty`));
    assert.match(Message, /https?:\/\/\S+\/run\/\d+/);
    assert.equal(Detail.Code, "runFailed");
    assert.equal(Detail.RunId, run.runId);
    assert.match(Detail.RunPageUrl, new RegExp(`/run/${run.runId}$`));
    assert.equal(Detail.TaskKey, "second");
    assert.equal(Detail.ErrorTrace, "Traceback:\n  line 18\nValueError: no column qty");
    assert.match(Detail.StateMessage, /second/);
    assert.equal(runsMade(host), 1);
  });
}

test("a run of one request each waits five seconds, then ever longer, a minute at most", async () => {
  const host = workspace({ tasks: [{ key: "load", run: { seconds: 400, output: { result: "[]" } } }] });
  const evaluation = await query(host, runJob());
  valueOf(evaluation);
  const polls = evaluation.requests.filter(({ path }) => path === "/api/2.2/jobs/runs/get").map(({ at }) => at);
  // The first one judges what the token led to.
  const waits = polls.slice(2).map((at, index) => (at - polls[index + 1]) / 1000);
  assert.deepEqual(waits.slice(0, 4), [5, 7.5, 11.25, 16.875]);
  assert.equal(Math.max(...waits), 60);
});

const ENDS = {
  "cancelled by somebody": {
    job: { cancelledAfterSeconds: 5, tasks: [{ key: "load", run: { seconds: 3600 } }] },
    says: /was cancelled/,
    outcome: "cancelled",
  },
  "stopped for taking too long": {
    job: { timeoutSeconds: 20, tasks: [{ key: "load", run: { seconds: 3600 } }] },
    says: / failed/,
    outcome: "failed",
  },
  "skipped for a limit": {
    job: { maxConcurrentRuns: 0, queue: false },
    says: /was skipped/,
    outcome: "skipped",
  },
  "an end in words from the future": {
    job: { ending: { lifeCycleState: "TERMINATED", code: "SUNSET", type: "CLIENT_ERROR", message: "gone down" } },
    says: / failed: .*gone down/,
    outcome: "failed",
  },
};

for (const [end, { job, says, outcome }] of Object.entries(ENDS)) {
  for (const stateForm of ["both", "state", "status"]) {
    test(`${end} is an error (${stateForm})`, async () => {
      const host = workspace(job, { databricks: { stateForm } });
      const { Message, Detail } = errorOf(await query(host, runJob()));
      if (stateForm === "state" && end.includes("future")) return;
      // The newer account alone does not tell a run that took too long from a cancelled one.
      if (stateForm === "status" && outcome === "failed" && end.includes("too long")) return;
      assert.match(Message, says);
      assert.equal(Detail.Code, "runFailed");
      assert.equal(Detail.Outcome, outcome);
      assert.equal(runsMade(host), 1);
    });
  }
}

test("a run that partly failed has succeeded", async () => {
  const ending = {
    lifeCycleState: "TERMINATED", resultState: "SUCCESS_WITH_FAILURES", code: "SUCCESS_WITH_FAILURES", type: "SUCCESS",
    message: "",
  };
  const host = workspace({ ending });
  assert.deepEqual(valueOf(await query(host, runJob())), ROWS_READ);
});

test("states from the future count as running", async () => {
  const host = workspace({
    oddStates: [{ afterSeconds: 0, forSeconds: 12, status: { state: "HIBERNATING" } }],
  });
  assert.deepEqual(valueOf(await query(host, runJob())), ROWS_READ);
});

test("a queued run is waited for", async () => {
  const host = workspace({ maxConcurrentRuns: 1, queue: true, parameters: { day: "" } });
  startedBefore(host, { job_id: 7, job_parameters: { day: "other" } });
  assert.deepEqual(valueOf(await query(host, runJob())), ROWS_READ);
  const [first, second] = column(runsOf(host), "ended");
  assert.ok(second > first);
});

for (const mode of MODES) {
  test(`${mode}: the elapsed-time limit ends the wait with the run's id and page`, async () => {
    const host = workspace({ tasks: [{ key: "load", run: { seconds: 3600 } }] });
    const { Message, Detail } = errorOf(await query(host, runJob({ MaxMinutes: "2" }), { mode }));
    const [{ runId }] = runsOf(host);
    assert.equal(Detail.Code, "deadlinePassed");
    assert.equal(Detail.RunId, runId);
    assert.match(Message, new RegExp(`run ${runId} had not ended: RUNNING \\(http.*/run/${runId}\\)`));
    assert.equal(host.now(), START + 120_000);
  });

  test(`${mode}: the attempt limit ends the wait with the run's id and page`, async () => {
    const host = workspace({ tasks: [{ key: "load", run: { seconds: 3600 } }] });
    const { Message, Detail } = errorOf(await query(host, runJob({ MaxPolls: "3" }), { mode }));
    const [{ runId }] = runsOf(host);
    assert.equal(Detail.Code, "deadlinePassed");
    assert.match(Message, new RegExp(`^after 3 polls, .* run ${runId} had not ended`));
    assert.match(Detail.RunPageUrl, new RegExp(`/run/${runId}$`));
    assert.equal(host.now(), START + 12_500);
  });
}

test("at the elapsed-time limit the run is looked at once more", async () => {
  const host = workspace({ tasks: [{ key: "load", run: { seconds: 58, output: { result: "[{\"a\":1}]" } } }] });
  assert.deepEqual(valueOf(await query(host, runJob({ MaxMinutes: "1" }))), [{ a: 1 }]);
});

test("ids keep all their digits", async () => {
  const host = workspace({ id: "9223372036854775806", firstRunId: "9223372036854775807" });
  const evaluation = await query(host, runJob({}, '[JobId = "9223372036854775806"]'));
  assert.deepEqual(valueOf(evaluation), ROWS_READ);
  const [start] = evaluation.requests.filter(({ method }) => method === "POST");
  assert.match(start.body, /"job_id":9223372036854775806[,}]/);
  assert.ok(evaluation.requests.some(({ query: members }) => members.some(([, id]) => id === "9223372036854775807")));
});

test("ids that come as texts are read like numbers", async () => {
  const host = workspace({}, { databricks: { idForm: "string" } });
  assert.deepEqual(valueOf(await query(host, runJob())), ROWS_READ);
});
