import { html } from "lit";

import { PqrunElement } from "../base/element.js";
import { BASE } from "../base/styles.js";

/** `<pqrun-run>`. */
export class PqrunRun extends PqrunElement {
  static styles = [...BASE];

  render() {
    return html`${this.liveRegion()}`;
  }
}
