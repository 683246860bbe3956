/** The proxy to the services: reads a request whole, has the gate decide, and gives back what came of it. */

import { Buffer } from "node:buffer";

import { pairs } from "../http.js";
import { networkFetch } from "../network.js";
import { DATA_HEADERS, refuse } from "./answers.js";

/**
 * @import { IncomingMessage, ServerResponse } from "node:http"
 * @import { FetchLike } from "pqrun"
 * @import { Gate } from "../../wasm/auth.js"
 * @import { Refusal } from "./answers.js"
 * @import { Limits } from "./server.js"
 */

/** Where it is. */
export const PROXY = "/proxy/";

/**
 * What became of a request, for the log.
 *
 * @typedef {{ path?: string, endpoint?: string, reason?: string }} Outcome `path` is one of the server's own.
 */

/**
 * @param {IncomingMessage} request Whose key is right.
 * @param {ServerResponse} response
 * @param {object} by
 * @param {Gate} by.gate
 * @param {Limits} by.limits
 * @param {{ underWay: number }} by.load How many requests are read or with the services now.
 * @param {(text: string) => string} by.clean Takes secrets out of a text.
 * @returns {Promise<Outcome>}
 */
export async function passOn(request, response, { gate, limits, load, clean }) {
  // Before the body, which is held in memory, too.
  if (load.underWay >= limits.atOnce) {
    const message = `expected at most ${limits.atOnce} requests at once, found more`;
    refuse(request, response, { status: 503, message, headers: { "Retry-After": "1" } });
    return { reason: message };
  }
  load.underWay += 1;
  let answer;
  try {
    const body = await readBody(request, response, Math.min(limits.bodyBytes, gate.bodyLimit), limits.bodyMs);
    if ("status" in body) {
      refuse(request, response, body);
      return { reason: body.message };
    }
    answer = await handle(request, response, body.bytes, { gate, limits });
  } finally {
    load.underWay -= 1;
  }
  const { status, endpoint, reason } = answer;
  const told = reason === undefined ? answer.body : Buffer.from(clean(Buffer.from(answer.body).toString("utf8")));
  if (!response.headersSent && !response.destroyed) {
    // The service has a clock of its own, and the page reads it.
    response.sendDate = !answer.headers.some(([name]) => name.toLowerCase() === "date");
    response.writeHead(status, [
      ...Object.entries(DATA_HEADERS).flat(),
      ...answer.headers.flat(),
      ...(status === 405 ? ["Allow", "GET, POST"] : []),
      ...(status === 204 || status === 304 ? [] : ["Content-Length", String(told.length)]),
    ]);
    response.end(status === 204 || status === 304 || request.method === "HEAD" ? undefined : told);
  }
  return { endpoint, ...(reason !== undefined && { reason: clean(reason) }) };
}

/**
 * Has the gate decide, and send what it lets through.
 *
 * @param {IncomingMessage} request
 * @param {ServerResponse} response
 * @param {Buffer} body
 * @param {{ gate: Gate, limits: Limits }} by
 */
async function handle({ method = "", url = "", rawHeaders }, response, body, { gate, limits }) {
  const left = new AbortController();
  // Whoever has left wants no answer; but what may start a run is not cut off in its midst.
  response.once("close", () => {
    if (method === "GET" && !response.writableFinished) {
      left.abort();
    }
  });
  const send = boundedFetch(limits.answerBytes, left.signal);
  return gate.handle(method, url.slice(PROXY.length), pairs(rawHeaders), body, send, limits.upstreamMs);
}

/**
 * The whole body, or why it is not taken.
 *
 * @param {IncomingMessage} request
 * @param {ServerResponse} response
 * @param {number} most In bytes.
 * @param {number} limit In milliseconds.
 * @returns {Promise<{ bytes: Buffer } | Refusal>}
 */
async function readBody(request, response, most, limit) {
  /** @type {Refusal} */
  const tooLarge = { status: 413, message: `expected a body of at most ${most} bytes, found more` };
  if (Number(request.headers["content-length"] ?? 0) > most) {
    return tooLarge;
  }
  if (request.headers.expect !== undefined) {
    response.writeContinue();
  }
  return new Promise((resolve) => {
    /** @type {Buffer[]} */
    const chunks = [];
    let size = 0;
    /** @param {{ bytes: Buffer } | Refusal} what */
    const end = (what) => {
      clearTimeout(alarm);
      request.off("data", take);
      resolve(what);
    };
    const alarm = setTimeout(() => {
      end({ status: 408, message: `expected the body within ${limit} ms, found a part of it` });
    }, limit);
    /** @param {Buffer} chunk */
    const take = (chunk) => {
      size += chunk.length;
      if (size > most) {
        end(tooLarge);
      } else {
        chunks.push(chunk);
      }
    };
    request.on("data", take);
    request.once("end", () => end({ bytes: Buffer.concat(chunks) }));
    /** @type {Refusal} */
    const cut = { status: 400, message: "expected the whole body, found a part of it" };
    request.once("error", () => end(cut));
    request.once("close", () => end(cut));
  });
}

/**
 * The package's way out, for answers of bounded length: nothing is decompressed beyond it either.
 *
 * @param {number} most In bytes.
 * @param {AbortSignal} left
 * @returns {FetchLike}
 */
function boundedFetch(most, left) {
  return async (url, init) => {
    const signal = AbortSignal.any([left, ...(init?.signal ? [init.signal] : [])]);
    const { status, headers, body } = /** @type {Response} */ (await networkFetch(url, { ...init, signal }));
    /** @type {Uint8Array[]} */
    const chunks = [];
    let size = 0;
    for await (const chunk of /** @type {AsyncIterable<Uint8Array>} */ (/** @type {unknown} */ (body ?? []))) {
      size += chunk.length;
      if (size > most) {
        // Leaving the loop ends the connection.
        throw new Error(`expected an answer of at most ${most} bytes, found more`);
      }
      chunks.push(chunk);
    }
    const whole = Buffer.concat(chunks);
    return /** @type {any} */ ({ status, headers, arrayBuffer: async () => new Uint8Array(whole).buffer });
  };
}
