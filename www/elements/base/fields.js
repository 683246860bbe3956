// Fields: a label, a control, what is expected, and what is wrong with it.
import { html, nothing } from "lit";

/**
 * What a control says about itself to those who can't see what stands beside it.
 *
 * @typedef {object} Described
 * @property {string} id
 * @property {string | undefined} problem
 * @property {boolean} [hasHint]
 */

/**
 * The ids of what describes it: first what is wrong.
 *
 * @param {Described} described
 */
export const describedBy = ({ id, problem, hasHint }) =>
  [problem ? `${id}-problem` : "", hasHint ? `${id}-hint` : ""].filter(Boolean).join(" ") || nothing;

/**
 * What is wrong with something, in red.
 *
 * @param {string} id
 * @param {string | undefined} problem
 */
export const problemOf = (id, problem) =>
  problem ? html`<p class="problem" id="${id}-problem">${problem}</p>` : nothing;

/**
 * @param {object} field
 * @param {string} field.id
 * @param {string} field.label
 * @param {string} field.value
 * @param {(value: string) => void} field.onInput
 * @param {(value: string) => void} [field.onChange] When it is left.
 * @param {string} [field.hint]
 * @param {string} [field.problem]
 * @param {string} [field.placeholder]
 * @param {"text" | "password" | "url"} [field.type]
 * @param {boolean} [field.required]
 * @param {string} [field.list] The id of a `<datalist>`.
 * @param {boolean} [field.mono]
 * @param {string} [field.class]
 */
export function textField({ id, label, value, problem, type = "text", ...field }) {
  // What is wrong says what is expected, too.
  const hint = problem ? undefined : field.hint;
  return html`<div class="field ${field.class ?? ""}">
    <label for=${id}>${label}</label>
    <input
      id=${id}
      type=${type === "password" ? "password" : "text"}
      inputmode=${type === "url" ? "url" : nothing}
      class=${field.mono ? "mono" : ""}
      .value=${value}
      placeholder=${field.placeholder ?? nothing}
      list=${field.list ?? nothing}
      autocomplete="off"
      autocapitalize="off"
      spellcheck="false"
      aria-required=${field.required ? "true" : nothing}
      aria-invalid=${problem ? "true" : nothing}
      aria-describedby=${describedBy({ id, problem, hasHint: hint !== undefined })}
      @input=${(/** @type {InputEvent} */ event) => field.onInput(valueOf(event))}
      @change=${(/** @type {Event} */ event) => field.onChange?.(valueOf(event))}
    />
    ${hint === undefined ? nothing : html`<p class="hint" id="${id}-hint">${hint}</p>`} ${problemOf(id, problem)}
  </div>`;
}

/**
 * @param {object} field
 * @param {string} field.id
 * @param {string} field.label
 * @param {boolean} field.checked
 * @param {(checked: boolean) => void} field.onChange
 * @param {string} [field.hint]
 */
export const checkField = ({ id, label, checked, hint, onChange }) =>
  html`<div class="check">
    <input
      id=${id}
      type="checkbox"
      .checked=${checked}
      aria-describedby=${describedBy({ id, problem: undefined, hasHint: hint !== undefined })}
      @change=${(/** @type {Event} */ event) => onChange(/** @type {HTMLInputElement} */ (event.target).checked)}
    />
    <div>
      <label for=${id}>${label}</label>
      ${hint === undefined ? nothing : html`<p class="hint" id="${id}-hint">${hint}</p>`}
    </div>
  </div>`;

/**
 * @param {object} field
 * @param {string} field.id
 * @param {string} field.label
 * @param {string} field.value
 * @param {(value: string) => void} field.onInput
 * @param {string} [field.hint]
 * @param {string} [field.problem]
 * @param {number} [field.rows]
 * @param {boolean} [field.hidesLabel]
 */
export const textArea = ({ id, label, value, hint, problem, rows = 4, hidesLabel, onInput }) =>
  html`<div class="field">
    <label for=${id} class=${hidesLabel ? "unseen" : ""}>${label}</label>
    <textarea
      id=${id}
      class="mono"
      rows=${rows}
      .value=${value}
      spellcheck="false"
      aria-invalid=${problem ? "true" : nothing}
      aria-describedby=${describedBy({ id, problem, hasHint: hint !== undefined })}
      @input=${(/** @type {InputEvent} */ event) => onInput(valueOf(event))}
    ></textarea>
    ${hint === undefined ? nothing : html`<p class="hint" id="${id}-hint">${hint}</p>`} ${problemOf(id, problem)}
  </div>`;

/** @param {Event} event */
export const valueOf = (event) =>
  /** @type {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} */ (event.target).value;
