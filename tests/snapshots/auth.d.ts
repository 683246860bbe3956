// Written by `cargo xtask generate`: the types of the auth wasm module.
/* tslint:disable */
/* eslint-disable */

/** @internal A service that {@link Gate} lets requests through to. */
export interface GuardedService {
    service: "databricks" | "fabric";
    host: string;
    /** The ids of the only jobs or items; all of them if it is empty. */
    only: string[];
    workspaceId?: string;
    followPath: boolean;
    token?: unknown;
    credential?: unknown;
    trustHost?: boolean;
}

/** @internal */
export interface GateAnswer {
    status: number;
    headers: [string, string][];
    body: Uint8Array;
    /** The endpoint's name, if the request was one of the contract's. */
    endpoint?: string;
    /** Why it was refused or did not get there, if the answer is none of the service's. */
    reason?: string;
}

/** @internal */
export class Gate {
    /** The longest body that is taken, in bytes. */
    readonly bodyLimit: number;
    constructor(services: GuardedService[]);
    /**
     * Lets a request through, or refuses it. Never rejects.
     *
     * @param target Raw, behind `/proxy/`.
     * @param timeout Milliseconds that the service has for an answer.
     */
    handle(method: string, target: string, headers: [string, string][], body: Uint8Array, fetch: FetchLike, timeout: number): Promise<GateAnswer>;
    free(): void;
}



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



/**
 * A credential of the functions of this module, for the option `credential` of runs and clients.
 *
 * It keeps its tokens, one for each host, and signs in anew before they expire. `free()` overwrites its secrets and its
 * tokens in memory.
 */
export class Credential {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * A token for a host. Callers at the same time wait for one sign-in.
     *
     * @param scope The scope of Databricks, Fabric, OneLake or Key Vault, as Microsoft Entra ID knows it.
     * @param request The host that the token is for, which may be left out for Fabric and OneLake, and whether the last token was
     * refused.
     * @returns Rejects with a `PqrunError`: `signInRefused`, `unknownHost`, `network` and others.
     */
    getToken(scope: string | string[], request?: Partial<TokenRequest>): Promise<AccessToken>;
}

/**
 * Signs in to a Databricks workspace with a token of another issuer, for which it has a federation policy.
 *
 * @throws {PqrunError} A member is missing or can't be right. Nothing was sent.
 */
export function databricksFederation(options: DatabricksFederationOptions): Credential;

/**
 * Signs in to Databricks as a service principal with an OAuth secret.
 *
 * @throws {PqrunError} A member is missing or can't be right. Nothing was sent.
 */
export function databricksOAuth(options: DatabricksOAuthOptions): Credential;

/**
 * A token that is there already, such as a personal access token of Databricks.
 *
 * @throws {PqrunError} A member is missing or can't be right. Nothing was sent.
 */
export function databricksToken(options: DatabricksTokenOptions): Credential;

/**
 * Signs in to Microsoft Entra ID as an application with a client secret, for Fabric or Azure Databricks.
 *
 * @throws {PqrunError} A member is missing or can't be right. Nothing was sent.
 */
export function entraClientSecret(options: EntraClientSecretOptions): Credential;

/**
 * Signs in to Microsoft Entra ID as an application that trusts a token of another issuer, for Fabric or Azure
 * Databricks.
 *
 * @throws {PqrunError} A member is missing or can't be right. Nothing was sent.
 */
export function entraFederation(options: EntraFederationOptions): Credential;

/**
 * Sets what sends the requests of those whose options have no `fetch`. Without it that is the global one.
 *
 * @internal
 */
export function setDefaultFetch(fetch?: FetchLike): void;

/**
 * Sets what reads the text of a file, given its path. Without it `assertionFile` is refused.
 *
 * @internal
 */
export function setFileReader(read: (path: string) => string | Promise<string>): void;

/**
 * Where this module's log goes, and from which level on. The package's own `setLogger` tells every module.
 *
 * @param callback Called in the midst of the module's work: it must not call the module. `undefined` turns the log off.
 * @param level `off`, `error`, `warn`, `info`, `debug` or `trace`; anything else counts as `off`.
 */
export function setModuleLogger(callback: Function | null | undefined, level: string): void;

/**
 * A panic is a bug: it says where, on the console, before the module stops working.
 */
export function start(): void;

export type InitInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

export interface InitOutput {
}

export type SyncInitInput = BufferSource | WebAssembly.Module;

/**
 * Instantiates the given `module`, which can either be bytes or
 * a precompiled `WebAssembly.Module`.
 *
 * @param {{ module: SyncInitInput }} module - Passing `SyncInitInput` directly is deprecated.
 *
 * @returns {InitOutput}
 */
export function initSync(module: { module: SyncInitInput } | SyncInitInput): InitOutput;

/**
 * If `module_or_path` is {RequestInfo} or {URL}, makes a request and
 * for everything else, calls `WebAssembly.instantiate` directly.
 *
 * @param {{ module_or_path: InitInput | Promise<InitInput> }} module_or_path - Passing `InitInput` directly is deprecated.
 *
 * @returns {Promise<InitOutput>}
 */
export default function __wbg_init (module_or_path?: { module_or_path: InitInput | Promise<InitInput> } | InitInput | Promise<InitInput>): Promise<InitOutput>;
