import { html, nothing, unsafeCSS } from "lit";

import { PqrunElement } from "../base/element.js";
import { count, counted } from "../base/format.js";
import { BASE } from "../base/styles.js";
import { detail } from "./detail.js";
import text from "./element.css";
import { Exporter } from "./export.js";
import { columnFilter, problemsOf } from "./filters.js";
import gridText from "./grid.css";
import { Grid } from "./grid.js";
import { aboutOutput, chooser, firstChoice, notice, outputsOf } from "./outputs.js";
import { Plot, numeric } from "./plot.js";
import { problemOf } from "./problem.js";
import { inSlices } from "./slices.js";
import { Source } from "./source.js";
import { toolbar } from "./toolbar.js";
import { allRows, fitting, inOrder, isFiltering } from "./view.js";
import { tabSeparated } from "./write.js";

/**
 * @import { ErrorInfo, Table } from "pqrun"
 * @import { PropertyValues } from "lit"
 * @import { Output } from "./outputs.js"
 * @import { Problem } from "./problem.js"
 * @import { Filters, Sort } from "./view.js"
 */

/** How long typing may pause before rows are looked for, in milliseconds. */
const TYPING = 120;

/** @type {Filters} */
const NO_FILTERS = { text: "", columns: {} };

/** `<pqrun-table>`. */
export class PqrunTable extends PqrunElement {
  static styles = [...BASE, unsafeCSS(text), unsafeCSS(gridText)];

  static properties = {
    ...PqrunElement.properties,
    table: { attribute: false },
    tables: { attribute: false },
    error: { attribute: false },
    heading: {},
    fileName: { attribute: "file-name" },
    loading: { type: Boolean },
    sort: { attribute: false },
    filters: { attribute: false },
    typed: { state: true },
    chosen: { state: true },
    rows: { state: true },
    busy: { state: true },
    filtering: { state: true },
    panel: { state: true },
    place: { state: true },
    failure: { state: true },
  };

  /** @type {Source | undefined} */
  #source;
  /** @type {Output[]} */
  #outputs = [];
  /** @type {Uint32Array} Rows that fit the filters, in the table's order. */
  #fitting = new Uint32Array(0);
  /** Whether `#fitting` is of earlier filters. */
  #stale = false;
  #work = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #typing;
  #grid = new Grid({
    root: () => /** @type {ShadowRoot} */ (this.renderRoot),
    update: () => this.requestUpdate(),
    sort: (column) => this.#sortBy(column),
    open: (row, column) => {
      this.#exporter.reset();
      this.place = { row, column };
    },
    copied: (row, column) => {
      try {
        return this.#textOf(row, column);
      } catch (error) {
        this.failure = problemOf(error);
        return "";
      }
    },
    announce: (said) => this.announce(said),
  });
  #exporter = new Exporter({
    root: () => /** @type {ShadowRoot} */ (this.renderRoot),
    update: () => this.requestUpdate(),
    announce: (said) => this.announce(said),
    emit: (name, detail) => this.emit(name, detail),
  });
  #plot = new Plot(
    () => /** @type {ShadowRoot} */ (this.renderRoot),
    () => this.requestUpdate(),
  );

  constructor() {
    super();
    /** @type {Table | null | undefined} */
    this.table = undefined;
    /** @type {Output[] | null | undefined} */
    this.tables = undefined;
    /** @type {Problem | Error | ErrorInfo | string | null | undefined} */
    this.error = undefined;
    this.heading = "";
    this.fileName = "";
    this.loading = false;
    /** @type {Sort | null} */
    this.sort = null;
    /** @type {Filters} */
    this.filters = NO_FILTERS;
    /** @protected What stands in the boxes; `filters` follows when typing pauses. */
    this.typed = NO_FILTERS;
    /** @protected */
    this.chosen = 0;
    /** @protected @type {Uint32Array} Rows that are shown, in order. */
    this.rows = new Uint32Array(0);
    /** @protected */
    this.busy = false;
    /** @protected */
    this.filtering = false;
    /** @protected @type {"" | "chart" | "downloads"} */
    this.panel = "";
    /** @protected @type {{ row: number, column: number } | null} */
    this.place = null;
    /** @protected @type {Problem | null} */
    this.failure = null;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#work.abort();
    clearTimeout(this.#typing);
    this.#grid.disconnect();
    this.#plot.hide();
  }

  connectedCallback() {
    super.connectedCallback();
    // What ended when it was taken out: it may have been moved only.
    if (this.typed !== this.filters) {
      this.#type(this.typed);
    }
    if (this.busy) {
      void this.#arrange();
    }
    this.requestUpdate();
  }

  /** @param {PropertyValues<this>} changed */
  willUpdate(changed) {
    this.#grid.beforeUpdate();
    if (changed.has("table") || changed.has("tables")) {
      const key = this.#outputs[this.chosen]?.key;
      this.#outputs = outputsOf(this.table, this.tables);
      const same = this.#outputs.findIndex((output) => output.key === key);
      this.chosen = same === -1 ? firstChoice(this.#outputs) : same;
    }
    const { table } = this.#outputs[this.chosen] ?? {};
    if (table !== this.#source?.table || (this.failure && (changed.has("table") || changed.has("tables")))) {
      this.#open(table, changed);
    } else if (changed.has("filters")) {
      this.typed = this.filters;
      this.#stale = true;
      void this.#arrange();
    } else if (changed.has("sort")) {
      void this.#arrange();
    }
  }

  /**
   * @param {Table | undefined} table
   * @param {PropertyValues<this>} changed
   */
  #open(table, changed) {
    this.#work.abort();
    clearTimeout(this.#typing);
    this.#source = undefined;
    this.failure = null;
    this.busy = false;
    this.place = null;
    this.#exporter.reset();
    if (!changed.has("sort")) {
      this.sort = null;
    }
    if (!changed.has("filters")) {
      this.filters = NO_FILTERS;
    }
    this.typed = this.filters;
    try {
      this.#source = table && new Source(table);
    } catch (error) {
      this.failure = problemOf(error);
    }
    this.#fitting = allRows(this.#source?.rowCount ?? 0);
    this.rows = this.#fitting;
    this.#grid.show(this.#source);
    this.#grid.arrange(this.rows);
    this.#stale = this.filters !== NO_FILTERS;
    if (this.#source && (this.sort || this.#stale)) {
      void this.#arrange();
    }
  }

  /** Filters, if the filters are others than before, and sorts. */
  async #arrange() {
    const source = this.#source;
    this.#work.abort();
    this.#work = new AbortController();
    const { signal } = this.#work;
    if (!source) {
      return;
    }
    const pause = () => {
      this.busy = true;
    };
    try {
      if (this.#stale) {
        this.#fitting = await inSlices(fitting(source, this.filters), signal, pause);
        this.#stale = false;
      }
      const rows = await inSlices(inOrder(source, this.#fitting, this.sort), signal, pause);
      this.rows = rows;
      this.#grid.arrange(rows);
      this.busy = false;
      this.announce(this.#summary());
    } catch (error) {
      if (!signal.aborted) {
        this.busy = false;
        this.failure = problemOf(error);
      }
    }
  }

  /** @param {PropertyValues<this>} changed */
  updated(changed) {
    super.updated(changed);
    this.#grid.afterUpdate();
    this.#plot.afterUpdate();
    const dialog = this.renderRoot.querySelector("dialog");
    if (dialog && !dialog.open) {
      dialog.showModal();
    }
    if (this.panel === "chart" && this.#source && this.#hasChart) {
      this.#plot.show(this.#source, this.rows);
    }
  }

  render() {
    return html`${this.#head()} ${this.#content()} ${this.liveRegion()}`;
  }

  /** @returns {unknown} */
  #content() {
    if (this.error) {
      const { message, hint } = problemOf(this.error);
      return notice("bad", "There is no table", message, hint);
    }
    if (this.loading) {
      return html`<div class="state" part="empty" aria-busy="true">
        <p class="label">Waiting for the table…</p>
        <div class="bones" aria-hidden="true">${[1, 2, 3, 4].map(() => html`<i></i>`)}</div>
      </div>`;
    }
    const output = this.#outputs[this.chosen];
    if (!output) {
      return html`<div class="state" part="empty">
        <p class="label">No table yet</p>
        <p class="hint">Its rows are shown here as soon as there is one.</p>
      </div>`;
    }
    const about =
      output.table && output.key === "" ? nothing : aboutOutput(output, (copied) => void this.#exporter.copy(copied));
    if (this.failure) {
      return html`${about} ${notice("bad", "The table can't be shown", this.failure.message, this.failure.hint)}`;
    }
    const source = this.#source;
    if (!source) {
      const { problem } = this.#exporter;
      return html`${about} ${problem ? html`<p class="problem" role="alert">${problem}</p>` : nothing}`;
    }
    if (source.columns.length === 0) {
      const rows =
        source.rowCount === 0 ? "neither columns nor rows" : `${counted(source.rowCount, "row")}, but no columns`;
      return html`${about}
        <div class="state" part="empty">
          <p class="label">An empty table</p>
          <p class="hint">It has ${rows}.</p>
        </div>`;
    }
    try {
      return html`${about} ${this.#toolbar(source)} ${this.#panels(source)} ${this.#table(source)}
      ${this.place ? this.#detail(source, this.place) : nothing}`;
    } catch (error) {
      // What was not read before the table was freed.
      const { message, hint } = problemOf(error);
      return notice("bad", "The table can't be shown", message, hint);
    }
  }

  #head() {
    const outputs = chooser(this.#outputs, this.chosen, (at) => {
      this.chosen = at;
      this.emit("pqrun-output", { key: this.#outputs[at].key });
    });
    return this.heading || outputs !== nothing
      ? html`<header class="top">
          ${this.heading ? html`<h2 part="heading">${this.heading}</h2>` : nothing} ${outputs}
        </header>`
      : nothing;
  }

  /** @param {Source} source */
  #toolbar(source) {
    return toolbar({
      typed: this.typed,
      filtering: this.filtering,
      panel: this.panel,
      hasChart: this.#hasChart,
      summary: this.#summary(),
      busy: this.busy,
      isFiltered: isFiltering(this.typed),
      isSorted: this.#order !== undefined,
      problems: problemsOf(source.columns, this.typed.columns),
      find: (text) => this.#type({ ...this.typed, text }),
      filter: () => {
        this.filtering = !this.filtering;
      },
      open: (panel) => {
        this.panel = this.panel === panel ? "" : panel;
      },
      clear: this.#clear,
      unsort: () => {
        this.#setSort(null);
        this.#focusSearch();
      },
    });
  }

  get #hasChart() {
    return this.#source !== undefined && this.#source.rowCount > 0 && numeric(this.#source).length > 0;
  }

  /** What is shown, in words. */
  #summary() {
    const all = this.#source?.rowCount ?? 0;
    const columns = counted(this.#source?.columns.length ?? 0, "column");
    const rows = isFiltering(this.filters)
      ? `${count(this.rows.length)} of ${counted(all, "row")}`
      : counted(all, "row");
    const sort = this.#order;
    const order = sort ? `, sorted by ${sort.column || "no name"}, ${sort.direction}` : "";
    return `${rows}, ${columns}${order}`;
  }

  /** @param {Source} source */
  #panels(source) {
    if (this.panel === "chart" && this.#hasChart) {
      return this.#plot.render(source);
    }
    if (this.panel !== "downloads") {
      return nothing;
    }
    return this.#exporter.render({
      source,
      rows: this.rows,
      changed: this.#order !== undefined || isFiltering(this.filters),
      name: this.fileName || this.heading || this.#outputs[this.chosen]?.key || "table",
    });
  }

  /** How the rows are sorted: a table may lack the column. */
  get #order() {
    const { sort } = this;
    return sort && this.#source?.columns.some(({ name }) => name === sort.column) ? sort : undefined;
  }

  /** @param {Source} source */
  #table(source) {
    const grid = this.#grid.render({
      label: this.heading || this.#outputs[this.chosen]?.key || "Table",
      sort: this.sort,
      busy: this.busy,
      filter: (column) =>
        this.filtering
          ? columnFilter(
              column,
              Object.hasOwn(this.typed.columns, column.name) ? this.typed.columns[column.name] : "",
              (typed) => this.#type({ ...this.typed, columns: { ...this.typed.columns, [column.name]: typed } }),
            )
          : nothing,
    });
    return html`<div class="frame ${this.busy ? "working" : ""}">
      ${grid}
      <p id="keys" hidden>Enter sorts. Shift with the left or right arrow makes the column narrower or wider.</p>
      ${this.rows.length > 0
        ? nothing
        : html`<div class="state inner" part="empty">
            ${source.rowCount === 0
              ? html`<p class="label">No rows</p>
                  <p class="hint">The table has columns, but nothing in them.</p>`
              : html`<p class="label">No row fits the filters</p>
                  <button type="button" @click=${this.#clear}>Clear filters</button>`}
          </div>`}
    </div>`;
  }

  /**
   * @param {Source} source
   * @param {{ row: number, column: number }} place
   */
  #detail(source, place) {
    return detail(source, place, {
      problem: this.#exporter.problem,
      copy: () => void this.#exporter.copy(this.#textOf(place.row, place.column)),
      close: () => {
        this.place = null;
      },
    });
  }

  /**
   * A cell as text, or with the column -1 a row for a spreadsheet.
   *
   * @param {number} row
   * @param {number} column
   */
  #textOf(row, column) {
    const source = /** @type {Source} */ (this.#source);
    return column === -1
      ? tabSeparated([source.columns.map((_, at) => source.column(at).text(row))])
      : source.column(column).text(row);
  }

  /** Ascending, descending, off. @param {string} column */
  #sortBy(column) {
    const direction = this.sort?.column === column ? this.sort.direction : undefined;
    this.#setSort(direction === "descending" ? null : { column, direction: direction ? "descending" : "ascending" });
  }

  /** @param {Sort | null} sort */
  #setSort(sort) {
    this.sort = sort;
    this.emit("pqrun-sort", { sort });
  }

  /** @param {Filters} typed */
  #type(typed) {
    this.typed = typed;
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => this.#setFilters(typed), TYPING);
  }

  #clear = () => {
    clearTimeout(this.#typing);
    this.typed = NO_FILTERS;
    this.#setFilters(NO_FILTERS);
    this.#focusSearch();
  };

  /** For what was pressed is gone then. */
  #focusSearch() {
    /** @type {HTMLElement | null} */ (this.renderRoot.querySelector(".search"))?.focus();
  }

  /** @param {Filters} filters */
  #setFilters(filters) {
    this.filters = filters;
    this.emit("pqrun-filter", { filters });
  }
}
