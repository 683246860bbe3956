// What runs give out.

import assert from "node:assert/strict";
import test from "node:test";

import {
  FORMS,
  GOOD,
  ITEM,
  LOOKUP,
  MODES,
  OTHER_ITEM,
  ROWS,
  WORKSPACE,
  errorOf,
  fabric,
  item,
  query,
  runItem,
  runsMade,
  startedBefore,
  starts,
  valueOf,
} from "./support/fabric.mjs";
import { columnTypes } from "./json.mjs";

const SECOND = { name: "Other", type: "Script", rows: [{ x: 1 }] };
const NOTEBOOK = { name: "Score", type: "TridentNotebook", exitValue: '[{"a":1},{"a":2}]' };
const COPY = { name: "Copy", type: "Copy", output: { rowsCopied: 3, files: [{ path: "a" }] } };

/**
 * The result of a pipeline with these activities.
 *
 * @param {object[]} activities
 * @param {Parameters<typeof runItem>[0]} [changes]
 * @param {{ switches?: object } & NonNullable<Parameters<typeof query>[2]>} [more]
 */
async function resultOf(activities, changes = {}, { switches = {}, ...how } = {}) {
  const host = fabric({ runs: [{ durationSeconds: 30, activities }] }, { switches });
  return query(host, runItem(changes), how);
}

for (const form of FORMS) {
  test(`${form}: one table among the activities is the result`, async () => {
    for (const [activities, rows] of /** @type {[object[], any][]} */ ([
      [[LOOKUP], ROWS],
      [[COPY, LOOKUP], ROWS],
      [[{ ...LOOKUP, firstRowOnly: true }], [ROWS[0]]],
      [[SECOND], [{ x: 1 }]],
      [[NOTEBOOK], [{ a: 1 }, { a: 2 }]],
      [[{ ...NOTEBOOK, exitValue: "done" }], [{ value: "done" }]],
      [[{ name: "Return", type: "SetVariable", returnValue: { n: 5, s: "x" } }], [{ n: 5, s: "x" }]],
      [
        [
          {
            name: "Return",
            type: "SetVariable",
            input: { variableName: "pipelineReturnValue" },
            output: { value: { n: 5 } },
          },
        ],
        [{ n: 5 }],
      ],
    ])) {
      assert.deepEqual(valueOf(await resultOf(activities, {}, { form })), rows, JSON.stringify(activities));
    }
  });

  test(`${form}: several tables are rows of a table`, async () => {
    const value = valueOf(await resultOf([LOOKUP, COPY, SECOND], {}, { form }));
    assert.deepEqual(value, [
      { Activity: "Read", Output: ROWS },
      { Activity: "Other", Output: [{ x: 1 }] },
    ]);
  });

  test(`${form}: without a table, whatever was given out is a row each`, async () => {
    assert.deepEqual(valueOf(await resultOf([COPY], {}, { form })), [{ Activity: "Copy", Output: COPY.output }]);
    assert.deepEqual(valueOf(await resultOf([{ name: "Wait", type: "Wait" }], {}, { form })), [
      { Activity: "Wait", Output: {} },
    ]);
    assert.deepEqual(valueOf(await resultOf([], {}, { form })), []);
  });

  test(`${form}: the activity that is asked for`, async () => {
    const all = [LOOKUP, COPY, SECOND];
    assert.deepEqual(valueOf(await resultOf(all, { TaskKey: '"Other"' }, { form })), [{ x: 1 }]);
    assert.deepEqual(valueOf(await resultOf(all, { TaskKey: '"Copy"' }, { form })), COPY.output);
    assert.deepEqual(valueOf(await resultOf(all, { TaskKey: '"Copy"', OutputPath: '"$.files"' }, { form })), [
      { path: "a" },
    ]);
    const { Message, Detail } = errorOf(await resultOf(all, { TaskKey: '"None"' }, { form }));
    assert.equal(Detail.Code, "invalidOptions");
    assert.match(Message, /no activity is called None; there are: Read, Copy, Other/);
  });

  test(`${form}: with a path, the outputs in which it leads to rows`, async () => {
    assert.deepEqual(valueOf(await resultOf([LOOKUP, COPY], { OutputPath: '"$.files"' }, { form })), [{ path: "a" }]);
  });

  test(`${form}: an output that is cut is never read as if it were whole`, async () => {
    const { Detail } = errorOf(await resultOf([{ ...LOOKUP, oversize: true }], {}, { form }));
    assert.equal(Detail.Code, "outputTruncated");
    const several = await resultOf([{ ...LOOKUP, oversize: true }, SECOND], { TaskKey: '"Other"' }, { form });
    assert.deepEqual(valueOf(several), [{ x: 1 }]);
  });

  test(`${form}: of the attempts of an activity the last one counts, and iterations are numbered`, async () => {
    const first = { ...LOOKUP, rows: [{ n: 0 }], status: "Failed", error: { message: "no" } };
    const attempts = [first, { ...LOOKUP, retryAttempt: 1 }];
    assert.deepEqual(valueOf(await resultOf(attempts, {}, { form })), ROWS);
    const turn = (/** @type {number} */ n, /** @type {number} */ retryAttempt) => ({
      ...LOOKUP,
      rows: [{ n }],
      iterationHash: `h${n}`,
      retryAttempt,
    });
    const value = valueOf(await resultOf([turn(1, 0), turn(2, 0), turn(1, 1), turn(3, 0)], {}, { form }));
    assert.deepEqual(
      value.map((/** @type {any} */ row) => [row.Activity, row.Output]),
      [
        ["Read[0]", [{ n: 1 }]],
        ["Read[1]", [{ n: 2 }]],
        ["Read[2]", [{ n: 3 }]],
      ],
    );
  });

  test(`${form}: activities that come late, in pages, or as a bare list are read`, async () => {
    for (const switches of [
      { activityRunsEmptyFor: 1 },
      { activityRunsEmptyFor: 3 },
      { activityPageSize: 1 },
      { activityRunsShape: "array" },
    ]) {
      const value = valueOf(await resultOf([LOOKUP, SECOND], {}, { form, switches }));
      assert.deepEqual(
        value.map((/** @type {any} */ row) => row.Activity),
        ["Read", "Other"],
        JSON.stringify(switches),
      );
    }
  });

  test(`${form}: the pipelines that a pipeline calls`, async () => {
    const child = { id: OTHER_ITEM, name: "child", runs: [{ durationSeconds: 10, activities: [SECOND] }] };
    const call = { name: "Call", type: "InvokePipeline", child: { itemId: OTHER_ITEM } };
    const host = fabric([{ runs: [{ durationSeconds: 20, activities: [call, LOOKUP] }] }, child]);
    const value = valueOf(await query(host, runItem(), { form }));
    assert.deepEqual(
      value.map((/** @type {any} */ row) => [row.Activity, row.Output]),
      [
        ["Read", ROWS],
        ["Call/Other", [{ x: 1 }]],
      ],
    );
    assert.deepEqual(valueOf(await query(host, runItem({ TaskKey: '"Call/Other"' }), { form })), [{ x: 1 }]);
  });

  test(`${form}: the service's whole answer, to look at`, async () => {
    const value = valueOf(await resultOf([LOOKUP], { Inspect: "true" }, { form }));
    assert.equal(value.value[0].activityName, "Read");
    assert.deepEqual(value.value[0].output.value, ROWS);
  });

  test(`${form}: activities that can't be read are an error, and the run is not repeated`, async () => {
    const faults = [
      {
        endpoint: "pipelineruns/queryactivityruns",
        kind: { status: { code: 400, body: { error: { code: "BadRequest", message: "gone" } } } },
      },
    ];
    const host = fabric({}, { faults });
    const { Message, Detail } = errorOf(await query(host, runItem(), { form }));
    assert.equal(Detail.Code, "outputUnavailable");
    assert.match(Message, /gone/);
    assert.ok(Detail.RunId);
  });

  for (const mode of MODES) {
    test(`${form}, ${mode}: a notebook's exit value`, async () => {
      for (const switches of [{}, { exitValueAtTop: true }, { exitValueMissingFor: 2 }]) {
        const host = fabric(
          { kind: "Notebook", runs: [{ durationSeconds: 30, exitValue: '[{"n":1}]' }] },
          { switches },
        );
        const evaluation = await query(host, runItem({}, item('JobType = "RunNotebook"')), { form, mode });
        if (Reflect.get(switches, "exitValueMissingFor") === undefined)
          assert.deepEqual(valueOf(evaluation), [{ n: 1 }], JSON.stringify(switches));
        else assert.equal(evaluation.error, undefined);
      }
    });
  }

  test(`${form}: a notebook that returns nothing, and an item without outputs, are empty`, async () => {
    const notebook = fabric({ kind: "Notebook", runs: [{ durationSeconds: 30 }] });
    assert.deepEqual(valueOf(await query(notebook, runItem({}, item('JobType = "RunNotebook"')), { form })), []);
    const spark = fabric({ kind: "SparkJobDefinition", runs: [{ durationSeconds: 30 }] });
    assert.deepEqual(valueOf(await query(spark, runItem({}, item('JobType = "sparkjob"')), { form })), []);
  });
}

test("columns have the types that the client gives them", async () => {
  const rows = [
    {
      int: 1,
      float: 1.5,
      mixed: 1,
      text: "a",
      when: "2026-03-01T10:00:00Z",
      flag: true,
      long: 1,
      many: [1],
      none: null,
    },
    {
      int: 2,
      float: 2,
      mixed: "x",
      text: "b",
      when: "2026-03-01T11:00:00Z",
      flag: null,
      long: 2,
      many: { a: 1 },
      none: null,
    },
  ];
  // What JavaScript can't write: a double without fraction, an integer of 64 bits.
  const spelled = (/** @type {string} */ json) =>
    json
      .replaceAll('"long":1', '"long":9007199254740993')
      .replaceAll('"float":2', '"float":2.0')
      .replaceAll('"whole":1', '"whole":1.0')
      .replace(/("key":"whole","value":\{[^}]*"content":)1/, "$11.0")
      .replace(/("key":"long","value":\{[^}]*"content":)1/, "$19007199254740993");
  const types = {
    int: "nullable Int64.Type",
    float: "nullable number",
    whole: "nullable number",
    mixed: "nullable text",
    text: "nullable text",
    when: "nullable datetimezone",
    flag: "nullable logical",
    long: "nullable Int64.Type",
    many: "nullable text",
    none: "nullable text",
  };
  const all = rows.map(({ int, float, ...rest }) => ({ int, float, whole: 1, ...rest }));
  for (const activity of [
    { ...LOOKUP, rows: all },
    { ...SECOND, rows: all },
    { name: "Return", type: "SetVariable", returnValue: all[0] },
  ]) {
    const host = spelledBy(fabric({ runs: [{ durationSeconds: 20, activities: [activity] }] }), spelled);
    const { value, error } = await query(host, runItem());
    assert.equal(error, undefined);
    const found = columnTypes(/** @type {any} */ (value));
    if (activity.type === "SetVariable")
      assert.deepEqual([found.whole, found.long], ["nullable number", "nullable Int64.Type"]);
    else assert.deepEqual(found, types, activity.type);
  }
});

test("a run that exists is read, and nothing is started", async () => {
  const host = fabric({});
  const id = startedBefore(host);
  const options = runItem().slice(`RunItem(${item()}, `.length, -1);
  const evaluation = await query(host, `ReadItemOutput("${WORKSPACE}", "${ITEM}", "${id.toUpperCase()}", ${options})`);
  assert.deepEqual(valueOf(evaluation), ROWS);
  assert.deepEqual(starts(evaluation), []);
  assert.equal(runsMade(host).length, 1);
  for (const [runId, code] of [
    ["nonsense", "invalidOptions"],
    ["00000000-0000-4000-8000-00000000000a", "runNotFound"],
  ]) {
    const { Detail } = errorOf(await query(host, `ReadItemOutput("${WORKSPACE}", "${ITEM}", "${runId}", ${options})`));
    assert.equal(Detail.Code, code);
  }
  const notebook = fabric({
    kind: "Notebook",
    history: [{ ageSeconds: 600, id, run: { durationSeconds: 30, exitValue: "done" } }],
  });
  const read = await query(notebook, `ReadItemOutput("${WORKSPACE}", "${ITEM}", "${id}", ${options})`);
  assert.deepEqual(valueOf(read), [{ value: "done" }]);
  assert.ok(GOOD);
});

/**
 * A host whose answers are spelled otherwise.
 *
 * @param {ReturnType<typeof fabric>} host
 * @param {(json: string) => string} spelled
 */
function spelledBy(host, spelled) {
  return {
    ...host,
    /** @param {any} request */
    request(request) {
      const response = host.request(request);
      return { ...response, body: new TextEncoder().encode(spelled(new TextDecoder().decode(response.body))) };
    },
  };
}
