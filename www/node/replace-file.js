/** Files that are replaced as a whole. */

import { randomBytes } from "node:crypto";
import { open, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";

/**
 * Puts a text or bytes in the place of a file, whole or not at all, and waits until it is on the disk.
 *
 * @param {string} file
 * @param {string | Uint8Array} content
 * @param {number} [mode]
 */
export async function replaceFile(file, content, mode = 0o666) {
  const found = await stat(file).catch(() => undefined);
  if (found && !found.isFile()) {
    // A pipe or a device is written to; a file in its place would be another thing.
    await writeFile(file, content);
    return;
  }
  const temporary = `${file}.${process.pid}.${randomBytes(4).toString("hex")}.tmp`;
  try {
    const handle = await open(temporary, "wx", mode);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncDirectory(path.dirname(file));
}

/**
 * Makes a rename last. Not every system can; the file itself is whole in any case.
 *
 * @param {string} directory
 */
async function syncDirectory(directory) {
  const handle = await open(directory, "r").catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
