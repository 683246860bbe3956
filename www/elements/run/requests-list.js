// The log of requests, the newest first.
import { html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";

import { clock, count, length } from "../base/format.js";

/**
 * @import { RequestLine, Requests } from "./requests.js"
 */

/** @param {Requests} requests */
export function requestsList({ lines, count: all }) {
  return html`<details part="requests" class="requests">
    <summary>Requests<span class="hint"> ${count(all)}</span></summary>
    ${lines.length === 0
      ? html`<p class="empty">None has been answered yet.</p>`
      : html`<div class="scroll" role="region" aria-label="Requests" tabindex="0">
          <table>
            <thead>
              <tr>
                <th scope="col">Time</th>
                <th scope="col">Request</th>
                <th scope="col">Status</th>
                <th scope="col" class="number">Took</th>
                <th scope="col">Request id</th>
              </tr>
            </thead>
            <tbody>
              ${repeat(
                [...lines].reverse(),
                ({ id }) => id,
                (line) => row(line),
              )}
            </tbody>
          </table>
        </div>`}
    ${all > lines.length
      ? html`<p class="hint">The newest ${count(lines.length)} of ${count(all)}.</p>`
      : nothing}
    <p class="hint">No address, parameter, token or content is recorded.</p>
  </details>`;
}

/** @param {RequestLine} line */
function row({ at, method, endpoint, status, durationMs, requestId, level, code, message }) {
  const isBad = level === "error" || level === "warn";
  return html`<tr>
    <td class="quiet"><time datetime=${new Date(at).toISOString()}>${clock(at)}</time></td>
    <td><span class="method">${method}</span> ${endpoint}</td>
    <td class=${isBad ? "wrong" : ""} title=${message}>
      ${status ?? "no answer"}${code ? html` <span class="code">${code}</span>` : nothing}
    </td>
    <td class="number">${durationMs === undefined ? "" : length(durationMs)}</td>
    <td class="mono quiet id">${requestId ?? ""}</td>
  </tr>`;
}
