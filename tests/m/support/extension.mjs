/** The generated extensions, evaluated against a simulated service. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { evaluateParsed, makeEngine, parseAll, toJson } from "../evaluate.mjs";
import { simulatedHost } from "../hosts/simulated.mjs";

/**
 * @import { EngineOptions } from "../engine.mjs"
 * @import { Evaluation } from "../evaluate.mjs"
 */

const ROOT = process.env.PQRUN_GENERATED ?? fileURLToPath(new URL("../../../connector/", import.meta.url));

export const DATABRICKS = "https://adb-1111222233334444.5.azuredatabricks.net";
export const FABRIC = "https://api.fabric.microsoft.com";
export const DATABRICKS_TOKEN = "dapi-simulated";
export const FABRIC_TOKEN = "fabric-simulated";

/** 2026-03-01T10:00:00Z */
export const START = Date.UTC(2026, 2, 1, 10);

/** @typedef {{ text: string, resources: Record<string, string | Uint8Array> }} Extension */

/** @returns {Extension[]} */
function extensions() {
  const paths = readdirSync(ROOT, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".resx"));
  return paths.map((path) => {
    const folder = dirname(join(ROOT, path));
    const files = readdirSync(folder);
    const document = files.find((file) => file.endsWith(".pq") && !file.endsWith(".query.pq"));
    assert.ok(document, `${folder} has no section document`);
    const texts = [...readFileSync(join(ROOT, path), "utf8").matchAll(/<data name="([^"]*)"[^>]*>\s*<value>([^<]*)</g)];
    const icons = files.filter((file) => file.endsWith(".png"));
    return {
      text: readFileSync(join(folder, document), "utf8"),
      resources: Object.fromEntries([
        ...texts.map(([, key, text]) => [key, text]),
        ...icons.map((file) => [file, new Uint8Array(readFileSync(join(folder, file)))]),
      ]),
    };
  });
}

/**
 * The extension for one service or for both.
 *
 * @param {"databricks" | "fabric" | "both"} service
 * @returns {Extension}
 */
export function extension(service) {
  const has = (/** @type {string} */ text, /** @type {string} */ name) => text.includes(`.${name} = Value.ReplaceType(`);
  const found = extensions().find(
    ({ text }) => has(text, "RunJob") === (service !== "fabric") && has(text, "RunItem") === (service !== "databricks"),
  );
  assert.ok(found, `no extension for ${service} in ${ROOT}`);
  return found;
}

/** @type {Map<string, Promise<any[]>>} */
const parsed = new Map();

/** @param {string} text */
function nodesOf(text) {
  let nodes = parsed.get(text);
  if (nodes === undefined) {
    nodes = parseAll({ documents: [text] });
    parsed.set(text, nodes);
  }
  return nodes;
}

/** @typedef {ReturnType<typeof simulatedHost>} Service */

/**
 * Evaluates an expression that uses an extension.
 *
 * @param {Extension} of
 * @param {Service} host
 * @param {string} expression
 * @param {Partial<EngineOptions>} [engine]
 * @returns {Promise<Evaluation>}
 */
export async function evaluateWith(of, host, expression, engine = {}) {
  const nodes = [...(await nodesOf(of.text)), ...(await nodesOf(expression))];
  const options = { host, extension: true, resources: of.resources, linked: true, ...engine };
  return evaluateParsed(makeEngine(options), nodes);
}

/** A key as credential. @param {string} token */
export const key = (token) => ({ AuthenticationKind: "Key", Key: token });

/** Somebody who has signed in. @param {string} token */
export const account = (token) => ({ AuthenticationKind: "Aad", access_token: token });

/**
 * @param {Evaluation} evaluation
 * @returns {any}
 */
export function valueOf(evaluation) {
  if (evaluation.error !== undefined) throw evaluation.error;
  return toJson(/** @type {any} */ (evaluation.value));
}

/**
 * @param {Evaluation} evaluation
 * @returns {any}
 */
export function errorOf(evaluation) {
  assert.ok(evaluation.error, "expected an error, found a value");
  return toJson(/** @type {any} */ (evaluation.error.record));
}

/** What only reads. @param {Evaluation} evaluation */
export function assertOnlyReads(evaluation) {
  const starts = evaluation.requests.filter(({ method, path }) => method !== "GET" && !path.endsWith("/queryactivityruns"));
  assert.deepEqual(starts, []);
}

/** @param {object} scenario */
export const service = (scenario) => simulatedHost({ scenario: JSON.stringify(scenario), now: START });
