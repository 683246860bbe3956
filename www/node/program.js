/** The `pqrun` command's words and flags. */

import { version } from "pqrun";
import { Command } from "commander";

import { LOG_LEVELS } from "../logger.js";
import { addAuth } from "./commands/auth.js";
import { addCancel } from "./commands/cancel.js";
import { addConnector } from "./commands/connector.js";
import { addList } from "./commands/list.js";
import { addResume } from "./commands/resume.js";
import { addRun } from "./commands/run.js";
import { addServe } from "./commands/serve.js";
import { addSimulate } from "./commands/simulate.js";
import { addStatus } from "./commands/status.js";
import { addTable } from "./commands/table.js";
import { wordOption } from "./flags.js";
import { startLog } from "./log.js";

/**
 * What commands share.
 *
 * @typedef {object} Context
 * @property {import("./streams.js").Streams} streams
 * @property {number} exitCode Set by the command that ran.
 */

/**
 * @param {Context} context
 * @returns {Command}
 */
export function createProgram(context) {
  const { stdout, stderr } = context.streams;
  const program = new Command("pqrun")
    .description("Start a Databricks job or a Microsoft Fabric pipeline once, follow it to its end, get its output.")
    .version(version())
    .addOption(wordOption("--log-level <level>", "write a log to standard error (default: off)", LOG_LEVELS))
    .configureHelp({ showGlobalOptions: true })
    .hook("preAction", (_, command) => {
      const { logLevel = "off", json = false } = command.optsWithGlobals();
      startLog(logLevel, { asJson: json, streams: context.streams });
    })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      // An unknown flag is quoted with its value, and that may be a secret.
      outputError: (text, writeText) => writeText(text.replace(/'(-[^'=\s]*)=[^']*'/gu, "'$1'")),
    })
    .showHelpAfterError("(add --help for the flags and examples)");
  addRun(program, context);
  addResume(program, context);
  addStatus(program, context);
  addCancel(program, context);
  addList(program, context);
  addAuth(program, context);
  addTable(program, context);
  addConnector(program, context);
  addServe(program, context);
  addSimulate(program, context);
  return program.addHelpText(
    "after",
    `
Exit codes:
  0 succeeded            3 the run failed            6 not ended in time
  1 unexpected           4 it was cancelled          7 rejected, nothing was started
  2 bad flags            5 it was skipped            8 lost sight of it
  9 succeeded, but the output can't be read whole

Examples:
  $ pqrun run databricks --job-name orders_daily --param day=2026-03-01
  $ pqrun run fabric --workspace … --item … --param p_rows:int=5 --format json
  $ pqrun simulate --port 8080`,
  );
}
