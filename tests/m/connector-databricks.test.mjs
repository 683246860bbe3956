// The extension for Databricks: its functions, its navigator, its credentials.

import assert from "node:assert/strict";
import test from "node:test";

import {
  DATABRICKS, DATABRICKS_TOKEN, MODES, account, assertOnlyReads, errorOf, evaluateWith, extension, key, service, valueOf,
} from "./support/extension.mjs";

const ours = extension({ service: "databricks" });

const ROWS = [
  { id: 1, name: "a" },
  { id: 2, name: null },
];

/** @param {object} [habits] Members of the scenario's `databricks`. */
const workspace = (habits = {}) =>
  service({
    seed: 7,
    tokens: [{ value: DATABRICKS_TOKEN, service: "databricks" }],
    databricks: {
      jobs: [
        { id: 7, name: "orders", parameters: { day: "" }, tasks: [{ key: "load", run: { seconds: 20, output: { result: JSON.stringify(ROWS) } } }] },
        { id: 8, name: "stocks", tasks: [{ key: "load", run: { seconds: 5, output: { result: "[]" } } }] },
      ],
      ...habits,
    },
  });

/**
 * @param {import("./support/extension.mjs").Service} host
 * @param {string} expression `Host` in it is the workspace's address.
 * @param {object} [engine]
 */
const call = (host, expression, engine) =>
  evaluateWith(ours, host, expression.replaceAll("Host", `"${DATABRICKS}"`), {
    credential: key(DATABRICKS_TOKEN),
    ...engine,
  });

/** @param {import("./support/extension.mjs").Service} host */
const runs = (host) => host.state().databricks.runs;

for (const mode of MODES) {
  test(`${mode}: RunJob runs a job once, however often it is evaluated`, async () => {
    const host = workspace();
    const expression = 'Pqrun.RunJob(Host, "7", [JobParameters = [day = "2026-03-01"]])';
    for (let evaluation = 1; evaluation <= 3; evaluation += 1) {
      assert.deepEqual(valueOf(await call(host, expression, { mode })), ROWS);
    }
    assert.equal(runs(host).length, 1);
  });
}

test("RunJob without options takes those of the extension", async () => {
  const host = workspace();
  assert.deepEqual(valueOf(await call(host, 'Pqrun.RunJob(Host, "7")')), ROWS);
});

test("with AttachOnly nothing is started", async () => {
  const host = workspace();
  const expression = 'Pqrun.RunJob(Host, "7", [AttachOnly = true])';
  const nothing = await call(host, expression);
  assert.equal(errorOf(nothing).Detail.Code, "runNotFound");
  assertOnlyReads(nothing);
  valueOf(await call(host, 'Pqrun.RunJob(Host, "7")'));
  host.sleep(3 * 3600 * 1000);
  const found = await call(host, expression);
  assert.deepEqual(valueOf(found), ROWS);
  assertOnlyReads(found);
});

test("JobOutput reads a run and starts nothing", async () => {
  const host = workspace();
  valueOf(await call(host, 'Pqrun.RunJob(Host, "7")'));
  const read = await call(host, `Pqrun.JobOutput(Host, "${runs(host)[0].runId}", [TaskKey = "load"])`);
  assert.deepEqual(valueOf(read), ROWS);
  assertOnlyReads(read);
  assert.equal(runs(host).length, 1);
});

test("Runs lists a job's runs", async () => {
  const host = workspace();
  valueOf(await call(host, 'Pqrun.RunJob(Host, "7")'));
  const listed = valueOf(await call(host, 'Pqrun.Runs(Host, "7")'));
  assert.equal(listed.length, 1);
  assert.equal(listed[0].RunId, runs(host)[0].runId);
  assert.equal(listed[0].Outcome, "succeeded");
});

test("the columns of Runs are known without a request", async () => {
  const asked = await call(workspace(), 'Table.ColumnNames(Table.FirstN(Pqrun.Runs(Host, "7"), 0))');
  assert.deepEqual(valueOf(asked).slice(0, 3), ["RunId", "RunName", "State"]);
  assert.deepEqual(asked.requests, []);
});

test("the navigator shows jobs, runs and a function, and starts nothing", async () => {
  const host = workspace();
  valueOf(await call(host, 'Pqrun.RunJob(Host, "7")'));
  const jobs = await call(host, 'Table.SelectColumns(Pqrun.Contents(Host), {"Key", "Name", "ItemKind", "IsLeaf"})');
  assert.deepEqual(valueOf(jobs), [
    { Key: "7", Name: "orders", ItemKind: "Folder", IsLeaf: false },
    { Key: "8", Name: "stocks", ItemKind: "Folder", IsLeaf: false },
  ]);
  const entries = 'Pqrun.Contents(Host){[Key = "7"]}[Data]';
  const below = await call(host, `Table.SelectColumns(${entries}, {"Key", "Name", "ItemKind", "IsLeaf"})`);
  const { runId } = runs(host)[0];
  assert.deepEqual(valueOf(below), [
    { Key: "run", Name: "Run", ItemKind: "Function", IsLeaf: true },
    { Key: runId, Name: `2026-03-01 10:00 | succeeded | ${runId}`, ItemKind: "Table", IsLeaf: true },
  ]);
  const leaf = await call(host, `${entries}{[Key = "${runId}"]}[Data]`);
  assert.deepEqual(valueOf(leaf), ROWS);
  const kind = await call(host, `${entries}{[Key = "run"]}[Data] is function`);
  assert.equal(valueOf(kind), true);
  // Evaluated as a whole, with every leaf in it.
  const whole = await call(host, "Pqrun.Contents(Host)");
  assert.equal(whole.error, undefined);
  for (const evaluation of [jobs, below, leaf, kind, whole]) assertOnlyReads(evaluation);
  assert.equal(runs(host).length, 1);
});

test("the navigator's function runs the job", async () => {
  const host = workspace();
  const run = 'Pqrun.Contents(Host){[Key = "7"]}[Data]{[Key = "run"]}[Data]';
  assert.deepEqual(valueOf(await call(host, `${run}([JobParameters = [day = "x"]])`)), ROWS);
  assert.equal(runs(host).length, 1);
});

test("the navigator knows its columns and previews nothing by itself", async () => {
  const found = valueOf(await call(workspace(), "Value.Metadata(Value.Type(Pqrun.Contents(Host)))"));
  assert.equal(found["NavigationTable.NameColumn"], "Name");
  assert.equal(found["NavigationTable.DataColumn"], "Data");
  assert.equal(found["NavigationTable.ItemKindColumn"], "ItemKind");
  assert.equal(found["NavigationTable.IsLeafColumn"], "IsLeaf");
  assert.equal(found["Preview.DelayColumn"], "ItemName");
});

test("an account's token goes to the service like a key", async () => {
  const host = workspace();
  const evaluation = await call(host, 'Pqrun.RunJob(Host, "7")', { credential: account(DATABRICKS_TOKEN) });
  assert.deepEqual(valueOf(evaluation), ROWS);
});

for (const [name, credential] of /** @type {const} */ ([["key", key("wrong")], ["account", account("wrong")]])) {
  for (const unknownTokenStatus of [401, 403]) {
    test(`a wrong ${name} (${unknownTokenStatus}) makes Power Query ask for the credential again`, async () => {
      const evaluation = await call(workspace({ unknownTokenStatus }), 'Pqrun.RunJob(Host, "7")', { credential });
      // After 401 the engine asks for an account by itself.
      const isOwn = name === "key" || unknownTokenStatus === 403;
      assert.equal(errorOf(evaluation).Reason, isOwn ? "Credential.AccessDenied" : "DataSource.Error");
      assert.equal(evaluation.requests.length, 1);
    });
  }
}

test("a missing permission is told in the service's words", async () => {
  const host = service({
    seed: 7,
    tokens: [{ value: DATABRICKS_TOKEN, service: "databricks" }],
    databricks: { jobs: [{ id: 7, name: "orders", permission: "view", tasks: [{ key: "load", run: { seconds: 1 } }] }] },
  });
  const { Detail, Message } = errorOf(await call(host, 'Pqrun.RunJob(Host, "7")'));
  assert.equal(Detail.Code, "forbidden");
  assert.match(Message, /CAN MANAGE RUN/);
});

test("the connection is tested by one request that reads", async () => {
  const host = workspace();
  const [name, path] = valueOf(await evaluateWith(ours, host, `Pqrun[TestConnection]("${DATABRICKS}")`, { linked: false }));
  assert.equal(path, DATABRICKS);
  const good = await call(host, `${name}("${path}")`);
  valueOf(good);
  assert.deepEqual(good.requests.map(({ method, path }) => `${method} ${path}`), ["GET /api/2.2/jobs/list"]);
  const bad = await call(host, `${name}("${path}")`, { credential: key("wrong") });
  assert.ok(bad.error);
});

for (const [host, found] of [
  ["http://adb-1111222233334444.5.azuredatabricks.net", /https/],
  ["https://example.org", /azuredatabricks/],
  ["https://user@adb-1.azuredatabricks.net", /name of a host/],
  ["https://adb-1.azuredatabricks.net/path", /name of a host/],
  ["https://azuredatabricks.net.example.org", /azuredatabricks/],
]) {
  test(`no credential is asked for to reach ${host}`, async () => {
    for (const expression of [
      `Pqrun.RunJob("${host}", "7")`,
      `Pqrun.Contents("${host}")`,
      `Pqrun.Runs("${host}", "7")`,
      `Pqrun.JobOutput("${host}", "7")`,
      `Pqrun.Ping("${host}")`,
    ]) {
      // With no credential, touching it would be another error.
      const evaluation = await evaluateWith(ours, workspace(), expression, { credential: null });
      const { Detail, Message } = errorOf(evaluation);
      assert.equal(Detail?.Code, "invalidHost", `${expression}: ${Message}`);
      assert.match(Message, /** @type {RegExp} */ (found));
      assert.deepEqual(evaluation.requests, []);
    }
  });
}

for (const [options, ...found] of [
  ["[Frehsness = 5]", "found Frehsness", "Freshness"],
  ["[Freshness = -1]", "Freshness: expected a duration, or a number of minutes from 0 to 525600, found -1"],
  ['[Freshness = "15"]', "found a text"],
  ["[PollSeconds = 0]", "PollSeconds: expected a number from 1 to 3600, found 0"],
  ["[PollSeconds = 61]", "PollSeconds: expected at most MaxPollSeconds (60), found 61"],
  ["[MaxPolls = 1.5]", "MaxPolls: expected a whole number"],
  ["[MaxMinutes = #nan]", "MaxMinutes: expected a number from 1 to 1440"],
  ["[Inspect = 1, AttachOnly = 0]", "Inspect: expected true or false, found 1", "AttachOnly: expected true or false, found 0"],
  ['[TaskKey = " "]', "TaskKey: expected a text that is not blank"],
  ["[Marker = \"m\"]", "found Marker"],
]) {
  test(`options are checked before anything is sent: ${options}`, async () => {
    const evaluation = await call(workspace(), `Pqrun.RunJob(Host, "7", ${options})`);
    const { Detail, Message } = errorOf(evaluation);
    assert.equal(Detail.Code, "invalidOptions");
    for (const part of found) assert.ok(Message.includes(part), `${part} is not in: ${Message}`);
    assert.deepEqual(evaluation.requests, []);
  });
}

test("an option that is null counts as left out, and minutes as a duration", async () => {
  const host = workspace();
  valueOf(await call(host, 'Pqrun.RunJob(Host, "7", [TaskKey = null, Freshness = 30])'));
  host.sleep(29 * 60 * 1000);
  valueOf(await call(host, 'Pqrun.RunJob(Host, "7", [Freshness = #duration(0, 0, 30, 0)])'));
  assert.equal(runs(host).length, 1);
  host.sleep(2 * 60 * 1000);
  valueOf(await call(host, 'Pqrun.RunJob(Host, "7", [Freshness = 30])'));
  assert.equal(runs(host).length, 2);
});

for (const id of ["", "x", "7/../8", "0"]) {
  test(`an id is digits, not ${JSON.stringify(id)}`, async () => {
    for (const expression of [`Pqrun.RunJob(Host, "${id}")`, `Pqrun.Runs(Host, "${id}")`, `Pqrun.JobOutput(Host, "${id}")`]) {
      const evaluation = await call(workspace(), expression);
      assert.equal(errorOf(evaluation).Detail.Code, "invalidOptions", expression);
      assert.deepEqual(evaluation.requests, []);
    }
  });
}

test("traces hold no secrets", async () => {
  const evaluation = await call(workspace(), 'Pqrun.RunJob(Host, "7", [JobParameters = [day = "a secret"]])');
  valueOf(evaluation);
  assert.ok(evaluation.traces.length > 3);
  for (const { message } of evaluation.traces) {
    assert.match(String(message), /^pqrun: (?:GET|POST) api\/2\.2\/jobs\/[\w/-]+ 200$/);
  }
});

test("every function says what it is and what it takes", async () => {
  for (const name of ["RunJob", "JobOutput", "Runs", "Contents"]) {
    const documentation = valueOf(await call(workspace(), `Value.Metadata(Value.Type(Pqrun.${name}))`));
    assert.equal(documentation["Documentation.Name"], `Pqrun.${name}`);
    assert.ok(documentation["Documentation.LongDescription"].length > 20);
    assert.equal(documentation["Documentation.Examples"].length, 1);
    const parameters = valueOf(
      await call(
        workspace(),
        `List.Transform(
            Record.FieldValues(Type.FunctionParameters(Value.Type(Pqrun.${name}))),
            each Value.Metadata(_)[Documentation.FieldCaption])`,
      ),
    );
    assert.equal(parameters[0], "Workspace address");
  }
});
