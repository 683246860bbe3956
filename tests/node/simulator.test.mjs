// The simulator as a user of the package meets it: on HTTP, in memory, and through a `fetch` of its own.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Simulator, simulatedFetch, startSimulator } from "pqrun/simulator";

const authorization = "Bearer dapi-simulated";
const JOB = "880012345678901";

describe("the simulator on HTTP", () => {
  /** @type {Awaited<ReturnType<typeof startSimulator>>} */
  let running;
  before(async () => {
    running = await startSimulator({ speed: 1000 });
  });
  after(() => running.close());

  it("starts a run once, follows it and gives its output", async () => {
    const call = (path, body) =>
      fetch(`${running.url}/api/2.2/jobs/${path}`, {
        method: body === undefined ? "GET" : "POST",
        headers: { authorization },
        body,
      });
    const body = `{"job_id": ${JOB}, "idempotency_token": "t"}`;
    const first = await (await call("run-now", body)).text();
    assert.equal(await (await call("run-now", body)).text(), first);
    const state = JSON.parse(running.simulator.state(Date.now()));
    assert.equal(state.databricks.runsCreated[JOB], 1);
    const id = state.databricks.runs[0].runId;
    assert.match(first, new RegExp(`"run_id":${id},`), "all of its digits");
    let text;
    do {
      text = await (await call(`runs/get?run_id=${id}`)).text();
    } while (JSON.parse(text).end_time === 0);
    assert.equal(JSON.parse(text).state.result_state, "SUCCESS");
    const task = /"task_key":"load","run_id":(\d+)/.exec(text)?.[1];
    const output = await (await call(`runs/get-output?run_id=${task}`)).json();
    assert.equal(JSON.parse(output.notebook_output.result).length, 20);
  });

  it("issues tokens, and tells the truth without showing them", async () => {
    const issued = await fetch(`${running.url}/simulator/token`, {
      method: "POST",
      body: JSON.stringify({ service: "fabric", lifetimeSeconds: 3600 }),
    });
    const { token, expiresOn } = await issued.json();
    assert.ok(expiresOn > Date.now());
    const answer = await fetch(`${running.url}/v1/workspaces`, { headers: { authorization: `Bearer ${token}` } });
    assert.equal(answer.status, 200);
    const state = await (await fetch(`${running.url}/simulator/state`)).text();
    assert.ok(!state.includes(token) && !state.includes("dapi-simulated"));
  });
});

describe("a fault", () => {
  const scenario = (kind) => ({
    tokens: [{ value: "dapi-simulated", service: "databricks" }],
    databricks: { jobs: [{ id: JOB, tasks: [{ key: "main" }] }] },
    faults: [{ endpoint: "jobs/list", kind }],
  });
  const ways = [
    ["on HTTP", async (kind, use) => {
      const running = await startSimulator({ scenario: scenario(kind) });
      try {
        await use((init) => fetch(`${running.url}/api/2.2/jobs/list`, init));
      } finally {
        await running.close();
      }
    }],
    ["in memory", async (kind, use) => {
      const fetch = simulatedFetch(new Simulator(JSON.stringify(scenario(kind)), Date.now(), 1));
      await use((init) => fetch("https://adb-1.5.azuredatabricks.net/api/2.2/jobs/list", init));
    }],
  ];
  for (const [where, run] of ways) {
    it(`drops a connection, ${where}`, () =>
      run("drop", async (list) => {
        await assert.rejects(list({ headers: { authorization } }), TypeError);
      }));

    it(`cuts an answer, ${where}`, () =>
      run({ cut: { bytes: 5 } }, async (list) => {
        const answer = await list({ headers: { authorization } });
        assert.equal(answer.status, 200);
        await assert.rejects(answer.text(), TypeError);
      }));

    it(`delays an answer until the caller gives up, ${where}`, () =>
      run({ slow: { seconds: 60 } }, async (list) => {
        const began = Date.now();
        await assert.rejects(list({ headers: { authorization }, signal: AbortSignal.timeout(50) }));
        assert.ok(Date.now() - began < 5000);
      }));
  }
});

describe("the simulator in memory", () => {
  it("says which member of a scenario is wrong", () => {
    assert.throws(() => new Simulator('{"databricks": {"jobs": [{"names": ""}]}}', Date.now(), 1), {
      name: "Error",
      message: /^databricks\.jobs\[0\]\.names: unknown field/,
    });
  });

  it("goes on from a snapshot", async () => {
    const simulator = new Simulator(undefined, Date.now(), 1);
    const start = { method: "POST", headers: { authorization }, body: `{"job_id": ${JOB}, "idempotency_token": "t"}` };
    const url = "https://adb-1.5.azuredatabricks.net/api/2.2/jobs/run-now";
    const first = await (await simulatedFetch(simulator)(url, start)).text();
    const restored = Simulator.restore(simulator.snapshot());
    assert.equal(await (await simulatedFetch(restored)(url, start)).text(), first);
    assert.throws(() => Simulator.restore("{}"), Error);
  });
});
