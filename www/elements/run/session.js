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
 * @property {(client: Client, options: object, snapshot: Snapshot | undefined) => RunHandle} begin Given the newest snapshot of
 *   what is resumed.
 * @property {Snapshot} [resumed] Of the run that is resumed; a launch without it is a new run.
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
  /** Where the snapshot of the next run is kept. @type {Store | undefined} */
  store;
  /** What the run was begun with: the element may have another by now. @type {Connection | undefined} */
  #connection;
  /** Where the run has its snapshot, if anywhere. @type {Store | undefined} */
  #keptIn;
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

  /** Whether the snapshot of the run is stored. */
  get isKept() {
    return this.#keptIn !== undefined;
  }

  /**
   * Begins a run.
   *
   * @param {Launch} launch
   * @returns {Promise<{ result: Promise<RunResult> }>} Once it is followed.
   * @throws {Hindrance}
   */
  async launch(launch) {
    // Until the client is loaded somebody may choose another place, which is for the next run.
    const connection = this.#watched(this.#host.connection());
    // What it is followed under stays, even if the element has another name for it by then.
    const own = launch.resumed && this.following ? this.#keptIn : this.store;
    const store = launch.isKept ? own : undefined;
    const module = await client().catch((error) => {
      throw new Hindrance("loading", error);
    });
    const release = store ? await store.claim() : () => {};
    if (!release) {
      throw new Hindrance("elsewhere", new Error("It follows a run that is kept under the same name."));
    }
    try {
      // Only now nobody else writes it.
      const snapshot = store ? newest(store, launch) : launch.resumed;
      this.following = this.#follow(module, launch, snapshot, store, connection);
    } catch (error) {
      release();
      throw error instanceof Hindrance ? error : new Hindrance("refused", /** @type {Error} */ (error));
    }
    return { result: this.#end(this.following, launch, store).finally(release) };
  }

  /**
   * @param {Client} module
   * @param {Launch} launch
   * @param {Snapshot | undefined} resumed
   * @param {Store | undefined} store
   * @param {Connection} connection
   */
  #follow(module, { begin, session }, resumed, store, connection) {
    const persist = store
      ? { persist: (/** @type {Snapshot} */ snapshot) => this.#keep(store, { snapshot, session }) }
      : {};
    const stopLogging = module.addLogger((record) => this.requests.take(record) && this.#host.onChange());
    try {
      /** @type {Following} */
      const following = new Following({
        begin: () => begin(module, { ...connection, ...persist }, resumed),
        readActivities: (runId, after) => readActivities(module, following.snapshot(), connection, runId, after),
        onEvent: this.#host.onEvent,
        onChange: this.#host.onChange,
      });
      // The log is told a little later than all else.
      following.result.catch(() => {}).then(() => setTimeout(stopLogging));
      this.#connection = connection;
      this.#keptIn = store;
      this.resumable = undefined;
      this.keepingProblem = undefined;
      return following;
    } catch (error) {
      stopLogging();
      throw error;
    }
  }

  /**
   * @param {ConnectionOptions} connection
   * @returns {Connection}
   */
  #watched(connection) {
    return { ...connection, fetch: this.requests.watch(connection.fetch) };
  }

  /**
   * @param {Store} store
   * @param {Omit<Kept, "at">} kept
   */
  #keep(store, kept) {
    try {
      store.put(kept);
      this.keepingProblem = undefined;
    } catch (error) {
      this.keepingProblem = "the browser's storage for this page is full";
      throw error;
    }
  }

  /**
   * @param {Following} following
   * @param {Launch} launch
   * @param {Store | undefined} store
   */
  async #end(following, { session, secrets }, store) {
    const result = await following.result;
    const goesOn = canGoOn(result);
    this.resumable = goesOn ? { snapshot: following.snapshot(), session, secrets } : undefined;
    if (!goesOn) {
      store?.forget();
      this.#keptIn = undefined;
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
    const connection = this.#connection;
    if (!run || !job || !connection || !this.isFollowing) {
      return;
    }
    const module = await client();
    const { host, workspaceId, itemId, apiVersion, databricksWorkspaceId } = /** @type {Record<string, any>} */ (job);
    if (run.service === "fabric") {
      await freed(new module.FabricClient({ host, workspaceId, ...connection }), (it) => it.cancelRun(itemId, run.id));
    } else {
      const workspace = { host, apiVersion, databricksWorkspaceId, ...connection };
      await freed(new module.DatabricksClient(workspace), (it) => it.cancelRun(run.id));
    }
  }

  /**
   * Forgets the run that is over, or else the one that was found: what can be resumed of it, and its snapshot. That of
   * another run stays.
   *
   * @param {Snapshot} [found]
   * @throws {Hindrance} Somebody else follows it.
   */
  async forget(found) {
    const store = this.following ? this.#keptIn : this.store;
    const snapshot = this.following ? this.resumable?.snapshot : (found ?? store?.get()?.snapshot);
    if (store && snapshot) {
      const release = await store.claim();
      if (!release) {
        throw new Hindrance("elsewhere", new Error("Another tab follows the run: leave it there before forgetting it."));
      }
      const stored = store.get();
      if (stored && isOfOneRun(stored.snapshot, snapshot)) {
        store.forget();
      }
      release();
    }
    this.resumable = undefined;
    this.#keptIn = undefined;
  }
}

/** Another run would be lost sight of, and the job start twice. */
export const foundAgain = () =>
  new Hindrance("found", new Error("A run was found again: resume it, or forget it, before starting another."));

/**
 * The snapshot to go on with, from where others may have written it in the meantime.
 *
 * @param {Store} store Claimed.
 * @param {Launch} launch
 * @returns {Snapshot | undefined} Nothing for a new run.
 * @throws {Hindrance} There is another run, which would be lost; or that which is resumed is gone.
 */
function newest(store, { resumed }) {
  const stored = store.get()?.snapshot;
  if (!resumed) {
    if (stored) {
      throw foundAgain();
    }
    return undefined;
  }
  if (!stored) {
    throw new Hindrance("gone", new Error("The run is not kept any more: it has ended in another tab, or was forgotten."));
  }
  if (!isOfOneRun(stored, resumed)) {
    throw new Hindrance("found", new Error("Another run is kept by now: resume that, or forget it."));
  }
  return stored;
}

/**
 * @param {Snapshot} one
 * @param {Snapshot} other
 */
const isOfOneRun = (one, other) =>
  one.began === other.began && (!one.run || !other.run || one.run.id === other.run.id);

/**
 * Frees a client once it was used.
 *
 * @template {{ free: () => void }} C
 * @template T
 * @param {C} client
 * @param {(client: C) => Promise<T>} use
 */
async function freed(client, use) {
  try {
    return await use(client);
  } finally {
    client.free();
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
  return freed(new module.FabricClient({ host, workspaceId, ...connection }), (it) =>
    it.queryActivityRuns(runId, { after }),
  );
}
