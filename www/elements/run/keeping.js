// A run that was found again, and what stands in the way of a start.
import { html, nothing } from "lit";

import { clock, sentence } from "../base/format.js";
import { problemOf } from "../base/fields.js";
import { problem } from "./ending.js";
import { SERVICE } from "./words.js";

/**
 * @import { ErrorInfo, Service } from "pqrun"
 *
 * @typedef {object} Fault What kept a run from being started or resumed.
 * @property {"loading" | "storage" | "elsewhere" | "refused" | "settings" | "cancel" | "resume" | "found" | "gone"} kind
 * @property {string} message
 * @property {Partial<ErrorInfo>} [error]
 *
 * @typedef {object} FoundView
 * @property {import("./storage.js").Kept} kept
 * @property {boolean} isElsewhere Another tab follows it.
 * @property {boolean} isBusy
 * @property {boolean} isDisabled Whether the page lets nothing be resumed.
 * @property {boolean} needsToken
 * @property {string} token
 * @property {string} tokenProblem
 * @property {readonly string[]} missing Secret parameters whose values are needed.
 * @property {Record<string, string>} secrets
 * @property {() => void} onResume
 * @property {() => void} onForget
 * @property {(token: string) => void} onToken
 * @property {(name: string, value: string) => void} onSecret
 */

/** What a job type runs. @type {Readonly<Record<string, string>>} */
const ITEMS = Object.freeze({ Pipeline: "Pipeline", RunNotebook: "Notebook", sparkjob: "Spark job" });

/**
 * What is known of a job from a snapshot.
 *
 * @param {Readonly<Record<string, any>>} job
 * @param {{ name?: string }} [run]
 */
export function describeJob(job, run) {
  const service = /** @type {Service} */ (job.service === "fabric" ? "fabric" : "databricks");
  const isFabric = service === "fabric";
  const kind = ITEMS[job.jobType ?? "Pipeline"] ?? "Item";
  const what = isFabric ? `${kind} ${String(job.itemId).slice(0, 8)}…` : job.jobName || `Job ${job.jobId}`;
  const host = typeof job.host === "string" ? job.host.replace(/^https?:\/\//u, "") : "";
  const place = isFabric ? `workspace ${job.workspaceId}, item ${job.itemId}` : host;
  return { service, title: run?.name || String(what), place: `${SERVICE[service]}, ${place}` };
}

/** @param {FoundView} view */
export function found(view) {
  const { kept, isElsewhere, isBusy, isDisabled, needsToken, missing } = view;
  const { run, job } = kept.snapshot;
  const { title, place } = describeJob(job, run);
  const day = new Date(kept.at).toDateString() === new Date().toDateString() ? "" : new Date(kept.at).toLocaleDateString();
  return html`<section class="found" aria-labelledby="found-title">
    <div class="notice busy">
      <h2 id="found-title" tabindex="-1">${isElsewhere ? "Another tab follows a run" : "A run was found again"}</h2>
      <p><strong>${title}</strong>, ${place}${run ? html`, run <span class="mono">${run.id}</span>` : nothing}.</p>
      <p class="hint">Last seen ${day} ${clock(kept.at)}. ${run ? "" : "It is not known yet whether it was started."}</p>
      ${isElsewhere
        ? html`<p>It can be resumed here once the other tab has left it.</p>`
        : html`<p>Resuming follows it to its end. It does not start a second run.</p>`}
    </div>
    ${isElsewhere
      ? nothing
      : html`<form
          class="form"
          novalidate
          aria-label="Resume the run"
          @submit=${(/** @type {SubmitEvent} */ event) => {
            event.preventDefault();
            view.onResume();
          }}
        >
          ${needsToken
            ? secretField("resume-token", "Token", view.token, view.tokenProblem, view.onToken)
            : nothing}
          ${missing.map((name) =>
            secretField(
              `resume-${name}`,
              `Secret parameter ${name}`,
              view.secrets[name] ?? "",
              "",
              (value) => view.onSecret(name, value),
            ),
          )}
          <div class="tools">
            <button type="submit" class="primary" id="resume" ?disabled=${isBusy || isDisabled}>
              ${isBusy ? "Loading…" : "Resume"}
            </button>
            <button type="button" class="bare" id="forget" @click=${view.onForget}>Forget it</button>
          </div>
          <p class="hint">Forgetting a run does not stop it.</p>
        </form>`}
  </section>`;
}

/**
 * @param {string} id
 * @param {string} label
 * @param {string} value
 * @param {string} wrong
 * @param {(value: string) => void} onInput
 */
const secretField = (id, label, value, wrong, onInput) =>
  html`<div class="field">
    <label for=${id}>${label}</label>
    <input
      id=${id}
      type="password"
      autocomplete="off"
      .value=${value}
      aria-invalid=${wrong ? "true" : nothing}
      aria-describedby=${wrong ? `${id}-problem` : nothing}
      @input=${(/** @type {Event} */ event) => onInput(/** @type {HTMLInputElement} */ (event.target).value)}
    />
    ${problemOf(id, wrong)}
  </div>`;

/** @type {Readonly<Record<Fault["kind"], string>>} */
const TITLES = Object.freeze({
  loading: "pqrun could not be loaded",
  storage: "This run can't be kept",
  elsewhere: "Another tab follows a run",
  refused: "Nothing was started",
  settings: "The settings are not complete",
  cancel: "The run was not cancelled",
  resume: "The run was not resumed",
  found: "Nothing was started",
  gone: "The run was not resumed",
});

/**
 * @param {Fault} fault
 * @param {{ isDisabled: boolean, onRetry: () => void, onUnkept: () => void, onDismiss: () => void }} view
 */
export function faultNotice({ kind, message, error }, { isDisabled, onRetry, onUnkept, onDismiss }) {
  return html`<section part="message" class="fault" role="alert">
    <div class="notice ${kind === "storage" || kind === "elsewhere" ? "warn" : "bad"}">
      <h2 id="fault-title" tabindex="-1">${TITLES[kind]}</h2>
      <p>${sentence(message)}</p>
      ${error?.code ? problem(/** @type {ErrorInfo} */ (error), message) : nothing}
      ${kind === "loading"
        ? html`<p>Check the network and try again. If that does not help, reload the page.</p>`
        : nothing}
      ${kind === "storage"
        ? html`<p>It can be started all the same. Then closing this page loses sight of it.</p>`
        : nothing}
      ${kind === "elsewhere"
        ? html`<p>One run at a time is kept here. Wait for its end, or leave it there.</p>`
        : nothing}
      <div class="tools">
        ${kind === "loading" || kind === "elsewhere"
          ? html`<button
              type="button"
              class=${kind === "loading" ? "primary" : nothing}
              id="retry"
              ?disabled=${isDisabled}
              @click=${onRetry}
            >
              Try again
            </button>`
          : nothing}
        ${kind === "storage"
          ? html`<button type="button" id="unkept" ?disabled=${isDisabled} @click=${onUnkept}>
              Start without keeping it
            </button>`
          : nothing}
        <button type="button" class="bare" id="dismiss" @click=${onDismiss}>Dismiss</button>
      </div>
    </div>
  </section>`;
}
