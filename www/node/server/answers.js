/** What every answer of the server has, and refusals as JSON. */

import { Buffer } from "node:buffer";
import { STATUS_CODES } from "node:http";

/**
 * @import { IncomingMessage, ServerResponse } from "node:http"
 */

/**
 * Why something is not done.
 *
 * @typedef {object} Refusal
 * @property {number} status
 * @property {string} message What was expected and what was found. It repeats nothing that came in.
 * @property {Record<string, string>} [headers]
 */

/** In the place of a service's code, as the gate has it: nobody takes it for one of a service. */
const CODE = "PQRUN_PROXY";

/** Headers of all answers. Nothing is for other origins. */
const COMMON = Object.freeze({
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
});

/** What a page may do: nothing but what comes from here, and Fabric with OneLake's files, which lets pages ask it. */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self' https://api.fabric.microsoft.com https://*.api.fabric.microsoft.com https://*.dfs.fabric.microsoft.com",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** What comes from a service is data, even if somebody opens it as a page. */
const DATA_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

/** Headers of files. */
export const FILE_HEADERS = Object.freeze({
  ...COMMON,
  "Content-Security-Policy": PAGE_POLICY,
  "Cache-Control": "no-cache",
});

/** Headers of all else, which is not kept anywhere. */
export const DATA_HEADERS = Object.freeze({
  ...COMMON,
  "Content-Security-Policy": DATA_POLICY,
  "Cache-Control": "no-store",
});

/** How long the rest of a refused request may take, so that who sends it reads why. */
const REST_MS = 2_000;

/**
 * Answers with a refusal, whatever is still to come of the request.
 *
 * @param {IncomingMessage} request
 * @param {ServerResponse} response
 * @param {Refusal} refusal
 */
export function refuse(request, response, { status, message, headers }) {
  if (response.headersSent) {
    request.socket.destroy();
    return;
  }
  const body = refusalBody(message);
  response.writeHead(status, {
    ...DATA_HEADERS,
    "Content-Type": "application/json",
    "Content-Length": body.length,
    ...headers,
  });
  response.end(request.method === "HEAD" ? undefined : body);
  if (!request.complete) {
    // Node reads on and throws away. A connection that is closed at once would be reset, and the answer lost with it.
    const end = setTimeout(() => {
      if (!request.complete) {
        request.socket.destroy();
      }
    }, REST_MS);
    request.once("close", () => clearTimeout(end));
  }
}

/**
 * Leads to another path of this server.
 *
 * @param {ServerResponse} response
 * @param {string} to
 */
export function redirect(response, to) {
  response.writeHead(303, { ...DATA_HEADERS, Location: to, "Content-Length": "0" }).end();
}

/**
 * A refusal for a connection on which no request could be read.
 *
 * @param {Refusal} refusal
 * @returns {Buffer}
 */
export function rawRefusal({ status, message }) {
  const body = refusalBody(message);
  const headers = {
    ...DATA_HEADERS,
    "Content-Type": "application/json",
    "Content-Length": String(body.length),
    Connection: "close",
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "No"}\r\n${lines.join("")}\r\n`), body]);
}

/** @param {string} message */
function refusalBody(message) {
  return Buffer.from(JSON.stringify({ error_code: CODE, errorCode: CODE, message }));
}
