/** Parameters as flags give them: `name=text`, `name:type=text`, or a JSON object. */

import { readFileSync } from "node:fs";

import { usageError } from "./exit-codes.js";

/**
 * A value and the text that it was read from.
 *
 * @typedef {{ value: unknown, text: string }} Parameter
 */

/** @type {Readonly<Record<string, (text: string) => unknown>>} */
const TYPES = Object.freeze({
  string: (text) => text,
  int: readInteger,
  float: readFloat,
  bool: readBoolean,
  json: readJson,
});

// No message of this file quotes a value: it may be a secret.

/**
 * Reads `--param` and `--param-json` flags, and takes the values of `--secret-param` names from the environment.
 *
 * @param {object} flags
 * @param {string[]} [flags.param] Each `name=text` or `name:type=text`.
 * @param {string[]} [flags.paramJson] Each a JSON object, or `@FILE`.
 * @param {string[]} [flags.secretParam] Names.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} [flag] The name of the first flag, for messages.
 * @returns {Map<string, Parameter>}
 */
export function readParameters(flags, env, flag = "--param") {
  /** @type {Map<string, Parameter>} */
  const parameters = new Map();
  const put = (/** @type {string} */ name, /** @type {Parameter} */ parameter) => {
    if (parameters.has(name)) {
      throw usageError(`the parameter ${name} is given twice`);
    }
    parameters.set(name, parameter);
  };
  for (const text of flags.param ?? []) {
    put(...readParameter(text, flag));
  }
  for (const text of flags.paramJson ?? []) {
    for (const [name, value] of Object.entries(readObject(text, "--param-json"))) {
      put(name, { value, text: typeof value === "string" ? value : JSON.stringify(value) });
    }
  }
  for (const name of flags.secretParam ?? []) {
    if (!parameters.has(name)) {
      const text = requireSecret(name, env);
      put(name, { value: text, text });
    }
  }
  return parameters;
}

/**
 * The environment variable that holds a secret parameter's value.
 *
 * @param {string} name
 */
export function secretVariable(name) {
  return `PQRUN_SECRET_${name.toUpperCase().replace(/[^A-Z0-9]/gu, "_")}`;
}

/**
 * @param {string} name
 * @param {NodeJS.ProcessEnv} env
 */
function requireSecret(name, env) {
  const variable = secretVariable(name);
  const text = env[variable];
  if (text === undefined) {
    throw usageError(`the secret parameter ${name} has no value`, `set ${variable} in the environment`);
  }
  return text;
}

/**
 * @param {string} text
 * @param {string} flag
 * @returns {[string, Parameter]}
 */
function readParameter(text, flag) {
  const at = text.indexOf("=");
  if (at < 0) {
    throw usageError(`${flag}: expected name=value, found no equals sign`);
  }
  const before = text.slice(0, at);
  const value = text.slice(at + 1);
  const colon = before.lastIndexOf(":");
  const name = colon < 0 ? before : before.slice(0, colon);
  const type = colon < 0 ? "string" : before.slice(colon + 1);
  if (name === "") {
    throw usageError(`${flag}: expected a name before the equals sign, found none`);
  }
  const read = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
  if (!read) {
    throw usageError(
      `${flag} ${name}: expected one of ${Object.keys(TYPES).join(", ")} after the colon, found ${JSON.stringify(type)}`,
      "a name that holds a colon can be given with --param-json",
    );
  }
  try {
    return [name, { value: read(value), text: type === "string" ? value : value.trim() }];
  } catch (error) {
    const expected = error instanceof Expected ? error.message : "JSON";
    throw usageError(`${flag} ${name}: expected ${expected}, found something else`);
  }
}

/** What a value should have been. */
class Expected extends Error {}

/** @param {string} text */
function readInteger(text) {
  const digits = text.trim();
  if (!/^[+-]?\d+$/u.test(digits)) {
    throw new Expected("a whole number");
  }
  const exact = BigInt(digits.replace(/^\+/u, ""));
  if (BigInt.asIntN(64, exact) !== exact) {
    throw new Expected("a whole number of at most 64 bits");
  }
  const number = Number(exact);
  return Number.isSafeInteger(number) ? number : exact;
}

/** @param {string} text */
function readJson(text) {
  return JSON.parse(text, (_, value) => {
    if (
      typeof value === "number" &&
      Number.isInteger(value) &&
      !Number.isSafeInteger(value) &&
      Math.abs(value) < 2 ** 64
    ) {
      throw new Expected("whole numbers below 2^53, of which no digit is lost, or texts");
    }
    return value;
  });
}

/** @param {string} text */
function readFloat(text) {
  const trimmed = text.trim();
  const number = Number(trimmed);
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/u.test(trimmed) || !Number.isFinite(number)) {
    throw new Expected("a number");
  }
  return number;
}

/** @param {string} text */
function readBoolean(text) {
  const lower = text.trim().toLowerCase();
  if (lower !== "true" && lower !== "false") {
    throw new Expected("true or false");
  }
  return lower === "true";
}

/**
 * Reads a flag whose value is a JSON object, or `@FILE` for a file that holds one.
 *
 * @param {string} text
 * @param {string} flag
 * @returns {Record<string, unknown>}
 */
export function readObject(text, flag) {
  return text.startsWith("@") ? readObjectFile(text.slice(1), flag) : parseObject(text, flag);
}

/**
 * @param {string} path
 * @param {string} flag
 * @returns {Record<string, unknown>}
 */
export function readObjectFile(path, flag) {
  return parseObject(readText(path, flag), `${flag}, ${path}`);
}

/**
 * Reads a file that holds JSON of any kind.
 *
 * @param {string} path
 * @param {string} flag
 * @returns {unknown}
 */
export function readJsonFile(path, flag) {
  return parse(readText(path, flag), `${flag}, ${path}`, "JSON");
}

/**
 * @param {string} path
 * @param {string} flag
 */
function readText(path, flag) {
  try {
    return readFileSync(path, "utf8").replace(/^\ufeff/u, "");
  } catch (error) {
    throw usageError(`${flag}: ${path} can't be read: ${reasonOf(error)}`);
  }
}

/**
 * @param {string} text
 * @param {string} where
 * @param {string} what What is expected.
 */
function parse(text, where, what) {
  try {
    return readJson(text);
  } catch (error) {
    const expected = error instanceof Expected ? error.message : what;
    throw usageError(`${where}: expected ${expected}, found something else`);
  }
}

/**
 * @param {string} text
 * @param {string} where
 * @returns {Record<string, unknown>}
 */
function parseObject(text, where) {
  const value = parse(text, where, "a JSON object");
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw usageError(`${where}: expected a JSON object, found another kind of JSON`);
  }
  return value;
}

/**
 * Why a file operation failed, without the path that the message repeats.
 *
 * @param {unknown} error
 * @returns {string}
 */
export function reasonOf(error) {
  const message = error instanceof Error ? error.message : String(error);
  return message.split(", ", 1)[0] ?? message;
}
