/**
 * Reads a great many mutants: `node tests/node/agreement/command.mjs [--mutants 1000000] [--seed 1]`, in the project in
 * which the package is installed. `cargo xtask bench agreement` does it.
 */

import { parseArgs } from "node:util";

import { READERS } from "./readers.mjs";
import { agreement } from "./run.mjs";

const { values: options } = parseArgs({
  options: { mutants: { type: "string", default: "1000000" }, seed: { type: "string", default: "1" } },
});
const { texts, tallies, differences } = agreement(READERS, {
  mutants: Number(options.mutants),
  seed: Number(options.seed),
});
for (const difference of differences) {
  console.log(difference);
}
for (const [way, { accepted, refused, tooDeep }] of Object.entries(tallies)) {
  console.log(`${way}: ${accepted} accepted, ${refused} refused, ${tooDeep} too deep`);
}
console.log(`${texts} texts, ${differences.length} differences from JSON.parse`);
process.exitCode = differences.length === 0 ? 0 : 1;
