/** The log of the package and of the command. */

import assert from "node:assert/strict";
import path from "node:path";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { DatabricksClient, addLogger, runDatabricksJob, runFabricItem, setLogger } from "pqrun";

import {
  DATABRICKS_TOKEN,
  FABRIC_TOKEN,
  ITEM,
  PACKAGE,
  WORKSPACE,
  databricks,
  fabric,
  pqrun,
  simulate,
} from "./support.mjs";

/** @typedef {import("pqrun").LogRecord} LogRecord */
/** @typedef {import("pqrun").LogLevel} LogLevel */

const part = (/** @type {string} */ name) => import(pathToFileURL(path.join(PACKAGE, "node", name)).href);
const { jsonLine, logLine } = await part("log.js");
const { createProgress } = await part("progress.js");
const { writeLine } = await part("streams.js");

/** A value of a parameter that nothing else holds. */
const VALUE = "Zwetschgendatschi";

/**
 * What is logged while a test goes on.
 *
 * @param {import("node:test").TestContext} t
 * @param {LogLevel} [level]
 */
function logged(t, level) {
  /** @type {LogRecord[]} */
  const records = [];
  setLogger((record) => records.push(record), level);
  t.after(() => setLogger(undefined));
  return records;
}

/** @param {{ url: string }} server */
const job = (server) => ({ host: server.url, token: DATABRICKS_TOKEN, jobName: "good", pollInterval: 500 });

/** @param {{ url: string }} server */
const item = (server) => ({
  host: server.url,
  token: FABRIC_TOKEN,
  workspaceId: WORKSPACE,
  itemId: ITEM.good,
  pollInterval: 500,
});

/** @param {LogRecord} record */
const isRequest = ({ target }) => target === "pqrun::request";

test("nothing is logged unless somebody asks", async (t) => {
  const server = await simulate(t);
  const records = logged(t);
  setLogger(undefined);
  await runDatabricksJob(job(server)).result;
  assert.deepEqual(records, []);
});

test("each request has one line, with its path as a template, its status, its time and its id", async (t) => {
  const server = await simulate(t);
  const records = logged(t);
  await runDatabricksJob({ ...job(server), jobParameters: { day: VALUE } }).result;
  await runFabricItem(item(server)).result;
  const lines = records.filter(isRequest);
  assert.equal(lines.length, server.truth().requests.length);
  for (const { time, level, message, fields } of lines) {
    assert.deepEqual([level, message], ["debug", "request answered"]);
    assert.ok(Math.abs(time - Date.now()) < 60_000);
    assert.match(String(fields.method), /^(?:GET|POST)$/u);
    assert.match(String(fields.path), /^\/(?:api|v1)\/[\w./{}-]+$/u);
    assert.doesNotMatch(String(fields.path), /\d{4}/u);
    assert.ok(fields.status === 200 || fields.status === 202, String(fields.status));
    assert.ok(Number.isInteger(fields.durationMs) && Number(fields.durationMs) >= 0);
    assert.equal(fields.attempt, 1);
  }
  const start = lines.find(({ fields }) => fields.endpoint === "jobs/instances/run" || fields.path?.includes("/instances"));
  assert.ok(start, "Fabric's start has a line");
  assert.match(String(start?.fields.requestId), /^[0-9a-f-]{36}$/u);
  assert.ok(lines.some(({ fields }) => fields.path?.includes("{workspaceId}")));
});

test("a call of a client has a line too", async (t) => {
  const server = await simulate(t);
  const records = logged(t);
  await new DatabricksClient({ host: server.url, token: DATABRICKS_TOKEN }).listJobs({ limit: 2 });
  assert.deepEqual(
    records.map(({ level, fields }) => [level, fields.endpoint, fields.status]),
    [["debug", "jobs/list", 200]],
  );
});

test("at the level info there are the phases of a run and its outcome", async (t) => {
  const server = await simulate(t);
  const records = logged(t, "info");
  const run = await runDatabricksJob(job(server)).result;
  assert.ok(records.every(({ target, level }) => target === "pqrun::run" && level === "info"));
  const last = records.at(-1);
  assert.equal(last?.message, "run over");
  assert.deepEqual(
    [last?.fields.service, last?.fields.phase, last?.fields.runId, last?.fields.outcome, last?.fields.code],
    ["databricks", "ended", run.run?.id, "succeeded", undefined],
  );
  const phases = records.map(({ fields }) => fields.phase);
  assert.deepEqual([phases[0], new Set(phases).size], ["looking", phases.length]);
});

test("at the level trace there are the waits", async (t) => {
  const server = await simulate(t);
  const records = logged(t, "trace");
  await runDatabricksJob(job(server)).result;
  const waits = records.filter(({ target }) => target === "pqrun::schedule");
  assert.ok(waits.some(({ fields }) => fields.until === "poll" && Number(fields.forMs) > 0));
  assert.ok(waits.some(({ fields }) => fields.until === "answer"));
});

test("what is sent again is a warning, what ends the matter is an error", async (t) => {
  const server = await simulate(t, {
    change: (it) =>
      (it.faults = [
        { endpoint: "jobs/list", kind: { status: { code: 503 } }, times: 1 },
        { endpoint: "jobs/runs/get", kind: { status: { code: 403 } } },
      ]),
  });
  const records = logged(t, "warn");
  const result = await runDatabricksJob(job(server)).result;
  assert.equal(result.outcome, "abandoned");
  const of = (/** @type {string} */ endpoint) =>
    records.filter(({ fields }) => fields.endpoint === endpoint).map(({ level, fields }) => [level, fields.status, fields.code]);
  assert.deepEqual(of("jobs/list")[0], ["warn", 503, "serverError"]);
  assert.deepEqual(of("jobs/runs/get").at(-1), ["error", 403, "forbidden"]);
});

test("a request without an answer says what the network said, and not where it was sent", async (t) => {
  const records = logged(t);
  const refuse = () => Promise.reject(new TypeError("fetch failed", { cause: new Error("connect ETIMEDOUT") }));
  const repeat = (/** @type {string} */ url) => Promise.reject(new TypeError(`cannot load ${url}`));
  for (const fetch of [refuse, repeat]) {
    await runDatabricksJob({ ...job({ url: "https://adb-1.5.azuredatabricks.net" }), fetch, retryBudget: 1 }).result;
  }
  assert.deepEqual(
    records.filter(isRequest).map(({ level, fields }) => [level, fields.status, fields.code, fields.reason]),
    [
      ["error", undefined, "network", "fetch failed: connect ETIMEDOUT"],
      ["error", undefined, "network", undefined],
    ],
  );
});

test("no line of any level holds a token, a parameter or a URL", async (t) => {
  const server = await simulate(t);
  const records = logged(t, "trace");
  const secret = { ...job(server), jobParameters: { day: VALUE, secret: `${VALUE}-2` }, secretParameters: ["secret"] };
  await runDatabricksJob(secret).result;
  await runDatabricksJob({ ...job(server), token: "dapi-of-someone-else" }).result;
  await runFabricItem({ ...item(server), parameters: { p: VALUE } }).result;
  const text = JSON.stringify(records);
  assert.ok(records.length > 20);
  for (const hidden of [DATABRICKS_TOKEN, FABRIC_TOKEN, "dapi-of-someone-else", VALUE, "http:", WORKSPACE, ITEM.good]) {
    assert.ok(!text.includes(hidden), hidden);
  }
});

test("a logger that throws, or rejects, does no harm", async (t) => {
  const server = await simulate(t);
  t.after(() => setLogger(undefined));
  let calls = 0;
  for (const logger of [
    () => {
      calls += 1;
      throw new Error("full");
    },
    async () => {
      calls += 1;
      throw new Error("full");
    },
  ]) {
    setLogger(logger, "trace");
    assert.equal((await runDatabricksJob(job(server)).result).outcome, "succeeded");
  }
  assert.ok(calls > 20);
});

test("a logger may use the run that it hears of", async (t) => {
  const server = await simulate(t);
  /** @type {import("pqrun").RunHandle | undefined} */
  let run;
  let heard = 0;
  t.after(() => setLogger(undefined));
  setLogger(() => {
    assert.ok(run?.status.phase);
    assert.ok(run?.snapshot());
    heard += 1;
    if (heard === 5) {
      run?.detach();
    }
  }, "trace");
  run = runDatabricksJob(job(server));
  assert.equal((await run.result).outcome, "abandoned");
  assert.ok(heard >= 5);
});

test("loggers beside the one that is set get what they want, and take nothing away from it", async (t) => {
  const server = await simulate(t);
  /** @type {Record<string, import("pqrun").LogRecord[]>} */
  const heard = { set: [], requests: [], throwing: [] };
  t.after(() => setLogger(undefined));
  setLogger((record) => heard.set.push(record), "info");
  const removals = [
    addLogger((record) => heard.requests.push(record)),
    addLogger((record) => {
      heard.throwing.push(record);
      throw new Error("full");
    }, "trace"),
  ];
  await runDatabricksJob(job(server)).result;
  for (const remove of removals) {
    remove();
  }
  const targets = (/** @type {string} */ who) => new Set(heard[who].map(({ target }) => target));
  assert.deepEqual(targets("set"), new Set(["pqrun::run"]));
  assert.deepEqual(targets("requests"), new Set(["pqrun::request", "pqrun::run"]));
  assert.deepEqual(targets("throwing"), new Set(["pqrun::request", "pqrun::run", "pqrun::schedule"]));

  const before = heard.requests.length + heard.throwing.length;
  heard.set = [];
  await runDatabricksJob(job(server)).result;
  assert.equal(heard.requests.length + heard.throwing.length, before);
  assert.deepEqual(targets("set"), new Set(["pqrun::run"]));
});

test("a logger that is none, or a level that is none, is refused", () => {
  // @ts-expect-error There has to be one.
  assert.throws(() => addLogger(undefined), TypeError);
  // @ts-expect-error There is no such level.
  assert.throws(() => addLogger(() => {}, "verbose"), TypeError);
  // @ts-expect-error It is no function.
  assert.throws(() => setLogger("console"), TypeError);
  // @ts-expect-error There is no such level.
  assert.throws(() => setLogger(() => {}, "verbose"), /expected one of off, error, warn, info, debug, trace/u);
});

test("the command logs to standard error, at the level of --log-level", async (t) => {
  const server = await simulate(t);
  const quiet = await pqrun(t, databricks(server, "good", "--format", "json"));
  assert.doesNotMatch(quiet.stderr, /level=/u);
  const output = await pqrun(t, ["--log-level", "debug", ...databricks(server, "good", "--format", "json")]);
  assert.equal(output.stdout, quiet.stdout);
  assert.match(
    output.stderr,
    /^time=\d{4}-\S+Z level=debug target=pqrun::request message="request answered" method=GET path=\/api\/\{version\}\/jobs\/list endpoint=jobs\/list attempt=1 status=200 durationMs=\d+/mu,
  );
  assert.match(output.stderr, /^time=\S+ level=info target=pqrun::run message="run over" .* outcome=succeeded$/mu);
  assert.ok(!output.stderr.includes(DATABRICKS_TOKEN));
  assert.match(output.stderr, /succeeded in /u);
});

test("with --quiet the log is all that is on standard error", async (t) => {
  const server = await simulate(t);
  const { stderr } = await pqrun(t, fabric(server, "good", "--quiet", "--log-level", "info"));
  const lines = stderr.trim().split("\n");
  assert.ok(lines.length > 2);
  assert.ok(lines.every((line) => line.startsWith("time=")), stderr);
});

test("with --json each line of the log is JSON", async (t) => {
  const server = await simulate(t);
  const { code, stdout, stderr } = await pqrun(t, databricks(server, "good", "--json", "--log-level", "trace"));
  assert.equal(code, 0, stderr);
  const records = stderr.split("\n").filter((line) => line.startsWith("{"));
  assert.ok(records.length > 5);
  for (const line of records) {
    const { log } = JSON.parse(line);
    assert.match(log.time, /^\d{4}-.*Z$/u);
    assert.ok(log.level && log.target && log.message && log.fields);
  }
  for (const line of stdout.trim().split("\n")) {
    assert.ok(JSON.parse(line).event || JSON.parse(line).result);
  }
});

test("a level that is none is a wrong flag", async (t) => {
  const { code, stderr } = await pqrun(t, ["list", "databricks", "--log-level", "loud"]);
  assert.equal(code, 2);
  assert.match(stderr, /off, error, warn, info, debug, trace/u);
});

test("no character of a line moves the cursor or feigns another field", () => {
  const record = {
    time: 0,
    level: "error",
    target: "pqrun::request",
    message: "request failed",
    fields: { reason: 'a\n\u001b[31m"b" c=d\u202e\u009b', status: 7, code: "" },
  };
  const text = logLine(record);
  assert.equal(
    text,
    'time=1970-01-01T00:00:00.000Z level=error target=pqrun::request message="request failed" reason="a\\n\\u001b[31m\\"b\\" c=d\\u202e\\u009b" status=7 code=""',
  );
  const json = jsonLine(record);
  assert.doesNotMatch(json, /[\u0000-\u001f\u007f-\u009f\u202e]/u);
  assert.deepEqual(JSON.parse(json).log.fields, record.fields);
});

test("a line of the log stays above the line that changes", () => {
  const stream = Object.assign(new PassThrough(), {
    isTTY: true,
    columns: 60,
    clearLine: () => true,
    cursorTo: () => true,
    moveCursor: () => true,
  });
  const progress = createProgress({ stream: /** @type {any} */ (stream), interactive: true });
  stream.read();
  writeLine(stream, "level=info");
  assert.match(String(stream.read()), /^(?:\u001b\[\?25h)?level=info\n/u);
  progress.stop();
  stream.read();
  writeLine(stream, "level=warn");
  assert.equal(String(stream.read()), "level=warn\n");
});
