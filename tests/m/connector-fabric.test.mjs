// The extension for Fabric: its functions, its navigator, its credentials.

import assert from "node:assert/strict";
import test from "node:test";

import {
  FABRIC, FABRIC_TOKEN, MODES, account, assertOnlyReads, errorOf, evaluateWith, extension, key, service, valueOf,
} from "./support/extension.mjs";

const ours = extension({ service: "fabric" });

const SALES = "1f0c4b7e-52aa-4c0d-9b7e-0d6f3a1e8c21";
const ORDERS = "7a93e1d4-0f5b-4e0a-8d3c-64b2f9c7a510";
const SCORES = "c2d81b90-3e6f-4d77-a1f4-95e08b6c3d02";
const FILES = "9d3e7c55-1b20-4f6a-bb0e-7c1f52d8e904";

const ROWS = [{ id: 1 }, { id: 2 }];

/**
 * @param {object} [item] Members of the pipeline.
 * @param {object[]} [faults]
 */
const workspace = (item = {}, faults = []) =>
  service({
    seed: 7,
    faults,
    tokens: [{ value: FABRIC_TOKEN, service: "fabric" }],
    fabric: {
      workspaces: [{ id: SALES, name: "Sales" }],
      items: [
        {
          id: ORDERS,
          workspaceId: SALES,
          kind: "DataPipeline",
          name: "orders",
          parameters: { day: { type: "string", defaultValue: "" } },
          runs: [{ durationSeconds: 50, activities: [{ name: "Get orders", type: "Lookup", rows: ROWS }] }],
          ...item,
        },
        { id: SCORES, workspaceId: SALES, kind: "Notebook", name: "scores", runs: [{ durationSeconds: 5, exitValue: '[{"score":0.5}]' }] },
        { id: FILES, workspaceId: SALES, kind: "Lakehouse", name: "files" },
      ],
    },
  });

/**
 * @param {import("./support/extension.mjs").Service} host
 * @param {string} expression `Host` in it is the API's address, `Item` the workspace and the pipeline.
 * @param {object} [engine]
 */
const call = (host, expression, engine) =>
  evaluateWith(
    ours,
    host,
    expression.replaceAll("Item,", `"${SALES}", "${ORDERS}",`).replaceAll("Item)", `"${SALES}", "${ORDERS}")`).replaceAll("Host", `"${FABRIC}"`),
    { credential: account(FABRIC_TOKEN), ...engine },
  );

/** @param {import("./support/extension.mjs").Service} host */
const runs = (host) => host.state().fabric.runs ?? host.state().fabric.instances;

for (const mode of MODES) {
  test(`${mode}: RunItem runs a pipeline once, however often it is evaluated`, async () => {
    const host = workspace();
    const expression = "Pqrun.RunItem(Host, Item)";
    for (let evaluation = 1; evaluation <= 3; evaluation += 1) {
      assert.deepEqual(valueOf(await call(host, expression, { mode })), ROWS);
    }
    assert.equal(runs(host).length, 1);
  });
}

test("RunItem runs a notebook with parameters", async () => {
  const host = workspace();
  const expression = `Pqrun.RunItem(Host, "${SALES}", "${SCORES}", [JobType = "RunNotebook", Parameters = [n = 1]])`;
  assert.deepEqual(valueOf(await call(host, expression)), [{ score: 0.5 }]);
});

test("with AttachOnly nothing is started", async () => {
  const host = workspace();
  const expression = "Pqrun.RunItem(Host, Item, [AttachOnly = true])";
  const nothing = await call(host, expression);
  assert.equal(errorOf(nothing).Detail.Code, "runNotFound");
  assertOnlyReads(nothing);
  valueOf(await call(host, "Pqrun.RunItem(Host, Item)"));
  host.sleep(3 * 3600 * 1000);
  const found = await call(host, expression);
  assert.deepEqual(valueOf(found), ROWS);
  assertOnlyReads(found);
});

test("ItemOutput reads a run and starts nothing; ItemRuns lists it", async () => {
  const host = workspace();
  valueOf(await call(host, "Pqrun.RunItem(Host, Item)"));
  const [listed, ...others] = valueOf(await call(host, "Pqrun.ItemRuns(Host, Item)"));
  assert.deepEqual(others, []);
  assert.equal(listed.Status, "Completed");
  const read = await call(host, `Pqrun.ItemOutput(Host, Item, "${listed.InstanceId}")`);
  assert.deepEqual(valueOf(read), ROWS);
  assertOnlyReads(read);
  assert.equal(runs(host).length, 1);
});

test("the columns of ItemRuns are known without a request", async () => {
  const asked = await call(workspace(), "Table.ColumnNames(Table.FirstN(Pqrun.ItemRuns(Host, Item), 0))");
  assert.deepEqual(valueOf(asked).slice(0, 2), ["InstanceId", "JobType"]);
  assert.deepEqual(asked.requests, []);
});

test("the navigator shows what can be run, its runs and a function, and starts nothing", async () => {
  const host = workspace();
  valueOf(await call(host, "Pqrun.RunItem(Host, Item)"));
  const columns = '{"Key", "Name", "ItemKind", "IsLeaf"}';
  const workspaces = await call(host, `Table.SelectColumns(Pqrun.Workspaces(Host), ${columns})`);
  assert.deepEqual(valueOf(workspaces), [{ Key: SALES, Name: "Sales", ItemKind: "Folder", IsLeaf: false }]);
  const within = `Pqrun.Workspaces(Host){[Key = "${SALES}"]}[Data]`;
  const items = await call(host, `Table.SelectColumns(${within}, ${columns})`);
  assert.deepEqual(
    new Set(valueOf(items).map((/** @type {any} */ item) => item.Name)),
    new Set(["orders (DataPipeline)", "scores (Notebook)"]),
  );
  const entries = `${within}{[Key = "${ORDERS}"]}[Data]`;
  const below = await call(host, `Table.SelectColumns(${entries}, ${columns})`);
  const [run, ...others] = valueOf(below);
  assert.deepEqual(run, { Key: "run", Name: "Run", ItemKind: "Function", IsLeaf: true });
  assert.equal(others.length, 1);
  assert.match(others[0].Name, /^2026-03-01 10:00 \| Completed \| /);
  const leaf = await call(host, `${entries}{[Key = "${others[0].Key}"]}[Data]`);
  assert.deepEqual(valueOf(leaf), ROWS);
  // Evaluated as a whole, with every leaf in it.
  const whole = await call(host, "Pqrun.Workspaces(Host)");
  assert.equal(whole.error, undefined);
  for (const evaluation of [workspaces, items, below, leaf, whole]) assertOnlyReads(evaluation);
  assert.equal(runs(host).length, 1);
});

test("the navigator's function runs the item as what it is", async () => {
  const host = workspace();
  const run = `Pqrun.Workspaces(Host){[Key = "${SALES}"]}[Data]{[Key = "${SCORES}"]}[Data]{[Key = "run"]}[Data]`;
  assert.deepEqual(valueOf(await call(host, `${run}()`)), [{ score: 0.5 }]);
});

test("a pasted token goes to the service like an account's", async () => {
  const evaluation = await call(workspace(), "Pqrun.RunItem(Host, Item)", { credential: key(FABRIC_TOKEN) });
  assert.deepEqual(valueOf(evaluation), ROWS);
});

for (const [name, credential] of /** @type {const} */ ([["key", key("wrong")], ["account", account("wrong")]])) {
  test(`a wrong ${name} makes Power Query ask for the credential again`, async () => {
    const evaluation = await call(workspace(), "Pqrun.RunItem(Host, Item)", { credential });
    assert.equal(errorOf(evaluation).Reason, name === "key" ? "Credential.AccessDenied" : "DataSource.Error");
    assert.deepEqual(evaluation.requests.filter(({ method }) => method === "POST"), []);
  });
}

test("a missing permission is told in the service's words", async () => {
  const { Detail, Message } = errorOf(await call(workspace({ access: "read" }), "Pqrun.RunItem(Host, Item)"));
  assert.equal(Detail.Code, "forbidden");
  assert.match(Message, /Contributor/);
});

test("the connection is tested by one request that reads", async () => {
  const host = workspace();
  const [name, path] = valueOf(await evaluateWith(ours, host, `Pqrun[TestConnection]("${FABRIC}")`, { linked: false }));
  const good = await call(host, `${name}("${path}")`);
  valueOf(good);
  assert.deepEqual(good.requests.map(({ method, path }) => `${method} ${path}`), ["GET /v1/workspaces"]);
  assert.ok((await call(host, `${name}("${path}")`, { credential: key("wrong") })).error);
  const refused = workspace({}, [{ endpoint: "workspaces/list", kind: { status: { code: 403 } } }]);
  assert.equal(errorOf(await call(refused, `${name}("${path}")`)).Detail.Code, "forbidden");
});

for (const host of ["http://api.fabric.microsoft.com", "https://example.org", "https://api.fabric.microsoft.com.example.org"]) {
  test(`no credential is asked for to reach ${host}`, async () => {
    for (const expression of [
      "Pqrun.RunItem(Host, Item)",
      "Pqrun.Workspaces(Host)",
      "Pqrun.ItemRuns(Host, Item)",
      `Pqrun.ItemOutput(Host, Item, "${SCORES}")`,
      "Pqrun.Ping(Host)",
    ]) {
      // With no credential, touching it would be another error.
      const evaluation = await call(workspace(), expression.replace("Host", () => `"${host}"`), { credential: null });
      assert.equal(errorOf(evaluation).Detail?.Code, "invalidHost", expression);
      assert.deepEqual(evaluation.requests, []);
    }
  });
}

for (const [options, found] of [
  ["[JobParameters = []]", "found JobParameters"],
  ["[CancelDuplicates = 1]", "CancelDuplicates: expected true or false, found 1"],
  ["[Parameters = 1]", "Parameters: expected a record"],
  ['[JobType = "../x"]', "JobType: expected a name such as Pipeline"],
  ['[Marker = ""]', "Marker: expected a text that is not blank"],
]) {
  test(`options are checked before anything is sent: ${options}`, async () => {
    const evaluation = await call(workspace(), `Pqrun.RunItem(Host, Item, ${options})`);
    const { Message } = errorOf(evaluation);
    assert.ok(Message.includes(found), Message);
    assert.deepEqual(evaluation.requests, []);
  });
}

test("ids are GUIDs", async () => {
  for (const expression of [
    `Pqrun.RunItem(Host, "x", "${ORDERS}")`,
    `Pqrun.ItemRuns(Host, "${SALES}", "../${ORDERS}")`,
    'Pqrun.ItemOutput(Host, Item, "1")',
  ]) {
    const evaluation = await call(workspace(), expression);
    assert.equal(errorOf(evaluation).Detail.Code, "invalidOptions", expression);
    assert.deepEqual(evaluation.requests, []);
  }
});
