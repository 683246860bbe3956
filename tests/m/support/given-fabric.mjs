/** The Fabric members of the M library as documents, and what the composer gives to them. */

import { readFileSync, readdirSync } from "node:fs";

import { textOfM, valueOfM } from "./given-databricks.mjs";

/** @typedef {"query" | "connector"} Form */

const ROOT = new URL("../../../", import.meta.url);
const LIBRARY = new URL("src/connector/library/", ROOT);

export const HOST = "https://api.fabric.microsoft.com";
export const TOKEN = "fabric-simulated";

/** @param {string} path */
function source(path) {
  return readFileSync(new URL(path, ROOT), "utf8");
}

/**
 * A state table of Rust as a record.
 *
 * @param {string} table
 */
function states(table) {
  const [, rows] = new RegExp(`pub const ${table}: &\\[StateRow\\] = &\\[(.*?)\\n\\];`, "s").exec(
    source("src/fabric/state.rs"),
  ) ?? [undefined, ""];
  const found = rows.matchAll(/row\(\s*"(\w+)",\s*Phase::(\w+),\s*(?:Some\(Outcome::(\w+)\)|None),?\s*\)/g);
  const fields = [...found].map(([, value, phase, outcome]) => [
    value.toUpperCase(),
    { Phase: phase.toLowerCase(), Outcome: outcome?.toLowerCase() ?? null },
  ]);
  if (fields.length === 0) throw new Error(`src/fabric/state.rs: expected rows in ${table}, found none`);
  return Object.fromEntries(fields);
}

function hints() {
  const all = [...source("src/error.rs").matchAll(/^ {4}\w+ = "(\w+)", "(.*)";$/gm)];
  if (all.length < 30) throw new Error(`src/error.rs: expected all codes, found ${all.length}`);
  return Object.fromEntries(all.map(([, code, hint]) => [code, hint]));
}

/**
 * The paths of the contract: texts, or functions of the ids in them.
 *
 * @returns {[string, string][]} In M.
 */
function paths() {
  const endpoints = [
    ...source("src/fabric/contract.rs").matchAll(
      /pub const (\w+): Endpoint = endpoint\(\s*"[^"]*",\s*Method::\w+,\s*"\/([^"]*)"/g,
    ),
  ];
  if (endpoints.length < 10) throw new Error(`src/fabric/contract.rs: expected endpoints, found ${endpoints.length}`);
  return endpoints.map(([, constant, path]) => {
    const name = constant.toLowerCase().replaceAll(/(?:^|_)(\w)/g, (_, letter) => letter.toUpperCase());
    const parts = path.split(/\{(\w+)\}/);
    if (parts.length === 1) return [`${name}Path`, textOfM(path)];
    const ids = parts.filter((_, at) => at % 2 === 1);
    const whole = parts.map((part, at) => (at % 2 === 1 ? `Uri.EscapeDataString(${part})` : textOfM(part)));
    return [`${name}Path`, `(${ids.map((id) => `${id} as text`).join(", ")}) as text => ${whole.join(" & ")}`];
  });
}

/**
 * A list of texts, or of lists of texts, of Rust.
 *
 * @param {string} path
 * @param {string} constant
 */
function texts(path, constant) {
  const [, rows] = new RegExp(`pub const ${constant}: [^=]* = &(\\[.*?\\]);\n`, "s").exec(source(path)) ?? [
    undefined,
    "",
  ];
  return JSON.parse(rows.replaceAll("&", "").replaceAll(/,(\s*\])/g, "$1"));
}

const DEFAULT_OPTIONS = {
  PollSeconds: "10",
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
  AdoptAnyParameters: "false",
  Marker: "null",
  CancelDuplicates: "false",
};

/** @typedef {Partial<typeof DEFAULT_OPTIONS>} Changes In M. */

/** @param {Changes} [changes] */
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
 * All documents that a form is made of, with what is given.
 *
 * @param {Form} form
 * @param {Record<string, string>} [changes] In M.
 */
export function fabricDocuments(form, changes = {}) {
  /** @type {Record<string, string>} */
  const given = {
    BaseUrl: textOfM(HOST),
    Hints: valueOfM(hints()),
    HostSuffixes: '{"api.fabric.microsoft.com"}',
    InstanceStatuses: valueOfM(states("INSTANCE_STATUSES")),
    FailureCodes: valueOfM(states("FAILURE_CODES")),
    ActivityStatuses: valueOfM(states("ACTIVITY_STATUSES")),
    PhantomFailures: valueOfM(texts("src/fabric/state.rs", "PHANTOM_FAILURES")),
    JobTypeGroups: valueOfM(texts("src/fabric/contract.rs", "JOB_TYPE_GROUPS")),
    ...Object.fromEntries(paths()),
    ...(form === "query" ? { Token: textOfM(TOKEN) } : {}),
    ...changes,
  };
  const own = form === "query" ? ["http", "fabric", "entra"] : ["http", "fabric_race"];
  return [
    ...members("shared"),
    ...members("fabric"),
    ...own.map((name) => readFileSync(new URL(`${form}/${name}.pq`, LIBRARY), "utf8")),
    `section Given;\n${Object.entries(given)
      .map(([name, value]) => `${name} = ${value};`)
      .join("\n")}\n`,
  ];
}
