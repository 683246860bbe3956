import { generator } from "../base/modules/generator.js";
import { sheetsOf } from "./files.js";
import { optionsOf } from "./options.js";
import { refusalOf } from "./refusal.js";

/**
 * @import { ReactiveControllerHost } from "lit"
 * @import { ConnectorOptions, GeneratedFile, QueryOptions } from "pqrun/connector"
 * @import { Draft, Form } from "./draft.js"
 * @import { Sheet } from "./files.js"
 */

/** How long nothing has to be typed before M is made, in milliseconds. */
const PAUSE_MS = 150;

/** The longest pause, where making it takes long. */
const LONGEST_PAUSE_MS = 1000;

/**
 * What was made last.
 *
 * @typedef {object} Made
 * @property {Form} form
 * @property {QueryOptions | ConnectorOptions} options
 * @property {string} stem What its files are called, without an ending.
 * @property {readonly GeneratedFile[]} files
 * @property {readonly Sheet[]} sheets
 */

/**
 * What is told of it.
 *
 * @typedef {object} Told
 * @property {(made: Made) => void} made
 * @property {(error: unknown) => void} failed
 */

/** Makes M of a draft a moment after each change, and keeps the last that could be made. */
export class Generation {
  /** @type {"waiting" | "loading" | "ready" | "failed"} */
  state = "waiting";
  /** @type {Made | undefined} */
  made;
  /** Why `made` is not of the draft as it is. @type {{ field?: string, message: string } | undefined} */
  problem;
  /** Whether loading again would give the same failure: the browser keeps what became of a module. */
  isFinal = false;
  #isWanted = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #pause = PAUSE_MS;
  /** @type {unknown} */
  #failure;
  /** @type {{ draft: Draft, form: Form } | undefined} */
  #next;

  /**
   * @param {ReactiveControllerHost} host
   * @param {Told} told
   */
  constructor(host, told) {
    this.host = host;
    this.told = told;
  }

  /** From now on somebody looks: until then nothing is loaded. */
  want() {
    this.#isWanted = true;
    this.#start(0);
  }

  /** Nobody looks any more. */
  stop() {
    this.#isWanted = false;
    clearTimeout(this.#timer);
  }

  /**
   * @param {Draft} draft
   * @param {Form} form
   * @param {boolean} isTyped Whether more is likely to come.
   */
  change(draft, form, isTyped) {
    this.#next = { draft, form };
    this.#start(isTyped ? this.#pause : 0);
  }

  /** Loads the generator again. */
  retry() {
    this.#start(0);
  }

  /** @param {number} ms */
  #start(ms) {
    clearTimeout(this.#timer);
    if (this.#isWanted && this.#next !== undefined) {
      this.#timer = setTimeout(() => this.#make(), ms);
    }
  }

  async #make() {
    if (this.state === "loading") {
      // Whoever waits for it makes M of what is newest then.
      return;
    }
    if (this.state !== "ready") {
      this.state = "loading";
      this.host.requestUpdate();
    }
    try {
      const module = await generator();
      this.state = "ready";
      this.#generate(module);
    } catch (error) {
      this.isFinal = error === this.#failure;
      this.#failure = error;
      this.state = "failed";
      this.told.failed(error);
    }
    this.host.requestUpdate();
  }

  /** @param {typeof import("pqrun/connector")} module */
  #generate({ generateConnector, generateQuery }) {
    // What was typed while it was loaded is in this M already.
    clearTimeout(this.#timer);
    const { draft, form } = /** @type {{ draft: Draft, form: Form }} */ (this.#next);
    const { options, problems, places } = optionsOf(draft, form);
    if (problems[0] !== undefined) {
      this.problem = problems[0];
      return;
    }
    const began = performance.now();
    try {
      const stem = draft.name.trim() || (form === "query" ? "Query" : "Pqrun");
      const files =
        form === "query"
          ? [
              {
                path: `${stem}.pq`,
                content: new TextEncoder().encode(generateQuery(/** @type {QueryOptions} */ (options))),
              },
            ]
          : generateConnector(/** @type {ConnectorOptions} */ (options));
      this.made = { form, options, stem, files, sheets: sheetsOf(files) };
      this.problem = undefined;
      this.told.made(this.made);
    } catch (error) {
      this.problem = refusalOf(/** @type {{ message: string, code?: string }} */ (error), draft, places);
      this.told.failed(error);
    }
    // Where it takes long, more of what is typed is waited for.
    this.#pause = Math.min(Math.max(PAUSE_MS, 2 * (performance.now() - began)), LONGEST_PAUSE_MS);
  }
}
