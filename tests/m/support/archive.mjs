/** What is in a packed extension, found by another zip reader than the one that the package packs with. */

import { promisify } from "node:util";

// @ts-expect-error It brings no declarations.
import yauzl from "yauzl";

/**
 * @param {Uint8Array} archive
 * @returns {Promise<{ path: string, content: Uint8Array }[]>}
 */
export async function filesIn(archive) {
  const zip = await promisify(yauzl.fromBuffer)(Buffer.from(archive), { lazyEntries: true, validateEntrySizes: true });
  const open = promisify(zip.openReadStream.bind(zip));
  /** @type {{ path: string, content: Uint8Array }[]} */
  const files = [];
  return new Promise((resolve, reject) => {
    zip.on("error", reject);
    zip.on("end", () => resolve(files));
    zip.on("entry", (/** @type {any} */ entry) => {
      open(entry)
        .then((/** @type {import("node:stream").Readable} */ stream) => stream.toArray())
        .then((/** @type {Buffer[]} */ chunks) => {
          files.push({ path: entry.fileName, content: new Uint8Array(Buffer.concat(chunks)) });
          zip.readEntry();
        })
        .catch(reject);
    });
    zip.readEntry();
  });
}
