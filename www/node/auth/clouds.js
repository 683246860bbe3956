/** Which cloud a host and a setting belong to; `src/auth/cloud.rs` has the same for what is sent. */

import { originOf } from "./hosts.js";

/** Zones of Azure Databricks, by cloud. */
const AZURE_ZONES = [".azuredatabricks.net", ".databricks.azure.us", ".databricks.azure.cn"];

/** Zones of Databricks on other clouds, where Microsoft's identities do not count. */
const OTHER_ZONES = [".cloud.databricks.com", ".cloud.databricks.us", ".gcp.databricks.com"];

/**
 * What differs between Microsoft's clouds.
 *
 * @typedef {object} AzureCloud
 * @property {string} authority Who issues tokens.
 * @property {string} management What a token for Azure's own management is for, as Databricks wants it.
 */

/**
 * By the values of `ARM_ENVIRONMENT`.
 *
 * @type {Readonly<Record<string, AzureCloud>>}
 */
export const AZURE_CLOUDS = Object.freeze({
  public: {
    authority: "https://login.microsoftonline.com",
    management: "https://management.core.windows.net/",
  },
  usgovernment: {
    authority: "https://login.microsoftonline.us",
    management: "https://management.core.usgovcloudapi.net/",
  },
  china: {
    authority: "https://login.chinacloudapi.cn",
    management: "https://management.core.chinacloudapi.cn/",
  },
});

/**
 * The Azure cloud of a Databricks host; `undefined` if the host does not tell.
 *
 * @param {string} host With its scheme.
 * @returns {AzureCloud | undefined}
 */
export function azureCloudOf(host) {
  const name = hostname(host);
  return Object.values(AZURE_CLOUDS)[AZURE_ZONES.findIndex((zone) => name.endsWith(zone))];
}

/**
 * Whether a Databricks host is known to be on another cloud than Azure.
 *
 * @param {string} host With its scheme.
 */
export function isElsewhere(host) {
  const name = hostname(host);
  return OTHER_ZONES.some((zone) => name.endsWith(zone));
}

/**
 * Whether an address is of Fabric's own zone.
 *
 * @param {string} host With its scheme.
 */
export function isFabricHost(host) {
  return `.${hostname(host)}`.endsWith(".fabric.microsoft.com");
}

/**
 * Whether an address is OneLake's, or that of the service where both are this machine.
 *
 * @param {string} host With its scheme.
 * @param {string} [service] The service's, with its scheme.
 */
export function isOneLakeHost(host, service) {
  const name = hostname(host);
  const isHere = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/u.test(name) && new URL(host).origin === originOf(service ?? host);
  return isHere || /^https:\/\/(?:[\da-z-]+-)?onelake\.dfs\.fabric\.microsoft\.com$/u.test(host);
}

/** @param {string} host */
function hostname(host) {
  return URL.canParse(host) ? new URL(host).hostname : "";
}
