// Errors about tables that JavaScript finds before WebAssembly is asked: they look as those of WebAssembly do.

const HINTS = {
  // The same words as in WebAssembly.
  invalidOptions: "correct the option that the message names",
  outputUnavailable: "check the address, and that it may be read from here",
};

/**
 * @param {keyof HINTS} code
 * @param {string} message
 * @param {object} [more]
 */
export function problem(code, message, more) {
  return Object.assign(new Error(message), { name: "PqrunError", code, hint: HINTS[code], retryable: false, ...more });
}
