/** Flags that are wrong, and flags that reach the service. */

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

import {
  MANIFEST,
  WORKSPACE,
  ITEM,
  databricks,
  databricksRuns,
  fabric,
  fabricRuns,
  folder,
  pqrun,
  simulate,
} from "./support.mjs";

const HOST = ["--host", "http://127.0.0.1:9"];
const JOB = ["run", "databricks", ...HOST, "--job-id", "1"];
const PIPELINE = ["run", "fabric", ...HOST, "--workspace", WORKSPACE, "--item", ITEM.good];

/** Arguments, and what the message must name. */
const WRONG = [
  [["frobnicate"], /unknown command/u],
  [["run"], /databricks/u],
  [[...JOB, "--frobnicate"], /unknown option '--frobnicate'/u],
  [[...JOB, "--job-nam", "x"], /--job-name/u],
  [[...JOB, "surplus"], /argument/u],
  [["run", "databricks", "--job-id", "1"], /--host.*\n.*DATABRICKS_HOST/u],
  [["run", "databricks", ...HOST], /--job-id.*\n.*--job-name/u],
  [[...JOB, "--job-name", "x"], /--job-name/u],
  [["run", "databricks", ...HOST, "--job-id", "x1"], /jobId/u],
  [["run", "databricks", "--host", "http://example.com", "--job-id", "1"], /host|https/iu],
  [["run", "fabric", "--item", ITEM.good], /--workspace.*\n.*FABRIC_WORKSPACE_ID/u],
  [["run", "fabric", "--workspace", WORKSPACE], /--item/u],
  [["run", "fabric", "--workspace", WORKSPACE, "--item", "orders"], /itemId/u],
  [[...JOB, "--timeout", "20"], /--timeout/u],
  [[...JOB, "--on-timeout", "explode"], /--on-timeout/u],
  [[...JOB, "--format", "xml"], /--format/u],
  [[...JOB, "--json", "--format", "csv"], /--json and --format/u],
  [[...JOB, "--combine", "--task", "one"], /--combine and --task/u],
  [[...JOB, "--read-as", "xml"], /--read-as/u],
  [[...JOB, "--shape", "rows"], /--shape/u],
  [[...JOB, "--schema", "id"], /--schema id: expected name=type/u],
  [[...JOB, "--schema", "id=int"], /schema\.id: expected bool or int64/u],
  [[...JOB, "--schema", "a=b=date", "--schema", "a=b=utf8"], /--schema names a=b twice/u],
  [[...JOB, "--delimiter", "ab"], /delimiter/u],
  [[...JOB, "--param", "day"], /--param/u],
  [[...JOB, "--param", "=x"], /name/u],
  [[...JOB, "--param", "n:int=five"], /--param n: expected a whole number/u],
  [[...JOB, "--param", "n:int=99999999999999999999"], /64 bits/u],
  [[...JOB, "--param", "n:float=1,5"], /a number/u],
  [[...JOB, "--param", "n:bool=yes"], /true or false/u],
  [[...JOB, "--param", "n:json={"], /JSON/u],
  [[...JOB, "--param", "n:integer=5"], /string, int, float, bool, json/u],
  [[...JOB, "--param", "n=1", "--param", "n=2"], /twice/u],
  [[...JOB, "--param", "n=1", "--param-json", '{"n": 2}'], /twice/u],
  [[...JOB, "--param-json", "[1]"], /JSON object/u],
  [[...JOB, "--param-json", '{"n": 9007199254740993}'], /2\^53/u],
  [[...JOB, "--param-json", "@/no/such/file"], /\/no\/such\/file/u],
  [[...JOB, "--secret-param", "key"], /PQRUN_SECRET_KEY/u],
  [[...JOB, "--param", "a=1", "--notebook-param", "b=2"], /notebookParams|jobParameters/u],
  [[...JOB, "--reuse-failure", "2m"], /--reuse/u],
  [[...PIPELINE, "--marker", "p_hash"], /--reuse/u],
  [[...PIPELINE, "--form", "cubic"], /--form/u],
  [[...PIPELINE, "--param", "n:int=9223372036854775807"], /2\^53/u],
  [[...PIPELINE, "--execution-data", "/no/such/file"], /--execution-data/u],
  [[...JOB, "--out", "/no/such/folder/x.csv"], /--out/u],
  [[...JOB, "--snapshot", "/no/such/folder/x.json"], /--snapshot/u],
  [["resume", "/no/such/file"], /\/no\/such\/file/u],
  [["resume"], /file/u],
  [["status", "databricks", ...HOST], /--run-id/u],
  [["cancel", "fabric", "--workspace", WORKSPACE, "--item", ITEM.good], /--instance/u],
  [["list", "databricks", ...HOST, "--jobs", "--active"], /--active/u],
  [["list", "fabric", "--workspace", WORKSPACE], /--item/u],
  [["list", "databricks", ...HOST, "--limit", "0"], /--limit/u],
  [["simulate", "--port", "99999"], /--port/u],
  [["simulate", "--speed", "0"], /--speed/u],
  [["simulate", "--scenario", "/no/such/file"], /--scenario/u],
  [["simulate", "--tls-key", "/no/such/file"], /--tls-cert/u],
  [["simulate", "--tls-key", "/no/such/file", "--tls-cert", "/no/such/file"], /--tls-key/u],
];

test("wrong flags end with 2, name the flag, and send nothing", async (t) => {
  // Port 9 answers nobody: if something were sent, the end would be another.
  const state = folder(t);
  const checks = WRONG.map(([args, message]) => async () => {
    const { code, stdout, stderr } = await pqrun(t, args, { state });
    assert.equal(code, 2, `${args.join(" ")}\n${stderr}`);
    assert.equal(stdout, "", args.join(" "));
    assert.match(stderr, message, args.join(" "));
  });
  await inTurn(checks, 4);
});

/**
 * So many at a time: each is a process.
 *
 * @param {(() => Promise<void>)[]} checks
 * @param {number} width
 */
async function inTurn(checks, width) {
  const queue = [...checks];
  const lane = async () => {
    for (let check = queue.shift(); check; check = queue.shift()) {
      await check();
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
}

test("a token among the arguments is refused and not repeated", async (t) => {
  for (const given of [["--token", "dapi0123456789"], ["--token=dapi0123456789"], ["--password=dapi0123456789"]]) {
    const { code, stdout, stderr } = await pqrun(t, [...JOB, ...given]);
    assert.equal(code, 2);
    assert.match(stderr, /DATABRICKS_TOKEN/u);
    assert.doesNotMatch(stdout + stderr, /dapi0123456789/u);
  }
  const { code, stderr } = await pqrun(t, [...JOB, "--tokn=dapi0123456789"]);
  assert.equal(code, 2);
  assert.doesNotMatch(stderr, /dapi0123456789/u);
});

test("--version tells the package's version, --help the flags and examples of each command", async (t) => {
  const { code, stdout } = await pqrun(t, ["--version"]);
  assert.equal(code, 0);
  assert.equal(stdout, `${MANIFEST.version}\n`);
  const commands = [
    [],
    ["run", "databricks"],
    ["run", "fabric"],
    ["resume"],
    ["status", "databricks"],
    ["cancel", "fabric"],
  ];
  for (const command of [...commands, ["list", "databricks"], ["list", "fabric"], ["simulate"]]) {
    const help = await pqrun(t, [...command, "--help"]);
    assert.equal(help.code, 0);
    assert.match(help.stdout, /Usage: pqrun/u);
    assert.match(help.stdout, /Examples:\n {2}\$ /u, command.join(" "));
    assert.equal(help.stderr, "");
  }
});

test("typed parameters reach a pipeline as what they are", async (t) => {
  const server = await simulate(t);
  const params = ["--param", "p_day=2026-03-01", "--param", "p_rows:int=5", "--param-json", '{"p_full": true}'];
  const { code, stdout, stderr } = await pqrun(
    t,
    fabric(server, "good", ...params, "--task", "Return", "--format", "json"),
  );
  assert.equal(code, 0, stderr);
  assert.deepEqual(JSON.parse(stdout), [{ day: "2026-03-01", rows: 5, full: true }]);
  assert.deepEqual(fabricRuns(server, ITEM.good)[0].parameters, { p_day: "2026-03-01", p_rows: 5, p_full: true });
});

test("executionData goes out as the file has it", async (t) => {
  const server = await simulate(t);
  const file = path.join(folder(t), "data.json");
  writeFileSync(file, '{"parameters": {"p_rows": 7}}');
  const { code, stderr } = await pqrun(t, fabric(server, "good", "--execution-data", file));
  assert.equal(code, 0, stderr);
  assert.equal(fabricRuns(server, ITEM.good)[0].parameters.p_rows, 7);
});

/** Flags, and the member of `run-now` that they make. */
const MEMBERS = [
  [
    ["--param", "day=2026-03-01", "--param", "n:int=5", "--param", "ok:bool=True"],
    { job_parameters: { day: "2026-03-01", n: "5", ok: "True" } },
  ],
  [["--notebook-param", "a=b=c"], { notebook_params: { a: "b=c" } }],
  [["--jar-param", "x", "--jar-param", "y"], { jar_params: ["x", "y"] }],
  [["--python-param", "x"], { python_params: ["x"] }],
  [["--spark-submit-param", "--class"], { spark_submit_params: ["--class"] }],
  [["--python-named-param", "a=1"], { python_named_params: { a: "1" } }],
  [["--sql-param", "a=1"], { sql_params: { a: "1" } }],
  [["--dbt-command", "dbt run"], { dbt_commands: ["dbt run"] }],
  [["--pipeline-params", '{"full_refresh": true}'], { pipeline_params: { full_refresh: true } }],
  [["--queue"], { queue: { enabled: true } }],
  [["--no-queue"], { queue: { enabled: false } }],
  [["--only", "load", "--only", "+sum"], { only: ["load", "+sum"] }],
  [["--performance-target", "STANDARD"], { performance_target: "STANDARD" }],
  [["--idempotency-token", "abc"], { idempotency_token: "abc" }],
];

test("every member of run-now can be given", async (t) => {
  const { createServer } = await import("node:http");
  /** @type {any[]} */
  const bodies = [];
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk) => (text += chunk));
    request.on("end", () => {
      if (request.method === "POST") {
        bodies.push({ body: JSON.parse(text), headers: request.headers, url: request.url });
      }
      response
        .writeHead(400, { "Content-Type": "application/json" })
        .end('{"error_code": "INVALID_PARAMETER_VALUE", "message": "no"}');
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  t.after(() => server.close());
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  const args = [
    "run",
    "databricks",
    "--host",
    `http://127.0.0.1:${address.port}`,
    "--job-id",
    "7",
    "--workspace-id",
    "42",
    "--api-version",
    "2.1",
  ];
  for (const [flags, expected] of MEMBERS) {
    bodies.length = 0;
    const { code, stderr } = await pqrun(t, [...args, ...flags]);
    assert.equal(code, 7, stderr);
    const { idempotency_token: token, ...body } = bodies[0].body;
    const found = "idempotency_token" in expected ? { ...body, idempotency_token: token } : body;
    assert.deepEqual(found, { job_id: 7, ...expected }, flags.join(" "));
    assert.equal(bodies[0].headers["x-databricks-workspace-id"], "42");
    assert.equal(bodies[0].url, "/api/2.1/jobs/run-now");
  }
});

test("the environment stands in for --host and --workspace", async (t) => {
  const server = await simulate(t);
  const [ofDatabricks, ofFabric] = await Promise.all([
    pqrun(t, ["run", "databricks", "--job-name", "good"], {
      env: { DATABRICKS_HOST: server.url.replace("http://", "") },
    }),
    pqrun(t, ["run", "fabric", "--host", server.url, "--item", ITEM.good, "--poll-interval", "500ms"], {
      env: { FABRIC_WORKSPACE_ID: WORKSPACE },
    }),
  ]);
  assert.equal(ofDatabricks.code, 0, ofDatabricks.stderr);
  assert.equal(ofFabric.code, 0, ofFabric.stderr);
});

test("--reuse lets a second command follow the first one's run", async (t) => {
  const server = await simulate(t);
  const args = databricks(server, "good", "--reuse", "15m", "--param", "day=1", "--format", "json");
  const first = await pqrun(t, args);
  const second = await pqrun(t, args);
  assert.equal(first.code, 0, first.stderr);
  assert.equal(second.code, 0, second.stderr);
  assert.equal(second.stdout, first.stdout);
  assert.equal(databricksRuns(server, 101).length, 1);
});
