/**
 * Which credential is used: the first one that is there, of what the services' own tools read.
 *
 * Nothing here reads a file, starts a process or sends anything, but through what it is given.
 */

import { present } from "../present.js";
import { AZURE_CLOUDS, azureCloudOf, isElsewhere } from "./clouds.js";
import { credentialError } from "./errors.js";
import { originOf, withScheme } from "./hosts.js";
import { Parts, databricksFederationOf, databricksSecretOf, entraOf, tokenOf } from "./parts.js";
import { chooseProfile, namedProfile } from "./profile-choice.js";
import { AUTH_TYPES, authType, cloudNamed } from "./settings.js";

/** @typedef {import("./parts.js").Found} Found */
/** @typedef {import("./parts.js").Names} Names */

/**
 * What is wanted.
 *
 * @typedef {object} Asked
 * @property {"databricks" | "fabric"} service
 * @property {string} [host] The service's address, with its scheme, if something else than a profile says it.
 * @property {string} [profile] A profile of `.databrickscfg`: then nothing else is looked at.
 */

/**
 * Where credentials are looked for.
 *
 * @typedef {object} Surroundings
 * @property {NodeJS.ProcessEnv} env
 * @property {() => import("./profiles.js").Profiles} profiles Read when they are reached.
 * @property {() => boolean} hasAzureCli
 */

/**
 * What was looked at and was not it.
 *
 * @typedef {{ source: string, reason: string }} PassedOver
 */

/**
 * What is used.
 *
 * @typedef {object} Choice
 * @property {"databricks" | "fabric"} service
 * @property {string} [host] As asked, or as the profile says; the service's own if it is missing.
 * @property {Found} credential
 * @property {Found} [vaultCredential] What reads the secret, if that is in a vault.
 * @property {string} [vaultHost] In the place of the vault's own address.
 * @property {string} [profile] The profile that it is of.
 * @property {readonly PassedOver[]} passedOver
 */

/** @typedef {{ what: string, look: () => Found | string }} Step A credential, or why it is none. */

/** @type {Names} */
const DATABRICKS = {
  token: ["DATABRICKS_TOKEN"],
  clientId: ["DATABRICKS_CLIENT_ID"],
  clientSecret: ["DATABRICKS_CLIENT_SECRET"],
  // The second one is what older tools in Python read.
  assertionFile: ["DATABRICKS_OIDC_TOKEN_FILEPATH", "DATABRICKS_OIDC_TOKEN_FILE"],
  assertionVariable: ["DATABRICKS_OIDC_TOKEN_ENV"],
  accountId: ["DATABRICKS_ACCOUNT_ID"],
  // Databricks' tools read it of profiles only.
  scope: ["PQRUN_DATABRICKS_SCOPE"],
};

/** As Terraform and Databricks' tools read them. @type {Names} */
const ARM = {
  tenantId: ["ARM_TENANT_ID"],
  clientId: ["ARM_CLIENT_ID"],
  clientSecret: ["ARM_CLIENT_SECRET"],
  assertion: ["ARM_OIDC_TOKEN"],
  assertionFile: ["ARM_OIDC_TOKEN_FILE_PATH"],
};

/** As `@azure/identity` reads them. @type {Names} */
const AZURE = {
  tenantId: ["AZURE_TENANT_ID"],
  clientId: ["AZURE_CLIENT_ID"],
  clientSecret: ["AZURE_CLIENT_SECRET"],
  assertionFile: ["AZURE_FEDERATED_TOKEN_FILE"],
};

/** As the Fabric command line reads them. @type {Names} */
const FAB = {
  token: ["FAB_TOKEN"],
  tenantId: ["FAB_TENANT_ID"],
  clientId: ["FAB_SPN_CLIENT_ID"],
  clientSecret: ["FAB_SPN_CLIENT_SECRET"],
  assertion: ["FAB_SPN_FEDERATED_TOKEN"],
};

const RESOURCE = Object.freeze({ azureWorkspaceResourceId: ["DATABRICKS_AZURE_RESOURCE_ID"] });
const BOTH = Object.freeze({ secret: true, federation: true });
const NOT_SET = "not set";
const NO_AZ = "there is no az on the PATH";
const ARM_VARIABLES = "ARM_TENANT_ID, ARM_CLIENT_ID and ARM_CLIENT_SECRET, ARM_OIDC_TOKEN or ARM_OIDC_TOKEN_FILE_PATH";
const AZURE_VARIABLES = "AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET or AZURE_FEDERATED_TOKEN_FILE";
const WAYS_OF_DATABRICKS = Object.freeze([
  "DATABRICKS_CLIENT_SECRET",
  "DATABRICKS_OIDC_TOKEN_FILEPATH",
  "DATABRICKS_OIDC_TOKEN",
]);

/**
 * @param {Asked} asked
 * @param {Surroundings} surroundings
 * @returns {Choice}
 * @throws {Error} `missingCredentials` with all that was looked for; `invalidCredentials` if one is half there.
 */
export function chooseCredential(asked, surroundings) {
  const { service } = asked;
  const chosen = service === "databricks" ? ofDatabricks(asked, surroundings) : ofFabric(asked, surroundings);
  const credential = withAuthority(chosen.credential, chosen, surroundings.env);
  const secret =
    "clientSecret" in credential ? credential.clientSecret : "token" in credential ? credential.token : undefined;
  if (!secret?.isInVault) {
    return { ...chosen, service, credential };
  }
  const vaultHost = (surroundings.env.PQRUN_KEYVAULT_HOST ?? "").trim() || undefined;
  return { ...chosen, service, credential, vaultHost, vaultCredential: vaultReader(chosen, surroundings) };
}

/**
 * @param {Asked} asked
 * @param {Surroundings} surroundings
 * @returns {Omit<Choice, "service">}
 */
function ofDatabricks(asked, surroundings) {
  const { env, profiles, hasAzureCli } = surroundings;
  if (asked.profile !== undefined) {
    return { ...namedProfile(profiles(), asked.profile, "--profile", asked.host, surroundings), passedOver: [] };
  }
  const type = authType(env.DATABRICKS_AUTH_TYPE, "DATABRICKS_AUTH_TYPE");
  const allows = (/** @type {string} */ one) => type === undefined || type === one;
  const own = new Parts(env, DATABRICKS);
  let { host } = asked;
  /** @type {string | undefined} */
  let profile;
  /** @param {import("./profile-choice.js").OfProfile | string} of */
  const taken = (of) => {
    if (typeof of === "string") {
      return of;
    }
    host ??= of.host;
    if (of.credential === undefined) {
      return of.reason;
    }
    profile = of.profile;
    return of.credential;
  };
  const onAzure = (/** @type {() => Found | string} */ look) => () =>
    host !== undefined && isElsewhere(host) ? "the host is not on Azure" : look();
  const arm = new Parts(env, { ...ARM, ...RESOURCE });
  const azure = new Parts(env, { ...AZURE, ...RESOURCE });
  const allowed = { secret: allows("azure-client-secret"), federation: type === undefined };
  /** @type {(Step & { types: readonly string[] })[]} */
  const steps = [
    { what: "DATABRICKS_TOKEN", types: ["pat"], look: () => tokenOf(own) ?? NOT_SET },
    {
      what: "DATABRICKS_CLIENT_ID and DATABRICKS_CLIENT_SECRET",
      types: ["oauth-m2m"],
      look: () =>
        databricksSecretOf(own) ?? (type === undefined ? NOT_SET : unfinished(own, "DATABRICKS_CLIENT_SECRET")),
    },
    {
      what: "DATABRICKS_OIDC_TOKEN_FILEPATH or DATABRICKS_OIDC_TOKEN",
      types: ["file-oidc", "env-oidc"],
      look: () => {
        const ways = { file: allows("file-oidc"), variable: allows("env-oidc") };
        const found = databricksFederationOf(own, env, ways);
        return found ?? (type === undefined ? unfinished(own, ...WAYS_OF_DATABRICKS) : NOT_SET);
      },
    },
    {
      what: "DATABRICKS_CONFIG_PROFILE",
      types: AUTH_TYPES,
      look: () => {
        const name = (env.DATABRICKS_CONFIG_PROFILE ?? "").trim();
        return name === ""
          ? NOT_SET
          : taken(namedProfile(profiles(), name, "DATABRICKS_CONFIG_PROFILE", host, surroundings, type));
      },
    },
    {
      what: ARM_VARIABLES,
      types: ["azure-client-secret"],
      look: onAzure(() => entraOf(arm, allowed) ?? NOT_SET),
    },
    {
      what: AZURE_VARIABLES,
      types: ["azure-client-secret"],
      look: onAzure(() => entraOf(azure, allowed) ?? NOT_SET),
    },
    {
      what: "a profile of .databrickscfg",
      types: AUTH_TYPES,
      look: () => taken(chooseProfile(profiles(), host, surroundings, type)),
    },
    {
      what: "Azure CLI",
      types: ["azure-cli"],
      look: onAzure(() => (hasAzureCli() ? azureCliFound(env.ARM_TENANT_ID, env.DATABRICKS_AZURE_RESOURCE_ID) : NO_AZ)),
    },
  ];
  const chosen = first(
    steps.filter(({ types }) => type === undefined || types.includes(type)),
    () => ({
      of: `Databricks${host === undefined ? "" : ` at ${originOf(host)}`}${type === undefined ? "" : ` of the type ${type}`}`,
      hint: "set DATABRICKS_TOKEN, or one of the others; `pqrun auth check` tells what is found",
    }),
  );
  return present({ ...chosen, host, profile });
}

/**
 * @param {Asked} asked
 * @param {Surroundings} surroundings
 * @returns {Omit<Choice, "service">}
 */
function ofFabric({ host, profile }, { env, hasAzureCli }) {
  if (profile !== undefined) {
    throw credentialError("invalidCredentials", "profiles are of Databricks, not of Fabric", "leave the profile out");
  }
  const fab = new Parts(env, FAB);
  /** @type {Step[]} */
  const steps = [
    { what: "FABRIC_TOKEN", look: () => tokenOf(new Parts(env, { token: ["FABRIC_TOKEN"] })) ?? NOT_SET },
    { what: "FAB_TOKEN", look: () => tokenOf(fab) ?? NOT_SET },
    {
      what: "FAB_TENANT_ID, FAB_SPN_CLIENT_ID and FAB_SPN_CLIENT_SECRET or FAB_SPN_FEDERATED_TOKEN",
      look: () => entraOf(fab, BOTH) ?? NOT_SET,
    },
    {
      what: AZURE_VARIABLES,
      look: () => entraOf(new Parts(env, AZURE), BOTH) ?? NOT_SET,
    },
    {
      what: ARM_VARIABLES,
      look: () => entraOf(new Parts(env, ARM), BOTH) ?? NOT_SET,
    },
    {
      what: "Azure CLI",
      look: () => (hasAzureCli() ? azureCliFound(env.AZURE_TENANT_ID) : NO_AZ),
    },
  ];
  const chosen = first(steps, () => ({
    of: `Fabric${host === undefined ? "" : ` at ${originOf(host)}`}`,
    hint: "set FABRIC_TOKEN, or one of the others; `pqrun auth check --service fabric` tells what is found",
  }));
  return present({ ...chosen, host });
}

/**
 * What reads a secret in a vault: something that is no reference itself.
 *
 * @param {Omit<Choice, "service">} chosen
 * @param {Surroundings} surroundings
 * @returns {Found}
 */
function vaultReader(chosen, { env, hasAzureCli }) {
  /** @param {Names} names */
  const entra = (names) => () => {
    const found = entraOf(new Parts(env, names), BOTH);
    return found?.kind === "entraClientSecret" && found.clientSecret.isInVault
      ? "its secret is in a vault, too"
      : (found ?? NOT_SET);
  };
  /** @type {Step[]} */
  const steps = [
    {
      what: AZURE_VARIABLES,
      look: entra(AZURE),
    },
    { what: ARM_VARIABLES, look: entra(ARM) },
    {
      what: "Azure CLI",
      look: () => (hasAzureCli() ? azureCliFound(env.AZURE_TENANT_ID) : NO_AZ),
    },
  ];
  const { credential } = first(steps, () => ({
    of: `the vault in which the secret of ${chosen.credential.from} is`,
    hint: "a secret in a vault takes another credential that may read it: the role Key Vault Secrets User",
  }));
  return withAuthority(credential, {}, env);
}

/**
 * The first step that finds something.
 *
 * @param {readonly Step[]} steps
 * @param {() => { of: string, hint: string }} missing What is told if none does.
 * @returns {{ credential: Found, passedOver: readonly PassedOver[] }}
 */
function first(steps, missing) {
  /** @type {PassedOver[]} */
  const passedOver = [];
  for (const { what, look } of steps) {
    const found = look();
    if (typeof found !== "string") {
      return { credential: found, passedOver };
    }
    passedOver.push({ source: what, reason: found });
  }
  const { of, hint } = missing();
  const looked = passedOver.map(({ source, reason }) => `${source} (${reason})`).join("; ");
  throw Object.assign(credentialError("missingCredentials", `no credential for ${of}; looked for ${looked}`, hint), {
    passedOver,
  });
}

/**
 * The error for a client id that stands alone.
 *
 * @param {Parts} parts
 * @param {readonly string[]} missing Any of them would do.
 * @returns {string}
 */
function unfinished(parts, ...missing) {
  if (parts.text("clientId") === undefined) {
    return NOT_SET;
  }
  throw parts.incomplete("OAuth of a Databricks service principal", ["clientId"], missing.join(" or "));
}

/**
 * @param {string | undefined} tenant
 * @param {string} [resource]
 * @returns {Found}
 */
function azureCliFound(tenant, resource) {
  const tenantId = (tenant ?? "").trim() || undefined;
  const azureWorkspaceResourceId = (resource ?? "").trim() || undefined;
  return { kind: "azureCli", from: "Azure CLI", tenantId, azureWorkspaceResourceId };
}

/**
 * The credential with Entra's address, where the host does not say which cloud it is in.
 *
 * @param {Found} found
 * @param {{ host?: string, profile?: string }} of
 * @param {NodeJS.ProcessEnv} env
 * @returns {Found}
 */
function withAuthority(found, { host, profile }, env) {
  const ofHost = host === undefined ? undefined : azureCloudOf(host);
  if (found.kind === "azureCli") {
    const cloud = ofHost ?? cloudOf(env) ?? AZURE_CLOUDS.public;
    return found.azureWorkspaceResourceId === undefined ? found : { ...found, management: cloud?.management };
  }
  // A profile and its host say it themselves.
  if ((found.kind !== "entraClientSecret" && found.kind !== "entraFederation") || profile !== undefined) {
    return found;
  }
  const named = (env.AZURE_AUTHORITY_HOST ?? "").trim();
  const authority = named === "" ? (ofHost === undefined ? cloudOf(env)?.authority : undefined) : withScheme(named);
  return authority === undefined ? found : { ...found, authority };
}

/**
 * The cloud that the environment names.
 *
 * @param {NodeJS.ProcessEnv} env
 */
function cloudOf(env) {
  return cloudNamed(env.ARM_ENVIRONMENT, "ARM_ENVIRONMENT");
}
