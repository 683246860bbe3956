import { html, nothing } from "lit";

import { sentence } from "../base/format.js";
import { client } from "../base/modules/client.js";
import { BASE } from "../base/styles.js";
import { form } from "./form.js";
import { KeepingElement } from "./keeping-element.js";
import { describeJob, faultNotice, found } from "./keeping.js";
import { running } from "./running.js";
import { secretValues } from "./secrets.js";
import { foundAgain, Hindrance } from "./session.js";
import { STYLES } from "./style.js";
import { ofOutcome, ofPhase } from "./words.js";

/**
 * @import { PropertyValues } from "lit"
 * @import { RunEvent, RunResult } from "pqrun"
 * @import { Following } from "./following.js"
 * @import { Fault } from "./keeping.js"
 * @import { Launch } from "./session.js"
 * @import { Kept } from "./storage.js"
 */

/** How often the times are drawn anew. */
const TICK_MS = 500;

/** Options that a snapshot has no place for. */
const SESSION_MEMBERS = ["outputPath", "table", "combineTables"];

/** `<pqrun-run>`. */
export class PqrunRun extends KeepingElement {
  static styles = [...BASE, ...STYLES];

  static properties = {
    ...KeepingElement.properties,
    autoresume: { type: Boolean },
    disabled: { type: Boolean },
    fault: { state: true },
    isAsking: { state: true },
    isCancelling: { state: true },
    isMoreOpen: { state: true },
    missing: { state: true },
  };

  /** Values of secret parameters that were asked for again. @type {Record<string, string>} */
  #secrets = {};
  #tokenProblem = "";
  #announced = "";
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #ticking;

  constructor() {
    super();
    this.autoresume = false;
    this.disabled = false;
    /** @type {Fault | undefined} */
    this.fault = undefined;
    this.isAsking = false;
    this.isCancelling = false;
    this.isMoreOpen = false;
    /** @type {readonly string[]} */
    this.missing = [];
  }

  connectedCallback() {
    super.connectedCallback();
    if (this.session.isFollowing) {
      this.#tick();
    }
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.#ticking);
    // It is found again where it is kept. Moving an element takes it away and puts it back at once.
    setTimeout(() => {
      if (!this.isConnected && this.session.isKept && this.session.isFollowing) {
        this.detach();
      }
    });
  }

  /** @param {PropertyValues<this>} changed */
  willUpdate(changed) {
    this.takeAttributes();
    this.takeStore();
    if (changed.has("kept") && this.kept && this.fault?.kind === "elsewhere") {
      // What was found says so itself, and until when.
      this.fault = undefined;
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

  /**
   * @returns {Promise<RunResult>}
   */
  start() {
    return this.#start(true);
  }

  /**
   * @param {boolean} mayKeep Whether it is kept if there is a place for it.
   * @returns {Promise<RunResult>}
   */
  async #start(mayKeep) {
    this.takeAttributes();
    this.takeStore();
    this.#refuseIfFollowing();
    const settings = this.filling.check(this.needsToken);
    if (!settings) {
      throw await this.#incomplete();
    }
    const { store } = this.session;
    if (store?.get()) {
      // Also where there is no room for another.
      throw this.#hindered(foundAgain());
    }
    const isKept = store !== undefined && mayKeep;
    const problem = isKept ? store.problem() : undefined;
    if (problem) {
      throw this.#failed("storage", new Error(`${problem}, so a run could not be found again after this page is closed`));
    }
    this.keepSettings();
    this.session.requests.clear();
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
    this.takeStore();
    this.#refuseIfFollowing();
    const { following, resumable, store } = this.session;
    // What is shown.
    const found = following ? undefined : (this.kept ?? store?.get());
    const source = found ?? resumable;
    if (!source) {
      throw new Error("There is no run to resume.");
    }
    if (this.needsToken && this.filling.token.trim() === "") {
      this.#tokenProblem = "Give a token to go on. It stays in this page's memory.";
      await this.focusFirstProblem();
      throw new Error("There is no token.");
    }
    const { session } = source;
    const secrets = { ...(found ? {} : resumable?.secrets), ...this.#secrets };
    const secretValues = Object.keys(secrets).length > 0 ? { secretValues: secrets } : {};
    return this.#launch({
      session,
      secrets,
      resumed: source.snapshot,
      isKept: found !== undefined || this.session.isKept,
      begin: (module, given, snapshot = source.snapshot) => {
        // A wait that is over begins anew.
        const isLate = snapshot.deadline <= Date.now();
        const timeout = isLate ? { timeout: snapshot.options.timeout ?? "24h" } : {};
        return module.resumeRun(snapshot, { ...session, ...timeout, ...secretValues, ...given });
      },
    });
  }

  /**
   * @param {Launch} launch
   * @returns {Promise<RunResult>}
   */
  async #launch(launch) {
    const hadFocus = this.#hasFocus();
    const wasConnected = this.isConnected;
    this.fault = undefined;
    this.isBusy = true;
    this.#announced = "";
    /** @type {RunResult} */
    let result;
    try {
      const followed = await this.session.launch(launch);
      this.kept = undefined;
      this.missing = [];
      this.isCancelling = false;
      this.isAsking = false;
      this.#secrets = {};
      if (this.isConnected) {
        this.#tick();
      } else if (wasConnected && this.session.isKept) {
        // It was taken away while the client was loaded.
        this.detach();
      }
      if (hadFocus) {
        this.#focus("run-title");
      }
      result = await followed.result;
      this.#ended(result);
    } catch (error) {
      this.isBusy = false;
      throw error instanceof Hindrance ? this.#hindered(error) : error;
    }
    this.isBusy = false;
    // Whoever hears of it may start the next one.
    this.emit("pqrun-result", { result });
    return result;
  }

  /** @protected @param {RunEvent} event */
  told(event) {
    // Polls and times are not worth a sentence.
    if (event.phase !== this.#announced && event.phase !== "ended") {
      this.#announced = event.phase;
      this.announce(ofPhase(event.phase).sentence);
    }
    this.emit("pqrun-event", { event });
  }

  /** @param {RunResult} result */
  #ended(result) {
    clearInterval(this.#ticking);
    const hadFocus = this.#hasFocus();
    this.isAsking = false;
    this.requestUpdate();
    const { title } = ofOutcome(result.outcome, result.error);
    this.announce([title, result.message ?? ""].filter(Boolean).map(sentence).join(" "));
    if (hadFocus) {
      this.#focus("result-title");
    }
  }

  /** Stops the run. If others may rely on it, the person is asked first. */
  cancel() {
    if (!this.session.isFollowing) {
      return;
    }
    if (this.session.mustAsk) {
      this.isAsking = true;
      this.#focus("keep");
    } else {
      this.isCancelling = true;
      this.session.following?.cancel();
    }
  }

  async #cancelShared() {
    this.isAsking = false;
    this.isCancelling = true;
    this.#focus("run-title");
    try {
      await this.session.cancelShared();
    } catch (error) {
      this.isCancelling = false;
      this.#failed("cancel", /** @type {Error} */ (error));
    }
  }

  /** Leaves the run running. */
  detach() {
    this.session.following?.detach();
  }

  /**
   * Forgets a run that was kept. It is not stopped.
   *
   * @returns {Promise<void>}
   */
  async forget() {
    this.takeStore();
    if (this.isBusy || this.session.isFollowing) {
      throw new Error("The run is being followed: leave it, or cancel it, before forgetting it.");
    }
    const problem = await this.#forget();
    if (problem) {
      throw problem;
    }
    this.missing = [];
    this.kept = undefined;
    this.#toForm();
    this.emit("pqrun-forget", {});
  }

  /** @returns {Promise<Error | undefined>} What stands in the way. */
  async #forget() {
    this.isBusy = true;
    try {
      await this.session.forget(this.kept?.snapshot);
    } catch (error) {
      this.isBusy = false;
      return error instanceof Hindrance ? this.#hindered(error) : /** @type {Error} */ (error);
    }
    this.isBusy = false;
    this.#secrets = {};
    return undefined;
  }

  #refuseIfFollowing() {
    if (this.isBusy || this.session.isFollowing) {
      throw new Error("A run is being followed: leave it, or cancel it, before starting or resuming another.");
    }
  }

  #tick() {
    clearInterval(this.#ticking);
    this.#ticking = setInterval(() => document.hidden || this.session.following?.look(), TICK_MS);
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
   * @param {Hindrance} hindrance
   */
  #hindered({ kind, error: hindered }) {
    /** @type {Error & { code?: string, hint?: string }} */
    const error = hindered;
    if (kind !== "refused") {
      if (kind === "elsewhere" && (this.kept || this.session.isKept)) {
        // What was found says so itself, and waits for the other one.
        this.session.following = undefined;
        this.isElsewhere = true;
        this.find(true);
        this.emit("pqrun-error", { error });
        return error;
      }
      if (kind === "found" || kind === "gone") {
        // What is shown is not what is kept.
        this.kept = undefined;
        this.session.following = undefined;
        this.find(true);
      }
      return this.#failed(kind, error);
    }
    if (error.code === "missingSecretParameters" && this.kept) {
      this.missing = this.kept.snapshot.leftOut ?? [];
      this.announce("Give the values of the secret parameters to go on.");
      this.emit("pqrun-error", { error });
      this.#focus(`resume-${this.missing[0]}`);
      return error;
    }
    if (!this.kept && this.refuseField(error)) {
      this.emit("pqrun-error", { error });
      this.focusFirstProblem();
      return error;
    }
    return this.#failed(this.kept ? "resume" : "refused", error);
  }

  async #incomplete() {
    const problems = Object.entries(this.filling.problems(this.needsToken));
    const error = new TypeError(problems.map(([field, text]) => `${field}: ${text}`).join(" "));
    if (this.noForm) {
      return this.#failed("settings", error);
    }
    this.announce(`Not started: ${problems.map(([, text]) => text).join(" ")}`);
    this.emit("pqrun-error", { error });
    await this.focusFirstProblem();
    return error;
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
    const hadFocus = this.matches(":focus-within");
    const result = this.session.following?.progress.result;
    this.session.following = undefined;
    this.fault = undefined;
    this.requestUpdate();
    // Others may have kept one in the meantime.
    this.find(true);
    const isRefused = result?.error && result.outcome === "rejected" && this.refuseField(result.error);
    if (isRefused) {
      this.focusFirstProblem();
    } else if (hadFocus) {
      this.#focus(`service-${this.filling.draft.service}`);
    }
  }

  /** Another run in the place of the one that is over. */
  async #again() {
    const mayKeep = this.session.following?.progress.result?.error?.code !== "persistFailed";
    if (!this.isBusy && !(await this.#forget())) {
      this.session.following = undefined;
      this.#start(mayKeep).catch(() => {});
    }
  }

  /** Back to the form. The next run is kept in the place of the one that is over. */
  #toSettings() {
    if (this.session.isKept) {
      this.forget().catch(() => {});
    } else {
      this.#toForm();
    }
  }

  render() {
    return html`${this.liveRegion()} ${this.fault ? this.#fault(this.fault) : nothing} ${this.#content()}`;
  }

  #content() {
    if (this.session.following) {
      return this.#run(this.session.following);
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
      isDisabled: this.disabled,
      onRetry: again,
      onUnkept: () => this.#start(false).catch(() => {}),
      onDismiss: () => {
        this.fault = undefined;
      },
    });
  }

  #form() {
    return form({
      filling: this.filling,
      problems: this.filling.problems(this.needsToken),
      needsToken: this.needsToken,
      isBusy: this.isBusy,
      isDisabled: this.disabled,
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
      isDisabled: this.disabled,
      needsToken: this.needsToken,
      token: this.filling.token,
      tokenProblem: this.#tokenProblem,
      missing: this.missing,
      secrets: this.#secrets,
      onResume: () => this.resume().catch(() => {}),
      onForget: () => this.forget().catch(() => {}),
      onToken: (token) => {
        this.#tokenProblem = "";
        this.filling.setToken(token);
      },
      onSecret: (name, value) => {
        this.#secrets = { ...this.#secrets, [name]: value };
        this.requestUpdate();
      },
    });
  }

  /** @param {Following} following */
  #run(following) {
    const { job, run } = following.snapshot();
    const { requests, isKept, keepingProblem, resumable } = this.session;
    return running({
      following,
      requests,
      ...describeJob(job, run),
      isDisabled: this.disabled,
      isAsking: this.isAsking,
      isCancelling: this.isCancelling,
      keepingProblem,
      mayResume: resumable !== undefined,
      isKept: isKept && keepingProblem === undefined,
      hasForm: !this.noForm,
      onCancel: () => this.cancel(),
      onConfirm: () => this.#cancelShared(),
      onKeep: () => {
        this.isAsking = false;
        this.#focus("cancel");
      },
      onDetach: () => this.detach(),
      onResume: () => this.resume().catch(() => {}),
      onForget: () => this.forget().catch(() => {}),
      onAgain: () => this.#again(),
      onSettings: () => this.#toSettings(),
    });
  }
}
