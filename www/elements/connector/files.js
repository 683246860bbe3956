import { html, nothing } from "lit";

import { idOf } from "./controls.js";

/**
 * @import { GeneratedFile } from "pqrun/connector"
 */

/**
 * Files that are shown together: a text, or all icons.
 *
 * @typedef {object} Sheet
 * @property {string} name
 * @property {string} [text]
 * @property {readonly GeneratedFile[]} [icons]
 * @property {boolean} isM
 */

/**
 * What there is to choose from.
 *
 * @param {readonly GeneratedFile[]} files
 * @returns {Sheet[]}
 */
export function sheetsOf(files) {
  const icons = files.filter(({ path }) => path.endsWith(".png"));
  const sheets = files
    .filter((file) => !icons.includes(file))
    .map(({ path, content }) => ({ name: path, text: new TextDecoder().decode(content), isM: path.endsWith(".pq") }));
  return icons.length === 0 ? sheets : [...sheets, { name: "Icons", icons, isM: false }];
}

/**
 * A tab for each sheet. The arrow keys go from one to the next.
 *
 * @param {readonly Sheet[]} sheets
 * @param {string} chosen
 * @param {(name: string) => void} onChoose
 */
export function tabs(sheets, chosen, onChoose) {
  const go = (/** @type {KeyboardEvent} */ event) => {
    const last = sheets.length - 1;
    const at = sheets.findIndex(({ name }) => name === chosen);
    const to = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at === 0 ? last : at - 1, Home: 0, End: last }[
      event.key
    ];
    const sheet = to === undefined ? undefined : sheets[to];
    if (sheet !== undefined && event.currentTarget instanceof HTMLElement) {
      event.preventDefault();
      onChoose(sheet.name);
      const next = event.currentTarget.children[/** @type {number} */ (to)];
      if (next instanceof HTMLElement) {
        next.focus();
      }
    }
  };
  return html`<div class="tabs" role="tablist" aria-label="Files" part="files" @keydown=${go}>
    ${sheets.map(
      ({ name }) => html`<button
        class="tab"
        type="button"
        role="tab"
        id=${idOf(`tab-${name}`)}
        aria-selected=${String(name === chosen)}
        aria-controls="sheet"
        tabindex=${name === chosen ? nothing : "-1"}
        @click=${() => onChoose(name)}
      >
        ${name}
      </button>`,
    )}
  </div>`;
}

/**
 * The icons in their sizes.
 *
 * @param {readonly GeneratedFile[]} files
 */
export function icons(files) {
  return html`<ul class="icons">
    ${files.map(
      ({ path, content }) => html`<li>
        <img src=${`data:image/png;base64,${btoa(String.fromCharCode(...content))}`} alt="" />
        <span>${path}</span>
      </li>`,
    )}
  </ul>`;
}

/**
 * All files of a connector's project in a zip file.
 *
 * @param {readonly GeneratedFile[]} files
 */
export async function project(files) {
  const { zipSync } = await import("pqrun/vendor/zip");
  // As `packConnector` has it: the same files give the same archive.
  const entry = /** @type {const} */ ({ level: 9, mtime: new Date(1980, 0, 1), os: 3, attrs: (0o100_644 << 16) >>> 0 });
  return zipSync(Object.fromEntries(files.map(({ path, content }) => [path, [content, entry]])));
}
