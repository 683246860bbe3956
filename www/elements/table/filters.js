import { html, nothing } from "lit";
import { live } from "lit/directives/live.js";

import { HINTS, readFilter } from "./filter.js";
import { kindOf } from "./source.js";

/**
 * @import { TableColumn } from "pqrun"
 */

/** What an empty box shows, by what a column holds. */
const EXAMPLES = { bool: "any", json: "contains", number: "1..5", text: "contains", time: "2026-01" };

/**
 * The box below a column's name.
 *
 * @param {TableColumn} column
 * @param {string} typed
 * @param {(typed: string) => void} change
 */
export function columnFilter({ name, type }, typed, change) {
  const kind = kindOf(type);
  if (kind === "bool") {
    const choose = (/** @type {Event} */ event) => change(/** @type {HTMLSelectElement} */ (event.target).value);
    return html`<select class="filter" aria-label=${`Filter ${name}`} .value=${live(typed)} @change=${choose}>
      ${["", "true", "false", "null", "not null"].map(
        (value) => html`<option value=${value} ?selected=${value === typed}>${value || EXAMPLES.bool}</option>`,
      )}
    </select>`;
  }
  const filter = readFilter(typed, kind);
  const problem = filter && "problem" in filter ? filter.problem : undefined;
  return html`<input
    class="filter"
    type="text"
    autocomplete="off"
    spellcheck="false"
    aria-label=${`Filter ${name}`}
    aria-description=${problem ?? HINTS[kind]}
    aria-invalid=${problem ? "true" : nothing}
    title=${problem ?? HINTS[kind]}
    placeholder=${EXAMPLES[kind]}
    .value=${live(typed)}
    @input=${(/** @type {Event} */ event) => change(/** @type {HTMLInputElement} */ (event.target).value)}
  />`;
}

/**
 * What is wrong with the filters, by the columns' names.
 *
 * @param {TableColumn[]} columns
 * @param {Record<string, string>} typed
 */
export function problemsOf(columns, typed) {
  return columns.flatMap(({ name, type }) => {
    const filter = Object.hasOwn(typed, name) ? readFilter(typed[name], kindOf(type)) : undefined;
    return filter && "problem" in filter ? [`${name}: ${filter.problem}`] : [];
  });
}
