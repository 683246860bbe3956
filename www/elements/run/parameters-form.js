// The rows of parameters, or their JSON.
import { html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";

import { describedBy, problemOf, textArea, valueOf } from "../base/fields.js";
import { TYPES } from "./parameters.js";

/**
 * @import { Filling } from "./filling.js"
 * @import { Parameter, ParameterType } from "./parameters.js"
 */

/**
 * @param {Filling} filling
 * @param {Record<string, string>} problems
 */
export function parameterFields(filling, problems) {
  const { parameters, parametersJson, service } = filling.draft;
  const isJson = parametersJson !== undefined;
  const typed = service === "fabric";
  return html`<fieldset class="parameters">
    <legend>Parameters</legend>
    ${isJson
      ? textArea({
          id: "parametersJson",
          label: "Parameters as JSON",
          hidesLabel: true,
          rows: Math.min(12, Math.max(3, parametersJson.split("\n").length)),
          hint: parameters.length > 0 ? "Secret parameters stay below, outside of the JSON." : undefined,
          value: parametersJson,
          problem: problems.parametersJson,
          onInput: (text) => filling.change({ parametersJson: text }),
        })
      : nothing}
    ${parameters.length === 0 && !isJson ? html`<p class="hint">None.</p>` : nothing}
    <ul class="rows">
      ${repeat(
        parameters,
        ({ id }) => id,
        (row, index) => parameterRow(filling, row, index, typed, problems),
      )}
    </ul>
    ${problemOf("parameters", problems.parameters)}
    <div class="tools">
      <button type="button" id="add-parameter" @click=${(/** @type {Event} */ event) => add(filling, event, isJson)}>
        ${isJson ? "Add a secret parameter" : "Add a parameter"}
      </button>
      <button type="button" class="bare" @click=${() => filling.writeOtherwise()}>
        ${isJson ? "Edit as rows" : "Edit as JSON"}
      </button>
    </div>
  </fieldset>`;
}

/**
 * @param {Filling} filling
 * @param {Event} event
 * @param {boolean} secret
 */
function add(filling, { target }, secret) {
  const root = /** @type {ShadowRoot} */ (/** @type {HTMLElement} */ (target).getRootNode());
  const id = filling.addRow();
  filling.changeRow(id, { secret });
  // The row is drawn before the next task.
  setTimeout(() => root.getElementById(`parameter-${id}-name`)?.focus());
}

/**
 * @param {Filling} filling
 * @param {Parameter} row
 * @param {number} index
 * @param {boolean} typed
 * @param {Record<string, string>} problems
 */
function parameterRow(filling, { id, name, type, value, secret }, index, typed, problems) {
  const whose = name.trim() || `parameter ${index + 1}`;
  const nameId = `parameter-${id}-name`;
  const valueId = `parameter-${id}-value`;
  const nameProblem = problems[nameId];
  const valueProblem = problems[valueId];
  return html`<li class="row ${typed ? "typed" : ""}">
    <div class="field name">
      <label for=${nameId}>Name<span class="unseen"> of parameter ${index + 1}</span></label>
      <input
        id=${nameId}
        class="mono"
        .value=${name}
        autocomplete="off"
        autocapitalize="off"
        spellcheck="false"
        aria-invalid=${nameProblem ? "true" : nothing}
        aria-describedby=${describedBy({ id: nameId, problem: nameProblem })}
        @input=${(/** @type {Event} */ event) => filling.changeRow(id, { name: valueOf(event) })}
      />
      ${problemOf(nameId, nameProblem)}
    </div>
    ${typed
      ? html`<div class="field type">
          <label for="parameter-${id}-type">Type<span class="unseen"> of ${whose}</span></label>
          <select
            id="parameter-${id}-type"
            @change=${(/** @type {Event} */ event) =>
              filling.changeRow(id, { type: /** @type {ParameterType} */ (valueOf(event)) })}
          >
            ${TYPES.map(
              ({ type: one, word }) => html`<option value=${one} ?selected=${one === type}>${word}</option>`,
            )}
          </select>
        </div>`
      : nothing}
    <div class="field value">
      <label for=${valueId}>Value<span class="unseen"> of ${whose}</span></label>
      <input
        id=${valueId}
        class="mono"
        type=${secret ? "password" : "text"}
        .value=${value}
        placeholder=${typed && type === "boolean" ? "true or false" : nothing}
        autocomplete="off"
        autocapitalize="off"
        spellcheck="false"
        aria-invalid=${valueProblem ? "true" : nothing}
        aria-describedby=${describedBy({ id: valueId, problem: valueProblem })}
        @input=${(/** @type {Event} */ event) => filling.changeRow(id, { value: valueOf(event) })}
        @change=${() => filling.leave(valueId)}
      />
      ${problemOf(valueId, valueProblem)}
    </div>
    <div class="ends">
      <label class="secret" title="Its value is shown as dots and never kept">
        <input
          type="checkbox"
          .checked=${secret}
          aria-label="${whose} is secret"
          @change=${(/** @type {Event} */ event) =>
            filling.changeRow(id, { secret: /** @type {HTMLInputElement} */ (event.target).checked })}
        />Secret
      </label>
      <button
        type="button"
        class="bare remove"
        aria-label="Remove ${whose}"
        @click=${(/** @type {Event} */ event) => remove(filling, id, event)}
      >
        <svg class="shape" viewBox="0 0 16 16" aria-hidden="true" focusable="false"><path d="m4 4 8 8m0-8-8 8" /></svg>
      </button>
    </div>
  </li>`;
}

/**
 * The focus goes to what adds rows: the button that had it is gone.
 *
 * @param {Filling} filling
 * @param {number} id
 * @param {Event} event
 */
function remove(filling, id, { target }) {
  const root = /** @type {ShadowRoot} */ (/** @type {HTMLElement} */ (target).getRootNode());
  filling.removeRow(id);
  root.getElementById("add-parameter")?.focus();
}
