// Values of secret parameters, wherever they stand in settings.

/**
 * @import { RunSettings } from "../run.d.ts"
 */

/**
 * The settings without the values of secret parameters: what may be told and kept.
 *
 * @param {RunSettings} settings
 * @returns {RunSettings}
 */
export function withoutSecrets(settings) {
  const secrets = settings.secretParameters ?? [];
  return secrets.length > 0 ? without(settings, secrets) : settings;
}

/**
 * @template T
 * @param {T} value
 * @param {readonly string[]} names
 * @returns {T}
 */
function without(value, names) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return value;
  }
  const kept = Object.entries(value).filter(([name]) => !names.includes(name));
  return /** @type {T} */ (Object.fromEntries(kept.map(([name, inner]) => [name, without(inner, names)])));
}

/**
 * The values that {@link withoutSecrets} leaves out.
 *
 * @param {RunSettings} settings
 * @returns {Record<string, unknown>}
 */
export function secretValues(settings) {
  /** @type {Record<string, unknown>} */
  const found = {};
  const look = (/** @type {object} */ value) => {
    for (const [name, inner] of Object.entries(value)) {
      if (settings.secretParameters?.includes(name)) {
        found[name] = inner;
      } else if (typeof inner === "object" && inner !== null) {
        look(inner);
      }
    }
  };
  look(settings);
  return found;
}

/**
 * Whether an object, or one within it, has a member.
 *
 * @param {unknown} value
 * @param {string} name
 * @returns {boolean}
 */
export const holds = (value, name) =>
  typeof value === "object" &&
  value !== null &&
  (Object.hasOwn(value, name) || Object.values(value).some((inner) => holds(inner, name)));
