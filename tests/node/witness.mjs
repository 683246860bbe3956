/** Remembers what was hidden and what came out, and compares. */

import assert from "node:assert/strict";
import { inspect } from "node:util";

/** With what an encoder would change, so that an encoded copy is another text; no header's value may hold more. */
export const plant = (/** @type {string} */ name) => `pl4nted+${name}/=&%"~`;

/**
 * All forms in which a text may come to light.
 *
 * @param {string} secret
 */
export function forms(secret) {
  const bytes = Buffer.from(secret);
  return [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    new URLSearchParams({ s: secret }).toString().slice(2),
    bytes.toString("base64").replace(/=+$/u, ""),
    bytes.toString("base64url"),
    bytes.toString("hex"),
    [...secret].reverse().join(""),
  ];
}

/** Everything that came out, and what must not be in it. */
export class Witness {
  /** @type {string[]} */
  #secrets = [];
  /** @type {[string, string][]} */
  #seen = [];

  /** @param {string} secret */
  hide(secret) {
    this.#secrets.push(secret);
    return secret;
  }

  /**
   * @param {string} what
   * @param {unknown} value
   */
  see(what, value) {
    this.#seen.push([what, typeof value === "string" ? value : everything(value)]);
  }

  /** @param {number} [least] How much must have been seen, or the test looked at nothing. */
  expectNothing(least = 1) {
    assert.ok(this.#seen.length >= least, `only ${this.#seen.length} things were seen`);
    for (const [what, text] of this.#seen) {
      for (const secret of this.#secrets) {
        const found = forms(secret).find((form) => text.includes(form));
        assert.equal(found, undefined, `${what} holds ${secret}:\n${text.slice(0, 2000)}`);
      }
    }
  }
}

/**
 * A value to its last member, the hidden ones and the causes of errors too, as people and as programs print it.
 *
 * @param {unknown} value
 */
function everything(value) {
  const shown = inspect(value, { depth: 20, showHidden: true, getters: true, maxArrayLength: null, maxStringLength: null });
  const own =
    value instanceof Error
      ? Object.fromEntries(Object.getOwnPropertyNames(value).map((name) => [name, Reflect.get(value, name)]))
      : value;
  const json = JSON.stringify(own, (_, member) => (typeof member === "bigint" ? String(member) : member));
  return [shown, json, ...texts(value)].join("\n");
}

/**
 * Every text in a value as it is: printers put signs of their own into one.
 *
 * @param {unknown} value
 * @param {Set<unknown>} [seen]
 * @returns {string[]}
 */
function texts(value, seen = new Set()) {
  if (typeof value === "string") {
    return [value];
  }
  if (typeof value !== "object" || value === null || seen.has(value)) {
    return [];
  }
  seen.add(value);
  const entries = value instanceof Map || value instanceof Set ? [...value].flat() : [];
  const members = Reflect.ownKeys(value).map((name) => Reflect.get(value, name));
  return [...entries, ...members].flatMap((member) => texts(member, seen));
}
