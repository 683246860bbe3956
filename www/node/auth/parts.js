/** The parts that credentials are made of, wherever they stand: in variables of the environment or in a profile. */

import { credentialError } from "./errors.js";
import { Secret } from "./secret.js";

/**
 * Where a federated assertion is read from, each time that one is needed.
 *
 * @typedef {{ file: string } | { variable: string }} AssertionSource
 */

/**
 * A credential as it was found; `from` names what it was made of, without values.
 *
 * @typedef {{ from: string } & (
 *   | { kind: "token", token: Secret }
 *   | { kind: "databricksOAuth", clientId: string, clientSecret: Secret, scope?: string, accountId?: string }
 *   | { kind: "databricksFederation", clientId?: string, assertion: AssertionSource, scope?: string }
 *   | { kind: "entraClientSecret", tenantId: string, clientId: string, clientSecret: Secret, authority?: string,
 *       azureWorkspaceResourceId?: string }
 *   | { kind: "entraFederation", tenantId: string, clientId: string, assertion: AssertionSource, authority?: string,
 *       azureWorkspaceResourceId?: string }
 *   | { kind: "azureCli", tenantId?: string, azureWorkspaceResourceId?: string, management?: string }
 * )} Found
 */

/**
 * What a part is called where it stands. Of several names the first one that is there counts.
 *
 * @typedef {Readonly<Partial<Record<Part, readonly string[]>>>} Names
 */

/**
 * @typedef {"token" | "clientId" | "clientSecret" | "tenantId" | "assertion" | "assertionFile" | "assertionVariable" |
 *   "scope" | "accountId" | "azureWorkspaceResourceId"} Part
 */

/** A set of named values, of which some are parts of a credential. */
export class Parts {
  #values;
  #names;
  #where;

  /**
   * @param {Readonly<Record<string, string | undefined>>} values
   * @param {Names} names
   * @param {string} [where] What names alone do not tell, such as `profile DEV of /home/a/.databrickscfg`.
   */
  constructor(values, names, where) {
    this.#values = values;
    this.#names = names;
    this.#where = where;
  }

  /**
   * @param {Part} part
   * @returns {string | undefined} What it says; an empty text counts as missing.
   */
  text(part) {
    const name = this.name(part);
    return name === undefined ? undefined : (this.#values[name] ?? "").trim() || undefined;
  }

  /**
   * @param {Part} part
   * @returns {Secret | undefined}
   */
  secret(part) {
    const text = this.text(part);
    if (text === undefined) {
      return undefined;
    }
    const secret = new Secret(text);
    // Sent as it is, it would be refused with a word about a wrong secret.
    if (!secret.isInVault && /^[a-z]+:\//iu.test(text)) {
      throw credentialError(
        "invalidCredentials",
        `${this.named(part)}: expected a secret or keyvault://vault/name, found another address`,
        "give the secret itself, or name it by its vault: keyvault://vault/name",
      );
    }
    return secret;
  }

  /**
   * The name under which the part stands, or would.
   *
   * @param {Part} part
   */
  name(part) {
    const names = this.#names[part] ?? [];
    return names.find((name) => (this.#values[name] ?? "").trim() !== "") ?? names[0];
  }

  /**
   * @param {readonly Part[]} parts
   * @returns {string} Their names, and where they stand.
   */
  named(...parts) {
    const names = parts.flatMap((part) => this.name(part) ?? []).join(", ");
    return this.#where === undefined ? names : `${this.#where}: ${names}`;
  }

  /**
   * The values of these parts.
   *
   * @param {string} what What they are parts of.
   * @param {readonly Part[]} parts
   * @returns {string[]}
   * @throws {Error} `invalidCredentials` if one is missing, with the names of those.
   */
  all(what, ...parts) {
    const missing = parts.filter((part) => this.text(part) === undefined);
    if (missing.length > 0) {
      const there = parts.filter((part) => !missing.includes(part));
      throw this.incomplete(what, there, missing.map((part) => this.name(part)).join(", "));
    }
    return parts.map((part) => this.text(part) ?? "");
  }

  /**
   * The error for a credential that was begun.
   *
   * @param {string} what
   * @param {readonly Part[]} there
   * @param {string} missing
   * @param {string} [more] What else can be done.
   */
  incomplete(what, there, missing, more = "") {
    return credentialError(
      "invalidCredentials",
      `${what}: ${this.named(...there)} ${there.length === 1 ? "is" : "are"} there; missing: ${missing}`,
      `set what is missing, or remove ${there.map((part) => this.name(part)).join(", ")}, so that something else can be chosen${more}`,
    );
  }
}

/**
 * A token that is ready.
 *
 * @param {Parts} parts
 * @returns {Found | undefined}
 */
export function tokenOf(parts) {
  const token = parts.secret("token");
  if (token === undefined) {
    return undefined;
  }
  // Others are not sent on: fetch would refuse them with a message that holds them.
  if (!/^[\u0021-\u007e]+$/u.test(token.reveal()) || /["'`]/u.test(token.reveal())) {
    throw credentialError(
      "invalidCredentials",
      `${parts.named("token")} holds characters that no token has, such as blanks or quotes`,
      "copy the token again, without what stands around it",
    );
  }
  return { kind: "token", from: parts.named("token"), token };
}

/**
 * The secret of a Databricks service principal.
 *
 * @param {Parts} parts
 * @returns {Found | undefined}
 */
export function databricksSecretOf(parts) {
  const clientSecret = parts.secret("clientSecret");
  if (clientSecret === undefined) {
    return undefined;
  }
  const [clientId = ""] = parts.all("OAuth of a Databricks service principal", "clientId", "clientSecret");
  return {
    kind: "databricksOAuth",
    from: parts.named("clientId", "clientSecret"),
    clientId,
    clientSecret,
    scope: scopeOf(parts),
    accountId: parts.text("accountId"),
  };
}

/**
 * Databricks' token federation: a token of another issuer, in a file or in a variable.
 *
 * @param {Parts} parts
 * @param {NodeJS.ProcessEnv} env Where the variable is.
 * @param {{ file: boolean, variable: boolean }} allowed
 * @returns {Found | undefined}
 */
export function databricksFederationOf(parts, env, allowed) {
  const clientId = parts.text("clientId");
  const scope = scopeOf(parts);
  /** @type {Part[]} */
  const id = clientId === undefined ? [] : ["clientId"];
  const file = allowed.file ? parts.text("assertionFile") : undefined;
  if (file !== undefined) {
    const from = parts.named(...id, "assertionFile");
    return { kind: "databricksFederation", from, clientId, assertion: { file }, scope };
  }
  if (!allowed.variable) {
    return undefined;
  }
  const named = parts.text("assertionVariable");
  const variable = named ?? "DATABRICKS_OIDC_TOKEN";
  // A name such as `constructor` leads to something else.
  if (!Object.hasOwn(env, variable) || (env[variable] ?? "").trim() === "") {
    if (named !== undefined) {
      throw parts.incomplete(
        "Databricks token federation",
        ["assertionVariable"],
        `the variable ${named} that it names`,
      );
    }
    return undefined;
  }
  /** @type {Part[]} */
  const there = named === undefined ? id : [...id, "assertionVariable"];
  const from = there.length === 0 ? variable : `${parts.named(...there)}, ${variable}`;
  return { kind: "databricksFederation", from, clientId, assertion: { variable }, scope };
}

/**
 * A service principal of Microsoft Entra ID, with a secret or with a token of another issuer.
 *
 * @param {Parts} parts
 * @param {{ secret: boolean, federation: boolean }} allowed
 * @returns {Found | undefined}
 * @throws {Error} `invalidCredentials` if it is half there. A tenant alone begins nothing: other tools use it, too.
 */
export function entraOf(parts, allowed) {
  const what = "service principal of Microsoft Entra ID";
  const clientSecret = allowed.secret ? parts.secret("clientSecret") : undefined;
  const resource = parts.text("azureWorkspaceResourceId");
  if (clientSecret !== undefined) {
    const [tenantId = "", clientId = ""] = parts.all(what, "tenantId", "clientId", "clientSecret");
    return {
      kind: "entraClientSecret",
      from: parts.named("tenantId", "clientId", "clientSecret"),
      tenantId,
      clientId,
      clientSecret,
      azureWorkspaceResourceId: resource,
    };
  }
  if (allowed.federation) {
    for (const part of /** @type {const} */ (["assertion", "assertionFile"])) {
      const value = parts.text(part);
      if (value !== undefined) {
        const [tenantId = "", clientId = ""] = parts.all(what, "tenantId", "clientId", part);
        return {
          kind: "entraFederation",
          from: parts.named("tenantId", "clientId", part),
          tenantId,
          clientId,
          assertion: part === "assertionFile" ? { file: value } : { variable: parts.name(part) ?? "" },
          azureWorkspaceResourceId: resource,
        };
      }
    }
  }
  if (parts.text("clientId") !== undefined) {
    const there = /** @type {Part[]} */ (["tenantId", "clientId"]).filter((part) => parts.text(part) !== undefined);
    const ways = /** @type {Part[]} */ ([
      "clientSecret",
      ...(allowed.federation ? ["assertion", "assertionFile"] : []),
    ]).filter((part) => parts.name(part) !== undefined);
    const tenant = there.length === 2 ? "" : `${parts.name("tenantId")}, and `;
    const missing = `${tenant}${ways.map((part) => parts.name(part)).join(" or ")}`;
    throw parts.incomplete(
      what,
      there,
      missing,
      "; certificates and managed identities take a program with @azure/identity",
    );
  }
  return undefined;
}

/**
 * The OAuth scopes as a token request takes them: separated by a blank.
 *
 * @param {Parts} parts
 */
function scopeOf(parts) {
  return parts
    .text("scope")
    ?.split(/[\s,]+/u)
    .join(" ");
}
