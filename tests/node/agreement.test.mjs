/** Tables of JSON are what `JSON.parse` says. `cargo xtask bench agreement` reads a million mutants. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { READERS } from "./agreement/readers.mjs";
import { agreement } from "./agreement/run.mjs";

test("a corpus, cut off at every byte, and its mutants are read as JSON.parse reads them", () => {
  const { tallies, differences } = agreement(READERS, { mutants: 20_000, seed: 20_261_121 });
  assert.deepEqual(differences, []);
  // It would prove little if nearly all were accepted, or refused.
  for (const [way, { accepted, refused, tooDeep }] of Object.entries(tallies)) {
    assert.ok(accepted > refused / 20 && refused > accepted / 20 && tooDeep > 0, `${way}: ${accepted} ${refused} ${tooDeep}`);
  }
});
