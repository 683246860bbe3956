/** Errors of signing in, in the shape of the package's own. */

/**
 * A `PqrunError`, as the package throws them; nothing has been sent when it is thrown.
 *
 * @param {"interactionRequired" | "invalidCredentials" | "invalidOptions" | "malformedResponse" | "missingCredentials" | "network" | "signInRefused" | "unknownHost"} code
 * @param {string} message Without any secret.
 * @param {string} hint What to do about it.
 * @returns {Error & { code: string, hint: string, retryable: boolean }}
 */
export function credentialError(code, message, hint) {
  return Object.assign(new Error(message), { name: "PqrunError", code, hint, retryable: code === "network" });
}
