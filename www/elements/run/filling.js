// What a person does to the form. It draws nothing.
import { understand } from "./paste.js";
import { parameter } from "./parameters.js";
import { draftOf, emptyDraft, otherWayToWrite, settingsOf } from "./settings.js";

/**
 * @import { RunSettings } from "../run.d.ts"
 * @import { Parameter } from "./parameters.js"
 * @import { Draft } from "./settings.js"
 */

/** The state of the form, and what is wrong with it. */
export class Filling {
  draft = emptyDraft();
  /** Never in a draft, so that it gets nowhere that a draft does. */
  token = "";
  /** What was understood of what was pasted. */
  said = "";
  /** What is in the field for pasting, and what was wrong with it. */
  pasted = { text: "", problem: "" };
  /** What the service or the package said of a field, until that is changed. @type {Record<string, string>} */
  refused = {};
  #isChecked = false;
  /** @type {Set<string>} */
  #left = new Set();
  /** What waits for the pointer to be lifted, while it is down. @type {(() => void)[] | undefined} */
  #held;
  /** @type {(isOfSettings: boolean) => void} */
  #onChange;

  /** @param {(isOfSettings: boolean) => void} onChange Told whether the settings may be others now. */
  constructor(onChange) {
    this.#onChange = onChange;
  }

  /** The settings as far as they can be read. */
  get settings() {
    return settingsOf(this.draft).settings;
  }

  /** @param {Readonly<Record<string, any>>} settings */
  take(settings) {
    this.draft = draftOf(settings, this.draft);
    this.refused = {};
    this.#isChecked = false;
    this.#left.clear();
    this.#onChange(true);
  }

  /** @param {Partial<Draft>} change */
  change(change) {
    this.draft = { ...this.draft, ...change };
    this.said = "";
    this.#forget(Object.keys(change));
    this.#onChange(true);
  }

  /** @param {string} token */
  setToken(token) {
    this.token = token;
    this.#forget(["token"]);
    this.#onChange(false);
  }

  /**
   * A pointer goes down: what leaving a field leads to waits until it is up again. Otherwise the form might move away from
   * under it, and the button that was meant would not be clicked.
   */
  press() {
    this.#held ??= [];
  }

  /** The pointer is up, and its click is through. */
  release() {
    const held = this.#held ?? [];
    this.#held = undefined;
    held.forEach((then) => then());
  }

  /** @param {() => void} then */
  afterClick(then) {
    if (this.#held) {
      this.#held.push(then);
    } else {
      then();
    }
  }

  /**
   * A field that was left is told at once what is wrong with it, if there is anything in it.
   *
   * @param {string} field
   */
  leave(field) {
    this.afterClick(() => {
      this.#left.add(field);
      this.#onChange(false);
    });
  }

  addRow() {
    const row = parameter();
    this.change({ parameters: [...this.draft.parameters, row] });
    return row.id;
  }

  /**
   * @param {number} id
   * @param {Partial<Parameter>} change
   */
  changeRow(id, change) {
    const parameters = this.draft.parameters.map((row) => (row.id === id ? { ...row, ...change } : row));
    this.change({ parameters });
  }

  /** @param {number} id */
  removeRow(id) {
    this.change({ parameters: this.draft.parameters.filter((row) => row.id !== id) });
  }

  writeOtherwise() {
    const draft = otherWayToWrite(this.draft);
    if (draft === this.draft) {
      this.#isChecked = true;
    }
    this.change(draft);
  }

  /**
   * @param {string} text
   * @returns {boolean} Whether it was understood.
   */
  paste(text) {
    if (text.trim() === "") {
      return false;
    }
    const found = understand(text);
    if ("problem" in found) {
      this.pasted = { text, problem: found.problem };
      this.said = "";
      this.#onChange(false);
      return false;
    }
    const { settings } = found;
    const isJson = text.trim().startsWith("{");
    // An address says what is run; how it is run stays as it was chosen, unless it is another service's.
    const before = isJson || settings.service !== this.draft.service ? {} : this.settings;
    const what = settings.service === "fabric" ? { jobType: undefined } : { jobId: undefined, jobName: undefined };
    this.take({ ...before, ...(settings.jobId || settings.itemId ? what : {}), ...settings });
    this.pasted = { text: "", problem: "" };
    this.said = found.said;
    this.#onChange(false);
    return true;
  }

  /** @param {string} text */
  typePaste(text) {
    this.pasted = { text, problem: "" };
    this.#onChange(false);
  }

  /**
   * Checks all fields, and from now on shows what is wrong with any.
   *
   * @param {boolean} needsToken
   * @returns {RunSettings | undefined} Nothing if something is wrong.
   */
  check(needsToken) {
    this.#isChecked = true;
    const { settings, problems } = settingsOf(this.draft);
    this.#onChange(false);
    return Object.keys(problems).length > 0 || (needsToken && this.token.trim() === "") ? undefined : settings;
  }

  /**
   * What is to be shown, by field.
   *
   * @param {boolean} needsToken
   * @returns {Record<string, string>}
   */
  problems(needsToken) {
    const { problems } = settingsOf(this.draft);
    if (needsToken && this.token.trim() === "") {
      problems.token = "Give a token. It stays in this page's memory.";
    }
    const { draft } = this;
    const shown = Object.entries(problems).filter(([field]) => {
      const value = Object.hasOwn(draft, field) ? draft[/** @type {keyof Draft} */ (field)] : undefined;
      return this.#isChecked || (this.#left.has(field) && value !== "");
    });
    return { ...this.refused, ...Object.fromEntries(shown) };
  }

  /** @param {string[]} fields */
  #forget(fields) {
    const kept = Object.entries(this.refused).filter(([field]) => !fields.includes(field));
    this.refused = Object.fromEntries(kept);
  }
}
