/** `pqrun table`: a file as a table, in another format. */

import { createReadStream } from "node:fs";
import path from "node:path";

import { readTable } from "pqrun";

import { CommandError, EXIT, usageError } from "../exit-codes.js";
import { FORMATS, wordOption } from "../flags.js";
import { writeOutputs } from "../format.js";
import { reasonOf } from "../parameters.js";
import { present } from "../present.js";
import { addTableFlags, tableOptions } from "../table-flags.js";
import { arrowFraming, resolveTarget, writeTo } from "../target.js";

/**
 * @typedef {import("../table-flags.js").TableFlags & {
 *   path?: string, format?: import("../flags.js").Format, out?: string, defuseFormulas?: boolean,
 * }} FileFlags
 */

/**
 * @param {import("commander").Command} program
 * @param {import("../program.js").Context} context
 */
export function addTable(program, context) {
  const command = program
    .command("table")
    .description("read a file as a run's output is read, and write it as a table")
    .argument("[file]", "JSON in many shapes, JSON lines, CSV or text; - or nothing: standard input");
  addTableFlags(command)
    .option("--path <path>", "where the rows are in JSON, such as $.rows")
    .optionsGroup("Output:")
    .addOption(wordOption("--format <format>", "how to write the table (default: table)", FORMATS))
    .option("--defuse-formulas", "csv: put ' before texts that a spreadsheet would take for formulas")
    .option("--out <file>", "write to a file, in the format of its ending unless --format says another")
    .addHelpText(
      "after",
      `
Examples:
  $ pqrun table orders.json
  $ pqrun table orders.csv --schema customer=utf8 --out orders.arrow
  $ curl -s https://example.com/orders | pqrun table --path '$.rows' --format markdown`,
    )
    .action(async (/** @type {string | undefined} */ file, /** @type {FileFlags} */ flags) => {
      context.exitCode = await writeFileAsTable(file, flags, context.streams);
    });
}

/**
 * @param {string | undefined} file
 * @param {FileFlags} flags
 * @param {import("../streams.js").Streams} streams
 */
async function writeFileAsTable(file, flags, streams) {
  const { stdin, stdout } = streams;
  const isStdin = file === undefined || file === "-";
  if (isStdin && stdin.isTTY) {
    throw usageError("there is no file to read", "give its name, or send it to standard input");
  }
  const target = await resolveTarget(flags, streams);
  const table = await read(isStdin ? stdin : createReadStream(file), isStdin ? "standard input" : file, flags);
  const content = writeOutputs(
    { outputs: [/** @type {any} */ ({ key: "", kind: "rows", truncated: false, table })], leftOut: [] },
    target.format,
    {
      width: target.file === undefined && stdout.isTTY ? stdout.columns || undefined : undefined,
      defuseFormulas: flags.defuseFormulas,
      arrow: arrowFraming(target),
    },
  );
  await writeTo(target, content, streams, { what: "the table was read" });
  return EXIT.succeeded;
}

/**
 * What a file's name says of its format.
 *
 * @param {string} name
 * @returns {import("pqrun").ReadOptions}
 */
function byEnding(name) {
  switch (path.extname(name).toLowerCase()) {
    case ".csv":
      return { format: "csv" };
    case ".tsv":
      return { format: "csv", delimiter: "\t" };
    case ".jsonl":
    case ".ndjson":
      return { format: "jsonLines" };
    default:
      return {};
  }
}

/**
 * @param {AsyncIterable<Uint8Array>} source
 * @param {string} name
 * @param {FileFlags} flags
 */
async function read(source, name, flags) {
  try {
    return await readTable(source, present({ ...byEnding(name), ...tableOptions(flags), path: flags.path }));
  } catch (error) {
    const { code, syscall } = /** @type {Partial<NodeJS.ErrnoException>} */ (error);
    if (syscall !== undefined) {
      throw usageError(`${name} can't be read: ${reasonOf(error)}`);
    }
    if (error instanceof Error && (code === "outputUnreadable" || code === "outputTruncated")) {
      throw new CommandError(EXIT.outputIncomplete, `${name}: ${error.message}`);
    }
    throw error;
  }
}
