import { html, nothing } from "lit";
import { live } from "lit/directives/live.js";

/**
 * @import { Filters } from "./view.js"
 */

/** @typedef {"chart" | "downloads"} Panel */

/**
 * What stands above the grid: the box for all columns, what can be opened, and what is shown, in words.
 *
 * @param {object} given
 * @param {Filters} given.typed
 * @param {boolean} given.filtering Whether each column has a box.
 * @param {Panel | ""} given.panel The one that is open.
 * @param {boolean} given.hasChart
 * @param {string} given.summary
 * @param {boolean} given.busy
 * @param {boolean} given.isFiltered
 * @param {boolean} given.isSorted
 * @param {string[]} given.problems What is wrong with the filters.
 * @param {(text: string) => void} given.find
 * @param {() => void} given.filter
 * @param {(panel: Panel) => void} given.open
 * @param {() => void} given.clear
 * @param {() => void} given.unsort
 */
export function toolbar(given) {
  return html`<div class="toolbar" part="toolbar">
    <input
      class="search"
      type="search"
      placeholder="Find in all columns"
      aria-label="Find in all columns"
      autocomplete="off"
      spellcheck="false"
      .value=${live(given.typed.text)}
      @input=${(/** @type {Event} */ event) => given.find(/** @type {HTMLInputElement} */ (event.target).value)}
    />
    <div class="buttons">
      <button type="button" aria-pressed=${given.filtering} @click=${given.filter}>Filter columns</button>
      ${given.hasChart ? opener(given, "chart", "Chart") : nothing} ${opener(given, "downloads", "Download")}
    </div>
    <p class="summary">
      <span>${given.summary}</span>
      ${given.busy ? html`<span class="badge busy">Working…</span>` : nothing}
      ${given.isFiltered
        ? html`<button class="bare small" type="button" @click=${given.clear}>Clear filters</button>`
        : nothing}
      ${given.isSorted
        ? html`<button class="bare small" type="button" @click=${given.unsort}>End sorting</button>`
        : nothing}
    </p>
    ${given.problems.map((problem) => html`<p class="problem" role="alert">${problem}</p>`)}
  </div>`;
}

/**
 * @param {{ panel: Panel | "", open: (panel: Panel) => void }} given
 * @param {Panel} panel
 * @param {string} label
 */
function opener({ panel: shown, open }, panel, label) {
  return html`<button
    type="button"
    aria-expanded=${shown === panel}
    aria-controls=${shown === panel ? panel : nothing}
    @click=${() => open(panel)}
  >
    ${label}
  </button>`;
}
