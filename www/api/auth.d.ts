// The types of signing in. `wasm/auth.d.ts` is written from the Rust sources.
export {
  Credential,
  databricksFederation,
  databricksOAuth,
  databricksToken,
  entraClientSecret,
  entraFederation,
} from "./wasm/auth.js";

export type {
  AssertionOptions,
  DatabricksFederationOptions,
  DatabricksOAuthOptions,
  DatabricksTokenOptions,
  EntraApplication,
  EntraClientSecretOptions,
  EntraFederationOptions,
  SignInOptions,
} from "./wasm/auth.js";

import type { AccessToken, CredentialRequest, FetchLike, Service, TokenCredential } from "./index.js";

/** Options of {@link azureCli}. */
export interface AzureCliOptions {
  /** Another tenant than the one that `az` is set to. */
  tenantId?: string;
  /** A subscription's id or name, of whose tenant the token shall be. */
  subscription?: string;
  /** Milliseconds after which `az` is given up; 30,000 if left out. */
  timeout?: number;
}

/**
 * The account that Azure CLI is signed in with. Each token is asked of `az account get-access-token`.
 *
 * Its tokens are refused with `missingCredentials` if there is no `az` on the `PATH`, and with `interactionRequired` if a
 * person has to run `az login`.
 *
 * @throws {PqrunError} `invalidCredentials`, if an option can be no tenant or subscription.
 */
export function azureCli(options?: AzureCliOptions): TokenCredential;

/** Options of {@link defaultCredential}. */
export interface DefaultCredentialOptions {
  /** Which service's; that of the host if left out, and `databricks` if the host is not Fabric's. */
  service?: Service;
  /** The service's address; `DATABRICKS_HOST`, or that of the profile, if left out. */
  host?: string;
  /** A profile of `.databrickscfg`: then nothing else is looked at. */
  profile?: string;
  /** In the place of `process.env`. */
  env?: Record<string, string | undefined>;
  /** Lets secrets and tokens be sent to hosts that are none of the services' own. */
  trustHost?: boolean;
  /** In the place of the global `fetch`. */
  fetch?: FetchLike;
}

/** A credential that was found, for the host that it was found for. */
export interface ChosenCredential extends TokenCredential {
  /** As given, or as the environment or the profile says. Requests for another one are refused with `unknownHost`. */
  readonly host: string | undefined;
  /** What it was made of: names of variables, a profile and its file, or Azure CLI. Never a secret. */
  readonly source: string;
  getToken(scope: string | string[], request?: CredentialRequest): Promise<AccessToken | null>;
  /** Overwrites its secrets and tokens in the memory of the module that signs in. It gives no tokens any more. */
  free(): void;
}

/**
 * The first credential that is there of what the services' own tools read: variables of the environment, profiles of
 * `.databrickscfg`, Azure CLI. The order is in `docs/sign-in.md`. What is found is final: if it fails, nothing else is tried.
 *
 * @returns For the option `credential`. Rejects with a `PqrunError` before anything is sent: `missingCredentials` with all
 * that was looked for, `invalidCredentials` if something is half there or can't be read, `invalidOptions` if an option is
 * misspelt.
 * @example
 * const host = "https://adb-1111222233334444.5.azuredatabricks.net";
 * const run = runDatabricksJob({ host, credential: await defaultCredential({ host }), jobName: "orders_daily" });
 */
export function defaultCredential(options?: DefaultCredentialOptions): Promise<ChosenCredential>;
