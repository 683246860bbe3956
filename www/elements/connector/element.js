import { unsafeCSS } from "lit";

import { copy } from "../base/clipboard.js";
import { PqrunElement } from "../base/element.js";
import { counted, sentence } from "../base/format.js";
import { save } from "../base/save.js";
import { BASE } from "../base/styles.js";
import { generator } from "../base/modules/generator.js";
import css from "./connector.css";
import { idOf } from "./controls.js";
import { blankDraft, put } from "./draft.js";
import { project } from "./files.js";
import { Generation } from "./generation.js";
import { frame } from "./frame.js";
import { optionsOf } from "./options.js";
import { draftOf, takeSettings } from "./settings.js";
import { Source } from "./source.js";

/**
 * @import { ConnectorOptions, QueryOptions, GeneratedFile } from "pqrun/connector"
 * @import { Form } from "./draft.js"
 */

/** How long it has to be quiet before what has become of the M is told to screen readers, in milliseconds. */
const QUIET_MS = 1000;

/** `<pqrun-connector>`. */
export class PqrunConnector extends PqrunElement {
  static styles = [...BASE, unsafeCSS(css)];

  static properties = {
    ...PqrunElement.properties,
    form: { reflect: true },
    settings: { attribute: false },
    sample: { attribute: false },
    chosen: { state: true },
    notes: { state: true },
    ofAction: { state: true },
  };

  #draft = blankDraft();
  /** @type {QueryOptions | ConnectorOptions | undefined} */
  #given;
  /** @type {readonly { name: string, type: string }[]} */
  #columns = [];
  /** @type {IntersectionObserver | undefined} */
  #observer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #quiet;
  /** The field that was opened for the last problem. @type {string | undefined} */
  #shown;
  #source = new Source(this);
  #generation = new Generation(this, {
    made: (made) => {
      this.#present();
      this.#announceLater(`M updated, ${counted(this.#source.lineCount, "line")}`);
      this.emit("pqrun-generated", { form: made.form, options: made.options });
    },
    failed: (error) => {
      const { problem } = this.#generation;
      this.#announceLater(
        problem ? `The M is out of date. ${sentence(problem.message)}` : "The generator did not load.",
      );
      this.emit("pqrun-error", { error });
    },
  });

  constructor() {
    super();
    /** @type {Form} */
    this.form = "query";
    /** @type {Record<string, any> | undefined} */
    this.settings = undefined;
    /** @type {{ columns: readonly { name: string, type: string }[] } | undefined} */
    this.sample = undefined;
    /** @protected The file that is shown. */
    this.chosen = "";
    /** @protected What of the settings could not be taken over. @type {readonly string[]} */
    this.notes = [];
    /** @protected What became of copying. */
    this.ofAction = "";
  }

  get options() {
    return this.#given ?? optionsOf(this.#draft, this.#form).options;
  }

  set options(options) {
    // Refused here, where who gave them can see it.
    draftOf(options, this.#form);
    this.#given = options;
    this.requestUpdate("options");
  }

  /** @returns {readonly GeneratedFile[]} */
  get files() {
    return this.#generation.problem === undefined ? (this.#generation.made?.files ?? []) : [];
  }

  /** @returns {Form} */
  get #form() {
    return this.form === "connector" ? "connector" : "query";
  }

  connectedCallback() {
    super.connectedCallback();
    // The generator weighs more than all else: it is loaded for those who see the M.
    this.#observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) {
        this.#observer?.disconnect();
        this.#generation.want();
        void this.#loadColours();
      }
    });
    this.#observer.observe(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#observer?.disconnect();
    this.#generation.stop();
    clearTimeout(this.#quiet);
  }

  /** @param {import("lit").PropertyValues} changed */
  willUpdate(changed) {
    if (changed.has("settings") && this.settings !== undefined) {
      this.notes = takeSettings(this.#draft, this.settings);
    }
    if (this.#given !== undefined) {
      this.#draft = draftOf(this.#given, this.#form);
      this.#given = undefined;
      this.notes = [];
    }
    if (changed.has("sample")) {
      // Read at once: the table may be freed while its columns are still of use.
      this.#columns = (this.sample?.columns ?? []).map(({ name, type }) => ({ name, type }));
    }
    if (["form", "settings", "options"].some((name) => changed.has(name))) {
      this.#generation.change(this.#draft, this.#form, false);
    }
  }

  updated() {
    const field = this.#generation.problem?.field;
    if (field !== this.#shown) {
      this.#shown = field;
      let closed =
        field && this.renderRoot.querySelector(`#${CSS.escape(idOf(field))}`)?.closest("details:not([open])");
      while (closed instanceof HTMLDetailsElement) {
        closed.open = true;
        closed = closed.parentElement?.closest("details:not([open])");
      }
    }
  }

  async #loadColours() {
    try {
      const { tokensOf } = await import("./grammar.js");
      this.#source.paintBy(tokensOf);
    } catch {
      // The M is as good without colours.
    }
  }

  /** Shows the chosen file of what was made. */
  #present() {
    const { made } = this.#generation;
    const sheet = made?.sheets.find(({ name }) => name === this.chosen) ?? made?.sheets[0];
    if (made !== undefined && sheet !== undefined) {
      this.chosen = sheet.name;
      // A query's file may be called another name while it stays the same text.
      this.#source.show(made.form === "query" ? "query" : sheet.name, sheet.text ?? "", sheet.isM);
    }
  }

  /** @param {string} text */
  #announceLater(text) {
    clearTimeout(this.#quiet);
    this.announce("");
    this.#quiet = setTimeout(() => this.announce(text), QUIET_MS);
  }

  /**
   * @param {string} path
   * @param {unknown} value
   * @param {string} [focus]
   */
  #change(path, value, focus) {
    put(this.#draft, path, value);
    this.ofAction = "";
    // Of what is no longer so, nothing is told.
    clearTimeout(this.#quiet);
    this.#generation.change(this.#draft, this.#form, true);
    this.requestUpdate();
    if (focus !== undefined) {
      void this.#focus(focus);
    }
  }

  /** @param {string} path */
  async #focus(path) {
    await this.updateComplete;
    const element = this.renderRoot.querySelector(`#${CSS.escape(idOf(path))}`);
    if (element instanceof HTMLElement) {
      element.focus();
    }
  }

  /** @param {string} text */
  async #copy(text) {
    const isCopied = await copy(text, this.renderRoot);
    this.ofAction = isCopied ? "Copied." : "The browser did not let it: select the text and press Ctrl+C.";
    this.#announceNow(this.ofAction);
  }

  /** @param {string} text */
  #announceNow(text) {
    clearTimeout(this.#quiet);
    this.announce(text);
  }

  /** @param {"pq" | "mez" | "zip"} kind */
  async #download(kind) {
    const { made } = this.#generation;
    if (made === undefined) {
      return;
    }
    const name = `${made.stem}.${kind}`;
    this.ofAction = "";
    try {
      if (kind === "pq") {
        const document = made.files.find(({ path }) => path === `${made.stem}.pq`) ?? made.files[0];
        save(name, document?.content ?? new Uint8Array(), "text/plain;charset=utf-8");
      } else if (kind === "mez") {
        const { packConnector } = await generator();
        save(name, packConnector(made.files), "application/zip");
      } else {
        save(name, await project(made.files), "application/zip");
      }
    } catch (error) {
      // A module that did not load, or what the packing found.
      this.ofAction = `${name} could not be made: ${error instanceof Error ? error.message : String(error)}`;
      this.#announceNow(this.ofAction);
      return;
    }
    this.#announceNow(`${name} saved`);
  }

  render() {
    return frame({
      view: {
        draft: this.#draft,
        form: this.#form,
        problem: this.#generation.problem,
        sample: this.#columns,
        change: (path, value, focus) => this.#change(path, value, focus),
      },
      generation: this.#generation,
      source: this.#source,
      chosen: this.chosen,
      notes: this.notes,
      ofAction: this.ofAction,
      live: this.liveRegion(),
      onForm: (form) => {
        this.chosen = "";
        this.form = form;
      },
      onSheet: (name) => {
        this.chosen = name;
        this.#present();
      },
      onCopy: (text) => void this.#copy(text),
      onDownload: (kind) => void this.#download(kind),
      onFocus: (path) => void this.#focus(path),
    });
  }
}
