/** Secrets: never a flag, never in what is written. */

import { Buffer } from "node:buffer";

import { isReference } from "./auth/secret.js";
import { usageError } from "./exit-codes.js";
import { proxySecrets } from "./network.js";

/** @typedef {"databricks" | "fabric"} Service */

/** Variables that hold secrets, whether pqrun reads them or the services' other tools do. */
const SECRET_VARIABLES = Object.freeze([
  "ARM_CLIENT_SECRET",
  "ARM_OIDC_REQUEST_TOKEN",
  "ARM_OIDC_TOKEN",
  "AZURE_CLIENT_CERTIFICATE_PASSWORD",
  "AZURE_CLIENT_SECRET",
  "AZURE_PASSWORD",
  "DATABRICKS_CLIENT_SECRET",
  "DATABRICKS_OIDC_TOKEN",
  "DATABRICKS_PASSWORD",
  "DATABRICKS_TOKEN",
  "FABRIC_TOKEN",
  "FAB_SPN_CERT_PASSWORD",
  "FAB_SPN_CLIENT_SECRET",
  "FAB_SPN_FEDERATED_TOKEN",
  "FAB_TOKEN",
  "FAB_TOKEN_AZURE",
  "FAB_TOKEN_ONELAKE",
]);

/** Flags that people try for what must not be one. */
const SECRET_FLAGS = new Set([
  "--access-token",
  "--assertion",
  "--bearer",
  "--bearer-token",
  "--certificate-password",
  "--client-assertion",
  "--client-secret",
  "--databricks-token",
  "--fabric-token",
  "--federated-token",
  "--id-token",
  "--oidc-token",
  "--pat",
  "--password",
  "--secret",
  "--token",
]);

/** A shorter one would be taken out of the midst of words. */
const SHORTEST_SECRET = 8;

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
        "set it in the environment, such as DATABRICKS_TOKEN or FABRIC_TOKEN, or in a profile; if the value was real, revoke it",
      );
    }
  }
}

/** What was found or made while this process runs. @type {Set<string>} */
const remembered = new Set();

/**
 * Has a secret taken out of what is written from here on.
 *
 * @param {string} secret
 */
export function rememberSecret(secret) {
  remembered.add(secret.trim());
}

/**
 * The secrets in the environment, those of proxies with them, and those that were found elsewhere, for taking them out
 * of messages.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {string[]} The longest first, so that no part of one is left.
 */
export function knownTokens(env) {
  const variables = [...SECRET_VARIABLES, (env.DATABRICKS_OIDC_TOKEN_ENV ?? "").trim()];
  const given = variables.map((variable) => (Object.hasOwn(env, variable) ? (env[variable] ?? "").trim() : ""));
  const secrets = [...given, ...proxySecrets(env), ...remembered].filter(
    (secret) => secret.length >= SHORTEST_SECRET && !isReference(secret),
  );
  // As a form, as JSON and as a header carry them.
  const carried = secrets.flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    ...basicForms(secret, env),
  ]);
  return [...new Set(carried)].sort((one, other) => other.length - one.length);
}

/**
 * The secret as HTTP's basic scheme carries it, behind the client id of the environment.
 *
 * @param {string} secret
 * @param {NodeJS.ProcessEnv} env
 */
function basicForms(secret, env) {
  const id = (env.DATABRICKS_CLIENT_ID ?? "").trim();
  return id === "" ? [] : [Buffer.from(`${id}:${secret}`).toString("base64")];
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
