/**
 * A cell.
 *
 * @typedef {object} Place
 * @property {number} row In the order that is shown; -1 is the head.
 * @property {number} column -1 has the numbers of the rows.
 */

/**
 * Where a key leads.
 *
 * @param {Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "shiftKey">} event
 * @param {Place} from
 * @param {{ rows: number, columns: number, page: number }} grid `page`: how many rows are in sight.
 * @returns {Place | undefined} `undefined` if the key is none of the grid's.
 */
export function target({ key, ctrlKey, metaKey, shiftKey }, { row, column }, { rows, columns, page }) {
  const far = ctrlKey || metaKey;
  const first = Math.min(0, rows - 1);
  const to = (/** @type {number} */ toRow, /** @type {number} */ toColumn) => ({
    row: Math.max(-1, Math.min(toRow, rows - 1)),
    column: Math.max(-1, Math.min(toColumn, columns - 1)),
  });
  switch (shiftKey ? "" : key) {
    case "ArrowUp":
      return to(far ? first : row - 1, column);
    case "ArrowDown":
      return to(far ? rows - 1 : row + 1, column);
    case "ArrowLeft":
      return to(row, far ? 0 : column - 1);
    case "ArrowRight":
      return to(row, far ? columns - 1 : column + 1);
    case "PageUp":
      return to(row === -1 ? -1 : Math.max(first, row - page), column);
    case "PageDown":
      return to(row + page, column);
    case "Home":
      return to(far ? first : row, 0);
    case "End":
      return to(far ? rows - 1 : row, columns - 1);
    default:
      return undefined;
  }
}

/**
 * The cell that something is in, unless it is a control of its own.
 *
 * @param {EventTarget | null} target
 * @returns {Place | undefined}
 */
export function placeOf(target) {
  const element = target instanceof Element ? target : null;
  const found = /** @type {HTMLElement | null} */ (element?.closest("[data-at]") ?? null);
  const [row, column] = found?.dataset.at?.split(",").map(Number) ?? [];
  return row === undefined || column === undefined ? undefined : { row, column };
}
