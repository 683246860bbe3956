/** One evaluation, whose host is in another thread. */

import { receiveMessageOnPort, workerData } from "node:worker_threads";

import { evaluateParsed, makeEngine, parseAll, toJson } from "../evaluate.mjs";
import { NetworkError } from "../host.mjs";

const { documents, expression, mode, engine, port, signal } = workerData;
let { now } = workerData;
let answers = 0;

/** @param {object} wish */
function ask(wish) {
  port.postMessage(wish);
  Atomics.wait(signal, 0, answers);
  answers += 1;
  const received = receiveMessageOnPort(port);
  if (received === undefined) throw new Error("expected an answer, found none");
  ({ now } = received.message);
  return received.message;
}

let chance = 1;
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

const nodes = await parseAll({ documents, expression });
const { value, error } = evaluateParsed(makeEngine({ host, mode, ...engine }), nodes);
port.postMessage(
  error === undefined
    ? { kind: "done", value: toJson(/** @type {any} */ (value)) }
    : { kind: "done", error: toJson(error.record) },
);
