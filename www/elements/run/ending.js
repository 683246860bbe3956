// How it ended, and what to do next.
import { html, nothing } from "lit";

import { isWebAddress } from "../base/address.js";
import { counted, sentence } from "../base/format.js";
import { shape } from "./shapes.js";
import { canGoOn, hintOf, memberOf, nextSteps, ofOutcome } from "./words.js";

/**
 * @import { ErrorInfo, RunOutput, RunResult } from "pqrun"
 * @import { RunView } from "./running.js"
 */

/** @param {RunView} view */
export function ending(view) {
  const { following, isDisabled, mayResume, isKept, hasForm } = view;
  const result = /** @type {RunResult} */ (following.progress.result);
  const look = ofOutcome(result.outcome, result.error);
  const isDetached = result.error?.code === "detached";
  const goesOn = mayResume && canGoOn(result);
  const resumeWord = result.outcome === "succeeded" ? "Read the output again" : "Resume";
  const hasRefusedField = result.outcome === "rejected" && result.error && memberOf(result.error) !== undefined;
  return html`<section class="ending">
    <div class="notice ${look.tone}">
      <h3 id="result-title" tabindex="-1">${shape(look.shape)}${look.title}</h3>
      ${result.message && !isDetached ? html`<p>${sentence(result.message)}</p>` : nothing}
      ${result.error && !isDetached ? problem(result.error, result.message) : nothing}
      ${result.outputsError ? problem(result.outputsError) : nothing}
      ${nextSteps(result, { mayResume: goesOn, isKept }).map((step) => html`<p>${step}</p>`)}
      ${result.warnings.map(({ message }) => html`<p><strong>Note:</strong> ${sentence(message)}</p>`)}
    </div>
    ${outputs(result)}
    <div part="actions" class="tools">
      ${goesOn
        ? html`<button type="button" class="primary" id="resume" ?disabled=${isDisabled} @click=${view.onResume}>
            ${resumeWord}
          </button>`
        : nothing}
      ${hasForm && hasRefusedField
        ? html`<button type="button" class="primary" id="settings" @click=${view.onSettings}>Change settings</button>`
        : nothing}
      <button type="button" id="again" ?disabled=${isDisabled} @click=${view.onAgain}>
        ${result.error?.code === "persistFailed" ? "Start without keeping it" : "Start anew"}
      </button>
      ${hasForm && !hasRefusedField
        ? html`<button type="button" class="bare" id="settings" @click=${view.onSettings}>Change settings</button>`
        : nothing}
      ${goesOn && isKept
        ? html`<button type="button" class="bare" id="forget" @click=${view.onForget}>Forget the run</button>`
        : nothing}
    </div>
    ${goesOn && result.outcome !== "succeeded"
      ? html`<p class="hint">Starting anew starts another run beside this one.</p>`
      : nothing}
  </section>`;
}

/**
 * @param {ErrorInfo} error
 * @param {string} [said] What was said already.
 */
export function problem(error, said) {
  const hint = hintOf(error);
  const where = [
    error.endpoint,
    error.status === undefined ? "" : `status ${error.status}`,
    error.serviceCode === String(error.status) ? "" : error.serviceCode,
    error.requestId === undefined ? "" : `request ${error.requestId}`,
  ].filter(Boolean);
  return html`${error.message === said ? nothing : html`<p>${sentence(error.message)}</p>`}
  ${hint === "" ? nothing : html`<p><strong>What to do:</strong> ${sentence(hint)}</p>`}
  <p class="hint"><span class="mono">${error.code}</span>${where.length > 0 ? ` · ${where.join(" · ")}` : ""}</p>`;
}

/** @param {RunResult} result */
function outputs({ outputs: all, table }) {
  if (all.length === 0) {
    return nothing;
  }
  return html`<section class="outputs" aria-labelledby="outputs-title">
    <h3 id="outputs-title">Outputs</h3>
    <ul>
      ${all.map(
        (output) =>
          html`<li>
            <span class="key">
              ${isWebAddress(output.pageUrl)
                ? html`<a href=${output.pageUrl} target="_blank" rel="noopener noreferrer">${output.key}</a>`
                : output.key}
            </span>
            <span class="hint">${describe(output)}</span>
            ${trace(output)}
          </li>`,
      )}
    </ul>
    ${table && all.length > 1 && all.filter(({ table: one }) => one).length > 1
      ? html`<p class="hint">Together ${counted(table.rowCount, "row")}.</p>`
      : nothing}
  </section>`;
}

/** @param {RunOutput} output */
function describe({ table, tableError, error, errorMessage, text, truncated, file, data, outcome, kind }) {
  if (errorMessage) {
    return sentence(errorMessage);
  }
  if (error ?? tableError) {
    const wrong = /** @type {ErrorInfo} */ (error ?? tableError);
    return [wrong.message, hintOf(wrong)].filter(Boolean).map(sentence).join(" ");
  }
  if (table) {
    const size = `${counted(table.rowCount, "row")}, ${counted(table.columns.length, "column")}`;
    return file ? `${size}, from ${file.path}` : size;
  }
  if (text !== undefined && text !== "") {
    return `${kind === "logs" ? "log, " : ""}${counted(text.length, "character")}${truncated ? ", cut by the service" : ""}`;
  }
  if (data !== undefined && data !== null) {
    return "structured data";
  }
  return outcome === undefined || outcome === "succeeded" ? "no output" : ofOutcome(outcome).word.toLowerCase();
}

/** @param {RunOutput} output */
const trace = ({ key, errorTrace }) =>
  errorTrace
    ? html`<details class="trace">
        <summary>Stack trace</summary>
        <pre tabindex="0" role="region" aria-label="Stack trace of ${key}">${errorTrace}</pre>
      </details>`
    : nothing;
