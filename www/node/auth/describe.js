/** A credential in words, without any secret. */

import { present } from "../present.js";
import { AZURE_CLOUDS, azureCloudOf } from "./clouds.js";
import { originOf } from "./hosts.js";

/** @typedef {import("./chain.js").Choice} Choice */
/** @typedef {import("./parts.js").Found} Found */

/** What each kind is, for a person. @type {Readonly<Record<Found["kind"], string>>} */
const KINDS = Object.freeze({
  token: "a token that is there already",
  databricksOAuth: "a Databricks service principal with an OAuth secret",
  databricksFederation: "Databricks token federation",
  entraClientSecret: "a service principal of Microsoft Entra ID with a client secret",
  entraFederation: "a service principal of Microsoft Entra ID with a federated token",
  azureCli: "the account that Azure CLI is signed in with",
});

/**
 * What may be told of a choice.
 *
 * @typedef {object} Description
 * @property {"databricks" | "fabric"} service
 * @property {string} host
 * @property {Found["kind"]} kind
 * @property {string} what The kind in words.
 * @property {string} source Names of variables, of a profile and its file; never a value that could be a secret.
 * @property {string} [profile]
 * @property {string} [clientId]
 * @property {string} [tenantId]
 * @property {string} [authority] Who issues the token.
 * @property {string} [scope] What it is asked for, if that is not everything.
 * @property {string} [azureWorkspaceResourceId]
 * @property {string} [assertion] Where the federated token is read.
 * @property {string} [secret] The reference to a vault, if the secret is in one.
 * @property {string} [secretReadBy] What reads the vault.
 * @property {readonly import("./chain.js").PassedOver[]} passedOver
 */

/**
 * @param {Choice} choice
 * @returns {Description}
 */
export function describeChoice(choice) {
  const { service, credential, passedOver, profile, vaultCredential } = choice;
  const host = choice.host === undefined ? "https://api.fabric.microsoft.com" : originOf(choice.host);
  /** @type {Partial<Record<string, any>>} */
  const { clientId, tenantId, scope, azureWorkspaceResourceId, assertion, clientSecret, token } = credential;
  const secret = (clientSecret ?? token)?.reference;
  const optional = {
    profile,
    clientId,
    tenantId,
    authority: authorityOf(credential, host),
    scope,
    azureWorkspaceResourceId,
    assertion: assertion && ("file" in assertion ? assertion.file : assertion.variable),
    secret,
    secretReadBy: vaultCredential?.from,
  };
  return {
    service,
    host,
    kind: credential.kind,
    what: KINDS[credential.kind],
    source: credential.from,
    ...present(optional),
    passedOver,
  };
}

/**
 * Who issues its tokens, if that is known before it is asked.
 *
 * @param {Found} credential
 * @param {string} host
 */
function authorityOf(credential, host) {
  switch (credential.kind) {
    case "databricksOAuth":
    case "databricksFederation":
      return host;
    case "entraClientSecret":
    case "entraFederation":
      return credential.authority ?? (azureCloudOf(host) ?? AZURE_CLOUDS.public)?.authority;
    default:
      return undefined;
  }
}
