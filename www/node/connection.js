/** How a command reaches a service: the address, and what signs in to it. */

import { azureCloudOf, isElsewhere, isFabricHost } from "./auth/clouds.js";
import { makeCredential } from "./auth/credential.js";
import { STORAGE } from "./auth/credential.js";
import { isSameOrigin, withScheme } from "./auth/hosts.js";
import { choose } from "./auth/index.js";
import { rememberSecret } from "./credentials.js";
import { usageError } from "./exit-codes.js";
import { present } from "./present.js";

/** @typedef {import("./credentials.js").Service} Service */
/** @typedef {import("./auth/chain.js").Choice} Choice */

/**
 * Flags that say it, as commander reads them.
 *
 * @typedef {object} ConnectionFlags
 * @property {string} [host]
 * @property {string} [hostFlag] What the flag of the host is called, if not `--host`.
 * @property {string} [profile]
 * @property {boolean} [trustHost]
 * @property {boolean} [followPath]
 */

/**
 * Members of an options object of the package.
 *
 * @typedef {object} Connection
 * @property {string} [host] Always there for Databricks.
 * @property {string | import("pqrun").TokenCallback} [token]
 * @property {import("pqrun").TokenCredential} [credential]
 * @property {boolean} [trustHost]
 */

/**
 * Adds the flags of commands that sign in. A secret is never one.
 *
 * @param {import("commander").Command} command
 * @param {Service} service Profiles are of Databricks.
 */
export function addSignInFlags(command, service) {
  if (service === "databricks") {
    command.option("--profile <name>", "sign in by this profile of .databrickscfg and by nothing else");
  }
  return command.option("--trust-host", "send the token even if the host is none of the service's own");
}

/**
 * Chooses a credential, and makes what the package needs of it. Nothing is sent.
 *
 * @param {Service} service
 * @param {ConnectionFlags} flags
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Connection>}
 */
export async function connect(service, flags, env) {
  const connection = await connectBy(chooseBy(service, flags, env), flags, env);
  const { token } = connection;
  const ofOneLake = (env.FAB_TOKEN_ONELAKE ?? "").trim();
  // The Fabric command line reads it, too: beside a token for Fabric, which OneLake does not take.
  if (flags.followPath !== true || service !== "fabric" || token === undefined || ofOneLake === "") {
    return connection;
  }
  rememberSecret(ofOneLake);
  return { ...connection, token: ({ scope }) => (scope === STORAGE ? ofOneLake : token) };
}

/**
 * Chooses a credential.
 *
 * @param {Service} service
 * @param {ConnectionFlags} flags
 * @param {NodeJS.ProcessEnv} env
 * @returns {Choice}
 */
export function chooseBy(service, flags, env) {
  let choice;
  try {
    choice = choose({ service, host: flags.host, profile: flags.profile, env });
  } catch (error) {
    const code = error instanceof Error ? Reflect.get(error, "code") : undefined;
    // Without a host that comes first: it says what the credential has to be for.
    if (code !== "missingCredentials" || service !== "databricks" || hasHost(flags, env)) {
      throw error;
    }
  }
  if (choice === undefined || (service === "databricks" && choice.host === undefined)) {
    const { hostFlag = "--host" } = flags;
    throw usageError(
      choice?.profile === undefined
        ? `${hostFlag} is missing`
        : `${hostFlag} is missing, and the profile ${choice.profile} says no host`,
      `give ${hostFlag} https://… or set DATABRICKS_HOST; a profile of .databrickscfg that is chosen says it, too`,
    );
  }
  return choice;
}

/**
 * @param {Choice} choice
 * @param {ConnectionFlags} flags
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Connection & { token?: string }>} Without what may be added for OneLake.
 */
export async function connectBy(choice, { trustHost }, env) {
  const { credential: found, host } = choice;
  for (const one of [found, choice.vaultCredential]) {
    if (one !== undefined && "clientSecret" in one) {
      rememberSecret(one.clientSecret.reveal());
    }
    if (one !== undefined && "assertion" in one && "variable" in one.assertion) {
      rememberSecret(env[one.assertion.variable] ?? "");
    }
  }
  if (found.kind === "token" && !found.token.isInVault) {
    const token = found.token.reveal();
    rememberSecret(token);
    return present({ host, token, trustHost });
  }
  return present({ host, credential: remembering(await makeCredential(choice, { env, trustHost })), trustHost });
}

/**
 * The credential, whose tokens are not written anywhere.
 *
 * @param {import("./auth/credential.js").ChosenCredential} credential
 * @returns {import("pqrun").TokenCredential}
 */
function remembering(credential) {
  return {
    async getToken(/** @type {string} */ scope, /** @type {Partial<import("pqrun").TokenRequest>} */ request) {
      const given = await credential.getToken(scope, request);
      for (const secret of [given?.token, ...Object.values(given?.headers ?? {})]) {
        // The Azure resource is no secret.
        if (secret !== undefined && !secret.startsWith("/subscriptions/")) {
          rememberSecret(secret);
        }
      }
      return given;
    },
  };
}

/**
 * @param {ConnectionFlags} flags
 * @param {NodeJS.ProcessEnv} env
 */
function hasHost({ host, profile }, env) {
  return [host, profile, env.DATABRICKS_HOST].some((given) => (given ?? "").trim() !== "");
}

/**
 * The Databricks workspace's address, from the flag or the environment, where no credential is needed.
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
 * Holds a snapshot's host against what is known of the environment's credential, so that a snapshot from elsewhere cannot
 * lead it elsewhere. A profile knows its host itself.
 *
 * @param {Service} service
 * @param {string | undefined} stored
 * @param {NodeJS.ProcessEnv} env
 * @param {ConnectionFlags} flags `--host`, by which a person says that the stored host is right.
 */
export function expectKnownHost(service, stored, env, { host: flag, profile, trustHost }) {
  if (stored === undefined) {
    return;
  }
  const variable = service === "databricks" && profile === undefined ? env.DATABRICKS_HOST : undefined;
  const known = (flag ?? variable ?? "").trim();
  // Whoever trusts a host has to say which one. Without that the package itself keeps the token from foreign ones.
  const isLeft = service === "databricks" && (trustHost !== true || profile !== undefined);
  const isKnown = known === "" ? isLeft || isOwn(service, stored) : isSameOrigin(known, stored);
  if (!isKnown) {
    const why = known === "" ? `is not ${service === "fabric" ? "Fabric" : "Databricks"}'s` : `is not ${known}, as ${flag ? "--host" : "DATABRICKS_HOST"} says`;
    throw usageError(
      `the snapshot's host ${stored} ${why}`,
      `if the token is for the snapshot's host, give --host ${stored}`,
    );
  }
}

/**
 * Whether an address belongs to the service, or is this machine.
 *
 * @param {Service} service
 * @param {string} url
 */
function isOwn(service, url) {
  const { hostname } = URL.canParse(url) ? new URL(url) : { hostname: "" };
  const isService = service === "fabric" ? isFabricHost(url) : isElsewhere(url) || azureCloudOf(url) !== undefined;
  return isService || /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/u.test(hostname);
}
