/** The generated extensions, evaluated against a simulated service. */

import assert from "node:assert/strict";

import { generateConnector } from "../../../pkg/connector.node.js";
import { evaluateParsed, makeEngine, parseAll, toJson } from "../evaluate.mjs";
import { simulatedHost } from "../hosts/simulated.mjs";

/**
 * @import { EngineOptions } from "../engine.mjs"
 * @import { Evaluation } from "../evaluate.mjs"
 */

/** How `Web.Contents` may remember answers. */
export const MODES = /** @type {const} */ (["shared", "pessimistic", "nocache", "stale"]);

export const DATABRICKS = "https://adb-1111222233334444.5.azuredatabricks.net";
export const FABRIC = "https://api.fabric.microsoft.com";
export const DATABRICKS_TOKEN = "dapi-simulated";
export const FABRIC_TOKEN = "fabric-simulated";

/** 2026-03-01T10:00:00Z */
export const START = Date.UTC(2026, 2, 1, 10);

/** @typedef {{ text: string, resources: Record<string, string | Uint8Array> }} Extension */

/**
 * The extension that these options make.
 *
 * @param {Parameters<typeof generateConnector>[0]} options
 * @returns {Extension}
 */
export function extension(options) {
  const files = generateConnector(options);
  const textOf = (/** @type {RegExp} */ name) => {
    const found = files.find(({ path }) => name.test(path));
    assert.ok(found, `no file is called ${name}`);
    return new TextDecoder().decode(found.content);
  };
  const strings = textOf(/\.resx$/).matchAll(/<data name="([^"]*)"[^>]*>\s*<value>([^<]*)</g);
  const icons = files.filter(({ path }) => path.endsWith(".png"));
  return {
    text: textOf(/^\w+\.pq$/),
    resources: Object.fromEntries([
      ...[...strings].map(([, key, text]) => [key, text]),
      ...icons.map(({ path, content }) => [path, content]),
    ]),
  };
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
