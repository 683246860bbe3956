// What goes wrong between a query and the service.

import assert from "node:assert/strict";
import test from "node:test";

import {
  MODES, ROWS_READ, errorOf, query, runJob, runsMade, runsOf, valueOf, workspace,
} from "./support/workspace.mjs";

/** @import { Evaluation } from "./evaluate.mjs" */

const PASSING = {
  "a dropped connection": { kind: "drop" },
  "an answer lost after the service acted": { kind: "drop", when: "after" },
  "an answer cut off": { kind: { cut: { bytes: 5 } } },
  "500": { kind: { status: { code: 500 } } },
  "502 after the service acted": { kind: { status: { code: 502, body: "<html>bad gateway</html>" } }, when: "after" },
  "503": { kind: { status: { code: 503 } } },
  "504 after the service acted": { kind: { status: { code: 504 } }, when: "after" },
  "408": { kind: { status: { code: 408 } } },
  "429 with seconds": { kind: { throttle: { seconds: 3 } } },
  "429 without a hint": { kind: { throttle: { seconds: 3, retryAfter: "none" } } },
  "a page": { kind: { garbage: "html" } },
  "JSON of another kind": { kind: { garbage: "json" } },
  "an empty body": { kind: { garbage: "empty" } },
};

const ENDPOINTS = ["jobs/runs/list", "jobs/run-now", "jobs/runs/get", "jobs/runs/get-output"];

for (const mode of MODES) {
  for (const [name, fault] of Object.entries(PASSING)) {
    for (const endpoint of ENDPOINTS) {
      // Of an output every member may be missing: this answer says that there is none.
      if (endpoint === "jobs/runs/get-output" && name === "JSON of another kind") continue;
      test(`${mode}: ${name} of ${endpoint} passes, and one run is made`, async () => {
        const host = workspace({}, { faults: [{ endpoint, nth: 1, times: 2, ...fault }] });
        assert.deepEqual(valueOf(await query(host, runJob(), { mode })), ROWS_READ);
        assert.equal(runsMade(host), 1);
      });
    }
  }
}

/** @param {Evaluation} evaluation */
function startsOf(evaluation) {
  return evaluation.requests.filter(({ method }) => method === "POST");
}

test("a start is sent again with the same token and body, after ever longer waits", async () => {
  const host = workspace({}, { faults: [{ endpoint: "jobs/run-now", nth: 1, times: 4, when: "after", kind: "drop" }] });
  const evaluation = await query(host, runJob());
  valueOf(evaluation);
  const starts = startsOf(evaluation);
  assert.equal(starts.length, 5);
  assert.equal(new Set(starts.map(({ body }) => body)).size, 1);
  assert.deepEqual(
    starts.slice(1).map(({ at }, index) => (at - starts[index].at) / 1000),
    [1, 2, 4, 8],
  );
  assert.equal(runsMade(host), 1);
});

test("no remembered refusal answers for a start that is sent again", async () => {
  const host = workspace({}, { faults: [{ endpoint: "jobs/run-now", nth: 1, kind: { status: { code: 503 } } }] });
  const evaluation = await query(host, runJob());
  assert.deepEqual(valueOf(evaluation), ROWS_READ);
  assert.deepEqual(startsOf(evaluation).map(({ status }) => status), [503, 200]);
});

test("a wait that the service asks for is obeyed", async () => {
  const fault = { endpoint: "jobs/run-now", nth: 1, kind: { throttle: { seconds: 40 } } };
  const host = workspace({}, { faults: [fault] });
  const evaluation = await query(host, runJob());
  valueOf(evaluation);
  const [first, second] = startsOf(evaluation);
  assert.ok(second.at - first.at >= 40_000);
});

test("a start that is never answered is unconfirmed, with its token", async () => {
  const host = workspace({}, { faults: [{ endpoint: "jobs/run-now", when: "after", kind: "drop" }] });
  const { Message, Detail } = errorOf(await query(host, runJob()));
  assert.equal(Detail.Code, "startUnconfirmed");
  assert.match(Message, /idempotency token pq1-[0-9a-f]{28}-d20260301/);
  assert.equal(runsMade(host), 1);
});

test("a start that is throttled without end was never taken", async () => {
  const host = workspace({}, { faults: [{ endpoint: "jobs/run-now", kind: { throttle: { seconds: 2 } } }] });
  const { Detail } = errorOf(await query(host, runJob()));
  assert.equal(Detail.Code, "throttled");
  assert.equal(runsMade(host), 0);
});

test("a refusal after an unclear answer does not say that nothing was started", async () => {
  const refusal = { code: 400, body: { error_code: "INVALID_STATE", message: "no" } };
  const faults = [
    { endpoint: "jobs/run-now", nth: 1, when: "after", kind: "drop" },
    { endpoint: "jobs/run-now", nth: 2, kind: { status: refusal } },
  ];
  const { Detail, Message } = errorOf(await query(workspace({}, { faults }), runJob()));
  assert.equal(Detail.Code, "startUnconfirmed");
  assert.match(Message, /no; idempotency token/);
});

test("a failed look starts nothing", async () => {
  const host = workspace({}, { faults: [{ endpoint: "jobs/runs/list", kind: { status: { code: 500 } } }] });
  const { Detail, Message } = errorOf(await query(host, runJob()));
  assert.equal(Detail.Code, "serverError");
  assert.match(Message, /^jobs\/runs\/list: /);
  assert.equal(runsMade(host), 0);
});

for (const missing of ["notFound", "badRequest"]) {
  test(`a job that does not exist is told (${missing})`, async () => {
    const host = workspace({}, { databricks: { missing } });
    const evaluation = await query(host, runJob({}, '[JobId = "8"]'));
    const { Message, Detail } = errorOf(evaluation);
    assert.equal(Detail.Code, "jobNotFound");
    assert.match(Message, /8/);
    assert.equal(evaluation.requests.filter(({ status }) => status !== 200).length, 1);
  });
}

test("a job that may not be run is told", async () => {
  const host = workspace({ permission: "view" });
  const evaluation = await query(host, runJob());
  const { Detail, Message } = errorOf(evaluation);
  assert.equal(Detail.Code, "forbidden");
  assert.match(Message, /CAN MANAGE RUN/);
  assert.equal(runsMade(host), 0);
  assert.equal(evaluation.requests.filter(({ method }) => method === "POST").length, 1);
});

for (const [status, code] of Object.entries({ 401: "unauthenticated", 403: "forbidden" })) {
  test(`a token that nobody issued ends the query at once (${status})`, async () => {
    const host = workspace({}, {
      tokens: [{ value: "another", service: "databricks" }],
      databricks: { unknownTokenStatus: Number(status) },
    });
    const evaluation = await query(host, runJob());
    assert.equal(errorOf(evaluation).Detail.Code, code);
    assert.equal(evaluation.requests.length, 1);
  });

  test(`a token that expires while a run is followed ends the wait with the run's id (${status})`, async () => {
    const host = workspace({ tasks: [{ key: "load", run: { seconds: 600 } }] }, {
      tokens: [{ value: "dapi-simulated", service: "databricks", lifetimeSeconds: 60 }],
      databricks: { unknownTokenStatus: Number(status) },
    });
    const { Detail, Message } = errorOf(await query(host, runJob()));
    const [{ runId }] = runsOf(host);
    assert.ok(["unauthenticated", "forbidden"].includes(Detail.Code));
    assert.equal(Detail.RunId, runId);
    assert.match(Message, new RegExp(`^run ${runId}: .*/run/${runId}`));
  });
}

test("polls that fail for a while do not fail the run", async () => {
  const faults = [{ endpoint: "jobs/runs/get", nth: 3, times: 12, kind: { status: { code: 502 } } }];
  const host = workspace({ tasks: [{ key: "load", run: { seconds: 600, output: { result: "[]" } } }] }, { faults });
  assert.deepEqual(valueOf(await query(host, runJob({ MaxPollSeconds: "20" }))), []);
});

test("a few polls that fail, long apart, do not either", async () => {
  const faults = [{ endpoint: "jobs/runs/get", nth: 3, times: 3, kind: { status: { code: 502 } } }];
  const host = workspace({ tasks: [{ key: "load", run: { seconds: 1500, output: { result: "[]" } } }] }, { faults });
  assert.deepEqual(valueOf(await query(host, runJob({ PollSeconds: "200", MaxPollSeconds: "200" }))), []);
});

for (const mode of MODES) {
  test(`${mode}: a run that can't be read any more is lost from sight, with its id`, async () => {
    // The run is read once to judge it and once to follow it, in two requests where answers are not remembered.
    const nth = mode === "shared" || mode === "stale" ? 3 : 5;
    const faults = [{ endpoint: "jobs/runs/get", nth, times: 10_000, kind: { status: { code: 500 } } }];
    const host = workspace({ tasks: [{ key: "load", run: { seconds: 36_000 } }] }, { faults });
    const { Message, Detail } = errorOf(await query(host, runJob(), { mode }));
    const [{ runId }] = runsOf(host);
    assert.equal(Detail.Code, "lostSight");
    assert.equal(Detail.RunId, runId);
    assert.match(Detail.RunPageUrl, /\/run\/\d+$/);
    assert.match(Message, new RegExp(`^run ${runId}: jobs/runs/get: `));
    assert.equal(runsMade(host), 1);
  });
}

test("an output that can't be read is an error of its own", async () => {
  const host = workspace({}, { faults: [{ endpoint: "jobs/runs/get-output", kind: { status: { code: 500 } } }] });
  const { Detail, Message } = errorOf(await query(host, runJob()));
  assert.equal(Detail.Code, "outputUnavailable");
  assert.match(Message, /jobs\/runs\/get-output/);
});

test("another host's pages are told as such", async () => {
  const page = { status: { code: 404, body: "<html><title>Not here</title></html>" } };
  const host = workspace({}, { faults: [{ path: "/api/**", kind: page }] });
  const { Detail } = errorOf(await query(host, runJob()));
  assert.equal(Detail.Code, "wrongHost");
});
