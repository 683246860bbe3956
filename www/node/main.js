/** From arguments to an exit code. */

import { CommanderError } from "commander";

import { knownTokens, refuseSecretFlags, withoutSecrets } from "./credentials.js";
import { describeThrown } from "./errors.js";
import { EXIT, exitCodeOfError } from "./exit-codes.js";
import { createProgram } from "./program.js";
import { write } from "./streams.js";

/**
 * @param {readonly string[]} args Without the interpreter and the script.
 * @param {import("./streams.js").Streams} streams
 * @returns {Promise<number>} The exit code.
 */
export async function main(args, streams) {
  const context = { streams, exitCode: EXIT.succeeded };
  try {
    refuseSecretFlags(args);
    await createProgram(context).parseAsync([...args], { from: "user" });
    return context.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      // It has been printed.
      return error.exitCode === 0 ? EXIT.succeeded : EXIT.usage;
    }
    const lines = describeThrown(error, streams.env).map((line) => `${line}\n`);
    await write(streams.stderr, withoutSecrets(lines.join(""), knownTokens(streams.env)));
    return exitCodeOfError(error);
  }
}
