// Which rows and columns are in sight. All rows are equally high, so the rows take two divisions; a library for it weighs
// 9 KB in brotli, nearly twice what lit does.

/** Browsers cut elements that are higher, Firefox at 17.8 million pixels. */
const HIGHEST = 15_000_000;

/** How many rows beyond the visible ones are there, so that a slow frame shows no gap. */
const SPARE = 4;

/**
 * The rows in sight.
 *
 * @typedef {object} Rows
 * @property {number} first
 * @property {number} end Behind the last one.
 * @property {number} height Of all rows, in pixels, as far as a browser can have it.
 * @property {number} shift What has to be added to `row * rowHeight` to get a row's place: 0 unless the height was cut.
 */

/**
 * @param {number} scroll
 * @param {number} viewport
 * @param {number} count
 * @param {number} rowHeight
 * @returns {Rows}
 */
export function rowsInSight(scroll, viewport, count, rowHeight) {
  const whole = count * rowHeight;
  const height = Math.min(whole, HIGHEST);
  const offset = scroll * ratio(whole, height, viewport);
  return {
    first: Math.max(0, Math.floor(offset / rowHeight) - SPARE),
    end: Math.min(count, Math.ceil((offset + viewport) / rowHeight) + SPARE),
    height,
    shift: scroll - offset,
  };
}

/**
 * Where to scroll so that a row is in sight; `scroll` itself if it is.
 *
 * @param {number} row
 * @param {number} scroll
 * @param {number} viewport
 * @param {number} count
 * @param {number} rowHeight
 */
export function scrollToRow(row, scroll, viewport, count, rowHeight) {
  const whole = count * rowHeight;
  const factor = ratio(whole, Math.min(whole, HIGHEST), viewport);
  const offset = scroll * factor;
  const top = row * rowHeight;
  if (top < offset) {
    return top / factor;
  }
  return top + rowHeight > offset + viewport ? (top + rowHeight - viewport) / factor : scroll;
}

/**
 * How many pixels of rows a pixel of the scroll bar stands for.
 *
 * @param {number} whole
 * @param {number} height
 * @param {number} viewport
 */
function ratio(whole, height, viewport) {
  return height > viewport ? (whole - viewport) / (height - viewport) : 1;
}

/**
 * Where each column begins, and where the last one ends.
 *
 * @param {number[]} widths
 */
export function startsOf(widths) {
  const starts = new Float64Array(widths.length + 1);
  widths.forEach((width, at) => {
    starts[at + 1] = starts[at] + width;
  });
  return starts;
}

/**
 * The columns in sight.
 *
 * @param {number} scroll
 * @param {number} viewport
 * @param {Float64Array} starts
 */
export function columnsInSight(scroll, viewport, starts) {
  const count = starts.length - 1;
  const first = Math.max(0, after(starts, scroll) - 2);
  return { first, end: Math.min(count, Math.max(first + 1, after(starts, scroll + viewport) + 1)) };
}

/**
 * The first place whose number is greater.
 *
 * @param {Float64Array} sorted
 * @param {number} number
 */
function after(sorted, number) {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= number) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/**
 * Where to scroll so that a column is in sight.
 *
 * @param {number} at
 * @param {number} scroll
 * @param {number} viewport
 * @param {Float64Array} starts
 */
export function scrollToColumn(at, scroll, viewport, starts) {
  const [start, end] = [starts[at], starts[at + 1]];
  // The beginning of a column that is wider than the place for it.
  return start < scroll || end - start > viewport ? start : end > scroll + viewport ? end - viewport : scroll;
}

/**
 * The numbers from `first` up to `end`, and the active one wherever it is: what has the focus must not go.
 *
 * @param {number} first
 * @param {number} end
 * @param {number} active
 * @param {number} count
 */
export function withActive(first, end, active, count) {
  const shown = Array.from({ length: Math.max(0, end - first) }, (_, at) => first + at);
  if (active >= 0 && active < count) {
    if (active < first) {
      shown.unshift(active);
    } else if (active >= end) {
      shown.push(active);
    }
  }
  return shown;
}
