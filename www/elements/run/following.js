// Drives a run that is followed, and tells what is known of it. It draws nothing.
import { begun, over, stands, told } from "./progress.js";
import { ofActivities, ofOutputs } from "./tasks.js";

/**
 * @import { FabricActivityRun, RunEvent, RunHandle, RunResult } from "pqrun"
 *
 * @typedef {object} Watcher
 * @property {() => RunHandle} begin Starts or resumes it. May throw a `PqrunError`.
 * @property {(runId: string, after: number) => Promise<FabricActivityRun[]>} readActivities Of a pipeline's run.
 * @property {(event: RunEvent) => void} onEvent
 * @property {() => void} onChange When anything is to be drawn anew.
 * @property {() => number} [now]
 */

/** The window that activities are looked for in begins so long before the run: clocks differ. */
const BEFORE_MS = 86_400_000;

/** After so many failures in a row activities are not asked for any more. */
const ACTIVITY_FAILURES = 3;

/** A run from its start, or from a snapshot, to the end of the sight of it. */
export class Following {
  /** What is known of it. */
  progress;
  /** How it ended. Rejects only if events can't be read, which is a fault. @type {Promise<RunResult>} */
  result;
  /** Why there are no activities to be seen. @type {string | undefined} */
  activitiesProblem;
  /** @type {RunHandle} */
  #handle;
  /** @type {Watcher} */
  #watcher;
  /** @type {() => number} */
  #now;
  #isAsking = false;
  #failures = 0;
  /** The time of the last poll that activities were read after. @type {number | undefined} */
  #askedAt;

  /**
   * @param {Watcher} watcher
   * @throws {PqrunError} What `begin` throws.
   */
  constructor(watcher) {
    this.#watcher = watcher;
    this.#now = watcher.now ?? Date.now;
    this.#handle = watcher.begin();
    // Of a run that is resumed that was some time ago.
    this.progress = begun(this.#handle.snapshot().began);
    // Before anything happens: events are told from here on.
    const events = this.#handle[Symbol.asyncIterator]();
    this.result = this.#follow(events);
  }

  /** @param {AsyncIterableIterator<RunEvent> | ReturnType<RunHandle[typeof Symbol.asyncIterator]>} events */
  async #follow(events) {
    for await (const event of events) {
      this.progress = told(this.progress, event);
      this.#watcher.onEvent(event);
      this.#watcher.onChange();
      this.#askActivities(event);
    }
    const result = await this.#handle.result;
    this.progress = over(this.progress, result, this.#now());
    // What was read of activities is older than the end.
    if (result.outputs.length > 0 && (this.#hasActivities || this.progress.tasks.length === 0)) {
      this.progress = { ...this.progress, tasks: ofOutputs(result) };
    }
    this.#watcher.onChange();
    return result;
  }

  /** Whether it has a result. */
  get isOver() {
    return this.progress.result !== undefined;
  }

  /** Whether activities can be asked for: pipelines have them. */
  get #hasActivities() {
    const job = /** @type {Record<string, any>} */ (this.#handle.snapshot().job);
    return job.service === "fabric" && /^(?:pipeline|execute)$/iu.test(job.jobType ?? "Pipeline");
  }

  /** Whether others may rely on the run; `undefined` while none is known. */
  get isShared() {
    return this.#handle.snapshot().run?.shared;
  }

  /** The time by the service's clock, as far as its answers tell. */
  get serviceNow() {
    return this.#now() + (this.isOver ? 0 : (this.#handle.snapshot().start.clockOffset ?? 0));
  }

  /** @returns {import("pqrun").Snapshot} */
  snapshot() {
    return this.#handle.snapshot();
  }

  cancel() {
    this.#handle.cancel();
  }

  detach() {
    this.#handle.detach();
  }

  /** Looks where things stand now: the next poll moves without an event. */
  look() {
    if (!this.isOver) {
      const { status } = this.#handle;
      this.progress = stands(this.progress, status);
      this.#askActivities(status);
      this.#watcher.onChange();
    }
  }

  /**
   * Reads the activities of a Fabric pipeline's run, at most once per poll. Whatever comes of it, the run goes on.
   *
   * @param {RunEvent} status
   */
  async #askActivities({ runId, nextPollAt, phase }) {
    const isDue = nextPollAt !== undefined && nextPollAt !== this.#askedAt;
    const isActive = phase === "running" || phase === "terminating";
    if (!runId || !isDue || !isActive || this.#isAsking || !this.#hasActivities) {
      return;
    }
    this.#isAsking = true;
    this.#askedAt = nextPollAt;
    try {
      const activities = await this.#watcher.readActivities(runId, this.progress.began - BEFORE_MS);
      this.#failures = 0;
      this.activitiesProblem = undefined;
      // An answer that comes after the end is older than what the result tells.
      if (!this.isOver && activities.length > 0) {
        this.progress = { ...this.progress, tasks: ofActivities(activities) };
      }
    } catch (error) {
      this.#failures += 1;
      this.activitiesProblem = /** @type {Error} */ (error).message;
    } finally {
      this.#isAsking = this.#failures >= ACTIVITY_FAILURES;
      this.#watcher.onChange();
    }
  }
}
