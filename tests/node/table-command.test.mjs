/** `pqrun table`: a file as a table. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

import { tableFromIPC } from "apache-arrow";

import { BIN, PACKAGE, environment, folder, pqrun } from "./support.mjs";

/**
 * Runs the command with this at its standard input.
 *
 * @param {import("node:test").TestContext} t
 * @param {string[]} args
 * @param {Iterable<string | Uint8Array>} chunks
 */
async function piped(t, args, chunks) {
  const child = spawn(process.execPath, [BIN, "table", ...args], { env: environment(folder(t)) });
  const parts = /** @type {Buffer[]} */ ([]);
  let stderr = "";
  child.stdout.on("data", (chunk) => parts.push(chunk));
  child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
  const ended = new Promise((resolve) => child.on("close", resolve));
  for (const chunk of chunks) {
    child.stdin.write(chunk);
    await new Promise(setImmediate);
  }
  child.stdin.end();
  const code = await ended;
  const bytes = Buffer.concat(parts);
  return { code, bytes, stdout: bytes.toString(), stderr };
}

/**
 * @param {import("node:test").TestContext} t
 * @param {string} name
 * @param {string | Uint8Array} content
 */
function file(t, name, content) {
  const made = path.join(folder(t), name);
  writeFileSync(made, content);
  return made;
}

test("what can't be read is told with its name, its place and a code of its own", async (t) => {
  const rows = file(t, "rows.json", '[{"n": 1}, {"n": "hush"}]');
  const cases = /** @type {[string[], number, RegExp][]} */ ([
    [["/no/such/file"], 2, /\/no\/such\/file can't be read: .*ENOENT/u],
    [[folder(t)], 2, /can't be read: .*EISDIR/u],
    [[rows, "--schema", "n=int64"], 9, /rows\.json: .*byte 17.*row 1.*column `n`/u],
    [[rows, "--path", "$.none"], 9, /rows\.json: expected/u],
    [[rows, "--path", "rows["], 2, /path: /u],
    [[rows, "--schema", "n=int"], 2, /schema\.n: expected bool or int64 .*, found "int"\n/u],
    [[rows, "--schema", "n"], 2, /--schema n: expected name=type, such as n=utf8, found no "="/u],
    [[rows, "--read-as", "csv", "--delimiter", ";;"], 2, /delimiter: expected one character .*, found ";;"\n/u],
    [[rows, "--shape", "arrays"], 9, /rows\.json: expected the shape `arrays`, .*found the members `n` .*leave out the shape/u],
    [[file(t, "wide.csv", Buffer.from("\ufeffa,b\n1,2\n", "utf16le"))], 9, /wide\.csv: .*found UTF-16.*iconv/u],
    [[file(t, "rows.json.gz", gzipSync("[1]"))], 9, /rows\.json\.gz: .*found gzip.*gunzip/u],
    [[rows, "--format", "xml"], 2, /--format/u],
    [[rows, "--out", "/no/such/place/x.csv"], 2, /--out: /u],
    [[rows, rows], 2, /argument/u],
    [[file(t, "cut.json", '[{"a": ')], 9, /cut\.json: .*byte 7/u],
  ]);
  for (const [args, expected, message] of cases) {
    const { code, stdout, stderr } = await pqrun(t, ["table", ...args]);
    assert.equal(code, expected, `${args}: ${stderr}`);
    assert.equal(stdout, "");
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /hush|nothing was sent/u);
  }
});

test("a file is read by chunks that cut its characters, and written in each format", async (t) => {
  const source = Buffer.from('{"rows": [{"id": 9007199254740993, "name": "é|😀", "at": {"x": "2026-01-31"}}]}');
  const expected = {
    json: '[{"id":9007199254740993,"name":"é|😀","at.x":"2026-01-31"}]\n',
    jsonl: '{"id":9007199254740993,"name":"é|😀","at.x":"2026-01-31"}\n',
    csv: "id,name,at.x\r\n9007199254740993,é|😀,2026-01-31\r\n",
    markdown: "| id | name | at.x |\n| ---: | --- | --- |\n| 9007199254740993 | é\\|😀 | 2026-01-31 |\n",
  };
  const bytes = Array.from(source, (byte) => Uint8Array.of(byte));
  for (const [format, text] of Object.entries(expected)) {
    const { code, stdout, stderr } = await piped(t, ["--path", "$.rows", "--flatten", "--format", format], bytes);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, text);
    assert.equal(stderr, "");
  }
  const table = await piped(t, ["-", "--path", "$.rows", "--flatten"], bytes);
  assert.match(table.stdout, /│ 9007199254740993 │ é\|😀 +│ 2026-01-31 │/u);
});

test("Arrow goes into a pipe as a stream, into a file as a file, and to no terminal", async (t) => {
  const { code, bytes, stderr } = await piped(t, ["--format", "arrow"], ["a,b\n1,x\n2,\n"]);
  assert.equal(code, 0, stderr);
  assert.notEqual(bytes.subarray(0, 6).toString(), "ARROW1");
  const out = path.join(folder(t), "rows.arrow");
  assert.equal((await piped(t, ["--out", out], ["a,b\n1,x\n2,\n"])).code, 0);
  assert.equal(readFileSync(out).subarray(0, 6).toString(), "ARROW1");
  for (const arrow of [bytes, readFileSync(out)]) {
    const table = tableFromIPC(arrow);
    assert.deepEqual([...(table.getChild("a") ?? [])], [1n, 2n]);
    assert.deepEqual([...(table.getChild("b") ?? [])], ["x", null]);
  }
});

test("Arrow is refused on a terminal before anything is read or started", async (t) => {
  const { resolveTarget } = await import(pathToFileURL(path.join(PACKAGE, "node/target.js")).href);
  const out = path.join(folder(t), "x.csv");
  for (const isTTY of [true, false]) {
    const streams = { stdout: { isTTY } };
    const target = resolveTarget({ format: "arrow" }, streams);
    await (isTTY
      ? assert.rejects(target, { exitCode: 2, message: /no text for a terminal/u })
      : assert.doesNotReject(target));
    assert.deepEqual(await resolveTarget({ format: "arrow", out }, streams), { format: "arrow", file: out });
    assert.deepEqual(await resolveTarget({ out }, streams), { format: "csv", file: out });
    assert.deepEqual(await resolveTarget({}, streams), { format: "table" });
  }
});

test("flags say how a text is read", async (t) => {
  const read = async (/** @type {string} */ text, /** @type {string[]} */ ...args) => {
    const { code, stdout, stderr } = await piped(t, [...args, "--format", "json"], [text]);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout);
  };
  assert.deepEqual(await read("a;b\n1;x\n", "--read-as", "csv", "--delimiter", ";"), [{ a: 1, b: "x" }]);
  assert.deepEqual(await read("a\tb\n1\tx\n", "--read-as", "csv", "--delimiter", "\\t"), [{ a: 1, b: "x" }]);
  assert.deepEqual(await read("1,x\n2,y\n", "--read-as", "csv", "--no-header"), [
    { column1: 1, column2: "x" },
    { column1: 2, column2: "y" },
  ]);
  assert.deepEqual(await read('{"a":1}\n{"a":2}\n', "--read-as", "jsonl"), [{ a: 1 }, { a: 2 }]);
  assert.deepEqual(await read("[1]", "--read-as", "text"), [{ value: "[1]" }]);
  assert.deepEqual(await read('{"0":{"a":1}}', "--shape", "row"), [{ 0: { a: 1 } }]);
  assert.deepEqual(await read('[["a","b"],["c","d"]]', "--header"), [{ a: "c", b: "d" }]);
  assert.deepEqual(await read('[{"a=b": "7"}]', "--schema", "c=date", "--schema", "a=b=int64"), [{ c: null, "a=b": 7 }]);
});

test("the ending of a file's name and a delimiter say what it is written in", async (t) => {
  for (const [name, content, ...flags] of [
    ["one.csv", "a\n1\n"],
    ["tabs.tsv", "a\tb\n1\t2\n"],
    ["lines.ndjson", '{"a":1}\n'],
    ["semicolons.txt", "a;b\n1;2\n", "--delimiter", ";"],
  ]) {
    const { code, stdout, stderr } = await pqrun(t, ["table", file(t, name, content), "--format", "json", ...flags]);
    assert.equal(code, 0, stderr);
    assert.equal(JSON.parse(stdout)[0].a, 1, name);
  }
});
