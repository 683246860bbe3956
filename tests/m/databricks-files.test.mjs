// Files whose paths notebooks give out, read in volumes and in DBFS.

import assert from "node:assert/strict";
import test from "node:test";

import { evaluateParsed, makeEngine } from "./evaluate.mjs";
import { cannedHost, run } from "./support/canned.mjs";
import { extension } from "./support/extension.mjs";
import { HOST, TOKEN } from "./support/given-databricks.mjs";
import { errorOf as errorOfCall, library } from "./support/given-shared.mjs";
import { callOf, evaluateOnce } from "./support/refresh.mjs";
import { described } from "./support/tables.mjs";
import { MODES, ROWS, ROWS_READ, errorOf, nodesOf, query, runJob, valueOf, workspace } from "./support/workspace.mjs";

/** @import { Evaluation } from "./evaluate.mjs" */

const VOLUME = "/Volumes/main/sales/out/2026 März/orders #1.json";
const DBFS = "dbfs:/out/orders.json";
const FOLLOW = { FollowPath: "true" };

/**
 * What a job gives out whose notebook gives out this text.
 *
 * @param {string} text
 * @param {object[]} [files]
 * @param {Record<string, string>} [changes]
 * @param {Parameters<typeof query>[2] & { faults?: object[], tokens?: object[] }} [more]
 */
function outputOf(text, files = [], changes = FOLLOW, { faults, tokens, ...engine } = {}) {
  const tasks = [{ key: "load", run: { seconds: 1, output: { result: text } } }];
  return query(workspace({ tasks }, { files, faults, tokens }), runJob(changes), engine);
}

/** @param {Evaluation} evaluation */
const askedForFiles = ({ requests }) => requests.filter(({ path }) => /\/(?:fs|dbfs)\//.test(path));

const { TableFromFile } = await library(["TableFromFile"]);

test("without the option a path is a text, and nothing more is asked", async () => {
  const evaluation = await outputOf(VOLUME, [{ path: VOLUME, text: ROWS }], {});
  assert.deepEqual(valueOf(evaluation), [{ value: VOLUME }]);
  assert.deepEqual(askedForFiles(evaluation), []);
});

for (const text of ["done", ROWS, '{"path":"x","rows":1}', '{"path":7}', "see https://example.org/x", "volumes"]) {
  test(`with the option ${text} stays what it is`, async () => {
    const evaluation = await outputOf(text);
    assert.deepEqual(valueOf(evaluation), valueOf(await outputOf(text, [], {})));
    assert.deepEqual(askedForFiles(evaluation), []);
  });
}

for (const mode of MODES) {
  test(`${mode}: a file in a volume is read with the job's own token`, async () => {
    const evaluation = await outputOf(VOLUME, [{ path: VOLUME, text: ROWS }], FOLLOW, { mode });
    assert.deepEqual(valueOf(evaluation), ROWS_READ);
    const sent = askedForFiles(evaluation);
    assert.equal(new Set(sent.map(({ path }) => path)).size, 1);
    // Body and metadata may each be a request.
    assert.ok(sent.length <= (mode === "shared" ? 1 : 2), String(sent.length));
    assert.equal(sent[0].path, "/api/2.0/fs/files/Volumes/main/sales/out/2026%20M%C3%A4rz/orders%20%231.json");
  });

  test(`${mode}: a file in DBFS is read in pieces`, async () => {
    const rows = Array.from({ length: 30_000 }, (_, id) => ({ id, name: `the name of order ${id}, and more of it` }));
    const text = JSON.stringify(rows);
    const evaluation = await outputOf(DBFS, [{ path: DBFS, text }], { ...FOLLOW }, { mode });
    const value = valueOf(evaluation);
    assert.equal(value.length, rows.length);
    assert.deepEqual(value.at(-1), rows.at(-1));
    const reads = askedForFiles(evaluation).filter(({ path }) => path.includes("/dbfs/read"));
    const offsets = Array.from({ length: Math.ceil(text.length / 2 ** 20) }, (_, at) => String(at * 2 ** 20));
    assert.ok(offsets.length > 1);
    const asked = reads.map(({ url }) => new URL(url).searchParams);
    assert.deepEqual([...new Set(asked.map((search) => search.get("offset")))], offsets);
    assert.ok(asked.every((search) => search.get("path") === "/out/orders.json" && search.get("length") === "1048576"));
    assert.ok(reads.length <= offsets.length * (mode === "shared" ? 1 : 2));
  });
}

for (const [name, text, path] of [
  ["a quoted text", JSON.stringify(VOLUME), VOLUME],
  ["an object", JSON.stringify({ path: VOLUME }), VOLUME],
  ["blanks around it", ` \n${VOLUME}\n`, VOLUME],
  ["DBFS' spelling of a volume", `dbfs:${VOLUME}`, VOLUME],
  ["the mount's spelling of a volume", `/dbfs${VOLUME}`, VOLUME],
  ["the mount's spelling of DBFS", "/dbfs/out/orders.json", DBFS],
  ["slashes too many", "dbfs:///out/orders.json", DBFS],
]) {
  test(`a path may be given out as ${name}`, async () => {
    assert.deepEqual(valueOf(await outputOf(text, [{ path, text: ROWS }])), ROWS_READ);
  });
}

test("a path leads into the file", async () => {
  const evaluation = await outputOf(VOLUME, [{ path: VOLUME, text: `{"rows":${ROWS}}` }], {
    ...FOLLOW,
    OutputPath: '"$.rows"',
  });
  assert.deepEqual(valueOf(evaluation), ROWS_READ);
});

test("a file is refused before it is asked for, if it can't be read or could be elsewhere", async () => {
  for (const [path, message] of Object.entries({
    "https://onelake.dfs.fabric.microsoft.com/Sales/lh.Lakehouse/Files/a.csv": /OneLake, which this credential does not/,
    "abfss://Sales@onelake.dfs.fabric.microsoft.com/lh.Lakehouse/Files/a.csv": /OneLake, which this credential does not/,
    "https://example.org/a.csv": /found an address/,
    "s3://bucket/a.csv": /found an address/,
    "/Volumes/main/sales": /found a path without one/,
    "/Volumes/main/sales/out/../../../jobs": /plain names/,
    "/Volumes/main/sales/out/a%2Fb.csv": /plain names/,
    "/Volumes/main/sales/out//a.csv": /plain names/,
    "dbfs:/out/a.snappy.PARQUET": /found \.parquet/,
  })) {
    const evaluation = await outputOf(path);
    const { Detail, Message } = errorOf(evaluation);
    assert.equal(Detail.Code, "outputPathRefused", path);
    assert.match(Message, message);
    assert.match(Message, /^load: /);
    assert.deepEqual(askedForFiles(evaluation), []);
  }
});

for (const [place, path] of Object.entries({ "a volume": "/Volumes/main/sales/out/a.csv", DBFS: "dbfs:/out/a.csv" })) {
  test(`a file that is not there in ${place}`, async () => {
    const { Detail, Message } = errorOf(await outputOf(path));
    assert.equal(Detail.Code, "outputUnavailable");
    assert.equal(Detail.Status, 404);
    assert.ok(Message.startsWith(`load: ${path}: `), Message);
    assert.match(Message, /check the path that the job gives out/);
  });

  test(`a directory in ${place}`, async () => {
    const files = [{ path: `${path}/part-00000.csv`, text: "a,b\n1,2" }];
    const { Detail, Message } = errorOf(await outputOf(path, files));
    assert.equal(Detail.Code, "outputUnavailable");
    assert.match(Message, /found a directory\. Hint: give out the path of one file/);
  });

  test(`a file in ${place} that may not be read`, async () => {
    const { Detail, Message } = errorOf(await outputOf(path, [{ path, text: "a,b\n1,2", access: "none" }]));
    assert.equal(Detail.Code, "outputUnavailable");
    assert.match(Message, /READ VOLUME/);
  });

  test(`an empty file in ${place} is an empty table`, async () => {
    assert.deepEqual(valueOf(await outputOf(path, [{ path, text: "" }])), []);
  });

  for (const code of [429, 500, 503]) {
    test(`a file in ${place} is asked for again after ${code}`, async () => {
      const endpoint = place === "DBFS" ? "dbfs/read" : "fs/files";
      const faults = [{ endpoint, nth: 1, times: 2, kind: { status: { code } } }];
      const evaluation = await outputOf(path, [{ path, text: "a,b\n1,x" }], FOLLOW, { faults });
      assert.deepEqual(valueOf(evaluation), [{ a: 1, b: "x" }]);
    });
  }
}

test("a file that grows while it is read is an error, not half of it", async () => {
  const file = { path: DBFS, text: JSON.stringify(Array.from({ length: 200_000 }, (_, id) => id)), changesAfterReads: 1 };
  const { Detail, Message } = errorOf(await outputOf(DBFS, [file]));
  assert.ok(["outputUnavailable", "outputTruncated", "outputUnreadable"].includes(Detail.Code), Message);
});

/**
 * The output of a run that exists, at a service that answers so for its file.
 *
 * @param {string} path
 * @param {(endpoint: string) => object} answer
 */
async function fromCanned(path, answer) {
  const host = cannedHost((endpoint) => {
    if (endpoint === "jobs/runs/get") return run(1, { tasks: [{ task_key: "load", run_id: 2, notebook_task: {} }] });
    if (endpoint === "jobs/runs/get-output") return { notebook_output: { result: path } };
    return answer(endpoint);
  });
  const nodes = await nodesOf('ReadJobOutput("1", DefaultOptions & [FollowPath = true])');
  return { evaluation: await evaluateParsed(makeEngine({ host }), nodes), asked: host.asked };
}

test("a file of more than 32 MB is an error: in DBFS before it is read", async () => {
  const { evaluation, asked } = await fromCanned(DBFS, () => ({ path: "/out/orders.json", file_size: 33_554_433 }));
  assert.equal(errorOf(evaluation).Detail.Code, "outputTooLarge");
  assert.deepEqual(asked.filter((one) => one.startsWith("dbfs/read")), []);
});

test("a file of more than 32 MB is an error: in a volume by the one byte too many that is asked for", async () => {
  const body = `[${" ".repeat(33_554_431)}]`;
  const { evaluation, asked } = await fromCanned("/Volumes/a/b/c/d", () => ({ status: 206, body }));
  const { Detail, Message } = errorOf(evaluation);
  assert.equal(Detail.Code, "outputTooLarge");
  assert.match(Message, /at most 32 MB/);
  assert.equal(asked.filter((one) => one.startsWith("fs/files")).length, 1);
});

test("a page in the place of a file is an error", async () => {
  for (const body of ["<!DOCTYPE html><title>Sign in</title>", "\r\n<html><body>a,b</body></html>"]) {
    const { evaluation } = await fromCanned("/Volumes/a/b/c/d.csv", () => ({ status: 200, body }));
    const { Detail, Message } = errorOf(evaluation);
    assert.equal(Detail.Code, "outputUnavailable");
    assert.match(Message, /expected the file, found a page/);
  }
});

for (const [path, found] of [
  ["/Workspace/Users/a b/orders.csv", "one among the workspace's files"],
  ["file:/tmp/orders.csv", "one on the disk of the machine that ran the job"],
  ["file:///tmp/orders.csv", "one on the disk of the machine that ran the job"],
]) {
  test(`${path} is refused by name, and nothing is asked`, async () => {
    const evaluation = await outputOf(path);
    const { Detail, Message } = errorOf(evaluation);
    assert.equal(Detail.Code, "outputPathRefused");
    assert.ok(Message.includes(`expected a file in a volume or in DBFS, found ${found}`), Message);
    assert.deepEqual(askedForFiles(evaluation), []);
  });
}

test("an answer of DBFS that lacks bytes is an error", async () => {
  const { evaluation } = await fromCanned(DBFS, (endpoint) =>
    endpoint === "dbfs/read" ? { bytes_read: 3, data: "WzFd" } : { path: "/out/orders.json", file_size: 10 },
  );
  assert.match(errorOf(evaluation).Message, /changed while it was read/);
});

test("the error of a cut output names this way", async () => {
  const tasks = [{ key: "load", run: { seconds: 1, output: { rows: 200, columns: { id: { type: "sequence" } }, truncateAt: 500 } } }];
  const { Detail, Message } = errorOf(await query(workspace({ tasks }), runJob(FOLLOW)));
  assert.equal(Detail.Code, "outputTruncated");
  assert.match(Message, /volume.*followPath/);
});

test("the connector's functions take the option", async () => {
  const generated = extension({ service: "databricks" });
  const tasks = [{ key: "load", run: { seconds: 1, output: { result: VOLUME } } }];
  const host = workspace({ tasks }, { files: [{ path: VOLUME, text: ROWS }] });
  const call = callOf(generated, `Pqrun.RunJob("${HOST}", "7", [FollowPath = true])`, TOKEN);
  const ran = await evaluateOnce(host, call, { mode: "shared" });
  assert.deepEqual(ran.error ?? ran.value, ROWS_READ);
  const id = host.state().databricks.runs[0].runId;
  const again = callOf(generated, `Pqrun.JobOutput("${HOST}", "${id}", [FollowPath = true])`, TOKEN);
  const read = await evaluateOnce(host, again, { mode: "shared" });
  assert.deepEqual(read.error ?? read.value, ROWS_READ);
});

/** @param {string} text @param {string} extension */
const read = (text, extension) => described(TableFromFile(text, extension, null, "it"));

test("a file of CSV is read as such, however it looks", () => {
  assert.deepEqual(read("a;b\n1\n\n2,x,3\n", "csv"), {
    columns: [["a;b", "int64"], ["column2", "utf8"], ["column3", "int64"]],
    rows: [["1", null, null], ["2", "x", "3"]],
  });
  assert.deepEqual(read('\ufeffa, b,a,"7"\n1," x",,y\n', "csv"), {
    columns: [["a", "int64"], [" b", "utf8"], ["a_2", "utf8"], ["7", "utf8"]],
    rows: [["1", " x", null, "y"]],
  });
  assert.deepEqual(read("a,b\r\n", "csv"), { columns: [["a", "utf8"], ["b", "utf8"]], rows: [] });
  assert.deepEqual(read("[1]", "csv"), { columns: [["[1]", "utf8"]], rows: [] });
  assert.deepEqual(read('a\n""\n5" x\n', "csv"), { columns: [["a", "utf8"]], rows: [[""], ['5" x']] });
  assert.deepEqual(read("", "csv"), { columns: [], rows: [] });
  assert.deepEqual(read('a,b\tc\n1\t"x\ty, z"\n2\ta,"b"\n', "tsv"), {
    columns: [["a,b", "int64"], ["c", "utf8"]],
    rows: [["1", "x\ty, z"], ["2", 'a,"b"']],
  });
});

test("an empty file is a table without rows, whatever it is called", () => {
  for (const extension of ["csv", "tsv", "json", "jsonl", "ndjson", "txt", ""]) {
    for (const text of ["", "\ufeff", "\n", " \r\n"]) {
      assert.deepEqual(read(text, extension), { columns: [], rows: [] }, JSON.stringify([extension, text]));
    }
  }
  assert.equal(errorOfCall(() => TableFromFile("", "json", "$.rows", "it")).code, "outputUnreadable");
});

test("what is wrong with a file is told with its path", () => {
  for (const [text, extension, code, message] of /** @type {const} */ ([
    ['a,b\n1,"x', "csv", "outputTruncated", "it: expected CSV, found a quote that nothing closes"],
    ['a,b\n1,"x"y', "csv", "outputUnreadable", "it: expected CSV, found text behind a closing quote"],
    ["done", "json", "outputUnreadable", "it: expected JSON or JSON lines, found a text that is neither"],
    ['{"a":1}\n{"a":', "jsonl", "outputTruncated", "it: expected JSON, found JSON that was cut before its end"],
  ])) {
    const found = errorOfCall(() => TableFromFile(text, extension, null, "it"));
    assert.equal(found.code, code);
    assert.ok(found.message.startsWith(message), found.message);
  }
});

test("a file of JSON is JSON or JSON lines; any other is what it looks like", () => {
  const lines = { columns: [["a", "int64"]], rows: [["1"], ["2"]] };
  for (const extension of ["json", "jsonl", "ndjson", "txt", ""]) {
    assert.deepEqual(read('{"a":1}\n{"a":2}\n', extension), lines);
    assert.deepEqual(read('\ufeff[{"a":1},{"a":2}]', extension), lines);
  }
  assert.deepEqual(read("7", "json"), { columns: [["value", "int64"]], rows: [["7"]] });
  assert.deepEqual(read("null", "json"), { columns: [["value", "utf8"]], rows: [[null]] });
  assert.deepEqual(read("a,b\n1,2", "txt"), { columns: [["a", "int64"], ["b", "int64"]], rows: [["1", "2"]] });
  assert.deepEqual(read("done", ""), { columns: [["value", "utf8"]], rows: [["done"]] });
});
