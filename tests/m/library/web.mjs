// `Web.Contents` and `Web.Headers`.

import { MBinary, MRecord, functionOf, raise, withMeta } from "../value.mjs";
import { readOptions } from "../web/options.mjs";
import { cacheKey, headerOf, makeRequest, send } from "../web/request.mjs";
import { family } from "./signature.mjs";

/**
 * @import { Engine } from "../engine.mjs"
 * @import { HostResponse } from "../host.mjs"
 * @import { WebRequest } from "../web/request.mjs"
 */

/** The headers of an answer that a plain query can see; an extension sees all. */
const SEEN_BY_PLAIN_QUERIES = new Set([
  "cache-control",
  "content-encoding",
  "content-length",
  "content-type",
  "date",
  "expires",
  "vary",
]);

/** @param {Engine} engine */
export function web(engine) {
  return family({
    "Web.Contents(url as text, optional options as nullable record) as binary": (url, given) => {
      const options = readOptions(engine, "Web.Contents", given);
      return new Answer(engine, makeRequest(options.content === null ? "GET" : "POST", url, options));
    },

    "Web.Headers(url as text, optional options as nullable record) as record": (url, given) => {
      const options = readOptions(engine, "Web.Headers", given);
      if (options.content !== null) raise("Expression.Error", "'Content' isn't a valid Web.Headers option.");
      const request = makeRequest("HEAD", url, options);
      const answer = fetch(engine, request);
      return withMeta(headersOf(engine, answer), MRecord.from({ "Response.Status": answer.status }));
    },
  });
}

/** The binary that `Web.Contents` gives: nothing is sent before it, or its metadata, is read. */
class Answer extends MBinary {
  /**
   * @param {Engine} engine
   * @param {WebRequest} request
   */
  constructor(engine, request) {
    super(() => this.answer().body);
    this.engine = engine;
    this.request = request;
    /** @type {HostResponse | null} */
    this.remembered = null;
    /** @type {unknown} */
    this.failure = null;
  }

  /** @returns {HostResponse} */
  answer() {
    const { mode } = this.engine.options;
    if (mode === "pessimistic" || mode === "nocache") return fetch(this.engine, this.request);
    if (this.failure !== null) throw this.failure;
    try {
      this.remembered ??= fetch(this.engine, this.request);
    } catch (error) {
      this.failure = error;
      throw error;
    }
    return this.remembered;
  }

  /** @override */
  metadata() {
    return metadataOf(this.engine, this.request, this.answer());
  }
}

/**
 * The answer to a request, from the cache where that is allowed. Every answer that comes back as a value is kept,
 * whatever its status: that is why a poll needs `IsRetry`.
 *
 * @param {Engine} engine
 * @param {WebRequest} request
 * @returns {HostResponse}
 */
function fetch(engine, request) {
  const { mode, cache } = engine.options;
  if (mode === "nocache") return send(engine, request);
  const key = cacheKey(request);
  const kept = request.options.isRetry ? undefined : cache.get(key);
  if (kept !== undefined) return kept;
  const answer = send(engine, request);
  cache.set(key, answer);
  return answer;
}

/**
 * What the metadata of an answer says.
 *
 * @param {Engine} engine
 * @param {WebRequest} request
 * @param {HostResponse} answer
 * @returns {MRecord}
 */
function metadataOf(engine, request, answer) {
  return MRecord.from({
    "Content.Type": headerOf(answer, "content-type")?.split(";")[0].trim() ?? "application/octet-stream",
    "Content.Uri": functionOf([], () => request.url.href),
    Headers: headersOf(engine, answer),
    "Response.Status": answer.status,
  });
}

/**
 * The headers that the query may see.
 *
 * @param {Engine} engine
 * @param {HostResponse} answer
 * @returns {MRecord}
 */
function headersOf(engine, answer) {
  /** @type {Map<string, string>} */
  const headers = new Map();
  for (const [name, value] of answer.headers) {
    if (!engine.options.extension && !SEEN_BY_PLAIN_QUERIES.has(name.toLowerCase())) continue;
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return new MRecord(headers);
}
