// The states of a run, one below the other, with the time of each.
import { html, nothing } from "lit";

import { clock, length } from "../base/format.js";
import { shape } from "./shapes.js";
import { ofOutcome, ofPhase } from "./words.js";

/**
 * @import { Progress } from "./progress.js"
 */

/**
 * @param {Progress} progress
 * @param {number} now
 */
export function timeline({ steps, result }, now) {
  return html`<section part="timeline" class="timeline" aria-labelledby="timeline-title">
    <h3 id="timeline-title">Time line</h3>
    <ol>
      ${steps.map(({ phase, from, until }, index) => {
        const isLast = index === steps.length - 1;
        const isEnd = phase === "ended" && result !== undefined;
        const look = isEnd ? ofOutcome(result.outcome, result.error) : ofPhase(phase);
        const goesOn = isLast && result === undefined;
        // A state that is behind us is neither good nor bad; only its order matters.
        const tone = isEnd || goesOn ? look.tone : "";
        return html`<li class="step ${goesOn ? "now" : ""}" aria-current=${goesOn ? "step" : nothing}>
          <span class="marker ${tone}">${isEnd || goesOn ? shape(look.shape) : html`<span class="past"></span>`}</span>
          <span class="what">${look.word}</span>
          <span class="when">
            <time datetime=${new Date(from).toISOString()}>${clock(from)}</time>
            ${isEnd ? nothing : html`<span class="took">${length((until ?? now) - from)}</span>`}
          </span>
        </li>`;
      })}
    </ol>
  </section>`;
}
