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
