/** What goes to standard output, in which form, and what does not. */

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

import { tableFromIPC } from "apache-arrow";
import { runDatabricksJob } from "pqrun";

import { DATABRICKS_TOKEN, databricks, fabric, folder, pqrun, simulate, startCommand, environment } from "./support.mjs";

test("json: one table is an array of objects, with every digit", async (t) => {
  const server = await simulate(t);
  const { code, stdout, stderr } = await pqrun(t, databricks(server, "good", "--format", "json"));
  assert.equal(code, 0, stderr);
  assert.match(stdout, /"id":9007199254740993[,}]/u);
  assert.deepEqual(JSON.parse(stdout)[0], { id: 1, name: "Łukasz", amount: 19.5, note: null });
});

test("json: several tables are an object by task key", async (t) => {
  const server = await simulate(t);
  const { stdout, stderr } = await pqrun(t, databricks(server, "several", "--format", "json"));
  assert.deepEqual(JSON.parse(stdout), { one: [{ a: 1 }], two: [{ rows: { b: true } }, { rows: { b: null } }] });
  assert.match(stderr, /--task shows more: script/u);
});

test("json: --output-path picks the rows where they are", async (t) => {
  const server = await simulate(t);
  const args = databricks(server, "several", "--format", "json", "--output-path", "$.rows");
  const { code, stdout, stderr } = await pqrun(t, args);
  assert.equal(code, 0, stderr);
  assert.deepEqual(JSON.parse(stdout), [{ b: true }, { b: null }]);
});

test("--task picks one output, of any kind", async (t) => {
  const server = await simulate(t);
  const one = await pqrun(t, databricks(server, "several", "--format", "csv", "--task", "one"));
  assert.equal(one.stdout, "a\r\n1\r\n");
  const script = await pqrun(t, databricks(server, "several", "--task", "script"));
  assert.equal(script.stdout, "hello\n");
  const none = await pqrun(t, databricks(server, "several", "--task", "three"));
  assert.equal(none.code, 9);
  assert.match(none.stderr, /there are: one, two, script/u);
});

test("csv and jsonl hold one table; of several, --task must choose, and the run need not run again", async (t) => {
  const server = await simulate(t);
  const state = folder(t);
  const { code, stdout, stderr } = await pqrun(t, databricks(server, "several", "--format", "csv"), { state });
  assert.equal(code, 9);
  assert.equal(stdout, "");
  assert.match(stderr, /--task one of one, two/u);
  const [, file] = /pqrun resume (\S+)/u.exec(stderr) ?? [];
  const again = await pqrun(t, ["resume", file, "--format", "jsonl", "--task", "one"], { state });
  assert.equal(again.code, 0, again.stderr);
  assert.equal(again.stdout, '{"a":1}\n');
  assert.equal(server.truth().databricks.runs.length, 1);
  assert.deepEqual(readdirSync(path.join(state, "pqrun")), []);
});

/** Two tasks whose tables are of one kind, and one that has none. @param {unknown} second */
const alike = (second) => ({
  change: (/** @type {any} */ it) => {
    const tasks = it.databricks.jobs.find(({ name }) => name === "several").tasks;
    tasks[0].run.output.result = [{ a: 1, b: "x" }];
    tasks[1].run.output.result = second;
  },
});

test("--combine puts the tables of all tasks in one, in every format", async (t) => {
  const server = await simulate(t, alike([{ a: 2.5, b: null }]));
  const expected = [
    { task: "one", a: 1, b: "x" },
    { task: "two", a: 2.5, b: null },
  ];
  const json = await pqrun(t, databricks(server, "several", "--combine", "--format", "json"));
  assert.equal(json.code, 0, json.stderr);
  assert.deepEqual(JSON.parse(json.stdout), expected);
  assert.match(json.stderr, /--task shows more: script/u);
  const csv = await pqrun(t, databricks(server, "several", "--combine", "--format", "csv"));
  assert.equal(csv.stdout, "task,a,b\r\none,1.0,x\r\ntwo,2.5,\r\n");
  const lines = await pqrun(t, databricks(server, "several", "--combine", "--json"));
  assert.deepEqual(JSON.parse(lines.stdout.trimEnd().split("\n").at(-1) ?? "").result.table, expected);
  const file = path.join(folder(t), "rows.arrow");
  const arrow = await pqrun(t, databricks(server, "several", "--combine", "--out", file));
  assert.equal(arrow.code, 0, arrow.stderr);
  assert.deepEqual(
    tableFromIPC(readFileSync(file)).toArray().map((row) => ({ ...row.toJSON() })),
    expected,
  );
});

test("--combine says which column stands in the way, and the run need not run again", async (t) => {
  const server = await simulate(t, alike([{ a: "text", b: null }]));
  const state = folder(t);
  const { code, stdout, stderr } = await pqrun(t, databricks(server, "several", "--combine", "--format", "csv"), { state });
  assert.deepEqual([code, stdout], [9, ""]);
  assert.match(stderr, /can't be combined: .*`a`.*`two`|can't be combined: .*`two`.*`a`/u);
  const [, file] = /pqrun resume (\S+)/u.exec(stderr) ?? [];
  const again = await pqrun(t, ["resume", file, "--schema", "a=utf8", "--combine", "--format", "jsonl"], { state });
  assert.equal(again.code, 0, again.stderr);
  assert.equal(again.stdout, '{"task":"one","a":"1","b":"x"}\n{"task":"two","a":"text","b":null}\n');
});

test("in a program: combineTables gives one table, or why there is none", async (t) => {
  for (const [second, rows, code] of /** @type {[unknown, number, string | undefined][]} */ ([
    [[{ a: 2, b: "y" }], 2, undefined],
    [[], 1, undefined],
    [[{ c: 2 }], 0, "outputUnreadable"],
    ["[{", 0, "outputTruncated"],
  ])) {
    const server = await simulate(t, alike(second));
    const options = { host: server.url, token: DATABRICKS_TOKEN, jobName: "several", pollInterval: 500 };
    const { table, tableError, outputs } = await runDatabricksJob({ ...options, combineTables: true }).result;
    assert.equal(table?.rowCount ?? 0, rows);
    assert.equal(table?.columns[0]?.name, rows ? "task" : undefined);
    assert.equal(tableError?.code, code);
    assert.equal(outputs[0]?.table?.rowCount, 1, "each keeps its own");
    const apart = await runDatabricksJob(options).result;
    assert.deepEqual([apart.table?.rowCount, apart.tableError], [code === "outputTruncated" ? 1 : undefined, undefined]);
  }
});

test("in a program: the options of tables are read before anything is sent", async (t) => {
  const server = await simulate(t);
  const options = { host: server.url, token: DATABRICKS_TOKEN, jobName: "good" };
  for (const [more, message] of /** @type {[any, RegExp][]} */ ([
    [{ table: { path: "$.rows" } }, /outputPath/u],
    [{ table: { format: "xml" } }, /^table: format: /u],
    [{ table: [] }, /^table: /u],
    [{ combineTables: "yes" }, /^combineTables: /u],
  ])) {
    assert.throws(() => runDatabricksJob({ ...options, ...more }), { code: "invalidOptions", message });
  }
  assert.equal(server.truth().databricks.runs.length, 0);
  const { table } = await runDatabricksJob({ ...options, table: { schema: { id: "utf8", day: "date" } } }).result;
  assert.deepEqual(
    table?.columns.map(({ name, type }) => `${name}:${type}`),
    ["id:utf8", "day:date", "name:utf8", "amount:float64", "note:utf8"],
  );
});

test("markdown: a table is one of Markdown, several stand under headings", async (t) => {
  const server = await simulate(t, alike([{ c: "a|b" }]));
  const { code, stdout, stderr } = await pqrun(t, databricks(server, "several", "--format", "markdown"));
  assert.equal(code, 0, stderr);
  assert.equal(stdout, "## one\n\n| a | b |\n| ---: | --- |\n| 1 | x |\n\n## two\n\n| c |\n| --- |\n| a\\|b |\n");
});

test("csv is RFC 4180, and formulas are defused on request", async (t) => {
  const server = await simulate(t);
  const plain = await pqrun(t, databricks(server, "good", "--format", "csv"));
  const lines = 'id,name,amount,note\r\n1,Łukasz,19.5,\r\n9007199254740993,"two\nlines, \u001b[2J",7.0,';
  assert.equal(plain.stdout, `${lines}=1+1\r\n`);
  const defused = await pqrun(t, databricks(server, "good", "--format", "csv", "--defuse-formulas"));
  assert.equal(defused.stdout, `${lines}'=1+1\r\n`);
});

test("table: numbers to the right, nulls unlike empty texts, no cell moves the cursor", async (t) => {
  const server = await simulate(t);
  const { stdout, stderr } = await pqrun(t, databricks(server, "good"));
  assert.match(stdout, /│ +1 │ Łukasz/u);
  assert.match(stdout, /\(null\)/u);
  assert.match(stdout, /two↵lines, ␛\[2J/u);
  assert.match(stdout, /^2 rows$/mu);
  assert.doesNotMatch(stdout + stderr, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/u);
});

test("table: each of several stands under its key", async (t) => {
  const server = await simulate(t);
  const { stdout } = await pqrun(t, fabric(server, "good"));
  assert.match(stdout, /^Get\n┌[^]*^Return\n┌/mu);
});

test("a run without output writes nothing but null in JSON", async (t) => {
  const server = await simulate(t);
  const table = await pqrun(t, databricks(server, "silent"));
  assert.deepEqual([table.code, table.stdout], [0, ""]);
  assert.match(table.stderr, /no output/u);
  const json = await pqrun(t, databricks(server, "silent", "--format", "json"));
  assert.deepEqual([json.code, json.stdout], [0, "null\n"]);
});

test("a notebook of its own gives its exit value as rows", async (t) => {
  const server = await simulate(t);
  const { code, stdout, stderr } = await pqrun(t, fabric(server, "notebook", "--format", "json"));
  assert.equal(code, 0, stderr);
  assert.deepEqual(JSON.parse(stdout), [{ n: 1 }, { n: 2 }]);
});

test("progress goes to standard error, and --quiet leaves it out", async (t) => {
  const server = await simulate(t);
  const loud = await pqrun(t, databricks(server, "good", "--format", "json"));
  assert.match(loud.stderr, /starting/u);
  assert.match(loud.stderr, /succeeded in/u);
  const quiet = await pqrun(t, databricks(server, "good", "--format", "json", "--quiet"));
  assert.equal(quiet.stderr, "");
  assert.equal(quiet.stdout, loud.stdout);
});

test("--json writes events and the result as JSON lines, ids as texts", async (t) => {
  const server = await simulate(t);
  const { code, stdout, stderr } = await pqrun(t, databricks(server, "good", "--json"));
  assert.equal(code, 0, stderr);
  const lines = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  const { result } = lines.at(-1);
  assert.equal(result.exitCode, 0);
  assert.equal(result.outcome, "succeeded");
  assert.equal(result.run.id, "9223372036854775807");
  assert.equal(result.outputs[0].table[0].name, "Łukasz");
  assert.match(stdout, /"id":9007199254740993[,}]/u);
  const events = lines.slice(0, -1).map((line) => line.event);
  assert.ok(events.length >= 3);
  assert.ok(events.every((event) => typeof event.phase === "string" && typeof event.elapsed === "number"));
  assert.ok(events.some((event) => event.runId === "9223372036854775807"));
});

test("--json tells a failed run too, and the exit code stays", async (t) => {
  const server = await simulate(t);
  const { code, stdout } = await pqrun(t, databricks(server, "failing", "--json"));
  const { result } = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
  assert.equal(code, 3);
  assert.deepEqual([result.exitCode, result.outcome], [3, "failed"]);
  assert.equal(result.outputs[1].errorMessage, "ValueError: no column qty");
});

test("--out writes a file in the format of its ending, and nothing to standard output", async (t) => {
  const server = await simulate(t);
  const place = folder(t);
  for (const [name, start] of [
    ["rows.csv", "id,"],
    ["rows.json", "[{"],
    ["rows.ndjson", '{"id"'],
    ["rows.md", "| id |"],
    ["rows.arrow", "ARROW1"],
    ["rows.arrows", "\ufffd\ufffd\ufffd\ufffd"],
    ["rows.txt", "┌"],
  ]) {
    const file = path.join(place, name);
    const { code, stdout, stderr } = await pqrun(t, databricks(server, "good", "--out", file));
    assert.equal(code, 0, stderr);
    assert.equal(stdout, "");
    assert.ok(readFileSync(file, "utf8").startsWith(start), name);
  }
  assert.equal(readdirSync(place).length, 7, "no temporary file is left");
});

test("--out with --json: events on standard output, rows in the file", async (t) => {
  const server = await simulate(t);
  const file = path.join(folder(t), "rows.csv");
  const { stdout } = await pqrun(t, databricks(server, "good", "--out", file, "--json"));
  assert.ok(readFileSync(file, "utf8").startsWith("id,"));
  assert.match(stdout, /^\{"event":/u);
});

test("--out does not replace what is no file", { skip: !existsSync("/dev/null") }, async (t) => {
  const server = await simulate(t);
  const { code, stderr } = await pqrun(t, databricks(server, "good", "--out", "/dev/null"));
  assert.equal(code, 0, stderr);
  assert.ok(statSync("/dev/null").isCharacterDevice());
});

test("the largest id is the same from wire to output", async (t) => {
  const server = await simulate(t);
  const id = "9223372036854775807";
  const { stderr } = await pqrun(t, databricks(server, "good"));
  assert.match(stderr, new RegExp(`run ${id} .*/run/${id}$`, "mu"));
  const status = await pqrun(t, ["status", "databricks", "--host", server.url, "--run-id", id, "--format", "json"]);
  assert.equal(JSON.parse(status.stdout).id, id);
  const list = await pqrun(t, ["list", "databricks", "--host", server.url, "--format", "csv"]);
  assert.match(list.stdout, new RegExp(`^${id},101,good,TERMINATED,SUCCESS,`, "mu"));
});

test("a reader that leaves early does not change the end", async (t) => {
  const server = await simulate(t);
  const { child, ended } = startCommand(databricks(server, "good", "--json"), { env: environment(folder(t)) });
  child.stdout.once("data", () => child.stdout.destroy());
  const { code, stderr } = await ended;
  assert.equal(code, 0, stderr);
});
