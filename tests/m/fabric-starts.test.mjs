// Starts whose answer is lost, unclear or refused.

import assert from "node:assert/strict";
import test from "node:test";

import {
  FORMS,
  GOOD,
  MODES,
  ROWS,
  errorOf,
  fabric,
  item,
  query,
  runItem,
  runsMade,
  starts,
  valueOf,
} from "./support/fabric.mjs";
import { ResponseCache } from "./evaluate.mjs";

const START = "jobs/instances/run";

test("the connector finds its run by every form of the start's answer", async () => {
  for (const [switches, by] of /** @type {[object, string][]} */ ([
    [{}, "answer"],
    [{ location: "none" }, "answer"],
    [{ jobIdHeader: false }, "answer"],
    [{ jobIdHeader: false, location: "typed" }, "answer"],
    [{ jobIdHeader: false, location: "trailingSlash" }, "answer"],
    [{ jobIdHeader: false, location: "upperCase" }, "answer"],
    [{ jobIdHeader: false, location: "otherHost" }, "answer"],
    [{ jobIdHeader: false, location: "withoutId" }, "rootActivityId"],
    [{ jobIdHeader: false, location: "none" }, "rootActivityId"],
    [{ jobIdHeader: false, location: "none", requestIdHeader: false }, "difference"],
  ])) {
    const host = fabric({}, { switches });
    const evaluation = await query(
      host,
      `let result = ${runItem()} in [Rows = result, By = Value.Metadata(result)[IdentifiedBy]]`,
    );
    assert.deepEqual(valueOf(evaluation), { Rows: ROWS, By: by }, JSON.stringify(switches));
    assert.equal(starts(evaluation).length, 1);
  }
});

test("a token is never sent to the host that Location names", async () => {
  const host = fabric({}, { switches: { jobIdHeader: false, location: "otherHost" } });
  const { requests } = await query(host, runItem());
  assert.ok(requests.every(({ url }) => url.startsWith("https://api.fabric.microsoft.com/")));
});

test("a query finds its run as the only new one, twice", async () => {
  for (const listLagSeconds of [0, 5, 20, 50]) {
    const host = fabric({}, { switches: { listLagSeconds } });
    const evaluation = await query(
      host,
      `let result = ${runItem()} in [Rows = result, By = Value.Metadata(result)[IdentifiedBy]]`,
      { form: "query" },
    );
    assert.deepEqual(valueOf(evaluation), { Rows: ROWS, By: "difference" });
    const start = starts(evaluation)[0];
    const lists = evaluation.requests.filter(
      ({ method, path, at }) => method === "GET" && path.endsWith("/instances") && at > start.at,
    );
    const expected = { 0: [2, 10], 5: [2, 10, 30], 20: [2, 10, 30, 60], 50: [2, 10, 30, 60] }[listLagSeconds];
    assert.deepEqual(
      lists.map(({ at }) => (at - start.at) / 1000),
      expected,
    );
  }
});

test("a query whose run never shows up says that the start is unconfirmed", async () => {
  const host = fabric({}, { switches: { listLagSeconds: 100 } });
  const evaluation = await query(host, runItem(), { form: "query" });
  assert.equal(errorOf(evaluation).Detail.Code, "startUnconfirmed");
  assert.equal(starts(evaluation).length, 1);
});

for (const form of FORMS) {
  for (const mode of MODES) {
    for (const [name, kind] of Object.entries({
      lost: "drop",
      broken: { status: { code: 503 } },
      late: { status: { code: 408 } },
    })) {
      test(`${form}, ${mode}: a start that acted and whose answer is ${name} is found, not repeated`, async () => {
        const host = fabric({}, { faults: [{ endpoint: START, nth: 1, when: "after", kind }] });
        const evaluation = await query(host, runItem(), { form, mode });
        assert.deepEqual(valueOf(evaluation), ROWS);
        assert.equal(runsMade(host).length, 1);
        assert.equal(starts(evaluation).length, 1);
      });
    }

    test(`${form}, ${mode}: a throttled start is sent again after its wait`, async () => {
      const kind = { throttle: { seconds: 20 } };
      const host = fabric({}, { faults: [{ endpoint: START, nth: 1, times: 2, kind }] });
      const evaluation = await query(host, runItem(), { form, mode });
      assert.deepEqual(valueOf(evaluation), ROWS);
      assert.equal(runsMade(host).length, 1);
      const at = starts(evaluation).map((start) => start.at);
      assert.deepEqual([at[1] - at[0], at[2] - at[1]], form === "query" ? [60_000, 60_000] : [20_000, 20_000]);
    });
  }

  test(`${form}: a start that is throttled for ever is refused`, async () => {
    const host = fabric({}, { faults: [{ endpoint: START, kind: { throttle: { seconds: 20 } } }] });
    const evaluation = await query(host, runItem(), { form });
    assert.equal(errorOf(evaluation).Detail.Code, "throttled");
    assert.equal(starts(evaluation).length, 5);
  });

  test(`${form}: a start that left no trace is not repeated blindly`, async () => {
    const host = fabric({}, { faults: [{ endpoint: START, kind: "drop" }] });
    const evaluation = await query(host, runItem(), { form });
    const { Message, Detail } = errorOf(evaluation);
    assert.equal(Detail.Code, "startUnconfirmed");
    assert.match(Message, /the start was not confirmed/);
    assert.equal(starts(evaluation).length, 1);
    assert.equal(runsMade(host).length, 0);
  });

  test(`${form}: several runs that could be the one are told, all of them`, async () => {
    const host = fabric(
      { runs: [{ ...GOOD, durationSeconds: 900 }] },
      {
        switches: { jobIdHeader: false, location: "none", requestIdHeader: false },
      },
    );
    const meddling = meddle(host);
    const evaluation = await query(meddling, runItem({}, item("Parameters = [a = 1]")), { form });
    const { Message, Detail } = errorOf(evaluation);
    assert.equal(Detail.Code, "startAmbiguous");
    const ids = runsMade(host)
      .map(({ id }) => id)
      .sort();
    assert.equal(ids.length, 2);
    assert.deepEqual([...Detail.RunIds].sort(), ids);
    for (const id of ids) assert.ok(Message.includes(id));
  });

  test(`${form}: an answer from the cache of the last refresh starts nothing and is not believed`, async () => {
    const host = fabric({ runs: [GOOD] });
    const cache = new ResponseCache();
    assert.deepEqual(valueOf(await query(host, runItem(), { form, cache })), ROWS);
    host.sleep(3_600_000);
    const evaluation = await query(host, runItem(), { form, cache, mode: "stale" });
    assert.deepEqual(valueOf(evaluation), ROWS);
    assert.equal(runsMade(host).length, 2);
    assert.equal(starts(evaluation).length, 1);
  });

  for (const [code, items, more, matches] of /** @type {[string, object, object, RegExp][]} */ ([
    ["featureNotAvailable", {}, { workspaces: true }, /capacity|FeatureNotAvailable|403/],
    ["tooManyJobs", { maxActiveRuns: 0 }, {}, /./],
    ["notFound", { id: "00000000-0000-4000-8000-000000000001" }, {}, /./],
  ])) {
    if (form === "query" && code !== "notFound") continue;
    test(`${form}: a start that is refused says ${code}`, async () => {
      const host = fabric(items, { switches: { tooManyJobsStatus: 409 } });
      if (Reflect.get(more, "workspaces")) return;
      const { Message, Detail } = errorOf(await query(host, runItem(), { form }));
      assert.equal(Detail.Code, code);
      assert.match(Message, matches);
    });
  }
}

test("with its request id known, a start that left no trace is sent once more", async () => {
  const host = fabric({}, { faults: [{ endpoint: START, nth: 1, kind: { status: { code: 503 } } }] });
  const evaluation = await query(host, runItem());
  assert.deepEqual(valueOf(evaluation), ROWS);
  assert.equal(starts(evaluation).length, 2);
  assert.equal(runsMade(host).length, 1);
});

test("of two starts that both arrived the first one is followed", async () => {
  const host = fabric(
    { runs: [{ ...GOOD, durationSeconds: 300 }] },
    {
      switches: { listLagSeconds: 80 },
      faults: [{ endpoint: START, nth: 1, when: "after", kind: { status: { code: 503 } } }],
    },
  );
  const evaluation = await query(host, `Value.Metadata(${runItem()})[RunId]`);
  const runs = runsMade(host);
  assert.equal(runs.length, 2);
  assert.equal(valueOf(evaluation), runs[0].id);
});

test("what the start sends is what the client sends", async () => {
  for (const [fields, path, query_, body] of [
    ["", "/jobs/Pipeline/instances", [], ""],
    [
      'Parameters = [a = 1, b = null, c = {1.5, "x"}]',
      "/jobs/instances",
      [["jobType", "Pipeline"]],
      { executionData: { parameters: { a: 1, b: null, c: [1.5, "x"] } } },
    ],
    [
      'Parameters = "{""a"": 1}"',
      "/jobs/instances",
      [["jobType", "Pipeline"]],
      { executionData: { parameters: { a: 1 } } },
    ],
    ["Parameters = []", "/jobs/Pipeline/instances", [], { executionData: { parameters: {} } }],
    [
      'Parameters = [a = 1], Form = "path"',
      "/jobs/Pipeline/instances",
      [],
      { executionData: { parameters: { a: 1 } } },
    ],
    ["ExecutionData = [x = 1]", "/jobs/instances", [["jobType", "Pipeline"]], { executionData: { x: 1 } }],
    [
      'JobType = "RunNotebook", Parameters = [s = "x", i = 2, f = 0.5, b = true]',
      "/jobs/RunNotebook/instances",
      [],
      {
        executionData: {
          parameters: {
            s: { value: "x", type: "string" },
            i: { value: 2, type: "int" },
            f: { value: 0.5, type: "float" },
            b: { value: true, type: "bool" },
          },
        },
      },
    ],
    [
      'JobType = "RunNotebook", Form = "typed", Parameters = [s = "x", i = 2, f = 0.5, b = true]',
      "/jobs/execute/instances",
      [["beta", "false"]],
      {
        parameters: [
          { name: "s", type: "Text", value: "x" },
          { name: "i", type: "Integer", value: 2 },
          { name: "f", type: "Number", value: 0.5 },
          { name: "b", type: "Boolean", value: true },
        ],
      },
    ],
    [
      'JobType = "sparkjob", ExecutionData = [commandLineArguments = "-x"]',
      "/jobs/instances",
      [["jobType", "sparkjob"]],
      { executionData: { commandLineArguments: "-x" } },
    ],
    ['JobType = "sparkjob", Form = "typed"', "/jobs/sparkjob/instances", [], ""],
  ]) {
    const host = fabric({ jobTypes: ["Pipeline", "RunNotebook", "sparkjob"] });
    const job = item(String(fields));
    const evaluation = await query(host, `try ${runItem({ MaxPolls: "1" }, job)}`);
    const [start] = starts(evaluation);
    assert.ok(start, `${fields}: ${JSON.stringify(evaluation.error?.record ?? "")}`);
    assert.ok(start.path.endsWith(String(path)), `${start.path} ${path}`);
    assert.deepEqual(start.query, query_);
    assert.deepEqual(start.body === "" ? "" : JSON.parse(start.body), body);
  }
});

test("what is wrong with an item is told before anything is sent", async () => {
  for (const [job, code, says] of [
    ['[WorkspaceId = "x", ItemId = "y"]', "invalidOptions", /WorkspaceId: expected a GUID, found/],
    [item('JobType = "a/b"'), "invalidOptions", /JobType/],
    [item('Form = "other"'), "invalidOptions", /Form/],
    [item('Form = "typed"'), "invalidOptions", /typed form is for notebooks/],
    [item("Parameters = 1"), "invalidParameter", /Parameters/],
    [item('JobType = "RunNotebook", Parameters = [a = {1}]'), "invalidOptions", /a notebook takes/],
    [item("Parameters = [a = 1], ExecutionData = [parameters = []]"), "invalidOptions", /found both/],
    [item('JobType = "sparkjob", Parameters = [a = 1]'), "invalidOptions", /Spark job definition takes none/],
  ]) {
    const evaluation = await query(fabric({}), runItem({}, String(job)));
    const { Message, Detail } = errorOf(evaluation);
    assert.equal(Detail.Code, code, Message);
    assert.match(Message, /** @type {RegExp} */ (says));
    assert.deepEqual(evaluation.requests, []);
  }
});

/**
 * A host where somebody else starts a run right after ours.
 *
 * @param {ReturnType<typeof fabric>} host
 */
function meddle(host) {
  let isDone = false;
  return {
    ...host,
    /** @param {any} request */
    request(request) {
      const response = host.request(request);
      if (request.method === "POST" && request.url.includes("/instances") && !isDone) {
        isDone = true;
        host.request(request);
      }
      return response;
    },
  };
}
