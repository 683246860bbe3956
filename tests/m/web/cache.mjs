/**
 * @import { HostResponse } from "../host.mjs"
 */

/** Answers by key. One may serve several evaluations, or each its own. */
export class ResponseCache {
  constructor() {
    /** @type {Map<string, HostResponse>} */
    this.answers = new Map();
  }

  /**
   * @param {string} key
   * @returns {HostResponse | undefined}
   */
  get(key) {
    return this.answers.get(key);
  }

  /**
   * @param {string} key
   * @param {HostResponse} answer
   */
  set(key, answer) {
    this.answers.set(key, answer);
  }
}
