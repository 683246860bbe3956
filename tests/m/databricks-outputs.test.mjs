// What runs give out, as tables.

import assert from "node:assert/strict";
import test from "node:test";

import { ROWS, ROWS_READ, column, errorOf, query, runJob, valueOf, workspace } from "./support/workspace.mjs";

/**
 * A task that is done at once.
 *
 * @param {string} key
 * @param {object} output
 * @param {object} [more]
 */
function task(key, output, more = {}) {
  return { key, run: { seconds: 1, output }, ...more };
}

/**
 * @param {object[]} tasks
 * @param {Parameters<typeof runJob>[0]} [changes]
 */
async function outputOf(tasks, changes) {
  return query(workspace({ tasks }), runJob(changes));
}

const SEVERAL = [
  task("one", { result: '[{"a":1}]' }),
  task("two", { result: '{"rows":[{"b":true},{"b":null}]}' }, { dependsOn: ["one"] }),
  task("script", { logs: "hello\n" }, { kind: "sparkPython", dependsOn: ["two"] }),
];

test("the only table of several tasks is the result", async () => {
  const tasks = [task("quiet", {}), task("loud", { result: ROWS }), { ...SEVERAL[2], dependsOn: [] }];
  assert.deepEqual(valueOf(await outputOf(tasks)), ROWS_READ);
});

test("several tables are a table with a row for each, in the order in which their tasks began", async () => {
  assert.deepEqual(valueOf(await outputOf(SEVERAL)), [
    { TaskKey: "one", Output: [{ a: 1 }] },
    { TaskKey: "two", Output: [{ rows: '{"b":true}' }, { rows: '{"b":null}' }] },
  ]);
});

test("a task key chooses one, and no other output is asked for", async () => {
  const evaluation = await outputOf(SEVERAL, { TaskKey: '"two"', OutputPath: '"$.rows"' });
  assert.deepEqual(valueOf(evaluation), [{ b: true }, { b: null }]);
  assert.equal(evaluation.requests.filter(({ path }) => path.endsWith("/get-output")).length, 1);
});

test("with a path, the outputs in which it leads to rows are chosen", async () => {
  assert.deepEqual(valueOf(await outputOf(SEVERAL, { OutputPath: '"$.rows"' })), [{ b: true }, { b: null }]);
});

test("a path that leads nowhere is an error", async () => {
  const { Detail } = errorOf(await outputOf([task("one", { result: ROWS })], { OutputPath: '"$.no"' }));
  assert.equal(Detail.Code, "outputUnreadable");
});

test("a task key that no task has is told with those that there are", async () => {
  const { Detail, Message } = errorOf(await outputOf(SEVERAL, { TaskKey: '"three"' }));
  assert.equal(Detail.Code, "invalidOptions");
  assert.match(Message, /three.*one, two, script/);
});

test("what is no table is told", async () => {
  const logs = errorOf(await outputOf([{ ...SEVERAL[2], dependsOn: [] }]));
  assert.equal(logs.Detail.Code, "outputUnreadable");
  assert.match(logs.Message, /script \(logs\)/);
  const chosen = errorOf(await outputOf(SEVERAL, { TaskKey: '"script"' }));
  assert.equal(chosen.Detail.Code, "outputUnreadable");
});

test("a run that gives out nothing is an empty table", async () => {
  const evaluation = await outputOf([task("quiet", {})]);
  assert.deepEqual(valueOf(evaluation), []);
});

test("a cut output is never read as if it were whole", async () => {
  const rows = { rows: 200, columns: { id: { type: "sequence" } }, truncateAt: 500 };
  const { Detail, Message } = errorOf(await outputOf([task("load", rows)]));
  assert.equal(Detail.Code, "outputTruncated");
  assert.match(Message, /^load: /);
});

test("a cut output beside good ones is an error in its own cell", async () => {
  const rows = { rows: 200, columns: { id: { type: "sequence" } }, truncateAt: 500 };
  const value = valueOf(await outputOf([task("cut", rows), task("whole", { result: ROWS }, { dependsOn: ["cut"] })]));
  assert.equal(value[0].Output.$error.Detail.Code, "outputTruncated");
  assert.deepEqual(value[1].Output, ROWS_READ);
});

test("with inspect, the service's whole answer is the result", async () => {
  const value = valueOf(await outputOf([task("one", { result: ROWS })], { Inspect: "true" }));
  assert.equal(value.notebook_output.result, ROWS);
  const several = valueOf(await outputOf(SEVERAL, { Inspect: "true" }));
  assert.deepEqual(column(several, "TaskKey"), ["one", "two", "script"]);
  assert.equal(several[2].Output.logs, "hello\n");
  const chosen = valueOf(await outputOf(SEVERAL, { Inspect: "true", TaskKey: '"script"' }));
  assert.equal(chosen.logs, "hello\n");
});

test("of a task that was tried again, the last attempt is read", async () => {
  const executions = [
    { seconds: 1, result: "failed", output: { error: "not yet" } },
    { seconds: 1, output: { result: ROWS } },
  ];
  assert.deepEqual(valueOf(await outputOf([{ key: "load", maxRetries: 1, executions }])), ROWS_READ);
});

test("a repaired run is read by its new attempt, however attempts are counted", async () => {
  for (const repairRestartsAttemptNumber of [false, true]) {
    const executions = [
      { seconds: 5, result: "failed", output: { error: "not yet" } },
      { seconds: 60, output: { result: ROWS } },
    ];
    const host = workspace(
      { tasks: [{ key: "load", executions }], repairedAfterSeconds: 1 },
      { databricks: { repairRestartsAttemptNumber } },
    );
    // The failed end is seen or not, as the polls fall; the run itself goes on.
    const evaluation = await query(host, runJob({ PollSeconds: "20", MaxPollSeconds: "20" }));
    assert.deepEqual(valueOf(evaluation), ROWS_READ);
  }
});

const EACH = {
  key: "each",
  forEach: { inputs: 3, task: { key: "one", run: { seconds: 1, output: { result: '[{"input":"{{input}}"}]' } } } },
};

test("the iterations of a for-each task are read over all pages", async () => {
  const host = workspace({ tasks: [EACH] }, { databricks: { pageSize: 2 } });
  const value = valueOf(await query(host, runJob()));
  assert.deepEqual(value, [
    { TaskKey: "each[0]", Output: [{ input: "0" }] },
    { TaskKey: "each[1]", Output: [{ input: "1" }] },
    { TaskKey: "each[2]", Output: [{ input: "2" }] },
  ]);
  const one = await query(workspace({ tasks: [EACH] }), runJob({ TaskKey: '"each[1]"' }));
  assert.deepEqual(valueOf(one), [{ input: "1" }]);
});

const CHILDREN = [
  { id: 7, tasks: [{ key: "child", runJob: { job: 8 } }, task("own", { result: "[]" })] },
  { id: 8, name: "inner", tasks: [task("load", { result: ROWS })] },
];

test("jobs within the job are followed to their outputs", async () => {
  const value = valueOf(await query(workspace(CHILDREN), runJob()));
  assert.deepEqual(column(value, "TaskKey").sort(), ["child/load", "own"]);
  const one = await query(workspace(CHILDREN), runJob({ TaskKey: '"child/load"' }));
  assert.deepEqual(valueOf(one), ROWS_READ);
  assert.equal(one.requests.filter(({ path }) => path.endsWith("/get-output")).length, 2);
});

test("a failed task of a child gives the reason", async () => {
  const load = { key: "load", run: { seconds: 1, result: "failed", output: { error: "no disk" } } };
  const failing = { ...CHILDREN[1], tasks: [load] };
  const { Message } = errorOf(await query(workspace([CHILDREN[0], failing]), runJob()));
  assert.match(Message, /no disk|child/);
});

test("conditions and what they leave out are not asked for", async () => {
  const tasks = [
    { key: "check", condition: { op: "EQUAL_TO", left: "1", right: "2" } },
    task("yes", { result: '[{"yes":1}]' }, { dependsOn: [{ task: "check", outcome: true }] }),
    task("no", { result: ROWS }, { dependsOn: [{ task: "check", outcome: false }] }),
  ];
  const evaluation = await outputOf(tasks);
  assert.deepEqual(valueOf(evaluation), ROWS_READ);
  assert.equal(evaluation.requests.filter(({ path }) => path.endsWith("/get-output")).length, 1);
});

test("all pages of tasks are read when the run has ended, and one before", async () => {
  const tasks = Array.from({ length: 7 }, (_, at) => task(`t${at}`, at === 6 ? { result: ROWS } : {}));
  const evaluation = await query(workspace({ tasks }, { databricks: { pageSize: 3 } }), runJob());
  assert.deepEqual(valueOf(evaluation), ROWS_READ);
  const pages = evaluation.requests.filter(({ query: members }) => members.some(([name]) => name === "page_token"));
  assert.equal(pages.length, 2);
});

test("the single-task format of the oldest API is its own task", async () => {
  const host = workspace({ singleTask: true });
  assert.deepEqual(valueOf(await query(host, runJob())), ROWS_READ);
});

const SHAPES = {
  "an array of objects": ['[{"a":1,"b":"x"},{"a":2.5}]', [{ a: 1, b: "x" }, { a: 2.5, b: null }]],
  "an array of arrays": ["[[1,2],[3]]", [{ column1: 1, column2: 2 }, { column1: 3, column2: null }]],
  "an array of scalars": ["[1,2]", [{ value: 1 }, { value: 2 }]],
  "an object of columns": ['{"a":[1,2],"b":["x","y"]}', [{ a: 1, b: "x" }, { a: 2, b: "y" }]],
  "another object": ['{"a":1,"b":"x"}', [{ a: 1, b: "x" }]],
  "plain text": ["done", [{ value: "done" }]],
  "an empty text": ["", [{ value: "" }]],
};

for (const [shape, [result, rows]] of Object.entries(SHAPES)) {
  test(`${shape} is a table`, async () => {
    assert.deepEqual(valueOf(await outputOf([task("load", { result })])), rows);
  });
}
