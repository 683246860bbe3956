/** `pqrun resume`: goes on with a run that another process started or was about to start. */

import { resumeRun } from "pqrun";

import { addSignInFlags, connect, expectKnownHost } from "../connection.js";
import { usageError } from "../exit-codes.js";
import { addFollowFlags, repeatable, runOptions } from "../flags.js";
import { follow, resolveResult } from "../follow.js";
import { placeOf } from "../next-steps.js";
import { readParameters, secretVariable } from "../parameters.js";
import { SnapshotFile } from "../snapshot-file.js";

/**
 * @typedef {import("../flags.js").FollowFlags & import("../flags.js").ParameterFlags &
 *   import("../connection.js").ConnectionFlags} ResumeFlags
 */

/**
 * @param {import("commander").Command} program
 * @param {import("../program.js").Context} context
 */
export function addResume(program, context) {
  const command = program
    .command("resume")
    .description("go on with the run of a snapshot; it is never started a second time")
    .argument("<file>", "the file that --snapshot named, or that pqrun printed")
    .option("--host <url>", "the snapshot's host, if the environment says another one");
  addSignInFlags(command, "databricks")
    .addOption(
      repeatable(
        "--secret-param <name>",
        "a parameter that was not stored; its value is read from PQRUN_SECRET_<NAME>",
      ),
    )
    .addOption(repeatable("--param <name=value>", "the value of a parameter that was not stored"));
  addFollowFlags(command)
    .addHelpText(
      "after",
      "\nExamples:\n  $ pqrun resume run.json\n  $ pqrun resume run.json --task summary --format csv",
    )
    .action(async (/** @type {string} */ path, /** @type {ResumeFlags} */ flags) => {
      const { env } = context.streams;
      const { file, snapshot } = await SnapshotFile.read(path, env);
      const { service, host } = /** @type {{ service: "databricks" | "fabric", host?: string }} */ (snapshot.job);
      expectKnownHost(service, host, env, flags);
      const target = await resolveResult(flags, context.streams);
      const { host: _, ...signIn } = await connect(service, { ...flags, host: flags.host ?? host }, env);
      const secrets = readSecrets(flags, snapshot, env);
      const options = runOptions({ ...flags, secretParam: undefined });
      context.exitCode = await follow({
        start: (persist) => resume(snapshot, { ...options, secretValues: secrets, ...signIn, persist }),
        flags,
        target,
        place: placeOf({ ...snapshot.job, ...signIn, profile: flags.profile }, service),
        file,
        streams: context.streams,
      });
    });
}

/**
 * @param {import("pqrun").Snapshot} snapshot
 * @param {import("pqrun").ResumeRunOptions} options
 */
function resume(snapshot, options) {
  try {
    return resumeRun(snapshot, options);
  } catch (error) {
    if (error instanceof Error && Reflect.get(error, "code") === "missingSecretParameters") {
      const variables = (snapshot.leftOut ?? []).map(secretVariable).join(", ");
      throw usageError(error.message, `set ${variables} in the environment`);
    }
    throw error;
  }
}

/**
 * Values of the parameters that the snapshot left out: of flags, or of the environment.
 *
 * @param {ResumeFlags} flags
 * @param {import("pqrun").Snapshot} snapshot
 * @param {NodeJS.ProcessEnv} env
 * @returns {Record<string, unknown>}
 */
function readSecrets(flags, snapshot, env) {
  const given = readParameters(flags, env);
  const named = [...given].map(([name, { value }]) => [name, value]);
  const found = (snapshot.leftOut ?? []).flatMap((name) => {
    const value = env[secretVariable(name)];
    return given.has(name) || value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries([...found, ...named]);
}
