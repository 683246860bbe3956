import { html, nothing } from "lit";

import { counted, sentence } from "../base/format.js";
import { icons, tabs } from "./files.js";
import { form } from "./form.js";
import { nextSteps } from "./next-steps.js";

/**
 * @import { TemplateResult } from "lit"
 * @import { View } from "./controls.js"
 * @import { Form } from "./draft.js"
 * @import { Generation, Made } from "./generation.js"
 * @import { Source } from "./source.js"
 */

/**
 * @typedef {object} Frame
 * @property {View} view
 * @property {Generation} generation
 * @property {Source} source
 * @property {string} chosen The sheet that is shown.
 * @property {readonly string[]} notes
 * @property {string} ofAction What became of the last copy or download.
 * @property {TemplateResult} live
 * @property {(form: Form) => void} onForm
 * @property {(name: string) => void} onSheet
 * @property {(text: string) => void} onCopy
 * @property {(kind: "pq" | "mez" | "zip") => void} onDownload
 * @property {(path: string) => void} onFocus
 */

/**
 * Options on one side, M on the other.
 *
 * @param {Frame} of
 */
export function frame(of) {
  return html`<div class="frame">
    <form class="stack options" part="form" aria-label="Options" @submit=${(/** @type {Event} */ event) => event.preventDefault()}>
      ${
        of.notes.length === 0
          ? nothing
          : html`<div class="notice" part="notice">
            <p>Not taken over from the run:</p>
            <ul>
              ${of.notes.map((note) => html`<li>${note}</li>`)}
            </ul>
          </div>`
      }
      ${form(of.view, of.onForm)}
    </form>
    <section class="output" part="source" aria-label="Power Query M">${output(of)}</section>
    ${of.live}
  </div>`;
}

/** @param {Frame} of */
function output(of) {
  const { state, made } = of.generation;
  if (state === "failed") {
    return failed(of.generation);
  }
  if (made === undefined) {
    const { problem } = of.generation;
    return problem === undefined
      ? html`<div class="empty" aria-busy="true"><p>Loading the generator…</p></div>`
      : html`<div class="empty">${outOfDate(of, "There is no M of these options yet.")}</div>`;
  }
  const isStale = of.generation.problem !== undefined;
  return html`
    ${isStale ? outOfDate(of, "Out of date: this is the M of the options before.") : nothing} ${bar(of, made, isStale)}
    <div class=${isStale ? "sheet stale" : "sheet"}>${sheet(of, made)}</div>
    ${nextSteps(made.form, of.view.draft, made.options)}
  `;
}

/**
 * The generator is not there.
 *
 * @param {Generation} generation
 */
function failed(generation) {
  return html`<div class="empty">
    <div class="notice bad" part="notice">
      <p>
        The generator did not load.
        ${generation.isFinal ? "The browser keeps that until the page is loaded again." : "See whether the network and the server are there."}
      </p>
    </div>
    ${
      generation.isFinal
        ? html`<button type="button" @click=${() => location.reload()}>Reload the page</button>`
        : html`<button type="button" @click=${() => generation.retry()}>Try again</button>`
    }
  </div>`;
}

/**
 * The options make no M.
 *
 * @param {Frame} of
 * @param {string} text
 */
function outOfDate({ generation: { problem }, onFocus }, text) {
  const field = problem?.field;
  return html`<div class="notice bad" part="notice">
    <p><strong>${text}</strong> ${sentence(problem?.message ?? "")}</p>
    ${field === undefined ? nothing : html`<button class="bare" type="button" @click=${() => onFocus(field)}>Go to the field</button>`}
  </div>`;
}

/**
 * The files, and what can be done with them.
 *
 * @param {Frame} of
 * @param {Made} made
 * @param {boolean} isStale
 */
function bar(of, made, isStale) {
  const shown = made.sheets.find(({ name }) => name === of.chosen);
  const isQuery = made.form === "query";
  const button = (/** @type {string} */ label, /** @type {() => void} */ act, isFirst = false) =>
    html`<button class=${isFirst ? "primary" : ""} type="button" ?disabled=${isStale} @click=${act}>${label}</button>`;
  const download = (/** @type {"pq" | "mez" | "zip"} */ kind, /** @type {string} */ label, isFirst = false) =>
    button(label, () => of.onDownload(kind), isFirst);
  return html`
    <div class="bar" part="actions">
      ${isQuery ? nothing : download("mez", "Download .mez", true)}
      ${shown?.text === undefined ? nothing : button(isQuery ? "Copy the query" : "Copy", () => of.onCopy(shown.text ?? ""), isQuery)}
      ${download("pq", "Download .pq")} ${isQuery ? nothing : download("zip", "Project .zip")}
      ${of.ofAction === "" ? nothing : html`<span class="said" aria-hidden="true">${of.ofAction}</span>`}
    </div>
    ${isQuery ? nothing : tabs(made.sheets, of.chosen, of.onSheet)}
  `;
}

/**
 * @param {Frame} of
 * @param {Made} made
 */
function sheet(of, made) {
  const shown = made.sheets.find(({ name }) => name === of.chosen);
  const isTab = made.form === "connector";
  const content = shown?.icons ? icons(shown.icons) : code(of, shown?.name ?? "");
  return html`<div id="sheet" role=${isTab ? "tabpanel" : nothing} aria-label=${isTab ? of.chosen : nothing}>${content}</div>`;
}

/**
 * @param {Frame} of
 * @param {string} name
 */
function code({ source }, name) {
  return html`
    <div class="head">
      <span class="hint">${name} · ${counted(source.lineCount, "line")}</span>
      <label class="tick">
        <input
          type="checkbox"
          .checked=${source.isWrapped}
          @change=${(/** @type {any} */ event) => {
            source.isWrapped = event.target.checked;
          }}
        />Wrap
      </label>
    </div>
    ${source.render(`M of ${name}`)}
  `;
}
