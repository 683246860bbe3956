/** A text that does not show itself: not in a log, not as JSON, not in a debugger's summary. */

import { inspect } from "node:util";

const HIDDEN = "***";

/** The name of a secret in a vault, in the place of the secret. What else begins so may be a secret after all. */
const REFERENCE = /^keyvault:\/\/[\da-z-]{3,24}\/[\da-z-]{1,127}(?:\/[\da-z]{1,32})?$/iu;

export class Secret {
  #text;

  /** @param {string} text The secret, or a reference `keyvault://vault/name[/version]` to it. */
  constructor(text) {
    this.#text = text;
  }

  /** @returns {string} For the one place that sends it. */
  reveal() {
    return this.#text;
  }

  /** The name of a secret in a vault, which may be shown; `undefined` if this is the secret itself. */
  get reference() {
    return isReference(this.#text) ? this.#text : undefined;
  }

  /** Whether a vault has to be asked for it, if the reference is well formed. */
  get isInVault() {
    return /^keyvault:\/\//iu.test(this.#text);
  }

  toString() {
    return HIDDEN;
  }

  toJSON() {
    return HIDDEN;
  }

  [inspect.custom]() {
    return HIDDEN;
  }
}

/** @param {string} text */
export function isReference(text) {
  return REFERENCE.test(text);
}
