import { unsafeCSS } from "lit";

import bars from "./bars.css";
import following from "./following.css";
import form from "./form.css";
import run from "./run.css";

/** The style sheets of `<pqrun-run>`, behind those of every element. */
export const STYLES = [run, following, bars, form].map((text) => unsafeCSS(text));
