// The form: what is run, and how. What most runs need comes first.
import { html, nothing } from "lit";

import { checkField, describedBy, problemOf, textArea, textField } from "../base/fields.js";
import { parameterFields } from "./parameters-form.js";
import { SERVICE } from "./words.js";

/**
 * @import { Service } from "pqrun"
 * @import { Filling } from "./filling.js"
 * @import { Draft } from "./settings.js"
 *
 * @typedef {object} FormView
 * @property {Filling} filling
 * @property {Record<string, string>} problems By field.
 * @property {boolean} needsToken
 * @property {boolean} isBusy
 * @property {boolean} isDisabled Whether the page lets nothing be started.
 * @property {boolean} isMoreOpen
 * @property {(isOpen: boolean) => void} onMore
 * @property {() => void} onStart
 * @property {() => void} onTouch When the person first does anything.
 */

const TOKEN_HINT = Object.freeze({
  databricks: "An access token for this workspace. It stays in this page's memory and is sent to the workspace only.",
  fabric:
    "A Microsoft Entra token for https://api.fabric.microsoft.com. It stays in this page's memory and is sent there only.",
});

const PASTE_HINT =
  "The address of a job, a run or an item, or settings as JSON: it fills in the fields below.";

/** The fields under "More": if one of them has a problem, it must be seen. */
export const MORE_FIELDS = Object.freeze([
  "fabricHost",
  "jobType",
  "onTimeout",
  "others",
  "outputPath",
  "reuseFailureMaxAge",
  "reuseMaxAge",
  "timeout",
]);

/** @param {FormView} view */
export function form(view) {
  const { filling, needsToken, isBusy, isDisabled, onTouch } = view;
  const isFabric = filling.draft.service === "fabric";
  return html`<form
    part="form"
    class="form"
    novalidate
    aria-label="Start a run"
    @submit=${(/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      view.onStart();
    }}
    @focusin=${onTouch}
    @pointerdown=${() => {
      onTouch();
      press(filling);
    }}
  >
    ${services(filling)} ${pasteField(filling)} ${isFabric ? itemFields(view) : jobFields(view)}
    ${parameterFields(filling, view.problems)} ${needsToken ? tokenField(view) : nothing} ${more(view)}
    <div class="submit">
      <button
        type="submit"
        class="primary"
        part="start"
        ?disabled=${isBusy || isDisabled}
        aria-busy=${isBusy ? "true" : nothing}
      >
        ${isBusy ? "Loading…" : "Start"}
      </button>
      <p class="hint">${isFabric ? "Starts a new run of the item" : "Starts a new run of the job"}${reuseHint(filling.draft)}.</p>
    </div>
  </form>`;
}

/** @param {Filling} filling */
function press(filling) {
  filling.press();
  // The click comes right behind; a pointer that is lifted elsewhere has none.
  const release = () => {
    removeEventListener("pointerup", release, true);
    removeEventListener("pointercancel", release, true);
    setTimeout(() => filling.release());
  };
  addEventListener("pointerup", release, true);
  addEventListener("pointercancel", release, true);
}

/** @param {Draft} draft */
const reuseHint = ({ reuse }) => (reuse ? ", unless there is one that will do" : "");

/** @param {Filling} filling */
function services(filling) {
  return html`<fieldset class="services">
    <legend>Service</legend>
    <div class="choices">
      ${Object.entries(SERVICE).map(
        ([service, word]) =>
          html`<label class="choice">
            <input
              type="radio"
              name="service"
              id="service-${service}"
              .checked=${filling.draft.service === service}
              @change=${() => filling.change({ service: /** @type {Service} */ (service) })}
            />${word}
          </label>`,
      )}
    </div>
  </fieldset>`;
}

/** @param {Filling} filling */
function pasteField(filling) {
  const { text, problem } = filling.pasted;
  const said = filling.said && `Understood — ${filling.said}`;
  return html`<div class="field paste">
    <label for="paste">Paste a link or settings</label>
    <input
      id="paste"
      type="text"
      .value=${text}
      autocomplete="off"
      spellcheck="false"
      placeholder="https://…"
      aria-invalid=${problem ? "true" : nothing}
      aria-describedby=${describedBy({ id: "paste", problem, hasHint: true })}
      @paste=${(/** @type {ClipboardEvent} */ event) => {
        // A one-line field would lose the line breaks of JSON; what is not understood stays to be corrected.
        if (filling.pasted.text === "" && filling.paste(event.clipboardData?.getData("text/plain") ?? "")) {
          event.preventDefault();
        }
      }}
      @input=${(/** @type {Event} */ event) =>
        filling.typePaste(/** @type {HTMLInputElement} */ (event.target).value)}
      @change=${() => filling.afterClick(() => filling.paste(filling.pasted.text))}
      @keydown=${(/** @type {KeyboardEvent} */ event) => {
        if (event.key === "Enter") {
          event.preventDefault();
          filling.paste(/** @type {HTMLInputElement} */ (event.target).value);
        }
      }}
    />
    <p class=${said ? "understood" : "hint"} id="paste-hint" role="status">${said || PASTE_HINT}</p>
    ${problemOf("paste", problem)}
  </div>`;
}

/**
 * A field for a text of the draft.
 *
 * @param {FormView} view
 * @param {"host" | "job" | "fabricHost" | "workspaceId" | "itemId" | "jobType" | "reuseMaxAge" | "reuseFailureMaxAge" | "timeout" | "outputPath"} name
 * @param {Omit<Parameters<typeof textField>[0], "id" | "value" | "onInput">} field
 */
const draftField = ({ filling, problems }, name, field) =>
  textField({
    id: name,
    value: filling.draft[name],
    problem: problems[name],
    onInput: (value) => filling.change({ [name]: value }),
    onChange: () => filling.leave(name),
    ...field,
  });

/** @param {FormView} view */
const jobFields = (view) =>
  html`<div class="pair address">
    ${draftField(view, "host", {
      label: "Workspace address",
      type: "url",
      placeholder: "https://adb-….azuredatabricks.net",
      required: true,
    })}
    ${draftField(view, "job", {
      label: "Job",
      hint: "Its id, or its exact name.",
      required: true,
    })}
  </div>`;

/** @param {FormView} view */
const itemFields = (view) =>
  html`<div class="pair">
    ${draftField(view, "workspaceId", { label: "Workspace id", mono: true, required: true })}
    ${draftField(view, "itemId", { label: "Item id", hint: "Of a pipeline, a notebook or another item.", mono: true, required: true })}
  </div>`;

/** @param {FormView} view */
const tokenField = ({ filling, problems }) =>
  textField({
    id: "token",
    label: "Token",
    type: "password",
    value: filling.token,
    hint: TOKEN_HINT[filling.draft.service],
    problem: problems.token,
    required: true,
    onInput: (value) => filling.setToken(value),
  });

/** @param {FormView} view */
function more(view) {
  const { filling, problems, isMoreOpen, onMore } = view;
  const { draft } = filling;
  const isFabric = draft.service === "fabric";
  const isOpen = isMoreOpen || MORE_FIELDS.some((field) => problems[field]);
  return html`<details
    class="more"
    .open=${isOpen}
    @toggle=${(/** @type {Event} */ event) => onMore(/** @type {HTMLDetailsElement} */ (event.target).open)}
  >
    <summary>More<span class="hint"> reuse, time limit, output${isFabric ? ", job type" : ""}</span></summary>
    <div class="inner">
      ${isFabric
        ? html`<div class="pair">
            ${draftField(view, "jobType", {
              label: "Job type",
              hint: "Pipeline if left empty.",
              placeholder: "Pipeline",
              list: "job-types",
            })}
            ${draftField(view, "fabricHost", {
              label: "Address of the API",
              type: "url",
              placeholder: "https://api.fabric.microsoft.com",
            })}
            <datalist id="job-types">
              ${["Pipeline", "RunNotebook", "sparkjob", "Execute", "TableMaintenance"].map(
                (type) => html`<option value=${type}></option>`,
              )}
            </datalist>
          </div>`
        : nothing}
      ${checkField({
        id: "reuse",
        label: "Take a run that is there already",
        hint: "An active run with the same parameters is followed; one that ended a short while ago gives its output.",
        checked: draft.reuse,
        onChange: (reuse) => filling.change({ reuse }),
      })}
      ${draft.reuse
        ? html`<div class="pair">
            ${draftField(view, "reuseMaxAge", { label: "One that ended well, for", placeholder: "15m" })}
            ${draftField(view, "reuseFailureMaxAge", { label: "One that ended otherwise, for", placeholder: "2m" })}
          </div>`
        : nothing}
      <div class="pair">
        ${draftField(view, "timeout", {
          label: "Wait at most",
          hint: "Such as 90s, 20m or 1h30m.",
          placeholder: "24h",
        })}
        <div class="field">
          <label for="onTimeout">And then</label>
          <select
            id="onTimeout"
            .value=${draft.onTimeout}
            @change=${(/** @type {Event} */ event) =>
              filling.change({ onTimeout: /** @type {HTMLSelectElement} */ (event.target).value })}
          >
            <option value="detach">leave the run alone</option>
            <option value="cancel">cancel the run</option>
          </select>
        </div>
      </div>
      <div class="pair">
        ${draftField(view, "outputPath", {
          label: "Where the rows are in the output",
          placeholder: "$.rows",
          mono: true,
        })}
        ${checkField({
          id: "followPath",
          label: "The output is the path of a file",
          hint: "The file is read in its place: a volume, DBFS or OneLake.",
          checked: draft.followPath,
          onChange: (followPath) => filling.change({ followPath }),
        })}
      </div>
      ${textArea({
        id: "others",
        label: "Other options, as JSON",
        hint: 'By the names that the package has, such as {"pollInterval": "30s"}.',
        rows: 3,
        value: draft.others,
        problem: problems.others,
        onInput: (others) => filling.change({ others }),
      })}
    </div>
  </details>`;
}
