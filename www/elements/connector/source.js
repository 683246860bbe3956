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
  /** What the last change touched: from this line to before that. @type {readonly [number, number]} */
  #changed = [0, 0];
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
    const lines = text.replace(/\n$/u, "").split("\n");
    const isSame = key === this.#key;
    this.#changed = [0, 0];
    if (isSame) {
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
    const count = lines.length - tail - head;
    if (count <= MOST_MARKED) {
      // Where lines have gone, the one behind them is marked.
      this.#changed = [head, head + Math.max(count, 1)];
      this.#mustFollow = true;
    }
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
    this.#blocks = [...first, ...this.#cut(lines.slice(from, to)), ...last];
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
    this.#observer ??= new IntersectionObserver((entries) => this.#see(entries), { root: scroller, rootMargin: "300px 0px" });
    const there = new Map([...scroller.querySelectorAll(".block")].map((element, index) => [element, this.#blocks[index]?.id ?? 0]));
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
          const [from, to] = this.#changed;
          const marks = [from + 1 - start, to + 1 - start].map((at) => Math.min(Math.max(at, 0), block.lines.length));
          return html`<div class="block">${guard([block, start, isSeen, ...marks], () => this.#lines(block, start, isSeen, marks))}</div>`;
        },
      )}
    </div>`;
  }

  /**
   * @param {Block} block
   * @param {number} start The number of its first line.
   * @param {boolean} isSeen
   * @param {readonly number[]} marks From which of its lines to before which it has changed.
   */
  #lines(block, start, isSeen, [from = 0, to = 0]) {
    const paint = isSeen && this.#isM ? this.#paint : undefined;
    return block.lines.map(
      (line, index) =>
        html`<div class=${index >= from && index < to ? "line changed" : "line"} data-n=${start + index}><span class="text">${paint === undefined ? line : paint(line).map(painted)}</span></div>`,
    );
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
