/** The code of README.md. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";

import { PACKAGE } from "./support.mjs";

/**
 * The only block of that language.
 *
 * @param {string} language
 * @returns {string}
 */
export function readmeBlock(language) {
  const readme = readFileSync(path.join(PACKAGE, "README.md"), "utf8");
  const blocks = [...readme.matchAll(/^```(\w+)\n([^]*?)^```$/gmu)].filter(([, found]) => found === language);
  assert.equal(blocks.length, 1, `expected one block of ${language} in README.md, found ${blocks.length}`);
  return blocks[0][2];
}
