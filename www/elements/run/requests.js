// The requests of one element, from the package's log.

/**
 * @import { FetchLike, LogRecord } from "pqrun"
 *
 * @typedef {object} RequestLine
 * @property {number} id
 * @property {number} at When it was answered, or given up.
 * @property {string} method
 * @property {string} endpoint In the service's own words.
 * @property {number} [status]
 * @property {number} [durationMs]
 * @property {string} [requestId] The service's id of it.
 * @property {string} message What became of it.
 * @property {"error" | "warn" | "info" | "debug" | "trace"} level
 * @property {string} [code] Of its error.
 *
 * @typedef {object} Sent A request that the log has not told of.
 * @property {string} method
 * @property {string} path
 * @property {number} [status]
 */

/** How many lines are kept: the newest. */
const LINES = 300;

/** How many requests may be without a line: those whose answers nobody waits for may stay so. */
const SENT = 50;

/** What templates of paths look like as expressions. @type {Map<string, RegExp>} */
const expressions = new Map();

/**
 * A log of requests. There is one log for all that goes on in a page, which does not say whose a request is. So this one
 * looks at what is sent through its own `fetch`, and takes the lines that fit.
 */
export class Requests {
  /** The newest last. @type {readonly RequestLine[]} */
  lines = [];
  /** How many there were, with those that are not kept. */
  count = 0;
  /** @type {Sent[]} */
  #sent = [];

  /**
   * A `fetch` whose requests belong to this log.
   *
   * @param {FetchLike} [fetch] In the place of the global one.
   * @returns {FetchLike}
   */
  watch(fetch = (url, init) => globalThis.fetch(url, init)) {
    return async (url, init) => {
      const sent = this.#note(init.method, new URL(url, location.href).pathname);
      const response = await fetch(url, init);
      sent.status = /** @type {Response} */ (response).status;
      return response;
    };
  }

  /**
   * @param {string} method
   * @param {string} path
   * @returns {Sent}
   */
  #note(method, path) {
    /** @type {Sent} */
    const sent = { method, path };
    this.#sent = [...this.#sent.slice(1 - SENT), sent];
    return sent;
  }

  /**
   * Takes a line of the log, if it is about a request of its own.
   *
   * @param {LogRecord} record
   * @returns {boolean} Whether it was taken.
   */
  take({ time, level, target, message, fields }) {
    const { method, path, status } = fields;
    if (target !== "pqrun::request" || method === undefined || path === undefined) {
      return false;
    }
    const found = this.#sent.find(
      (sent) => sent.method === method && sent.status === status && expression(path).test(sent.path),
    );
    if (!found) {
      return false;
    }
    this.#sent = this.#sent.filter((sent) => sent !== found);
    this.count += 1;
    const { endpoint = path, durationMs, requestId, code } = fields;
    const line = { id: this.count, at: time, method, endpoint, status, durationMs, requestId, message, level, code };
    this.lines = [...this.lines.slice(1 - LINES), line];
    return true;
  }

  /** Forgets all lines. */
  clear() {
    this.lines = [];
    this.count = 0;
    this.#sent = [];
  }
}

/** @param {string} template With `{name}` for what varies. */
function expression(template) {
  const known = expressions.get(template);
  if (known) {
    return known;
  }
  const parts = template.split(/\{[^}]*\}/u).map((part) => part.replace(/[.*+?^$()|[\]\\]/gu, "\\$&"));
  // A host may be behind a prefix, as a proxy's are.
  const made = new RegExp(`${parts.join(".+")}$`, "u");
  expressions.set(template, made);
  return made;
}
