// Runs one after another: begins them, keeps what they need to be found again, and lets go of it at their end. It draws
// nothing.
import { client } from "../base/modules/client.js";
import { Following } from "./following.js";
import { Requests } from "./requests.js";
import { canGoOn } from "./words.js";

/**
 * @import { ConnectionOptions, FetchLike, RunEvent, RunHandle, RunResult, Snapshot } from "pqrun"
 * @import { Fault } from "./keeping.js"
 * @import { Kept, Store } from "./storage.js"
 *
 * @typedef {typeof import("pqrun")} Client
 * @typedef {Omit<ConnectionOptions, "fetch"> & { fetch: FetchLike }} Connection
 *
 * @typedef {object} Launch What a run is begun from, anew or again.
 * @property {(client: Client, options: object) => RunHandle} begin
 * @property {Record<string, unknown>} session How outputs are read, which no snapshot has.
 * @property {Record<string, unknown>} secrets Values that no snapshot has.
 * @property {boolean} isKept Whether its snapshot is stored.
 *
 * @typedef {object} Host
 * @property {() => ConnectionOptions} connection
 * @property {(event: RunEvent) => void} onEvent
 * @property {() => void} onChange When anything is to be drawn anew.
 */

/** Why a run is not begun. */
export class Hindrance extends Error {
  /**
   * @param {Fault["kind"]} kind
   * @param {Error} error What is told.
   */
  constructor(kind, error) {
    super(error.message);
    this.kind = kind;
    this.error = error;
  }
}

/** The run of an element, its log, and what is kept of it. */
export class Session {
  requests = new Requests();
  /** The run that is followed, or was last. @type {Following | undefined} */
  following;
  /** What can be resumed without storage. @type {(Pick<Kept, "snapshot" | "session"> & { secrets: Record<string, unknown> }) | undefined} */
  resumable;
  /** Where snapshots are kept. @type {Store | undefined} */
  store;
  /** Whether the run has its snapshot there. */
  isKept = false;
  /** Why it has not, although it should. @type {string | undefined} */
  keepingProblem;
  #host;

  /** @param {Host} host */
  constructor(host) {
    this.#host = host;
  }

  /** Whether a run is being followed. */
  get isFollowing() {
    return this.following?.isOver === false;
  }

  /**
   * Begins a run.
   *
   * @param {Launch} launch
   * @returns {Promise<{ result: Promise<RunResult> }>} Once it is followed.
   * @throws {Hindrance}
   */
  async launch(launch) {
    const module = await client().catch((error) => {
      throw new Hindrance("loading", error);
    });
    const release = launch.isKept ? await this.store?.claim() : () => {};
    if (!release) {
      throw new Hindrance("elsewhere", new Error("It follows a run that is kept under the same name."));
    }
    try {
      this.following = this.#follow(module, launch);
    } catch (error) {
      release();
      throw new Hindrance("refused", /** @type {Error} */ (error));
    }
    return { result: this.#end(this.following, launch).finally(release) };
  }

  /**
   * @param {Client} module
   * @param {Launch} launch
   */
  #follow(module, { begin, session, isKept }) {
    const connection = this.#connection();
    const persist = isKept ? { persist: (/** @type {Snapshot} */ snapshot) => this.#keep({ snapshot, session }) } : {};
    const stopLogging = module.addLogger((record) => this.requests.take(record) && this.#host.onChange());
    try {
      /** @type {Following} */
      const following = new Following({
        begin: () => begin(module, { ...connection, ...persist }),
        readActivities: (runId, after) => readActivities(module, following.snapshot(), connection, runId, after),
        onEvent: this.#host.onEvent,
        onChange: this.#host.onChange,
      });
      // The log is told a little later than all else.
      following.result.catch(() => {}).then(() => setTimeout(stopLogging));
      this.isKept = isKept;
      this.keepingProblem = undefined;
      return following;
    } catch (error) {
      stopLogging();
      throw error;
    }
  }

  /** @returns {Connection} */
  #connection() {
    const connection = this.#host.connection();
    return { ...connection, fetch: this.requests.watch(connection.fetch) };
  }

  /** @param {Omit<Kept, "at">} kept */
  #keep(kept) {
    try {
      this.store?.put(kept);
      this.keepingProblem = undefined;
    } catch (error) {
      this.keepingProblem = "the browser's storage for this page is full";
      throw error;
    }
  }

  /**
   * @param {Following} following
   * @param {Launch} launch
   */
  async #end(following, { session, secrets }) {
    const result = await following.result;
    const goesOn = canGoOn(result);
    this.resumable = goesOn ? { snapshot: following.snapshot(), session, secrets } : undefined;
    if (this.isKept && !goesOn) {
      this.store?.forget();
      this.isKept = false;
    }
    return result;
  }

  /** Whether others may rely on the run, and nobody has said that it may be cancelled for all that. */
  get mustAsk() {
    return this.following?.isShared === true && !this.following.snapshot().options.cancelShared;
  }

  /** Cancels a run that the package would leave alone, by asking the service. */
  async cancelShared() {
    const { run, job } = this.following?.snapshot() ?? {};
    if (!run || !job || !this.isFollowing) {
      return;
    }
    const module = await client();
    const { host, workspaceId, itemId, apiVersion, databricksWorkspaceId } = /** @type {Record<string, any>} */ (job);
    const connection = this.#connection();
    if (run.service === "fabric") {
      await new module.FabricClient({ host, workspaceId, ...connection }).cancelRun(itemId, run.id);
    } else {
      const workspace = { host, apiVersion, databricksWorkspaceId };
      await new module.DatabricksClient({ ...workspace, ...connection }).cancelRun(run.id);
    }
  }

  /** Forgets what can be resumed. */
  forget() {
    this.store?.forget();
    this.resumable = undefined;
    this.isKept = false;
  }
}

/**
 * @param {Client} module
 * @param {Snapshot} snapshot
 * @param {Connection} connection
 * @param {string} runId
 * @param {number} after
 */
async function readActivities(module, { job }, connection, runId, after) {
  const { host, workspaceId } = /** @type {Record<string, any>} */ (job);
  const client = new module.FabricClient({ host, workspaceId, ...connection });
  try {
    return await client.queryActivityRuns(runId, { after });
  } finally {
    client.free();
  }
}
