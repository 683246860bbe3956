/** The Databricks members of the M library as documents, and sample values of what the composer gives to them. */

import { readFileSync, readdirSync } from "node:fs";

const ROOT = new URL("../../../", import.meta.url);
const LIBRARY = new URL("src/connector/library/", ROOT);

/** The service's address and the token in the query. */
export const HOST = "https://adb-1111222233334444.5.azuredatabricks.net";
export const TOKEN = "dapi-simulated";

/** @param {string} path */
function source(path) {
  return readFileSync(new URL(path, ROOT), "utf8");
}

/**
 * A text as M writes it.
 *
 * @param {string} text
 */
export function textOfM(text) {
  return `"${text.replaceAll("#", "#(#)").replaceAll('"', '""').replaceAll("\n", "#(lf)").replaceAll("\r", "#(cr)")}"`;
}

/**
 * A value as M writes it.
 *
 * @param {unknown} value
 * @returns {string}
 */
export function valueOfM(value) {
  if (value === null || value === undefined) return "null";
  if (typeof value === "string") return textOfM(value);
  if (Array.isArray(value)) return `{${value.map(valueOfM).join(", ")}}`;
  if (typeof value === "object") {
    const fields = Object.entries(value).map(([name, field]) => `#${textOfM(name)} = ${valueOfM(field)}`);
    return `[${fields.join(", ")}]`;
  }
  return String(value);
}

/**
 * A state table of Rust as a record.
 *
 * @param {string} table
 */
function states(table) {
  const [, rows] = new RegExp(`pub const ${table}: &\\[StateRow\\] = &\\[(.*?)\\n\\];`, "s").exec(
    source("src/databricks/state.rs"),
  ) ?? [undefined, ""];
  const fields = [...rows.matchAll(/row\("(\w+)", Phase::(\w+), (?:Some\(Outcome::(\w+)\)|None)\)/g)].map(
    ([, value, phase, outcome]) => [value, { Phase: phase.toLowerCase(), Outcome: outcome?.toLowerCase() ?? null }],
  );
  if (fields.length === 0) throw new Error(`src/databricks/state.rs: expected rows in ${table}, found none`);
  return Object.fromEntries(fields);
}

function hints() {
  const all = [...source("src/error.rs").matchAll(/^ {4}\w+ = "(\w+)", "(.*)";$/gm)];
  if (all.length < 30) throw new Error(`src/error.rs: expected all codes, found ${all.length}`);
  return Object.fromEntries(all.map(([, code, hint]) => [code, hint]));
}

const GIVEN = {
  BaseUrl: HOST,
  Token: TOKEN,
  Hints: hints(),
  RunNowPath: "api/2.2/jobs/run-now",
  RunsGetPath: "api/2.2/jobs/runs/get",
  RunsGetOutputPath: "api/2.2/jobs/runs/get-output",
  RunsListPath: "api/2.2/jobs/runs/list",
  JobsListPath: "api/2.2/jobs/list",
  LifeCycleStates: states("LIFE_CYCLE_STATES"),
  ResultStates: states("RESULT_STATES"),
  StatusStates: states("STATUS_STATES"),
  TerminationCodes: states("TERMINATION_CODES"),
};

const DEFAULT_OPTIONS = {
  PollSeconds: "5",
  PollGrowth: "1.5",
  MaxPollSeconds: "60",
  MaxPolls: "1000",
  MaxMinutes: "100",
  Freshness: "#duration(0, 0, 15, 0)",
  FailureFreshness: "#duration(0, 0, 2, 0)",
  TaskKey: "null",
  OutputPath: "null",
  Inspect: "false",
  AttachOnly: "false",
};

/**
 * Options as M.
 *
 * @param {Partial<typeof DEFAULT_OPTIONS>} [changes] In M.
 */
export function options(changes = {}) {
  const all = Object.entries({ ...DEFAULT_OPTIONS, ...changes }).map(([name, value]) => `${name} = ${value}`);
  return `[${all.join(", ")}]`;
}

/** @param {string} folder */
function members(folder) {
  const files = readdirSync(new URL(folder, LIBRARY)).sort();
  return files.map((file) => readFileSync(new URL(`${folder}/${file}`, LIBRARY), "utf8"));
}

/**
 * All documents that a query is made of, with what is given.
 *
 * @param {Partial<typeof GIVEN>} [changes]
 */
export function databricksDocuments(changes = {}) {
  const given = Object.entries({ ...GIVEN, ...changes }).map(([name, value]) => `${name} = ${valueOfM(value)};`);
  return [
    ...members("shared"),
    ...members("databricks"),
    readFileSync(new URL("query/http.pq", LIBRARY), "utf8"),
    `section Given;\n${given.join("\n")}\n`,
  ];
}
