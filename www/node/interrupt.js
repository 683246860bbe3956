/** What Ctrl-C and its kin do to a run that is being followed. */

import process from "node:process";
import { createInterface } from "node:readline";

/** @typedef {"ask" | "detach" | "cancel"} InterruptPolicy */

/**
 * @typedef {object} Followed
 * @property {() => void} cancel
 * @property {() => void} detach
 */

/**
 * @typedef {object} InterruptWatch
 * @property {() => void} stop Gives the signals back to the process.
 * @property {boolean} wasInterrupted
 */

/**
 * Watches for signals until stopped. The first SIGINT does what the policy says; SIGTERM asks nobody; SIGHUP always
 * detaches: whoever could see the rest is gone. Any further signal detaches at once, and one after that ends the
 * process.
 *
 * @param {object} options
 * @param {InterruptPolicy} options.policy
 * @param {Followed} options.handle
 * @param {import("./progress.js").Progress} options.progress
 * @param {import("./streams.js").Streams} options.streams
 * @param {number} options.exitCode The code of a process that is ended by a third signal.
 * @returns {InterruptWatch}
 */
export function watchInterrupts({ policy, handle, progress, streams, exitCode }) {
  let count = 0;
  /** @type {AbortController | undefined} */
  let question;
  const detach = () => {
    progress.note("no longer watching; the run goes on");
    handle.detach();
  };
  const cancel = () => {
    progress.note("cancelling the run; once more to stop watching");
    handle.cancel();
  };
  const ask = async () => {
    question = new AbortController();
    progress.pause();
    const answer = await askPerson(streams, question.signal);
    question = undefined;
    progress.resume();
    if (answer === undefined) {
      return; // Answered by another signal.
    }
    switch (answer.trim().toLowerCase()[0]) {
      case "c":
        count = 1;
        cancel();
        break;
      case "w":
        count = 0;
        progress.note("going on");
        break;
      default:
        detach();
    }
  };
  /** @param {NodeJS.Signals} signal */
  const onSignal = (signal) => {
    count += 1;
    watch.wasInterrupted = true;
    question?.abort();
    if (count > 2) {
      process.exit(exitCode);
    } else if (count === 2 || signal === "SIGHUP" || policy === "detach") {
      count = 2;
      detach();
    } else if (policy === "cancel") {
      cancel();
    } else if (signal === "SIGTERM") {
      count = 2;
      detach();
    } else {
      void ask();
    }
  };
  const signals = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);
  const watch = {
    wasInterrupted: false,
    stop() {
      question?.abort();
      for (const signal of signals) {
        process.off(signal, onSignal);
      }
    },
  };
  for (const signal of signals) {
    process.on(signal, onSignal);
  }
  return watch;
}

/**
 * The policy where the user gave none, or one that needs a person where there is none.
 *
 * @param {InterruptPolicy | undefined} flag
 * @param {import("./streams.js").Streams} streams
 * @returns {InterruptPolicy}
 */
export function interruptPolicy(flag, { stdin, stderr }) {
  const person = stdin.isTTY && stderr.isTTY;
  return flag === undefined || flag === "ask" ? (person ? "ask" : "detach") : flag;
}

/**
 * Asks; `undefined` if the question was withdrawn.
 *
 * @param {import("./streams.js").Streams} streams
 * @param {AbortSignal} signal
 * @returns {Promise<string | undefined>}
 */
function askPerson({ stdin, stderr }, signal) {
  // Not `terminal`: in raw mode Ctrl-C would be a character and no signal.
  const lines = createInterface({ input: stdin, output: stderr, terminal: false });
  return new Promise((resolve) => {
    const end = (/** @type {string | undefined} */ answer) => {
      resolve(answer);
      lines.close();
      stdin.pause();
    };
    signal.addEventListener("abort", () => {
      stderr.write("\n");
      end(undefined);
    });
    lines.on("close", () => resolve(signal.aborted ? undefined : "d"));
    lines.question("\nThe run goes on. [d]etach from it (default), [c]ancel it, or [w]ait on? ", end);
  });
}
