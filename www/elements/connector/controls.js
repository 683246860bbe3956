import { html, nothing } from "lit";

import { describedBy, problemOf, valueOf } from "../base/fields.js";
import { sentence } from "../base/format.js";
import { at } from "./draft.js";

/**
 * @import { TemplateResult } from "lit"
 * @import { Draft, Form } from "./draft.js"
 * @import { Field } from "./fields.js"
 */

/**
 * What the parts of the form see of the element.
 *
 * @typedef {object} View
 * @property {Draft} draft
 * @property {Form} form
 * @property {{ field?: string, message: string } | undefined} problem
 * @property {readonly { name: string, type: string }[]} sample The columns of the last result.
 * @property {(path: string, value: unknown, focus?: string) => void} change Puts a value into the draft. `focus` is the
 *   path of the field, or the name of the button, where the keyboard goes on.
 */

/**
 * What an element is called by, which is not to begin with a digit.
 *
 * @param {string} path
 */
export const idOf = (path) => `at-${path}`;

/**
 * A field with its label, its hint, and what is wrong with it.
 *
 * @param {View} view
 * @param {Field} field
 * @param {string} [below] The path of what the field is a member of, with a dot behind.
 */
export function field(view, field, below = "") {
  const path = `${below}${field.path}`;
  const id = idOf(path);
  const problem = problemAt(view, path);
  const hint = field.hint && html`<p class="hint" id=${`${id}-hint`}>${field.hint}</p>`;
  if (field.kind === "switch") {
    return html`<div class="switch">
      <input
        type="checkbox"
        id=${id}
        .checked=${at(view.draft, path)}
        aria-describedby=${describedBy({ id, problem, hasHint: field.hint !== undefined })}
        @change=${(/** @type {any} */ event) => view.change(path, event.target.checked)}
      />
      <div>
        <label for=${id}>${field.label}</label>
        ${hint} ${told(id, problem)}
      </div>
    </div>`;
  }
  return html`<div class="field">
    <label for=${id}>${field.label}</label>
    ${input(view, path, field, describedBy({ id, problem, hasHint: field.hint !== undefined }))} ${told(id, problem)} ${hint}
  </div>`;
}

/**
 * @param {View} view
 * @param {string} path
 * @param {Field} field
 * @param {string | typeof nothing} described
 */
function input(view, path, { kind, placeholder = "", suggestions }, described) {
  const id = idOf(path);
  const value = at(view.draft, path);
  const invalid = problemAt(view, path) === undefined ? nothing : "true";
  const onInput = (/** @type {Event} */ event) => view.change(path, valueOf(event));
  if (kind === "lines" || kind === "json") {
    return html`<textarea
      id=${id}
      class=${kind === "json" ? "mono" : ""}
      rows="2"
      spellcheck="false"
      placeholder=${placeholder}
      .value=${value}
      aria-invalid=${invalid}
      aria-describedby=${described}
      @input=${onInput}
    ></textarea>`;
  }
  return html`<input
      id=${id}
      autocomplete="off"
      autocapitalize="off"
      spellcheck="false"
      inputmode=${kind === "number" ? "decimal" : "text"}
      list=${suggestions ? `${id}-list` : nothing}
      placeholder=${placeholder}
      .value=${value}
      aria-invalid=${invalid}
      aria-describedby=${described}
      @input=${onInput}
    />${
      suggestions &&
      html`<datalist id=${`${id}-list`}>${suggestions.map((one) => html`<option value=${one}></option>`)}</datalist>`
    }`;
}

/**
 * An input in a row, whose label is read but not seen.
 *
 * @param {View} view
 * @param {string} path
 * @param {string} label
 * @param {string} [placeholder]
 */
export function cell(view, path, label, placeholder = "") {
  const problem = problemAt(view, path);
  return html`<input
    id=${idOf(path)}
    autocomplete="off"
    autocapitalize="off"
    spellcheck="false"
    aria-label=${label}
    placeholder=${placeholder}
    .value=${at(view.draft, path)}
    aria-invalid=${problem === undefined ? nothing : "true"}
    aria-describedby=${describedBy({ id: idOf(path), problem })}
    @input=${(/** @type {Event} */ event) => view.change(path, valueOf(event))}
  />`;
}

/**
 * A choice from a list.
 *
 * @param {View} view
 * @param {string} path
 * @param {string} label
 * @param {readonly (readonly [value: string, text: string])[]} choices
 * @param {boolean} [isQuiet] Whether the label is read but not seen.
 */
export function select(view, path, label, choices, isQuiet = false) {
  const id = idOf(path);
  const chosen = at(view.draft, path);
  const problem = problemAt(view, path);
  const control = html`<select
    id=${id}
    aria-label=${isQuiet ? label : nothing}
    aria-invalid=${problem === undefined ? nothing : "true"}
    aria-describedby=${describedBy({ id, problem })}
    @change=${(/** @type {Event} */ event) => view.change(path, valueOf(event))}
  >
    ${choices.map(([value, text]) => html`<option value=${value} .selected=${value === chosen}>${text}</option>`)}
  </select>`;
  return isQuiet
    ? control
    : html`<div class="field"><label for=${id}>${label}</label>${control}${told(id, problem)}</div>`;
}

/**
 * One of a few, all of which are seen.
 *
 * @param {string} name
 * @param {string} legend
 * @param {readonly (readonly [value: string, text: string])[]} choices
 * @param {string} chosen
 * @param {(value: string) => void} onChoose
 */
export function radios(name, legend, choices, chosen, onChoose) {
  return html`<fieldset class="choice">
    <legend class="label">${legend}</legend>
    <div class="segments">
      ${choices.map(
        ([value, text]) => html`<label class="segment">
          <input
            type="radio"
            name=${name}
            value=${value}
            .checked=${value === chosen}
            @change=${() => onChoose(value)}
          /><span>${text}</span>
        </label>`,
      )}
    </div>
  </fieldset>`;
}

/**
 * What can go wrong with a choice, where it is chosen.
 *
 * @param {string | TemplateResult} text
 */
export const caution = (text) => html`<div class="notice warn"><p>${text}</p></div>`;

/**
 * @param {View} view
 * @param {string} path
 */
export const problemAt = (view, path) => (view.problem?.field === path ? view.problem.message : undefined);

/**
 * What is wrong with something, in red.
 *
 * @param {string} id
 * @param {string | undefined} problem
 */
export const told = (id, problem) =>
  problemOf(id, problem && sentence(problem));
