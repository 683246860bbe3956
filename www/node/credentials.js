/** Where hosts and tokens come from: flags for what may be seen, the environment for what may not. */

import { CommandError, EXIT, usageError } from "./exit-codes.js";
import { proxySecrets } from "./network.js";

/** @typedef {"databricks" | "fabric"} Service */

/** @type {Readonly<Record<Service, string>>} */
export const TOKEN_VARIABLES = Object.freeze({ databricks: "DATABRICKS_TOKEN", fabric: "FABRIC_TOKEN" });

/** Flags that people try for what must not be one. */
const SECRET_FLAGS = new Set(["--token", "--access-token", "--pat", "--bearer", "--password", "--client-secret"]);

/**
 * Refuses a secret among the arguments before anything reads, keeps or echoes it.
 *
 * @param {readonly string[]} args
 */
export function refuseSecretFlags(args) {
  for (const arg of args) {
    if (arg === "--") {
      return;
    }
    const name = arg.split("=", 1)[0] ?? "";
    if (SECRET_FLAGS.has(name)) {
      throw usageError(
        `${name} is no flag: other users see a command's arguments, and the shell keeps them`,
        "set DATABRICKS_TOKEN or FABRIC_TOKEN in the environment; if the value was real, revoke it",
      );
    }
  }
}

/**
 * The service's token.
 *
 * @param {Service} service
 * @param {NodeJS.ProcessEnv} env
 * @returns {string}
 */
export function requireToken(service, env) {
  const variable = TOKEN_VARIABLES[service];
  const token = (env[variable] ?? "").trim();
  if (token === "") {
    throw new CommandError(
      EXIT.rejected,
      `no credential: ${variable} is not set`,
      `set ${variable} in the environment`,
    );
  }
  if (!/^[\u0021-\u007e]+$/u.test(token)) {
    // Not sent on: fetch would refuse it with a message that holds it.
    throw new CommandError(EXIT.rejected, `${variable} holds characters that no token has, such as blanks or quotes`);
  }
  return token;
}

/**
 * The secrets in the environment, for taking them out of messages: the tokens, and what proxies are told.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {string[]}
 */
export function knownTokens(env) {
  const tokens = Object.values(TOKEN_VARIABLES).map((variable) => (env[variable] ?? "").trim());
  // A shorter one would be taken out of the midst of words.
  return [...tokens, ...proxySecrets(env)].filter((secret) => secret.length >= 8);
}

/**
 * Text without any of these secrets.
 *
 * @param {string} text
 * @param {readonly string[]} secrets
 * @returns {string}
 */
export function withoutSecrets(text, secrets) {
  let rest = text;
  for (const secret of secrets) {
    rest = rest.replaceAll(secret, "***");
  }
  return rest;
}

/**
 * The Databricks workspace's address, from the flag or the environment. As in the service's own tools it may lack its
 * scheme.
 *
 * @param {string | undefined} flag
 * @param {NodeJS.ProcessEnv} env
 * @returns {string}
 */
export function requireDatabricksHost(flag, env) {
  const host = (flag ?? env.DATABRICKS_HOST ?? "").trim();
  if (host === "") {
    throw usageError("--host is missing", "give --host https://… or set DATABRICKS_HOST");
  }
  return withScheme(host);
}

/**
 * @param {string | undefined} flag
 * @returns {string | undefined}
 */
export function fabricHost(flag) {
  return flag === undefined || flag.trim() === "" ? undefined : withScheme(flag.trim());
}

/**
 * @param {string | undefined} flag
 * @param {NodeJS.ProcessEnv} env
 * @returns {string}
 */
export function requireWorkspace(flag, env) {
  const workspace = (flag ?? env.FABRIC_WORKSPACE_ID ?? "").trim();
  if (workspace === "") {
    throw usageError("--workspace is missing", "give the workspace's id with --workspace or set FABRIC_WORKSPACE_ID");
  }
  return workspace;
}

/**
 * Plain HTTP is for the loopback, where nobody has certificates.
 *
 * @param {string} host
 */
function withScheme(host) {
  if (host.includes("://")) {
    return host;
  }
  return /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/u.test(host) ? `http://${host}` : `https://${host}`;
}

/**
 * Holds a snapshot's host against what is known of the environment's token, so that a snapshot from elsewhere cannot lead
 * the token elsewhere.
 *
 * @param {Service} service
 * @param {string | undefined} stored
 * @param {NodeJS.ProcessEnv} env
 * @param {string | undefined} flag `--host`, by which a person says that the stored host is right.
 */
export function expectKnownHost(service, stored, env, flag) {
  const known = (flag ?? (service === "databricks" ? env.DATABRICKS_HOST : undefined) ?? "").trim();
  if (stored === undefined) {
    return;
  }
  const isKnown =
    known === "" ? service === "databricks" || isFabric(stored) : origin(withScheme(known)) === origin(stored);
  if (!isKnown) {
    const why = known === "" ? "is not Fabric's" : `is not ${known}, as ${flag ? "--host" : "DATABRICKS_HOST"} says`;
    throw usageError(
      `the snapshot's host ${stored} ${why}`,
      `if the token is for the snapshot's host, give --host ${stored}`,
    );
  }
}

/**
 * Whether an address belongs to Fabric, or to nobody else.
 *
 * @param {string} url
 */
function isFabric(url) {
  const { hostname } = URL.canParse(url) ? new URL(url) : { hostname: "" };
  return /^(?:.+\.)?fabric\.microsoft\.com$/u.test(hostname) || /^(?:localhost|127\..+|\[::1\])$/u.test(hostname);
}

/** @param {string} url */
function origin(url) {
  try {
    return new URL(url).origin;
  } catch {
    return url;
  }
}
