/**
 * Several evaluations at once against one workspace. Each runs in a thread of its own, but never two at a time: whenever
 * all wait for the host, one of them gets its answer. So every order of their requests can be had, and repeated.
 */

import { MessageChannel, Worker } from "node:worker_threads";

import { NetworkError } from "../host.mjs";

/**
 * @import { Host, HostRequest, HostResponse } from "../host.mjs"
 * @import { Mode } from "../engine.mjs"
 */

/**
 * What a thread waits for.
 *
 * @typedef {{ kind: "request", request: HostRequest } | { kind: "sleep", milliseconds: number }} Wish
 */

/** @typedef {{ kind: "done", value?: any, error?: any }} Done */

/**
 * Chooses which of several may go on.
 *
 * @typedef {(count: number) => number} Choose
 */

/** @returns {Choose} Each in its turn. */
export function inTurn() {
  let turn = -1;
  return (count) => {
    turn = (turn + 1) % count;
    return turn;
  };
}

/**
 * @param {number} seed
 * @returns {Choose} By the minimal standard generator.
 */
export function byChance(seed) {
  let state = seed;
  return (count) => {
    state = (state * 48_271) % 0x7fff_ffff;
    return state % count;
  };
}

/**
 * Evaluates an expression several times, interleaved at every request. Each has its own cache.
 *
 * @param {Host} host
 * @param {object} options
 * @param {string[]} options.documents
 * @param {string} options.expression
 * @param {number} options.times
 * @param {Mode} options.mode
 * @param {Choose} options.choose
 * @param {object} [options.engine] More options of the engine.
 * @returns {Promise<{ value?: any, error?: any }[]>} As JSON.
 */
export async function evaluateInterleaved(host, { documents, expression, times, mode, choose, engine = {} }) {
  const threads = [];
  for (let at = 0; at < times; at += 1) threads.push(startThread({ documents, expression, mode, engine, now: host.now() }));
  try {
    const all = await Promise.all(threads);
    /** @type {Map<typeof all[number], { wish: Wish, until: number }>} */
    const waiting = new Map();
    const ended = new Map();
    for (const thread of all) await note(thread, await thread.next());
    while (waiting.size > 0) {
      let ready = [...waiting].filter(([, { until }]) => until <= host.now());
      if (ready.length === 0) {
        host.sleep(Math.min(...[...waiting.values()].map(({ until }) => until)) - host.now());
        ready = [...waiting].filter(([, { until }]) => until <= host.now());
      }
      const [thread, { wish }] = ready[choose(ready.length)];
      waiting.delete(thread);
      thread.answer({ ...answerOf(host, wish), now: host.now() });
      await note(thread, await thread.next());
    }
    return all.map((thread) => ended.get(thread));

    /**
     * @param {typeof all[number]} thread
     * @param {Wish | Done} said
     */
    async function note(thread, said) {
      if (said.kind === "done") ended.set(thread, said);
      else waiting.set(thread, { wish: said, until: host.now() + (said.kind === "sleep" ? said.milliseconds : 0) });
    }
  } finally {
    await Promise.all(threads.map(async (thread) => (await thread).stop()));
  }
}

/**
 * @param {Host} host
 * @param {Wish} wish
 * @returns {{ response?: HostResponse, failure?: string }}
 */
function answerOf(host, wish) {
  if (wish.kind === "sleep") return {};
  try {
    return { response: host.request(wish.request) };
  } catch (error) {
    if (error instanceof NetworkError) return { failure: error.message };
    throw error;
  }
}

/** @param {object} workerData */
async function startThread(workerData) {
  const { port1: ours, port2: theirs } = new MessageChannel();
  const signal = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL("interleaved-thread.mjs", import.meta.url), {
    workerData: { ...workerData, port: theirs, signal },
    transferList: [theirs],
  });
  /** @type {any[]} */
  const said = [];
  /** @type {((value: any) => void)[]} */
  const listeners = [];
  const hear = (/** @type {any} */ message) => {
    const listener = listeners.shift();
    if (listener === undefined) said.push(message);
    else listener(message);
  };
  ours.on("message", hear);
  worker.on("error", (error) => hear({ kind: "broken", error }));
  return {
    /** @returns {Promise<Wish | Done>} */
    async next() {
      const message = said.length > 0 ? said.shift() : await new Promise((resolve) => listeners.push(resolve));
      if (message.kind === "broken") throw message.error;
      return message;
    },
    /** @param {object} answer */
    answer(answer) {
      ours.postMessage(answer);
      Atomics.add(signal, 0, 1);
      Atomics.notify(signal, 0);
    },
    async stop() {
      ours.close();
      await worker.terminate();
    },
  };
}
