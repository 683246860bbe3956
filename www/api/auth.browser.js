// Signing in needs secrets, files and programs, and no page should have any of them. Everything here says what to do
// instead; the flows themselves are in Node only, so that no page loads them.

const HINT = "keep the secret on a server; in a page give a token callback, or a TokenCredential such as MSAL's";

/**
 * @param {string} name What was called.
 * @returns {(options?: unknown) => never}
 */
const refuse = (name) => () => {
  throw Object.assign(new Error(`${name}: expected Node, found a page, where everybody could read the secret`), {
    name: "PqrunError",
    code: "clientSecretInBrowser",
    hint: HINT,
    retryable: false,
  });
};

export const azureCli = refuse("azureCli");
export const databricksFederation = refuse("databricksFederation");
export const databricksOAuth = refuse("databricksOAuth");
export const databricksToken = refuse("databricksToken");
export const defaultCredential = refuse("defaultCredential");
export const entraClientSecret = refuse("entraClientSecret");
export const entraFederation = refuse("entraFederation");

/** Made by the functions above, which no page can call. */
export class Credential {
  constructor() {
    refuse("Credential")();
  }
}
