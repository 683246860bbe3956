import { unsafeCSS } from "lit";

import form from "./form.css";
import run from "./run.css";

/** The style sheets of `<pqrun-run>`, behind those of every element. */
export const STYLES = [run, form].map((text) => unsafeCSS(text));
