// What the page keeps in this browser. Where it may keep nothing (a private window, a page in a sandbox) it forgets with the
// tab. No token of a person ever gets here.

/** @type {Map<string, string>} */
const memory = new Map();

/** The run under way, which its element keeps under the name in `index.html`. */
export const RUN = "pqrun:pqrun-page:run";
/** What was chosen last. */
export const CHOICE = "pqrun-page:choice";
/** The simulated services, in the middle of a run. */
export const SIMULATOR = "pqrun-page:simulator";
/** What `pqrun serve` knows this page by. It is worth nothing once that has ended. */
export const SESSION = "pqrun-page:session";

/** @param {string} name */
export function recall(name) {
  try {
    return localStorage.getItem(name) ?? memory.get(name);
  } catch {
    return memory.get(name);
  }
}

/**
 * @param {string} name
 * @param {string} text
 * @returns {boolean} Whether it outlives the tab.
 */
export function keep(name, text) {
  try {
    localStorage.setItem(name, text);
    memory.delete(name);
    return true;
  } catch {
    forget(name);
    memory.set(name, text);
    return false;
  }
}

/** @param {string} name */
export function forget(name) {
  memory.delete(name);
  try {
    localStorage.removeItem(name);
  } catch {
    // Nothing was kept.
  }
}
