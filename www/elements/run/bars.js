// Tasks or activities as bars on one scale of time.
import { html, nothing } from "lit";

import { isWebAddress } from "../base/address.js";
import { counted, length } from "../base/format.js";
import { place } from "./place.js";
import { shape } from "./shapes.js";
import { rows } from "./tasks.js";
import { ofTask } from "./words.js";

/**
 * @import { Service } from "pqrun"
 * @import { Row, TaskRun } from "./tasks.js"
 */

/** How many tasks are drawn. */
const DRAWN = 100;

/**
 * @param {readonly TaskRun[]} runs
 * @param {object} view
 * @param {Service} view.service
 * @param {number} view.now By the service's clock.
 * @param {boolean} view.isOver
 * @param {string} [view.problem] Why there are none.
 */
export function bars(runs, { service, now, isOver, problem }) {
  if (isOver && runs.length === 0) {
    return nothing;
  }
  const word = service === "fabric" ? "Activities" : "Tasks";
  return html`<section part="tasks" class="tasks" aria-labelledby="tasks-title">
    <h3 id="tasks-title">${word}</h3>
    ${runs.length === 0 ? empty(word, problem) : drawn(runs, now)}
  </section>`;
}

/**
 * @param {string} word
 * @param {string} [problem]
 */
const empty = (word, problem) =>
  html`<p class="empty">
    ${problem ? `${word} could not be read: ${problem}` : `${word} appear here once the service tells of them.`}
  </p>`;

/**
 * @param {readonly TaskRun[]} runs
 * @param {number} now
 */
function drawn(runs, now) {
  const chart = rows(runs, now);
  const left = chart.rows.length - DRAWN;
  return html`<ul class="bars">
      ${chart.rows.slice(0, DRAWN).map(bar)}
    </ul>
    ${left > 0 ? html`<p class="hint">And ${counted(left, "other")}.</p>` : nothing}
    ${chart.rows.some(({ bars: attempts }) => attempts.length > 0)
      ? html`<p class="scale" aria-hidden="true"><span>0</span><span>${length(chart.until - chart.from)}</span></p>`
      : nothing}`;
}

/** @param {Row} row */
function bar({ key, latest, bars: attempts }) {
  const look = ofTask(latest);
  const last = attempts.at(-1);
  const isEnded = latest.phase === "ended";
  const { state, code } = latest.state;
  const own = code ?? state;
  const tries = attempts.length > 1 ? counted(attempts.length, "try", "tries") : "";
  const { iterations } = latest;
  const done = iterations && iterations.total > 0 ? `${iterations.done} of ${counted(iterations.total, "iteration")}` : "";
  return html`<li class="bar">
    <div class="label">
      <span class="key" title=${key}>
        ${isWebAddress(latest.pageUrl)
          ? html`<a href=${latest.pageUrl} target="_blank" rel="noopener noreferrer">${key}</a>`
          : key}
      </span>
      <span class="type">${latest.taskType ?? ""}</span>
    </div>
    <div class="track" aria-hidden="true">
      ${attempts.map(
        ({ run, from, width }) =>
          html`<span
            class="run ${ofTask(run).tone || "idle"} ${run.phase === "ended" ? "" : "going"}"
            ${place(from, width)}
          ></span>`,
      )}
    </div>
    <div class="state" title=${own}>
      <span class="tone ${look.tone}">${shape(look.shape)}<span class="word">${look.word}</span></span>
      <span class="took">
        ${[last?.ms === undefined || (isEnded && last.ms === 0) ? "" : length(last.ms), tries, done]
          .filter(Boolean)
          .join(", ")}
      </span>
    </div>
  </li>`;
}
