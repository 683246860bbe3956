/** Generated files on their way to a folder. */

import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";

import { CommandError, EXIT, usageError } from "./exit-codes.js";
import { reasonOf } from "./parameters.js";
import { replaceFile } from "./replace-file.js";

/** @typedef {import("pqrun/connector").GeneratedFile} GeneratedFile */

/**
 * Writes files into a folder, all or, if one of them is somebody's, none.
 *
 * A file that is there with other content may be of anybody, or generated and edited since.
 *
 * @param {string} folder It is made if it is not there.
 * @param {readonly GeneratedFile[]} files
 * @param {{ force?: boolean }} options `force`: replace what is there.
 * @returns {Promise<string[]>} The paths, also of files that were there as they should be.
 */
export async function writeGenerated(folder, files, { force = false }) {
  const targets = files.map(({ path: below, content }) => ({ file: path.join(folder, below), content }));
  const found = await Promise.all(targets.map(({ file }) => contentOf(file)));
  const stale = targets.filter(({ content }, at) => !found[at]?.equals(content));
  const foreign = stale.filter((target) => found[targets.indexOf(target)] !== undefined).map(({ file }) => file);
  if (foreign.length > 0 && !force) {
    throw usageError(
      `${foreign.join(", ")}: there already, with other content`,
      "give --force to replace it, or another folder with --out",
    );
  }
  for (const { file, content } of stale) {
    try {
      await mkdir(path.dirname(file), { recursive: true });
      await replaceFile(file, content);
    } catch (error) {
      throw new CommandError(EXIT.unexpected, `${file} can't be written: ${reasonOf(error)}`);
    }
  }
  return targets.map(({ file }) => file);
}

/**
 * @param {string} file
 * @returns {Promise<Buffer | undefined>} `undefined` if there is no such file.
 */
async function contentOf(file) {
  try {
    return await readFile(file);
  } catch (error) {
    const code = error instanceof Error ? Reflect.get(error, "code") : undefined;
    if (code === "ENOENT") {
      return undefined;
    }
    throw usageError(`--out: ${file} can't be read: ${reasonOf(error)}`);
  }
}
