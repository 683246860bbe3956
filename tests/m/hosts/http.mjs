// A host on the real network. A thread does the waiting, so that requests are synchronous here.

import { fileURLToPath } from "node:url";
import { MessageChannel, Worker, receiveMessageOnPort } from "node:worker_threads";
import { NetworkError } from "../host.mjs";

/**
 * @import { Host, HostRequest, HostResponse } from "../host.mjs"
 */

/**
 * Waits are real once a request has been sent; before that the clock is virtual.
 *
 * @param {object} [options]
 * @param {string} [options.baseUrl] Where every request goes instead: only path and query of its own URL are kept, and
 *   the header `Host`.
 * @param {number} [options.speed] Divides every wait.
 * @returns {Host & { close: () => void }}
 */
export function httpHost({ baseUrl, speed = 1 } = {}) {
  /** @type {{ worker: Worker, port: import("node:worker_threads").MessagePort, signal: Int32Array } | null} */
  let thread = null;
  let virtual = 0;
  const start = () => {
    const { port1, port2 } = new MessageChannel();
    const signal = new Int32Array(new SharedArrayBuffer(4));
    const file = fileURLToPath(new URL("http-thread.mjs", import.meta.url));
    const worker = new Worker(file, { workerData: { port: port2, signal }, transferList: [port2] });
    worker.unref();
    return { worker, port: port1, signal };
  };
  return {
    request(request) {
      thread ??= start();
      const { port, signal } = thread;
      Atomics.store(signal, 0, 0);
      port.postMessage(baseUrl === undefined ? request : redirect(request, baseUrl));
      Atomics.wait(signal, 0, 0);
      const reply = receiveMessageOnPort(port)?.message;
      if (reply === undefined) throw new NetworkError("the network thread gave no answer");
      if (reply.error !== undefined) throw new NetworkError(reply.error);
      return reply;
    },
    sleep(milliseconds) {
      if (thread === null) {
        virtual += milliseconds;
      } else if (milliseconds > 0) {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds / speed);
      }
    },
    now: () => Date.now() + virtual,
    random: Math.random,
    close: () => void thread?.worker.terminate(),
  };
}

/**
 * @param {HostRequest} request
 * @param {string} baseUrl
 * @returns {HostRequest}
 */
function redirect(request, baseUrl) {
  const from = new URL(request.url);
  const base = new URL(baseUrl);
  const url = `${base.origin}${base.pathname.replace(/\/$/, "")}${from.pathname}${from.search}`;
  const headers = request.headers.filter(([name]) => name.toLowerCase() !== "host");
  return { ...request, url, headers: [...headers, ["Host", from.host]] };
}
