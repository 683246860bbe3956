// What the service says means the same to M as to the package.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import test from "node:test";

import { DatabricksClient } from "../../pkg/node.js";
import { cannedHost } from "./support/canned.mjs";
import { HOST, TOKEN, options, textOfM } from "./support/given-databricks.mjs";
import { errorOf, query, valueOf, workspace } from "./support/workspace.mjs";

const SAMPLES = new URL("../fixtures/databricks/", import.meta.url);
const SOURCE = readFileSync(new URL("../../src/databricks/state.rs", import.meta.url), "utf8");

/**
 * @param {string} table
 * @returns {(string | undefined)[]} No value, all that are known, one that is not.
 */
function valuesOf(table) {
  const rows = SOURCE.split(`pub const ${table}`)[1].split("];")[0];
  return [undefined, ...[...rows.matchAll(/row\("(\w+)"/g)].map(([, value]) => value), "OF_THE_FUTURE"];
}

/** @param {string} body */
function clientOf(body, status = 200) {
  const fetch = async () => new Response(body, { status, headers: { "content-type": "application/json" } });
  return new DatabricksClient(/** @type {any} */ ({ host: HOST, token: TOKEN, fetch }));
}

test("every combination of states", async () => {
  /** @type {any[]} */
  const runs = [];
  const add = (/** @type {any} */ members) => runs.push({ run_id: 12, ...members });
  for (const state of valuesOf("STATUS_STATES")) {
    for (const life of valuesOf("LIFE_CYCLE_STATES")) {
      for (const result of [undefined, "SUCCESS", "OF_THE_FUTURE"]) {
        add({ status: { state }, state: { life_cycle_state: life, result_state: result }, end_time: 1000 });
      }
    }
  }
  for (const life of [undefined, "TERMINATED", "INTERNAL_ERROR", "SKIPPED"]) {
    for (const result of valuesOf("RESULT_STATES")) {
      for (const code of valuesOf("TERMINATION_CODES")) {
        for (const type of code === "OF_THE_FUTURE" ? [undefined, "SUCCESS", "CLIENT_ERROR"] : ["CLIENT_ERROR"]) {
          const details = { code: code?.toLowerCase(), type, message: "why" };
          add({
            status: { state: life === undefined ? "TERMINATED" : undefined, termination_details: details },
            state: { life_cycle_state: life, result_state: result, state_message: "older" },
          });
        }
      }
    }
  }
  assert.ok(runs.length > 1500);
  const text = textOfM(JSON.stringify(runs));
  const states = valueOf(await query(workspace({}), `List.Transform(ReadJson(${text}), each RunOf(_)[State])`));
  for (const [at, run] of runs.entries()) {
    const read = /** @type {any} */ (await clientOf(JSON.stringify(run)).getRun("12"));
    const { Phase, Outcome, Text, Code, Message } = states[at];
    assert.deepEqual(
      [Phase, Outcome, Text, Code, Message],
      [read.phase, read.outcome ?? null, read.state.state, read.state.code ?? null, read.message ?? ""],
      JSON.stringify(run),
    );
  }
});

/** Refusals that pass by themselves: the package waits for that, so its code can't be asked for. */
const PASSING = /** @type {Record<string, string>} */ ({
  "error_429.http": "throttled",
  "error_429_retry_info.http": "throttled",
  "error_500.http": "serverError",
  "error_503.http": "serverError",
  "error_503_page.http": "serverError",
  "error_lock.http": "badRequest",
  "sign_in_page.http": "wrongHost",
});

for (const name of readdirSync(SAMPLES).filter((file) => /^(error|sign_in)/.test(file))) {
  test(`the refusal ${name}`, async () => {
    const [head, ...rest] = readFileSync(new URL(name, SAMPLES), "utf8").replaceAll("\r", "").split("\n\n");
    const body = rest.join("\n\n");
    const status = Number(/HTTP\/1\.1 (\d+)/.exec(head)?.[1]);
    const response = `[Status = ${status}, Headers = [], Text = ${textOfM(body)}, At = null]`;
    const refusal = `ReadJobsAnswer("jobs/runs/get", ${response}, each null)[Refusal]`;
    const { Code, IsPassing } = valueOf(
      await query(workspace({}), `Record.SelectFields(${refusal}, {"Code", "IsPassing"})`),
    );
    assert.equal(IsPassing, name in PASSING);
    if (IsPassing) assert.equal(Code, PASSING[name]);
    else await assert.rejects(clientOf(body, status).getRun("12"), { code: Code });
  });
}

test("a wait in the body of a refusal is obeyed", async () => {
  const text = readFileSync(new URL("error_429_retry_info.http", SAMPLES), "utf8").replaceAll("\r", "");
  const body = textOfM(text.slice(text.indexOf("\n\n") + 2));
  const response = `[Status = 429, Headers = [#"Retry-After" = "2"], Text = ${body}, At = null]`;
  const wait = `ReadJobsAnswer("jobs/run-now", ${response}, each null)[Refusal][Wait]`;
  assert.equal(valueOf(await query(workspace({}), `Duration.TotalSeconds(${wait})`)), 3.5);
});

for (const name of readdirSync(SAMPLES).filter((file) => file.startsWith("output_"))) {
  test(`the output ${name}`, async () => {
    const text = readFileSync(new URL(name, SAMPLES), "utf8").replaceAll("\r", "");
    const sample = JSON.parse(text.slice(text.indexOf("\n\n") + 2));
    const state = { life_cycle_state: "TERMINATED", result_state: "SUCCESS" };
    const body = JSON.stringify({ ...sample, metadata: { run_id: 12, task_key: "it", state, ...sample.metadata } });
    const read = /** @type {any} */ (await clientOf(body).getRunOutput("12"));
    const task = 'TaskOf(Member(answer, "metadata"))';
    const output = valueOf(
      await query(
        workspace({}),
        `let answer = ReadJson(${textOfM(body)}) in
          Record.RemoveFields(ReadTaskOutput(OutputOfTask("it", ${task}) & [Kind = "none"], answer), {"Response"})`,
      ),
    );
    assert.equal(output.Kind, read.kind);
    assert.equal(output.Text ?? undefined, read.text);
    assert.deepEqual(JSON.parse(JSON.stringify(output.Data ?? null)), JSON.parse(JSON.stringify(read.data ?? null)));
    assert.equal(output.Truncated, read.truncated);
    assert.equal(output.ErrorTrace ?? undefined, read.errorTrace);
    assert.equal(output.ErrorMessage ?? undefined, read.errorMessage);
  });
}

test("jobs that call each other in a circle end", async () => {
  const ended = { state: "TERMINATED", termination_details: { code: "SUCCESS", type: "SUCCESS" } };
  const host = cannedHost((endpoint, asked) => {
    const id = Number(asked.get("run_id"));
    if (endpoint === "jobs/runs/get-output") return { run_job_output: { run_id: id === 21 ? 2 : 1 } };
    return {
      run_id: id,
      status: ended,
      tasks: [{ task_key: "call", run_id: id === 1 ? 21 : 22, run_job_task: { job_id: 7 }, status: ended }],
    };
  });
  assert.deepEqual(valueOf(await query(/** @type {any} */ (host), `ReadJobOutput("1", ${options()})`)), []);
  assert.ok(host.asked.length < 8, host.asked.join("\n"));
});

test("a tower of jobs is cut, and the error says so", async () => {
  const ended = { state: "TERMINATED", termination_details: { code: "SUCCESS", type: "SUCCESS" } };
  const host = cannedHost((endpoint, asked) => {
    const id = Number(asked.get("run_id"));
    if (endpoint === "jobs/runs/get-output") return { run_job_output: { run_id: id + 1 } };
    return {
      run_id: id,
      status: ended,
      tasks: [{ task_key: "call", run_id: id + 1000, run_job_task: { job_id: 7 }, status: ended }],
    };
  });
  const { Detail, Message } = errorOf(await query(/** @type {any} */ (host), `ReadJobOutput("1", ${options()})`));
  assert.equal(Detail.Code, "outputUnavailable");
  assert.match(Message, /at most 10 jobs within jobs/);
});
