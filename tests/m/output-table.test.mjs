// Which outputs are tables, and as what: what services answer, and what OutputTable makes of it.

import assert from "node:assert/strict";
import test from "node:test";

import { databricksDocuments } from "./support/given-databricks.mjs";
import { fabricDocuments } from "./support/given-fabric.mjs";
import { errorOf, library } from "./support/given-shared.mjs";
import { described } from "./support/tables.mjs";

const { DatabricksTable } = await library(["DatabricksTable"], [
  ...databricksDocuments(),
  `section Test;
   Unread = [Key = "load", Kind = "none", Text = null, Data = null, Spelled = null, ErrorMessage = null];
   DatabricksTable = (answer as text, path as nullable text) as nullable table =>
     OutputTable(ReadTaskOutput(Unread, ReadJson(answer)), [OutputPath = path]);`,
]);

const { FabricTable } = await library(["FabricTable"], [
  ...fabricDocuments("query"),
  `section Test;
   FabricTable = (answer as text, path as nullable text) as nullable table =>
     OutputTable(List.First(LatestActivities(ActivityRows(ReadJson(answer)))), [OutputPath = path]);`,
]);

/**
 * What get-output says of a notebook.
 *
 * @param {string} result
 */
const notebook = (result, more = {}) => JSON.stringify({ notebook_output: { result, ...more } });

/**
 * A list of one activity, and of something that is none.
 *
 * @param {string} type
 * @param {string} output JSON.
 * @param {string} [more] Members.
 */
function activity(type, output, more = "") {
  const members = `"activityName": "it", "activityType": "${type}", "status": "Succeeded", "output": ${output}${more}`;
  return `{"value": [7, {${members}}]}`;
}

/** @param {string} value */
const returned = (value) => activity("SetVariable", `{"name": "pipelineReturnValue", "value": ${value}}`);

/**
 * @typedef {object} Case
 * @property {string} answer JSON.
 * @property {string} [path]
 * @property {Record<string, string>} [columns] With their types; without columns it is no table.
 * @property {(string | null)[][]} [rows]
 */

/** @type {Record<string, Case>} */
const DATABRICKS = {
  "the result of a notebook is the table that it describes": {
    answer: notebook('[{"a":1.0}]'),
    columns: { a: "float64" },
    rows: [["1"]],
  },
  "the result of a notebook that is no JSON is one row": {
    answer: notebook("done"),
    columns: { value: "utf8" },
    rows: [["done"]],
  },
  "the result of a notebook at a path": {
    answer: notebook('{"rows":[[9007199254740993]]}'),
    path: "$.rows",
    columns: { column1: "int64" },
    rows: [["9007199254740993"]],
  },
  "a structure at a path keeps what its numbers are": {
    answer: '{"sql_output": {"rows": [{"id": 9007199254740993, "x": 1.0}, {"id": 1, "x": 20}]}}',
    path: "$.sql_output.rows",
    columns: { id: "int64", x: "float64" },
    rows: [
      ["9007199254740993", "1"],
      ["1", "20"],
    ],
  },
  "a structure without a path is no table": { answer: '{"sql_output":{"rows":[1]}}' },
  "logs are no table, cut or not": { answer: '{"logs":"[1]","logs_truncated":true}' },
  "an output that is nothing is no table": { answer: "{}" },
};

/** @type {Record<string, Case>} */
const FABRIC = {
  "the rows of a Lookup keep what their numbers are": {
    answer: activity("Lookup", '{"value": [{"id": 9007199254740993, "x": 1.0, "s": "\\u0041"}, {"x": 2}]}'),
    columns: { id: "int64", x: "float64", s: "utf8" },
    rows: [
      ["9007199254740993", "1", "A"],
      [null, "2", null],
    ],
  },
  "a Lookup's first row": {
    answer: activity("Lookup", '{"firstRow": {"a": -0, "b": [1 , 2.50]}}'),
    columns: { a: "float64", b: "json" },
    rows: [["-0", "[1,2.50]"]],
  },
  "a Lookup's rows at a path": {
    answer: activity("Lookup", '{"value": [{"a": [true]}]}'),
    path: "$[0].a",
    columns: { value: "bool" },
    rows: [["true"]],
  },
  "a Lookup without rows": { answer: activity("Lookup", '{"value": []}'), columns: {}, rows: [] },
  "the rows of a Script": {
    answer: activity("Script", '{"resultSets": [{"rowCount": 1, "rows": [{"a": 1e0}]}]}'),
    columns: { a: "float64" },
    rows: [["1"]],
  },
  "several results of a Script are no table": { answer: activity("Script", '{"resultSets": [{}, {"rows": [1]}]}') },
  "one of several results of a Script": {
    answer: activity("Script", '{"resultSets": [{}, {"rows": [{"a": 1.0}]}]}'),
    path: "[1]",
    columns: { a: "float64" },
    rows: [["1"]],
  },
  "a return value is one row": {
    answer: returned(
      '[{"key": "n", "value": {"type": "Int", "content": 9007199254740993}},' +
        ' {"key": "m", "value": {"type": "Null", "content": null}}, {"key": "\\"", "value": 1.0}]',
    ),
    columns: { n: "int64", m: "utf8", '"': "float64" },
    rows: [["9007199254740993", null, "1"]],
  },
  "a return value that is not wrapped is one row": {
    answer: returned('{"a": [1.0, 2], "b": "x"}'),
    columns: { a: "json", b: "utf8" },
    rows: [["[1.0,2]", "x"]],
  },
  "the exit value of a notebook": {
    answer: activity("TridentNotebook", '{"result": {"exitValue": "[[1.0]]"}}'),
    columns: { column1: "float64" },
    rows: [["1"]],
  },
  "the output of a copy is no table": { answer: activity("Copy", '{"rowsCopied": 3}') },
  "the output of a copy at a path": {
    answer: activity("Copy", '{"files": [{"n": 1.0}]}'),
    path: "$.files",
    columns: { n: "float64" },
    rows: [["1"]],
  },
  "an activity in a bare list": {
    answer: activity("Lookup", '{"value": [1.0]}').slice('{"value": '.length, -1),
    columns: { value: "float64" },
    rows: [["1"]],
  },
};

for (const [service, read, cases] of /** @type {const} */ ([
  ["databricks", DatabricksTable, DATABRICKS],
  ["fabric", FabricTable, FABRIC],
])) {
  for (const [name, { answer, path, columns, rows }] of Object.entries(cases)) {
    test(`${service}: ${name}`, () => {
      const found = read(answer, path ?? null);
      if (columns === undefined) {
        assert.equal(found, null);
      } else {
        const inM = Object.entries(columns).map(([column, type]) => [column, type === "json" ? "utf8" : type]);
        assert.deepEqual(described(found), { columns: inM, rows });
      }
    });
  }
}

test("what can't be read is an error that names the output", () => {
  const cut = activity("Script", '{"resultSets": [{"rows": [1]}], "outputTruncated": true}');
  const oversize = activity("Lookup", '{"errorMessage": "The size exceeds 4 MB"}');
  for (const [read, answer, path, code, message] of /** @type {const} */ ([
    [DatabricksTable, notebook("[1]", { truncated: true }), null, "outputTruncated", /^load: the service cut/],
    [DatabricksTable, notebook('[{"a":1}'), null, "outputTruncated", /^load: expected/],
    [DatabricksTable, notebook("done"), "$.rows", "outputUnreadable", /^load: expected/],
    [DatabricksTable, '{"sql_output":{"a":1}}', "$.sql_output.b", "outputUnreadable", /^load: expected `b` in/],
    [DatabricksTable, notebook("[1]"), "$[", "invalidOptions", /^OutputPath: expected an index/],
    [FabricTable, cut, null, "outputTruncated", /^it: the service cut/],
    [FabricTable, oversize, null, "outputTruncated", /^it: the service cut/],
  ])) {
    const found = errorOf(() => read(answer, path));
    assert.equal(found.code, code, answer);
    assert.match(found.message, message);
  }
});
