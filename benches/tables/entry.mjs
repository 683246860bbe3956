/** Which file of a built package a program loads that only wants tables. */

import { readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

/**
 * @param {string} folder The package.
 * @param {"node" | "default"} condition
 * @returns {string} Its path in the package: the reader alone, if it comes alone, or else the whole client.
 */
export function entry(folder, condition) {
  const { exports } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
  const part = exports["./table"] ?? exports["."];
  return part[condition] ?? part.default;
}

/** The same as what `import` takes in Node. */
export function entryUrl(/** @type {string} */ folder) {
  return pathToFileURL(path.resolve(folder, entry(folder, "node"))).href;
}
