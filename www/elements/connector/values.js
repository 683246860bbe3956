/** From what was typed to values. */

/**
 * A parameter's value.
 *
 * @param {string} text
 * @param {string} type One of a parameter's.
 * @param {(message: string) => void} refuse Told why the text is no such value.
 * @returns {unknown}
 */
export function readValue(text, type, refuse) {
  if (type === "parameter") {
    return { $parameter: text };
  }
  if (type === "number") {
    const read = number(text);
    if (typeof read !== "number") {
      refuse(`expected a number, found ${JSON.stringify(text)}`);
    } else if (Number.isInteger(read) && !Number.isSafeInteger(read)) {
      refuse(`expected a number whose digits all count, found ${JSON.stringify(text)}; as text it keeps them`);
    }
    return read;
  }
  if (type === "logical") {
    const truth = text.trim();
    if (truth !== "true" && truth !== "false") {
      refuse(`expected true or false, found ${JSON.stringify(text)}`);
    }
    return truth === "true";
  }
  return type === "any" ? readJson(text, refuse) : text;
}

/**
 * @param {string} text
 * @param {(message: string) => void} refuse
 * @returns {unknown} `undefined` where it is no JSON.
 */
function readJson(text, refuse) {
  /** @type {unknown} */
  let value;
  try {
    value = JSON.parse(text, (_, one) => {
      if (Number.isInteger(one) && !Number.isSafeInteger(one)) {
        throw new RangeError("a number that loses digits; as text it keeps them");
      }
      return one;
    });
  } catch (error) {
    refuse(`expected JSON, found ${/** @type {Error} */ (error).message}`);
  }
  return value;
}

/**
 * An object as JSON; none without a text.
 *
 * @param {string} text
 * @param {(message: string) => void} refuse
 * @returns {Record<string, unknown>}
 */
export function readObject(text, refuse) {
  const value = text.trim() === "" ? {} : readJson(text, refuse);
  if (value === undefined) {
    return {};
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    refuse(`expected an object such as {"notebookParams": {}}, found ${JSON.stringify(value)}`);
    return {};
  }
  return /** @type {Record<string, unknown>} */ (value);
}

/**
 * The text, unless there is none. Blanks are kept: they may be part of a key.
 *
 * @param {string} text
 */
export const given = (text) => (text === "" ? undefined : text);

/**
 * The text without the blanks around it, which come along when something is pasted.
 *
 * @param {string} text
 */
export const trimmed = (text) => given(text.trim());

/**
 * The lines that are not empty.
 *
 * @param {string} text
 */
export function lines(text) {
  const all = text.split(/\r?\n/u).filter((line) => line.trim() !== "");
  return all.length === 0 ? undefined : all;
}

/**
 * A number; what is none stays a text, which the generator refuses.
 *
 * @param {string} text
 */
export function number(text) {
  const read = Number(text);
  return text.trim() === "" ? undefined : Number.isFinite(read) ? read : text;
}

/**
 * The object without its undefined members.
 *
 * @template {object} T
 * @param {T} members
 * @returns {T}
 */
export const present = (members) =>
  /** @type {T} */ (Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)));
