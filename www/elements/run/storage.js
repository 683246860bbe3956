// What is kept in the browser: the snapshot of a run, so that it is found again, and the settings. Never a token, never the
// value of a secret parameter.

/**
 * @import { Snapshot } from "pqrun"
 * @import { RunSettings } from "../run.d.ts"
 *
 * @typedef {object} Kept
 * @property {Snapshot} snapshot
 * @property {Record<string, unknown>} session What a snapshot has no place for: how outputs are read.
 * @property {number} at When it was written.
 */

/** What is written to find out whether anything can be: more than a snapshot takes. */
const SAMPLE = "x".repeat(16_384);

/** How long somebody who only looks whether a place is free may have it. */
const MOMENT_MS = 1000;

/** A place in `localStorage` under a name that the page chooses. Elements of one name share it, also in other tabs. */
export class Store {
  /** @type {string} */
  #name;

  /** @param {string} name */
  constructor(name) {
    this.#name = name;
  }

  /** The key of the snapshot. */
  get key() {
    return `pqrun:${this.#name}:run`;
  }

  get #settingsKey() {
    return `pqrun:${this.#name}:settings`;
  }

  /**
   * Why nothing can be kept, in words; `undefined` if it can.
   *
   * @returns {string | undefined}
   */
  problem() {
    const key = `${this.key}:sample`;
    try {
      localStorage.setItem(key, SAMPLE);
      return undefined;
    } catch (error) {
      return error instanceof DOMException && error.name === "QuotaExceededError"
        ? "the browser's storage for this page is full"
        : "the browser does not let this page keep anything";
    } finally {
      remove(key);
    }
  }

  /** @param {Omit<Kept, "at">} kept @throws {DOMException} It can't be stored. */
  put(kept) {
    localStorage.setItem(this.key, JSON.stringify({ ...kept, at: Date.now() }));
  }

  /** @returns {Kept | undefined} */
  get() {
    const found = read(this.key);
    const isWhole = typeof found?.snapshot?.job === "object" && typeof found.snapshot.pqrun === "number";
    return isWhole ? { ...found, session: found.session ?? {} } : undefined;
  }

  /** Removes the snapshot. */
  forget() {
    remove(this.key);
  }

  /** @param {RunSettings} settings Without secrets. */
  putSettings(settings) {
    try {
      localStorage.setItem(this.#settingsKey, JSON.stringify(settings));
    } catch {
      // They can be typed again.
    }
  }

  /** @returns {RunSettings | undefined} */
  getSettings() {
    return read(this.#settingsKey);
  }

  /**
   * Takes the place for one who follows a run: of two tabs only one may.
   *
   * @returns {Promise<(() => void) | undefined>} What gives it back; `undefined` if somebody else has it. A browser
   *   without locks lets everybody in.
   */
  async claim() {
    if (!navigator.locks) {
      return () => {};
    }
    const release = await this.#request({ ifAvailable: true });
    // Who waits until it is free has it for a moment.
    return release || (await this.isClaimed()) ? release : this.#request({ signal: AbortSignal.timeout(MOMENT_MS) });
  }

  /**
   * @param {LockOptions} options
   * @returns {Promise<(() => void) | undefined>}
   */
  #request(options) {
    return new Promise((resolve, reject) => {
      navigator.locks
        .request(this.key, options, (lock) => {
          if (!lock) {
            resolve(undefined);
            return undefined;
          }
          return new Promise((release) => resolve(() => release(undefined)));
        })
        // Where the browser forbids it, as in a sandboxed frame, there is no other tab that shares the storage.
        .catch((error) => {
          if (error.name === "SecurityError") {
            resolve(() => {});
          } else if (error.name === "TimeoutError") {
            resolve(undefined);
          } else {
            reject(error);
          }
        });
    });
  }

  /**
   * Resolves once nobody follows the run any more.
   *
   * @param {AbortSignal} signal Ends the wait; it rejects then.
   */
  async untilFree(signal) {
    await navigator.locks?.request(this.key, { mode: "shared", signal }, () => undefined);
  }

  /** Whether somebody follows the run right now. */
  async isClaimed() {
    const held = await navigator.locks?.query().catch(() => undefined);
    return held?.held?.some(({ name, mode }) => name === this.key && mode === "exclusive") ?? false;
  }
}

/** @param {string} key @returns {any} */
function read(key) {
  try {
    const value = JSON.parse(localStorage.getItem(key) ?? "null");
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** @param {string} key */
function remove(key) {
  try {
    localStorage.removeItem(key);
  } catch {
    // Where nothing can be stored, nothing is.
  }
}
