/** `<pqrun-table>`. */
export class PqrunTable extends HTMLElement {}

declare global {
  interface HTMLElementTagNameMap {
    "pqrun-table": PqrunTable;
  }
}
