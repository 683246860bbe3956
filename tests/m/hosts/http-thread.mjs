// The thread behind `http.mjs`: takes requests, sends them, wakes the one who waits.

import http from "node:http";
import https from "node:https";
import { workerData } from "node:worker_threads";

/**
 * @import { HostRequest, HostResponse } from "../host.mjs"
 */

/** @type {{ port: import("node:worker_threads").MessagePort, signal: Int32Array }} */
const { port, signal } = workerData;

port.on("message", async (/** @type {HostRequest} */ request) => {
  let reply;
  try {
    reply = await send(request);
  } catch (error) {
    reply = { error: error instanceof Error ? error.message : String(error) };
  }
  port.postMessage(reply);
  Atomics.store(signal, 0, 1);
  Atomics.notify(signal, 0);
});

/**
 * @param {HostRequest} request
 * @returns {Promise<HostResponse>}
 */
function send({ method, url, headers, body, timeoutMs }) {
  return new Promise((resolve, reject) => {
    const client = url.startsWith("https:") ? https : http;
    const options = { method, headers: headers.flat(), timeout: timeoutMs };
    const sent = client.request(url, /** @type {any} */ (options), (response) => {
      /** @type {Buffer[]} */
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("error", reject);
      response.on("aborted", () => reject(new Error("the connection was closed within the answer")));
      response.on("end", () => {
        /** @type {[string, string][]} */
        const pairs = [];
        for (let at = 0; at < response.rawHeaders.length; at += 2) {
          pairs.push([response.rawHeaders[at], response.rawHeaders[at + 1]]);
        }
        resolve({ status: response.statusCode ?? 0, headers: pairs, body: Uint8Array.from(Buffer.concat(chunks)) });
      });
    });
    sent.on("timeout", () => sent.destroy(new Error("the request timed out")));
    sent.on("error", reject);
    sent.end(body.length > 0 ? body : undefined);
  });
}
