import { PqrunElement } from "../base/element.js";
import { sentence } from "../base/format.js";
import { Filling } from "./filling.js";
import { withoutSecrets } from "./secrets.js";
import { fieldOf } from "./settings.js";
import { hintOf, memberOf } from "./words.js";

/**
 * @import { RunConnection, RunSettings } from "../run.d.ts"
 */

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

/** An element with the form of a run: its settings, from attributes, a property and a person. */
export class FormElement extends PqrunElement {
  static properties = {
    ...PqrunElement.properties,
    connection: { attribute: false },
    noForm: { type: Boolean, attribute: "no-form" },
    // It may be set before the element is defined.
    settings: { attribute: false, noAccessor: true },
  };

  static get observedAttributes() {
    return [...super.observedAttributes, ...Object.keys(MEMBER_OF_ATTRIBUTE)];
  }

  /** @protected */
  filling = new Filling((isOfSettings) => this.#filled(isOfSettings));
  /** @protected Whether a person changed anything. */
  isFilledIn = false;
  #isTaking = false;
  #hasNewAttributes = false;

  constructor() {
    super();
    /** @type {RunConnection | undefined} */
    this.connection = undefined;
    this.noForm = false;
  }

  /** @returns {RunSettings} */
  get settings() {
    this.takeAttributes();
    return withoutSecrets(this.filling.settings);
  }

  /** @param {RunSettings} settings */
  set settings(settings) {
    this.take(settings);
  }

  /**
   * @protected
   * @param {Readonly<Record<string, any>>} settings
   */
  take(settings) {
    this.#isTaking = true;
    this.filling.take(settings);
    this.#isTaking = false;
  }

  /** @param {boolean} isOfSettings */
  #filled(isOfSettings) {
    this.requestUpdate();
    if (isOfSettings && !this.#isTaking) {
      const { settings } = this;
      this.isFilledIn = true;
      this.hideSecrets(settings);
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
  takeAttributes() {
    if (this.#hasNewAttributes) {
      this.#hasNewAttributes = false;
      const given = Object.entries(MEMBER_OF_ATTRIBUTE).filter(([name]) => this.hasAttribute(name));
      this.takeOver(Object.fromEntries(given.map(([name, member]) => [member, this.getAttribute(name)])));
    }
  }

  /**
   * Takes settings over those that there are, unless those are of the other service.
   *
   * @param {Record<string, any>} settings
   */
  takeOver(settings) {
    /** @type {Record<string, any>} */
    const before = this.filling.settings;
    const isOther = settings.service !== undefined && settings.service !== before.service;
    // A job is named in one way or the other.
    const job = "jobId" in settings || "jobName" in settings ? { jobId: undefined, jobName: undefined } : {};
    this.take(isOther ? settings : { ...before, ...job, ...settings });
  }

  /**
   * Told at each change by a person.
   *
   * @protected
   * @param {RunSettings} _settings Without secrets.
   */
  hideSecrets(_settings) {}

  get needsToken() {
    return this.connection === undefined;
  }

  /**
   * @param {{ code?: string, message: string, hint?: string }} error
   * @returns {boolean} Whether there is a field for it.
   */
  refuseField(error) {
    const member = memberOf(error);
    const { service } = this.filling.draft;
    const field = member === "token" ? (this.needsToken ? "token" : undefined) : member && fieldOf(member, service);
    if (field === undefined || this.noForm) {
      return false;
    }
    const text = [error.message, hintOf(error)].filter(Boolean).map(sentence).join(" ");
    this.filling.refused = { ...this.filling.refused, [field]: text };
    this.requestUpdate();
    return true;
  }

  async focusFirstProblem() {
    this.requestUpdate();
    await this.updateComplete;
    /** @type {HTMLElement | null} */ (this.renderRoot.querySelector('[aria-invalid="true"]'))?.focus();
  }
}
