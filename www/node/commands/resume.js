/** `pqrun resume`: goes on with a run that another process started or was about to start. */

import { resumeRun } from "pqrun";

import { expectKnownHost, requireToken } from "../credentials.js";
import { addFollowFlags, repeatable, runOptions } from "../flags.js";
import { follow, resolveTarget } from "../follow.js";
import { placeOf } from "../next-steps.js";
import { readParameters } from "../parameters.js";
import { SnapshotFile } from "../snapshot-file.js";

/**
 * @typedef {import("../flags.js").FollowFlags & import("../flags.js").ParameterFlags & { host?: string }} ResumeFlags
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
    .option("--host <url>", "the snapshot's host, if DATABRICKS_HOST says another one")
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
      if (service === "databricks" && host !== undefined) {
        expectKnownHost(host, env, flags.host);
      }
      const target = await resolveTarget(flags);
      const token = requireToken(service, env);
      const secrets = [...readParameters(flags, env)].map(([name, parameter]) => [name, parameter.value]);
      const options = runOptions({ ...flags, secretParam: undefined });
      context.exitCode = await follow({
        start: (persist) =>
          resumeRun(snapshot, {
            ...options,
            secretValues: Object.fromEntries(secrets),
            token,
            persist,
          }),
        flags,
        target,
        place: placeOf(snapshot.job, service),
        file,
        streams: context.streams,
      });
    });
}
