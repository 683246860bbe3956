// Parsing in the middle of an evaluation. The parser is asynchronous, so it runs in a thread that is waited for.

import { fileURLToPath } from "node:url";
import { MessageChannel, Worker, receiveMessageOnPort } from "node:worker_threads";
import { syntaxError } from "./parse.mjs";

/**
 * @import { Node } from "./parse.mjs"
 */

/** @type {{ port: import("node:worker_threads").MessagePort, signal: Int32Array } | null} */
let thread = null;

/** @type {Map<string, Node>} */
const parsed = new Map();

/**
 * Parses an expression.
 *
 * @param {string} text
 * @returns {Node}
 */
export function parseNow(text) {
  let node = parsed.get(text);
  if (node === undefined) {
    thread ??= start();
    const { port, signal } = thread;
    Atomics.store(signal, 0, 0);
    port.postMessage(text);
    Atomics.wait(signal, 0, 0);
    const reply = receiveMessageOnPort(port)?.message;
    if (reply.error !== undefined) throw syntaxError(reply.error);
    node = JSON.parse(reply.node);
    parsed.set(text, node);
  }
  return node;
}

function start() {
  const { port1, port2 } = new MessageChannel();
  const signal = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(fileURLToPath(new URL("parse-thread.mjs", import.meta.url)), {
    workerData: { port: port2, signal },
    transferList: [port2],
  });
  worker.unref();
  return { port: port1, signal };
}
