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

/** Threads that evaluate. */
export class Threads {
  /** @param {number} count */
  constructor(count) {
    this.threads = Array.from({ length: count }, () => new Thread());
  }

  /**
   * Evaluates an expression in each thread, interleaved at every request. Each evaluation has a cache of its own.
   *
   * @param {Host} host
   * @param {object} given
   * @param {string[]} given.documents
   * @param {string} given.expression
   * @param {Mode} given.mode
   * @param {Choose} given.choose
   * @param {Map<string, HostResponse>} [given.answers] What every cache holds at first.
   * @returns {Promise<{ value?: any, error?: any }[]>} As JSON.
   */
  async evaluate(host, { choose, ...given }) {
    /** @type {Map<Thread, { wish: Wish, until: number }>} */
    const waiting = new Map();
    /** @type {Map<Thread, Done>} */
    const ended = new Map();
    const listen = async (/** @type {Thread} */ thread) => {
      const said = await thread.next();
      if (said.kind === "done") ended.set(thread, said);
      else waiting.set(thread, { wish: said, until: host.now() + (said.kind === "sleep" ? said.milliseconds : 0) });
    };
    for (const thread of this.threads) thread.tell({ ...given, now: host.now() });
    await Promise.all(this.threads.map(listen));
    while (waiting.size > 0) {
      const wake = Math.min(...[...waiting.values()].map(({ until }) => until));
      if (wake > host.now()) host.sleep(wake - host.now());
      // In the order of the threads, whoever was heard first.
      const ready = this.threads.filter((thread) => (waiting.get(thread)?.until ?? Infinity) <= host.now());
      const thread = ready[choose(ready.length)];
      const { wish } = /** @type {{ wish: Wish }} */ (waiting.get(thread));
      waiting.delete(thread);
      thread.answer({ ...answerOf(host, wish), now: host.now() });
      await listen(thread);
    }
    return this.threads.map((thread) => /** @type {Done} */ (ended.get(thread)));
  }

  async stop() {
    await Promise.all(this.threads.map((thread) => thread.stop()));
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

class Thread {
  constructor() {
    // Answers have a channel of their own, which the thread reads while it is busy.
    const { port1, port2 } = new MessageChannel();
    this.answers = port1;
    this.signal = new Int32Array(new SharedArrayBuffer(4));
    this.worker = new Worker(new URL("interleaved-thread.mjs", import.meta.url), {
      workerData: { port: port2, signal: this.signal },
      transferList: [port2],
    });
    /** @type {any[]} */
    this.said = [];
    /** @type {((message: any) => void)[]} */
    this.listeners = [];
    this.worker.on("message", (message) => this.hear(message));
    this.worker.on("error", (error) => this.hear({ kind: "broken", error }));
  }

  /** @param {any} message */
  hear(message) {
    const listener = this.listeners.shift();
    if (listener === undefined) this.said.push(message);
    else listener(message);
  }

  /** @returns {Promise<Wish | Done>} */
  async next() {
    const message = this.said.shift() ?? (await new Promise((resolve) => this.listeners.push(resolve)));
    if (message.kind === "broken") throw message.error;
    return message;
  }

  /** @param {object} job */
  tell(job) {
    this.worker.postMessage(job);
  }

  /** @param {object} answer */
  answer(answer) {
    this.answers.postMessage(answer);
    Atomics.add(this.signal, 0, 1);
    Atomics.notify(this.signal, 0);
  }

  async stop() {
    this.answers.close();
    await this.worker.terminate();
  }
}
