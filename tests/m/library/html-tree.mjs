// Elements of HTML texts, read as forgivingly as browsers do it: end tags may be missing, tables get their bodies.

const VOID = new Set("area base br col embed hr img input link meta param source track wbr".split(" "));
const BLOCKS =
  "address article aside blockquote div dl fieldset footer form h1 h2 h3 h4 h5 h6 header hr main nav ol p pre " +
  "section table ul";
const RAW = new Set(["script", "style", "textarea", "title"]);
const PARTS = ["thead", "tbody", "tfoot"];

/** What an opening tag ends if it is still open, up to the nearest element that holds such things. */
const ENDS = new Map(
  /** @type {[string[], string[], string[]][]} */ ([
    [["li"], ["li"], ["ul", "ol", "menu"]],
    [["dt", "dd"], ["dt", "dd"], ["dl"]],
    [["option", "optgroup"], ["option"], ["select", "datalist"]],
    [["td", "th"], ["td", "th"], ["tr", "table"]],
    [["tr"], ["td", "th", "tr"], ["table"]],
    [PARTS, ["td", "th", "tr", "caption", "colgroup", ...PARTS], ["table"]],
    [BLOCKS.split(" "), ["p"], ["button", "td", "th", "table"]],
  ]).flatMap(([names, ended, within]) => names.map((name) => [name, { ended, within }])),
);

/** @type {Record<string, string>} */
const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0", copy: "©", euro: "€" };

const TAG = /<(\/?)([A-Za-z][^\s/>]*)((?:"[^"]*"|'[^']*'|[^"'>])*)>|<!--[\s\S]*?(?:-->|$)|<[!?][^>]*>/g;
const ATTRIBUTE = /([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>`]+)))?/g;

/** An element and what is in it. */
export class Element {
  /**
   * @param {string} name In lower case.
   * @param {Map<string, string>} attributes
   * @param {Element | null} parent
   */
  constructor(name, attributes, parent) {
    this.name = name;
    this.attributes = attributes;
    this.parent = parent;
    /** @type {(Element | string)[]} */
    this.content = [];
  }

  get children() {
    return /** @type {Element[]} */ (this.content.filter((one) => one instanceof Element));
  }

  /** @returns {string} */
  get text() {
    return this.content.map((one) => (typeof one === "string" ? one : one.text)).join("");
  }

  /** All elements in it, in the order of the document. @returns {Generator<Element>} */
  *descendants() {
    for (const child of this.children) {
      yield child;
      yield* child.descendants();
    }
  }
}

/**
 * @param {string} html
 * @returns {Element} What holds the outermost elements.
 */
export function readHtml(html) {
  const root = new Element("", new Map(), null);
  let open = root;
  let at = 0;
  TAG.lastIndex = 0;
  for (let match = TAG.exec(html); match !== null; match = TAG.exec(html)) {
    if (match.index > at) open.content.push(decoded(html.slice(at, match.index)));
    at = TAG.lastIndex;
    const [, slash, tag, rest] = match;
    if (tag === undefined) continue;
    const name = tag.toLowerCase();
    if (slash === "/") {
      open = closed(open, name);
      continue;
    }
    open = placeFor(open, name);
    const element = new Element(name, readAttributes(rest), open);
    open.content.push(element);
    if (RAW.has(name)) {
      const end = html.slice(at).search(new RegExp(`</${name}[\\s>]`, "i"));
      const stop = end < 0 ? html.length : at + end;
      if (stop > at) element.content.push(html.slice(at, stop));
      TAG.lastIndex = at = stop;
    }
    if (!VOID.has(name) && !rest.trimEnd().endsWith("/")) open = element;
  }
  if (at < html.length) open.content.push(decoded(html.slice(at)));
  return root;
}

/**
 * Where a new element goes: out of those that it ends, into a body of a table that has none.
 *
 * @param {Element} open
 * @param {string} name
 */
function placeFor(open, name) {
  const rule = ENDS.get(name);
  let place = open;
  if (rule !== undefined) {
    for (let one = open; one.parent !== null && !rule.within.includes(one.name); one = one.parent) {
      if (rule.ended.includes(one.name)) place = one.parent;
    }
  }
  if (name !== "tr" || place.name !== "table") return place;
  const body = new Element("tbody", new Map(), place);
  place.content.push(body);
  return body;
}

/**
 * @param {Element} open
 * @param {string} name
 */
function closed(open, name) {
  for (let one = open; one.parent !== null; one = one.parent) if (one.name === name) return one.parent;
  return open;
}

/** @param {string} text */
function readAttributes(text) {
  /** @type {Map<string, string>} */
  const attributes = new Map();
  for (const [, name, quoted, single, bare] of text.matchAll(ATTRIBUTE)) {
    const lower = name.toLowerCase();
    if (!attributes.has(lower)) attributes.set(lower, decoded(quoted ?? single ?? bare ?? ""));
  }
  return attributes;
}

/** @param {string} text */
function decoded(text) {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|([a-z]+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return ENTITIES[name] ?? whole;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
  });
}
