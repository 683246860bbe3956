import { html } from "lit";

import { count } from "../base/format.js";
import { inWords, seriesOf } from "./series.js";
import { inSlices } from "./slices.js";
import { kindOf } from "./source.js";

/**
 * @import { Series } from "./series.js"
 * @import { Source } from "./source.js"
 */

/** @typedef {Awaited<ReturnType<typeof import("./chart.js").draw>>} Chart */

/** The panel with the chart: which columns it is of, and what it says in words. */
export class Plot {
  #y = "";
  #x = "";
  /** @type {Source | undefined} */
  #source;
  /** @type {Uint32Array} */
  #rows = new Uint32Array(0);
  /** @type {Series | undefined} */
  #series;
  #problem = "";
  #reading = "";
  /** @type {Chart | undefined} */
  #chart;
  /** @type {Element | null} */
  #place = null;
  #work = new AbortController();
  #observer = new ResizeObserver(() => this.#chart?.fit());

  /**
   * @param {() => ShadowRoot} root It is there once the element has rendered.
   * @param {() => void} update
   */
  constructor(root, update) {
    this.root = root;
    this.update = update;
  }

  /**
   * Takes the rows that are shown, and draws them.
   *
   * @param {Source} source
   * @param {Uint32Array} rows
   */
  show(source, rows) {
    if (source === this.#source && rows === this.#rows) {
      return;
    }
    // What was chosen stays, as far as the table has it.
    const columns = numeric(source);
    if (!columns.some(({ name }) => name === this.#y)) {
      // Whole numbers are often names of things.
      this.#y = (columns.find(({ type }) => type === "float64") ?? columns[0])?.name ?? "";
    }
    if (!times(source).some(({ name }) => name === this.#x)) {
      this.#x = "";
    }
    this.#source = source;
    this.#rows = rows;
    void this.#draw();
  }

  /** Lets go of the chart and all that it was made of. */
  hide() {
    this.#work.abort();
    this.#observer.disconnect();
    this.#chart?.end();
    this.#chart = undefined;
    this.#series = undefined;
    this.#source = undefined;
  }

  async #draw() {
    const source = this.#source;
    this.#work.abort();
    this.#work = new AbortController();
    const { signal } = this.#work;
    if (!source) {
      return;
    }
    const [y, x] = [this.#y, this.#x].map((name) => source.columns.findIndex((column) => column.name === name));
    try {
      this.#problem = "";
      const [chart, series] = await Promise.all([
        import("./chart.js"),
        inSlices(seriesOf(source, this.#rows, y, this.#x === "" ? -1 : x), signal, () => {}),
      ]);
      signal.throwIfAborted();
      this.#series = series;
      this.#reading = "";
      this.update();
      // The place is there once the panel has been rendered.
      await Promise.resolve();
      this.#put(chart, series);
    } catch (error) {
      if (!signal.aborted) {
        this.#problem = error instanceof Error ? error.message : String(error);
        this.update();
      }
    }
  }

  /**
   * @param {typeof import("./chart.js")} chart
   * @param {Series} series
   */
  #put({ draw, moment }, series) {
    this.#chart?.end();
    this.#chart = undefined;
    const place = /** @type {HTMLElement | null} */ (this.root().querySelector(".plot"));
    const source = this.#source;
    if (!place || !source || series.facts.least === undefined) {
      return;
    }
    const y = source.column(source.columns.findIndex(({ name }) => name === this.#y));
    this.#chart = draw(series, {
      root: this.root(),
      place,
      time: this.#x !== "",
      look: () => this.#look(place),
      point: (at) => {
        const row = at === null ? undefined : series.rows[at];
        const reading =
          row === undefined || at === null
            ? ""
            : `row ${count(row + 1)}${this.#x === "" ? "" : `, ${moment(series.xs[at], 60)}`}: ${y.text(row) || "null"}`;
        if (reading !== this.#reading) {
          this.#reading = reading;
          this.update();
        }
      },
    });
    this.#place = place;
    this.#observer.disconnect();
    this.#observer.observe(place);
  }

  /** A canvas takes no variables: the colours are those of elements that have them. @param {HTMLElement} place */
  #look(place) {
    const colour = (/** @type {string} */ name) =>
      getComputedStyle(/** @type {Element} */ (this.root().querySelector(`.look-${name}`))).color;
    const { fontFamily } = getComputedStyle(place);
    return {
      line: colour("line"),
      fill: colour("fill"),
      text: colour("text"),
      grid: colour("grid"),
      font: `12px ${fontFamily}`,
    };
  }

  /** @param {Source} source */
  render(source) {
    const y = numeric(source);
    const x = times(source);
    const choose = (/** @type {"x" | "y"} */ axis) => (/** @type {Event} */ event) => {
      const { value } = /** @type {HTMLSelectElement} */ (event.target);
      if (axis === "x") {
        this.#x = value;
      } else {
        this.#y = value;
      }
      void this.#draw();
      this.update();
    };
    const words = this.#series ? inWords(this.#y, this.#series.facts) : "";
    return html`<figure id="chart" class="panel" part="chart" aria-label="Chart">
      <div class="choices">
        <label class="field"
          >Column
          <select name="y" @change=${choose("y")}>
            ${y.map(
              ({ name }) => html`<option value=${name} ?selected=${name === this.#y}>${name || "no name"}</option>`,
            )}
          </select>
        </label>
        <label class="field"
          >Along
          <select name="x" @change=${choose("x")}>
            <option value="" ?selected=${this.#x === ""}>the rows as shown</option>
            ${x.map(
              ({ name }) => html`<option value=${name} ?selected=${name === this.#x}>${name || "no name"}</option>`,
            )}
          </select>
        </label>
      </div>
      <div class="plot" role="img" aria-label=${words || "The chart is being drawn"} @transitionend=${this.#repaint}>
        <p class="reading">${this.#reading}</p>
        ${["line", "fill", "text", "grid"].map((name) => html`<i class=${`look-${name}`}></i>`)}
      </div>
      ${this.#problem
        ? html`<div class="notice bad" role="alert">
            <p>The chart could not be drawn: ${this.#problem}</p>
            <button type="button" @click=${() => void this.#draw()}>Try again</button>
          </div>`
        : html`<figcaption class="hint">${words || "Drawing…"}</figcaption>`}
    </figure>`;
  }

  /** The colours change when the page turns dark or light, which shows as their transition's end. */
  #repaint = () => this.#chart?.paint();

  /** Has to be called after the element has updated: what was drawn into goes with the panel. */
  afterUpdate() {
    if (this.#place && !this.#place.isConnected) {
      this.#place = null;
      this.hide();
    }
  }
}

/**
 * The columns that can be drawn.
 *
 * @param {Source} source
 */
export function numeric(source) {
  return source.columns.filter(({ type }) => kindOf(type) === "number");
}

/** What they can be drawn along. @param {Source} source */
const times = (source) => source.columns.filter(({ type }) => kindOf(type) === "time");
