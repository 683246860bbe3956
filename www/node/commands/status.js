/** `pqrun status`: where a run stands. */

import { knownTokens, withoutSecrets } from "../credentials.js";
import { describeRejection } from "../errors.js";
import { EXIT, exitCodeOfResult } from "../exit-codes.js";
import { wordOption } from "../flags.js";
import { cellText } from "../format.js";
import { addReferenceCommands } from "../run-reference.js";
import { write } from "../streams.js";

/** @typedef {import("../run-reference.js").ReferenceFlags & { format?: "table" | "json" }} StatusFlags */

/**
 * @param {import("commander").Command} program
 * @param {import("../program.js").Context} context
 */
export function addStatus(program, context) {
  const { streams } = context;
  addReferenceCommands(program.command("status").description("show where a run stands; exit code 0 if that is known"), {
    what: "show",
    env: streams.env,
    addFlags: (command) =>
      command.addOption(wordOption("--format <format>", "how to write it (default: table)", ["table", "json"])),
    act: async (reference, /** @type {StatusFlags} */ flags) => {
      context.exitCode = await showStatus(reference, flags, streams);
    },
  });
}

/**
 * @param {import("../run-reference.js").RunReference} reference
 * @param {StatusFlags} flags
 * @param {import("../streams.js").Streams} streams
 * @returns {Promise<number>}
 */
async function showStatus(reference, flags, { stdout, stderr, env }) {
  const handle = reference.attach({ timeout: flags.timeout, skipOutputs: true });
  const seen = await firstSight(handle);
  handle.detach();
  const result = await handle.result;
  // Detaching does not undo what was seen.
  if (!seen && result.outcome !== "succeeded" && !result.state.state) {
    const error = result.error ?? { message: result.message ?? "" };
    const lines = ["the run's state is not known", ...describeRejection(error)];
    await write(stderr, withoutSecrets(lines.map((line) => `${line}\n`).join(""), knownTokens(env)));
    return exitCodeOfResult(result);
  }
  const rows = describe(seen, result, reference);
  await write(stdout, flags.format === "json" ? `${JSON.stringify(rows)}\n` : listed(rows));
  return EXIT.succeeded;
}

/**
 * Waits for the first event that tells a state; `undefined` if the run ends before one does.
 *
 * @param {import("pqrun").RunHandle} handle
 */
async function firstSight(handle) {
  for await (const event of handle) {
    if (event.state) {
      return event;
    }
  }
  return undefined;
}

/**
 * @param {import("pqrun").RunEvent | undefined} event
 * @param {import("pqrun").RunResult} result
 * @param {import("../run-reference.js").RunReference} reference
 */
function describe(event, result, { place, id }) {
  const { run, state, outcome } = result;
  const isEnded = outcome !== "abandoned" && outcome !== "timedOut";
  const counts = event?.tasks;
  return {
    service: place.service,
    id: run?.id ?? id,
    ...(run?.jobId ? { jobId: run.jobId } : {}),
    ...(run?.workspaceId ? { workspaceId: run.workspaceId } : {}),
    ...(run?.name ? { name: run.name } : {}),
    phase: isEnded ? "ended" : (event?.phase ?? "running"),
    ...(isEnded ? { outcome } : {}),
    state: state.state || event?.state || "",
    ...(state.code ? { code: state.code } : {}),
    ...(result.message && isEnded ? { message: result.message } : event?.message ? { message: event.message } : {}),
    ...(counts && counts.total > 0 ? { tasks: counts } : {}),
    ...time("startTime", run?.startTime),
    ...time("endTime", run?.endTime),
    ...(run?.pageUrl ? { pageUrl: run.pageUrl } : {}),
  };
}

/**
 * @param {string} name
 * @param {number | undefined} ms
 */
function time(name, ms) {
  return ms === undefined ? {} : { [name]: new Date(ms).toISOString() };
}

/** @param {Record<string, unknown>} members */
function listed(members) {
  const shown = Object.entries(members).map(([name, value]) => [
    name,
    name === "tasks" ? counted(value) : cellText(value),
  ]);
  const width = Math.max(...shown.map(([name = ""]) => name.length));
  return shown.map(([name = "", value]) => `${name.padEnd(width)}  ${value}\n`).join("");
}

/** @param {unknown} counts */
function counted(counts) {
  const { total, done, failed } = /** @type {import("pqrun").Counts} */ (counts);
  return `${done} of ${total} done${failed > 0 ? `, ${failed} failed` : ""}`;
}
