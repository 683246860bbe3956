import { html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";

import { count } from "../base/format.js";
import { cell, isRight, ruler, samples } from "./cells.js";
import { placeOf, target } from "./keys.js";
import { columnsInSight, rowsInSight, scrollToColumn, scrollToRow, startsOf, withActive } from "./window.js";

/**
 * @import { TableColumn } from "pqrun"
 * @import { Source } from "./source.js"
 * @import { Sort } from "./view.js"
 */

/** In pixels. */
const NARROWEST = 56;
const WIDEST = 1200;
/** No column is wider by itself. */
const WIDE = 320;
/** What a key makes a column wider. */
const STEP = 16;

/**
 * What a grid asks of the element that it is in.
 *
 * @typedef {object} Host
 * @property {() => ShadowRoot} root It is there once the element has rendered.
 * @property {() => void} update
 * @property {(column: string) => void} sort
 * @property {(row: number, column: number) => void} open A cell, or with the column -1 a row.
 * @property {(row: number, column: number) => string} copied What is copied of a cell, or of a row.
 * @property {(text: string) => void} announce
 */

/** The grid: what is in sight of the rows, the cell that has the focus, the widths of the columns. */
export class Grid {
  /** @type {Source | undefined} */
  #source;
  /** @type {Uint32Array} */
  #rows = new Uint32Array(0);
  /** @type {number[]} */
  #widths = [];
  #starts = new Float64Array(1);
  #gutter = 48;
  /** A row is counted in the order that is shown; -1 is the head. The column -1 holds the numbers of the rows. */
  #active = { row: -1, column: 0 };
  #focused = false;
  #mustFocus = false;
  #wasActive = false;
  #scroll = { top: 0, left: 0 };
  #viewport = { width: 640, height: 480 };
  #rowHeight = 32;
  #observer = new ResizeObserver(() => this.#measure());
  /** @type {Element | undefined} */
  #observed;

  /** @param {Host} host */
  constructor(host) {
    this.host = host;
  }

  /**
   * Shows another table, from its start.
   *
   * @param {Source | undefined} source
   */
  show(source) {
    this.#source = source;
    this.#widths = [];
    this.#active = { row: -1, column: source?.columns.length ? 0 : -1 };
    this.#scroll = { top: 0, left: 0 };
    this.#scroller?.scrollTo(0, 0);
  }

  /**
   * Shows other rows of it.
   *
   * @param {Uint32Array} rows
   */
  arrange(rows) {
    this.#rows = rows;
    this.#active.row = Math.min(this.#active.row, rows.length - 1);
    this.#scroll.top = 0;
    this.#scroller?.scrollTo({ top: 0 });
  }

  get #scroller() {
    return /** @type {HTMLElement | null} */ (this.host.root().querySelector(".scroller"));
  }

  /**
   * Has to be called before the element updates, since what is in focus may go.
   */
  beforeUpdate() {
    this.#focused = this.#scroller?.contains(this.host.root().activeElement) ?? false;
  }

  /** Has to be called after the element has updated. */
  afterUpdate() {
    const scroller = this.#scroller ?? undefined;
    if (scroller !== this.#observed) {
      this.#observer.disconnect();
      this.#observed = scroller;
      if (scroller) {
        this.#observer.observe(scroller);
        scroller.scrollTo({ ...this.#scroll, behavior: "instant" });
      }
    }
    const lost = this.#focused && this.host.root().activeElement === null;
    if (scroller && (this.#mustFocus || lost)) {
      this.#mustFocus = false;
      const { row, column } = this.#active;
      /** @type {HTMLElement | null} */ (scroller.querySelector(`[data-at="${row},${column}"]`))?.focus({
        preventScroll: true,
      });
    }
    this.#measure();
  }

  /** Stops watching; `afterUpdate` begins again. */
  disconnect() {
    this.#observer.disconnect();
    this.#observed = undefined;
  }

  #measure() {
    const scroller = this.#scroller;
    const head = scroller?.querySelector(".head");
    const probe = scroller?.querySelector(".probe");
    if (!scroller || !head || !probe || scroller.clientWidth === 0) {
      return;
    }
    const width = scroller.clientWidth - this.#gutter;
    const height = scroller.clientHeight - head.getBoundingClientRect().height;
    const rowHeight = probe.getBoundingClientRect().height;
    const before = this.#viewport;
    if (width !== before.width || height !== before.height || rowHeight !== this.#rowHeight) {
      this.#viewport = { width, height };
      this.#rowHeight = rowHeight;
      this.host.update();
    }
  }

  /** Widths by the content, once there is a font to measure with. @param {Source} source */
  #fit(source) {
    if (this.#widths.length === source.columns.length) {
      return;
    }
    const measure = ruler(/** @type {HTMLElement} */ (this.host.root().host));
    this.#gutter = Math.ceil(measure(count(source.rowCount)) * 0.875) + 20;
    // Of very many columns only the names are looked at: reading all of them would take longer than to look at a few.
    const many = source.columns.length > 200;
    this.#widths = source.columns.map((column, at) => this.#fitting(source, column, at, measure, many));
    this.#starts = startsOf(this.#widths);
  }

  /**
   * @param {Source} source
   * @param {TableColumn} column
   * @param {number} at
   * @param {(text: string) => number} measure
   * @param {boolean} [namesOnly]
   */
  #fitting(source, { name, type }, at, measure, namesOnly = false) {
    const texts = namesOnly ? [] : samples(source.column(at), this.#rows);
    const widest = Math.max(measure(name) * 1.1 + 20, measure(type), ...texts.map(measure));
    return Math.round(Math.min(WIDE, Math.max(NARROWEST, widest + 26)));
  }

  /**
   * @param {number} at
   * @param {number} width
   */
  #resize(at, width) {
    this.#widths[at] = Math.round(Math.min(WIDEST, Math.max(NARROWEST, width)));
    this.#starts = startsOf(this.#widths);
    this.host.update();
  }

  /**
   * @param {object} given
   * @param {string} given.label
   * @param {Sort | null} given.sort
   * @param {boolean} given.busy
   * @param {(column: TableColumn) => unknown} given.filter What stands below a column's name.
   * @throws {TypeError} If the table was freed before a column was needed.
   */
  render({ label, sort, busy, filter }) {
    const source = this.#source;
    if (!source) {
      return nothing;
    }
    this.#fit(source);
    const columns = this.#columns(source);
    const rows = this.#rows;
    const sight = rowsInSight(this.#scroll.top, this.#viewport.height, rows.length, this.#rowHeight);
    const shown = withActive(sight.first, sight.end, this.#active.row, rows.length);
    const width = this.#gutter + this.#starts[source.columns.length];
    return html`<div
      class="scroller"
      part="grid"
      role="grid"
      aria-label=${label}
      aria-readonly="true"
      aria-busy=${busy}
      aria-rowcount=${rows.length + 1}
      aria-colcount=${source.columns.length + 1}
      @scroll=${this.#scrolled}
      @keydown=${this.#pressed}
      @focusin=${this.#focusedIn}
      @pointerdown=${this.#pointed}
      @click=${this.#clicked}
      @dblclick=${this.#clickedTwice}
      @copy=${this.#copied}
    >
      <div class="head" part="head" role="row" aria-rowindex="1" .style=${`inline-size:${width}px`}>
        <div class="probe" aria-hidden="true"></div>
        <div
          class="number"
          role="columnheader"
          aria-colindex="1"
          data-at="-1,-1"
          tabindex=${this.#tab(-1, -1)}
          .style=${`inline-size:${this.#gutter}px`}
        >
          <span aria-hidden="true">#</span><span class="unseen">Row</span>
        </div>
        ${repeat(
          columns,
          ({ at }) => at,
          ({ at, column, style }) => {
            const direction = sort?.column === column.name ? sort.direction : "none";
            return html`<div
              class="name ${isRight(column) ? "right" : ""}"
              role="columnheader"
              aria-colindex=${at + 2}
              aria-sort=${direction}
              aria-labelledby=${`name${at} type${at}`}
              .style=${style}
            >
              <button
                class="bare sort"
                type="button"
                data-at=${`-1,${at}`}
                tabindex=${this.#tab(-1, at)}
                title=${column.name}
                aria-describedby="keys"
              >
                <span class="title"
                  ><span id=${`name${at}`} class="text">${column.name || html`<span class="none">no name</span>`}</span
                  >${direction === "none"
                    ? nothing
                    : html`<span class="arrow" aria-hidden="true"
                        >${direction === "ascending" ? "↑" : "↓"}</span
                      >`}</span
                >
                <span id=${`type${at}`} class="type">${column.type}</span>
              </button>
              ${filter({ name: column.name, type: column.type })}
              <span class="resize" data-resize=${at} aria-hidden="true"></span>
            </div>`;
          },
        )}
      </div>
      ${rows.length === 0
        ? nothing
        : html`<div
            class="body"
            part="body"
            role="rowgroup"
            .style=${`block-size:${sight.height}px;inline-size:${width}px`}
          >
            ${repeat(
              shown,
              (at) => at,
              (at) => {
                const row = rows[at];
                return html`<div
                  class="row"
                  part="row"
                  role="row"
                  aria-rowindex=${at + 2}
                  .style=${`inset-block-start:${at * this.#rowHeight + sight.shift}px`}
                >
                  <div
                    class="number"
                    role="rowheader"
                    aria-colindex="1"
                    data-at=${`${at},-1`}
                    tabindex=${this.#tab(at, -1)}
                    .style=${`inline-size:${this.#gutter}px`}
                  >
                    ${count(row + 1)}
                  </div>
                  ${repeat(
                    columns,
                    (shownColumn) => shownColumn.at,
                    (shownColumn) =>
                      html`<div
                        class="cell ${isRight(shownColumn.column) ? "right" : ""} ${shownColumn.column.type}"
                        part="cell"
                        role="gridcell"
                        aria-colindex=${shownColumn.at + 2}
                        data-at=${`${at},${shownColumn.at}`}
                        tabindex=${this.#tab(at, shownColumn.at)}
                        .style=${shownColumn.style}
                      >${cell(shownColumn.column, row)}</div>`,
                  )}
                </div>`;
              },
            )}
          </div>`}
    </div>`;
  }

  /** The columns in sight, and the one in focus. @param {Source} source */
  #columns(source) {
    const { first, end } = columnsInSight(this.#scroll.left, this.#viewport.width, this.#starts);
    return withActive(first, end, this.#active.column, source.columns.length).map((at) => ({
      at,
      column: source.column(at),
      style: `inset-inline-start:${this.#gutter + this.#starts[at]}px;inline-size:${this.#widths[at]}px`,
    }));
  }

  /**
   * @param {number} row
   * @param {number} column
   */
  #tab(row, column) {
    return row === this.#active.row && column === this.#active.column ? 0 : -1;
  }

  #scrolled = () => {
    const { scrollLeft = 0, scrollTop = 0 } = this.#scroller ?? {};
    this.#scroll = { top: scrollTop, left: scrollLeft };
    this.host.update();
  };

  /** @param {FocusEvent} event */
  #focusedIn = (event) => {
    const place = placeOf(event.target);
    if (place && (place.row !== this.#active.row || place.column !== this.#active.column)) {
      this.#active = place;
      this.host.update();
    }
  };

  /** @param {PointerEvent} event */
  #pointed = (event) => {
    const handle = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-resize]"));
    if (handle && event.button === 0) {
      event.preventDefault();
      this.#drag(handle, Number(handle.dataset.resize), event);
      return;
    }
    const place = placeOf(event.target);
    this.#wasActive =
      place?.row === this.#active.row &&
      place.column === this.#active.column &&
      (this.#scroller?.contains(this.host.root().activeElement) ?? false);
  };

  /**
   * @param {HTMLElement} handle
   * @param {number} at
   * @param {PointerEvent} begin
   */
  #drag(handle, at, begin) {
    const width = this.#widths[at];
    const ended = new AbortController();
    const { signal } = ended;
    handle.setPointerCapture(begin.pointerId);
    handle.addEventListener("pointermove", ({ clientX }) => this.#resize(at, width + clientX - begin.clientX), {
      signal,
    });
    for (const end of ["pointerup", "pointercancel"]) {
      handle.addEventListener(end, () => ended.abort(), { signal });
    }
  }

  /** A click on a cell gives it the focus, a click on the one that has it opens it. @param {MouseEvent} event */
  #clicked = (event) => {
    const place = placeOf(event.target);
    if (place?.row === -1 && place.column >= 0) {
      this.host.sort(this.#name(place.column));
    } else if (place && place.row >= 0 && this.#wasActive && !this.#selected) {
      this.host.open(this.#rows[place.row], place.column);
    }
  };

  /**
   * Opens a cell, also where the second click has selected a word; at the edge of a name, fits the column to its content.
   *
   * @param {MouseEvent} event
   */
  #clickedTwice = (event) => {
    const handle = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-resize]"));
    const place = placeOf(event.target);
    const source = this.#source;
    if (handle && source) {
      const at = Number(handle.dataset.resize);
      const measure = ruler(/** @type {HTMLElement} */ (this.host.root().host));
      this.#resize(at, this.#fitting(source, source.columns[at], at, measure));
    } else if (place && place.row >= 0) {
      this.host.open(this.#rows[place.row], place.column);
    }
  };

  /** Text that the person has selected, which copying and clicking are about then. */
  get #selected() {
    const root = /** @type {{ getSelection?(): Selection | null }} */ (this.host.root());
    const selection = root.getSelection?.() ?? document.getSelection();
    return selection !== null && !selection.isCollapsed;
  }

  /** @param {ClipboardEvent} event */
  #copied = (event) => {
    const { row, column } = this.#active;
    if (row < 0 || this.#selected || !placeOf(event.target)) {
      return;
    }
    event.clipboardData?.setData("text/plain", this.host.copied(this.#rows[row], column));
    event.preventDefault();
    this.host.announce(column < 0 ? "Row copied" : "Cell copied");
  };

  /** @param {number} column */
  #name(column) {
    return /** @type {Source} */ (this.#source).columns[column].name;
  }

  /** @param {KeyboardEvent} event */
  #pressed = (event) => {
    const place = placeOf(event.target);
    // Not what is typed into a filter.
    if (!place || !this.#source || event.altKey) {
      return;
    }
    const { row, column } = place;
    if (event.shiftKey && row === -1 && column >= 0 && (event.key === "ArrowLeft" || event.key === "ArrowRight")) {
      event.preventDefault();
      this.#resize(column, this.#widths[column] + (event.key === "ArrowLeft" ? -STEP : STEP));
      this.host.announce(`${this.#name(column)}: ${this.#widths[column]} pixels wide`);
      return;
    }
    if (event.key === "Enter" && row >= 0) {
      event.preventDefault();
      this.host.open(this.#rows[row], column);
      return;
    }
    const to = target(event, place, {
      rows: this.#rows.length,
      columns: this.#widths.length,
      page: Math.max(1, Math.floor(this.#viewport.height / this.#rowHeight) - 1),
    });
    if (to) {
      event.preventDefault();
      this.#go(to);
    }
  };

  /** @param {{ row: number, column: number }} to */
  #go({ row, column }) {
    const scroller = this.#scroller;
    this.#active = { row, column };
    this.#mustFocus = true;
    let { top, left } = this.#scroll;
    if (row >= 0) {
      top = scrollToRow(row, top, this.#viewport.height, this.#rows.length, this.#rowHeight);
    }
    if (column >= 0) {
      left = scrollToColumn(column, left, this.#viewport.width, this.#starts);
    }
    // Rendered for the new place at once, so that the cell is there to take the focus.
    this.#scroll = { top, left };
    scroller?.scrollTo({ top, left, behavior: "instant" });
    this.host.update();
  }
}
