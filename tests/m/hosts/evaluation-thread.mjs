// A thread of `worker.mjs`: evaluates what it is given, with the scheduler as its host.

import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { evaluateParsed, makeEngine } from "../evaluate.mjs";
import { NetworkError } from "../host.mjs";
import { columnTypes, errorToJson, toJson } from "../json.mjs";
import { MTable } from "../value.mjs";
import { ResponseCache } from "../web/cache.mjs";

/**
 * @import { Host } from "../host.mjs"
 */

/** @type {{ port: import("node:worker_threads").MessagePort, signal: Int32Array }} */
const { port, signal } = workerData;

/** What this thread was given before, by its key. @type {Map<string, import("../parse.mjs").Node[]>} */
const parsed = new Map();

/** @type {import("node:worker_threads").MessagePort} */ (parentPort).on("message", (job) => {
  try {
    port.postMessage(work(job));
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    port.postMessage({ kind: "fault", message, stack });
  }
});

/** @param {any} job */
function work({ key, nodes, options, cache: answers, now, evaluation }) {
  if (nodes !== null) parsed.set(key, JSON.parse(nodes));
  const cache = new ResponseCache();
  if (answers !== undefined) cache.answers = answers;
  const { parameters = {}, ...rest } = options;
  const host = remoteHost(now, evaluation);
  const engine = makeEngine({ ...rest, cache, host, parameters: (name) => parameters[name] });
  const { value, error, requests, traces } = evaluateParsed(engine, /** @type {any} */ (parsed.get(key)));
  return {
    kind: "done",
    outcome: {
      ...(error === undefined
        ? { value: toJson(value), columns: value instanceof MTable ? columnTypes(value) : undefined }
        : { error: errorToJson(error) }),
      requests,
      traces: traces.map(({ level, message }) => ({ level, message: toJson(message) })),
    },
    cache: cache.answers,
  };
}

/**
 * @param {number} start
 * @param {number} seed
 * @returns {Host}
 */
function remoteHost(start, seed) {
  let clock = start;
  let chance = seed + 1;
  const ask = (/** @type {any} */ message) => {
    const before = Atomics.load(signal, 0);
    port.postMessage(message);
    Atomics.wait(signal, 0, before);
    let received = receiveMessageOnPort(port);
    // The signal may be seen before the message is there.
    while (received === undefined) {
      Atomics.wait(signal, 0, Atomics.load(signal, 0), 1);
      received = receiveMessageOnPort(port);
    }
    clock = received.message.now;
    return received.message;
  };
  return {
    request(request) {
      const reply = ask({ kind: "request", request });
      if (reply.failure !== undefined) throw new NetworkError(reply.failure);
      return reply.response;
    },
    sleep: (milliseconds) => void ask({ kind: "sleep", milliseconds }),
    now: () => clock,
    random() {
      chance = (chance * 48_271) % 0x7fff_ffff;
      return chance / 0x7fff_ffff;
    },
  };
}
