/**
 * The object without its undefined members.
 *
 * @template {object} T
 * @param {T} members
 * @returns {T}
 */
export function present(members) {
  return /** @type {T} */ (Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)));
}
