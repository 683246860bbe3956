const INTEGER = new Intl.NumberFormat("en");
const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/**
 * `1,234`.
 *
 * @param {number} count
 */
export const count = (count) => INTEGER.format(count);

/**
 * `14:03:07`, in the zone of the person who looks.
 *
 * @param {number} at Milliseconds since the Unix epoch.
 */
export const clock = (at) => CLOCK.format(at);

/**
 * A length of time in at most two units: `850 ms`, `12 s`, `3 min 05 s`, `2 h 10 min`, `3 d 4 h`.
 *
 * @param {number} ms
 */
export function length(ms) {
  if (ms < 1000) {
    return `${Math.max(0, Math.round(ms))} ms`;
  }
  const seconds = Math.floor(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (minutes === 0) {
    return `${seconds} s`;
  }
  if (hours === 0) {
    return `${minutes} min ${String(seconds % 60).padStart(2, "0")} s`;
  }
  return hours < 24 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/**
 * A word and its number: `1 row`, `2 rows`.
 *
 * @param {number} number
 * @param {string} one
 * @param {string} [many]
 */
export const counted = (number, one, many = `${one}s`) => `${count(number)} ${number === 1 ? one : many}`;

/**
 * A message or a hint as it stands alone: `expected …` becomes `Expected ….`.
 *
 * @param {string} text
 */
export function sentence(text) {
  const trimmed = text.trim();
  // What begins with an endpoint, a task or a name of ours stays as it is spelt.
  const begin = /^[a-z]+[ ,]/u.test(trimmed) ? trimmed.charAt(0).toUpperCase() + trimmed.slice(1) : trimmed;
  const end = /[.!?…:]$/u.test(trimmed) || trimmed === "" ? "" : ".";
  return `${begin}${end}`;
}
