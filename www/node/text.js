/** Text on its way to a terminal: made harmless, measured, fitted. */

// C0 and C1 controls, DEL, line and paragraph separators, and what reorders text.
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;
const UNSAFE_BUT_LINES =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/**
 * The text with a visible sign in the place of each character that could move the cursor, colour the screen or turn
 * the reading order. Line ends become `↵`.
 *
 * @param {string} text
 * @returns {string}
 */
export function harmlessLine(text) {
  return text.replace(/\r\n?|\n/gu, "↵").replace(UNSAFE, picture);
}

/**
 * The same for text of several lines: line ends and tabs stay.
 *
 * @param {string} text
 * @returns {string}
 */
export function harmlessText(text) {
  return text.replace(/\r\n?/gu, "\n").replace(UNSAFE_BUT_LINES, picture);
}

/** @param {string} character */
function picture(character) {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) {
    return String.fromCodePoint(0x2400 + code);
  }
  return code === 0x7f ? "␡" : `\\u${code.toString(16).padStart(4, "0")}`;
}

const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const WIDE =
  /^(?:\p{Emoji_Presentation}|\p{Emoji}\ufe0f|[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}])/u;
const NARROW_ONLY = /^[\u0020-\u007e\u00a1-\u02ff]*$/u;

/**
 * How many cells of a terminal a line takes.
 *
 * @param {string} line
 * @returns {number}
 */
export function displayWidth(line) {
  if (NARROW_ONLY.test(line)) {
    return line.length;
  }
  let width = 0;
  for (const { segment } of GRAPHEMES.segment(line)) {
    width += WIDE.test(segment) ? 2 : /^\p{Mark}|^[\u200b-\u200d]/u.test(segment) ? 0 : 1;
  }
  return width;
}

/**
 * The line, cut to a width, with `…` where it was cut.
 *
 * @param {string} line
 * @param {number} width
 * @returns {string}
 */
export function fitLine(line, width) {
  if (displayWidth(line) <= width) {
    return line;
  }
  let fitted = "";
  let used = 0;
  for (const { segment } of GRAPHEMES.segment(line)) {
    used += displayWidth(segment);
    if (used > width - 1) {
      break;
    }
    fitted += segment;
  }
  return `${fitted}…`;
}

/**
 * A length of time for people: `0:42`, `1:02:03`.
 *
 * @param {number} ms
 * @returns {string}
 */
export function clockTime(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  const rest = `${two(seconds % 60)}`;
  return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${rest}`;
}

/**
 * The argument as a POSIX shell reads it back.
 *
 * @param {string} argument
 * @returns {string}
 */
export function shellQuoted(argument) {
  return /^[\w@%+=:,./-]+$/u.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}
