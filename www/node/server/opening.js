/** The address that the browser is opened at: other users of the machine may read it among the arguments of programs. */

import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";

import { DATA_HEADERS, redirect } from "./answers.js";
import { PAGE } from "./files.js";

/**
 * @import { ServerResponse } from "node:http"
 * @import { Outcome } from "./proxy.js"
 */

/** How long a browser has to come, in milliseconds: one that has to start first may take some seconds. */
export const OPEN_MS = 30_000;

/**
 * An address that leads to the page with the key, to whoever asks first and soon. Whoever asks later is told, for they may
 * be the person whose browser was forestalled.
 *
 * @param {string} key The session key.
 * @param {number} [openMs] For how long, in milliseconds.
 */
export function makeOpening(key, openMs = OPEN_MS) {
  const path = `/open/${randomBytes(16).toString("base64url")}`;
  const end = performance.now() + openMs;
  let isUsed = false;
  return {
    path,

    /**
     * @param {ServerResponse} response To a GET of the path.
     * @returns {Outcome}
     */
    answer(response) {
      const isLate = performance.now() > end;
      if (!isUsed && !isLate) {
        isUsed = true;
        redirect(response, `${PAGE}#session=${key}`);
        return { path: "/open" };
      }
      const text = isUsed ? USED : LATE;
      response.writeHead(410, {
        ...DATA_HEADERS,
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Length": Buffer.byteLength(text),
      });
      response.end(text);
      const reason = isUsed
        ? "the address that the browser is opened at was used before: if your browser shows no page, somebody else may have the session key, so restart pqrun serve"
        : "the address that the browser is opened at was asked for too late";
      return { path: "/open", reason };
    },
  };
}

const LATE = "This address was for the start only. Open the address that pqrun serve printed.\n";

const USED = `This address leads to the page once, and was used before. Open the address that pqrun serve printed.

If you have not seen the page yet, somebody else on this machine may have been faster, and may have the session key: end
pqrun serve with Ctrl-C and start it again. With --no-open it has no such address.
`;
