/** The generated extensions, evaluated against a simulated service. */

import assert from "node:assert/strict";

import { generateConnector, packConnector } from "../../../pkg/connector.node.js";
import { evaluateParsed, makeEngine } from "../evaluate.mjs";
import { simulatedHost } from "../hosts/simulated.mjs";
import { filesIn } from "./archive.mjs";
import { START, parsedOnce } from "./evaluations.mjs";

/**
 * @import { EngineOptions } from "../engine.mjs"
 * @import { Evaluation } from "../evaluate.mjs"
 */

export { MODES, START, errorOf, valueOf } from "./evaluations.mjs";

export const DATABRICKS = "https://adb-1111222233334444.5.azuredatabricks.net";
export const FABRIC = "https://api.fabric.microsoft.com";
export const DATABRICKS_TOKEN = "dapi-simulated";
export const FABRIC_TOKEN = "fabric-simulated";

/** @typedef {{ text: string, resources: Record<string, string | Uint8Array> }} Extension */

/**
 * The extension that these options make.
 *
 * @param {Parameters<typeof generateConnector>[0]} options
 * @returns {Extension}
 */
export function extension(options) {
  return extensionOf(generateConnector(options));
}

/**
 * The same, taken out of the archive that Power BI loads.
 *
 * @param {Parameters<typeof generateConnector>[0]} options
 * @returns {Promise<Extension>}
 */
export async function packedExtension(options) {
  return extensionOf(await filesIn(packConnector(generateConnector(options))));
}

/**
 * @param {{ path: string, content: Uint8Array }[]} files
 * @returns {Extension}
 */
function extensionOf(files) {
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

/** @param {string} text */
const nodesOf = (text) => parsedOnce(text, () => [text]);

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

/** What only reads. @param {Evaluation} evaluation */
export function assertOnlyReads(evaluation) {
  const starts = evaluation.requests.filter(({ method, path }) => method !== "GET" && !path.endsWith("/queryactivityruns"));
  assert.deepEqual(starts, []);
}

/** @param {object} scenario */
export const service = (scenario) => simulatedHost({ scenario: JSON.stringify(scenario), now: START });
