/** Where a result goes and in which format, worked out before anything is done. */

import { constants } from "node:fs";
import { access } from "node:fs/promises";
import path from "node:path";

import { CommandError, EXIT, usageError } from "./exit-codes.js";
import { FORMATS } from "./flags.js";
import { reasonOf } from "./parameters.js";
import { replaceFile } from "./replace-file.js";
import { write } from "./streams.js";

/** @typedef {import("./flags.js").Format} Format */

/** @typedef {{ format: Format, file?: string }} Target */

/**
 * @param {{ format?: Format, out?: string }} flags
 * @param {import("./streams.js").Streams} streams
 * @returns {Promise<Target>}
 */
export async function resolveTarget({ format, out }, { stdout }) {
  if (out === undefined) {
    if (format === "arrow" && stdout.isTTY) {
      throw usageError("--format arrow is no text for a terminal", "send it to --out FILE, or into a pipe");
    }
    return { format: format ?? "table" };
  }
  try {
    await access(path.dirname(path.resolve(out)), constants.W_OK);
  } catch (error) {
    throw usageError(`--out: ${out} can't be written: ${reasonOf(error)}`);
  }
  return { format: format ?? formatOfName(out), file: out };
}

/** Endings of file names that are not called as their format is. */
const ENDINGS = new Map(
  /** @type {[string, Format][]} */ ([
    ["ndjson", "jsonl"],
    ["md", "markdown"],
    ["feather", "arrow"],
    ["arrows", "arrow"],
  ]),
);

/**
 * @param {string} file
 * @returns {Format}
 */
function formatOfName(file) {
  const ending = path.extname(file).slice(1).toLowerCase();
  return ENDINGS.get(ending) ?? FORMATS.find((format) => format === ending) ?? "table";
}

/**
 * How Arrow is framed: files so that their parts can be found, pipes so that they can be read as they come.
 *
 * @param {Target} target
 * @returns {"stream" | "file"}
 */
export function arrowFraming({ file }) {
  return file === undefined || file.toLowerCase().endsWith(".arrows") ? "stream" : "file";
}

/**
 * @param {Target} target
 * @param {string | Uint8Array} content
 * @param {import("./streams.js").Streams} streams
 * @param {{ what: string, hint?: string }} about For the error: what went well before.
 */
export async function writeTo({ file }, content, { stdout }, { what, hint }) {
  if (file === undefined) {
    await write(stdout, content);
    return;
  }
  try {
    await replaceFile(path.resolve(file), content);
  } catch (error) {
    throw new CommandError(EXIT.unexpected, `${what}, but ${file} can't be written: ${reasonOf(error)}`, hint);
  }
}
