// The thread behind `parse-now.mjs`.

import { workerData } from "node:worker_threads";
import { parse } from "./parse.mjs";
import { MError } from "./value.mjs";

/** @type {{ port: import("node:worker_threads").MessagePort, signal: Int32Array }} */
const { port, signal } = workerData;

port.on("message", async (/** @type {string} */ text) => {
  let reply;
  try {
    reply = { node: JSON.stringify(await parse(text)) };
  } catch (error) {
    reply = { error: error instanceof MError ? error.text : String(error) };
  }
  port.postMessage(reply);
  Atomics.store(signal, 0, 1);
  Atomics.notify(signal, 0);
});
