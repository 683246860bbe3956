import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Simulator } from "../../pkg/simulator.node.js";
import { simulatedHost } from "./hosts/simulated.mjs";
import { Threads, simulatorAnswers } from "./hosts/worker.mjs";
import { valueOf } from "./support.mjs";

const threads = new Threads();
after(() => threads.close());

/** Starts a run under a token, and polls it until it ends. */
const QUERY = `let
    Host = "https://adb-1.2.azuredatabricks.net",
    Headers = [Authorization = "Bearer dapi-simulated", #"Content-Type" = "application/json"],
    List = Json.Document(Web.Contents(Host, [RelativePath = "api/2.2/jobs/list", Headers = Headers])),
    Body = "{""job_id"":" & Number.ToText(List[jobs]{0}[job_id], "0") & ",""idempotency_token"":""t""}",
    Start = Text.FromBinary(Web.Contents(
        Host,
        [RelativePath = "api/2.2/jobs/run-now", Headers = Headers, Content = Text.ToBinary(Body)]
    )),
    RunId = Text.BetweenDelimiters(Start, """run_id"":", ","),
    Poll = () => Json.Document(Web.Contents(
        Host,
        [RelativePath = "api/2.2/jobs/runs/get", Query = [run_id = RunId], Headers = Headers, IsRetry = true]
    ))[state],
    Last = List.Last(List.Generate(
        () => [state = Poll(), n = 1],
        each [n] < 100,
        each [
            ended = Record.HasFields(_[state], "result_state"),
            state = if ended then _[state] else Function.InvokeAfter(Poll, #duration(0, 0, 0, 5)),
            n = _[n] + (if ended then 100 else 1)
        ]
    ))
in
    Last[state][result_state]`;

test("a query runs a job of the simulator on a virtual clock", async () => {
  const host = simulatedHost({ now: Date.UTC(2026, 0, 1) });
  assert.equal(await valueOf(QUERY, { host }), "SUCCESS");
  assert.ok(host.now() > Date.UTC(2026, 0, 1));
});

test("six evaluations of one query, interleaved, start one run under one token", async () => {
  const now = Date.UTC(2026, 0, 1);
  const simulator = new Simulator(undefined, now, 1);
  const before = JSON.parse(simulator.state(now)).databricks;
  const jobs = Array.from({ length: 6 }, () => ({ documents: [QUERY] }));
  const result = await threads.run(jobs, { answers: simulatorAnswers(simulator), now });
  assert.deepEqual(
    result.outcomes.map(({ value, error }) => value ?? error),
    Array(6).fill("SUCCESS"),
  );
  const afterwards = JSON.parse(simulator.state(result.now)).databricks;
  assert.notDeepEqual(afterwards, before);
  const starts = result.outcomes.flatMap(({ requests }) => requests).filter(({ method }) => method === "POST");
  assert.equal(starts.length, 6);
});
