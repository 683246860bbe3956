/** `pqrun cancel`: stops a run and waits for its end. */

import { knownTokens, withoutSecrets } from "../credentials.js";
import { EXIT, exitCodeOfResult } from "../exit-codes.js";
import { interruptPolicy, watchInterrupts } from "../interrupt.js";
import { describeEnd, hasEnded } from "../next-steps.js";
import { createProgress } from "../progress.js";
import { addReferenceCommands } from "../run-reference.js";
import { write } from "../streams.js";
import { harmlessLine } from "../text.js";

/** @typedef {import("../run-reference.js").ReferenceFlags & { quiet?: boolean }} CancelFlags */

/**
 * @param {import("commander").Command} program
 * @param {import("../program.js").Context} context
 */
export function addCancel(program, context) {
  const { streams } = context;
  addReferenceCommands(
    program.command("cancel").description("stop a run and wait for its end; exit code 0 if it has ended"),
    {
      what: "stop",
      env: streams.env,
      addFlags: (command) => command.option("--quiet", "no progress"),
      act: async (reference, /** @type {CancelFlags} */ flags) => {
        context.exitCode = await cancelRun(reference, flags, streams);
      },
    },
  );
}

/**
 * @param {import("../run-reference.js").RunReference} reference
 * @param {CancelFlags} flags
 * @param {import("../streams.js").Streams} streams
 * @returns {Promise<number>}
 */
async function cancelRun({ attach, place }, flags, streams) {
  // Each time anew: tokens come while it runs.
  const clean = (/** @type {string} */ text) => withoutSecrets(text, knownTokens(streams.env));
  const progress = createProgress({ stream: streams.stderr, quiet: flags.quiet, clean });
  // Whoever names a run here means it.
  const handle = attach({ timeout: flags.timeout, pollInterval: "2s", skipOutputs: true, cancelShared: true });
  const interrupts = watchInterrupts({
    policy: interruptPolicy("detach", streams),
    handle,
    progress,
    streams,
    exitCode: EXIT.lostSight,
  });
  let result;
  try {
    handle.cancel();
    const shown = (async () => {
      for await (const event of handle) {
        progress.show(event);
      }
    })();
    result = await handle.result;
    await shown;
  } finally {
    interrupts.stop();
    progress.stop();
  }
  const isOver = hasEnded(result) && result.outcome !== "rejected";
  const lines = isOver
    ? [
        result.outcome === "cancelled"
          ? `run ${result.run?.id} was cancelled`
          : `run ${result.run?.id} had ended before: ${result.outcome}`,
      ]
    : describeEnd(result, { place, gaps: [] });
  await write(streams.stderr, lines.map((line) => `${clean(harmlessLine(line))}\n`).join(""));
  return isOver ? EXIT.succeeded : exitCodeOfResult(result);
}
