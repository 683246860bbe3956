/** `<pqrun-run>`. */
export class PqrunRun extends HTMLElement {}

declare global {
  interface HTMLElementTagNameMap {
    "pqrun-run": PqrunRun;
  }
}
