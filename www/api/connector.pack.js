import { zipSync } from "./vendor/zip.js";
import { belongsIntoArchive } from "./wasm/connector.js";

/**
 * @import { GeneratedFile } from "./wasm/connector.js"
 */

/** Of a file on Unix that everybody may read. */
const ATTRIBUTES = (0o100_644 << 16) >>> 0;

/**
 * The archive that Power BI loads, made of the files of a connector that belong into it.
 *
 * @param {readonly GeneratedFile[]} files What {@link generateConnector} gave, in whole or in part.
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function packConnector(files) {
  const packed = files.filter(({ path }) => belongsIntoArchive(path));
  if (!packed.some(({ path }) => path.endsWith(".pq"))) {
    throw new TypeError("packConnector: expected the files of a connector, found no section document among them");
  }
  // Deflate, as MSBuild does; the oldest time that a zip file knows, so that the same files give the same archive. What
  // is stored of it is the local time, and the zone may change.
  const entry = /** @type {const} */ ({ level: 9, mtime: new Date(1980, 0, 1), os: 3, attrs: ATTRIBUTES });
  return zipSync(Object.fromEntries(packed.map(({ path, content }) => [path, [content, entry]])));
}
