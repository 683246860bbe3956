// `Html.Table`.

import { MBinary, MList, MRecord, MTable, invoke, lazy, plain, primitive, raise } from "../value.mjs";
import { decodeText } from "./encoding.mjs";
import { select } from "./html-select.mjs";
import { readHtml } from "./html-tree.mjs";
import { family } from "./signature.mjs";

/**
 * @import { MFunction } from "../value.mjs"
 * @import { Value } from "../value/slot.mjs"
 * @import { Element } from "./html-tree.mjs"
 */

/** @typedef {{ name: string, selector: string, cellOf: MFunction | null }} Column */

/**
 * @param {Value} value
 * @returns {Column}
 */
function readColumn(value) {
  if (value instanceof MList) {
    const [name, selector, cellOf = null] = value.toValues().map(plain);
    if (typeof name === "string" && typeof selector === "string") {
      return { name, selector, cellOf: /** @type {MFunction | null} */ (cellOf) };
    }
  }
  raise("Expression.Error", "A column is a list of its name, a CSS selector and possibly a function.", value);
}

/** What the function of a column is given. @param {Element} element */
function recordOf(element) {
  const attributes = MRecord.of([...element.attributes]);
  return MRecord.from({ TextContent: element.text, Attributes: attributes });
}

/**
 * For every row its first element of this column. A row reaches from its own element to that of the next one, so that
 * what stands beside it belongs to it too; without a selector of rows, every element is a row of its own.
 *
 * @param {Element[]} found
 * @param {Element[] | null} rows
 * @param {Map<Element, number>} order
 * @returns {(Element | null)[]}
 */
function byRow(found, rows, order) {
  if (rows === null) return found;
  const place = (/** @type {Element | undefined} */ one) => (one === undefined ? Infinity : (order.get(one) ?? 0));
  return rows.map((row, at) => {
    const [start, end] = [place(row), place(rows[at + 1])];
    return found.find((one) => place(one) >= start && place(one) < end) ?? null;
  });
}

export const html = family({
  "Html.Table(html as any, columnNameSelectorPairs as list, optional options as nullable record) as table": (
    source,
    pairs,
    options,
  ) => {
    const text = source instanceof MBinary ? decodeText(source.bytes, null) : source;
    if (typeof text !== "string") raise("Expression.Error", "The HTML must be a text or a binary.", source);
    const root = readHtml(text);
    const order = new Map([...root.descendants()].map((element, at) => [element, at]));
    const columns = /** @type {Column[]} */ (pairs.toValues().map(readColumn));
    const rowSelector = plain(options?.option("RowSelector") ?? null);
    const rows = typeof rowSelector === "string" ? select(root, rowSelector) : null;
    const cells = columns.map(({ selector }) => byRow(select(root, selector), rows, order));
    const count = Math.max(0, ...cells.map(({ length }) => length));
    return MTable.of(
      columns.map(({ name }) => [name, primitive("any")]),
      Array.from({ length: count }, (_, row) =>
        columns.map(({ cellOf }, column) => {
          const element = cells[column][row] ?? null;
          if (element === null) return null;
          return cellOf === null ? element.text : lazy(() => invoke(cellOf, [recordOf(element)]));
        }),
      ),
    );
  },
});
