import { LitElement, html } from "lit";

/** What all elements share: telling others, and telling those who cannot see. */
export class PqrunElement extends LitElement {
  static properties = {
    said: { state: true },
  };

  constructor() {
    super();
    /** @protected The last announcement. */
    this.said = "";
  }

  /**
   * Tells the page. The event leaves the shadow root, so that a listener on the document hears it.
   *
   * @protected
   * @param {string} name
   * @param {unknown} detail
   */
  emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  /**
   * Says something to screen readers, when they have nothing else to say.
   *
   * @protected
   * @param {string} text
   */
  announce(text) {
    if (text !== this.said) {
      this.said = text;
      return;
    }
    // What does not change is not said again.
    this.said = "";
    this.updateComplete.then(() => {
      this.said ||= text;
    });
  }

  /**
   * Where announcements are. Each element puts it in its template once: a live region must be there before its text is.
   *
   * @protected
   */
  liveRegion() {
    return html`<p class="unseen" role="status">${this.said}</p>`;
  }
}

/**
 * Defines an element unless its name is taken: two bundles on one page may both bring it.
 *
 * @param {string} name
 * @param {CustomElementConstructor} constructor
 */
export function define(name, constructor) {
  if (!customElements.get(name)) {
    customElements.define(name, constructor);
  }
}
