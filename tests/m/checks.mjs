// What Microsoft's tools do not see in an M document, and what would break only at the user's.

import { decodeIdentifier, decodeText } from "./literal.mjs";
import { checkExtension } from "./checks/extension.mjs";
import { checkRequests } from "./checks/requests.mjs";
import { walk } from "./tree.mjs";

/** @import { Node } from "./parse.mjs" */

/**
 * What stands beside the document.
 *
 * @typedef {object} Surroundings
 * @property {"query" | "connector"} form
 * @property {Iterable<string>} [files] What `Extension.Contents` can give.
 * @property {Iterable<string>} [strings] The keys that `Extension.LoadString` knows.
 */

/** What only an extension may use. */
const EXTENSION_ONLY = /^(?:Extension|Credential|Crypto|CryptoAlgorithm|Error\.Unexpected|OAuth1|Environment)\b/;

/** What no generated document may hold: code that is made at run time, and what is not there. */
const NEVER = new Set(["Expression.Evaluate", "Expression.Constant", "#shared", "#sections"]);

/** What Power Query reads from the types of functions and parameters. */
const DOCUMENTATION = new Set([
  "Documentation.Name",
  "Documentation.LongDescription",
  "Documentation.Examples",
  "Documentation.FieldCaption",
  "Documentation.FieldDescription",
  "Documentation.SampleValues",
  "Documentation.AllowedValues",
]);

/**
 * Characters that a reader cannot see or that turn the line around: they must be escaped.
 * Line ends and tabs are among them: generated texts stand on one line.
 */
// eslint-disable-next-line no-control-regex
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/;

/**
 * @param {Node} document
 * @param {Surroundings} around
 * @returns {string[]} One sentence for each thing that is wrong.
 */
export function check(document, around) {
  const found = [...literals(document), ...names(document, around), ...checkRequests(document, around)];
  if (document.kind === "Section" && around.form === "connector") found.push(...checkExtension(document, around));
  return found;
}

/**
 * Texts and quoted identifiers: Microsoft's lexer takes `"#(zz)"` for good.
 *
 * @param {Node} document
 */
function* literals(document) {
  for (const node of walk(document)) {
    const literal = typeof node.literal === "string" ? node.literal : "";
    const quoted = /^#?"([^]*)"$/.exec(literal);
    if (quoted === null) continue;
    if (HIDDEN.test(quoted[1])) yield `${JSON.stringify(literal)}: characters that cannot be seen stand in it unescaped`;
    const escapes = quoted[1].replaceAll('""', "").matchAll(/#\(([^)]*)(\)?)/g);
    for (const [whole, , end] of escapes) {
      if (end === "") yield `${literal}: the escape sequence ${whole} has no end`;
    }
    try {
      decodeText(quoted[1]);
    } catch (error) {
      yield `${literal}: ${/** @type {Error} */ (error).message}`;
    }
  }
}

/**
 * @param {Node} document
 * @param {Surroundings} around
 */
function* names(document, around) {
  for (const node of walk(document)) {
    if (node.kind === "NotImplementedExpression") yield "... stands where an expression should be";
    if (node.kind === "GeneralizedIdentifier" || node.kind === "Identifier") {
      const name = decodeIdentifier(node.literal);
      if (name.startsWith("Documentation.") && !DOCUMENTATION.has(name)) yield `${name}: Power Query reads no such field`;
    }
    if (node.kind !== "IdentifierExpression") continue;
    const name = decodeIdentifier(node.identifier.literal);
    if (NEVER.has(name)) yield `${name}: generated M makes no code`;
    if (around.form === "query" && EXTENSION_ONLY.test(name)) yield `${name}: only extensions have it`;
  }
}
