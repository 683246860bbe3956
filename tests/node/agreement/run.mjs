/** Reads the corpus and as many mutants of it as one likes. */

import { checkEnvelope, checkPlain } from "./check.mjs";
import { corpus, mutant, random } from "./mutate.mjs";

/** Every so many-th text is also read from within a text, and in chunks. */
const [ENVELOPE_EVERY, CHUNKS_EVERY] = [2, 5];

/** After so many differences no more are looked for. */
const ENOUGH = 20;

/**
 * @param {Record<"plain" | "chunks" | "envelope", import("./readers.mjs").Read>} readers
 * @param {{ mutants: number, seed: number }} options
 */
export function agreement({ plain, chunks, envelope }, { mutants, seed }) {
  const below = random(seed);
  const tally = () => ({ accepted: 0, refused: 0, tooDeep: 0 });
  const tallies = { plain: tally(), chunks: tally(), envelope: tally() };
  /** @type {string[]} */
  const differences = [];
  let texts = 0;
  for (const bytes of inputs(mutants, below)) {
    texts += 1;
    try {
      checkPlain((bytes) => plain(bytes, below), bytes, tallies.plain);
      if (texts % CHUNKS_EVERY === 0) {
        checkPlain((bytes) => chunks(bytes, below), bytes, tallies.chunks);
      }
      if (texts % ENVELOPE_EVERY === 0) {
        checkEnvelope((bytes) => envelope(bytes, below), bytes, below, tallies.envelope);
      }
    } catch (error) {
      differences.push(`${shown(bytes)}\n    ${error instanceof Error ? error.message : error}`);
      if (differences.length === ENOUGH) {
        break;
      }
    }
  }
  return { texts, tallies, differences };
}

/** @param {number} mutants @param {(end: number) => number} below */
function* inputs(mutants, below) {
  yield* corpus();
  for (let made = 0; made < mutants; made += 1) {
    yield mutant(below);
  }
}

/** Bytes as one can paste them into a test. */
function shown(/** @type {Uint8Array} */ bytes) {
  const text = JSON.stringify(Buffer.from(bytes).toString("latin1"));
  return text.replace(/[\u007f-\u00ff]/gu, (character) => `\\x${character.charCodeAt(0).toString(16)}`);
}
