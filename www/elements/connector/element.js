import { html } from "lit";

import { PqrunElement } from "../base/element.js";
import { BASE } from "../base/styles.js";

/** `<pqrun-connector>`. */
export class PqrunConnector extends PqrunElement {
  static styles = [...BASE];

  render() {
    return html`${this.liveRegion()}`;
  }
}
