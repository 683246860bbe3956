/** `<pqrun-connector>`. */
export class PqrunConnector extends HTMLElement {}

declare global {
  interface HTMLElementTagNameMap {
    "pqrun-connector": PqrunConnector;
  }
}
