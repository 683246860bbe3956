/** From what was chosen to something that gives tokens. */

import process from "node:process";

import { present } from "../present.js";
import { azureCli } from "./azure-cli.js";
import { isOneLakeHost } from "./clouds.js";
import { credentialError } from "./errors.js";
import { isSameOrigin } from "./hosts.js";

/** @typedef {import("./chain.js").Choice} Choice */
/** @typedef {import("./parts.js").Found} Found */
/** @typedef {import("pqrun").TokenCredential} TokenCredential */

/**
 * What concerns the sending of requests.
 *
 * @typedef {object} Sending
 * @property {NodeJS.ProcessEnv} [env] In the place of the process' own.
 * @property {boolean} [trustHost] Lets secrets go to hosts that are none of the services' own.
 * @property {import("pqrun").FetchLike} [fetch] In the place of the global one.
 */

/** The scopes by which Microsoft Entra ID knows the services; `src/auth/resource.rs` has the same. */
const SCOPES = Object.freeze({
  databricks: "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d/.default",
  fabric: "https://api.fabric.microsoft.com/.default",
});

/** That of OneLake, from which a run's files are read. */
export const STORAGE = "https://storage.azure.com/.default";

/** What signs in to Entra, which gives a token for each service: such a credential reads files in OneLake, too. */
const OF_ENTRA = new Set(["azureCli", "entraClientSecret", "entraFederation"]);

/** A credential that was chosen, for the service and the host that it was chosen for. */
export class ChosenCredential {
  #choice;
  /** @type {string | undefined} */
  #host;
  #inner;
  #reader;

  /**
   * @param {Choice} choice
   * @param {TokenCredential} inner
   * @param {TokenCredential} [reader] What reads its secret, if that is in a vault.
   */
  constructor(choice, inner, reader) {
    this.#choice = choice;
    this.#host = choice.host;
    this.#inner = inner;
    this.#reader = reader;
  }

  /** The host that it is for: as asked, or as the profile says. `undefined`: the one that it is first used with. */
  get host() {
    return this.#choice.host;
  }

  /** What it was made of: names of variables, a profile and its file, or Azure CLI. */
  get source() {
    return this.#choice.credential.from;
  }

  /**
   * A token, as the option `credential` of runs and clients asks for it.
   *
   * @param {string | string[]} scope
   * @param {Partial<import("pqrun").TokenRequest>} [request]
   * @returns {Promise<import("pqrun").AccessToken | null>}
   */
  async getToken(scope, request) {
    const { service, credential, passedOver } = this.#choice;
    this.#expectOwn(scope, request);
    try {
      return await /** @type {any} */ (this.#inner).getToken(scope, request);
    } catch (error) {
      // Who never meant Azure CLI would wonder where it comes from.
      if (credential.kind === "azureCli" && passedOver.length > 0 && error instanceof Error && "hint" in error) {
        error.hint = `${error.hint}; nothing that comes before Azure CLI was there: \`pqrun auth check${service === "fabric" ? " --service fabric" : ""}\` lists it`;
      }
      throw error;
    }
  }

  /**
   * @param {string | string[]} scope
   * @param {Partial<import("pqrun").TokenRequest>} [request]
   * @throws {Error} `unknownHost` if the token would go elsewhere than it was chosen for.
   */
  #expectOwn(scope, request) {
    const { service, credential } = this.#choice;
    const scopes = Array.isArray(scope) ? scope : [scope];
    const isOwn = scopes.every((one) => one === SCOPES[service]);
    const isStorage = scopes.every((one) => one === STORAGE);
    if (isStorage && OF_ENTRA.has(credential.kind) && isOneLakeHost(request?.host ?? "", this.#host)) {
      return;
    }
    if (isStorage) {
      throw credentialError(
        "missingCredentials",
        `${credential.from}: expected a credential that signs in to Entra for OneLake, found one for ${service} only`,
        "set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or use Azure CLI, in the place of it",
      );
    }
    // Entra gives a vault a token of its own; a token that is there already would be sent as it is.
    if ((request?.service ?? service) !== service || (credential.kind === "token" && !isOwn)) {
      throw credentialError(
        "unknownHost",
        `${credential.from}: expected a request for ${service}, found one for something else`,
        "a credential goes to the service that it was chosen for only: choose one for this service",
      );
    }
    if (this.#host !== undefined && request?.host !== undefined && !isSameOrigin(this.#host, request.host)) {
      throw credentialError(
        "unknownHost",
        `${credential.from}: expected a request for ${this.#host}, found one for ${request.host}`,
        "a credential goes to the host that it was chosen for only: choose one for this host",
      );
    }
    if (isOwn) {
      this.#host ??= request?.host;
    }
  }

  /** Overwrites what the module that signs in holds of it: secrets and tokens. It gives no tokens any more. */
  free() {
    for (const one of [this.#inner, this.#reader]) {
      /** @type {{ free?: () => void } | undefined} */ (one)?.free?.();
    }
  }
}

/**
 * Makes the credential. The module that signs in is loaded for those that need it only.
 *
 * @param {Choice} choice
 * @param {Sending} [sending]
 * @returns {Promise<ChosenCredential>}
 * @throws {Error} `invalidCredentials` if a part of it can't be right; nothing is sent.
 */
export async function makeCredential(choice, sending = {}) {
  const vaultCredential =
    choice.vaultCredential === undefined ? undefined : await givesTokens(choice.vaultCredential, sending, {});
  const { vaultHost } = choice;
  const inner = await givesTokens(choice.credential, sending, { vaultCredential, vaultHost });
  return new ChosenCredential(choice, inner, vaultCredential);
}

/**
 * @param {Found} found
 * @param {Sending} sending
 * @param {{ vaultCredential?: TokenCredential, vaultHost?: string }} vault
 * @returns {Promise<TokenCredential>}
 */
async function givesTokens(found, sending, vault) {
  try {
    return await tokensOf(found, sending, vault);
  } catch (error) {
    // It names options of functions; whoever reads it has set something else.
    if (error instanceof Error && Reflect.get(error, "code") === "invalidCredentials") {
      error.message = `${found.from}: ${error.message}`;
    }
    throw error;
  }
}

/**
 * @param {Found} found
 * @param {Sending} sending
 * @param {{ vaultCredential?: TokenCredential, vaultHost?: string }} vault
 * @returns {Promise<TokenCredential>}
 */
async function tokensOf(found, { env = process.env, trustHost, fetch }, vault) {
  if (found.kind === "azureCli") {
    const { kind: _, from: __, ...options } = found;
    return azureCli({ ...options, env });
  }
  if (found.kind === "token" && !found.token.isInVault) {
    const token = found.token.reveal();
    return { getToken: async () => /** @type {any} */ ({ token }) };
  }
  const auth = await import("pqrun/auth");
  const common = { ...vault, trustHost, fetch };
  switch (found.kind) {
    case "token":
      return auth.databricksToken(present({ ...common, token: found.token.reveal() }));
    case "databricksOAuth": {
      const { clientId, clientSecret, scope, accountId } = found;
      return auth.databricksOAuth(
        present({ ...common, clientId, clientSecret: clientSecret.reveal(), scope, accountId }),
      );
    }
    case "databricksFederation": {
      const { clientId, assertion, scope } = found;
      return auth.databricksFederation(present({ ...common, clientId, scope, ...assertionOf(assertion, env) }));
    }
    case "entraClientSecret": {
      const { tenantId, clientId, clientSecret, authority, azureWorkspaceResourceId } = found;
      const ids = { tenantId, clientId, authority, azureWorkspaceResourceId };
      return auth.entraClientSecret(present({ ...common, ...ids, clientSecret: clientSecret.reveal() }));
    }
    case "entraFederation": {
      const { tenantId, clientId, assertion, authority, azureWorkspaceResourceId } = found;
      const ids = { tenantId, clientId, authority, azureWorkspaceResourceId };
      return auth.entraFederation(present({ ...common, ...ids, ...assertionOf(assertion, env) }));
    }
  }
}

/**
 * @param {import("./parts.js").AssertionSource} source
 * @param {NodeJS.ProcessEnv} env
 */
function assertionOf(source, env) {
  return "file" in source ? { assertionFile: source.file } : { assertion: () => (env[source.variable] ?? "").trim() };
}
