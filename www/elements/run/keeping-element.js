import { FormElement } from "./form-element.js";
import { holds, withoutSecrets } from "./secrets.js";
import { Session } from "./session.js";
import { Store } from "./storage.js";

/**
 * @import { RunEvent } from "pqrun"
 * @import { RunSettings } from "../run.d.ts"
 * @import { Kept } from "./storage.js"
 */

/** An element that keeps its run and its settings under a name, and finds them again. */
export class KeepingElement extends FormElement {
  static properties = {
    ...FormElement.properties,
    store: {},
    isBusy: { state: true },
    isElsewhere: { state: true },
    kept: { state: true },
  };

  /** @protected */
  session = new Session({
    connection: () => this.connection ?? { token: this.filling.token.trim() },
    onEvent: (event) => this.told(event),
    onChange: () => this.requestUpdate(),
  });
  /** The name that the session's store was made of. @type {string | undefined} */
  #storeName;
  /** Ends the wait for a run that is followed elsewhere. */
  #waiting = new AbortController();
  #onStorage = (/** @type {StorageEvent} */ { key }) => key === this.session.store?.key && this.find();

  constructor() {
    super();
    /** @type {string | undefined} */
    this.store = undefined;
    /** Whether a run is being begun, followed or forgotten. */
    this.isBusy = false;
    /** Whether another tab follows what was found. */
    this.isElsewhere = false;
    /** What was found. @type {Kept | undefined} */
    this.kept = undefined;
  }

  connectedCallback() {
    super.connectedCallback();
    addEventListener("storage", this.#onStorage);
    this.find();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    removeEventListener("storage", this.#onStorage);
    this.#waiting.abort();
  }

  /**
   * What is heard of the run.
   *
   * @protected
   * @param {RunEvent} _event
   */
  told(_event) {}

  /** What a person filled in is kept at a start: until then it may turn out to be secret. */
  keepSettings() {
    if (this.isFilledIn) {
      this.session.store?.putSettings(this.settings);
    }
  }

  /** A value that was kept before it was said to be secret is kept no longer. @param {RunSettings} settings */
  hideSecrets({ secretParameters = [] }) {
    const stored = this.session.store?.getSettings();
    if (stored && secretParameters.some((name) => holds(stored, name))) {
      const names = [...(stored.secretParameters ?? []), ...secretParameters];
      this.session.store?.putSettings(withoutSecrets({ ...stored, secretParameters: [...new Set(names)] }));
    }
  }

  /** @protected Attributes and properties count from when they are set, not from when they are drawn. */
  takeStore() {
    if (this.store === this.#storeName) {
      return;
    }
    this.#storeName = this.store;
    this.session.store = this.store ? new Store(this.store) : undefined;
    this.kept = undefined;
    const stored = this.session.store?.getSettings();
    if (stored) {
      // What the page gave counts for more.
      const { service, ...rest } = this.filling.settings;
      this.take(stored);
      if (Object.keys(rest).length > 0) {
        this.takeOver({ service, ...rest });
      }
    }
    this.find();
  }

  /**
   * Looks for a run that was kept.
   *
   * @protected
   * @param {boolean} [isAsked] Whether the person is told even while filling in the form.
   */
  async find(isAsked = false) {
    const { store, following } = this.session;
    if (!store || this.isBusy || this.session.isFollowing) {
      return;
    }
    const kept = following ? undefined : store.get();
    if (kept && !this.kept && !isAsked && this.matches(":focus-within")) {
      // Another tab has started a run. Who fills in the form is told at its start.
      return;
    }
    const isClaimed = kept !== undefined && (await store.isClaimed());
    if (store === this.session.store && !this.session.following) {
      // By now it may be over, and somebody who looked later may have found that first.
      this.kept = store.get();
      this.isElsewhere = isClaimed && this.kept !== undefined;
      this.#waiting.abort();
      if (this.isElsewhere && this.isConnected) {
        this.#waiting = new AbortController();
        store.untilFree(this.#waiting.signal).then(
          () => this.find(),
          () => {},
        );
      }
    }
  }
}
