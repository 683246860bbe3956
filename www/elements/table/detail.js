import { html, nothing } from "lit";

import { count, counted } from "../base/format.js";
import { LONGEST, pretty } from "./cells.js";

/**
 * @import { Column, Source } from "./source.js"
 */

/** How many columns of a row. */
const MOST = 400;

/** What is looked at in whole: a cell, or with the column -1 a row. @typedef {{ row: number, column: number }} Place */

/**
 * A cell or a row, in whole.
 *
 * @param {Source} source
 * @param {Place} place
 * @param {{ problem: string, copy: () => void, close: () => void }} given `problem`: why it could not be copied.
 */
export function detail(source, place, { problem, copy, close }) {
  return html`<dialog
    class="detail"
    part="detail"
    aria-labelledby="detail-title"
    @close=${close}
    @click=${leaveOutside}
  >
    <header>
      <h2 id="detail-title">${titleOf(source, place)}</h2>
      <button type="button" @click=${copy}>Copy</button>
      <button type="button" autofocus @click=${leave}>Close</button>
    </header>
    ${problem ? html`<p class="problem" role="alert">${problem}</p>` : nothing}
    ${place.column === -1 ? rowOf(source, place.row) : cellOf(source.column(place.column), place.row)}
  </dialog>`;
}

/** @param {Event} event */
const leave = (event) => /** @type {Element} */ (event.currentTarget).closest("dialog")?.close();

/** A click beside the dialog is one on its backdrop. @param {Event} event */
function leaveOutside(event) {
  if (event.target === event.currentTarget) {
    /** @type {HTMLDialogElement} */ (event.currentTarget).close();
  }
}

/**
 * @param {Source} source
 * @param {Place} place
 */
function titleOf(source, { row, column }) {
  const at = `row ${count(row + 1)}`;
  return column === -1 ? `R${at.slice(1)}` : `${source.columns[column].name || "no name"}, ${at}`;
}

/**
 * @param {Column} column
 * @param {number} row
 */
function cellOf(column, row) {
  return html`<p class="hint">${aboutOf(column, row)}</p>
    ${valueOf(column, row, true)}`;
}

/**
 * @param {Column} column
 * @param {number} row
 */
function aboutOf(column, row) {
  if (column.kind !== "text" && column.kind !== "json") {
    return column.type;
  }
  const { length } = column.text(row);
  const long = length > LONGEST ? ` The first ${count(LONGEST)} are shown; Copy takes all.` : "";
  return column.isNull(row) ? column.type : `${column.type}, ${counted(length, "character")}.${long}`;
}

/**
 * @param {Column} column
 * @param {number} row
 * @param {boolean} alone Whether it has the dialog for itself.
 */
function valueOf(column, row, alone) {
  if (column.isNull(row)) {
    return html`<p class="none">null</p>`;
  }
  const text = column.text(row);
  if (text === "") {
    return html`<p class="none">empty text</p>`;
  }
  const shown = text.slice(0, LONGEST);
  const whole = shown.length === text.length && column.kind === "json" ? pretty(shown) : shown;
  return html`<pre
    tabindex=${alone ? "0" : nothing}
    role=${alone ? "group" : nothing}
    aria-label=${alone ? "Value" : nothing}
  >
${whole}</pre
  >`;
}

/**
 * @param {Source} source
 * @param {number} row
 */
function rowOf(source, row) {
  const columns = source.columns.slice(0, MOST).map((_, at) => source.column(at));
  const rest = source.columns.length - columns.length;
  return html`<div class="record" tabindex="0" role="group" aria-label="Values">
    <dl>
      ${columns.map(
        (column) =>
          html`<div>
            <dt>${column.name || html`<span class="none">no name</span>`} <span class="type">${column.type}</span></dt>
            <dd>${valueOf(column, row, false)}</dd>
          </div>`,
      )}
    </dl>
    ${rest > 0 ? html`<p class="hint">And ${counted(rest, "more column")}.</p>` : nothing}
  </div>`;
}
