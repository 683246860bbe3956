/** Signing in as the services' own tools do: by the environment, by profiles, by Azure CLI. */

import process from "node:process";

import { findAzureCli } from "./azure-cli.js";
import { chooseCredential } from "./chain.js";
import { isFabricHost } from "./clouds.js";
import { makeCredential } from "./credential.js";
import { credentialError } from "./errors.js";
import { withScheme } from "./hosts.js";
import { readProfiles } from "./profiles.js";

export { azureCli } from "./azure-cli.js";

/**
 * @typedef {object} DefaultCredentialOptions
 * @property {"databricks" | "fabric"} [service] `databricks`, if neither this nor the host says another one.
 * @property {string} [host] The service's address; else `DATABRICKS_HOST`, else that of the profile.
 * @property {string} [profile] A profile of `.databrickscfg`: then nothing else is looked at.
 * @property {NodeJS.ProcessEnv} [env] In the place of the process' own environment.
 * @property {boolean} [trustHost] Lets secrets go to hosts that are none of the services' own.
 * @property {import("pqrun").FetchLike} [fetch] In the place of the global `fetch`.
 */

/**
 * The first credential that is there, in the order that `docs/sign-in.md` has. A source that is chosen is final: if it
 * fails, no other one is tried.
 *
 * @param {DefaultCredentialOptions} [options]
 * @returns {Promise<import("./credential.js").ChosenCredential>} For the option `credential`; its `host` is the one that
 *   it was chosen for.
 * @throws {Error} `missingCredentials` with the names of all that was looked for; `invalidCredentials` if one is half
 *   there or can't be read. Nothing has been sent then.
 */
export async function defaultCredential(options = {}) {
  expectOptions(options);
  const { env = process.env, trustHost, fetch } = options;
  return makeCredential(choose(options), { env, trustHost, fetch });
}

const OPTIONS = Object.freeze(["service", "host", "profile", "env", "trustHost", "fetch"]);

/**
 * A misspelt option would lead to another credential than the one that is meant.
 *
 * @param {DefaultCredentialOptions} options
 * @throws {Error} `invalidOptions`
 */
function expectOptions(options) {
  const unknown = Object.keys(options).find((name) => !OPTIONS.includes(name));
  const { service } = options;
  if (unknown !== undefined) {
    throw credentialError("invalidOptions", `expected ${OPTIONS.join(", ")}, found ${unknown}`, "correct its name");
  }
  if (service !== undefined && service !== "databricks" && service !== "fabric") {
    throw credentialError("invalidOptions", "service: expected databricks or fabric, found another one", "correct it");
  }
}

/**
 * What {@link defaultCredential} would use.
 *
 * @param {DefaultCredentialOptions} options
 * @returns {import("./chain.js").Choice}
 */
export function choose({ service, host: given, profile, env = process.env }) {
  const asked = (given ?? "").trim();
  const one = service ?? serviceOf(asked);
  const named = (profile ?? "").trim();
  // With a profile nothing else is looked at.
  const host = asked || (one === "databricks" && named === "" ? (env.DATABRICKS_HOST ?? "").trim() : "");
  return chooseCredential(
    {
      service: one,
      ...(host === "" ? {} : { host: withScheme(host) }),
      ...(named === "" ? {} : { profile: named }),
    },
    { env, profiles: () => readProfiles(env), hasAzureCli: () => findAzureCli(env) !== undefined },
  );
}

/**
 * The service that an address belongs to; Databricks, if it is not Fabric's own.
 *
 * @param {string} host An empty text for none.
 * @returns {"databricks" | "fabric"}
 */
export function serviceOf(host) {
  return isFabricHost(withScheme(host)) ? "fabric" : "databricks";
}
