import Prism, { ofPage } from "./prism-core.js";
import "prismjs/components/prism-powerquery.js";

// The page has its own Prism again, or none.
Reflect.deleteProperty(globalThis, "Prism");
if (ofPage !== undefined) {
  Object.defineProperty(globalThis, "Prism", ofPage);
}

const powerquery = /** @type {Record<string, any>} */ (Prism.languages.powerquery);

/**
 * Prism looks for comments first, and takes what is behind the `//` of an address for one. A text is found first here.
 *
 * @type {import("prismjs").Grammar}
 */
const GRAMMAR = { "quoted-identifier": powerquery["quoted-identifier"], string: powerquery.string, ...powerquery };

/**
 * The tokens of a line of M. No literal or comment that the generator prints goes over the end of a line.
 *
 * @param {string} line
 * @returns {(string | import("prismjs").Token)[]}
 */
export const tokensOf = (line) => Prism.tokenize(line, GRAMMAR);
