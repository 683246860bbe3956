/** How long the page may wait for us at a time, in milliseconds. */
const SLICE = 12;

/** How many rows are looked at between two looks at the clock, as a mask. */
export const STRIDE = 0x3ff;

/**
 * Runs long work in slices, so that the page stays alive meanwhile.
 *
 * @template T
 * @param {Iterator<void, T>} work It yields wherever it may be interrupted.
 * @param {AbortSignal} signal Ends it early.
 * @param {() => void} pause Is told before the first interruption: this takes a while.
 * @returns {Promise<T>}
 */
export async function inSlices(work, signal, pause) {
  let paused = false;
  let end = performance.now() + SLICE;
  for (;;) {
    const { done, value } = work.next();
    if (done) {
      return value;
    }
    if (performance.now() >= end) {
      if (!paused) {
        paused = true;
        pause();
      }
      await new Promise((resolve) => setTimeout(resolve));
      signal.throwIfAborted();
      end = performance.now() + SLICE;
    }
  }
}
