/** `pqrun connector`: what it writes, what it says, what it refuses. */

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

import { DatabricksClient, FabricClient } from "pqrun";
import { generateConnector, generateQuery, packConnector } from "pqrun/connector";

import { DATABRICKS_TOKEN, FABRIC_TOKEN, ITEM, WORKSPACE, folder, pqrun, simulate } from "./support.mjs";

const HOST = "https://adb-1111222233334444.5.azuredatabricks.net";
const NO_TOKENS = { DATABRICKS_TOKEN: undefined, FABRIC_TOKEN: undefined };

/**
 * Runs the command in a folder of its own, without credentials.
 *
 * @param {import("node:test").TestContext} t
 * @param {string[]} args
 */
async function connector(t, ...args) {
  const place = folder(t);
  const ended = await pqrun(t, ["connector", ...args, "--out", "made"], { cwd: place, env: NO_TOKENS });
  const made = path.join(place, "made");
  return {
    ...ended,
    made,
    read: (/** @type {string} */ name) => readFileSync(path.join(made, name), "utf8"),
  };
}

/**
 * The connector's document, made by the package from the options that the flags should amount to.
 *
 * @param {import("pqrun/connector").ConnectorOptions} options
 */
function document(options) {
  const file = generateConnector(options).find((one) => one.path === `${options.name}.pq`);
  return new TextDecoder().decode(file?.content);
}

test("a connector is written as the package generates it, and packed", async (t) => {
  const { code, stdout, stderr, made } = await connector(t, "--name", "Orders", "--mez");
  assert.equal(code, 0, stderr);
  const files = generateConnector({ service: "both", name: "Orders" });
  for (const file of [...files, { path: "Orders.mez", content: packConnector(files) }]) {
    assert.ok(readFileSync(path.join(made, file.path)).equals(Buffer.from(file.content)), file.path);
  }
  assert.deepEqual(
    stdout.trim().split("\n"),
    [...files.map((file) => file.path), "Orders.mez"].map((name) => path.join("made", name)),
  );
  assert.match(stderr, /Custom Connectors/u);
});

test("a query is written for the service that the flags are of", async (t) => {
  const { code, stdout, stderr, read } = await connector(
    t,
    ...["--form", "query", "--name", "Daily", "--host", HOST, "--job-id", "880012345678901"],
    ...["--param", "day=2026-03-01", "--param-from", "region=Region", "--token-parameter", "Token of mine"],
    ...["--poll-seconds", "7", "--freshness", "1h", "--task", "load", "--output-path", "$.rows", "--attach-only"],
    "--follow-path",
  );
  assert.equal(code, 0, stderr);
  assert.equal(stdout, `${path.join("made", "Daily.pq")}\n`);
  assert.equal(
    read("Daily.pq"),
    generateQuery({
      service: "databricks",
      host: HOST,
      tokenParameter: "Token of mine",
      job: { jobId: "880012345678901", jobParameters: { day: "2026-03-01", region: { $parameter: "Region" } } },
      pollSeconds: 7,
      freshness: "1h",
      taskKey: "load",
      outputPath: "$.rows",
      followPath: true,
      attachOnly: true,
    }),
  );
  assert.match(stderr, /Token of mine, Region/u);
  assert.match(stderr, /Anonymous/u);
});

test("a query for Fabric may fetch its token", async (t) => {
  const { code, stderr, read } = await connector(
    t,
    ...["--form", "query", "--name", "Daily", "--workspace", WORKSPACE, "--item", ITEM.good, "--param", "p_rows:int=5"],
    ...["--tenant-id", "contoso.com", "--client-id-parameter", "Client", "--marker", "p_hash"],
  );
  assert.equal(code, 0, stderr);
  assert.equal(
    read("Daily.pq"),
    generateQuery({
      service: "fabric",
      job: { workspaceId: WORKSPACE, itemId: ITEM.good, parameters: { p_rows: 5 } },
      servicePrincipal: { tenantId: "contoso.com", clientIdParameter: "Client" },
      marker: "p_hash",
    }),
  );
  assert.match(stderr, /Client, ClientSecret/u);
});

test("queries for both services are two files", async (t) => {
  const { code, stderr, made, read } = await connector(t, "--form", "query", "--name", "Daily", "--host", HOST);
  assert.equal(code, 0, stderr);
  assert.deepEqual(readdirSync(made).sort(), ["DailyDatabricks.pq", "DailyFabric.pq"]);
  assert.equal(read("DailyDatabricks.pq"), generateQuery({ service: "databricks", host: HOST }));
  assert.equal(read("DailyFabric.pq"), generateQuery({ service: "fabric" }));
});

test("a file has the options, and flags come before it", async (t) => {
  const file = path.join(folder(t), "options.json");
  const options = {
    service: "databricks",
    name: "Orders",
    hosts: [".example.org"],
    pollSeconds: 9,
    jobs: [{ name: "Daily", job: { jobId: "1" }, columns: [{ name: "id", type: "int64" }] }],
  };
  writeFileSync(file, `\ufeff${JSON.stringify(options)}`);
  const { code, stderr, read } = await connector(t, "--from-file", file, "--poll-seconds", "11", "--connector-version", "2.0.1");
  assert.equal(code, 0, stderr);
  const expected = /** @type {any} */ ({ ...options, pollSeconds: 11, version: "2.0.1" });
  assert.equal(read("Orders.pq"), document(expected));
});

test("a configuration table comes from a file", async (t) => {
  const file = path.join(folder(t), "jobs.json");
  const jobs = [{ jobId: "1", jobParameters: { day: "a" } }, { jobId: "2" }];
  writeFileSync(file, JSON.stringify(jobs));
  const flags = ["--form", "query", "--service", "databricks", "--name", "All", "--jobs-file", file];
  const { code, stderr, read } = await connector(t, ...flags);
  assert.equal(code, 0, stderr);
  assert.equal(read("All.pq"), generateQuery({ service: "databricks", jobs }));
});

test("a function without a service: from flags alone", async (t) => {
  const { code, stderr, read } = await connector(
    t,
    ...["--name", "Orders", "--workspace", WORKSPACE, "--item", ITEM.good, "--function", "Daily"],
    ...["--declare", "p_day", "--declare", "p_rows:number=5", "--declare", "p_full:logical=false"],
    ...["--declare", "a:b:any={}", "--allowed", "p_rows=5", "--allowed", "p_rows=10"],
  );
  assert.equal(code, 0, stderr);
  assert.equal(
    read("Orders.pq"),
    document({
      service: "fabric",
      name: "Orders",
      jobs: [
        {
          name: "Daily",
          job: { workspaceId: WORKSPACE, itemId: ITEM.good },
          parameters: [
            { name: "p_day", type: "text" },
            { name: "p_rows", type: "number", default: 5, allowedValues: [5, 10] },
            { name: "p_full", type: "logical", default: false },
            { name: "a:b", type: "any", default: {} },
          ],
        },
      ],
    }),
  );
});

test("a function from a live job: its name, parameters, defaults, and the columns of a run", async (t) => {
  const server = await simulate(t, {
    change: (it) => {
      it.databricks.jobs[0].name = "bestellungen täglich (neu)";
      it.databricks.jobs[0].parameters = { day: "2026-03-01", region: "" };
    },
  });
  const client = new DatabricksClient({ host: server.url, token: DATABRICKS_TOKEN });
  const sample = await client.runNowAndAwait({ jobId: "101" }, { pollInterval: 500 });
  const place = folder(t);
  const flags = ["connector", "--name", "Orders", "--out", place, "--host", server.url, "--job-id", "101"];
  const { code, stderr } = await pqrun(t, [...flags, "--sample-run", sample.run?.id ?? ""]);
  assert.equal(code, 0, stderr);
  assert.equal(
    readFileSync(path.join(place, "Orders.pq"), "utf8"),
    document({
      service: "databricks",
      name: "Orders",
      jobs: [
        {
          name: "BestellungenTaglichNeu",
          job: { jobId: "101" },
          description: "bestellungen täglich (neu)",
          parameters: [
            { name: "day", type: "text", default: "2026-03-01" },
            { name: "region", type: "text", default: "" },
          ],
          columns: [
            { name: "id", type: "int64" },
            { name: "name", type: "utf8" },
            { name: "amount", type: "float64" },
            { name: "note", type: "utf8" },
          ],
        },
      ],
    }),
  );
  const requests = server.truth().requests.filter(({ method }) => method === "POST");
  assert.equal(requests.length, 1, "only the sample run was started");
});

test("functions of two jobs of one name have names of their own", async (t) => {
  const server = await simulate(t, {
    change: (it) => it.databricks.jobs.slice(0, 2).forEach((job) => (job.name = "runs")),
  });
  const place = folder(t);
  const flags = ["--name", "Orders", "--out", place, "--host", server.url, "--job-id", "101", "--job-id", "102"];
  const { code, stderr } = await pqrun(t, ["connector", ...flags]);
  assert.equal(code, 0, stderr);
  const made = readFileSync(path.join(place, "Orders.pq"), "utf8");
  // `Orders.Runs` lists the runs of a job.
  assert.match(made, /shared Orders\.RunRuns =/u);
  assert.match(made, /shared Orders\.RunRuns2 =/u);
});

test("a function from a pipeline's definition", async (t) => {
  const server = await simulate(t);
  const client = new FabricClient({ host: server.url, workspaceId: WORKSPACE, token: FABRIC_TOKEN });
  const sample = await client.createRunAndAwaitCompletion(ITEM.good, {}, { pollInterval: 500 });
  const place = folder(t);
  const flags = ["--host", server.url, "--workspace", WORKSPACE, "--item", ITEM.good, "--read-definition"];
  const more = ["--sample-run", sample.run?.id ?? "", "--task", "Get"];
  const { code, stderr } = await pqrun(t, ["connector", "--name", "Orders", "--out", place, ...flags, ...more]);
  assert.equal(code, 0, stderr);
  assert.equal(
    readFileSync(path.join(place, "Orders.pq"), "utf8"),
    document({
      service: "fabric",
      name: "Orders",
      taskKey: "Get",
      jobs: [
        {
          name: "Good",
          job: { workspaceId: WORKSPACE, itemId: ITEM.good },
          description: "good",
          parameters: [
            { name: "p_day", type: "text", default: "x" },
            { name: "p_rows", type: "number", default: 1 },
            { name: "p_full", type: "logical", default: false },
          ],
          columns: [
            { name: "id", type: "int64" },
            { name: "day", type: "utf8" },
          ],
        },
      ],
    }),
  );
});

test("a sample run that can't show columns ends with a code of its own", async (t) => {
  const server = await simulate(t);
  const client = new DatabricksClient({ host: server.url, token: DATABRICKS_TOKEN });
  const good = await client.runNowAndAwait({ jobId: "101" }, { pollInterval: 500 });
  const failed = await client.runNowAndAwait({ jobId: "102" }, { pollInterval: 500 });
  const place = folder(t);
  const flags = ["connector", "--name", "Orders", "--out", place, "--host", server.url];
  for (const [code, ...args] of /** @type {[number, ...string[]][]} */ ([
    [3, "--job-id", "102", "--sample-run", failed.run?.id ?? ""],
    [2, "--job-id", "102", "--sample-run", good.run?.id ?? ""],
    [9, "--job-id", "101", "--sample-run", good.run?.id ?? "", "--task", "other"],
    [7, "--job-id", "9"],
  ])) {
    const ended = await pqrun(t, [...flags, ...args]);
    assert.equal(ended.code, code, `${args.join(" ")}: ${ended.stderr}`);
  }
  assert.deepEqual(readdirSync(place), [], "nothing is written");
});

test("what is there is replaced with --force alone, and all or nothing is written", async (t) => {
  const place = folder(t);
  const args = ["connector", "--name", "Orders", "--out", "made"];
  const run = (/** @type {string[]} */ ...more) => pqrun(t, [...args, ...more], { cwd: place, env: NO_TOKENS });
  assert.equal((await run()).code, 0);
  assert.equal((await run()).code, 0, "the same again changes nothing");
  const mine = path.join(place, "made", "Orders.query.pq");
  writeFileSync(mine, "1");
  const refused = await run("--connector-version", "2.0.0");
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /Orders\.query\.pq/u);
  assert.match(refused.stderr, /--force/u);
  assert.equal(readFileSync(mine, "utf8"), "1");
  assert.doesNotMatch(readFileSync(path.join(place, "made", "Orders.pq"), "utf8"), /2\.0\.0/u);
  assert.equal((await run("--connector-version", "2.0.0", "--force")).code, 0);
  assert.match(readFileSync(path.join(place, "made", "Orders.pq"), "utf8"), /Version = "2\.0\.0"/u);
  assert.notEqual(readFileSync(mine, "utf8"), "1");
});

const QUERY = ["--form", "query", "--name", "Q"];
const CONNECTOR = ["--name", "C"];

/** Arguments, and what the message must name. @type {[string[], RegExp][]} */
const WRONG = [
  [[], /--name/u],
  [["--name", "1st"], /--name/u],
  [["--name", "A/../B"], /--name/u],
  [["--name", "CON"], /name/u],
  [["--name", "Table"], /name/u],
  [[...CONNECTOR, "--service", "azure"], /--service/u],
  [[...CONNECTOR, "--form", "dataflow"], /--form/u],
  [[...CONNECTOR, "--service", "databricks", "--item", ITEM.good], /--item is for Fabric/u],
  [[...CONNECTOR, "--service", "fabric", "--job-id", "1"], /--job-id is for Databricks/u],
  [[...CONNECTOR, "--param", "a=1"], /--param is for --form query/u],
  [[...CONNECTOR, "--token-parameter", "T"], /--token-parameter is for --form query/u],
  [[...QUERY, "--mez"], /--mez is for --form connector/u],
  [[...QUERY, "--sample-run", "1"], /--sample-run is for --form connector/u],
  [[...QUERY, "--job-id", "1", "--job-id", "2"], /--job-id.*\n.*--jobs-file/u],
  [[...QUERY, "--service", "databricks", "--param", "a=1"], /--job-id/u],
  [[...QUERY, "--job-id", "1", "--param-from", "a"], /--param-from/u],
  [[...QUERY, "--job-id", "1", "--param", "a=1", "--param-from", "a=B"], /twice/u],
  [[...QUERY, "--job-id", "x"], /jobId/u],
  [[...QUERY, "--item", ITEM.good], /--workspace/u],
  [[...QUERY, "--host", HOST, "--host-parameter", "Host", "--service", "databricks"], /host/u],
  [[...QUERY, "--poll-seconds", "soon"], /--poll-seconds/u],
  [[...QUERY, "--poll-seconds", "0"], /pollSeconds/u],
  [[...QUERY, "--freshness", "15"], /--freshness/u],
  [[...QUERY, "--from-file", "/no/such/file"], /--from-file.*\/no\/such\/file/u],
  [[...QUERY, "--jobs-file", "/no/such/file"], /--jobs-file/u],
  [[...QUERY, "--client-secret", "x"], /--client-secret is no flag/u],
  [[...CONNECTOR, "--sample-run", "1"], /--sample-run is about one job/u],
  [[...CONNECTOR, "--declare", "a"], /--declare is about one job/u],
  [[...CONNECTOR, "--job-id", "1", "--offline", "--declare", "a:date"], /--declare/u],
  [[...CONNECTOR, "--job-id", "1", "--offline", "--declare", "a", "--allowed", "b=1"], /--allowed/u],
  [[...CONNECTOR, "--item", ITEM.good, "--workspace", WORKSPACE, "--declare", "a:number=x"], /--declare a: expected a number/u],
  [[...CONNECTOR, "--job-id", "1"], /--host/u],
];

test("wrong flags end with 2, name the flag, and write nothing", async (t) => {
  await Promise.all(
    WRONG.map(async ([args, message]) => {
      const { code, stderr, made } = await connector(t, ...args);
      assert.equal(code, 2, `${args.join(" ")}: ${stderr}`);
      assert.match(stderr, message, args.join(" "));
      assert.ok(!existsSync(made), args.join(" "));
    }),
  );
});

test("without a token a live job is not asked, and it is said what else can be done", async (t) => {
  const { code, stderr } = await connector(t, ...CONNECTOR, "--host", HOST, "--job-id", "1");
  assert.equal(code, 7);
  assert.match(stderr, /DATABRICKS_TOKEN[^]*--offline/u);
});
