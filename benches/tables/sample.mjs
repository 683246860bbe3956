/** Taking times so that they can be compared: in one run, in random order, after a collection of garbage each. */

/**
 * @typedef {object} Candidate
 * @property {string} name
 * @property {() => unknown} run What is measured. What it gives is kept until the clock has stopped.
 * @property {(result: any) => void} [after] What has to be done with the result, outside the time.
 */

/**
 * Runs each candidate a few times without a clock, then takes `samples` times of each.
 *
 * @param {Candidate[]} candidates
 * @param {{ samples: number, warmUp: number, gc: () => void }} options
 * @returns {Record<string, number[]>} Milliseconds by name, in the order in which they were taken.
 */
export function sample(candidates, { samples, warmUp, gc }) {
  for (let round = 0; round < warmUp; round += 1) {
    for (const { run, after } of candidates) {
      const result = run();
      after?.(result);
    }
  }
  const times = Object.fromEntries(candidates.map(({ name }) => [name, /** @type {number[]} */ ([])]));
  for (let round = 0; round < samples; round += 1) {
    for (const { name, run, after } of shuffled(candidates)) {
      gc();
      const start = performance.now();
      const result = run();
      const time = performance.now() - start;
      times[name].push(time);
      after?.(result);
    }
  }
  return times;
}

/** @param {number[]} times */
export function median(times) {
  const sorted = times.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** @template T @param {T[]} items */
function shuffled(items) {
  const order = [...items];
  for (let end = order.length; end > 1; end -= 1) {
    const other = Math.floor(Math.random() * end);
    [order[end - 1], order[other]] = [order[other], order[end - 1]];
  }
  return order;
}
