/** What is said of something that went wrong. @typedef {{ message: string, hint?: string }} Problem */

/**
 * @param {unknown} error
 * @returns {Problem}
 */
export function problemOf(error) {
  if (error instanceof TypeError && /freed/u.test(error.message)) {
    return {
      message: "The table was freed before all of it was shown.",
      hint: "Read it again, and free it when it is no longer shown.",
    };
  }
  if (typeof error === "string") {
    return { message: error };
  }
  const { message, hint } = /** @type {Partial<Problem>} */ (Object(error));
  return { message: message ?? String(error), ...(hint ? { hint } : {}) };
}

/**
 * In one line.
 *
 * @param {unknown} error
 */
export function said(error) {
  const { message, hint } = problemOf(error);
  return hint ? `${message}: ${hint}` : message;
}
