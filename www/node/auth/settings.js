/** Settings that say how to sign in, wherever they stand. */

import { AZURE_CLOUDS } from "./clouds.js";
import { credentialError } from "./errors.js";

/** Of `DATABRICKS_AUTH_TYPE` and the `auth_type` of profiles, what is known here. */
export const AUTH_TYPES = Object.freeze([
  "pat",
  "oauth-m2m",
  "env-oidc",
  "file-oidc",
  "azure-client-secret",
  "azure-cli",
]);

/**
 * A type that is known here.
 *
 * @param {string | undefined} given
 * @param {string} where
 * @returns {string | undefined}
 */
export function authType(given, where) {
  const type = (given ?? "").trim();
  if (type === "") {
    return undefined;
  }
  if (!AUTH_TYPES.includes(type)) {
    throw credentialError(
      "invalidCredentials",
      `${where}: expected ${AUTH_TYPES.join(", ")}, found ${shown(type)}`,
      "get a token with the tool that knows this type, such as `databricks auth token`, and set DATABRICKS_TOKEN",
    );
  }
  return type;
}

/**
 * The cloud that a setting names.
 *
 * @param {string | undefined} given
 * @param {string} where
 * @returns {import("./clouds.js").AzureCloud | undefined}
 */
export function cloudNamed(given, where) {
  const name = (given ?? "").trim().toLowerCase();
  if (name === "") {
    return undefined;
  }
  const cloud = Object.hasOwn(AZURE_CLOUDS, name) ? AZURE_CLOUDS[name] : undefined;
  if (cloud === undefined) {
    throw credentialError(
      "invalidCredentials",
      `${where}: expected ${Object.keys(AZURE_CLOUDS).join(", ")}, found ${shown(name)}`,
      "correct it, or remove it: the host of a workspace tells its cloud",
    );
  }
  return cloud;
}

/**
 * The word, unless something else may have been pasted in its place.
 *
 * @param {string} word
 */
export function shown(word) {
  return /^[a-z][a-z-]{1,30}$/iu.test(word) ? word : "something else";
}
