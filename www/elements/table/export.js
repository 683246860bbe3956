import { copy } from "../base/clipboard.js";
import { counted } from "../base/format.js";
import { save } from "../base/save.js";
import { FIRST_CHOICE, downloads } from "./downloads.js";
import { said } from "./problem.js";
import { allRows } from "./view.js";
import { FORMATS, defused, fileName, tabSeparated, taken, write } from "./write.js";

/**
 * @import { Table } from "pqrun"
 * @import { Choice } from "./downloads.js"
 * @import { Source } from "./source.js"
 */

/**
 * What is shown of a table at the moment.
 *
 * @typedef {object} Shown
 * @property {Source} source
 * @property {Uint32Array} rows
 * @property {boolean} changed Whether that differs from the table: in rows, or in their order.
 * @property {string} name What a file of it is called, without an ending.
 */

/**
 * @typedef {object} Host
 * @property {() => ShadowRoot} root
 * @property {() => void} update
 * @property {(text: string) => void} announce
 * @property {(name: string, detail: object) => void} emit
 */

/** Takes rows out of the element: into files, and to the clipboard. */
export class Exporter {
  /** Why the last thing could not be done. */
  problem = "";
  #writing = false;
  /** @type {Choice} */
  #choice = FIRST_CHOICE;

  /** @param {Host} host */
  constructor(host) {
    this.host = host;
  }

  /** Forgets what went wrong with another table. */
  reset() {
    this.problem = "";
  }

  /** The panel. @param {Shown} shown */
  render(shown) {
    return downloads({
      choice: this.#choice,
      all: shown.source.rowCount,
      shown: shown.rows.length,
      changed: shown.changed,
      busy: this.#writing,
      problem: this.problem,
      choose: (choice) => {
        this.#choice = { ...this.#choice, ...choice };
        this.problem = "";
        this.host.update();
      },
      download: () => void this.#busy(() => this.#download(shown)),
      copy: () => void this.#busy(() => this.#copyRows(shown)),
    });
  }

  /** @param {() => Promise<void>} work */
  async #busy(work) {
    this.#writing = true;
    this.problem = "";
    this.host.update();
    // The work may take a while, so let this be seen.
    await new Promise((resolve) => setTimeout(resolve));
    try {
      await work();
    } catch (error) {
      this.problem = said(error);
    } finally {
      this.#writing = false;
      this.host.update();
    }
  }

  /** @param {Shown} shown */
  async #download({ source, rows, changed, name }) {
    const { format, some, defuseFormulas } = this.#choice;
    /** @type {Table | undefined} */
    const part = some && changed ? taken(source.table, rows) : undefined;
    try {
      const content = await write(part ?? source.table, format, { defuseFormulas });
      const file = fileName(name, format);
      const { rowCount } = part ?? source.table;
      save(file, content, FORMATS[format].type);
      this.host.announce(`${file}, ${counted(rowCount, "row")}`);
      this.host.emit("pqrun-download", { format, fileName: file, rows: rowCount });
    } finally {
      part?.free();
    }
  }

  /** @param {Shown} shown */
  async #copyRows({ source, rows, changed }) {
    const columns = source.columns.map((_, at) => source.column(at));
    const some = changed && !this.#choice.some ? allRows(source.rowCount) : rows;
    const text = this.#choice.defuseFormulas ? defused : (/** @type {string} */ as) => as;
    const lines = function* () {
      yield columns.map(({ name }) => text(name));
      for (const row of some) {
        yield columns.map((column) => text(column.text(row)));
      }
    };
    await this.copy(tabSeparated(lines()), `${counted(some.length, "row")} copied`);
  }

  /**
   * Writes to the clipboard.
   *
   * @param {string} text
   * @param {string} [done] What is announced then.
   */
  async copy(text, done = "Copied") {
    const root = this.host.root();
    if (await copy(text, root.querySelector("dialog[open]") ?? root)) {
      this.problem = "";
      this.host.announce(done);
    } else {
      this.problem = "The browser does not let this page write to the clipboard. Select the text, or download it.";
    }
    this.host.update();
  }
}
