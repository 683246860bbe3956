// What stands in a cell, and how wide that is.
import { html } from "lit";

/**
 * @import { Column } from "./source.js"
 */

/** How many units of a text a cell shows at most; the rest is in the view of the cell. */
const SHOWN = 240;
/** How many units are shown where a text is shown in whole: a browser takes seconds to lay out many millions of them. */
export const LONGEST = 500_000;
/** How many rows at the start, and how many spread over the rest, say how wide a column is. */
const LOOKED_AT = 60;

/** What can't be seen by itself, and what is shown in its place. Other control characters have pictures of their own. */
const SIGNS = new Map([
  ["\n", ["↵", "line break"]],
  ["\r\n", ["↵", "line break"]],
  ["\t", ["⇥", "tab"]],
]);
const UNSEEN = /(\r\n|[\u0000-\u001F\u007F])/u;

/**
 * The content of a cell.
 *
 * @param {Column} column
 * @param {number} row
 */
export function cell(column, row) {
  if (column.isNull(row)) {
    return html`<span class="none">null</span>`;
  }
  const text = column.text(row);
  return text === "" ? html`<span class="none">empty</span>` : visible(cut(text));
}

/** @param {string} text */
function cut(text) {
  if (text.length <= SHOWN) {
    return text;
  }
  // Half of a pair would be shown as a character of its own.
  const end = /[\uD800-\uDBFF]/u.test(text.charAt(SHOWN - 1)) ? SHOWN - 1 : SHOWN;
  return `${text.slice(0, end)}…`;
}

/**
 * A text with signs for what can't be seen.
 *
 * @param {string} text
 */
function visible(text) {
  if (!UNSEEN.test(text)) {
    return text;
  }
  return text.split(UNSEEN).map((piece, at) => {
    if (at % 2 === 0) {
      return piece;
    }
    const [sign, name] = SIGNS.get(piece) ?? [picture(piece), "control character"];
    return html`<span class="sign" role="img" aria-label=${name}>${sign}</span>`;
  });
}

/** @param {string} control */
const picture = (control) => String.fromCodePoint(control === "\u007F" ? 0x2421 : 0x2400 + control.charCodeAt(0));

/** Whether the numbers of a column are easier to compare at the right. @param {Column} column */
export const isRight = (column) => column.kind === "number";

/**
 * How wide texts are in a font, in pixels.
 *
 * @param {HTMLElement} place It has the font.
 * @returns {(text: string) => number}
 */
export function ruler(place) {
  const context = document.createElement("canvas").getContext("2d");
  const { fontSize, fontFamily, fontWeight } = getComputedStyle(place);
  if (context) {
    context.font = `${fontWeight} ${fontSize} ${fontFamily}`;
  }
  return (text) => context?.measureText(text).width ?? text.length * 8;
}

/**
 * The texts of a column that are probably the widest: one of each length is enough.
 *
 * @param {Column} column
 * @param {Uint32Array} rows
 */
export function samples(column, rows) {
  const step = Math.max(1, Math.floor(rows.length / LOOKED_AT));
  /** @type {Map<number, string>} */
  const byLength = new Map();
  const look = (/** @type {number} */ at) => {
    const text = column.isNull(rows[at]) ? "null" : signed(column.text(rows[at]).slice(0, 64)) || "empty";
    byLength.set(text.length, text);
  };
  for (let at = 0; at < Math.min(LOOKED_AT, rows.length); at += 1) {
    look(at);
  }
  for (let at = LOOKED_AT; at < rows.length; at += step) {
    look(at);
  }
  return [...byLength]
    .sort(([one], [other]) => other - one)
    .slice(0, 3)
    .map(([, text]) => text);
}

/** As wide as what is shown. @param {string} text */
const signed = (text) =>
  UNSEEN.test(text)
    ? text
        .split(UNSEEN)
        .map((piece, at) => (at % 2 ? "↵ " : piece))
        .join("")
    : text;

/**
 * JSON on several lines, with every number as it is written: nothing is read that could lose a digit.
 *
 * @param {string} json
 */
export function pretty(json) {
  /** @type {string[]} */
  const out = [];
  let depth = 0;
  const line = () => out.push("\n", "  ".repeat(depth));
  const tokens = json.match(/"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s[\]{},:"]+/gsu) ?? [];
  tokens.forEach((token, at) => {
    switch (token) {
      case "{":
      case "[":
        out.push(token);
        depth += 1;
        if (!isEnd(tokens[at + 1])) {
          line();
        }
        break;
      case "}":
      case "]":
        depth -= 1;
        if (!isBegin(tokens[at - 1])) {
          line();
        }
        out.push(token);
        break;
      case ",":
        out.push(token);
        line();
        break;
      case ":":
        out.push(": ");
        break;
      default:
        out.push(token);
    }
  });
  return out.join("");
}

/** @param {string | undefined} token */
const isEnd = (token) => token === "}" || token === "]";

/** @param {string | undefined} token */
const isBegin = (token) => token === "{" || token === "[";
