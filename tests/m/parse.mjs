// From text to Microsoft's syntax tree.

import { MError, errorRecord } from "./value.mjs";

/**
 * A node of the syntax tree. Its shape is the parser's (`Ast.TNode`), taken as it comes.
 *
 * @typedef {any} Node
 */

/**
 * Parses an expression or a section document.
 *
 * @param {string} text
 * @returns {Promise<Node>}
 * @throws {MError} With the parser's message.
 */
export async function parse(text) {
  // Loaded here because it takes long, and threads are given trees that are parsed already.
  const { default: parser } = await import("@microsoft/powerquery-parser");
  const { DefaultSettings, TaskUtils } = parser;
  const task = await TaskUtils.tryLexParse(DefaultSettings, prepare(text));
  if (TaskUtils.isParseStageOk(task)) return task.ast;
  const { error } = /** @type {{ error?: { message: string } }} */ (task);
  throw syntaxError(error?.message ?? "The document cannot be read.");
}

/**
 * @param {string} message
 * @returns {MError}
 */
export function syntaxError(message) {
  return new MError(errorRecord("Expression.SyntaxError", message));
}

/**
 * What M has and the parser cannot read is put in words that it can: `Section!Member` becomes
 * `#sections[Section][Member]`, a verbatim literal the error that it is, and `.05` becomes `0.05`.
 *
 * @param {string} document
 * @returns {string}
 */
function prepare(document) {
  const clean = document.replace(/^\uFEFF/, "");
  if (!clean.includes("!") && !clean.includes(".0")) return clean;
  // Texts, quoted identifiers and comments are matched so that nothing in them is taken for the real thing.
  const text = '"(?:[^"]|"")*"';
  const identifier = `#${text}|[\\p{L}_][\\p{L}\\p{N}_.]*`;
  const member = `(${identifier})\\s*!\\s*(${identifier})`;
  const barePoint = "(?<![\\p{N}.])\\.(?=0)";
  const token = new RegExp(
    `(#!${text})|(${text})|(//[^\\n]*|/\\*[^]*?\\*/)|${member}|${identifier}|${barePoint}`,
    "gu",
  );
  return clean.replace(token, (whole, verbatim, _text, _comment, section, name) => {
    if (verbatim !== undefined) return '(error "The document holds a verbatim literal.")';
    if (section !== undefined) return `#sections[${section}][${name}]`;
    return whole === "." ? "0." : whole;
  });
}
