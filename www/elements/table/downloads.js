import { html, nothing } from "lit";

import { count } from "../base/format.js";
import { FORMATS } from "./write.js";

/**
 * @import { Format } from "./write.js"
 */

/** @typedef {{ format: Format, some: boolean, defuseFormulas: boolean }} Choice What the person chose. */

/** @type {Choice} */
export const FIRST_CHOICE = { format: "csv", some: true, defuseFormulas: false };

/**
 * The choice of what to download.
 *
 * @param {object} given
 * @param {Choice} given.choice
 * @param {number} given.all How many rows there are.
 * @param {number} given.shown How many are shown.
 * @param {boolean} given.changed Whether what is shown differs from the table: in rows, or in their order.
 * @param {boolean} given.busy
 * @param {string} given.problem
 * @param {(choice: Partial<Choice>) => void} given.choose
 * @param {() => void} given.download
 * @param {() => void} given.copy
 */
export function downloads({ choice, all, shown, changed, busy, problem, choose, download, copy }) {
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    download();
  };
  return html`<form id="downloads" class="panel" part="downloads" aria-label="Download" @submit=${submit}>
    <div class="choices">
      <label class="field"
        >Format
        <select
          name="format"
          @change=${(/** @type {Event} */ event) =>
            choose({ format: /** @type {Format} */ (/** @type {HTMLSelectElement} */ (event.target).value) })}
        >
          ${Object.entries(FORMATS).map(
            ([name, { label }]) => html`<option value=${name} ?selected=${name === choice.format}>${label}</option>`,
          )}
        </select>
      </label>
      ${changed
        ? html`<label class="field"
            >Rows
            <select
              name="rows"
              @change=${(/** @type {Event} */ event) =>
                choose({ some: /** @type {HTMLSelectElement} */ (event.target).value === "shown" })}
            >
              <option value="shown" ?selected=${choice.some}>As shown (${count(shown)})</option>
              <option value="all" ?selected=${!choice.some}>All (${count(all)})</option>
            </select>
          </label>`
        : nothing}
      <div class="buttons">
        <button class="primary" type="submit" ?disabled=${busy}>${busy ? "Writing…" : "Download"}</button>
        <button type="button" ?disabled=${busy} @click=${copy}>Copy for a spreadsheet</button>
      </div>
    </div>
    <p class="hint">${FORMATS[choice.format].hint}</p>
    <label class="check"
      ><input
        type="checkbox"
        name="defuse"
        .checked=${choice.defuseFormulas}
        @change=${(/** @type {Event} */ event) =>
          choose({ defuseFormulas: /** @type {HTMLInputElement} */ (event.target).checked })}
      />
      <span
        >Put a <code>'</code> before texts that a spreadsheet would take for a formula: in CSV, and in what is copied</span
      ></label
    >
    ${problem ? html`<div class="notice bad" role="alert"><p>${problem}</p></div>` : nothing}
  </form>`;
}
