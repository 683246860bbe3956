/** Which credential is chosen, from environments and profiles alone: nothing is sent, no file is read. */

import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";

import { PACKAGE } from "./support.mjs";

const part = (/** @type {string} */ name) => import(pathToFileURL(path.join(PACKAGE, "node", "auth", name)).href);
const { chooseCredential } = await part("chain.js");
const { describeChoice } = await part("describe.js");
const { parseProfiles } = await part("profiles.js");

const AZURE = "https://adb-1111222233334444.5.azuredatabricks.net";
const AWS = "https://dbc-a1b2c3d4-e5f6.cloud.databricks.com";
const FILE = "/home/ana/.databrickscfg";
const SECRET = "planted-5ecret-0123456789";
const REFERENCE = "keyvault://kv-reports/databricks-secret";

const ARM = { ARM_TENANT_ID: "arm-tenant", ARM_CLIENT_ID: "arm-client" };
const ENTRA = { AZURE_TENANT_ID: "azure-tenant", AZURE_CLIENT_ID: "azure-client" };
const FAB = { FAB_TENANT_ID: "fab-tenant", FAB_SPN_CLIENT_ID: "fab-client" };

/**
 * @param {Record<string, unknown>} asked
 * @param {Record<string, string>} env
 * @param {{ profiles?: string, az?: boolean }} [more]
 */
function choose(asked, env, { profiles, az = false } = {}) {
  return chooseCredential(
    { service: "databricks", ...asked },
    {
      env,
      profiles: () =>
        profiles === undefined
          ? { file: FILE, isThere: false, all: new Map(), defaultName: "DEFAULT" }
          : parseProfiles(profiles, FILE),
      hasAzureCli: () => az,
    },
  );
}

/**
 * @param {string} code
 * @param {RegExp[]} messages
 */
const says =
  (code, ...messages) =>
  (/** @type {any} */ error) => {
    assert.equal(error.name, "PqrunError", error.stack);
    assert.equal(error.code, code, error.message);
    assert.notEqual(error.hint, "");
    for (const message of messages) {
      assert.match(error.message, message);
    }
    assert.doesNotMatch(`${error.message} ${error.hint}`, new RegExp(SECRET, "u"));
    return true;
  };

/** In the order in which they are looked for: each must win over all that follow. */
const DATABRICKS_ORDER = [
  [{ DATABRICKS_TOKEN: SECRET }, "token", "DATABRICKS_TOKEN"],
  [
    { DATABRICKS_CLIENT_ID: "client", DATABRICKS_CLIENT_SECRET: SECRET },
    "databricksOAuth",
    "DATABRICKS_CLIENT_ID, DATABRICKS_CLIENT_SECRET",
  ],
  [
    { DATABRICKS_CLIENT_ID: "client", DATABRICKS_OIDC_TOKEN_FILEPATH: "/var/token" },
    "databricksFederation",
    "DATABRICKS_CLIENT_ID, DATABRICKS_OIDC_TOKEN_FILEPATH",
  ],
  [{ DATABRICKS_OIDC_TOKEN: SECRET }, "databricksFederation", "DATABRICKS_OIDC_TOKEN"],
  [{ DATABRICKS_CONFIG_PROFILE: "NAMED" }, "token", `profile NAMED of ${FILE}: token`],
  [{ ...ARM, ARM_CLIENT_SECRET: SECRET }, "entraClientSecret", "ARM_TENANT_ID, ARM_CLIENT_ID, ARM_CLIENT_SECRET"],
  [{ ...ARM, ARM_OIDC_TOKEN: SECRET }, "entraFederation", "ARM_TENANT_ID, ARM_CLIENT_ID, ARM_OIDC_TOKEN"],
  [
    { ...ARM, ARM_OIDC_TOKEN_FILE_PATH: "/var/token" },
    "entraFederation",
    "ARM_TENANT_ID, ARM_CLIENT_ID, ARM_OIDC_TOKEN_FILE_PATH",
  ],
  [
    { ...ENTRA, AZURE_CLIENT_SECRET: SECRET },
    "entraClientSecret",
    "AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET",
  ],
  [
    { ...ENTRA, AZURE_FEDERATED_TOKEN_FILE: "/var/token" },
    "entraFederation",
    "AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_FEDERATED_TOKEN_FILE",
  ],
  [{}, "token", `profile DEFAULT of ${FILE}: token`],
];
const PROFILES = `[DEFAULT]\nhost = ${AZURE}\ntoken = ${SECRET}\n[NAMED]\nhost = ${AZURE}\ntoken = ${SECRET}\n`;

test("Databricks: each source comes before all that follow it, Azure CLI last", () => {
  for (const [at, [, kind, source]] of DATABRICKS_ORDER.entries()) {
    // The later ones first, so that what two of them share has the value of the earlier one.
    const env = Object.assign(
      {},
      ...DATABRICKS_ORDER.slice(at)
        .map(([its]) => its)
        .reverse(),
    );
    const description = describeChoice(choose({ host: AZURE }, env, { profiles: PROFILES, az: true }));
    assert.deepEqual([description.kind, description.source], [kind, source]);
  }
  assert.equal(choose({ host: AZURE }, {}, { az: true }).credential.kind, "azureCli");
});

test("Fabric: each source comes before all that follow it, Azure CLI last", () => {
  const order = [
    [{ FABRIC_TOKEN: SECRET }, "FABRIC_TOKEN"],
    [{ FAB_TOKEN: SECRET }, "FAB_TOKEN"],
    [{ ...FAB, FAB_SPN_CLIENT_SECRET: SECRET }, "FAB_TENANT_ID, FAB_SPN_CLIENT_ID, FAB_SPN_CLIENT_SECRET"],
    [{ ...FAB, FAB_SPN_FEDERATED_TOKEN: SECRET }, "FAB_TENANT_ID, FAB_SPN_CLIENT_ID, FAB_SPN_FEDERATED_TOKEN"],
    [{ ...ENTRA, AZURE_CLIENT_SECRET: SECRET }, "AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET"],
    [{ ...ARM, ARM_CLIENT_SECRET: SECRET }, "ARM_TENANT_ID, ARM_CLIENT_ID, ARM_CLIENT_SECRET"],
    [{}, "Azure CLI"],
  ];
  for (const [at, [, source]] of order.entries()) {
    const env = Object.assign(
      {},
      ...order
        .slice(at)
        .map(([its]) => its)
        .reverse(),
    );
    assert.equal(choose({ service: "fabric" }, env, { az: true }).credential.from, source);
  }
});

test("nothing there: the error names everything that was looked for, and why it is not it", () => {
  const names = [
    /DATABRICKS_TOKEN \(not set\)/u,
    /DATABRICKS_CLIENT_ID and DATABRICKS_CLIENT_SECRET/u,
    /DATABRICKS_OIDC_TOKEN_FILEPATH or DATABRICKS_OIDC_TOKEN/u,
    /DATABRICKS_CONFIG_PROFILE/u,
    /ARM_TENANT_ID, ARM_CLIENT_ID and ARM_CLIENT_SECRET, ARM_OIDC_TOKEN or ARM_OIDC_TOKEN_FILE_PATH/u,
    /AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET or AZURE_FEDERATED_TOKEN_FILE/u,
    /there is no file \/home\/ana\/\.databrickscfg/u,
    /there is no az on the PATH/u,
  ];
  assert.throws(() => choose({ host: AZURE }, {}), says("missingCredentials", ...names));
  assert.throws(
    () => choose({ service: "fabric" }, {}),
    says("missingCredentials", /FABRIC_TOKEN/u, /FAB_TOKEN/u, /FAB_SPN_CLIENT_SECRET/u, /AZURE_/u, /ARM_/u, /az/u),
  );
});

/** Half a credential, and what the error says is missing. */
const HALVES = [
  [
    { DATABRICKS_CLIENT_ID: "client" },
    /missing: DATABRICKS_CLIENT_SECRET or DATABRICKS_OIDC_TOKEN_FILEPATH or DATABRICKS_OIDC_TOKEN/u,
  ],
  [{ DATABRICKS_CLIENT_SECRET: SECRET }, /missing: DATABRICKS_CLIENT_ID/u],
  [{ DATABRICKS_OIDC_TOKEN_ENV: "BUILD_TOKEN" }, /missing: the variable BUILD_TOKEN/u],
  [{ ARM_CLIENT_ID: "client" }, /missing: ARM_TENANT_ID, and ARM_CLIENT_SECRET or ARM_OIDC_TOKEN/u],
  [{ ...ARM }, /missing: ARM_CLIENT_SECRET/u],
  [{ ARM_TENANT_ID: "tenant", ARM_CLIENT_SECRET: SECRET }, /missing: ARM_CLIENT_ID/u],
  [{ ARM_OIDC_TOKEN: SECRET }, /missing: ARM_TENANT_ID, ARM_CLIENT_ID/u],
  [{ ...ENTRA }, /missing: AZURE_CLIENT_SECRET or AZURE_FEDERATED_TOKEN_FILE/u],
  [{ AZURE_FEDERATED_TOKEN_FILE: "/var/token", AZURE_CLIENT_ID: "client" }, /missing: AZURE_TENANT_ID/u],
];

test("half a credential is an error that names what is missing, and nothing else is used in its place", () => {
  for (const [env, missing] of HALVES) {
    const look = () => choose({ host: AZURE }, env, { profiles: PROFILES, az: true });
    assert.throws(look, says("invalidCredentials", missing));
  }
  for (const [env, missing] of /** @type {const} */ ([
    [{ FAB_SPN_CLIENT_ID: "client" }, /missing: FAB_TENANT_ID, and FAB_SPN_CLIENT_SECRET or FAB_SPN_FEDERATED_TOKEN/u],
    [{ FAB_SPN_CLIENT_SECRET: SECRET }, /missing: FAB_TENANT_ID, FAB_SPN_CLIENT_ID/u],
  ])) {
    assert.throws(() => choose({ service: "fabric" }, env, { az: true }), says("invalidCredentials", missing));
  }
});

test("a tenant alone begins no credential, and an empty variable counts as none", () => {
  const env = { ARM_TENANT_ID: "tenant", AZURE_TENANT_ID: "tenant", DATABRICKS_TOKEN: " ", ARM_CLIENT_ID: "" };
  const { credential } = choose({ host: AZURE }, env, { az: true });
  assert.deepEqual([credential.kind, credential.tenantId], ["azureCli", "tenant"]);
});

test("a token that no header can carry is refused without being shown", () => {
  assert.throws(
    () => choose({ host: AZURE }, { DATABRICKS_TOKEN: `${SECRET} x` }),
    says("invalidCredentials", /DATABRICKS_TOKEN/u),
  );
});

test("what else OAuth takes of the environment: the scope, the account", () => {
  const { credential } = choose(
    { host: AWS },
    {
      DATABRICKS_CLIENT_ID: "client",
      DATABRICKS_CLIENT_SECRET: SECRET,
      DATABRICKS_ACCOUNT_ID: "account",
      PQRUN_DATABRICKS_SCOPE: "jobs",
    },
  );
  assert.deepEqual([credential.scope, credential.accountId], ["jobs", "account"]);
});

test("a host's user and password are not repeated", () => {
  const host = `https://user:${SECRET}@adb-1.2.azuredatabricks.net`;
  assert.throws(
    () => choose({ host }, {}),
    says("missingCredentials", /at https:\/\/adb-1\.2\.azuredatabricks\.net;/u),
  );
  const twice = "[a]\nhost = adb-1.2.azuredatabricks.net\n[b]\nhost = adb-1.2.azuredatabricks.net\n";
  assert.throws(() => choose({ host }, {}, { profiles: twice }), says("invalidCredentials", /several profiles/u));
  assert.throws(() => choose({ host, profile: "NAMED" }, {}, { profiles: PROFILES }), says("unknownHost"));
});

test("Microsoft's identities are not tried on a host of another cloud", () => {
  const env = { ...ARM, ARM_CLIENT_SECRET: SECRET };
  assert.throws(
    () => choose({ host: AWS }, env, { az: true }),
    says("missingCredentials", /the host is not on Azure/u),
  );
  assert.equal(choose({ host: "http://127.0.0.1:8017" }, env).credential.kind, "entraClientSecret");
});

test("a service's own type chooses among what is there", () => {
  const env = {
    DATABRICKS_TOKEN: SECRET,
    DATABRICKS_CLIENT_ID: "client",
    DATABRICKS_CLIENT_SECRET: SECRET,
    DATABRICKS_OIDC_TOKEN: SECRET,
    DATABRICKS_OIDC_TOKEN_FILEPATH: "/var/token",
    ...ARM,
    ARM_CLIENT_SECRET: SECRET,
  };
  for (const [type, kind, source] of /** @type {const} */ ([
    ["pat", "token", /DATABRICKS_TOKEN/u],
    ["oauth-m2m", "databricksOAuth", /DATABRICKS_CLIENT_SECRET/u],
    ["env-oidc", "databricksFederation", /DATABRICKS_OIDC_TOKEN$/u],
    ["file-oidc", "databricksFederation", /DATABRICKS_OIDC_TOKEN_FILEPATH/u],
    ["azure-client-secret", "entraClientSecret", /ARM_CLIENT_SECRET/u],
    ["azure-cli", "azureCli", /Azure CLI/u],
  ])) {
    const { credential } = choose({ host: AZURE }, { ...env, DATABRICKS_AUTH_TYPE: type }, { az: true });
    assert.equal(credential.kind, kind);
    assert.match(credential.from, source);
  }
  const missing = { DATABRICKS_AUTH_TYPE: "oauth-m2m", DATABRICKS_TOKEN: SECRET };
  assert.throws(() => choose({ host: AZURE }, missing), says("missingCredentials", /oauth-m2m/u));
  const half = { DATABRICKS_AUTH_TYPE: "oauth-m2m", DATABRICKS_CLIENT_ID: "client" };
  assert.throws(() => choose({ host: AZURE }, half), says("invalidCredentials", /missing: DATABRICKS_CLIENT_SECRET/u));
});

test("an unknown type is an error that names the known ones, and does not repeat what may be a secret", () => {
  const known = /pat, oauth-m2m, env-oidc, file-oidc, azure-client-secret, azure-cli/u;
  for (const type of ["databricks-cli", "azure-msi", SECRET]) {
    const env = { DATABRICKS_AUTH_TYPE: type, DATABRICKS_TOKEN: SECRET };
    assert.throws(() => choose({ host: AZURE }, env), says("invalidCredentials", known));
  }
});

test("with a named profile nothing of the environment is looked at", () => {
  const env = { DATABRICKS_TOKEN: "another-token-0123", DATABRICKS_AUTH_TYPE: "azure-msi", ...ARM };
  const choice = choose({ profile: "NAMED" }, env, { profiles: PROFILES });
  assert.deepEqual([choice.host, choice.profile, choice.credential.token.reveal()], [AZURE, "NAMED", SECRET]);
});

test("a profile is for its own host only", () => {
  const other = "https://adb-9.9.azuredatabricks.net";
  assert.throws(
    () => choose({ profile: "NAMED", host: other }, {}, { profiles: PROFILES }),
    says("unknownHost", /NAMED/u),
  );
  const env = { DATABRICKS_CONFIG_PROFILE: "NAMED" };
  assert.throws(
    () => choose({ host: other }, env, { profiles: PROFILES }),
    says("unknownHost", /DATABRICKS_CONFIG_PROFILE/u),
  );
  assert.throws(
    () => choose({ host: other }, {}, { profiles: PROFILES }),
    says("missingCredentials", /no profile for/u),
  );
});

test("a profile that is named and not there is an error with the names of those that are", () => {
  assert.throws(
    () => choose({ profile: "DEV" }, {}, { profiles: PROFILES }),
    (/** @type {any} */ error) => {
      assert.match(`${error.message} ${error.hint}`, /no profile DEV.*DEFAULT, NAMED/u);
      return says("invalidCredentials")(error);
    },
  );
  assert.throws(() => choose({ profile: "DEV" }, {}), says("invalidCredentials", /no file/u));
});

test("the profile of a host is found by its origin; of several one must be named", () => {
  const one = `[DEFAULT]\nhost = ${AWS}\ntoken = wrong-token\n[a]\nhost = ${AZURE.slice(8)}/?o=1111222233334444\ntoken = ${SECRET}\n`;
  assert.equal(choose({ host: `${AZURE}/` }, {}, { profiles: one }).profile, "a");
  const two = `${one}[b]\nhost = ${AZURE}\ntoken = ${SECRET}\n`;
  assert.throws(
    () => choose({ host: AZURE }, {}, { profiles: two }),
    says("invalidCredentials", /several profiles.*a, b/u),
  );
  // The default one is meant where it fits.
  assert.equal(choose({ host: AZURE }, {}, { profiles: two.replace(AWS, AZURE) }).profile, "DEFAULT");
  assert.equal(choose({}, {}, { profiles: `${two}[__settings__]\ndefault_profile = b\n` }).profile, "b");
});

test("what a profile holds is read in the order of the types", () => {
  const members = [
    [`token = ${SECRET}`, "token"],
    [`client_id = client\nclient_secret = ${SECRET}\nscopes = jobs, sql`, "databricksOAuth"],
    ["client_id = client\noidc_token_filepath = /var/token", "databricksFederation"],
    ["databricks_id_token_filepath = /var/token", "databricksFederation"],
    [
      `azure_tenant_id = t\nazure_client_id = c\nazure_client_secret = ${SECRET}\nazure_environment = CHINA`,
      "entraClientSecret",
    ],
    ["azure_tenant_id = t", "azureCli"],
  ];
  for (const [text, kind] of members) {
    const profiles = `[P]\nhost = ${AZURE}\n${text}\n`;
    assert.equal(choose({ profile: "P" }, {}, { profiles, az: true }).credential.kind, kind);
  }
  const oauth = choose({ profile: "P" }, {}, { profiles: `[P]\nhost = ${AZURE}\n${members[1][0]}` });
  assert.equal(oauth.credential.scope, "jobs sql");
  const half = () => choose({ profile: "P" }, {}, { profiles: `[P]\nhost = ${AZURE}\nclient_id = client\n`, az: true });
  assert.throws(half, says("invalidCredentials", /client_id is there; missing: client_secret/u));
});

test("a profile of a type that is not known here is an error if it is named, and is passed over if not", () => {
  const profiles = `[DEFAULT]\nhost = ${AZURE}\nauth_type = databricks-cli\n`;
  assert.throws(
    () => choose({ profile: "DEFAULT" }, {}, { profiles, az: true }),
    says("invalidCredentials", /databricks-cli/u),
  );
  const choice = choose({}, {}, { profiles, az: true });
  assert.deepEqual([choice.credential.kind, choice.host], ["azureCli", AZURE]);
  assert.match(choice.passedOver.at(-1).reason, /databricks-cli/u);
});

test("the cloud of the authority is the host's, else that of the environment; AZURE_AUTHORITY_HOST beats both", () => {
  const env = { ...ARM, ARM_CLIENT_SECRET: SECRET };
  const authority = (/** @type {string} */ host, /** @type {Record<string, string>} */ more) =>
    choose({ host }, { ...env, ...more }).credential.authority;
  assert.equal(
    authority("https://localhost:8443", { ARM_ENVIRONMENT: "usgovernment" }),
    "https://login.microsoftonline.us",
  );
  assert.equal(authority(AZURE, { ARM_ENVIRONMENT: "usgovernment" }), undefined);
  assert.equal(
    authority(AZURE, { AZURE_AUTHORITY_HOST: "login.microsoftonline.com/" }),
    "https://login.microsoftonline.com/",
  );
  assert.throws(
    () => authority("https://localhost", { ARM_ENVIRONMENT: "mars" }),
    says("invalidCredentials", /public, usgovernment, china/u),
  );
  // Nothing of it matters to what Entra has no part in.
  assert.equal(choose({ host: AZURE }, { DATABRICKS_TOKEN: SECRET, ARM_ENVIRONMENT: "mars" }).credential.kind, "token");
});

test("the Azure resource of the workspace goes along with Entra's credentials", () => {
  const resource = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Databricks/workspaces/w";
  const env = { ...ARM, ARM_CLIENT_SECRET: SECRET, DATABRICKS_AZURE_RESOURCE_ID: resource };
  assert.equal(choose({ host: AZURE }, env).credential.azureWorkspaceResourceId, resource);
  const { credential } = choose(
    { host: "https://adb-1.2.databricks.azure.us" },
    { DATABRICKS_AZURE_RESOURCE_ID: resource },
    { az: true },
  );
  assert.deepEqual(
    [credential.azureWorkspaceResourceId, credential.management],
    [resource, "https://management.core.usgovcloudapi.net/"],
  );
});

test("a secret in a vault is read by the first of AZURE_*, ARM_* and Azure CLI that is in none itself", () => {
  const env = { DATABRICKS_TOKEN: REFERENCE };
  const reader = (/** @type {Record<string, string>} */ more, az = false) =>
    choose({ host: AWS }, { ...env, ...more }, { az }).vaultCredential.from;
  const azure = { ...ENTRA, AZURE_CLIENT_SECRET: SECRET };
  const arm = { ...ARM, ARM_CLIENT_SECRET: SECRET };
  assert.match(reader({ ...azure, ...arm }, true), /AZURE_CLIENT_SECRET/u);
  assert.match(reader({ ...azure, ...arm, AZURE_CLIENT_SECRET: REFERENCE }), /ARM_CLIENT_SECRET/u);
  assert.equal(reader({ ...azure, AZURE_CLIENT_SECRET: REFERENCE }, true), "Azure CLI");
  assert.throws(
    () => reader({ ...azure, AZURE_CLIENT_SECRET: REFERENCE }),
    says("missingCredentials", /is in a vault, too/u),
  );
  assert.equal(
    choose({ host: AWS }, { ...env, ...azure, PQRUN_KEYVAULT_HOST: "http://127.0.0.1:1" }).vaultHost,
    "http://127.0.0.1:1",
  );
  assert.equal(choose({ host: AWS }, { DATABRICKS_TOKEN: SECRET, ...azure }).vaultCredential, undefined);
});

test("nothing that is told of a choice holds a secret; a vault's reference is told", () => {
  for (const [env] of DATABRICKS_ORDER) {
    const choice = choose({ host: AZURE }, env, { profiles: PROFILES });
    for (const text of [
      JSON.stringify(choice),
      inspect(choice, { depth: 9, showHidden: true }),
      JSON.stringify(describeChoice(choice)),
    ]) {
      assert.ok(!text.includes(SECRET), text);
      assert.ok(!text.includes(SECRET.slice(0, 12)), text);
    }
  }
  const shown = describeChoice(choose({ host: AZURE }, { DATABRICKS_TOKEN: REFERENCE }, { az: true }));
  assert.deepEqual([shown.secret, shown.secretReadBy], [REFERENCE, "Azure CLI"]);
  // What only begins like a reference may be a secret that was pasted behind it.
  const pasted = choose({ host: AZURE }, { DATABRICKS_TOKEN: `keyvault://${SECRET}!` }, { az: true });
  assert.ok(!JSON.stringify(describeChoice(pasted)).includes(SECRET));
});

test("a secret with quotes around it, and the address of one, are refused before they are sent", () => {
  for (const around of ['"', "'", "`"]) {
    const env = { DATABRICKS_TOKEN: `${around}${SECRET}${around}` };
    assert.throws(() => choose({ host: AZURE }, env), says("invalidCredentials", /^DATABRICKS_TOKEN .*quotes/u));
  }
  for (const address of [
    `https://kv-reports.vault.azure.net/secrets/${SECRET}`,
    `keyvault:/kv-reports/${SECRET}`,
    `keyvalt://kv-reports/${SECRET}`,
  ]) {
    assert.throws(
      () => choose({ host: AZURE }, { DATABRICKS_TOKEN: address }),
      says("invalidCredentials", /^DATABRICKS_TOKEN: .*another address$/u),
    );
    assert.throws(
      () => choose({ host: AZURE }, { ...ARM, ARM_CLIENT_SECRET: address }),
      says("invalidCredentials", /^ARM_CLIENT_SECRET: .*another address$/u),
    );
  }
});

test("options that are misspelt choose nothing", async () => {
  const { defaultCredential } = await import("pqrun/auth");
  const env = { DATABRICKS_TOKEN: SECRET };
  for (const [options, message] of /** @type {[any, RegExp][]} */ ([
    [{ hots: AZURE, env }, /found hots/u],
    [{ service: "Fabric", env }, /^service: expected databricks or fabric/u],
  ])) {
    await assert.rejects(defaultCredential(options), says("invalidOptions", message));
  }
});

test("profiles are not Fabric's", () => {
  assert.throws(
    () => choose({ service: "fabric", profile: "DEV" }, { FABRIC_TOKEN: SECRET }),
    says("invalidCredentials", /Databricks/u),
  );
});

test("a profile's authority is its own cloud's, whatever the environment says", () => {
  const text = `[P]\nhost = https://localhost:8443\nazure_tenant_id = t\nazure_client_id = c\nazure_client_secret = ${SECRET}\n`;
  const env = { AZURE_AUTHORITY_HOST: "https://login.microsoftonline.us/", ARM_ENVIRONMENT: "usgovernment" };
  const authority = (/** @type {string} */ more) =>
    choose({ profile: "P" }, env, { profiles: `${text}${more}` }).credential.authority;
  assert.equal(authority("azure_environment = china\n"), "https://login.chinacloudapi.cn");
  assert.equal(authority(""), undefined);
});
