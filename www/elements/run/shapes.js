// Shapes beside words, so that no state is told by its colour alone.
import { html, svg } from "lit";

/**
 * @import { Look, Shape } from "./words.js"
 */

/** @type {Readonly<Record<Shape, ReturnType<typeof svg>>>} */
const SHAPES = Object.freeze({
  check: svg`<circle cx="8" cy="8" r="7" fill="currentColor" stroke="none"/><path class="cut" d="m4.8 8.3 2.2 2.2 4.3-4.7"/>`,
  cross: svg`<rect x="1" y="1" width="14" height="14" rx="4" fill="currentColor" stroke="none"/><path class="cut" d="m5.4 5.4 5.2 5.2m0-5.2-5.2 5.2"/>`,
  square: svg`<circle cx="8" cy="8" r="6.25"/><rect x="5.4" y="5.4" width="5.2" height="5.2" rx="1" fill="currentColor" stroke="none"/>`,
  skip: svg`<circle cx="8" cy="8" r="6.25"/><path d="m6 5 3 3-3 3m4.2-6v6"/>`,
  clock: svg`<circle cx="8" cy="8" r="6.25"/><path d="M8 4.4V8l2.4 1.7"/>`,
  stop: svg`<path d="m8 .9 7.1 7.1L8 15.1.9 8z" fill="currentColor" stroke="none"/><path class="cut" d="M8 4.6v4m0 2.2v.4"/>`,
  question: svg`<circle cx="8" cy="8" r="6.25"/><path d="M6.2 6.3c0-2.3 3.6-2.3 3.6 0C9.8 7.8 8 7.6 8 9.2m0 2.1v.3"/>`,
  ring: svg`<circle cx="8" cy="8" r="6" opacity="0.3"/><path class="turning" d="M8 2a6 6 0 0 1 6 6"/>`,
  dots: svg`<circle cx="8" cy="8" r="6.25" stroke-dasharray="2.6 2.3"/>`,
});

/**
 * @param {Shape} name
 */
export const shape = (name) =>
  html`<svg class="shape" viewBox="0 0 16 16" aria-hidden="true" focusable="false">${SHAPES[name]}</svg>`;

/**
 * A state in its word, its shape and its colour.
 *
 * @param {Look} look
 */
export const badge = ({ word, tone, shape: name }) => html`<span class="badge ${tone}">${shape(name)}${word}</span>`;
