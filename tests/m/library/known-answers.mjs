// Known answers of library functions: pairs of M texts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { checkPair } from "../pairs.mjs";

/**
 * One test for each function: what an expression gives must be what the other one says.
 *
 * @param {Record<string, [usage: string, output: string][]>} answers By name of the function.
 */
export function checkAnswers(answers) {
  for (const [name, pairs] of Object.entries(answers)) {
    test(name, async () => {
      for (const [usage, output] of pairs) {
        const { verdict, why } = await checkPair({ usage, output });
        assert.equal(verdict, "passed", `${usage}\n${why}\nexpected ${output}`);
      }
    });
  }
}
