//! Types that have no counterpart in Rust.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
import type { AccessToken, FetchLike, TokenCredential, TokenRequest } from "./pqrun.js";

/** What every credential takes beside its own. */
export interface SignInOptions {
    /** Reads the secrets that are named by a reference such as `keyvault://my-vault/my-secret`. */
    vaultCredential?: TokenCredential;
    /** The vault's address, if it is not the one that its name and the host's cloud give. */
    vaultHost?: string;
    /**
     * Lets secrets and tokens be sent to hosts, authorities and vaults that are none of the services' own. Without it
     * that is refused before anything is sent; a loopback host needs no such word.
     */
    trustHost?: boolean;
    /** In the place of the global `fetch`. */
    fetch?: FetchLike;
}

/** Options of {@link databricksToken}. */
export interface DatabricksTokenOptions extends SignInOptions {
    /** The token itself, or `keyvault://vault/name[/version]`. */
    token: string;
}

/** Options of {@link databricksOAuth}. */
export interface DatabricksOAuthOptions extends SignInOptions {
    /** The service principal's application id, a GUID. */
    clientId: string;
    /** Its OAuth secret itself, or `keyvault://vault/name[/version]`. */
    clientSecret: string;
    /** What the token may be used for, such as `jobs`, which is all that pqrun needs; `all-apis` if left out. */
    scope?: string;
    /** The account's id, a GUID: for the host of an accounts console only. */
    accountId?: string;
}

/** A token of another issuer, a JWT. Read anew for each sign-in. */
export interface AssertionOptions {
    /** Gives the token. Either this or `assertionFile`. */
    assertion?: () => string | Promise<string>;
    /** The path of a file that holds the token, as Kubernetes and Azure mount one. */
    assertionFile?: string;
}

/** Options of {@link databricksFederation}. */
export interface DatabricksFederationOptions extends SignInOptions, AssertionOptions {
    /** The service principal's application id, if the policy is that principal's own. */
    clientId?: string;
    /** What the token may be used for, such as `jobs`, which is all that pqrun needs; `all-apis` if left out. */
    scope?: string;
}

/** What leads to an application in Microsoft Entra ID. */
export interface EntraApplication extends SignInOptions {
    /** The tenant: a GUID, or one of its domains. */
    tenantId: string;
    /** The application's id, a GUID. */
    clientId: string;
    /** Who is asked, such as `https://login.microsoftonline.us`; the authority of the host's cloud if left out. */
    authority?: string;
    /**
     * The Azure resource of a Databricks workspace, `/subscriptions/…/workspaces/NAME`: for a service principal that is
     * not in the workspace, but Contributor of this resource. Databricks makes it an admin of the workspace.
     */
    azureWorkspaceResourceId?: string;
}

/** Options of {@link entraClientSecret}. */
export interface EntraClientSecretOptions extends EntraApplication {
    /** A secret of the application itself (not its id), or `keyvault://vault/name[/version]`. */
    clientSecret: string;
}

/** Options of {@link entraFederation}. */
export interface EntraFederationOptions extends EntraApplication, AssertionOptions {}
"#;
