/** A thread that evaluates what it is told to, with a host in another thread. */

import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";

import { ResponseCache, evaluateParsed, makeEngine, parseAll, toJson } from "../evaluate.mjs";
import { NetworkError } from "../host.mjs";

const { port, signal } = workerData;
let answers = 0;
let now = 0;
let chance = 1;

/** @param {object} wish */
function ask(wish) {
  parentPort?.postMessage(wish);
  Atomics.wait(signal, 0, answers);
  answers += 1;
  const received = receiveMessageOnPort(port);
  if (received === undefined) throw new Error("expected an answer, found none");
  ({ now } = received.message);
  return received.message;
}

const host = {
  /** @param {import("../host.mjs").HostRequest} request */
  request(request) {
    const { response, failure } = ask({ kind: "request", request });
    if (failure !== undefined) throw new NetworkError(failure);
    return response;
  },
  /** @param {number} milliseconds */
  sleep(milliseconds) {
    ask({ kind: "sleep", milliseconds });
  },
  now: () => now,
  random() {
    chance = (chance * 48_271) % 0x7fff_ffff;
    return chance / 0x7fff_ffff;
  },
};

/** @type {Map<string, Promise<any[]>>} */
const parsed = new Map();

/** @param {string[]} documents */
function parseOnce(documents) {
  const key = documents.join("\u0000");
  const nodes = parsed.get(key) ?? parseAll({ documents });
  parsed.set(key, nodes);
  return nodes;
}

parentPort?.on("message", async (/** @type {any} */ { documents, expression, mode, answers: known, ...job }) => {
  ({ now } = job);
  const cache = new ResponseCache();
  if (known !== undefined) cache.answers = new Map(known);
  const nodes = [...(await parseOnce(documents)), ...(await parseOnce([expression]))];
  const { value, error } = evaluateParsed(makeEngine({ host, mode, cache }), nodes);
  parentPort?.postMessage(
    error === undefined
      ? { kind: "done", value: toJson(/** @type {any} */ (value)) }
      : { kind: "done", error: toJson(error.record) },
  );
});
