// What the command does with a file.

import { readFileSync } from "node:fs";
import { evaluateParsed, makeEngine } from "./evaluate.mjs";
import { httpHost } from "./hosts/http.mjs";
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
    credential: extension && flags.key !== undefined ? keyCredential(flags.key) : null,
    extension,
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
async function parseFile(text, call) {
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

/** @param {string} key */
function keyCredential(key) {
  return { AuthenticationKind: "Key", Key: key, Password: key, EncryptConnection: true };
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
