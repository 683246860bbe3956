// The chart itself. It is loaded when somebody first asks for one: it weighs more than the rest of the element.
import uPlot from "uplot";
import text from "uplot/dist/uPlot.min.css";

import { short } from "./series.js";

/**
 * @import { Series } from "./series.js"
 */

const HEIGHT = 220;

const sheet = new CSSStyleSheet();
sheet.replaceSync(text);

/** @typedef {{ line: string, fill: string, text: string, grid: string, font: string }} Look Colours that a canvas takes. */

/**
 * @typedef {object} Options
 * @property {ShadowRoot} root Where the chart's styles go.
 * @property {HTMLElement} place What it is drawn into.
 * @property {boolean} time Whether it is drawn along time.
 * @property {() => Look} look The colours of the moment.
 * @property {(at: number | null) => void} point Is told which point is under the pointer.
 */

/**
 * Draws a chart.
 *
 * @param {Series} series
 * @param {Options} options
 */
export function draw({ xs, ys }, { root, place, time, look, point }) {
  if (!root.adoptedStyleSheets.includes(sheet)) {
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  }
  const axis = {
    stroke: () => look().text,
    grid: { stroke: () => look().grid, width: 1 },
    ticks: { stroke: () => look().grid, width: 1, size: 4 },
    font: look().font,
  };
  const chart = new uPlot(
    {
      width: Math.max(200, place.clientWidth),
      height: HEIGHT,
      padding: [12, 12, 0, 0],
      legend: { show: false },
      cursor: { y: false },
      // Points in time are told in UTC, as they are in the table.
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
      scales: { x: { time } },
      axes: [
        {
          ...axis,
          size: 32,
          space: time ? 90 : 60,
          values: (_, splits, __, ___, step) => splits.map((split) => (time ? moment(split, step) : whole(split))),
        },
        {
          ...axis,
          size: (_, labels) => 16 + 7 * Math.max(3, ...(labels ?? []).map(({ length }) => length)),
          values: (_, splits) => splits.map(short),
        },
      ],
      series: [
        {},
        {
          stroke: () => look().line,
          fill: () => look().fill,
          width: 1.5,
          points: { size: 5 },
        },
      ],
      hooks: { setCursor: [({ cursor }) => point(cursor.idx ?? null)] },
    },
    [xs, ys],
    place,
  );
  return {
    /** To the width of its place. */
    fit() {
      const width = Math.max(200, place.clientWidth);
      if (width !== chart.width) {
        chart.setSize({ width, height: HEIGHT });
      }
    },
    /** In the colours of the moment. */
    paint: () => chart.redraw(false),
    end: () => chart.destroy(),
  };
}

/** Between two rows there is nothing. @param {number} split */
const whole = (split) => (Number.isInteger(split) ? String(split) : "");

/**
 * A point in time, as far as two neighbours differ.
 *
 * @param {number} seconds
 * @param {number} step
 */
export function moment(seconds, step) {
  const text = new Date(seconds * 1000).toISOString();
  if (step >= 86_400) {
    return text.slice(0, step >= 28 * 86_400 ? 7 : 10);
  }
  return step >= 60 ? text.slice(5, 16).replace("T", " ") : text.slice(11, step >= 1 ? 19 : 23);
}
