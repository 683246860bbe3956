// An extension for both services, and functions of its own for some jobs.

import assert from "node:assert/strict";
import test from "node:test";

import { check } from "./checks.mjs";
import { examine } from "./microsoft.mjs";
import { parse } from "./parse.mjs";
import {
  DATABRICKS, DATABRICKS_TOKEN, FABRIC, FABRIC_TOKEN, errorOf, evaluateWith, extension, key, service, valueOf,
} from "./support/extension.mjs";

const SALES = "1f0c4b7e-52aa-4c0d-9b7e-0d6f3a1e8c21";
const ORDERS = "7a93e1d4-0f5b-4e0a-8d3c-64b2f9c7a510";

const ours = extension({
  service: "both",
  name: "Orders",
  version: "2.1",
  pollSeconds: 7,
  freshness: "1h",
  jobs: [
    {
      name: "Nightly",
      job: { jobId: "7" },
      description: "Loads <everything> & more",
      parameters: [
        { name: "day", default: "2026-03-01", description: "The day to load" },
        { name: "region", allowedValues: ["north", 'sou"th'] },
        { name: "host" },
      ],
      columns: [
        { name: "id", type: "int64" },
        { name: "a name", type: "utf8" },
        { name: "missing", type: "timestamp" },
      ],
    },
    { name: "load", job: { jobId: "8" } },
    {
      name: "Mixed",
      job: { jobId: "9" },
      columns: [
        { name: "id", type: "int64" },
        { name: "note", type: "utf8" },
        { name: "good", type: "bool" },
        { name: "share", type: "float64" },
        { name: "day", type: "date" },
        { name: "at", type: "datetime" },
        { name: "when", type: "utf8" },
      ],
    },
    {
      name: "load",
      job: { workspaceId: SALES, itemId: ORDERS, jobType: "Pipeline" },
      parameters: [{ name: "n", type: "number", default: 1 }, { name: "all", type: "logical" }],
      columns: [{ name: "id", type: "float64" }],
    },
  ],
});

const RESULT = [
  { id: 1, "a name": "x", more: true },
  { id: 2, "a name": null, more: false },
];

/** As a whole, no column of it has the type that the extension knows. */
const MIXED = [
  { id: 1, note: 5, good: true, share: 1, day: "2026-01-31", at: "2026-01-31 12:00:00.5", when: "2026-01-31 12:00:00.25" },
  { id: "x", note: 6, good: "no", share: "y", day: "soon", at: "2026-01-31T12:00:00Z", when: "2026-02-01T00:00:00" },
  { id: 1.5, note: null, good: null, share: 2.5, day: null, at: "2026-01-31T00:00:00", when: null },
];

const world = () =>
  service({
    seed: 7,
    tokens: [
      { value: DATABRICKS_TOKEN, service: "databricks" },
      { value: FABRIC_TOKEN, service: "fabric" },
    ],
    databricks: {
      jobs: [
        {
          id: 7,
          name: "nightly",
          parameters: { day: "", region: "", host: "" },
          tasks: [{ key: "load", run: { seconds: 20, output: { result: JSON.stringify(RESULT) } } }],
        },
        { id: 9, name: "mixed", tasks: [{ key: "load", run: { seconds: 5, output: { result: JSON.stringify(MIXED) } } }] },
        { id: 8, name: "wrong", tasks: [{ key: "load", run: { seconds: 5, output: { result: '[{"id":"x"}]' } } }] },
      ],
    },
    fabric: {
      workspaces: [{ id: SALES, name: "Sales" }],
      items: [
        {
          id: ORDERS,
          workspaceId: SALES,
          kind: "DataPipeline",
          name: "orders",
          parameters: { n: { type: "int" }, all: { type: "bool" } },
          runs: [{ durationSeconds: 20, activities: [{ name: "Get", type: "Lookup", rows: [{ id: "x" }, { id: 2 }] }] }],
        },
      ],
    },
  });

/**
 * @param {import("./support/extension.mjs").Service} host
 * @param {string} expression
 */
const databricks = (host, expression) =>
  evaluateWith(ours, host, expression.replaceAll("Host", `"${DATABRICKS}"`), { credential: key(DATABRICKS_TOKEN) });

/**
 * @param {import("./support/extension.mjs").Service} host
 * @param {string} expression
 */
const fabric = (host, expression) =>
  evaluateWith(ours, host, expression.replaceAll("Host", `"${FABRIC}"`), { credential: key(FABRIC_TOKEN) });

test("it passes all checks", async () => {
  const around = {
    form: /** @type {const} */ ("connector"),
    files: Object.keys(ours.resources),
    strings: Object.keys(ours.resources),
  };
  assert.deepEqual(check(await parse(ours.text), around), []);
  assert.deepEqual(await examine(ours.text), []);
});

test("each service has its own kind and functions", async () => {
  const host = world();
  assert.equal(valueOf(await databricks(host, "OrdersDatabricks.Contents(Host)[Name]")).length, 3);
  assert.deepEqual(valueOf(await fabric(host, "OrdersFabric.Workspaces(Host)[Name]")), ["Sales"]);
  assert.equal(valueOf(await databricks(host, 'OrdersDatabricks.RunJob(Host, "7")')).length, 2);
  assert.equal(valueOf(await fabric(host, `OrdersFabric.RunItem(Host, "${SALES}", "${ORDERS}")`)).length, 2);
});

test("a host of the one service is none of the other's", async () => {
  const wrong = await evaluateWith(ours, world(), `OrdersDatabricks.Contents("${FABRIC}")`, { credential: null });
  assert.equal(errorOf(wrong).Detail.Code, "invalidHost");
  const other = await evaluateWith(ours, world(), `OrdersFabric.Workspaces("${DATABRICKS}")`, { credential: null });
  assert.equal(errorOf(other).Detail.Code, "invalidHost");
});

test("a job's function sends the arguments that are given, as the declared parameters", async () => {
  const host = world();
  const evaluation = await databricks(host, 'OrdersDatabricks.Nightly(Host, "2026-03-02", null, "h")');
  assert.deepEqual(valueOf(evaluation), [
    { id: 1, "a name": "x", missing: null },
    { id: 2, "a name": null, missing: null },
  ]);
  const [start] = evaluation.requests.filter(({ method }) => method === "POST");
  assert.deepEqual(JSON.parse(start.body).job_parameters, { day: "2026-03-02", host: "h" });
});

test("a job's function takes options too, and the extension's own count where they say nothing", async () => {
  const host = world();
  const expression = 'OrdersDatabricks.Nightly(Host, null, null, null, [PollSeconds = 3, JobParameters = [region = "north"]])';
  const evaluation = await databricks(host, expression);
  valueOf(evaluation);
  const [start] = evaluation.requests.filter(({ method }) => method === "POST");
  assert.deepEqual(JSON.parse(start.body).job_parameters, { region: "north" });
  host.sleep(59 * 60 * 1000);
  valueOf(await databricks(host, expression));
  assert.equal(host.state().databricks.runs.length, 1);
});

test("asking a job's function for its columns starts nothing and asks nothing", async () => {
  const host = world();
  for (const expression of [
    "Table.ColumnNames(OrdersDatabricks.Nightly(Host))",
    "Table.ColumnNames(Table.FirstN(OrdersDatabricks.Nightly(Host), 0))",
    "Table.RowCount(Table.FirstN(OrdersDatabricks.Nightly(Host), 0))",
  ]) {
    const evaluation = await databricks(host, expression);
    valueOf(evaluation);
    assert.deepEqual(evaluation.requests, [], expression);
  }
});

test("a value that is not of its column's type is an error in its cell", async () => {
  const host = world();
  const rows = `OrdersFabric.load(Host, 5, true)`;
  const evaluation = await fabric(host, `{(try ${rows}[id]{0})[Error][Message], ${rows}[id]{1}}`);
  const [message, second] = valueOf(evaluation);
  assert.match(message, /column id/);
  assert.equal(second, 2);
  const [start] = evaluation.requests.filter(({ method, path }) => method === "POST" && !path.endsWith("queryactivityruns"));
  assert.deepEqual(JSON.parse(start.body).executionData.parameters, { n: 5, all: true });
});

test("a value is brought to its column's type where that loses nothing", async () => {
  const cells = ["id", "note", "good", "share", "day", "at", "when"].map((name) => `try [${name}] otherwise "wrong"`).join(", ");
  const read = await databricks(world(), `Table.TransformRows(OrdersDatabricks.Mixed(Host), each {${cells}})`);
  assert.deepEqual(valueOf(read), [
    [1, "5", true, 1, "2026-01-31", "2026-01-31T12:00:00.5", "2026-01-31T12:00:00.25"],
    ["wrong", "6", "wrong", "wrong", "wrong", "wrong", "2026-02-01T00:00:00"],
    ["wrong", null, null, 2.5, null, "2026-01-31T00:00:00", null],
  ]);
});

test("a job's function is documented", async () => {
  const metadata = valueOf(await databricks(world(), "Value.Metadata(Value.Type(OrdersDatabricks.Nightly))"));
  assert.equal(metadata["Documentation.Name"], "OrdersDatabricks.Nightly");
  assert.match(metadata["Documentation.LongDescription"], /^Loads &lt;everything&gt; &amp; more\. /);
  const parameters = valueOf(
    await databricks(
      world(),
      "List.Transform(Record.FieldValues(Type.FunctionParameters(Value.Type(OrdersDatabricks.Nightly))), Value.Metadata)",
    ),
  );
  assert.equal(parameters[1]["Documentation.FieldDescription"], 'The day to load. Without it, "2026-03-01" counts.');
  assert.deepEqual(parameters[1]["Documentation.SampleValues"], ["2026-03-01"]);
  assert.deepEqual(parameters[2]["Documentation.AllowedValues"], ["north", 'sou"th']);
  assert.equal(parameters[3]["Documentation.FieldCaption"], "host");
});
