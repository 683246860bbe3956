// What the command does with a file.

import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { evaluateParsed, makeEngine } from "./evaluate.mjs";
import { httpHost } from "./hosts/http.mjs";
import { itemsOf } from "./interpret-data.mjs";
import { errorToJson, toJson, toJsonText } from "./json.mjs";
import { parse } from "./parse.mjs";
import { MError } from "./value.mjs";

/**
 * @import { Mode } from "./engine.mjs"
 * @import { Host } from "./host.mjs"
 * @import { Node } from "./parse.mjs"
 */

/**
 * @typedef {object} Flags
 * @property {string} [call]
 * @property {string} [base-url]
 * @property {string} [key]
 * @property {string} [credential]
 * @property {string[]} [parameter]
 * @property {string} mode
 * @property {boolean} extension
 * @property {boolean} simulator
 * @property {string} [scenario]
 * @property {string} speed
 * @property {boolean} requests
 */

const MODES = ["shared", "pessimistic", "nocache", "stale"];

/**
 * Evaluates a file and prints what comes of it.
 *
 * @param {string} file
 * @param {Flags} flags
 * @returns {Promise<number>} The exit code.
 */
export async function evaluateFile(file, flags) {
  if (!MODES.includes(flags.mode)) throw usageError(`the mode is one of ${MODES.join(", ")}`);
  const text = readFileSync(file, "utf8");
  let nodes;
  try {
    nodes = await parseFile(text, flags.call);
  } catch (error) {
    if (!(error instanceof MError || error instanceof SyntaxError)) throw error;
    return printError(error);
  }
  const extension = flags.extension || nodes.some(isExtension);
  const engine = makeEngine({
    host: await hostFor(flags),
    mode: /** @type {Mode} */ (flags.mode),
    // A plain query that sends a token itself is one for an anonymous credential.
    credential: extension ? credentialFor(nodes, flags) : null,
    extension,
    resources: extension ? resourcesBeside(file) : {},
    parameters: parametersFor(flags),
  });
  const { value, error, requests } = evaluateParsed(engine, nodes);
  if (flags.requests) for (const request of requests) process.stderr.write(`${JSON.stringify(request)}\n`);
  if (error !== undefined) return printError(error);
  process.stdout.write(`${toJsonText(toJson(value), "  ")}\n`);
  return 0;
}

/** @param {MError | SyntaxError} error */
function printError(error) {
  const json =
    error instanceof MError
      ? errorToJson(error)
      : { Reason: "Expression.SyntaxError", Message: error.message, Detail: null };
  process.stdout.write(`${toJsonText(json, "  ")}\n`);
  return 3;
}

/** @param {string} message */
function usageError(message) {
  return Object.assign(new Error(message), { name: "UsageError" });
}

/**
 * The file, and the call in its scope.
 *
 * @param {string} text
 * @param {string | undefined} call
 * @returns {Promise<Node[]>}
 */
export async function parseFile(text, call) {
  const node = await parse(text);
  if (call === undefined) return [node];
  const expression = await parse(call);
  if (node.kind === "Section") return [node, expression];
  const isLet = node.kind === "LetExpression";
  const variables = isLet ? node.variableList.elements : [];
  const value = { kind: "IdentifierPairedExpression", key: { literal: "_" }, value: isLet ? node.expression : node };
  const variableList = { kind: "ArrayWrapper", elements: [...variables, { kind: "Csv", node: value }] };
  return [{ kind: "LetExpression", variableList, expression }];
}

/**
 * Whether a document has a function of a data source's kind.
 *
 * @param {Node} node
 * @returns {boolean}
 */
function isExtension(node) {
  if (node.kind !== "Section") return false;
  return node.sectionMembers.elements.some((/** @type {Node} */ { literalAttributes }) =>
    literalAttributes?.content.elements.some((/** @type {Node} */ csv) => csv.node.key.literal === "DataSource.Kind"),
  );
}

/**
 * The credential of an extension: as given, or the key in the form that the extension's kinds can use.
 *
 * @param {Node[]} nodes
 * @param {Flags} flags
 * @returns {Record<string, any> | null}
 */
function credentialFor(nodes, { credential, key }) {
  if (credential !== undefined) return JSON.parse(credential);
  if (key === undefined) return null;
  const kinds = nodes.flatMap(authenticationKinds);
  return kinds.includes("Key") || !kinds.some((kind) => ["Aad", "OAuth"].includes(kind))
    ? { AuthenticationKind: "Key", Key: key, Password: key, EncryptConnection: true }
    : { AuthenticationKind: "OAuth2", access_token: key, EncryptConnection: true };
}

/**
 * The kinds of credentials that records `Authentication = [...]` in a document offer.
 *
 * @param {any} node
 * @returns {string[]}
 */
function authenticationKinds(node) {
  if (node === null || typeof node !== "object") return [];
  if (node.key?.literal === "Authentication" && node.value?.kind === "RecordExpression") {
    return itemsOf(node.value.content).map(({ key }) => key.literal);
  }
  return Object.values(node).flatMap(authenticationKinds);
}

/**
 * The texts and files of an extension that lie beside its document.
 *
 * @param {string} file
 * @returns {Record<string, string | Uint8Array>}
 */
function resourcesBeside(file) {
  const folder = dirname(file);
  /** @type {Record<string, string | Uint8Array>} */
  const resources = {};
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (/\.(?:png|pqm|txt|json)$/.test(name)) resources[name] = readFileSync(path);
    if (name === "resources.resx") Object.assign(resources, textsOf(readFileSync(path, "utf8")));
  }
  return resources;
}

/** @type {Record<string, string>} */
const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/**
 * The texts of a `.resx` file.
 *
 * @param {string} xml
 * @returns {Record<string, string>}
 */
function textsOf(xml) {
  const pairs = xml.matchAll(/<data\s+name="([^"]*)"[^>]*>\s*<value>([\s\S]*?)<\/value>/g);
  const plain = (/** @type {string} */ text) => text.replace(/&(\w+);/g, (whole, name) => ENTITIES[name] ?? whole);
  return Object.fromEntries([...pairs].map(([, name, value]) => [plain(name), plain(value)]));
}

/**
 * @param {Flags} flags
 * @returns {(name: string) => string | undefined}
 */
function parametersFor(flags) {
  /** @type {Map<string, string>} */
  const given = new Map();
  for (const one of flags.parameter ?? []) {
    const at = one.indexOf("=");
    if (at < 1) throw usageError("expected --parameter NAME=TEXT");
    given.set(one.slice(0, at), one.slice(at + 1));
  }
  return (name) => {
    const found = given.get(name);
    if (found !== undefined || name.includes(".")) return found;
    if (/token|key|secret|credential|password/i.test(name)) return flags.key;
    return /url|server|host|workspace/i.test(name) ? flags["base-url"] : undefined;
  };
}

/**
 * @param {Flags} flags
 * @returns {Promise<Host>}
 */
async function hostFor(flags) {
  const speed = Number(flags.speed);
  if (!(speed > 0)) throw usageError("the speed is a number above 0");
  if (flags.simulator || flags.scenario !== undefined) {
    const { simulatedHost } = await import("./hosts/simulated.mjs");
    return simulatedHost({ scenario: flags.scenario === undefined ? undefined : readFileSync(flags.scenario, "utf8") });
  }
  return httpHost({ baseUrl: flags["base-url"], speed });
}
