import { html, nothing } from "lit";

import { isWebAddress } from "../base/address.js";
import { count, counted, sentence } from "../base/format.js";
import { LONGEST, pretty } from "./cells.js";

/**
 * @import { ErrorInfo, RunOutput, Table } from "pqrun"
 */

/**
 * One of several things to show. Only the key is needed of an output.
 *
 * @typedef {Partial<RunOutput> & { key: string }} Output
 */

/**
 * What there is to choose from.
 *
 * @param {Table | null | undefined} table
 * @param {Output[] | null | undefined} tables
 * @returns {Output[]}
 */
export function outputsOf(table, tables) {
  const outputs = [...(tables ?? [])];
  if (table && !outputs.some((output) => output.table === table)) {
    outputs.unshift({ key: outputs.length > 0 ? "all outputs in one table" : "", table });
  }
  return outputs;
}

/**
 * Which one is shown until the person chooses: the first with a table, else the first with anything to say.
 *
 * @param {Output[]} outputs
 */
export function firstChoice(outputs) {
  const found = [hasTable, hasAnything].map((has) => outputs.findIndex(has)).find((at) => at !== -1);
  return found ?? 0;
}

/** @param {Output} output */
const hasTable = ({ table }) => table !== undefined;

/** @param {Output} output */
const hasAnything = ({ data, error, errorMessage, tableError, text, truncated }) =>
  [data, error, errorMessage, tableError, text].some((part) => part !== undefined) || truncated === true;

/**
 * @param {Output[]} outputs
 * @param {number} chosen
 * @param {(at: number) => void} choose
 */
export function chooser(outputs, chosen, choose) {
  if (outputs.length < 2) {
    return nothing;
  }
  return html`<label class="field outputs"
    >Output
    <select
      name="output"
      @change=${(/** @type {Event} */ event) => choose(Number(/** @type {HTMLSelectElement} */ (event.target).value))}
    >
      ${outputs.map(
        (output, at) =>
          html`<option value=${at} ?selected=${at === chosen}>${output.key}: ${summaryOf(output)}</option>`,
      )}
    </select>
  </label>`;
}

/** @param {Output} output */
function summaryOf(output) {
  if (output.table) {
    try {
      return counted(output.table.rowCount, "row");
    } catch {
      return "freed";
    }
  }
  if (output.error) {
    return "could not be read";
  }
  if (output.truncated) {
    return "cut by the service";
  }
  if (output.errorMessage !== undefined || output.errorTrace !== undefined) {
    return "failed";
  }
  if (output.tableError) {
    return "not a table";
  }
  return output.text !== undefined ? "text" : output.data !== undefined ? "data" : "nothing";
}

/**
 * What stands above the table of an output, or in its place.
 *
 * @param {Output} output
 * @param {(text: string) => void} copy
 */
export function aboutOutput(output, copy) {
  const { error, errorMessage, errorTrace, file, pageUrl, table, tableError, truncated } = output;
  const body = table ? undefined : bodyOf(output);
  const nothingElse = !body && !table && !error && !tableError && !truncated && errorMessage === undefined;
  return html`
    ${file
      ? html`<p class="hint">Read from <code class="path">${file.path}</code>, ${counted(file.size, "byte")}.</p>`
      : nothing}
    ${error
      ? notice(
          "bad",
          "The output could not be read",
          told(error),
          error.hint ?? "Run it again, or open it in the service.",
        )
      : nothing}
    ${errorMessage !== undefined || errorTrace !== undefined
      ? notice("bad", "The task failed", errorMessage ?? "", "", errorTrace)
      : nothing}
    ${truncated
      ? notice(
          "warn",
          "The service cut this output",
          "What is left is not read as a table: nothing cut should look whole.",
          "Let the task write a file in a volume or in OneLake and give out its path, and start the run with followPath.",
        )
      : nothing}
    ${tableError ? notice("warn", "This output is not a table", told(tableError), tableError.hint ?? "") : nothing}
    ${body
      ? html`<div class="text">
          <div class="bar">
            <span class="label">${body.label}</span>
            <button type="button" @click=${() => copy(body.whole)}>Copy</button>
          </div>
          <pre tabindex="0" role="group" aria-label=${body.label}>${body.shown}</pre>
          ${body.whole.length > body.shown.length && body.cut
            ? html`<p class="hint">
                The first ${count(LONGEST)} of ${count(body.whole.length)} characters. Copy takes all.
              </p>`
            : nothing}
        </div>`
      : nothing}
    ${nothingElse
      ? html`<div class="state">
          <p class="label">No output</p>
          <p class="hint">This task gave out nothing.</p>
        </div>`
      : nothing}
    ${isWebAddress(pageUrl)
      ? html`<p class="hint">
          <a href=${/** @type {string} */ (pageUrl)} target="_blank" rel="noreferrer">Open it in the service</a>
        </p>`
      : nothing}
  `;
}

/** @param {Output} output */
function bodyOf({ data, text }) {
  if (text === undefined && data === undefined) {
    return undefined;
  }
  const whole = text ?? pretty(JSON.stringify(data));
  return {
    label: text === undefined ? "Data" : "Text",
    whole,
    shown: whole.slice(0, LONGEST),
    cut: whole.length > LONGEST,
  };
}

/** @param {Pick<ErrorInfo, "message" | "serviceCode" | "status" | "requestId">} error */
function told({ message, serviceCode, status, requestId }) {
  const more = [serviceCode, status && `status ${status}`, requestId && `request ${requestId}`]
    .filter(Boolean)
    .join(", ");
  return more ? `${message} (${more})` : message;
}

/**
 * @param {"bad" | "warn"} kind
 * @param {string} title
 * @param {string} message
 * @param {string} [hint]
 * @param {string} [trace]
 */
export function notice(kind, title, message, hint = "", trace) {
  return html`<div class="notice ${kind}" part="message">
    <p class="label">${title}</p>
    ${message ? html`<p>${message}</p>` : nothing} ${hint ? html`<p class="hint">${sentence(hint)}</p>` : nothing}
    ${trace
      ? html`<details>
          <summary>Stack trace</summary>
          <pre tabindex="0" role="group" aria-label="Stack trace">${trace}</pre>
        </details>`
      : nothing}
  </div>`;
}
