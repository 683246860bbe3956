import { html } from "lit";

import { PqrunElement } from "../base/element.js";
import { BASE } from "../base/styles.js";

/** `<pqrun-table>`. */
export class PqrunTable extends PqrunElement {
  static styles = [...BASE];

  render() {
    return html`${this.liveRegion()}`;
  }
}
