import { html, nothing } from "lit";

import { PqrunElement } from "../base/element.js";
import { client } from "../base/modules.js";
import { BASE } from "../base/styles.js";
import { Filling } from "./filling.js";
import { Following } from "./following.js";
import { form } from "./form.js";
import { describeJob, faultNotice, found } from "./keeping.js";
import { Requests } from "./requests.js";
import { running } from "./running.js";
import { fieldOf, secretValues, withoutSecrets } from "./settings.js";
import { Store } from "./storage.js";
import { STYLE } from "./style.js";
import { canGoOn, hintOf, memberOf, ofOutcome, ofPhase, sentence } from "./words.js";

/**
 * @import { PropertyValues } from "lit"
 * @import { ConnectionOptions, RunHandle, RunResult, Snapshot } from "pqrun"
 * @import { RunConnection, RunSettings } from "../run.d.ts"
 * @import { Fault } from "./keeping.js"
 * @import { Kept } from "./storage.js"
 *
 * @typedef {typeof import("pqrun")} Client
 *
 * @typedef {object} Launch What a run is begun from, anew or again.
 * @property {(client: Client, options: object) => RunHandle} begin
 * @property {Record<string, unknown>} session How outputs are read.
 * @property {Record<string, unknown>} secrets Values that no snapshot has.
 * @property {boolean} isKept
 */

/** How often the times are drawn anew. */
const TICK_MS = 500;

/** Options that a snapshot has no place for. */
const SESSION_MEMBERS = ["outputPath", "table", "combineTables"];

/** What an attribute says about the settings. @type {Readonly<Record<string, string>>} */
const MEMBER_OF_ATTRIBUTE = Object.freeze({
  service: "service",
  host: "host",
  "job-id": "jobId",
  "job-name": "jobName",
  "workspace-id": "workspaceId",
  "item-id": "itemId",
  "job-type": "jobType",
  timeout: "timeout",
});

/**
 * Whether activities can be asked for: pipelines have them.
 *
 * @param {Record<string, any> | undefined} job
 */
const hasActivities = (job) => job?.service === "fabric" && /^(?:pipeline|execute)$/iu.test(job.jobType ?? "Pipeline");

/** `<pqrun-run>`. */
export class PqrunRun extends PqrunElement {
  static styles = [...BASE, STYLE];

  static properties = {
    ...PqrunElement.properties,
    autoresume: { type: Boolean },
    connection: { attribute: false },
    noForm: { type: Boolean, attribute: "no-form" },
    store: {},
    fault: { state: true },
    following: { state: true },
    isAsking: { state: true },
    isBusy: { state: true },
    isCancelling: { state: true },
    isElsewhere: { state: true },
    isMoreOpen: { state: true },
    kept: { state: true },
    keepingProblem: { state: true },
    missing: { state: true },
  };

  static get observedAttributes() {
    return [...super.observedAttributes, ...Object.keys(MEMBER_OF_ATTRIBUTE)];
  }

  #filling = new Filling((isOfSettings) => this.#filled(isOfSettings));
  #requests = new Requests();
  /** @type {Store | undefined} */
  #store;
  /** What can be resumed without storage. @type {(Pick<Kept, "snapshot" | "session"> & { secrets: Record<string, unknown> }) | undefined} */
  #resumable;
  /** Values of secret parameters that were asked for again. @type {Record<string, string>} */
  #secrets = {};
  #tokenProblem = "";
  /** Whether the person wants a run that can't be found again. */
  #isUnkeptWanted = false;
  #isKept = false;
  #isTaking = false;
  #hasNewAttributes = false;
  #announced = "";
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #ticking;
  /** @type {(() => void)[]} */
  #atDisconnect = [];

  constructor() {
    super();
    this.autoresume = false;
    /** @type {RunConnection | undefined} */
    this.connection = undefined;
    this.noForm = false;
    /** @type {string | undefined} */
    this.store = undefined;
    /** @type {Fault | undefined} */
    this.fault = undefined;
    /** @type {Following | undefined} */
    this.following = undefined;
    this.isAsking = false;
    this.isBusy = false;
    this.isCancelling = false;
    this.isElsewhere = false;
    this.isMoreOpen = false;
    /** @type {Kept | undefined} */
    this.kept = undefined;
    /** @type {string | undefined} */
    this.keepingProblem = undefined;
    /** @type {readonly string[]} */
    this.missing = [];
  }

  /** @returns {RunSettings} */
  get settings() {
    this.#takeAttributes();
    return withoutSecrets(this.#filling.settings);
  }

  /** @param {RunSettings} settings */
  set settings(settings) {
    this.#take(settings);
  }

  /** @param {Readonly<Record<string, any>>} settings */
  #take(settings) {
    this.#isTaking = true;
    this.#filling.take(settings);
    this.#isTaking = false;
  }

  /** @param {boolean} isOfSettings */
  #filled(isOfSettings) {
    this.requestUpdate();
    if (isOfSettings && !this.#isTaking) {
      const { settings } = this;
      this.#store?.putSettings(settings);
      this.emit("pqrun-settings", { settings });
    }
  }

  /**
   * @param {string} name
   * @param {string | null} before
   * @param {string | null} value
   */
  attributeChangedCallback(name, before, value) {
    super.attributeChangedCallback(name, before, value);
    if (Object.hasOwn(MEMBER_OF_ATTRIBUTE, name) && value !== before) {
      this.#hasNewAttributes = true;
      this.requestUpdate();
    }
  }

  /** All at once: what a host means depends on the service. */
  #takeAttributes() {
    if (this.#hasNewAttributes) {
      this.#hasNewAttributes = false;
      const given = Object.entries(MEMBER_OF_ATTRIBUTE).filter(([name]) => this.hasAttribute(name));
      this.#takeOver(Object.fromEntries(given.map(([name, member]) => [member, this.getAttribute(name)])));
    }
  }

  /**
   * Takes settings over those that there are, unless those are of the other service.
   *
   * @param {Record<string, any>} settings
   */
  #takeOver(settings) {
    const before = this.#filling.settings;
    const isOther = settings.service !== undefined && settings.service !== before.service;
    this.#take(isOther ? settings : { ...before, ...settings });
  }

  connectedCallback() {
    super.connectedCallback();
    const onStorage = (/** @type {StorageEvent} */ { key }) => key === this.#store?.key && this.#find();
    addEventListener("storage", onStorage);
    this.#atDisconnect.push(() => removeEventListener("storage", onStorage));
    if (this.following && !this.following.isOver) {
      this.#tick();
    }
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.#ticking);
    this.#atDisconnect.splice(0).forEach((end) => end());
    // It is found again where it is kept. Moving an element takes it away and puts it back at once.
    setTimeout(() => {
      if (!this.isConnected && this.#isKept && this.following?.isOver === false) {
        this.following.detach();
      }
    });
  }

  /** @param {PropertyValues<this>} changed */
  willUpdate(changed) {
    this.#takeAttributes();
    if (changed.has("store")) {
      this.#store = this.store ? new Store(this.store) : undefined;
      this.kept = undefined;
      const stored = this.#store?.getSettings();
      if (stored) {
        // What the page gave counts for more.
        const { service, ...rest } = this.#filling.settings;
        this.#take(stored);
        if (Object.keys(rest).length > 0) {
          this.#takeOver({ service, ...rest });
        }
      }
      this.#find();
    }
  }

  /** @param {PropertyValues<this>} changed */
  updated(changed) {
    if (changed.has("kept") || changed.has("connection") || changed.has("isElsewhere")) {
      if (this.autoresume && this.kept && this.connection && !this.isElsewhere && !this.isBusy && !this.fault) {
        this.resume().catch(() => {});
      }
    }
  }

  /** Looks for a run that was kept. */
  async #find() {
    const store = this.#store;
    if (!store || this.isBusy || this.following?.isOver === false) {
      return;
    }
    const kept = this.following ? undefined : store.get();
    if (kept && !this.kept && this.matches(":focus-within")) {
      // Another tab has started a run. Who fills in the form is told at its start.
      return;
    }
    const isElsewhere = kept !== undefined && (await store.isClaimed());
    if (store === this.#store && !this.following) {
      this.isElsewhere = isElsewhere;
      this.kept = kept;
      if (isElsewhere) {
        store.untilFree().then(
          () => this.#find(),
          () => {},
        );
      }
    }
  }

  get #needsToken() {
    return this.connection === undefined;
  }

  /**
   * @returns {Promise<RunResult>}
   */
  async start() {
    this.#takeAttributes();
    this.#refuseIfFollowing();
    if (this.kept) {
      throw this.#failed("elsewhere", new Error("A run was found again: resume it, or forget it, before starting another."));
    }
    const settings = this.#filling.check(this.#needsToken);
    if (!settings) {
      throw await this.#incomplete();
    }
    const isKept = this.#store !== undefined && !this.#isUnkeptWanted;
    const problem = isKept ? this.#store?.problem() : undefined;
    if (problem) {
      throw this.#failed("storage", new Error(`${problem}, so a run could not be found again after this page is closed`));
    }
    this.#isUnkeptWanted = false;
    this.#requests.clear();
    const { service, ...options } = settings;
    const session = Object.fromEntries(Object.entries(options).filter(([name]) => SESSION_MEMBERS.includes(name)));
    return this.#launch({
      session,
      secrets: secretValues(settings),
      isKept,
      begin: (module, given) => {
        const all = /** @type {any} */ ({ ...options, ...given });
        return service === "fabric" ? module.runFabricItem(all) : module.runDatabricksJob(all);
      },
    });
  }

  /**
   * @returns {Promise<RunResult>}
   */
  async resume() {
    this.#refuseIfFollowing();
    const source = this.#resumable ?? this.kept;
    if (!source) {
      throw new Error("There is no run to resume.");
    }
    if (this.#needsToken && this.#filling.token.trim() === "") {
      this.#tokenProblem = "Give a token to go on. It stays in this page's memory.";
      await this.#focusFirstProblem();
      throw new Error("There is no token.");
    }
    const { snapshot, session } = source;
    const secrets = { ...this.#resumable?.secrets, ...this.#secrets };
    // A wait that is over begins anew.
    const isLate = snapshot.deadline <= Date.now();
    const timeout = isLate ? { timeout: snapshot.options.timeout ?? "24h" } : {};
    const secretValues = Object.keys(secrets).length > 0 ? { secretValues: secrets } : {};
    return this.#launch({
      session,
      secrets,
      isKept: this.#store !== undefined && (this.kept !== undefined || this.#isKept),
      begin: (module, given) => module.resumeRun(snapshot, { ...session, ...timeout, ...secretValues, ...given }),
    });
  }

  /**
   * @param {Launch} launch
   * @returns {Promise<RunResult>}
   */
  async #launch({ begin, session, secrets, isKept }) {
    const hadFocus = this.#hasFocus();
    this.fault = undefined;
    this.isBusy = true;
    /** @type {(() => void) | undefined} */
    let release;
    /** @type {RunResult} */
    let result;
    try {
      const module = await client().catch((error) => {
        throw this.#failed("loading", error);
      });
      if (isKept) {
        release = await this.#store?.claim();
        if (!release) {
          this.isElsewhere = this.kept !== undefined;
          throw this.#failed("elsewhere", new Error("It follows a run that is kept under the same name."));
        }
      }
      const following = this.#follow(module, { begin, session, secrets, isKept });
      if (hadFocus) {
        this.#focus("run-title");
      }
      result = await this.#end(following, { session, secrets });
    } finally {
      this.isBusy = false;
      release?.();
    }
    // Whoever hears of it may start the next one.
    this.emit("pqrun-result", { result });
    return result;
  }

  /**
   * @param {Client} module
   * @param {Launch} launch
   */
  #follow(module, { begin, session, isKept }) {
    const connection = this.#connectionOptions();
    const persist = isKept ? { persist: (/** @type {Snapshot} */ snapshot) => this.#keep({ snapshot, session }) } : {};
    const stopLogging = module.addLogger((record) => this.#requests.take(record) && this.requestUpdate());
    this.#announced = "";
    try {
      const following = new Following({
        begin: () => begin(module, { ...connection, ...persist }),
        readActivities: (runId, after) => this.#readActivities(module, connection, runId, after),
        hasActivities: () => hasActivities(this.following?.snapshot().job),
        onEvent: (event) => {
          this.#say(event.phase);
          this.emit("pqrun-event", { event });
        },
        onChange: () => this.requestUpdate(),
      });
      // The log is told a little later than all else.
      following.result.catch(() => {}).then(() => setTimeout(stopLogging));
      this.following = following;
      this.kept = undefined;
      this.missing = [];
      this.keepingProblem = undefined;
      this.isCancelling = false;
      this.isAsking = false;
      this.#isKept = isKept;
      this.#tick();
      return following;
    } catch (error) {
      stopLogging();
      throw this.#refused(/** @type {Error} */ (error));
    }
  }

  /** @returns {ConnectionOptions} */
  #connectionOptions() {
    /** @type {ConnectionOptions} */
    const connection = this.connection ?? { token: this.#filling.token.trim() };
    return { ...connection, fetch: this.#requests.watch(connection.fetch) };
  }

  /** @param {Omit<Kept, "at">} kept */
  #keep(kept) {
    try {
      this.#store?.put(kept);
      this.keepingProblem = undefined;
    } catch (error) {
      this.keepingProblem = "the browser's storage for this page is full";
      throw error;
    }
  }

  /**
   * @param {Following} following
   * @param {Pick<Launch, "session" | "secrets">} launch
   */
  async #end(following, { session, secrets }) {
    const result = await following.result;
    clearInterval(this.#ticking);
    const hadFocus = this.#hasFocus();
    const goesOn = canGoOn(result);
    this.#resumable = goesOn ? { snapshot: following.snapshot(), session, secrets } : undefined;
    if (this.#isKept && !goesOn) {
      this.#store?.forget();
      this.#isKept = false;
    }
    this.isAsking = false;
    this.requestUpdate();
    const { title } = ofOutcome(result.outcome, result.error);
    this.announce([title, result.message ?? ""].filter(Boolean).map(sentence).join(" "));
    if (hadFocus) {
      this.#focus("result-title");
    }
    return result;
  }

  /**
   * @param {Client} module
   * @param {ConnectionOptions} connection
   * @param {string} runId
   * @param {number} after
   */
  async #readActivities(module, connection, runId, after) {
    const { host, workspaceId } = /** @type {Record<string, any>} */ (this.following?.snapshot().job);
    const client = new module.FabricClient({ host, workspaceId, ...connection });
    try {
      return await client.queryActivityRuns(runId, { after });
    } finally {
      client.free();
    }
  }

  /** Stops the run. If others may rely on it, the person is asked first. */
  cancel() {
    const { following } = this;
    if (!following || following.isOver) {
      return;
    }
    if (following.isShared && !following.snapshot().options.cancelShared) {
      this.isAsking = true;
      this.#focus("keep");
    } else {
      this.isCancelling = true;
      following.cancel();
    }
  }

  /** The run is one that the package would leave alone, so the service is asked. */
  async #cancelShared() {
    const { following } = this;
    const run = following?.snapshot().run;
    this.isAsking = false;
    if (!following || !run || following.isOver) {
      return;
    }
    this.isCancelling = true;
    this.#focus("run-title");
    try {
      const module = await client();
      const job = /** @type {Record<string, any>} */ (following.snapshot().job);
      const { host, workspaceId, itemId, apiVersion, databricksWorkspaceId } = job;
      const connection = this.#connectionOptions();
      if (job.service === "fabric") {
        await new module.FabricClient({ host, workspaceId, ...connection }).cancelRun(itemId, run.id);
      } else {
        const workspace = { host, apiVersion, databricksWorkspaceId };
        await new module.DatabricksClient({ ...workspace, ...connection }).cancelRun(run.id);
      }
    } catch (error) {
      this.isCancelling = false;
      this.#failed("cancel", /** @type {Error} */ (error));
    }
  }

  /** Leaves the run running. */
  detach() {
    this.following?.detach();
  }

  /** Forgets a run that was kept. It is not stopped. */
  forget() {
    if (this.following?.isOver === false) {
      throw new Error("The run is being followed: leave it, or cancel it, before forgetting it.");
    }
    this.#store?.forget();
    this.#resumable = undefined;
    this.#isKept = false;
    this.kept = undefined;
    this.#toForm();
  }

  #refuseIfFollowing() {
    if (this.isBusy || this.following?.isOver === false) {
      throw new Error("A run is being followed: leave it, or cancel it, before starting or resuming another.");
    }
  }

  #tick() {
    clearInterval(this.#ticking);
    this.#ticking = setInterval(() => document.hidden || this.following?.look(), TICK_MS);
  }

  /**
   * A change of the phase in a sentence; polls and times are not worth one.
   *
   * @param {string} phase
   */
  #say(phase) {
    if (phase !== this.#announced && phase !== "ended") {
      this.#announced = phase;
      this.announce(ofPhase(phase).sentence);
    }
  }

  /**
   * @param {Fault["kind"]} kind
   * @param {Error} error
   */
  #failed(kind, error) {
    const isOurs = error.name === "PqrunError";
    this.fault = { kind, message: error.message, error: isOurs ? /** @type {any} */ (error) : undefined };
    this.emit("pqrun-error", { error });
    return error;
  }

  /**
   * What the package refuses is shown at its field, if there is one.
   *
   * @param {Error & { code?: string, hint?: string }} error
   */
  #refused(error) {
    if (error.code === "missingSecretParameters" && this.kept) {
      this.missing = this.kept.snapshot.leftOut ?? [];
      this.announce("Give the values of the secret parameters to go on.");
      this.emit("pqrun-error", { error });
      this.#focus(`resume-${this.missing[0]}`);
      return error;
    }
    if (!this.kept && this.#refuseField(error)) {
      this.emit("pqrun-error", { error });
      this.#focusFirstProblem();
      return error;
    }
    return this.#failed(this.kept ? "resume" : "refused", error);
  }

  /**
   * @param {{ code?: string, message: string, hint?: string }} error
   * @returns {boolean} Whether there is a field for it.
   */
  #refuseField(error) {
    const member = memberOf(error);
    const { service } = this.#filling.draft;
    const field = member === "token" ? (this.#needsToken ? "token" : undefined) : member && fieldOf(member, service);
    if (field === undefined || this.noForm) {
      return false;
    }
    const text = [error.message, hintOf(error)].filter(Boolean).map(sentence).join(" ");
    this.#filling.refused = { ...this.#filling.refused, [field]: text };
    this.requestUpdate();
    return true;
  }

  async #incomplete() {
    const problems = Object.entries(this.#filling.problems(this.#needsToken));
    const error = new TypeError(problems.map(([field, text]) => `${field}: ${text}`).join(" "));
    if (this.noForm) {
      return this.#failed("settings", error);
    }
    this.announce(`Not started: ${problems.map(([, text]) => text).join(" ")}`);
    this.emit("pqrun-error", { error });
    await this.#focusFirstProblem();
    return error;
  }

  async #focusFirstProblem() {
    this.requestUpdate();
    await this.updateComplete;
    /** @type {HTMLElement | null} */ (this.renderRoot.querySelector('[aria-invalid="true"]'))?.focus();
  }

  /** Whether the focus is here, or nowhere: then it may be moved. */
  #hasFocus() {
    return this.matches(":focus-within") || document.activeElement === document.body;
  }

  /** @param {string} id */
  async #focus(id) {
    await this.updateComplete;
    /** @type {ShadowRoot} */ (this.renderRoot).getElementById(id)?.focus({ preventScroll: false });
  }

  #toForm() {
    const result = this.following?.progress.result;
    this.following = undefined;
    this.fault = undefined;
    const isRefused = result?.error && result.outcome === "rejected" && this.#refuseField(result.error);
    if (isRefused) {
      this.#focusFirstProblem();
    } else {
      this.#focus(`service-${this.#filling.draft.service}`);
    }
  }

  #again() {
    const isUnkeptWanted = this.following?.progress.result?.error?.code === "persistFailed";
    this.#store?.forget();
    this.#resumable = undefined;
    this.#isUnkeptWanted = isUnkeptWanted;
    this.following = undefined;
    this.start().catch(() => {});
  }

  render() {
    return html`${this.liveRegion()} ${this.fault ? this.#fault(this.fault) : nothing} ${this.#content()}`;
  }

  #content() {
    if (this.following) {
      return this.#run(this.following);
    }
    if (this.kept) {
      return this.#found(this.kept);
    }
    return this.noForm ? nothing : this.#form();
  }

  /** @param {Fault} fault */
  #fault(fault) {
    const again = () => (this.kept ? this.resume() : this.start()).catch(() => {});
    return faultNotice(fault, {
      onRetry: again,
      onUnkept: () => {
        this.#isUnkeptWanted = true;
        again();
      },
      onDismiss: () => {
        this.fault = undefined;
      },
    });
  }

  #form() {
    return form({
      filling: this.#filling,
      problems: this.#filling.problems(this.#needsToken),
      needsToken: this.#needsToken,
      isBusy: this.isBusy,
      isMoreOpen: this.isMoreOpen,
      onMore: (isOpen) => {
        this.isMoreOpen = isOpen;
      },
      onStart: () => this.start().catch(() => {}),
      // So that it is there when it is needed. A failure is told then.
      onTouch: () => client().catch(() => {}),
    });
  }

  /** @param {Kept} kept */
  #found(kept) {
    return found({
      kept,
      isElsewhere: this.isElsewhere,
      isBusy: this.isBusy,
      needsToken: this.#needsToken,
      token: this.#filling.token,
      tokenProblem: this.#tokenProblem,
      missing: this.missing,
      secrets: this.#secrets,
      onResume: () => this.resume().catch(() => {}),
      onForget: () => this.forget(),
      onToken: (token) => {
        this.#tokenProblem = "";
        this.#filling.setToken(token);
      },
      onSecret: (name, value) => {
        this.#secrets = { ...this.#secrets, [name]: value };
        this.requestUpdate();
      },
    });
  }

  /** @param {Following} following */
  #run(following) {
    const snapshot = following.snapshot();
    return running({
      following,
      requests: this.#requests,
      ...describeJob(snapshot.job, snapshot.run),
      isAsking: this.isAsking,
      isCancelling: this.isCancelling,
      keepingProblem: this.keepingProblem,
      mayResume: this.#resumable !== undefined,
      isKept: this.#isKept && !this.keepingProblem,
      hasForm: !this.noForm,
      onCancel: () => this.cancel(),
      onConfirm: () => this.#cancelShared(),
      onKeep: () => {
        this.isAsking = false;
        this.#focus("cancel");
      },
      onDetach: () => this.detach(),
      onResume: () => this.resume().catch(() => {}),
      onForget: () => this.forget(),
      onAgain: () => this.#again(),
      onSettings: () => this.#toForm(),
    });
  }
}
