// Several evaluations at once, each in a thread of its own, in an order that is decided here: at every request and
// every wake-up one of them goes on. All share one virtual clock, which moves only when all of them are asleep.

import { fileURLToPath } from "node:url";
import { MessageChannel, Worker } from "node:worker_threads";
import { parseAll } from "../evaluate.mjs";
import { ResponseCache } from "../web/cache.mjs";

/**
 * @import { Given } from "../evaluate.mjs"
 * @import { EngineOptions, LoggedRequest } from "../engine.mjs"
 * @import { HostRequest, HostResponse } from "../host.mjs"
 * @import { MessagePort } from "node:worker_threads"
 */

/**
 * What a thread is given: as for `evaluate`, but its host is the scheduler, and report parameters are texts.
 *
 * @typedef {Omit<Given, "lazily"> & Partial<Omit<EngineOptions, "host" | "parameters">> &
 *   { parameters?: Record<string, string> }} Job
 */

/**
 * What came of one evaluation, as data.
 *
 * @typedef {object} Outcome
 * @property {any} [value] As `toJson` gives it.
 * @property {Record<string, string>} [columns] Of a table: the type of each column as M text.
 * @property {Record<string, any>} [error] As `errorToJson` gives it.
 * @property {LoggedRequest[]} requests
 * @property {{ level: number, message: any }[]} traces
 * @property {ResponseCache} cache What the evaluation has left in it.
 */

/**
 * The network's side: what comes back, and after how long.
 *
 * @typedef {(now: number, request: HostRequest, evaluation: number) =>
 *   { delayMs: number } & ({ response: HostResponse } | { failure: string })} Answers
 */

/**
 * Who goes on: one of the evaluations that have a request to send. Requests reach the server in this order.
 *
 * @typedef {(waiting: { evaluation: number, request: HostRequest }[], step: number) => number} Choose
 */

/**
 * A thread that takes jobs, one after the other.
 *
 * @typedef {{ worker: Worker, port: MessagePort, signal: Int32Array, known: Set<string> }} Thread
 */

/** @typedef {{ kind: "running" } | { kind: "request", request: HostRequest } | { kind: "asleep", until: number,
 *   wake: any } | { kind: "done" }} State */

/** Threads for evaluations. They are kept, for starting one takes long; {@link Threads.close} ends them. */
export class Threads {
  constructor() {
    /** @type {Thread[]} */
    this.threads = [];
    /** What was parsed, as JSON, by its text: threads get each once. @type {Map<string, Promise<string>>} */
    this.parsed = new Map();
  }

  /** @param {Job} job */
  async parse(job) {
    const key = JSON.stringify([job.documents, job.expression ?? null]);
    let parsed = this.parsed.get(key);
    if (parsed === undefined) {
      parsed = parseAll(job).then((nodes) => JSON.stringify(nodes));
      this.parsed.set(key, parsed);
    }
    return { key, nodes: await parsed };
  }

  /**
   * Runs evaluations side by side.
   *
   * @param {Job[]} jobs
   * @param {object} options
   * @param {Answers} options.answers
   * @param {number} [options.now] Where the clock begins.
   * @param {Choose} [options.choose] In turn, if left out.
   * @returns {Promise<{ outcomes: Outcome[], now: number, order: number[] }>} `order`: which evaluation sent each
   *   request.
   */
  async run(jobs, { answers, now = Date.UTC(2025, 0, 1), choose = inTurn() }) {
    const parsed = await Promise.all(jobs.map((job) => this.parse(job)));
    while (this.threads.length < jobs.length) this.threads.push(startThread());
    return new Run(this.threads, answers, now, choose).go(jobs, parsed);
  }

  /** Ends the threads. */
  async close() {
    await Promise.all(this.threads.map(({ worker }) => worker.terminate()));
    this.threads = [];
  }
}

/** One run of several evaluations. */
class Run {
  /**
   * @param {Thread[]} threads
   * @param {Answers} answers
   * @param {number} now
   * @param {Choose} choose
   */
  constructor(threads, answers, now, choose) {
    this.threads = threads;
    this.answers = answers;
    this.now = now;
    this.choose = choose;
    /** @type {State[]} */
    this.states = [];
    /** @type {Outcome[]} */
    this.outcomes = [];
    /** @type {number[]} */
    this.order = [];
  }

  /**
   * @param {Job[]} jobs
   * @param {{ key: string, nodes: string }[]} parsed
   * @returns {Promise<{ outcomes: Outcome[], now: number, order: number[] }>}
   */
  async go(jobs, parsed) {
    this.states = jobs.map(() => ({ kind: "running" }));
    await new Promise((resolve, reject) => {
      /** @type {(() => void)[]} */
      const cleanUps = [];
      const finish = () => {
        for (const cleanUp of cleanUps) cleanUp();
        resolve(undefined);
      };
      jobs.forEach((job, evaluation) => {
        const { worker, port, known } = this.threads[evaluation];
        const { key, nodes } = parsed[evaluation];
        const onMessage = (/** @type {any} */ message) => {
          try {
            this.hear(evaluation, message);
            if (this.states.every(({ kind }) => kind !== "running")) this.goOn();
            if (this.states.every(({ kind }) => kind === "done")) finish();
          } catch (error) {
            reject(error);
          }
        };
        port.on("message", onMessage);
        worker.once("error", reject);
        cleanUps.push(() => {
          port.off("message", onMessage);
          worker.off("error", reject);
        });
        const { documents: _documents, expression: _expression, cache, ...options } = job;
        const work = { key, nodes: known.has(key) ? null : nodes, options, cache: cache?.answers };
        known.add(key);
        worker.postMessage({ ...work, now: this.now, evaluation });
      });
      if (jobs.length === 0) finish();
    });
    return { outcomes: this.outcomes, now: this.now, order: this.order };
  }

  /**
   * @param {number} evaluation
   * @param {any} message
   */
  hear(evaluation, message) {
    switch (message.kind) {
      case "request":
        this.states[evaluation] = { kind: "request", request: message.request };
        break;
      case "sleep":
        this.states[evaluation] = { kind: "asleep", until: this.now + message.milliseconds, wake: {} };
        break;
      case "done": {
        const cache = new ResponseCache();
        cache.answers = message.cache;
        this.outcomes[evaluation] = { ...message.outcome, cache };
        this.states[evaluation] = { kind: "done" };
        break;
      }
      default:
        // Its fault is not one of M: it ends the run.
        throw Object.assign(new Error(message.message), { stack: message.stack });
    }
  }

  /** Lets one evaluation go on: nobody is running. Who is due to wake does so before another request is sent. */
  goOn() {
    if (this.wakeFirst(this.now)) return;
    const waiting = this.states.flatMap((state, evaluation) =>
      state.kind === "request" ? [{ evaluation, request: state.request }] : [],
    );
    if (waiting.length === 0) {
      this.wakeFirst(Infinity);
      return;
    }
    const { evaluation, request } = waiting[this.choose(waiting, this.order.length)];
    this.order.push(evaluation);
    const { delayMs, ...wake } = this.answers(this.now, request, evaluation);
    this.states[evaluation] = { kind: "asleep", until: this.now + delayMs, wake };
    this.goOn();
  }

  /**
   * Wakes who is to wake first, if that is not later than a time; the clock moves there.
   *
   * @param {number} latest
   * @returns {boolean} Whether there was one.
   */
  wakeFirst(latest) {
    let first = -1;
    let until = Infinity;
    this.states.forEach((state, evaluation) => {
      if (state.kind === "asleep" && state.until < until) {
        first = evaluation;
        until = state.until;
      }
    });
    const state = this.states[first];
    if (state?.kind !== "asleep" || until > latest) return false;
    this.now = Math.max(this.now, until);
    this.wake(first, state.wake);
    return true;
  }

  /**
   * @param {number} evaluation
   * @param {any} message
   */
  wake(evaluation, message) {
    const { port, signal } = this.threads[evaluation];
    this.states[evaluation] = { kind: "running" };
    port.postMessage({ ...message, now: this.now });
    Atomics.add(signal, 0, 1);
    Atomics.notify(signal, 0);
  }
}

/** @returns {Thread} */
function startThread() {
  const { port1, port2 } = new MessageChannel();
  const signal = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(fileURLToPath(new URL("evaluation-thread.mjs", import.meta.url)), {
    workerData: { port: port2, signal },
    transferList: [port2],
    resourceLimits: { stackSizeMb: 256 },
  });
  return { worker, port: port1, signal, known: new Set() };
}

/**
 * Each evaluation in its turn, as far as it has something to send.
 *
 * @returns {Choose}
 */
export function inTurn() {
  let last = -1;
  return (waiting) => {
    const after = waiting.findIndex(({ evaluation }) => evaluation > last);
    const at = after < 0 ? 0 : after;
    last = waiting[at].evaluation;
    return at;
  };
}

/**
 * In a given order: the evaluation named at each step, or the first that waits if that one does not.
 *
 * @param {number[]} order Is begun again at its end.
 * @returns {Choose}
 */
export function inOrder(order) {
  return (waiting, step) => {
    const wanted = order[step % order.length];
    return Math.max(
      0,
      waiting.findIndex(({ evaluation }) => evaluation === wanted),
    );
  };
}

/**
 * In an order that chance gives, the same for the same seed.
 *
 * @param {number} seed
 * @returns {Choose}
 */
export function byChance(seed) {
  let state = (Math.imul(seed, 2) + 1) >>> 0;
  return (waiting) => {
    // A linear congruence; the upper bits are the good ones.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * waiting.length);
  };
}

/**
 * The answers of a simulator.
 *
 * @param {import("../../../pkg/simulator.node.js").Simulator} simulator
 * @returns {Answers}
 */
export function simulatorAnswers(simulator) {
  return (now, { method, url, headers, body, timeoutMs }) => {
    const reply = simulator.handle(now, method, url, [...headers, ["Host", new URL(url).host]], body);
    const { status, delayMs, fate } = reply;
    if (delayMs > timeoutMs) return { delayMs: timeoutMs, failure: "the request timed out" };
    if (fate === "drop") return { delayMs, failure: "the connection was closed without an answer" };
    if (fate === "cut" && reply.cutBytes < reply.body.length) {
      return { delayMs, failure: "the connection was closed within the answer" };
    }
    return { delayMs, response: { status, headers: reply.headers, body: reply.body } };
  };
}
