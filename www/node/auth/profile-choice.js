/** Which profile of `.databrickscfg` is used, and which credential it holds. */

import { present } from "../present.js";
import { isElsewhere } from "./clouds.js";
import { credentialError } from "./errors.js";
import { isSameOrigin, originOf } from "./hosts.js";
import { Parts, databricksFederationOf, databricksSecretOf, entraOf, tokenOf } from "./parts.js";
import { AUTH_TYPES, authType, cloudNamed, shown } from "./settings.js";

/** @typedef {import("./parts.js").Found} Found */
/** @typedef {import("./profiles.js").Profiles} Profiles */
/** @typedef {import("./chain.js").Surroundings} Surroundings */

/**
 * What a profile gives.
 *
 * @typedef {{ profile: string, host?: string } & ({ credential: Found } | { credential?: undefined, reason: string })} OfProfile
 */

/** @type {import("./parts.js").Names} */
const MEMBERS = {
  token: ["token"],
  clientId: ["client_id"],
  clientSecret: ["client_secret"],
  // The documentation and the tools do not agree on the name.
  assertionFile: ["oidc_token_filepath", "databricks_id_token_filepath"],
  assertionVariable: ["oidc_token_env"],
  accountId: ["account_id"],
  scope: ["scopes"],
};

/** @type {import("./parts.js").Names} */
const AZURE_MEMBERS = {
  tenantId: ["azure_tenant_id"],
  clientId: ["azure_client_id"],
  clientSecret: ["azure_client_secret"],
  azureWorkspaceResourceId: ["azure_workspace_resource_id"],
};

/**
 * A profile that somebody named: it is used, or an error says why it can't be.
 *
 * @param {Profiles} profiles
 * @param {string} name
 * @param {string} by What names it.
 * @param {string | undefined} host The address that is asked for.
 * @param {Surroundings} surroundings
 * @param {string} [type] The only type that is wanted.
 * @returns {OfProfile & { credential: Found }}
 */
export function namedProfile(profiles, name, by, host, surroundings, type) {
  const members = profiles.all.get(name);
  if (members === undefined) {
    const known = [...profiles.all.keys()];
    throw credentialError(
      "invalidCredentials",
      profiles.isThere
        ? `${by}: ${profiles.file} has no profile ${name}`
        : `${by}: there is no profile ${name}, because there is no file ${profiles.file}`,
      known.length === 0 ? "`databricks configure` writes one" : `it has ${known.join(", ")}`,
    );
  }
  const own = hostOf(members);
  if (host !== undefined && own !== undefined && !isSameOrigin(host, own)) {
    throw credentialError(
      "unknownHost",
      `${by}: the profile ${name} is for ${own}, not for ${originOf(host)}`,
      "a credential goes to the host that it was made for only: leave the host out (--host, DATABRICKS_HOST), or name another profile",
    );
  }
  const found = credentialOf(members, name, profiles.file, { own: own ?? host, type, surroundings });
  if (typeof found === "string") {
    throw credentialError(
      "invalidCredentials",
      `${by}: the profile ${name} of ${profiles.file} gives no credential: ${found}`,
      "give it token, or client_id and client_secret, or another one of what the documentation lists",
    );
  }
  return present({ profile: name, host: host ?? own, credential: found });
}

/**
 * The profile that is meant where none is named: the default one, unless it is for another host; then the only one for
 * that host.
 *
 * @param {Profiles} profiles
 * @param {string | undefined} host
 * @param {Surroundings} surroundings
 * @param {string} [type] The only type that is wanted.
 * @returns {OfProfile | string} A text says why there is none.
 */
export function chooseProfile(profiles, host, surroundings, type) {
  const { all, file, isThere, defaultName } = profiles;
  if (!isThere) {
    return `there is no file ${file}`;
  }
  const name = nameFor(profiles, host);
  if (name === undefined) {
    return host === undefined
      ? `${file} has no profile ${defaultName}, and no host says which other one is meant`
      : `${file} has no profile for ${originOf(host)}`;
  }
  const members = all.get(name) ?? {};
  const own = hostOf(members) ?? host;
  const found = credentialOf(members, name, file, { own, type, surroundings });
  const of = present({ profile: name, host: own });
  return typeof found === "string"
    ? { ...of, reason: `the profile ${name} of ${file}: ${found}` }
    : { ...of, credential: found };
}

/**
 * @param {Profiles} profiles
 * @param {string | undefined} host
 * @returns {string | undefined}
 */
function nameFor({ all, file, defaultName }, host) {
  const standard = all.get(defaultName);
  if (host === undefined) {
    return standard && defaultName;
  }
  const own = standard && hostOf(standard);
  if (own !== undefined && isSameOrigin(own, host)) {
    return defaultName;
  }
  const matching = [...all].filter(([, members]) => {
    const other = hostOf(members);
    return other !== undefined && isSameOrigin(other, host);
  });
  if (matching.length > 1) {
    throw credentialError(
      "invalidCredentials",
      `${file} has several profiles for ${originOf(host)}: ${matching.map(([name]) => name).join(", ")}`,
      "choose one with --profile or DATABRICKS_CONFIG_PROFILE",
    );
  }
  // A default profile without a host is for whatever host is asked for.
  return matching[0]?.[0] ?? (standard && own === undefined ? defaultName : undefined);
}

/**
 * The credential in a profile.
 *
 * @param {Readonly<Record<string, string>>} members
 * @param {string} name
 * @param {string} file
 * @param {{ own: string | undefined, type: string | undefined, surroundings: Surroundings }} of
 * @returns {Found | string} A text says why there is none.
 */
function credentialOf(members, name, file, { own, type: wanted, surroundings: { env, hasAzureCli } }) {
  const where = `profile ${name} of ${file}`;
  const given = (members.auth_type ?? "").trim();
  if (given !== "" && !AUTH_TYPES.includes(given) && wanted === undefined) {
    // Such as databricks-cli, which `databricks auth login` writes.
    return authTypeUnknown(given);
  }
  const type = authType(given, where) ?? wanted;
  if (wanted !== undefined && type !== wanted) {
    return `its auth_type is ${type}`;
  }
  const allows = (/** @type {string} */ one) => type === undefined || type === one;
  const parts = new Parts(members, MEMBERS, where);
  const azure = new Parts(members, AZURE_MEMBERS, where);
  const isAzure = own === undefined || !isElsewhere(own);
  const found =
    (allows("pat") ? tokenOf(parts) : undefined) ??
    (allows("oauth-m2m") ? databricksSecretOf(parts) : undefined) ??
    databricksFederation(parts, env, type) ??
    (allows("azure-client-secret") && isAzure ? entra(azure, members, where) : undefined);
  if (found !== undefined) {
    return found;
  }
  if (parts.text("clientId") !== undefined && type !== "azure-cli") {
    throw parts.incomplete("OAuth of a Databricks service principal", ["clientId"], "client_secret");
  }
  if (!allows("azure-cli") || !isAzure) {
    return type === undefined ? "it holds a host only" : `it lacks what ${type} takes`;
  }
  if (!hasAzureCli()) {
    return type === undefined ? "it holds a host only, and there is no az on the PATH" : "there is no az on the PATH";
  }
  return {
    kind: "azureCli",
    from: `Azure CLI, for the ${where}`,
    tenantId: azure.text("tenantId"),
    azureWorkspaceResourceId: azure.text("azureWorkspaceResourceId"),
  };
}

/** @param {string} type */
function authTypeUnknown(type) {
  return `its auth_type is ${shown(type)}; known are ${AUTH_TYPES.join(", ")} (\`databricks auth token\` writes a token for DATABRICKS_TOKEN)`;
}

/**
 * Federation, if the profile says so itself: the variable with the default name is no part of a profile.
 *
 * @param {Parts} parts
 * @param {NodeJS.ProcessEnv} env
 * @param {string | undefined} type
 */
function databricksFederation(parts, env, type) {
  return databricksFederationOf(parts, env, {
    file: type === undefined || type === "file-oidc",
    variable: type === "env-oidc" || (type === undefined && parts.text("assertionVariable") !== undefined),
  });
}

/**
 * @param {Parts} parts
 * @param {Readonly<Record<string, string>>} members
 * @param {string} where
 * @returns {Found | undefined}
 */
function entra(parts, members, where) {
  const found = entraOf(parts, { secret: true, federation: false });
  const cloud = found && cloudNamed(members.azure_environment, `${where}: azure_environment`);
  return found?.kind === "entraClientSecret" && cloud ? { ...found, authority: cloud.authority } : found;
}

/** @param {Readonly<Record<string, string>>} members */
function hostOf(members) {
  const host = (members.host ?? "").trim();
  return host === "" ? undefined : originOf(host);
}
