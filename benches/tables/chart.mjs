/** The chart: a dot for each reader and shape, on a scale of powers of ten, as SVG for light and dark pages. */

import { OURS } from "./report.mjs";
import { median } from "./sample.mjs";

const SHAPES = ["mixed", "numbers", "text", "wide"];
const [LABELS, PANEL, GAP, ROW, TOP] = [236, 150, 16, 22, 64];

const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #1f2328 }
  .group { font-weight: 600 }
  .small { font-size: 10.5px; fill: #59636e }
  .ours { fill: #0550ae; font-weight: 600 }
  line { stroke: #d1d9e0 }
  circle { fill: #818b98 }
  circle.ours { fill: #0969da }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc }
    .small { fill: #9198a1 }
    .ours { fill: #79c0ff }
    line { stroke: #3d444d }
    circle { fill: #9198a1 }
    circle.ours { fill: #4493f8 }
  }`;

/**
 * @param {import("./report.mjs").Collected} collected
 * @param {number} bytes The size that is shown.
 * @returns {string}
 */
export function chart({ node, chromium, native, python }, bytes) {
  const groups = /** @type {[string, import("./report.mjs").Result[]][]} */ ([
    ["Node", node],
    ["Chromium", chromium],
    ["Rust", native],
    ["Python", python],
  ]);
  const isShown = (/** @type {{ shape: string, bytes: number }} */ result) =>
    SHAPES.includes(result.shape) && Math.abs(result.bytes / bytes - 1) < 0.1;
  const body = [];
  const times = groups.flatMap(([, results]) => results.filter(isShown).flatMap((result) => Object.values(result.times).map(median)));
  const [least, most] = [Math.floor(Math.log10(Math.min(...times))), Math.ceil(Math.log10(Math.max(...times)))];
  const left = (/** @type {number} */ panel) => LABELS + panel * (PANEL + GAP);
  // Room for the number behind the last dot.
  const x = (/** @type {number} */ panel, /** @type {number} */ time) =>
    left(panel) + ((Math.log10(time) - least) / (most - least)) * (PANEL - 34);
  let y = TOP;
  for (const [name, results] of groups) {
    const shown = results.filter(isShown);
    if (shown.length === 0) {
      continue;
    }
    body.push(`<text class="group" x="8" y="${y + 4}">${name}</text>`);
    y += ROW;
    for (const reader of new Set(shown.flatMap((result) => Object.keys(result.times)))) {
      const mark = reader.startsWith(OURS) ? ' class="ours"' : "";
      body.push(`<text${mark} x="20" y="${y + 4}">${escaped(reader)}</text>`);
      for (const { shape, times } of shown.filter((result) => result.times[reader])) {
        const time = median(times[reader]);
        const at = x(SHAPES.indexOf(shape), time);
        const label = time >= 9.95 ? time.toFixed(0) : time.toFixed(1);
        body.push(`<circle${mark} cx="${at.toFixed(1)}" cy="${y}" r="4"/>`);
        body.push(`<text class="${mark ? "ours" : "small"}" x="${(at + 8).toFixed(1)}" y="${y + 4}">${label}</text>`);
      }
      y += ROW;
    }
    y += ROW / 3;
  }
  const lines = SHAPES.flatMap((shape, panel) => [
    `<text class="group" x="${left(panel)}" y="${TOP - 32}">${shape}</text>`,
    ...Array.from({ length: most - least + 1 }, (_, step) => {
      const time = 10 ** (least + step);
      const at = x(panel, time).toFixed(1);
      return (
        `<line x1="${at}" x2="${at}" y1="${TOP - 8}" y2="${y - ROW / 2}"/>` +
        `<text class="small" x="${at}" y="${TOP - 14}" text-anchor="middle">${time}</text>`
      );
    }),
  ]);
  const width = left(SHAPES.length);
  const title = `Milliseconds to read ${Math.round(bytes / 1e6)} MB of JSON; less is better, each line is ten times the one before`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}" role="img" aria-labelledby="title">
<title id="title">${title}</title>
<style>${STYLE}
</style>
<text class="small" x="8" y="14">${title}</text>
${[...lines, ...body].join("\n")}
</svg>
`;
}

/** @param {string} text */
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
