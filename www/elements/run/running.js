// A run that is followed, or was: its head, what can be done with it, and all that is known of it.
import { html, nothing } from "lit";

import { isWebAddress } from "../base/address.js";
import { clock, counted, length, sentence } from "../base/format.js";
import { bars } from "./bars.js";
import { ending } from "./ending.js";
import { requestsList } from "./requests-list.js";
import { badge } from "./shapes.js";
import { timeline } from "./timeline.js";
import { isOver, ofOutcome, ofPhase } from "./words.js";

/**
 * @import { Service } from "pqrun"
 * @import { Following } from "./following.js"
 * @import { Progress } from "./progress.js"
 * @import { Requests } from "./requests.js"
 *
 * @typedef {object} RunView
 * @property {Following} following
 * @property {Requests} requests
 * @property {Service} service
 * @property {string} title
 * @property {string} place Where it runs.
 * @property {boolean} isDisabled Whether the page lets nothing be started or resumed.
 * @property {boolean} isAsking Whether to cancel a shared run.
 * @property {boolean} isCancelling
 * @property {string} [keepingProblem] Why it can't be found again after this page.
 * @property {boolean} mayResume
 * @property {boolean} isKept
 * @property {boolean} hasForm
 * @property {() => void} onCancel
 * @property {() => void} onConfirm
 * @property {() => void} onKeep Not to cancel after all.
 * @property {() => void} onDetach
 * @property {() => void} onResume
 * @property {() => void} onForget
 * @property {() => void} onAgain
 * @property {() => void} onSettings
 */

/** @param {RunView} view */
export function running(view) {
  const { following, requests, service } = view;
  const { progress } = following;
  const now = Date.now();
  return html`<article class="run ${following.isOver ? "over" : ""}">
    ${head(view, now)} ${following.isOver ? ending(view) : actions(view)} ${notes(progress)}
    <div class="columns">
      ${timeline(progress, now)}
      ${bars(progress.tasks, {
        service,
        now: following.serviceNow,
        isOver: following.isOver,
        problem: following.activitiesProblem,
      })}
    </div>
    ${requestsList(requests)}
  </article>`;
}

/**
 * @param {RunView} view
 * @param {number} now
 */
function head({ following, title, place }, now) {
  const { status, result, began, endedAt } = following.progress;
  const look = result ? ofOutcome(result.outcome, result.error) : ofPhase(status?.phase ?? "looking");
  return html`<header part="state" class="head">
    <div class="title">
      <h2 id="run-title" tabindex="-1">${title}</h2>
      ${badge(look)}
    </div>
    <p class="place">${place}</p>
    <dl class="facts">
      ${fact(result ? (isOver(result) ? "Took" : "Followed for") : "So far", length((endedAt ?? now) - began))}
      ${result ? nothing : fact("Next look", nextLook(status?.nextPollAt, now))} ${serviceWords(following.progress)}
      ${fact("Run", runLink(following.progress))}
    </dl>
    ${!result && status?.queueReason
      ? html`<p class="why"><strong>It waits:</strong> ${sentence(status.queueReason)}</p>`
      : nothing}
    ${!result && status?.message ? html`<p class="why">${sentence(status.message)}</p>` : nothing}
  </header>`;
}

/**
 * @param {string} name
 * @param {unknown} value
 */
const fact = (name, value) =>
  value === undefined || value === "" || value === nothing
    ? nothing
    : html`<div>
        <dt>${name}</dt>
        <dd>${value}</dd>
      </div>`;

/**
 * @param {number | undefined} at
 * @param {number} now
 */
function nextLook(at, now) {
  if (at === undefined) {
    return nothing;
  }
  const seconds = Math.ceil((at - now) / 1000);
  return seconds > 0 ? html`<span title="at ${clock(at)}">in ${length(seconds * 1000)}</span>` : "now";
}

/**
 * The state in the service's own words, and how much is done.
 *
 * @param {Progress} progress
 */
function serviceWords({ status, result }) {
  const { state, code } = result?.state ?? { state: status?.state ?? "", code: undefined };
  const words = [state, code].filter(Boolean).join(" · ");
  const tasks = status?.tasks;
  const iterations = status?.iterations;
  return [
    fact("Service says", words === "" ? "" : html`<span class="mono">${words}</span>`),
    fact("Tasks", tasks && tasks.total > 0 ? counts(tasks) : ""),
    fact("Iterations", iterations && iterations.total > 0 ? counts(iterations) : ""),
  ];
}

/** @param {import("pqrun").Counts} counts */
const counts = ({ done, total, failed }) => `${done} of ${total}${failed > 0 ? `, ${failed} failed` : ""}`;

/** @param {Progress} progress */
function runLink({ status, result }) {
  const id = result?.run?.id ?? status?.runId;
  const page = result?.run?.pageUrl ?? status?.runPageUrl;
  if (id === undefined) {
    return "";
  }
  return isWebAddress(page)
    ? html`<a href=${page} target="_blank" rel="noopener noreferrer" title="Open the run's page">${id}</a>`
    : id;
}

/** @param {RunView} view */
function actions({ following, isAsking, isCancelling, keepingProblem, isKept, ...view }) {
  const { phase } = following.progress.status ?? {};
  const isStopping = isCancelling || phase === "terminating";
  const kept = isKept
    ? "This page may be closed: it finds the run again."
    : "Closing this page loses sight of the run; the run itself goes on.";
  return html`<div class="doing">
    ${isAsking
      ? html`<div class="notice warn" role="alertdialog" aria-labelledby="asking-title" aria-describedby="asking-text" @keydown=${(/** @type {KeyboardEvent} */ { key }) => key === "Escape" && view.onKeep()}>
          <p id="asking-title"><strong>Others may rely on this run.</strong></p>
          <p id="asking-text">It was there already, or others can take it for theirs. Cancelling stops it for them, too.</p>
          <div class="tools">
            <button type="button" id="keep" @click=${view.onKeep}>Let it run</button>
            <button type="button" class="danger" id="confirm" @click=${view.onConfirm}>Cancel it for all</button>
          </div>
        </div>`
      : html`<div part="actions" class="tools">
          <button type="button" id="cancel" ?disabled=${isStopping} @click=${view.onCancel}>
            ${isStopping ? "Stopping…" : phase === "readingOutput" ? "Skip the output" : "Cancel the run"}
          </button>
          <button type="button" class="bare" id="detach" @click=${view.onDetach}>Leave it running</button>
        </div>`}
    ${keepingProblem
      ? html`<p class="hint">This run can't be kept: ${keepingProblem}. ${kept}</p>`
      : html`<p class="hint">${kept}</p>`}
  </div>`;
}

/** @param {Progress} progress */
function notes({ notes: all, result }) {
  // What the result says stands in it; retries of a run that is over are of no use.
  const shown = all.filter(({ kind, text }) =>
    result ? kind === "warning" && result.warnings.every(({ message }) => message !== text) : true,
  );
  if (shown.length === 0) {
    return nothing;
  }
  return html`<ul class="notes" aria-label="What happened on the way">
    ${shown.slice(-5).map(
      ({ kind, at, text, error, times }) =>
        html`<li class="note">
          <span class="badge ${kind === "warning" ? "warn" : ""}">${kind === "warning" ? "Warning" : "Trying again"}</span>
          <span class="text">
            ${sentence(text)}${error?.hint ? html`<span class="hint"> ${sentence(error.hint)}</span>` : nothing}
          </span>
          <span class="when">${clock(at)}${times > 1 ? `, ${counted(times, "time")}` : ""}</span>
        </li>`,
    )}
  </ul>`;
}
