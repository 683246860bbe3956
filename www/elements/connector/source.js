import { html } from "lit";
import { guard } from "lit/directives/guard.js";
import { repeat } from "lit/directives/repeat.js";

/**
 * @import { ReactiveController, ReactiveControllerHost } from "lit"
 */

/** How many lines are painted at once. */
const BLOCK_LINES = 64;

/** A change of more lines than this is another text, and not marked. */
const MOST_MARKED = 200;

/**
 * Lines that are shown, painted and kept together. What it holds never changes.
 *
 * @typedef {object} Block
 * @property {number} id
 * @property {readonly string[]} lines
 */

/** @typedef {(line: string) => (string | import("prismjs").Token)[]} Painter Finds the tokens of a line. */

/**
 * Shows a text of thousands of lines: all of it is in the document, to be selected and searched, but only the lines in
 * sight get their colours, and of a text that changes only the blocks that did are made anew.
 *
 * @implements {ReactiveController}
 */
export class Source {
  /** @type {readonly Block[]} */
  #blocks = [];
  /** @type {string} */
  #text = "";
  /** Which text it is: lines are compared with those of the same only. */
  #key = "";
  /** The lines that the last change touched, from 0. @type {ReadonlySet<number>} */
  #marked = new Set();
  /** @type {Set<number>} */
  #seen = new Set();
  #ids = 0;
  #isM = true;
  #isWrapped = false;
  #mustFollow = false;
  /** @type {IntersectionObserver | undefined} */
  #observer;
  /** @type {Map<Element, number>} */
  #observed = new Map();
  /** @type {Painter | undefined} */
  #paint;

  /** @param {ReactiveControllerHost & import("lit").ReactiveElement} host */
  constructor(host) {
    this.host = host;
    host.addController(this);
  }

  /**
   * From now on the text has colours.
   *
   * @param {Painter} painter
   */
  paintBy(painter) {
    this.#paint = painter;
    this.#blocks = this.#blocks.map(({ lines }) => this.#block(lines));
    this.host.requestUpdate();
  }

  get isWrapped() {
    return this.#isWrapped;
  }

  set isWrapped(isWrapped) {
    this.#isWrapped = isWrapped;
    this.host.requestUpdate();
  }

  get lineCount() {
    return this.#blocks.reduce((sum, { lines }) => sum + lines.length, 0);
  }

  /**
   * @param {string} key Which text it is.
   * @param {string} text
   * @param {boolean} isM Whether there are colours for it.
   */
  show(key, text, isM) {
    if (key === this.#key && text === this.#text) {
      return;
    }
    const lines = text.replace(/\r?\n$/u, "").split(/\r?\n/u);
    this.#marked = new Set();
    if (key === this.#key) {
      this.#exchange(lines);
    } else {
      this.#blocks = this.#cut(lines);
    }
    this.#key = key;
    this.#text = text;
    this.#isM = isM;
    this.host.requestUpdate();
  }

  /** Puts new lines in the place of those that differ. @param {readonly string[]} lines */
  #exchange(lines) {
    const before = this.#blocks.flatMap((block) => block.lines);
    const most = Math.min(before.length, lines.length);
    let head = 0;
    while (head < most && before[head] === lines[head]) {
      head += 1;
    }
    let tail = 0;
    while (tail < most - head && before[before.length - 1 - tail] === lines[lines.length - 1 - tail]) {
      tail += 1;
    }
    this.#mark(lines, before, head, tail);
    /** @type {Block[]} */
    const first = [];
    let from = 0;
    for (const block of this.#blocks) {
      if (from + block.lines.length > head) {
        break;
      }
      first.push(block);
      from += block.lines.length;
    }
    /** @type {Block[]} */
    const last = [];
    let to = lines.length;
    for (const block of this.#blocks.slice(first.length).reverse()) {
      if (lines.length - to + block.lines.length > tail) {
        break;
      }
      last.unshift(block);
      to -= block.lines.length;
    }
    const between = this.#blocks.slice(first.length, this.#blocks.length - last.length);
    const isAsLong = before.length === lines.length;
    const made = isAsLong ? this.#cutAlike(lines.slice(from, to), between) : this.#cut(lines.slice(from, to));
    this.#blocks = [...first, ...made, ...last];
  }

  /**
   * Marks what is not as it was, unless that is nearly all.
   *
   * @param {readonly string[]} lines
   * @param {readonly string[]} before
   * @param {number} head How many lines at the start are as before.
   * @param {number} tail How many at the end.
   */
  #mark(lines, before, head, tail) {
    const old = new Set(before.slice(head, before.length - tail));
    const isFresh = (/** @type {number} */ at) =>
      before.length === lines.length ? before[at] !== lines[at] : !old.has(/** @type {string} */ (lines[at]));
    const fresh = [];
    for (let at = head; at < lines.length - tail; at += 1) {
      if (isFresh(at)) {
        fresh.push(at);
      }
    }
    // Where lines have only gone, the one behind them is marked.
    const marked = fresh.length === 0 ? [Math.min(head, lines.length - 1)] : fresh;
    if (marked.length <= MOST_MARKED) {
      this.#marked = new Set(marked);
      this.#mustFollow = true;
    }
  }

  /**
   * As many lines in as many blocks: those that are as before are kept.
   *
   * @param {readonly string[]} lines
   * @param {readonly Block[]} before
   */
  #cutAlike(lines, before) {
    let from = 0;
    return before.map((block) => {
      const own = lines.slice(from, from + block.lines.length);
      from += own.length;
      return own.every((line, at) => line === block.lines[at]) ? block : this.#block(own);
    });
  }

  /** @param {readonly string[]} lines */
  #cut(lines) {
    const blocks = [];
    for (let from = 0; from < lines.length; from += BLOCK_LINES) {
      blocks.push(this.#block(lines.slice(from, from + BLOCK_LINES)));
    }
    return blocks;
  }

  /**
   * @param {readonly string[]} lines
   * @returns {Block}
   */
  #block(lines) {
    this.#ids += 1;
    return { id: this.#ids, lines };
  }

  hostDisconnected() {
    this.#observer?.disconnect();
    this.#observer = undefined;
    this.#observed.clear();
  }

  hostUpdated() {
    const scroller = this.host.renderRoot.querySelector(".code");
    if (scroller === null) {
      this.hostDisconnected();
      return;
    }
    this.#observer ??= new IntersectionObserver((entries) => this.#see(entries), {
      root: scroller,
      rootMargin: "300px 0px",
    });
    const there = new Map(
      [...scroller.querySelectorAll(".block")].map((element, index) => [element, this.#blocks[index]?.id ?? 0]),
    );
    for (const element of this.#observed.keys()) {
      if (!there.has(element)) {
        this.#observer.unobserve(element);
      }
    }
    for (const [element, id] of there) {
      if (this.#observed.get(element) !== id) {
        // Again for an element that shows another block now: only then its place is told anew.
        this.#observer.unobserve(element);
        this.#observer.observe(element);
      }
    }
    this.#observed = there;
    if (this.#mustFollow) {
      this.#mustFollow = false;
      follow(scroller);
    }
  }

  /** @param {readonly IntersectionObserverEntry[]} entries */
  #see(entries) {
    const now = entries.filter((entry) => entry.isIntersecting).map(({ target }) => this.#observed.get(target));
    const fresh = now.filter((id) => id !== undefined && !this.#seen.has(id));
    if (fresh.length > 0) {
      const there = new Set(this.#blocks.map(({ id }) => id));
      this.#seen = new Set([...this.#seen, .../** @type {number[]} */ (fresh)].filter((id) => there.has(id)));
      this.host.requestUpdate();
    }
  }

  /** @param {string} label What the text is, for those who do not see where it stands. */
  render(label) {
    let line = 1;
    const placed = this.#blocks.map((block) => {
      const start = line;
      line += block.lines.length;
      return { block, start };
    });
    return html`<div class=${this.#isWrapped ? "code wrapped" : "code"} part="code" role="region" aria-label=${label} tabindex="0">
      ${repeat(
        placed,
        ({ block }) => block.id,
        ({ block, start }) => {
          const isSeen = this.#seen.has(block.id);
          const marks = [...this.#marked].filter((at) => at >= start - 1 && at < start - 1 + block.lines.length);
          return html`<div class="block">${guard([block, start, isSeen, ...marks], () => this.#lines(block, start, isSeen))}</div>`;
        },
      )}
    </div>`;
  }

  /**
   * @param {Block} block
   * @param {number} start The number of its first line.
   * @param {boolean} isSeen
   */
  #lines(block, start, isSeen) {
    const paint = isSeen && this.#isM ? this.#paint : undefined;
    const marked = this.#marked;
    return block.lines.map((line, index) => {
      const at = start + index;
      // Without blanks between the tags: they would be seen.
      return html`<div class=${marked.has(at - 1) ? "line changed" : "line"} data-n=${at}><span class="text">${paint === undefined ? line : paint(line).map(painted)}</span></div>`;
    });
  }
}

/** @param {string | import("prismjs").Token} token */
function painted(token) {
  return typeof token === "string" ? token : html`<span class=${`token ${token.type}`}>${textOf(token)}</span>`;
}

/**
 * @param {string | import("prismjs").Token} token
 * @returns {string}
 */
function textOf(token) {
  if (typeof token === "string") {
    return token;
  }
  const { content } = token;
  return Array.isArray(content) ? content.map(textOf).join("") : textOf(content);
}

/**
 * Brings the first line that has changed into sight, and moves nothing but the code.
 *
 * @param {Element} scroller
 */
function follow(scroller) {
  const line = scroller.querySelector(".changed");
  if (line === null) {
    return;
  }
  const { top, bottom } = line.getBoundingClientRect();
  const box = scroller.getBoundingClientRect();
  if (top < box.top || bottom > box.bottom) {
    scroller.scrollTop += top - box.top - box.height / 3;
  }
}
