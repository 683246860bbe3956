/** What a person sees while a run goes on: one line that changes on a terminal, a line for each change elsewhere. */

import ora from "ora";

import { setDisplay } from "./streams.js";
import { clockTime, fitLine, harmlessLine } from "./text.js";

/** @typedef {import("pqrun").RunEvent} RunEvent */

/**
 * @typedef {object} Progress
 * @property {(event: RunEvent) => void} show Takes an event.
 * @property {(line: string) => void} note Prints a line that stays.
 * @property {() => void} pause Clears the way for a question.
 * @property {() => void} resume Goes on after one.
 * @property {() => void} stop Ends the display; its lines stay.
 */

/** @type {Readonly<Record<string, string>>} */
const PHASES = Object.freeze({
  looking: "looking at what exists",
  starting: "starting",
  reconciling: "looking for the run that was started",
  queued: "queued",
  running: "running",
  terminating: "ending",
  ended: "ended",
  readingOutput: "reading the output",
});

/**
 * Where a run stands, in a line without times.
 *
 * @param {RunEvent} event
 * @returns {string}
 */
export function describeEvent(event) {
  const parts = [PHASES[event.phase] ?? event.phase];
  if (event.state) {
    parts[0] += ` (${event.state})`;
  }
  for (const [counts, noun] of /** @type {const} */ ([
    [event.tasks, "tasks"],
    [event.iterations, "iterations"],
  ])) {
    if (counts && counts.total > 0) {
      const failed = counts.failed > 0 ? `, ${counts.failed} failed` : "";
      parts.push(`${counts.done} of ${counts.total} ${noun} done${failed}`);
    }
  }
  if (event.queueReason) {
    parts.push(event.queueReason);
  }
  return harmlessLine(parts.join(" · "));
}

/**
 * @param {RunEvent} event
 * @returns {string}
 */
function describeMessage(event) {
  const word = event.kind === "retry" ? "again" : "warning";
  const message = event.message || event.error?.message || "";
  return harmlessLine(`${word}: ${message}`);
}

/**
 * Whether a line can be drawn again: a terminal that says it is no column wide would have endless lines to clear.
 *
 * @param {NodeJS.WriteStream} stream
 */
function hasWidth(stream) {
  return stream.isTTY && stream.columns > 0;
}

/** @type {Progress} */
const SILENT = Object.freeze({ show() {}, note() {}, pause() {}, resume() {}, stop() {} });

/**
 * @param {object} options
 * @param {NodeJS.WriteStream} options.stream
 * @param {boolean} [options.quiet] Shows nothing at all.
 * @param {boolean} [options.interactive] A line that changes; by default if the stream is a terminal with a width.
 * @param {(text: string) => string} [options.clean] Applied to each line.
 * @returns {Progress}
 */
export function createProgress({ stream, quiet = false, interactive = hasWidth(stream), clean = (text) => text }) {
  if (quiet) {
    return SILENT;
  }
  return interactive ? onTerminal(stream, clean) : inLines(stream, clean);
}

/**
 * @param {NodeJS.WriteStream} stream
 * @param {(text: string) => string} clean
 * @returns {Progress}
 */
function inLines(stream, clean) {
  let last = "";
  /** @type {string | undefined} */
  let page;
  const line = (/** @type {string} */ text) => void stream.write(`${clean(text)}\n`);
  return {
    ...SILENT,
    show(event) {
      const time = clockTime(event.elapsed).padStart(5);
      if (event.kind !== "status") {
        line(`${time}  ${describeMessage(event)}`);
        return;
      }
      if (event.runId && event.runPageUrl !== page) {
        page = event.runPageUrl;
        line(`${time}  run ${harmlessLine([event.runId, page].filter(Boolean).join("  "))}`);
      }
      const text = describeEvent(event);
      // What comes after the end tells how it ended.
      if (text !== last && event.phase !== "ended") {
        last = text;
        line(`${time}  ${text}`);
      }
    },
    note: line,
  };
}

/**
 * @param {NodeJS.WriteStream} stream
 * @param {(text: string) => string} clean
 * @returns {Progress}
 */
function onTerminal(stream, clean) {
  const spinner = ora({ stream, text: "starting", discardStdin: false, isEnabled: true });
  /** @type {RunEvent | undefined} */
  let current;
  /** @type {string | undefined} */
  let page;
  let began = Date.now();
  /** A question is on the screen, or the display is over. */
  let isHidden = false;
  let isStopped = false;
  const draw = () => {
    const parts = [clockTime(Date.now() - began), current ? describeEvent(current) : "starting"];
    const wait = (current?.nextPollAt ?? 0) - Date.now();
    if (wait >= 1000) {
      parts.push(`next look in ${Math.ceil(wait / 1000)} s`);
    }
    // The sign and a blank stand before it, and a full line would wrap.
    spinner.text = fitLine(clean(parts.join("  ")), Math.max(20, (stream.columns ?? 80) - 4));
  };
  const timer = setInterval(draw, 500);
  timer.unref();
  spinner.start();
  const line = (/** @type {string} */ text) => {
    spinner.stop();
    stream.write(`${clean(text)}\n`);
    if (!isHidden) {
      spinner.start();
    }
  };
  setDisplay(stream, line);
  return {
    show(event) {
      if (event.kind !== "status") {
        line(`${clockTime(event.elapsed)}  ${describeMessage(event)}`);
        return;
      }
      began = event.at - event.elapsed;
      current = event;
      if (event.runId && event.runPageUrl !== page) {
        page = event.runPageUrl;
        line(`run ${harmlessLine([event.runId, page].filter(Boolean).join("  "))}`);
      }
      draw();
    },
    note: line,
    pause() {
      isHidden = true;
      spinner.stop();
    },
    resume() {
      if (!isStopped) {
        isHidden = false;
        spinner.start();
      }
    },
    stop() {
      isHidden = true;
      isStopped = true;
      clearInterval(timer);
      spinner.stop();
      setDisplay(stream, undefined);
    },
  };
}
